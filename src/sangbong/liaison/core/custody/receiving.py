"""Taking custody of what comes in: envelopes in batches, and the films behind them.

The rules are E1 to E7 of envelope.py and I1 to I10 of inbox.py, and:

1. (V1) Each envelope of a batch is taken or returned by itself; a batch is stored in one commit.
2. (V2) A receipt is signed from what is stored, after the commit, and the same row always gives the
   same bytes.
3. (V3) What is not taken leaves a trace and nothing else: its digest, the reason, when, who it says it
   is from, and at most its first `TRACE_BYTES` bytes.
4. (V4) The answer to what is not taken is signed where its sender is known here: the office that it
   names, or else the office whose line or stick brought it.
5. (V5) What a revoked key signed is judged after the rest of its batch, the highest number first: the
   one behind it may be what says that its sender did send it (revoking.py, rule Q5).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.inbox import Arrival, Held, judge
from sangbong.liaison.core.custody.ledger import (
    TRACE_BYTES,
    Incoming,
    InStream,
    Return,
    StreamKey,
    Trace,
)
from sangbong.liaison.core.custody.resync import late_stream, pass_over
from sangbong.liaison.core.custody.revoking import is_vouched
from sangbong.liaison.core.custody.states import DispatchEvent, DispatchState, after
from sangbong.liaison.core.wire.envelope import (
    Envelope,
    check_addressed,
    check_signed,
    claim_of,
    digest_of,
    dispatch_id,
    read_envelope,
)
from sangbong.liaison.core.wire.receipt import Receipt, ReceiptState, read_receipt, reason


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came of one envelope: the row that is held, or the fault; never both.

    `fresh` says that custody passed by this very arrival.
    """

    digest: str
    row: Incoming | None = None
    fault: SangbongError | None = None
    fresh: bool = False


