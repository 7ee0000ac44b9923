"""Calls at dated hours: expected, made, missed, silent, late; and what a miss may mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.people.calls import (
    CallKind,
    CallOutcome,
    CallRecord,
    CallStanding,
    CallState,
    DayState,
    DueCall,
    OwnSide,
    Reading,
    call_standing,
    check_record,
    day_state,
    due_calls,
)
from sangbong.programmes.korea import lines

HOURS = lines.call_hours("KR-SEL", "KP-PYO")
SEOUL, PYONGYANG = ZoneInfo("Asia/Seoul"), ZoneInfo("Asia/Pyongyang")
DRAW = date(2018, 6, 25)


def due(day: date) -> list[tuple[str, str, str, str]]:
    return [
        (
            call.line,
            call.kind,
            call.due_at.astimezone(SEOUL).strftime("%H:%M"),
            call.due_at.astimezone(PYONGYANG).strftime("%H:%M"),
        )
        for call in due_calls(HOURS, day=day)
    ]


def test_c1_on_the_day_of_the_draw_panmunjom_opens_at_nine_and_closes_at_four() -> None:
    assert due(DRAW) == [
        ("panmunjom", "opening", "09:00", "09:00"),
        ("panmunjom", "closing", "16:00", "16:00"),
    ]


def test_c1_while_the_clocks_differed_by_half_an_hour_calls_followed_the_northern_one() -> None:
    assert due(date(2018, 5, 4)) == [
        ("panmunjom", "opening", "09:30", "09:00"),
        ("panmunjom", "closing", "16:30", "16:00"),
    ]
    assert due(date(2015, 8, 17))[0][2:] == ("09:30", "09:00")
    assert due(date(2015, 8, 14))[0][2:] == ("09:00", "09:00")
    assert due(date(2018, 5, 8))[0][2:] == ("09:00", "09:00")


def test_c1_kaesong_closes_at_five_and_weekends_are_free_but_for_saturdays_in_2000() -> None:
    assert due(date(2019, 2, 22)) == [
        ("kaesong", "opening", "09:00", "09:00"),
        ("panmunjom", "opening", "09:00", "09:00"),
        ("panmunjom", "closing", "16:00", "16:00"),
        ("kaesong", "closing", "17:00", "17:00"),
    ]
    assert due(date(2018, 6, 23)) == due(date(2018, 6, 24)) == due(date(2000, 8, 13)) == []
    assert [line[2] for line in due(date(2000, 8, 19))] == ["09:00", "12:00"]


def test_c8_by_custom_the_south_rings_on_odd_days() -> None:
    turns = {day: due_calls(HOURS, day=date(2018, 5, day))[0].turn for day in (8, 9)}
    assert turns == {8: "KP", 9: "KR"}
    assert due_calls(HOURS, day=DRAW)[1].turn == ""


OPENING = due_calls(HOURS, day=DRAW)[0]


def record(outcome: str, minutes: int, number: int = 1, **more) -> CallRecord:
    return CallRecord(
        line="panmunjom",
        kind=CallKind.OPENING,
        due_at=OPENING.due_at,
        outcome=CallOutcome(outcome),
        at=OPENING.due_at + timedelta(minutes=minutes),
        number=number,
        **more,
    )


def state(*records: CallRecord, minutes: int = 600) -> CallState:
    return call_standing(OPENING, records, now=OPENING.due_at + timedelta(minutes=minutes)).state


def test_c2_c7_nothing_written_is_expected_for_an_hour_and_silent_afterwards() -> None:
    assert state(minutes=59) is CallState.EXPECTED
    assert state(minutes=60) is CallState.SILENT
    assert state(record("made", 3)) is CallState.MADE
    assert state(record("made", 3, corrected=True)) is CallState.SILENT


def test_c5_missed_at_nine_and_answered_at_five_is_answered_late_and_keeps_both() -> None:
    missed, late = record("missed", 5), record("answered_late", 480, 2)
    found = call_standing(OPENING, [late, missed], now=OPENING.due_at)
    assert found == CallStanding(OPENING, CallState.ANSWERED_LATE, (missed, late))


def test_a_call_recorded_as_made_is_not_recorded_as_missed() -> None:
    with pytest.raises(SangbongError) as caught:
        state(record("made", 3), record("missed", 5, 2))
    assert caught.value.code == "liaison.call_recorded"


def test_records_of_other_calls_do_not_count() -> None:
    others = [
        replace(record("made", 3), line="kaesong"),
        replace(record("made", 3), kind=CallKind.CLOSING),
        replace(record("made", 3), due_at=OPENING.due_at + timedelta(days=1)),
        replace(record("made", 3), due_at=None),
    ]
    assert state(*others) is CallState.SILENT


@pytest.mark.parametrize("reading", [Reading.SIGN, Reading.CUT])
def test_c4_a_miss_is_read_as_grave_only_after_our_own_side_was_found_sound(
    reading: Reading,
) -> None:
    for own_side in OwnSide:
        miss = record("missed", 5, reading=reading, own_side=own_side)
        if own_side is OwnSide.SOUND:
            check_record(miss)
        else:
            with pytest.raises(SangbongError) as caught:
                check_record(miss)
            assert caught.value.code == "liaison.call_check_own_side"


def test_c4_a_fault_of_our_own_may_be_written_down_at_once() -> None:
    check_record(record("missed", 5, reading=Reading.FAULT, own_side=OwnSide.FAULT))


def shown(*states: CallState) -> DayState:
    one = DueCall("panmunjom", CallKind.OPENING, datetime(2018, 6, 25, tzinfo=UTC))
    return day_state([CallStanding(one, found) for found in states])


@pytest.mark.parametrize(
    ("states", "day"),
    [
        ((), DayState.NONE_DUE),
        ((CallState.CALLED_OFF, CallState.CALLED_OFF), DayState.NONE_DUE),
        ((CallState.MADE, CallState.CALLED_OFF), DayState.MADE),
        ((CallState.MADE, CallState.EXPECTED), DayState.MADE),
        ((CallState.EXPECTED,), DayState.AHEAD),
        ((CallState.MADE, CallState.ANSWERED_LATE), DayState.LATE),
        ((CallState.ANSWERED_LATE, CallState.SILENT), DayState.SILENT),
        ((CallState.MISSED, CallState.SILENT), DayState.MISSED),
    ],
)
def test_a_day_shows_what_asks_most_for_a_persons_eye(
    states: tuple[CallState, ...], day: DayState
) -> None:
    assert shown(*states) is day


@given(st.dates(date(1990, 1, 1), date(2030, 12, 31)))
def test_no_day_asks_for_the_same_call_of_a_line_twice(day: date) -> None:
    asked = [(call.line, call.kind) for call in due_calls(HOURS, day=day)]
    assert len(asked) == len(set(asked))
