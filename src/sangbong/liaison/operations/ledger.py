"""The office's ledger: `liaison.core.ledger` over its database, in the caller's transaction.

It keeps and finds rows and judges nothing. Batches cost a fixed number of statements.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet, Subquery, Sum, Value

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.channel import Mark
from sangbong.liaison.core.ledger import (
    BundleMark,
    Forgotten,
    Incoming,
    InStream,
    Outgoing,
    OutStream,
    Peer,
    Return,
    StreamKey,
    Trace,
)
from sangbong.liaison.core.states import CUSTODY_STATES, FINAL_STATES, DispatchState
from sangbong.liaison.models import (
    CarriedBundle,
    ChannelPeer,
    ForgottenDispatch,
    InboxDispatch,
    InboxStream,
    KeptEnvelope,
    NotTaken,
    OutboxDispatch,
    OutboxStream,
    OwnIncarnation,
    ReturnedEnvelope,
)

T = TypeVar("T")
M = TypeVar("M", bound=Model)

TRACES_MAX = 10_000
_TRACES_SPARE = 1_000
_ASKED_AT_ONCE = 5_000
_FINAL = [state.value for state in FINAL_STATES]
_UNOPENED = [DispatchState.ARRIVING.value, DispatchState.RECEIVED.value]
_WAITS = Q(state__in=[state.value for state in CUSTODY_STATES]) | Q(offer_again=True)


@dataclass(slots=True)
class DatabaseLedger:
    """One office's ledger; made anew for each transaction, since it remembers keys of streams."""

    own: OfficeCode
    _out: dict[StreamKey, int] = field(default_factory=dict)
    _in: dict[StreamKey, int] = field(default_factory=dict)
    _peers: dict[OfficeCode, Peer] = field(default_factory=dict)
    _mark: Mark | None = None

    # Who we are, and each other office

    def incarnation(self) -> int:
        """Our incarnation as stored, locked: two deeds never number one stream at once."""
        if self._mark is None:
            self._mark = _stored(OwnIncarnation.objects.select_for_update(of=("self",)))
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

    # What we sent

    def out_streams(self, keys: Collection[StreamKey]) -> dict[StreamKey, OutStream]:
        """These streams of ours; one never used is fresh."""
        names = {key.name for key in keys}
        found: dict[StreamKey, OutStream] = {}
        for some in _parts(names):
            rows = OutboxStream.objects.select_for_update().filter(name__in=some)
            for row in rows.filter(recipient__in={key.other for key in keys}):
                one = self._out_stream(row)
                found[one.key] = one
        return {key: found.get(key) or OutStream(key) for key in keys}

    def out_streams_to(self, other: OfficeCode) -> list[OutStream]:
        """Every stream towards an office, of every incarnation."""
        return [self._out_stream(row) for row in _of_office(OutboxStream, recipient=other)]

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
        _upsert(OutboxStream, rows, unique=("recipient", "name", "incarnation"))

    def outgoing(self, ids: Collection[str]) -> dict[str, Outgoing]:
        """Those of these dispatches that we know we sent."""
        return {
            row.dispatch_id: self._outgoing(row)
            for row in _named(_outbox().select_for_update(), ids)
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
        _keep_envelopes((row.digest, data) for row, data in rows)
        OutboxDispatch.objects.bulk_create(self._outbox_rows(row for row, _ in rows))

    def save_outgoing(self, rows: Iterable[Outgoing]) -> None:
        """Keep changed dispatches."""
        _upsert(OutboxDispatch, self._outbox_rows(rows), unique=("dispatch_id",))

    def _outbox_rows(self, rows: Iterable[Outgoing]) -> list[OutboxDispatch]:
        rows = list(rows)
        streams = self._stream_ids(
            {row.key for row in rows}, self._out, OutboxStream, office="recipient"
        )
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
            row.dispatch_id: _forgotten(row) for row in _named(ForgottenDispatch.objects.all(), ids)
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
        _upsert(ForgottenDispatch, made, unique=("dispatch_id",))

    def envelope(self, digest: str) -> bytes:
        """The literal bytes of an envelope, sent or received."""
        return bytes(KeptEnvelope.objects.values_list("data", flat=True).get(digest=digest))

    # What came in

    def in_streams(self, keys: Collection[StreamKey]) -> dict[StreamKey, InStream]:
        """These streams of another office; one never seen is fresh."""
        found: dict[StreamKey, InStream] = {}
        for some in _parts({key.name for key in keys}):
            rows = InboxStream.objects.select_for_update().filter(name__in=some)
            for row in rows.filter(sender__in={key.other for key in keys}):
                one = self._in_stream(row)
                found[one.key] = one
        return {key: found.get(key) or InStream(key) for key in keys}

    def in_streams_from(self, other: OfficeCode) -> list[InStream]:
        """Every stream that an office sends to us, of every incarnation."""
        return [self._in_stream(row) for row in _of_office(InboxStream, sender=other)]

    def _in_stream(self, row: InboxStream) -> InStream:
        key = StreamKey(OfficeCode(row.sender), row.name, row.incarnation)
        self._in[key] = row.pk
        return InStream(
            key=key,
            applied_through=row.applied_through,
            received_through=row.received_through,
            highest=row.highest,
            heard_owed=row.heard_owed,
            ends_at=row.ends_at,
        )

    def save_in_streams(self, streams: Iterable[InStream]) -> None:
        """Keep streams of another office."""
        rows = [
            InboxStream(
                sender=one.key.other,
                name=one.key.name,
                incarnation=one.key.incarnation,
                applied_through=one.applied_through,
                received_through=one.received_through,
                highest=one.highest,
                heard_owed=one.heard_owed,
                ends_at=one.ends_at,
            )
            for one in streams
        ]
        _upsert(InboxStream, rows, unique=("sender", "name", "incarnation"))

    def incoming(self, ids: Collection[str]) -> dict[str, Incoming]:
        """Those of these dispatches that we hold."""
        return {
            row.dispatch_id: self._incoming(row)
            for row in _named(_inbox().select_for_update(), ids)
        }

    def incoming_after(self, key: StreamKey, sequence: int) -> Iterator[Incoming]:
        """The dispatches of a stream after a number, in order."""
        rows = _inbox().filter(
            stream__sender=key.other,
            stream__name=key.name,
            stream__incarnation=key.incarnation,
            sequence__gt=sequence,
        )
        return map(self._incoming, rows.order_by("sequence").iterator(chunk_size=500))

    def arriving_with(self, film: str) -> list[Incoming]:
        """The *arriving* dispatches that wait for this film."""
        rows = _inbox().filter(film=film, state=DispatchState.ARRIVING.value)
        return [self._incoming(row) for row in rows.order_by("id")]

    def next_to_apply(self, *, passing_over: Collection[str]) -> Incoming | None:
        """The oldest *received* dispatch whose turn it is; its row is locked."""
        ready = (
            _inbox()
            .filter(state=DispatchState.RECEIVED.value, sequence=F("stream__applied_through") + 1)
            .exclude(dispatch_id__in=passing_over)
            .select_for_update(of=("self", "stream"), skip_locked=True)
            .order_by("received_at", "id")
        )
        row = ready.first()
        return self._incoming(row) if row else None

    def epochs_unopened(self, *, finished_after: datetime) -> set[int]:
        """The epochs of our keys that dispatches not yet applied or refused then are sealed to."""
        rows = InboxDispatch.objects.filter(Q(state__in=_UNOPENED) | Q(final_at__gt=finished_after))
        return set(rows.values_list("epoch", flat=True).distinct())

    def add_incoming(self, rows: Sequence[tuple[Incoming, bytes]]) -> None:
        """Keep new dispatches with their envelopes."""
        new = {row.key for row, _ in rows} - set(self._in)
        self.save_in_streams(InStream(key) for key in sorted(new - self._known_in(new)))
        _keep_envelopes((row.digest, data) for row, data in rows)
        InboxDispatch.objects.bulk_create(self._inbox_rows(row for row, _ in rows))

    def _known_in(self, keys: Collection[StreamKey]) -> set[StreamKey]:
        self.in_streams(keys)
        return set(keys) & set(self._in)

    def save_incoming(self, rows: Iterable[Incoming]) -> None:
        """Keep changed dispatches."""
        _upsert(InboxDispatch, self._inbox_rows(rows), unique=("dispatch_id",))

    def _inbox_rows(self, rows: Iterable[Incoming]) -> list[InboxDispatch]:
        rows = list(rows)
        streams = self._stream_ids(
            {row.key for row in rows}, self._in, InboxStream, office="sender"
        )
        return [
            InboxDispatch(
                dispatch_id=row.id,
                stream_id=streams[row.key],
                sequence=row.sequence,
                envelope_id=row.digest,
                previous=row.previous,
                size=row.size,
                film=row.film,
                pieces=row.pieces,
                epoch=row.epoch,
                urgent=row.urgent,
                kind=row.kind,
                state=row.state.value,
                code=row.code,
                received_at=row.received_at,
                final_at=row.final_at,
                receipt=row.receipt,
                receipt_owed=row.receipt_owed,
            )
            for row in rows
        ]

    def _incoming(self, row: InboxDispatch) -> Incoming:
        stream = row.stream
        key = StreamKey(OfficeCode(stream.sender), stream.name, stream.incarnation)
        self._in[key] = row.stream_id
        return Incoming(
            id=row.dispatch_id,
            key=key,
            sequence=row.sequence,
            digest=row.envelope_id,
            previous=row.previous,
            size=row.size,
            epoch=row.epoch,
            urgent=row.urgent,
            film=row.film,
            pieces=row.pieces,
            state=DispatchState(row.state),
            received_at=row.received_at,
            kind=row.kind,
            code=row.code,
            final_at=row.final_at,
            receipt=bytes(row.receipt),
            receipt_owed=row.receipt_owed,
        )

    def _stream_ids(
        self,
        keys: Collection[StreamKey],
        known: dict[StreamKey, int],
        model: type[OutboxStream | InboxStream],
        *,
        office: str,
    ) -> dict[StreamKey, int]:
        missing = [key for key in keys if key not in known]
        for some in _parts({key.name for key in missing}):
            found = model.objects.filter(name__in=some)
            for other, name, incarnation, pk in found.values_list(
                office, "name", "incarnation", "pk"
            ):
                known[StreamKey(OfficeCode(other), name, incarnation)] = pk
        return known

    # What we have to tell, and what was not taken

    def receipts_owed(self, other: OfficeCode, *, limit: int) -> list[Incoming]:
        """Dispatches that an office may not have our last receipt of, oldest first."""
        rows = _inbox().filter(stream__sender=other, receipt_owed=True)
        return [self._incoming(row) for row in rows.order_by("id")[:limit]]

    def stop_owing(self, key: StreamKey, *, through: int) -> None:
        """No receipt is owed any more for a final dispatch of this stream up to this number."""
        InboxDispatch.objects.filter(
            stream__sender=key.other,
            stream__name=key.name,
            stream__incarnation=key.incarnation,
            sequence__lte=through,
            state__in=_FINAL,
            receipt_owed=True,
        ).update(receipt_owed=False)

    def settled_owed(self, other: OfficeCode, *, limit: int) -> list[OutStream]:
        """Streams whose settled prefix an office was not told yet."""
        rows = _of_office(OutboxStream, recipient=other, settled_owed=True)
        return [self._out_stream(row) for row in rows[:limit]]

    def heard_owed(self, other: OfficeCode, *, limit: int) -> list[InStream]:
        """Streams of an office whose received prefix it was not told yet."""
        rows = _of_office(InboxStream, sender=other, heard_owed=True)
        return [self._in_stream(row) for row in rows[:limit]]

    def returns(self, other: OfficeCode, *, limit: int) -> list[Return]:
        """Signed answers for an office that no carrier took yet."""
        rows = ReturnedEnvelope.objects.filter(recipient=other, carried_at=None)
        return [
            Return(
                digest=row.digest,
                recipient=OfficeCode(row.recipient),
                receipt=bytes(row.receipt),
                returned_at=row.returned_at,
            )
            for row in rows.order_by("digest")[:limit]
        ]

    def save_returns(self, rows: Iterable[Return]) -> None:
        """Keep signed answers, new or changed."""
        made = [
            ReturnedEnvelope(
                digest=row.digest,
                recipient=row.recipient,
                receipt=row.receipt,
                returned_at=row.returned_at,
                carried_at=row.carried_at,
            )
            for row in rows
        ]
        _upsert(ReturnedEnvelope, made, unique=("digest",))

    def returns_carried(self, digests: Collection[str], *, now: datetime) -> None:
        """These signed answers were handed to a carrier."""
        for some in _parts(digests):
            ReturnedEnvelope.objects.filter(digest__in=some).update(carried_at=now)

    def add_trace(self, trace: Trace) -> None:
        """Keep what was not taken; the oldest are dropped beyond `TRACES_MAX`."""
        same = NotTaken.objects.filter(digest=trace.digest, code=trace.code, carrier=trace.carrier)
        if same.update(at=trace.at, times=F("times") + 1):
            return
        NotTaken.objects.create(
            digest=trace.digest,
            code=trace.code,
            at=trace.at,
            claimed=trace.claimed,
            carrier=trace.carrier,
            length=trace.length,
            beginning=trace.beginning,
        )
        if NotTaken.objects.count() > TRACES_MAX:
            oldest = NotTaken.objects.order_by("at", "id").values("id")[:_TRACES_SPARE]
            NotTaken.objects.filter(id__in=list(oldest.values_list("id", flat=True))).delete()

    def bundle(self, bundle: str) -> BundleMark | None:
        """A bundle that we wrote or read, by its id; one that we wrote and read is the read one."""
        row = CarriedBundle.objects.filter(bundle=bundle).order_by("outgoing").first()
        return _bundle(row) if row else None

    def last_bundle(self, other: OfficeCode, *, outgoing: bool) -> int:
        """The highest number of a bundle written to, or read from, an office."""
        rows = CarriedBundle.objects.filter(counterpart=other, outgoing=outgoing)
        last = rows.order_by("-number").values_list("number", flat=True).first()
        return last or 0

    def save_bundle(self, mark: BundleMark) -> None:
        """Keep a bundle's mark, new or changed."""
        CarriedBundle.objects.update_or_create(
            bundle=mark.bundle,
            outgoing=mark.outgoing,
            defaults={
                "counterpart": mark.other,
                "number": mark.number,
                "envelopes": mark.envelopes,
                "receipts": mark.receipts,
                "pieces": mark.pieces,
                "started_at": mark.started_at,
                "finished_at": mark.finished_at,
            },
        )


def stored_mark() -> Mark:
    """How far the ledger has come, without a lock: for the mark outside it, after a commit."""
    return _stored(OwnIncarnation.objects.all())


def _stored(rows: QuerySet[OwnIncarnation]) -> Mark:
    """In one question; an office that has no incarnation yet has sent and received nothing."""
    told = rows.annotate(
        out=_last(OutboxDispatch),
        into=_last(InboxDispatch),
        settled=_sum(OutboxStream, "settled_through"),
        applied=_sum(InboxStream, "applied_through"),
    ).first()
    if told is None:
        return Mark(0, 0)
    heights = (told.out, told.into, told.settled, told.applied)
    return Mark(told.number, sum(height or 0 for height in heights))


def _last(model: type[Model]) -> Subquery:
    rows = model._default_manager.order_by("-id").values("id")[:1]  # noqa: SLF001 -- as below
    return Subquery(rows)


def _sum(model: type[Model], column: str) -> Subquery:
    rows = model._default_manager.order_by().annotate(one=Value(1)).values("one")  # noqa: SLF001 -- as below
    return Subquery(rows.annotate(sum=Sum(column)).values("sum"))


def _outbox() -> QuerySet[OutboxDispatch]:
    return OutboxDispatch.objects.select_related("stream")


def _inbox() -> QuerySet[InboxDispatch]:
    return InboxDispatch.objects.select_related("stream")


def _of_office(model: type[M], **which: Any) -> QuerySet[M]:
    rows: QuerySet[M] = model._default_manager.select_for_update()  # noqa: SLF001 -- its public name is untyped
    return rows.filter(**which).order_by("name", "incarnation")


def _named(rows: QuerySet[M], ids: Collection[str]) -> Iterator[M]:
    for some in _parts(ids):
        yield from rows.filter(dispatch_id__in=some)


def _parts(values: Collection[T]) -> Iterator[list[T]]:
    """So many at once as one statement may ask for."""
    remaining = iter(values)
    while some := list(itertools.islice(remaining, _ASKED_AT_ONCE)):
        yield some


def _keep_envelopes(envelopes: Iterable[tuple[str, bytes]]) -> None:
    KeptEnvelope.objects.bulk_create(
        [KeptEnvelope(digest=digest, data=data) for digest, data in envelopes]
    )


def _upsert(model: type[M], rows: Sequence[M], *, unique: Sequence[str]) -> None:
    if not rows:
        return
    changing = [
        one.name
        for one in model._meta.concrete_fields  # noqa: SLF001 -- Django's way to ask
        if not one.primary_key and one.name not in unique
    ]
    model._default_manager.bulk_create(  # noqa: SLF001 -- as above
        rows, update_conflicts=True, unique_fields=list(unique), update_fields=changing
    )


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


def _bundle(row: CarriedBundle) -> BundleMark:
    return BundleMark(
        bundle=row.bundle,
        outgoing=row.outgoing,
        other=OfficeCode(row.counterpart),
        number=row.number,
        started_at=row.started_at,
        finished_at=row.finished_at,
        envelopes=row.envelopes,
        receipts=row.receipts,
        pieces=row.pieces,
    )
