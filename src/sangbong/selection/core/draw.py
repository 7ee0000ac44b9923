"""The weighted draw, exact in integers, so that any language gets the same list.

Each entry has u = U / 2**64 from a keyed hash and the key K = -log2(u) / weight; the smallest
keys are drawn. Ordering by such keys draws without replacement in proportion to the weights.

Source: P. Efraimidis, P. Spirakis, "Weighted random sampling with a reservoir", Information
Processing Letters 97 (2006); the integer form is ours: spec/draw.md.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sangbong.kernel.errors import SangbongError

DRAW_MAGIC = b"sangbong-draw-0\n"
SEED_BYTES = 32
U_BITS = 64
FRACTION_BITS = 64
_MANTISSA_BITS = 127
_TOP = 1 << (_MANTISSA_BITS + 1)
# A float key is off by less than 2**-40 of itself and 4 multiples; `smallest` allows 16 times that.
_SLACK = 2.0**-36

Indices = npt.NDArray[np.int64]


class DrawEntry(NamedTuple):
    """Somebody who may be drawn: the band's place in the criteria, and a weight of at least 1."""

    application_no: str
    band: int
    weight: int


class Drawn(NamedTuple):
    """One drawn entry: `rank` counts from 1, `key` is K, `tag` the keyed hash in hex."""

    rank: int
    application_no: str
    band: int
    weight: int
    key: int
    tag: str


class DrawResult(NamedTuple):
    """The drawn in the order of their keys, then the reserves in theirs, ranks running on."""

    drawn: tuple[Drawn, ...]
    reserves: tuple[Drawn, ...]


def read_seed(written: str) -> bytes:
    """The seed's 32 bytes from 64 hex digits.

    Raises:
        SangbongError: `selection.seed_unreadable`: the writer's fault.
    """
    try:
        seed = bytes.fromhex(written)
    except ValueError as error:
        raise SangbongError("selection.seed_unreadable") from error
    if len(seed) != SEED_BYTES or len(written) != 2 * SEED_BYTES:
        raise SangbongError("selection.seed_unreadable")
    return seed


def tag(*, seed: bytes, roll_sha256: str, application_no: str) -> bytes:
    """The keyed hash of one entry, 64 bytes.

    Source: RFC 2104 with SHA-512; spec/draw.md, section 3.
    """
    message = DRAW_MAGIC + roll_sha256.encode() + b"\n" + application_no.encode()
    return hmac.digest(seed, message, "sha512")


def uniform(tag_bytes: bytes) -> int:
    """U, from 1 to 2**64: the tag's first eight bytes as a big-endian number, plus one."""
    return int.from_bytes(tag_bytes[:8], "big") + 1


def minus_log2(u: int) -> int:
    """E, the fixed-point value of -log2(U / 2**64) with 64 fractional bits, for U from 1 to 2**64.

    Repeated squaring of a 128-bit mantissa, cutting the bits that do not fit: every step is
    integer, so the result is the same everywhere. It is at most two units above the true value.

    Source: J. C. Majithia, D. Levan, "A note on base-2 logarithm computations", Proceedings of
    the IEEE 61 (1973); spec/draw.md, section 4.
    """
    whole = u.bit_length() - 1
    mantissa = u << (_MANTISSA_BITS - whole)
    fraction = 0
    for _bit in range(FRACTION_BITS):
        mantissa = mantissa * mantissa >> _MANTISSA_BITS
        fraction <<= 1
        if mantissa >= _TOP:
            mantissa >>= 1
            fraction |= 1
    return (U_BITS << FRACTION_BITS) - ((whole << FRACTION_BITS) | fraction)


