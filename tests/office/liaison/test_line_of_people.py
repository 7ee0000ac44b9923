"""What people write down of the line: facts with a source, corrected by another fact, never deleted."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.core.people.calls import (
    CallKind,
    CallOutcome,
    CallRecord,
    CallState,
    DayState,
    OwnSide,
    Reading,
)
from sangbong.liaison.core.people.line_state import LineFact, LineSaid, LineState
from sangbong.liaison.core.people.paths import Path, PathFact, PathSaid, PathState
from sangbong.liaison.core.people.presence import PresenceFact, PresenceSaid, PresenceState
from sangbong.liaison.core.people.said import Known, Said, Side
from sangbong.liaison.queries.people import WaitKind
from sangbong.office.queries import latest_audit_entries

pytestmark = pytest.mark.django_db
THEM = OfficeCode("KP-PYO")
SEOUL = ZoneInfo("Asia/Seoul")
THEIR_WORD = Said(Side.THEIRS, "리명국", paper="북남-3", saw="전화로 알려 왔다")


@pytest.fixture(autouse=True)
def furnished(counterpart, officer):
    """An office with its counterpart and Officer Han."""


def fails(code: str):
    return pytest.raises(SangbongError, match=f"^{code}$".replace(".", r"\."))


def say(now, actor, told: str = "suspended", line: str = "panmunjom", **more) -> str:
    fact = LineFact(line, LineSaid(told), more.pop("at", now), more.pop("source", THEIR_WORD))
    return operations.record_line_fact(now=now, actor=actor, counterpart=THEM, fact=fact)


def panmunjom(now) -> queries.LineNow:
    (line,) = queries.line_today(now=now, counterpart=THEM).lines
    return line


def test_before_anything_is_written_the_line_stands_as_published(now) -> None:
    found = panmunjom(now)
    assert (found.line.code, found.standing.state, found.published) == (
        "panmunjom",
        LineState.RESTORED,
        True,
    )
    assert found.standing.stretch is not None
    assert found.standing.stretch.since.at == datetime(2018, 1, 3, 15, 30, tzinfo=SEOUL)


def test_what_somebody_said_is_the_state_with_their_name_and_is_audited(now, officer) -> None:
    record = say(now, officer)
    found = panmunjom(now)
    assert found.standing.state is LineState.SUSPENDED
    assert found.standing.stretch.since.source == THEIR_WORD
    assert not found.published
    entry = latest_audit_entries(limit=1)[0]
    assert (entry.action, entry.staff, entry.subjects, dict(entry.facts)) == (
        "liaison.record_line",
        "han",
        (record, "office:KP-PYO"),
        {"line": "panmunjom", "told": "suspended"},
    )


def test_a_corrected_fact_stands_no_more_and_stays_readable(now, officer) -> None:
    record = say(now, officer)
    operations.correct(now=now, actor=officer, record=record, why="다른 회선이었다")
    assert panmunjom(now).standing.state is LineState.RESTORED
    (kept,) = queries.line_log(counterpart=THEM)
    assert (kept.correction.by, kept.correction.why) == ("han", "다른 회선이었다")
    with fails("liaison.line_corrected_already"):
        operations.correct(now=now, actor=officer, record=record, why="또")


@pytest.mark.parametrize(
    ("record", "why", "code"),
    [
        ("line:1", "  ", "liaison.line_why"),
        ("line:999", "x", "liaison.line_record_unknown"),
        ("line:", "x", "liaison.line_record_unknown"),
        ("line:１", "x", "liaison.line_record_unknown"),
        ("line:" + "9" * 30, "x", "liaison.line_record_unknown"),
        ("walls:1", "x", "liaison.line_record_unknown"),
    ],
)
def test_a_correction_names_a_record_and_a_reason(now, officer, record, why, code) -> None:
    with fails(code):
        operations.correct(now=now, actor=officer, record=record, why=why)


def test_a_fact_has_a_source_a_known_line_and_no_future(now, officer) -> None:
    with fails("liaison.line_source"):
        say(now, officer, source=Said(Side.THEIRS))
    with fails("liaison.line_source"):
        say(now, officer, source=Said(Side.PUBLISHED, "press"))
    with fails("liaison.line_unknown"):
        say(now, officer, line="telegraph")
    with fails("liaison.line_not_yet"):
        say(now, officer, at=now + timedelta(minutes=1))
    with fails("office.unknown_counterpart"):
        operations.record_path(
            now=now,
            actor=officer,
            counterpart=OfficeCode("JP-TYO"),
            fact=PathFact(Path.FAX, PathSaid.USABLE, now, THEIR_WORD),
        )


def test_paths_and_presence_are_what_was_said_last(now, officer) -> None:
    told = PathFact(Path.FAX, PathSaid.USABLE, now, THEIR_WORD)
    operations.record_path(now=now, actor=officer, counterpart=THEM, fact=told)
    seen = PresenceFact(
        Side.THEIRS, "개성", PresenceSaid.IN_PART, now, THEIR_WORD, people=5, head_there=False
    )
    operations.record_presence(now=now, actor=officer, counterpart=THEM, fact=seen)
    today = queries.line_today(now=now, counterpart=THEM)
    assert {p.path: p.state for p in today.paths}[Path.FAX] is PathState.USABLE
    (there,) = today.presence
    assert (there.state, there.last.people) == (PresenceState.IN_PART, 5)
    assert queries.presence_now(counterpart=THEM, now=now) == [there]
    assert [one.fact.path for one in queries.path_log(counterpart=THEM)] == [Path.FAX]


def opening(now) -> datetime:
    return queries.line_today(now=now, counterpart=THEM).calls[0].due.due_at


def ring(now, actor, outcome: str, **more) -> str:
    record = CallRecord(
        line=more.pop("line", "panmunjom"),
        kind=more.pop("kind", CallKind.OPENING),
        due_at=more.pop("due_at", opening(now)),
        outcome=CallOutcome(outcome),
        at=more.pop("at", now),
        **more,
    )
    return operations.record_call(now=now, actor=actor, counterpart=THEM, record=record)


def test_a_missed_call_is_written_down_and_the_line_stays_as_it_was(now, officer) -> None:
    ring(now, officer, "missed", own_side=OwnSide.SOUND, reading=Reading.CUT, rang=Side.OURS)
    today = queries.line_today(now=now, counterpart=THEM)
    assert [call.state for call in today.calls] == [CallState.MISSED, CallState.EXPECTED]
    assert panmunjom(now).standing.state is LineState.RESTORED
    evening = now + timedelta(hours=6, minutes=30)
    ring(evening, officer, "answered_late", due_at=opening(now), heard="17시에 받았다")
    (day,) = queries.calendar(
        counterpart=THEM, first=date(2018, 6, 25), last=date(2018, 6, 25), now=evening
    )
    assert day.state is DayState.LATE
    assert [r.rang for r in day.calls[0].records] == [Side.OURS, None]


def test_calls_are_those_of_the_hours_or_told_as_others(now, officer) -> None:
    with fails("liaison.call_not_due"):
        ring(now, officer, "made", due_at=opening(now) + timedelta(minutes=5))
    with fails("liaison.call_not_due"):
        ring(now, officer, "made", due_at=None)
    with fails("liaison.call_check_own_side"):
        ring(now, officer, "missed", reading=Reading.SIGN)
    ring(now, officer, "made")
    with fails("liaison.call_recorded"):
        ring(now, officer, "missed")
    ring(now, officer, "made", kind=CallKind.OTHER, due_at=None, heard="회보서 날짜를 물었다")
    today = queries.line_today(now=now, counterpart=THEM)
    assert [call.heard for call in today.other_calls] == ["회보서 날짜를 물었다"]
    assert len(queries.call_log(counterpart=THEM)) == 2


def test_the_opening_call_of_a_story_is_written_once(now, officer) -> None:
    def opened(at: datetime) -> str | None:
        return operations.record_opening_call(
            now=at, actor=officer, counterpart=THEM, spoke_with="리명국"
        )

    assert opened(now) is not None
    assert opened(now) is None
    assert queries.line_today(now=now, counterpart=THEM).calls[0].state is CallState.MADE
    saturday = now + timedelta(days=5)
    assert opened(saturday) is not None
    (call,) = queries.line_today(now=saturday, counterpart=THEM).other_calls
    assert call.kind is CallKind.OTHER


def test_days_before_the_first_record_ask_for_nothing_and_later_ones_do(now, officer) -> None:
    first, last = date(2018, 6, 18), date(2018, 6, 25)

    def days(at: datetime) -> list[str]:
        found = queries.calendar(counterpart=THEM, first=first, last=last, now=at)
        return [day.state.value for day in found]

    evening = now + timedelta(hours=10)
    assert days(evening) == ["none"] * 7 + ["silent"]
    ring(now, officer, "made", at=now - timedelta(days=3), due_at=opening(now - timedelta(days=3)))
    assert days(evening) == ["none"] * 4 + ["silent", "none", "none", "silent"]
    waits = {one.kind: one for one in queries.what_waits(counterpart=THEM, now=evening)}
    assert (waits[WaitKind.CALL_TO_WRITE].count, waits[WaitKind.CALL_TO_WRITE].side) == (
        3,
        Side.OURS,
    )


def test_the_timeline_ends_now_and_our_own_word_takes_over_from_what_was_published(
    now, officer
) -> None:
    say(now, officer, "degraded", at=now - timedelta(days=1))
    found = queries.timeline(counterpart=THEM, now=now)
    (lane,) = found.lanes
    assert [run.state for run in lane.runs][-3:] == [
        LineState.SUSPENDED,
        LineState.RESTORED,
        LineState.DEGRADED,
    ]
    assert found.events[-1].date_as_printed == "2018-01-03"
    assert len(found.own) == 1
    later = queries.timeline(counterpart=THEM, now=datetime(2026, 1, 1, tzinfo=SEOUL))
    assert {lane.line.code for lane in later.lanes} == {
        "panmunjom",
        "kaesong",
        "seoul-pyongyang",
        "military",
    }


def test_precision_is_kept(now, officer) -> None:
    fact = LineFact("panmunjom", LineSaid.OPEN, now, THEIR_WORD, known=Known.DAY)
    operations.record_line_fact(now=now, actor=officer, counterpart=THEM, fact=fact)
    assert queries.line_log(counterpart=THEM)[0].fact.known is Known.DAY


def test_an_office_without_a_published_line_has_a_plain_one(office) -> None:
    (line,) = queries.lines_with(OfficeCode("US-WAS"), own=office)
    assert (line.code, line.kind) == ("line", "phone")
