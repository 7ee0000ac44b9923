"""What the archive says about an object it keeps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.errors import SangbongError

NAME_LENGTH_MAX = 200
_OBJECT_ID = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,60}")


class Retention(StrEnum):
    """Why an object is kept, which later decides for how long."""

    ORIGINAL = "original"
    """As it came: paper, film, import file. Never changed, never served to a page."""
    DERIVED = "derived"
    """Made from an original, and can be made again: viewing copy, thumbnail."""
    RECEIVED = "received"
    """Came from the other office in a dispatch."""


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One kept object; `size` in bytes of the content, not of the file."""

    object_id: str
    size: int
    media_type: str
    name: str
    kept_at: datetime
    retention: Retention


@dataclass(frozen=True, slots=True)
class FixityFault:
    """One object that cannot be read back as it was kept, and the code of the reason."""

    object_id: str
    code: str


@dataclass(frozen=True, slots=True)
class FixityReport:
    """What re-reading the whole archive found."""

    objects: int
    bytes_read: int
    faults: tuple[FixityFault, ...]


def clean_label(*, media_type: str, name: str) -> str:
    """The name to keep beside an object: without folders or control characters, and short.

    Raises:
        SangbongError: `archive.media_type` on a media type no browser would know.
    """
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise SangbongError("archive.media_type", value=media_type[:40])
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:NAME_LENGTH_MAX]


def checked_object_id(raw: str) -> str:
    """An object id, which is the SHA-256 of the content in hex; it also becomes a file name.

    Raises:
        SangbongError: `archive.unknown_object` on anything else.
    """
    if not _OBJECT_ID.fullmatch(raw):
        raise SangbongError("archive.unknown_object", object_id=raw[:12])
    return raw
