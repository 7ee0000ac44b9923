"""One dispatch from its sealing to its end, for the page that tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.models import InboxDispatch, OutboxDispatch
from sangbong.liaison.queries.dispatches import Direction


@dataclass(frozen=True, slots=True)
class DispatchStory:
    """What we know of one dispatch.

    `receipted` says that a signed answer is kept; `returned_at` when the other side last could not
    take the envelope, and `returned_code` why. A moment that is None has not come, or is not ours
    to know: when the other side sealed a dispatch stands in its paper.
    """

    id: str
    direction: Direction
    counterpart: OfficeCode
    stream: str
    sequence: int
    kind: str
    digest: str
    size: int
    urgent: bool
    state: DispatchState
    sealed_at: datetime | None
    carried_at: datetime | None
    received_at: datetime | None
    final_at: datetime | None
    code: str
    receipted: bool
    returned_code: str
    returned_at: datetime | None


def dispatch_story(dispatch_id: str) -> DispatchStory | None:
    """One dispatch by its id, sent or come in; None where there is none."""
    sent = (
        OutboxDispatch.objects.filter(dispatch_id=dispatch_id)
        .select_related("stream")
        .defer("clearance")
        .first()
    )
    if sent is not None:
        return DispatchStory(
            id=sent.dispatch_id,
            direction=Direction.OUT,
            counterpart=OfficeCode(sent.stream.recipient),
            stream=sent.stream.name,
            sequence=sent.sequence,
            kind=sent.kind,
            digest=sent.envelope_id,
            size=sent.size,
            urgent=sent.urgent,
            state=DispatchState(sent.state),
            sealed_at=sent.sealed_at,
            carried_at=sent.carried_at,
            received_at=sent.received_at,
            final_at=sent.final_at,
            code=sent.code,
            receipted=bool(sent.receipt),
            returned_code=sent.returned_code,
            returned_at=sent.returned_at,
        )
    came = InboxDispatch.objects.filter(dispatch_id=dispatch_id).select_related("stream").first()
    if came is None:
        return None
    return DispatchStory(
        id=came.dispatch_id,
        direction=Direction.IN,
        counterpart=OfficeCode(came.stream.sender),
        stream=came.stream.name,
        sequence=came.sequence,
        kind=came.kind,
        digest=came.envelope_id,
        size=came.size,
        urgent=came.urgent,
        state=DispatchState(came.state),
        sealed_at=None,
        carried_at=None,
        received_at=came.received_at,
        final_at=came.final_at,
        code=came.code,
        receipted=bool(came.receipt),
        returned_code="",
        returned_at=None,
    )
