"""Korean dates: their words, in each year and calendar that they can be meant in.

Rules D1 to D5 of `names.dates` say what is kept and what is refused; `written.py` (W1 to W6) says
what the words mean before a calendar is asked whether the day was.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import replace

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.dates import WRITTEN_MAX, Calendar, Precision, WrittenDate, readings_of
from sangbong.names.korean import calendar as almanac
from sangbong.names.korean.eras import Era
from sangbong.names.korean.numerals import LAST_DAY
from sangbong.names.korean.written import UnreadableError, Words, read_words

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


class KoreanDates:
    """How Koreans write dates."""

    def read(self, raw: str, calendar: str, column: str) -> WrittenDate:
        """The date as written."""
        return read_date(raw, calendar, column=column)


DATES = KoreanDates()


def read_date(raw: str, calendar: str = "", *, column: str) -> WrittenDate:
    """This will read a date such as 1931-03-05, 1931년 3월, 음 1931.윤5.5, about 1931 or nothing.

    Also eras (단기 4263, 주체19(1930)년, 昭和五年三月五日, S5.3.5), numerals in Hangul and Hanja, the
    cycle of sixty (경오년), animals (말띠), 정월 초하루 to 섣달 그믐, feast days, English months,
    and a note that it was registered late; `written.py` has the rules.

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
    return any(era.meets(*reading) for reading in readings_of(written))
