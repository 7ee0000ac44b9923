from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.programmes.criteria import FinalOrder
from sangbong.selection.core.hopes import (
    PairFact,
    PairOutcome,
    able_kin,
    outcome_of,
    reason_without_kin,
)
from sangbong.selection.core.lists import (
    AbleKin,
    Asked,
    Decision,
    Hopeful,
    final_list,
    second_list,
)
from sangbong.selection.core.reasons import (
    Health,
    Reason,
    Standing,
    Willingness,
    reason_text,
)

TIERS = ("direct", "sibling", "third_degree_plus")
WILLING, WELL = Willingness.WILLING, Health.WELL


def test_the_second_list_takes_the_willing_and_well_in_the_order_of_the_draw() -> None:
    asked = [
        Asked("E", 5, 81, WILLING, Health.WELL_WITH_HELP),
        Asked("A", 1, 91, WILLING, WELL),
        Asked("B", 2, 85, Willingness.NOT_WILLING, WELL),
        Asked("C", 3, 99, WILLING, Health.NOT_WELL),
        Asked("D", 4, 88, WILLING, Health.UNKNOWN),
        Asked("F", 6, 70, WILLING, WELL),
        Asked("G", 7, 95, WILLING, WELL),
        Asked("H", 8, 93, Willingness.UNREACHABLE, Health.UNKNOWN),
        Asked("I", 9, 97, Willingness.DIED, Health.UNKNOWN),
        Asked("J", 10, 90, None, Health.UNKNOWN),
    ]
    assert second_list(asked, places=2, reserves=2, all_pass_from_age=None) == [
        Decision("A", Standing.CHOSEN, 1, ""),
        Decision("D", Standing.CHOSEN, 2, ""),
        Decision("E", Standing.RESERVE, 1, "beyond_places"),
        Decision("F", Standing.RESERVE, 2, "beyond_places"),
        Decision("G", Standing.NOT_CHOSEN, None, "beyond_places"),
        Decision("B", Standing.NOT_CHOSEN, None, "not_willing"),
        Decision("C", Standing.NOT_CHOSEN, None, "not_well"),
        Decision("H", Standing.NOT_CHOSEN, None, "unreachable"),
        Decision("I", Standing.NOT_CHOSEN, None, "died"),
        Decision("J", Standing.NOT_CHOSEN, None, "not_asked"),
    ]


def test_where_the_rule_says_so_everybody_aged_90_passes_first() -> None:
    asked = [Asked("A", 1, 80, WILLING, WELL), Asked("B", 2, 90, WILLING, WELL)]
    assert second_list(asked, places=1, reserves=0, all_pass_from_age=90) == [
        Decision("B", Standing.CHOSEN, 1, ""),
        Decision("A", Standing.NOT_CHOSEN, None, "beyond_places"),
    ]


def hopeful(number: str, rank: int, age: int, *tiers: str) -> Hopeful:
    able = tuple(AbleKin(n, tier) for n, tier in enumerate(tiers, start=1))
    return Hopeful(number, rank, age, able, Reason.ALL_DEAD)


def test_the_final_list_takes_nearer_kin_first_then_the_older_then_the_draw() -> None:
    hopefuls = [
        hopeful("A", 1, 80, "third_degree_plus"),
        hopeful("B", 2, 85, "sibling"),
        hopeful("C", 3, 95, "third_degree_plus", "sibling"),
        hopeful("D", 4, 70, "direct"),
        hopeful("E", 5, 99),
        hopeful("F", 6, 85, "sibling"),
        hopeful("G", 7, 99, "neighbour"),
    ]
    decided = final_list(
        hopefuls,
        places=3,
        reserves=2,
        order=(FinalOrder.TIER, FinalOrder.AGE, FinalOrder.DRAW),
        tiers=TIERS,
    )
    assert decided == [
        Decision("D", Standing.CHOSEN, 1, ""),
        Decision("C", Standing.CHOSEN, 2, ""),
        Decision("B", Standing.CHOSEN, 3, ""),
        Decision("F", Standing.RESERVE, 1, "beyond_places"),
        Decision("A", Standing.RESERVE, 2, "beyond_places"),
        Decision("G", Standing.NOT_CHOSEN, None, "beyond_places"),
        Decision("E", Standing.NOT_CHOSEN, None, "all_dead"),
    ]


