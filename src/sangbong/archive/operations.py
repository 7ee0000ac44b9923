"""Deeds of the archive: keep, check, sweep, and have a film watched in the sandbox."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sangbong.archive import queries
from sangbong.archive.adapters import sandbox, store
from sangbong.archive.core import pieces
from sangbong.archive.core.film import (
    FILM_BOUNDS,
    FilmBounds,
    FilmFacts,
    MadeFacts,
    read_facts,
    read_made,
)
from sangbong.archive.core.objects import FixityFault, FixityReport, Retention, clean_label
from sangbong.archive.models import ArchiveObject
from sangbong.kernel.errors import SangbongError
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import own_keys

Content = bytes | Path | BinaryIO
"""Bytes in memory, a file to read, or an open file read from where it stands."""

Progress = sandbox.Progress
Defences = sandbox.Defences
active_defences = sandbox.active_defences
"""What stands around the sandbox child here, for `sangbong check`."""

_CHUNK_BYTES = 1024 * 1024
_GRACE_SECONDS = 24 * 60 * 60.0
_FILM_START = b"ftyp"
_JPEG_START = b"\xff\xd8\xff"
_THUMBNAIL_BYTES_MAX = 1024 * 1024


def keep_original(
    *,
    now: datetime,
    data: Content | Iterator[bytes],
    media_type: str,
    name: str,
    retention: Retention = Retention.ORIGINAL,
) -> str:
    """Keep a content for good and return its id, the SHA-256 of its bytes.

    An iterator is read once, a chunk at a time: memory does not grow with the content.

    The sealed file is durable when this returns; its row lives or dies with the caller's
    transaction. The same content is kept once, under the label it first came with, and a lost or
    damaged file of it is made good.

    Raises:
        SangbongError: `archive.media_type`, the caller's fault.
    """
    label = clean_label(media_type=media_type, name=name)
    folder, keys = queries.archive_folder(), own_keys()
    if isinstance(data, bytes) and _is_kept(hashlib.sha256(data).hexdigest(), folder):
        return hashlib.sha256(data).hexdigest()
    sealed = store.write_sealed(folder, _chunks(data))
    with _discarding(sealed):
        known = ArchiveObject.objects.filter(object_id=sealed.object_id).first()
        if known is None:
            store.put_in_place(folder, sealed)
            wrapped = pieces.wrap_key(
                archive_key=keys.archive_key,
                data_key=sealed.data_key,
                nonce=store.new_wrap_nonce(),
                object_id=sealed.object_id,
            )
            # where another writer was first, ours stays behind as a file that the sweep removes
            ArchiveObject.objects.get_or_create(
                object_id=sealed.object_id,
                defaults={
                    "file_name": sealed.file_name,
                    "size": sealed.size,
                    "media_type": media_type,
                    "name": label,
                    "retention": retention.value,
                    "wrapped_key": wrapped,
                    "kept_at": now,
                },
            )
        elif _needs_mending(known, folder):
            store.put_in_place(folder, sealed)
            known.file_name, known.fault_code = sealed.file_name, ""
            known.wrapped_key = pieces.wrap_key(
                archive_key=keys.archive_key,
                data_key=sealed.data_key,
                nonce=store.new_wrap_nonce(),
                object_id=sealed.object_id,
            )
            known.save(update_fields=["file_name", "wrapped_key", "fault_code"])
    return sealed.object_id


def check_fixity(*, now: datetime, actor: Actor) -> FixityReport:
    """Read every object back and compare it with its id; each row says what was found.

    An archive key that opens nothing is told of every object as `archive.wrong_key`.
    """
    faults: list[FixityFault] = []
    objects = bytes_read = 0
    for row in ArchiveObject.objects.order_by("id").iterator(chunk_size=500):
        code = _fault_of(row.object_id)
        objects += 1
        bytes_read += row.size
        if code:
            faults.append(FixityFault(row.object_id, code))
        ArchiveObject.objects.filter(id=row.id).update(checked_at=now, fault_code=code)
    record_audit(
        now=now,
        actor=actor,
        action="archive.check_fixity",
        subjects=[f"object:{fault.object_id}" for fault in faults[:100]],
        facts={"objects": objects, "damaged": len(faults)},
    )
    return FixityReport(objects, bytes_read, tuple(faults))


def sweep(*, grace_seconds: float = _GRACE_SECONDS) -> int:
    """Remove files that a crash left without a row; how many. Young ones may still get theirs."""
    return store.sweep(
        queries.archive_folder(),
        known=frozenset(ArchiveObject.objects.values_list("file_name", flat=True)),
        spool=queries.spool_folder(),
        grace_seconds=grace_seconds,
    )


@dataclass(frozen=True, slots=True)
class WatchedFilm:
    """What the sandbox made: files that go away when the block ends, and facts about them.

    `film` is None where the film was only checked.
    """

    facts: MadeFacts
    film: Path | None
    thumbnail: Path


def probe_film(
    *,
    film: Content,
    bounds: FilmBounds = FILM_BOUNDS,
    allowance: sandbox.Allowance = sandbox.ALLOWANCE,
) -> FilmFacts:
    """Say what a film is, without keeping anything: the door at which hostile files are refused.

    Raises:
        SangbongError: `archive.film_*`, or `archive.sandbox_broken`.
    """
    with _work() as (spool, out), _as_file(film, spool) as file:
        return read_facts(
            sandbox.run(tool="probe", source=file, out=out, bounds=bounds, allowance=allowance)
        )


@contextlib.contextmanager
def make_viewing_copy(
    *,
    object_id: str,
    bounds: FilmBounds = FILM_BOUNDS,
    allowance: sandbox.Allowance = sandbox.ALLOWANCE,
    progress: Progress | None = None,
) -> Iterator[WatchedFilm]:
    """Transcode a kept film in the sandbox. It takes minutes: not to be held in a transaction.

    Raises:
        SangbongError: `archive.film_*`, `archive.sandbox_broken`, or as `stream_object`.
    """
    with _work() as (spool, out), _as_file(queries.stream_object(object_id), spool) as file:
        said = sandbox.run(
            tool="transcode",
            source=file,
            out=out,
            bounds=bounds,
            allowance=allowance,
            progress=progress,
        )
        yield WatchedFilm(
            facts=read_made(said),
            film=_result(out / "film.mp4", _FILM_START, offset=4, limit=allowance.file_bytes),
            thumbnail=_result(out / "thumbnail.jpg", _JPEG_START, limit=_THUMBNAIL_BYTES_MAX),
        )


@contextlib.contextmanager
def check_viewing_copy(
    *,
    object_id: str,
    bounds: FilmBounds = FILM_BOUNDS,
    allowance: sandbox.Allowance = sandbox.ALLOWANCE,
    progress: Progress | None = None,
) -> Iterator[WatchedFilm]:
    """Decode a received viewing copy to its end in the sandbox, and make our own thumbnail.

    Raises:
        SangbongError: as `make_viewing_copy`.
    """
    with _work() as (spool, out), _as_file(queries.stream_object(object_id), spool) as file:
        said = sandbox.run(
            tool="check",
            source=file,
            out=out,
            bounds=bounds,
            allowance=allowance,
            progress=progress,
        )
        yield WatchedFilm(
            facts=read_made(said),
            film=None,
            thumbnail=_result(out / "thumbnail.jpg", _JPEG_START, limit=_THUMBNAIL_BYTES_MAX),
        )


def _chunks(data: Content | Iterator[bytes]) -> Iterator[bytes]:
    if isinstance(data, bytes):
        data = io.BytesIO(data)
    if isinstance(data, Path):
        with data.open("rb") as file:
            yield from _chunks(file)
    elif isinstance(data, Iterator) and not hasattr(data, "read"):
        yield from data
    else:
        while chunk := data.read(_CHUNK_BYTES):
            yield chunk


@contextlib.contextmanager
def _discarding(sealed: store.SealedFile) -> Iterator[None]:
    try:
        yield
    finally:
        if sealed.path.exists():
            store.discard(sealed)


def _is_kept(object_id: str, folder: Path) -> bool:
    row = ArchiveObject.objects.filter(object_id=object_id).first()
    return row is not None and not _needs_mending(row, folder)


def _needs_mending(row: ArchiveObject, folder: Path) -> bool:
    path = store.file_path(folder, row.file_name)
    return (
        row.fault_code != ""
        or not path.exists()
        or path.stat().st_size != pieces.sealed_size(row.size)
    )


def _fault_of(object_id: str) -> str:
    digest = hashlib.sha256()
    try:
        for piece in queries.stream_object(object_id):
            digest.update(piece)
    except SangbongError as fault:
        return fault.code
    return "" if digest.hexdigest() == object_id else "archive.object_damaged"


@contextlib.contextmanager
def _work() -> Iterator[tuple[Path, Path]]:
    spool = queries.spool_folder()
    with store.work_folder(spool) as out:
        yield spool, Path(out)


@contextlib.contextmanager
def _as_file(data: Content | Iterator[bytes], spool: Path) -> Iterator[BinaryIO]:
    """A read-only descriptor on a file without a name, so that a crash leaves nothing readable."""
    with tempfile.TemporaryFile(dir=spool) as whole:
        for chunk in _chunks(data):
            whole.write(chunk)
        whole.flush()
        with Path(f"/proc/self/fd/{whole.fileno()}").open("rb") as file:
            yield file


def _result(path: Path, start: bytes, *, offset: int = 0, limit: int) -> Path:
    """A file the child says it made: a plain file of the right beginning, or nothing is believed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise SangbongError("archive.film_broke_reader") from error
    with os.fdopen(descriptor, "rb") as file:
        facts = os.fstat(file.fileno())
        is_plain = stat.S_ISREG(facts.st_mode) and facts.st_size <= limit
        if not is_plain or not file.read(64)[offset:].startswith(start):
            raise SangbongError("archive.film_broke_reader")
    return path