def take(
    channel: Channel, envelopes: Sequence[bytes], *, now: datetime, answered: bool = False
) -> list[Arrived]:
    """Judge and store a batch of envelopes; what came of each, in their order: rule V1.

    With `answered` the receipt goes back on the same call, so no carrier need take it: if the answer
    is lost, the envelope comes again.
    """
    read = [_checked(channel, data) for data in envelopes]
    batch = _Batch.load(channel, [one.envelope for one in read if one.envelope])
    results: dict[int, Arrived] = {}
    for place in sorted(range(len(read)), key=lambda place: read[place].turn):
        one, data = read[place], envelopes[place]
        try:
            envelope = batch.admit(one)
            row, fresh = batch.judge(envelope, data, now=now, answered=answered)
        except SangbongError as fault:
            results[place] = Arrived(digest_of(data), fault=fault)
        else:
            results[place] = Arrived(envelope.digest, row=row, fresh=fresh)
    batch.save()
    return [results[place] for place in range(len(read))]


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was read of one envelope. With a fault and an envelope, only its key counts no more."""

    envelope: Envelope | None
    fault: SangbongError | None = None

    @property
    def turn(self) -> tuple[bool, int]:
        """When it is judged within its batch: rule V5."""
        fell = self.envelope is not None and self.fault is not None
        return fell, -self.envelope.header.sequence if fell and self.envelope else 0


def _checked(channel: Channel, data: bytes) -> _Checked:
    try:
        envelope = read_envelope(data)
        check_addressed(envelope, own=channel.own)
    except SangbongError as fault:
        return _Checked(None, fault)
    header = envelope.header
    try:
        verifier = channel.keys.to_verify(header.sender, header.signer, envelope=envelope)
        check_signed(envelope, verifier=verifier)
    except SangbongError as fault:
        return _Checked(envelope if fault.code == "office.signer_revoked" else None, fault)
    return _Checked(envelope)


def _key(envelope: Envelope) -> StreamKey:
    header = envelope.header
    return StreamKey(header.sender, header.stream, header.incarnation)


class _Batch:
    """The rows that a batch of envelopes touches, loaded in one pass and saved in one."""

    def __init__(
        self, channel: Channel, streams: Mapping[StreamKey, InStream], held: Mapping[str, Incoming]
    ) -> None:
        self._channel = channel
        self._streams = dict(streams)
        self._held = dict(held)
        self._new: dict[str, tuple[Incoming, bytes]] = {}
        self._changed: dict[str, Incoming] = {}

    @classmethod
    def load(cls, channel: Channel, envelopes: Sequence[Envelope]) -> _Batch:
        """Ask for the streams and for each envelope's neighbours."""
        ids = {
            _name(channel.own, _key(one), one.header.sequence + step)
            for one in envelopes
            for step in (-1, 0, 1)
            if one.header.sequence + step >= 1
        }
        streams = channel.ledger.in_streams({_key(one) for one in envelopes})
        known = {key: late_stream(channel, stream) for key, stream in streams.items()}
        return cls(channel, known, channel.ledger.incoming(ids))

    def admit(self, one: _Checked) -> Envelope:
        """The envelope that is to be judged: one whose signature counts, or rule Q5 of revoking.py.

        Raises:
            SangbongError: the fault with which it was read.
        """
        if one.envelope is None or (one.fault is not None and not self._vouched(one.envelope)):
            assert one.fault is not None, "read, or a fault"  # noqa: S101 -- our own mistake
            raise one.fault
        return one.envelope

    def _vouched(self, envelope: Envelope) -> bool:
        neighbours = self._neighbours(_key(envelope), envelope.header.sequence)
        return is_vouched(
            Held(envelope.header.sequence, envelope.digest, envelope.header.previous), neighbours
        )

    def judge(
        self, envelope: Envelope, data: bytes, *, now: datetime, answered: bool
    ) -> tuple[Incoming, bool]:
        """Take one envelope, and whether custody passes by it: rules I1 to I6, I9, I10."""
        key, sequence = _key(envelope), envelope.header.sequence
        arrival = judge(
            envelope,
            applied_through=self._streams[key].applied_through,
            neighbours=self._neighbours(key, sequence),
        )
        before = self._held.get(envelope.header.dispatch_id)
        if arrival is Arrival.DUPLICATE:
            row = self._again(envelope.header.dispatch_id, now=now, answered=answered)
        else:
            row = self._store(envelope, data, now=now, answered=answered)
        held_before = before is not None and before.state is not DispatchState.ARRIVING
        return row, not held_before and row.state is not DispatchState.ARRIVING

    def _neighbours(self, key: StreamKey, sequence: int) -> Iterable[Held]:
        for number in (sequence - 1, sequence, sequence + 1):
            row = self._held.get(_name(self._channel.own, key, number))
            if row is not None:
                yield Held(sequence=row.sequence, digest=row.digest, previous=row.previous)

    def _again(self, name: str, *, now: datetime, answered: bool) -> Incoming:
        """A duplicate means that the sender has not seen our receipt, whatever it said before."""
        row = self._held[name]
        if row.state is DispatchState.ARRIVING:
            passed = row.sequence <= self._streams[row.key].applied_through
            if passed or not self._channel.films.is_complete(row.film):
                return row
            row = received(row, now=now)
        row = replace(row, receipt_owed=not (answered and row.state is DispatchState.RECEIVED))
        self._keep(row)
        return row

    def _store(self, envelope: Envelope, data: bytes, *, now: datetime, answered: bool) -> Incoming:
        header = envelope.header
        whole = not header.film or self._channel.films.is_complete(header.film)
        row = Incoming(
            id=header.dispatch_id,
            key=_key(envelope),
            sequence=header.sequence,
            digest=envelope.digest,
            previous=header.previous,
            size=len(data),
            epoch=header.epoch,
            urgent=header.urgent,
            film=header.film,
            pieces=header.pieces,
            state=DispatchState.RECEIVED if whole else DispatchState.ARRIVING,
            received_at=now,
            receipt_owed=whole and not answered,
        )
        self._new[row.id] = (row, data)
        self._keep(row)
        return row

    def _keep(self, row: Incoming) -> None:
        self._held[row.id] = row
        if row.id in self._new:
            self._new[row.id] = (row, self._new[row.id][1])
        else:
            self._changed[row.id] = row

    def save(self) -> None:
        """Keep everything of the batch."""
        ledger = self._channel.ledger
        ledger.add_incoming(list(self._new.values()))
        ledger.save_incoming(self._changed.values())
        rows = [*(row for row, _ in self._new.values()), *self._changed.values()]
        _grow(self._channel, self._streams, rows)


def _name(own: OfficeCode, key: StreamKey, sequence: int) -> str:
    return dispatch_id(key.other, own, key.name, sequence, incarnation=key.incarnation)


def received(row: Incoming, *, now: datetime) -> Incoming:
    """The row once its film is durable: rules S4 and I10."""
    return replace(
        row,
        state=after(row.state, DispatchEvent.RECEIVED),
        received_at=now,
        receipt_owed=True,
    )


