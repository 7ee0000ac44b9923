"""The rules L1 to L7 of `reading.py`, W1 to W3 of `latin_words.py` and H1 to H3 of `habits.py`."""

from __future__ import annotations

import re
from functools import lru_cache
from math import isclose
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sangbong.names.korean.frequencies import known_families, known_syllables
from sangbong.names.korean.habits import (
    HABITS,
    Place,
    family_spelled,
    family_spellings,
    initials,
    inventory,
    mixed,
    plain,
    spelled,
    syllable_spellings,
)
from sangbong.names.korean.latin_words import TEXT_LENGTH_MAX, written
from sangbong.names.korean.reading import latin_readings, other_words
from sangbong.names.korean.romanization import (
    free_spellings,
    mccune_reischauer,
    northern,
    revised,
    yale,
)
from sangbong.names.korean.spelling import fold_word, split
from sangbong.names.korean.tables import rows
from sangbong.names.tradition import Part, Reading

EDGES = (
    Place(start=True, end=False, before="ㄴ"),
    Place(start=False, end=True, after="ㄹ"),
    Place(start=False, end=False, after="-", before="ㄹ"),
    Place(start=True, end=False),
    Place(start=False, end=True),
    Place(start=True, end=True),
    Place(start=False, end=False),
)
COMMON_FAMILIES = sorted(form for form, share in known_families().items() if share >= 1e-3)
FIRST, LAST = (sorted(known_syllables(at)) for at in (0, 1))
UNFAMILIAR_FIRST, UNFAMILIAR_LAST = (
    [form for form in forms if fold_word(form) not in known_families()] for forms in (FIRST, LAST)
)
"""Syllables that are no family name: with one that is, a spelling may be another whole name."""

_INITIALS = re.compile(r"\b\w\.")


def found(text: str, family: str, given_name: str) -> float:
    """The weight of the readings that are this name: the family name among the first three, and
    it and every syllable with at least one in a hundred."""
    weight = 0.0
    for reading in latin_readings(text):
        first = dict(reading.family.options[:3]).get(family, 0.0)
        parts = [first] + [
            dict(part.options).get(syllable, 0.0)
            for part, syllable in zip(reading.given, given_name, strict=False)
        ]
        if len(reading.given) == len(given_name) and min(parts) >= 0.01:
            weight += reading.weight
    return weight


def best(text: str) -> str:
    reading = latin_readings(text)[0]
    parts = (reading.family, *reading.given)
    return "".join(part.options[0][0] if part.options else "?" for part in parts)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Lee Young Hee", "이영희"),
        ("Rhee Young-hi", "이영희"),
        ("YI YONG HUI", "이영희"),
        ("Ri Yong Hui", "이영희"),
        ("Younghee Lee", "이영희"),
        ("younghee lee", "이영희"),
        ("YoungHee Lee", "이영희"),
        ("Leeyounghee", "이영희"),
        ("Lee-Young-Hee", "이영희"),
        ("Ｌｅｅ Ｙｏｕｎｇ Ｈｅｅ", "이영희"),
        ("Yi Yŏng-hŭi", "이영희"),
        ("Yi Yo\u0306ng-hu\u0306i", "이영희"),
        ("Yi Yǒng-hǔi", "이영희"),
        ("I Yeng-huy", "이영희"),
        ("Dr. Lee Young Hee", "이영희"),
        ("Kim Jong Nam", "김종남"),
        ("Namgung Min-su", "남궁민수"),
        ("Nam Gung Min Su", "남궁민수"),
        ("Min-su Nam-gung", "남궁민수"),
        ("Ch'oe Ryong-ho", "최용호"),
        ("Choe Ryong Ho", "최용호"),
        ("Kim Ch’ŏr-wŏn", "김철원"),
        ("Pak Mog-wŏl", "박목월"),
        ("Kim Son Ryol", "김선열"),
        ("Kim Song Ryol", "김성렬"),
        ("Pak Kkotpuni", "박꽃분이"),
        ("Hyŏn'gŭn Yi", "이현근"),
        ("O Yong-ho", "오영호"),
        ("Shin Jin", "신진"),
        ("Kim Young-Чо Hee", "김영희"),
        ("Kim Young Nee", "김영니"),
        ("Kim", "김"),
    ],
)
def test_a_free_spelling_is_read_as_the_likeliest_name(text: str, name: str) -> None:
    assert best(text) == name


