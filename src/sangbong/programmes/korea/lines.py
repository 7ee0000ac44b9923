"""Reads what was published of the lines between South and North: lines, hours, meetings, events.

1. The first seven columns of `data/hotline_events.csv` are kept word for word as they were gathered,
   with their sources; a day marked UNVERIFIED stays marked.
2. The columns `facts`, `label_en` and `label_ko` are ours: what the event says of which line, and its
   short name. An event that tells nothing of a line's state has no fact.
3. Hours are those of Seoul's clock, unless a row names another zone: from 15 August 2015 to 4 May 2018
   the North's clock was half an hour behind, and calls followed it.
"""

from __future__ import annotations

import csv
import re
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from sangbong.programmes.criteria import Standing
from sangbong.programmes.lines import (
    CallHour,
    Confidence,
    Known,
    LineData,
    LineEvent,
    MeetingHabit,
    PublishedFact,
)

ZONE = ZoneInfo("Asia/Seoul")
_HOUR = re.compile(r"\b(\d{2}):(\d{2})\b")


@cache
def all_lines() -> tuple[LineData, ...]:
    """Every line on file."""
    return tuple(
        LineData(
            code=row["code"],
            countries=_pair(row["countries"]),
            kind=row["kind"],
            name_en=row["name_en"],
            name_ko=row["name_ko"],
            from_date=date.fromisoformat(row["from_date"]),
            until_date=_day_or_none(row["until_date"]),
            source=row["source"],
        )
        for row in _rows("lines.csv")
    )


def lines_between(one: str, other: str) -> tuple[LineData, ...]:
    """The lines between the sides of two office codes, in use or not."""
    return tuple(line for line in all_lines() if line.joins(one, other))


@cache
def all_call_hours() -> tuple[CallHour, ...]:
    """Every rule of when a call is due."""
    return tuple(
        CallHour(
            line=row["line"],
            call=row["call"],
            at=time.fromisoformat(row["at"]),
            zone=row["zone"],
            weekdays=_weekdays(row["weekdays"]),
            from_date=date.fromisoformat(row["from_date"]),
            until_date=_day_or_none(row["until_date"]),
            turns=row["turns"],
            standing=Standing(row["standing"]),
            source=row["source"],
        )
        for row in _rows("call_hours.csv")
    )


def call_hours(one: str, other: str) -> tuple[CallHour, ...]:
    """When calls are due between the sides of two office codes."""
    known = {line.code for line in lines_between(one, other)}
    return tuple(hour for hour in all_call_hours() if hour.line in known)


@cache
def all_meeting_habits() -> tuple[MeetingHabit, ...]:
    """Every usual meeting."""
    return tuple(
        MeetingHabit(
            countries=_pair(row["countries"]),
            kind=row["kind"],
            at=time.fromisoformat(row["at"]),
            zone=row["zone"],
            weekdays=_weekdays(row["weekdays"]),
            from_date=date.fromisoformat(row["from_date"]),
            until_date=_day_or_none(row["until_date"]),
            standing=Standing(row["standing"]),
            source=row["source"],
        )
        for row in _rows("meeting_habits.csv")
    )


def meeting_habits(one: str, other: str) -> tuple[MeetingHabit, ...]:
    """The usual meetings between the sides of two office codes."""
    sides = {one[:2], other[:2]}
    return tuple(habit for habit in all_meeting_habits() if set(habit.countries) == sides)


@cache
def all_events() -> tuple[LineEvent, ...]:
    """Every published event, the oldest first."""
    return tuple(_event(n, row) for n, row in enumerate(_rows("hotline_events.csv"), start=1))


def events_between(one: str, other: str) -> tuple[LineEvent, ...]:
    """The published events of the lines between the sides of two office codes."""
    return all_events() if lines_between(one, other) else ()


def _event(number: int, row: dict[str, str]) -> LineEvent:
    precision = row["date_precision"]
    day, known = _first_day(row["date"])
    found = _HOUR.search(precision)
    at = time(int(found[1]), int(found[2])) if found else time()
    return LineEvent(
        number=number,
        at=datetime.combine(day, at, ZONE),
        known=Known.MINUTE if found else known,
        confidence=Confidence.UNVERIFIED if "UNVERIFIED" in precision else Confidence.SOURCED,
        date_as_printed=row["date"],
        precision_as_noted=precision,
        line_as_noted=row["line"],
        event=row["event"],
        state_as_noted=row["state_after"],
        detail=row["trigger_or_detail"],
        source=row["source"],
        label_en=row["label_en"],
        label_ko=row["label_ko"],
        facts=tuple(_fact(word, day, known) for word in row["facts"].split(";") if word),
    )


def _first_day(written: str) -> tuple[date, Known]:
    parts = [int(part) for part in written.split("-")]
    known = (Known.YEAR, Known.MONTH, Known.DAY)[len(parts) - 1]
    year, month, day = (*parts, 1, 1)[:3]
    return date(year, month, day), known


def _fact(word: str, day: date, known: Known) -> PublishedFact:
    line, _equals, rest = word.partition("=")
    said, _at, hour = rest.partition("@")
    at = time.fromisoformat(hour) if hour else time()
    exact = Known.MINUTE if hour else known
    return PublishedFact(line=line, said=said, at=datetime.combine(day, at, ZONE), known=exact)


def _pair(written: str) -> tuple[str, str]:
    one, other = written.split(";")
    return one, other


def _weekdays(written: str) -> frozenset[int]:
    return frozenset(int(number) for number in written.split(";"))


def _day_or_none(written: str) -> date | None:
    return date.fromisoformat(written) if written else None


def _rows(name: str) -> list[dict[str, str]]:
    text = files(__package__).joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
