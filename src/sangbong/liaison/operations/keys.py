"""Telling other offices of our newer key statements by dispatch, and taking theirs."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.clearance import standing
from sangbong.liaison.core.dispatch import InboundDispatch
from sangbong.liaison.core.key_papers import (
    KEYS_KIND,
    KeysPaper,
    attached_statement,
    keys_stream,
)
from sangbong.liaison.operations.outbox import enqueue
from sangbong.liaison.queries import keys
from sangbong.office import operations as office
from sangbong.office import queries

_BASIS = "liaison: key statements"
_PURPOSE = "keys"


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

    Raises:
        SangbongError: `liaison.keys_unreadable`, or why `office.accept_statement_update` refused it.
    """
    KeysPaper.from_body(dispatch.body)
    data = attached_statement(dispatch.attachments)
    try:
        office.accept_statement_update(now=now, data=data, sender=dispatch.sender)
    except SangbongError as fault:
        if fault.code != "office.statement_older":
            raise
