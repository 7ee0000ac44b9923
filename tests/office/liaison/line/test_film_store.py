"""Films on disk: pieces are checked, durable before they count, and never cut off or written over."""

from __future__ import annotations

import io
import os
import random

import pytest
from tests.office.liaison.line.conftest import seal

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.sealing import AesPieces
from sangbong.liaison.core.wire.film import PIECE_BYTES, SEALED_PIECE_BYTES

KEY = bytes([1]) * 32


@pytest.fixture
def ours(tmp_path):
    return FilmStore(tmp_path / "ours")


@pytest.fixture
def theirs(tmp_path):
    return FilmStore(tmp_path / "theirs")


def _fill(source, target, film, indices):
    target.expect(film.film_id, source.manifest(film.film_id))
    for index in indices:
        assert target.put(film.film_id, index, source.read_piece(film.film_id, index))


def _fault(call) -> str:
    with pytest.raises(SangbongError) as caught:
        call()
    return caught.value.code


@pytest.mark.parametrize("size", [1, PIECE_BYTES, PIECE_BYTES + 1, 70 * PIECE_BYTES])
def test_a_sealed_film_opens_again_from_a_path_or_a_file(ours, tmp_path, size):
    content = random.Random(size).randbytes(size)
    path = tmp_path / "film.mkv"
    path.write_bytes(content)
    film = ours.seal(path, key=KEY, cipher=AesPieces())
    assert film == ours.seal(io.BytesIO(content), key=KEY, cipher=AesPieces())
    opened = ours.open_plain(film.film_id, key=KEY, length=size, cipher=AesPieces())
    assert b"".join(opened) == content
    assert film.length == size
    assert film.pieces == ours.pieces(film.film_id)


def test_s1_a_wrong_piece_changes_nothing(ours, theirs):
    film = seal(ours, size=5 * PIECE_BYTES)
    theirs.expect(film.film_id, ours.manifest(film.film_id))
    good = ours.read_piece(film.film_id, 0)
    assert not theirs.put(film.film_id, 1, good)
    assert not theirs.put(film.film_id, 99, good)
    assert not theirs.put(film.film_id, -1, good)
    assert not theirs.put(film.film_id, 0, good[:-1] + b"\0")
    theirs.sync(film.film_id)
    assert theirs.have(film.film_id) == b"\0"
    assert _fault(lambda: theirs.put("0" * 64, 0, good)) == "liaison.film_unknown"


def test_s2_a_piece_counts_when_it_is_durable(ours, theirs):
    film = seal(ours, size=9 * PIECE_BYTES)
    _fill(ours, theirs, film, [0, 8])
    assert theirs.have(film.film_id) == b"\0\0"
    theirs.sync(film.film_id)
    assert theirs.have(film.film_id) == b"\x80\x80"
    theirs.sync(film.film_id)
    theirs.close(film.film_id)
    # another process sees the same, and goes on
    again = FilmStore(theirs._folder)
    assert again.have(film.film_id) == b"\x80\x80"
    assert again.read_piece(film.film_id, 8) == ours.read_piece(film.film_id, 8)
    assert _fault(lambda: again.read_piece(film.film_id, 7)) == "liaison.film_missing"


def test_s3_a_film_is_complete_with_its_last_piece_and_a_kill_before_the_renaming_is_made_good(
    ours, theirs
):
    film = seal(ours, size=12 * PIECE_BYTES)
    _fill(ours, theirs, film, range(11))
    theirs.sync(film.film_id)
    assert not theirs.is_complete(film.film_id)
    missing = _fault(
        lambda: list(
            theirs.open_plain(film.film_id, key=KEY, length=film.length, cipher=AesPieces())
        )
    )
    assert missing == "liaison.film_missing"
    assert _fault(lambda: theirs.read_pieces(film.film_id, 0, 1)) == "liaison.film_missing"
    _fill(ours, theirs, film, [11])
    theirs.sync(film.film_id)
    # here the process is killed; the next one finds all bits set
    again = FilmStore(theirs._folder)
    assert again.is_complete(film.film_id)
    assert again.have(film.film_id) == ours.have(film.film_id) == b"\xff\xf0"
    assert again.put(film.film_id, 0, b"already here")
    assert sorted(path.suffix for path in again._folder.iterdir()) == [".manifest", ".pieces"]
    assert _fault(lambda: again.read_pieces(film.film_id, 11, 2)) == "liaison.film_missing"


