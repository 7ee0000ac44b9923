"""The envelope: a clear header, a sealed body, a signature over the hash of both.

Layout (spec/envelope.md has a complete example):
`MAGIC` · header length (4 bytes) · header (canonical JSON) · sealed body · signature (64 bytes).

An envelope is taken only if all of these hold, asked in this order:

1. (E1) It begins with `MAGIC` and has room for a header and a signature; it is no longer than
   `ENVELOPE_BYTES_MAX`.
2. (E2) The header's `version` is 1; another version is returned, not guessed at.
3. (E3) The header is canonical JSON with exactly its thirteen members, each in bounds; `pieces` is
   a film class (film.py, rule F1), and 0 when, and only when, `film` is empty.
4. (E4) `to` is this office, `from` is another one.
5. (E5) `from` is a counterpart whose keys a person has confirmed, and its signing key of the
   generation `signer` is known here and not revoked (asked by the operation).
6. (E6) The sealed part has exactly the length that the size class in the header says.
7. (E7) The signature over the digest verifies under that key.
8. (E8) On opening: this office still has the receive key number `epoch`, and the seal opens under
   this very header (bound through HPKE's `info`).
9. (E9) The numbers of a stream run apart for each incarnation of its sender: an office put back
   from a backup counts one incarnation more and begins at 1, so no number is ever used twice.

E1 to E7 fail: the envelope is *returned*, nothing is stored, custody stays with the sender. (Of a key
that was revoked, E5, what the sender's own chain vouches for is refused: revoking.py, rule Q5.)
E8 fails: the dispatch was received, and is *refused* with the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.wire.fields import (
    DIGEST_PATTERN,
    GENERATION_MAX,
    SEQUENCE_MAX,
    STREAM_PATTERN,
    Fields,
    parse_any,
    refuse_other_version,
)
from sangbong.liaison.core.wire.film import FILM_PATTERN, PIECES_MAX, is_film_class
from sangbong.liaison.core.wire.framing import PartReader, framed
from sangbong.liaison.core.wire.ports import (
    SEAL_OVERHEAD_BYTES,
    SIGNATURE_BYTES,
    Opener,
    Sealer,
    Signer,
    Verifier,
)
from sangbong.liaison.core.wire.sizes import BODY_CLASS_MAX, BODY_CLASS_MIN, is_size_class

MAGIC = b"sangbong envelope\n"
VERSION = 1
PURPOSE_TAG = b"sangbong envelope 1\n"
HEADER_BYTES_MAX = 1024
ENVELOPE_BYTES_MAX = (
    len(MAGIC) + 4 + HEADER_BYTES_MAX + BODY_CLASS_MAX + SEAL_OVERHEAD_BYTES + SIGNATURE_BYTES
)
_MEMBERS = (
    "epoch",
    "film",
    "from",
    "incarnation",
    "pieces",
    "previous",
    "sequence",
    "signer",
    "size",
    "stream",
    "to",
    "urgent",
    "version",
)
NO_PREVIOUS = "0" * 64
"""Stands where the first dispatch of a stream and incarnation would name the one before it."""


@dataclass(frozen=True, slots=True)
class Header:
    """What anyone on the way may read: who, to whom, which matter, where in it, how large.

    The kind of the dispatch is not here: it travels inside the seal. `epoch` numbers the
    recipient's receive key, `signer` the generation of the sender's signing key, `incarnation` the
    sender's restores from backup. `film` is a film's id and `pieces` how many sealed pieces it has.
    """

    sender: OfficeCode
    recipient: OfficeCode
    stream: str
    sequence: int
    previous: str
    size: int
    epoch: int
    incarnation: int
    signer: int
    film: str = ""
    pieces: int = 0
    urgent: bool = False

    def encode(self) -> bytes:
        """The header's canonical bytes, which the seal is bound to."""
        return canonical_bytes(
            {
                "epoch": self.epoch,
                "film": self.film,
                "from": self.sender,
                "incarnation": self.incarnation,
                "pieces": self.pieces,
                "previous": self.previous,
                "sequence": self.sequence,
                "signer": self.signer,
                "size": self.size,
                "stream": self.stream,
                "to": self.recipient,
                "urgent": self.urgent,
                "version": VERSION,
            }
        )

    @property
    def dispatch_id(self) -> str:
        """The dispatch's name on every screen and paper, such as `KR-SEL>KP-PYO/round-21/3`."""
        return dispatch_id(
            self.sender, self.recipient, self.stream, self.sequence, incarnation=self.incarnation
        )


@dataclass(frozen=True, slots=True)
class Envelope:
    """One envelope, taken apart; `digest` names it in receipts and in the next one's header."""

    header: Header
    header_bytes: bytes
    sealed: bytes
    signature: bytes
    digest: str


def dispatch_id(
    sender: str, recipient: str, stream: str, sequence: int, *, incarnation: int
) -> str:
    """The name of one dispatch between two offices.

    From its sender's second incarnation on it is told too: `KR-SEL.2>KP-PYO/round-21/3`.
    """
    told = sender if incarnation == 1 else f"{sender}.{incarnation}"
    return f"{told}>{recipient}/{stream}/{sequence}"


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
    refuse_other_version(value, VERSION)
    try:
        fields = Fields(value, *_MEMBERS)
        fields.number("version", lowest=VERSION, highest=VERSION)
        header = Header(
            sender=office_code(fields.text("from")),
            recipient=office_code(fields.text("to")),
            stream=fields.text("stream", STREAM_PATTERN),
            sequence=fields.number("sequence", lowest=1, highest=SEQUENCE_MAX),
            previous=fields.text("previous", DIGEST_PATTERN),
            size=fields.number("size", lowest=BODY_CLASS_MIN, highest=BODY_CLASS_MAX),
            epoch=fields.number("epoch", lowest=1, highest=GENERATION_MAX),
            incarnation=fields.number("incarnation", lowest=1, highest=GENERATION_MAX),
            signer=fields.number("signer", lowest=1, highest=GENERATION_MAX),
            film=fields.text("film", FILM_PATTERN),
            pieces=fields.number("pieces", lowest=0, highest=PIECES_MAX),
            urgent=fields.truth("urgent"),
        )
        if bool(header.film) != bool(header.pieces):
            raise ValueError("a film has pieces")
        if header.film and not is_film_class(header.pieces):
            raise ValueError("not a film class")
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

    `stream` is empty, `sequence` and `incarnation` are 0 where it does not say them readably.
    """

    sender: OfficeCode
    recipient: OfficeCode
    stream: str
    sequence: int
    incarnation: int


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
    place = _claimed_place(value)
    stream, sequence, incarnation = place or ("", 0, 0)
    return Claim(
        sender=sender,
        recipient=recipient,
        stream=stream,
        sequence=sequence,
        incarnation=incarnation,
    )


def _claimed_place(value: Mapping[str, object]) -> tuple[str, int, int] | None:
    """Stream, number and incarnation, where all three are said readably."""
    told = {name: value.get(name) for name in ("incarnation", "sequence", "stream")}
    try:
        fields = Fields(told, *told)
        return (
            fields.text("stream", STREAM_PATTERN),
            fields.number("sequence", lowest=1, highest=SEQUENCE_MAX),
            fields.number("incarnation", lowest=1, highest=GENERATION_MAX),
        )
    except ValueError:
        return None
