"""What the channel knows about the use of keys: what stands, and what still needs an old one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.states import DispatchState
from sangbong.liaison.models import InboxDispatch, OutboxDispatch, OutboxStream
from sangbong.office.core.statement import Standing, stream_mark
from sangbong.office.queries import own_office


def standing(*, sealed_before: datetime | None = None) -> tuple[Standing, ...]:
    """The last dispatch of every stream of ours, for a revocation that lets all up to it stand.

    With `sealed_before`, the last one that was sealed before a key came into other hands.
    """
    own = own_office().code
    streams = OutboxStream.objects.filter(last_sequence__gt=0)
    return tuple(
        sorted(_standing(own, streams.iterator(), sealed_before), key=lambda one: one.stream)
    )


def _standing(
    own: OfficeCode, streams: Iterator[OutboxStream], before: datetime | None
) -> Iterator[Standing]:
    for stream in streams:
        through, digest = stream.last_sequence, stream.last_digest
        if before is not None:
            last = (
                stream.dispatches.filter(sealed_at__lt=before)
                .order_by("-sequence")
                .values_list("sequence", "envelope_id")
                .first()
            )
            if last is None:
                continue
            through, digest = last
        mark = stream_mark(
            sender=own,
            recipient=stream.recipient,
            stream=stream.name,
            incarnation=stream.incarnation,
        )
        yield Standing(stream=mark, through=through, digest=digest)


def epochs_in_custody() -> set[int]:
    """Our epochs that dispatches which we hold and have not opened are sealed to."""
    rows = InboxDispatch.objects.filter(
        state__in=[DispatchState.ARRIVING.value, DispatchState.RECEIVED.value]
    )
    return set(rows.values_list("epoch", flat=True).distinct())


def epochs_on_the_way(recipient: OfficeCode) -> set[int]:
    """The epochs of an office that our papers which it has not received yet are sealed to."""
    rows = OutboxDispatch.objects.filter(
        stream__recipient=recipient,
        state__in=[DispatchState.SEALED.value, DispatchState.CARRIED.value],
    )
    return set(rows.values_list("epoch", flat=True).distinct())
