"""Who is there: staff of each side at a place; drawn in docs/machines/presence.md.

1. (P1) That staff are present, present in part or withdrawn is a fact with its source, kept for each side
   and place. Without a fact it is unknown.
2. (P2) Present again after being withdrawn or there in part is *returned*.
3. (P3) The number is what was said or counted, and may be unknown; it never makes the state.
4. (P4) Withdrawn staff do not close a line, and a closed line does not withdraw staff: each is said
   by somebody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sangbong.liaison.core.people.said import Said, Side, standing


class PresenceState(StrEnum):
    """Whether a side's staff are at a place."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    IN_PART = "in_part"
    WITHDRAWN = "withdrawn"
    RETURNED = "returned"


class PresenceSaid(StrEnum):
    """What somebody said of a side's staff."""

    PRESENT = "present"
    IN_PART = "in_part"
    WITHDRAWN = "withdrawn"


_S, _T = PresenceState, PresenceSaid
TRANSITIONS: dict[tuple[PresenceState, PresenceSaid], PresenceState] = {
    (_S.UNKNOWN, _T.PRESENT): _S.PRESENT,
    (_S.UNKNOWN, _T.IN_PART): _S.IN_PART,
    (_S.UNKNOWN, _T.WITHDRAWN): _S.WITHDRAWN,
    (_S.PRESENT, _T.PRESENT): _S.PRESENT,
    (_S.PRESENT, _T.IN_PART): _S.IN_PART,
    (_S.PRESENT, _T.WITHDRAWN): _S.WITHDRAWN,
    (_S.IN_PART, _T.PRESENT): _S.RETURNED,
    (_S.IN_PART, _T.IN_PART): _S.IN_PART,
    (_S.IN_PART, _T.WITHDRAWN): _S.WITHDRAWN,
    (_S.WITHDRAWN, _T.PRESENT): _S.RETURNED,
    (_S.WITHDRAWN, _T.IN_PART): _S.IN_PART,
    (_S.WITHDRAWN, _T.WITHDRAWN): _S.WITHDRAWN,
    (_S.RETURNED, _T.PRESENT): _S.RETURNED,
    (_S.RETURNED, _T.IN_PART): _S.IN_PART,
    (_S.RETURNED, _T.WITHDRAWN): _S.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class PresenceFact:
    """One thing said of one side's staff at a place; `people` is None where no number was said."""

    whose: Side
    place: str
    told: PresenceSaid
    at: datetime
    source: Said
    people: int | None = None
    head_there: bool | None = None
    number: int = 0
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class PresenceStanding:
    """How a side's staff at a place stand, since when, and by the last word on it."""

    whose: Side
    place: str
    state: PresenceState
    since: PresenceFact
    last: PresenceFact


def presence(facts: Iterable[PresenceFact], *, now: datetime) -> list[PresenceStanding]:
    """How each side's staff at each place stand, by place and side: rules P1 and P2."""
    held: dict[tuple[str, Side], PresenceStanding] = {}
    for fact in standing(facts, until=now):
        key = (fact.place, fact.whose)
        before = held.get(key)
        state = before.state if before else PresenceState.UNKNOWN
        reached = TRANSITIONS[state, fact.told]
        since = before.since if before and reached is state else fact
        held[key] = PresenceStanding(fact.whose, fact.place, reached, since, fact)
    return [held[key] for key in sorted(held)]
