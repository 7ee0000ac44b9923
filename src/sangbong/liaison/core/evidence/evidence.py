"""What an office's log says, and what two offices show each other of their logs at each contact.

1. (EV1) A leaf is canonical JSON of exactly `digest`, `kind` and `number`; the number is the leaf's
   place in its log, from 1. A leaf says nothing about people: its digest is over bytes that are
   sealed, signed or salted already.
2. (EV2) The digest of a `dispatch` (an envelope sealed for the reader) is the envelope's; so is that of
   `received`, `applied` and `refused` (a receipt given about the reader's envelope). That of a
   `statement` is the SHA-256 of the key statement, that of a `line` the SHA-256 of the recorded fact.
   That of a `trail` is over a salt and the audit trail's head, because that head
   alone could be used to check a guess. That of `restored`, the first leaf of a later incarnation, is
   over the text of the last checkpoint that is known of the incarnation before. A reader takes other
   kinds too: a later version may log more.
3. (EV3) The evidence member of an exchange is `{}` (nothing shown) or has exactly its nine members, each
   in bounds; another `version` is refused as unknown.
4. (EV4) `leaves` are those of the writer's log after the first `from`, up to its `checkpoint`, at most
   `LEAVES_MAX`: the whole way from one checkpoint to the next, so the reader recomputes the root.
5. (EV5) `cosigned` is a checkpoint of the *reader's* log with the writer's cosignature, the last one
   that the writer found right. `have` is which incarnation of the reader's log the writer holds, and
   how much of it. `heard` is the time in the last cosignature that the writer holds of the reader's:
   what the reader had before that time, the writer has logged.
6. (EV6) The writer's signature is over the tag and the SHA-256 of the canonical JSON of all other
   members: what it shows, it answers for.

Source: safety.md T03, T11; spec/evidence.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from sangbong.kernel.canonical import JsonValue, canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.evidence.checkpoint import (
    INCARNATION_MAX,
    NOTE_BYTES_MAX,
    SECONDS_MAX,
    Checkpoint,
    Note,
    read_checkpoint,
    read_note,
)
from sangbong.liaison.core.evidence.merkle import SIZE_MAX, leaf_hash
from sangbong.liaison.core.wire.fields import (
    DIGEST_PATTERN,
    GENERATION_MAX,
    Fields,
    refuse_other_version,
)
from sangbong.liaison.core.wire.ports import SIGNATURE_BYTES, Signer, Verifier

VERSION = 1
PURPOSE_TAG = b"sangbong evidence 1\n"
SALT_TAG = b"sangbong trail salt 1\n"
LEAVES_MAX = 4_000
KIND_PATTERN = re.compile(r"[a-z]{2,20}")
_SIGNATURE_PATTERN = re.compile(rf"[0-9a-f]{{{2 * SIGNATURE_BYTES}}}")
_MEMBERS = (
    "checkpoint",
    "cosigned",
    "from",
    "have",
    "heard",
    "leaves",
    "signature",
    "signer",
    "version",
)


class Act(StrEnum):
    """What this version logs: rule EV2."""

    DISPATCH = "dispatch"
    RECEIVED = "received"
    APPLIED = "applied"
    REFUSED = "refused"
    STATEMENT = "statement"
    LINE = "line"
    TRAIL = "trail"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing that an office did towards another: rule EV1."""

    kind: str
    digest: str
    number: int

    def encode(self) -> bytes:
        """The leaf's canonical bytes; written out, since a log has very many."""
        return f'{{"digest":"{self.digest}","kind":"{self.kind}","number":{self.number}}}'.encode()

    def hash(self) -> bytes:
        """What stands for the leaf in the tree."""
        return leaf_hash(self.encode())


def trail_salt(signer: Signer, *, origin: str, number: int) -> bytes:
    """A salt that only we can make and anyone can be shown: a hash of a signature nobody sees."""
    return sha256(SALT_TAG + signer.sign(SALT_TAG + f"{origin}\n{number}\n".encode())).digest()


def trail_digest(salt: bytes, head: str) -> str:
    """The digest of a `trail` leaf: rule EV2."""
    return sha256_hex(SALT_TAG + salt + bytes.fromhex(head))


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One generation of an office's signing key."""

    generation: int
    public: bytes
    verifier: Verifier


@dataclass(frozen=True, slots=True)
class Identity:
    """Our own signing key in its present generation."""

    generation: int
    public: bytes
    signer: Signer


