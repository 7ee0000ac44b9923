"""What the worker does for the channel without being asked."""

from __future__ import annotations

from datetime import datetime

import structlog

from sangbong.kernel.errors import SangbongError
from sangbong.liaison import operations, queries
from sangbong.office import tasks as keys
from sangbong.office.queries import counterparts

_log = structlog.get_logger(__name__)


def carry(*, now: datetime) -> int:
    """Call every confirmed office that has a line and to which we have something to say.

    Whoever has something to say calls: so nobody has to ask whether there is news. An office that
    does not answer costs this sweep nothing but its time-out; the next one tries again.

    Returns:
        How many dispatches were handed over and receipts given or got.
    """
    done = 0
    for other in counterparts():
        if other.confirmed_at is None or not other.link_url:
            continue
        if not queries.anything_to_say(other.code, now=now):
            continue
        try:
            done += operations.call_counterpart(now=now, recipient=other.code).progress
        except SangbongError as fault:
            _log.warning("liaison.call_failed", counterpart=other.code, code=fault.code)
    return done


def keep_keys(*, now: datetime) -> int:
    """Keep our keys, all but those that something here is still sealed to, and tell the new ones."""
    kept = keys.keep_keys(now=now, needed=queries.epochs_unopened())
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
