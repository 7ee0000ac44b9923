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

__all__ = [
    "CarriedBundle",
    "InboxDispatch",
    "InboxStream",
    "KeptEnvelope",
    "Note",
    "OutboxDispatch",
    "OutboxStream",
    "ReturnedEnvelope",
]
