"""What lies inside the seal: the paper as canonical JSON, its attachments, zero bytes.

Layout: paper length (4 bytes) · paper · count of attachments (4 bytes) · each attachment behind
its length (4 bytes) · zero bytes up to the size class. The paper is
`{"basis", "body", "film", "kind", "purpose", "sealed_at"}`.

1. (B1) The paper is canonical JSON with exactly its six members.
2. (B2) There are at most `ATTACHMENTS_MAX` attachments, and each ends inside the content.
3. (B3) Everything after the last attachment is zero, and the whole is its smallest size class.
4. (B4) `film` is null when, and only when, the header names no film; else it has the film's key and
   its length in bytes, and the header's `pieces` is the class of that length (film.py, rule F1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sangbong.kernel.canonical import JsonValue, canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire.fields import KIND_PATTERN, Fields, instant_text, read_instant
from sangbong.liaison.core.wire.film import FILM_BYTES_MAX, KEY_BYTES, FilmKey, pieces_for
from sangbong.liaison.core.wire.framing import PartReader, framed, framed_all
from sangbong.liaison.core.wire.sizes import BODY_CLASS_MAX, BODY_CLASS_MIN, pad, size_class

ATTACHMENTS_MAX = 1000
_KEY_PATTERN = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper as its sender wrote it.

    `basis` and `purpose` come from the clearance and bind the reader: what was sent for a purpose
    is not used for another. `sealed_at` is the sender's clock and orders nothing.
    """

    kind: str
    body: Mapping[str, JsonValue]
    basis: str
    purpose: str
    sealed_at: datetime
    attachments: tuple[bytes, ...] = ()
    film: FilmKey | None = None


def pack(paper: Paper) -> bytes:
    """The padded content of an envelope.

    Raises:
        SangbongError: `liaison.too_large`, the caller's fault.
    """
    written = canonical_bytes(
        {
            "basis": paper.basis,
            "body": paper.body,
            "film": _film_value(paper.film),
            "kind": paper.kind,
            "purpose": paper.purpose,
            "sealed_at": instant_text(paper.sealed_at),
        }
    )
    assert KIND_PATTERN.fullmatch(paper.kind), "a kind is room.paper"  # noqa: S101 -- our mistake
    assert len(paper.attachments) <= ATTACHMENTS_MAX, "too many"  # noqa: S101 -- our mistake
    content = (
        framed(written) + len(paper.attachments).to_bytes(4, "big") + framed_all(paper.attachments)
    )
    return pad(content, smallest=BODY_CLASS_MIN, largest=BODY_CLASS_MAX)


def unpack(content: bytes) -> Paper:
    """Read the content of an envelope: rules B1 to B3.

    Raises:
        SangbongError: `liaison.body_garbled`, the sender's fault.
    """
    try:
        reader = PartReader(content)
        fields = Fields.parse(
            reader.part(limit=BODY_CLASS_MAX),
            *("basis", "body", "film", "kind", "purpose", "sealed_at"),
        )
        count = reader.number()
        if count > ATTACHMENTS_MAX:
            raise ValueError("too many attachments")
        attachments = _take_parts(reader, count)
        _check_padding(reader, len(content))
        return Paper(
            kind=fields.text("kind", KIND_PATTERN),
            body=fields.mapping("body", limit=1000),
            basis=fields.text("basis"),
            purpose=fields.text("purpose"),
            sealed_at=read_instant(fields.text("sealed_at")),
            attachments=attachments,
            film=_read_film(fields.any("film")),
        )
    except ValueError as error:
        raise SangbongError("liaison.body_garbled") from error


def check_film(paper: Paper, *, pieces: int) -> None:
    """Rule B4: the paper speaks of the film that its envelope's header names.

    Raises:
        SangbongError: `liaison.body_garbled`, the sender's fault.
    """
    told = 0 if paper.film is None else pieces_for(paper.film.length)
    if told != pieces:
        raise SangbongError("liaison.body_garbled")


def _film_value(film: FilmKey | None) -> JsonValue:
    return None if film is None else {"key": film.key.hex(), "length": film.length}


def _read_film(value: object) -> FilmKey | None:
    if value is None:
        return None
    fields = Fields(value, "key", "length")
    return FilmKey(
        key=bytes.fromhex(fields.text("key", _KEY_PATTERN)),
        length=fields.number("length", lowest=1, highest=FILM_BYTES_MAX),
    )


def _take_parts(reader: PartReader, count: int) -> tuple[bytes, ...]:
    return tuple(reader.part(limit=BODY_CLASS_MAX) for _ in range(count))


def _check_padding(reader: PartReader, total: int) -> None:
    rest = reader.rest()
    if rest.count(0) != len(rest):
        raise ValueError("the padding says something")
    if size_class(reader.offset, smallest=BODY_CLASS_MIN, largest=BODY_CLASS_MAX) != total:
        raise ValueError("a larger class than needed")
