"""A bundle (묶음): an exchange, envelopes and film pieces in one padded file, for a stick or a folder.

Layout (spec/waybill.md has an example): `MAGIC` · header length (4 bytes) · header (canonical JSON)
· sealed key · signature (64 bytes) · segments. The *head* is all before the segments. The segments
are pieces (pieces.py) of the *content*: the waybill behind its length, then the members in the
waybill's order with nothing between, then zero bytes.

Written and read in one go from end to end, never whole in memory:

    header = write_bundle(file, label=…, number=…, written_at=…, loads=[…], …)

    head = read_head(file)                       # W1, W2
    check_addressed(head, own=…)                 # W3
    key = unlock(head, verifier=…, opener=…)     # W5
    if look_through(file, head, key=key, cipher=…).end is End.DAMAGED: refuse
    file.seek(head.length)
    for one in members(file, head, key=key, cipher=…):
        # first the Waybill, then Member and Piece as each becomes whole, last a BundleEnd

1. (W1) A bundle begins with `MAGIC`; a file that ends inside the head is cut.
2. (W2) The header's `version` is 1, another is told by its own code; it has exactly its seven
   members, each in bounds; `segments` has at most four significant bits.
3. (W3) `to` is this office, `from` is another one, whose keys a person has confirmed and whose
   signing key of the generation `signer` is known and not revoked (the latter two asked by the
   operation). One that this office wrote itself is passed over.
4. (W4) After the head come `segments` segments of 65,552 bytes, and nothing after them.
5. (W5) The signature over the hash of all before it verifies under that key, and the sealed key
   opens, under this very header, with the receive key number `epoch`.
6. (W6) Each segment opens under the bundle's key in its place, the last one as the last.
7. (W7) The waybill is in order (waybill.py), each member has the length and digest that it gives,
   what follows the last member is zero, and the number of segments is the smallest class.
8. (W8) A bundle that ends early, or whose rest is nothing but `ZEROS_MIN` zero bytes or more, is
   *cut*: every member that is whole before the cut stands.
9. (W9) A bundle that breaks W4, W6 or W7 otherwise is *damaged*: nothing in it is taken. So it is
   looked through to its end before the first member is taken.
10. (W10) The same bundle again, known by its `bundle`, changes nothing, unless it was cut before;
    one with a lower number than one that was read is taken and told as older.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.wire import pieces as cutting
from sangbong.liaison.core.wire.fields import (
    GENERATION_MAX,
    Fields,
    parse_any,
    refuse_other_version,
)
from sangbong.liaison.core.wire.framing import LENGTH_BYTES, framed
from sangbong.liaison.core.wire.pieces import KEY_BYTES, PIECE_BYTES, SEALED_PIECE_BYTES
from sangbong.liaison.core.wire.ports import (
    SEAL_OVERHEAD_BYTES,
    SIGNATURE_BYTES,
    Opener,
    PieceCipher,
    Sealer,
    Signer,
    Verifier,
)
from sangbong.liaison.core.wire.waybill import (
    LINE_BYTES_MAX,
    MEMBERS_MAX,
    WAYBILL_BYTES_MAX,
    Line,
    MemberKind,
    PieceRun,
    Waybill,
    line_of,
    read_waybill,
)

MAGIC = b"sangbong bundle\n"
VERSION = 1
PURPOSE_TAG = b"sangbong bundle 1\n"
HEADER_BYTES_MAX = 512
SEALED_KEY_BYTES = KEY_BYTES + SEAL_OVERHEAD_BYTES
SEGMENTS_MAX = 2**20
"""64 GiB."""
FAT_SEGMENTS_MAX = 61_440
"""The largest class whose file stays below 4 GiB, which is all that FAT32 takes."""
CLASS_BITS = 4
ZEROS_MIN = 16
"""Fewer zero bytes at a segment's end are its own, as far as one can tell."""
ID_PATTERN = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Label:
    """Who writes a bundle to whom, under which keys.

    `bundle` is its id, 32 hex digits of fresh entropy; `epoch` numbers the recipient's receive key
    that seals it, `signer` is the generation of the sender's signing key.
    """

    bundle: str
    sender: OfficeCode
    recipient: OfficeCode
    epoch: int
    signer: int


@dataclass(frozen=True, slots=True)
class BundleHeader:
    """What anyone may read of a bundle: its label, and its size class in segments."""

    label: Label
    segments: int

    def encode(self) -> bytes:
        """The header's canonical bytes, which the sealed key is bound to."""
        return canonical_bytes(
            {
                "bundle": self.label.bundle,
                "epoch": self.label.epoch,
                "from": self.label.sender,
                "segments": self.segments,
                "signer": self.label.signer,
                "to": self.label.recipient,
                "version": VERSION,
            }
        )


