"""What waits for an office, as the carrier asks for it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.states import CUSTODY_STATES, DispatchState
from sangbong.liaison.models import InboxDispatch, KeptEnvelope, OutboxDispatch
from sangbong.liaison.queries.dispatches import RETURN_REST


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A dispatch in our custody; `row` only grows, and is never used again."""

    row: int
    id: str
    digest: str
    length: int
    urgent: bool
    film: str
    pieces: int


def waiting_rows(
    recipient: OfficeCode, *, after: int, limit: int, now: datetime
) -> tuple[list[WaitingRow], bool]:
    """What waits for an office behind a row, and whether there is more."""
    waits = Q(state__in=[state.value for state in CUSTODY_STATES]) | Q(offer_again=True)
    rested = Q(returned_at=None) | Q(returned_at__lt=now - RETURN_REST)
    rows = (
        OutboxDispatch.objects.filter(waits, rested, stream__recipient=recipient, id__gt=after)
        .order_by("id")
        .values_list("id", "dispatch_id", "envelope_id", "size", "urgent", "film", "pieces")
    )
    found = [WaitingRow(*row) for row in rows[: limit + 1]]
    return found[:limit], len(found) > limit


def envelopes(digests: Collection[str]) -> dict[str, bytes]:
    """The literal bytes of envelopes that we keep."""
    rows = KeptEnvelope.objects.filter(digest__in=digests).values_list("digest", "data")
    return {digest: bytes(data) for digest, data in rows}


def film_awaited(film: str, *, sender: OfficeCode) -> int:
    """How many pieces a film has that a dispatch of an office waits for here; 0 for none."""
    rows = InboxDispatch.objects.filter(
        film=film, state=DispatchState.ARRIVING.value, stream__sender=sender
    )
    return rows.values_list("pieces", flat=True).first() or 0
