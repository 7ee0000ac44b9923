"""What the worker looks for at start and every half second: states that need work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sangbong.letters import tasks as letters
from sangbong.liaison import tasks as liaison
from sangbong.worker.routing import apply_waiting

SWEEPS: tuple[Callable[..., int], ...] = (liaison.carry, apply_waiting, letters.prepare)


def sweep(*, now: datetime) -> int:
    """Run each sweep once; how many pieces of work were done in all."""
    return sum(run(now=now) for run in SWEEPS)
