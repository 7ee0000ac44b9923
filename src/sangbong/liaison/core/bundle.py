"""A bundle: envelopes and receipts in one file, with a waybill (송부 목록), for a stick or a folder.

Layout (spec/waybill.md has an example): `MAGIC` · header length (4 bytes) · header (canonical
JSON) · sealed content · signature (64 bytes). The content is the waybill behind its length, then
the members in the waybill's order with nothing between, then zero bytes up to the size class. A
thief of the stick reads two office codes, a number and a size class.

A bundle is read only if all of these hold; otherwise nothing in it is believed:

1. (W1) It begins with `MAGIC`, and is no longer than `BUNDLE_BYTES_MAX`.
2. (W2) The header's `version` is 0, and it has exactly its five members, each in bounds.
3. (W3) `to` is this office, `from` is a counterpart (asked by the operation).
4. (W4) The sealed part has exactly the length that the size class in the header says.
5. (W5) The signature over the digest verifies under the sender's key, and the seal opens.
6. (W6) The waybill is canonical JSON with exactly its members, each in bounds.
7. (W7) Every member lies inside the content and has the digest that the waybill gives; what
   follows the last one is zero.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sangbong.kernel.canonical import JsonValue, canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.envelope import ENVELOPE_BYTES_MAX
from sangbong.liaison.core.exchange import Prefix, prefix_values, read_prefixes
from sangbong.liaison.core.fields import (
    DIGEST_PATTERN,
    SEQUENCE_MAX,
    Fields,
    instant_text,
    parse_any,
    read_instant,
    refuse_other_version,
)
from sangbong.liaison.core.framing import PartReader, framed
from sangbong.liaison.core.ports import (
    SEAL_OVERHEAD_BYTES,
    SIGNATURE_BYTES,
    Opener,
    Sealer,
    Signer,
    Verifier,
)
from sangbong.liaison.core.receipt import RECEIPT_BYTES_MAX
from sangbong.liaison.core.sizes import (
    BUNDLE_CLASS_MAX,
    BUNDLE_CLASS_MIN,
    is_size_class,
    pad,
    size_class,
)

MAGIC = b"sangbong bundle\n"
VERSION = 0
PURPOSE_TAG = b"sangbong bundle 0\n"
HEADER_BYTES_MAX = 512
BUNDLE_BYTES_MAX = (
    len(MAGIC) + 4 + HEADER_BYTES_MAX + BUNDLE_CLASS_MAX + SEAL_OVERHEAD_BYTES + SIGNATURE_BYTES
)
MEMBERS_MAX = 20_000
WAYBILL_BYTES_MAX = 4 * 1024 * 1024
MEMBER_WAYBILL_BYTES = 128
"""What one member adds to the waybill, at most: used when a bundle is filled."""


@dataclass(frozen=True, slots=True)
class BundleHeader:
    """What anyone may read of a bundle. `number` counts the sender's bundles to the recipient."""

    sender: OfficeCode
    recipient: OfficeCode
    number: int
    size: int

    def encode(self) -> bytes:
        """The header's canonical bytes, which the seal is bound to."""
        return canonical_bytes(
            {
                "from": self.sender,
                "number": self.number,
                "size": self.size,
                "to": self.recipient,
                "version": VERSION,
            }
        )

    @property
    def file_name(self) -> str:
        """The name under which the bundle lies in a folder; it says nothing more than the header."""
        return f"SANGBONG-{self.sender}-{self.recipient}-{self.number:08d}.BDL"


@dataclass(frozen=True, slots=True)
class Cargo:
    """What a bundle carries.

    `settled` gives, for streams of the bundle's *recipient's* receipts, the prefix that the
    bundle's sender needs no more receipts for (outbox.py, rule O4).
    """

    written_at: datetime
    envelopes: tuple[bytes, ...]
    receipts: tuple[bytes, ...]
    settled: tuple[Prefix, ...]


@dataclass(frozen=True, slots=True)
class SealedBundle:
    """A bundle taken apart, not believed yet."""

    header: BundleHeader
    header_bytes: bytes
    sealed: bytes
    signature: bytes
    digest: str


def write_bundle(
    *,
    sender: OfficeCode,
    recipient: OfficeCode,
    number: int,
    cargo: Cargo,
    sealer: Sealer,
    signer: Signer,
) -> tuple[BundleHeader, bytes]:
    """Make a bundle's bytes.

    Raises:
        SangbongError: `liaison.too_large`, the caller's fault: `fits` was not asked.
    """
    content = framed(_waybill(cargo)) + b"".join(cargo.envelopes) + b"".join(cargo.receipts)
    padded = pad(content, smallest=BUNDLE_CLASS_MIN, largest=BUNDLE_CLASS_MAX)
    header = BundleHeader(sender=sender, recipient=recipient, number=number, size=len(padded))
    header_bytes = header.encode()
    sealed = sealer.seal(padded, info=PURPOSE_TAG + header_bytes)
    signed_part = MAGIC + framed(header_bytes) + sealed
    signature = signer.sign(PURPOSE_TAG + hashlib.sha256(signed_part).digest())
    return header, signed_part + signature


def _waybill(cargo: Cargo) -> bytes:
    return canonical_bytes(
        {
            "envelopes": _listing(cargo.envelopes),
            "receipts": _listing(cargo.receipts),
            "settled": prefix_values(cargo.settled),
            "written_at": instant_text(cargo.written_at),
        }
    )


