"""How an object lies on disk: 64 KiB pieces, each sealed by itself, so that a range opens alone.

A file is the eight bytes `MAGIC`, then the pieces in order. Piece *i* is AES-256-GCM over up to
65,536 bytes of the object under the object's own random key; its nonce holds *i* and whether it
is the last, so a piece that was swapped, dropped, repeated or cut off does not open. An empty
object is one empty last piece. The object's key lies in the database, wrapped by the office's
archive key and bound to the object's id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sangbong.kernel.errors import SangbongError

MAGIC = b"sbarch\x00\x01"
PIECE_BYTES = 65_536
TAG_BYTES = 16
DATA_KEY_BYTES = 32
WRAP_NONCE_BYTES = 12

ReadAt = Callable[[int, int], bytes]
"""Reads `length` bytes of a sealed file at `offset`; fewer where the file ends."""


@dataclass(frozen=True, slots=True)
class PieceSpan:
    """The pieces that cover a range: first and last index, and what to cut off at both ends."""

    first: int
    last: int
    skip_bytes: int
    take_bytes: int


def piece_count(size: int) -> int:
    """How many pieces hold an object of `size` bytes; an empty object still has one."""
    return max(1, -(-size // PIECE_BYTES))


def sealed_size(size: int) -> int:
    """The length in bytes of the file that holds an object of `size` bytes."""
    return len(MAGIC) + size + TAG_BYTES * piece_count(size)


def piece_span(*, size: int, start: int, end: int) -> PieceSpan | None:
    """Which pieces the bytes `start` up to, not including, `end` need; None for an empty range.

    The range is first cut to the object.
    """
    start = max(0, min(start, size))
    end = max(start, min(end, size))
    if start == end:
        return None
    first = start // PIECE_BYTES
    return PieceSpan(
        first=first,
        last=(end - 1) // PIECE_BYTES,
        skip_bytes=start - first * PIECE_BYTES,
        take_bytes=end - start,
    )


def seal(chunks: Iterable[bytes], *, data_key: bytes) -> Iterator[bytes]:
    """The bytes of the sealed file, piece by piece. A data key seals one content, ever."""
    cipher = AESGCM(data_key)
    yield MAGIC
    for index, (piece, is_last) in enumerate(_pieces_of(chunks)):
        yield cipher.encrypt(_nonce(index, is_last=is_last), piece, MAGIC)


def open_range(
    *, object_id: str, size: int, data_key: bytes, read_at: ReadAt, start: int, end: int
) -> Iterator[bytes]:
    """The object's bytes from `start` up to `end`, reading only the pieces that hold them.

    Raises:
        SangbongError: `archive.object_damaged` with the piece that does not open; the disk's
            fault, or of whoever changed the file.
    """
    span = piece_span(size=size, start=start, end=end)
    if span is None:
        return
    cipher = AESGCM(data_key)
    skip, take = span.skip_bytes, span.take_bytes
    for index in range(span.first, span.last + 1):
        piece = _open_piece(cipher, object_id, size, index, read_at)[skip : skip + take]
        skip = 0
        take -= len(piece)
        yield piece


def open_whole(*, object_id: str, size: int, data_key: bytes, read_at: ReadAt) -> Iterator[bytes]:
    """All bytes of the object, with the head and the end of the file checked as well.

    Raises:
        SangbongError: `archive.object_damaged`: a piece does not open, the head is another, or
            something follows the last piece.
    """
    cipher = AESGCM(data_key)
    if read_at(0, len(MAGIC)) != MAGIC:
        raise _damaged(object_id, 0)
    for index in range(piece_count(size)):
        yield _open_piece(cipher, object_id, size, index, read_at)
    if read_at(sealed_size(size), 1):
        raise _damaged(object_id, piece_count(size))


def wrap_key(*, archive_key: bytes, data_key: bytes, nonce: bytes, object_id: str) -> bytes:
    """The data key under the office's archive key, of use for this object only."""
    return nonce + AESGCM(archive_key).encrypt(nonce, data_key, object_id.encode())


def unwrap_key(*, archive_key: bytes, wrapped_key: bytes, object_id: str) -> bytes:
    """The data key of an object.

    Raises:
        SangbongError: `archive.wrong_key`: the office's archive key is another than the one this
            object was kept under, or its row was changed.
    """
    nonce, sealed = wrapped_key[:WRAP_NONCE_BYTES], wrapped_key[WRAP_NONCE_BYTES:]
    try:
        return AESGCM(archive_key).decrypt(nonce, sealed, object_id.encode())
    except (InvalidTag, ValueError):
        raise SangbongError("archive.wrong_key", object_id=object_id[:12]) from None


def _pieces_of(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in pieces of PIECE_BYTES; the last one, perhaps empty or short, is marked."""
    held = bytearray()
    for chunk in chunks:
        held += chunk
        # strictly more than one piece: a full piece waits until it is known not to be the last
        while len(held) > PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES]), False
            del held[:PIECE_BYTES]
    yield bytes(held), True


def _open_piece(cipher: AESGCM, object_id: str, size: int, index: int, read_at: ReadAt) -> bytes:
    is_last = index == piece_count(size) - 1
    length = size - index * PIECE_BYTES if is_last else PIECE_BYTES
    sealed = read_at(len(MAGIC) + index * (PIECE_BYTES + TAG_BYTES), length + TAG_BYTES)
    try:
        return cipher.decrypt(_nonce(index, is_last=is_last), sealed, MAGIC)
    except InvalidTag:
        raise _damaged(object_id, index) from None


def _nonce(index: int, *, is_last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if is_last else b"\x00")


def _damaged(object_id: str, piece: int) -> SangbongError:
    return SangbongError("archive.object_damaged", object_id=object_id[:12], piece=piece)
