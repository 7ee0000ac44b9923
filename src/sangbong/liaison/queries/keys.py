"""What the channel knows about the use of keys: what stands, and what still needs an old one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.key_papers import KEYS_KIND, keys_stream, serial_of
from sangbong.liaison.core.states import DispatchState
from sangbong.liaison.models import OutboxDispatch, OutboxStream
from sangbong.office.core.statement import NO_DIGEST, Standing, stream_mark
from sangbong.office.queries import own_office

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
