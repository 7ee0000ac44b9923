"""The courier campaign's own eyes."""

from __future__ import annotations

import pytest
from campaigns.courier import PLANTED, forms_of, play

from sangbong.lab.simulator.papers import name_of

NAME = "남궁하람"


@pytest.mark.parametrize("seed", range(3))
def test_sticks_alone_bring_everything_once(seed: int) -> None:
    told = play(seed, 8)
    assert told.broken == ""
    assert told.counts["sticks"] > 0
    assert told.counts["bytes searched"] > 0
    assert sum(told.outcomes.values()) > 0


def test_what_was_read_before_a_restore_may_be_known_or_not() -> None:
    """The history that told us so: a stick that was cut short, of which the office forgot the reading."""
    assert play(164, 30).broken == ""


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_bug_is_caught(planted: str) -> None:
    assert any(play(seed, 20, planted).broken for seed in range(1, 6))


def test_a_name_is_looked_for_in_every_form_that_a_medium_may_hold() -> None:
    forms = forms_of(NAME)
    assert len(forms) == 7
    assert {NAME.encode(), NAME.encode("cp949"), NAME.encode("utf-16-le")} <= forms


def test_a_paper_s_person_has_four_syllables_or_more() -> None:
    assert min(len(name_of(content)) for content in range(5000)) == 8
