"""What the channel knows about the use of keys: what stands, and what still needs an old one."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.inbox import Held
from sangbong.liaison.core.custody.key_papers import KEYS_KIND, keys_stream, serial_of
from sangbong.liaison.core.custody.ledger import StreamKey
from sangbong.liaison.core.custody.revoking import fallen_digests
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.envelope import read_envelope
from sangbong.liaison.models import InboxDispatch, KeptEnvelope, OutboxDispatch, OutboxStream
from sangbong.office.core.statement import NO_DIGEST, Revocation, Standing, stream_mark
from sangbong.office.queries import key_standing, own_office

_ASKED_AT_ONCE = 500
_ON_THE_WAY = [DispatchState.SEALED.value, DispatchState.CARRIED.value]


def standing(*, sealed_before: datetime | None = None) -> tuple[Standing, ...]:
    """What stands of every stream of ours when a signing key is revoked: rule S6 of office's succession.

    With `sealed_before`, nothing stands that was sealed after a key came into other hands and that
    the other side has not received.
    """
    own = own_office().code
    streams = OutboxStream.objects.filter(last_sequence__gt=0)
    told = [_standing(own, stream, sealed_before) for stream in streams.iterator()]
    return tuple(sorted(told, key=lambda one: one.stream))


def _standing(own: OfficeCode, stream: OutboxStream, before: datetime | None) -> Standing:
    rows = stream.dispatches.order_by("sequence")
    waits = rows.filter(state__in=_ON_THE_WAY).values_list("sequence", flat=True).first()
    through = waits - 1 if waits is not None else stream.last_sequence
    last = rows.filter(sequence=through).values_list("envelope_id", flat=True).first()
    later = rows.filter(sequence__gt=through)
    if before is not None:
        later = later.filter(Q(sealed_at__lt=before) | ~Q(state__in=_ON_THE_WAY))
    return Standing(
        stream=stream_mark(
            sender=own,
            recipient=stream.recipient,
            stream=stream.name,
            incarnation=stream.incarnation,
        ),
        through=through,
        digest=last if last is not None else NO_DIGEST,
        open=tuple(later.values_list("envelope_id", flat=True)),
    )


@dataclass(frozen=True, slots=True)
class FallenDispatch:
    """A dispatch that we took and that does not count after all: rule Q3 of core's revoking.

    *Applied*: a person looks at what it did. *Received*: it is refused when its turn comes.
    """

    id: str
    generation: int
    kind: str
    state: DispatchState
    received_at: datetime


def fallen_dispatches(
    code: OfficeCode, *, generations: Collection[int] | None = None
) -> list[FallenDispatch]:
    """What an office's revocations leave without a signature that counts, in the order of coming.

    With `generations`, of these alone. What was refused already is left out.

    Raises:
        SangbongError: `office.unknown_counterpart`.
    """
    fell = [
        one
        for revocation in key_standing(code).statement.revoked
        if generations is None or revocation.generation in generations
        for one in _fallen(code, revocation)
    ]
    return sorted(fell, key=lambda one: (one.received_at, one.id))


def _fallen(code: OfficeCode, revocation: Revocation) -> Iterator[FallenDispatch]:
    own = own_office().code
    rows = (
        InboxDispatch.objects.filter(stream__sender=code)
        .select_related("stream")
        .order_by("stream_id", "sequence")
        .iterator(chunk_size=_ASKED_AT_ONCE)
    )
    fell: list[InboxDispatch] = []
    for _, of_stream in itertools.groupby(rows, key=lambda row: row.stream_id):
        held = list(of_stream)
        stream = held[0].stream
        papers = (Held(row.sequence, row.envelope_id, row.previous) for row in held)
        key = StreamKey(code, stream.name, stream.incarnation)
        digests = fallen_digests(revocation, papers, own=own, key=key)
        fell.extend(
            row
            for row in held
            if row.envelope_id in digests and row.state != DispatchState.REFUSED.value
        )
    return _signed_by(revocation.generation, fell)


def _signed_by(generation: int, rows: list[InboxDispatch]) -> Iterator[FallenDispatch]:
    for start in range(0, len(rows), _ASKED_AT_ONCE):
        some = rows[start : start + _ASKED_AT_ONCE]
        envelopes = KeptEnvelope.objects.in_bulk([row.envelope_id for row in some])
        for row in some:
            header = read_envelope(bytes(envelopes[row.envelope_id].data)).header
            if header.signer == generation:
                yield FallenDispatch(
                    id=row.dispatch_id,
                    generation=generation,
                    kind=row.kind,
                    state=DispatchState(row.state),
                    received_at=row.received_at,
                )


def statement_sent(recipient: OfficeCode, *, serial: int) -> DispatchState | None:
    """How the dispatch with our statement of that serial stands, or None where it was never sent."""
    state = (
        OutboxDispatch.objects.filter(
            stream__recipient=recipient, stream__name=keys_stream(serial), kind=KEYS_KIND
        )
        .values_list("state", flat=True)
        .first()
    )
    return DispatchState(state) if state is not None else None


def statements_applied(recipient: OfficeCode) -> list[int]:
    """The serials of our statements that an office has taken from a dispatch."""
    names = OutboxDispatch.objects.filter(
        stream__recipient=recipient, kind=KEYS_KIND, state=DispatchState.APPLIED.value
    ).values_list("stream__name", flat=True)
    return sorted(serial_of(name) for name in names)
