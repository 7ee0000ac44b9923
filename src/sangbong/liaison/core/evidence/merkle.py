"""A Merkle tree over a list that only grows, hashed as in RFC 6962.

1. (MT1) A leaf's hash is SHA-256 over a zero byte and the leaf; a node's is SHA-256 over a one byte, the
   left and the right hash. So no leaf can pass for a node.
2. (MT2) A tree of n leaves is split at the largest power of two below n; the empty tree's root is the
   SHA-256 of nothing.
3. (MT3) A frontier (the roots of the perfect subtrees, largest first: at most 63) is all that is needed
   to append and to tell the root: 32 bytes for each one-bit in the size.
4. (MT4) An inclusion proof shows that a leaf stands at an index of the tree with a root; a consistency
   proof shows that a smaller tree is the beginning of a larger one. A proof has one length: a longer
   or shorter one is refused.

Source: RFC 6962 section 2.1; the two verifications as in RFC 9162 sections 2.1.3.2 and 2.1.4.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH_BYTES = 32
SIZE_MAX = 2**48
"""More leaves than any two offices will ever have; keeps every number in its bounds."""
EMPTY_ROOT = sha256(b"").digest()

Proof = tuple[bytes, ...]


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf: rule MT1."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees: rule MT1."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """What is kept of a tree of `size` leaves in order to go on: rule MT3."""

    size: int = 0
    hashes: Proof = ()

    def __post_init__(self) -> None:
        """A frontier has one hash for each one-bit of its size.

        Raises:
            ValueError: it has not, or a hash has not 32 bytes: whoever stored or sent it.
        """
        fits = 0 <= self.size <= SIZE_MAX and len(self.hashes) == self.size.bit_count()
        if not fits or any(len(one) != HASH_BYTES for one in self.hashes):
            raise ValueError("not a frontier")

    def extended(self, leaf_hashes: Iterable[bytes]) -> Frontier:
        """The frontier after these leaves."""
        stack, size = list(self.hashes), self.size
        for one in leaf_hashes:
            # as many subtrees close as the size ends in one-bits
            carry, rest = one, size
            while rest & 1:
                carry = sha256(b"\x01" + stack.pop() + carry).digest()
                rest >>= 1
            stack.append(carry)
            size += 1
        return Frontier(size, tuple(stack))

    def root(self) -> bytes:
        """The root of the whole tree."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for left in reversed(self.hashes[:-1]):
            root = node_hash(left, root)
        return root

    def encode(self) -> bytes:
        """The hashes as bytes, to be kept beside the size."""
        return b"".join(self.hashes)


def read_frontier(size: int, data: bytes) -> Frontier:
    """Take a kept frontier back.

    Raises:
        ValueError: the bytes are not that size's: our own storage's fault.
    """
    pieces = range(0, len(data), HASH_BYTES)
    return Frontier(size, tuple(data[start : start + HASH_BYTES] for start in pieces))


def root_of(leaf_hashes: Iterable[bytes]) -> bytes:
    """The root over all these leaves: rule MT2."""
    return Frontier().extended(leaf_hashes).root()


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> Proof:
    """The proof that the leaf at `index` (from 0) stands in the tree over all these leaves.

    Raises:
        ValueError: there is no such leaf: the caller's fault.
    """
    low, high = 0, len(leaf_hashes)
    if not 0 <= index < high:
        raise ValueError("no such leaf")
    path: list[bytes] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(root_of(leaf_hashes[middle:high]))
            high = middle
        else:
            path.append(root_of(leaf_hashes[low:middle]))
            low = middle
    return tuple(reversed(path))


def consistency_proof(leaf_hashes: Sequence[bytes], first: int) -> Proof:
    """The proof that the tree of the first `first` leaves is the beginning of the tree over all.

    Raises:
        ValueError: `first` is not between 0 and the number of leaves: the caller's fault.
    """
    low, high = 0, len(leaf_hashes)
    if not 0 <= first <= high:
        raise ValueError("no such smaller tree")
    if first in {0, high}:
        return ()
    path: list[bytes] = []
    whole = True
    while first != high:
        middle = low + _split(high - low)
        if first <= middle:
            path.append(root_of(leaf_hashes[middle:high]))
            high = middle
        else:
            path.append(root_of(leaf_hashes[low:middle]))
            low, whole = middle, False
    if not whole:
        path.append(root_of(leaf_hashes[low:high]))
    return tuple(reversed(path))


def verify_inclusion(*, index: int, size: int, leaf: bytes, proof: Proof, root: bytes) -> bool:
    """Whether a leaf's hash stands at `index` of the tree of `size` leaves with this root: rule MT4."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(step, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, step)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def verify_consistency(
    *, first: int, first_root: bytes, second: int, second_root: bytes, proof: Proof
) -> bool:
    """Whether the tree of `first` leaves is the beginning of that of `second`: rule MT4."""
    if not 0 <= first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    if first == 0:
        return not proof and first_root == EMPTY_ROOT
    # the first tree's own root heads the proof unless that tree is perfect
    path = list(proof) if first & (first - 1) else [first_root, *proof]
    if not path:
        return False
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
