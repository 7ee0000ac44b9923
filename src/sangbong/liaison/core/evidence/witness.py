"""Each office keeps a log for each other office, and is the witness of the other's.

Keeping:

1. (LK1) A deed is logged in the transaction of the deed: both are durable, or neither.
2. (LK2) Nothing is signed that was not recomputed from the stored leaves, from the last checkpoint on
   up to the head, and found equal to the head's own frontier: a flipped bit stops the signing.
3. (LK3) A log signs only beginnings of itself. In a new incarnation a new log begins: its first leaf
   stands for the last checkpoint that is known of the old one, and the old one signs no more.

Witnessing what the other office shows, in this order:

1. (LW1) The message and its checkpoint are signed by the key of the generation that it names; the log is
   the other's towards us. Else nothing of it is taken.
2. (LW2) A cosignature of ours is kept if it is over a checkpoint that we signed; of any other it is said.
3. (LW3) A checkpoint of an earlier incarnation than the newest shown is passed over; one of a later
   incarnation begins a new log, and a person is told that the other office was restored.
4. (LW4) A checkpoint not larger than what we hold must have the root that our copy has at that size, else
   there are two histories.
5. (LW5) A larger one whose leaves begin after what we hold is a gap: nothing is taken; `have` in our next
   message says from where to tell it again.
6. (LW6) A larger one is taken if the leaves that we hold already are the same and the rest lead to its
   root; then our copy grows by them and we cosign. Else there are two histories.
7. (LW7) Two histories are kept as a proof (equivocation.py) and shown to a person. That log is cosigned
   no more; only the other office's next incarnation begins another. Dispatches go on, because
   silence costs more than distrust.
8. (LW8) We cosign only what LW4 or LW6 found right, with our own time, and give the last one each time: a
   lost answer costs nothing.
9. (LW9) What the other office writes after it holds our cosignature of a time, it writes after all that
   we had from it before that time. So once a checkpoint at its head is right, every dispatch and
   receipt that we had before then stands in its log; one that does not is told to a person. That
   accuses nobody: only proofs do.
10. (LW10) A contact at which nothing else is told shows our log all the same while its head is not
   cosigned, or while the other office, as far as it said, lacks our last cosignature. By a line the
   same is not shown twice within `SHOWN_AGAIN`, but one that shows that it lacks our cosignature is
   answered. Showing writes no leaf by itself then, so it comes to an end.

All of it may come late, twice, in another order or not at all, without harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Protocol

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.evidence.checkpoint import (
    COSIGNATURE,
    Checkpoint,
    Note,
    NoteKey,
    Origin,
    check_cosigned,
    check_note,
    cosign,
    key_id,
    office_key_name,
    read_checkpoint,
    read_note,
    sign_checkpoint,
)
from sangbong.liaison.core.evidence.equivocation import (
    ProofKind,
    SignedNote,
    extension_proof,
    roots_proof,
    write_proof,
)
from sangbong.liaison.core.evidence.evidence import (
    LEAVES_MAX,
    Act,
    Identity,
    Leaf,
    Message,
    PublicKey,
    read_message,
    write_message,
)
from sangbong.liaison.core.evidence.merkle import Frontier, consistency_proof, root_of

SHOWN_AGAIN = timedelta(hours=1)
KeyOf = Callable[[int], PublicKey]
"""The other office's signing key of a generation; raises what `office.queries` raises."""


@dataclass(frozen=True, slots=True)
class Log:
    """One log, ours or our copy of the other's.

    `told`: how much of ours the witness says it holds. `disputed`: its keeper signed two histories.
    `whole_before`: all that we had from its keeper before this time (seconds since 1970 by our own
    clock) must stand in it: rule LW9; 0 says nothing.
    """

    origin: Origin
    frontier: Frontier = field(default_factory=Frontier)
    told: int = 0
    disputed: bool = False
    whole_before: int = 0

    @property
    def size(self) -> int:
        """How many leaves are stored."""
        return self.frontier.size


