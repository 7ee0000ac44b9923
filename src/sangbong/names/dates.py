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

How words are read is the tradition's: `korean/written.py`.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.korean import calendar as almanac
from sangbong.names.korean.eras import Era
from sangbong.names.korean.numerals import LAST_DAY
from sangbong.names.korean.written import UnreadableError, Words, read_words

WRITTEN_MAX = 40
"""Characters of a date; longer texts are notes."""
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
    """The year only, or several years (D2), with or without a month and day in them."""
    ABOUT = "about"
    UNKNOWN = "unknown"


_SOLAR_WORDS = frozenset(("양력", "양", "陽曆", "陽", "solar"))
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


def parse_date(raw: str, calendar: str = "", *, column: str) -> WrittenDate:
    """This will read a date such as 1931-03-05, 1931년 3월, 음 1931.윤5.5, about 1931 or nothing.

    Also eras (단기 4263, 주체19(1930)년, 昭和五年三月五日, S5.3.5), numerals in Hangul and Hanja, the
    cycle of sixty (경오년), animals (말띠), 정월 초하루 to 섣달 그믐, feast days, English months,
    and a note that it was registered late; `korean/written.py` has the rules.

    Args:
        raw: the date as written, of at most `WRITTEN_MAX` characters; blank means not remembered.
        calendar: what a field beside it says (음, 양, 모름, lunar, solar, unknown or blank).
        column: heading of the field, shown with a fault.

    Raises:
        SangbongError: `names.date_unreadable`, `names.date_impossible`,
            `names.lunar_date_impossible`, `names.era_impossible`, `names.year_name_unknown`,
            `names.year_contradicts`, `names.calendar_unknown`, `names.calendar_contradicts` or
            `names.calendars_disagree`: the writer's fault.
    """
    place = Place(column=column)
    field = _CALENDAR_WORDS.get(calendar.strip().casefold())
    if field is None:
        raise SangbongError("names.calendar_unknown", place=place, raw=calendar[:20])
    shown = raw.strip()
    try:
        if len(shown) > WRITTEN_MAX:
            raise UnreadableError("names.date_unreadable")
        both = _BOTH.fullmatch(shown)
        if both:
            return _in_both(shown, both, field)
        words = read_words(shown)
        return _resolved(shown, words, _calendar_of(words, field))
    except UnreadableError as error:
        raise SangbongError(str(error), place=place, raw=shown[:WRITTEN_MAX]) from None


def age_on(written: WrittenDate, day: date) -> int | None:
    """The age in full years on a day, counted from the latest day of birth that the words allow.

    None when the date is not known; negative when the birth is later than the day.
    """
    span = written.solar_span()
    if span is None:
        return None
    born = span[1]
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _calendar_of(words: Words, field: Calendar) -> Calendar:
    """The calendar that the words and the field beside them agree on."""
    said = Calendar(words.calendar) if words.calendar else field
    if field not in {said, Calendar.UNKNOWN}:
        raise UnreadableError("names.calendar_contradicts")
    if words.leap and said is Calendar.SOLAR:
        raise UnreadableError("names.date_impossible")  # only the lunar calendar has leap months
    if words.lunar_words and not words.calendar:
        if said is Calendar.SOLAR:
            raise UnreadableError("names.calendar_contradicts")
        return Calendar.LUNAR
    return said


_BOTH = re.compile(
    r"(?P<outer>.+)\((?P<word>(?:음력|음|陰曆|陰|양력|양|陽曆|陽|lunar|solar)(?![력曆]))(?P<inner>[^()띠]+)\)\s*\.?"
)


