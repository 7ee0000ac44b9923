"""Meetings of heads and of officers, and their minutes; drawn in docs/machines/meeting.md.

1. (M1) A meeting is planned for an hour. Whether it was held is written down; a planned meeting of
   which nothing was written after its hour is shown as such, and is neither held nor missed.
2. (M2) A meeting that was not held keeps who gave notice and when. *The day before* and *on the day* are
   reckoned on the calendar of the zone given; notice after the hour is no notice.
3. (M3) Minutes are our own text and the points agreed, numbered; a signed paper's scan is named by its
   object id. Minutes may be filed again; earlier ones stay.
4. (M4) Only a meeting that was held has minutes.
5. (M5) The heads meet weekly, officers morning and afternoon, as the programme's dated habits say; a habit
   proposes a meeting and plans none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from zoneinfo import ZoneInfo

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.people.said import Said, standing
from sangbong.programmes.lines import MeetingHabit

AGREED_MAX = 50
POINT_MAX = 500
TEXT_MAX = 20_000


class MeetingKind(StrEnum):
    """Which meeting."""

    HEADS = "heads"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    WORKING = "working"


class MeetingState(StrEnum):
    """How a meeting stands."""

    PLANNED = "planned"
    HELD = "held"
    NOT_HELD = "not_held"
    MINUTED = "minuted"


class MeetingDeed(StrEnum):
    """What is written down of a meeting."""

    HOLD = "hold"
    NOT_HOLD = "not_hold"
    FILE_MINUTES = "file_minutes"


_S, _D = MeetingState, MeetingDeed
TRANSITIONS: dict[tuple[MeetingState, MeetingDeed], MeetingState] = {
    (_S.PLANNED, _D.HOLD): _S.HELD,
    (_S.PLANNED, _D.NOT_HOLD): _S.NOT_HELD,
    (_S.HELD, _D.FILE_MINUTES): _S.MINUTED,
    (_S.MINUTED, _D.FILE_MINUTES): _S.MINUTED,
}


class Notice(StrEnum):
    """When the other side was told that a meeting would not be held."""

    EARLIER = "earlier"
    DAY_BEFORE = "day_before"
    SAME_DAY = "same_day"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MeetingFact:
    """What somebody wrote down of a meeting; `noticed_at` is when notice of absence was given."""

    deed: MeetingDeed
    at: datetime
    source: Said
    noticed_at: datetime | None = None
    number: int = 0
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class MinutesText:
    """Minutes as filed: our own text, the points agreed, the signed paper's object id or nothing."""

    text: str
    agreed: tuple[str, ...] = ()
    object_id: str = ""


@dataclass(frozen=True, slots=True)
class UsualMeeting:
    """A meeting that habit proposes."""

    kind: MeetingKind
    at: datetime


def after(state: MeetingState, deed: MeetingDeed) -> MeetingState:
    """The state after a deed.

    Raises:
        SangbongError: `liaison.meeting_not_now`; the writer's slip: rules M1 and M4.
    """
    try:
        return TRANSITIONS[state, deed]
    except KeyError as error:
        raise SangbongError("liaison.meeting_not_now", state=state.value) from error


def meeting_state(facts: Iterable[MeetingFact]) -> MeetingState:
    """The state that the facts lead to."""
    state = MeetingState.PLANNED
    for fact in standing(facts):
        state = after(state, fact.deed)
    return state


def notice_of(planned_at: datetime, noticed_at: datetime | None, *, zone: tzinfo) -> Notice:
    """How early notice was given: rule M2."""
    if noticed_at is None or noticed_at >= planned_at:
        return Notice.NONE
    days = (planned_at.astimezone(zone).date() - noticed_at.astimezone(zone).date()).days
    if days == 0:
        return Notice.SAME_DAY
    return Notice.DAY_BEFORE if days == 1 else Notice.EARLIER


def check_minutes(minutes: MinutesText) -> None:
    """Bounds of minutes: a text, and at most 50 points of at most 500 characters.

    Raises:
        SangbongError: `liaison.minutes_empty` or `liaison.minutes_too_long`; the writer's slip.
    """
    if not minutes.text.strip():
        raise SangbongError("liaison.minutes_empty")
    longest = max((len(point) for point in minutes.agreed), default=0)
    if len(minutes.text) > TEXT_MAX or len(minutes.agreed) > AGREED_MAX or longest > POINT_MAX:
        raise SangbongError(
            "liaison.minutes_too_long", text=TEXT_MAX, points=AGREED_MAX, point=POINT_MAX
        )


def usual_meetings(habits: Sequence[MeetingHabit], days: Iterable[date]) -> list[UsualMeeting]:
    """What habit proposes for these days, by hour: rule M5."""
    found = [
        UsualMeeting(MeetingKind(habit.kind), datetime.combine(day, habit.at, ZoneInfo(habit.zone)))
        for day in days
        for habit in habits
        if habit.usual_on(day)
    ]
    return sorted(found, key=lambda meeting: meeting.at)
