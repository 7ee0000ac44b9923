"""Bundles: whole or not at all, and silent about what they carry."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core import bundle as bundles
from sangbong.liaison.core.bundle import (
    BUNDLE_BYTES_MAX,
    MAGIC,
    MEMBERS_MAX,
    Cargo,
    check_addressed,
    fill,
    open_bundle,
    read_bundle,
    write_bundle,
)
from sangbong.liaison.core.exchange import Prefix
from sangbong.liaison.core.framing import framed
from sangbong.liaison.core.sizes import BUNDLE_CLASS_MAX, BUNDLE_CLASS_MIN, pad

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
CARGOS = st.builds(
    Cargo,
    written_at=st.just(AT),
    envelopes=st.lists(st.binary(max_size=40_000), max_size=3).map(tuple),
    receipts=st.lists(st.binary(max_size=1000), max_size=3).map(tuple),
    settled=st.lists(
        st.builds(Prefix, st.just("notes"), st.just(1), st.integers(0, 9)), max_size=1
    ).map(tuple),
)
EMPTY = Cargo(written_at=AT, envelopes=(), receipts=(), settled=())


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(SangbongError) as told:
        call(*arguments, **named)
    return told.value.code


def written(toy, cargo: Cargo = EMPTY, **changes) -> bytes:
    told = {"sender": SEOUL, "recipient": PYONGYANG, "number": 7} | changes
    return write_bundle(cargo=cargo, sealer=toy, signer=toy, **told)[1]


def with_content(toy, content: bytes) -> bytes:
    """A bundle whose sealed content is not what its maker should have written."""

    class Odd(type(toy)):
        def seal(self, _ignored, *, info):
            return super().seal(content, info=info)

    return write_bundle(
        sender=SEOUL,
        recipient=PYONGYANG,
        number=7,
        cargo=EMPTY,
        sealer=Odd(),
        signer=toy,
    )[1]


@given(CARGOS)
def test_a_bundle_gives_back_its_cargo(toy, cargo):
    bundle = read_bundle(written(toy, cargo))

    check_addressed(bundle, own=PYONGYANG)
    assert open_bundle(bundle, verifier=toy, opener=toy) == cargo


def test_a_bundle_is_named_by_what_anyone_may_read(toy):
    header = read_bundle(written(toy)).header
    assert header.file_name == "SANGBONG-KR-SEL-KP-PYO-00000007.BDL"


def test_a_bundle_shows_only_its_size_class(toy):
    one = Cargo(written_at=AT, envelopes=(b"x" * 5000,), receipts=(), settled=())
    assert len(written(toy, one)) == len(written(toy, EMPTY))


@given(st.data())
def test_a_flipped_bit_anywhere_makes_the_whole_bundle_unreadable(toy, data):
    """W1 to W5."""
    good = written(toy)
    bit = data.draw(st.integers(0, 8 * len(good) - 1))
    altered = bytearray(good)
    altered[bit // 8] ^= 1 << bit % 8

    with pytest.raises(SangbongError):
        open_bundle(read_bundle(bytes(altered)), verifier=toy, opener=toy)


@given(st.integers(0, 66_000))
def test_a_bundle_cut_off_anywhere_is_garbled(toy, length):
    """W1, W4."""
    good = written(toy)
    if length < len(good):
        assert code_of(read_bundle, good[:length]) == "liaison.bundle_garbled"


def _header(**changes):
    told = {"from": "KR-SEL", "to": "KP-PYO", "number": 1, "size": BUNDLE_CLASS_MIN, "version": 0}
    return MAGIC + framed(canonical_bytes(told | changes)) + bytes(BUNDLE_CLASS_MIN + 1201)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (bytes(BUNDLE_BYTES_MAX + 1), "liaison.bundle_garbled"),
        (b"another file", "liaison.bundle_garbled"),
        (_header(), "liaison.bundle_garbled"),
        (_header(version=1), "liaison.version_unknown"),
        (_header(version=False), "liaison.bundle_garbled"),
        (_header(number=0), "liaison.bundle_garbled"),
        (_header(size=BUNDLE_CLASS_MIN + 1), "liaison.bundle_garbled"),
        (_header(to="Pyongyang"), "liaison.bundle_garbled"),
        (MAGIC + framed(b"[]"), "liaison.bundle_garbled"),
    ],
)
def test_a_bundle_out_of_form_is_refused(data, code):
    """W1, W2, W4."""
    assert code_of(read_bundle, data) == code


def test_the_wrong_stick_is_noticed(toy):
    """W3."""
    bundle = read_bundle(written(toy))
    ours = read_bundle(written(toy, recipient=SEOUL))

    assert code_of(check_addressed, bundle, own=SEOUL) == "liaison.bundle_for_another"
    assert code_of(check_addressed, ours, own=SEOUL) == "liaison.bundle_for_another"


def test_a_bundle_by_another_hand_or_for_another_key_is_refused(toy):
    """W5."""
    stranger = type(toy)(b"somebody else")
    bundle = read_bundle(written(toy))

    wrong_hand = code_of(open_bundle, bundle, verifier=stranger, opener=toy)
    wrong_key = code_of(open_bundle, bundle, verifier=toy, opener=stranger)

    assert (wrong_hand, wrong_key) == ("liaison.signature_wrong", "liaison.seal_wrong")


def _waybill(**changes):
    told = {"envelopes": [], "receipts": [], "settled": [], "written_at": "2018-06-25T01:00:00Z"}
    return framed(canonical_bytes(told | changes))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        _waybill(more=1),
        _waybill(envelopes=[3]),
        _waybill(envelopes=[[1]]),
        _waybill(envelopes=[["1", sha256_hex(b"a")]]) + b"a",
        _waybill(envelopes=[[-1, sha256_hex(b"a")]]) + b"a",
        _waybill(envelopes=[[1, 7]]) + b"a",
        _waybill(envelopes=[[1, "short"]]) + b"a",
        _waybill(envelopes=[[1, sha256_hex(b"a")]]) + b"b",
        _waybill(envelopes=[[BUNDLE_CLASS_MIN, sha256_hex(b"a")]]) + b"a",
        _waybill(receipts=[[2000, sha256_hex(b"a")]]) + b"a",
        _waybill() + b"left over",
        _waybill(settled=[["Round 21", 1, 1]]),
    ],
)
def test_a_waybill_that_does_not_list_what_is_there_is_refused(toy, content):
    """W6, W7."""
    padded = pad(content, smallest=BUNDLE_CLASS_MIN, largest=BUNDLE_CLASS_MAX)
    bundle = read_bundle(with_content(toy, padded))
    assert code_of(open_bundle, bundle, verifier=toy, opener=toy) == "liaison.bundle_garbled"


def test_a_bundle_is_in_its_smallest_class(toy):
    """W7."""
    header, _ = write_bundle(
        sender=SEOUL,
        recipient=PYONGYANG,
        number=1,
        cargo=Cargo(AT, (b"x" * BUNDLE_CLASS_MIN,), (), ()),
        sealer=toy,
        signer=toy,
    )
    assert header.size == 2 * BUNDLE_CLASS_MIN
    with pytest.raises(ValueError, match="padding"):
        bundles._read_cargo(_waybill() + bytes(2 * BUNDLE_CLASS_MIN - len(_waybill())))


@given(st.lists(st.integers(1, 1000), max_size=20), st.integers(0, 5000))
def test_a_bundle_takes_as_many_as_fit_and_at_least_one(sizes, room):
    count = fill(sizes, room=room)

    assert count >= min(1, len(sizes))
    assert count <= 1 or sum(sizes[:count]) + 128 * count <= room
    assert count == len(sizes) or sum(sizes[: count + 1]) + 128 * (count + 1) > room


def test_a_bundle_never_lists_more_than_its_bound():
    assert fill([1] * (MEMBERS_MAX + 5), room=10**9) == MEMBERS_MAX
