from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean import spelling
from sangbong.names.usage import NO_OTHER_CALENDAR, usage
from sangbong.programmes.naming import USAGE

KOREAN = usage("korean")


def test_u1_the_programme_says_which_tradition_its_people_have() -> None:
    assert USAGE is KOREAN


def test_an_unknown_tradition_is_the_configurations_fault() -> None:
    with pytest.raises(KeyError, match="atlantean"):
        usage("atlantean")


def test_a_bound_function_is_the_traditions_own() -> None:
    assert KOREAN.fold is spelling.fold
    assert KOREAN.split is spelling.split


@given(st.text(max_size=12))
def test_u2_folding_twice_changes_nothing(text: str) -> None:
    assert KOREAN.fold(KOREAN.fold(text)) == KOREAN.fold(text)


@pytest.mark.parametrize(
    ("folded", "family", "alone"),
    [("복순", "이", True), ("이순", "이", False), ("이복순", "이", False), ("복동이", "이", False)],
)
def test_a_house_name_of_two_syllables_leaves_the_family_name_out(
    folded: str, family: str, *, alone: bool
) -> None:
    assert KOREAN.is_given_alone(folded, family) is alone


@pytest.mark.parametrize(("text", "own"), [("이 영희", True), ("Lee", False), ("", False)])
def test_the_own_script_is_hangul(text: str, *, own: bool) -> None:
    assert KOREAN.is_own_script(text) is own


def test_u3_a_name_is_found_among_the_readings_of_its_free_spelling() -> None:
    assert KOREAN.reading_of("이", "영희") in KOREAN.free_readings("Rhee Young-hi")


def test_where_there_is_no_other_calendar_it_has_no_day() -> None:
    assert NO_OTHER_CALENDAR.solar_of(1931, 5, 5) is None
    assert NO_OTHER_CALENDAR.numerals_of(date(1931, 5, 5)) is None
    assert KOREAN.other_calendar.solar_of(1931, 1, 1) == date(1931, 2, 17)
    assert KOREAN.other_calendar.numerals_of(date(1931, 2, 17)) == (1931, 1, 1, False)
