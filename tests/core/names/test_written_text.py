"""Written texts: rules X1 to X5 of `names/text.py`."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.text import clean_name, clean_text, composed


def refusal(raw: str, **limits: int) -> tuple[str, Place | None]:
    with pytest.raises(SangbongError) as caught:
        clean_text(raw, column="성명", **limits)
    return caught.value.code, caught.value.place


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (" 김순옥 ", "김순옥"),
        ("리영호", "리영호"),
        ("Ryu Yŏng-ho", "Ryu Yŏng-ho"),
        (unicodedata.normalize("NFD", "김순옥"), "김순옥"),
        ("金順玉", "金順玉"),
        ("", ""),
        ("\u3000김순옥\u3000", "김순옥"),
        ("\uf90a順玉", "\uf90a順玉"),
        (unicodedata.normalize("NFD", "이영희") + "(\uf9e1英姬)", "이영희(\uf9e1英姬)"),
        ("\U0002f804\u1112\u1175", "\U0002f804히"),
    ],
)
def test_a_text_is_kept_but_for_blanks_and_form(raw: str, kept: str) -> None:
    assert clean_text(raw, column="성명") == kept


@pytest.mark.parametrize(
    "hidden",
    ["\u3164", "\u115f", "\u1160", "\u200b", "\u202e", "\ufeff", "\ufe0f", "\U000e0041", "\x07"],
)
def test_a_character_that_cannot_be_seen_is_refused(hidden: str) -> None:
    assert refusal(f"김{hidden}순옥") == ("names.invisible_character", Place(column="성명"))


@pytest.mark.parametrize("strange", [0xE000, 0x0378, 0xD800, 0xFFFD])
def test_a_character_without_meaning_is_refused(strange: int) -> None:
    assert refusal(f"김{chr(strange)}") == ("names.unassigned_character", Place(column="성명"))


def test_a_text_of_ten_million_characters_is_refused_before_it_is_read() -> None:
    assert refusal("가" * 10_000_000) == ("names.too_long", Place(column="성명"))


def test_a_text_just_over_its_limit_is_refused_and_at_its_limit_kept() -> None:
    assert refusal("가" * 11, max_length=10) == ("names.too_long", Place(column="성명"))
    assert clean_text("가" * 10, column="성명", max_length=10) == "가" * 10


@pytest.mark.parametrize("formula", ["=1+1", "+82", "@SUM", "-김", "\t김"])
def test_a_name_that_a_spreadsheet_would_run_is_refused(formula: str) -> None:
    with pytest.raises(SangbongError) as caught:
        clean_name(formula, column="성명")
    assert (caught.value.code, caught.value.place) == ("names.formula", Place(column="성명"))


def test_a_plain_name_is_kept() -> None:
    assert clean_name(" 김순옥", column="성명") == "김순옥"


@pytest.mark.parametrize(
    ("raw", "code", "params"),
    [
        ("김\u200b순옥", "names.invisible_character", {"point": "U+200B", "position": 2}),
        (
            "\u1100\u1175\u11b7\u3164",
            "names.invisible_character",
            {"point": "U+3164", "position": 2},
        ),
        ("김순\ue000", "names.unassigned_character", {"point": "U+E000", "position": 3}),
    ],
)
def test_a_refusal_says_which_letter_it_is(raw: str, code: str, params: dict[str, object]) -> None:
    with pytest.raises(SangbongError) as caught:
        clean_text(raw, column="성명")
    assert (caught.value.code, caught.value.params) == (code, params)
    assert str(params["point"]) in caught.value.text("ko")
    assert str(params["position"]) in caught.value.text("en")


@pytest.mark.parametrize("lone", ["ㅇ", "\u1100", "\u11a8", "\uffa1", "ㅏ", "\u119e"])
def test_a_letter_without_its_syllable_is_refused_in_a_name_and_kept_in_a_note(lone: str) -> None:
    with pytest.raises(SangbongError) as caught:
        clean_name(f"김 {lone}", column="성명")
    assert caught.value.code == "names.lone_letter"
    assert caught.value.place == Place(column="성명")
    assert caught.value.params == {"letter": lone}
    assert clean_text(f"김 {lone}", column="비고") == f"김 {lone}"


def test_a_name_with_a_syllable_nobody_knows_is_kept() -> None:
    assert clean_name("김○순", column="성명") == "김○순"


@given(
    st.text(
        st.one_of(st.characters(), st.sampled_from("\uf900\uf90a\ufa0e가\u11a8\u0301é")),
        max_size=20,
    )
)
def test_composing_twice_changes_nothing_and_loses_no_duplicate(raw: str) -> None:
    once = composed(raw)
    assert composed(once) == once
    assert unicodedata.normalize("NFC", once) == unicodedata.normalize("NFC", raw)
    assert [c for c in once if "\uf900" <= c <= "\ufaff"] == [
        c for c in raw if "\uf900" <= c <= "\ufaff"
    ]


@given(st.text(max_size=40))
def test_what_was_cleaned_is_clean(raw: str) -> None:
    try:
        text = clean_text(raw, column="비고")
    except SangbongError:
        return
    assert clean_text(text, column="비고") == text == composed(text)
