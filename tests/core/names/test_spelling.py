from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.spelling import (
    fold,
    fold_word,
    is_hangul,
    jamo,
    north,
    northern_initials,
    split,
)

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
NAMES = st.text(SYLLABLES, min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("northern", "southern"),
    [
        ("리영호", "이영호"),
        ("최룡해", "최용해"),
        ("리선률", "이선율"),
        ("류나렬", "유나열"),
        ("김성렬", "김성렬"),
        ("로금녀", "노금녀"),
        ("신 립", "신입"),
        ("Ri Yong Ho", "riyongho"),
        ("", ""),
    ],
)
def test_northern_and_southern_spelling_fold_to_one(northern: str, southern: str) -> None:
    assert fold(northern) == southern


@given(NAMES)
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(NAMES)
def test_a_name_and_its_northern_spelling_fold_alike(name: str) -> None:
    surname, given_name = split(name)
    assert fold(north(name)) == fold(name) or fold_word(surname) != surname or not given_name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("김순옥", ("김", "순옥")),
        ("선우진", ("선우", "진")),
        ("남궁", ("남", "궁")),
        ("허 준", ("허", "준")),
        ("김", ("김", "")),
        ("Kim Sun-ok", ("KimSun-ok", "")),
        ("", ("", "")),
    ],
)
def test_surname_and_given_name_are_told_apart(name: str, parts: tuple[str, str]) -> None:
    assert split(name) == parts


@pytest.mark.parametrize(
    ("southern", "northern"),
    [("이용남", "리용남"), ("유순자", "류순자"), ("나옥분", "라옥분"), ("김순옥", "김순옥")],
)
def test_a_surname_gets_its_northern_spelling(southern: str, northern: str) -> None:
    assert north(southern) == northern


def test_a_syllable_knows_what_the_north_may_write() -> None:
    assert northern_initials("용") == ("용", "룡", "뇽")
    assert northern_initials("김") == ("김",)


def test_one_changed_letter_is_one_changed_character() -> None:
    left, right = jamo("순옥"), jamo("순욱")
    assert len(left) == len(right)
    assert sum(a != b for a, b in zip(left, right, strict=True)) == 1


def test_only_whole_syllables_are_hangul() -> None:
    assert [is_hangul(text) for text in ("김", "ㄱ", "", "金", "김A")] == [
        True,
        False,
        False,
        False,
        False,
    ]
