from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.text import clean_name, clean_text


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


@given(st.text(max_size=40))
def test_what_was_cleaned_is_clean(raw: str) -> None:
    try:
        text = clean_text(raw, column="비고")
    except SangbongError:
        return
    assert clean_text(text, column="비고") == text == unicodedata.normalize("NFC", text)
