"""What one office's channel stores: rows as plain values, and the small methods that keep them.

Every decision of the channel (custody, receipts, applying, exchanges, restores) is a function over a
`Ledger`. The office's is its database (operations/ledger.py), the simulator's lives in memory. Both
keep what they are given and judge nothing.

1. (G1) A row is known by its dispatch id; a stream by the other office, its name and the incarnation
   of the office that numbers it (`StreamKey`).
2. (G2) Methods that take collections answer in one pass: a batch costs a fixed number of questions.
3. (G3) Everything saved between two commits becomes durable at once or not at all; nothing that
   was read before the commit is shown to the other side before it.
4. (G4) A row read for change is held until the commit: no other deed changes it meanwhile.
5. (G5) The literal bytes of an envelope are kept beside its row, under its digest, and never change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.states import DispatchState


@dataclass(frozen=True, slots=True, order=True)
class StreamKey:
    """One matter with one other office, as numbered in one incarnation of its sender."""

    other: OfficeCode
    name: str
    incarnation: int


@dataclass(frozen=True, slots=True)
class Peer:
    """What we remember of the channel with one office.

    `incarnation` is the highest that its exchanges told (0: none yet); `epochs_done` the last of our
    receive keys' epochs that it says it holds nothing for; `told_incarnation` is the incarnation of
    the last exchange handed over to it, `announced` the last of ours that a dispatch told it.
    """

    code: OfficeCode
    incarnation: int = 0
    epochs_done: int = 0
    told_incarnation: int = 0
    announced: int = 0


@dataclass(frozen=True, slots=True)
class OutStream:
    """A stream of ours towards one office.

    `settled_through`: everything up to this number is final; `settled_owed`: the other side was not
    told so yet; `heard_through`: the prefix that the other side, in its present incarnation, said
    that it holds.
    """

    key: StreamKey
    last_sequence: int = 0
    last_digest: str = ""
    settled_through: int = 0
    settled_owed: bool = False
    heard_through: int = 0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A dispatch that we sealed.

    `epoch` is the number of the recipient's receive key that sealed it. `code` is the other side's
    reason for a refusal, `receipt` its literal last receipt. `offer_again`: the other side lost it
    in a restore, so it is carried once more, whatever its state says.
    """

    id: str
    key: StreamKey
    sequence: int
    kind: str
    digest: str
    size: int
    epoch: int
    urgent: bool
    film: str
    pieces: int
    clearance: Mapping[str, JsonValue]
    state: DispatchState
    sealed_at: datetime
    code: str = ""
    carried_at: datetime | None = None
    received_at: datetime | None = None
    final_at: datetime | None = None
    receipt: bytes = b""
    returned_code: str = ""
    returned_at: datetime | None = None
    offer_again: bool = False

    @property
    def waits(self) -> bool:
        """Whether it is to be carried (again)."""
        return self.state.in_our_custody or self.offer_again


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A dispatch of ours that the other side holds and that a restore made us forget.

    `digest` and `state` are known once a receipt told them.
    """

    id: str
    key: StreamKey
    sequence: int
    learned_at: datetime
    digest: str = ""
    state: DispatchState = DispatchState.RECEIVED
    code: str = ""


@dataclass(frozen=True, slots=True)
class InStream:
    """A stream of another office towards us.

    `received_through` is the prefix without a gap that we have custody of; `highest` the highest
    number stored; `heard_owed`: the sender was not told of this prefix yet; `ends_at` the last
    number that its sender still knows of after a restore (None: no restore), so that a gap beyond it
    is not waited for.
    """

    key: StreamKey
    applied_through: int = 0
    received_through: int = 0
    highest: int = 0
    heard_owed: bool = False
    ends_at: int | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A dispatch of another office that we hold.

    While it is *arriving* some of its film's pieces are missing: there is no custody yet, and
    `received_at` is when the envelope came; afterwards it is when everything was durable. `kind` is
    known once it is opened. `receipt` is the literal final receipt, empty before.
    """

    id: str
    key: StreamKey
    sequence: int
    digest: str
    previous: str
    size: int
    epoch: int
    urgent: bool
    film: str
    pieces: int
    state: DispatchState
    received_at: datetime
    kind: str = ""
    code: str = ""
    final_at: datetime | None = None
    receipt: bytes = b""
    receipt_owed: bool = True


