"""Telling other offices of our newer key statements by dispatch, and taking theirs by any way."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.custody.key_papers import (
    KEYS_KIND,
    KeysPaper,
    attached_statement,
    keys_stream,
)
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.operations.channel import after_commit
from sangbong.liaison.operations.outbox import enqueue
from sangbong.liaison.queries import keys
from sangbong.office import operations as office
from sangbong.office import queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.core.statement import read_statement
from sangbong.office.core.succession import Change

_BASIS = "liaison: key statements"
_PURPOSE = "keys"
_ROUTING = Actor("system:routing", "inbound dispatch")


def tell_keys(*, now: datetime) -> int:
    """Send our current statement to every confirmed office that lacks it, once; how many it was.

    Also notes who has it by now. An office that refused it is left for people: `office keys` tells.
    """
    own = queries.own_statement()
    sent = 0
    for other in queries.key_standings():
        if not other.confirmed or other.knows_serial >= own.serial:
            continue
        with transaction.atomic():
            for serial in keys.statements_applied(other.code):
                office.note_serial_known(code=other.code, serial=serial)
            if keys.statement_sent(other.code, serial=own.serial) is None:
                enqueue(
                    now=now,
                    clearance=standing(_BASIS, _PURPOSE, other.code),
                    recipient=other.code,
                    stream=keys_stream(own.serial),
                    kind=KEYS_KIND,
                    body=KeysPaper(serial=own.serial).to_body(),
                    attachments=(queries.own_statement_file(),),
                    urgent=True,
                )
                sent += 1
    return sent


def accept_keys(*, now: datetime, dispatch: InboundDispatch) -> None:
    """Take a newer statement of its sender; one that a stick or a letter overtook changes nothing.

    What a revocation in it leaves without a signature that counts is looked up: `look_again`.

    Raises:
        SangbongError: `liaison.keys_unreadable`, or why `office.accept_statement_update` refused it.
    """
    KeysPaper.from_body(dispatch.body)
    data = attached_statement(dispatch.attachments)
    try:
        change = office.accept_statement_update(now=now, data=data, sender=dispatch.sender)
    except SangbongError as fault:
        if fault.code != "office.statement_older":
            raise
    else:
        look_again(now=now, actor=_ROUTING, code=dispatch.sender, change=change)


def update_statement(*, now: datetime, actor: Actor, data: bytes) -> Change:
    """Take a newer statement of a known office that came as a file, in the caller's transaction.

    Raises:
        SangbongError: as `office.accept_statement_update`.
    """
    change = office.accept_statement_update(now=now, actor=actor, data=data)
    look_again(now=now, actor=actor, code=read_statement(data).statement.code, change=change)
    return change


def look_again(*, now: datetime, actor: Actor, code: OfficeCode, change: Change) -> None:
    """Tell the carrier of a newer statement, and note how many dispatches fell: Q1, Q3 of revoking.py.

    Those not applied yet are refused when their turn comes; `queries.fallen_dispatches` lists those
    that were, for a person.
    """
    if not change.nothing:
        after_commit("counterparts")  # the line lets nobody in any more by the certificate before
    if not change.newly_revoked:
        return
    fell = keys.fallen_dispatches(code, generations=change.newly_revoked)
    applied = [one.id for one in fell if one.state is DispatchState.APPLIED]
    waiting = [one.id for one in fell if one.state is not DispatchState.APPLIED]
    office.record_audit(
        now=now,
        actor=actor,
        action="liaison.dispatches_fell",
        subjects=[f"office:{code}"],
        facts={
            "applied": len(applied),
            "applied_digest": digest_of_ids(applied),
            "generations": " ".join(map(str, change.newly_revoked)),
            "waiting": len(waiting),
            "waiting_digest": digest_of_ids(waiting),
        },
    )
