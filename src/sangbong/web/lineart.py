"""The timeline of the lines, laid out here and only drawn by its template.

One lane a line; time runs to the right. The years before 2008 are drawn narrower, since little was
published of them; the change of scale is marked. Lengths are in units of the drawing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sangbong.liaison.core.people.line_state import LineState

WIDTH = 1000
LANE_HEIGHT = 62
TOP = 26
_BEND = date(2008, 1, 1)
_EARLY_SHARE = 240
_WIDTH_MIN = 2.0
_CHARACTER_WIDTH = 9
_HEIGHTS = {
    LineState.OPEN: 4,
    LineState.RESTORED: 4,
    LineState.DEGRADED: 14,
    LineState.SUSPENDED: 24,
}


@dataclass(frozen=True, slots=True)
class Run:
    """One state of a line from a day until a day, as the page has already put it into words."""

    state: LineState
    since: datetime
    until: datetime
    said: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A run as a rectangle."""

    x: str
    y: int
    width: str
    height: int
    state: str
    said: str
    label: str
    middle: str


@dataclass(frozen=True, slots=True)
class LaneDrawn:
    """A line with its bars; `y` is the base of its name."""

    name: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A year on the axis."""

    x: str
    year: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole timeline; `bend` is where the scale changes, empty where it does not."""

    width: int
    height: int
    lanes: tuple[LaneDrawn, ...]
    ticks: tuple[Tick, ...]
    bend: str


def draw(lanes: Sequence[tuple[str, Sequence[Run]]], *, now: datetime) -> Drawing | None:
    """Lay out the lanes from their first run to now; None where there is no run."""
    moments = [run.since for _name, runs in lanes for run in runs]
    if not moments:
        return None
    scale = _Scale(min(moments), now)
    drawn = []
    for n, (name, runs) in enumerate(lanes):
        middle = TOP + n * LANE_HEIGHT + 40
        bars = tuple(_bar(run, scale, middle) for run in runs)
        drawn.append(LaneDrawn(name=name, y=TOP + n * LANE_HEIGHT + 16, bars=bars))
    return Drawing(
        width=WIDTH,
        height=TOP + len(lanes) * LANE_HEIGHT + 4,
        lanes=tuple(drawn),
        ticks=scale.ticks(),
        bend=scale.bend,
    )


def _bar(run: Run, scale: _Scale, middle: int) -> Bar:
    x = min(scale.x(run.since), WIDTH - _WIDTH_MIN)
    width = max(_WIDTH_MIN, scale.x(run.until) - x)
    height = _HEIGHTS[run.state]
    return Bar(
        x=f"{x:.1f}",
        y=middle - height // 2,
        width=f"{width:.1f}",
        height=height,
        state=run.state.value,
        said=run.said,
        label=run.label if width >= (len(run.label) + 1) * _CHARACTER_WIDTH else "",
        middle=f"{x + width / 2:.1f}",
    )


class _Scale:
    """Where a moment stands; the years before 2008 take under a quarter of the width."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self._zone = last.tzinfo
        self._first = date(first.year, 1, 1).toordinal()
        self._last = max(last.date().toordinal() + 1, self._first + 1)
        bends = self._first < _BEND.toordinal() < self._last
        self._bend = _BEND.toordinal() if bends else self._first
        self._early = _EARLY_SHARE if bends else 0

    @property
    def bend(self) -> str:
        return f"{self._early}" if self._early else ""

    def x(self, at: datetime) -> float:
        # a day and its hour: a line cut at noon is not cut since midnight
        local = at.astimezone(self._zone)
        day = local.date().toordinal() + (local.hour * 60 + local.minute) / 1440
        return self._x(day)

    def _x(self, day: float) -> float:
        if day < self._bend:
            return self._early * (day - self._first) / (self._bend - self._first)
        rest = WIDTH - self._early
        return self._early + rest * (day - self._bend) / (self._last - self._bend)

    def ticks(self) -> tuple[Tick, ...]:
        first, last = date.fromordinal(self._first).year, date.fromordinal(self._last).year
        found = []
        for year in range(first, last + 1):
            day = date(year, 1, 1).toordinal()
            if day > self._last:
                break
            early = day < self._bend
            if year % 10 == 0 if early else self._shown(year, last):
                found.append(Tick(x=f"{self._x(day):.1f}", year=year))
        return tuple(found)

    def _shown(self, year: int, last: int) -> bool:
        # the last years must not push their labels over the edge
        return (year - _BEND.year) % 2 == 0 and self._last - date(year, 1, 1).toordinal() > 200 * (
            last > year - 1
        )
