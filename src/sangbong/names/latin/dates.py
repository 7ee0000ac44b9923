"""Gregorian days as they are written in Latin letters.

1. (LD1) Read are 1931-03-05, 5/3/1931, 5.3.1931, 5 March 1931, March 5, 1931, and the same without
   a day or without a month; *about* or *c.* before a year; a blank for what nobody remembers.
2. (LD2) Of three numbers the day stands first. 3/25/1931 is refused and not turned round: who
   turns one date round has guessed at every other one of the list.
3. (LD3) There is no other calendar; a field that names one is refused.

Month names: English and their first three letters; general knowledge.
"""

from __future__ import annotations

import re

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.dates import Calendar, Precision, WrittenDate
from sangbong.names.text import clean_text

MAX_LENGTH = 40
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH_OF = {word: at for at, name in enumerate(_MONTHS, start=1) for word in (name, name[:3])}
_CALENDAR_WORDS = frozenset({"", "solar", "gregorian", "unknown"})
_NAME = "(?P<name>" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")\.?"
_DAY = "(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_YEAR = "(?P<year>[0-9]{4})"
_FORMS = tuple(
    re.compile(form)
    for form in (
        _YEAR + "(?:-(?P<month>[0-9]{1,2})(?:-(?P<day>[0-9]{1,2}))?)?",
        "(?:(?P<day>[0-9]{1,2})(?P<sign>[/.-]))?(?P<month>[0-9]{1,2})(?(sign)(?P=sign)|[/.])"
        + _YEAR,
        f"(?:{_DAY} )?{_NAME},? {_YEAR}",
        f"{_NAME} {_DAY},? {_YEAR}",
    )
)
_ABOUT = re.compile(r"(?:about|around|circa|ca?\.?) ?" + _YEAR)


class LatinDates:
    """How dates are written in Latin letters: rules LD1 to LD3."""

    def read(self, raw: str, calendar: str, column: str) -> WrittenDate:
        """The date as written."""
        return read_date(raw, calendar, column=column)


DATES = LatinDates()


def read_date(raw: str, calendar: str = "", *, column: str) -> WrittenDate:
    """This will read a Gregorian date: rules LD1 to LD3.

    Args:
        raw: the date as written; blank means not remembered.
        calendar: what a field beside it says: solar, gregorian, unknown or blank.
        column: heading of the field, shown with a fault.

    Raises:
        SangbongError: as `names.text.clean_text`, or `names.date_unreadable`,
            `names.date_impossible` or `names.calendar_not_kept`: the writer's fault.
    """
    place = Place(column=column)
    if calendar.strip().casefold() not in _CALENDAR_WORDS:
        raise SangbongError("names.calendar_not_kept", place=place, raw=calendar.strip()[:20])
    shown = clean_text(raw, column=column, max_length=MAX_LENGTH)
    text = " ".join(shown.split()).casefold()
    if not text:
        return _written(shown, (None, None, None), Precision.UNKNOWN)
    written = _read(text, shown)
    if written is None:
        raise SangbongError("names.date_unreadable", place=place, raw=shown)
    if written.solar_span() is None:
        raise SangbongError("names.date_impossible", place=place, raw=shown)
    return written


def _read(text: str, shown: str) -> WrittenDate | None:
    about = _ABOUT.fullmatch(text)
    if about:
        return _written(shown, (int(about["year"]), None, None), Precision.ABOUT)
    for form in _FORMS:
        match = form.fullmatch(text)
        if match:
            return _matched(match.groupdict(), shown)
    return None


def _matched(said: dict[str, str | None], shown: str) -> WrittenDate:
    name, figures, day = said.get("name"), said.get("month"), said["day"]
    month = _MONTH_OF[name] if name else int(figures) if figures else None
    precision = Precision.DAY if day else Precision.MONTH if month is not None else Precision.YEAR
    year = said["year"]
    assert year  # noqa: S101 -- every form has a year
    return _written(shown, (int(year), month, int(day) if day else None), precision)


def _written(
    shown: str, parts: tuple[int | None, int | None, int | None], precision: Precision
) -> WrittenDate:
    year, month, day = parts
    return WrittenDate(
        as_written=shown,
        year=year,
        month=month,
        day=day,
        leap=False,
        calendar=Calendar.SOLAR,
        precision=precision,
    )
