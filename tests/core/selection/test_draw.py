from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from math import log2

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.core.selection import plain_draw

from sangbong.kernel.errors import SangbongError
from sangbong.selection.core.draw import (
    DrawEntry,
    DrawResult,
    Keys,
    draw,
    minus_log2,
    read_seed,
    tag,
    uniform,
)

ROLL = "ab" * 32
WEIGHTS = (1, 2, 3, 6)
entries_strategy = st.lists(
    st.builds(
        DrawEntry,
        st.from_regex(r"[A-Z]{1,3}-[0-9]{1,3}", fullmatch=True),
        st.integers(0, 2),
        st.sampled_from(WEIGHTS),
    ),
    max_size=60,
    unique_by=lambda entry: entry.application_no,
)
seeds = st.binary(min_size=32, max_size=32)
quotas_strategy = st.none() | st.tuples(*[st.integers(0, 8)] * 3)


def run(
    entries: Sequence[DrawEntry],
    seed: bytes,
    *,
    places: int = 10,
    reserves: int = 3,
    quotas: Sequence[int] | None = None,
) -> DrawResult:
    return draw(
        entries,
        seed=seed,
        roll_sha256=ROLL,
        multiple=6,
        places=places,
        reserves=reserves,
        quotas=quotas,
    )


def numbers(result: DrawResult) -> tuple[list[str], list[str]]:
    return (
        [entry.application_no for entry in result.drawn],
        [entry.application_no for entry in result.reserves],
    )


@given(st.integers(1, 2**64))
@example(1)
@example(2**64)
@example(2**64 - 1)
@example(2**63)
def test_the_logarithm_is_the_specified_one_and_close_to_the_true_one(u: int) -> None:
    found = minus_log2(u)
    assert found == plain_draw.logarithm(u)
    assert abs(found / 2**64 - (64 - log2(u))) < 1e-12


@given(st.integers(1, 2**64 - 1))
def test_a_larger_u_never_has_a_larger_key(u: int) -> None:
    assert minus_log2(u + 1) <= minus_log2(u)


@given(st.binary(min_size=64, max_size=64))
def test_u_lies_between_one_and_two_to_the_64th(tag_bytes: bytes) -> None:
    assert 1 <= uniform(tag_bytes) <= 2**64


@given(entries_strategy, seeds, st.integers(0, 70), st.integers(0, 20), quotas_strategy)
def test_the_draw_equals_the_plain_one_of_the_specification(
    entries: list[DrawEntry],
    seed: bytes,
    places: int,
    reserves: int,
    quotas: tuple[int, ...] | None,
) -> None:
    if quotas is not None:
        places += sum(quotas)
    plain = [
        entry._asdict() | plain_draw.key_of(seed.hex(), ROLL, entry.application_no, entry.weight, 6)
        for entry in entries
    ]
    expected = plain_draw.draw(plain, places, reserves, list(quotas) if quotas else None)
    result = run(entries, seed, places=places, reserves=reserves, quotas=quotas)
    assert numbers(result) == expected
    by_number = {entry["application_no"]: entry for entry in plain}
    for drawn in result.drawn + result.reserves:
        assert (drawn.key, drawn.tag) == (
            by_number[drawn.application_no]["key"],
            by_number[drawn.application_no]["tag"],
        )


@given(entries_strategy, seeds, st.randoms(use_true_random=False))
def test_the_draw_does_not_depend_on_the_order_of_the_roll(
    entries: list[DrawEntry], seed: bytes, shuffler: object
) -> None:
    shuffled = list(entries)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    assert run(shuffled, seed) == run(entries, seed)


@given(entries_strategy, seeds)
def test_ranks_count_from_one_without_a_gap(entries: list[DrawEntry], seed: bytes) -> None:
    result = run(entries, seed)
    ranks = [drawn.rank for drawn in result.drawn + result.reserves]
    assert ranks == list(range(1, min(len(entries), 13) + 1))


@given(entries_strategy.filter(bool), seeds, st.data())
def test_a_higher_weight_never_lowers_a_rank(
    entries: list[DrawEntry], seed: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(entries) - 1))
    heavier = data.draw(st.sampled_from([w for w in WEIGHTS if w >= entries[at].weight]))
    raised = [*entries[:at], entries[at]._replace(weight=heavier), *entries[at + 1 :]]

    def rank(result: DrawResult) -> int:
        return next(d.rank for d in result.drawn if d.application_no == entries[at].application_no)

    everybody = {"places": len(entries), "reserves": 0}
    assert rank(run(raised, seed, **everybody)) <= rank(run(entries, seed, **everybody))


@given(entries_strategy, seeds, st.tuples(*[st.integers(0, 8)] * 3), st.integers(0, 10))
def test_every_band_that_has_the_people_fills_its_quota(
    entries: list[DrawEntry], seed: bytes, quotas: tuple[int, ...], extra: int
) -> None:
    places = sum(quotas) + extra
    result = run(entries, seed, places=places, quotas=quotas)
    there = Counter(entry.band for entry in entries)
    drawn = Counter(entry.band for entry in result.drawn)
    assert all(drawn[band] >= min(quota, there[band]) for band, quota in enumerate(quotas))
    assert len(result.drawn) == min(places, len(entries))


def test_the_approximation_never_decides_when_many_keys_are_alike() -> None:
    # Thousands of entries and a count that cuts through the middle: the guard band must hold.
    entries = [DrawEntry(f"A-{i}", 0, WEIGHTS[i % 4]) for i in range(3_000)]
    seed = bytes(range(32))
    plain = [
        entry._asdict() | plain_draw.key_of(seed.hex(), ROLL, entry.application_no, entry.weight, 6)
        for entry in entries
    ]
    for places in (1, 10, 1_500, 2_999):
        expected = plain_draw.draw(plain, places, 5, None)
        assert numbers(run(entries, seed, places=places, reserves=5)) == expected


