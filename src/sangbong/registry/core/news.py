"""News that a family is owed, and the one way it may come: by a person.

States: *undelivered* → *in_hand* (a bearer took it) → *delivered*; a bearer who cannot reach the
family puts it back (*undelivered*); news that a later paper reverses before it was told is
*superseded* and is never told. Drawing: docs/machines/family-news.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.audit import digest_of_ids


class NewsKind(StrEnum):
    """What the news is of; each one is told by a person."""

    ALIVE = "alive"
    DEAD = "dead"
    CANNOT_CONFIRM = "cannot_confirm"
    WRONG_PERSON = "wrong_person"
    KIN_NOT_ASKED_FOR = "kin_not_asked_for"
    NOT_DRAWN = "not_drawn"
    FILM_ARRIVED = "film_arrived"


class NewsState(StrEnum):
    """How far the news has come."""

    UNDELIVERED = "undelivered"
    IN_HAND = "in_hand"
    DELIVERED = "delivered"
    SUPERSEDED = "superseded"


class Way(StrEnum):
    """How a family is reached."""

    VISIT = "visit"
    TELEPHONE = "telephone"
    OFFICE = "office"
    LETTER = "letter"


TOLD_BY = frozenset({Way.VISIT, Way.TELEPHONE, Way.OFFICE})
"""Ways in which one person tells another; a letter is a reason to visit, not a telling."""


class ContactOutcome(StrEnum):
    """What came of an attempt to reach a family."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    MOVED = "moved"
    CALL_AGAIN = "call_again"
    DEAD_SAID = "dead_said"


class NewsDeed(StrEnum):
    """What may happen to news."""

    TAKE = "take"
    PUT_BACK = "put_back"
    TELL = "tell"
    SUPERSEDE = "supersede"


_MOVES: Mapping[tuple[NewsState, NewsDeed], NewsState] = {
    (NewsState.UNDELIVERED, NewsDeed.TAKE): NewsState.IN_HAND,
    (NewsState.UNDELIVERED, NewsDeed.SUPERSEDE): NewsState.SUPERSEDED,
    (NewsState.IN_HAND, NewsDeed.PUT_BACK): NewsState.UNDELIVERED,
    (NewsState.IN_HAND, NewsDeed.TELL): NewsState.DELIVERED,
    (NewsState.IN_HAND, NewsDeed.SUPERSEDE): NewsState.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class NewsToDeliver:
    """One piece of news as a list shows it; `summary_code` names its sentence."""

    news_id: int
    application_no: str
    sought_no: int | None
    kind: NewsKind
    summary_code: str
    source_paper: str
    state: NewsState
    recorded_at: datetime
    bearer: str
    told_at: datetime | None
    way: str


@dataclass(slots=True)
class NewsOfJob:
    """What one job did with news, so that its own audit entry tells it and none is written a row."""

    recorded: list[int] = field(default_factory=list)
    superseded: list[int] = field(default_factory=list)

    def facts(self) -> dict[str, str | int]:
        """Facts of the job's audit entry: counts, and one digest of the news recorded."""
        return {
            "news": len(self.recorded),
            "news_digest": digest_of_ids(f"news:{each}" for each in self.recorded),
            "news_superseded": len(self.superseded),
        }


def move(state: NewsState, deed: NewsDeed) -> NewsState:
    """The state after a deed.

    Raises:
        SangbongError: `registry.news_not_now`; the deed does not fit the state.
    """
    after = _MOVES.get((state, deed))
    if after is None:
        raise SangbongError("registry.news_not_now", state=state.value, deed=deed.value)
    return after


def must_be_a_person(staff: str) -> None:
    """Refuse a part of the machine as the bearer of news.

    Raises:
        SangbongError: `registry.news_needs_a_person`; our own mistake, shown all the same.
    """
    if staff.startswith("system:") or not staff:
        raise SangbongError("registry.news_needs_a_person")
