"""Rules K1 to K3: a number that was copied badly is noticed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sangbong.liaison.core.paper.check_digits import (
    check_digits,
    check_of,
    checked,
    digits_of,
    grouped,
    is_checked,
    ungrouped,
)

NUMBERS = st.text("0123456789", min_size=1, max_size=24)


@pytest.mark.parametrize(
    ("number", "wanted"),
    [("794", "44"), ("0", "98"), ("000000", "98"), ("1", "95"), ("99999999999", "86")],
)
def test_check_digits_are_those_of_the_standard(number: str, wanted: str) -> None:
    # 79444 is the example of ISO/IEC 7064 for MOD 97-10
    assert check_digits(number) == wanted
    assert int(number + wanted) % 97 == 1


@given(NUMBERS)
def test_a_number_with_its_digits_leaves_one(number: str) -> None:
    assert is_checked(checked(number))
    assert int(checked(number)) % 97 == 1


@given(NUMBERS, st.data())
def test_every_single_wrong_digit_is_noticed(number: str, data: st.DataObject) -> None:
    whole = checked(number)
    at = data.draw(st.integers(0, len(whole) - 1))
    digit = data.draw(st.sampled_from("0123456789"))
    assume(digit != whole[at])
    assert not is_checked(whole[:at] + digit + whole[at + 1 :])


@given(NUMBERS, st.data())
def test_every_swap_of_neighbours_is_noticed(number: str, data: st.DataObject) -> None:
    whole = checked(number)
    at = data.draw(st.integers(0, len(whole) - 2))
    assume(whole[at] != whole[at + 1])
    assert not is_checked(whole[:at] + whole[at + 1] + whole[at] + whole[at + 2 :])


@pytest.mark.parametrize("text", ["", "1", "98", "12a44", "79445", "７９４４４"])
def test_what_is_no_checked_number_is_not_taken_for_one(text: str) -> None:
    assert not is_checked(text)


@given(NUMBERS)
def test_grouping_says_nothing(number: str) -> None:
    assert ungrouped(grouped(number)) == number
    assert ungrouped(grouped(number).replace(" ", "-")) == number


def test_full_width_digits_are_digits() -> None:
    assert ungrouped("０００３　１２４８-７４４１") == "000312487441"


def test_digits_of_a_text_are_checked_in_their_order() -> None:
    assert digits_of("연락 2018-17") == "201817"
    assert (check_of("연락 2018-17"), check_of("금강산")) == (check_digits("201817"), "")
