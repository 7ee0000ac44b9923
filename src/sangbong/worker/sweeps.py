"""What the worker looks for at start and every half second: states that need work.

State is the queue: operations never enqueue jobs, so a kill between a commit and its work loses
nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sangbong.letters import tasks as letters
from sangbong.worker.carriage import carry
from sangbong.worker.routing import apply_waiting

SWEEPS: tuple[Callable[..., int], ...] = (apply_waiting, letters.prepare, carry)


def sweep(*, now: datetime) -> int:
    """Run each sweep once; how many pieces of work were done in all."""
    return sum(run(now=now) for run in SWEEPS)
