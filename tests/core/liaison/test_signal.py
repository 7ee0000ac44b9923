"""Signals of live rooms: signed, capped, in order, and never more than the bucket gives."""

from __future__ import annotations

import contextlib
from dataclasses import fields
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.wire.framing import framed
from sangbong.liaison.core.wire.signal import (
    BURST,
    HEADER_BYTES_MAX,
    INTERVAL,
    MAGIC,
    PAYLOAD_BYTES_MAX,
    SIGNAL_BYTES_MAX,
    Gate,
    SignalHeader,
    check_addressed,
    check_signed,
    let_through,
    read_signal,
    write_signal,
)

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
AT = datetime(2018, 8, 20, 6, 0, tzinfo=UTC)
HEADER = SignalHeader(SEOUL, PYONGYANG, "table-7-am", counter=41, signer=1)


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(SangbongError) as told:
        call(*arguments, **named)
    return told.value.code


@given(st.binary(max_size=300), st.from_regex(r"[a-z0-9-]{1,64}", fullmatch=True))
def test_a_signal_reads_back_as_it_was_written(toy, payload, sitting):
    header = SignalHeader(SEOUL, PYONGYANG, sitting, counter=2**31 - 1, signer=1_000_000)

    signal = read_signal(write_signal(header, payload, signer=toy))

    check_addressed(signal, own=PYONGYANG)
    check_signed(signal, verifier=toy)
    assert (signal.header, signal.payload) == (header, payload)


def test_the_largest_payload_passes_and_one_byte_more_does_not(toy):
    """G1."""
    data = write_signal(HEADER, bytes(PAYLOAD_BYTES_MAX), signer=toy)

    assert len(read_signal(data).payload) == PAYLOAD_BYTES_MAX
    assert len(data) <= SIGNAL_BYTES_MAX
    assert code_of(write_signal, HEADER, bytes(PAYLOAD_BYTES_MAX + 1), signer=toy) == (
        "liaison.too_large"
    )
    assert code_of(read_signal, data[:-64] + b"x" + data[-64:]) == "liaison.signal_garbled"


def test_every_single_bit_flip_of_a_signal_is_noticed(toy):
    """G1 to G4."""
    data = write_signal(HEADER, b"payload", signer=toy)

    def taken(one: bytes) -> bool:
        try:
            signal = read_signal(one)
            check_addressed(signal, own=PYONGYANG)
            check_signed(signal, verifier=toy)
        except SangbongError:
            return False
        return True

    assert taken(data)
    passed = []
    for bit in range(8 * len(data)):
        altered = bytearray(data)
        altered[bit // 8] ^= 1 << bit % 8
        if taken(bytes(altered)):
            passed.append(bit)
    assert passed == []


def _signal(**changes) -> bytes:
    told = {
        "counter": 1,
        "from": "KR-SEL",
        "signer": 1,
        "sitting": "table-7",
        "to": "KP-PYO",
        "version": 1,
    }
    return MAGIC + framed(canonical_bytes(told | changes)) + bytes(64)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"sangbong envelope\n",
        MAGIC + framed(b"[]") + bytes(64),
        MAGIC + framed(b" " * (HEADER_BYTES_MAX + 1)),
        _signal()[:-1],
        _signal(counter=0),
        _signal(signer=0),
        _signal(sitting="Kim Sun-ok"),
        _signal(to="Pyongyang"),
        _signal(version=True),
        _signal(urgent=True),
    ],
)
def test_a_signal_out_of_form_is_refused(data):
    """G1, G2."""
    assert code_of(read_signal, data) == "liaison.signal_garbled"


def test_a_signal_of_another_version_is_named_as_one():
    """G2."""
    assert code_of(read_signal, _signal(version=2)) == "liaison.version_unknown"


def test_a_signal_for_another_office_or_by_another_hand_is_not_taken(toy):
    """G3, G4."""
    signal = read_signal(write_signal(HEADER, b"", signer=toy))

    assert code_of(check_addressed, signal, own=SEOUL) == "liaison.other_recipient"
    assert code_of(check_signed, signal, verifier=type(toy)(b"x")) == "liaison.signature_wrong"


def test_a_signal_that_is_repeated_or_overtaken_is_dropped():
    """G5."""
    gate = let_through(Gate(), counter=5, now=AT)

    assert gate.counter == 5
    for counter in (5, 4):
        assert code_of(let_through, gate, counter=counter, now=AT) == "liaison.signal_repeated"
    assert let_through(gate, counter=9, now=AT).counter == 9


def passed(times) -> list[datetime]:
    """Which of the signals at these times a sitting lets through."""
    gate, through = Gate(), []
    for counter, now in enumerate(times, start=1):
        with contextlib.suppress(SangbongError):
            gate = let_through(gate, counter=counter, now=now)
            through.append(now)
    return through


def test_a_burst_passes_and_then_fifty_a_second():
    """G6."""
    every_10_ms = [AT + n * timedelta(milliseconds=10) for n in range(1000)]

    assert len(passed([AT] * 60)) == BURST
    empty = Gate(counter=1, full_at=AT + BURST * INTERVAL)
    assert code_of(let_through, empty, counter=2, now=AT) == "liaison.signal_too_many"
    assert len(passed(every_10_ms)) == 549
    assert len(passed([AT + n * INTERVAL for n in range(500)])) == 500


@given(st.lists(st.integers(-50, 300), max_size=200))
def test_no_second_sees_more_than_the_bucket_and_what_flows_into_it(steps):
    """G6."""
    times, at = [], AT
    for step in steps:
        at += timedelta(milliseconds=step)
        times.append(at)

    through = passed(sorted(times))

    for begin in through:
        end = begin + timedelta(seconds=1)
        assert sum(begin <= one < end for one in through) <= 2 * BURST


def test_a_clock_put_back_does_not_stop_a_sitting():
    """G6."""
    gate = Gate()
    for counter in range(1, 51):
        gate = let_through(gate, counter=counter, now=AT)

    earlier = AT - timedelta(hours=1)
    assert let_through(gate, counter=51, now=earlier) == Gate(51, earlier + INTERVAL)


def test_nothing_of_a_signal_is_kept_but_its_number_and_the_bucket():
    """G7."""
    assert [one.name for one in fields(Gate)] == ["counter", "full_at"]
