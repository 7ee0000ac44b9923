"""Names of the colonial years: rules C1 to C5 of `names/korean/colonial.py`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.colonial import (
    heard_given,
    is_made_in_sounds,
    made_family,
    made_family_in_hangul,
    sound_readings,
    sounds,
)
from sangbong.names.korean.naming import TRADITION
from sangbong.names.korean.tables import rows
from sangbong.names.person import NameKind, PersonName, script_of
from sangbong.names.tradition import UNKNOWN_PART, Part, Reading


def read(text: str, kind: NameKind = NameKind.COLONIAL) -> tuple[Reading, ...]:
    return TRADITION.readings(PersonName(text, script_of(text), kind=kind))


def likeliest(found: Part) -> str:
    return found.options[0][0]


def best(text: str, kind: NameKind = NameKind.COLONIAL) -> str:
    first = read(text, kind)[0]
    family = likeliest(first.family) if first.family.is_known else "?"
    return " ".join((family, *map(likeliest, first.given)))


@pytest.mark.parametrize(
    ("signs", "family", "size"),
    [
        ("金山英姬", "김", 2),
        ("新井順玉", "박", 2),
        ("張本順玉", "장", 2),
        ("林順玉", "임", 1),
        ("國本順玉", "이", 2),
    ],
)
def test_c1_a_made_family_name_suggests_the_families_it_was_made_from(
    signs: str, family: str, size: int
) -> None:
    made = made_family(signs)
    assert made is not None
    assert (likeliest(made.families), made.size, made.in_table) == (family, size, True)
    assert len(made.families.options) > 1
    assert sum(share for _, share in made.families.options) == pytest.approx(1)


def test_c2_a_made_name_of_no_table_still_keeps_its_character() -> None:
    made = made_family("崔原順玉")
    assert made is not None
    assert (likeliest(made.families), made.in_table) == ("최", False)
    assert made.families.options[0][1] < 0.7
    assert made_family("李英姬") is None
    assert made_family("丁") is None


@pytest.mark.parametrize(
    "written", ["가네야마", "카네야마", "カネヤマ", "かねやま", "Kaneyama", "ｶﾈﾔﾏ", "KANEYAMA"]
)
def test_c4_one_name_sounds_alike_in_every_script(written: str) -> None:
    assert sounds(written) == "kaneyama"


@pytest.mark.parametrize(
    ("written", "sound"),
    [
        ("마쓰모토", "macumoto"),
        ("마츠모토", "macumoto"),
        ("マツモト", "macumoto"),
        ("Matsumoto", "macumoto"),
        ("오오야마", "oyama"),
        ("Ōyama", "oyama"),
        ("オオヤマ", "oyama"),
        ("준이치", "cunici"),
        ("ジュンイチ", "cunici"),
        ("Jun'ichi", "cunici"),
        ("カネダ", "kaneta"),
        ("ガネダ", "kaneta"),
        ("가네타", "kaneta"),
        ("Kaneda", "kaneta"),
        ("シンバ", "sinpa"),
        ("신파", "sinpa"),
        ("ハットリ", "hatori"),
        ("핫토리", "hatori"),
        ("ショー", "so"),
        ("ェ", ""),
        ("ヲ", "o"),
        ("박", ""),
        ("金山", ""),
        ("Kim2", ""),
        ("", ""),
    ],
)
def test_c4_voice_and_length_are_not_compared(written: str, sound: str) -> None:
    assert sounds(written) == sound


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("가네야마 에이키", "김 영 희"),
        ("가네야마에이키", "김 영 희"),
        ("Kaneyama Eiki", "김 영 희"),
        ("カネヤマ・エイキ", "김 영 희"),
        ("긴 에이키", "김 영 희"),
        ("보쿠 준교쿠", "박 순 옥"),
        ("新井順玉", "박 순 옥"),
        ("金山英姬", "김 영 희"),
        ("金山玉", "김 옥"),
        ("金山", "김"),
        ("금산영희", "김 영 희"),
        ("김산영희", "김 영 희"),
        ("金本ヨシ子", "김 경 자"),
        ("金本よしこ", "김 경 자"),
        ("고바야시 에이키", "? 영 희"),
        ("하야시 에이키", "임 영 희"),
    ],
)
def test_c3_a_colonial_name_leads_back_to_the_korean_one(written: str, name: str) -> None:
    assert best(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("이영희", "이 영 희"),
        ("이 영희", "이 영 희"),
        ("김옥", "김 옥"),
        ("李英姬", "이 영 희"),
        ("남궁옥", "남궁 옥"),
    ],
)
def test_a_name_that_was_never_changed_is_read_as_it_is(written: str, name: str) -> None:
    assert best(written) == name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("가네야마 에이키", "김 영 희"),
        ("가네야마에이키", "김 영 희"),
        ("カネヤマ ヨシコ", "김 경 자"),
        ("金山英姬", "김 영 희"),
        ("金山玉", "김 산 옥"),
        ("新井ヨシ子", "박 경 자"),
    ],
)
def test_a_made_name_is_known_where_the_paper_does_not_say_so(written: str, name: str) -> None:
    assert best(written, NameKind.REGISTRY) == name


def test_three_characters_may_hold_a_made_family_name() -> None:
    families = [len(reading.given) for reading in read("金山玉", NameKind.REGISTRY)]
    assert families == [2, 1]


def test_c5_sounds_that_are_a_made_and_a_korean_name_are_both() -> None:
    families = {likeliest(family) for family, _, _ in sound_readings("Hayashi Eiki")}
    assert families == {"임"}
    both = sound_readings("Minami Eiki")
    assert likeliest(both[0][0]) == "남"


@pytest.mark.parametrize("text", ["", " ", "박 순옥", "ョー", "金山 英姬", "아에이오우"])
def test_what_is_no_japanese_name_is_not_read_as_one(text: str) -> None:
    assert sound_readings(text) == ()


def test_a_family_name_without_a_given_name_has_no_parts() -> None:
    assert [given for _, given, _ in sound_readings("가네야마")] == [()]
    assert [given for _, given, _ in sound_readings("가네야마 뽀뽀뽀뽀뽀")] == [()]
    assert read("金山ぉ")[0].given == ()


def test_a_given_name_in_kana_and_characters_has_a_part_each() -> None:
    assert [likeliest(part) for part in heard_given("ヨシ子")] == ["경", "자"]
    assert heard_given("ぉ子")[0] == UNKNOWN_PART
    assert dict(heard_given("ぉ律")[1].options).keys() == {"률"}
    assert dict(heard_given("キ律")[1].options).keys() == {"율"}
    assert heard_given("") == ()


@pytest.mark.parametrize("text", ["ヨシ子", "英姬ヨ", "夢ヨシ"])
def test_kana_behind_no_made_family_name_are_not_read(text: str) -> None:
    assert read(text) == ()


def test_a_long_hangul_name_that_sounds_made_is_known() -> None:
    assert is_made_in_sounds("가네야마영희")
    assert not is_made_in_sounds("김빛나라별")
    assert made_family_in_hangul("빛나라") is None


def test_every_row_of_the_table_is_read_back() -> None:
    for row in rows("colonial_families"):
        made = made_family(row["kanji"] + "順玉")
        assert made is not None
        assert row["family"] in dict(made.families.options)
        assert sounds(row["reading"])
        assert 0 < float(row["share"]) < 1
        assert row["source"]
        heard = sound_readings(f"{row['reading']} eiki")
        assert row["family"] in {form for family, _, _ in heard for form, _ in family.options}


@given(
    st.text(st.sampled_from("가네야마에이키요시코金山英子カネヤマヨシコ abkenyo·ー-"), max_size=14),
    st.sampled_from([NameKind.COLONIAL, NameKind.REGISTRY]),
)
def test_any_text_is_read_or_not_and_its_weights_sum_to_one(text: str, kind: NameKind) -> None:
    found = read(text, kind)
    assert not found or sum(reading.weight for reading in found) == pytest.approx(1)
    for reading in found:
        for part in (reading.family, *reading.given):
            assert not part.is_known or sum(share for _, share in part.options) == pytest.approx(1)
