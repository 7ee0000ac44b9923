"""What the worker has this room do by itself."""

from __future__ import annotations

from datetime import datetime

import structlog

from sangbong.kernel.errors import SangbongError
from sangbong.letters import operations, queries
from sangbong.office.core.actor import Actor

_log = structlog.get_logger()


def prepare(*, now: datetime) -> int:
    """Prepare every take that waits for the sandbox; how many were tried.

    Not to be called inside a transaction.
    """
    actor = Actor("system:worker", "preparing films")
    waiting = queries.takes_waiting(now=now)
    for take in waiting:

        def note(percent: int, take_id: int = take.take_id) -> None:
            operations.note_progress(take_id=take_id, percent=percent)

        try:
            operations.prepare_take(now=now, actor=actor, take_id=take.take_id, progress=note)
        except SangbongError as fault:
            _log.warning("letters.prepare_failed", take=take.take_id, code=fault.code)
    return len(waiting)
