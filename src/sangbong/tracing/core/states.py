"""The two machines of this room; drawn in docs/machines/pair.md and finding.md, a test compares.

Seeking office, one *pair* (applicant × person sought): what the other office has said last.
Answering office, one *entry* (a person sought in an incoming inquiry): how far our answer is.

1. (T1) Nothing about a living person leaves before that person has answered.
2. (T2) A later paper may reverse an earlier one: the state follows, both papers are kept.
3. (T3) A word that we cannot read waits for an officer and is never taken for silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from sangbong.kernel.errors import SangbongError


class Reading(StrEnum):
    """What we understand an incoming reply to say."""

    ALIVE = "alive"
    DEAD = "dead"
    CANNOT_CONFIRM = "cannot_confirm"
    UNREAD = "unread"


class PairState(StrEnum):
    """What is believed of a pair, from the last paper."""

    ASKED = "asked"
    ALIVE = "alive"
    DEAD = "dead"
    CANNOT_CONFIRM = "cannot_confirm"
    UNREAD = "unread"


PAIR_MOVES: Mapping[tuple[PairState, Reading], PairState] = {
    (state, reading): PairState(reading.value) for state in PairState for reading in Reading
}


def pair_after(state: PairState, reading: Reading) -> PairState:
    """The state of a pair after a paper said this: always what the last paper says."""
    return PAIR_MOVES[state, reading]


class EntryState(StrEnum):
    """How far our answer about one person sought is."""

    FILED = "filed"
    TRACED = "traced"
    FOUND = "found"
    ASKED = "asked"
    ANSWERED = "answered"
    SETTLED = "settled"
    REPLIED = "replied"


class EntryEvent(StrEnum):
    """What may happen to an entry."""

    TRACE = "trace"
    IDENTIFY = "identify"
    SETTLE = "settle"
    ASK = "ask"
    ANSWER = "answer"
    WRONG_PERSON = "wrong_person"
    RELEASE = "release"
    REOPEN = "reopen"


ENTRY_MOVES: Mapping[tuple[EntryState, EntryEvent], EntryState] = {
    (EntryState.FILED, EntryEvent.TRACE): EntryState.TRACED,
    (EntryState.TRACED, EntryEvent.IDENTIFY): EntryState.FOUND,
    (EntryState.TRACED, EntryEvent.SETTLE): EntryState.SETTLED,
    (EntryState.FOUND, EntryEvent.ASK): EntryState.ASKED,
    (EntryState.FOUND, EntryEvent.WRONG_PERSON): EntryState.TRACED,
    (EntryState.ASKED, EntryEvent.ANSWER): EntryState.ANSWERED,
    (EntryState.ASKED, EntryEvent.WRONG_PERSON): EntryState.TRACED,
    (EntryState.ANSWERED, EntryEvent.ASK): EntryState.ASKED,
    (EntryState.ANSWERED, EntryEvent.RELEASE): EntryState.REPLIED,
    (EntryState.ANSWERED, EntryEvent.WRONG_PERSON): EntryState.TRACED,
    (EntryState.SETTLED, EntryEvent.RELEASE): EntryState.REPLIED,
    (EntryState.SETTLED, EntryEvent.REOPEN): EntryState.TRACED,
    (EntryState.REPLIED, EntryEvent.ASK): EntryState.ASKED,
    (EntryState.REPLIED, EntryEvent.REOPEN): EntryState.TRACED,
}


def entry_after(state: EntryState, event: EntryEvent) -> EntryState:
    """The state of an entry after an event.

    Raises:
        SangbongError: `tracing.not_now`; the deed does not fit the state.
    """
    after = ENTRY_MOVES.get((state, event))
    if after is None:
        raise SangbongError("tracing.not_now", state=state.value, event=event.value)
    return after


READY = frozenset({EntryState.ANSWERED, EntryState.SETTLED})
"""States in which our own answer is known."""