def test_keys_that_a_float_cannot_tell_apart_are_told_apart_exactly() -> None:
    # U = 2**63 and 2**63 + 1: the keys differ by 2 in 2**64, the tags stand the other way round.
    tags = [(2**63 - 1).to_bytes(8, "big") + bytes(56), (2**63).to_bytes(8, "big") + bytes(56)]
    entries = [DrawEntry("A-1", 0, 6), DrawEntry("A-2", 0, 6)]
    keys = Keys(entries, tags=tags, multiple=6)
    everybody = np.arange(2, dtype=np.int64)
    assert keys.smallest(everybody, 2) == [1, 0]
    assert keys.smallest(everybody, 1) == [1]
    assert keys.exact(0) - keys.exact(1) == 2


def test_equal_keys_are_ranked_by_the_whole_tag_and_then_by_the_number() -> None:
    head = (7).to_bytes(8, "big")
    tags = [head + b"\2" * 56, head + b"\1" * 56, head + b"\1" * 56]
    entries = [DrawEntry(number, 0, 1) for number in ("A-1", "A-3", "A-2")]
    keys = Keys(entries, tags=tags, multiple=1)
    assert keys.smallest(np.arange(3, dtype=np.int64), 3) == [2, 1, 0]


def test_the_same_seed_draws_the_same_list_and_another_seed_another() -> None:
    entries = [DrawEntry(f"A-{i}", 0, 1) for i in range(1_000)]
    first = run(entries, b"\x01" * 32)
    assert run(entries, b"\x01" * 32) == first
    assert run(entries, b"\x02" * 32) != first


def test_another_roll_hash_gives_another_list() -> None:
    assert tag(seed=b"\0" * 32, roll_sha256="aa", application_no="A") != tag(
        seed=b"\0" * 32, roll_sha256="ab", application_no="A"
    )


@pytest.mark.parametrize("written", ["", "ab", "zz" * 32, "ab" * 33, " " + "ab" * 32])
def test_a_seed_that_is_not_64_hex_digits_is_refused(written: str) -> None:
    with pytest.raises(SangbongError) as caught:
        read_seed(written)
    assert caught.value.code == "selection.seed_unreadable"


def test_a_seed_is_read_in_capitals_too() -> None:
    assert read_seed("AB" * 32) == bytes.fromhex("ab" * 32)


# Statistics with fixed seeds: each check is also shown to see a planted bug.

Draws = Callable[[bytes], list[int]]
PEOPLE = 400
PLACES = 40
ROUNDS = 250


@cache
def places_drawn_fairly(seed: bytes) -> list[int]:
    entries = [DrawEntry(f"A-{i:06d}", 0, 1) for i in range(PEOPLE)]
    result = run(entries, seed, places=PLACES, reserves=0)
    return [int(drawn.application_no[2:]) for drawn in result.drawn]


def places_drawn_from_the_first_days(seed: bytes) -> list[int]:
    """The visa lottery of 2012 (DV-2012): nine in ten of the drawn had applied in the first days."""
    fair = places_drawn_fairly(seed)
    return [at % (PEOPLE // 10) if n % 10 else at for n, at in enumerate(fair)]


def places_drawn_by_remainder(seed: bytes) -> list[int]:
    """A byte's remainder: 256 = 1 × 200 + 56, so the first 56 of 200 pairs come twice as often."""
    pairs: list[int] = []
    block = seed
    while len(pairs) < PLACES // 2:
        block = hashlib.sha256(block).digest()
        pairs += [byte % 200 for byte in block if byte % 200 not in pairs]
    return [at for pair in pairs[: PLACES // 2] for at in (2 * pair, 2 * pair + 1)]


def position_bias(draws: Draws) -> float:
    """Chi-square of the drawn over the tenths of the roll's order (9 degrees of freedom)."""
    counts = [0] * 10
    for n in range(ROUNDS):
        for at in draws(hashlib.sha256(n.to_bytes(4, "big")).digest()):
            counts[at * 10 // PEOPLE] += 1
    expected = ROUNDS * PLACES / 10
    return sum((count - expected) ** 2 / expected for count in counts)


# The 99.9% point of chi-square with 9 degrees of freedom is 27.9 (any printed table).
CRITICAL = 27.9


def test_no_tenth_of_the_roll_is_favored() -> None:
    assert position_bias(places_drawn_fairly) < CRITICAL


@pytest.mark.parametrize("planted", [places_drawn_from_the_first_days, places_drawn_by_remainder])
def test_the_position_check_sees_a_planted_bias(planted: Draws) -> None:
    assert position_bias(planted) > CRITICAL


def test_chances_stand_in_the_ratio_of_the_weights() -> None:
    # 1 of 4,000 drawn each time: chances are the weights' shares to within the taking out.
    entries = [DrawEntry(f"A-{i:06d}", 0, WEIGHTS[i % 4]) for i in range(4_000)]
    drawn: Counter[int] = Counter()
    for n in range(60):
        seed = hashlib.sha256(b"ratio" + n.to_bytes(4, "big")).digest()
        drawn.update(entry.weight for entry in run(entries, seed, places=40, reserves=0).drawn)
    total = sum(drawn.values())
    for weight in WEIGHTS:
        share = weight / sum(WEIGHTS)
        band = 3.3 * (total * share * (1 - share)) ** 0.5  # 99.9%
        assert abs(drawn[weight] - total * share) < band + 0.01 * total * share
