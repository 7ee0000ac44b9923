"""What the worker looks for at start and ever after: states that need work.

State is the queue: operations never enqueue jobs, so a kill between a commit and its work loses
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sangbong.archive import tasks as archive
from sangbong.letters import tasks as letters
from sangbong.liaison import tasks as liaison
from sangbong.worker.routing import apply_waiting

Sweep = Callable[..., int]

SWEEPS: tuple[Sweep, ...] = (
    apply_waiting,
    liaison.collect_relayed,
    letters.prepare,
)
"""Run again and again; each takes `now` and returns how many pieces of work it did."""

HOUSEKEEPING: tuple[tuple[timedelta, Sweep], ...] = (
    (timedelta(minutes=5), liaison.keep_keys),
    (timedelta(hours=1), archive.tidy),
    (timedelta(hours=1), liaison.sweep_films),
    (timedelta(days=1), archive.check),
)
"""Run at start and then once in each interval."""


def sweep(*, now: datetime) -> int:
    """Run each sweep once; how many pieces of work were done in all. The carrier is another process."""
    return sum(run(now=now) for run in SWEEPS)


class Housekeeper:
    """Remembers when each piece of housekeeping was last done in this process."""

    def __init__(self) -> None:
        self._done_at: dict[Sweep, datetime] = {}

    def keep_house(self, *, now: datetime) -> list[Sweep]:
        """Do what is due; which ones were."""
        due = [
            run
            for every, run in HOUSEKEEPING
            if run not in self._done_at or now - self._done_at[run] >= every
        ]
        for run in due:
            self._done_at[run] = now
            run(now=now)
        return due
