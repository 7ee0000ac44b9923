"""Planted bugs: each is one mistake that somebody could make, and the checkers must see it.

A mutant changes a production function or a part of the simulated office for the time of one run.
Where production has a second guard against the same mistake (a constraint of the database, say), the
mutant takes that one away too: it asks whether the checkers see, not whether it can happen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator import acts, papers, visits
from sangbong.lab.simulator import world as worlds
from sangbong.lab.simulator.keys import KeyRing, StandInSmith
from sangbong.lab.simulator.ledger import MemoryLedger
from sangbong.lab.simulator.sealing import StandInOpener, StandInSealer
from sangbong.lab.simulator.world import World
from sangbong.liaison.core.custody import applying, receiving, resync, sending, settling, telling
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.inbox import Arrival
from sangbong.liaison.core.custody.ledger import Incoming, InStream, OutStream, StreamKey
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.ports import Opener

Plant = Callable[[World], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug: its name, what it does, and how it gets into a world and out of it again."""

    name: str
    says: str
    planted: Plant


@contextmanager
def instead(owner: object, **others: Any) -> Iterator[None]:
    """Other functions in the place of a module's, for a while."""
    before = {name: getattr(owner, name) for name in others}
    try:
        for name, other in others.items():
            setattr(owner, name, other)
        yield
    finally:
        for name, original in before.items():
            setattr(owner, name, original)


class _ForgetfulLedger(MemoryLedger):
    """Takes an envelope as often as it comes, and applies whatever is received."""

    def add_incoming(self, rows: Sequence[tuple[Incoming, bytes]]) -> None:
        """Keep them also where they are kept already."""
        for row, _ in rows:
            self.disk.drop("incoming", row.id)
        super().add_incoming(rows)

    def next_to_apply(self, *, passing_over: Collection[str]) -> Incoming | None:
        """The oldest that is received, whatever was applied before."""
        del passing_over
        rows = cast("Mapping[str, Incoming]", self.disk.table("incoming"))
        found = [row for row in rows.values() if row.state is DispatchState.RECEIVED]
        return min(found, key=lambda row: (row.sequence, row.id), default=None)


def _dedupe_dropped(world: World) -> AbstractContextManager[None]:
    for office in world.offices.values():
        office.ledger = _ForgetfulLedger(office.code, office.disk)
    return instead(receiving, judge=lambda *_, **__: Arrival.NEW)


class _HastyLedger(MemoryLedger):
    """Applies the newest first, without waiting for a gap."""

    def next_to_apply(self, *, passing_over: Collection[str]) -> Incoming | None:
        """The newest that is received."""
        del passing_over
        rows = cast("Mapping[str, Incoming]", self.disk.table("incoming"))
        found = [row for row in rows.values() if row.state is DispatchState.RECEIVED]
        return max(found, key=lambda row: (row.sequence, row.id), default=None)


def _gap_applied(world: World) -> AbstractContextManager[None]:
    for office in world.offices.values():
        office.ledger = _HastyLedger(office.code, office.disk)
    return nullcontext()


@contextmanager
def _sequence_reused(_: World) -> Iterator[None]:
    """A restore goes unnoticed, and nobody believes the other side's word of it."""

    def keep_watch(channel: Channel) -> bool:
        if channel.ledger.incarnation() == 0:
            channel.ledger.set_incarnation(1)
        return False

    def begin(channel: Channel, *, beyond: int = 0) -> int:
        del beyond
        return channel.ledger.incarnation()

    with (
        instead(worlds, keep_watch=keep_watch),
        instead(resync, begin=begin),
        instead(acts, begin=begin),
    ):
        yield


def _receipt_before_sync(world: World) -> AbstractContextManager[None]:
    for office in world.offices.values():
        office.disk.sync_with_commit = False
    return nullcontext()


@dataclass(frozen=True, slots=True)
class _UnboundSmith:
    """Seals and opens without looking at what the seal is bound to."""

    smith: StandInSmith

    def sealer(self, office: OfficeCode, epoch: int) -> StandInSealer:
        """Bound to nothing."""
        return _UnboundSealer(self.smith.key(office, "epoch", epoch), self.smith.draws)

    def opener(self, office: OfficeCode, epoch: int) -> StandInOpener:
        """Bound to nothing."""
        return _UnboundOpener(self.smith.key(office, "epoch", epoch))

    def signer(self, office: OfficeCode, generation: int) -> Any:
        """As it is."""
        return self.smith.signer(office, generation)

    def verifier(self, office: OfficeCode, generation: int) -> Any:
        """As it is."""
        return self.smith.verifier(office, generation)


class _UnboundSealer(StandInSealer):
    def seal(self, content: bytes, *, info: bytes) -> bytes:
        """Bound to nothing."""
        del info
        return StandInSealer(self.key, self.draws).seal(content, info=b"")


class _UnboundOpener(StandInOpener):
    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """Bound to nothing."""
        del info
        return StandInOpener(self.key).open(sealed, info=b"")


