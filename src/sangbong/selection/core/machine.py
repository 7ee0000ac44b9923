"""The states of a round and the deeds that move it; drawn in docs/machines/round.md."""

from __future__ import annotations

from enum import StrEnum

from sangbong.kernel.errors import SangbongError


class RoundState(StrEnum):
    """How far a round has come."""

    PLANNED = "planned"
    ROLL_FROZEN = "roll_frozen"
    DRAWN = "drawn"
    SECOND_LIST_MADE = "second_list_made"
    FINAL_LIST_MADE = "final_list_made"
    FINAL_LIST_SENT = "final_list_sent"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class RoundDeed(StrEnum):
    """What an office does to a round."""

    SET_CRITERIA = "set_criteria"
    FREEZE_ROLL = "freeze_roll"
    DRAW = "draw"
    RECORD_WILLINGNESS = "record_willingness"
    MAKE_SECOND_LIST = "make_second_list"
    MAKE_FINAL_LIST = "make_final_list"
    SEND_FINAL_LIST = "send_final_list"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    CANCEL = "cancel"


_S, _D = RoundState, RoundDeed
TRANSITIONS: dict[tuple[RoundState, RoundDeed], RoundState] = {
    (_S.PLANNED, _D.SET_CRITERIA): _S.PLANNED,
    (_S.PLANNED, _D.FREEZE_ROLL): _S.ROLL_FROZEN,
    # The committee sits after the roll is frozen, hours before the draw.
    (_S.ROLL_FROZEN, _D.SET_CRITERIA): _S.ROLL_FROZEN,
    (_S.ROLL_FROZEN, _D.DRAW): _S.DRAWN,
    (_S.DRAWN, _D.RECORD_WILLINGNESS): _S.DRAWN,
    (_S.DRAWN, _D.MAKE_SECOND_LIST): _S.SECOND_LIST_MADE,
    (_S.SECOND_LIST_MADE, _D.WITHDRAW): _S.SECOND_LIST_MADE,
    (_S.SECOND_LIST_MADE, _D.MAKE_FINAL_LIST): _S.FINAL_LIST_MADE,
    (_S.FINAL_LIST_MADE, _D.WITHDRAW): _S.FINAL_LIST_MADE,
    # Replies come in parts and late: the list may be made again until it is exchanged.
    (_S.FINAL_LIST_MADE, _D.MAKE_FINAL_LIST): _S.FINAL_LIST_MADE,
    (_S.FINAL_LIST_MADE, _D.SEND_FINAL_LIST): _S.FINAL_LIST_SENT,
    (_S.FINAL_LIST_SENT, _D.WITHDRAW): _S.FINAL_LIST_SENT,
    (_S.FINAL_LIST_SENT, _D.CLOSE): _S.CLOSED,
    (_S.PLANNED, _D.CANCEL): _S.CANCELLED,
    (_S.ROLL_FROZEN, _D.CANCEL): _S.CANCELLED,
    (_S.DRAWN, _D.CANCEL): _S.CANCELLED,
    (_S.SECOND_LIST_MADE, _D.CANCEL): _S.CANCELLED,
    (_S.FINAL_LIST_MADE, _D.CANCEL): _S.CANCELLED,
    (_S.FINAL_LIST_SENT, _D.CANCEL): _S.CANCELLED,
}


def advance(state: RoundState, deed: RoundDeed) -> RoundState:
    """The state after a deed.

    Raises:
        SangbongError: `selection.not_now`: the deed does not belong to this state.
    """
    try:
        return TRANSITIONS[state, deed]
    except KeyError as error:
        raise SangbongError("selection.not_now", state=state.value, deed=deed.value) from error
