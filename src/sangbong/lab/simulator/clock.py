"""The world's one true time, and each office's own wrong clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

BEGINS = datetime(2018, 6, 25, tzinfo=UTC)
"""When every simulated history begins."""
TICKS_A_DAY = 8
TICK = timedelta(days=1) / TICKS_A_DAY
SKEW_MAX = timedelta(hours=6)
"""How far an office's clock stands from the true one, at most, before somebody sets it."""


@dataclass(slots=True)
class WorldClock:
    """Counts ticks; nothing in a run reads any other time."""

    tick: int = 0

    @property
    def now(self) -> datetime:
        """The true time."""
        return BEGINS + self.tick * TICK

    @property
    def day(self) -> int:
        """Whole days since the beginning."""
        return self.tick // TICKS_A_DAY


@dataclass(slots=True)
class OfficeClock:
    """What the clock on an office's wall shows: skewed, and set back and forth by hand."""

    world: WorldClock
    skew: timedelta

    @property
    def now(self) -> datetime:
        """What the office believes the time to be; it may be less than it was a moment ago."""
        return self.world.now + self.skew

    def jump(self, by: timedelta) -> None:
        """Somebody sets the clock, or its battery fails."""
        self.skew += by
