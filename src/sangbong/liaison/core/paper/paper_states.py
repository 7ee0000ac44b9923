"""A paper and its reply; drawn in docs/machines/paper.md, and a test compares the two.

1. (PS1) Each state says what happened on paper, and no more: *handed over* is our word that somebody
   took it, *received on paper* is their written word.
2. (PS2) A paper moves to *received on paper* or *answered* only through a reply whose scan is kept, that
   one person typed and another compared.
3. (PS3) Only a paper that was handed over can be replied to.
4. (PS4) A paper never moves the dispatch that it is a print of: that one stays in our custody, and is
   carried again, until a signed receipt comes.
"""

from __future__ import annotations

from enum import StrEnum

from sangbong.kernel.errors import SangbongError


class PaperState(StrEnum):
    """How far a paper has come."""

    PRINTED = "printed"
    HANDED_OVER = "handed_over"
    RECEIVED = "received_on_paper"
    ANSWERED = "answered"
    SPOILED = "spoiled"


class PaperDeed(StrEnum):
    """What may be written down of a paper."""

    HAND_OVER = "hand_over"
    RECEIVE = "receive"
    ANSWER = "answer"
    SPOIL = "spoil"


class ReplyState(StrEnum):
    """How far a reply on paper has come into this office."""

    SCANNED = "scanned"
    TYPED = "typed"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class ReplyDeed(StrEnum):
    """What a person does with a reply on paper."""

    TYPE = "type"
    AGREE = "agree"
    DIFFER = "differ"


_P, _R = PaperState, ReplyState
PAPER_TRANSITIONS: dict[tuple[PaperState, PaperDeed], PaperState] = {
    (_P.PRINTED, PaperDeed.HAND_OVER): _P.HANDED_OVER,
    (_P.PRINTED, PaperDeed.SPOIL): _P.SPOILED,
    (_P.HANDED_OVER, PaperDeed.RECEIVE): _P.RECEIVED,
    (_P.HANDED_OVER, PaperDeed.SPOIL): _P.SPOILED,
    (_P.RECEIVED, PaperDeed.ANSWER): _P.ANSWERED,
}
REPLY_TRANSITIONS: dict[tuple[ReplyState, ReplyDeed], ReplyState] = {
    (_R.SCANNED, ReplyDeed.TYPE): _R.TYPED,
    (_R.TYPED, ReplyDeed.AGREE): _R.ACCEPTED,
    (_R.TYPED, ReplyDeed.DIFFER): _R.RETURNED,
    (_R.RETURNED, ReplyDeed.TYPE): _R.TYPED,
}
AWAITING_REPLY = frozenset({PaperState.HANDED_OVER, PaperState.RECEIVED})
"""States in which the other side still has something to say."""


def paper_after(state: PaperState, deed: PaperDeed) -> PaperState:
    """The state of a paper after a deed.

    Raises:
        SangbongError: `liaison.paper_state`, the caller's fault.
    """
    reached = PAPER_TRANSITIONS.get((state, deed))
    if reached is None:
        raise SangbongError("liaison.paper_state", state=state.value, deed=deed.value)
    return reached


def reply_after(state: ReplyState, deed: ReplyDeed) -> ReplyState:
    """The state of a reply after a deed.

    Raises:
        SangbongError: `liaison.paper_state`, the caller's fault.
    """
    reached = REPLY_TRANSITIONS.get((state, deed))
    if reached is None:
        raise SangbongError("liaison.paper_state", state=state.value, deed=deed.value)
    return reached
