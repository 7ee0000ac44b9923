"""The world of one run: offices, lines, sticks, the truth and the trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.clock import SKEW_MAX, OfficeClock, WorldClock
from sangbong.lab.simulator.disk import Crash, Disk
from sangbong.lab.simulator.draws import stream
from sangbong.lab.simulator.films import SimulatedShelf
from sangbong.lab.simulator.keys import KeyRing, Smith, StandInSmith, statement_of
from sangbong.lab.simulator.ledger import MemoryLedger
from sangbong.lab.simulator.line import Line, LineDownError
from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.plan import OFFICES, Plan
from sangbong.lab.simulator.sealing import StandInPieceCipher
from sangbong.lab.simulator.sticks import Bag
from sangbong.lab.simulator.trace import Trace
from sangbong.lab.simulator.truth import BrokenError, Truth, Written
from sangbong.liaison.core.custody.ledger import Incoming, Outgoing
from sangbong.liaison.core.custody.resync import keep_watch, set_mark
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.ports import PieceCipher

SEEN_MAX = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """A message that went over a line, as somebody who listens keeps it."""

    sender: OfficeCode
    recipient: OfficeCode
    message: bytes


@dataclass(slots=True)
class World:
    """Everything that a run changes."""

    plan: Plan
    clock: WorldClock
    offices: dict[OfficeCode, Office]
    lines: dict[tuple[OfficeCode, OfficeCode], Line]
    smith: Smith
    trace: Trace
    bag: Bag = field(default_factory=Bag)
    truth: Truth = field(default_factory=Truth)
    seen: list[Seen] = field(default_factory=list)
    doubtful: list[Written] = field(default_factory=list)
    """Papers whose commit is not known to have happened yet."""

    def at(self, place: int) -> Office:
        """The office of an act."""
        return self.offices[OFFICES[place]]

    def line(self, one: OfficeCode, other: OfficeCode) -> Line:
        """The line between two offices."""
        return self.lines[(one, other) if one < other else (other, one)]

    def others(self, office: Office) -> list[Office]:
        """Every office but one."""
        return [one for one in self.offices.values() if one is not office]

    def say(self, office: Office, line: str) -> None:
        """Note a decision of an office."""
        self.trace.say(f"{self.clock.tick:5} {office.code} {line}")

    def overhear(self, seen: Seen) -> None:
        """Keep a message for whoever replays it."""
        self.seen.append(seen)
        del self.seen[:-SEEN_MAX]

    @contextmanager
    def transaction(self, office: Office) -> Iterator[None]:
        """One transaction of an office; what it may have written is known afterwards."""
        commits = office.disk.commits
        try:
            with office.disk.transaction():
                keep_watch(office.channel)
                yield
        except Exception:
            self.doubtful.clear()
            raise
        self.settle_doubts()
        if office.disk.commits != commits:
            set_mark(office.channel)
        office.register = max(office.register, office.ledger.incarnation())

    def passed(self, row: Outgoing) -> None:
        """Custody of a dispatch passes: rule SV5.

        Raises:
            BrokenError: to nobody.
        """
        held = self.offices[row.key.other].disk.durable("incoming", row.id)
        if self.truth.restored.isdisjoint({row.key.other}) and (
            not isinstance(held, Incoming)
            or held.digest != row.digest
            or held.state is DispatchState.ARRIVING
        ):
            raise BrokenError("SV5", f"{row.id} is {row.state}, and {row.key.other} has it not")

    def settle_doubts(self) -> None:
        """A paper was written if its sender has it."""
        for paper in self.doubtful:
            kept = self.offices[paper.sender].ledger.outgoing([paper.dispatch])
            if paper.dispatch in kept and kept[paper.dispatch].digest == paper.digest:
                self.truth.wrote(paper)
        self.doubtful.clear()

    def crash(self, office: Office) -> None:
        """The process died; it comes up again at once, from what it has on disk."""
        office.crashes += 1
        draws = stream(self.plan.seed, "crash", office.code, office.crashes)
        lost = office.disk.crash(draws)
        office.ring.instead = None
        self.settle_doubts()
        self.say(office, f"crashed, {lost} commits lost")

    @contextmanager
    def mortal(self, office: Office) -> Iterator[None]:
        """A deed of an office that a crash may end."""
        try:
            yield
        except Crash:
            self.crash(office)

    def ask_desk(self, office: Office, sender: OfficeCode, message: bytes) -> bytes:
        """What an office answers to a message; an office that dies of it answers nothing.

        Raises:
            LineDownError: it died.
        """
        from sangbong.lab.simulator import desk

        try:
            return desk.answer(self, office, sender, message)
        except Crash as died:
            self.crash(office)
            raise LineDownError from died


def made(plan: Plan, *, smith: Smith | None, cipher: PieceCipher | None, keep: bool) -> World:
    """A world in which nothing happened yet."""
    clock = WorldClock()
    codes = OFFICES[: plan.offices]
    keys = smith or StandInSmith(plan.seed, stream(plan.seed, "sealing"))
    statements = {code: statement_of(code) for code in codes}
    offices = {}
    for code in codes:
        draws = stream(plan.seed, "office", code)
        disk = Disk()
        first = {other: 1 for other in codes if other != code}
        ring = KeyRing(code, keys, disk, statements, known=dict(first), told=dict(first))
        minutes = draws.randint(-int(SKEW_MAX.total_seconds()), int(SKEW_MAX.total_seconds())) // 60
        offices[code] = Office(
            code=code,
            clock=OfficeClock(clock, timedelta(minutes=minutes)),
            disk=disk,
            ledger=MemoryLedger(code, disk),
            ring=ring,
            films=SimulatedShelf(disk, cipher or StandInPieceCipher()),
        )
        with disk.transaction():
            keep_watch(offices[code].channel)
    lines = {(one, other): Line() for one in codes for other in codes if one < other}
    world = World(plan, clock, offices, lines, keys, Trace(keep=keep))
    for office in offices.values():
        office.ledger = MemoryLedger(office.code, office.disk, world.passed)
    return world
