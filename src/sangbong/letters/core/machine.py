"""The life of a filmed letter: which state follows which deed (drawn in docs/machines/letter.md)."""

from __future__ import annotations

from enum import StrEnum

from sangbong.kernel.errors import SangbongError


class Direction(StrEnum):
    """Whose family filmed it."""

    OUTGOING = "outgoing"
    INCOMING = "incoming"


class LetterState(StrEnum):
    """Where a letter stands; a page shows it as a word and a shape."""

    RECORDED = "recorded"
    """Filmed here; the original is kept and the viewing copy not yet made."""
    UNUSABLE = "unusable"
    """The film could not be made into a viewing copy; another take is wanted."""
    CHECKED = "checked"
    """The viewing copy is made and its picture and sound are measured."""
    RETAKE_WANTED = "retake_wanted"
    """Whoever screened it asks the family for another take."""
    SCREENED = "screened"
    """A member of staff watched it whole and has no objection."""
    RELEASED = "released"
    """A second person released it; its dispatch waits for the other office."""
    RECEIVED = "received"
    """Came from the other office; no page plays it yet."""
    READY = "ready"
    """The film from the other office was opened in the sandbox and is whole."""
    BROKEN = "broken"
    """The film from the other office does not open here; they are asked to send it again."""
    DELIVERED = "delivered"
    """Its family has seen it."""


class Deed(StrEnum):
    """What may happen to a letter."""

    PREPARE = "prepare"
    FAIL = "fail"
    PASS = "pass"  # noqa: S105 -- a deed, not a password
    ASK_RETAKE = "ask_retake"
    RECORD_AGAIN = "record_again"
    RELEASE = "release"
    DELIVER = "deliver"


TRANSITIONS: dict[tuple[LetterState, Deed], LetterState] = {
    (LetterState.RECORDED, Deed.PREPARE): LetterState.CHECKED,
    (LetterState.RECORDED, Deed.FAIL): LetterState.UNUSABLE,
    (LetterState.UNUSABLE, Deed.RECORD_AGAIN): LetterState.RECORDED,
    (LetterState.CHECKED, Deed.PASS): LetterState.SCREENED,
    (LetterState.CHECKED, Deed.ASK_RETAKE): LetterState.RETAKE_WANTED,
    (LetterState.RETAKE_WANTED, Deed.RECORD_AGAIN): LetterState.RECORDED,
    (LetterState.SCREENED, Deed.ASK_RETAKE): LetterState.RETAKE_WANTED,
    (LetterState.SCREENED, Deed.RELEASE): LetterState.RELEASED,
    (LetterState.RECEIVED, Deed.PREPARE): LetterState.READY,
    (LetterState.RECEIVED, Deed.FAIL): LetterState.BROKEN,
    (LetterState.READY, Deed.DELIVER): LetterState.DELIVERED,
}
STARTS = {
    Direction.OUTGOING: LetterState.RECORDED,
    Direction.INCOMING: LetterState.RECEIVED,
}
ENDS = frozenset({LetterState.RELEASED, LetterState.BROKEN, LetterState.DELIVERED})
AWAITING_PREPARATION = frozenset(state for (state, deed) in TRANSITIONS if deed is Deed.PREPARE)
AWAITING_TAKE = frozenset(state for (state, deed) in TRANSITIONS if deed is Deed.RECORD_AGAIN)


def after(state: LetterState, deed: Deed) -> LetterState:
    """The state that a deed leads to.

    Raises:
        SangbongError: `letters.not_now`; the letter is not where this can be done.
    """
    following = TRANSITIONS.get((state, deed))
    if following is None:
        raise SangbongError("letters.not_now", state=state.value, deed=deed.value)
    return following
