from __future__ import annotations

import pytest

from sangbong.names.tradition import UNKNOWN_PART, Part, part, tradition


def test_a_part_of_weights_sums_to_one_the_likeliest_first() -> None:
    assert part({"이": 1.0, "리": 3.0}) == Part((("리", 0.75), ("이", 0.25)))


def test_equal_weights_stand_in_the_order_of_their_forms() -> None:
    assert part({"b": 1.0, "a": 1.0}) == Part((("a", 0.5), ("b", 0.5)))


def test_an_option_below_one_in_two_hundred_is_left_out_and_the_rest_sums_to_one() -> None:
    assert part({"a": 996.0, "b": 4.0}) == Part((("a", 1.0),))
    assert part({"a": 995.0, "b": 5.0}) == Part((("a", 0.995), ("b", 0.005)))


@pytest.mark.parametrize("nothing", [{}, {"a": 0.0}])
def test_a_part_of_nothing_is_unknown(nothing: dict[str, float]) -> None:
    assert part(nothing) is UNKNOWN_PART
    assert not part(nothing).is_known


def test_a_part_with_an_option_is_known() -> None:
    assert part({"a": 2.0}).is_known


@pytest.mark.parametrize("code", ["korean", "latin"])
def test_a_tradition_is_found_by_its_code_and_knows_it(code: str) -> None:
    assert tradition(code).code == code
    assert tradition(code) is tradition(code)


def test_an_unknown_tradition_is_the_configurations_fault() -> None:
    with pytest.raises(KeyError, match="atlantean"):
        tradition("atlantean")
