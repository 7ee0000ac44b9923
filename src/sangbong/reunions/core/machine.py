"""The states of a sitting and the deeds that move it; drawn in docs/machines/sitting.md."""

from __future__ import annotations

from enum import StrEnum

from sangbong.kernel.errors import SangbongError


class SittingState(StrEnum):
    """How far a sitting has come; the same word in both offices."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONCLUDED = "concluded"


class SittingDeed(StrEnum):
    """What moves a sitting."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    RECORD_OUTCOME = "record_outcome"


class Outcome(StrEnum):
    """What came of a sitting; the sentences stand in messages/reunions.toml."""

    HELD = "held"
    HELD_IN_PART = "held_in_part"
    ONE_SIDE_ABSENT = "one_side_absent"
    WITHDRAWN_HEALTH = "withdrawn_health"
    WITHDRAWN_WISH = "withdrawn_wish"
    DIED_BEFORE = "died_before"
    NOT_MY_FAMILY = "not_my_family"
    LINE_FAILED = "line_failed"
    POSTPONED = "postponed"
    NOT_HELD = "not_held"


class RefusalReason(StrEnum):
    """Why an office refuses one sitting of a proposal."""

    NO_ROOM_FREE = "no_room_free"
    NOT_ON_FINAL_LIST = "not_on_final_list"
    KIN_CANNOT_COME = "kin_cannot_come"


_S, _D = SittingState, SittingDeed
TRANSITIONS: dict[tuple[SittingState, SittingDeed], SittingState] = {
    (_S.PROPOSED, _D.ACCEPT): _S.ACCEPTED,
    (_S.PROPOSED, _D.REFUSE): _S.REFUSED,
    (_S.ACCEPTED, _D.RECORD_OUTCOME): _S.CONCLUDED,
    # An outcome told wrongly is told again; the trail keeps both.
    (_S.CONCLUDED, _D.RECORD_OUTCOME): _S.CONCLUDED,
}
LIVE = (SittingState.PROPOSED, SittingState.ACCEPTED, SittingState.CONCLUDED)
"""The states in which a sitting occupies its rooms."""


def advance(state: SittingState, deed: SittingDeed) -> SittingState:
    """The state after a deed.

    Raises:
        SangbongError: `reunions.not_now`: the deed does not belong to this state.
    """
    try:
        return TRANSITIONS[state, deed]
    except KeyError as error:
        raise SangbongError("reunions.not_now", state=state.value, deed=deed.value) from error
