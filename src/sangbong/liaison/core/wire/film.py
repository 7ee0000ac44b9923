"""A film's sealed pieces: moved and checked by anyone on the way, opened only by the recipient.

A film never stands whole in memory: pieces go in and out one by one. spec/film.md has an example.

1. (F1) A film is cut into pieces of `PIECE_BYTES`. The last one is filled with zero bytes, and
   whole pieces of zero bytes follow, up to a *film class*: a number of pieces with at most six
   significant bits. A reader on the way learns the class and no more.
2. (F2) Each piece is sealed in its place (pieces.py) under one key, drawn fresh for this film and
   used for nothing else; the piece at the end of the padding is the last one.
3. (F3) The manifest is `MANIFEST_MAGIC` and the SHA-256 of each sealed piece, in order; the film's
   id is the SHA-256 of the manifest. The envelope's header names id and number of pieces.
4. (F4) A manifest is taken only if its SHA-256 is the film's id and it has so many digests.
5. (F5) A sealed piece is taken only if it has its length and the digest that the manifest gives
   for its place. This needs no key, so every carrier and relay asks it.
6. (F6) On opening: there are as many pieces as the class of the film's length, each opens in its
   place, and all after the film's length is zero. Else the film is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire import pieces as cutting
from sangbong.liaison.core.wire.pieces import KEY_BYTES, PIECE_BYTES, SEALED_PIECE_BYTES
from sangbong.liaison.core.wire.ports import PieceCipher

PURPOSE_TAG = b"sangbong film 1\n"
MANIFEST_MAGIC = b"sangbong manifest 1\n"
PIECES_MAX = 2**18
FILM_BYTES_MAX = PIECES_MAX * PIECE_BYTES
"""16 GiB."""
DIGEST_BYTES = 32
MANIFEST_BYTES_MAX = len(MANIFEST_MAGIC) + PIECES_MAX * DIGEST_BYTES
FILM_PATTERN = re.compile(r"(?:[0-9a-f]{64})?")
CLASS_BITS = 6

__all__ = [
    "DIGEST_BYTES",
    "FILM_BYTES_MAX",
    "FILM_PATTERN",
    "KEY_BYTES",
    "MANIFEST_BYTES_MAX",
    "MANIFEST_MAGIC",
    "PIECES_MAX",
    "PIECE_BYTES",
    "SEALED_PIECE_BYTES",
    "FilmKey",
    "Manifest",
    "SealedPiece",
    "film_class",
    "is_film_class",
    "manifest_of",
    "open_film",
    "open_piece",
    "pieces_for",
    "read_manifest",
    "seal_film",
]


@dataclass(frozen=True, slots=True)
class FilmKey:
    """What opens a film: its key, and its length in bytes without the padding, from 1."""

    key: bytes
    length: int


@dataclass(frozen=True, slots=True)
class SealedPiece:
    """One sealed piece in its place, and its SHA-256."""

    index: int
    data: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """The digests of a film's sealed pieces, end to end; 32 bytes for each 64 KiB of film."""

    digests: bytes

    @property
    def pieces(self) -> int:
        """How many pieces the film has, its padding included."""
        return len(self.digests) // DIGEST_BYTES

    @property
    def film(self) -> str:
        """The film's id, 64 hex digits: rule F3."""
        return hashlib.sha256(self.encode()).hexdigest()

    def encode(self) -> bytes:
        """The manifest as it travels."""
        return MANIFEST_MAGIC + self.digests

    def check(self, index: int, sealed: bytes) -> None:
        """Rule F5: these bytes are the film's piece in this place.

        Raises:
            SangbongError: `liaison.piece_garbled`, the carrier's fault; ask for it again.
        """
        place = index * DIGEST_BYTES
        if (
            not 0 <= index < self.pieces
            or len(sealed) != SEALED_PIECE_BYTES
            or hashlib.sha256(sealed).digest() != self.digests[place : place + DIGEST_BYTES]
        ):
            raise SangbongError("liaison.piece_garbled", index=index)


def film_class(pieces: int) -> int:
    """The smallest class of at least so many pieces: rule F1."""
    return cutting.class_of(pieces, bits=CLASS_BITS)


def is_film_class(pieces: int) -> bool:
    """Whether a stated number of pieces is one of the classes."""
    return 1 <= pieces <= PIECES_MAX and film_class(pieces) == pieces


