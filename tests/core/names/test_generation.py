"""Generation syllables: rules G1 to G6 of `names/korean/generation.py`."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.generation import (
    EVIDENCE_MAX,
    GenerationEvidence,
    GenerationMark,
    Link,
    element_evidence,
    generation_mark,
    mark_evidence,
    parent_evidence,
    sibling_evidence,
)

SYLLABLES = st.sampled_from("영순옥희철수진호용궉")
GIVEN = st.tuples(SYLLABLES, SYLLABLES)


def test_g1_a_shared_syllable_at_one_place_speaks_for_siblings() -> None:
    found = sibling_evidence("병호", "병철", sexes=("M", "M"), decade=1930)
    assert (found.link, found.syllable, found.place) == (Link.SHARED, "병", 0)
    assert found.millibits > 2000


def test_g1_a_rare_syllable_says_more_than_a_common_one() -> None:
    rare = sibling_evidence("궉호", "궉철", sexes=("M", "M"))
    common = sibling_evidence("영자", "순자", sexes=("F", "F"), decade=1940)
    assert rare.millibits == round(1000 * EVIDENCE_MAX)
    assert common.place == 1
    assert 0 < common.millibits < 2000


def test_g1_the_same_syllable_at_another_place_is_not_shared() -> None:
    assert sibling_evidence("병호", "철병").link is Link.APART


def test_g2_absence_says_little() -> None:
    brothers = sibling_evidence("병호", "영철", sexes=("M", "M"))
    sister = sibling_evidence("병호", "순옥", sexes=("M", "F"))
    unknown = sibling_evidence("병호", "순옥", sexes=("M", ""))
    assert -1400 < brothers.millibits < unknown.millibits < sister.millibits < 0


def test_two_siblings_never_bear_one_name() -> None:
    assert sibling_evidence("병호", "병호") == GenerationEvidence(Link.SAME_NAME, 0)


def test_g3_the_place_alternates_with_the_generations() -> None:
    mark = generation_mark(["병호", "병철", "순옥", "병수"])
    assert mark == GenerationMark("병", 0, 3)
    assert mark.place_of_children == 1


@pytest.mark.parametrize(
    "givens", [[], ["병호"], ["병호", "영철"], ["병호", "병철", "영수", "영진"]]
)
def test_no_mark_where_nothing_or_too_much_is_shared(givens: list[str]) -> None:
    assert generation_mark(givens) is None


def test_g4_a_child_bears_no_syllable_of_its_parent() -> None:
    assert parent_evidence("병호", "호진") == GenerationEvidence(Link.SHARED, -3322, "호", 0)
    assert parent_evidence("병호", "영진") == GenerationEvidence(Link.APART, 0)


@pytest.mark.parametrize("short", ["", "구", "빛나라", ("영", "")])
def test_g6_other_lengths_and_unknown_syllables_say_nothing(short: str) -> None:
    nothing = GenerationEvidence(Link.UNREADABLE, 0)
    assert sibling_evidence(short, "병호") == nothing
    assert parent_evidence("병호", short) == nothing
    assert mark_evidence(GenerationMark("병", 0, 2), short) == nothing
    assert element_evidence(short, "炳浩") == nothing
    assert generation_mark([short, short]) is None


CLAN = "錫澤植炳基鎭源柱烈均鍾浩東炯圭鎔"
"""Published syllables of one clan, generation by generation. Source: ja.wikipedia 海州呉氏."""


def test_g5_the_published_syllables_of_a_clan_follow_the_elements() -> None:
    for father, son in pairwise(CLAN):
        found = element_evidence(f"{father}世", f"世{son}")
        assert found == GenerationEvidence(Link.FOLLOWS, 1365, son, 1)
        assert element_evidence(f"世{father}", f"{son}世").place == 0
        assert element_evidence(f"{father}世", f"{son}世").link is Link.APART
        assert element_evidence(f"世{son}", f"{father}世").link is Link.APART


def test_g5_what_does_not_follow_says_little() -> None:
    assert element_evidence("世昌", "明洙") == GenerationEvidence(Link.APART, -515)


def test_a_known_mark_says_more_than_one_sibling_alone() -> None:
    mark = GenerationMark("병", 0, 2)
    with_mark = mark_evidence(mark, "병진", sex="M", decade=1930)
    assert with_mark.link is Link.SHARED
    assert (
        with_mark.millibits
        > sibling_evidence("병호", "병진", sexes=("M", "M"), decade=1930).millibits
    )
    assert (
        mark_evidence(mark, "영진", sex="F").millibits
        > mark_evidence(mark, "영진", sex="M").millibits
    )
    assert mark_evidence(mark, "영진").link is Link.APART


@given(GIVEN, GIVEN, st.sampled_from(["", "M", "F"]), st.sampled_from([None, 1930]))
def test_evidence_is_bounded_and_symmetric_for_one_sex(
    left: tuple[str, str], right: tuple[str, str], sex: str, decade: int | None
) -> None:
    found = sibling_evidence(left, right, sexes=(sex, sex), decade=decade)
    assert found == sibling_evidence(right, left, sexes=(sex, sex), decade=decade)
    assert -1400 < found.millibits <= round(1000 * EVIDENCE_MAX)
