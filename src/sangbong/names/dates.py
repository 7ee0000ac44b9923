"""Days of birth and death as people say them.

A date keeps what was written, the calendar it was meant in, and how exact it is. Comparing and
counting years use the *span* of solar days that the words allow; nothing is made more exact than
it was said.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.korean import calendar as almanac

ABOUT_YEARS = 2
"""Years on either side that "about" allows. Our convention: no source states one."""


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
    ABOUT = "about"
    UNKNOWN = "unknown"


_CALENDAR_WORDS = {
    "": Calendar.UNKNOWN,
    "음": Calendar.LUNAR,
    "음력": Calendar.LUNAR,
    "lunar": Calendar.LUNAR,
    "양": Calendar.SOLAR,
    "양력": Calendar.SOLAR,
    "solar": Calendar.SOLAR,
    "모름": Calendar.UNKNOWN,
    "unknown": Calendar.UNKNOWN,
}
_DATE = re.compile(
    r"(?P<year>\d{4})년?"
    r"(?:[-./]?(?P<leap>윤)?(?P<month>\d{1,2})월?(?:[-./]?(?P<day>\d{1,2})일?\.?)?)?\.?"
)
_DIGITS = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_ABOUT = re.compile(r"(?:about|약)(?P<before>\d{4})년?|(?P<after>\d{4})년?(?:경|쯤)")
_MARK = re.compile(r"\(?(음력|양력|음|양|lunar|solar)\)?")


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

    def solar_span(self) -> tuple[date, date] | None:
        """The earliest and the latest solar day that the words allow; None when nothing is known.

        Of a date in an unknown calendar both readings are allowed.
        """
        return _span(self)


def parse_date(raw: str, calendar: str = "", *, column: str) -> WrittenDate:
    """This will read a date such as 1931-03-05, 1931년 3월, 음 1931.윤5.5, about 1931 or nothing.

    Args:
        raw: the date as written; blank means not remembered.
        calendar: what a field beside it says (음, 양, 모름, lunar, solar, unknown or blank).
        column: heading of the field, shown with a fault.

    Raises:
        SangbongError: `names.date_unreadable`, `names.date_impossible`,
            `names.lunar_date_impossible`, `names.calendar_unknown` or
            `names.calendar_contradicts`: the writer's fault.
    """
    place = Place(column=column)
    said = _CALENDAR_WORDS.get(calendar.strip().casefold())
    if said is None:
        raise SangbongError("names.calendar_unknown", place=place, raw=calendar[:20])
    shown = raw.strip()[:40]
    text = "".join(raw.split()).casefold()
    if len(text) > 40:
        raise SangbongError("names.date_unreadable", place=place, raw=shown)
    text, marked = _take_mark(text)
    if marked is not None and said not in {marked, Calendar.UNKNOWN}:
        raise SangbongError("names.calendar_contradicts", place=place, raw=shown)
    return _read(text, shown, marked or said, place)


def age_on(written: WrittenDate, day: date) -> int | None:
    """The age in full years on a day, counted from the latest day of birth that the words allow.

    None when the date is not known; negative when the birth is later than the day.
    """
    span = written.solar_span()
    if span is None:
        return None
    born = span[1]
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _take_mark(text: str) -> tuple[str, Calendar | None]:
    mark = _MARK.search(text)
    if mark is None:
        return text, None
    rest = text[: mark.start()] + text[mark.end() :]
    return rest, _CALENDAR_WORDS[mark[1]]


def _read(text: str, shown: str, calendar: Calendar, place: Place) -> WrittenDate:
    if not text:
        return _checked(shown, (None, None, None), calendar, Precision.UNKNOWN, place)
    about = _ABOUT.fullmatch(text)
    if about:
        year = int(about["before"] or about["after"])
        return _checked(shown, (year, None, None), calendar, Precision.ABOUT, place)
    match = _DIGITS.fullmatch(text) or _DATE.fullmatch(text)
    if match is None:
        raise SangbongError("names.date_unreadable", place=place, raw=shown)
    parts = (
        int(match["year"]),
        int(match["month"]) if match["month"] else None,
        int(match["day"]) if match["day"] else None,
    )
    leap = bool(match.groupdict().get("leap"))
    if leap and calendar is Calendar.UNKNOWN:
        calendar = Calendar.LUNAR  # only the lunar calendar has leap months
    precision = (
        Precision.YEAR
        if parts[1] is None
        else Precision.MONTH
        if parts[2] is None
        else Precision.DAY
    )
    return _checked(shown, parts, calendar, precision, place, leap=leap)


def _checked(
    shown: str,
    parts: tuple[int | None, int | None, int | None],
    calendar: Calendar,
    precision: Precision,
    place: Place,
    *,
    leap: bool = False,
) -> WrittenDate:
    year, month, day = parts
    written = WrittenDate(shown, year, month, day, leap, calendar, precision)
    solar_leap = leap and calendar is Calendar.SOLAR
    if solar_leap or (precision is not Precision.UNKNOWN and written.solar_span() is None):
        code = "lunar_date_impossible" if calendar is Calendar.LUNAR else "date_impossible"
        raise SangbongError(f"names.{code}", place=place, raw=shown)
    return written


@lru_cache(maxsize=200_000)
def _span(written: WrittenDate) -> tuple[date, date] | None:
    year = written.year
    if year is None or not 1000 < year < 2050:
        return None  # the almanac's range, minus a year on either side for "about" and new years
    if written.precision is Precision.ABOUT:
        return date(year - ABOUT_YEARS, 1, 1), date(year + ABOUT_YEARS, 12, 31)
    readings = []
    if written.calendar is not Calendar.LUNAR:
        readings.append(_solar_reading(year, written.month, written.day))
    if written.calendar is not Calendar.SOLAR:
        readings.append(_lunar_reading(year, written.month, written.day, leap=written.leap))
    possible = [reading for reading in readings if reading is not None]
    if not possible:
        return None
    return min(first for first, _ in possible), max(last for _, last in possible)


def _solar_reading(year: int, month: int | None, day: int | None) -> tuple[date, date] | None:
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


def _lunar_reading(
    year: int, month: int | None, day: int | None, *, leap: bool
) -> tuple[date, date] | None:
    if month is None:
        first, last = almanac.solar_of_lunar(year, 1, 1), almanac.lunar_year_end(year)
    elif day is None:
        first = almanac.solar_of_lunar(year, month, 1, leap=leap)
        last = almanac.lunar_month_end(year, month, leap=leap)
    else:
        first = last = almanac.solar_of_lunar(year, month, day, leap=leap)
    return (first, last) if first and last else None
