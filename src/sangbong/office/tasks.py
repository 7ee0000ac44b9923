"""What the worker has this room do by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import structlog

from sangbong.office import operations
from sangbong.office.core.actor import Actor
from sangbong.office.queries import own_statement, renewal_due

_log = structlog.get_logger()
_WORKER = Actor("system:worker", "housekeeping of keys")


def keep_keys(*, now: datetime, needed: Collection[int]) -> int:
    """Make epochs ahead and destroy those that are over; how many keys or statements it was.

    `needed` are the epochs of dispatches that we hold and have not opened (liaison knows them). Not
    to be called inside a transaction.
    """
    kept = operations.keep_keys(now=now, actor=_WORKER, needed=needed)
    if kept.serial:
        _log.info("office.statement_published", serial=kept.serial)
    elif renewal_due(now):
        _log.info("office.renewal_waits_for_root", serial=own_statement().serial)
    return bool(kept.serial) + kept.epochs_destroyed + kept.signers_destroyed
