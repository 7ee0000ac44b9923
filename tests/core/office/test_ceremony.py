from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.office.making import STATEMENT

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office.core.ceremony import (
    Event,
    Heard,
    Progress,
    Step,
    after,
    judge_second_path,
    judge_word,
    record_text,
    second_path_letters,
    second_path_text,
)
from sangbong.office.core.statement import fingerprint, words

TOLD = fingerprint(STATEMENT)
BEGAN = datetime(2018, 6, 25, 1, tzinfo=UTC)
DRAWING = Path(__file__).parents[3] / "docs" / "machines" / "ceremony.md"
BEFORE_CONFIRMED = [Step.WRITTEN, Step.READ, Step.COMPARED]


def moves() -> set[tuple[str, str, str]]:
    found = set()
    for step, event in product(Step, Event):
        with suppress(SangbongError):
            found.add((step.value, after(step, event).value, event.value))
    return found


def test_the_drawing_of_the_meeting_shows_what_the_code_does() -> None:
    """Rule M1: docs/machines/ceremony.md."""
    text = DRAWING.read_text("utf-8")
    assert set(re.findall(r"(\w+) --> (\w+): (\w+)", text)) == moves()
    assert re.findall(r"\[\*\] --> (\w+)", text) == [Step.BEGUN]
    assert re.findall(r"(\w+) --> \[\*\]", text) == [Step.RECORDED]


def test_a_step_out_of_its_order_is_refused() -> None:
    """Rule M1."""
    with pytest.raises(SangbongError, match=r"office\.ceremony_step"):
        after(Step.BEGUN, Event.WORDS_RIGHT)


def test_a_difference_always_stops_before_anything_is_confirmed() -> None:
    """Rule M2."""
    assert [after(step, Event.DIFFERENCE) for step in BEFORE_CONFIRMED] == [Step.STOPPED] * 3
    assert {to for at, to, _ in moves() if at == Step.STOPPED} == {Step.BEGUN}
    assert {at for at, to, _ in moves() if to == Step.CONFIRMED} == {Step.COMPARED}


@given(st.integers(0, 11), st.sampled_from(words("ko") + words("en")))
def test_only_the_word_that_stands_there_is_right(place: int, typed: str) -> None:
    """Rule M3."""
    right = typed in {TOLD.words_ko[place], TOLD.words_en[place]}
    expected = Heard.RIGHT if right else Heard.DIFFERENT
    assert judge_word(TOLD, place=place, typed=typed) is expected


@pytest.mark.parametrize("place", range(12))
def test_a_word_counts_in_either_language_however_it_was_typed(place: int) -> None:
    """Rule M3."""
    korean, english = TOLD.words_ko[place], TOLD.words_en[place]
    for typed in (korean, unicodedata.normalize("NFD", korean), f" {english.upper()} "):
        assert judge_word(TOLD, place=place, typed=typed) is Heard.RIGHT


@pytest.mark.parametrize("typed", ["", "x", "없는말", "two words"])
def test_a_word_of_no_list_is_a_slip_of_the_fingers(typed: str) -> None:
    """Rule M3."""
    assert judge_word(TOLD, place=0, typed=typed) is Heard.SLIP


def test_the_second_path_tells_one_statement_from_another() -> None:
    """Rule M4."""
    swapped = replace(STATEMENT, link_url="https://elsewhere:9")
    assert second_path_text(STATEMENT) == f"SANGBONG KEYS 1 KP-PYO 1 {STATEMENT.digest}"
    assert judge_second_path(STATEMENT, typed=second_path_text(STATEMENT))
    assert judge_second_path(STATEMENT, typed=f" {second_path_letters(STATEMENT).upper()} ")
    assert not judge_second_path(swapped, typed=second_path_text(STATEMENT))
    assert not judge_second_path(swapped, typed=second_path_letters(STATEMENT))
    assert not judge_second_path(STATEMENT, typed="x")


def test_a_meeting_goes_on_where_it_was_interrupted() -> None:
    """Rule M1."""
    meeting = Progress(BEGAN)
    for event in (Event.WRITE, Event.TAKE, Event.COMPARE, Event.WORDS_RIGHT):
        meeting = meeting.on(event)
        assert Progress.decode(meeting.encode()) == meeting
    late = replace(meeting, code="KP-PYO", digest="ab" * 32, second_path=True, confirmed=BEGAN)
    assert Progress.decode(late.encode()) == late


def test_a_meeting_that_stopped_forgets_what_it_had_read() -> None:
    """Rule M2."""
    stopped = replace(Progress(BEGAN), step=Step.STOPPED, code="KP-PYO", digest="ab" * 32)
    assert stopped.on(Event.BEGIN_AGAIN) == Progress(BEGAN)


@pytest.mark.parametrize("data", [b"", b"{}", Progress(BEGAN).encode().replace(b"begun", b"done!")])
def test_notes_of_a_meeting_that_were_touched_are_not_believed(data: bytes) -> None:
    with pytest.raises(SangbongError, match=r"office\.ceremony_unreadable"):
        Progress.decode(data)


def test_the_record_has_all_that_was_compared_and_room_to_sign() -> None:
    """Rule M5."""
    seoul = replace(STATEMENT, code=OfficeCode("KR-SEL"), name_ko="서울 사무소")
    meeting = replace(Progress(BEGAN), second_path=True, confirmed=BEGAN, test="양쪽 도착")
    paper = record_text(own=seoul, other=STATEMENT, progress=meeting)
    for statement in (seoul, STATEMENT):
        told = fingerprint(statement)
        shown = set(paper.split())
        assert {*told.words_ko, *told.words_en, *told.digits.split(), statement.digest} <= shown
        assert paper.count(f"{statement.code}   이름 / name") == 2
    assert "비교함" in paper
    bare = record_text(own=seoul, other=STATEMENT, progress=Progress(BEGAN))
    assert "비교하지 못함" in bare
    assert max(len(line) for line in paper.splitlines()) < 110
