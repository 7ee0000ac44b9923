"""What a stick would hold before it leaves: the packing list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.bits import places_of
from sangbong.liaison.core.custody.packing import (
    EnvelopeToPack,
    FilmToPack,
    PackingPlan,
    pack,
    runs_of,
)
from sangbong.liaison.core.custody.states import CUSTODY_STATES, DispatchState
from sangbong.liaison.core.wire.pieces import PIECE_BYTES
from sangbong.liaison.core.wire.receipt import RECEIPT_BYTES_MAX
from sangbong.liaison.models import (
    FilmCarried,
    InboxDispatch,
    InboxStream,
    OutboxDispatch,
    OutboxStream,
    ReturnedEnvelope,
)

_EXCHANGE_BYTES = 512
_PREFIX_BYTES = 96


@dataclass(frozen=True, slots=True)
class PackedDispatch:
    """One dispatch that would go: `pieces` of its film's `film_pieces` still have to be carried."""

    id: str
    kind: str
    state: DispatchState
    length: int
    urgent: bool
    sealed_at: datetime
    film_pieces: int
    pieces: int


@dataclass(frozen=True, slots=True)
class PackingList:
    """What a stick to one office would hold now; sizes in bytes, at most."""

    recipient: OfficeCode
    dispatches: tuple[PackedDispatch, ...]
    receipts: int
    plan: PackingPlan

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to carry."""
        return not self.plan.files

    @property
    def bytes(self) -> int:
        """What the files together take of the stick."""
        return self.plan.bytes


def packing_list(recipient: OfficeCode, *, size: int | None = None) -> PackingList:
    """What would be written for an office on a stick with `size` bytes free, and how large it is."""
    rows = list(_waiting(recipient))
    envelopes, films = to_pack(recipient, rows=rows)
    receipts = (
        InboxDispatch.objects.filter(stream__sender=recipient, receipt_owed=True).count()
        + ReturnedEnvelope.objects.filter(recipient=recipient, carried_at=None).count()
    )
    prefixes = (
        OutboxStream.objects.filter(recipient=recipient, settled_owed=True).count()
        + InboxStream.objects.filter(sender=recipient, heard_owed=True).count()
    )
    told = receipts * RECEIPT_BYTES_MAX + prefixes * _PREFIX_BYTES
    anything = bool(told or envelopes)
    pieces = {one.dispatch: sum(count for _, count in one.runs) for one in films}
    return PackingList(
        recipient=recipient,
        dispatches=tuple(
            PackedDispatch(
                id=row.dispatch_id,
                kind=row.kind,
                state=DispatchState(row.state),
                length=row.size,
                urgent=row.urgent,
                sealed_at=row.sealed_at,
                film_pieces=row.pieces,
                pieces=pieces.get(row.dispatch_id, 0),
            )
            for row in rows
        ),
        receipts=receipts,
        plan=pack(
            exchange=_EXCHANGE_BYTES + told if anything else 0,
            envelopes=envelopes,
            films=films,
            size=size,
        ),
    )


def _waiting(recipient: OfficeCode) -> list[OutboxDispatch]:
    waits = Q(state__in=[state.value for state in CUSTODY_STATES]) | Q(offer_again=True)
    rows = OutboxDispatch.objects.filter(waits, stream__recipient=recipient)
    return list(rows.defer("receipt", "clearance").order_by("-urgent", "id"))


def to_pack(
    recipient: OfficeCode, *, rows: list[OutboxDispatch] | None = None
) -> tuple[list[EnvelopeToPack], list[FilmToPack]]:
    """Everything that waits for an office, as it is packed: urgent ones, then the oldest."""
    rows = _waiting(recipient) if rows is None else rows
    films = {row.film: row for row in rows if row.film}
    known = {
        row.film: row for row in FilmCarried.objects.filter(recipient=recipient, film__in=films)
    }
    return (
        [
            EnvelopeToPack(id=row.dispatch_id, digest=row.envelope_id, length=row.size)
            for row in rows
        ],
        [
            FilmToPack(
                dispatch=row.dispatch_id,
                film=row.film,
                pieces=row.pieces,
                runs=_runs(row.pieces, known.get(row.film)),
            )
            for row in films.values()
        ],
    )


def _runs(pieces: int, known: FilmCarried | None) -> tuple[tuple[int, int], ...]:
    """First what was never on a stick, then what was and is not known to have come."""
    if known is None:
        return ((0, pieces),)
    there = places_of(bytes(known.there), count=pieces)
    carried = places_of(bytes(known.carried), count=pieces) - there
    fresh = [place for place in range(pieces) if place not in there and place not in carried]
    return runs_of(fresh) + runs_of(sorted(carried))


def piece_bytes(pieces: int) -> int:
    """How many bytes of film so many pieces hold, for a person to read."""
    return pieces * PIECE_BYTES
