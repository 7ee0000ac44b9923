from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.tracing.core.findings import (
    NOTHING_TOLD,
    Answer,
    FindingClass,
    Leaving,
    ReplyClass,
    Statement,
    finding_of,
    leaving,
    read_class,
    release_now,
)
from sangbong.tracing.core.states import (
    ENTRY_MOVES,
    PAIR_MOVES,
    READY,
    EntryEvent,
    EntryState,
    PairState,
    Reading,
    entry_after,
    pair_after,
)

MACHINES = Path(__file__).parents[3] / "docs" / "machines"
ALIVE = Leaving(ReplyClass.ALIVE, Statement.WILLING)
DEAD = Leaving(ReplyClass.DEAD, Statement.NONE)


def drawn(name: str) -> set[tuple[str, str, str]]:
    text = (MACHINES / name).read_text("utf-8")
    return set(re.findall(r"^(\w+) -- (\w+) --> (\w+)$", text, re.MULTILINE))


def test_the_drawing_of_an_entry_is_the_table_of_the_code() -> None:
    table = {(a.value, event.value, b.value) for (a, event), b in ENTRY_MOVES.items()}
    assert drawn("finding.md") == table


def test_the_drawing_of_a_pair_is_the_table_of_the_code() -> None:
    table = {(a.value, reading.value, b.value) for (a, reading), b in PAIR_MOVES.items()}
    assert drawn("pair.md") == table


@given(st.lists(st.sampled_from(Reading), min_size=1))
def test_a_pair_says_what_the_last_paper_says(papers: list[Reading]) -> None:
    state = PairState.ASKED
    for reading in papers:
        state = pair_after(state, reading)
    assert state.value == papers[-1].value


@given(st.lists(st.sampled_from(EntryEvent), max_size=20))
def test_no_answer_about_a_living_person_is_ready_before_they_answered(
    events: list[EntryEvent],
) -> None:
    state, identified, answered = EntryState.FILED, False, False
    for event in events:
        try:
            state = entry_after(state, event)
        except SangbongError as fault:
            assert fault.code == "tracing.not_now"  # noqa: PT017
            continue
        if event in {EntryEvent.TRACE, EntryEvent.REOPEN, EntryEvent.WRONG_PERSON}:
            identified = answered = False
        identified = identified or event is EntryEvent.IDENTIFY
        answered = answered or event is EntryEvent.ANSWER
        if identified and state in READY:
            assert answered


def test_every_state_of_an_entry_reaches_a_reply() -> None:
    reaching = {EntryState.REPLIED}
    for _ in EntryState:
        reaching |= {before for (before, _), after in ENTRY_MOVES.items() if after in reaching}
    assert reaching == set(EntryState)


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.parametrize("finding", list(FindingClass))
def test_findings_leave_as_three_classes(finding: FindingClass, allowed: bool) -> None:
    told = leaving(finding, allowed=allowed)
    always = {FindingClass.ALIVE: ALIVE, FindingClass.DEAD: DEAD}
    with_leave = {
        FindingClass.REFUSED: Leaving(ReplyClass.ALIVE, Statement.DOES_NOT_WISH_TO_MEET),
        FindingClass.UNWELL: Leaving(ReplyClass.ALIVE, Statement.CANNOT_TRAVEL),
    }
    assert told == (always | (with_leave if allowed else {})).get(finding, NOTHING_TOLD)


def test_an_answer_makes_its_finding() -> None:
    assert {answer: finding_of(answer) for answer in Answer} == {
        Answer.WILLING: FindingClass.ALIVE,
        Answer.REFUSED: FindingClass.REFUSED,
        Answer.UNWELL: FindingClass.UNWELL,
        Answer.UNREACHABLE: FindingClass.CANNOT_CONFIRM,
    }


@given(st.sampled_from(EntryState), st.sampled_from([ALIVE, DEAD, NOTHING_TOLD]))
def test_nobody_is_told_as_unconfirmed_before_the_completing_part(
    state: EntryState, ready: Leaving
) -> None:
    early = release_now(state, ready, told=None, complete=False)
    assert early is None or (early.names_somebody and state in READY)
    last = release_now(state, ready, told=None, complete=True)
    assert last == (ready if state in READY else NOTHING_TOLD)


@given(
    st.sampled_from(EntryState),
    st.sampled_from([ALIVE, DEAD, NOTHING_TOLD]),
    st.sampled_from(ReplyClass),
    st.booleans(),
)
def test_what_was_told_is_not_told_again(
    state: EntryState, ready: Leaving, told: ReplyClass, complete: bool
) -> None:
    due = release_now(state, ready, told=told, complete=complete)
    assert due is None or due.reply_class is not told
    if state not in READY:
        assert due is None
    elif ready.reply_class is not told:
        assert due == ready


@pytest.mark.parametrize(
    ("written", "words", "reading"),
    [
        ("alive", "", Reading.ALIVE),
        ("", "생존", Reading.ALIVE),
        (" 사 망 ", "?", Reading.DEAD),
        ("확인불가", "", Reading.CANNOT_CONFIRM),
        ("해당자 없음", "거주지 이동", Reading.UNREAD),
    ],
)
def test_words_of_the_other_office_are_read_or_left_to_an_officer(
    written: str, words: str, reading: Reading
) -> None:
    assert read_class(written, words) is reading
