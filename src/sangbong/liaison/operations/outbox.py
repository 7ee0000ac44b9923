"""Sending: a dispatch is a row in the transaction of the change that caused it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import AesPieces, fresh_key
from sangbong.liaison.core.custody import sending
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.clearance import Clearance
from sangbong.liaison.core.custody.sending import Believed, Draft, SealedFilm
from sangbong.liaison.core.evidence.evidence import Act
from sangbong.liaison.core.wire.film import FilmKey
from sangbong.liaison.core.wire.receipt import Receipt
from sangbong.liaison.operations import evidence
from sangbong.liaison.operations.channel import (
    after_commit,
    film_store,
    note_restore,
    office_channel,
)


def enqueue(
    *,
    now: datetime,
    clearance: Clearance,
    recipient: OfficeCode,
    stream: str,
    kind: str,
    body: Mapping[str, JsonValue],
    attachments: Sequence[bytes] = (),
    urgent: bool = False,
    film: SealedFilm | None = None,
) -> str:
    """Seal a paper, sign it and put it in the outbox, in the caller's transaction.

    `film` was sealed before by `seal_film`; an urgent dispatch overtakes the others on the line.

    Returns:
        The dispatch's id, such as `KR-SEL>KP-PYO/round-21/3`.

    Raises:
        SangbongError: `liaison.clearance_other_recipient`, `liaison.counterpart_unconfirmed`,
            `liaison.stream_name`, `liaison.too_large` or `office.unknown_counterpart`; all ours.
    """
    draft = Draft(
        clearance=clearance,
        recipient=recipient,
        stream=stream,
        kind=kind,
        body=body,
        attachments=tuple(attachments),
        film=film,
        urgent=urgent,
    )
    return enqueue_all(now=now, drafts=[draft])[0]


def enqueue_all(*, now: datetime, drafts: Sequence[Draft]) -> list[str]:
    """Seal many papers in one pass, in the caller's transaction: all of them or none.

    Returns:
        Their ids, in their order.

    Raises:
        SangbongError: as `enqueue`.
    """
    with transaction.atomic():
        rows = sending.enqueue_all(office_channel(now=now), drafts, now=now)
        for recipient in sorted({row.key.other for row in rows}):
            acts = [(Act.DISPATCH, row.digest) for row in rows if row.key.other == recipient]
            evidence.log_acts(now=now, counterpart=recipient, acts=acts)
            after_commit("waiting", recipient)
    return [row.id for row in rows]


def seal_film(chunks: Iterable[bytes], *, length: int) -> SealedFilm:
    """Seal a film of so many bytes once into the film store; memory does not grow with it.

    It is durable when this returns. Not to be called inside a transaction if it can be helped: a film
    takes its time. One whose dispatch is never enqueued is swept away as unused.

    Raises:
        SangbongError: `liaison.too_large` or `liaison.film_changed`; the sender's fault.
    """
    key = fresh_key()
    sealed = film_store().seal_chunks(chunks, length=length, key=key, cipher=AesPieces())
    return SealedFilm(
        film=sealed.film_id, pieces=sealed.pieces, key=FilmKey(key=key, length=sealed.length)
    )


def mark_carried(*, now: datetime, ids: Sequence[str]) -> None:
    """Note that dispatches were handed to a carrier; those already receipted stay as they are."""
    sending.mark_carried(office_channel(now=now), ids, now=now)


def accept_receipt(*, now: datetime, receipt: bytes) -> Receipt:
    """Believe a receipt or refuse it: rules R1 to R5 of `liaison.core.wire.receipt`.

    Raises:
        SangbongError: `liaison.receipt_garbled`, `liaison.other_recipient`,
            `liaison.signature_wrong`, `liaison.receipt_unknown_dispatch`,
            `liaison.receipt_contradicts`, `liaison.version_unknown` or
            `office.unknown_counterpart`; the maker's or the carrier's fault.
    """
    with transaction.atomic():
        believed = accept_receipts(office_channel(now=now), [receipt], now=now)
    for _, fault in believed.faults:
        raise fault
    return believed.receipts[0]


def accept_receipts(channel: Channel, receipts: Sequence[bytes], *, now: datetime) -> Believed:
    """Believe a batch of receipts, each by itself, in the caller's transaction."""
    believed = sending.accept_receipts(channel, receipts, now=now)
    if believed.restored:
        note_restore(channel, now=now, found="receipt")
    for code in sorted({receipt.sender for receipt in believed.receipts}):
        after_commit("exchange", code)
    return believed
