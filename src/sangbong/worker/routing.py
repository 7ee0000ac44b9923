"""Maps a dispatch kind to the operation that takes it, as urls.py maps a path to a view.

Applying never waits for a person: the operation files the matter, and an officer's decision travels
later as a dispatch of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.letters import operations as letters
from sangbong.liaison import operations as liaison
from sangbong.liaison.core.dispatch import InboundDispatch
from sangbong.reunions import operations as reunions
from sangbong.selection import operations as selection
from sangbong.tracing import operations as tracing

Accept = Callable[..., None]

ROUTES: Mapping[str, Accept] = {
    "liaison.note": liaison.accept_note,
    "tracing.inquiry": tracing.accept_inquiry,
    "tracing.reply": tracing.accept_reply,
    "selection.final_list": selection.accept_final_list,
    "letters.film": letters.accept_film,
    "reunions.proposal": reunions.accept_proposal,
    "reunions.answer": reunions.accept_answer,
}


def apply_waiting(*, now: datetime) -> int:
    """Apply every dispatch whose turn has come; each in its own transaction. How many there were."""
    count = 0
    while liaison.apply_next(now=now, handler=lambda dispatch: route(dispatch, now=now)):
        count += 1
    return count


def route(dispatch: InboundDispatch, *, now: datetime) -> None:
    """Hand one opened dispatch to its room.

    Raises:
        SangbongError: `worker.unknown_kind`, or the room's own reason: the dispatch is refused.
    """
    accept = ROUTES.get(dispatch.kind)
    if accept is None:
        raise SangbongError("worker.unknown_kind", kind=dispatch.kind[:60])
    accept(now=now, dispatch=dispatch)
