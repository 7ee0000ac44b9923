"""Which of many numbered things are there: a bit for each, the first in the highest of the first byte.

The same form as `FilmStore.have` gives.
"""

from __future__ import annotations

from collections.abc import Iterable


def bits_of(places: Iterable[int], *, count: int) -> bytes:
    """The bits of these places, among `count`."""
    bits = bytearray(-(-count // 8))
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return bytes(bits)


def places_of(bits: bytes, *, count: int) -> set[int]:
    """The places whose bits are set, among the first `count`."""
    return {
        place
        for place in range(min(count, 8 * len(bits)))
        if bits[place // 8] & (0x80 >> place % 8)
    }


def joined(one: bytes, other: bytes) -> bytes:
    """The bits that are set in either."""
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    padded = shorter.ljust(len(longer), b"\0")
    return bytes(a | b for a, b in zip(longer, padded, strict=True))
