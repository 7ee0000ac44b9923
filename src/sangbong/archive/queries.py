"""What the archive holds, and its bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from sangbong.archive.core import pieces
from sangbong.archive.core.objects import ObjectView, Retention, checked_object_id
from sangbong.archive.models import ArchiveObject
from sangbong.kernel.errors import SangbongError
from sangbong.office.queries import own_keys

__all__ = ["ObjectView"]


def archive_folder() -> Path:
    """Where this office's sealed files lie."""
    return Path(settings.OFFICE_HOME) / "archive"


def spool_folder() -> Path:
    """Where the sandbox works; nothing in it outlives one run."""
    return Path(settings.OFFICE_HOME) / "spool" / "sandbox"


def describe(object_id: str) -> ObjectView:
    """What is known of an object without opening it.

    Raises:
        SangbongError: `archive.unknown_object`.
    """
    row = _row(object_id)
    return ObjectView(
        object_id=row.object_id,
        size=row.size,
        media_type=row.media_type,
        name=row.name,
        kept_at=row.kept_at,
        retention=Retention(row.retention),
    )


def open_object(object_id: str) -> bytes:
    """The whole content, checked against its id; for objects that fit in memory.

    Raises:
        SangbongError: `archive.unknown_object`, `archive.object_missing`,
            `archive.object_damaged`, `archive.wrong_key`.
    """
    content = b"".join(stream_object(object_id))
    if hashlib.sha256(content).hexdigest() != object_id:
        raise SangbongError("archive.object_damaged", object_id=object_id[:12], piece=0)
    return content


def stream_object(object_id: str) -> Iterator[bytes]:
    """The whole content in pieces of 64 KiB; each is checked before it is given out.

    Raises:
        SangbongError: as `open_object`, of which a damaged piece is told when it is reached.
    """
    sealed = _sealed(object_id)
    return sealed.read(
        lambda read_at: pieces.open_whole(
            object_id=sealed.object_id, size=sealed.size, data_key=sealed.data_key, read_at=read_at
        )
    )


def open_range(object_id: str, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` up to, not including, `end`; only the pieces they lie in are opened.

    Raises:
        SangbongError: as `stream_object`.
    """
    sealed = _sealed(object_id)
    return sealed.read(
        lambda read_at: pieces.open_range(
            object_id=sealed.object_id,
            size=sealed.size,
            data_key=sealed.data_key,
            read_at=read_at,
            start=start,
            end=end,
        )
    )


def counts() -> tuple[int, int]:
    """How many objects there are, and how many of them the last fixity check found damaged."""
    return ArchiveObject.objects.count(), ArchiveObject.objects.exclude(fault_code="").count()


@dataclass(frozen=True, slots=True)
class _Sealed:
    object_id: str
    size: int
    path: Path
    data_key: bytes

    def read(self, opening: Callable[[pieces.ReadAt], Iterator[bytes]]) -> Iterator[bytes]:
        with self.path.open("rb", buffering=0) as file:
            yield from opening(lambda at, length: os.pread(file.fileno(), length, at))


def _sealed(object_id: str) -> _Sealed:
    row = _row(object_id)
    path = archive_folder() / row.file_name[:2] / row.file_name
    if not path.exists():
        raise SangbongError("archive.object_missing", object_id=object_id[:12])
    data_key = pieces.unwrap_key(
        archive_key=own_keys().archive_key,
        wrapped_key=bytes(row.wrapped_key),
        object_id=row.object_id,
    )
    return _Sealed(row.object_id, row.size, path, data_key)


def _row(object_id: str) -> ArchiveObject:
    row = ArchiveObject.objects.filter(object_id=checked_object_id(object_id)).first()
    if row is None:
        raise SangbongError("archive.unknown_object", object_id=object_id[:12])
    return row