def _header_not_bound(world: World) -> AbstractContextManager[None]:
    smith = world.smith
    assert isinstance(smith, StandInSmith), "the stand-in"  # noqa: S101 -- mutants run on it
    world.smith = _UnboundSmith(smith)
    for office in world.offices.values():
        office.ring.smith = world.smith
    return nullcontext()


def _stale_epoch(_: World) -> AbstractContextManager[None]:
    def to_open(self: KeyRing, epoch: int) -> Opener:
        return self.smith.opener(self.own, epoch)

    return instead(KeyRing, to_open=to_open)


def _settled_too_early(_: World) -> AbstractContextManager[None]:
    def settled(_: Channel, stream: OutStream, __: object) -> int:
        return stream.last_sequence

    return instead(settling, _settled=settled)


def _received_without_film(_: World) -> AbstractContextManager[None]:
    class Shelf:
        def is_complete(self, film: str) -> bool:
            return bool(film)

    original = receiving.take

    def take(channel: Channel, *args: Any, **more: Any) -> Any:
        return original(replace(channel, films=cast("Any", Shelf())), *args, **more)

    return instead(receiving, take=take)


def _lost_not_offered(_: World) -> AbstractContextManager[None]:
    def hear_anew(channel: Channel, *, sender: OfficeCode, heard: Mapping[StreamKey, int]) -> None:
        del channel, sender, heard

    return instead(telling, hear_anew=hear_anew)


def _finals_not_repeated(_: World) -> AbstractContextManager[None]:
    def owe_anew(channel: Channel, *, sender: OfficeCode, settled: Mapping[StreamKey, int]) -> None:
        del channel, sender, settled

    return instead(telling, owe_anew=owe_anew)


@contextmanager
def _gap_waited_for(_: World) -> Iterator[None]:
    def pass_over(channel: Channel, stream: InStream) -> InStream:
        del channel
        return stream

    with instead(resync, pass_over=pass_over), instead(applying, pass_over=pass_over):
        yield


def _two_commits(_: World) -> AbstractContextManager[None]:
    """The effect is committed before the state that says so."""
    original = papers.apply_one

    def apply_one(world: World, office: Any, row: Incoming) -> tuple[str, str]:
        with office.disk.commit_now():
            return original(world, office, row)

    return instead(papers, apply_one=apply_one)


def _return_is_refusal(_: World) -> AbstractContextManager[None]:
    """An envelope that came back is given up."""
    original = sending.accept_receipts

    def accept(channel: Channel, data: Sequence[bytes], *, now: datetime, **more: Any) -> Any:
        believed = original(channel, data, now=now, **more)
        gone = [one.dispatch_id for one in believed.receipts if one.event is None]
        rows: Iterable[Any] = channel.ledger.outgoing(gone).values()
        channel.ledger.save_outgoing(
            replace(row, state=DispatchState.REFUSED, final_at=now)
            for row in rows
            if row.state.in_our_custody
        )
        return believed

    return instead(sending, accept_receipts=accept)


def _carried_is_received(_: World) -> AbstractContextManager[None]:
    """Handing to a carrier counts as custody."""

    def mark(channel: Channel, ids: Collection[str], *, now: datetime) -> None:
        rows = channel.ledger.outgoing(ids).values()
        channel.ledger.save_outgoing(
            replace(row, state=DispatchState.RECEIVED, carried_at=now, received_at=now)
            for row in rows
            if row.state is DispatchState.SEALED
        )

    return instead(sending, mark_carried=mark)


@contextmanager
def _relay_is_received(_: World) -> Iterator[None]:
    """What was given to a third office counts as received."""
    original = visits.relay

    def relay(world: World, office: Any, *args: Any) -> None:
        with _carried_is_received(world):
            original(world, office, *args)

    with instead(visits, relay=relay):
        yield


MUTANTS: tuple[Mutant, ...] = (
    Mutant("dedupe-dropped", "an envelope that came before is taken again", _dedupe_dropped),
    Mutant("sequence-reused", "a restore goes unnoticed", _sequence_reused),
    Mutant("receipt-before-sync", "receipts leave before the disk has it", _receipt_before_sync),
    Mutant("header-not-bound", "the seal does not look at the header", _header_not_bound),
    Mutant("stale-epoch", "a destroyed receive key still opens", _stale_epoch),
    Mutant("gap-applied", "what comes after a gap does not wait", _gap_applied),
    Mutant("settled-too-early", "a stream is called settled when it is sent", _settled_too_early),
    Mutant("film-not-awaited", "custody is taken before the film", _received_without_film),
    Mutant("lost-not-offered", "a restored office is not offered what it lost", _lost_not_offered),
    Mutant("finals-not-told", "a restored office is not told its receipts", _finals_not_repeated),
    Mutant("gap-waited-for", "a gap that nobody can fill is waited for", _gap_waited_for),
    Mutant("two-commits", "the effect is committed before its state", _two_commits),
    Mutant("return-is-refusal", "what came back is given up", _return_is_refusal),
    Mutant("relay-is-received", "a third office's hand counts as custody", _relay_is_received),
    Mutant("carried-is-received", "a carrier's hand counts as custody", _carried_is_received),
)
