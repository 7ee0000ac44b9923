"""Proofs that an office signed two things that cannot both be true of one history.

A proof is one JSON file with everything that was signed. Whoever knows the accused office's public key
checks it without our database, our word or a network. It shows *that* both were signed, never why: an
old copy of a database that was put back unnoticed leaves the same trace as intent.

1. (EQ1) A proof is canonical JSON of exactly `accused`, `at`, `by`, `keys`, `kind`, `signed`, `version`,
   at most `PROOF_BYTES_MAX` long. `at` and `by` (when and by whom it was written) prove nothing.
2. (EQ2) `roots`: two checkpoints of one log, both signed, the second not larger than the first. `root`
   is the root that the first log had at the second's size, shown by a consistency proof (none where
   the sizes are equal), and it is not the second's root.
3. (EQ3) `extension`: a signed checkpoint of size a, and a signed evidence message that starts at s ≤ a
   and ends at a later checkpoint. `frontier` (size s) and `between` (leaves s to a) lead to the
   first checkpoint's root, so they are what it stands for; the message's own leaves change them, or
   do not lead from there to its own checkpoint.
4. (EQ4) `numbers`: two signed envelopes to one office of the same stream and incarnation that have the
   same number and different digests, or of which the second has the number after the first's and
   names another envelope as the one before it.
5. (EQ5) Every signature in the file verifies under the key of its stated generation in `keys`. Whether
   that key is the accused office's, the reader must know from elsewhere: a key statement that was
   compared.
6. (EQ6) Anything else is no proof, whatever it looks like: an honest history yields none.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.canonical import JsonValue, canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison.core.evidence.checkpoint import (
    Checkpoint,
    NoteKey,
    check_note,
    read_checkpoint,
    read_note,
)
from sangbong.liaison.core.evidence.evidence import Leaf, PublicKey, read_leaf, read_message
from sangbong.liaison.core.evidence.merkle import Frontier, Proof, verify_consistency
from sangbong.liaison.core.wire.envelope import (
    ENVELOPE_BYTES_MAX,
    Envelope,
    Header,
    check_signed,
    read_envelope,
)
from sangbong.liaison.core.wire.fields import (
    DIGEST_PATTERN,
    GENERATION_MAX,
    Fields,
    instant_text,
    parse_any,
    read_instant,
    refuse_other_version,
)
from sangbong.liaison.core.wire.ports import Verifier

VERSION = 1
PROOF_BYTES_MAX = 4 * ENVELOPE_BYTES_MAX
KEYS_MAX = 16
_BETWEEN_MAX = 1_000_000
_PATH_MAX = 64
_PUBLIC_PATTERN = re.compile(r"[0-9a-f]{64}")
_MEMBERS = ("accused", "at", "by", "keys", "kind", "signed", "version")

VerifierOf = Callable[[bytes], Verifier]
"""Makes the checker for 32 public bytes; a port, like all cryptography here."""


class ProofKind(StrEnum):
    """What was signed twice."""

    ROOTS = "roots"
    EXTENSION = "extension"
    NUMBERS = "numbers"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A signed checkpoint's bytes and the generation of the key that signed it."""

    note: bytes
    generation: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What a proof that holds shows. `about` is the log or the dispatch that there are two of."""

    accused: OfficeCode
    kind: ProofKind
    about: str
    keys: tuple[bytes, ...]


def roots_proof(
    first: SignedNote, second: SignedNote, *, root: bytes, path: Proof
) -> dict[str, JsonValue]:
    """What was signed, for rule EQ2; `root` is the first log's at the second's size."""
    return {
        "first": _note_value(first),
        "path": [one.hex() for one in path],
        "root": root.hex(),
        "second": _note_value(second),
    }


def extension_proof(
    first: SignedNote, message: JsonValue, *, frontier: Frontier, between: Sequence[Leaf]
) -> dict[str, JsonValue]:
    """What was signed, for rule EQ3."""
    return {
        "between": [[leaf.kind, leaf.digest] for leaf in between],
        "first": _note_value(first),
        "frontier": [one.hex() for one in frontier.hashes],
        "message": message,
    }


def numbers_proof(first: bytes, second: bytes) -> dict[str, JsonValue]:
    """What was signed, for rule EQ4."""
    return {"first": b64encode(first).decode(), "second": b64encode(second).decode()}


def _note_value(one: SignedNote) -> dict[str, JsonValue]:
    return {"note": one.note.decode(), "signer": one.generation}


def write_proof(
    kind: ProofKind,
    signed: Mapping[str, JsonValue],
    *,
    accused: OfficeCode,
    by: OfficeCode,
    now: datetime,
    keys: Mapping[int, bytes],
) -> bytes:
    """The proof file: rule EQ1. `keys` are the accused office's public keys by their generation."""
    return canonical_bytes(
        {
            "accused": accused,
            "at": instant_text(now),
            "by": by,
            "keys": [[number, keys[number].hex()] for number in sorted(keys)],
            "kind": kind.value,
            "signed": dict(signed),
            "version": VERSION,
        }
    )


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys that a proof names, of one office."""

    office: OfficeCode
    known: Mapping[int, PublicKey]

    def of(self, generation: object) -> PublicKey:
        if type(generation) is not int or generation not in self.known:
            raise ValueError("signed by a key that the proof does not name")
        return self.known[generation]


def check_proof(data: bytes, *, verifier_of: VerifierOf) -> Finding:
    """What a proof file shows, if it holds: rules EQ1 to EQ6.

    Raises:
        SangbongError: `liaison.proof_garbled`, `liaison.proof_empty` (both signed things agree), or
            what the signed things themselves raise; it accuses nobody. `liaison.version_unknown`.
    """
    if len(data) > PROOF_BYTES_MAX:
        raise SangbongError("liaison.proof_garbled")
    try:
        value = parse_any(data)
        refuse_other_version(value, VERSION)
        fields = Fields(value, *_MEMBERS)
        fields.number("version", lowest=VERSION, highest=VERSION)
        read_instant(fields.text("at"))
        office_code(fields.text("by"))
        kind = ProofKind(fields.text("kind"))
        keys = _read_keys(fields, verifier_of)
        about = _CHECKS[kind](fields.mapping("signed", limit=_PATH_MAX), keys)
    except (ValueError, Base64Error) as error:
        raise SangbongError("liaison.proof_garbled") from error
    return Finding(keys.office, kind, about, tuple(key.public for key in keys.known.values()))


def _read_keys(fields: Fields, verifier_of: VerifierOf) -> _Keys:
    known: dict[int, PublicKey] = {}
    for item in fields.items("keys", limit=KEYS_MAX):
        if not isinstance(item, list) or len(item) != 2:
            raise ValueError("not a key")
        one = Fields(dict(zip(("generation", "public"), item, strict=True)), "generation", "public")
        number = one.number("generation", lowest=1, highest=GENERATION_MAX)
        public = bytes.fromhex(one.text("public", _PUBLIC_PATTERN))
        known[number] = PublicKey(number, public, verifier_of(public))
    return _Keys(office_code(fields.text("accused")), known)


def _checkpoint(value: object, keys: _Keys) -> Checkpoint:
    fields = Fields(value, "note", "signer")
    note = read_note(fields.text("note").encode())
    checkpoint = read_checkpoint(note.text)
    if checkpoint.origin.office != keys.office:
        raise ValueError("another office's log")
    key = keys.of(fields.number("signer", lowest=1, highest=GENERATION_MAX))
    check_note(note, key=NoteKey(str(checkpoint.origin), key.public, key.verifier))
    return checkpoint


def _refuse_agreement(*, agree: bool) -> None:
    if agree:
        raise SangbongError("liaison.proof_empty")


def _check_roots(signed: Mapping[str, JsonValue], keys: _Keys) -> str:
    fields = Fields(signed, "first", "path", "root", "second")
    first = _checkpoint(signed["first"], keys)
    second = _checkpoint(signed["second"], keys)
    root = bytes.fromhex(fields.text("root", DIGEST_PATTERN))
    path = tuple(_hash(one) for one in fields.items("path", limit=_PATH_MAX))
    shown = verify_consistency(
        first=second.size, first_root=root, second=first.size, second_root=first.root, proof=path
    )
    if first.origin != second.origin or not shown:
        raise ValueError("not two checkpoints of one log")
    _refuse_agreement(agree=root == second.root)
    return str(first.origin)


def _check_extension(signed: Mapping[str, JsonValue], keys: _Keys) -> str:
    fields = Fields(signed, "between", "first", "frontier", "message")
    first = _checkpoint(signed["first"], keys)
    message = read_message(signed["message"])
    key = keys.of(message.signer)
    message.check_signed(key=key)
    check_note(message.note, key=NoteKey(str(first.origin), key.public, key.verifier))
    hashes = tuple(_hash(one) for one in fields.items("frontier", limit=_PATH_MAX))
    frontier = Frontier(message.start, hashes)
    items = fields.items("between", limit=_BETWEEN_MAX)
    between = tuple(read_leaf(one, message.start + n) for n, one in enumerate(items, start=1))
    held = frontier.extended(leaf.hash() for leaf in between)
    if message.checkpoint.origin != first.origin or message.checkpoint.size <= first.size:
        raise ValueError("not one log at two sizes")
    if (held.size, held.root()) != (first.size, first.root):
        raise ValueError("not what the first checkpoint stands for")
    led = frontier.extended(leaf.hash() for leaf in message.leaves).root()
    kept = message.leaves[: len(between)] == between
    _refuse_agreement(agree=kept and led == message.checkpoint.root)
    return str(first.origin)


def _check_numbers(signed: Mapping[str, JsonValue], keys: _Keys) -> str:
    fields = Fields(signed, "first", "second")
    first = _envelope(fields.text("first"), keys)
    second = _envelope(fields.text("second"), keys)
    if _stream(first.header) != _stream(second.header) or first.header.sender != keys.office:
        raise ValueError("not two envelopes of one stream")
    match second.header.sequence - first.header.sequence:
        case 0:
            _refuse_agreement(agree=first.digest == second.digest)
        case 1:
            _refuse_agreement(agree=second.header.previous == first.digest)
        case _:
            raise SangbongError("liaison.proof_empty")
    return first.header.dispatch_id


def _stream(header: Header) -> tuple[str, str, str, int]:
    return header.sender, header.recipient, header.stream, header.incarnation


def _envelope(text: str, keys: _Keys) -> Envelope:
    envelope = read_envelope(b64decode(text, validate=True))
    check_signed(envelope, verifier=keys.of(envelope.header.signer).verifier)
    return envelope


def _hash(value: object) -> bytes:
    if not isinstance(value, str) or not DIGEST_PATTERN.fullmatch(value):
        raise ValueError("not a hash")
    return bytes.fromhex(value)


_CHECKS: dict[ProofKind, Callable[[Mapping[str, JsonValue], _Keys], str]] = {
    ProofKind.ROOTS: _check_roots,
    ProofKind.EXTENSION: _check_extension,
    ProofKind.NUMBERS: _check_numbers,
}


def proof_digest(data: bytes) -> str:
    """The name of a proof file."""
    return sha256_hex(data)
