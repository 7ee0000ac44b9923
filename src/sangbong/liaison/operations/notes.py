"""Notes (통지문): the one kind that this room owns."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.custody.papers import NOTE_KIND, NotePaper
from sangbong.liaison.models import Note
from sangbong.liaison.operations.outbox import enqueue
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit

NOTE_STREAM = "notes"
_BASIS = "liaison: notes between officers"
_PURPOSE = "liaison"


def send_note(*, now: datetime, actor: Actor, recipient: OfficeCode, note: NotePaper) -> str:
    """File a note and put it in the outbox.

    Returns:
        The dispatch's id.

    Raises:
        SangbongError: as `NotePaper.to_body` and `enqueue`; the writer's fault.
    """
    with transaction.atomic():
        dispatch = enqueue(
            now=now,
            clearance=standing(_BASIS, _PURPOSE, recipient),
            recipient=recipient,
            stream=NOTE_STREAM,
            kind=NOTE_KIND,
            body=note.to_body(),
        )
        _file(note, dispatch_id=dispatch, outgoing=True, counterpart=recipient, now=now)
        record_audit(now=now, actor=actor, action="liaison.send_note", subjects=[dispatch])
    return dispatch


def accept_note(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File a note that came in; what it asks, a person decides.

    Raises:
        SangbongError: as `NotePaper.from_body`; the other side's fault.
    """
    note = NotePaper.from_body(dispatch.body)
    _file(note, dispatch_id=dispatch.id, outgoing=False, counterpart=dispatch.sender, now=now)
    record_audit(
        now=now,
        actor=Actor("system:routing", "inbound dispatch"),
        action="liaison.accept_note",
        subjects=[dispatch.id],
    )


def _file(
    note: NotePaper,
    *,
    dispatch_id: str,
    outgoing: bool,
    counterpart: OfficeCode,
    now: datetime,
) -> None:
    Note.objects.create(
        dispatch_id=dispatch_id,
        outgoing=outgoing,
        counterpart=counterpart,
        number=note.number,
        written_date=note.date,
        sender_name=note.sender_name,
        sender_rank=note.sender_rank,
        text=note.text,
        answers=note.answers,
        filed_at=now,
    )