def test_a_name_is_read_in_folded_form_with_its_alternatives() -> None:
    # rule L1: 종 and 정 are one in the Northern spelling, and counts decide how far
    reading, other, *_ = latin_readings("Kim Jong Ok")
    assert reading.family == Part((("김", 1.0),))
    assert [form for form, _ in reading.given[0].options] == ["종", "정"]
    assert reading.given[1].options[0][0] == "옥"
    assert other.weight < 0.02  # rule L7
    assert reading.weight > 0.95


def test_the_habit_of_the_surname_tells_how_to_read_the_given_name() -> None:
    # rules L1 and H1: in the Northern habit Song is 성 and Jong is 정 oftener than in the free one
    for syllable, text in (("성", "Song Min"), ("정", "Jong Min")):
        north, abroad = (
            dict(latin_readings(f"{family} {text}")[0].given[0].options) for family in ("Ri", "Lee")
        )
        assert north[syllable] > abroad[syllable] + 0.1


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("Chung, Hyun", "정"),
        ("Chung Hyun", "정"),
        ("Hyun CHUNG", "정"),
        ("Hyun, Chung", "현"),
        ("HYUN Chung", "현"),
        ("Hyun Chung", "정"),
    ],
)
def test_a_comma_and_capitals_tell_the_family_name(text: str, family: str) -> None:
    assert latin_readings(text)[0].family.options[0][0] == family  # rule L2


def test_either_end_may_be_the_family_name() -> None:
    names = {r.family.options[0][0]: round(r.weight, 1) for r in latin_readings("Jin Song Hyun")}
    assert {"진", "현"} <= set(names)


def test_a_surname_of_two_meanings_is_read_as_both() -> None:
    # romanization_collisions.csv
    for row in rows("romanization_collisions"):
        forms = {fold_word(form) for form in row["hangul_candidates"].split("|")}
        (reading, *_) = latin_readings(f"{row['spelling']} Young-hee")
        assert forms <= {form for form, _ in reading.family.options[:3]}, row["spelling"]


def test_what_looks_mandarin_weighs_near_zero() -> None:
    # rule H3
    assert mixed(family_spelled("zhang")["장"]) < 0.001 < mixed(family_spelled("jahng")["장"])
    assert mixed(family_spelled("liu")["유"]) < 0.001


def test_an_initial_is_every_syllable_that_may_begin_so() -> None:
    # rule L3
    for text in ("Y. H. Lee", "Y.H. Lee", "YH Lee", "Lee Y. H.", "LEE Y H", "Lee, Y.H."):
        reading = latin_readings(text)[0]
        first, last = (dict(part.options) for part in reading.given)
        assert reading.family.options[0][0] == "이"
        assert {"영", "용", "윤", "연"} <= set(first), text
        assert {"희", "호", "환"} <= set(last), text
        assert not {"순", "철"} & (set(first) | set(last))


def test_initials_and_syllables_stand_side_by_side() -> None:
    reading = latin_readings("Young H. Kim")[0]
    assert [part.options[0][0] for part in reading.given] == ["영", "희"]
    assert len(reading.given[1].options) > 5
    assert {"철", "춘"} <= {form for form, _ in latin_readings("Ch. Kim")[0].given[0].options}
    assert "환" in {form for form, _ in latin_readings("Hw. Kim")[0].given[0].options}


