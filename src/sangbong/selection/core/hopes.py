"""What the pairs of an applicant add up to: somebody to meet, or the reason why not."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from sangbong.selection.core.lists import AbleKin
from sangbong.selection.core.reasons import Reason


class PairOutcome(StrEnum):
    """What is known of one person sought, as far as the final list needs to know."""

    CAN_MEET = "can_meet"
    CANNOT_MEET = "cannot_meet"
    DEAD = "dead"
    CANNOT_CONFIRM = "cannot_confirm"
    NO_REPLY = "no_reply"


class PairFact(NamedTuple):
    """One person sought by one applicant; `tier` as the register counts the kinship."""

    application_no: str
    sought_no: int
    tier: str
    outcome: PairOutcome


_OUTCOMES = {
    "asked": PairOutcome.NO_REPLY,
    "unread": PairOutcome.NO_REPLY,
    "dead": PairOutcome.DEAD,
    "cannot_confirm": PairOutcome.CANNOT_CONFIRM,
}
_CAN_COME = ("", "willing")


def outcome_of(state: str, statement: str) -> PairOutcome:
    """What a pair's state and the living person's statement mean for the final list.

    A bare "alive" counts as able: many papers say no more. A statement that we do not know counts
    as unable, so that nobody is put on a list against their word.

    Raises:
        KeyError: a state that tracing does not have: our mistake.
    """
    if state == "alive":
        return PairOutcome.CAN_MEET if statement in _CAN_COME else PairOutcome.CANNOT_MEET
    return _OUTCOMES[state]


def able_kin(facts: Iterable[PairFact]) -> tuple[AbleKin, ...]:
    """The kin who can be met, in the order of their numbers."""
    able = (fact for fact in facts if fact.outcome is PairOutcome.CAN_MEET)
    return tuple(AbleKin(fact.sought_no, fact.tier) for fact in sorted(able))


def reason_without_kin(facts: Iterable[PairFact]) -> Reason:
    """Why an applicant has nobody to meet: the reason that leaves most hope comes first.

    Somebody alive who cannot come weighs more than an answer still missing, and that more than
    an answer that could not be given; only when every answer is a death is everybody dead.
    """
    outcomes = {fact.outcome for fact in facts}
    if PairOutcome.CANNOT_MEET in outcomes:
        return Reason.NOBODY_CAN_MEET
    if PairOutcome.NO_REPLY in outcomes or not outcomes:
        return Reason.NO_REPLY
    if PairOutcome.CANNOT_CONFIRM in outcomes:
        return Reason.CANNOT_CONFIRM
    return Reason.ALL_DEAD
