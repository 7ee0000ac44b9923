from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.selection import plain_draw

from sangbong.programmes.korea import loader
from sangbong.selection.core.roll import RollLine
from sangbong.selection.core.weighing import (
    Weighed,
    allot,
    common_multiple,
    criteria_hash,
    weigh,
)

ROUND_21 = loader.criteria("korea-21-2018")
ROUND_5 = loader.criteria("korea-05-2002")
BOTH = ("name_to_other_side", "search")


def line(age: int, tier: str, consents: tuple[str, ...] = BOTH, excluded: str = "") -> RollLine:
    return RollLine("A-1", age, tier, date(2018, 6, 24), consents, excluded)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (line(90, "direct"), Weighed("", 0, 6)),
        (line(89, "sibling"), Weighed("", 1, 3)),
        (line(0, "third_degree_plus"), Weighed("", 4, 1)),
        (line(95, "neighbour"), Weighed("weight_zero", 0, 0)),
        (line(95, "direct", ("search",)), Weighed("consent_missing", 0, 0)),
        (line(95, "direct", (), "shielded"), Weighed("shielded", 0, 0)),
    ],
)
def test_round_21_weighs_kin_and_leaves_age_to_the_quotas(
    found: RollLine, expected: Weighed
) -> None:
    assert weigh(found, ROUND_21) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (line(80, "direct"), Weighed("", 0, 78)),
        (line(79, "sibling"), Weighed("", 1, 15)),
        (line(59, "direct"), Weighed("weight_zero", 3, 0)),
        (line(85, "third_degree_plus"), Weighed("weight_zero", 0, 0)),
    ],
)
def test_round_5_multiplies_age_and_kin_and_shuts_the_young_and_far_out(
    found: RollLine, expected: Weighed
) -> None:
    assert weigh(found, ROUND_5) == expected


def test_the_common_multiple_divides_by_every_weight() -> None:
    assert (common_multiple(ROUND_21), common_multiple(ROUND_5)) == (6, 780)


def test_criteria_that_differ_in_one_number_have_another_hash() -> None:
    assert criteria_hash(ROUND_21) != criteria_hash(ROUND_5)
    assert criteria_hash(ROUND_21) == criteria_hash(ROUND_21)


def test_half_of_500_places_go_to_age_90_and_the_rest_by_people() -> None:
    # The shares of the living applicants of 2017-03-31.
    people = [11_863, 26_366, 13_944, 5_079, 4_070]
    permille: list[int | None] = [500, None, None, None, None]
    given_out = allot(places=500, people=people, permille=permille)
    assert given_out == [250, 133, 70, 26, 21]


@given(
    st.integers(0, 600),
    st.lists(st.integers(0, 500), min_size=3, max_size=3),
    st.lists(st.none() | st.integers(0, 333), min_size=3, max_size=3),
)
def test_quotas_never_pass_the_places_or_the_people(
    places: int, people: list[int], permille: list[int | None]
) -> None:
    quotas = allot(places=places, people=people, permille=permille)
    assert sum(quotas) <= places
    assert all(0 <= quota <= there for quota, there in zip(quotas, people, strict=True))
    assert quotas == plain_draw.quotas(places, people, permille)
