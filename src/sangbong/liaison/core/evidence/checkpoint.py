"""Checkpoints: what an office's log held at one size, as signed notes that others can read too.

1. (CP1) A note is at most `NOTE_BYTES_MAX` long, UTF-8 without control characters other than the line
   feed: a text that ends in a line feed, an empty line, and 1 to 16 signature lines.
2. (CP2) A signature line is an em dash, a space, a key name (no space, no plus), a space, the Base64 of
   the key's four-byte id and the signature, a line feed. Base64 has one written form.
3. (CP3) A key's id is the first four bytes of SHA-256 over name, line feed, type byte, public key: 1 for
   a log's signature over the text, 4 for a cosignature.
4. (CP4) Signatures of other keys are passed over. One of a known key that does not verify spoils the
   note; a note without any of a known key is not believed.
5. (CP5) A checkpoint's text is three lines: origin, size in decimal, root in Base64. No further lines.
6. (CP6) The origin names office, incarnation (from the second on) and witness: there is one log for each
   pair, direction and incarnation, so a third office's counts show to nobody.
7. (CP7) A cosignature is over `cosignature/v1`, a line `time` with seconds since 1970, and the
   checkpoint's text; the same seconds stand in front of the signature as eight bytes.

Source: C2SP signed-note, tlog-checkpoint and tlog-cosignature, versions 1.0.0.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from dataclasses import dataclass
from hashlib import sha256

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.evidence.merkle import HASH_BYTES, SIZE_MAX
from sangbong.liaison.core.wire.ports import SIGNATURE_BYTES, Signer, Verifier

NOTE_BYTES_MAX = 16 * 1024
SIGNATURES_MAX = 16
LOG_SIGNATURE = 1
COSIGNATURE = 4
INCARNATION_MAX = 2**31 - 1
SECONDS_MAX = 2**40
_ID_BYTES = 4
_TIME_BYTES = 8
_DASH = "\u2014 "
_ORIGIN = re.compile(r"sangbong/([A-Z]{2}-[A-Z]{3})(?:\.([1-9][0-9]{0,9}))?>([A-Z]{2}-[A-Z]{3})")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Origin:
    """Which log: whose deeds towards whom, in which of the keeper's incarnations. Rule CP6."""

    office: OfficeCode
    witness: OfficeCode
    incarnation: int = 1

    def __str__(self) -> str:
        restored = f".{self.incarnation}" if self.incarnation > 1 else ""
        return f"sangbong/{self.office}{restored}>{self.witness}"


def read_origin(text: str) -> Origin:
    """Read a log's name in its one written form.

    Raises:
        SangbongError: `liaison.checkpoint_garbled`, the writer's fault.
    """
    found = _ORIGIN.fullmatch(text)
    if found is None:
        raise SangbongError("liaison.checkpoint_garbled")
    office, incarnation, witness = found.groups()
    origin = Origin(office_code(office), office_code(witness), int(incarnation or 1))
    if str(origin) != text or office == witness or origin.incarnation > INCARNATION_MAX:
        raise SangbongError("liaison.checkpoint_garbled")
    return origin


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A key that may have signed a note: its name, its 32 public bytes, and what checks for it."""

    name: str
    public: bytes
    verifier: Verifier

    def id(self, kind: int) -> bytes:
        """The four bytes that point to this key: rule CP3."""
        return key_id(self.name, self.public, kind)


def key_id(name: str, public: bytes, kind: int) -> bytes:
    """The first four bytes of the hash over a key's name, type and bytes: rule CP3."""
    return sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID_BYTES]


def office_key_name(office: OfficeCode) -> str:
    """The name under which an office cosigns."""
    return f"sangbong/{office}"


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line: whose key it says, and the bytes behind the key's id."""

    name: str
    key_id: bytes
    signature: bytes

    def line(self) -> str:
        """The line as it stands in the note."""
        return f"{_DASH}{self.name} {b64encode(self.key_id + self.signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signatures, taken apart and not believed."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def encode(self) -> bytes:
        """The note's bytes."""
        lines = "".join(one.line() for one in self.signatures)
        return f"{self.text}\n{lines}".encode()

    def only(self, name: str, key_id: bytes) -> Note:
        """The same text with the signatures of one key."""
        kept = (one for one in self.signatures if (one.name, one.key_id) == (name, key_id))
        return Note(self.text, tuple(kept))


