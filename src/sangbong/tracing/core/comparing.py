"""One person sought beside one record of the register: the evidence, item by item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sangbong.names.dates import Precision
from sangbong.programmes.naming import USAGE
from sangbong.registry.core.register import RegisterRow
from sangbong.tracing.core import weights
from sangbong.tracing.core.frequencies import Frequencies
from sangbong.tracing.core.nearness import one_letter_off
from sangbong.tracing.core.sought import YEARS_OFF_MAX, NameForm, Sought
from sangbong.tracing.core.weights import M_PER_MILLE, Item, Level, weight_millibits

_DAY_SPAN_MAX = 62
"""A birth span no longer than this is a day in one calendar or the other, not a year."""

Weighed = tuple[Item, Level, int]

fold = USAGE.fold
split = USAGE.split
reading_of = USAGE.reading_of


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against: the two values compared, the level reached, its weight."""

    item: Item
    sought: str
    register: str
    level: Level
    millibits: int

    def to_json(self) -> dict[str, str | int]:
        """The form kept beside the comparison."""
        return {
            "item": self.item.value,
            "sought": self.sought,
            "register": self.register,
            "level": self.level.value,
            "millibits": self.millibits,
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record with its forms and readings, as the engine prepared it."""

    row: RegisterRow
    forms: tuple[NameForm, ...]
    readings: tuple[str, ...]


def weigh(sought: Sought, candidate: Candidate, counts: Frequencies) -> list[Weighed]:
    """Every item's level and weight; the sum of the weights is the score before the prior."""
    row = candidate.row
    return [
        weigh_name(sought, candidate, counts),
        weigh_sex(sought.sex, row.sex, counts),
        weigh_birth(sought, row, counts),
        weigh_place(sought, row, counts),
        weigh_parent(Item.FATHER, sought.father, row.father, counts),
        weigh_parent(Item.MOTHER, sought.mother, row.mother, counts),
    ]


def sibling_odds(sought: Sought, row: RegisterRow, weighed: list[Weighed]) -> int:
    """The odds that the record is the person and not a brother or sister, in millibits."""
    year_only = not _register_days(row) or not sought.days.exact
    return weights.against_sibling(
        (item, level, year_only and item is Item.BIRTH) for item, level, _ in weighed
    )


def weigh_name(sought: Sought, candidate: Candidate, counts: Frequencies) -> Weighed:
    """The best agreement between any form of the one name and any form of the other.

    A lesser agreement never says more than the full one would, as with the birth date.
    """
    best = (Level.MISSING, 0)
    named = [form for form in candidate.forms if form[0]]
    if named and sought.forms[0][0]:
        best = max(
            (
                _forms_level(ours, theirs, ours_index == 0 and theirs is candidate.forms[0], counts)
                for ours_index, ours in enumerate(sought.forms)
                for theirs in named
            ),
            key=lambda level: level[1],
        )
    if candidate.readings:
        wanted = {reading_of(surname, given) for surname, given in sought.forms}
        hits = wanted.intersection(candidate.readings)
        if hits:
            chance = counts.share(max(counts.readings[hit] for hit in hits))
            weight = weight_millibits(M_PER_MILLE[Item.NAME, Level.READING], chance)
            best = max(best, (Level.READING, weight), key=lambda level: level[1])
    return (Item.NAME, *best)


def _forms_level(
    ours: NameForm,
    theirs: NameForm,
    registered: bool,  # noqa: FBT001 -- inner loop
    counts: Frequencies,
) -> tuple[Level, int]:
    if ours == theirs:
        level = Level.EXACT if registered else Level.OTHER_FORM
        counter = counts.names if registered else counts.other_names
        chance = counts.share(counter[ours])
    elif ours[0] == theirs[0] and one_letter_off(ours[1], theirs[1]):
        level, chance = Level.ONE_LETTER, counts.share(counts.near_names[ours])
    elif ours[1] == theirs[1] and ours[1]:
        level, chance = Level.GIVEN_ONLY, counts.share(counts.givens[ours[1]])
    elif ours[0] == theirs[0]:
        level, chance = Level.SURNAME_ONLY, counts.share(counts.surnames[ours[0]])
    else:
        level, chance = Level.DIFFERENT, 1.0
    full = weight_millibits(M_PER_MILLE[Item.NAME, Level.EXACT], counts.share(counts.names[ours]))
    return level, min(full, weight_millibits(M_PER_MILLE[Item.NAME, level], chance))


def weigh_sex(sought: str, register: str, counts: Frequencies) -> Weighed:
    """Agreement of sex; unknown on either side says nothing."""
    if not sought or not register:
        return Item.SEX, Level.MISSING, 0
    same = counts.share(counts.sexes[sought])
    if sought == register:
        level, chance = Level.EXACT, same
    else:
        level, chance = Level.DIFFERENT, 1.0 - same
    return Item.SEX, level, weight_millibits(M_PER_MILLE[Item.SEX, level], chance)


def weigh_birth(sought: Sought, row: RegisterRow, counts: Frequencies) -> Weighed:
    """Agreement of the birth date: the day in either calendar, else the distance of the years.

    A lesser agreement never says more than the full one would, however common the full one is.
    """
    year = sought.birth.year
    if year is None or row.birth_year is None:
        return Item.BIRTH, Level.MISSING, 0
    days = _register_days(row)
    if not days or not sought.days.exact:
        level, chance = _year_level(year, row.birth_year, counts)
        if sought.birth.precision is Precision.ABOUT and level is not Level.DIFFERENT:
            # "about" makes the near years one level: none of them is a slip
            near = range(-YEARS_OFF_MAX, YEARS_OFF_MAX + 1)
            return Item.BIRTH, level, weight_millibits(950, counts.year_share(year, *near))
        m = weights.M_YEAR_ONLY_PER_MILLE
        full = weight_millibits(m[Level.SAME_YEAR], counts.year_share(year, 0))
        return Item.BIRTH, level, min(full, weight_millibits(m[level], chance))
    level, chance = _day_level(sought, days, row.birth_year, counts)
    same_day = counts.year_share(year, 0) * len(days) * len(sought.days.exact) / 365
    full = weight_millibits(M_PER_MILLE[Item.BIRTH, Level.SAME_DAY], same_day)
    return Item.BIRTH, level, min(full, weight_millibits(M_PER_MILLE[Item.BIRTH, level], chance))


def _register_days(row: RegisterRow) -> frozenset[int]:
    if row.birth_first is None or row.birth_last is None:
        return frozenset()
    if row.birth_last - row.birth_first > _DAY_SPAN_MAX:
        return frozenset()
    return frozenset((row.birth_first, row.birth_last))


def _day_level(
    sought: Sought, days: frozenset[int], register_year: int, counts: Frequencies
) -> tuple[Level, float]:
    year = sought.birth.year
    assert year is not None  # noqa: S101 -- days come from a year
    said = sought.days
    if days & said.exact:
        chance = counts.year_share(year, 0) * len(days) * len(said.exact) / 365
        return Level.SAME_DAY, chance
    if days & said.shifted:
        chance = counts.year_share(year, 0) * len(days) * len(said.shifted) / 365
        return Level.OTHER_CALENDAR, chance
    if days & said.yearly:
        years = [off for off in range(-YEARS_OFF_MAX, YEARS_OFF_MAX + 1) if off]
        return Level.SAME_DAY_OTHER_YEAR, counts.year_share(year, *years) * len(days) * 2 / 365
    return _year_level(year, register_year, counts)


def _year_level(sought: int, register: int, counts: Frequencies) -> tuple[Level, float]:
    distance = abs(sought - register)
    if distance == 0:
        return Level.SAME_YEAR, counts.year_share(sought, 0)
    if distance == 1:
        return Level.YEAR_OFF_1, counts.year_share(sought, -1, 1)
    if distance <= YEARS_OFF_MAX:
        return Level.YEAR_OFF_3, counts.year_share(sought, -3, -2, 2, 3)
    near = counts.year_share(sought, *range(-YEARS_OFF_MAX, YEARS_OFF_MAX + 1))
    return Level.DIFFERENT, 1.0 - near


def weigh_place(sought: Sought, row: RegisterRow, counts: Frequencies) -> Weighed:
    """Where the family parted, against where the record was born and where it lives."""
    known = row.birthplace_province or row.residence_province
    if not sought.province or not known:
        return Item.PLACE, Level.MISSING, 0
    if sought.county and sought.county == row.birthplace_county:
        level = Level.BIRTH_COUNTY
        chance = counts.share(counts.birth_counties[sought.county])
    elif sought.county and sought.county == row.residence_county:
        level = Level.RESIDENCE_COUNTY
        chance = counts.share(counts.residence_counties[sought.county])
    else:
        chance = counts.share(
            max(
                counts.birth_provinces[sought.province],
                counts.residence_provinces[sought.province],
            )
        )
        level = Level.PROVINCE
        if sought.province not in {row.birthplace_province, row.residence_province}:
            level, chance = Level.DIFFERENT, 1.0 - chance
    if not sought.county:
        m = weights.M_PROVINCE_ONLY_PER_MILLE[level]
    else:
        m = M_PER_MILLE[Item.PLACE, level]
    return Item.PLACE, level, weight_millibits(m, chance)


def weigh_parent(item: Item, sought: str, register: str, counts: Frequencies) -> Weighed:
    """Agreement of a parent's name.

    A father has his child's surname, which the name has counted already: chance is counted among
    parents of that surname only. A mother's surname is news.
    """
    if not sought or not register:
        return item, Level.MISSING, 0
    ours, theirs = fold(sought), fold(register)
    if item is Item.FATHER:
        known = max(counts.parent_surnames[split(ours)[0]], 1)
    else:
        known = max(counts.parents_known, 1)
    if ours == theirs:
        level, chance = Level.EXACT, max(counts.parents[ours], 1) / known
    elif one_letter_off(ours, theirs):
        level, chance = Level.ONE_LETTER, max(counts.near_parents[ours], 1) / known
    else:
        level, chance = Level.DIFFERENT, 1.0
    return item, level, weight_millibits(M_PER_MILLE[item, level], chance)


def shown_birth(row: RegisterRow) -> str:
    """The register's birth date as days of the solar calendar, both where the calendar is open."""
    if row.birth_first is None or row.birth_last is None:
        return str(row.birth_year or "")
    if row.birth_last - row.birth_first > _DAY_SPAN_MAX:
        return str(row.birth_year or _iso(row.birth_first)[:4])
    first, last = _iso(row.birth_first), _iso(row.birth_last)
    return first if first == last else f"{first} / {last}"


@lru_cache(maxsize=100_000)
def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


_SHOWN_SOUGHT: dict[Item, Callable[[Sought], str]] = {
    Item.NAME: lambda s: " / ".join(part for part in (s.name, s.house_name) if part),
    Item.SEX: lambda s: s.sex,
    Item.BIRTH: lambda s: s.birth.as_written,
    Item.PLACE: lambda s: s.place,
    Item.FATHER: lambda s: s.father,
    Item.MOTHER: lambda s: s.mother,
}
_SHOWN_REGISTER: dict[Item, Callable[[RegisterRow], str]] = {
    Item.NAME: lambda r: " / ".join(part for part in (*r.names, r.roman) if part),
    Item.SEX: lambda r: r.sex,
    Item.BIRTH: shown_birth,
    Item.PLACE: lambda r: " / ".join(p for p in (r.birthplace_county, r.residence_county) if p),
    Item.FATHER: lambda r: r.father,
    Item.MOTHER: lambda r: r.mother,
}


def itemise(sought: Sought, row: RegisterRow, weighed: list[Weighed]) -> tuple[Evidence, ...]:
    """The evidence in full, for the few comparisons that are kept."""
    return tuple(
        Evidence(item, _SHOWN_SOUGHT[item](sought), _SHOWN_REGISTER[item](row), level, millibits)
        for item, level, millibits in weighed
    )
