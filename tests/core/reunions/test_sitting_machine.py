from __future__ import annotations

import re
from pathlib import Path

import pytest

from sangbong.kernel.errors import SangbongError, message
from sangbong.reunions.core.machine import (
    TRANSITIONS,
    Outcome,
    RefusalReason,
    SittingDeed,
    SittingState,
    advance,
)

DRAWING = Path(__file__).parents[3] / "docs" / "machines" / "sitting.md"


def test_the_drawing_and_the_code_show_the_same_transitions_of_a_sitting() -> None:
    drawn = re.findall(
        r"^(\w+) -- (\w+) --> (\w+)$", DRAWING.read_text(encoding="utf-8"), re.MULTILINE
    )
    coded = [(start.value, deed.value, end.value) for (start, deed), end in TRANSITIONS.items()]
    assert sorted(drawn) == sorted(coded)


def test_every_state_of_a_sitting_and_deed_moves_or_is_refused_by_name() -> None:
    for state in SittingState:
        for deed in SittingDeed:
            if (state, deed) in TRANSITIONS:
                assert advance(state, deed) is TRANSITIONS[state, deed]
                continue
            with pytest.raises(SangbongError) as caught:
                advance(state, deed)
            assert caught.value.code == "reunions.not_now"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_outcome_and_refusal_has_its_words(language: str) -> None:
    for outcome in Outcome:
        assert message(f"reunions.outcome.{outcome}", language)  # type: ignore[arg-type]
    for reason in RefusalReason:
        assert message(f"reunions.refusal.{reason}", language)  # type: ignore[arg-type]
