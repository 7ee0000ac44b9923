"""Bundles: whole, cut or damaged, and silent about what they carry."""

from __future__ import annotations

import io
import tracemalloc
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.canonical import canonical_bytes, parse_canonical
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.wire import pieces as cutting
from sangbong.liaison.core.wire.bundle import (
    FAT_SEGMENTS_MAX,
    MAGIC,
    PURPOSE_TAG,
    SEGMENTS_MAX,
    BundleEnd,
    End,
    Label,
    Load,
    Member,
    Piece,
    StickOutcome,
    check_addressed,
    file_name,
    fill,
    look_through,
    members,
    outcome_of,
    read_head,
    segment_class,
    unlock,
    write_bundle,
)
from sangbong.liaison.core.wire.exchange import EXCHANGE_BYTES_MAX
from sangbong.liaison.core.wire.film import MANIFEST_BYTES_MAX
from sangbong.liaison.core.wire.framing import framed
from sangbong.liaison.core.wire.pieces import PIECE_BYTES, SEALED_PIECE_BYTES
from sangbong.liaison.core.wire.waybill import (
    LINE_BYTES_MAX,
    MEMBERS_MAX,
    WAYBILL_BYTES_MAX,
    MemberKind,
    PieceRun,
    Waybill,
    line_of,
    read_waybill,
)

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
KEY = b"k" * 32
LABEL = Label("0123456789abcdef" * 2, SEOUL, PYONGYANG, epoch=3, signer=2)
FILM = "ab" * 32
EXCHANGE = Load.of(MemberKind.EXCHANGE, b"{}")
ENVELOPES = st.lists(
    st.binary(min_size=1, max_size=90_000).map(lambda data: Load.of(MemberKind.ENVELOPE, data)),
    max_size=3,
)


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(SangbongError) as told:
        call(*arguments, **named)
    return told.value.code


def run_of(count: int, first: int = 0) -> Load:
    """Film pieces with their index in each."""
    chunks = [bytes([n]) * SEALED_PIECE_BYTES for n in range(first, first + count)]
    return Load(PieceRun(FILM, first, count), chunks)


def written(toy, loads=(EXCHANGE,), *, label=LABEL, number=7) -> bytes:
    file = io.BytesIO()
    write_bundle(
        file,
        label=label,
        number=number,
        written_at=AT,
        loads=loads,
        key=KEY,
        sealer=toy,
        signer=toy,
        cipher=toy,
    )
    return file.getvalue()


def read(toy, data: bytes) -> list:
    """Everything that a bundle gives; what refuses it is raised."""
    file = io.BytesIO(data)
    head = read_head(file)
    check_addressed(head, own=PYONGYANG)
    key = unlock(head, verifier=toy, opener=toy)
    return list(members(file, head, key=key, cipher=toy))


def listed(loads) -> list:
    """What the reader should give for these loads."""
    found = []
    for load in loads:
        chunks = list(load.chunks)
        if isinstance(load.line, PieceRun):
            first = load.line.first
            found += [Piece(FILM, first + n, chunk) for n, chunk in enumerate(chunks)]
        else:
            found.append(Member(load.line.kind, b"".join(chunks)))
    return found


@given(ENVELOPES, st.integers(0, 3))
def test_a_bundle_gives_back_its_members_in_order(toy, envelopes, pieces):
    """W4 to W7."""
    loads = [EXCHANGE, *envelopes, Load.of(MemberKind.MANIFEST, b"m" * 500)]
    loads += [run_of(pieces)] if pieces else []

    waybill, *rest, end = read(toy, written(toy, loads))

    assert waybill == Waybill(7, AT, tuple(load.line for load in loads))
    assert rest == listed(loads)
    assert end == BundleEnd(End.WHOLE, len(rest), len(rest))
    assert end.code == ""


def test_a_bundle_is_named_by_chance_and_tells_no_office_number_or_count():
    assert file_name(LABEL.bundle) == "SANGBONG-0123456789abcdef.BDL"


