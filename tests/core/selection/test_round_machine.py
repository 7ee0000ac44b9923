from __future__ import annotations

import re
from pathlib import Path

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.selection.core.machine import TRANSITIONS, RoundDeed, RoundState, advance

DRAWING = Path(__file__).parents[3] / "docs" / "machines" / "round.md"


def test_the_drawing_and_the_code_show_the_same_transitions() -> None:
    drawn = re.findall(
        r"^(\w+) -- (\w+) --> (\w+)$", DRAWING.read_text(encoding="utf-8"), re.MULTILINE
    )
    coded = [(start.value, deed.value, end.value) for (start, deed), end in TRANSITIONS.items()]
    assert sorted(drawn) == sorted(coded)


def test_every_state_can_be_reached_and_every_state_leads_to_an_end() -> None:
    reached = {RoundState.PLANNED}
    for _ in RoundState:
        reached |= {end for (start, _deed), end in TRANSITIONS.items() if start in reached}
    assert reached == set(RoundState)
    ending = {RoundState.CLOSED, RoundState.CANCELLED}
    for _ in RoundState:
        ending |= {start for (start, _deed), end in TRANSITIONS.items() if end in ending}
    assert ending == set(RoundState)


def test_every_pair_of_state_and_deed_moves_or_is_refused_by_name() -> None:
    for state in RoundState:
        for deed in RoundDeed:
            if (state, deed) in TRANSITIONS:
                assert advance(state, deed) is TRANSITIONS[state, deed]
                continue
            with pytest.raises(SangbongError) as caught:
                advance(state, deed)
            assert caught.value.code == "selection.not_now"
            assert caught.value.params == {"state": state.value, "deed": deed.value}