@dataclass(frozen=True, slots=True)
class Kept:
    """A checkpoint as kept: the signed note, the frontier it stands for, and its cosignature.

    `generation` and `public` tell the key that signed it. `cosigned` is the text with the witness's line
    alone, `seconds` its time; empty and 0 before.
    """

    frontier: Frontier
    note: bytes
    generation: int
    public: bytes
    cosigned: bytes = b""
    seconds: int = 0


class Book(Protocol):
    """What is stored of logs; it judges nothing. Logs are held for change until the commit."""

    def log(self, origin: Origin) -> Log | None:
        """A log, held for change; None before its first leaf or checkpoint."""
        ...

    def newest(self, office: OfficeCode, witness: OfficeCode) -> Origin | None:
        """The log of the latest incarnation that is stored of one office towards another."""
        ...

    def save(self, log: Log) -> None:
        """Keep a log, new or changed."""
        ...

    def add(self, origin: Origin, leaves: Sequence[Leaf]) -> None:
        """Keep leaves that follow those stored; the log was saved before."""
        ...

    def leaves(self, origin: Origin, *, after: int, through: int) -> Iterable[Leaf]:
        """The stored leaves with numbers in `after + 1 … through`, in order."""
        ...

    def kept(self, origin: Origin, *, at_most: int) -> Kept | None:
        """The largest checkpoint kept of a log that is not larger than `at_most`."""
        ...

    def cosigned(self, origin: Origin) -> Kept | None:
        """The largest checkpoint kept of a log that its witness cosigned."""
        ...

    def keep(self, origin: Origin, kept: Kept) -> None:
        """Keep a checkpoint, new or newly cosigned."""
        ...


