"""Opening and closing calls: what was due, what came of it; drawn in docs/machines/call.md.

1. (C1) A call is due at an hour of the programme's dated hours, read on the clock of the zone that the
   hours name. Where the two sides' clocks differ, each sees the hour on its own.
2. (C2) What came of a call is written down by the person at the telephone. Nothing is assumed: a due call
   of which nobody wrote anything is *silent*, which is neither made nor missed.
3. (C3) A missed call is not a cut: no record of a call changes the state of a line. Who believes that
   the line was cut records that as a fact of the line, with its source.
4. (C4) A missed call may mean a fault, a sign or a cut. Our own side is checked first: before a missed
   call is read as a sign or a cut, it is written down that our side was checked and is sound.
5. (C5) A call missed at its hour and answered later that day is *answered late*; both records stay.
6. (C6) Where both sides agreed that there is no call (a holiday), that is written down: *called off*.
7. (C7) Until an hour after its time a due call is *expected*; only then does silence begin.
8. (C8) Where it is custom that the sides ring by turns, the turn is shown and decides nothing.
9. (C9) Nothing is asked for days before the office first wrote a call down: nobody may have sat there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.people.said import Side, standing
from sangbong.programmes.lines import CallHour

GRACE = timedelta(hours=1)


class CallKind(StrEnum):
    """Which call of the day; *other* is one outside the hours."""

    OPENING = "opening"
    CLOSING = "closing"
    OTHER = "other"


class CallState(StrEnum):
    """How a call stands."""

    EXPECTED = "expected"
    SILENT = "silent"
    MADE = "made"
    MISSED = "missed"
    ANSWERED_LATE = "answered_late"
    CALLED_OFF = "called_off"


class CallOutcome(StrEnum):
    """What somebody writes down of a call."""

    MADE = "made"
    MISSED = "missed"
    ANSWERED_LATE = "answered_late"
    CALLED_OFF = "called_off"


class OwnSide(StrEnum):
    """What was found when our own side was checked."""

    NOT_CHECKED = "not_checked"
    SOUND = "sound"
    FAULT = "fault"


class Reading(StrEnum):
    """What the officer takes a missed call to mean; a belief, not a state."""

    NOT_READ = "not_read"
    FAULT = "fault"
    SIGN = "sign"
    CUT = "cut"


_S, _O = CallState, CallOutcome
TRANSITIONS: dict[tuple[CallState, CallOutcome], CallState] = {
    (_S.EXPECTED, _O.MADE): _S.MADE,
    (_S.EXPECTED, _O.MISSED): _S.MISSED,
    (_S.EXPECTED, _O.ANSWERED_LATE): _S.ANSWERED_LATE,
    (_S.EXPECTED, _O.CALLED_OFF): _S.CALLED_OFF,
    (_S.SILENT, _O.MADE): _S.MADE,
    (_S.SILENT, _O.MISSED): _S.MISSED,
    (_S.SILENT, _O.ANSWERED_LATE): _S.ANSWERED_LATE,
    (_S.SILENT, _O.CALLED_OFF): _S.CALLED_OFF,
    # The same miss may be written twice: the second time with what our own side's check found.
    (_S.MISSED, _O.MISSED): _S.MISSED,
    (_S.MISSED, _O.ANSWERED_LATE): _S.ANSWERED_LATE,
}


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What one person wrote down of one call; `due_at` is None for a call outside the hours."""

    line: str
    kind: CallKind
    due_at: datetime | None
    outcome: CallOutcome
    at: datetime
    rang: Side | None = None
    spoke_with: str = ""
    own_side: OwnSide = OwnSide.NOT_CHECKED
    reading: Reading = Reading.NOT_READ
    heard: str = ""
    number: int = 0
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class DueCall:
    """A call that the hours ask for; `turn` is the country whose custom it is to ring, if any."""

    line: str
    kind: CallKind
    due_at: datetime
    turn: str = ""


@dataclass(frozen=True, slots=True)
class CallStanding:
    """A due call with its state and what was written down of it, the oldest first."""

    due: DueCall
    state: CallState
    records: tuple[CallRecord, ...] = ()


def due_calls(hours: Iterable[CallHour], *, day: date) -> list[DueCall]:
    """The calls due on a day, by their hour: rule C1."""
    found = [
        DueCall(
            line=hour.line,
            kind=CallKind(hour.call),
            due_at=datetime.combine(day, hour.at, ZoneInfo(hour.zone)),
            turn=_turn(hour, day),
        )
        for hour in hours
        if hour.due_on(day)
    ]
    return sorted(found, key=lambda call: (call.due_at, call.line))


def _turn(hour: CallHour, day: date) -> str:
    if hour.turns != "odd_south":
        return ""
    return "KR" if day.day % 2 else "KP"


def after(state: CallState, outcome: CallOutcome) -> CallState:
    """The state after a record.

    Raises:
        SangbongError: `liaison.call_recorded`: this was written down already; the writer's slip.
    """
    try:
        return TRANSITIONS[state, outcome]
    except KeyError as error:
        raise SangbongError("liaison.call_recorded") from error


def call_standing(due: DueCall, records: Sequence[CallRecord], *, now: datetime) -> CallStanding:
    """How a due call stands: rules C2, C5 and C7."""
    of_it = standing(
        record
        for record in records
        if (record.line, record.kind, record.due_at) == (due.line, due.kind, due.due_at)
    )
    state = CallState.SILENT if now >= due.due_at + GRACE else CallState.EXPECTED
    for record in of_it:
        state = after(state, record.outcome)
    return CallStanding(due=due, state=state, records=tuple(of_it))


def check_record(record: CallRecord) -> None:
    """Rule C4.

    Raises:
        SangbongError: `liaison.call_check_own_side`; the writer's slip.
    """
    grave = record.reading in {Reading.SIGN, Reading.CUT}
    if grave and record.own_side is not OwnSide.SOUND:
        raise SangbongError("liaison.call_check_own_side")


class DayState(StrEnum):
    """What the calendar strip shows of a day."""

    NONE_DUE = "none"
    AHEAD = "ahead"
    MADE = "made"
    LATE = "late"
    MISSED = "missed"
    SILENT = "silent"


def day_state(calls: Sequence[CallStanding]) -> DayState:
    """One word for a day: what asks most for a person's eye goes first."""
    states = {call.state for call in calls} - {CallState.CALLED_OFF}
    if not states:
        return DayState.NONE_DUE
    for state, told in (
        (CallState.MISSED, DayState.MISSED),
        (CallState.SILENT, DayState.SILENT),
        (CallState.ANSWERED_LATE, DayState.LATE),
        (CallState.MADE, DayState.MADE),
    ):
        if state in states:
            return told
    return DayState.AHEAD
