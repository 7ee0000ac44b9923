"""Deeds of inquiry, tracing and reply, one a function; topics by file."""

from sangbong.tracing.operations.asking import ask_other_side
from sangbong.tracing.operations.deciding import (
    KinToTell,
    ask_found_persons,
    decide,
    decide_by_rule,
    record_found_persons_answer,
)
from sangbong.tracing.operations.releasing import ReplyPreview, preview_replies, release_replies
from sangbong.tracing.operations.replies import accept_reply, read_reply_item
from sangbong.tracing.operations.tracing import accept_inquiry, trace_filed

__all__ = [
    "KinToTell",
    "ReplyPreview",
    "accept_inquiry",
    "accept_reply",
    "ask_found_persons",
    "ask_other_side",
    "decide",
    "decide_by_rule",
    "preview_replies",
    "read_reply_item",
    "record_found_persons_answer",
    "release_replies",
    "trace_filed",
]