class Shown(StrEnum):
    """What a message of the other office turned out to be."""

    NOTHING = "nothing"
    COSIGNED = "cosigned"
    KNOWN = "known"
    EARLIER = "earlier"
    GAP = "gap"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one message.

    `restored`: the other office began a new incarnation. `forgotten`: the incarnation in which the
    other office holds more of our log than we do, so ours is an old copy that was put back; 0 for
    none. `proofs` are new proof files, `stray` says that a cosignature was over a checkpoint we do
    not know. `owed`: the other office has shown that it lacks our last cosignature.
    """

    shown: Shown
    restored: bool = False
    forgotten: int = 0
    stray: bool = False
    owed: bool = False
    proofs: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """Whether our log is to be shown at a contact for its own sake, and how all stands: rule LW10."""

    due: bool
    state: tuple[object, ...]


def due(book: Book, origin: Origin) -> Due:
    """What a contact owes to the two logs when nothing else is told: rule LW10."""
    log, got = book.log(origin), book.cosigned(origin)
    theirs = book.newest(origin.witness, origin.office)
    copy, given = (book.log(theirs), book.cosigned(theirs)) if theirs else (None, None)
    size, cosigned = log.size if log else 0, got.frontier.size if got else 0
    lacks = copy is not None and not copy.disputed and _lacks(copy.whole_before, given)
    state = (
        *(origin.incarnation, size, log.told if log else 0, cosigned, got.seconds if got else 0),
        *(str(theirs), copy.size if copy else 0, given.seconds if given else 0, lacks),
    )
    return Due(size > cosigned or lacks, state)


def _lacks(holds: int, given: Kept | None) -> bool:
    """Whether one that holds a cosignature of ours of this time lacks the last one."""
    return given is not None and holds < given.seconds


def log_acts(book: Book, origin: Origin, acts: Sequence[tuple[str, str]]) -> list[Leaf]:
    """Write deeds of ours, each a kind and a digest, into our log towards an office: rules LK1 and LK3."""
    log = book.log(origin) or _begin(book, origin)
    leaves = [Leaf(kind, digest, log.size + n) for n, (kind, digest) in enumerate(acts, start=1)]
    book.save(replace(log, frontier=log.frontier.extended(leaf.hash() for leaf in leaves)))
    book.add(origin, leaves)
    return leaves


def _begin(book: Book, origin: Origin) -> Log:
    """Begin a log: rule LK3."""
    log = Log(origin)
    before = book.newest(origin.office, origin.witness)
    last = book.kept(before, at_most=book_size(book, before)) if before else None
    if last is None:
        book.save(log)
        return log
    text = read_note(last.note).text
    leaf = Leaf(Act.RESTORED.value, sha256(text.encode()).hexdigest(), 1)
    log = replace(log, frontier=log.frontier.extended([leaf.hash()]))
    book.save(log)
    book.add(origin, [leaf])
    return log


def book_size(book: Book, origin: Origin) -> int:
    """How much is stored of a log."""
    log = book.log(origin)
    return log.size if log else 0


def message_for(book: Book, origin: Origin, *, identity: Identity) -> dict[str, JsonValue]:
    """What we show the witness of our log: rules LK2, LK3 and LW8. Commit before it leaves the office.

    Raises:
        SangbongError: `liaison.log_damaged`: our storage's fault; nothing is signed.
    """
    log = book.log(origin) or _begin(book, origin)
    start = min(log.told, log.size)
    through = min(log.size, start + LEAVES_MAX)
    kept = _checkpoint_at(book, log, through, identity=identity)
    theirs = book.newest(origin.witness, origin.office) or Origin(origin.witness, origin.office)
    given, got = _given(book, theirs, identity=identity), book.cosigned(origin)
    return write_message(
        checkpoint=kept.note,
        cosigned=given,
        start=start,
        leaves=list(book.leaves(origin, after=start, through=through)),
        have=(theirs.incarnation, book_size(book, theirs)),
        heard=got.seconds if got else 0,
        identity=identity,
    )


def _given(book: Book, theirs: Origin, *, identity: Identity) -> bytes:
    """Our last cosignature of the other's log, by our present key and with its time: rule LW8."""
    kept = book.cosigned(theirs)
    if kept is None:
        return b""
    name = office_key_name(theirs.witness)
    note = read_note(kept.cosigned)
    if note.only(name, key_id(name, identity.public, COSIGNATURE)).signatures:
        return kept.cosigned
    cosigned = cosign(
        note.text,
        seconds=kept.seconds,
        name=name,
        signer=identity.signer,
        public=identity.public,
    )
    book.keep(theirs, replace(kept, cosigned=cosigned))
    return cosigned


def _checkpoint_at(book: Book, log: Log, through: int, *, identity: Identity) -> Kept:
    """The checkpoint at a size, signed by our present key: rule LK2."""
    base = book.kept(log.origin, at_most=through)
    if base is not None and base.frontier == log.frontier:
        _refuse_damage(intact=_is_of(base, log.origin), number=through)
        frontier = base.frontier
    else:
        frontier = _recomputed(book, log, base, through=through)
    same = base if base is not None and base.frontier.size == through else None
    if same is not None and same.generation == identity.generation:
        return same
    checkpoint = Checkpoint(log.origin, through, frontier.root())
    note = sign_checkpoint(checkpoint, signer=identity.signer, public=identity.public)
    signed = Kept(frontier, note, identity.generation, identity.public)
    if same is not None:
        # the text is the same, so its cosignature still stands
        signed = replace(signed, cosigned=same.cosigned, seconds=same.seconds)
    book.keep(log.origin, signed)
    return signed


def _is_of(kept: Kept, origin: Origin) -> bool:
    text = Checkpoint(origin, kept.frontier.size, kept.frontier.root()).text()
    return read_note(kept.note).text == text


def _recomputed(book: Book, log: Log, base: Kept | None, *, through: int) -> Frontier:
    """The frontier at `through`, from the stored leaves up to the head: rule LK2."""
    start = base.frontier if base else Frontier()
    _refuse_damage(intact=base is None or _is_of(base, log.origin), number=start.size)
    hashes = [leaf.hash() for leaf in book.leaves(log.origin, after=start.size, through=log.size)]
    frontier = start.extended(hashes[: through - start.size])
    head = frontier.extended(hashes[through - start.size :])
    _refuse_damage(intact=head == log.frontier, number=log.size)
    return frontier


