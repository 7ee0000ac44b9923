"""Finds who in a register may be a person sought, in one pass over the register.

The persons sought are few, the register is large: an index of the *sought* is held in memory and
each record asks it whom it may be. A record becomes a candidate by any one of several keys (name,
or name one letter off, with birth year, county or father; given name with county and year; both
parents; father and year; a reading of Latin letters). A shielded record is passed over first, so
that neither a candidate nor a count can show that it is there.

The score of a candidate is the sum of its evidence in millibits, beginning with the register's
size: below zero, the person is more likely not here. Two explanations stand against a match: a
stranger who agrees by chance, and a brother or sister, with whom parents, place and household agree
anyway; what the second one takes away is an item of the evidence too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2

from sangbong.programmes.naming import USAGE
from sangbong.registry.core.register import RegisterRow
from sangbong.tracing.core import weights
from sangbong.tracing.core.comparing import (
    Candidate,
    Evidence,
    Weighed,
    itemise,
    shown_birth,
    sibling_odds,
    weigh,
)
from sangbong.tracing.core.frequencies import Frequencies
from sangbong.tracing.core.nearness import Nearby
from sangbong.tracing.core.sought import YEARS_OFF_MAX, NameForm, Sought, name_forms
from sangbong.tracing.core.weights import MILLIBITS, Item, Level

KEPT_PER_SOUGHT = 5
"""Comparisons kept for an officer to see."""
FLOOR_MILLIBITS = -12_000
"""Below one in four thousand a comparison is not worth an officer's minute."""
PROGRESS_EVERY = 10_000
_SHAPES_MAX = 200_000

Key = tuple[object, ...]

fold = USAGE.fold
split = USAGE.split
reading_of = USAGE.reading_of
free_readings = USAGE.free_readings
is_own_script = USAGE.is_own_script


@dataclass(frozen=True, slots=True)
class Scored:
    """One comparison: whom it proposes, how strongly, and why."""

    person_id: int
    score_millibits: int
    """Logarithm of the odds that this is the person, the register's size taken into account."""
    probability_ppm: int
    """Chance in a million that this is the person sought, all rivals and "not here" weighed."""
    evidence: tuple[Evidence, ...]
    row: RegisterRow


@dataclass(frozen=True, slots=True)
class Answer:
    """What the register says about one person sought."""

    comparisons: tuple[Scored, ...]
    """Strongest first; ties by person number."""
    absent_ppm: int
    """Chance in a million that the person is not in this register."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a record's names can be asked for, worked out once per spelling."""

    forms: tuple[NameForm, ...]
    wanted: tuple[NameForm, ...]
    """Names sought that one of the forms equals or nearly equals."""
    near: tuple[NameForm, ...]
    givens: tuple[str, ...]


