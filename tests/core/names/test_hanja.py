"""Readings of Hanja: rules H1 to H5 of `names/korean/hanja.py`, and S4 of `spelling.py`."""

from __future__ import annotations

import csv
import unicodedata
from functools import cache
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean import hanja
from sangbong.names.korean.hanja import (
    base_readings,
    confirms,
    hanja_readings,
    is_duplicate,
    is_hanja,
    long_families,
    northern_forms,
    northern_readings,
    same_hanja,
)
from sangbong.names.korean.naming import TRADITION
from sangbong.names.korean.spelling import fold, fold_word, initial
from sangbong.names.korean.tables import rows
from sangbong.names.person import PersonName, Script


@cache
def characters() -> list[str]:
    text = files("sangbong.names.korean").joinpath("data", "hanja_readings.csv").read_text("utf-8")
    return [row["character"] for row in csv.DictReader(text.splitlines())]


HANJA = st.sampled_from(characters())


def sounds(character: str, *, family: bool = False) -> list[str]:
    return [sound for sound, _ in hanja_readings(character, family=family)]


@pytest.mark.parametrize(
    ("character", "base", "first"),
    [
        ("李", ["리"], ["이"]),
        ("英", ["영"], ["영"]),
        ("女", ["녀"], ["여"]),
        ("烈", ["렬"], ["열"]),
        ("樂", ["락", "악", "요"], ["낙", "악", "요"]),
        ("盧", ["로"], ["노"]),
        ("兪", ["유"], ["유"]),
        ("異", ["이", "리"], ["이"]),
        ("丂", [], []),
        ("A", [], []),
    ],
)
def test_h1_the_base_reading_keeps_its_letter_and_the_first_place_drops_it(
    character: str, base: list[str], first: list[str]
) -> None:
    assert [sound for sound, _ in base_readings(character)] == base
    assert sounds(character) == first


@pytest.mark.parametrize(
    ("character", "family", "given_name"),
    [("金", "김", "금"), ("沈", "심", "침"), ("車", "차", "거"), ("林", "임", "임")],
)
def test_h2_a_surname_is_read_as_the_surname(character: str, family: str, given_name: str) -> None:
    assert sounds(character, family=True)[0] == family
    assert sounds(character)[0] == given_name


def test_h2_every_surname_of_the_table_is_read_as_it_says() -> None:
    for row in rows("surname_hanja"):
        if len(row["hanja"]) == 1:
            assert initial(row["north"]) == row["family"]
            assert row["family"] in sounds(row["hanja"], family=True)
            assert row["north"] in northern_readings(row["hanja"], family=True)
        else:
            assert long_families()[row["hanja"]] == row["family"]
            assert confirms(row["family"], row["hanja"]) or row["family"] in {"어금", "망절"}


def test_h3_a_duplicate_is_read_by_its_own_reading() -> None:
    assert sounds("\uf90a") == ["금"]
    assert sounds("\uf90a", family=True) == ["금", "김"]
    assert sounds("\uf9e1") == ["이"]
    assert northern_readings("\uf9e1", family=True) == ("리",)
    assert is_duplicate("\uf90a")
    assert not is_duplicate("金")


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        ("裵英姬", "裴英姫", True),
        ("曺", "曹", True),
        ("廣", "広", True),
        ("劉", "刘", True),
        ("\uf9e1英姬", "李英姬", True),
        ("呉", "吳", True),
        ("沢", "澤", True),
        ("李", "異", False),
        ("李英", "李", False),
        ("", "", True),
    ],
)
def test_h4_variants_are_one_character(left: str, right: str, answer: bool) -> None:
    assert same_hanja(left, right) is answer
    assert same_hanja(right, left) is answer


@pytest.mark.parametrize(
    ("simple", "sound"), [("刘", "유"), ("顺", "순"), ("沢", "택"), ("広", "광")]
)
def test_h4_a_simplified_or_japanese_form_has_its_variant_s_readings(
    simple: str, sound: str
) -> None:
    assert sounds(simple) == [sound]


