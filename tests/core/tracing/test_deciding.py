from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.tracing.core.deciding import (
    DEMONSTRATION_RULE,
    DecisionRule,
    Ranked,
    Reason,
    Verdict,
    decide_family,
)
from sangbong.tracing.core.evaluation import Evaluation, evaluate

RULE = DecisionRule(threshold_millibits=5_000, margin_millibits=2_000, text_en="", text_ko="")


def test_the_rule_signs_with_its_numbers() -> None:
    assert (RULE.mark, DEMONSTRATION_RULE.mark) == ("rule:5000/2000", "rule:6000/3000")


@pytest.mark.parametrize(
    ("family", "verdicts"),
    [
        ({1: []}, {1: Verdict(None, Reason.NOBODY)}),
        ({1: [Ranked(7, 4_999)]}, {1: Verdict(None, Reason.BELOW_THRESHOLD)}),
        ({1: [Ranked(7, 5_000)]}, {1: Verdict(7, Reason.ACCEPTED)}),
        (
            {1: [Ranked(7, 9_000), Ranked(8, 7_001)]},
            {1: Verdict(None, Reason.RIVAL_TOO_NEAR)},
        ),
        ({1: [Ranked(8, 7_000), Ranked(7, 9_000)]}, {1: Verdict(7, Reason.ACCEPTED)}),
        (
            {1: [Ranked(7, 9_000)], 2: [Ranked(7, 6_000), Ranked(8, 5_500)]},
            {1: Verdict(7, Reason.ACCEPTED), 2: Verdict(8, Reason.ACCEPTED)},
        ),
        (
            {1: [Ranked(7, 9_000)], 2: [Ranked(7, 8_500)]},
            {1: Verdict(None, Reason.RIVAL_TOO_NEAR), 2: Verdict(7, Reason.ACCEPTED)},
        ),
    ],
)
def test_a_family_is_decided_strongest_first(
    family: dict[int, list[Ranked]], verdicts: dict[int, Verdict]
) -> None:
    assert decide_family(family, RULE) == verdicts


FAMILIES = st.dictionaries(
    st.integers(1, 5),
    st.lists(
        st.builds(Ranked, st.integers(1, 6), st.integers(-5_000, 20_000)),
        max_size=5,
        unique_by=lambda each: each.person_id,
    ),
    max_size=5,
)


@given(FAMILIES)
def test_nobody_is_accepted_twice_and_everybody_above_the_threshold(
    family: dict[int, list[Ranked]],
) -> None:
    verdicts = decide_family(family, RULE)
    accepted = [v.person_id for v in verdicts.values() if v.person_id is not None]
    assert set(verdicts) == set(family)
    assert len(accepted) == len(set(accepted))
    for entry, verdict in verdicts.items():
        scores = {each.person_id: each.score_millibits for each in family[entry]}
        if verdict.person_id is not None:
            assert scores[verdict.person_id] >= RULE.threshold_millibits


def test_findings_are_measured_against_the_truth() -> None:
    truth = {("A", 1): "R-1", ("A", 2): None, ("B", 1): "R-2", ("B", 2): "R-3", ("C", 1): None}
    decided = {("A", 1): "R-1", ("A", 2): "R-9", ("B", 1): "R-3", ("B", 2): None, ("C", 1): None}
    report = evaluate(decided, truth)
    assert report == Evaluation(
        asked=5, present=3, decided=3, right=1, applications=3, applications_misled=2
    )
    assert (report.recall, report.precision) == (Fraction(1, 3), Fraction(1, 3))
    assert report.false_hope_per_1000 == Fraction(2000, 3)


def test_nobody_asked_is_nobody_misled() -> None:
    report = evaluate({}, {})
    assert (report.recall, report.precision, report.false_hope_per_1000) == (1, 1, 0)


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("ABC"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["R-1", "R-2", None]), st.sampled_from(["R-1", "R-2", None])),
    )
)
def test_rates_lie_between_none_and_all(pairs: dict[tuple[str, int], tuple[str, str]]) -> None:
    report = evaluate(
        {pair: found for pair, (found, _) in pairs.items()},
        {pair: true for pair, (_, true) in pairs.items()},
    )
    assert 0 <= report.recall <= 1
    assert 0 <= report.precision <= 1
    assert 0 <= report.false_hope_per_1000 <= 1000
