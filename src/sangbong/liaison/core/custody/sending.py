"""Sending: a paper becomes a sealed dispatch of ours, and receipts move it.

The rules are those of outbox.py (O1 to O4), receipt.py (R1 to R5) and states.py (S1 to S3), and:

1. (N1) Nothing is sealed before the mark outside the database was compared (resync.py, rule T1).
2. (N2) A dispatch is sealed to the receive key of today and signed by the signing key of today; both
   stand in its header, and neither is ever exchanged for another.
3. (N3) Each receipt of a batch is believed or refused by itself.
4. (N4) A believed receipt ends being offered again, unless it was told before a restore of its
   maker (`stale`): what an office said before it was put back no longer says what it holds. What
   had its last answer before the restore is offered until it has one again, and the new one
   counts: keys may be gone by then, and an office must know that its paper was lost with them.
5. (N5) A believed receipt about a dispatch that we do not know is evidence of a restore of ours
   (resync.py, rule T4); it moves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.clearance import Clearance
from sangbong.liaison.core.custody.ledger import Outgoing, OutStream, StreamKey
from sangbong.liaison.core.custody.outbox import next_header
from sangbong.liaison.core.custody.resync import learn_forgotten
from sangbong.liaison.core.custody.settling import RESTORED_STREAM, settle_streams
from sangbong.liaison.core.custody.states import DispatchEvent, DispatchState, after
from sangbong.liaison.core.wire import receipt as receipts
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.envelope import digest_of, stream_name, write_envelope
from sangbong.liaison.core.wire.film import FilmKey
from sangbong.liaison.core.wire.receipt import Receipt, SignedReceipt


@dataclass(frozen=True, slots=True)
class SealedFilm:
    """A film sealed into the film store, once: its id, how many pieces, and what opens it."""

    film: str
    pieces: int
    key: FilmKey


@dataclass(frozen=True, slots=True)
class Draft:
    """One paper to be sent, with the leave it goes under."""

    clearance: Clearance
    recipient: OfficeCode
    stream: str
    kind: str
    body: Mapping[str, JsonValue]
    attachments: tuple[bytes, ...] = ()
    film: SealedFilm | None = None
    urgent: bool = False


@dataclass(slots=True)
class Believed:
    """What came of a batch of receipts.

    `receipts` were believed, `faults` were not, by their place in the batch; `restored` says that
    one of them showed that our own ledger was put back from a backup.
    """

    receipts: list[Receipt] = field(default_factory=list)
    faults: list[tuple[int, SangbongError]] = field(default_factory=list)
    restored: bool = False


def enqueue(channel: Channel, draft: Draft, *, now: datetime) -> Outgoing:
    """Seal a paper, sign it and put it in the outbox: rules O1, O2, N2.

    Raises:
        SangbongError: `liaison.clearance_other_recipient`, `liaison.stream_name`,
            `liaison.too_large`, or as `Keys.to_seal`; all ours.
    """
    return enqueue_all(channel, [draft], now=now)[0]


def enqueue_all(channel: Channel, drafts: Sequence[Draft], *, now: datetime) -> list[Outgoing]:
    """Seal papers in their order: all of them, or none where one has no leave to go.

    Raises:
        SangbongError: as `enqueue`.
    """
    ledger = channel.ledger
    keys = [_stream_of(draft, incarnation=ledger.incarnation()) for draft in drafts]
    streams = ledger.out_streams(set(keys))
    sealed = []
    for draft, key in zip(drafts, keys, strict=True):
        row, envelope = _sealed(channel, draft, streams[key], now=now)
        streams[key] = replace(streams[key], last_sequence=row.sequence, last_digest=row.digest)
        sealed.append((row, envelope))
    ledger.save_out_streams(streams.values())
    ledger.add_outgoing(sealed)
    return [row for row, _ in sealed]


def _stream_of(draft: Draft, *, incarnation: int) -> StreamKey:
    if draft.clearance.recipient != draft.recipient:
        raise SangbongError("liaison.clearance_other_recipient", recipient=draft.recipient)
    return StreamKey(draft.recipient, stream_name(draft.stream), incarnation)


def _sealed(
    channel: Channel, draft: Draft, stream: OutStream, *, now: datetime
) -> tuple[Outgoing, bytes]:
    sealing = channel.keys.to_seal(draft.recipient, now=now)
    signing = channel.keys.to_sign(draft.recipient)
    content = pack(_paper(draft, now=now))
    header = next_header(
        sender=channel.own,
        recipient=draft.recipient,
        stream=stream.key.name,
        last_sequence=stream.last_sequence,
        last_digest=stream.last_digest,
        size=len(content),
        epoch=sealing.epoch,
        incarnation=stream.key.incarnation,
        signer=signing.generation,
        film=draft.film.film if draft.film else "",
        pieces=draft.film.pieces if draft.film else 0,
        urgent=draft.urgent,
    )
    envelope = write_envelope(header, content, sealer=sealing.sealer, signer=signing.signer)
    row = Outgoing(
        id=header.dispatch_id,
        key=stream.key,
        sequence=header.sequence,
        kind=draft.kind,
        digest=digest_of(envelope),
        size=len(envelope),
        epoch=header.epoch,
        urgent=header.urgent,
        film=header.film,
        pieces=header.pieces,
        clearance=draft.clearance.record(),
        state=DispatchState.SEALED,
        sealed_at=now,
    )
    return row, envelope


def _paper(draft: Draft, *, now: datetime) -> Paper:
    return Paper(
        kind=draft.kind,
        body=draft.body,
        basis=draft.clearance.basis,
        purpose=draft.clearance.purpose,
        sealed_at=now,
        attachments=draft.attachments,
        film=draft.film.key if draft.film else None,
    )


def mark_carried(channel: Channel, ids: Collection[str], *, now: datetime) -> None:
    """Note that dispatches were handed to a carrier; those already receipted stay as they are."""
    rows = channel.ledger.outgoing(ids).values()
    channel.ledger.save_outgoing(
        replace(row, state=DispatchState.CARRIED, carried_at=now)
        for row in rows
        if row.state is DispatchState.SEALED
    )


def accept_receipts(
    channel: Channel, data: Sequence[bytes], *, now: datetime, stale: bool = False
) -> Believed:
    """Believe each receipt of a batch or say why not: rules R1 to R5, N3 to N5.

    With `stale` they were told before a restore of their maker.
    """
    result = Believed()
    read: list[tuple[int, SignedReceipt]] = []
    for place, one in enumerate(data):
        try:
            read.append((place, _checked(channel, one)))
        except SangbongError as fault:
            result.faults.append((place, fault))
    rows = _rows_about(channel, [signed.receipt for _, signed in read])
    changed: dict[str, Outgoing] = {}
    unknown: list[Receipt] = []
    contradicted: set[StreamKey] = set()
    for place, signed in read:
        about = signed.receipt
        row = rows.get(_about(about))
        row = changed.get(row.id, row) if row else None
        try:
            receipts.check_about(about, digest=row.digest if row else None)
            assert row is not None, "without a row no digest"  # noqa: S101 -- rule R4
            changed[row.id] = _moved(row, about, literal=data[place], now=now, stale=stale)
        except SangbongError as fault:
            result.faults.append((place, fault))
            if row is None or row.digest != about.digest:
                unknown.append(about)
            else:
                contradicted.add(row.key)
        else:
            result.receipts.append(about)
    channel.ledger.save_outgoing(changed.values())
    final = [one for one in changed.values() if one.state.is_final]
    keys = {one.key for one in final}
    settle_streams(channel, keys | contradicted | _freed(channel, keys), finals=final)
    result.restored = learn_forgotten(channel, unknown, now=now)
    return result


def readable(data: Iterable[bytes]) -> list[Receipt]:
    """Those receipts that can be read; none of them is believed yet."""
    read = []
    for one in data:
        try:
            read.append(receipts.read_receipt(one).receipt)
        except SangbongError:
            continue
    return read


def _freed(channel: Channel, finals: Collection[StreamKey]) -> set[StreamKey]:
    """The older streams whose gaps are known to be gaps now: rule T6."""
    own = channel.ledger.incarnation()
    told = {key.other for key in finals if (key.name, key.incarnation) == (RESTORED_STREAM, own)}
    return {
        stream.key
        for other in sorted(told)
        for stream in channel.ledger.out_streams_to(other)
        if stream.key.incarnation < own
    }


def _checked(channel: Channel, data: bytes) -> SignedReceipt:
    signed = receipts.read_receipt(data)
    receipts.check_addressed(signed, own=channel.own)
    verifier = channel.keys.to_verify(signed.receipt.sender, signed.receipt.signer)
    receipts.check_signed(signed, verifier=verifier)
    return signed


def _about(receipt: Receipt) -> str:
    """What a row is found under: its name, or its digest where the receipt could not say its name."""
    return receipt.dispatch_id if receipt.stream else receipt.digest


def _rows_about(channel: Channel, told: Iterable[Receipt]) -> dict[str, Outgoing]:
    told = list(told)
    rows = dict(channel.ledger.outgoing({one.dispatch_id for one in told if one.stream}))
    for one in told:
        if not one.stream:
            found = channel.ledger.outgoing_of(one.digest, other=one.sender)
            if found is not None:
                rows[one.digest] = found
    return rows


def _moved(
    row: Outgoing, receipt: Receipt, *, literal: bytes, now: datetime, stale: bool
) -> Outgoing:
    event = receipt.event
    if event is None:
        return replace(row, returned_code=receipt.code, returned_at=now)
    if stale:
        reached = after(row.state, event)
        offer_again = row.offer_again or row.state.in_our_custody
    else:
        asked_anew = row.offer_again and row.state.is_final
        ends = event is not DispatchEvent.RECEIVED
        reached = after(DispatchState.RECEIVED if asked_anew and ends else row.state, event)
        offer_again = asked_anew and not ends
    if reached is row.state:
        return replace(row, offer_again=offer_again)
    return replace(
        row,
        state=reached,
        receipt=literal,
        code=receipt.code,
        received_at=now if row.state.in_our_custody else row.received_at,
        final_at=now if reached.is_final else None,
        offer_again=offer_again,
    )
