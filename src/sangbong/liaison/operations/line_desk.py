"""What the carrier's questions come to: each a query or one transaction. Shapes: adapters/line/desk.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.db import transaction

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody import sending
from sangbong.liaison.core.custody.sending import Believed
from sangbong.liaison.core.custody.telling import LastTold, Told, is_worth
from sangbong.liaison.core.wire.exchange import Exchange
from sangbong.liaison.models import OutboxDispatch
from sangbong.liaison.operations import outbox, telling
from sangbong.liaison.operations.channel import office_channel

_SAID_MAX = 90
_LAST_TOLD: dict[tuple[str, OfficeCode], LastTold] = {}
"""By office home and counterpart; only this process knows, and another tells once more."""


def note_carried(*, now: datetime, digests: Sequence[str]) -> None:
    """These left on the line, and no answer came yet."""
    with transaction.atomic():
        outbox.mark_carried(now=now, ids=_names(digests))


def note_handed(
    *,
    now: datetime,
    counterpart: OfficeCode,
    receipts: Sequence[bytes],
    arriving: Sequence[str],
    not_taken: Sequence[tuple[str, str]],
) -> Believed:
    """What the other side answered to envelopes: receipts, which wait for films, which it cannot take.

    An answer that is not signed moves nothing; it lets the dispatch rest a while.
    """
    with transaction.atomic(durable=True):
        channel = office_channel(now=now)
        told = [read.digest for read in sending.readable(receipts)]
        named = _names([*told, *arriving, *(digest for digest, _ in not_taken)])
        sending.mark_carried(channel, named, now=now)
        believed = outbox.accept_receipts(channel, receipts, now=now)
        reasons = dict(not_taken)
        rows = channel.ledger.outgoing(_names(list(reasons)))
        channel.ledger.save_outgoing(
            replace(row, returned_code=reasons[row.digest][:_SAID_MAX], returned_at=now)
            for row in rows.values()
            if row.key.other == counterpart
        )
    return believed


def _names(digests: Sequence[str]) -> list[str]:
    found = OutboxDispatch.objects.filter(envelope__in=digests)
    return list(found.values_list("dispatch_id", flat=True))


def exchange_to_send(*, now: datetime, counterpart: OfficeCode, owed: bool = False) -> bytes | None:
    """Our exchange for an office, noted as told; None where there is nothing to say.

    `owed`: they have shown that they lack our cosignature.
    """
    with transaction.atomic(durable=True):
        message = telling.exchange_for(now=now, recipient=counterpart, owed=owed)
        place = (str(settings.OFFICE_HOME), counterpart)
        if not is_worth(message, last=_LAST_TOLD.get(place), now=now, owed=owed):
            return None
        telling.tell(now=now, recipient=counterpart, message=message)
    _LAST_TOLD[place] = LastTold(message.state, now)
    return message.exchange.encode()


def answer_exchange(
    *, now: datetime, counterpart: OfficeCode, theirs: Exchange
) -> tuple[Told, bytes | None]:
    """Believe their exchange, and what we have to say to it."""
    with transaction.atomic(durable=True):
        told = telling.accept_exchange(now=now, sender=counterpart, theirs=theirs)
    return told, exchange_to_send(now=now, counterpart=counterpart, owed=told.owed)
