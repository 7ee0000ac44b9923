"""Receipts and exchanges: what is signed is believed, nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes, parse_canonical
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.states import DispatchEvent
from sangbong.liaison.core.wire.receipt import (
    RECEIPT_BYTES_MAX,
    Receipt,
    ReceiptState,
    check_about,
    check_addressed,
    check_signed,
    read_receipt,
    reason,
)

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
RECEIVED = Receipt(
    sender=PYONGYANG,
    recipient=SEOUL,
    stream="round-21",
    sequence=3,
    digest="ab" * 32,
    state=ReceiptState.RECEIVED,
    at=AT,
    incarnation=1,
    signer=1,
)
GENERATIONS = st.integers(1, 1_000_000)
RECEIPTS = st.builds(
    lambda state, stream, sequence, digest, at, incarnation, signer: Receipt(
        sender=PYONGYANG,
        recipient=SEOUL,
        stream=stream,
        sequence=sequence,
        digest=digest.hex(),
        state=state,
        at=at.replace(microsecond=0),
        incarnation=incarnation,
        signer=signer,
        code="tracing.round_unknown" if state.carries_reason else "",
    ),
    st.sampled_from(ReceiptState),
    st.from_regex(r"[a-z0-9][a-z0-9.-]{0,62}", fullmatch=True),
    st.integers(1, 2**31 - 1),
    st.binary(min_size=32, max_size=32),
    st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    GENERATIONS,
    GENERATIONS,
)


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(SangbongError) as told:
        call(*arguments, **named)
    return told.value.code


@given(RECEIPTS)
def test_a_receipt_reads_back_as_it_was_written(toy, receipt):
    data = receipt.encode(toy)

    signed = read_receipt(data)

    check_addressed(signed, own=SEOUL)
    check_signed(signed, verifier=toy)
    assert signed.receipt == receipt
    assert len(data) <= RECEIPT_BYTES_MAX
    assert receipt.encode(toy) == data


def test_every_single_bit_flip_of_a_receipt_is_noticed(toy):
    """R1 to R3."""
    data = RECEIVED.encode(toy)

    def believed(one: bytes) -> bool:
        try:
            signed = read_receipt(one)
            check_addressed(signed, own=SEOUL)
            check_signed(signed, verifier=toy)
        except SangbongError:
            return False
        return True

    assert believed(data)
    altered = bytearray(data)
    passed = []
    for bit in range(8 * len(data)):
        altered[bit // 8] ^= 1 << bit % 8
        if believed(bytes(altered)):
            passed.append(bit)
        altered[bit // 8] ^= 1 << bit % 8
    assert passed == []


@pytest.mark.parametrize(
    "changes",
    [
        {"at": "now"},
        {"code": "a.reason_where_none_belongs"},
        {"state": "refused"},
        {"state": "refused", "code": "Because!"},
        {"state": "lost"},
        {"stream": ""},
        {"stream": "Round 21"},
        {"sequence": 0},
        {"digest": "ab"},
        {"from": "Pyongyang"},
        {"signature": "zz"},
        {"signature": "ab"},
        {"version": False},
        {"extra": 1},
        {"incarnation": 0},
        {"signer": 0},
    ],
)
def test_a_receipt_with_a_member_out_of_bounds_is_refused(toy, changes):
    """R1."""
    value = parse_canonical(RECEIVED.encode(toy)) | changes
    assert code_of(read_receipt, canonical_bytes(value)) == "liaison.receipt_garbled"


def test_a_receipt_of_a_later_version_is_named_as_one():
    """R1."""
    assert code_of(read_receipt, canonical_bytes({"version": 2})) == "liaison.version_unknown"


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"{ }", bytes(RECEIPT_BYTES_MAX + 1)])
def test_bytes_that_are_no_receipt_are_refused(data):
    """R1."""
    assert code_of(read_receipt, data) == "liaison.receipt_garbled"


def test_a_receipt_for_another_office_or_from_ourselves_is_not_ours(toy):
    """R2."""
    for receipt in (RECEIVED, replace(RECEIVED, sender=SEOUL)):
        signed = read_receipt(receipt.encode(toy))
        own = SEOUL if receipt.sender == SEOUL else PYONGYANG
        assert code_of(check_addressed, signed, own=own) == "liaison.other_recipient"


def test_a_receipt_by_another_hand_is_not_believed(toy):
    """R3."""
    signed = read_receipt(RECEIVED.encode(type(toy)(b"somebody else")))
    assert code_of(check_signed, signed, verifier=toy) == "liaison.signature_wrong"


@pytest.mark.parametrize("digest", [None, "cd" * 32])
def test_a_receipt_for_other_bytes_says_nothing_about_ours(digest):
    """R4."""
    check_about(RECEIVED, digest="ab" * 32)
    assert code_of(check_about, RECEIVED, digest=digest) == "liaison.receipt_unknown_dispatch"


def test_a_return_moves_nothing_and_may_know_only_the_digest(toy):
    returned = replace(
        RECEIVED,
        state=ReceiptState.RETURNED,
        code="liaison.envelope_garbled",
        stream="",
        sequence=0,
        incarnation=0,
    )
    assert read_receipt(returned.encode(toy)).receipt == returned
    assert (returned.event, RECEIVED.event) == (None, DispatchEvent.RECEIVED)
    assert RECEIVED.dispatch_id == "KR-SEL>KP-PYO/round-21/3"
    assert replace(RECEIVED, incarnation=2).dispatch_id == "KR-SEL.2>KP-PYO/round-21/3"


def test_a_reason_is_a_code():
    assert reason("tracing.round_unknown") == "tracing.round_unknown"
    with pytest.raises(AssertionError):
        reason("because")