def test_a_family_name_may_be_an_initial() -> None:
    families = {form for form, _ in latin_readings("K. Young-hee")[0].family.options}
    assert {"김", "강", "권"} <= families
    assert best("Younghee K.") == "김영희"


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("Young-hee Kim Park", {"김": 0.9}),
        ("Park Kim Young-hee", {"김": 0.9}),
        ("Young-hee Kim-Park", {"김": 0.5, "박": 0.3}),
        ("Young-hee Park née Kim", {"김": 1.0}),
        ("Young-hee Park née", {"박": 0.9}),
        ("Young-hee Park (nee Kim)", {"김": 1.0}),
        ("Park Young-hee, born Kim", {"김": 1.0}),
        ("KIM YOUNG HEE WIFE OF PARK", {"김": 0.6, "": 0.3}),
        ("Mrs. Young-hee Park", {"박": 0.6, "": 0.3}),
        ("Mrs. Park", {"박": 0.6, "": 0.3}),
        ("Young-hee Kim (Grace)", {"김": 1.0}),
        ("Young-hee Kim, wife", {"김": 0.6, "": 0.3}),
    ],
)
def test_a_married_name_keeps_her_own_family_name(text: str, families: dict[str, float]) -> None:
    # rule L4: each reading that names the family, and the one that does not
    weights: dict[str, float] = {}
    for reading in latin_readings(text):
        form = reading.family.options[0][0] if reading.family.options else ""
        weights[form] = weights.get(form, 0.0) + reading.weight
    assert all(weights.get(form, 0.0) >= least for form, least in families.items()), weights


@pytest.mark.parametrize(
    ("text", "others", "name"),
    [
        ("Grace Young-hee Lee", ("Grace",), "이영희"),
        ("Young-hee Grace Lee", ("Grace",), "이영희"),
        ("Lee Young-hee Grace", ("Grace",), "이영희"),
        ("Mary Ann Young-hee Lee", ("Mary", "Ann"), "이영희"),
        ("June Lee", ("June",), "이"),
        ("Smith Lee", ("Smith",), "이"),
        ("Smith Younghee", ("Smith",), "?영희"),
        ("Younghee", (), "?영희"),
    ],
)
def test_words_that_are_no_korean_name_are_kept_apart(
    text: str, others: tuple[str, ...], name: str
) -> None:
    assert (best(text), other_words(text)) == (name, others)  # rule L5


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "'", "--", "()", "이영희", "李英姬", "Ким Чхоль", "123", "née", "Smith Jones"),
        *("Mr.", "wife of Park", "x" * 30, "a" * (TEXT_LENGTH_MAX + 1), "Kim " * 9),
    ],
)
def test_what_is_no_korean_name_has_no_reading(text: str) -> None:
    assert latin_readings(text) == ()


def test_other_words_of_no_name_are_none() -> None:
    assert other_words("") == ()
    assert other_words("Smith Jones") == ("Smith", "Jones")


def _is_sound(readings: tuple[Reading, ...]) -> bool:
    parts = [part for reading in readings for part in (reading.family, *reading.given)]
    return (
        (not readings or isclose(sum(reading.weight for reading in readings), 1.0))
        and all(isclose(sum(p for _, p in part.options), 1.0) for part in parts if part.options)
        and all(p > 0 for part in parts for _, p in part.options)
        and all(len(reading.given) <= 3 for reading in readings)
    )


@given(st.text(max_size=120))
def test_any_text_is_read_without_fault(text: str) -> None:
    assert _is_sound(latin_readings(text))  # rule L6
    assert isinstance(other_words(text), tuple)


@settings(max_examples=300)
@given(st.text("aeiouyghknpsjŏŭLYO'-. ,()", max_size=TEXT_LENGTH_MAX))
def test_letters_in_any_order_are_read_without_fault(text: str) -> None:
    assert _is_sound(latin_readings(text))


@lru_cache(maxsize=100)
def _spellings(name: str) -> list[str]:
    return [text for text, _ in free_spellings(name, husband="Han")]