def read_note(data: bytes) -> Note:
    """Take a note apart: rules CP1 and CP2.

    Raises:
        SangbongError: `liaison.note_garbled`, the writer's or the carrier's fault.
    """
    try:
        if len(data) > NOTE_BYTES_MAX:
            raise ValueError("longer than any note")
        whole = data.decode("utf-8")
        if _CONTROL.search(whole) or not whole.endswith("\n"):
            raise ValueError("control characters, or no end")
        text, gap, tail = whole.rpartition("\n\n")
        lines = tail.split("\n")[:-1]
        if not gap or not 1 <= len(lines) <= SIGNATURES_MAX:
            raise ValueError("no signatures, or too many")
        return Note(text + "\n", tuple(_read_line(line) for line in lines))
    except ValueError as error:
        raise SangbongError("liaison.note_garbled") from error


def _read_line(line: str) -> NoteSignature:
    name, gap, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not gap or not name or "+" in name or name.split() != [name]:
        raise ValueError("not a signature line")
    blob = _from_base64(encoded)
    if len(blob) <= _ID_BYTES:
        raise ValueError("no signature behind the id")
    return NoteSignature(name, blob[:_ID_BYTES], blob[_ID_BYTES:])


def _from_base64(text: str) -> bytes:
    try:
        data = b64decode(text, validate=True)
    except Base64Error as error:
        raise ValueError("not Base64") from error
    if b64encode(data).decode() != text:
        raise ValueError("Base64 has one written form")
    return data


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's root at a size: rule CP5."""

    origin: Origin
    size: int
    root: bytes

    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def read_checkpoint(text: str) -> Checkpoint:
    """Read a note's text as a checkpoint of one of our kind of logs.

    Raises:
        SangbongError: `liaison.checkpoint_garbled`, the writer's fault.
    """
    try:
        origin, size, root = text.removesuffix("\n").split("\n")
        if not _DECIMAL.fullmatch(size) or int(size) > SIZE_MAX:
            raise ValueError("not a size")
        hashed = _from_base64(root)
        if len(hashed) != HASH_BYTES:
            raise ValueError("not a root")
    except ValueError as error:
        raise SangbongError("liaison.checkpoint_garbled") from error
    return Checkpoint(read_origin(origin), int(size), hashed)


def sign_checkpoint(checkpoint: Checkpoint, *, signer: Signer, public: bytes) -> bytes:
    """The note that a log's keeper signs; the key goes by the log's own name."""
    text, name = checkpoint.text(), str(checkpoint.origin)
    signature = NoteSignature(name, key_id(name, public, LOG_SIGNATURE), signer.sign(text.encode()))
    return Note(text, (signature,)).encode()


def check_note(note: Note, *, key: NoteKey) -> None:
    """Rule CP4: a known log key signed this text.

    Raises:
        SangbongError: `liaison.note_unsigned`; the signer's or the carrier's fault, or the key is
            newer than the statement that we hold.
    """
    found = note.only(key.name, key.id(LOG_SIGNATURE)).signatures
    message = note.text.encode()
    if not found or not all(key.verifier.verifies(one.signature, message) for one in found):
        raise SangbongError("liaison.note_unsigned", name=key.name)


def _cosigned(seconds: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosign(text: str, *, seconds: int, name: str, signer: Signer, public: bytes) -> bytes:
    """A checkpoint's text with our cosignature alone: rule CP7."""
    signature = seconds.to_bytes(_TIME_BYTES, "big") + signer.sign(_cosigned(seconds, text))
    return Note(text, (NoteSignature(name, key_id(name, public, COSIGNATURE), signature),)).encode()


def check_cosigned(note: Note, *, key: NoteKey) -> int:
    """Rules CP4 and CP7: when a known witness cosigned this text, in its own seconds since 1970.

    Raises:
        SangbongError: `liaison.note_unsigned`, as in `check_note`.
    """
    found = note.only(key.name, key.id(COSIGNATURE)).signatures
    times = [_cosigned_at(one, note.text, key) for one in found]
    if not times:
        raise SangbongError("liaison.note_unsigned", name=key.name)
    return max(times)


def _cosigned_at(one: NoteSignature, text: str, key: NoteKey) -> int:
    seconds = int.from_bytes(one.signature[:_TIME_BYTES], "big")
    signature = one.signature[_TIME_BYTES:]
    fits = len(signature) == SIGNATURE_BYTES and seconds <= SECONDS_MAX
    if not fits or not key.verifier.verifies(signature, _cosigned(seconds, text)):
        raise SangbongError("liaison.note_unsigned", name=key.name)
    return seconds
