"""Northern and Southern spelling: rules S1 to S4 of `names/korean/spelling.py`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.spelling import (
    fold,
    fold_word,
    initial,
    is_hangul,
    is_long_surname,
    is_open_or_nieun,
    jamo,
    north,
    northern_initials,
    one_letter_off,
    split,
)

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
NAMES = st.text(SYLLABLES, min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("northern", "southern"),
    [
        ("리영호", "이영호"),
        ("최룡수", "최용수"),
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


@given(st.text(max_size=12))
def test_folding_any_text_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("\uf90a英姬", "金英姬"),
        ("RYU Yŏng", "ryu yo\u0306ng"),
        ("\uf9e1", "李"),
        ("α\u0345\u0301", "α\u0301\u0345"),
        ("이(\uf9e1)", "이(李)"),
    ],
)
def test_s3_duplicate_hanja_and_large_letters_meet_the_others(left: str, right: str) -> None:
    assert fold(left) == fold(right)


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


def test_s3_one_syllable_names_and_families_that_keep_their_letter_meet_the_others() -> None:
    assert fold("신립") == fold("신입")
    assert fold("최린") == fold("최인")
    assert fold("류순자") == fold("유순자")
    assert fold("라옥분") == fold("나옥분")
    assert fold("림철수") == fold("임철수")


@pytest.mark.parametrize(
    ("syllable", "southern"),
    [
        ("리", "이"),
        ("녀", "여"),
        ("로", "노"),
        ("률", "율"),
        ("김", "김"),
        ("A", "A"),
        ("李", "李"),
    ],
)
def test_s1_a_syllable_at_the_beginning_of_a_word(syllable: str, southern: str) -> None:
    assert initial(syllable) == southern


@pytest.mark.parametrize(
    ("syllable", "answer"), [("사", True), ("선", True), ("성", False), ("A", False), ("", False)]
)
def test_s2_a_vowel_or_nieun_at_the_end_is_seen(syllable: str, answer: bool) -> None:
    assert is_open_or_nieun(syllable) is answer


@given(NAMES)
def test_every_northern_spelling_of_a_syllable_folds_to_it(name: str) -> None:
    first = initial(name[0])
    assert {initial(each) for each in northern_initials(first)} == {first}


def test_a_long_surname_is_known_in_folded_form() -> None:
    assert [is_long_surname(word) for word in ("남궁", "독고", "김순")] == [True, True, False]


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        ("순옥", "순욱", True),
        ("순호", "순혹", True),
        ("영", "연", True),
        ("순옥", "순옥", False),
        ("순옥", "순자", False),
        ("이", "리", True),
        ("", "", False),
        ("수", "순영", False),
    ],
)
def test_one_letter_off_is_one_jamo_more_less_or_other(left: str, right: str, answer: bool) -> None:
    assert one_letter_off(left, right) is answer
    assert one_letter_off(right, left) is answer