@pytest.mark.parametrize(
    ("hangul", "written", "answer"),
    [
        ("이영희", "李英姬", True),
        ("리영희", "李英姬", True),
        ("이영희", "\uf9e1英姫", True),
        ("김순녀", "金順女", True),
        ("금순녀", "金順女", True),
        ("김순옥", "金順女", False),
        ("김순옥", "", False),
        ("김순", "金順玉", False),
    ],
)
def test_h5_hanja_confirm_a_hangul_name(hangul: str, written: str, answer: bool) -> None:
    assert confirms(hangul, written) is answer


@pytest.mark.parametrize(
    ("name", "known", "forms"),
    [
        ("이영희", {}, ("이영희",)),
        ("이영희", {"hanja": "李英姬"}, ("리영희",)),
        ("이영희", {"hanja": "異英姬"}, ("이영희",)),
        ("임철수", {"hanja": "林哲洙"}, ("림철수",)),
        ("임철수", {"hanja": "任哲洙"}, ("임철수",)),
        ("유선율", {"hanja": "柳宣律"}, ("류선률",)),
        ("남궁옥녀", {"hanja": "南宮玉女"}, ("남궁옥녀",)),
        ("최용수", {"hanja": "崔龍洙"}, ("최룡수",)),
        ("최용수", {"hanja": "崔勇洙"}, ("최용수",)),
        ("최용수", {"hanja": "崔順玉"}, ("최용수",)),
        ("최용수", {"reported": "최룡수"}, ("최룡수",)),
        ("최용수", {"reported": "최순옥"}, ("최용수",)),
        ("이영희", {"hanja": "\uf9e1英姬"}, ("리영희",)),
        ("이락", {"hanja": "李樂"}, ("리락",)),
        ("유노", {"hanja": "柳怒"}, ("류노", "류로")),
    ],
)
def test_s4_a_northern_spelling_is_told_by_hanja_or_paper_only(
    name: str, known: dict[str, str], forms: tuple[str, ...]
) -> None:
    assert northern_forms(name, **known) == forms


@given(st.lists(HANJA, min_size=2, max_size=3), st.data())
def test_a_northern_form_folds_to_the_name(signs: list[str], data: st.DataObject) -> None:
    written = "".join(signs)
    choices = [[s for s, _ in base_readings(sign)] for sign in signs]
    base = "".join(data.draw(st.sampled_from(each)) for each in choices)
    southern = fold(base)
    for form in northern_forms(southern, hanja=written):
        assert fold(form) == southern


@given(HANJA)
def test_readings_sum_to_one_and_are_syllables(character: str) -> None:
    for found in (
        base_readings(character),
        hanja_readings(character),
        hanja_readings(character, family=True),
    ):
        assert sum(share for _, share in found) == pytest.approx(1)
        assert all("가" <= sound <= "힣" and len(sound) == 1 for sound, _ in found)
    assert is_hanja(character)
    assert all(initial(sound) == sound for sound, _ in hanja_readings(character))


@given(HANJA)
def test_a_character_is_itself_and_its_composed_form(character: str) -> None:
    assert same_hanja(character, unicodedata.normalize("NFC", character))
    assert same_hanja(character, character)


@given(HANJA, st.lists(HANJA, min_size=1, max_size=2), st.data())
def test_every_hanja_name_finds_itself_by_every_reading(
    family: str, given_name: list[str], data: st.DataObject
) -> None:
    """Read in Hangul by any listed reading, both readings share options at every syllable."""
    syllables = [data.draw(st.sampled_from(base_readings(sign)))[0] for sign in given_name]
    surname = data.draw(st.sampled_from(hanja_readings(family, family=True)))[0]
    text = f"{family}{''.join(given_name)}"
    hangul = [surname, *fold_word("".join(syllables))]
    for reading in TRADITION.readings(PersonName(text, Script.HANJA)):
        if len(reading.given) != len(given_name) or not reading.family.is_known:
            continue
        for part, sound in zip((reading.family, *reading.given), hangul, strict=True):
            assert sound in dict(part.options)


def test_the_table_weighs_little() -> None:
    table = hanja._table()
    assert len(table) > 12_000
    assert all(readings for readings, _ in table.values())


@pytest.mark.parametrize(
    "table",
    [
        "surname_hanja",
        "hanja_variants",
        "colonial_families",
        "japanese_readings",
        "japanese_name_readings",
        "five_elements",
        "cyrillic_families",
    ],
)
def test_every_row_of_a_table_names_its_source(table: str) -> None:
    assert rows(table)
    assert all(row["source"] for row in rows(table))
