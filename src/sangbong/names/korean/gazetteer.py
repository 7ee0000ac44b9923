"""The Korean gazetteer from its tables, and the index of every name in every script.

1. (KG1) The first map is that of 15 August 1945, which the South keeps in law for what lies north of
   the line; the land was parted on 2 September 1945.
2. (KG2) How common a place is: the provinces by what is printed of applicants' birthplaces, the
   counties of a province alike, for no shares of counties are public. Our convention.
3. (KG3) A name stands in the index by its folded Hangul, by its Hanja in one form, and by the keys of
   its spellings in Latin letters.

Source: data/places_*.csv, each row with its source and confidence.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache

from sangbong.names.gazetteer import (
    Event,
    EventKind,
    Gazetteer,
    Ground,
    Period,
    Proof,
    Province,
    Unit,
)
from sangbong.names.korean.hanja import is_hanja
from sangbong.names.korean.place_spellings import hanja_key, latin_key, letters_of, romanised
from sangbong.names.korean.spelling import fold_word, is_hangul
from sangbong.names.korean.tables import rows

FIRST_DAY, PARTED_DAY = "1945-08-15", "1945-09-02"

PROVINCE = "도"


@dataclass(frozen=True, slots=True)
class UnitName:
    """A unit by one of its names."""

    unit: Unit
    period: Period


@dataclass(slots=True)
class NameIndex:
    """Units by the keys of their names: rule KG3. `spelled` tells whose exact spelling a word is."""

    hangul: dict[str, list[UnitName]] = field(default_factory=dict)
    hanja: dict[str, list[UnitName]] = field(default_factory=dict)
    latin: dict[str, list[UnitName]] = field(default_factory=dict)
    spelled: dict[str, set[str]] = field(default_factory=dict)


@cache
def gazetteer() -> Gazetteer:
    """Units since 1945: rule KG1."""
    return Gazetteer(
        first=FIRST_DAY,
        parted=PARTED_DAY,
        provinces=[
            Province(row["id"], row["name"], row["hanja"], row["kind"], _proof(row))
            for row in rows("places_provinces")
        ],
        grounds=[
            Ground(
                f"{row['province']} {row['name']}",
                row["province"],
                row["name"],
                row["hanja"],
                row["kind"],
                row["side"],
                _proof(row),
            )
            for row in rows("places_1945")
        ],
        events=[_event(row) for row in rows("places_events")],
    )


def _event(row: dict[str, str]) -> Event:
    return Event(
        row["date"],
        EventKind(row["event"]),
        row["unit"],
        row["to"],
        int(row["amount"] or 0),
        row["of"],
        row["basis"],
        row["name"],
        row["hanja"],
        row["kind"],
        row["side"],
        row["note"],
        _proof(row),
    )


def _proof(row: dict[str, str]) -> Proof:
    return Proof(row["source"], row["confidence"])


@cache
def shares_of_people() -> dict[str, float]:
    """The share of people from each county of 1945: rule KG2. They sum to one."""
    printed = {row["province"]: int(row["share_per_thousand"]) for row in rows("place_shares")}
    grounds = gazetteer().grounds.values()
    counts = {key: sum(ground.province == key for ground in grounds) for key in printed}
    return {g.key: printed[g.province] / 1000 / counts[g.province] for g in grounds}


@cache
def name_index() -> NameIndex:
    """Every name of every unit: rule KG3."""
    index = NameIndex()
    shorts: dict[str, list[str]] = {}
    for row in rows("provinces"):
        shorts.setdefault(row["unit"], []).append(row["written"])
    for unit in gazetteer().units.values():
        for period in unit.names:
            name = UnitName(unit, period)
            for form in {period.value, *shorts.get(unit.id, ())}:
                _put(index, form, name)
            for signs in _sign_forms(period.signs, unit.kinds[0].value):
                _append(index.hanja, hanja_key(signs), name)
            if unit.kinds[0].value == PROVINCE:
                _put_directions(index, period.value, name)
    for row in rows("places_aliases"):
        unit = gazetteer().units[row["unit"]]
        _put(index, row["written"], UnitName(unit, unit.names[0]))
    return index


def _put(index: NameIndex, written: str, name: UnitName) -> None:
    form = written.replace("-", "")
    if is_hangul(form):
        _append(index.hangul, fold_word(form), name)
        spellings: Iterable[str] = romanised(form)
    elif is_hanja(form[0]):
        _append(index.hanja, hanja_key(form), name)
        return
    else:
        spellings = [letters_of(form)]
    for spelling in spellings:
        _append(index.latin, latin_key(spelling), name)
        index.spelled.setdefault(spelling, set()).add(name.unit.id)


def _put_directions(index: NameIndex, full: str, name: UnitName) -> None:
    """South Pyongan, as English has it, for 평안남도; plain Hwanghae for 황해도."""
    word = {"남": "south", "북": "north"}.get(full[-2], "")
    for spelling in romanised(full[:-2] if word else full[:-1]):
        _append(index.latin, latin_key(word + spelling), name)
        index.spelled.setdefault(word + spelling, set()).add(name.unit.id)


def _sign_forms(signs: str, kind: str) -> set[str]:
    if kind != PROVINCE or not signs:
        return {signs} - {""}
    bare = signs.removesuffix("道")
    return {signs, bare, bare[0] + bare[-1]}


def _append(table: dict[str, list[UnitName]], key: str, name: UnitName) -> None:
    names = table.setdefault(key, [])
    if name not in names:
        names.append(name)