def test_a_bundle_shows_only_its_size_class(toy):
    padded = [written(toy, [EXCHANGE, run_of(n)]) for n in (16, 17)]
    sizes = [len(one) for one in padded]
    head = read_head(io.BytesIO(written(toy)))

    assert len(written(toy)) == head.length + SEALED_PIECE_BYTES
    assert sizes == [head.length + 1 + 18 * SEALED_PIECE_BYTES] * 2
    assert [outcome(toy, one) for one in padded] == ["taken", "taken"]
    assert set(parse_canonical(head.header_bytes)) == {
        *("bundle", "epoch", "from", "segments", "signer", "to", "version")
    }


@given(st.integers(1, SEGMENTS_MAX * PIECE_BYTES))
def test_a_class_holds_the_content_and_has_four_significant_bits(content):
    """W2."""
    segments = segment_class(content)

    assert (segments - 1) * PIECE_BYTES < content * 9 / 8 + PIECE_BYTES
    assert content <= segments * PIECE_BYTES
    assert len(f"{segments:b}".rstrip("0")) <= 4


def test_a_bundle_for_a_small_stick_stays_below_4_gib_and_none_passes_the_bound():
    assert segment_class(FAT_SEGMENTS_MAX * PIECE_BYTES) == FAT_SEGMENTS_MAX
    assert FAT_SEGMENTS_MAX * SEALED_PIECE_BYTES + 2000 < 2**32
    assert code_of(segment_class, SEGMENTS_MAX * PIECE_BYTES + 1) == "liaison.too_large"


def outcome(toy, data: bytes) -> str:
    """The code that refuses a bundle as a whole, or how its reading ended."""
    try:
        found = read(toy, data)
    except SangbongError as fault:
        return fault.code
    return found[-1].code or "taken"


