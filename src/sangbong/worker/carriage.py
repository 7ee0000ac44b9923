"""Calls the other offices over the line whenever there is something to give them."""

from __future__ import annotations

from datetime import datetime

import structlog

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.office.queries import counterparts

log = structlog.get_logger()


def carry(*, now: datetime) -> int:
    """Hand over what waits for each office that has a line; how many papers and receipts moved.

    A line that is down is no fault: everything stays in our custody and is tried again.
    """
    moved = 0
    for other in counterparts():
        if other.confirmed_at is None or not other.link_url or not _something_for(other.code):
            continue
        try:
            report = operations.call_counterpart(now=now, recipient=other.code)
        except SangbongError as fault:
            log.info("carriage.not_now", counterpart=other.code, code=fault.code)
        else:
            moved += len(report.handed) + report.receipts
    return moved


def _something_for(code: OfficeCode) -> bool:
    return bool(
        queries.waiting_for(code) or queries.pending_receipts(code) or queries.settled_owed(code)
    )