@dataclass(frozen=True, slots=True)
class Message:
    """One evidence member as read: rules EV3 to EV6. `value` is the object it was read from."""

    note: Note
    checkpoint: Checkpoint
    cosigned: Note | None
    start: int
    leaves: tuple[Leaf, ...]
    have_incarnation: int
    have_size: int
    heard: int
    signer: int
    signature: bytes
    digest: bytes

    @property
    def is_whole(self) -> bool:
        """Whether the checkpoint is surely at the head of the log: rule EV4 left no leaf for later."""
        return len(self.leaves) < LEAVES_MAX

    def check_signed(self, *, key: PublicKey) -> None:
        """Rule EV6: the writer's key signed the whole.

        Raises:
            SangbongError: `liaison.evidence_unsigned`, the writer's or the carrier's fault.
        """
        if not key.verifier.verifies(self.signature, PURPOSE_TAG + self.digest):
            raise SangbongError("liaison.evidence_unsigned", code=self.checkpoint.origin.office)


def write_message(
    *,
    checkpoint: bytes,
    cosigned: bytes,
    start: int,
    leaves: Sequence[Leaf],
    have: tuple[int, int],
    heard: int,
    identity: Identity,
) -> dict[str, JsonValue]:
    """The evidence member of our exchange, signed."""
    value: dict[str, JsonValue] = {
        "checkpoint": checkpoint.decode(),
        "cosigned": cosigned.decode(),
        "from": start,
        "have": list(have),
        "heard": heard,
        "leaves": [[leaf.kind, leaf.digest] for leaf in leaves],
        "signer": identity.generation,
        "version": VERSION,
    }
    digest = sha256(canonical_bytes(value)).digest()
    return {**value, "signature": identity.signer.sign(PURPOSE_TAG + digest).hex()}


def read_message(value: JsonValue) -> Message:
    """Read an evidence member that is not `{}`, believing nothing of it: rules EV3 and EV4.

    Raises:
        SangbongError: `liaison.evidence_garbled`, `liaison.note_garbled`,
            `liaison.checkpoint_garbled` or `liaison.version_unknown`; the writer's fault.
    """
    refuse_other_version(value, VERSION)
    try:
        return _read_members(value)
    except ValueError as error:
        raise SangbongError("liaison.evidence_garbled") from error


def _read_members(value: JsonValue) -> Message:
    fields = Fields(value, *_MEMBERS)
    fields.number("version", lowest=VERSION, highest=VERSION)
    note = read_note(_note_bytes(fields.text("checkpoint")))
    checkpoint = read_checkpoint(note.text)
    cosigned = fields.text("cosigned")
    start = fields.number("from", lowest=0, highest=checkpoint.size)
    items = fields.items("leaves", limit=LEAVES_MAX)
    if start + len(items) != checkpoint.size:
        raise ValueError("the leaves do not lead to the checkpoint")
    incarnation, size = _pair(fields.items("have", limit=2))
    have = Fields({"incarnation": incarnation, "size": size}, "incarnation", "size")
    assert isinstance(value, dict)  # noqa: S101 -- Fields asked already
    unsigned = {name: member for name, member in value.items() if name != "signature"}
    return Message(
        note=note,
        checkpoint=checkpoint,
        cosigned=read_note(_note_bytes(cosigned)) if cosigned else None,
        start=start,
        leaves=tuple(read_leaf(item, start + n) for n, item in enumerate(items, start=1)),
        have_incarnation=have.number("incarnation", lowest=1, highest=INCARNATION_MAX),
        have_size=have.number("size", lowest=0, highest=SIZE_MAX),
        heard=fields.number("heard", lowest=0, highest=SECONDS_MAX),
        signer=fields.number("signer", lowest=1, highest=GENERATION_MAX),
        signature=bytes.fromhex(fields.text("signature", _SIGNATURE_PATTERN)),
        digest=sha256(canonical_bytes(unsigned)).digest(),
    )


def _note_bytes(text: str) -> bytes:
    if len(text) > NOTE_BYTES_MAX:
        raise ValueError("longer than any note")
    return text.encode()


def _pair(items: object) -> tuple[object, object]:
    if not isinstance(items, list) or len(items) != 2:
        raise ValueError("not a pair")
    return items[0], items[1]


def read_leaf(item: object, number: int) -> Leaf:
    """Read a leaf from its kind and digest.

    Raises:
        ValueError: not a leaf: the writer's fault.
    """
    kind, digest = _pair(item)
    if not _fits(kind, KIND_PATTERN) or not _fits(digest, DIGEST_PATTERN):
        raise ValueError("not a leaf")
    return Leaf(str(kind), str(digest), number)


def _fits(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
