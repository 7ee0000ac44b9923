"""What the worker does for the channel without being asked."""

from __future__ import annotations

from datetime import datetime

import structlog

from sangbong.liaison import operations, queries
from sangbong.office import tasks as keys

_log = structlog.get_logger(__name__)


def keep_keys(*, now: datetime) -> int:
    """Keep our keys, all but those that something here is still sealed to, and tell the new ones."""
    kept = keys.keep_keys(now=now, needed=queries.epochs_unopened(now=now))
    return kept + operations.tell_keys(now=now)


def sweep_films(*, now: datetime) -> int:
    """Let go of the films that nothing needs any more."""
    return operations.sweep_films(now=now)


def collect_relayed(*, now: datetime) -> int:
    """Read the bundles that other offices relayed to us; how many there were."""
    reports = operations.collect_relayed(now=now)
    for report in reports:
        for fault in report.faults:
            _log.warning("liaison.relayed", sender=report.sender, what=fault.what, code=fault.code)
    return len(reports)
