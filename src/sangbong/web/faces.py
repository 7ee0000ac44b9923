"""What the components show, as plain frozen data: pages build these, templates only draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sangbong.names.explain import LedgerLine

BITS = 1000
"""Evidence is counted in thousandths of a bit, so that no float enters a paper."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as a word and a shape; the tone (colour) only repeats what both say.

    Shapes: ring disc half triangle square diamond dash tick arrow seal.
    Tones: quiet moving done needs refused.
    """

    word: str
    shape: str = "ring"
    tone: str = "quiet"


@dataclass(frozen=True, slots=True)
class Answers:
    """The three things every page says above the fold."""

    what: str
    waits_for: str
    next_by: str


@dataclass(frozen=True, slots=True)
class PersonName:
    """A name as written, with its other forms beside it, never instead of it."""

    written: str
    hanja: str = ""
    roman: str = ""
    house: str = ""
    other_side: str = ""


@dataclass(frozen=True, slots=True)
class DateShown:
    """A date as written, as we read it, and how sure that reading is."""

    written: str
    read: str = ""
    sure: str = ""


@dataclass(frozen=True, slots=True)
class PlaceShown:
    """A place as written, and where that is by its name of 1945."""

    written: str
    then: str = ""


@dataclass(frozen=True, slots=True)
class NamesLedger:
    """Why two names agree or not: the pair compared, part by part, and what it allows to be said."""

    title: str
    pair: str
    lines: tuple[LedgerLine, ...]
    verdict: str
    note: str


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One reason for or against: the two values compared and its weight in thousandths of a bit."""

    what: str
    ours: str
    theirs: str
    millibits: int
    scale: int = 1
    ledger: NamesLedger | None = None

    @property
    def bits(self) -> str:
        """The weight with its sign and one decimal."""
        return bits_text(self.millibits)

    @property
    def side(self) -> str:
        """Which way it speaks: for, against, or not at all."""
        if self.millibits == 0:
            return "none"
        return "for" if self.millibits > 0 else "against"

    @property
    def width(self) -> str:
        """Length of the bar in percent of the whole drawing, zero being in its middle."""
        return percent(abs(self.millibits), 2 * self.scale)

    @property
    def start(self) -> str:
        """Left end of the bar in percent."""
        if self.millibits >= 0:
            return "50"
        return percent(self.scale - abs(self.millibits), 2 * self.scale)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All reasons of one comparison on one scale, and their sum."""

    lines: tuple[EvidenceLine, ...]
    total_millibits: int

    @property
    def total(self) -> str:
        """The sum with its sign and one decimal."""
        return bits_text(self.total_millibits)


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One stage of a funnel and why fewer remained."""

    label: str
    count: int
    of: int
    left: tuple[tuple[str, int], ...] = ()

    @property
    def width(self) -> str:
        """Length of the bar in percent of the first stage."""
        return percent(self.count, self.of)


@dataclass(frozen=True, slots=True)
class BarRow:
    """One bar of a chart: what, how many, out of the longest, and how the number is said."""

    label: str
    value: int
    of: int
    said: str = ""
    quiet: bool = False

    @property
    def width(self) -> str:
        """Length in percent of the longest bar."""
        return percent(self.value, self.of)


@dataclass(frozen=True, slots=True)
class Event:
    """One point of a timeline."""

    at: datetime | date | None
    what: str
    by: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class LineDay:
    """One day of the calendar strip: calls made, missed or silent."""

    day: date
    state: str
    said: str
    today: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a longer work: done, current or ahead."""

    label: str
    state: str = "ahead"


@dataclass(frozen=True, slots=True)
class Consent:
    """One of the two people whom a grave decision needs."""

    role: str
    name: str = ""
    at: datetime | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One line of the error summary: the sentence, and where to jump to mend it."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter to press."""

    label: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Where a long list stands."""

    number: int
    pages: int
    total: int
    previous_href: str = ""
    next_href: str = ""


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One line of Today: what waits, since when, and the press that does it."""

    say: str
    count: int
    href: str
    verb: str
    since: str = ""
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One cell of a timetable: a sitting, or a gap, over so many columns."""

    span: int
    label: str = ""
    said: str = ""
    href: str = ""
    waits: bool = False
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class HallRow:
    """One room's day."""

    hall: str
    blocks: tuple[Block, ...] = field(default=())


def percent(part: int, whole: int) -> str:
    """A share as SVG reads it: two decimals, a point, between 0 and 100."""
    if whole <= 0:
        return "0"
    hundredths = max(0, min(10_000, part * 10_000 // whole))
    return f"{hundredths // 100}.{hundredths % 100:02d}"


def bits_text(millibits: int) -> str:
    """A weight as people read it: sign, one decimal, and a true minus."""
    tenths = (abs(millibits) + BITS // 20) // (BITS // 10)
    sign = "" if tenths == 0 else "+" if millibits > 0 else "−"
    return f"{sign}{tenths // 10}.{tenths % 10}"


def evidence(items: Sequence[tuple[str, str, str, int]]) -> Evidence:
    """Lay reasons (what, ours, theirs, thousandths of a bit) on one scale, the strongest filling it."""
    scale = max((abs(weight) for *_, weight in items), default=1) or 1
    return Evidence(
        lines=tuple(
            EvidenceLine(what, ours, theirs, weight, scale) for what, ours, theirs, weight in items
        ),
        total_millibits=sum(weight for *_, weight in items),
    )


def bars(rows: Sequence[tuple[str, int]], *, quiet: frozenset[str] = frozenset()) -> list[BarRow]:
    """Bars on one scale, the longest filling it."""
    longest = max((value for _, value in rows), default=0)
    return [
        BarRow(label=label, value=value, of=longest, said=f"{value:,}", quiet=label in quiet)
        for label, value in rows
    ]


def funnel(steps: Sequence[tuple[str, int, Sequence[tuple[str, int]]]]) -> list[FunnelStep]:
    """Stages on the scale of the first; with each, why some did not go on."""
    first = steps[0][1] if steps else 0
    return [
        FunnelStep(label=label, count=count, of=first, left=tuple(left))
        for label, count, left in steps
    ]