class Engine:
    """The index of everybody sought, and what one pass over the register found."""

    def __init__(self, sought: Sequence[Sought]) -> None:
        """Index the persons sought under every key by which a record may be theirs."""
        self.sought = tuple(sought)
        self.counts = Frequencies()
        self._keys: dict[Key, list[int]] = {}
        self._wanted_names = {form for each in sought for form in each.forms}
        self._givens: dict[str, set[str]] = {}
        for surname, given in self._wanted_names:
            self._givens.setdefault(given, set()).add(surname)
        self._surnames = {surname for surname, _ in self._wanted_names}
        self._near_givens = Nearby(self._givens)
        parents = {fold(p) for s in sought for p in (s.father, s.mother) if p}
        self._parents = parents
        self._near_parents = Nearby(parents)
        self._readings: dict[str, list[int]] = {}
        self._shapes: dict[tuple[str, ...], _Shape] = {}
        self._folded: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        self._candidates: dict[int, list[Candidate]] = {i: [] for i in range(len(self.sought))}
        for index, each in enumerate(self.sought):
            self._index(index, each)

    def _index(self, index: int, sought: Sought) -> None:
        year, county = sought.birth.year, sought.county
        father, mother = fold(sought.father), fold(sought.mother)
        near = range(year - YEARS_OFF_MAX, year + YEARS_OFF_MAX + 1) if year else ()
        keys: set[Key] = set()
        for form in sought.forms:
            keys.add(("name", form))
            keys |= {("name year", form, y) for y in near}
            if not year:
                keys.add(("name any year", form))
            if county:
                keys.add(("name county", form, county))
                keys |= {("given county year", form[1], county, y) for y in near}
            if father:
                keys.add(("name father", form, father))
            self._readings.setdefault(reading_of(*form), []).append(index)
        if father:
            keys |= {("father year", father, y) for y in near}
        if father and mother:
            keys.add(("parents", father, mother))
        for key in keys:
            self._keys.setdefault(key, []).append(index)

    def read(
        self, rows: Iterable[RegisterRow], *, progress: Callable[[int], None] | None = None
    ) -> None:
        """Pass over the register once, counting values and gathering candidates."""
        for number, row in enumerate(rows, start=1):
            if progress and number % PROGRESS_EVERY == 0:
                progress(number)
            if row.shielded:
                continue
            shape = self._shape(row.names)
            father = self._parent(row.father)
            mother = self._parent(row.mother)
            readings = _readings(row)
            self._count(row, shape, readings)
            found = self._find(row, shape, father, mother)
            for reading in readings:
                if reading in self._readings:
                    found.update(self._readings[reading])
            if found:
                candidate = Candidate(row, shape.forms, readings)
                for index in found:
                    self._candidates[index].append(candidate)

    def _find(self, row: RegisterRow, shape: _Shape, father: str, mother: str) -> set[int]:
        keys: list[Key] = []
        counties = {row.birthplace_county, row.residence_county} - {""}
        year = row.birth_year
        for form in shape.wanted:
            keys.append(("name", form) if year is None else ("name year", form, year))
            keys.append(("name any year", form))
            keys.extend(("name county", form, county) for county in counties)
            if father:
                keys.append(("name father", form, father))
        if father in self._parents:
            keys.append(("father year", father, year))
            keys.append(("parents", father, mother))
        for given in shape.givens:
            keys.extend(("given county year", given, county, year) for county in counties)
        return {index for key in keys for index in self._keys.get(key, ())}

    def _count(self, row: RegisterRow, shape: _Shape, readings: tuple[str, ...]) -> None:
        counts = self.counts
        counts.records += 1
        counts.sexes[row.sex] += 1
        counts.years[row.birth_year] += 1
        counts.birth_counties[row.birthplace_county] += 1
        counts.residence_counties[row.residence_county] += 1
        counts.birth_provinces[row.birthplace_province] += 1
        counts.residence_provinces[row.residence_province] += 1
        counts.surnames[shape.forms[0][0]] += 1
        for form in shape.wanted:
            if form in shape.near:
                counts.near_names[form] += 1
            elif form == shape.forms[0]:
                counts.names[form] += 1
                counts.other_names[form] += 1  # our house name may be their registered one
            else:
                counts.other_names[form] += 1
        for given in shape.givens:
            counts.givens[given] += 1
        for reading in readings:
            if reading in self._readings:
                counts.readings[reading] += 1

    def _shape(self, names: tuple[str, ...]) -> _Shape:
        shape = self._shapes.get(names)
        if shape is None:
            if len(self._shapes) >= _SHAPES_MAX:
                self._shapes.clear()  # a bound on memory, not a rule: spellings come back
            shape = self._shapes[names] = self._make_shape(names)
        return shape

    def _make_shape(self, names: tuple[str, ...]) -> _Shape:
        forms = name_forms(names or ("",))
        exact = [form for form in forms if form in self._wanted_names]
        near = {
            (surname, other)
            for surname, given in forms
            if surname in self._surnames
            for other in self._near_givens.of(given)
            if surname in self._givens[other]
        }.difference(exact)
        return _Shape(
            forms,
            (*exact, *sorted(near)),
            tuple(sorted(near)),
            tuple(sorted({given for _, given in forms if given in self._givens and given})),
        )

    def _parent(self, name: str) -> str:
        """Count a parent's name where somebody is sought by one like it; its folded form."""
        if not name:
            return ""
        known = self._folded.get(name)
        if known is None:
            if len(self._folded) >= _SHAPES_MAX:
                self._folded.clear()
            folded = fold(name)
            known = (folded, split(folded)[0], self._near_parents.of(folded))
            self._folded[name] = known
        folded, surname, near = known
        counts = self.counts
        counts.parents_known += 1
        counts.parent_surnames[surname] += 1
        if folded in self._parents:
            counts.parents[folded] += 1
        for other in near:
            counts.near_parents[other] += 1
        return folded

    def answers(self) -> Mapping[int, Answer]:
        """The answer for every person sought, by entry number."""
        weighed = [self._weigh(index) for index in range(len(self.sought))]
        families: dict[str, list[int]] = {}
        for index, each in enumerate(self.sought):
            families.setdefault(each.family, []).append(index)
        for members in families.values():
            if len(members) > 1:
                _add_households({i: weighed[i] for i in members}, self.counts.records)
        return {
            each.ref: self._answer(each, weighed[index]) for index, each in enumerate(self.sought)
        }

    def _weigh(self, index: int) -> list[_Weighing]:
        sought = self.sought[index]
        prior = -round(MILLIBITS * log2(max(self.counts.records, 1)))
        found = []
        for candidate in self._candidates.pop(index):
            items = weigh(sought, candidate, self.counts)
            alone = prior + sum(millibits for _, _, millibits in items)
            if alone >= FLOOR_MILLIBITS:
                sibling = sibling_odds(sought, candidate.row, items)
                found.append(_Weighing(candidate.row, items, prior, alone, sibling))
        return found

    def _answer(self, sought: Sought, found: list[_Weighing]) -> Answer:
        odds = [2.0 ** (each.score / MILLIBITS) for each in found]
        total = 1.0 + sum(odds)
        ranked = sorted(
            zip(found, odds, strict=True), key=lambda pair: (-pair[0].score, pair[0].row.person_id)
        )
        size = str(self.counts.records)
        return Answer(
            tuple(
                Scored(
                    each.row.person_id,
                    each.score,
                    round(1_000_000 * chance / total),
                    (
                        Evidence(Item.REGISTER, "", size, Level.PRIOR, each.prior),
                        *itemise(sought, each.row, each.items),
                        *each.household,
                        *_sibling_evidence(sought, each),
                    ),
                    each.row,
                )
                for each, chance in ranked[:KEPT_PER_SOUGHT]
            ),
            round(1_000_000 / total),
        )


