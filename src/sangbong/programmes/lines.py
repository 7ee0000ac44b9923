"""Lines between two sides: their hours, their usual meetings, and what was published about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from sangbong.programmes.criteria import Standing


class Known(StrEnum):
    """How exactly a moment is known."""

    MINUTE = "minute"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Confidence(StrEnum):
    """How well a published day is sourced; only the month or year may be."""

    SOURCED = "sourced"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class LineData:
    """One line between two countries, in use from `from_date` through `until_date` if it ended."""

    code: str
    countries: tuple[str, str]
    kind: str
    name_en: str
    name_ko: str
    from_date: date
    until_date: date | None
    source: str

    def joins(self, one: str, other: str) -> bool:
        """Whether it runs between the sides of two office codes."""
        return {one[:2], other[:2]} == set(self.countries)


@dataclass(frozen=True, slots=True)
class CallHour:
    """A call that is due on some weekdays (Monday is 1) at an hour of a zone's clock.

    `turns` says whose turn it is to ring: `odd_south`, on odd days of the month the South; empty
    where no custom is known.
    """

    line: str
    call: str
    at: time
    zone: str
    weekdays: frozenset[int]
    from_date: date
    until_date: date | None
    turns: str
    standing: Standing
    source: str

    def due_on(self, day: date) -> bool:
        """Whether a call is due by this rule on a day."""
        begun = self.from_date <= day and (self.until_date is None or day <= self.until_date)
        return begun and day.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class MeetingHabit:
    """A meeting that is usual on some weekdays at an hour of a zone's clock."""

    countries: tuple[str, str]
    kind: str
    at: time
    zone: str
    weekdays: frozenset[int]
    from_date: date
    until_date: date | None
    standing: Standing
    source: str

    def usual_on(self, day: date) -> bool:
        """Whether such a meeting is usual on a day."""
        begun = self.from_date <= day and (self.until_date is None or day <= self.until_date)
        return begun and day.isoweekday() in self.weekdays


@dataclass(frozen=True, slots=True)
class PublishedFact:
    """What a published event says of one line: `said` is open, degraded, suspended or restored."""

    line: str
    said: str
    at: datetime
    known: Known


@dataclass(frozen=True, slots=True)
class LineEvent:
    """One published event of a line, word for word as it was found, and what it says of which line.

    `at` is the first moment that the printed date allows, with `known` how exactly that is.
    """

    number: int
    at: datetime
    known: Known
    confidence: Confidence
    date_as_printed: str
    precision_as_noted: str
    line_as_noted: str
    event: str
    state_as_noted: str
    detail: str
    source: str
    label_en: str
    label_ko: str
    facts: tuple[PublishedFact, ...]
