"""A person sought, prepared for comparing: folded names, days a birth date can stand for, places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sangbong.names.dates import Calendar, Precision, WrittenDate
from sangbong.programmes.naming import USAGE

YEARS_OFF_MAX = 3
"""A registered birth year is late by one to three years often enough to look for it.
Source: legalinsight 62390, hankyung 2016081673381 (village heads reported babies late)."""

NameForm = tuple[str, str]
"""Surname and given name, both folded."""

fold = USAGE.fold
fold_word = USAGE.fold_word
split = USAGE.split
is_given_alone = USAGE.is_given_alone
almanac = USAGE.other_calendar


@dataclass(frozen=True, slots=True)
class Sought:
    """One person sought, as an inquiry tells of them."""

    ref: int
    """Our number of the entry."""
    family: str
    """Entries of one application share it: their persons may live in one household."""
    name: str
    house_name: str
    sex: str
    """`M`, `F` or empty."""
    birth: WrittenDate
    place: str
    """Address at separation as written."""
    province: str
    county: str
    father: str
    mother: str
    forms: tuple[NameForm, ...] = field(init=False)
    days: BirthDays = field(init=False)

    def __post_init__(self) -> None:
        """Fold once what every comparison needs."""
        object.__setattr__(self, "forms", name_forms((self.name, self.house_name)))
        object.__setattr__(self, "days", birth_days(self.birth))


@dataclass(frozen=True, slots=True)
class BirthDays:
    """Days, as proleptic ordinals, on which a register may hold a birthday."""

    exact: frozenset[int]
    """The day said, in each calendar it may be meant in."""
    shifted: frozenset[int]
    """The same numerals taken for the other calendar: a lunar date registered as solar."""
    yearly: frozenset[int]
    """The same numerals in another year, up to `YEARS_OFF_MAX` away."""


NO_DAYS = BirthDays(frozenset(), frozenset(), frozenset())


def name_forms(names: Sequence[str]) -> tuple[NameForm, ...]:
    """Every form in which a name may be met, the registered one first.

    A house name is often said without its surname: one that the tradition takes for a given name
    alone takes over the registered surname. A blank registered name keeps its place as an empty
    form.
    """
    folded = [fold(name) for name in names]
    main = split(folded[0])
    forms = [main]
    for other in folded[1:]:
        if not other:
            continue
        given_only = bool(main[0]) and is_given_alone(other, main[0])
        form = (main[0], fold_word(other)) if given_only else split(other)
        if form not in forms:
            forms.append(form)
    return tuple(forms)


def birth_days(birth: WrittenDate) -> BirthDays:
    """The days that a birth date said to the day may be registered under."""
    if birth.precision is not Precision.DAY:
        return NO_DAYS
    assert birth.year and birth.month and birth.day  # noqa: S101, PT018 -- what DAY means
    numerals = (birth.month, birth.day)
    as_solar = _solar(birth.year, numerals)
    as_lunar = _lunar(birth.year, numerals, leap=birth.leap)
    readings = {
        Calendar.SOLAR: (as_solar,),
        Calendar.LUNAR: (as_lunar,),
        Calendar.UNKNOWN: (as_solar, as_lunar),
    }[birth.calendar]
    exact = frozenset(day for day in readings if day is not None)
    around = [y for y in range(-YEARS_OFF_MAX, YEARS_OFF_MAX + 1) if y]
    yearly = {
        day
        for years in around
        for day in (_solar(birth.year + years, numerals), _lunar(birth.year + years, numerals))
    }
    other = {as_solar, as_lunar, *_lunar_numerals_as_solar(as_solar)} - {None}
    return BirthDays(
        exact,
        frozenset(day for day in other if day is not None) - exact,
        frozenset(day for day in yearly if day is not None) - exact,
    )


def _lunar_numerals_as_solar(day: int | None) -> tuple[int | None, ...]:
    lunar = almanac.numerals_of(date.fromordinal(day)) if day is not None else None
    return (_solar(lunar[0], (lunar[1], lunar[2])),) if lunar else ()


def _solar(year: int, numerals: tuple[int, int]) -> int | None:
    try:
        return date(year, *numerals).toordinal()
    except ValueError:  # 29 February or 31 April in that year
        return None


def _lunar(year: int, numerals: tuple[int, int], *, leap: bool = False) -> int | None:
    day = almanac.solar_of(year, *numerals, leap=leap)
    return day.toordinal() if day else None
