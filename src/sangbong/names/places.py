"""Old places: any name of any year led back to the map of the first day, when the families parted.

1. (PL1) A place is compared by its ground on the first map, by containment, never as a string. Where
   a later county was cut from several old ones it keeps them all; its own, or the one that its
   source names first, stands for it where a single one is asked.
2. (PL2) A name is looked up in every script of its tradition; each unit that it may mean comes with
   a weight, the year whose map it means, and the reasons. The weights sum to one.
3. (PL3) Without a year the oldest map that fits is meant, for people remember what they left. A
   province or a kind that came later (황해북도, 시) says that a later map is meant.
4. (PL4) A name borne in another year than the one asked still counts, for old people keep old names.
5. (PL5) A place that nobody knows is kept as written: people remember villages.

What is of one tradition stands in its own module `names.<tradition>.places`; this one knows none.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from typing import Protocol

from sangbong.kernel.errors import Language, message
from sangbong.names.gazetteer import Gazetteer, Overlap, Period, Territory, Unit
from sangbong.names.text import clean_text

MAX_LENGTH = 200


class PlaceClue(StrEnum):
    """Why a name is taken for a unit, or why with doubt."""

    NAME = "name"
    LATER_UNIT = "later_unit"
    SOUND = "sound"
    KIND = "kind"
    OTHER_KIND = "other_kind"
    PARENT = "parent"
    GROUND = "ground"
    OTHER_PARENT = "other_parent"
    LAW = "law"
    OTHER_YEAR = "other_year"
    OLD_LEVEL = "old_level"


@dataclass(frozen=True, slots=True)
class WrittenPlace:
    """A place as it was written, and where the first map puts it."""

    as_written: str
    province: str | None
    """Short name of the province of the first map, such as 황해."""
    county: str | None
    """Province and county of the first map, such as `황해 봉산`: 고성 alone would be two."""
    counties: tuple[tuple[str, int], ...] = ()
    """Every county that it was cut from, with thousandths of that county: rule PL1."""


@dataclass(frozen=True, slots=True)
class County:
    """A county or city of the first map."""

    key: str
    province: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class LaterName:
    """What a county of the first map, or a part of it, was called later."""

    name: str
    province: str
    since: str
    source: str
    share: int = 1000
    """Thousandths of the county that bore the name."""


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """A unit that a written name may mean: rule PL2."""

    unit: Unit
    name: Period
    year: int
    """The year whose map is meant."""
    weight: float
    why: tuple[PlaceClue, ...]

    def reasons(self, language: Language) -> tuple[str, ...]:
        """The reasons as sentences."""
        return tuple(
            message(f"names.place_{clue.value}", language).format(
                name=self.name.value, since=self.name.dated, year=self.year
            )
            for clue in self.why
        )


class PlaceBook(Protocol):
    """What a tradition knows about its places."""

    def gazetteer(self) -> Gazetteer:
        """Its units through time."""
        ...

    def find(self, text: str, year: int | None) -> tuple[PlaceMatch, ...]:
        """What a cleaned text may mean: rules PL2 to PL4."""
        ...

    def read(self, raw: str, column: str) -> WrittenPlace:
        """The place of the first map in an address of any age: rules PL1 and PL5."""
        ...

    def later_names(self, county: str) -> tuple[LaterName, ...]:
        """The later names of a county of the first map and of its parts."""
        ...

    def share(self, county: str) -> float:
        """The share of people who come from a county of the first map; all sum to one."""
        ...


@cache
def place_book(tradition: str = "korean") -> PlaceBook:
    """The places of a tradition, its tables not read before they are asked.

    Raises:
        ModuleNotFoundError: the tradition has no places; the configuration's fault.
    """
    found: PlaceBook = import_module(f"sangbong.names.{tradition}.places").PLACES
    return found


def find(
    text: str, *, year: int | None = None, column: str = "", tradition: str = "korean"
) -> tuple[PlaceMatch, ...]:
    """Every unit that a written place may mean, likeliest first; empty where none is known.

    Args:
        text: an address or a name in any script.
        year: the year in which it was written, where known: rules PL3 and PL4.
        column: heading of the field, shown with a fault.
        tradition: whose places are meant.

    Raises:
        SangbongError: as `names.text.clean_text`, the writer's fault.
    """
    clean = clean_text(text, column=column, max_length=MAX_LENGTH)
    return place_book(tradition).find(clean, year)


def territory(
    unit: str, year: int, *, in_law: bool = False, tradition: str = "korean"
) -> Territory:
    """The ground of a unit on the map of a year, or of the first map that one side keeps in law.

    Raises:
        KeyError: there is no such unit: the caller's mistake.
    """
    return place_book(tradition).gazetteer().territory(unit, year, in_law=in_law)


def overlap(left: PlaceMatch, right: PlaceMatch, *, tradition: str = "korean") -> Overlap:
    """How much the grounds of two matches have in common: rule PL1."""
    book = place_book(tradition).gazetteer()
    return book.overlap(
        book.territory(left.unit.id, left.year), book.territory(right.unit.id, right.year)
    )


def read_place(raw: str, *, column: str) -> WrittenPlace:
    """This will find the province and county of the first map in an address of any age.

    An address that names neither is kept with both unknown: rule PL5.

    Raises:
        SangbongError: as `names.text.clean_text`, the writer's fault.
    """
    return place_book().read(raw, column)


def counties_1945() -> tuple[County, ...]:
    """Every county and city of the map of 1945, province by province."""
    return tuple(
        County(ground.key, ground.province, ground.name, ground.kind)
        for ground in place_book().gazetteer().grounds.values()
    )


def later_names(county_key: str) -> tuple[LaterName, ...]:
    """The later names of a county of 1945 and of the parts cut from it, with their sources."""
    return place_book().later_names(county_key)