@dataclass(frozen=True, slots=True)
class Return:
    """A signed answer to an envelope that we could not take, until a carrier takes it back."""

    digest: str
    recipient: OfficeCode
    receipt: bytes
    returned_at: datetime
    carried_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What is kept of something that was not taken: evidence, and nothing to act upon.

    `digest` is the SHA-256 of all of it; `claimed` is who it says it is from, not proved, empty where it does not say; `carrier` the office
    whose line or stick brought it; `beginning` its first `TRACE_BYTES` bytes.
    """

    digest: str
    code: str
    at: datetime
    claimed: str
    carrier: str
    length: int
    beginning: bytes


@dataclass(frozen=True, slots=True)
class BundleMark:
    """One bundle that we wrote or read. `number` counts its writer's bundles to the reader."""

    bundle: str
    outgoing: bool
    other: OfficeCode
    number: int
    started_at: datetime
    finished_at: datetime | None = None
    envelopes: int = 0
    receipts: int = 0
    pieces: int = 0


class OwnLedger(Protocol):
    """Who we are in the channel, and what we remember of each other office."""

    def incarnation(self) -> int:
        """Our incarnation as stored, from 1; 0 in a ledger that never was given one."""
        ...

    def set_incarnation(self, number: int) -> None:
        """Begin a new incarnation."""
        ...

    def height(self) -> int:
        """A number that never falls: it grows with every dispatch kept, sent or received, and with
        every number of a stream that is settled or applied.
        """
        ...

    def peer(self, code: OfficeCode) -> Peer:
        """What we remember of an office; a fresh one where nothing is."""
        ...

    def save_peer(self, peer: Peer) -> None:
        """Keep what we remember of an office."""
        ...


class OutLedger(Protocol):
    """What we sent."""

    def out_streams(self, keys: Collection[StreamKey]) -> dict[StreamKey, OutStream]:
        """These streams of ours; one never used is fresh."""
        ...

    def out_streams_to(self, other: OfficeCode) -> list[OutStream]:
        """Every stream towards an office, of every incarnation, in a fixed order."""
        ...

    def save_out_streams(self, streams: Iterable[OutStream]) -> None:
        """Keep streams of ours."""
        ...

    def outgoing(self, ids: Collection[str]) -> dict[str, Outgoing]:
        """Those of these dispatches that we know we sent."""
        ...

    def outgoing_of(self, digest: str, *, other: OfficeCode) -> Outgoing | None:
        """The dispatch to an office whose envelope has this digest."""
        ...

    def outgoing_after(self, key: StreamKey, sequence: int) -> Iterable[Outgoing]:
        """The dispatches of a stream after a number, in order."""
        ...

    def waiting(self, other: OfficeCode, *, rested_before: datetime | None) -> list[Outgoing]:
        """Every dispatch that `waits`, urgent ones first, then the oldest first.

        With `rested_before`, those that the other side returned since then are left out.
        """
        ...

    def offered_again(self, other: OfficeCode) -> list[Outgoing]:
        """The dispatches to an office that are marked `offer_again`, in a fixed order."""
        ...

    def epochs_waiting(self, other: OfficeCode) -> set[int]:
        """The epochs of an office's receive keys that waiting dispatches are sealed to."""
        ...

    def add_outgoing(self, rows: Sequence[tuple[Outgoing, bytes]]) -> None:
        """Keep new dispatches with their envelopes."""
        ...

    def save_outgoing(self, rows: Iterable[Outgoing]) -> None:
        """Keep changed dispatches."""
        ...

    def forgotten(self, ids: Collection[str]) -> dict[str, Forgotten]:
        """Those of these dispatches that we forgot and learned of again."""
        ...

    def forgotten_after(self, key: StreamKey, sequence: int) -> Iterable[Forgotten]:
        """The forgotten dispatches of a stream after a number, in order."""
        ...

    def save_forgotten(self, rows: Iterable[Forgotten]) -> None:
        """Keep forgotten dispatches, new or changed."""
        ...

    def envelope(self, digest: str) -> bytes:
        """The literal bytes of an envelope, sent or received."""
        ...


