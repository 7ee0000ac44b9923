"""A thousand seeded forks: each found at the next contact, each proof stands by itself (rule LW7)."""

from __future__ import annotations

from campaigns import forks
from campaigns.result import Wishes


def test_a_thousand_forks_are_all_found_and_none_of_the_honest_is_accused():
    result = forks.run(Wishes(seed=20180625, trials=1_000, workers=1), say=lambda _: None)

    assert (result.trials, result.failures) == (1_000, 0)
    assert result.planted_bug_caught


def test_one_round_can_be_played_again():
    said: list[str] = []
    result = forks.run(Wishes(seed=7, trials=1, workers=1, only_round=3), say=said.append)

    assert (result.rounds, result.failures) == (1, 0)
    assert "round 3" in said[0]
