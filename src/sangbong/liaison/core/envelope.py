"""The envelope: a clear header, a sealed body, a signature over the hash of both.

Layout (spec/envelope.md has a complete example):
`MAGIC` · header length (4 bytes) · header (canonical JSON) · sealed body · signature (64 bytes).

An envelope is taken only if all of these hold, asked in this order:

1. (E1) It begins with `MAGIC` and has room for a header and a signature; it is no longer than
   `ENVELOPE_BYTES_MAX`.
2. (E2) The header's `version` is 0; a later version is returned, not guessed at.
3. (E3) The header is canonical JSON with exactly its seven members, each in bounds.
4. (E4) `to` is this office, `from` is another one.
5. (E5) `from` is a counterpart whose keys a person has confirmed (asked by the operation).
6. (E6) The sealed part has exactly the length that the size class in the header says.
7. (E7) The signature over the digest verifies under the sender's key.
8. (E8) On opening: the seal opens under this very header (bound through HPKE's `info`).

E1 to E7 fail: the envelope is *returned*, nothing is stored, custody stays with the sender.
E8 fails: the dispatch was received, and is *refused* with the reason.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.fields import (
    DIGEST_PATTERN,
    SEQUENCE_MAX,
    STREAM_PATTERN,
    Fields,
    parse_any,
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
from sangbong.liaison.core.sizes import BODY_CLASS_MAX, BODY_CLASS_MIN, is_size_class

MAGIC = b"sangbong envelope\n"
VERSION = 0
PURPOSE_TAG = b"sangbong envelope 0\n"
HEADER_BYTES_MAX = 1024
ENVELOPE_BYTES_MAX = (
    len(MAGIC) + 4 + HEADER_BYTES_MAX + BODY_CLASS_MAX + SEAL_OVERHEAD_BYTES + SIGNATURE_BYTES
)
NO_PREVIOUS = "0" * 64
"""Stands where the first dispatch of a stream would name the one before it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What anyone on the way may read: who, to whom, which matter, where in it, how large.

    The kind of the dispatch is not here: it travels inside the seal.
    """

    sender: OfficeCode
    recipient: OfficeCode
    stream: str
    sequence: int
    previous: str
    size: int

    def encode(self) -> bytes:
        """The header's canonical bytes, which the seal is bound to."""
        return canonical_bytes(
            {
                "from": self.sender,
                "previous": self.previous,
                "sequence": self.sequence,
                "size": self.size,
                "stream": self.stream,
                "to": self.recipient,
                "version": VERSION,
            }
        )

    @property
    def dispatch_id(self) -> str:
        """The dispatch's name on every screen and paper, such as `KR-SEL>KP-PYO/round-21/3`."""
        return dispatch_id(self.sender, self.recipient, self.stream, self.sequence)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One envelope, taken apart; `digest` names it in receipts and in the next one's header."""

    header: Header
    header_bytes: bytes
    sealed: bytes
    signature: bytes
    digest: str


def dispatch_id(sender: str, recipient: str, stream: str, sequence: int) -> str:
    """The name of one dispatch between two offices."""
    return f"{sender}>{recipient}/{stream}/{sequence}"


def stream_name(raw: str) -> str:
    """Check a stream's name: it is readable on the way, so it never names a person.

    Raises:
        SangbongError: `liaison.stream_name`, the caller's fault.
    """
    if not STREAM_PATTERN.fullmatch(raw):
        raise SangbongError("liaison.stream_name", value=raw[:70])
    return raw


def digest_of(data: bytes) -> str:
    """The SHA-256 of everything before the signature, as 64 hex digits."""
    return hashlib.sha256(memoryview(data)[:-SIGNATURE_BYTES]).hexdigest()


def write_envelope(header: Header, content: bytes, *, sealer: Sealer, signer: Signer) -> bytes:
    """Seal padded content under a header and sign the whole."""
    header_bytes = header.encode()
    sealed = sealer.seal(content, info=PURPOSE_TAG + header_bytes)
    signed_part = MAGIC + framed(header_bytes) + sealed
    digest = hashlib.sha256(signed_part).digest()
    return signed_part + signer.sign(PURPOSE_TAG + digest)


