"""Films: pieces that anyone may move and check, and only the recipient open."""

from __future__ import annotations

import hashlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire import pieces as cutting
from sangbong.liaison.core.wire.film import (
    FILM_BYTES_MAX,
    MANIFEST_MAGIC,
    PIECE_BYTES,
    PIECES_MAX,
    PURPOSE_TAG,
    SEALED_PIECE_BYTES,
    FilmKey,
    Manifest,
    film_class,
    is_film_class,
    manifest_of,
    open_film,
    open_piece,
    pieces_for,
    read_manifest,
    seal_film,
)

KEY = b"k" * 32
LENGTHS = st.integers(1, 5 * PIECE_BYTES)


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(SangbongError) as told:
        call(*arguments, **named)
    return told.value.code


def film_of(length: int) -> bytes:
    """Bytes that differ from piece to piece, none of them zero."""
    return hashlib.shake_256(b"film").digest(length).replace(b"\0", b"\1")


def sealed(toy, length: int, *, key: bytes = KEY) -> list[bytes]:
    film = FilmKey(key=key, length=length)
    return [one.data for one in seal_film([film_of(length)], film=film, cipher=toy)]


def opened(toy, pieces: list[bytes], length: int, *, key: bytes = KEY) -> bytes:
    return b"".join(open_film(pieces, film=FilmKey(key=key, length=length), cipher=toy))


@given(st.integers(1, PIECES_MAX))
def test_a_class_holds_the_pieces_and_has_six_significant_bits(pieces):
    """F1."""
    padded = film_class(pieces)

    assert padded >= pieces
    assert is_film_class(padded)
    assert len(f"{padded:b}".rstrip("0")) <= 6
    assert 32 * (padded - pieces) <= pieces


def test_small_films_are_their_own_class_and_larger_ones_share_one():
    """F1."""
    classes = [n for n in range(140) if is_film_class(n)]
    assert classes == [*range(1, 65), *range(66, 129, 2), 132, 136]


def test_a_film_has_at_least_one_piece_and_at_most_the_bound():
    """F1."""
    assert [pieces_for(n) for n in (1, PIECE_BYTES, PIECE_BYTES + 1)] == [1, 1, 2]
    assert pieces_for(FILM_BYTES_MAX) == PIECES_MAX
    assert code_of(pieces_for, FILM_BYTES_MAX + 1) == "liaison.too_large"


@given(LENGTHS, st.lists(st.integers(0, 5 * PIECE_BYTES), max_size=4))
def test_a_film_opens_to_its_bytes_however_they_were_handed_in(toy, length, cuts):
    """F2, F6."""
    whole = film_of(length)
    places = [0, *sorted(min(place, length) for place in cuts), length]
    chunks = [whole[a:b] for a, b in itertools.pairwise(places)]
    film = FilmKey(key=KEY, length=length)

    pieces = list(seal_film(chunks, film=film, cipher=toy))

    assert [one.index for one in pieces] == list(range(pieces_for(length)))
    assert {len(one.data) for one in pieces} == {SEALED_PIECE_BYTES}
    assert opened(toy, [one.data for one in pieces], length) == whole


def test_a_film_of_65_pieces_is_padded_to_66(toy):
    """F1, F6: a piece of padding opens to nothing."""
    length = 64 * PIECE_BYTES + 1
    pieces = sealed(toy, length)

    assert len(pieces) == 66
    assert opened(toy, pieces, length) == film_of(length)
    film = FilmKey(key=KEY, length=length)
    assert open_piece(pieces[65], index=65, pieces=66, film=film, cipher=toy) == b""


