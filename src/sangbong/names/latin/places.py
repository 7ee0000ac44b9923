"""A flat list of towns: one level, no history. All of them are invented for this project.

1. (LP1) A town is found by any of its names as a whole part of an address, accents and hyphens
   apart; the first part that names a town counts, and in it the longest name.
2. (LP2) There is one level: all towns lie in one land, and a town is filed as its own province.
3. (LP3) Nothing ever happened to a town; as many people come from each. Our convention.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sangbong.names.gazetteer import Gazetteer, Ground, Proof, Province
from sangbong.names.latin.spelling import folded, folded_forms
from sangbong.names.latin.tables import rows
from sangbong.names.places import MAX_LENGTH, LaterName, PlaceClue, PlaceMatch, WrittenPlace
from sangbong.names.text import clean_text

FIRST_DAY = "1900-01-01"
LAND = "land"
"""The one unit above the towns."""

_KIND = "town"
_WORDS_MAX = 4
"""Most words of a town's name."""


class LatinPlaces:
    """The towns and their readers: rules LP1 to LP3."""

    def gazetteer(self) -> Gazetteer:
        """One land of towns."""
        return _gazetteer()

    def find(self, text: str, year: int | None) -> tuple[PlaceMatch, ...]:
        """The town that a cleaned text names, whatever the year; empty where it names none."""
        town = _town_in(text)
        if town is None:
            return ()
        unit = _gazetteer().units[town]
        return (
            PlaceMatch(unit, unit.names[0], year or int(FIRST_DAY[:4]), 1.0, (PlaceClue.NAME,)),
        )

    def read(self, raw: str, column: str) -> WrittenPlace:
        """The town in an address: rules LP1 and LP2."""
        return _read(raw, column)

    def later_names(self, county: str) -> tuple[LaterName, ...]:
        """None: rule LP3."""
        del county
        return ()

    def share(self, county: str) -> float:
        """The share of people who come from a town; 0 for what is none (rule LP3)."""
        return 1.0 / len(towns()) if county in _gazetteer().grounds else 0.0


PLACES = LatinPlaces()


def read_place(raw: str, *, column: str) -> WrittenPlace:
    """This will find the town in an address: rules LP1 and LP2.

    An address that names none is kept with town and province unknown.

    Raises:
        SangbongError: as `names.text.clean_text`, the writer's fault.
    """
    return _read(raw, column)


@cache
def towns() -> tuple[str, ...]:
    """Every town on the list, by its first name."""
    return tuple(row["town"] for row in rows("places"))


@lru_cache(maxsize=100_000)
def _read(raw: str, column: str) -> WrittenPlace:
    text = clean_text(raw, column=column, max_length=MAX_LENGTH)
    town = _town_in(text)
    if town is None:
        return WrittenPlace(as_written=text, province=None, county=None)
    return WrittenPlace(as_written=text, province=town, county=town, counties=((town, 1000),))


def _town_in(text: str) -> str | None:
    for piece in re.split(r"[,;/()]", text):
        words = piece.split()
        for size in range(min(len(words), _WORDS_MAX), 0, -1):
            for at in range(len(words) - size + 1):
                town = _by_name().get(folded("".join(words[at : at + size])))
                if town:
                    return town
    return None


@cache
def _by_name() -> dict[str, str]:
    table: dict[str, str] = {}
    for row in rows("places"):
        for name in (row["town"], *filter(None, row["other_names"].split("|"))):
            for form, _ in folded_forms(name):
                table.setdefault(form, row["town"])
    return table


@cache
def _gazetteer() -> Gazetteer:
    return Gazetteer(
        first=FIRST_DAY,
        parted=FIRST_DAY,
        provinces=(Province(LAND, LAND, "", LAND, Proof("invented for this project", "C")),),
        grounds=(
            Ground(
                key=row["town"],
                province=LAND,
                name=row["town"],
                signs="",
                kind=_KIND,
                side="",
                proof=Proof(row["source"], "C"),
            )
            for row in rows("places")
        ),
        events=(),
    )
