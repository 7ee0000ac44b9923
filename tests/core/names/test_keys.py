"""Keys and likeness for millions of names: rules V1 to V4, W1 to W4."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sangbong.names.korean.frequencies import known_families, known_syllables
from sangbong.names.korean.keys import (
    BLOCKS_MAX,
    NameCodes,
    block_keys_of,
    codes_of,
    keys_of,
    likeness_of_pairs,
    likeness_table,
)
from sangbong.names.korean.naming import TRADITION, long_family_names
from sangbong.names.korean.sounds import hangul_skeleton, latin_skeleton
from sangbong.names.likeness import compare
from sangbong.names.person import PersonName, script_of

FAMILIES = sorted(known_families())
NORTHERN = ["리", "류", "림", "로", "라", "렴", "려", "량", "륙", "룡"]
SYLLABLES = [*sorted(known_syllables(0) | known_syllables(1)), "렬", "률", "룡", "림", "녀"]
hangul_names = st.builds(
    lambda family, given: family + "".join(given),
    st.sampled_from(FAMILIES + NORTHERN),
    st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=3),
)
long_names = st.builds(
    lambda family, given: family + "".join(given),
    st.sampled_from(sorted(long_family_names())),
    st.lists(st.sampled_from(SYLLABLES), min_size=1, max_size=2),
)


def same_block(left: str, right: str) -> bool:
    one, other = (set(row.tolist()) - {0} for row in block_keys_of([left, right]))
    return not one.isdisjoint(other)


# ---- V1: codes ----


@example(["강가", "국식가가", "은가", "선우진"])
@given(st.lists(st.one_of(hangul_names, long_names), min_size=1, max_size=20))
def test_the_code_is_the_likeliest_reading(texts: list[str]) -> None:
    codes = codes_of(texts)
    for text, family, syllables in zip(texts, codes.family, codes.given, strict=True):
        reading = TRADITION.readings(PersonName(text, script_of(text)))[0]
        forms = [part.options[0][0] for part in reading.given]
        assert [chr(code - 1 + 0xAC00) for code in syllables if code] == forms
        if not reading.family.is_known:
            assert family == 0
            continue
        assert (family & 0x8000 != 0) == (len(reading.family.options[0][0]) == 2)
        if len(reading.family.options[0][0]) == 1:
            assert chr(family - 1 + 0xAC00) == reading.family.options[0][0]


@pytest.mark.parametrize(
    "text",
    ["", " ", "x", "이", "Ж", "뷁", "김영희 (金)", "김영희\N{HANGUL SYLLABLE GA}" * 4, "선우진"],
)
def test_any_text_has_a_code_or_none(text: str) -> None:
    assert len(codes_of([text, "김영희"])) == 2
    assert block_keys_of([text]).shape == (1, BLOCKS_MAX)


def test_a_name_that_cannot_be_read_has_no_key() -> None:
    assert keys_of(["Ж"]).tolist() == [0]
    assert block_keys_of(["Ж"]).tolist() == [[0] * BLOCKS_MAX]


def test_many_names_are_coded_in_pieces() -> None:
    texts = ["김영희", "리영희"] * 40_000 + ["李英姬"]
    keys = keys_of(texts)
    assert len(set(keys.tolist())) == 2
    assert keys[-1] == keys[1]
    assert block_keys_of(texts)[-1, 0] == block_keys_of(texts[:2])[1, 0]


# ---- V2: keys ----


def test_one_name_in_any_script_has_one_key() -> None:
    assert len(set(keys_of(["이영희", "리영희", "李英姬", "이 영희", "Yi Yŏng-hŭi"]).tolist())) == 1
    assert len(set(keys_of(["이선율", "리선률"]).tolist())) == 1
    assert len(set(keys_of(["남궁옥분", "南宮玉粉"]).tolist())) == 1


def test_latin_syllables_are_folded_after_what_stands_before_them() -> None:
    assert keys_of(["Yi Tae-ryul"]) == keys_of(["이태율"])
    assert keys_of(["Yi Sang-ryul"]) == keys_of(["이상률"])


@given(st.lists(hangul_names, min_size=2, max_size=30, unique=True))
def test_keys_are_equal_only_for_equal_codes(texts: list[str]) -> None:
    codes, keys = codes_of(texts), keys_of(texts)
    rows = [(family, *given) for family, given in zip(codes.family, codes.given, strict=True)]
    assert len({tuple(map(int, row)) for row in rows}) == len(set(keys.tolist()))


# ---- V3: block keys ----


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("이영희", "Rhee Young-hi"),
        ("이영희", "LEE, Younghee"),
        ("리영희", "Young Hee Lee"),
        ("李英姬", "Ri Yong Hui"),
        ("전용수", "Chun Yong-soo"),
        ("천용수", "Chun Yong-soo"),
        ("이선율", "Ri Son Ryul"),
        ("남궁옥분", "Namkoong Ok Boon"),
        ("은경자", "Eun Kyung-ja"),
        ("金福順", "Kim Boksoon"),
        ("鄭順女", "정순녀"),
        ("어길애", "Eo Kil Ae"),
        ("박학규", "Park Hakkyu"),
        ("최은경", "Choi Eungyeong"),
        ("강도현", "Dohyun Kang"),
        ("유룡수", "Ryu Ryong Su"),
        ("강철룡", "Kang Chol-ryong"),
        ("임녹주", "Im Rok Ju"),
        ("문필환", "Moon Phil Whan"),
        ("조윤소", "Cho Yoon Soh"),
    ],
)
def test_writings_of_one_name_share_a_block(left: str, right: str) -> None:
    assert same_block(left, right)


def test_another_name_shares_none() -> None:
    assert not same_block("이영희", "이춘자")
    assert not same_block("이영희", "김영희")
    assert not same_block("이영희", "Lee Chun-ja")


def test_a_single_latin_word_has_no_block() -> None:
    assert block_keys_of(["Lee"]).tolist() == [[0] * BLOCKS_MAX]


@given(hangul_names)
def test_northern_and_southern_spelling_share_a_block(text: str) -> None:
    reading = TRADITION.readings(PersonName(text, script_of(text)))[0]
    if reading.family.is_known:
        folded = reading.family.options[0][0] + "".join(p.options[0][0] for p in reading.given)
        assert same_block(text, folded)


# ---- W1 to W4: skeletons ----


def test_spellings_of_one_name_have_one_skeleton() -> None:
    spellings = ["Young-hee", "Yŏng-hŭi", "Yong Hui", "Younghi", "YEONG HUI"]
    words = [tuple(each.replace("-", " ").split()) for each in spellings]
    assert {latin_skeleton(each) for each in words} == {hangul_skeleton("영희")}


def test_a_skeleton_has_fifteen_sounds_at_most() -> None:
    assert hangul_skeleton("강" * 9) < 1 << 60
    assert latin_skeleton(("kamtapka" * 5,)) < 1 << 60
    assert hangul_skeleton("") == latin_skeleton(()) == latin_skeleton(("1",)) == 0


# ---- V4: likeness ----


def of_pairs(left: str, right: str, **known: object) -> int:
    return int(likeness_of_pairs(codes_of([left]), codes_of([right]), **known)[0])  # type: ignore[arg-type]


def of_names(left: str, right: str, **known: object) -> int:
    one, other = (PersonName(text, script_of(text)) for text in (left, right))
    return compare(one, other, tradition=TRADITION, **known).millibits  # type: ignore[arg-type]


def is_sure(text: str) -> bool:
    readings = TRADITION.readings(PersonName(text, script_of(text)))
    return len(readings) == 1 and all(len(p.options) == 1 for p in readings[0].given)


@given(hangul_names, hangul_names)
def test_the_likeness_of_codes_is_that_of_the_names(left: str, right: str) -> None:
    if is_sure(left) and is_sure(right):
        assert of_pairs(left, right) == of_names(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("김영희", "김영희"),
        ("김영희", "김영휘"),
        ("김영희", "김영"),
        ("김희", "김영희"),
        ("김영희", "박춘자"),
        ("김영희", "Ж"),
        ("Ж", "김영희"),
    ],
)
def test_the_likeness_of_codes_holds_at_the_edges(left: str, right: str) -> None:
    if is_sure("김영") and right != "Ж" != left:
        assert of_pairs(left, right, sex="F", decade=1940) == of_names(
            left, right, sex="F", decade=1940
        )
    else:
        assert of_pairs(left, right) == 0


def test_a_long_family_name_is_weighed_as_one() -> None:
    assert of_pairs("남궁옥분", "남궁옥분") > of_pairs("남옥분", "남옥분")
    assert of_pairs("남궁옥분", "남옥분") < of_pairs("남궁옥분", "남궁옥분") - 10_000


def test_the_table_is_every_pair() -> None:
    left, right = codes_of(["김영희", "이춘자", "김영"]), codes_of(["리춘자", "김영희"])
    table = likeness_table(left, right)
    pairs = likeness_of_pairs(
        NameCodes(left.family.repeat(2), left.given.repeat(2, axis=0)),
        NameCodes(np.tile(right.family, 3), np.tile(right.given, (3, 1))),
    )
    assert table.shape == (3, 2)
    assert table.ravel().tolist() == pairs.tolist()
    assert table[0, 1] > 6_000 > table[0, 0]
