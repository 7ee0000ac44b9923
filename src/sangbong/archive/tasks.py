"""What the worker has the archive do by itself."""

from __future__ import annotations

from datetime import datetime

from sangbong.archive import operations
from sangbong.office.core.actor import Actor


def tidy(*, now: datetime) -> int:
    """Remove what crashes left behind; how many files."""
    del now  # files are dated by the disk
    return operations.sweep()


def check(*, now: datetime) -> int:
    """Read the whole archive back, nightly; how many objects are damaged."""
    actor = Actor("system:worker", "nightly fixity check")
    return len(operations.check_fixity(now=now, actor=actor).faults)
