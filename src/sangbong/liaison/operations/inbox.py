"""Taking custody, and applying what came in: each in one transaction, and answered after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import queries
from sangbong.liaison.adapters.sealing import CounterpartVerifier, OwnOpener
from sangbong.liaison.core.body import check_film, unpack
from sangbong.liaison.core.dispatch import InboundDispatch
from sangbong.liaison.core.envelope import (
    Envelope,
    check_addressed,
    check_signed,
    claim_of,
    digest_of,
    open_envelope,
    read_envelope,
)
from sangbong.liaison.core.exchange import Prefix
from sangbong.liaison.core.inbox import Arrival, Held, judge
from sangbong.liaison.core.receipt import Receipt, ReceiptState, read_receipt, reason
from sangbong.liaison.core.states import FINAL_STATES, DispatchState
from sangbong.liaison.models import InboxDispatch, InboxStream, KeptEnvelope, ReturnedEnvelope
from sangbong.liaison.operations.outbox import FIRST, confirmed_counterpart
from sangbong.office.queries import own_keys, own_office

Handler = Callable[[InboundDispatch], None]


def receive(*, now: datetime, envelope: bytes, answered: bool = False) -> bytes:
    """Take custody of one envelope: store it, commit, and only then sign *received*.

    With `answered` the receipt goes back on the same call, so no carrier need take it: if the answer
    is lost, the envelope comes again. A duplicate is answered with the same bytes again. Not to be called inside a transaction: the
    receipt that this returns leaves the office.

    Raises:
        SangbongError: rules E1 to E7 of `liaison.core.envelope` and I2 to I5 of `liaison.core.inbox`;
            nothing was stored; `return_envelope` makes the answer.
    """
    with transaction.atomic(durable=True):
        held = store(now=now, data=envelope, answered=answered)
    # Committed and synced. A kill up to here costs nothing: the other side sends it again.
    return queries.received_receipt(held)


def store(*, now: datetime, data: bytes, answered: bool = False) -> InboxDispatch:
    """Judge one envelope and store it, in the caller's transaction.

    Raises:
        SangbongError: as `receive`.
    """
    envelope = read_envelope(data)
    header = envelope.header
    check_addressed(envelope, own=own_office().code)
    other = confirmed_counterpart(header.sender)
    check_signed(envelope, verifier=CounterpartVerifier(other.verify_key))
    stream = _locked_stream(header.sender, header.stream, header.incarnation)
    neighbours = _neighbours(stream, header.sequence)
    arrival = judge(envelope, applied_through=stream.applied_through, neighbours=neighbours)
    if arrival is Arrival.DUPLICATE:
        return _owe_again(stream, header.sequence, answered=answered)
    return _store_new(stream, envelope, data, now=now, answered=answered)


def _locked_stream(sender: OfficeCode, name: str, incarnation: int) -> InboxStream:
    InboxStream.objects.get_or_create(sender=sender, name=name, incarnation=incarnation)
    return InboxStream.objects.select_for_update().get(
        sender=sender, name=name, incarnation=incarnation
    )


def _neighbours(stream: InboxStream, sequence: int) -> list[Held]:
    rows = stream.dispatches.filter(sequence__range=(sequence - 1, sequence + 1))
    return [
        Held(sequence=number, digest=digest, previous=previous)
        for number, digest, previous in rows.values_list("sequence", "envelope_id", "previous")
    ]


def _owe_again(stream: InboxStream, sequence: int, *, answered: bool) -> InboxDispatch:
    """A duplicate means that the sender has not seen our receipt, whatever it said before."""
    row = stream.dispatches.select_related("stream").get(sequence=sequence)
    row.receipt_owed = not (answered and row.state == DispatchState.RECEIVED)
    row.save(update_fields=["receipt_owed"])
    return row


def _store_new(
    stream: InboxStream, envelope: Envelope, data: bytes, *, now: datetime, answered: bool
) -> InboxDispatch:
    kept = KeptEnvelope.objects.create(digest=envelope.digest, data=data)
    return InboxDispatch.objects.create(
        stream=stream,
        sequence=envelope.header.sequence,
        envelope=kept,
        previous=envelope.header.previous,
        size=len(data),
        film=envelope.header.film,
        pieces=envelope.header.pieces,
        epoch=envelope.header.epoch,
        state=DispatchState.RECEIVED,
        received_at=now,
        receipt_owed=not answered,
    )


def return_envelope(
    *, now: datetime, envelope: bytes, code: str, carrier: OfficeCode | None = None
) -> bytes | None:
    """Sign that an envelope could not be taken, and why; nothing is stored.

    The answer is for the office that the envelope names, else for `carrier`, the office that it came
    from by line or stick.

    Returns:
        The signed answer, or None where there is nobody to answer: the sender is not known here.
    """
    own = own_office().code
    claim = claim_of(envelope)
    about = claim if claim and claim.recipient == own else None
    sender = about.sender if about else carrier
    if sender is None:
        return None
    try:
        confirmed_counterpart(sender)
    except SangbongError:
        return None
    return Receipt(
        sender=own,
        recipient=sender,
        stream=about.stream if about else "",
        sequence=about.sequence if about else 0,
        digest=digest_of(envelope),
        state=ReceiptState.RETURNED,
        at=now,
        incarnation=about.incarnation if about else 0,
        signer=FIRST,
        code=reason(code),
    ).encode(own_keys().signing)


def keep_return(*, now: datetime, receipt: bytes) -> None:
    """Keep the signed answer to an envelope from a stick until the next one takes it back."""
    about = read_receipt(receipt).receipt
    ReturnedEnvelope.objects.update_or_create(
        digest=about.digest,
        defaults={
            "recipient": about.recipient,
            "receipt": receipt,
            "returned_at": now,
            "carried_at": None,
        },
    )


def apply_next(*, now: datetime, handler: Handler, passing_over: Collection[str] = ()) -> bool:
    """Apply the oldest dispatch whose turn it is; effect, state and signed receipt are one commit.

    The handler's `SangbongError` refuses the dispatch with its code and takes back what the handler
    wrote. Any other exception is our own trouble: all is rolled back, the dispatch stays *received*
    and is tried again; the caller may name it in `passing_over` so that other streams go on.

    Returns:
        Whether there was one.
    """
    with transaction.atomic():
        row = queries.next_to_apply(passing_over=passing_over)
        if row is None:
            return False
        code = _apply(row, handler)
        _finish(row, code=code, now=now)
    return True


def _apply(row: InboxDispatch, handler: Handler) -> str:
    """Run the handler behind a savepoint and give the code of its refusal, empty if it went well."""
    try:
        with transaction.atomic():
            handler(_opened(row))
    except SangbongError as fault:
        return reason(fault.code)
    return ""


def _opened(row: InboxDispatch) -> InboundDispatch:
    envelope = read_envelope(queries.envelope_bytes(row.envelope_id))
    paper = unpack(open_envelope(envelope, opener=OwnOpener(own_keys().receiving)))
    check_film(paper, pieces=envelope.header.pieces)
    row.kind = paper.kind
    return InboundDispatch(
        id=envelope.header.dispatch_id,
        sender=envelope.header.sender,
        stream=envelope.header.stream,
        sequence=envelope.header.sequence,
        kind=paper.kind,
        body=paper.body,
        attachments=paper.attachments,
        received_at=row.received_at,
        basis=paper.basis,
        purpose=paper.purpose,
        sealed_at=paper.sealed_at,
    )


def _finish(row: InboxDispatch, *, code: str, now: datetime) -> None:
    state = ReceiptState.REFUSED if code else ReceiptState.APPLIED
    row.receipt = Receipt(
        sender=own_office().code,
        recipient=OfficeCode(row.stream.sender),
        stream=row.stream.name,
        sequence=row.sequence,
        digest=row.envelope_id,
        state=state,
        at=now,
        incarnation=row.stream.incarnation,
        signer=FIRST,
        code=code,
    ).encode(own_keys().signing)
    row.state = DispatchState(state.value)
    row.code = code
    row.final_at = now
    row.receipt_owed = True
    row.save(update_fields=["kind", "receipt", "state", "code", "final_at", "receipt_owed"])
    row.stream.applied_through = row.sequence
    row.stream.save(update_fields=["applied_through"])


def tell_received(*, receipts: Iterable[bytes]) -> None:
    """Note that *received* was told; if it was lost, the envelope comes again."""
    read = (read_receipt(one).receipt for one in receipts)
    told = [one.digest for one in read if one.state is ReceiptState.RECEIVED]
    InboxDispatch.objects.filter(envelope__in=told, state=DispatchState.RECEIVED).update(
        receipt_owed=False
    )


def settle(*, sender: OfficeCode, settled: Iterable[Prefix]) -> None:
    """Stop repeating receipts that the sender says it has: rule O4 of `liaison.core.outbox`."""
    for told in settled:
        InboxDispatch.objects.filter(
            stream__sender=sender,
            stream__name=told.stream,
            stream__incarnation=told.incarnation,
            sequence__lte=told.through,
            state__in=[state.value for state in FINAL_STATES],
            receipt_owed=True,
        ).update(receipt_owed=False)
