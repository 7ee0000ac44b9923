"""A film's sealed pieces: moved and checked by anyone on the way, opened only by the recipient.

1. (F1) A film is cut into pieces of `PIECE_BYTES`. The last ones are filled with zero bytes, and
   whole pieces of zero bytes follow, up to a *film class*: a number of pieces with at most six
   significant bits. A reader on the way learns the class and no more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sangbong.kernel.errors import SangbongError

PIECE_BYTES = 64 * 1024
KEY_BYTES = 32
PIECES_MAX = 2**18
FILM_BYTES_MAX = PIECES_MAX * PIECE_BYTES
"""16 GiB."""
FILM_PATTERN = re.compile(r"(?:[0-9a-f]{64})?")
_CLASS_BITS = 6


@dataclass(frozen=True, slots=True)
class FilmKey:
    """What opens a film: its key, and its length in bytes without the padding."""

    key: bytes
    length: int


def film_class(pieces: int) -> int:
    """The smallest class of at least so many pieces: rule F1."""
    assert pieces >= 1, "a film has a piece"  # noqa: S101 -- our own mistake
    spare = max(0, pieces.bit_length() - _CLASS_BITS)
    return -(-pieces >> spare) << spare


def is_film_class(pieces: int) -> bool:
    """Whether a stated number of pieces is one of the classes."""
    return 1 <= pieces <= PIECES_MAX and film_class(pieces) == pieces


def pieces_for(length: int) -> int:
    """How many sealed pieces a film of so many bytes has, its padding included.

    Raises:
        SangbongError: `liaison.too_large`, the sender's fault.
    """
    if length > FILM_BYTES_MAX:
        raise SangbongError("liaison.too_large", bytes=length, limit=FILM_BYTES_MAX)
    return film_class(max(1, -(-length // PIECE_BYTES)))