def _in_both(shown: str, both: re.Match[str], field: Calendar) -> WrittenDate:
    """A day written in both calendars (D5)."""
    inner = Calendar.SOLAR if both["word"] in _SOLAR_WORDS else Calendar.LUNAR
    outer = Calendar.LUNAR if inner is Calendar.SOLAR else Calendar.SOLAR
    words = read_words(both["outer"])
    first = _resolved(shown, words, _calendar_of(words, outer))
    day = first.solar_span()
    if day is None or first.precision is not Precision.DAY:
        raise UnreadableError("names.date_unreadable")
    lunar = almanac.lunar_of_solar(day[0])
    assert lunar is not None  # noqa: S101 -- no date outside the almanac is read
    year = day[0].year if inner is Calendar.SOLAR else lunar[0]
    words = _of_year(both["inner"], year)
    second = _resolved(shown, words, _calendar_of(words, inner))
    if second.precision is not Precision.DAY:
        raise UnreadableError("names.date_unreadable")
    if second.solar_span() != day:
        raise UnreadableError("names.calendars_disagree")
    return second if field is inner else first


def _of_year(text: str, year: int) -> Words:
    """What a text says, the year being known where it names none."""
    try:
        return read_words(text)
    except UnreadableError:
        return read_words(f"{year}년 {text}")


def _resolved(shown: str, words: Words, calendar: Calendar) -> WrittenDate:
    """The date of the words, each year of it asked of the calendar (D2, D3, D4)."""
    if not words.years:
        return WrittenDate(
            shown,
            None,
            None,
            None,
            leap=False,
            calendar=calendar,
            precision=Precision.UNKNOWN,
            late=words.late,
        )
    dates = [found for year in words.years if (found := _in_year(shown, words, calendar, year))]
    if not dates:
        code = "lunar_date_impossible" if calendar is Calendar.LUNAR else "date_impossible"
        raise UnreadableError(f"names.{code}")
    if words.era and not any(_within(words.era, found) for found in dates):
        raise UnreadableError("names.era_impossible")
    first = dates[0]
    if len(dates) == 1:
        return first
    return replace(
        first,
        year=None,
        day=first.day if all(found.day == first.day for found in dates) else None,
        precision=Precision.YEAR,
        years=tuple(found.year for found in dates if found.year is not None),
    )


def _in_year(shown: str, words: Words, calendar: Calendar, year: int) -> WrittenDate | None:
    """The date in one of its years; None where that day never was."""
    if words.about:
        precision = Precision.ABOUT
    elif words.month is None:
        precision = Precision.YEAR
    else:
        precision = Precision.MONTH if words.day is None else Precision.DAY
    day = words.day
    if day == LAST_DAY:
        day = _last_day(words, calendar, year)
    written = WrittenDate(
        shown, year, words.month, day, words.leap, calendar, precision, late=words.late
    )
    return written if written.solar_span() else None


def _last_day(words: Words, calendar: Calendar, year: int) -> int | None:
    month = words.month
    if month is None or not 1 <= month <= 12:
        return LAST_DAY
    if calendar is Calendar.SOLAR:
        return monthrange(year, month)[1]
    found = almanac.lunar_month(year, month, leap=words.leap)
    return found.days if found else LAST_DAY


def _within(era: Era, written: WrittenDate) -> bool:
    return any(era.meets(*reading) for reading in _readings(written))


@lru_cache(maxsize=200_000)
def _span(written: WrittenDate) -> tuple[date, date] | None:
    possible = _readings(written)
    if not possible:
        return None
    return min(first for first, _ in possible), max(last for _, last in possible)


def _readings(written: WrittenDate) -> list[tuple[date, date]]:
    """The days of the date in each year and each calendar that it can be meant in."""
    years = written.years if written.year is None else (written.year,)
    found: list[tuple[date, date] | None] = []
    for year in years:
        if not almanac.FIRST_YEAR < year < almanac.LAST_YEAR:
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


def lunar_reading(
    year: int, month: int | None, day: int | None, *, leap: bool
) -> tuple[date, date] | None:
    """The first and last solar day of a lunar year, month or day; None where it never was."""
    if month is None:
        first, last = almanac.solar_of_lunar(year, 1, 1), almanac.lunar_year_end(year)
    elif day is None:
        first = almanac.solar_of_lunar(year, month, 1, leap=leap)
        last = almanac.lunar_month_end(year, month, leap=leap)
    else:
        first = last = almanac.solar_of_lunar(year, month, day, leap=leap)
    return (first, last) if first and last else None
