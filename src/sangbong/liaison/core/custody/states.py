"""The states of a dispatch; drawn in docs/machines/dispatch.md, and a test compares the two.

*Received* = stored durably at the other side: custody passes and resending stops. *Applied* or
*refused* = the effect, or the refusal with its reason, is durable there.

1. (S1) A receipt may skip states: a final receipt says also that the dispatch was received.
2. (S2) No event moves a dispatch backwards: a receipt that arrives late changes nothing.
3. (S3) *Applied* and *refused* are final and exclude each other: the second one contradicts.
4. (S4) Only a dispatch that came in can be *arriving*: its envelope is stored, of its film some
   pieces are missing, and custody has not passed. When the last piece is durable it is received.
"""

from __future__ import annotations

from enum import StrEnum

from sangbong.kernel.errors import SangbongError


class DispatchState(StrEnum):
    """How far a dispatch has come, as the console shows it."""

    ARRIVING = "arriving"
    SEALED = "sealed"
    CARRIED = "carried"
    RECEIVED = "received"
    APPLIED = "applied"
    REFUSED = "refused"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to it."""
        return self in FINAL_STATES

    @property
    def in_our_custody(self) -> bool:
        """Whether the sender still answers for it and carries it again."""
        return self in CUSTODY_STATES


class DispatchEvent(StrEnum):
    """What may be learned of a dispatch."""

    CARRY = "carry"
    RECEIVED = "received"
    APPLIED = "applied"
    REFUSED = "refused"


FINAL_STATES = frozenset({DispatchState.APPLIED, DispatchState.REFUSED})
CUSTODY_STATES = frozenset({DispatchState.SEALED, DispatchState.CARRIED})

_RANK = {
    DispatchState.SEALED: 0,
    DispatchState.CARRIED: 1,
    DispatchState.RECEIVED: 2,
    DispatchState.APPLIED: 3,
    DispatchState.REFUSED: 3,
}
_REACHES = {
    DispatchEvent.CARRY: DispatchState.CARRIED,
    DispatchEvent.RECEIVED: DispatchState.RECEIVED,
    DispatchEvent.APPLIED: DispatchState.APPLIED,
    DispatchEvent.REFUSED: DispatchState.REFUSED,
}


def after(state: DispatchState, event: DispatchEvent) -> DispatchState:
    """The state after an event.

    Raises:
        SangbongError: `liaison.receipt_contradicts`, the other side's fault: rule S3.
    """
    reached = _REACHES[event]
    if state is DispatchState.ARRIVING:
        return reached if event is DispatchEvent.RECEIVED else state
    if _RANK[reached] > _RANK[state]:
        return reached
    if reached.is_final and reached is not state:
        raise SangbongError("liaison.receipt_contradicts", known=state.value, said=reached.value)
    return state