def _refuse_damage(*, intact: bool, number: int) -> None:
    if not intact:
        raise SangbongError("liaison.log_damaged", number=number)


def judge_message(
    book: Book, value: JsonValue, *, own: Origin, identity: Identity, key_of: KeyOf, now: datetime
) -> Verdict:
    """Witness what the other office shows us: rules LW1 to LW8. `own` is our log towards it.

    Raises:
        SangbongError: `liaison.evidence_garbled`, `liaison.note_garbled`,
            `liaison.checkpoint_garbled`, `liaison.evidence_unsigned`, `liaison.note_unsigned`,
            `liaison.checkpoint_other_log`, `liaison.version_unknown` or what `key_of` raises; the
            other office's fault, and nothing is taken.
    """
    if not value:
        return Verdict(Shown.NOTHING)
    message = read_message(value)
    origin = message.checkpoint.origin
    if (origin.office, origin.witness) != (own.witness, own.office):
        raise SangbongError("liaison.checkpoint_other_log", origin=str(origin))
    key = key_of(message.signer)
    message.check_signed(key=key)
    check_note(message.note, key=NoteKey(str(origin), key.public, key.verifier))
    stray, forgotten = _take_answers(book, message, own=own, key=key)
    newest = book.newest(origin.office, origin.witness)
    if newest is not None and origin.incarnation < newest.incarnation:
        return Verdict(Shown.EARLIER, stray=stray, forgotten=forgotten)
    judge = _Judge(book, message, value, book.log(origin) or Log(origin), identity, key, now)
    shown, proofs = judge.judge()
    given = book.cosigned(origin) if shown in {Shown.COSIGNED, Shown.KNOWN} else None
    return Verdict(
        shown,
        owed=shown is Shown.COSIGNED or _lacks(message.heard, given),
        restored=newest is not None and origin.incarnation > newest.incarnation,
        forgotten=forgotten,
        stray=stray,
        proofs=proofs,
    )


def _take_answers(book: Book, message: Message, *, own: Origin, key: PublicKey) -> tuple[bool, int]:
    """Keep what the message says about our own log: rule LW2. Whether it is stray, and forgotten."""
    stray = False
    if message.cosigned is not None:
        stray = not _take_cosignature(book, message.cosigned, own=own, key=key)
    log = book.log(own)
    # of a later log of ours than it speaks of, the witness holds nothing (any more)
    told = message.have_size if message.have_incarnation == own.incarnation else 0
    if log is not None and log.told != told:
        book.save(replace(log, told=told))
    later = message.have_incarnation > own.incarnation
    more = later or told > (log.size if log else 0)
    return stray, message.have_incarnation if more else 0


def _take_cosignature(book: Book, note: Note, *, own: Origin, key: PublicKey) -> bool:
    checkpoint = read_checkpoint(note.text)
    name = office_key_name(own.witness)
    seconds = check_cosigned(note, key=NoteKey(name, key.public, key.verifier))
    kept = book.kept(checkpoint.origin, at_most=checkpoint.size)
    ours = checkpoint.origin.office == own.office and checkpoint.origin.witness == own.witness
    if not ours or kept is None or read_note(kept.note).text != note.text:
        return False
    if seconds > kept.seconds:
        book.keep(checkpoint.origin, replace(kept, cosigned=note.encode(), seconds=seconds))
    return True


