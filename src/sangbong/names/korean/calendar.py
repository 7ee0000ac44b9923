"""The Korean lunar calendar, wrapped against a trap of the library.

1. (K1) A lunar day that never was gives None. The library's object, after such a day, still
   answers with the date it held before, so nothing is read from it unless it said yes.
2. (K2) A lunar year is asked of the library once: when each of its months began and how long it
   was. Every other answer is counting from there.
3. (K3) The almanac is used from 1600 on: the solar days that the library gives for years before
   October 1582 are days of the Julian calendar, which `datetime.date` does not know.

Source: almanac of the Korea Astronomy and Space Science Institute, as the package
korean-lunar-calendar carries it; lunar 1000-01-01 to 2050-11-18.
"""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, timedelta
from functools import cache
from threading import Lock
from typing import NamedTuple

from korean_lunar_calendar import KoreanLunarCalendar

FIRST_YEAR = 1600
LAST_YEAR = 2050
"""The library's last lunar year, of which it has the days to 11-18."""

_LOCK = Lock()
_CALENDAR: list[KoreanLunarCalendar] = []


class LunarMonth(NamedTuple):
    """A month of a lunar year: its first day as an ordinal of the solar calendar, its length."""

    first: int
    days: int
    month: int
    leap: bool


def lunar_months(year: int) -> tuple[LunarMonth, ...]:
    """The twelve or thirteen months of a lunar year in order; none outside the almanac (K2)."""
    return _months(year) if FIRST_YEAR <= year <= LAST_YEAR else ()


def lunar_month(year: int, month: int, *, leap: bool = False) -> LunarMonth | None:
    """One month of a lunar year; None where it never was (K1)."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return _by_number(year).get((month, leap))


def ordinal_of_lunar(year: int, month: int, day: int, *, leap: bool = False) -> int | None:
    """The solar day of a lunar one as an ordinal; None where that lunar day never was (K1)."""
    found = lunar_month(year, month, leap=leap)
    if found is None or not 1 <= day <= found.days:
        return None
    return found.first + day - 1


def solar_of_lunar(year: int, month: int, day: int, *, leap: bool = False) -> date | None:
    """The solar day of a lunar one; None where that lunar day never was (K1)."""
    ordinal = ordinal_of_lunar(year, month, day, leap=leap)
    return date.fromordinal(ordinal) if ordinal is not None else None


def lunar_of_solar(day: date) -> tuple[int, int, int, bool] | None:
    """Lunar year, month, day, and whether the month is a leap one; None outside the almanac."""
    ordinal = day.toordinal()
    for year in (day.year, day.year - 1):  # a lunar year begins in January or February
        months = lunar_months(year)
        if months and ordinal >= months[0].first:
            found = months[bisect_right(months, ordinal, key=_first) - 1]
            number = ordinal - found.first + 1
            return (year, found.month, number, found.leap) if number <= found.days else None
    return None


def lunar_month_end(year: int, month: int, *, leap: bool = False) -> date | None:
    """The solar day of the last day of a lunar month; None where that month never was."""
    found = lunar_month(year, month, leap=leap)
    return date.fromordinal(found.first + found.days - 1) if found else None


def lunar_year_end(year: int) -> date | None:
    """The last solar day of a lunar year, leap months and all; None outside the almanac."""
    following = solar_of_lunar(year + 1, 1, 1)
    return following - timedelta(days=1) if following else None


def _first(month: LunarMonth) -> int:
    return month.first


@cache
def _by_number(year: int) -> dict[tuple[int, bool], LunarMonth]:
    return {(month.month, month.leap): month for month in _months(year)}


@cache
def _months(year: int) -> tuple[LunarMonth, ...]:
    months = []
    with _LOCK:
        for number in range(1, 13):
            for leap in (False, True):
                first = _ask(year, number, 1, leap=leap)
                if first is not None:
                    days = _length(year, number, leap=leap)
                    months.append(LunarMonth(first, days, number, leap))
    return tuple(months)


def _length(year: int, month: int, *, leap: bool) -> int:
    # 30 or 29; only the almanac's very last month is cut off earlier
    return next(d for d in range(30, 0, -1) if _ask(year, month, d, leap=leap) is not None)


def _ask(year: int, month: int, day: int, *, leap: bool) -> int | None:
    calendar = _calendar()
    if not calendar.setLunarDate(year, month, day, leap):
        return None
    return date(calendar.solarYear, calendar.solarMonth, calendar.solarDay).toordinal()


def _calendar() -> KoreanLunarCalendar:
    # One object is kept because it sums a thousand years before its first answer.
    if not _CALENDAR:
        _CALENDAR.append(KoreanLunarCalendar())
    return _CALENDAR[0]