def draw(
    entries: Sequence[DrawEntry],
    *,
    seed: bytes,
    roll_sha256: str,
    multiple: int,
    places: int,
    reserves: int,
    quotas: Sequence[int] | None,
) -> DrawResult:
    """Draw `places` entries and `reserves` more.

    With `quotas` (one number a band) each band first fills its own quota by its smallest keys;
    the places left over go to the smallest keys of everybody else. Reserves are the next
    smallest keys of all bands. The order of `entries` does not matter. `multiple` is a multiple
    of every weight.
    """
    tags = [
        tag(seed=seed, roll_sha256=roll_sha256, application_no=entry.application_no)
        for entry in entries
    ]
    keys = Keys(entries, tags=tags, multiple=multiple)
    everybody: Indices = np.arange(len(entries), dtype=np.int64)
    drawn: list[int] = []
    if quotas is not None:
        bands = np.fromiter((entry.band for entry in entries), dtype=np.int64, count=len(entries))
        for band, quota in enumerate(quotas):
            drawn += keys.smallest(everybody[bands == band], quota)
    rest = np.setdiff1d(everybody, np.array(drawn, dtype=np.int64), assume_unique=True)
    free = places - len(drawn)
    following = keys.smallest(rest, free + reserves)
    drawn = sorted(drawn + following[:free], key=keys.order)
    return DrawResult(
        drawn=tuple(keys.drawn(at, rank) for rank, at in enumerate(drawn, start=1)),
        reserves=tuple(
            keys.drawn(at, rank) for rank, at in enumerate(following[free:], start=len(drawn) + 1)
        ),
    )


class Keys:
    """The keys of all entries: a float for everybody, the exact integer where it decides."""

    def __init__(
        self, entries: Sequence[DrawEntry], *, tags: Sequence[bytes], multiple: int
    ) -> None:
        """Take the entries with their tags, in the same order."""
        self._entries = entries
        self._tags = tags
        self._multiple = multiple
        self._exact: dict[int, int] = {}
        weights = np.fromiter((entry.weight for entry in entries), np.float64, count=len(entries))
        heads = np.frombuffer(b"".join(tag_bytes[:8] for tag_bytes in tags), dtype=">u8").astype(
            np.uint64
        )
        self._floats = _approximate_minus_log2(heads) * (multiple / weights)

    def exact(self, at: int) -> int:
        """K of one entry: E times the multiple, divided by the weight, without remainder."""
        if at not in self._exact:
            scale = self._multiple // self._entries[at].weight
            self._exact[at] = minus_log2(uniform(self._tags[at])) * scale
        return self._exact[at]

    def order(self, at: int) -> tuple[int, bytes, str]:
        """What the ranking sorts by: the key, then the whole tag, then the application number."""
        return self.exact(at), self._tags[at], self._entries[at].application_no

    def smallest(self, among: Indices, count: int) -> list[int]:
        """The `count` entries with the smallest exact keys, in order.

        The floats only set aside what cannot be among them: the count-th smallest float, widened
        by more than the floats can be wrong, is an upper bound for the float of everyone wanted.
        """
        if count <= 0 or not len(among):
            return []
        if count < len(among):
            floats = self._floats[among]
            bound = float(np.partition(floats, count - 1)[count - 1])
            among = among[floats <= bound * (1 + _SLACK) + 16.0 * self._multiple]
        return sorted(among.tolist(), key=self.order)[:count]

    def drawn(self, at: int, rank: int) -> Drawn:
        """One entry with its rank, as the result shows it."""
        entry = self._entries[at]
        return Drawn(
            rank=rank,
            application_no=entry.application_no,
            band=entry.band,
            weight=entry.weight,
            key=self.exact(at),
            tag=self._tags[at].hex(),
        )


def _approximate_minus_log2(heads: npt.NDArray[np.uint64]) -> npt.NDArray[np.float64]:
    """-log2((head + 1) / 2**64) in units of 2**-64, good to about 15 digits at both ends."""
    below_one = (~heads).astype(np.float64) / 2.0**64  # 1 - u, exact before its rounding
    with np.errstate(divide="ignore"):
        near_one = -np.log1p(-below_one)
    far = -np.log((heads.astype(np.float64) + 1.0) / 2.0**64)
    bits: npt.NDArray[np.float64] = np.where(below_one < 0.5, near_one, far) / np.log(2.0)
    return bits * 2.0**FRACTION_BITS