@dataclass(frozen=True, slots=True)
class _Judge:
    """One checkpoint of the other's log against our copy of it: rules LW4 to LW8."""

    book: Book
    message: Message
    value: JsonValue
    log: Log
    identity: Identity
    key: PublicKey
    now: datetime

    def judge(self) -> tuple[Shown, tuple[bytes, ...]]:
        if self.log.disputed:
            return Shown.DISPUTED, ()
        if self.message.checkpoint.size <= self.log.size and self._exists():
            return self._against_what_we_hold()
        if self.message.start > self.log.size:
            return Shown.GAP, ()
        return self._beyond_what_we_hold()

    def _exists(self) -> bool:
        return self.book.log(self.log.origin) is not None

    def _against_what_we_hold(self) -> tuple[Shown, tuple[bytes, ...]]:
        """Rule LW4."""
        shown, origin = self.message.checkpoint, self.log.origin
        base = self.book.kept(origin, at_most=shown.size)
        start = base.frontier if base else Frontier()
        between = self.book.leaves(origin, after=start.size, through=shown.size)
        root = start.extended(leaf.hash() for leaf in between).root()
        if root == shown.root:
            self._save(self.log.frontier)
            return Shown.KNOWN, ()
        last = self.book.kept(origin, at_most=self.log.size)
        assert last is not None, "our copy ends at a checkpoint"  # noqa: S101 -- rule LW6
        hashes = [leaf.hash() for leaf in self._held()]
        return self._dispute(
            ProofKind.ROOTS,
            roots_proof(
                SignedNote(last.note, last.generation),
                SignedNote(self.message.note.encode(), self.message.signer),
                root=root_of(hashes[: shown.size]),
                path=consistency_proof(hashes, shown.size),
            ),
            last,
        )

    def _held(self) -> Iterable[Leaf]:
        return self.book.leaves(self.log.origin, after=0, through=self.log.size)

    def _beyond_what_we_hold(self) -> tuple[Shown, tuple[bytes, ...]]:
        """Rule LW6."""
        message, origin = self.message, self.log.origin
        held = list(self.book.leaves(origin, after=message.start, through=self.log.size))
        fresh = message.leaves[len(held) :]
        frontier = self.log.frontier.extended(leaf.hash() for leaf in fresh)
        same = list(message.leaves[: len(held)]) == held
        if same and frontier.root() == message.checkpoint.root:
            self._take(frontier, fresh)
            return Shown.COSIGNED, ()
        last = self.book.kept(origin, at_most=self.log.size)
        if last is None:
            # nothing signed of this log was ever taken: two things cannot contradict
            raise SangbongError("liaison.evidence_garbled")
        before = [leaf.hash() for leaf in self.book.leaves(origin, after=0, through=message.start)]
        return self._dispute(
            ProofKind.EXTENSION,
            extension_proof(
                SignedNote(last.note, last.generation),
                self.value,
                frontier=Frontier().extended(before),
                between=held,
            ),
            last,
        )

    def _take(self, frontier: Frontier, fresh: Sequence[Leaf]) -> None:
        text, message = self.message.note.text, self.message
        self._save(frontier)
        self.book.add(self.log.origin, fresh)
        seconds = int(self.now.timestamp())
        cosigned = cosign(
            text,
            seconds=seconds,
            name=office_key_name(self.log.origin.witness),
            signer=self.identity.signer,
            public=self.identity.public,
        )
        note = message.note.encode()
        kept = Kept(frontier, note, message.signer, self.key.public, cosigned, seconds)
        self.book.keep(self.log.origin, kept)

    def _save(self, frontier: Frontier) -> None:
        """Keep our copy, and rule LW9."""
        told = self.message.heard if self.message.is_whole else 0
        before = max(told, self.log.whole_before)
        self.book.save(replace(self.log, frontier=frontier, whole_before=before))

    def _dispute(
        self, kind: ProofKind, signed: dict[str, JsonValue], last: Kept
    ) -> tuple[Shown, tuple[bytes, ...]]:
        """Rule LW7."""
        origin = self.log.origin
        proof = write_proof(
            kind,
            signed,
            accused=origin.office,
            by=origin.witness,
            now=self.now,
            keys={last.generation: last.public, self.key.generation: self.key.public},
        )
        self.book.save(replace(self.log, disputed=True))
        return Shown.DISPUTED, (proof,)
