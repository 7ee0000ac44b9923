"""The growing log's tree against published vectors and a naive tree (rules MT1 to MT4)."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.liaison.core.evidence.merkle import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    read_frontier,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# Source: transparency-dev/merkle, testonly/constants.go (leaf inputs, root hashes) and
# testonly/reference_test.go (TestRefInclusionProof, TestRefConsistencyProof): the vectors of the
# Certificate Transparency code for RFC 6962 and RFC 9162.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSIONS = [
    (0, 1, []),
    (0, 2, ["96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"]),
    (1, 2, ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"]),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]
CONSISTENCIES = [
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
]
HASHES = [leaf_hash(leaf) for leaf in LEAVES]


def naive_root(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = max(2**n for n in range(20) if 2**n < len(hashes))
    return sha256(b"\x01" + naive_root(hashes[:split]) + naive_root(hashes[split:])).digest()


def naive_path(hashes: list[bytes], index: int) -> list[bytes]:
    """RFC 6962 section 2.1.1, word for word."""
    if len(hashes) == 1:
        return []
    split = max(2**n for n in range(20) if 2**n < len(hashes))
    if index < split:
        return [*naive_path(hashes[:split], index), naive_root(hashes[split:])]
    return [*naive_path(hashes[split:], index - split), naive_root(hashes[:split])]


def naive_subproof(hashes: list[bytes], first: int, *, whole: bool) -> list[bytes]:
    """RFC 6962 section 2.1.2, word for word."""
    if first == len(hashes):
        return [] if whole else [naive_root(hashes)]
    split = max(2**n for n in range(20) if 2**n < len(hashes))
    if first <= split:
        return [*naive_subproof(hashes[:split], first, whole=whole), naive_root(hashes[split:])]
    rest = naive_subproof(hashes[split:], first - split, whole=False)
    return [*rest, naive_root(hashes[:split])]


def made(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % n) for n in range(size)]


@pytest.mark.parametrize("size", range(9))
def test_every_published_root(size):
    assert root_of(HASHES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSIONS)
def test_every_published_inclusion_proof(index, size, path):
    proof = tuple(bytes.fromhex(one) for one in path)

    assert inclusion_proof(HASHES[:size], index) == proof
    assert verify_inclusion(
        index=index, size=size, leaf=HASHES[index], proof=proof, root=bytes.fromhex(ROOTS[size])
    )


@pytest.mark.parametrize(("first", "second", "path"), CONSISTENCIES)
def test_every_published_consistency_proof(first, second, path):
    proof = tuple(bytes.fromhex(one) for one in path)

    assert consistency_proof(HASHES[:second], first) == proof
    assert verify_consistency(
        first=first,
        first_root=bytes.fromhex(ROOTS[first]),
        second=second,
        second_root=bytes.fromhex(ROOTS[second]),
        proof=proof,
    )


@given(st.integers(0, 130), st.integers(0, 130))
def test_a_frontier_grows_to_the_same_tree_from_wherever_it_was_kept(size, at):
    """T2, MT3."""
    hashes, at = made(size), min(at, size)
    kept = Frontier().extended(hashes[:at])
    grown = read_frontier(at, kept.encode()).extended(hashes[at:])

    assert grown == Frontier().extended(hashes)
    assert grown.root() == naive_root(hashes)


@given(st.integers(1, 130), st.data())
def test_inclusion_proofs_are_those_of_the_definition_and_show_nothing_else(size, data):
    """T4."""
    hashes = made(size)
    index = data.draw(st.integers(0, size - 1))
    proof, root = inclusion_proof(hashes, index), naive_root(hashes)

    assert proof == tuple(naive_path(hashes, index))
    fact = {"index": index, "size": size, "leaf": hashes[index], "proof": proof, "root": root}
    assert verify_inclusion(**fact)
    other = leaf_hash(b"another")
    altered = [
        fact | {"leaf": other},
        fact | {"root": other},
        fact | {"proof": (*proof, other)},
        fact | {"index": size},
        fact | {"index": -1},
    ]
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        altered += [
            fact | {"proof": (*proof[:place], other, *proof[place + 1 :])},
            fact | {"proof": proof[:-1]},
            fact | {"index": data.draw(st.integers(0, size - 1).filter(lambda n: n != index))},
        ]
    assert [verify_inclusion(**one) for one in altered] == [False] * len(altered)


@given(st.integers(0, 130), st.integers(0, 130), st.data())
def test_consistency_proofs_are_those_of_the_definition_and_show_nothing_else(one, two, data):
    """T4."""
    first, second = sorted((one, two))
    hashes = made(second)
    proof = consistency_proof(hashes, first)
    fact = {
        "first": first,
        "first_root": naive_root(hashes[:first]),
        "second": second,
        "second_root": naive_root(hashes),
        "proof": proof,
    }

    assert proof == (tuple(naive_subproof(hashes, first, whole=True)) if first else ())
    assert verify_consistency(**fact)
    other = leaf_hash(b"another")
    altered = [
        fact | {"first_root": other},
        fact | {"proof": (*proof, other)},
        fact | {"first": second + 1},
        fact | {"first": -1},
    ]
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        altered += [
            fact | {"proof": (*proof[:place], other, *proof[place + 1 :])},
            fact | {"proof": proof[:-1]},
            fact | {"proof": ()},
            fact | {"second_root": other},
        ]
    assert [verify_consistency(**one) for one in altered] == [False] * len(altered)


@given(st.integers(2, 100), st.data())
def test_no_proof_joins_a_forked_log_to_its_past(size, data):
    """T4: of a log whose past was changed no honest proof verifies."""
    first = data.draw(st.integers(1, size - 1))
    at = data.draw(st.integers(0, first - 1))
    hashes = made(size)
    forked = [*hashes[:at], leaf_hash(b"another"), *hashes[at + 1 :]]

    assert not verify_consistency(
        first=first,
        first_root=root_of(hashes[:first]),
        second=size,
        second_root=root_of(forked),
        proof=consistency_proof(forked, first),
    )


def test_a_leaf_cannot_pass_for_a_node():
    """T1."""
    left, right = HASHES[:2]

    assert leaf_hash(left + right) != node_hash(left, right)
    assert root_of([]) == EMPTY_ROOT


def test_what_is_no_tree_is_refused():
    """T3, MT4."""
    for size, data in ((1, b""), (0, bytes(32)), (1, bytes(31)), (-1, bytes(32)), (2**48 + 1, b"")):
        with pytest.raises(ValueError, match="not a frontier"):
            read_frontier(size, data)
    for index in (-1, 8):
        with pytest.raises(ValueError, match="no such leaf"):
            inclusion_proof(HASHES, index)
    for first in (-1, 9):
        with pytest.raises(ValueError, match="no such smaller tree"):
            consistency_proof(HASHES, first)
