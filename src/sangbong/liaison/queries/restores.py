"""What a person should see after a restore, and what was not taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.models import ChannelPeer, ForgottenDispatch, NotTaken, OwnIncarnation
from sangbong.liaison.queries.dispatches import LISTED_MAX


@dataclass(frozen=True, slots=True)
class ForgottenView:
    """A dispatch of ours that the other side holds and that a restore made us forget."""

    id: str
    counterpart: OfficeCode
    stream: str
    sequence: int
    state: DispatchState
    code: str
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class NotTakenView:
    """Something that was not taken: `claimed` is who it says it is from, which is not proved.

    `times` counts how often the same bytes came from the same office.
    """

    code: str
    at: datetime
    times: int
    claimed: str
    carrier: str
    length: int
    digest: str


def incarnation() -> int:
    """How many times this office began anew after a restore, and once; 0 before its first dispatch."""
    return OwnIncarnation.objects.values_list("number", flat=True).first() or 0


def incarnation_of(code: OfficeCode) -> int:
    """The incarnation that another office last told; 0 where it told none."""
    rows = ChannelPeer.objects.filter(code=code).values_list("incarnation", flat=True)
    return rows.first() or 0


def forgotten(
    *, counterpart: OfficeCode | None = None, limit: int = LISTED_MAX
) -> list[ForgottenView]:
    """What a restore made us forget, in the order of their numbers."""
    rows = ForgottenDispatch.objects.order_by("recipient", "name", "incarnation", "sequence")
    if counterpart is not None:
        rows = rows.filter(recipient=counterpart)
    return [
        ForgottenView(
            id=row.dispatch_id,
            counterpart=OfficeCode(row.recipient),
            stream=row.name,
            sequence=row.sequence,
            state=DispatchState(row.state),
            code=row.code,
            learned_at=row.learned_at,
        )
        for row in rows[:limit]
    ]


def not_taken(*, limit: int = LISTED_MAX) -> list[NotTakenView]:
    """What was not taken, newest first."""
    return [
        NotTakenView(
            code=row.code,
            at=row.at,
            times=row.times,
            claimed=row.claimed,
            carrier=row.carrier,
            length=row.length,
            digest=row.digest,
        )
        for row in NotTaken.objects.defer("beginning").order_by("-at", "-id")[:limit]
    ]
