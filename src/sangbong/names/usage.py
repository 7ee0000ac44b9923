"""What the rooms above ask of a tradition, as plain functions that are bound once.

1. (U1) A room above `names` asks the usage of its programme's tradition and imports no tradition.
2. (U2) Folding is idempotent, and a folded name parts at the same border as the written one.
3. (U3) A name in another script is found by keys: what it may stand for are its `free_readings`,
   and the key of a form is its `reading_of`. Rough on purpose: likeness is measured afterwards.

A search calls these millions of times, so a usage holds functions and no methods: who binds
`fold = usage(code).fold` calls the tradition's own function with nothing in between.

Vocabulary: usage, form, other calendar.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from typing import Protocol

from sangbong.names.dates import WrittenDate
from sangbong.names.kin import KinTerm
from sangbong.names.places import WrittenPlace

_MODULES = {"korean": "sangbong.names.korean.usage", "latin": "sangbong.names.latin.usage"}


class DateReader(Protocol):
    """Reads a date as written, the calendar as a field beside it says."""

    def __call__(self, raw: str, calendar: str = "", *, column: str) -> WrittenDate:
        """The date; refused with `names.date_unreadable` and its neighbours."""
        ...


class PlaceReader(Protocol):
    """Reads a place as written."""

    def __call__(self, raw: str, *, column: str) -> WrittenPlace:
        """The place; one that nobody knows is kept as written."""
        ...


class KinReader(Protocol):
    """Reads a word for kin."""

    def __call__(self, term: str, *, column: str) -> KinTerm:
        """The word; refused with `names.kin_unknown`."""
        ...


class SolarOf(Protocol):
    """The Gregorian day of a day of the other calendar."""

    def __call__(self, year: int, month: int, day: int, *, leap: bool = False) -> date | None:
        """None where that day never was."""
        ...


@dataclass(frozen=True, slots=True)
class OtherCalendar:
    """A second calendar in which birthdays of a tradition are remembered."""

    solar_of: SolarOf
    numerals_of: Callable[[date], tuple[int, int, int, bool] | None]
    """Year, month, day and whether the month is a leap one; None outside its almanac."""


def _no_solar_day(year: int, month: int, day: int, *, leap: bool = False) -> None:
    del year, month, day, leap


def _no_numerals(day: date) -> None:
    del day


NO_OTHER_CALENDAR = OtherCalendar(_no_solar_day, _no_numerals)
"""A calendar in which there is no day."""


@dataclass(frozen=True, slots=True)
class Usage:
    """A tradition as the rooms above use it: rules U1 to U3."""

    code: str
    fold: Callable[[str], str]
    """A whole name folded for comparing."""
    fold_word: Callable[[str], str]
    """One word of a name folded."""
    split: Callable[[str], tuple[str, str]]
    """Family name and given name, the second empty where nothing tells them apart."""
    letters: Callable[[str], str]
    """A folded word so written that one changed letter is one changed character."""
    one_letter_off: Callable[[str, str], bool]
    is_own_script: Callable[[str], bool]
    """Whether a name is written in the script in which `split` can part it."""
    is_given_alone: Callable[[str, str], bool]
    """Whether a folded name, said beside this folded family name, leaves the family name out."""
    reading_of: Callable[[str, str], str]
    """The key of a family name and a given name among `free_readings`."""
    free_readings: Callable[[str], tuple[str, ...]]
    """Keys of what a name in another script may stand for."""
    read_date: DateReader
    read_place: PlaceReader
    read_kin: KinReader
    other_calendar: OtherCalendar
    """`NO_OTHER_CALENDAR` where birthdays are Gregorian only."""


@cache
def usage(code: str) -> Usage:
    """The usage of the tradition of this code.

    Raises:
        KeyError: there is no such tradition; the configuration's fault.
    """
    found: Usage = import_module(_MODULES[code]).USAGE
    return found