@dataclass(frozen=True, slots=True)
class Load:
    """One line of the waybill with its bytes, in parts of any size, read only when it is its turn."""

    line: Line | PieceRun
    chunks: Iterable[bytes]

    @classmethod
    def of(cls, kind: MemberKind, data: bytes) -> Load:
        """A member that is at hand."""
        return cls(line=line_of(kind, data), chunks=(data,))


@dataclass(frozen=True, slots=True)
class BundleHead:
    """A head taken apart, not believed yet; `length` is where the segments begin."""

    header: BundleHeader
    header_bytes: bytes
    sealed_key: bytes
    signature: bytes
    digest: bytes
    length: int


@dataclass(frozen=True, slots=True)
class Member:
    """An exchange, envelope or manifest, whole and with its digest."""

    kind: MemberKind
    data: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """A sealed piece of a film, to be compared with the film's manifest before it is kept."""

    film: str
    index: int
    data: bytes


class End(StrEnum):
    """How the reading of a bundle ended."""

    WHOLE = "whole"
    CUT = "cut"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class BundleEnd:
    """How it ended, and how many of the listed members were whole, each piece of a film being one.

    `listed` is 0 where the waybill itself is lost.
    """

    end: End
    listed: int
    whole: int

    @property
    def code(self) -> str:
        """The reason told to a person, empty where all is well."""
        return _END_CODES[self.end]


_END_CODES = {
    End.WHOLE: "",
    End.CUT: "liaison.bundle_cut",
    End.DAMAGED: "liaison.bundle_garbled",
}


class StickOutcome(StrEnum):
    """What came of one file on a stick, as people are told."""

    READ = "read"
    ALREADY_READ = "already_read"
    OLDER = "older"
    OWN = "own"
    FOR_ANOTHER = "for_another"
    STRANGER = "stranger"
    NOT_A_BUNDLE = "not_a_bundle"
    LATER_VERSION = "later_version"
    CUT_SHORT = "cut_short"
    DAMAGED = "damaged"


_OUTCOMES = {
    "liaison.not_a_bundle": StickOutcome.NOT_A_BUNDLE,
    "liaison.version_unknown": StickOutcome.LATER_VERSION,
    "liaison.bundle_for_another": StickOutcome.FOR_ANOTHER,
    "liaison.bundle_own": StickOutcome.OWN,
    "liaison.bundle_cut": StickOutcome.CUT_SHORT,
    "liaison.counterpart_unconfirmed": StickOutcome.STRANGER,
    "office.unknown_counterpart": StickOutcome.STRANGER,
    "office.signer_unknown": StickOutcome.STRANGER,
    "office.signer_revoked": StickOutcome.STRANGER,
}


def outcome_of(code: str) -> StickOutcome:
    """What a person is told of a file that was refused with this code; *damaged* for any other."""
    return _OUTCOMES.get(code, StickOutcome.DAMAGED)


def file_name(bundle: str) -> str:
    """The name under which a bundle lies on a stick: no office, no number, no count."""
    return f"SANGBONG-{bundle[:16]}.BDL"