@settings(max_examples=25, deadline=None, derandomize=True)  # 2 of 100,000 are another name
@given(
    st.sampled_from(COMMON_FAMILIES),
    st.sampled_from(UNFAMILIAR_FIRST),
    st.sampled_from(UNFAMILIAR_LAST),
    st.integers(0, 10_000),
)
def test_every_spelling_that_a_name_can_have_finds_it_again(
    family: str, first: str, last: str, start: int
) -> None:
    given_name = fold_word(first + last)
    assume(split(family + given_name)[0] == family)
    texts = _spellings(family + given_name)
    step = max(1, len(texts) // 40)
    for text in texts[start % step :: step]:
        if not _INITIALS.search(text):
            assert found(text, family, given_name) >= 0.01, text


def test_a_given_name_of_family_names_is_found_again_nearly_always() -> None:
    rng = Random(7)
    texts = missed = 0
    for _ in range(25):
        family, first, last = (rng.choice(forms) for forms in (COMMON_FAMILIES, FIRST, LAST))
        given_name = fold_word(first + last)
        spellings = [t for t in _spellings(family + given_name) if not _INITIALS.search(t)]
        for text in rng.sample(spellings, 40):
            texts += 1
            missed += found(text, family, given_name) < 0.01
    assert missed <= texts * 0.005


def test_every_family_name_is_found_by_each_of_its_spellings() -> None:
    for family in known_families():
        for spelling in family_spellings(family):
            for text in (f"{spelling} Young-hee", f"YOUNG HEE {spelling.upper()}"):
                assert found(text, family, "영희") >= 0.01, text


@given(
    st.sampled_from(COMMON_FAMILIES),
    st.sampled_from(UNFAMILIAR_FIRST),
    st.sampled_from(UNFAMILIAR_LAST),
)
def test_the_four_systems_are_read_back(family: str, first: str, last: str) -> None:
    name = family + fold_word(first + last)
    assume(split(name)[0] == family)
    texts = (
        revised(name, hyphen=True),
        mccune_reischauer(name),
        mccune_reischauer(name, signs=False),
        yale(name),
        northern(name),
        northern(name, breves=True),
    )
    for text in texts:
        assert found(text, family, name[len(family) :]) >= 0.01, text


def test_the_spellings_of_a_part_sum_to_one_in_every_habit() -> None:
    for place in EDGES:
        for syllable in inventory():
            columns = zip(*syllable_spellings(syllable, place).values(), strict=True)
            assert all(isclose(sum(column), 1.0) for column in columns), syllable


def test_reading_and_writing_a_syllable_agree() -> None:
    for place in EDGES[3:]:
        for syllable in ("영", "선", "철", "희", "룡", "우", "분"):
            for spelling, weights in syllable_spellings(syllable, place).items():
                back = dict(spelled(spelling, place)).get(syllable, (0.0,) * len(HABITS))
                assert all(isclose(a, b, abs_tol=1e-12) for a, b in zip(weights, back, strict=True))


def test_letters_too_long_for_a_syllable_are_none() -> None:
    assert spelled("y" * 20, EDGES[0]) == ()


def test_accents_are_dropped_but_for_the_breve() -> None:
    assert plain("Ch’ŏl") == "ch'ŏl"
    assert plain("Sǒng Sũn Rō José Ö 9") == "sŏngsŭnrŏjoseoe"


def test_initials_begin_the_spelling() -> None:
    found_forms = initials("kw", EDGES[0])
    assert {"권", "관", "귀"} <= set(found_forms)
    assert not {"김", "철"} & set(found_forms)


def test_words_are_taken_apart_with_their_marks() -> None:
    name = written("KIM, Young-Hee Y.")
    assert name is not None
    assert [word.letters for word in name.words] == ["kim", "younghee", "y"]
    assert (name.comma, name.married, name.born) == (True, False, None)
    assert [word.capitals for word in name.words] == [True, False, False]
    assert [word.dotted for word in name.words] == [False, False, True]
