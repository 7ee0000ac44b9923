"""Films: pieces that anyone may move and check, and only the recipient open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.film import (
    FILM_BYTES_MAX,
    PIECE_BYTES,
    PIECES_MAX,
    film_class,
    is_film_class,
    pieces_for,
)


@given(st.integers(1, PIECES_MAX))
def test_a_class_holds_the_pieces_and_has_six_significant_bits(pieces):
    """F1."""
    padded = film_class(pieces)

    assert padded >= pieces
    assert is_film_class(padded)
    assert len(f"{padded:b}".rstrip("0")) <= 6
    assert 32 * (padded - pieces) <= pieces


def test_small_films_are_their_own_class_and_larger_ones_share_one():
    """F1."""
    classes = [n for n in range(140) if is_film_class(n)]
    assert classes == [*range(1, 65), *range(66, 129, 2), 132, 136]


def test_a_film_has_at_least_one_piece_and_at_most_the_bound():
    """F1."""
    assert [pieces_for(n) for n in (1, PIECE_BYTES, PIECE_BYTES + 1)] == [1, 1, 2]
    assert pieces_for(FILM_BYTES_MAX) == PIECES_MAX
    with pytest.raises(SangbongError) as told:
        pieces_for(FILM_BYTES_MAX + 1)
    assert told.value.code == "liaison.too_large"
