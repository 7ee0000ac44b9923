"""Days of birth and death as people say them.

A date keeps what was written, the calendar it was meant in, and how exact it is. Comparing and
counting years use the *span* of solar days that the words allow; nothing is made more exact than
it was said.

1. (D1) A date is kept as written and read each time anew: the same words, with the calendar that
   was found in them, are read as the same date. What has no column of its own (an era, several
   years, a late registration) is in the words.
2. (D2) A year named by the cycle of sixty or an animal stands for several; the date then has no
   year, but `years`. Years in which the day never was are left out; the last one left is the year.
3. (D3) A day of an era lies within the era, in at least one of the calendars it can be meant in.
4. (D4) The last day of a month (그믐) is a day like others once its calendar and year are known.
5. (D5) A day written in both calendars, 1931년 3월 5일(음력 1월 17일), must be one day in both; it is
   kept in the calendar that the field beside it names, else in the one that stands first.

How words are read is the tradition's: `korean/dates.py` and `korean/written.py`, `latin/dates.py`.
This module loads neither, and no almanac before a lunar date is asked of.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache
from importlib import import_module
from typing import Protocol, cast

WRITTEN_MAX = 40
"""Characters of a date; longer texts are notes."""
ABOUT_YEARS = 2
"""Years on either side that "about" allows. Our convention: no source states one."""
FIRST_YEAR, LAST_YEAR = 1600, 2050
"""Years between which dates are read: the range of the lunar almanac."""


class Calendar(StrEnum):
    """The calendar that a date was meant in."""

    SOLAR = "solar"
    LUNAR = "lunar"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exactly a date was said."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    """The year only, or several years (D2), with or without a month and day in them."""
    ABOUT = "about"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as it was written, and what it can be read as."""

    as_written: str
    year: int | None
    month: int | None
    day: int | None
    leap: bool
    """The month is the leap month of a lunar year."""
    calendar: Calendar
    precision: Precision
    years: tuple[int, ...] = ()
    """Every year it can be, where it can be of more than one (D2); `year` is then None."""
    late: int | None = None
    """Years by which it was registered late, as said; 0 where the number was not; else None."""

    def solar_span(self) -> tuple[date, date] | None:
        """The earliest and the latest solar day that the words allow; None when nothing is known.

        Of a date in an unknown calendar both readings are allowed.
        """
        return _span(self)


class DateBook(Protocol):
    """How a tradition writes dates."""

    def read(self, raw: str, calendar: str, column: str) -> WrittenDate:
        """The date as written; refused with `names.date_unreadable` and its neighbors."""
        ...


@cache
def date_book(tradition: str = "korean") -> DateBook:
    """The dates of a tradition, its tables not read before they are asked.

    Raises:
        ModuleNotFoundError: the tradition has none; the configuration's fault.
    """
    found: DateBook = import_module(f"sangbong.names.{tradition}.dates").DATES
    return found


def parse_date(raw: str, calendar: str = "", *, column: str) -> WrittenDate:
    """This will read a date as Koreans write it: `names.korean.dates.read_date`.

    Raises:
        SangbongError: the writer's fault.
    """
    return date_book().read(raw, calendar, column)


def age_on(written: WrittenDate, day: date) -> int | None:
    """The age in full years on a day, counted from the latest day of birth that the words allow.

    None when the date is not known; negative when the birth is later than the day.
    """
    span = written.solar_span()
    if span is None:
        return None
    born = span[1]
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


@lru_cache(maxsize=200_000)
def _span(written: WrittenDate) -> tuple[date, date] | None:
    possible = readings_of(written)
    if not possible:
        return None
    return min(first for first, _ in possible), max(last for _, last in possible)


def readings_of(written: WrittenDate) -> list[tuple[date, date]]:
    """The days of the date in each year and each calendar that it can be meant in."""
    years = written.years if written.year is None else (written.year,)
    found: list[tuple[date, date] | None] = []
    for year in years:
        if not FIRST_YEAR < year < LAST_YEAR:
            continue  # the almanac's range, minus a year on either side for new years
        if written.precision is Precision.ABOUT:
            found.append((date(year - ABOUT_YEARS, 1, 1), date(year + ABOUT_YEARS, 12, 31)))
            continue
        if written.calendar is not Calendar.LUNAR:
            found.append(solar_reading(year, written.month, written.day))
        if written.calendar is not Calendar.SOLAR:
            found.append(lunar_reading(year, written.month, written.day, leap=written.leap))
    return [reading for reading in found if reading is not None]


def solar_reading(year: int, month: int | None, day: int | None) -> tuple[date, date] | None:
    """The first and last solar day of a solar year, month or day; None where it never was."""
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if not 1 <= month <= 12:
        return None
    last_day = monthrange(year, month)[1]
    if day is None:
        return date(year, month, 1), date(year, month, last_day)
    if not 1 <= day <= last_day:
        return None
    return date(year, month, day), date(year, month, day)


class _Almanac(Protocol):
    """The lunar calendar, day by day."""

    def solar_of_lunar(
        self, year: int, month: int, day: int, *, leap: bool = False
    ) -> date | None: ...

    def lunar_month_end(self, year: int, month: int, *, leap: bool = False) -> date | None: ...

    def lunar_year_end(self, year: int) -> date | None: ...


@cache
def _almanac() -> _Almanac:
    return cast("_Almanac", import_module("sangbong.names.korean.calendar"))


def lunar_reading(
    year: int, month: int | None, day: int | None, *, leap: bool
) -> tuple[date, date] | None:
    """The first and last solar day of a lunar year, month or day; None where it never was."""
    almanac = _almanac()
    if month is None:
        first, last = almanac.solar_of_lunar(year, 1, 1), almanac.lunar_year_end(year)
    elif day is None:
        first = almanac.solar_of_lunar(year, month, 1, leap=leap)
        last = almanac.lunar_month_end(year, month, leap=leap)
    else:
        first = last = almanac.solar_of_lunar(year, month, day, leap=leap)
    return (first, last) if first and last else None
