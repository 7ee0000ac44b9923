"""How much two names speak for one bearer: rules L1 to L8."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sangbong.kernel.errors import LANGUAGES
from sangbong.names.korean.frequencies import known_families, known_syllables
from sangbong.names.korean.hanja import base_readings, hanja_readings
from sangbong.names.korean.spelling import north
from sangbong.names.likeness import (
    BOUND_MILLIBITS,
    GIVEN_PARTS_MAX,
    ITEM_BITS_MAX,
    SIGN_BITS,
    THRESHOLD_MILLIBITS,
    Item,
    Level,
    Likeness,
    LikenessItem,
    compare,
)
from sangbong.names.person import NameKind, NameSet, PersonName, Script
from sangbong.names.tradition import Part, Reading, part, tradition

KOREAN = tradition("korean")

FAMILIES = sorted(known_families())
FIRST, LAST = (sorted(known_syllables(place)) for place in (0, 1))
names = st.builds(
    lambda family, first, last: family + first + last,
    st.sampled_from(FAMILIES),
    st.sampled_from(FIRST),
    st.sampled_from([*LAST, ""]),
)


def hangul(text: str, kind: NameKind = NameKind.REGISTRY) -> PersonName:
    return PersonName(text, Script.HANGUL, kind=kind)


def hanja(text: str) -> PersonName:
    return PersonName(text, Script.HANJA)


def latin(text: str) -> PersonName:
    return PersonName(text, Script.LATIN)


def korean(left: PersonName | NameSet, right: PersonName | NameSet) -> Likeness:
    return compare(left, right, tradition=KOREAN)


def levels(likeness: Likeness) -> list[tuple[Item, Level]]:
    return [(item.item, item.level) for item in likeness.items]


class Letters:
    """A tradition of one-letter names, to see the rules without any language."""

    code = "letters"

    def __init__(self, readings: dict[str, tuple[Reading, ...]]) -> None:
        self._readings = readings

    def readings(self, name: PersonName) -> tuple[Reading, ...]:
        return self._readings.get(name.text, ())

    def family_share(self, form: str) -> float:
        return {"rare": 1e-9, "common": 0.5}.get(form, 0.01)

    def given_share(
        self, form: str, position: int, *, sex: str = "", decade: int | None = None
    ) -> float:
        return 0.1 if sex == "F" else 0.01

    def near(self, left: str, right: str) -> bool:
        return left != right and left[0] == right[0]


def sure(form: str) -> Part:
    return Part(((form, 1.0),))


# ---- L1: parts in folded forms ----


def test_one_name_in_northern_and_southern_spelling_agrees_in_every_part() -> None:
    likeness = korean(hangul("이영희"), hangul("리영희"))
    assert levels(likeness) == [
        (Item.FAMILY, Level.EXACT),
        (Item.GIVEN, Level.EXACT),
        (Item.GIVEN, Level.EXACT),
    ]
    assert likeness.is_one_name


def test_another_given_name_speaks_against() -> None:
    likeness = korean(hangul("이영희"), hangul("이춘자"))
    assert levels(likeness)[1:] == [(Item.GIVEN, Level.DIFFERENT)] * 2
    assert likeness.millibits < -10_000
    assert not likeness.is_one_name


def test_one_letter_off_is_between_the_same_and_another() -> None:
    same, slip, other = (
        korean(hangul("박영희"), hangul(each)).millibits for each in ("박영희", "박연희", "박춘희")
    )
    assert same > slip > other


def test_a_hanja_name_of_one_reading_weighs_as_its_hangul() -> None:
    written = korean(hangul("이영희"), hangul("이영희"))
    signed = korean(hangul("이영희"), hanja("李英姬"))
    assert signed.items == written.items
    assert signed.millibits == written.millibits


SIGNS = [
    sign
    for sign in "英榮永洙秀浩植哲貞鍾煥光聖相敬順子淑姬熙玉明賢鎭在美恩珠東基昌仁鳳元德萬學一大吉國福錫文敏春花男愛香俊"
    if len(base_readings(sign)) == 1
]
FAMILY_SIGNS = [
    sign
    for sign in "朴崔鄭姜趙尹張韓吳徐申權黃安宋洪"
    if len(hanja_readings(sign, family=True)) == 1
]


@given(
    st.sampled_from(FAMILY_SIGNS),
    st.lists(st.sampled_from(SIGNS), min_size=2, max_size=2),
    names,
)
def test_hanja_of_one_reading_weigh_as_their_hangul_beside_any_name(
    family: str, signs: list[str], other: str
) -> None:
    readings = KOREAN.readings(hanja(family + "".join(signs)))
    parts = [readings[0].family, *readings[0].given]
    assume(len(readings) == 1 and all(len(each.options) == 1 for each in parts))
    written = "".join(each.options[0][0] for each in parts)
    # a border may be open in Hangul where the sign settles it
    assume(len(KOREAN.readings(hangul(written))) == 1)
    assert (
        korean(hanja(family + "".join(signs)), hangul(other)).millibits
        == korean(hangul(written), hangul(other)).millibits
    )


# ---- L2: rarity ----


def test_a_rare_name_says_more_than_a_common_one() -> None:
    assert (
        korean(hangul("탁영희"), hangul("탁영희")).millibits
        > korean(hangul("김영희"), hangul("김영희")).millibits
    )


def test_the_sex_and_the_decade_change_what_a_name_says() -> None:
    ja = hangul("김영자")
    of_women = compare(ja, ja, tradition=KOREAN, sex="F", decade=1940)
    of_men = compare(ja, ja, tradition=KOREAN, sex="M", decade=1940)
    assert of_women.millibits + 2_000 < of_men.millibits


def test_an_agreement_is_capped() -> None:
    letters = Letters({"a": (Reading(sure("rare"), ()),)})
    likeness = compare(latin("a"), latin("a"), tradition=letters)
    assert likeness.millibits == ITEM_BITS_MAX * 1000


def test_a_reading_less_likely_than_chance_hardly_agrees() -> None:
    half = part({"common": 0.05, "x": 0.95})
    letters = Letters({"a": (Reading(half, ()),), "b": (Reading(sure("common"), ()),)})
    likeness = compare(latin("a"), latin("b"), tradition=letters)
    assert levels(likeness) == [(Item.FAMILY, Level.HARDLY)]
    assert likeness.millibits < 0


# ---- L3: readings ----


def test_other_readings_are_an_item_of_their_own() -> None:
    two = (Reading(sure("x"), (), 0.8), Reading(sure("y"), (), 0.2))
    letters = Letters({"a": two, "b": (Reading(sure("x"), ()),)})
    likeness = compare(latin("a"), latin("b"), tradition=letters)
    assert levels(likeness) == [(Item.FAMILY, Level.EXACT), (Item.READINGS, Level.PRICE)]
    assert likeness.items[1].millibits == pytest.approx(-320, abs=5)  # log2(0.8)
    assert "1 and 2" in likeness.mirrored().items[1].why("en")


def test_of_many_unlikely_readings_the_first_is_taken() -> None:
    many = tuple(Reading(sure(f"x{index}"), (), 1 / 40) for index in range(40))
    letters = Letters({"a": many, "b": many})
    likeness = compare(latin("a"), latin("b"), tradition=letters)
    assert likeness.items[0].left == "x0"


def test_a_name_that_cannot_be_read_says_nothing() -> None:
    likeness = korean(hangul("이영희"), PersonName("Ж", Script.OTHER))
    assert levels(likeness) == [(Item.NAME, Level.MISSING)]
    assert likeness.millibits == 0
    assert not likeness.is_one_name


# ---- L4: sets of names ----


def test_the_best_pair_of_names_is_shown_with_the_price_of_the_choice() -> None:
    person = NameSet((hangul("이영희"), hangul("이복순", NameKind.HOUSE)))
    alone = korean(hangul("이복순", NameKind.HOUSE), hangul("이복순", NameKind.HOUSE))
    chosen = korean(person, hangul("이복순", NameKind.HOUSE))
    assert chosen.left.text == "이복순"
    assert chosen.items[:-1] == alone.items
    assert chosen.items[-1].item is Item.CHOICE
    assert -1_000 < chosen.items[-1].millibits < 0
    assert chosen.millibits == alone.millibits + chosen.items[-1].millibits


def test_names_of_one_kind_count_more() -> None:
    person = NameSet((hangul("이영희"), hangul("이복순", NameKind.HOUSE)))
    as_house = korean(person, hangul("이복순", NameKind.HOUSE))
    as_registry = korean(person, hangul("이복순"))
    assert as_house.millibits > as_registry.millibits


def test_a_person_without_a_name_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="without a name"):
        korean(NameSet(()), hangul("이영희"))


# ---- L5: signs ----


def test_the_same_hanja_confirm() -> None:
    likeness = korean(hanja("李英姬"), hanja("李英姬"))
    assert levels(likeness)[-1] == (Item.SIGNS, Level.EXACT)
    assert likeness.items[-1].millibits == SIGN_BITS * 3 * 1000
    assert korean(hanja("裵英姬"), hanja("裴英姬")).items[-1].millibits == SIGN_BITS * 3 * 1000


def test_other_hanja_take_nothing() -> None:
    sounds = korean(hangul("김영수"), hangul("김영수"))
    signs = korean(hanja("金英洙"), hanja("金榮秀"))
    assert signs.items[-1].millibits == SIGN_BITS * 1000  # the family's
    assert korean(hanja("柳英洙"), hanja("劉榮秀")).items[-1].level is Level.DIFFERENT
    assert signs.millibits >= sounds.millibits
    assert signs.is_one_name
    assert "takes nothing" in korean(hanja("柳英洙"), hanja("劉榮秀")).items[-1].why("en")


def test_hanja_of_part_of_a_name_are_not_laid_against_the_whole() -> None:
    mixed = PersonName("이영희(英姬)", Script.MIXED)
    assert Item.SIGNS not in {item.item for item in korean(mixed, hanja("李英姬")).items}


def test_signs_are_only_counted_by_a_tradition_that_has_them() -> None:
    letters = Letters({"a": (Reading(sure("x"), ()),)})
    assert levels(compare(latin("a"), latin("a"), tradition=letters)) == [
        (Item.FAMILY, Level.EXACT)
    ]


# ---- L6: parts that are not there ----


def test_a_part_that_nobody_knows_says_nothing() -> None:
    likeness = korean(hangul("김○순"), hangul("김복순"))
    assert levels(likeness)[1] == (Item.GIVEN, Level.MISSING)
    assert likeness.items[1].millibits == 0


def test_a_family_name_alone_says_nothing_of_the_given_name() -> None:
    letters = Letters(
        {"a": (Reading(sure("x"), ()),), "b": (Reading(sure("x"), (sure("p"), sure("q"))),)}
    )
    likeness = compare(latin("a"), latin("b"), tradition=letters)
    assert levels(likeness) == [(Item.FAMILY, Level.EXACT), (Item.GIVEN, Level.MISSING)]
    assert likeness.items[1].millibits == 0
    mirrored = compare(latin("b"), latin("a"), tradition=letters)
    assert (mirrored.items[1].left, mirrored.items[1].right) == ("p", "")


def test_a_syllable_too_many_speaks_against() -> None:
    likeness = korean(hangul("김영"), hangul("김영희"))
    assert levels(likeness)[1:] == [(Item.GIVEN, Level.EXACT), (Item.GIVEN, Level.EXTRA)]
    assert likeness.items[2].millibits < -4_000
    assert not likeness.is_one_name


def test_a_missing_first_part_is_laid_against_the_last() -> None:
    letters = Letters(
        {
            "a": (Reading(sure("x"), (sure("p"), sure("q"))),),
            "b": (Reading(sure("x"), (sure("q"),)),),
        }
    )
    for left, right in (("a", "b"), ("b", "a")):
        likeness = compare(latin(left), latin(right), tradition=letters)
        assert levels(likeness)[1:] == [(Item.GIVEN, Level.EXTRA), (Item.GIVEN, Level.EXACT)]


def test_no_more_parts_are_weighed_than_said() -> None:
    long = tuple(sure(each) for each in "abcdefgh")
    letters = Letters({"a": (Reading(sure("x"), long),)})
    assert len(compare(latin("a"), latin("a"), tradition=letters).items) == 1 + GIVEN_PARTS_MAX


# ---- L7: symmetric, a sum, bounded ----


@given(names, names)
def test_likeness_is_symmetric_a_sum_and_bounded(left: str, right: str) -> None:
    there, back = korean(hangul(left), hangul(right)), korean(hangul(right), hangul(left))
    assert there.millibits == back.millibits
    assert there == back.mirrored() or left == right
    assert sum(item.millibits for item in there.items) == there.millibits
    assert abs(there.millibits) <= BOUND_MILLIBITS


@given(st.lists(names, min_size=1, max_size=3, unique=True), names)
def test_sets_are_symmetric_and_never_above_their_best_pair(texts: list[str], other: str) -> None:
    person = NameSet(tuple(hangul(text) for text in texts))
    there, back = korean(person, hangul(other)), korean(hangul(other), person)
    assert there.millibits == back.millibits
    assert sum(item.millibits for item in there.items) == there.millibits
    assert there.millibits <= max(korean(each, hangul(other)).millibits for each in person.names)


@given(names)
def test_northern_spelling_changes_nothing(text: str) -> None:
    # folding-invariant: a name beside itself is as like as beside its Northern spelling
    if north(text) != text:
        assert (
            korean(hangul(text), hangul(north(text))).millibits
            == korean(hangul(text), hangul(text)).millibits
        )


@given(names, names)
def test_no_name_is_more_like_another_than_itself(left: str, right: str) -> None:
    if left != right:
        mine = korean(hangul(left), hangul(left)).millibits
        theirs = korean(hangul(right), hangul(right)).millibits
        assert korean(hangul(left), hangul(right)).millibits <= max(mine, theirs)


def test_the_bound_holds_for_the_rarest_name_of_all() -> None:
    parts = tuple(sure(each) for each in ("뷁", "똠", "쀍", "긞"))
    letters = Letters({"a": (Reading(sure("rare"), parts),)})
    assert 0 < compare(latin("a"), latin("a"), tradition=letters).millibits <= BOUND_MILLIBITS


# ---- L8: one name ----


def test_relatives_of_a_rare_family_do_not_have_one_name() -> None:
    # the sum is far above the threshold, and one part speaks against
    sisters = korean(hangul("남궁옥분"), hangul("남궁옥란"))
    slip = korean(hangul("남궁옥분"), hangul("남궁옥문"))
    assert slip.millibits > THRESHOLD_MILLIBITS < sisters.millibits + 6_000
    assert [slip.items[2].level, slip.is_one_name] == [Level.ONE_LETTER, False]
    assert not sisters.is_one_name


def test_a_name_with_a_part_that_nobody_knows_is_not_called_one() -> None:
    likeness = korean(hangul("남궁○분"), hangul("남궁옥분"))
    assert likeness.millibits > THRESHOLD_MILLIBITS
    assert not likeness.is_one_name


def test_a_reading_that_hardly_agrees_is_not_called_one() -> None:
    half = part({"common": 0.05, "x": 0.95})
    sure_given = (sure("p"), sure("q"))
    letters = Letters(
        {"a": (Reading(half, sure_given),), "b": (Reading(sure("common"), sure_given),)}
    )
    likeness = compare(latin("a"), latin("b"), tradition=letters)
    assert likeness.millibits > THRESHOLD_MILLIBITS
    assert not likeness.is_one_name


def test_a_name_too_common_to_tell_is_not_called_one() -> None:
    letters = Letters({"a": (Reading(sure("common"), ()),)})
    likeness = compare(latin("a"), latin("a"), tradition=letters)
    assert levels(likeness) == [(Item.FAMILY, Level.EXACT)]
    assert not likeness.is_one_name


# ---- the ledger ----


def test_every_line_says_why_in_both_languages() -> None:
    pairs = [
        (hangul("이영희"), hangul("이영희")),
        (hangul("이영희"), hangul("박연숙")),
        (hangul("이영"), hangul("이영희")),
        (hangul("김○순"), hangul("김복순")),
        (hanja("李英姬"), hanja("李永熙")),
        (hangul("이영희"), PersonName("Ж", Script.OTHER)),
    ]
    for left, right in pairs:
        for item in korean(left, right).items:
            for language in LANGUAGES:
                assert item.why(language)
                assert "{" not in item.why(language)


def test_a_line_names_the_form_and_how_common_it_is() -> None:
    family = korean(hangul("리영희"), hangul("이영희")).items[0]
    assert family.why("en") == "Both have the family name 이, borne by 15% of the people."
    assert family.why("ko").startswith("두 이름의 성이 모두 ‘이’입니다. 인구의 15%")
    assert family.to_json() == {
        "item": "family",
        "position": 0,
        "left": "이",
        "right": "이",
        "level": "exact",
        "millibits": 2745,
        "form": "이",
        "per_million": 147_002,
    }


@pytest.mark.parametrize(
    ("per_million", "shown"), [(10, "0.001%"), (147_002, "15%"), (1_000_000, "100%")]
)
def test_a_share_is_told_in_percent(per_million: int, shown: str) -> None:
    line = LikenessItem(Item.FAMILY, 0, "x", "x", Level.EXACT, 0, "x", per_million)
    assert shown in line.why("en")


def test_a_part_of_several_forms_is_shown_with_their_chances() -> None:
    many = part({"x": 0.6, "y": 0.4})
    letters = Letters({"a": (Reading(many, ()),), "b": (Reading(sure("x"), ()),)})
    line = compare(latin("a"), latin("b"), tradition=letters).items[0]
    assert (line.left, line.right, line.level) == ("x 60% / y 40%", "x", Level.SAME_SOUND)


def test_rarer_names_always_weigh_more() -> None:
    shares = [korean(hangul(f + "영수"), hangul(f + "영수")).millibits for f in "김박최오탁"]
    assert all(one < other for one, other in pairwise(shares))