def test_s3_one_of_two_that_finish_at_once_finds_it_done(ours, theirs):
    film = seal(ours, size=PIECE_BYTES)
    _fill(ours, theirs, film, [0])
    theirs.sync(film.film_id)
    (theirs._folder / f"{film.film_id}.arriving").rename(
        theirs._folder / f"{film.film_id}.pieces.x"
    )
    assert not theirs.is_complete(film.film_id)
    (theirs._folder / f"{film.film_id}.pieces.x").rename(theirs._folder / f"{film.film_id}.pieces")
    assert theirs.is_complete(film.film_id)


def test_s4_a_film_of_the_wrong_size_is_put_aside_and_arrives_again(ours, theirs):
    film = seal(ours, size=3 * PIECE_BYTES)
    for _ in range(2):
        _fill(ours, theirs, film, range(film.pieces))
        theirs.sync(film.film_id)
        assert theirs.is_complete(film.film_id)
        os.truncate(theirs._folder / f"{film.film_id}.pieces", 100)
        assert not theirs.is_complete(film.film_id)
        assert theirs.have(film.film_id) == b"\0"
    aside = sorted(theirs._folder.glob("*.aside-*"))
    assert [path.name[-7:] for path in aside] == ["aside-1", "aside-2"]
    assert all(path.stat().st_size == 100 for path in aside)


def test_s4_an_arriving_film_of_the_wrong_size_is_put_aside(ours, theirs):
    film = seal(ours, size=3 * PIECE_BYTES)
    arriving = theirs._folder / f"{film.film_id}.arriving"
    arriving.write_bytes(bytes(10 * SEALED_PIECE_BYTES))
    _fill(ours, theirs, film, range(film.pieces))
    theirs.sync(film.film_id)
    theirs.close(film.film_id)
    os.truncate(arriving, 100)  # all bits are set, and the disk lost the pieces
    assert not theirs.is_complete(film.film_id)
    assert theirs.have(film.film_id) == b"\0"
    assert len(list(theirs._folder.glob("*.aside-*"))) == 2


def test_a_map_of_the_wrong_length_says_less_and_never_more(ours, theirs):
    film = seal(ours, size=12 * PIECE_BYTES)
    theirs.expect(film.film_id, ours.manifest(film.film_id))
    map_file = theirs._folder / f"{film.film_id}.map"
    map_file.write_bytes(b"\x80")
    assert theirs.have(film.film_id) == b"\x80\0"
    map_file.write_bytes(b"\x80\x0f\xff")
    assert theirs.have(film.film_id) == b"\x80\0"


def test_what_is_no_manifest_gets_no_place(ours, theirs):
    film = seal(ours, size=PIECE_BYTES)
    manifest = ours.manifest(film.film_id)
    for wrong in (b"", manifest[:-1], manifest + bytes(32), b"x" + manifest[1:]):
        refused = _fault(lambda wrong=wrong: theirs.expect(film.film_id, wrong))
        assert refused == "liaison.manifest_garbled"
    assert theirs.have(film.film_id) == b""
    assert theirs.pieces(film.film_id) == 0
    assert not theirs.is_complete(film.film_id)
    assert _fault(lambda: theirs.manifest(film.film_id)) == "liaison.film_unknown"
    theirs.expect(film.film_id, manifest)
    theirs.expect(film.film_id, manifest)
    assert theirs.pieces(film.film_id) == 1


def test_pieces_without_a_manifest_are_no_film(ours):
    film = seal(ours, size=PIECE_BYTES)
    (ours._folder / f"{film.film_id}.manifest").unlink()
    assert not ours.is_complete(film.film_id)
    assert _fault(lambda: ours._count_of(film.film_id)) == "liaison.film_unknown"


def test_removing_forgets_all_and_sweeping_only_what_was_never_finished(ours, theirs):
    film = seal(ours, size=PIECE_BYTES)
    (ours._folder / "abc.new").write_bytes(b"a kill came")
    ours.sweep()
    assert ours.is_complete(film.film_id)
    _fill(ours, theirs, film, [0])
    theirs.remove(film.film_id)
    ours.remove(film.film_id)
    ours.remove(film.film_id)
    assert list(ours._folder.iterdir()) == list(theirs._folder.iterdir()) == []


def test_only_a_few_films_are_held_open(ours, theirs):
    films = [seal(ours, size=2 * PIECE_BYTES, seed=seed) for seed in range(1, 13)]
    for film in films:
        _fill(ours, theirs, film, [0])
    assert len(theirs._arriving) == 8
    # what was put into those that were closed meanwhile is durable
    assert theirs.have(films[0].film_id) == b"\x80"
    for film in films:
        theirs.sync(film.film_id)
        assert theirs.have(film.film_id) == b"\x80"