people = st.lists(
    st.builds(
        Asked,
        st.from_regex(r"[A-Z]{3}", fullmatch=True),
        st.integers(1, 10_000),
        st.integers(50, 105),
        st.none() | st.sampled_from(Willingness),
        st.sampled_from(Health),
    ),
    unique_by=(lambda person: person.application_no, lambda person: person.rank),
)


@given(people, st.integers(0, 20), st.integers(0, 5), st.none() | st.integers(80, 95))
def test_everybody_asked_gets_one_decision_and_places_count_from_one(
    asked: list[Asked], places: int, reserves: int, all_pass: int | None
) -> None:
    decided = second_list(asked, places=places, reserves=reserves, all_pass_from_age=all_pass)
    assert sorted(d.application_no for d in decided) == sorted(p.application_no for p in asked)
    for standing, most in ((Standing.CHOSEN, places), (Standing.RESERVE, reserves)):
        taken = [d.place for d in decided if d.standing is standing]
        assert taken == list(range(1, len(taken) + 1))
        assert len(taken) <= most
    assert all((d.reason == "") == (d.standing is Standing.CHOSEN) for d in decided)


def facts(*outcomes: PairOutcome) -> list[PairFact]:
    return [PairFact("A", n, "sibling", outcome) for n, outcome in enumerate(outcomes, start=1)]


def test_five_dead_brothers_and_a_living_niece_is_still_a_reunion() -> None:
    pairs = [*facts(*[PairOutcome.DEAD] * 5), PairFact("A", 6, TIERS[2], PairOutcome.CAN_MEET)]
    assert able_kin(pairs) == (AbleKin(6, "third_degree_plus"),)


@pytest.mark.parametrize(
    ("outcomes", "reason"),
    [
        ((), Reason.NO_REPLY),
        ((PairOutcome.DEAD, PairOutcome.NO_REPLY), Reason.NO_REPLY),
        ((PairOutcome.DEAD, PairOutcome.CANNOT_CONFIRM), Reason.CANNOT_CONFIRM),
        ((PairOutcome.CANNOT_CONFIRM, PairOutcome.NO_REPLY), Reason.NO_REPLY),
        ((PairOutcome.DEAD, PairOutcome.CANNOT_MEET), Reason.NOBODY_CAN_MEET),
        ((PairOutcome.DEAD, PairOutcome.DEAD), Reason.ALL_DEAD),
    ],
)
def test_the_reason_that_leaves_most_hope_is_told(
    outcomes: tuple[PairOutcome, ...], reason: Reason
) -> None:
    assert able_kin(facts(*outcomes)) == ()
    assert reason_without_kin(facts(*outcomes)) is reason


@pytest.mark.parametrize(
    ("state", "statement", "outcome"),
    [
        ("alive", "willing", PairOutcome.CAN_MEET),
        ("alive", "", PairOutcome.CAN_MEET),
        ("alive", "does_not_wish_to_meet", PairOutcome.CANNOT_MEET),
        ("alive", "cannot_travel", PairOutcome.CANNOT_MEET),
        ("alive", "만날 의사 없음", PairOutcome.CANNOT_MEET),
        ("dead", "", PairOutcome.DEAD),
        ("cannot_confirm", "", PairOutcome.CANNOT_CONFIRM),
        ("asked", "", PairOutcome.NO_REPLY),
        ("unread", "", PairOutcome.NO_REPLY),
    ],
)
def test_nobody_is_listed_against_their_word(
    state: str, statement: str, outcome: PairOutcome
) -> None:
    assert outcome_of(state, statement) is outcome


@pytest.mark.parametrize("language", ["en", "ko"])
def test_every_reason_has_its_own_words_and_a_strange_one_the_general_ones(language: str) -> None:
    general = reason_text("a_code_of_the_registers", language)  # type: ignore[arg-type]
    codes = [*Reason, "drawn", "drawn_reserve", "succeeded", "birth_unknown"]
    words = {reason_text(code, language) for code in codes}  # type: ignore[arg-type]
    assert len(words) == len(codes)
    assert general not in words
