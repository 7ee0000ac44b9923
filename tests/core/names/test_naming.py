"""Korean names read by rules NK1 to NK8 of `names/korean/naming.py`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.naming import TRADITION, long_family_names
from sangbong.names.korean.spelling import fold, fold_word, north, split
from sangbong.names.person import NameKind, PersonName, Script, script_of
from sangbong.names.tradition import Part, Reading, tradition

SYLLABLES = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
FAMILIES = st.sampled_from("김이박최정강조윤장임한오서신권황안송전홍유고문양손배백허남심노하곽성차")
GIVENS = st.text(st.sampled_from("영순옥희철수진호용렬률녀림선로라리"), min_size=2, max_size=2)


def sure(form: str) -> Part:
    return Part(((form, 1.0),))


def read(text: str, kind: NameKind = NameKind.REGISTRY) -> tuple[Reading, ...]:
    return TRADITION.readings(PersonName(text, script_of(text), kind=kind))


def told(reading: Reading) -> str:
    """Family and given syllables, the likeliest of each; ? for an unknown part."""
    parts = (reading.family, *reading.given)
    return " ".join(part.options[0][0] if part.is_known else "?" for part in parts)


def test_a_northern_and_a_southern_spelling_are_read_alike() -> None:
    korean = tradition("korean")
    assert korean is TRADITION
    assert korean.code == "korean"
    north_side = korean.readings(PersonName("리영희", Script.HANGUL))
    assert north_side == korean.readings(PersonName("이영희", Script.HANGUL))
    assert north_side == (Reading(sure("이"), (sure("영"), sure("희"))),)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("선우진", ["선우 진", "선 우 진"]),
        ("남궁옥", ["남궁 옥"]),
        ("남궁옥분", ["남궁 옥 분"]),
        ("황보영", ["황보 영", "황 보 영"]),
        ("서문호", ["서 문 호", "서문 호"]),
        ("제갈련", ["제갈 연"]),
        ("김순", ["김 순"]),
        ("순옥", ["? 순 옥"]),
        ("김", ["김"]),
        ("남궁", ["남궁", "남 궁", "? 남 궁"]),
        ("김빛나라", ["김 빛 나 라"]),
    ],
)
def test_nk1_every_possible_border_is_read_the_likelier_first(
    text: str, readings: list[str]
) -> None:
    found = read(text)
    assert [told(reading) for reading in found] == readings
    assert sum(reading.weight for reading in found) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "told_as"),
    [
        ("최룡수", "최 용 수"),
        ("리선률", "이 선 율"),
        ("김성렬", "김 성 렬"),
        ("유나렬", "유 나 열"),
        ("신립", "신 입"),
        ("라옥분", "나 옥 분"),
    ],
)
def test_nk2_family_and_given_name_each_begin_a_word(text: str, told_as: str) -> None:
    assert told(read(text)[0]) == told_as


@pytest.mark.parametrize(
    ("text", "told_as"),
    [
        ("李英姬", "이 영 희"),
        ("金順女", "김 순 녀"),
        ("李성烈", "이 성 렬"),
        ("李先烈", "이 선 열"),
        ("이先렬", "이 선 열"),
        ("金○烈", "김 ? 열"),
        ("南宮玉", "남궁 옥"),
        ("諸葛玉", "제갈 옥"),
        ("남宮玉", "남궁 옥"),
        ("黃寶英", "황 보 영"),
        ("황寶英", "황보 영"),
        ("佐々木", "좌 좌 목"),
        ("\uf90a英姬", "금 영 희"),
    ],
)
def test_nk3_hanja_are_read_as_korean_syllables(text: str, told_as: str) -> None:
    assert told(read(text)[0]) == told_as


def test_nk3_a_letter_inside_a_name_is_mostly_kept() -> None:
    assert [dict(part.options) for part in read("金順女")[0].given] == [
        {"순": 1.0},
        {"녀": pytest.approx(0.9), "여": pytest.approx(0.1)},
    ]
    assert dict(read("金英烈")[0].given[1].options) == {
        "렬": pytest.approx(0.9),
        "열": pytest.approx(0.1),
    }
    assert dict(read("金宣烈")[0].given[1].options) == {"열": 1.0}


@pytest.mark.parametrize(
    "text",
    [
        "이(李)영희",
        "李(이)英姬",
        "이영희(李英姬)",
        "李英姬(이영희)",
        "이영희(異英姬)",
        "이-영희",
        "이 영·희",
    ],
)
def test_nk4_a_gloss_changes_no_reading_of_hangul(text: str) -> None:
    assert told(read(text)[0]) == "이 영 희"
    assert all(len(part.options) == 1 for part in (read(text)[0].family, *read(text)[0].given))


@pytest.mark.parametrize(
    ("text", "told_as"),
    [
        ("金(금)英姬", "금 영 희"),
        ("金英(영)姬(희)", "김 영 희"),
        ("金樂（악）準", "김 악 준"),
        ("이영희(영희)", "이 영 희"),
        ("金(김영)姬", "김 희"),
        ("이(Lee)영희", "이 영 희"),
    ],
)
def test_nk4_hangul_in_brackets_says_how_hanja_are_read(text: str, told_as: str) -> None:
    assert told(read(text)[0]) == told_as


@pytest.mark.parametrize(
    ("text", "told_as"),
    [("김○순", "김 ? 순"), ("김순×", "김 순 ?"), ("○영희", "? 영 희"), ("김□□", "김 ? ?")],
)
def test_nk5_a_sign_for_an_unknown_syllable_is_an_unknown_part(text: str, told_as: str) -> None:
    assert told(read(text)[0]) == told_as


@pytest.mark.parametrize(
    ("text", "kind", "told_as"),
    [
        ("복순", NameKind.HOUSE, "? 복 순"),
        ("복순이", NameKind.HOUSE, "? 복 순"),
        ("복희이", NameKind.HOUSE, "? 복 희 이"),
        ("이", NameKind.HOUSE, "? 이"),
        ("김복순", NameKind.HOUSE, "김 복 순"),
        ("순이", NameKind.HOUSE, "? 순"),
        ("마리아", NameKind.BAPTISMAL, "? 마 리 아"),
        ("김씨", NameKind.REGISTRY, "김"),
        ("金氏", NameKind.REGISTRY, "김"),
        ("리소사", NameKind.REGISTRY, "이"),
        ("남궁씨", NameKind.REGISTRY, "남궁"),
        ("박 씨", NameKind.REGISTRY, "박"),
    ],
)
def test_nk6_a_name_may_stand_without_the_family_s_or_the_family_s_alone(
    text: str, kind: NameKind, told_as: str
) -> None:
    assert told(read(text, kind)[0]) == told_as


@pytest.mark.parametrize(
    ("text", "told_as"),
    [
        ("이 영희", "이 영 희"),
        ("선 우진", "선 우 진"),
        ("선우 진", "선우 진"),
        ("유 복 순", "유 복 순"),
        ("영희 김", "김 영 희"),
        ("옥분 남궁", "남궁 옥 분"),
        ("김영 희", "김 영 희"),
        ("순옥 뷁", "? 순 옥 뷁"),
        ("李 英姬", "이 영 희"),
    ],
)
def test_nk7_a_border_that_the_writer_marked_is_believed(text: str, told_as: str) -> None:
    assert told(read(text)[0]) == told_as


def test_nk8_latin_letters_have_their_own_reader() -> None:
    assert told(read("Rhee Young-hi")[0]) == "이 영 희"


@pytest.mark.parametrize("text", ["", " ", "Λη", "김1", "♥", "...", "()"])
def test_what_is_no_name_is_not_read(text: str) -> None:
    assert read(text) == ()


def test_shares_and_nearness_are_those_of_the_tables() -> None:
    assert TRADITION.family_share("김") > TRADITION.family_share("남궁") > 0
    assert TRADITION.given_share("자", 1, sex="F", decade=1940) > TRADITION.given_share("자", 0)
    assert TRADITION.near("옥", "욱")
    assert not TRADITION.near("옥", "옥")
    assert {"남궁", "선우", "황보", "제갈", "독고"} <= long_family_names()


def test_signs_are_the_hanja_of_a_name() -> None:
    assert TRADITION.signs(PersonName("이(李)영희", Script.MIXED)) == ("李",)
    assert TRADITION.signs(PersonName("이영희", Script.HANGUL)) == ()
    assert TRADITION.same_sign("裵", "裴")


@given(FAMILIES, GIVENS)
def test_a_name_and_its_northern_spelling_are_read_alike(family: str, given_name: str) -> None:
    name = family + given_name
    assert read(north(name)) == read(name)
    assert any(told(reading).replace(" ", "") == fold(name) for reading in read(name))


@given(st.text(SYLLABLES, min_size=1, max_size=6))
def test_any_hangul_is_read_in_folded_parts_that_sum_to_one(text: str) -> None:
    found = read(text)
    assert found
    assert sum(reading.weight for reading in found) == pytest.approx(1)
    assert list(found) == sorted(found, key=lambda reading: -reading.weight)
    for reading in found:
        parts = (reading.family, *reading.given)
        assert "".join(part.options[0][0] for part in parts if part.is_known)
        if reading.family.is_known:
            family = reading.family.options[0][0]
            assert fold_word(family) == family


@given(st.text(SYLLABLES, min_size=3, max_size=4))
def test_the_border_of_split_is_among_the_readings(text: str) -> None:
    family, given_name = split(text)
    assert (fold_word(family), len(given_name)) in {
        (
            reading.family.options[0][0] if reading.family.is_known else fold_word(family),
            len(given_name),
        )
        for reading in read(text)
    }


@given(
    st.text(st.sampled_from("이영희李英姬○ ()々ヨKa·-씨"), max_size=10), st.sampled_from(NameKind)
)
def test_any_text_is_read_or_not_and_never_fails(text: str, kind: NameKind) -> None:
    found = read(text, kind)
    assert not found or sum(reading.weight for reading in found) == pytest.approx(1)