@given(st.data())
def test_a_flipped_bit_anywhere_is_noticed(toy, data):
    """W1 to W6."""
    good = written(toy, [EXCHANGE, run_of(2)])
    bit = data.draw(st.integers(0, 8 * len(good) - 1))
    altered = bytearray(good)
    altered[bit // 8] ^= 1 << bit % 8

    assert outcome(toy, good) == "taken"
    assert outcome(toy, bytes(altered)) not in {"taken", "liaison.bundle_cut"}


@given(st.data(), st.booleans())
def test_a_bundle_cut_anywhere_keeps_every_whole_member_before_the_cut(toy, data, zeros):
    """W8: also when the stick shows zero bytes where nothing was written."""
    loads = [EXCHANGE, Load.of(MemberKind.ENVELOPE, b"e" * 70_000), run_of(3)]
    good = written(toy, loads)
    length = data.draw(st.integers(0, len(good) - 1))
    head = read_head(io.BytesIO(good)).length
    filled = zeros and head <= length <= len(good) - 16
    cut = good[:length] + (bytes(len(good) - length) if filled else b"")

    if length < head:
        assert outcome(toy, cut) == "liaison.bundle_cut"
        return
    found = read(toy, cut)

    there = (length - head) // SEALED_PIECE_BYTES * PIECE_BYTES
    waybill_bytes = len(framed(Waybill(7, AT, tuple(load.line for load in loads)).encode()))
    ends, place = [], waybill_bytes
    for member in listed(loads):
        place += len(member.data)
        ends.append(place)
    kept = sum(place <= there for place in ends)
    known = there >= waybill_bytes
    assert [one for one in found if isinstance(one, Member | Piece)] == listed(loads)[:kept]
    assert found[-1] == BundleEnd(End.CUT, 5 if known else 0, kept)


def test_zero_bytes_in_the_middle_are_damage_and_no_cut(toy):
    """W8, W9."""
    good = written(toy, [EXCHANGE, run_of(3)])
    head = read_head(io.BytesIO(good)).length
    hole = slice(head + SEALED_PIECE_BYTES, head + 2 * SEALED_PIECE_BYTES)
    altered = bytearray(good)
    altered[hole] = bytes(SEALED_PIECE_BYTES)
    longer = good[:-SEALED_PIECE_BYTES] + bytes(SEALED_PIECE_BYTES + 1)

    assert outcome(toy, bytes(altered)) == "liaison.bundle_garbled"
    assert outcome(toy, good[:-15] + bytes(15)) == "liaison.bundle_garbled"
    assert outcome(toy, longer) == "liaison.bundle_garbled"


def test_segments_swapped_repeated_or_of_another_bundle_are_damage(toy):
    """W6."""
    good = written(toy, [EXCHANGE, run_of(2)])
    head = read_head(io.BytesIO(good)).length
    first, second, third, *_ = (
        good[at : at + SEALED_PIECE_BYTES] for at in range(head, len(good), SEALED_PIECE_BYTES)
    )
    for row in ((second, first, third), (first, first, third), (first, second, first)):
        assert outcome(toy, good[:head] + b"".join(row)) == "liaison.bundle_garbled"
    assert outcome(toy, good + b"\0") == "liaison.bundle_garbled"


def test_looking_through_tells_the_waybill_and_the_end_and_keeps_nothing(toy):
    """W9."""
    data = written(toy, [EXCHANGE, run_of(2)])
    file = io.BytesIO(data)
    head = read_head(file)
    waybill, end = look_through(file, head, key=KEY, cipher=toy)
    assert (waybill.number, waybill.members, end) == (7, 3, BundleEnd(End.WHOLE, 3, 3))

    file = io.BytesIO(data[: head.length + 9])
    assert look_through(file, read_head(file), key=KEY, cipher=toy) == (
        None,
        BundleEnd(End.CUT, 0, 0),
    )


def _header(**changes) -> bytes:
    told = {
        "bundle": LABEL.bundle,
        "epoch": 1,
        "from": "KR-SEL",
        "segments": 1,
        "signer": 1,
        "to": "KP-PYO",
        "version": 1,
    }
    return MAGIC + framed(canonical_bytes(told | changes)) + bytes(70_000)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "liaison.bundle_cut"),
        (MAGIC[:5], "liaison.bundle_cut"),
        (MAGIC + b"\0\0", "liaison.bundle_cut"),
        (b"another file", "liaison.not_a_bundle"),
        (bytes(90), "liaison.not_a_bundle"),
        (MAGIC + b"\0\0\2\1" + bytes(600), "liaison.bundle_garbled"),
        (MAGIC + framed(b"[]"), "liaison.bundle_garbled"),
        (_header(version=2), "liaison.version_unknown"),
        (_header(version=0), "liaison.version_unknown"),
        (_header(version=False), "liaison.bundle_garbled"),
        (_header(segments=0), "liaison.bundle_garbled"),
        (_header(segments=17), "liaison.bundle_garbled"),
        (_header(segments=2 * SEGMENTS_MAX), "liaison.bundle_garbled"),
        (_header(bundle="AB" * 16), "liaison.bundle_garbled"),
        (_header(epoch=0), "liaison.bundle_garbled"),
        (_header(signer=0), "liaison.bundle_garbled"),
        (_header(to="Pyongyang"), "liaison.bundle_garbled"),
        (_header(number=1), "liaison.bundle_garbled"),
        (_header()[:800], "liaison.bundle_cut"),
    ],
)
def test_a_head_out_of_form_is_refused(data, code):
    """W1, W2."""
    assert code_of(read_head, io.BytesIO(data)) == code


def test_the_wrong_stick_is_noticed(toy):
    """W3."""
    head = read_head(io.BytesIO(written(toy)))

    assert code_of(check_addressed, head, own=OfficeCode("JP-TYO")) == "liaison.bundle_for_another"
    assert code_of(check_addressed, head, own=SEOUL) == "liaison.bundle_own"


def test_a_bundle_by_another_hand_or_for_another_key_is_refused(toy):
    """W5."""
    stranger = type(toy)(b"somebody else")
    head = read_head(io.BytesIO(written(toy)))

    wrong_hand = code_of(unlock, head, verifier=stranger, opener=toy)
    wrong_key = code_of(unlock, head, verifier=toy, opener=stranger)

    assert (wrong_hand, wrong_key) == ("liaison.signature_wrong", "liaison.seal_wrong")