def segment_class(content: int) -> int:
    """How many segments hold so many bytes of content, padding included.

    Raises:
        SangbongError: `liaison.too_large`, the writer's fault: `fill` was not asked.
    """
    segments = cutting.class_of(max(1, -(-content // PIECE_BYTES)), bits=CLASS_BITS)
    if segments > SEGMENTS_MAX:
        raise SangbongError("liaison.too_large", bytes=content, limit=SEGMENTS_MAX * PIECE_BYTES)
    return segments


def fill(sizes: Sequence[int], *, room: int) -> int:
    """How many of the next members fit into so many bytes of content, at least one if there is any."""
    used = 0
    for count, size in enumerate(sizes):
        used += size + LINE_BYTES_MAX
        if count and (used > room or count >= MEMBERS_MAX):
            return count
    return len(sizes)


def write_bundle(
    file: BinaryIO,
    *,
    label: Label,
    number: int,
    written_at: datetime,
    loads: Sequence[Load],
    key: bytes,
    sealer: Sealer,
    signer: Signer,
    cipher: PieceCipher,
) -> BundleHeader:
    """Write a bundle from end to end; each load's bytes are read when it is its turn.

    `loads` stand in the waybill's order (rule Y3). `key` is 32 bytes of fresh entropy for this
    bundle alone. `file` is at its beginning; syncing it is the caller's.

    Raises:
        SangbongError: `liaison.too_large`, before anything is written; the caller's fault.
    """
    lines = tuple(load.line for load in loads)
    waybill = framed(Waybill(number=number, written_at=written_at, lines=lines).encode())
    content = len(waybill) + sum(line.length for line in lines)
    header = BundleHeader(label=label, segments=segment_class(content))
    file.write(_head(header, key=key, sealer=sealer, signer=signer))
    index = 0
    for plain in cutting.cut(_content(waybill, loads)):
        file.write(_sealed(plain.ljust(PIECE_BYTES, b"\0"), index, header, key, cipher))
        index += 1
    file.writelines(
        _sealed(bytes(PIECE_BYTES), padding, header, key, cipher)
        for padding in range(index, header.segments)
    )
    return header


def _head(header: BundleHeader, *, key: bytes, sealer: Sealer, signer: Signer) -> bytes:
    header_bytes = header.encode()
    sealed_key = sealer.seal(key, info=PURPOSE_TAG + header_bytes)
    signed_part = MAGIC + framed(header_bytes) + sealed_key
    return signed_part + signer.sign(PURPOSE_TAG + hashlib.sha256(signed_part).digest())


def _content(waybill: bytes, loads: Iterable[Load]) -> Iterator[bytes]:
    yield waybill
    for load in loads:
        length = 0
        for chunk in load.chunks:
            length += len(chunk)
            yield chunk
        assert length == load.line.length, "as listed"  # noqa: S101 -- our own mistake


def _sealed(
    plain: bytes, index: int, header: BundleHeader, key: bytes, cipher: PieceCipher
) -> bytes:
    return cutting.seal_piece(
        plain,
        key=key,
        tag=PURPOSE_TAG,
        index=index,
        last=index == header.segments - 1,
        cipher=cipher,
    )


def read_head(file: BinaryIO) -> BundleHead:
    """Read a head without believing it yet: rules W1 and W2. `file` is at its beginning.

    Raises:
        SangbongError: `liaison.not_a_bundle`, `liaison.version_unknown`, `liaison.bundle_garbled`
            or `liaison.bundle_cut`; the writer's or the carrier's fault.
    """
    begin = file.read(len(MAGIC))
    if begin != MAGIC:
        code = "liaison.bundle_cut" if MAGIC.startswith(begin) else "liaison.not_a_bundle"
        raise SangbongError(code)
    length = int.from_bytes(_exactly(file, LENGTH_BYTES), "big")
    if length > HEADER_BYTES_MAX:
        raise SangbongError("liaison.bundle_garbled")
    header_bytes = _exactly(file, length)
    try:
        header = _read_header(parse_any(header_bytes))
    except ValueError as error:
        raise SangbongError("liaison.bundle_garbled") from error
    sealed_key = _exactly(file, SEALED_KEY_BYTES)
    signed_part = MAGIC + framed(header_bytes) + sealed_key
    return BundleHead(
        header=header,
        header_bytes=header_bytes,
        sealed_key=sealed_key,
        signature=_exactly(file, SIGNATURE_BYTES),
        digest=hashlib.sha256(signed_part).digest(),
        length=len(signed_part) + SIGNATURE_BYTES,
    )


def _exactly(file: BinaryIO, length: int) -> bytes:
    data = file.read(length)
    if len(data) < length:
        raise SangbongError("liaison.bundle_cut")
    return data


def _read_header(value: object) -> BundleHeader:
    refuse_other_version(value, VERSION)
    fields = Fields(value, "bundle", "epoch", "from", "segments", "signer", "to", "version")
    fields.number("version", lowest=VERSION, highest=VERSION)
    try:
        label = Label(
            bundle=fields.text("bundle", ID_PATTERN),
            sender=office_code(fields.text("from")),
            recipient=office_code(fields.text("to")),
            epoch=fields.number("epoch", lowest=1, highest=GENERATION_MAX),
            signer=fields.number("signer", lowest=1, highest=GENERATION_MAX),
        )
    except SangbongError as error:
        raise ValueError("not an office code") from error
    segments = fields.number("segments", lowest=1, highest=SEGMENTS_MAX)
    if cutting.class_of(segments, bits=CLASS_BITS) != segments:
        raise ValueError("not a class")
    return BundleHeader(label=label, segments=segments)


def check_addressed(head: BundleHead, *, own: OfficeCode) -> None:
    """Rule W3: the bundle is for this office and from another one.

    Raises:
        SangbongError: `liaison.bundle_own`, nobody's fault, or `liaison.bundle_for_another`: the
            wrong stick.
    """
    label = head.header.label
    if label.sender == own:
        raise SangbongError("liaison.bundle_own")
    if label.recipient != own:
        raise SangbongError("liaison.bundle_for_another", recipient=label.recipient)


def unlock(head: BundleHead, *, verifier: Verifier, opener: Opener) -> bytes:
    """Rule W5: the bundle's key. `verifier` and `opener` are those that the header names.

    Raises:
        SangbongError: `liaison.signature_wrong`, `liaison.seal_wrong` or `liaison.bundle_garbled`.
    """
    if not verifier.verifies(head.signature, PURPOSE_TAG + head.digest):
        raise SangbongError("liaison.signature_wrong", sender=head.header.label.sender)
    return opener.open(head.sealed_key, info=PURPOSE_TAG + head.header_bytes)


def look_through(
    file: BinaryIO, head: BundleHead, *, key: bytes, cipher: PieceCipher
) -> tuple[Waybill | None, BundleEnd]:
    """Rule W9: read to the end and keep nothing. `file` is at `head.length`, and is left anywhere."""
    waybill, end = None, BundleEnd(End.DAMAGED, 0, 0)
    for one in members(file, head, key=key, cipher=cipher):
        if isinstance(one, Waybill):
            waybill = one
        elif isinstance(one, BundleEnd):
            end = one
    return waybill, end


def members(
    file: BinaryIO, head: BundleHead, *, key: bytes, cipher: PieceCipher
) -> Iterator[Waybill | Member | Piece | BundleEnd]:
    """The waybill, each member as it becomes whole, and last how it ended: rules W4 and W6 to W8.

    `file` is at `head.length`. Nothing is raised for what is wrong with the file, only told at the
    end. At most one member is in memory at a time.
    """
    content = _Content(file, head.header, key, cipher)
    listed = whole = 0
    end = End.WHOLE
    try:
        waybill = content.waybill()
        listed = waybill.members
        yield waybill
        for line in waybill.lines:
            for one in content.members_of(line):
                whole += 1
                yield one
        content.check_rest()
    except _CutError:
        end = End.CUT
    except (ValueError, SangbongError):
        end = End.DAMAGED
    yield BundleEnd(end=end, listed=listed, whole=whole)


class _CutError(Exception):
    """The file ends here, or has nothing but zero bytes from here on."""


class _Content:
    """What lies in the segments, taken off the front."""

    def __init__(
        self, file: BinaryIO, header: BundleHeader, key: bytes, cipher: PieceCipher
    ) -> None:
        self._file = file
        self._header = header
        self._key = key
        self._cipher = cipher
        self._index = 0
        self._held = bytearray()
        self._taken = 0

    def waybill(self) -> Waybill:
        length = int.from_bytes(self._take(LENGTH_BYTES), "big")
        if length > WAYBILL_BYTES_MAX:
            raise ValueError("a waybill over its limit")
        return read_waybill(self._take(length))

    def members_of(self, line: Line | PieceRun) -> Iterator[Member | Piece]:
        if isinstance(line, PieceRun):
            for index in range(line.first, line.first + line.count):
                yield Piece(film=line.film, index=index, data=self._take(SEALED_PIECE_BYTES))
            return
        data = self._take(line.length)
        if sha256_hex(data) != line.digest:
            raise ValueError("not what the waybill lists")
        yield Member(kind=line.kind, data=data)

    def check_rest(self) -> None:
        """Rule W7 for the padding, and rule W4 for the end of the file."""
        smallest = segment_class(self._taken)
        if smallest != self._header.segments:
            raise ValueError("a larger class than needed")
        _refuse_text(self._held)
        while self._index < self._header.segments:
            _refuse_text(self._next_segment())
        if self._file.read(1):
            raise ValueError("something after the last segment")

    def _take(self, length: int) -> bytes:
        while len(self._held) < length:
            if self._index >= self._header.segments:
                raise ValueError("more listed than there is")
            self._held += self._next_segment()
        taken = bytes(memoryview(self._held)[:length])
        del self._held[:length]
        self._taken += length
        return taken

    def _next_segment(self) -> bytes:
        sealed = self._file.read(SEALED_PIECE_BYTES)
        if len(sealed) < SEALED_PIECE_BYTES:
            raise _CutError
        try:
            plain = cutting.open_piece(
                sealed,
                key=self._key,
                tag=PURPOSE_TAG,
                index=self._index,
                last=self._index == self._header.segments - 1,
                cipher=self._cipher,
            )
        except SangbongError:
            if self._only_zeros_from(sealed):
                raise _CutError from None
            raise
        self._index += 1
        return plain

    def _only_zeros_from(self, sealed: bytes) -> bool:
        """Whether this is what a stick shows that was pulled out while it was written."""
        zeros = 0 if any(sealed[-ZEROS_MIN:]) else ZEROS_MIN
        for _ in range(self._index + 1, self._header.segments):
            rest = self._file.read(SEALED_PIECE_BYTES)
            if rest.count(0) != len(rest):
                return False
            zeros += len(rest)
        return zeros >= ZEROS_MIN and not self._file.read(1)


def _refuse_text(padding: bytes | bytearray) -> None:
    if padding.count(0) != len(padding):
        raise ValueError("the padding says something")
