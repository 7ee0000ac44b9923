"""The office's ledger: who we are, each other office, and what we sent."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.channel import Mark
from sangbong.liaison.core.custody.ledger import (
    Forgotten,
    Outgoing,
    OutStream,
    Peer,
    StreamKey,
)
from sangbong.liaison.core.custody.states import CUSTODY_STATES, DispatchState
from sangbong.liaison.models import (
    ChannelPeer,
    ForgottenDispatch,
    KeptEnvelope,
    OutboxDispatch,
    OutboxStream,
    OwnIncarnation,
)
from sangbong.liaison.operations.ledger_rows import (
    keep_envelopes,
    named,
    of_office,
    parts,
    stored,
    stream_ids,
    upsert,
)

_WAITS = Q(state__in=[state.value for state in CUSTODY_STATES]) | Q(offer_again=True)


@dataclass(slots=True)
class OutPart:
    """Rows of `core.ledger.OwnLedger` and `OutLedger`; remembers keys of streams for one transaction."""

    own: OfficeCode
    _out: dict[StreamKey, int] = field(default_factory=dict)
    _in: dict[StreamKey, int] = field(default_factory=dict)
    _peers: dict[OfficeCode, Peer] = field(default_factory=dict)
    _mark: Mark | None = None

    def incarnation(self) -> int:
        """Our incarnation as stored, locked: two deeds never number one stream at once."""
        if self._mark is None:
            self._mark = stored(OwnIncarnation.objects.select_for_update(of=("self",)))
        return self._mark.incarnation

    def set_incarnation(self, number: int) -> None:
        """Begin a new incarnation."""
        self._mark = None
        OwnIncarnation.objects.update_or_create(id=1, defaults={"number": number})

    def height(self) -> int:
        """The last numbers of both tables, and of what is settled or applied: none ever falls."""
        self.incarnation()
        return self._mark.height if self._mark else 0

    def peer(self, code: OfficeCode) -> Peer:
        """What we remember of an office."""
        if code not in self._peers:
            self._peers[code] = self._peer(code)
        return self._peers[code]

    def _peer(self, code: OfficeCode) -> Peer:
        row = ChannelPeer.objects.select_for_update().filter(code=code).first()
        if row is None:
            return Peer(code)
        return Peer(code, row.incarnation, row.epochs_done, row.told_incarnation, row.announced)

    def save_peer(self, peer: Peer) -> None:
        """Keep what we remember of an office."""
        self._peers[peer.code] = peer
        ChannelPeer.objects.update_or_create(
            code=peer.code,
            defaults={
                "incarnation": peer.incarnation,
                "epochs_done": peer.epochs_done,
                "told_incarnation": peer.told_incarnation,
                "announced": peer.announced,
            },
        )

    def out_streams(self, keys: Collection[StreamKey]) -> dict[StreamKey, OutStream]:
        """These streams of ours; one never used is fresh."""
        names = {key.name for key in keys}
        found: dict[StreamKey, OutStream] = {}
        for some in parts(names):
            rows = OutboxStream.objects.select_for_update().filter(name__in=some)
            for row in rows.filter(recipient__in={key.other for key in keys}):
                one = self._out_stream(row)
                found[one.key] = one
        return {key: found.get(key) or OutStream(key) for key in keys}

    def out_streams_to(self, other: OfficeCode) -> list[OutStream]:
        """Every stream towards an office, of every incarnation."""
        return [self._out_stream(row) for row in of_office(OutboxStream, recipient=other)]

    def _out_stream(self, row: OutboxStream) -> OutStream:
        key = StreamKey(OfficeCode(row.recipient), row.name, row.incarnation)
        self._out[key] = row.pk
        return OutStream(
            key=key,
            last_sequence=row.last_sequence,
            last_digest=row.last_digest,
            settled_through=row.settled_through,
            settled_owed=row.settled_owed,
            heard_through=row.heard_through,
        )

    def save_out_streams(self, streams: Iterable[OutStream]) -> None:
        """Keep streams of ours."""
        rows = [
            OutboxStream(
                recipient=one.key.other,
                name=one.key.name,
                incarnation=one.key.incarnation,
                last_sequence=one.last_sequence,
                last_digest=one.last_digest,
                settled_through=one.settled_through,
                settled_owed=one.settled_owed,
                heard_through=one.heard_through,
            )
            for one in streams
        ]
        upsert(OutboxStream, rows, unique=("recipient", "name", "incarnation"))

    def outgoing(self, ids: Collection[str]) -> dict[str, Outgoing]:
        """Those of these dispatches that we know we sent."""
        return {
            row.dispatch_id: self._outgoing(row)
            for row in named(_outbox().select_for_update(), ids)
        }

    def outgoing_of(self, digest: str, *, other: OfficeCode) -> Outgoing | None:
        """The dispatch to an office whose envelope has this digest."""
        row = _outbox().filter(envelope=digest, stream__recipient=other).first()
        return self._outgoing(row) if row else None

    def outgoing_after(self, key: StreamKey, sequence: int) -> Iterator[Outgoing]:
        """The dispatches of a stream after a number, in order."""
        rows = _outbox().filter(
            stream__recipient=key.other,
            stream__name=key.name,
            stream__incarnation=key.incarnation,
            sequence__gt=sequence,
        )
        return map(self._outgoing, rows.order_by("sequence").iterator(chunk_size=500))

    def waiting(self, other: OfficeCode, *, rested_before: datetime | None) -> list[Outgoing]:
        """Every dispatch that waits, urgent ones first, then the oldest first."""
        rows = _outbox().filter(_WAITS, stream__recipient=other)
        if rested_before is not None:
            rows = rows.filter(Q(returned_at=None) | Q(returned_at__lt=rested_before))
        return [self._outgoing(row) for row in rows.order_by("-urgent", "id")]

    def offered_again(self, other: OfficeCode) -> list[Outgoing]:
        """The dispatches to an office that are marked `offer_again`."""
        rows = _outbox().filter(offer_again=True, stream__recipient=other)
        return [self._outgoing(row) for row in rows.order_by("id")]

    def epochs_waiting(self, other: OfficeCode) -> set[int]:
        """The epochs of an office's receive keys that waiting dispatches are sealed to."""
        rows = OutboxDispatch.objects.filter(_WAITS, stream__recipient=other)
        return set(rows.values_list("epoch", flat=True).distinct())

    def add_outgoing(self, rows: Sequence[tuple[Outgoing, bytes]]) -> None:
        """Keep new dispatches with their envelopes."""
        keep_envelopes((row.digest, data) for row, data in rows)
        OutboxDispatch.objects.bulk_create(self._outbox_rows(row for row, _ in rows))

    def save_outgoing(self, rows: Iterable[Outgoing]) -> None:
        """Keep changed dispatches."""
        upsert(OutboxDispatch, self._outbox_rows(rows), unique=("dispatch_id",))

    def _outbox_rows(self, rows: Iterable[Outgoing]) -> list[OutboxDispatch]:
        rows = list(rows)
        streams = stream_ids({row.key for row in rows}, self._out, OutboxStream, office="recipient")
        return [
            OutboxDispatch(
                dispatch_id=row.id,
                stream_id=streams[row.key],
                sequence=row.sequence,
                kind=row.kind,
                envelope_id=row.digest,
                size=row.size,
                film=row.film,
                pieces=row.pieces,
                epoch=row.epoch,
                urgent=row.urgent,
                clearance=dict(row.clearance),
                state=row.state.value,
                code=row.code,
                sealed_at=row.sealed_at,
                carried_at=row.carried_at,
                received_at=row.received_at,
                final_at=row.final_at,
                receipt=row.receipt,
                returned_code=row.returned_code,
                returned_at=row.returned_at,
                offer_again=row.offer_again,
            )
            for row in rows
        ]

    def _outgoing(self, row: OutboxDispatch) -> Outgoing:
        stream = row.stream
        key = StreamKey(OfficeCode(stream.recipient), stream.name, stream.incarnation)
        self._out[key] = row.stream_id
        return Outgoing(
            id=row.dispatch_id,
            key=key,
            sequence=row.sequence,
            kind=row.kind,
            digest=row.envelope_id,
            size=row.size,
            epoch=row.epoch,
            urgent=row.urgent,
            film=row.film,
            pieces=row.pieces,
            clearance=row.clearance,
            state=DispatchState(row.state),
            sealed_at=row.sealed_at,
            code=row.code,
            carried_at=row.carried_at,
            received_at=row.received_at,
            final_at=row.final_at,
            receipt=bytes(row.receipt),
            returned_code=row.returned_code,
            returned_at=row.returned_at,
            offer_again=row.offer_again,
        )

    def forgotten(self, ids: Collection[str]) -> dict[str, Forgotten]:
        """Those of these dispatches that we forgot and learned of again."""
        return {
            row.dispatch_id: _forgotten(row) for row in named(ForgottenDispatch.objects.all(), ids)
        }

    def forgotten_after(self, key: StreamKey, sequence: int) -> Iterator[Forgotten]:
        """The forgotten dispatches of a stream after a number, in order."""
        rows = ForgottenDispatch.objects.filter(
            recipient=key.other, name=key.name, incarnation=key.incarnation, sequence__gt=sequence
        )
        return map(_forgotten, rows.order_by("sequence").iterator(chunk_size=500))

    def save_forgotten(self, rows: Iterable[Forgotten]) -> None:
        """Keep forgotten dispatches, new or changed."""
        made = [
            ForgottenDispatch(
                dispatch_id=row.id,
                recipient=row.key.other,
                name=row.key.name,
                incarnation=row.key.incarnation,
                sequence=row.sequence,
                digest=row.digest,
                state=row.state.value,
                code=row.code,
                learned_at=row.learned_at,
            )
            for row in rows
        ]
        upsert(ForgottenDispatch, made, unique=("dispatch_id",))

    def envelope(self, digest: str) -> bytes:
        """The literal bytes of an envelope, sent or received."""
        return bytes(KeptEnvelope.objects.values_list("data", flat=True).get(digest=digest))


def _outbox() -> QuerySet[OutboxDispatch]:
    return OutboxDispatch.objects.select_related("stream")


def _forgotten(row: ForgottenDispatch) -> Forgotten:
    return Forgotten(
        id=row.dispatch_id,
        key=StreamKey(OfficeCode(row.recipient), row.name, row.incarnation),
        sequence=row.sequence,
        learned_at=row.learned_at,
        digest=row.digest,
        state=DispatchState(row.state),
        code=row.code,
    )
