"""The Korean lunar calendar, wrapped against a trap of the library.

After a date that never was, `KoreanLunarCalendar` still answers with the date it held before. Here
such a date gives None.

Source: almanac of the Korea Astronomy and Space Science Institute, as the package
korean-lunar-calendar carries it; lunar 1000-01-01 to 2050-11-18.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from threading import Lock

from korean_lunar_calendar import KoreanLunarCalendar

_LOCK = Lock()
_CALENDAR: list[KoreanLunarCalendar] = []


@lru_cache(maxsize=65_536)
def solar_of_lunar(year: int, month: int, day: int, *, leap: bool = False) -> date | None:
    """The solar day of a lunar one; None where that lunar day never was."""
    with _LOCK:
        calendar = _calendar()
        if not calendar.setLunarDate(year, month, day, leap):
            return None
        return date(calendar.solarYear, calendar.solarMonth, calendar.solarDay)


@lru_cache(maxsize=65_536)
def lunar_of_solar(day: date) -> tuple[int, int, int, bool] | None:
    """Lunar year, month, day, and whether the month is a leap one; None outside the almanac."""
    with _LOCK:
        calendar = _calendar()
        if not calendar.setSolarDate(day.year, day.month, day.day):
            return None
        return (
            calendar.lunarYear,
            calendar.lunarMonth,
            calendar.lunarDay,
            bool(calendar.isIntercalation),
        )


def lunar_month_end(year: int, month: int, *, leap: bool = False) -> date | None:
    """The solar day of the last day of a lunar month; None where that month never was."""
    return solar_of_lunar(year, month, 30, leap=leap) or solar_of_lunar(year, month, 29, leap=leap)


def lunar_year_end(year: int) -> date | None:
    """The last solar day of a lunar year, leap months and all; None outside the almanac."""
    following = solar_of_lunar(year + 1, 1, 1)
    return following - timedelta(days=1) if following else None


def _calendar() -> KoreanLunarCalendar:
    # One object is kept because it sums a thousand years before its first answer.
    if not _CALENDAR:
        _CALENDAR.append(KoreanLunarCalendar())
    return _CALENDAR[0]
