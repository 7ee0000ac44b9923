"""Films on disk as sealed pieces, shared by the office's process and its carriers.

    FILM.pieces      all sealed pieces of a film, one after the other; this name means: complete
    FILM.manifest    what each piece must be; FILM is the hash of this file
    FILM.arriving    pieces at their places, some of them missing
    FILM.map         a bit for each piece of FILM.arriving that is durable
    NAME.new         being written; of no meaning, swept away at start

1. (S1) A piece is written only if it is what the manifest says; what differs changes nothing.
2. (S2) A bit stands in the map only after the piece it speaks of is durable.
3. (S3) A film is complete when the map has as many pieces as the manifest names, and only then;
   a kill between the last piece and the renaming is made good whenever anybody asks.
4. (S4) Nothing is ever cut off or written over because it looks wrong: a file of the wrong size is
   put aside (`FILM.aside-N`) and the film arrives again.
5. (S5) The same film is written only once: sealed films have a fresh key each, so a second film of
   the same content is another film.

Any number of processes may put pieces of one film at once: they write the same bytes to the same
places, and the map is changed under a lock of the file.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire.film import (
    DIGEST_BYTES,
    FILM_PATTERN,
    MANIFEST_MAGIC,
    PIECE_BYTES,
    SEALED_PIECE_BYTES,
    FilmKey,
    manifest_of,
    open_film,
    read_manifest,
    seal_film,
)
from sangbong.liaison.core.wire.ports import PieceCipher

_OPEN_MAX = 8


@dataclass(frozen=True, slots=True)
class SealedFilm:
    """A film of ours, sealed and durable. `length` is in bytes without the padding."""

    film_id: str
    pieces: int
    length: int


@dataclass(slots=True)
class _Arriving:
    """A film that is being put together, as this process has it open."""

    descriptor: int
    hashes: bytes
    written: set[int] = field(default_factory=set)
    """Pieces that are written here and perhaps not durable yet."""

    @property
    def pieces(self) -> int:
        return len(self.hashes) // DIGEST_BYTES

    def expects(self, index: int, data: bytes | memoryview) -> bool:
        """Rule S1."""
        at = index * DIGEST_BYTES
        return sha256(data).digest() == self.hashes[at : at + DIGEST_BYTES]


class FilmStore:
    """The films of one office; made anew as often as one likes, it keeps only open files."""

    def __init__(self, folder: Path) -> None:
        """Use a folder, which is made if it is not there."""
        self._folder = folder
        self._lock = threading.RLock()
        self._arriving: dict[str, _Arriving] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    # --- our own films -------------------------------------------------------------------------

    def seal(self, source: BinaryIO | Path, *, key: bytes, cipher: PieceCipher) -> SealedFilm:
        """Seal a film piece by piece; it is durable when this returns. Memory does not grow with it.

        `source` is read from where it stands to its end. The key is fresh and never used for another
        film.

        Raises:
            SangbongError: `liaison.too_large`, `liaison.film_changed`; the sender's fault.
        """
        if isinstance(source, Path):
            with source.open("rb") as file:
                return self.seal(file, key=key, cipher=cipher)
        begin = source.tell()
        length = source.seek(0, os.SEEK_END) - begin
        source.seek(begin)
        chunks = iter(lambda: source.read(PIECE_BYTES), b"")
        return self.seal_chunks(chunks, length=length, key=key, cipher=cipher)

    def seal_chunks(
        self, chunks: Iterable[bytes], *, length: int, key: bytes, cipher: PieceCipher
    ) -> SealedFilm:
        """As `seal`, of a film of `length` bytes that comes in chunks of any size.

        Raises:
            SangbongError: as `seal`.
        """
        unfinished = self._folder / f"{sha256(key).hexdigest()}.new"
        digests = []
        with unfinished.open("wb") as out:
            for piece in seal_film(chunks, film=FilmKey(key, length), cipher=cipher):
                digests.append(piece.digest)
                out.write(piece.data)
            out.flush()
            os.fsync(out.fileno())
        manifest = manifest_of(digests)
        self._write_whole(self._manifest(manifest.film), manifest.encode())
        unfinished.rename(self._complete(manifest.film))
        self._sync_folder()
        return SealedFilm(manifest.film, manifest.pieces, length)

    def open_plain(
        self, film_id: str, *, key: bytes, length: int, cipher: PieceCipher
    ) -> Iterator[bytes]:
        """The film itself, in pieces of at most 64 KiB, each whole and checked.

        What was given before a fault is not to be kept.

        Raises:
            SangbongError: `liaison.film_missing` where it is not complete; `liaison.film_garbled`
                where it does not open with this key and length: the sender's fault, or the disk's.
        """
        if not self.is_complete(film_id):
            raise SangbongError("liaison.film_missing", film=film_id[:16])
        with self._complete(film_id).open("rb") as file:
            sealed = iter(lambda: file.read(SEALED_PIECE_BYTES), b"")
            yield from open_film(sealed, film=FilmKey(key, length), cipher=cipher)

    # --- films on their way --------------------------------------------------------------------

    def expect(self, film_id: str, manifest: bytes) -> None:
        """Make place for a film; doing it again is allowed and changes nothing.

        Raises:
            SangbongError: `liaison.manifest_garbled`; it is not this film's manifest, or no manifest:
                the carrier's fault.
        """
        read_manifest(
            manifest, film=film_id, pieces=(len(manifest) - len(MANIFEST_MAGIC)) // DIGEST_BYTES
        )
        if not self._manifest(film_id).exists():
            self._write_whole(self._manifest(film_id), manifest)

    def put(self, film_id: str, index: int, data: bytes | memoryview) -> bool:
        """Write one piece; whether it is the right one. It counts after `sync`.

        Raises:
            SangbongError: `liaison.film_unknown`; nobody expects this film.
        """
        with self._lock:
            if film_id not in self._arriving and self.is_complete(film_id):
                return True
            film = self._opened(film_id)
            if not (0 <= index < film.pieces and film.expects(index, data)):
                return False
            _write_at(film.descriptor, data, index * SEALED_PIECE_BYTES)
            film.written.add(index)
            return True

    def sync(self, film_id: str) -> None:
        """Make durable what was put, then say so in the map: rule S2."""
        with self._lock:
            film = self._arriving.get(film_id)
            if film is None or not film.written:
                return
            written, film.written = film.written, set()
            descriptor = os.dup(film.descriptor)
        try:
            os.fdatasync(descriptor)
            self._mark(film_id, written, pieces=film.pieces)
        finally:
            os.close(descriptor)

    def have(self, film_id: str) -> bytes:
        """A bit for each piece that is durable, first piece in the highest bit of the first byte.

        Empty where nobody expects this film.
        """
        if not self._manifest(film_id).exists():
            return b""
        pieces = self._count_of(film_id)
        return _full(pieces) if self.is_complete(film_id) else self._map(film_id, pieces)

    def pieces(self, film_id: str) -> int:
        """How many pieces a film has; 0 where nobody expects it."""
        return self._count_of(film_id) if self._manifest(film_id).exists() else 0

    def is_complete(self, film_id: str) -> bool:
        """Whether every piece is here and durable: rule S3."""
        if self._complete(film_id).exists():
            return self._is_whole(film_id)
        if not self._manifest(film_id).exists() or not self._map_file(film_id).exists():
            return False
        pieces = self._count_of(film_id)
        if self._map(film_id, pieces) != _full(pieces):
            return False
        return self._finish(film_id, pieces)

    def manifest(self, film_id: str) -> bytes:
        """What each piece of a film must be.

        Raises:
            SangbongError: `liaison.film_unknown`.
        """
        try:
            return self._manifest(film_id).read_bytes()
        except FileNotFoundError as error:
            raise SangbongError("liaison.film_unknown", film=film_id[:16]) from error

    def read_pieces(self, film_id: str, first: int, count: int) -> bytes:
        """A run of sealed pieces of a complete film.

        Raises:
            SangbongError: `liaison.film_missing`; it is not complete here, or has no such pieces.
        """
        try:
            with self._complete(film_id).open("rb", buffering=0) as file:
                data = os.pread(
                    file.fileno(), count * SEALED_PIECE_BYTES, first * SEALED_PIECE_BYTES
                )
        except FileNotFoundError as error:
            raise SangbongError("liaison.film_missing", film=film_id[:16]) from error
        if len(data) != count * SEALED_PIECE_BYTES:
            raise SangbongError("liaison.film_missing", film=film_id[:16])
        return data

    def read_piece(self, film_id: str, index: int) -> bytes:
        """One sealed piece of a film, as it goes on a stick; also of one that is still arriving.

        Raises:
            SangbongError: `liaison.film_missing`; it is not here.
        """
        if self.is_complete(film_id):
            return self.read_pieces(film_id, index, 1)
        with self._lock:
            film = self._opened(film_id)
            data = os.pread(film.descriptor, SEALED_PIECE_BYTES, index * SEALED_PIECE_BYTES)
            if index >= film.pieces or not film.expects(index, data):
                raise SangbongError("liaison.film_missing", film=film_id[:16])
            return data

    def remove(self, film_id: str) -> None:
        """Forget a film; one that is not there is forgotten already."""
        with self._lock:
            self.close(film_id)
            # the manifest last: without it nothing else of the film is ever looked at
            for path in (
                self._complete(film_id),
                self._map_file(film_id),
                self._unfinished(film_id),
                self._manifest(film_id),
            ):
                path.unlink(missing_ok=True)
            self._sync_folder()

    def resting(self, *, seconds: float) -> set[str]:
        """The films of which nothing was written for so long, by the disk's own clock."""
        before = time.time() - seconds
        written: dict[str, float] = {}
        for path in self._folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # a carrier finished or removed it
                film, at = path.name.partition(".")[0], path.stat().st_mtime
                written[film] = max(at, written.get(film, 0.0))
        return {
            film
            for film, at in written.items()
            if at < before and film and FILM_PATTERN.fullmatch(film)
        }

    def sweep(self) -> None:
        """Throw away what a kill left half written; for the office's process, at its start."""
        for path in self._folder.glob("*.new"):
            path.unlink(missing_ok=True)

    def close(self, film_id: str) -> None:
        """Let go of a film's open file; it is opened again when it is needed."""
        with self._lock:
            film = self._arriving.pop(film_id, None)
            if film is not None:
                os.close(film.descriptor)

    # --- inside --------------------------------------------------------------------------------

    def _opened(self, film_id: str) -> _Arriving:
        film = self._arriving.pop(film_id, None)
        if film is None:
            hashes = self.manifest(film_id)[len(MANIFEST_MAGIC) :]
            for oldest in list(self._arriving)[: max(0, len(self._arriving) - _OPEN_MAX + 1)]:
                self.sync(oldest)
                self.close(oldest)
            self._put_aside_unless(
                self._unfinished(film_id), at_most=len(hashes) // DIGEST_BYTES * SEALED_PIECE_BYTES
            )
            descriptor = os.open(
                self._unfinished(film_id), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600
            )
            film = _Arriving(descriptor, hashes)
        self._arriving[film_id] = film  # the one used last stands last
        return film

    def _map(self, film_id: str, pieces: int) -> bytes:
        try:
            bits = self._map_file(film_id).read_bytes()
        except FileNotFoundError:
            bits = b""
        full = _full(pieces)
        # a map that is too short or too long says less, never more, than the pieces there are
        return bytes(a & b for a, b in zip(bits.ljust(len(full), b"\0"), full, strict=False))

    def _mark(self, film_id: str, written: set[int], *, pieces: int) -> None:
        descriptor = os.open(self._map_file(film_id), os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            size = len(_full(pieces))
            bits = bytearray(os.pread(descriptor, size, 0).ljust(size, b"\0"))
            for index in written:
                bits[index >> 3] |= 0x80 >> (index & 7)
            _write_at(descriptor, bits, 0)
        finally:
            os.close(descriptor)

    def _finish(self, film_id: str, pieces: int) -> bool:
        """Give a film its final name: every bit of its map speaks of a durable piece."""
        with self._lock:
            unfinished = self._unfinished(film_id)
            if not unfinished.exists():
                return self._complete(film_id).exists()
            if unfinished.stat().st_size != pieces * SEALED_PIECE_BYTES:
                self._put_aside(film_id, unfinished)
                return False
            self.close(film_id)
            with _opened_to_sync(unfinished) as descriptor:
                os.fsync(descriptor)
            unfinished.rename(self._complete(film_id))
            self._sync_folder()
            self._map_file(film_id).unlink(missing_ok=True)
            return True

    def _is_whole(self, film_id: str) -> bool:
        """Rule S4 for a film that has its final name."""
        path = self._complete(film_id)
        if not self._manifest(film_id).exists():
            return False
        if path.stat().st_size == self._count_of(film_id) * SEALED_PIECE_BYTES:
            return True
        self._put_aside(film_id, path)
        return False

    def _put_aside(self, film_id: str, path: Path) -> None:
        with self._lock:
            self.close(film_id)
            number = 1
            while (aside := self._folder / f"{film_id}.aside-{number}").exists():
                number += 1
            self._map_file(film_id).unlink(missing_ok=True)
            path.rename(aside)
            self._sync_folder()

    def _put_aside_unless(self, path: Path, *, at_most: int) -> None:
        if path.exists() and path.stat().st_size > at_most:
            self._put_aside(path.stem, path)

    def _count_of(self, film_id: str) -> int:
        try:
            size = self._manifest(film_id).stat().st_size
        except FileNotFoundError as error:
            raise SangbongError("liaison.film_unknown", film=film_id[:16]) from error
        return (size - len(MANIFEST_MAGIC)) // DIGEST_BYTES

    def _write_whole(self, path: Path, data: bytes) -> None:
        unfinished = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.new")
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        self._sync_folder()

    def _sync_folder(self) -> None:
        with _opened_to_sync(self._folder) as descriptor:
            os.fsync(descriptor)

    def _complete(self, film_id: str) -> Path:
        return self._folder / f"{film_id}.pieces"

    def _manifest(self, film_id: str) -> Path:
        return self._folder / f"{film_id}.manifest"

    def _unfinished(self, film_id: str) -> Path:
        return self._folder / f"{film_id}.arriving"

    def _map_file(self, film_id: str) -> Path:
        return self._folder / f"{film_id}.map"


@contextmanager
def _opened_to_sync(path: Path) -> Iterator[int]:
    """A file or folder opened for reading, closed at the end."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _full(pieces: int) -> bytes:
    """The map of a film that has them all."""
    whole, rest = divmod(pieces, 8)
    return b"\xff" * whole + (bytes([0xFF << (8 - rest) & 0xFF]) if rest else b"")


def _write_at(descriptor: int, data: bytes | bytearray | memoryview, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
