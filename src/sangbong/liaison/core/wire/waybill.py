"""The waybill (송부 목록) of a bundle: what lies in it, in order, with a digest for each.

1. (Y1) A waybill is canonical JSON with exactly its four members; its `version` is 1.
2. (Y2) Each line is `[kind, length, digest]`, or `["pieces", film, first, count]` for a run of one
   film's sealed pieces: those need no digest, because the film's manifest has one for each.
3. (Y3) At most one exchange comes first, then envelopes, then manifests, then pieces.
4. (Y4) `number` counts the writer's bundles to the reader, with gaps where a writing was cut.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.canonical import JsonValue, canonical_bytes, sha256_hex
from sangbong.liaison.core.wire.envelope import ENVELOPE_BYTES_MAX
from sangbong.liaison.core.wire.exchange import EXCHANGE_BYTES_MAX
from sangbong.liaison.core.wire.fields import (
    DIGEST_PATTERN,
    SEQUENCE_MAX,
    Fields,
    instant_text,
    parse_any,
    read_instant,
    refuse_other_version,
)
from sangbong.liaison.core.wire.film import MANIFEST_BYTES_MAX, PIECES_MAX
from sangbong.liaison.core.wire.pieces import SEALED_PIECE_BYTES

VERSION = 1
MEMBERS_MAX = 20_000
WAYBILL_BYTES_MAX = 4 * 1024 * 1024
LINE_BYTES_MAX = 128
"""What one line adds to the waybill, at most: used when a bundle is filled."""


class MemberKind(StrEnum):
    """What a member of a bundle may be, in the order in which they lie."""

    EXCHANGE = "exchange"
    ENVELOPE = "envelope"
    MANIFEST = "manifest"
    PIECES = "pieces"


_ORDER = list(MemberKind)
_LENGTH_MAX = {
    MemberKind.EXCHANGE: EXCHANGE_BYTES_MAX,
    MemberKind.ENVELOPE: ENVELOPE_BYTES_MAX,
    MemberKind.MANIFEST: MANIFEST_BYTES_MAX,
}


@dataclass(frozen=True, slots=True)
class Line:
    """An exchange, envelope or manifest: its length in bytes and its SHA-256."""

    kind: MemberKind
    length: int
    digest: str

    @property
    def members(self) -> int:
        """How many members this line lists."""
        return 1

    def value(self) -> JsonValue:
        """The line as it is written."""
        return [self.kind.value, self.length, self.digest]


@dataclass(frozen=True, slots=True)
class PieceRun:
    """Sealed pieces of one film that follow each other, `count` from the index `first`."""

    film: str
    first: int
    count: int

    @property
    def kind(self) -> MemberKind:
        """Always pieces."""
        return MemberKind.PIECES

    @property
    def members(self) -> int:
        """Each piece is a member of its own: a cut keeps those before it."""
        return self.count

    @property
    def length(self) -> int:
        """Its bytes in the bundle."""
        return self.count * SEALED_PIECE_BYTES

    def value(self) -> JsonValue:
        """The line as it is written."""
        return [self.kind.value, self.film, self.first, self.count]


@dataclass(frozen=True, slots=True)
class Waybill:
    """What a bundle carries. `written_at` is the writer's clock and orders nothing."""

    number: int
    written_at: datetime
    lines: tuple[Line | PieceRun, ...]

    @property
    def members(self) -> int:
        """How many members it lists, each piece of a film being one."""
        return sum(line.members for line in self.lines)

    def encode(self) -> bytes:
        """The waybill's canonical bytes."""
        return canonical_bytes(
            {
                "members": [line.value() for line in self.lines],
                "number": self.number,
                "version": VERSION,
                "written_at": instant_text(self.written_at),
            }
        )


def line_of(kind: MemberKind, data: bytes) -> Line:
    """The line of a member that is at hand."""
    return Line(kind=kind, length=len(data), digest=sha256_hex(data))


def read_waybill(data: bytes) -> Waybill:
    """Read a waybill: rules Y1 to Y4.

    Raises:
        ValueError: the writer's fault.
        SangbongError: `liaison.version_unknown`.
    """
    value = parse_any(data)
    refuse_other_version(value, VERSION)
    fields = Fields(value, "members", "number", "version", "written_at")
    fields.number("version", lowest=VERSION, highest=VERSION)
    lines = tuple(_read_line(item) for item in fields.items("members", limit=MEMBERS_MAX))
    places = [_ORDER.index(line.kind) for line in lines]
    if places != sorted(places) or places.count(0) > 1:
        raise ValueError("not in the order of kinds")
    return Waybill(
        number=fields.number("number", lowest=1, highest=SEQUENCE_MAX),
        written_at=read_instant(fields.text("written_at")),
        lines=lines,
    )


def _read_line(item: object) -> Line | PieceRun:
    if not isinstance(item, list) or not item:
        raise ValueError("not a line of a waybill")
    if item[0] == MemberKind.PIECES:
        fields = _named(item, "kind", "film", "first", "count")
        first = fields.number("first", lowest=0, highest=PIECES_MAX - 1)
        return PieceRun(
            film=fields.text("film", DIGEST_PATTERN),
            first=first,
            count=fields.number("count", lowest=1, highest=PIECES_MAX - first),
        )
    fields = _named(item, "kind", "length", "digest")
    kind = MemberKind(fields.text("kind"))
    return Line(
        kind=kind,
        length=fields.number("length", lowest=1, highest=_LENGTH_MAX[kind]),
        digest=fields.text("digest", DIGEST_PATTERN),
    )


def _named(item: list[object], *names: str) -> Fields:
    return Fields(dict(itertools.zip_longest(names, item)), *names)
