from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.letters.core.machine import (
    AWAITING_PREPARATION,
    AWAITING_TAKE,
    ENDS,
    STARTS,
    TRANSITIONS,
    Deed,
    LetterState,
    after,
)

DRAWING = Path(__file__).parents[3] / "docs" / "machines" / "letter.md"


@pytest.mark.parametrize(("state", "deed"), list(product(LetterState, Deed)))
def test_a_deed_leads_where_the_table_says_and_nowhere_else(state: LetterState, deed: Deed) -> None:
    if (state, deed) in TRANSITIONS:
        assert after(state, deed) is TRANSITIONS[(state, deed)]
    else:
        with pytest.raises(SangbongError) as caught:
            after(state, deed)
        assert caught.value.code == "letters.not_now"
        assert caught.value.params == {"state": state.value, "deed": deed.value}


@given(start=st.sampled_from(sorted(STARTS.values())), choices=st.lists(st.integers(0, 5)))
def test_from_wherever_a_letter_gets_an_end_can_be_reached(
    start: LetterState, choices: list[int]
) -> None:
    state = start
    for choice in choices:
        ways = sorted(deed for (at, deed) in TRANSITIONS if at is state)
        if not ways:
            break
        state = after(state, ways[choice % len(ways)])
    reached, ahead = {state}, [state]
    while ahead:
        here = ahead.pop()
        for (at, _), to in TRANSITIONS.items():
            if at is here and to not in reached:
                reached.add(to)
                ahead.append(to)
    assert reached & ENDS


def test_ends_are_the_states_that_nothing_leaves() -> None:
    assert {state for state in LetterState if not any(at is state for at, _ in TRANSITIONS)} == ENDS


def test_no_letter_is_released_without_being_checked_and_screened() -> None:
    into = {to: {at for (at, _), t in TRANSITIONS.items() if t is to} for to in LetterState}
    assert into[LetterState.RELEASED] == {LetterState.SCREENED}
    assert into[LetterState.SCREENED] == {LetterState.CHECKED}
    assert into[LetterState.CHECKED] == {LetterState.RECORDED}
    assert into[LetterState.DELIVERED] == {LetterState.READY}
    assert into[LetterState.READY] == {LetterState.RECEIVED}


def test_the_states_that_wait_are_told_by_the_table() -> None:
    assert {LetterState.RECORDED, LetterState.RECEIVED} == AWAITING_PREPARATION
    assert {LetterState.UNUSABLE, LetterState.RETAKE_WANTED} == AWAITING_TAKE


def test_the_drawing_shows_what_the_code_does() -> None:
    drawn = re.findall(r"^ *(\S+) --> (\S+): (\S+)$", DRAWING.read_text("utf-8"), re.MULTILINE)
    starts = {("[*]", state.value) for state in STARTS.values()}
    lines = {(at, to, deed) for at, to, deed in drawn if at != "[*]"}
    assert lines == {(at.value, to.value, deed.value) for (at, deed), to in TRANSITIONS.items()}
    assert {(at, to) for at, to, _ in drawn if at == "[*]"} == starts