def _listing(members: Sequence[bytes]) -> list[JsonValue]:
    return [[len(member), sha256_hex(member)] for member in members]


def read_bundle(data: bytes) -> SealedBundle:
    """Take a bundle apart without believing it yet: rules W1, W2, W4.

    Raises:
        SangbongError: `liaison.bundle_garbled` or `liaison.version_unknown`, the sender's or the
            carrier's fault.
    """
    try:
        if len(data) > BUNDLE_BYTES_MAX:
            raise ValueError("longer than any bundle")
        reader = PartReader(data)
        if reader.take(len(MAGIC)) != MAGIC:
            raise ValueError("another beginning")
        header_bytes = reader.part(limit=HEADER_BYTES_MAX)
        header = _read_header(parse_any(header_bytes))
        rest = reader.rest()
        if len(rest) != header.size + SEAL_OVERHEAD_BYTES + SIGNATURE_BYTES:
            raise ValueError("another size than stated")
    except ValueError as error:
        raise SangbongError("liaison.bundle_garbled") from error
    return SealedBundle(
        header=header,
        header_bytes=header_bytes,
        sealed=rest[:-SIGNATURE_BYTES],
        signature=rest[-SIGNATURE_BYTES:],
        digest=hashlib.sha256(memoryview(data)[:-SIGNATURE_BYTES]).hexdigest(),
    )


def _read_header(value: object) -> BundleHeader:
    refuse_other_version(value, VERSION)
    fields = Fields(value, "from", "number", "size", "to", "version")
    fields.number("version", lowest=VERSION, highest=VERSION)
    try:
        header = BundleHeader(
            sender=office_code(fields.text("from")),
            recipient=office_code(fields.text("to")),
            number=fields.number("number", lowest=1, highest=SEQUENCE_MAX),
            size=fields.number("size", lowest=BUNDLE_CLASS_MIN, highest=BUNDLE_CLASS_MAX),
        )
    except SangbongError as error:
        raise ValueError("not an office code") from error
    if not is_size_class(header.size, smallest=BUNDLE_CLASS_MIN, largest=BUNDLE_CLASS_MAX):
        raise ValueError("not a size class")
    return header


def check_addressed(bundle: SealedBundle, *, own: OfficeCode) -> None:
    """Rule W3: the bundle is for this office; a stick for another was put in.

    Raises:
        SangbongError: `liaison.bundle_for_another`, the carrier's fault.
    """
    if bundle.header.recipient != own or bundle.header.sender == own:
        raise SangbongError("liaison.bundle_for_another", recipient=bundle.header.recipient)


def open_bundle(bundle: SealedBundle, *, verifier: Verifier, opener: Opener) -> Cargo:
    """Check the signature, open the seal, read waybill and members: rules W5 to W7.

    Raises:
        SangbongError: `liaison.signature_wrong`, `liaison.seal_wrong` or `liaison.bundle_garbled`.
    """
    if not verifier.verifies(bundle.signature, PURPOSE_TAG + bytes.fromhex(bundle.digest)):
        raise SangbongError("liaison.signature_wrong", sender=bundle.header.sender)
    content = opener.open(bundle.sealed, info=PURPOSE_TAG + bundle.header_bytes)
    try:
        return _read_cargo(content)
    except ValueError as error:
        raise SangbongError("liaison.bundle_garbled") from error


def _read_cargo(content: bytes) -> Cargo:
    reader = PartReader(content)
    fields = Fields.parse(
        reader.part(limit=WAYBILL_BYTES_MAX), "envelopes", "receipts", "settled", "written_at"
    )
    cargo = Cargo(
        envelopes=_take(reader, fields.items("envelopes", limit=MEMBERS_MAX), ENVELOPE_BYTES_MAX),
        receipts=_take(reader, fields.items("receipts", limit=MEMBERS_MAX), RECEIPT_BYTES_MAX),
        settled=read_prefixes(fields.items("settled", limit=MEMBERS_MAX)),
        written_at=read_instant(fields.text("written_at")),
    )
    rest = reader.rest()
    smallest = size_class(reader.offset, smallest=BUNDLE_CLASS_MIN, largest=BUNDLE_CLASS_MAX)
    if rest.count(0) != len(rest) or smallest != len(content):
        raise ValueError("the padding says something")
    return cargo


def _take(reader: PartReader, listing: list[object], limit: int) -> tuple[bytes, ...]:
    return tuple(_take_one(reader, line, limit) for line in listing)


def _take_one(reader: PartReader, line: object, limit: int) -> bytes:
    if not isinstance(line, list) or len(line) != 2:
        raise ValueError("not a line of a waybill")
    length, digest = line
    if type(length) is not int or not 0 <= length <= limit:
        raise ValueError("not a length")
    if not isinstance(digest, str) or not DIGEST_PATTERN.fullmatch(digest):
        raise ValueError("not a digest")
    member = reader.take(length)
    if sha256_hex(member) != digest:
        raise ValueError("not what the waybill lists")
    return member


def fill(sizes: Sequence[int], *, room: int) -> int:
    """How many of the next envelopes fit in one bundle, at least one if there is any.

    `room` is the bytes that the receipts left.
    """
    used = 0
    for count, size in enumerate(sizes):
        used += size + MEMBER_WAYBILL_BYTES
        if count and (used > room or count >= MEMBERS_MAX):
            return count
    return len(sizes)
