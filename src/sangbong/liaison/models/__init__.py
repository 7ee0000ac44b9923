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
from sangbong.liaison.models.evidence import (
    EvidenceCheckpoint,
    EvidenceLeaf,
    EvidenceLog,
    EvidenceProof,
)
from sangbong.liaison.models.films import FilmCarried
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
from sangbong.liaison.models.paper import PaperReply, PaperSheet
from sangbong.liaison.models.restores import (
    ChannelPeer,
    ForgottenDispatch,
    NotTaken,
    OwnIncarnation,
)

__all__ = [
    "CallRow",
    "CarriedBundle",
    "ChannelPeer",
    "DutyRow",
    "EvidenceCheckpoint",
    "EvidenceLeaf",
    "EvidenceLog",
    "EvidenceProof",
    "FilmCarried",
    "ForgottenDispatch",
    "InboxDispatch",
    "InboxStream",
    "KeptEnvelope",
    "LineCorrection",
    "LineFactRow",
    "MeetingFactRow",
    "MeetingRow",
    "MinutesRow",
    "NotTaken",
    "Note",
    "OfferFactRow",
    "OfferRow",
    "OutboxDispatch",
    "OutboxStream",
    "OwnIncarnation",
    "PaperReply",
    "PaperSheet",
    "PathFactRow",
    "PresenceFactRow",
    "ReturnedEnvelope",
]
