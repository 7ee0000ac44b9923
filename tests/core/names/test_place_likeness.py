from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import LANGUAGES, messages
from sangbong.names.gazetteer import Relation
from sangbong.names.place_likeness import (
    BOUND_MILLIBITS,
    OTHER_HOME,
    SHARE_MIN,
    PlaceItem,
    PlaceLikeness,
    compare_matches,
    compare_places,
)
from sangbong.names.places import counties_1945, find, place_book

WORDS = sorted({unit.names[-1].value for unit in place_book().gazetteer().units.values()})
MIRRORED = {Relation.CONTAINS: Relation.WITHIN, Relation.WITHIN: Relation.CONTAINS}


def told(likeness: PlaceLikeness) -> list[tuple[PlaceItem, Relation]]:
    return [(line.item, line.relation) for line in likeness.items]


def test_one_village_under_two_names_of_two_years_speaks_for_one_home() -> None:
    """PX1."""
    likeness = compare_places("황해도 봉산군", "황해북도 은파군")
    assert told(likeness) == [
        (PlaceItem.PROVINCE, Relation.SAME),
        (PlaceItem.COUNTY, Relation.OVERLAPS),
    ]
    assert likeness.millibits > 5_000


def test_another_script_of_the_same_place_weighs_the_same() -> None:
    weights = {
        compare_places("황해도 봉산군", other).millibits
        for other in ("봉산군", "黃海道 鳳山郡", "Pongsan, Hwanghae-do", "황해도봉산군")
    }
    assert len(weights) == 1


def test_the_rarer_the_common_ground_the_more_it_says() -> None:
    county = compare_places("황해도 봉산군", "봉산군").millibits
    province = compare_places("황해도", "봉산군").millibits
    rare = compare_places("강원도 인제군", "인제군").millibits
    assert 0 < province < county < rare


def test_places_apart_speak_against_but_never_exclude() -> None:
    """PX2."""
    for other in ("평양", "황해도 해주"):
        assert -3_000 < compare_places("봉산군", other).millibits < 0


def test_a_place_that_nobody_knows_says_nothing() -> None:
    """PX4."""
    likeness = compare_places("어느 산골", "봉산군")
    assert (likeness.millibits, told(likeness)) == (0, [(PlaceItem.PROVINCE, Relation.UNKNOWN)])
    assert compare_matches((), ()).millibits == 0


def test_the_year_changes_the_ground_that_is_compared() -> None:
    before = compare_places("봉산군", "은파군", left_year=1950)
    after = compare_places("봉산군", "은파군", left_year=1960, right_year=1960)
    assert told(before)[1][1] is Relation.OVERLAPS
    assert told(after)[1][1] is Relation.DISJOINT
    assert after.millibits < 0 < before.millibits


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [
        ("황해도 봉산군", "봉산군", 0.24 / 18),
        ("황해도", "봉산군", 0.24),
        ("봉산군", "황해도", 0.24),
        ("황해도", "황해도", 0.24),
    ],
)
def test_the_weight_is_that_of_a_home_drawn_as_people_come(
    left: str, right: str, share: float
) -> None:
    """PX1 and PX2: of the two grounds the wider one is what both tell."""
    expected = log2((1 - OTHER_HOME) / share + OTHER_HOME)
    assert compare_places(left, right).millibits == round(1000 * expected)


def test_no_ground_counts_as_rarer_than_the_least() -> None:
    """PX4: the city of 철원 was a tenth of one of the counties that the fewest come from."""
    city = tuple(match for match in find("철원시") if match.unit.id == "강원 철원시")
    sure = (replace(city[0], weight=1.0),)
    most = round(1000 * log2((1 - OTHER_HOME) / SHARE_MIN + OTHER_HOME))
    assert compare_matches(sure, sure).millibits == most <= BOUND_MILLIBITS


COMMON = sorted(
    (holder, other)
    for ground in place_book().gazetteer().grounds
    for holder, _, _ in place_book().gazetteer().holders(ground)
    for other in (ground.split(" ")[0], ground)
)


@given(st.sampled_from(COMMON))
def test_places_with_common_ground_weigh_the_same_from_either_side(pair: tuple[str, str]) -> None:
    units = place_book().gazetteer().units
    left, right = (units[unit] for unit in pair)
    names = (left.names[0].value, right.names[0].value)
    there, back = compare_places(*names), compare_places(*reversed(names))
    assert [line.millibits for line in there.items] == [line.millibits for line in back.items]
    assert there.millibits == back.millibits


@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_likeness_of_places_is_symmetric_bounded_and_the_sum_of_its_lines(
    left: str, right: str
) -> None:
    """PX3 and PX5."""
    there, back = compare_places(left, right), compare_places(right, left)
    assert there.millibits == back.millibits
    assert abs(there.millibits) <= BOUND_MILLIBITS
    assert sum(line.millibits for line in there.items) == there.millibits
    assert [(item, MIRRORED.get(relation, relation)) for item, relation in told(there)] == told(
        back
    )
    assert [line.millibits for line in there.items] == [line.millibits for line in back.items]


@pytest.mark.parametrize("county", counties_1945()[::7])
def test_a_place_is_never_less_like_itself_than_like_another(county: object) -> None:
    name = county.key  # type: ignore[attr-defined]
    own = compare_places(name, name).millibits
    assert all(compare_places(name, other).millibits <= own for other in ("해주", "황해도", "함흥"))


def test_every_line_is_told_in_both_languages() -> None:
    pairs = [
        ("황해도 봉산군", "황해북도 은파군"),
        ("봉산군", "황해도"),
        ("황해도", "봉산군"),
        ("봉산군", "봉산군"),
        ("봉산군", "해주"),
        ("봉산군", "평양"),
        ("산골", "봉산군"),
        ("회창군", "곡산군"),
        ("곡산군", "회창군"),
        ("회창군", "판교군"),
    ]
    lines = [line for left, right in pairs for line in compare_places(left, right).items]
    for line, language in product(lines, LANGUAGES):
        assert line.why(language)
    told_codes = {f"names.ground_{line.item.value}_{line.relation.value}" for line in lines}
    assert told_codes == {code for code in messages() if code.startswith("names.ground_")}


def test_a_name_with_several_meanings_says_less() -> None:
    sure = compare_places("강원도 고성군", "강원도 고성군").millibits
    unsure = compare_matches(find("고성군"), find("강원도 고성군")).millibits
    assert 0 < unsure < sure
