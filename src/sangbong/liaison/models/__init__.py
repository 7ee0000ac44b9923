"""Tables of the channel, by topic."""

from sangbong.liaison.models.dispatches import (
    CarriedBundle,
    InboxDispatch,
    InboxStream,
    KeptEnvelope,
    Note,
    OutboxDispatch,
    OutboxStream,
    ReturnedEnvelope,
)
from sangbong.liaison.models.line import (
    CallRow,
    DutyRow,
    LineCorrection,
    LineFactRow,
    MeetingFactRow,
    MeetingRow,
    MinutesRow,
    OfferFactRow,
    OfferRow,
    PathFactRow,
    PresenceFactRow,
)

__all__ = [
    "CallRow",
    "CarriedBundle",
    "DutyRow",
    "InboxDispatch",
    "InboxStream",
    "KeptEnvelope",
    "LineCorrection",
    "LineFactRow",
    "MeetingFactRow",
    "MeetingRow",
    "MinutesRow",
    "Note",
    "OfferFactRow",
    "OfferRow",
    "OutboxDispatch",
    "OutboxStream",
    "PathFactRow",
    "PresenceFactRow",
    "ReturnedEnvelope",
]
