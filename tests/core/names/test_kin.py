from __future__ import annotations

import csv
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import LANGUAGES, SangbongError, messages
from sangbong.names.kin import (
    KinAge,
    KinBond,
    KinClass,
    KinDoubt,
    KinSide,
    KinSurname,
    KinTerm,
    KinTier,
    KinUsage,
    kin_terms,
    read_kin,
    reverse,
    said_of,
    surname_expected,
)
from sangbong.names.korean.tables import rows

SEXES = ("M", "F")


def read(word: str, year: int | None = None) -> KinTerm:
    return read_kin(word, column="관계", year=year)


def reviewed() -> list[dict[str, str]]:
    """The reviewed table of words, which our own was written beside."""
    path = files("sangbong.names.korean").joinpath("data", "kinship_terms.csv")
    return list(csv.DictReader(path.read_text("utf-8").splitlines()))


@pytest.mark.parametrize(
    ("word", "term", "english", "chon", "tier"),
    [
        ("형", "형", "elder brother", 2, KinTier.SIBLING),
        (" 아 들 ", "아들", "son", 1, KinTier.DIRECT),
        ("younger sibling", "동생", "younger sibling", 2, KinTier.SIBLING),
        ("할아버지", "할아버지", "grandfather", 2, KinTier.DIRECT),
        ("아바이", "아바이", "father or grandfather (Hamgyong)", None, KinTier.DIRECT),
        ("처제", "처제", "wife's younger sister", 2, KinTier.COMPANION),
        ("양부모", "양부모", "adoptive parent", 1, KinTier.DIRECT),
        ("조카", "조카", "nephew or niece", 3, KinTier.THIRD_DEGREE_PLUS),
        ("녀동생", "여동생", "younger sister", 2, KinTier.SIBLING),
        ("고모님", "고모", "father's sister", 3, KinTier.THIRD_DEGREE_PLUS),
        ("오마니", "오마니", "mother", 1, KinTier.DIRECT),
        ("클마니", "클마니", "grandmother", 2, KinTier.DIRECT),
        ("큰아바지", "큰아바지", "grandfather", 2, KinTier.DIRECT),
        ("맏아바지", "맏아바지", "father's elder brother", 3, KinTier.THIRD_DEGREE_PLUS),
        ("Mother\N{RIGHT SINGLE QUOTATION MARK}s Brother", "외삼촌", "mother's brother", 3,
         KinTier.THIRD_DEGREE_PLUS),
        ("maternal uncle", "외삼촌", "mother's brother", 3, KinTier.THIRD_DEGREE_PLUS),
        ("nephew, niece", "조카", "nephew or niece", 3, KinTier.THIRD_DEGREE_PLUS),
        ("mother in law", "장모", "wife's mother", 1, KinTier.COMPANION),
        ("brother", "형제", "brother", 2, KinTier.SIBLING),
        ("uncle", "uncle", "uncle", 3, KinTier.THIRD_DEGREE_PLUS),
    ],
)  # fmt: skip
def test_a_word_for_kin_says_degree_and_tier(
    word: str, term: str, english: str, chon: int | None, tier: KinTier
) -> None:
    found = read(word)
    assert (found.term, found.english, found.chon, found.tier) == (term, english, chon, tier)


@pytest.mark.parametrize("word", ["이웃", "", "친구", "옆집 사람"])
def test_an_unknown_word_is_refused_with_its_column(word: str) -> None:
    with pytest.raises(SangbongError, match=r"names\.kin_unknown") as refused:
        read(word)
    assert refused.value.place is not None
    assert refused.value.place.column == "관계"


def test_a_word_with_a_hidden_character_is_refused() -> None:
    with pytest.raises(SangbongError, match=r"names\.invisible_character"):
        read("형\u200b")


def test_every_known_word_reads_as_itself() -> None:
    assert [read(term.term) for term in kin_terms()] == list(kin_terms())


def test_the_reviewed_table_is_followed_word_for_word() -> None:
    for row in reviewed():
        for word in row["korean"].split("/"):
            found = read(word)
            assert found.tier.value == row["tier"].split(" ")[0], word
            digits = row["chon"].split(" ")[0]
            expected = int(digits) if row["chon"] == digits or "혈족" in row["chon"] else None
            assert expected is None or found.chon == expected, word


def test_a_grandparent_is_direct_kin_though_of_the_second_degree() -> None:
    """K1: the tier comes from the rule, not from the degree."""
    for word, year in product(("할머니", "외할아버지", "손녀"), (None, 2000, 2018, 2026)):
        assert (read(word, year).chon, read(word, year).tier) == (2, KinTier.DIRECT)
    assert read("남동생", 2000).tier is KinTier.SIBLING


@pytest.mark.parametrize(
    ("word", "year", "sex", "doubt"),
    [
        ("형", None, "M", None),
        ("오빠", None, "F", None),
        ("누나", 1950, "M", None),
        ("언니", None, None, KinDoubt.OLD_USE),
        ("언니", 1950, None, KinDoubt.OLD_USE),
        ("언니", 1970, "F", None),
        ("조카", None, None, KinDoubt.BOTH_SEXES_SAY),
        ("동생", 1980, None, KinDoubt.BOTH_SEXES_SAY),
        ("아재", None, None, KinDoubt.MANY_MEANINGS),
        ("삼춘", None, None, KinDoubt.DIALECT_VARIES),
        ("elder brother", None, None, KinDoubt.TRANSLATED),
        ("elder brother", 1990, None, KinDoubt.TRANSLATED),
        ("elder brother (woman speaking)", None, "F", None),
    ],
)
def test_a_word_tells_who_speaks_or_why_it_does_not(
    word: str, year: int | None, sex: str | None, doubt: KinDoubt | None
) -> None:
    """K2, K3 and K6."""
    found = read(word, year)
    assert (found.tells_speaker_sex, found.doubt) == (sex, doubt)


