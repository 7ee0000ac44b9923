"""Bars, bits, ranges and words, without a page."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.letters.core.machine import LetterState
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.people.calls import (
    CallKind,
    CallOutcome,
    CallState,
    DayState,
    OwnSide,
    Reading,
)
from sangbong.liaison.core.people.line_state import LineSaid, LineState
from sangbong.liaison.core.people.meetings import MeetingDeed, MeetingKind, MeetingState, Notice
from sangbong.liaison.core.people.offer import OfferDeed, OfferState
from sangbong.liaison.core.people.offer import Way as OfferWay
from sangbong.liaison.core.people.paths import Path as LinePath
from sangbong.liaison.core.people.paths import PathSaid, PathState
from sangbong.liaison.core.people.presence import PresenceSaid, PresenceState
from sangbong.liaison.core.people.roster import Duty, DutyDeed, DutyState
from sangbong.liaison.core.people.said import Known, Side
from sangbong.registry.core.news import NewsKind, NewsState, Way
from sangbong.registry.core.people import Claim, LifeStatus, NameKind, PlaceKind
from sangbong.reunions.core.machine import Outcome, RefusalReason, SittingState
from sangbong.selection.core.machine import RoundState
from sangbong.selection.core.reasons import Health, Reason, Standing, Willingness
from sangbong.tracing.core.deciding import Reason as Verdict
from sangbong.tracing.core.findings import Answer, FindingClass
from sangbong.tracing.core.states import EntryState, PairState
from sangbong.tracing.core.weights import Item, Level
from sangbong.web import faces, words
from sangbong.web.console.inquiries import chance_text
from sangbong.web.console.letters import byte_range, length_text
from sangbong.web.templatetags.faces import last_day


@pytest.mark.parametrize(
    ("family", "machine"),
    [
        ("round", RoundState),
        ("dispatch", DispatchState),
        ("letter", LetterState),
        ("sitting", SittingState),
        ("life", LifeStatus),
        ("finding", FindingClass),
        ("answer", Answer),
        ("pair", PairState),
        ("entry", EntryState),
        ("news", NewsState),
        ("will", Willingness),
        ("standing", Standing),
        ("line", LineState),
        ("call", CallState),
        ("presence", PresenceState),
        ("meeting", MeetingState),
        ("offer", OfferState),
        ("path", PathState),
        ("duty", DutyState),
    ],
)
def test_every_state_of_a_machine_has_a_word_and_a_shape(family: str, machine: type) -> None:
    assert words.known_states(family) - {""} == {state.value for state in machine}  # type: ignore[attr-defined]


def test_no_death_is_red_and_red_is_only_for_refusals_and_danger() -> None:
    red = {
        (family, code)
        for family, marks in words._MARKS.items()
        for code, (_word, _shape, tone) in marks.items()
        if tone == "refused"
    }
    # a log that tells two histories is a danger
    assert red == {("dispatch", "refused"), ("sitting", "refused"), ("log", "disputed")}


@pytest.mark.parametrize(
    "codes", [Reason, Health, Outcome, RefusalReason, NewsKind, Way, NameKind, PlaceKind, Claim]
)
def test_every_code_that_a_page_shows_has_a_short_name(codes: type) -> None:
    assert [c.value for c in codes if c.value not in words._SHORT] == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("family", "codes"),
    [
        ("side", Side),
        ("told", LineSaid),
        ("told", PresenceSaid),
        ("told", PathSaid),
        ("known", Known),
        ("call", CallKind),
        ("outcome", CallOutcome),
        ("own_side", OwnSide),
        ("reading", Reading),
        ("strip", DayState),
        ("duty", Duty),
        ("deed", DutyDeed),
        ("deed", MeetingDeed),
        ("deed", OfferDeed),
        ("meeting", MeetingKind),
        ("notice", Notice),
        ("way", OfferWay),
        ("path", LinePath),
    ],
)
def test_every_code_of_the_line_has_a_short_name(family: str, codes: type) -> None:
    assert [c for c in codes if f"{family}.{c}" not in words._SHORT] == []  # type: ignore[attr-defined]


def test_every_item_and_level_of_evidence_has_a_short_name() -> None:
    items = {f"item.{i}" if i is Item.REGISTER else str(i) for i in Item}
    assert items | {f"level.{level}" for level in Level} <= set(words._SHORT)


def test_a_code_without_a_name_is_shown_as_it_is() -> None:
    assert (words.short("told_by_radio"), words.mark("round", "paused").word) == (
        "told by radio",
        "paused",
    )


def test_rounds_are_called_as_people_call_them() -> None:
    from django.utils.translation import override

    codes = ("video-8", "21", "case-2", "video-x", "round-21")
    with override("en"):
        assert [words.matter_title(code) for code in codes] == [
            "Video round 8",
            "Round 21",
            "case-2",
            "video-x",
            "Round 21",
        ]
    with override("ko"):
        assert [words.round_title(code) for code in codes[:2]] == ["화상상봉 8차", "제21차 상봉"]


def test_the_last_day_is_the_one_before_the_end() -> None:
    assert last_day(date(2018, 8, 23)) == date(2018, 8, 22)


def test_every_verdict_of_a_rule_has_a_sentence() -> None:
    assert {reason.value for reason in Verdict} == set(words._VERDICTS)


def test_evidence_is_drawn_on_one_scale_around_zero() -> None:
    drawn = faces.evidence(
        [("name", "이", "리", 10_000), ("father", "박", "김", -5_000), ("mother", "", "", 0)]
    )
    assert [(line.start, line.width, line.bits, line.side) for line in drawn.lines] == [
        ("50", "50.00", "+10.0", "for"),
        ("25.00", "25.00", "−5.0", "against"),
        ("50", "0.00", "0.0", "none"),
    ]
    assert drawn.total == "+5.0"


@given(st.lists(st.integers(-60_000, 60_000), max_size=12))
def test_no_bar_of_evidence_leaves_its_drawing(weights: list[int]) -> None:
    for line in faces.evidence([("x", "a", "b", weight) for weight in weights]).lines:
        start, width = float(line.start), float(line.width)
        assert 0 <= start <= 50.01
        assert start + width <= 100.01


@given(st.integers(-10, 10**9), st.integers(-10, 10**9))
def test_a_share_is_always_between_nothing_and_all(part: int, whole: int) -> None:
    assert 0 <= float(faces.percent(part, whole)) <= 100


def test_a_chance_is_never_told_as_certain() -> None:
    told = [chance_text(ppm) for ppm in (0, 999, 1_000, 123_456, 999_499, 999_500, 1_000_000)]
    assert told == ["< 0.1%", "< 0.1%", "0.1%", "12.3%", "99.9%", "> 99.9%", "> 99.9%"]


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        ("", (0, 1000, 200)),
        ("bytes=0-", (0, 1000, 206)),
        ("bytes=0-99", (0, 100, 206)),
        ("bytes=990-2000", (990, 1000, 206)),
        ("bytes=-10", (990, 1000, 206)),
        ("bytes=-5000", (0, 1000, 206)),
        ("bytes=1000-", (0, 0, 416)),
        ("bytes=-0", (0, 0, 416)),
        ("bytes=9-3", (0, 0, 416)),
        ("bytes=0-1,5-9", (0, 1000, 200)),
        ("bytes=-", (0, 1000, 200)),
        ("lines=1-2", (0, 1000, 200)),
    ],
)
def test_ranges_are_read_as_the_standard_says(header: str, answer: tuple[int, int, int]) -> None:
    assert byte_range(header, 1000) == answer


def test_length_is_told_in_minutes_and_seconds() -> None:
    assert [length_text(ms) for ms in (0, 9_999, 61_000, 600_000)] == [
        "0:00",
        "0:09",
        "1:01",
        "10:00",
    ]


def test_every_word_of_the_pages_has_its_korean() -> None:
    root = Path(__file__).parents[2]
    told = subprocess.run(
        [sys.executable, str(root / "tools" / "messages.py"), "check"],
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )
    assert (told.returncode, told.stdout) == (0, "")
