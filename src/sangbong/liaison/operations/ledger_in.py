"""The office's ledger: what came in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.ledger import (
    Incoming,
    InStream,
    StreamKey,
)
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.models import (
    InboxDispatch,
    InboxStream,
)
from sangbong.liaison.operations.ledger_out import OutPart
from sangbong.liaison.operations.ledger_rows import (
    keep_envelopes,
    named,
    of_office,
    parts,
    stream_ids,
    upsert,
)

_UNOPENED = [DispatchState.ARRIVING.value, DispatchState.RECEIVED.value]


@dataclass(slots=True)
class InPart(OutPart):
    """Rows of `core.ledger.InLedger`."""

    def in_streams(self, keys: Collection[StreamKey]) -> dict[StreamKey, InStream]:
        """These streams of another office; one never seen is fresh."""
        found: dict[StreamKey, InStream] = {}
        for some in parts({key.name for key in keys}):
            rows = InboxStream.objects.select_for_update().filter(name__in=some)
            for row in rows.filter(sender__in={key.other for key in keys}):
                one = self._in_stream(row)
                found[one.key] = one
        return {key: found.get(key) or InStream(key) for key in keys}

    def in_streams_from(self, other: OfficeCode) -> list[InStream]:
        """Every stream that an office sends to us, of every incarnation."""
        return [self._in_stream(row) for row in of_office(InboxStream, sender=other)]

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
        upsert(InboxStream, rows, unique=("sender", "name", "incarnation"))

    def incoming(self, ids: Collection[str]) -> dict[str, Incoming]:
        """Those of these dispatches that we hold."""
        return {
            row.dispatch_id: self._incoming(row)
            for row in named(inbox_rows().select_for_update(), ids)
        }

    def incoming_after(self, key: StreamKey, sequence: int) -> Iterator[Incoming]:
        """The dispatches of a stream after a number, in order."""
        rows = inbox_rows().filter(
            stream__sender=key.other,
            stream__name=key.name,
            stream__incarnation=key.incarnation,
            sequence__gt=sequence,
        )
        return map(self._incoming, rows.order_by("sequence").iterator(chunk_size=500))

    def arriving_with(self, film: str) -> list[Incoming]:
        """The *arriving* dispatches that wait for this film."""
        rows = inbox_rows().filter(film=film, state=DispatchState.ARRIVING.value)
        return [self._incoming(row) for row in rows.order_by("id")]

    def next_to_apply(self, *, passing_over: Collection[str]) -> Incoming | None:
        """The oldest *received* dispatch whose turn it is; its row is locked."""
        ready = (
            inbox_rows()
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
        keep_envelopes((row.digest, data) for row, data in rows)
        InboxDispatch.objects.bulk_create(self._inbox_rows(row for row, _ in rows))

    def _known_in(self, keys: Collection[StreamKey]) -> set[StreamKey]:
        self.in_streams(keys)
        return set(keys) & set(self._in)

    def save_incoming(self, rows: Iterable[Incoming]) -> None:
        """Keep changed dispatches."""
        upsert(InboxDispatch, self._inbox_rows(rows), unique=("dispatch_id",))

    def _inbox_rows(self, rows: Iterable[Incoming]) -> list[InboxDispatch]:
        rows = list(rows)
        streams = stream_ids({row.key for row in rows}, self._in, InboxStream, office="sender")
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


def inbox_rows() -> QuerySet[InboxDispatch]:
    """Dispatches that came in, each with its stream."""
    return InboxDispatch.objects.select_related("stream")
