"""Exchanges: what two offices tell each other besides envelopes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes, parse_canonical
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.wire.exchange import EXCHANGE_BYTES_MAX, Exchange, Prefix, read_exchange
from sangbong.liaison.core.wire.receipt import Receipt, ReceiptState

RECEIVED = Receipt(
    sender=OfficeCode("KP-PYO"),
    recipient=OfficeCode("KR-SEL"),
    stream="round-21",
    sequence=3,
    digest="ab" * 32,
    state=ReceiptState.RECEIVED,
    at=datetime(2018, 6, 25, 1, 0, tzinfo=UTC),
    incarnation=1,
    signer=1,
)
NUMBERS = st.integers(1, 1_000_000)
PREFIXES = st.lists(
    st.builds(
        Prefix, st.from_regex(r"[a-z0-9]{1,9}", fullmatch=True), NUMBERS, st.integers(0, 2**31 - 1)
    ),
    max_size=3,
    unique_by=lambda one: (one.stream, one.incarnation),
)


def code_of(data: bytes) -> str:
    with pytest.raises(SangbongError) as told:
        read_exchange(data)
    return told.value.code


@given(st.lists(st.integers(1, 9), max_size=3), PREFIXES, PREFIXES, NUMBERS, st.integers(0, 9))
def test_an_exchange_gives_back_the_very_receipts_and_its_prefixes_in_order(
    toy, numbers, heard, settled, incarnation, done
):
    """X2 to X4."""
    receipts = tuple(replace(RECEIVED, sequence=n).encode(toy) for n in numbers)
    ours = Exchange(incarnation, receipts, tuple(heard), tuple(settled), done, {"a": [1, None]})

    assert read_exchange(ours.encode()) == replace(
        ours, heard=tuple(sorted(heard)), settled=tuple(sorted(settled))
    )


EMPTY = parse_canonical(Exchange(incarnation=1).encode())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        Exchange(incarnation=1, evidence={"a": "x" * EXCHANGE_BYTES_MAX}).encode(),
        *(
            canonical_bytes(EMPTY | changes)
            for changes in (
                {"receipts": {}},
                {"settled": {}},
                {"heard": ["notes"]},
                {"heard": [["notes", 1]]},
                {"heard": [["Round 21", 1, 1]]},
                {"heard": [["a", 0, 1]]},
                {"heard": [["a", 1, -1]]},
                {"settled": [["a", 1, True]]},
                {"settled": [["b", 1, 1], ["a", 1, 1]]},
                {"settled": [["a", 1, 1], ["a", 1, 2]]},
                {"incarnation": 0},
                {"epochs_done": -1},
                {"evidence": []},
                {"version": True},
                {"more": 1},
            )
        ),
    ],
)
def test_an_exchange_out_of_form_is_refused(data):
    """X1 to X4."""
    assert code_of(data) == "liaison.exchange_garbled"


def test_an_exchange_of_another_version_is_named_as_one():
    """X1."""
    assert code_of(canonical_bytes({"version": 2})) == "liaison.version_unknown"
    assert code_of(canonical_bytes(EMPTY | {"version": 0})) == "liaison.version_unknown"