def _grow(
    channel: Channel, streams: Mapping[StreamKey, InStream], rows: Iterable[Incoming]
) -> None:
    """Keep how far streams reach after rows of them were stored."""
    by_stream: dict[StreamKey, list[Incoming]] = {}
    for row in rows:
        by_stream.setdefault(row.key, []).append(row)
    channel.ledger.save_in_streams(
        _grown(channel, streams[key], of_it) for key, of_it in sorted(by_stream.items())
    )


def _grown(channel: Channel, stream: InStream, rows: Sequence[Incoming]) -> InStream:
    """A stream's highest number, and the prefix of it in our custody, after rows were stored."""
    new = {row.sequence for row in rows if row.state is not DispatchState.ARRIVING}
    through = stream.received_through
    while through + 1 in new:
        through += 1
    if stream.received_through < through < stream.highest:
        for row in channel.ledger.incoming_after(stream.key, through):
            if row.sequence != through + 1 or row.state is DispatchState.ARRIVING:
                break
            through = row.sequence
    grown = replace(
        stream,
        highest=max(stream.highest, *(row.sequence for row in rows)),
        received_through=through,
        heard_owed=stream.heard_owed or through > stream.received_through,
    )
    return pass_over(channel, grown)


def film_complete(channel: Channel, film: str, *, now: datetime) -> list[Incoming]:
    """Take custody of the dispatches whose film is durable now: rule I10."""
    waiting = channel.ledger.arriving_with(film)
    if not waiting or not channel.films.is_complete(film):
        return []
    streams = channel.ledger.in_streams({row.key for row in waiting})
    # rule T9: one whose turn has passed stays as it is, and nobody was promised anything
    rows = [
        received(row, now=now) for row in waiting if row.sequence > streams[row.key].applied_through
    ]
    channel.ledger.save_incoming(rows)
    _grow(channel, streams, rows)
    return rows


def received_receipt(channel: Channel, row: Incoming) -> bytes:
    """Sign that a stored dispatch was received: rule V2; not for one that is still arriving."""
    assert row.state is not DispatchState.ARRIVING, row.id  # noqa: S101 -- our own mistake
    signing = channel.keys.to_sign(row.key.other)
    return Receipt(
        sender=channel.own,
        recipient=row.key.other,
        stream=row.key.name,
        sequence=row.sequence,
        digest=row.digest,
        state=ReceiptState.RECEIVED,
        at=row.received_at,
        incarnation=row.key.incarnation,
        signer=signing.generation,
    ).encode(signing.signer)


def returned_receipt(
    channel: Channel, data: bytes, *, code: str, carrier: OfficeCode | None, now: datetime
) -> bytes | None:
    """Sign that an envelope could not be taken, and why: rule V4.

    Returns:
        The signed answer, or None where there is nobody to answer: the sender is not known here.
    """
    claim = claim_of(data)
    about = claim if claim and claim.recipient == channel.own else None
    sender = about.sender if about else carrier
    if sender is None or not channel.keys.knows(sender):
        return None
    signing = channel.keys.to_sign(sender)
    return Receipt(
        sender=channel.own,
        recipient=sender,
        stream=about.stream if about else "",
        sequence=about.sequence if about else 0,
        digest=digest_of(data),
        state=ReceiptState.RETURNED,
        at=now,
        incarnation=about.incarnation if about else 0,
        signer=signing.generation,
        code=reason(code),
    ).encode(signing.signer)


def trace(
    channel: Channel, data: bytes, *, code: str, carrier: OfficeCode | None, now: datetime
) -> None:
    """Keep the evidence of what was not taken: rule V3."""
    claim = claim_of(data)
    channel.ledger.add_trace(
        Trace(
            digest=sha256_hex(data),
            code=reason(code),
            at=now,
            claimed=claim.sender if claim else "",
            carrier=carrier or "",
            length=len(data),
            beginning=data[:TRACE_BYTES],
        )
    )


def keep_return(channel: Channel, receipt: bytes, *, now: datetime) -> None:
    """Keep the signed answer to an envelope from a stick until a carrier takes it back."""
    about = read_receipt(receipt).receipt
    channel.ledger.save_returns(
        [Return(digest=about.digest, recipient=about.recipient, receipt=receipt, returned_at=now)]
    )