class InLedger(Protocol):
    """What came in."""

    def in_streams(self, keys: Collection[StreamKey]) -> dict[StreamKey, InStream]:
        """These streams of another office; one never seen is fresh."""
        ...

    def in_streams_from(self, other: OfficeCode) -> list[InStream]:
        """Every stream that an office sends to us, of every incarnation, in a fixed order."""
        ...

    def save_in_streams(self, streams: Iterable[InStream]) -> None:
        """Keep streams of another office."""
        ...

    def incoming(self, ids: Collection[str]) -> dict[str, Incoming]:
        """Those of these dispatches that we hold."""
        ...

    def incoming_after(self, key: StreamKey, sequence: int) -> Iterable[Incoming]:
        """The dispatches of a stream after a number, in order."""
        ...

    def arriving_with(self, film: str) -> list[Incoming]:
        """The *arriving* dispatches that wait for this film."""
        ...

    def next_to_apply(self, *, passing_over: Collection[str]) -> Incoming | None:
        """The oldest *received* dispatch whose turn it is in its stream (inbox.py, rule I7)."""
        ...

    def epochs_unopened(self, *, finished_after: datetime) -> set[int]:
        """The epochs of our receive keys that dispatches are sealed to which are not yet applied or
        refused, or only since then: a database put back from a backup opens those once more.
        """
        ...

    def add_incoming(self, rows: Sequence[tuple[Incoming, bytes]]) -> None:
        """Keep new dispatches with their envelopes."""
        ...

    def save_incoming(self, rows: Iterable[Incoming]) -> None:
        """Keep changed dispatches."""
        ...

    def envelope(self, digest: str) -> bytes:
        """The literal bytes of an envelope, sent or received."""
        ...


class TellLedger(Protocol):
    """What we have to tell, and what we keep of what was not taken."""

    def receipts_owed(self, other: OfficeCode, *, limit: int) -> list[Incoming]:
        """Dispatches that an office may not have our last receipt of, oldest first."""
        ...

    def stop_owing(self, key: StreamKey, *, through: int) -> None:
        """No receipt is owed any more for a final dispatch of this stream up to this number."""
        ...

    def settled_owed(self, other: OfficeCode, *, limit: int) -> list[OutStream]:
        """Streams whose settled prefix an office was not told yet."""
        ...

    def heard_owed(self, other: OfficeCode, *, limit: int) -> list[InStream]:
        """Streams of an office whose received prefix it was not told yet."""
        ...

    def returns(self, other: OfficeCode, *, limit: int) -> list[Return]:
        """Signed answers for an office that no carrier took yet."""
        ...

    def save_returns(self, rows: Iterable[Return]) -> None:
        """Keep signed answers, new or changed."""
        ...

    def returns_carried(self, digests: Collection[str], *, now: datetime) -> None:
        """These signed answers were handed to a carrier."""
        ...

    def add_trace(self, trace: Trace) -> None:
        """Keep what was not taken; the oldest are dropped beyond a bound."""
        ...

    def bundle(self, bundle: str) -> BundleMark | None:
        """A bundle that we wrote or read, by its id."""
        ...

    def last_bundle(self, other: OfficeCode, *, outgoing: bool) -> int:
        """The highest number of a bundle written to, or read from, an office; 0 for none."""
        ...

    def save_bundle(self, mark: BundleMark) -> None:
        """Keep a bundle's mark, new or changed."""
        ...


TRACE_BYTES = 1024


class Ledger(OwnLedger, OutLedger, InLedger, TellLedger, Protocol):
    """All that one office's channel stores."""
