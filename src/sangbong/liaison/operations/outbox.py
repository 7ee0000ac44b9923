"""Sending: a dispatch is a row in the transaction of the change that caused it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import CounterpartSealer, CounterpartVerifier
from sangbong.liaison.core import receipt as receipts
from sangbong.liaison.core.body import Paper, pack
from sangbong.liaison.core.clearance import Clearance
from sangbong.liaison.core.envelope import digest_of, stream_name, write_envelope
from sangbong.liaison.core.exchange import Prefix
from sangbong.liaison.core.outbox import next_header, settled_run
from sangbong.liaison.core.receipt import Receipt
from sangbong.liaison.core.states import CUSTODY_STATES, DispatchEvent, DispatchState, after
from sangbong.liaison.models import KeptEnvelope, OutboxDispatch, OutboxStream
from sangbong.office.queries import CounterpartView, counterpart, own_keys, own_office

FIRST = 1
"""Epoch, incarnation and signing key, as long as an office has only its first."""


def confirmed_counterpart(code: OfficeCode) -> CounterpartView:
    """A counterpart whose keys a person has compared.

    Raises:
        SangbongError: `office.unknown_counterpart` or `liaison.counterpart_unconfirmed`.
    """
    other = counterpart(code)
    if other.confirmed_at is None:
        raise SangbongError("liaison.counterpart_unconfirmed", code=code)
    return other


def enqueue(
    *,
    now: datetime,
    clearance: Clearance,
    recipient: OfficeCode,
    stream: str,
    kind: str,
    body: Mapping[str, JsonValue],
    attachments: Sequence[bytes] = (),
) -> str:
    """Seal a paper, sign it and put it in the outbox, in the caller's transaction.

    Returns:
        The dispatch's id, such as `KR-SEL>KP-PYO/round-21/3`.

    Raises:
        SangbongError: `liaison.clearance_other_recipient`, `liaison.counterpart_unconfirmed`,
            `liaison.stream_name`, `liaison.too_large` or `office.unknown_counterpart`; all ours.
    """
    if clearance.recipient != recipient:
        raise SangbongError("liaison.clearance_other_recipient", recipient=recipient)
    other = confirmed_counterpart(recipient)
    content = pack(
        Paper(
            kind=kind,
            body=body,
            basis=clearance.basis,
            purpose=clearance.purpose,
            sealed_at=now,
            attachments=tuple(attachments),
        )
    )
    with transaction.atomic():
        row = _locked_stream(recipient, stream_name(stream))
        header = next_header(
            sender=own_office().code,
            recipient=recipient,
            stream=stream,
            last_sequence=row.last_sequence,
            last_digest=row.last_digest,
            size=len(content),
            epoch=FIRST,
            incarnation=FIRST,
            signer=FIRST,
        )
        envelope = write_envelope(
            header,
            content,
            sealer=CounterpartSealer(other.receive_key),
            signer=own_keys().signing,
        )
        kept = KeptEnvelope.objects.create(digest=digest_of(envelope), data=envelope)
        OutboxDispatch.objects.create(
            stream=row,
            sequence=header.sequence,
            kind=kind,
            envelope=kept,
            size=len(envelope),
            clearance=clearance.record(),
            state=DispatchState.SEALED,
            sealed_at=now,
        )
        row.last_sequence, row.last_digest = header.sequence, kept.digest
        row.save(update_fields=["last_sequence", "last_digest"])
    return header.dispatch_id


def _locked_stream(recipient: OfficeCode, name: str) -> OutboxStream:
    OutboxStream.objects.get_or_create(recipient=recipient, name=name, incarnation=FIRST)
    return OutboxStream.objects.select_for_update().get(
        recipient=recipient, name=name, incarnation=FIRST
    )


def mark_carried(*, now: datetime, digests: Collection[str]) -> None:
    """Note that dispatches were handed to a carrier; those already receipted stay as they are."""
    OutboxDispatch.objects.filter(envelope__in=digests, state=DispatchState.SEALED).update(
        state=DispatchState.CARRIED, carried_at=now
    )


def accept_receipt(*, now: datetime, receipt: bytes) -> Receipt:
    """Believe a receipt or refuse it: rules R1 to R5 of `liaison.core.receipt`.

    Raises:
        SangbongError: `liaison.receipt_garbled`, `liaison.other_recipient`,
            `liaison.signature_wrong`, `liaison.receipt_unknown_dispatch`,
            `liaison.receipt_contradicts`, `liaison.version_unknown` or
            `office.unknown_counterpart`; the maker's or the carrier's fault.
    """
    signed = receipts.read_receipt(receipt)
    receipts.check_addressed(signed, own=own_office().code)
    other = confirmed_counterpart(signed.receipt.sender)
    receipts.check_signed(signed, verifier=CounterpartVerifier(other.verify_key))
    with transaction.atomic():
        row = _dispatch_of(signed.receipt)
        receipts.check_about(signed.receipt, digest=row.envelope_id if row else None)
        assert row is not None, "a dispatch without a row has no digest"  # noqa: S101 -- rule R4
        event = signed.receipt.event
        if event is None:
            _note_return(row, signed.receipt, now=now)
        else:
            _move(row, event, signed.receipt, literal=receipt, now=now)
    return signed.receipt


def _dispatch_of(receipt: Receipt) -> OutboxDispatch | None:
    rows = OutboxDispatch.objects.select_for_update().filter(stream__recipient=receipt.sender)
    if receipt.stream:
        return rows.filter(
            stream__name=receipt.stream,
            stream__incarnation=receipt.incarnation,
            sequence=receipt.sequence,
        ).first()
    return rows.filter(envelope=receipt.digest).first()


def _note_return(row: OutboxDispatch, receipt: Receipt, *, now: datetime) -> None:
    row.returned_code, row.returned_at = receipt.code, now
    row.save(update_fields=["returned_code", "returned_at"])


def _move(
    row: OutboxDispatch, event: DispatchEvent, receipt: Receipt, *, literal: bytes, now: datetime
) -> None:
    state = DispatchState(row.state)
    reached = after(state, event)
    if reached is not state:
        row.state = reached
        row.receipt = literal
        row.code = receipt.code
        if state in CUSTODY_STATES:
            row.received_at = now
        if reached.is_final:
            row.final_at = now
        row.save(update_fields=["state", "receipt", "code", "received_at", "final_at"])
    if reached.is_final:
        _settle_stream(row.stream_id)


def _settle_stream(stream_id: int) -> None:
    stream = OutboxStream.objects.select_for_update().get(id=stream_id)
    following = (
        stream.dispatches.filter(sequence__gt=stream.settled_through)
        .order_by("sequence")
        .values_list("sequence", "state")
    )
    stream.settled_through = settled_run(
        stream.settled_through,
        ((number, DispatchState(state).is_final) for number, state in following.iterator()),
    )
    stream.settled_owed = True
    stream.save(update_fields=["settled_through", "settled_owed"])


def tell_settled(*, recipient: OfficeCode, settled: Iterable[Prefix]) -> None:
    """Note that the other side was told what is settled; if it was lost, a receipt comes again."""
    for told in settled:
        OutboxStream.objects.filter(
            recipient=recipient,
            name=told.stream,
            incarnation=told.incarnation,
            settled_through=told.through,
        ).update(settled_owed=False)