def test_every_word_tells_who_speaks_or_why_it_does_not() -> None:
    assert [t.term for t in kin_terms() if bool(t.tells_speaker_sex) == bool(t.doubt)] == []


@pytest.mark.parametrize(
    ("word", "surname"),
    [
        ("외삼촌", KinSurname.OTHER),
        ("이모", KinSurname.OTHER),
        ("어머니", KinSurname.OTHER),
        ("고모", KinSurname.SAME),
        ("고종사촌", KinSurname.OTHER),
        ("사촌", KinSurname.SAME),
        ("조카", KinSurname.UNKNOWN),
        ("아들", KinSurname.SAME_FOR_MAN),
        ("이부형제", KinSurname.OTHER),
        ("이복형제", KinSurname.SAME),
    ],
)
def test_kin_through_a_woman_bear_another_name(word: str, surname: KinSurname) -> None:
    assert read(word).surname is surname


def test_a_child_bears_a_mans_name_and_not_a_womans() -> None:
    """K4."""
    expected = [surname_expected(read("아들"), sex) for sex in ("M", "F", "")]
    assert expected == [KinSurname.SAME, KinSurname.OTHER, KinSurname.UNKNOWN]
    assert surname_expected(read("이모"), "M") is KinSurname.OTHER


def test_everything_a_word_says_is_said_in_both_languages() -> None:
    facts = {fact.code for term in kin_terms() for fact in said_of(term)}
    facts |= {fact.code for fact in said_of(read("elder brother"))}
    for term, language in product(kin_terms(), LANGUAGES):
        assert all(term.term in fact.text(language) for fact in said_of(term))
    told = {code for code in messages() if code.startswith("names.kin_")} - {"names.kin_unknown"}
    assert {f"names.kin_{code}" for code in facts} == told


def test_the_facts_of_a_word_are_these() -> None:
    assert [fact.code for fact in said_of(read("외삼촌"))] == [
        "speaker_untold_both_sexes_say",
        "sex_m",
        "side_mother",
        "age_elder",
        "surname_other",
    ]
    assert [fact.code for fact in said_of(read("형수"))] == [
        "speaker_m",
        "sex_f",
        "bond_marriage",
        "surname_other",
    ]
    assert said_of(KinTerm("", "", None, KinTier.COMPANION))[0].code == "surname_unknown"


@pytest.mark.parametrize(
    ("word", "sex", "backward"),
    [
        ("형", "M", ["남동생"]),
        ("형", "F", []),
        ("오빠", "F", ["여동생"]),
        ("동생", "F", ["누나", "언니"]),
        ("아버지", "F", ["딸"]),
        ("외할머니", "M", ["외손자"]),
        ("조카", "F", ["고모", "이모"]),
        ("이모", "M", ["이질"]),
        ("가시아버지", "M", ["사위"]),
        ("elder brother", "F", ["여동생"]),
        ("spouse", "M", ["남편"]),
        ("친척", "M", []),
        ("동생", "", []),
    ],
)
def test_the_reverse_is_what_the_kin_calls_the_speaker(
    word: str, sex: str, backward: list[str]
) -> None:
    """K5."""
    assert [term.term for term in reverse(read(word), sex)] == backward


def test_a_word_of_another_tradition_has_no_reverse() -> None:
    assert reverse(KinTerm("Oheim", "uncle", 3, KinTier.THIRD_DEGREE_PLUS), "M") == ()


def test_a_reverse_keeps_the_degree_and_turns_the_generation() -> None:
    for term, sex in product(kin_terms(), SEXES):
        for back in reverse(term, sex):
            assert back.chon == term.chon or term.chon is None
            if term.generation is not None and back.generation is not None:
                assert back.generation == -term.generation
            assert back.sex in {"", sex}
            assert (term.age, back.age) not in {
                (KinAge.ELDER, KinAge.ELDER),
                (KinAge.YOUNGER, KinAge.YOUNGER),
            }


def test_a_word_that_one_sex_says_has_a_reverse_for_that_sex_alone() -> None:
    for term, sex in product(kin_terms(), SEXES):
        if term.tells_speaker_sex not in {None, sex}:
            assert reverse(term, sex) == (), term.term


def test_every_row_names_its_source_and_confidence() -> None:
    for term in kin_terms():
        assert term.source
        assert term.confidence in {"A", "B", "C"}
        assert ("general knowledge" in term.source) <= (term.confidence == "C")
    assert all(row["source"] for row in rows("kin_tiers"))


def test_the_table_knows_every_kind_of_word() -> None:
    words = kin_terms()
    assert {term.usage for term in words} == set(KinUsage)
    assert {term.bond for term in words} == set(KinBond)
    assert {term.side for term in words} == set(KinSide)
    assert {term.kind for term in words} == set(KinClass) - {KinClass.UNKNOWN}


def read_or_refused(text: str) -> KinTerm | SangbongError:
    try:
        return read(text)
    except SangbongError as error:
        return error


@given(st.text(max_size=70))
def test_any_text_is_read_or_refused_with_a_code(text: str) -> None:
    found = read_or_refused(text)
    if isinstance(found, SangbongError):
        assert all(found.text(language) for language in LANGUAGES)
