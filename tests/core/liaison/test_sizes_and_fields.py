"""Size classes, framed parts, strict members."""

from __future__ import annotations

import re
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire.fields import Fields, instant_text, parse_any, read_instant
from sangbong.liaison.core.wire.framing import PartReader, framed_all
from sangbong.liaison.core.wire.sizes import (
    BODY_CLASS_MAX,
    BODY_CLASS_MIN,
    is_size_class,
    pad,
    size_class,
)


@given(st.integers(0, BODY_CLASS_MAX))
def test_a_length_goes_into_the_smallest_class_that_holds_it(length):
    size = size_class(length, smallest=BODY_CLASS_MIN, largest=BODY_CLASS_MAX)

    assert is_size_class(size, smallest=BODY_CLASS_MIN, largest=BODY_CLASS_MAX)
    assert length <= size
    assert size == BODY_CLASS_MIN or size // 2 < length


def test_more_than_the_largest_class_is_too_large():
    with pytest.raises(SangbongError) as told:
        size_class(BODY_CLASS_MAX + 1, smallest=BODY_CLASS_MIN, largest=BODY_CLASS_MAX)

    assert told.value.code == "liaison.too_large"


def test_only_powers_of_two_of_the_smallest_are_classes():
    classes = [n for n in range(1, 65) if is_size_class(n, smallest=4, largest=32)]

    assert classes == [4, 8, 16, 32]


def test_padding_is_zero_bytes_up_to_the_class():
    assert pad(b"abcde", smallest=4, largest=64) == b"abcde\0\0\0"


@given(st.lists(st.binary(max_size=50), max_size=5), st.binary(max_size=5))
def test_framed_parts_come_back_and_leave_the_rest(parts, rest):
    reader = PartReader(framed_all(parts) + rest)

    assert [reader.part(limit=50) for _ in parts] == parts
    assert reader.rest() == rest


def test_a_part_over_its_limit_or_beyond_the_end_is_not_read():
    data = framed_all([b"abc"])

    with pytest.raises(ValueError, match="limit"):
        PartReader(data).part(limit=2)
    with pytest.raises(ValueError, match="ends"):
        PartReader(data[:-1]).part(limit=3)
    with pytest.raises(ValueError, match="ends"):
        PartReader(b"\0\0\0").number()


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=9))])))
def test_an_instant_comes_back_as_whole_seconds_in_utc(at):
    if at.astimezone(UTC).year < 1000:  # four digits are written
        return
    assert read_instant(instant_text(at)) == at.astimezone(UTC).replace(microsecond=0)


@pytest.mark.parametrize(
    "text", ["2018-06-25T01:00:00", "2018-6-25T01:00:00Z", "2018-02-30T01:00:00Z", ""]
)
def test_an_instant_has_one_written_form(text):
    with pytest.raises(ValueError, match=r"."):
        read_instant(text)


def test_an_object_with_other_members_is_refused():
    for value in ([], {"a": 1}, {"a": 1, "b": 2, "c": 3}):
        with pytest.raises(ValueError, match="members"):
            Fields(value, "a", "b")


@pytest.mark.parametrize(
    "read",
    [
        lambda f: f.text("number"),
        lambda f: f.text("text", re.compile("[0-9]+")),
        lambda f: f.number("text", lowest=0, highest=9),
        lambda f: f.number("yes", lowest=0, highest=9),
        lambda f: f.number("number", lowest=0, highest=1),
        lambda f: f.items("text", limit=9),
        lambda f: f.items("items", limit=1),
        lambda f: f.mapping("text", limit=9),
        lambda f: f.mapping("mapping", limit=0),
    ],
)
def test_a_member_of_another_type_or_size_is_refused(read):
    fields = Fields(
        {"text": "a", "number": 2, "yes": True, "items": [1, 2], "mapping": {"a": 1}},
        *("text", "number", "yes", "items", "mapping"),
    )
    with pytest.raises(ValueError, match=r"."):
        read(fields)


def test_deep_nesting_is_a_fault_of_the_writer_and_not_of_ours():
    with pytest.raises(ValueError, match="deeply"):
        parse_any(b"[" * 100_000)
