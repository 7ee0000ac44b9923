"""The one clock of a process, read only at the edges."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Tells domain time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


@dataclass(slots=True)
class FixedClock:
    """A clock that stands still until it is set: for tests and for the conductor of a demo."""

    at: datetime

    def now(self) -> datetime:
        """The instant it was set to."""
        return self.at