def pieces_for(length: int) -> int:
    """How many sealed pieces a film of so many bytes has, its padding included.

    Raises:
        SangbongError: `liaison.too_large`, the sender's fault.
    """
    if length > FILM_BYTES_MAX:
        raise SangbongError("liaison.too_large", bytes=length, limit=FILM_BYTES_MAX)
    return film_class(max(1, -(-length // PIECE_BYTES)))


def seal_film(
    chunks: Iterable[bytes], *, film: FilmKey, cipher: PieceCipher
) -> Iterator[SealedPiece]:
    """Seal a film piece by piece: rules F1 and F2.

    `chunks` are the film's bytes in order, in parts of any size (64 KiB is quickest); `film.key` was
    drawn for this film alone. Keep the digests for `manifest_of`.

    Raises:
        SangbongError: `liaison.too_large`, or `liaison.film_changed` where the bytes are not
            `film.length`: the file was changed meanwhile, and what was sealed is of no use.
    """
    assert len(film.key) == KEY_BYTES, "a key has 32 bytes"  # noqa: S101 -- our own mistake
    count = pieces_for(film.length)
    left, index = film.length, 0
    for plain in cutting.cut(chunks):
        left -= len(plain)
        if left < 0 or (len(plain) < PIECE_BYTES and left):
            break
        yield _seal(plain.ljust(PIECE_BYTES, b"\0"), index, count, film.key, cipher)
        index += 1
    if left or not index:
        raise SangbongError("liaison.film_changed")
    for padding in range(index, count):
        yield _seal(bytes(PIECE_BYTES), padding, count, film.key, cipher)


def _seal(plain: bytes, index: int, count: int, key: bytes, cipher: PieceCipher) -> SealedPiece:
    data = cutting.seal_piece(
        plain, key=key, tag=PURPOSE_TAG, index=index, last=index == count - 1, cipher=cipher
    )
    return SealedPiece(index=index, data=data, digest=hashlib.sha256(data).digest())


def manifest_of(digests: Iterable[bytes]) -> Manifest:
    """The manifest of sealed pieces, from their digests in order: rule F3."""
    manifest = Manifest(b"".join(digests))
    assert is_film_class(manifest.pieces), "a film is padded"  # noqa: S101 -- our own mistake
    return manifest


def read_manifest(data: bytes, *, film: str, pieces: int) -> Manifest:
    """Take a manifest that a carrier brought, for the film that an envelope names: rule F4.

    Raises:
        SangbongError: `liaison.manifest_garbled`, the carrier's fault; ask for it again.
    """
    manifest = Manifest(data[len(MANIFEST_MAGIC) :])
    if (
        len(data) != len(MANIFEST_MAGIC) + pieces * DIGEST_BYTES
        or not is_film_class(pieces)
        or hashlib.sha256(data).hexdigest() != film
        or not data.startswith(MANIFEST_MAGIC)
    ):
        raise SangbongError("liaison.manifest_garbled", film=film[:16])
    return manifest


def open_piece(
    sealed: bytes, *, index: int, pieces: int, film: FilmKey, cipher: PieceCipher
) -> bytes:
    """The film's own bytes in one piece, without padding, so empty where it is all padding: F6.

    Raises:
        SangbongError: `liaison.film_garbled`, the sender's fault where rule F5 held before.
    """
    begins = index * PIECE_BYTES
    keep = max(0, min(PIECE_BYTES, film.length - begins))
    if pieces != pieces_for(film.length) or not 0 <= index < pieces:
        raise SangbongError("liaison.film_garbled")
    try:
        plain = cutting.open_piece(
            sealed,
            key=film.key,
            tag=PURPOSE_TAG,
            index=index,
            last=index == pieces - 1,
            cipher=cipher,
        )
    except SangbongError as error:
        raise SangbongError("liaison.film_garbled") from error
    if keep == PIECE_BYTES:
        return plain
    padding = plain[keep:]
    if padding.count(0) != len(padding):
        raise SangbongError("liaison.film_garbled")
    return plain[:keep]


def open_film(sealed: Iterable[bytes], *, film: FilmKey, cipher: PieceCipher) -> Iterator[bytes]:
    """Open a film's sealed pieces in order, and give its bytes in parts: rule F6.

    What was given before a fault is not to be kept: the film is refused as a whole.

    Raises:
        SangbongError: `liaison.film_garbled`, also where pieces are missing or left over.
    """
    count, index = pieces_for(film.length), 0
    for data in sealed:
        plain = open_piece(data, index=index, pieces=count, film=film, cipher=cipher)
        index += 1
        if plain:
            yield plain
    if index != count:
        raise SangbongError("liaison.film_garbled")