def test_a_key_sealed_for_one_header_does_not_open_under_another(toy):
    """W5: the size class, the epoch or the recipient cannot be told otherwise."""
    sealed = read_head(io.BytesIO(written(toy))).sealed_key

    class Moved(type(toy)):
        def seal(self, _content, *, info):
            return sealed

    file = io.BytesIO()
    write_bundle(
        file,
        label=LABEL,
        number=7,
        written_at=AT,
        loads=[run_of(1)],
        key=KEY,
        sealer=Moved(),
        signer=toy,
        cipher=toy,
    )
    head = read_head(io.BytesIO(file.getvalue()))
    assert code_of(unlock, head, verifier=toy, opener=toy) == "liaison.seal_wrong"


def with_content(toy, content: bytes, *, segments: int = 1) -> bytes:
    """A bundle whose segments are not what its maker should have written."""
    good = written(toy, [run_of(min(segments - 1, 16))] if segments > 1 else [EXCHANGE])
    head = good[: read_head(io.BytesIO(good)).length]
    padded = content.ljust(segments * PIECE_BYTES, b"\0")
    return head + b"".join(
        cutting.seal_piece(
            padded[n * PIECE_BYTES : (n + 1) * PIECE_BYTES],
            key=KEY,
            tag=PURPOSE_TAG,
            index=n,
            last=n == segments - 1,
            cipher=toy,
        )
        for n in range(segments)
    )


def _waybill(*lines, **changes) -> bytes:
    told = {
        "members": list(lines),
        "number": 1,
        "version": 1,
        "written_at": "2018-06-25T01:00:00Z",
    }
    return framed(canonical_bytes(told | changes))


ONE = ["envelope", 1, line_of(MemberKind.ENVELOPE, b"a").digest]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        (WAYBILL_BYTES_MAX + 1).to_bytes(4, "big"),
        _waybill(more=1),
        _waybill(version=2),
        _waybill(version=True),
        _waybill(number=0),
        _waybill(written_at="today"),
        _waybill(3),
        _waybill([]),
        _waybill(ONE[:2]) + b"a",
        _waybill([*ONE, 1]) + b"a",
        _waybill(["letter", *ONE[1:]]) + b"a",
        _waybill(["envelope", "1", ONE[2]]) + b"a",
        _waybill(["envelope", 0, ONE[2]]),
        _waybill(["envelope", 1, "short"]) + b"a",
        _waybill(["exchange", 20_000_000, ONE[2]]) + b"a",
        _waybill(["pieces", FILM, 0, 0]),
        _waybill(["pieces", FILM, -1, 1]),
        _waybill(["pieces", FILM, 2**18 - 1, 2]),
        _waybill(["pieces", "", 0, 1]),
        _waybill(["manifest", *ONE[1:]], ONE) + b"aa",
        _waybill(["exchange", *ONE[1:]], ["exchange", *ONE[1:]]) + b"aa",
        _waybill(ONE) + b"b",
        _waybill(ONE, ["envelope", PIECE_BYTES, ONE[2]]) + b"a",
        _waybill() + b"left over",
    ],
)
def test_a_waybill_that_does_not_list_what_is_there_is_damage(toy, content):
    """W7, Y1 to Y4."""
    assert outcome(toy, with_content(toy, content)) == "liaison.bundle_garbled"


def test_a_good_waybill_made_by_the_same_hand_is_taken(toy):
    """W7: what the examples above leave of it."""
    assert outcome(toy, with_content(toy, _waybill(ONE) + b"a")) == "taken"


def test_a_bundle_is_in_its_smallest_class_and_its_padding_says_nothing(toy):
    """W7."""
    larger = with_content(toy, _waybill(ONE) + b"a", segments=3)
    talking = with_content(
        toy, (_waybill(["pieces", FILM, 0, 1]) + bytes(SEALED_PIECE_BYTES)).ljust(131_071, b"\0") + b"1",
        segments=3,
    )  # fmt: skip

    assert outcome(toy, larger) == "liaison.bundle_garbled"
    assert outcome(toy, talking) == "liaison.bundle_garbled"


