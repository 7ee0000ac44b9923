"""The machines of the line and its people: tables, drawings, and what facts lead to."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.people import calls, line_state, meetings, offer, paths, presence, roster
from sangbong.liaison.core.people.line_state import LineFact, LineSaid, LineState
from sangbong.liaison.core.people.meetings import MeetingDeed, MeetingFact, MeetingState, Notice
from sangbong.liaison.core.people.offer import OfferDeed, OfferFact, OfferState
from sangbong.liaison.core.people.paths import Path as Way
from sangbong.liaison.core.people.paths import PathFact, PathSaid, PathState
from sangbong.liaison.core.people.presence import PresenceFact, PresenceSaid, PresenceState
from sangbong.liaison.core.people.roster import Duty, DutyDeed, DutyRecord, DutyState
from sangbong.liaison.core.people.said import Known, Said, Side, check_past, standing
from sangbong.programmes.lines import Confidence

DRAWINGS = Path(__file__).parents[3] / "docs" / "machines"
NOW = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
OURS, THEIRS = Said(Side.OURS, "한도윤"), Said(Side.THEIRS, "리명국")
MACHINES = (
    ("line.md", line_state),
    ("call.md", calls),
    ("duty.md", roster),
    ("presence.md", presence),
    ("meeting.md", meetings),
    ("offer.md", offer),
    ("path.md", paths),
)


@pytest.mark.parametrize(("drawing", "machine"), MACHINES, ids=[name for name, _ in MACHINES])
def test_the_drawing_shows_what_the_code_does(drawing: str, machine: ModuleType) -> None:
    text = (DRAWINGS / drawing).read_text("utf-8")
    drawn = set(re.findall(r"^(\w+) -- (\w+) --> (\w+)$", text, re.MULTILINE))
    assert drawn == {(str(a), str(d), str(b)) for (a, d), b in machine.TRANSITIONS.items()}


def line_fact(told: str, days: int, number: int = 0, **more) -> LineFact:
    return LineFact(
        line="panmunjom",
        told=LineSaid(told),
        at=NOW - timedelta(days=days),
        source=more.pop("source", OURS),
        number=number,
        **more,
    )


def state_now(*facts: LineFact) -> LineState:
    return line_state.line_standing("panmunjom", facts, now=NOW).state


# W1 to W4


def test_a_corrected_fact_stands_no_more_and_order_is_by_moment_then_by_record() -> None:
    late, early = line_fact("open", 1, 1), line_fact("suspended", 2, 2)
    same, gone = line_fact("degraded", 1, 3), line_fact("restored", 0, 4, corrected=True)
    assert standing([late, same, gone, early]) == [early, late, same]
    assert standing([late, early], until=NOW - timedelta(days=2)) == [early]


def test_a_fact_of_tomorrow_is_not_written_down_today() -> None:
    check_past(NOW, now=NOW)
    with pytest.raises(SangbongError) as caught:
        check_past(NOW + timedelta(seconds=1), now=NOW)
    assert caught.value.code == "liaison.line_not_yet"


# N1 to N7


def test_n1_n2_without_a_fact_a_line_is_unknown() -> None:
    assert state_now() is LineState.UNKNOWN
    assert state_now(line_fact("open", -1)) is LineState.UNKNOWN


def test_n3_open_again_is_restored_and_what_was_never_down_stays_open() -> None:
    assert state_now(line_fact("suspended", 9), line_fact("open", 1)) is LineState.RESTORED
    assert state_now(line_fact("open", 9), line_fact("restored", 1)) is LineState.OPEN


def test_n4_a_repeated_word_does_not_renew_a_state() -> None:
    first, again = line_fact("suspended", 9, 1), line_fact("suspended", 2, 2)
    found = line_state.line_standing("panmunjom", [first, again], now=NOW)
    assert found.stretch == line_state.Stretch(LineState.SUSPENDED, first, again, None)


def test_n5_days_of_an_outage_are_calendar_days_and_exact_only_if_both_ends_are() -> None:
    down = line_fact("suspended", 9, 1, known=Known.DAY)
    up = line_fact("restored", 2, 2)
    (run,) = line_state.outages([down, up])
    assert (run.days(now=NOW, zone=UTC), run.exact) == (7, True)
    (still,) = line_state.outages([down])
    assert (still.days(now=NOW, zone=UTC), still.exact) == (9, True)
    for vague in (
        line_fact("restored", 2, 2, known=Known.MONTH),
        line_fact("restored", 2, 2, confidence=Confidence.UNVERIFIED),
    ):
        assert not line_state.outages([down, vague])[0].exact


def test_n6_the_other_sides_word_is_shown_where_it_differs() -> None:
    ours, theirs = line_fact("open", 1, 2), line_fact("suspended", 3, 1, source=THEIRS)

    def other(*facts: LineFact) -> LineFact | None:
        return line_state.line_standing("panmunjom", facts, now=NOW).other_word

    assert other(ours, theirs) == theirs
    assert other(ours, line_fact("open", 3, 1, source=THEIRS)) is None
    assert other(ours) is None
    assert other(theirs, line_fact("open", 2, 2, source=Said(Side.BOTH)), ours) is None
    assert other(theirs, line_fact("open", 1, 2, source=Said(Side.THIRD))) is None


def test_n7_own_facts_go_before_published_ones() -> None:
    published = line_fact("suspended", 1, source=Said(Side.PUBLISHED, "press"))
    own, corrected = line_fact("open", 5, 1), line_fact("open", 5, 1, corrected=True)
    assert state_now(published) is LineState.SUSPENDED
    assert state_now(published, own) is LineState.OPEN
    assert state_now(published, corrected) is LineState.SUSPENDED


@given(st.lists(st.tuples(st.sampled_from(LineSaid), st.integers(0, 30)), max_size=12))
def test_runs_of_a_line_never_touch_the_same_state_twice_and_join_without_gaps(told) -> None:
    facts = [line_fact(said, days, n) for n, (said, days) in enumerate(told, start=1)]
    runs = line_state.history(facts)
    for one, following in pairwise(runs):
        assert one.state is not following.state
        assert one.until == following.since
    assert bool(runs) is bool(facts)
    assert all(run.until is None for run in runs[-1:])


# D1 to D5


def record(deed: str, officer: str, day: date = date(2018, 6, 25), **more) -> DutyRecord:
    return DutyRecord(day, more.pop("duty", Duty.LINE), DutyDeed(deed), officer, NOW, **more)


def test_d1_a_weekday_needs_the_line_and_a_weekend_its_officer() -> None:
    assert roster.needed(date(2018, 6, 25)) == (Duty.LINE, Duty.ON_CALL)
    assert roster.needed(date(2018, 6, 23)) == (Duty.WEEKEND, Duty.ON_CALL)
    week = roster.week_of(date(2018, 6, 27))
    assert (week[0], week[-1]) == (date(2018, 6, 25), date(2018, 7, 1))


def test_d2_a_duty_of_today_or_later_that_nobody_has_is_a_gap() -> None:
    days = [date(2018, 6, 24), date(2018, 6, 25), date(2018, 6, 26)]
    held = roster.roster(days, [record("assign", "han", number=1)])
    assert [(gap.day.day, gap.duty) for gap in roster.gaps(held, today=days[1])] == [
        (25, Duty.ON_CALL),
        (26, Duty.LINE),
        (26, Duty.ON_CALL),
    ]


def test_d3_a_swap_names_who_agreed_and_another_officer() -> None:
    (held, _on_call) = roster.roster([date(2018, 6, 25)], [record("assign", "han", number=1)])
    assert held.state is DutyState.ASSIGNED
    roster.check_record(held, record("swap", "min", agreed="한도윤, 민서준"))
    for wrong, code in (
        (record("swap", "han", agreed="x"), "liaison.duty_same_officer"),
        (record("swap", "min"), "liaison.duty_who_agreed"),
        (record("assign", "min"), "liaison.duty_not_so"),
    ):
        with pytest.raises(SangbongError) as caught:
            roster.check_record(held, wrong)
        assert caught.value.code == code


def test_d4_d5_a_duty_given_back_is_open_and_its_records_stay() -> None:
    told = [record("assign", "han", number=1), record("give_back", "", number=2)]
    (held, _on_call) = roster.roster([date(2018, 6, 25)], told)
    assert (held.officer, held.state, held.records) == ("", DutyState.OPEN, tuple(told))
    roster.check_record(held, record("assign", "min"))


# P1 to P4


def seen(told: str, days: int, **more) -> PresenceFact:
    return PresenceFact(
        Side.THEIRS, "kaesong", PresenceSaid(told), NOW - timedelta(days=days), OURS, **more
    )


def test_p1_p2_withdrawn_staff_that_come_back_in_part_and_then_all_are_returned() -> None:
    told = [seen("present", 9), seen("withdrawn", 8), seen("in_part", 5, people=5)]
    (in_part,) = presence.presence(told, now=NOW)
    assert (in_part.state, in_part.last.people) == (PresenceState.IN_PART, 5)
    back = seen("present", 2, people=10)
    (returned,) = presence.presence([*told, back, seen("present", 1)], now=NOW)
    assert (returned.state, returned.since) == (PresenceState.RETURNED, back)
    assert presence.presence([], now=NOW) == []


# M1 to M5


def met(deed: str, number: int = 0, **more) -> MeetingFact:
    return MeetingFact(MeetingDeed(deed), NOW, OURS, number=number, **more)


def test_m1_m4_only_a_meeting_that_was_held_has_minutes() -> None:
    assert meetings.meeting_state([]) is MeetingState.PLANNED
    told = [met("hold", 1), met("file_minutes", 2), met("file_minutes", 3)]
    assert meetings.meeting_state(told) is MeetingState.MINUTED
    with pytest.raises(SangbongError) as caught:
        meetings.meeting_state([met("not_hold", 1), met("file_minutes", 2)])
    assert caught.value.code == "liaison.meeting_not_now"


@pytest.mark.parametrize(
    ("hours", "notice"),
    [
        (None, Notice.NONE),
        (0, Notice.NONE),
        (1, Notice.SAME_DAY),
        (3, Notice.DAY_BEFORE),
        (48, Notice.EARLIER),
    ],
)
def test_m2_notice_is_reckoned_on_the_calendar(hours: int | None, notice: Notice) -> None:
    planned = datetime(2018, 6, 29, 2, 0, tzinfo=UTC)
    given_at = None if hours is None else planned - timedelta(hours=hours)
    assert meetings.notice_of(planned, given_at, zone=UTC) is notice


@pytest.mark.parametrize(
    ("minutes", "code"),
    [
        (meetings.MinutesText(" \n"), "liaison.minutes_empty"),
        (meetings.MinutesText("가" * 20_001), "liaison.minutes_too_long"),
        (meetings.MinutesText("가", ("나",) * 51), "liaison.minutes_too_long"),
        (meetings.MinutesText("가", ("나" * 501,)), "liaison.minutes_too_long"),
    ],
)
def test_m3_minutes_have_a_text_and_bounds(minutes: meetings.MinutesText, code: str) -> None:
    meetings.check_minutes(meetings.MinutesText("가", ("나",)))
    with pytest.raises(SangbongError) as caught:
        meetings.check_minutes(minutes)
    assert caught.value.code == code


# O1 to O6


def offered(*deeds: str) -> OfferState:
    return offer.offer_state(
        OfferFact(OfferDeed(deed), NOW, offer.Way.CALL, THEIRS, number=n)
        for n, deed in enumerate(deeds, start=1)
    )


def test_o2_o3_only_a_paper_that_will_be_taken_is_sent() -> None:
    assert offered() is OfferState.OFFERED
    assert offered("give_up", "take", "send") is OfferState.SENT
    for deeds in (("send",), ("decline", "send"), ("take", "send", "take_back")):
        with pytest.raises(SangbongError) as caught:
            offered(*deeds)
        assert caught.value.code == "liaison.offer_not_now"


def test_o4_o5_a_declined_paper_may_be_taken_later_or_taken_back() -> None:
    assert offered("decline", "take") is OfferState.WILL_TAKE
    assert offered("decline", "take_back") is OfferState.TAKEN_BACK


@given(st.lists(st.sampled_from(OfferDeed), max_size=6), st.sampled_from(sorted(offer.ANSWERS)))
def test_o7_the_other_sides_word_is_taken_in_every_state(deeds, answer) -> None:
    state = OfferState.OFFERED
    for deed in deeds:
        state = offer.TRANSITIONS.get((state, deed), state)
    offer.after(state, answer)
    assert offer.after(OfferState.TAKEN_BACK, answer) is OfferState.TAKEN_BACK


# V1 to V3


def test_v1_v2_the_last_word_on_a_path_counts_and_nobody_knows_is_said() -> None:
    told = [
        PathFact(Way.FAX, PathSaid.USABLE, NOW - timedelta(days=900), OURS, number=1),
        PathFact(Way.STICK, PathSaid.USABLE, NOW - timedelta(days=2), OURS, number=2),
        PathFact(Way.STICK, PathSaid.NOT_USABLE, NOW - timedelta(days=1), THEIRS, number=3),
    ]
    found = {one.path: (one.state, one.last) for one in paths.paths(told, now=NOW)}
    assert found == {
        Way.CARRIER: (PathState.UNKNOWN, None),
        Way.FAX: (PathState.USABLE, told[0]),
        Way.STICK: (PathState.NOT_USABLE, told[2]),
        Way.ROAD: (PathState.UNKNOWN, None),
        Way.THIRD_OFFICE: (PathState.UNKNOWN, None),
        Way.ARMISTICE: (PathState.UNKNOWN, None),
    }
