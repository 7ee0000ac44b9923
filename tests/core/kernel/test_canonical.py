from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes, parse_canonical, sha256_hex

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("가나ab"), inner),
)


@given(values)
def test_what_is_written_reads_back_the_same(value: object) -> None:
    assert parse_canonical(canonical_bytes(value)) == value


@given(st.one_of(values, st.dictionaries(st.text(), values), st.lists(st.text())))
def test_the_short_way_writes_what_the_standard_s_own_does(value: object) -> None:
    try:
        expected = bytes(rfc8785.dumps(value))
    except ValueError:
        with pytest.raises(ValueError):  # noqa: PT011 -- any that says it cannot be written
            canonical_bytes(value)
    else:
        assert canonical_bytes(value) == expected


def test_keys_beyond_ascii_are_ordered_by_their_utf_16_units() -> None:
    assert canonical_bytes({"\ue000": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ue000":1}'.encode()


def test_a_number_that_other_languages_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- the library's own
        canonical_bytes({"a": 2**53})


def test_keys_are_ordered_and_blanks_left_out() -> None:
    assert (
        canonical_bytes({"나": [1, True, None], "a": "ㄱ"})
        == '{"a":"ㄱ","나":[1,true,null]}'.encode()
    )


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, {1: "a"}, {"a": {2: 3}}, (1, 2.0)])
def test_a_value_without_one_byte_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"floats|keys"):
        canonical_bytes(value)


@pytest.mark.parametrize("data", [b'{"b":1,"a":2}', b'{"a": 1}', b"1.0", b"[1,]", b"\xff", b""])
def test_bytes_in_another_form_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- JSON's, UTF-8's and ours are all ValueErrors
        parse_canonical(data)


@given(st.binary())
def test_a_digest_has_sixty_four_digits(data: bytes) -> None:
    assert len(sha256_hex(data)) == 64


def test_the_empty_digest_is_the_published_one() -> None:
    # FIPS 180-4 example, empty message
    assert sha256_hex(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert json.loads(canonical_bytes("a")) == "a"