def _readings(row: RegisterRow) -> tuple[str, ...]:
    """Readings of a name in Latin letters, from its own column or where a name in
    the own script is missing.
    """
    if row.roman:
        return free_readings(row.roman)
    if row.names and not is_own_script(row.names[0]):
        return free_readings(row.names[0])
    return ()


@dataclass(slots=True)
class _Weighing:
    row: RegisterRow
    items: list[Weighed]
    prior: int
    alone: int
    """Odds against a stranger, without the household."""
    sibling: int
    """Odds against a brother or sister."""
    household: tuple[Evidence, ...] = ()

    @property
    def against_stranger(self) -> int:
        return self.alone + sum(each.millibits for each in self.household)

    @property
    def score(self) -> int:
        """Odds against a stranger or a sibling, in millibits."""
        return weights.either(self.against_stranger, self.sibling)


def _sibling_evidence(sought: Sought, weighing: _Weighing) -> tuple[Evidence, ...]:
    lost = weighing.score - weighing.against_stranger
    if not lost:
        return ()
    row = weighing.row
    name = next(iter(row.names), row.roman)
    return (
        Evidence(
            Item.SIBLING,
            f"{sought.name} {sought.birth.as_written}".strip(),
            f"{name} {shown_birth(row)}".strip(),
            Level.NOT_EXCLUDED,
            lost,
        ),
    )


def _add_households(family: Mapping[int, list[_Weighing]], records: int) -> None:
    """Strengthen candidates that live with a likely candidate for another of the same family.

    With p the chance that the other is right before this step, q the share of families still
    together and h a household's size, the weight is log2(1 + p·q·N/h), at most ten bits; a
    scattered family loses nothing.
    """
    likely: dict[str, dict[int, tuple[float, int]]] = {}
    for index, found in family.items():
        total = 1.0 + sum(2.0 ** (each.score / MILLIBITS) for each in found)
        for each in found:
            if each.row.household:
                chance = 2.0 ** (each.score / MILLIBITS) / total
                inside = likely.setdefault(each.row.household, {})
                inside[index] = max(inside.get(index, (0.0, 0)), (chance, each.row.person_id))
    for index, found in family.items():
        for each in found:
            others = [
                (chance, person)
                for other, (chance, person) in likely.get(each.row.household, {}).items()
                if other != index and person != each.row.person_id
            ]
            if each.row.household and others:
                each.household = (_household_evidence(each.row, max(others), records),)


def _household_evidence(row: RegisterRow, other: tuple[float, int], records: int) -> Evidence:
    chance, person = other
    kept = weights.HOUSEHOLD_KEPT_PER_MILLE / 1000
    bits = log2(1.0 + chance * kept * records / weights.HOUSEHOLD_SIZE)
    return Evidence(
        Item.HOUSEHOLD,
        f"person:{person}",
        row.household,
        Level.SHARED,
        round(MILLIBITS * min(bits, weights.HOUSEHOLD_BITS_MAX)),
    )


def compare(
    sought: Sequence[Sought],
    rows: Iterable[RegisterRow],
    *,
    progress: Callable[[int], None] | None = None,
) -> Mapping[int, Answer]:
    """This will find and weigh candidates for everybody sought, by entry number."""
    engine = Engine(sought)
    engine.read(rows, progress=progress)
    return engine.answers()