def test_a_segment_of_padding_says_nothing(toy):
    """W7."""
    loads = [EXCHANGE, run_of(16)]
    waybill = framed(Waybill(7, AT, tuple(load.line for load in loads)).encode())
    said = waybill + b"{}" + b"".join(loads[1].chunks)

    assert segment_class(len(said)) == 18
    padded = (said.ljust(17 * PIECE_BYTES, b"\0"), said.ljust(17 * PIECE_BYTES, b"\0") + b"1")
    assert [outcome(toy, with_content(toy, one, segments=18)) for one in padded] == [
        "taken",
        "liaison.bundle_garbled",
    ]


@pytest.mark.parametrize(
    "line",
    [
        ["pieces", FILM, 2**18 - 1, 2],
        ["exchange", EXCHANGE_BYTES_MAX + 1, ONE[2]],
        ["manifest", MANIFEST_BYTES_MAX + 1, ONE[2]],
    ],
)
def test_a_line_that_is_larger_than_its_kind_may_be_is_no_line(line):
    """Y2."""
    with pytest.raises(ValueError, match="not such a number"):
        read_waybill(_waybill(line)[4:])


def test_a_waybill_of_another_version_is_told_as_one():
    """Y1."""
    with pytest.raises(SangbongError) as told:
        read_waybill(_waybill(version=2)[4:])
    assert told.value.code == "liaison.version_unknown"


def test_a_load_that_is_not_as_long_as_listed_is_our_own_mistake(toy):
    load = Load(line_of(MemberKind.ENVELOPE, b"abc"), (b"ab",))
    with pytest.raises(AssertionError):
        written(toy, [load])


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("liaison.not_a_bundle", StickOutcome.NOT_A_BUNDLE),
        ("liaison.version_unknown", StickOutcome.LATER_VERSION),
        ("liaison.bundle_for_another", StickOutcome.FOR_ANOTHER),
        ("liaison.bundle_own", StickOutcome.OWN),
        ("liaison.bundle_cut", StickOutcome.CUT_SHORT),
        ("office.unknown_counterpart", StickOutcome.STRANGER),
        ("liaison.signature_wrong", StickOutcome.DAMAGED),
    ],
)
def test_every_refusal_of_a_stick_has_a_name(code, outcome):
    """W10."""
    assert outcome_of(code) is outcome


@given(st.lists(st.integers(1, 1000), max_size=20), st.integers(0, 5000))
def test_a_bundle_takes_as_many_as_fit_and_at_least_one(sizes, room):
    count = fill(sizes, room=room)
    line = LINE_BYTES_MAX

    assert count >= min(1, len(sizes))
    assert count <= 1 or sum(sizes[:count]) + line * count <= room
    assert count == len(sizes) or sum(sizes[: count + 1]) + line * (count + 1) > room


def test_a_bundle_never_lists_more_than_its_bound():
    assert fill([1] * (MEMBERS_MAX + 5), room=10**9) == MEMBERS_MAX


class Sink:
    """A file that forgets what is written."""

    def __init__(self) -> None:
        self.length = 0

    def write(self, data: bytes) -> int:
        self.length += len(data)
        return len(data)

    def writelines(self, parts) -> None:
        for part in parts:
            self.write(part)


def many_pieces(count: int) -> Load:
    """A run whose pieces are made when it is their turn."""
    return Load(PieceRun(FILM, 0, count), (b"x" * SEALED_PIECE_BYTES for _ in range(count)))


def peak_of(deed) -> int:
    """The most memory that a deed held at once, in bytes."""
    tracemalloc.start()
    try:
        deed()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_of_writing_and_reading_does_not_grow_with_the_bundle(toy, tmp_path):
    def write(count: int, file) -> None:
        write_bundle(
            file,
            label=LABEL,
            number=7,
            written_at=AT,
            loads=[many_pieces(count)],
            key=KEY,
            sealer=toy,
            signer=toy,
            cipher=toy,
        )

    path = tmp_path / "bundle"
    with path.open("wb") as file:
        write(120, file)

    def read_through() -> None:
        with path.open("rb") as file:
            head = read_head(file)
            _, end = look_through(file, head, key=KEY, cipher=toy)
            assert end == BundleEnd(End.WHOLE, 120, 120)

    assert peak_of(lambda: write(120, Sink())) < 1_000_000
    assert peak_of(read_through) < 1_000_000
