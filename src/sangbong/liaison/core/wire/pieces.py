"""Pieces of 64 KiB, sealed one by one under one key: the shape of films and of bundles alike.

A sealed piece is bound to what it is a piece of (a purpose tag), to its place, and to whether it is
the last one: none can be cut off, swapped, repeated or moved without being noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sangbong.liaison.core.wire.ports import PIECE_TAG_BYTES, PieceCipher

PIECE_BYTES = 64 * 1024
SEALED_PIECE_BYTES = PIECE_BYTES + PIECE_TAG_BYTES
KEY_BYTES = 32


def class_of(count: int, *, bits: int) -> int:
    """The smallest number of at least `count` that has at most so many significant bits."""
    assert count >= 1, "there is always a piece"  # noqa: S101 -- our own mistake
    spare = max(0, count.bit_length() - bits)
    return -(-count >> spare) << spare


def seal_piece(
    piece: bytes, *, key: bytes, tag: bytes, index: int, last: bool, cipher: PieceCipher
) -> bytes:
    """Seal one piece, of whole length, in its place."""
    assert len(piece) == PIECE_BYTES, "pieces are padded first"  # noqa: S101 -- our own mistake
    nonce, aad = _bound(tag, index, last=last)
    return cipher.seal_piece(piece, key=key, nonce=nonce, aad=aad)


def open_piece(
    sealed: bytes, *, key: bytes, tag: bytes, index: int, last: bool, cipher: PieceCipher
) -> bytes:
    """Open one piece in its place.

    Raises:
        SangbongError: `liaison.seal_wrong`: another key, place or length, or altered.
    """
    nonce, aad = _bound(tag, index, last=last)
    return cipher.open_piece(sealed, key=key, nonce=nonce, aad=aad)


def _bound(tag: bytes, index: int, *, last: bool) -> tuple[bytes, bytes]:
    place = index.to_bytes(8, "big")
    return bytes(4) + place, tag + place + (b"\1" if last else b"\0")


def cut(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of `PIECE_BYTES`; the last one is shorter where they do not divide."""
    held = bytearray()
    for chunk in chunks:
        if not held and len(chunk) == PIECE_BYTES:
            yield chunk
            continue
        held += chunk
        while len(held) >= PIECE_BYTES:
            yield bytes(held[:PIECE_BYTES])
            del held[:PIECE_BYTES]
    if held:
        yield bytes(held)
