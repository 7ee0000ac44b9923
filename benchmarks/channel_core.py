"""The pure core alone, on one core: films are sealed, hashed, checked against manifests and opened.

The peer is the floor: the same AES-256-GCM and SHA-256 calls of the same libraries on the same bytes,
with no film around them. No tool that gives the same promises can do less.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sangbong.liaison.adapters.sealing import AesPieces, fresh_key
from sangbong.liaison.core.wire.film import FilmKey, manifest_of, open_film, seal_film
from sangbong.liaison.core.wire.pieces import PIECE_BYTES

FILM_BYTES = 4 * 1024 * 1024
FILMS = 96
ROUNDS = 5
GOAL_MB_S = 400.0


def measure_core() -> dict[str, float]:
    """MB of film a CPU second, median of five: `ours`, `floor`, `ratio`, and the `goal`.

    Each byte is sealed and hashed by its sender, hashed again by whoever takes it, and opened.
    """
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        pairs = [(_speed(_ours), _speed(_floor)) for _ in range(ROUNDS)]
    finally:
        os.sched_setaffinity(0, cores)
    ours, floor = (sorted(column)[ROUNDS // 2] for column in zip(*pairs, strict=True))
    return {
        "ours": round(ours, 1),
        "floor": round(floor, 1),
        "ratio": round(ours / floor, 3),
        "goal": GOAL_MB_S,
    }


def _speed(deed: Callable[[], None]) -> float:
    started = time.process_time()
    for _ in range(FILMS):
        deed()
    return FILMS * FILM_BYTES / 1e6 / (time.process_time() - started)


def _chunks() -> Iterator[bytes]:
    """A film whose pieces differ: windows of one block."""
    for number in range(FILM_BYTES // PIECE_BYTES):
        yield _BLOCK[number : number + PIECE_BYTES]


_BLOCK = hashlib.shake_256(b"film").digest(PIECE_BYTES + 4096)


def _ours() -> None:
    film, cipher = FilmKey(key=fresh_key(), length=FILM_BYTES), AesPieces()
    pieces = list(seal_film(_chunks(), film=film, cipher=cipher))
    manifest = manifest_of(one.digest for one in pieces)
    for one in pieces:
        manifest.check(one.index, one.data)
    opened = open_film((one.data for one in pieces), film=film, cipher=cipher)
    assert sum(len(plain) for plain in opened) == FILM_BYTES


def _floor() -> None:
    cipher = AESGCM(fresh_key())
    nonces = [number.to_bytes(12, "big") for number in range(FILM_BYTES // PIECE_BYTES)]
    sealed = [
        cipher.encrypt(nonce, plain, b"") for nonce, plain in zip(nonces, _chunks(), strict=True)
    ]
    for _ in range(2):
        for piece in sealed:
            hashlib.sha256(piece).digest()
    for nonce, piece in zip(nonces, sealed, strict=True):
        cipher.decrypt(nonce, piece, b"")