@pytest.mark.parametrize("told", [1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
@pytest.mark.parametrize("there", [0, 2, PIECE_BYTES - 1, 2 * PIECE_BYTES, 4 * PIECE_BYTES])
def test_a_film_that_changed_while_it_was_sealed_is_not_sent(toy, told, there):
    film = FilmKey(key=KEY, length=told)
    made = seal_film([bytes(there)], film=film, cipher=toy)
    assert code_of(list, made) == "liaison.film_changed"


def altered(data, pieces: list[bytes]) -> list[bytes]:
    """Some other row of pieces than the one that was sealed."""
    way = data.draw(st.sampled_from(["lose", "cut", "swap", "repeat", "insert", "flip", "shorten"]))
    at = data.draw(st.integers(0, len(pieces) - 1))
    other = data.draw(st.integers(0, len(pieces) - 1).filter(lambda n: n != at))
    row = list(pieces)
    if way == "lose":
        del row[at]
    elif way == "cut":
        row = row[:at]
    elif way == "swap":
        row[at], row[other] = row[other], row[at]
    elif way == "repeat":
        row[at] = row[other]
    elif way == "insert":
        row.insert(at, row[other])
    elif way == "flip":
        bit = data.draw(st.integers(0, 8 * SEALED_PIECE_BYTES - 1))
        flipped = bytearray(row[at])
        flipped[bit // 8] ^= 1 << bit % 8
        row[at] = bytes(flipped)
    else:
        row[at] = row[at][: data.draw(st.integers(0, SEALED_PIECE_BYTES - 1))]
    return row


@given(st.data(), st.integers(PIECE_BYTES + 1, 5 * PIECE_BYTES))
def test_a_row_of_pieces_altered_in_any_way_is_refused(toy, data, length):
    """F2, F6: cut off, swapped, repeated, reordered, moved in or damaged."""
    row = altered(data, sealed(toy, length))
    assert code_of(opened, toy, row, length) == "liaison.film_garbled"


@given(LENGTHS)
def test_another_key_opens_nothing(toy, length):
    """F2."""
    assert code_of(opened, toy, sealed(toy, length), length, key=b"o" * 32) == (
        "liaison.film_garbled"
    )


@given(LENGTHS, LENGTHS)
def test_a_film_does_not_pass_for_one_of_another_length(toy, length, told):
    """F6: fewer pieces, more pieces, or bytes where the padding should be."""
    if told < length:
        pieces = sealed(toy, length)
        assert code_of(opened, toy, pieces, told) == "liaison.film_garbled"
    if pieces_for(told) != pieces_for(length):
        assert code_of(opened, toy, sealed(toy, length), told) == "liaison.film_garbled"


@pytest.mark.parametrize(
    ("tag", "index", "last"),
    [(PURPOSE_TAG, 1, True), (PURPOSE_TAG, 0, False), (b"sangbong bundle 1\n", 0, True)],
)
def test_a_piece_is_bound_to_its_place_its_end_and_its_purpose(toy, tag, index, last):
    """F2."""
    piece = cutting.seal_piece(
        bytes(PIECE_BYTES), key=KEY, tag=tag, index=index, last=last, cipher=toy
    )
    film = FilmKey(key=KEY, length=1)
    assert code_of(open_piece, piece, index=0, pieces=1, film=film, cipher=toy) == (
        "liaison.film_garbled"
    )


@pytest.mark.parametrize(("index", "pieces"), [(-1, 1), (1, 1), (0, 2)])
def test_a_piece_outside_the_film_is_not_opened(toy, index, pieces):
    """F6."""
    film = FilmKey(key=KEY, length=1)
    data = sealed(toy, 1)[0]
    assert code_of(open_piece, data, index=index, pieces=pieces, film=film, cipher=toy) == (
        "liaison.film_garbled"
    )


def test_a_manifest_names_every_piece_and_its_hash_is_the_films_id(toy):
    """F3, F4, F5."""
    pieces = sealed(toy, 3 * PIECE_BYTES)
    manifest = manifest_of(hashlib.sha256(one).digest() for one in pieces)

    data = manifest.encode()
    assert data == MANIFEST_MAGIC + b"".join(hashlib.sha256(one).digest() for one in pieces)
    assert manifest.film == hashlib.sha256(data).hexdigest()
    assert read_manifest(data, film=manifest.film, pieces=3) == manifest
    for index, piece in enumerate(pieces):
        manifest.check(index, piece)


def _manifest(data: bytes) -> tuple[bytes, str]:
    return data, hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("data", "film", "pieces"),
    [
        (*_manifest(MANIFEST_MAGIC + bytes(64)), 3),
        (*_manifest(MANIFEST_MAGIC + bytes(65)), 2),
        (*_manifest(MANIFEST_MAGIC), 0),
        (*_manifest(MANIFEST_MAGIC + bytes(65 * 32)), 65),
        (*_manifest(b"another manifest 1\n\n" + bytes(64)), 2),
        (MANIFEST_MAGIC + bytes(64), "ab" * 32, 2),
    ],
)
def test_a_manifest_of_another_film_or_number_of_pieces_is_not_taken(data, film, pieces):
    """F4."""
    assert code_of(read_manifest, data, film=film, pieces=pieces) == "liaison.manifest_garbled"


@given(st.data())
def test_a_piece_is_taken_only_in_its_place_and_unaltered(toy, data):
    """F5."""
    pieces = sealed(toy, 3 * PIECE_BYTES)
    manifest = manifest_of(hashlib.sha256(one).digest() for one in pieces)
    row = altered(data, pieces)

    for index, piece in enumerate(row):
        if index >= 3 or piece != pieces[index]:
            assert code_of(manifest.check, index, piece) == "liaison.piece_garbled"
    assert code_of(manifest.check, -1, pieces[2]) == "liaison.piece_garbled"


def test_an_unpadded_film_has_no_manifest():
    with pytest.raises(AssertionError):
        manifest_of([bytes(32)] * 65)
    assert Manifest(bytes(64)).pieces == 2


def test_the_same_bytes_come_in_pieces_however_they_were_cut():
    whole = film_of(3 * PIECE_BYTES + 5)
    for step in (1000, PIECE_BYTES, 10 * PIECE_BYTES):
        chunks = (whole[at : at + step] for at in range(0, len(whole), step))
        row = list(cutting.cut(chunks))
        assert [len(one) for one in row] == [PIECE_BYTES] * 3 + [5]
        assert b"".join(row) == whole
