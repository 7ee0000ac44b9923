"""How common names are: rules Q1 to Q3."""

from __future__ import annotations

from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.frequencies import (
    FAMILY_SHARE_MIN,
    GIVEN_SHARE_MIN,
    family_share,
    given_share,
    known_families,
    known_syllables,
)
from sangbong.names.korean.tables import rows


def test_family_names_have_their_share_of_the_census() -> None:
    assert family_share("김") == pytest.approx(0.21507, abs=1e-5)
    assert family_share("이") == family_share("리") == pytest.approx(0.147, abs=1e-4)
    assert list(known_families())[:3] == ["김", "이", "박"]


def test_the_two_spellings_of_a_family_are_one_share() -> None:
    # Q1: 나 and 라 are counted apart in the South and are one name
    assert family_share("나") == family_share("라") == pytest.approx(187_000 / 49_705_663)
    assert "라" not in known_families()


def test_families_missing_from_the_census_table_are_there() -> None:
    assert all(family_share(form) > FAMILY_SHARE_MIN for form in ("나", "석", "은", "편"))


def test_a_family_of_no_table_has_the_floor() -> None:
    # Q3
    assert family_share("뷁") == FAMILY_SHARE_MIN
    assert family_share("") == FAMILY_SHARE_MIN


def test_shares_of_families_sum_to_no_more_than_one() -> None:
    assert 0.95 < fsum(known_families().values()) <= 1.0


def test_names_in_ja_are_of_women_of_the_thirties_and_forties() -> None:
    # Q2
    forties = given_share("자", 1, sex="F", decade=1940)
    assert forties > 0.2
    assert forties > 5 * given_share("자", 1, sex="F", decade=1910)
    assert forties > 5 * given_share("자", 1, sex="F", decade=1970)
    assert given_share("자", 1, sex="M", decade=1940) < 0.01


def test_an_unknown_sex_and_decade_lie_between() -> None:
    known = [given_share("희", 1, sex=sex, decade=1940) for sex in "MF"]
    assert min(known) < given_share("희", 1, decade=1940) < max(known)
    assert GIVEN_SHARE_MIN < given_share("희", 1) < 0.2


def test_a_decade_without_printed_counts_uses_the_list_alone() -> None:
    assert given_share("수", 1, sex="M", decade=1930) > 0.02
    assert given_share("수", 1, sex="M", decade=1880) == given_share("수", 1, sex="M", decade=1910)


def test_a_third_syllable_counts_as_a_last_one() -> None:
    assert given_share("수", 5, sex="M") == given_share("수", 1, sex="M")


def test_a_syllable_of_no_table_has_the_floor() -> None:
    assert given_share("뷁", 0) == GIVEN_SHARE_MIN


def test_every_row_has_a_source() -> None:
    tables = ("given_syllables", "surnames_kr_2015_more", "given_names_by_year")
    assert all(row["source"] for table in tables for row in rows(table))


@given(
    st.sampled_from(sorted(known_syllables(0))),
    st.sampled_from(["", "M", "F"]),
    st.sampled_from([None, 1900, 1930, 1940, 1950, 1960, 1970, 1990]),
)
def test_shares_are_within_bounds(form: str, sex: str, decade: int | None) -> None:
    assert GIVEN_SHARE_MIN <= given_share(form, 0, sex=sex, decade=decade) < 0.5


@given(
    st.integers(min_value=0, max_value=1),
    st.sampled_from(["M", "F"]),
    st.sampled_from([1900, 1930, 1940, 1950, 1960, 1970]),
)
def test_shares_at_one_place_sum_to_one(position: int, sex: str, decade: int) -> None:
    known = known_syllables(position)
    total = fsum(given_share(form, position, sex=sex, decade=decade) for form in known)
    # the floor adds a little for forms of the other sex
    assert 0.99 < total < 1.05
