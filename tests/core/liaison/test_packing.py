"""What goes onto a stick: everything that fits, in its order, and never more than the stick takes."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from tests.core.liaison.conftest import AT, PYONGYANG, SEOUL

from sangbong.liaison.core.custody import packing
from sangbong.liaison.core.custody.bits import bits_of, joined, places_of
from sangbong.liaison.core.custody.packing import (
    EnvelopeToPack,
    FilmToPack,
    content_room,
    pack,
    runs_of,
)
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire.bundle import FAT_SEGMENTS_MAX
from sangbong.liaison.core.wire.film import SEALED_PIECE_BYTES, film_class
from sangbong.liaison.core.wire.waybill import MemberKind

ENVELOPES = st.lists(st.integers(5_000, 400_000), max_size=12)
SIZES = st.none() | st.integers(0, 3_000_000)


def envelope(number: int, length: int) -> EnvelopeToPack:
    return EnvelopeToPack(id=f"e{number}", digest=f"{number:064x}", length=length)


def film(number: int, pieces: int) -> FilmToPack:
    return FilmToPack(
        f"e{number}", f"{number:064x}", film_class(pieces), ((0, film_class(pieces)),)
    )


@given(
    exchange=st.integers(0, 90_000),
    lengths=ENVELOPES,
    pieces=st.lists(st.integers(1, 40)),
    size=SIZES,
)
def test_a_plan_fits_and_forgets_nothing(exchange, lengths, pieces, size):
    """P1, P3, P5."""
    envelopes = [envelope(n, length) for n, length in enumerate(lengths)]
    films = [film(n, count) for n, count in enumerate(pieces[: len(envelopes)])]

    plan = pack(exchange=exchange, envelopes=envelopes, films=films, size=size)

    packed = [one for file in plan.files for one in file.envelopes]
    runs = [run for file in plan.files for run in file.runs]
    assert size is None or plan.bytes <= size
    assert len(packed) + plan.envelopes_left == len(envelopes)
    assert sum(run.count for run in runs) + plan.pieces_left == sum(one.pieces for one in films)
    assert [one.id for one in packed] == sorted(
        (one.id for one in packed), key=lambda i: int(i[1:])
    )
    assert not any(file.is_empty for file in plan.files)
    assert all(file.exchange == 0 for file in plan.files[1:])
    if size is None:
        assert (plan.envelopes_left, plan.pieces_left) == (0, 0)


@given(lengths=ENVELOPES, pieces=st.lists(st.integers(1, 40)), size=SIZES)
def test_pieces_go_only_behind_their_envelope_and_manifest(lengths, pieces, size):
    """P2."""
    envelopes = [envelope(n, length) for n, length in enumerate(lengths)]
    films = [film(n, count) for n, count in enumerate(pieces[: len(envelopes)])]

    plan = pack(exchange=0, envelopes=envelopes, films=films, size=size)

    seen: set[str] = set()
    for file in plan.files:
        seen |= {one.id for one in file.envelopes}
        manifests = {one.film for one in file.manifests}
        assert all(one.dispatch in seen for one in file.manifests)
        assert all(run.film in manifests for run in file.runs)


def test_a_large_film_goes_on_in_the_next_file():
    """P4: no file is larger than any stick takes."""
    pieces = film_class(2 * FAT_SEGMENTS_MAX)
    plan = pack(exchange=100, envelopes=[envelope(0, 5_000)], films=[film(0, pieces)], size=None)

    assert len(plan.files) == 3
    assert sum(file.pieces for file in plan.files) == pieces
    assert all(file.file_bytes < 4 * 1024**3 for file in plan.files)


def test_a_manifest_that_does_not_fit_leaves_its_pieces_for_the_next_stick():
    plan = pack(
        exchange=0,
        envelopes=[envelope(0, 5_000)],
        films=[film(0, 10_000)],
        size=packing.HEAD_BYTES_MAX + 2 * SEALED_PIECE_BYTES,
    )

    assert (plan.envelopes_left, plan.pieces_left) == (0, film_class(10_000))


def test_a_stick_without_room_takes_nothing():
    plan = pack(exchange=9_000, envelopes=[envelope(0, 5_000)], films=[film(0, 1)], size=1_000)

    assert (plan.files, plan.envelopes_left, plan.pieces_left) == ((), 1, 1)


def test_a_film_of_which_nothing_is_missing_takes_no_room():
    nothing = FilmToPack("e0", "0" * 64, 5, ())

    plan = pack(exchange=0, envelopes=[envelope(0, 5_000)], films=[nothing], size=None)

    assert (plan.files[0].manifests, plan.pieces_left) == ([], 0)


@given(st.integers(0, 10**12))
def test_the_room_is_that_of_a_whole_class(size):
    """P5."""
    room = content_room(size)

    assert room // 65_536 <= FAT_SEGMENTS_MAX
    if room:
        assert bundles.segment_class(room) * 65_536 == room
        assert packing.HEAD_BYTES_MAX + room // 65_536 * SEALED_PIECE_BYTES <= size


@given(lengths=st.lists(st.integers(1, 100_000), min_size=1, max_size=5))
def test_a_written_bundle_is_no_longer_than_planned(toy, lengths):
    """P5: what the plan says before is what the stick shows afterwards."""
    envelopes = [envelope(n, length) for n, length in enumerate(lengths)]
    (planned,) = pack(exchange=0, envelopes=envelopes, films=[], size=None).files
    file = io.BytesIO()

    bundles.write_bundle(
        file,
        label=bundles.Label("0" * 32, SEOUL, PYONGYANG, 1, 1),
        number=1,
        written_at=AT,
        loads=[bundles.Load.of(MemberKind.ENVELOPE, bytes(length)) for length in lengths],
        key=bytes(32),
        sealer=toy,
        signer=toy,
        cipher=toy,
    )

    assert len(file.getvalue()) <= planned.file_bytes


@given(st.sets(st.integers(0, 200)), st.sets(st.integers(0, 200)))
def test_bits_are_read_back_and_joined(some, others):
    assert places_of(bits_of(some, count=201), count=201) == some
    both = joined(bits_of(some, count=201), bits_of(others, count=max(others, default=0) + 1))
    assert places_of(both, count=201) == some | others


@given(st.sets(st.integers(0, 60)))
def test_places_in_runs_are_the_same_places(places):
    runs = runs_of(sorted(places))

    assert [n for first, count in runs for n in range(first, first + count)] == sorted(places)
