"""Envelopes: what is written is read, and nothing altered is taken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes, parse_canonical
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.wire.body import ATTACHMENTS_MAX, Paper, check_film, pack, unpack
from sangbong.liaison.core.wire.envelope import (
    ENVELOPE_BYTES_MAX,
    HEADER_BYTES_MAX,
    MAGIC,
    NO_PREVIOUS,
    Claim,
    Header,
    check_addressed,
    check_signed,
    claim_of,
    digest_of,
    open_envelope,
    read_envelope,
    stream_name,
    write_envelope,
)
from sangbong.liaison.core.wire.film import (
    FILM_BYTES_MAX,
    PIECES_MAX,
    FilmKey,
    film_class,
    pieces_for,
)
from sangbong.liaison.core.wire.framing import framed
from sangbong.liaison.core.wire.sizes import BODY_CLASS_MAX, BODY_CLASS_MIN, pad

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
STREAMS = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,62}", fullmatch=True)
BODIES = st.dictionaries(
    st.text(max_size=5), st.none() | st.integers(-9, 9) | st.text(), max_size=4
)
PAPERS = st.builds(
    Paper,
    kind=st.just("liaison.note"),
    body=BODIES,
    basis=st.text(max_size=9),
    purpose=st.text(max_size=9),
    sealed_at=st.just(AT),
    attachments=st.lists(st.binary(max_size=6000), max_size=3).map(tuple),
    film=st.none()
    | st.builds(
        FilmKey,
        key=st.binary(min_size=32, max_size=32),
        length=st.integers(1, FILM_BYTES_MAX),
    ),
)


def header(**changes):
    told = {
        "sender": SEOUL,
        "recipient": PYONGYANG,
        "stream": "notes",
        "sequence": 1,
        "previous": NO_PREVIOUS,
        "size": BODY_CLASS_MIN,
        "epoch": 1,
        "incarnation": 1,
        "signer": 1,
    }
    return Header(**(told | changes))


def paper(**changes):
    told = {"kind": "liaison.note", "body": {"a": 1}, "basis": "b", "purpose": "p", "sealed_at": AT}
    return Paper(**(told | changes))


def with_header(value: object, rest: bytes = b"") -> bytes:
    return MAGIC + framed(canonical_bytes(value)) + rest


def plain_header(**changes):
    told = {
        "from": "KR-SEL",
        "to": "KP-PYO",
        "stream": "notes",
        "sequence": 1,
        "previous": NO_PREVIOUS,
        "size": BODY_CLASS_MIN,
        "epoch": 1,
        "film": "",
        "incarnation": 1,
        "pieces": 0,
        "signer": 1,
        "urgent": False,
        "version": 1,
    }
    return told | changes


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(SangbongError) as told:
        call(*arguments, **named)
    return told.value.code


@given(PAPERS)
def test_a_paper_unpacks_to_what_was_packed(written):
    assert unpack(pack(written)) == written


GENERATIONS = st.integers(1, 1_000_000)
HEADERS = st.fixed_dictionaries(
    {
        "stream": STREAMS,
        "sequence": st.integers(2, 2**31 - 1),
        "epoch": GENERATIONS,
        "incarnation": GENERATIONS,
        "signer": GENERATIONS,
        "urgent": st.booleans(),
    }
)
FILMS = st.just({}) | st.integers(1, PIECES_MAX).map(
    lambda n: {"film": "cd" * 32, "pieces": film_class(n)}
)


@given(PAPERS, HEADERS, FILMS)
def test_an_envelope_reads_back_as_it_was_written(toy, written, changes, film):
    content = pack(written)
    said = header(**changes, **film, previous="ab" * 32, size=len(content))

    envelope = read_envelope(write_envelope(said, content, sealer=toy, signer=toy))

    check_addressed(envelope, own=PYONGYANG)
    check_signed(envelope, verifier=toy)
    assert envelope.header == said
    assert unpack(open_envelope(envelope, opener=toy)) == written


def test_every_single_bit_flip_of_an_envelope_is_noticed_before_it_is_taken(toy):
    """E1 to E7: what passes is the one envelope that was signed.

    Inside the seal one bit of each byte: there every bit meets the same hash and nothing else.
    """
    data = write_envelope(header(), pack(paper()), sealer=toy, signer=toy)

    def taken(one: bytes) -> bool:
        try:
            envelope = read_envelope(one)
            check_addressed(envelope, own=PYONGYANG)
            check_signed(envelope, verifier=toy)
        except SangbongError:
            return False
        return True

    assert taken(data)
    altered = bytearray(data)
    passed = []
    sealed = range(data.index(read_envelope(data).sealed), len(data) - 64)
    for bit in range(8 * len(data)):
        if bit // 8 in sealed and bit % 8 != bit // 8 % 8:
            continue
        altered[bit // 8] ^= 1 << bit % 8
        if taken(bytes(altered)):
            passed.append(bit)
        altered[bit // 8] ^= 1 << bit % 8
    assert passed == []


@given(st.binary(max_size=300))
def test_bytes_that_are_no_envelope_are_refused_with_a_code(data):
    """E1."""
    assert code_of(read_envelope, data) == "liaison.envelope_garbled"
    assert code_of(read_envelope, MAGIC + data) in {
        "liaison.envelope_garbled",
        "liaison.size_wrong",
        "liaison.version_unknown",
    }


def test_an_envelope_over_the_bound_is_not_read():
    """E1."""
    assert code_of(read_envelope, bytes(ENVELOPE_BYTES_MAX + 1)) == "liaison.too_large"


def test_a_header_over_its_bound_is_not_read():
    """E1."""
    data = MAGIC + framed(b" " * (HEADER_BYTES_MAX + 1))
    assert code_of(read_envelope, data) == "liaison.envelope_garbled"


def test_a_later_version_is_named_as_one_even_with_members_unknown_here():
    """E2."""
    data = with_header({"version": 2, "hops": 3})
    assert code_of(read_envelope, data) == "liaison.version_unknown"


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "1"},
        {"version": True},
        {"from": "Seoul"},
        {"to": 7},
        {"stream": "Round 21"},
        {"stream": ""},
        {"sequence": 0},
        {"sequence": 2**31},
        {"sequence": 1, "previous": "ab" * 32},
        {"sequence": 2},
        {"previous": "AB" * 32},
        {"size": BODY_CLASS_MIN + 1},
        {"size": 3 * BODY_CLASS_MIN},
        {"size": 0},
        {"kind": "liaison.note"},
        {"epoch": 0},
        {"incarnation": 0},
        {"incarnation": True},
        {"signer": 0},
        {"signer": 1_000_001},
        {"urgent": 0},
        {"film": "ab"},
        {"film": "ab" * 32},
        {"pieces": 1},
        {"film": "ab" * 32, "pieces": 65},
        {"film": "ab" * 32, "pieces": 2**18 + 2**13},
    ],
)
def test_a_header_with_a_member_out_of_bounds_is_refused(changes):
    """E3."""
    data = with_header(plain_header(**changes), bytes(BODY_CLASS_MIN + 1200))
    assert code_of(read_envelope, data) == "liaison.envelope_garbled"


def test_an_envelope_for_another_office_or_from_ourselves_is_not_ours(toy):
    """E4."""
    envelope = read_envelope(write_envelope(header(), pack(paper()), sealer=toy, signer=toy))

    assert code_of(check_addressed, envelope, own=OfficeCode("JP-TYO")) == "liaison.other_recipient"
    ours = read_envelope(
        write_envelope(header(recipient=SEOUL), pack(paper()), sealer=toy, signer=toy)
    )
    assert code_of(check_addressed, ours, own=SEOUL) == "liaison.other_recipient"


def test_a_body_longer_or_shorter_than_stated_is_refused(toy):
    """E6."""
    data = write_envelope(header(), pack(paper()), sealer=toy, signer=toy)

    assert code_of(read_envelope, data + b"\0") == "liaison.size_wrong"
    assert code_of(read_envelope, data[:-1]) == "liaison.size_wrong"


def test_another_signer_is_noticed(toy):
    """E7."""
    other = type(toy)(b"somebody else")
    data = write_envelope(header(), pack(paper()), sealer=toy, signer=other)
    assert code_of(check_signed, read_envelope(data), verifier=toy) == "liaison.signature_wrong"


def test_a_sealed_body_does_not_open_under_another_header(toy):
    """E8: a body cannot be moved to another place in the stream."""
    first = write_envelope(header(), pack(paper()), sealer=toy, signer=toy)
    sealed = read_envelope(first).sealed

    class Moved:
        def seal(self, content, *, info):
            return sealed

    moved = write_envelope(
        header(sequence=2, previous="ab" * 32), pack(paper()), sealer=Moved(), signer=toy
    )
    assert code_of(open_envelope, read_envelope(moved), opener=toy) == "liaison.seal_wrong"


def test_the_digest_covers_all_but_the_signature(toy):
    data = write_envelope(header(), pack(paper()), sealer=toy, signer=toy)

    assert digest_of(data) == digest_of(data[:-64] + bytes(64))
    assert read_envelope(data).digest == digest_of(data)


def test_a_header_tells_nothing_of_the_kind_or_the_body(toy):
    data = write_envelope(header(), pack(paper(body={"name": "김순옥"})), sealer=toy, signer=toy)
    assert set(parse_canonical(read_envelope(data).header_bytes)) == set(plain_header())


def test_a_stream_never_carries_a_name():
    assert stream_name("round-21") == "round-21"
    assert code_of(stream_name, "김순옥") == "liaison.stream_name"


@pytest.mark.parametrize(
    ("data", "claim"),
    [
        (b"", None),
        (MAGIC, None),
        (with_header([]), None),
        (with_header({"version": 2}), None),
        (with_header(plain_header(version=9)), Claim(SEOUL, PYONGYANG, "notes", 1, 1)),
        (with_header(plain_header(stream=3)), Claim(SEOUL, PYONGYANG, "", 0, 0)),
        (with_header(plain_header(stream="N O")), Claim(SEOUL, PYONGYANG, "", 0, 0)),
        (with_header(plain_header(sequence="1")), Claim(SEOUL, PYONGYANG, "", 0, 0)),
        (with_header(plain_header(incarnation=0)), Claim(SEOUL, PYONGYANG, "", 0, 0)),
        (with_header(plain_header(sequence=0)), Claim(SEOUL, PYONGYANG, "", 0, 0)),
    ],
)
def test_an_envelope_not_taken_may_still_say_whom_to_answer(data, claim):
    assert claim_of(data) == claim


def test_content_that_is_no_paper_is_refused_with_a_code():
    """B1 to B3."""
    good = pack(paper(attachments=(b"abc",)))
    used = len(good.rstrip(b"\0"))
    many = framed(canonical_bytes({})) + (ATTACHMENTS_MAX + 1).to_bytes(4, "big")
    members = {"basis": "b", "body": {}, "film": None, "kind": "liaison.note", "purpose": "p"}
    for content in (
        b"",
        bytes(4096),
        good[:used],
        good[:-1] + b"\1",
        good + bytes(len(good)),
        framed(canonical_bytes(members)) + bytes(4000),
        framed(canonical_bytes(members | {"sealed_at": "today"})) + bytes(4),
        framed(canonical_bytes(members | {"sealed_at": "2018-06-25T01:00:00Z"})) + many[-4:],
    ):
        assert code_of(unpack, content) == "liaison.body_garbled"


FILM = {"key": "ab" * 32, "length": 70_000}


@pytest.mark.parametrize(
    "film",
    [
        "",
        {},
        FILM | {"more": 1},
        FILM | {"key": "AB" * 32},
        FILM | {"length": 0},
        FILM | {"length": FILM_BYTES_MAX + 1},
    ],
)
def test_a_film_out_of_form_makes_the_paper_unreadable(film):
    """B4."""
    members = parse_canonical(pack(paper())[4:].rstrip(b"\0")) | {"film": film}
    content = pad(
        framed(canonical_bytes(members)) + bytes(4),
        smallest=BODY_CLASS_MIN,
        largest=BODY_CLASS_MAX,
    )
    assert code_of(unpack, content) == "liaison.body_garbled"


def test_a_paper_speaks_of_a_film_when_and_only_when_its_header_names_one():
    """B4."""
    with_film = paper(film=FilmKey(key=bytes(32), length=70_000))

    check_film(paper(), pieces=0)
    check_film(with_film, pieces=pieces_for(70_000))
    for told, pieces in ((paper(), 2), (with_film, 0), (with_film, 3)):
        assert code_of(check_film, told, pieces=pieces) == "liaison.body_garbled"


def test_the_numbers_of_another_incarnation_run_apart_and_are_told_so():
    """E9."""
    assert header(incarnation=2).dispatch_id == "KR-SEL.2>KP-PYO/notes/1"
    assert header().dispatch_id == "KR-SEL>KP-PYO/notes/1"


def test_a_paper_over_the_largest_class_is_not_sealed():
    assert code_of(pack, paper(attachments=(bytes(64 * 1024 * 1024),))) == "liaison.too_large"


@pytest.mark.parametrize(
    "wrong", [{"kind": "Note"}, {"attachments": (b"",) * (ATTACHMENTS_MAX + 1)}]
)
def test_a_paper_of_no_kind_or_with_too_many_attachments_is_our_own_mistake(wrong):
    with pytest.raises(AssertionError):
        pack(paper(**wrong))
