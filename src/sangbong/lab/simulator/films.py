"""An office's films on its simulated disk, piece by piece, as `liaison.adapters.film_store` keeps them.

A piece is written only if the manifest knows it, and counts only once it is synced. Films lie beside
the database: a restore does not take them back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from sangbong.lab.simulator.disk import Disk
from sangbong.liaison.core.custody.sending import SealedFilm
from sangbong.liaison.core.wire.film import (
    DIGEST_BYTES,
    MANIFEST_MAGIC,
    FilmKey,
    Manifest,
    manifest_of,
    open_film,
    read_manifest,
    seal_film,
)
from sangbong.liaison.core.wire.ports import PieceCipher


@dataclass(frozen=True, slots=True)
class SimulatedShelf:
    """The films of one office."""

    disk: Disk
    cipher: PieceCipher

    def seal(self, film: bytes, *, key: bytes) -> SealedFilm:
        """Seal a film of ours into the store, once."""
        told = FilmKey(key, len(film))
        pieces = list(seal_film([film], film=told, cipher=self.cipher))
        manifest = manifest_of(piece.digest for piece in pieces)
        self.put_manifest(manifest)
        for piece in pieces:
            self._write(_piece_name(manifest.film, piece.index), piece.data)
        return SealedFilm(manifest.film, manifest.pieces, told)

    def put_manifest(self, manifest: Manifest) -> None:
        """Keep what each piece must be."""
        self._write(f"film/{manifest.film}/manifest", manifest.encode())

    def manifest(self, film: str) -> Manifest | None:
        """The manifest of a film, None where there is none yet, or a torn one."""
        data = self.disk.file(f"film/{film}/manifest")
        if data is None:
            return None
        manifest = Manifest(data[len(MANIFEST_MAGIC) :])
        return manifest if manifest.film == film else None

    def take_manifest(self, data: bytes, *, film: str, pieces: int) -> None:
        """Keep a manifest that a carrier brought.

        Raises:
            SangbongError: `liaison.manifest_garbled`.
        """
        self.put_manifest(read_manifest(data, film=film, pieces=pieces))

    def take_piece(self, film: str, index: int, sealed: bytes) -> None:
        """Keep a piece that a carrier brought; nothing is kept where the manifest is missing.

        Raises:
            SangbongError: `liaison.piece_garbled`.
        """
        manifest = self.manifest(film)
        if manifest is None:
            return
        manifest.check(index, sealed)
        self._write(_piece_name(film, index), sealed)

    def piece(self, film: str, index: int) -> bytes | None:
        """One sealed piece, None where it is missing or torn."""
        manifest, data = self.manifest(film), self.disk.file(_piece_name(film, index))
        if manifest is None or data is None or not _is_piece(manifest, index, data):
            return None
        return data

    def missing(self, film: str) -> list[int]:
        """The places whose pieces are not here; nothing of a film that is not known."""
        manifest = self.manifest(film)
        if manifest is None:
            return []
        return [index for index in range(manifest.pieces) if self.piece(film, index) is None]

    def is_complete(self, film: str) -> bool:
        """Whether every piece of a film is durable here."""
        manifest = self.manifest(film)
        return manifest is not None and not self.missing(film)

    def plaintext(self, film: str, key: FilmKey) -> Iterator[bytes]:
        """The film, opened piece by piece.

        Raises:
            SangbongError: `liaison.film_garbled`.
        """
        return open_film(self._pieces(film), film=key, cipher=self.cipher)

    def _pieces(self, film: str) -> Iterator[bytes]:
        manifest = self.manifest(film)
        for index in range(manifest.pieces if manifest else 0):
            piece = self.piece(film, index)
            if piece is not None:
                yield piece

    def _write(self, name: str, data: bytes) -> None:
        self.disk.write_file(name, data)
        self.disk.sync_file(name)


def _piece_name(film: str, index: int) -> str:
    return f"film/{film}/{index}"


def _is_piece(manifest: Manifest, index: int, data: bytes) -> bool:
    place = index * DIGEST_BYTES
    return manifest.digests[place : place + DIGEST_BYTES] == sha256(data).digest()
