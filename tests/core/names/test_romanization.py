from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.romanization import (
    free_readings,
    free_spellings,
    mccune_reischauer,
    northern,
    reading_of,
    revised,
    sound_key,
    yale,
)
from sangbong.names.korean.spelling import fold_word
from sangbong.names.korean.tables import rows

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
    ("hangul", "joined", "hyphened"),
    [
        ("민용하", "Min Yongha", "Min Yong-ha"),
        ("송나리", "Song Nari", "Song Na-ri"),
        ("한복남", "Han Boknam", "Han Bok-nam"),
        ("홍빛나", "Hong Bitna", "Hong Bit-na"),
    ],
)
def test_the_examples_of_the_notice_of_2000(hangul: str, joined: str, hyphened: str) -> None:
    """Source: Notice 2000-8 of the Ministry of Culture and Tourism, chapter 3, article 4."""
    assert (revised(hangul), revised(hangul, hyphen=True)) == (joined, hyphened)  # rule M2


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("김철원", "Kim Ch'ŏr-wŏn"),
        ("이석민", "Yi Sŏng-min"),
        ("류성민", "Yu Sŏng-min"),
        ("나민주", "Na Min-ju"),
        ("라민주", "Na Min-ju"),
        ("오영혜", "O Yŏng-hye"),
        ("김창룡", "Kim Ch'ang-nyong"),
        ("김철운", "Kim Ch'ŏr-un"),
        ("안응렬", "An Ŭng-nyŏl"),
        ("박목월", "Pak Mog-wŏl"),
        ("김리나", "Kim Ri-na"),
        ("최란", "Ch'oe Ran"),
        ("하리수", "Ha Ri-su"),
        ("이류환", "Yi Ryu-hwan"),
        ("이율곡", "Yi Yul-gok"),
    ],
)
def test_the_examples_of_the_library_rules(hangul: str, latin: str) -> None:
    """Source: ALA-LC, Korean romanization and word division, pages 3 and 12 to 14."""
    assert mccune_reischauer(hangul) == latin  # rule M1


@pytest.mark.parametrize(
    ("given_name", "latin"),
    [
        ("길동", "Kil-tong"),  # ㄷ and ㅈ after ㄹ are not voiced
        ("길자", "Kil-cha"),
        ("연가", "Yŏn-ga"),
        ("아연가", "Ayŏn'ga"),  # joined, ㄴㄱ is told from ㅇ
        ("설난", "Sŏl-lan"),
        ("선란", "Sŏl-lan"),
        ("나라", "Na-ra"),
        ("갑녀", "Kam-nyŏ"),
        ("갑례", "Kam-nye"),
        ("점례", "Chŏm-nye"),
        ("빛나", "Pin-na"),
        ("빛이", "Pich'-i"),
        ("옥기", "Ok-ki"),
        ("복희", "Pok-hŭi"),
        ("좋고", "Cho-k'o"),
        ("좋나", "Chon-na"),
        ("좋소", "Cho-so"),
        ("짝쇠", "Tchak-soe"),
        ("정", "Chŏng"),
    ],
)
def test_sounds_that_meet_change_as_heard(given_name: str, latin: str) -> None:
    """Source: McCune and Reischauer 1939, the table of finals and initials."""
    assert mccune_reischauer("김" + given_name) == f"Kim {latin}"


def test_signs_may_be_left_out() -> None:
    assert mccune_reischauer("최응철", signs=False) == "Choe Ung-chol"


def test_the_surnames_of_the_table_agree_with_the_rules() -> None:
    for row in rows("surname_romanizations"):
        surname = row["hangul_south"]
        alone = {"이": "Yi", "류": "Yu", "라": "Na"}.get(surname, row["mr"])
        assert revised(f"{surname} 영 희".replace(" ", "")).split()[0] == row["rr"]
        assert mccune_reischauer(f"{surname}영희").split()[0] == alone


@pytest.mark.parametrize(
    ("hangul", "latin"),
    [
        ("이영희", "I Yeng-huy"),
        ("최종구", "Choy Cong-kwu"),
        ("정문무", "Ceng Mun-mu"),  # u for wu after a labial
        ("박초도", "Pak Cho-to"),
        ("김금교", "Kim Kum-kyo"),
        ("고비리", "Ko Pi-li"),
        ("한빛나", "Han Pich-na"),
        ("선우쌍원", "Senwu Ssang-wen"),
    ],
)
def test_yale_goes_letter_by_letter(hangul: str, latin: str) -> None:
    """Source: Martin 1992; the syllables 초도, 금교 and 비리 after the tests of mkpoli/koconv."""
    assert yale(hangul) == latin  # rule M2


@pytest.mark.parametrize(
    ("hangul", "paper", "rule"),
    [
        ("김꽃분이", "Kim Kkotpuni", "Kim Kkotpuni"),
        ("박동구", "Pak Tong Gu", "Pak Tong Gu"),
        ("안복철", "An Pok Chol", "An Pok Chŏl"),
        ("이영희", "Ri Yong Hui", "Ri Yŏng Hŭi"),
        ("최용해", "Choe Yong Hae", "Choe Yong Hae"),
        ("최룡해", "Choe Ryong Hae", "Choe Ryong Hae"),
        ("임태표", "Rim Thae Phyo", "Rim Thae Phyo"),
        ("정학범", "Jong Hak Pom", "Jŏng Hak Pŏm"),
        ("남궁복옥이", "Namgung Pogogi", "Namgung Pogogi"),
    ],
)
def test_names_in_the_northern_way(hangul: str, paper: str, rule: str) -> None:
    """Source: the DPRK's guideline of 1992 and its edition of 2012, pages 7 and 8."""
    assert (northern(hangul), northern(hangul, breves=True)) == (paper, rule)  # rule M3


@pytest.mark.parametrize("text", ["Kim", "李英姬", "김A", ""])
def test_other_script_is_written_as_it_is(text: str) -> None:
    for write in (revised, mccune_reischauer, yale, northern):
        assert write(text) == text
    assert list(free_spellings(text)) == []


def test_a_name_is_spelled_by_every_system_and_habit() -> None:
    spellings = dict(free_spellings("이영희", husband="Park"))
    assert {
        *("Lee Young Hee", "Younghee Lee", "Young-hee Lee", "Lee, Young-hee", "LEE YOUNG HEE"),
        *("Yi Yŏng-hŭi", "Yi Yong-hui", "I Yeonghui", "I Yeng-huy", "Ri Yong Hui", "Ri Yŏng Hŭi"),
        *("Y. H. Lee", "Lee, Y. H.", "Mrs. Young-hee Lee", "Young-hee Lee Park", "lee young hee"),
    } <= set(spellings)
    assert all(weight > 0 for weight in spellings.values())
    assert not any("Han" in text for text in spellings)


def test_a_spelling_shows_how_sounds_meet() -> None:
    spellings = {text for text, _ in free_spellings("김석민")}
    assert "Kim Sŏng-min" in spellings
    assert "Kim Sŏl-lan" in {text for text, _ in free_spellings("김설난")}
    assert "Kim Sŏ-lan" not in {text for text, _ in free_spellings("김서난")}
    assert "Kim Song-su" not in {text for text, _ in free_spellings("김석수")}


def test_a_family_name_alone_is_spelled_too() -> None:
    assert {"Kim", "Gim", "KIM"} <= {text for text, _ in free_spellings("김")}


def test_weights_of_all_spellings_come_near_one() -> None:
    total = sum(weight for _, weight in free_spellings(fold_word("김") + "희"))
    assert 0.8 < total <= 1.0


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
