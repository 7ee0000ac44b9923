from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.romanization import free_readings, reading_of, revised, sound_key

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("이영호", "I Yeongho"),
        ("김순옥", "Gim Sunok"),
        ("한복남", "Han Boknam"),
        ("선우진", "Seonu Jin"),
        ("최", "Choe"),
        ("Kim", "Kim"),
    ],
)
def test_a_name_is_written_by_the_revised_romanization(hangul: str, latin: str) -> None:
    assert revised(hangul) == latin


@pytest.mark.parametrize(
    ("roman", "hangul"),
    [
        ("Lee Young Ho", "이영호"),
        ("Young-Ho Lee", "리영호"),
        ("RI Yong Ho", "이영호"),
        ("Chun, Soon-Ja", "전순자"),
        ("Chun, Soon-Ja", "천순자"),
        ("Kim Soon Ok", "김순옥"),
        ("Park Hee Ae", "박희애"),
    ],
)
def test_a_free_spelling_can_be_read_as_the_name(roman: str, hangul: str) -> None:
    assert reading_of(hangul) in free_readings(roman)


@pytest.mark.parametrize("roman", ["", "Kim", "Smith Jones", "123"])
def test_what_names_no_surname_has_no_reading(roman: str) -> None:
    assert free_readings(roman) == ()


def test_spellings_of_one_sound_share_a_key() -> None:
    assert {sound_key(name) for name in ("yeong", "young", "Yong")} == {"ong"}
    assert {sound_key(name) for name in ("hee", "hui", "hi")} == {"hi"}
    assert {sound_key(name) for name in ("ahn", "an")} == {"an"}
    assert {sound_key(name) for name in ("joh", "cho")} == {"co"}
    assert {sound_key(name) for name in ("hae", "hay", "he")} == {"he"}


@given(st.text(SYLLABLES, min_size=2, max_size=3))
def test_every_name_has_a_reading(name: str) -> None:
    surname, _, key = reading_of(name).partition("|")
    assert surname
    assert key
