"""Maps a dispatch kind to the operation that takes it, as urls.py maps a path to a view.

Applying never waits for a person: the operation files the matter, and an officer's decision travels
later as a dispatch of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from sangbong.kernel.errors import SangbongError
from sangbong.letters import operations as letters
from sangbong.liaison import operations as liaison
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.reunions import operations as reunions
from sangbong.selection import operations as selection
from sangbong.tracing import operations as tracing

log = structlog.get_logger()

Accept = Callable[..., None]

ROUTES: Mapping[str, Accept] = {
    "liaison.note": liaison.accept_note,
    "liaison.keys": liaison.accept_keys,
    "liaison.relay": liaison.accept_relay,
    "liaison.restored": liaison.accept_restored,
    "liaison.offer": liaison.accept_offer,
    "liaison.offer_answer": liaison.accept_offer_answer,
    "tracing.inquiry": tracing.accept_inquiry,
    "tracing.reply": tracing.accept_reply,
    "selection.final_list": selection.accept_final_list,
    "letters.film": letters.accept_film,
    "reunions.proposal": reunions.accept_proposal,
    "reunions.answer": reunions.accept_answer,
}


def apply_waiting(*, now: datetime) -> int:
    """Apply every dispatch whose turn has come; each in its own transaction. How many there were.

    A fault of our own leaves its dispatch *received*, to be tried in the next sweep; dispatches of
    other streams go on meanwhile.
    """
    count = 0
    stuck: set[str] = set()
    while True:
        opened: list[str] = []

        def take(dispatch: InboundDispatch, opened: list[str] = opened) -> None:
            opened.append(dispatch.id)
            route(dispatch, now=now)

        try:
            if not liaison.apply_next(now=now, handler=take, passing_over=stuck):
                return count
        except Exception:
            if not opened:
                raise
            log.exception("routing.not_applied", dispatch=opened[0])
            stuck.add(opened[0])
        else:
            count += 1


def route(dispatch: InboundDispatch, *, now: datetime) -> None:
    """Hand one opened dispatch to its room.

    Raises:
        SangbongError: `worker.unknown_kind`, or the room's own reason: the dispatch is refused.
    """
    accept = ROUTES.get(dispatch.kind)
    if accept is None:
        raise SangbongError("worker.unknown_kind", kind=dispatch.kind[:60])
    accept(now=now, dispatch=dispatch)
