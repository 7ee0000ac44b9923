"""Clocks of the world: the machine's own, and story time for drill offices."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)


class StoryClock:
    """Reads the instant that the conductor of a demo wrote; only drill offices may use it."""

    def __init__(self, path: Path) -> None:
        """Remember the file that holds one ISO instant."""
        self.path = path

    def now(self) -> datetime:
        """The instant that the story has reached."""
        return datetime.fromisoformat(self.path.read_text("ascii").strip())