def read_envelope(data: bytes) -> Envelope:
    """Take an envelope apart without trusting it yet: rules E1, E2, E3, E6.

    Raises:
        SangbongError: `liaison.envelope_garbled`, `liaison.version_unknown` or
            `liaison.size_wrong`, the sender's or the carrier's fault.
    """
    if len(data) > ENVELOPE_BYTES_MAX:
        raise SangbongError("liaison.too_large", bytes=len(data), limit=ENVELOPE_BYTES_MAX)
    try:
        reader = PartReader(data)
        if reader.take(len(MAGIC)) != MAGIC:
            raise ValueError("another beginning")
        header_bytes = reader.part(limit=HEADER_BYTES_MAX)
        value = parse_any(header_bytes)
    except ValueError as error:
        raise SangbongError("liaison.envelope_garbled") from error
    header = _read_header(value)
    rest = reader.rest()
    if len(rest) != header.size + SEAL_OVERHEAD_BYTES + SIGNATURE_BYTES:
        raise SangbongError("liaison.size_wrong", stated=header.size)
    return Envelope(
        header=header,
        header_bytes=header_bytes,
        sealed=rest[:-SIGNATURE_BYTES],
        signature=rest[-SIGNATURE_BYTES:],
        digest=digest_of(data),
    )


def _read_header(value: object) -> Header:
    if (
        isinstance(value, dict)
        and type(value.get("version")) is int
        and value["version"] != VERSION
    ):
        raise SangbongError("liaison.version_unknown", version=str(value["version"])[:20])
    try:
        fields = Fields(value, "from", "previous", "sequence", "size", "stream", "to", "version")
        fields.number("version", lowest=VERSION, highest=VERSION)
        header = Header(
            sender=office_code(fields.text("from")),
            recipient=office_code(fields.text("to")),
            stream=fields.text("stream", STREAM_PATTERN),
            sequence=fields.number("sequence", lowest=1, highest=SEQUENCE_MAX),
            previous=fields.text("previous", DIGEST_PATTERN),
            size=fields.number("size", lowest=BODY_CLASS_MIN, highest=BODY_CLASS_MAX),
        )
        if not is_size_class(header.size, smallest=BODY_CLASS_MIN, largest=BODY_CLASS_MAX):
            raise ValueError("not a size class")
        if (header.sequence == 1) != (header.previous == NO_PREVIOUS):
            raise ValueError("only the first has no previous")
    except (ValueError, SangbongError) as error:
        raise SangbongError("liaison.envelope_garbled") from error
    return header


def check_addressed(envelope: Envelope, *, own: OfficeCode) -> None:
    """Rule E4: the envelope is for this office and from another one.

    Raises:
        SangbongError: `liaison.other_recipient`, the sender's or the carrier's fault.
    """
    if envelope.header.recipient != own or envelope.header.sender == own:
        raise SangbongError("liaison.other_recipient", recipient=envelope.header.recipient)


def check_signed(envelope: Envelope, *, verifier: Verifier) -> None:
    """Rule E7: the sender's key signed this envelope.

    Raises:
        SangbongError: `liaison.signature_wrong`, the sender's or the carrier's fault.
    """
    message = PURPOSE_TAG + bytes.fromhex(envelope.digest)
    if not verifier.verifies(envelope.signature, message):
        raise SangbongError("liaison.signature_wrong", sender=envelope.header.sender)


def open_envelope(envelope: Envelope, *, opener: Opener) -> bytes:
    """Rule E8: the padded content, opened under this very header.

    Raises:
        SangbongError: `liaison.seal_wrong`, the sender's fault.
    """
    return opener.open(envelope.sealed, info=PURPOSE_TAG + envelope.header_bytes)


@dataclass(frozen=True, slots=True)
class Claim:
    """Whom an envelope that was not taken says it is from; nothing of it is proved.

    `stream` is empty and `sequence` 0 where it does not say them readably.
    """

    sender: OfficeCode
    recipient: OfficeCode
    stream: str
    sequence: int


def claim_of(data: bytes) -> Claim | None:
    """Whom to tell that an envelope could not be taken; None where it does not say."""
    try:
        reader = PartReader(data)
        reader.take(len(MAGIC))
        value = parse_any(reader.part(limit=HEADER_BYTES_MAX))
        if not isinstance(value, dict):
            return None
        sender, recipient = office_code(str(value.get("from"))), office_code(str(value.get("to")))
    except (ValueError, SangbongError):
        return None
    stream, sequence = value.get("stream"), value.get("sequence")
    if (
        isinstance(stream, str)
        and STREAM_PATTERN.fullmatch(stream)
        and type(sequence) is int
        and 1 <= sequence <= SEQUENCE_MAX
    ):
        return Claim(sender=sender, recipient=recipient, stream=stream, sequence=sequence)
    return Claim(sender=sender, recipient=recipient, stream="", sequence=0)
