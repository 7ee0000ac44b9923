"""Published events of the lines: kept word for word, and what they lead to."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sangbong.liaison.core.people import line_state
from sangbong.liaison.core.people.line_state import LineState, Stretch
from sangbong.liaison.core.people.published import published_facts
from sangbong.programmes.korea import lines
from sangbong.programmes.lines import Confidence, Known, LineEvent

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SEOUL = ZoneInfo("Asia/Seoul")
FACTS = published_facts(lines.all_events())


def day(stretch: Stretch) -> tuple[str, str | None, int]:
    def told(fact: line_state.LineFact | None) -> str | None:
        return fact.at.astimezone(SEOUL).date().isoformat() if fact else None

    since = told(stretch.since)
    assert since is not None
    return since, told(stretch.until), stretch.days(now=NOW, zone=SEOUL)


def outages(line: str, *, exact: bool = True) -> list[tuple[str, str | None, int]]:
    runs = line_state.outages([fact for fact in FACTS if fact.line == line], until=NOW)
    return [day(run) for run in runs if run.exact or not exact]


def test_the_known_outages_follow_from_the_published_events() -> None:
    assert outages("panmunjom") == [
        ("2010-05-26", "2011-01-12", 231),
        ("2013-06-12", "2013-07-03", 21),
        ("2016-02-11", "2018-01-03", 692),
        ("2020-06-09", "2021-07-27", 413),
    ]
    assert outages("seoul-pyongyang") == [
        ("2020-06-09", "2021-07-27", 413),
        ("2021-08-10", "2021-10-04", 55),
        ("2023-04-07", None, 1304),
    ]


def test_outages_whose_days_nobody_verified_are_found_and_marked() -> None:
    found = outages("panmunjom", exact=False)
    assert [
        since
        for since, _until, _days in found
        if since not in {s for s, *_ in outages("panmunjom")}
    ] == [
        "1976-08-01",
        "1980-09-25",
        "2008-11-12",
        "2013-03-11",
    ]


def test_a_miss_answered_the_same_day_is_no_outage() -> None:
    of_day = [fact for fact in FACTS if fact.at.astimezone(SEOUL).date() == date(2022, 10, 4)]
    assert [fact.told.value for fact in of_day] == ["degraded", "open"]


def test_at_the_draw_of_2018_panmunjom_is_restored_and_kaesong_unknown() -> None:
    at = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
    states = {
        line.code: line_state.line_standing(line.code, FACTS, now=at).state
        for line in lines.lines_between("KR-SEL", "KP-PYO")
    }
    assert states == {
        "panmunjom": LineState.RESTORED,
        "kaesong": LineState.UNKNOWN,
        "seoul-pyongyang": LineState.UNKNOWN,
        "military": LineState.UNKNOWN,
    }


@pytest.mark.parametrize("event", lines.all_events(), ids=lambda event: event.date_as_printed)
def test_every_event_keeps_its_source_and_its_marks(event: LineEvent) -> None:
    assert event.source
    assert event.label_en
    assert event.label_ko
    marked = "UNVERIFIED" in event.precision_as_noted
    assert (event.confidence is Confidence.UNVERIFIED) is marked
    known = {4: Known.YEAR, 7: Known.MONTH}.get(len(event.date_as_printed))
    assert known is None or event.known is known
    assert all(fact.line in {line.code for line in lines.all_lines()} for fact in event.facts)


def test_unverified_days_are_six() -> None:
    marked = [e for e in lines.all_events() if e.confidence is Confidence.UNVERIFIED]
    assert len(marked) == 6
    assert len(lines.all_events()) == 32


def test_offices_without_a_published_line_have_no_hours_no_habits_and_no_events() -> None:
    assert lines.lines_between("KR-SEL", "US-WAS") == ()
    assert lines.call_hours("KR-SEL", "US-WAS") == ()
    assert lines.meeting_habits("KR-SEL", "US-WAS") == ()
    assert lines.events_between("KR-SEL", "US-WAS") == ()
    assert lines.events_between("KP-PYO", "KR-SEL") == lines.all_events()


def test_heads_met_on_fridays() -> None:
    from sangbong.liaison.core.people.meetings import MeetingKind, usual_meetings

    habits = lines.meeting_habits("KR-SEL", "KP-PYO")
    days = [date(2018, 11, 1), date(2018, 11, 2), date(2018, 11, 3)]
    assert [(m.kind, m.at.day) for m in usual_meetings(habits, days)] == [
        (MeetingKind.MORNING, 1),
        (MeetingKind.AFTERNOON, 1),
        (MeetingKind.MORNING, 2),
        (MeetingKind.HEADS, 2),
        (MeetingKind.AFTERNOON, 2),
    ]
