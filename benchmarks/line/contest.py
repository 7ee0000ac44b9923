"""Ours and the peers, each over a line of its own, at the same time and with the same cuts."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from benchmarks.line import ours
from benchmarks.line.office import STREAM, URGENT_STREAM, small_texts
from benchmarks.line.peers import Nncp, Rsync, Runner
from benchmarks.line.spaces import Line, Shape, Tally, wait_until

SHAPE = Shape()
SMALL = 1_000
KILL_SECONDS = (10.0, 20.0)
"""Between two kills; drawn, because every 15 s would hit a line of 30 s at two moments only."""
URGENT_SECONDS = 2.0
URGENT_MARGIN_SECONDS = 2.0
LOOK_SECONDS = 0.05
TALLY_SECONDS = 5.0
PREPARE_SECONDS = 12.0
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Size:
    """How much is sent, how often, and when we stop waiting."""

    megabytes: int = field(default_factory=lambda: int(os.environ.get("MEGABYTES", "200")))
    repeats: int = field(default_factory=lambda: int(os.environ.get("REPEATS", "3")))

    @property
    def small_bytes(self) -> int:
        """The small dispatches together."""
        return sum(map(len, small_texts(SMALL, seed=1)))

    @property
    def payload(self) -> int:
        """All bytes to deliver."""
        return self.megabytes * 1_000_000 + self.small_bytes

    @property
    def seconds_max(self) -> float:
        """Somewhat more than half again what a perfect sender needs, cuts included."""
        perfect = self.payload * 8 / SHAPE.rate * (SHAPE.up + SHAPE.down) / SHAPE.up
        return max(90.0, 1.45 * perfect)


@dataclass(slots=True)
class Run:
    """What one contender did; `wait_ms` is its queue in the line."""

    name: str
    seconds: float = 0.0
    share: float = 0.0
    efficiency: float = 0.0
    cpu: float = 0.0
    kills: int = 0
    small_seconds: float = 0.0
    wait_ms: dict[str, float] = field(default_factory=dict)
    urgent_ms: list[float] = field(default_factory=list)

    def finish(self, seconds: float, delivered: int, size: Size) -> None:
        """Count what arrived by then."""
        self.seconds, self.share = seconds, min(1.0, delivered / size.payload)
        bits = self.share * size.payload * 8
        self.efficiency = bits / (SHAPE.rate * SHAPE.seconds_up(seconds))

    def say(self) -> None:
        """One line for a person."""
        print(
            f"  {self.name:6} {self.seconds:6.1f} s, {100 * self.share:5.1f} % arrived, efficiency"
            f" {self.efficiency:.3f}; all small there after {self.small_seconds:.0f} s; queue median"
            f" {self.wait_ms['median']:.0f}, 99 of 100 {self.wait_ms['p99']:.0f}, longest"
            f" {self.wait_ms['max']:.0f} ms; {self.cpu:.1f} CPU s; {self.kills} kills",
            flush=True,
        )


class Contender(Protocol):
    """What a contest asks of ours and of the peers."""

    def begin(self) -> None:
        """The line's first second has come."""
        ...

    def look(self) -> None:
        """Twenty times a second: start again what has ended."""
        ...

    def kill(self, side: int) -> None:
        """kill -9 of one side; `look` starts it again."""
        ...

    def delivered(self) -> int:
        """Payload bytes that arrived."""
        ...

    def small_done(self) -> bool:
        """Whether all small ones arrived."""
        ...

    def done(self) -> bool:
        """Whether all of it arrived and the sender knows."""
        ...

    def pids(self) -> list[int]:
        """What runs now."""
        ...

    def urgent_ms(self) -> list[float]:
        """How long urgent ones took from commit to custody."""
        ...

    def close(self) -> None:
        """End all of it."""
        ...


class OurPair:
    """Two of our offices."""

    def __init__(self, folder: Path, template: Path, source: Path, line: Line, *, urgent: bool):
        """Serve both; the near one has everything in its outbox, and the line is not open yet."""
        self._line, self._with_urgent = line, urgent
        self._homes = list(ours.copied(template, folder))
        self._log = (folder / "log").open("ab")
        self._processes: list[subprocess.Popen[bytes]] = []
        for side in (0, 1):
            self._processes.append(self._serve(side))
        for home in self._homes:
            ours.wait_for_desk(home)
        self._agent = ours.Agent(self._homes[0])
        self._agent.do("statement")  # Django is there
        self._near, self._far = (ours.Ledger(home) for home in self._homes)
        self._small_done = self._complete = False
        self._urgent = Urgent(self._homes, line)
        self._film = source / "film" / "film.bin"

    def _serve(self, side: int) -> subprocess.Popen[bytes]:
        port = ours.LINK_PORT if side else 0
        command = ours.serve(self._homes[side], pages=ours.PAGES_PORT, link=port)
        return self._line.start(side, command, log=self._log, env=ours.ENVIRONMENT)

    def begin(self) -> None:
        """See `Contender`."""
        if self._with_urgent:
            self._urgent.start(self._agent, time.monotonic())

    def look(self) -> None:
        """See `Contender`."""
        for side, process in enumerate(self._processes):
            if process.poll() is not None:
                self._processes[side] = self._serve(side)
        if not self._small_done and self._far.changed():
            self._small_done = len(self._far.received_ids(STREAM)) >= SMALL
        if self._small_done and self._near.changed():
            self._complete = not self._near.open_outbox(STREAM)

    def kill(self, side: int) -> None:
        """See `Contender`: the whole office, its carrier with it."""
        ours.kill_tree(self._processes[side])

    def delivered(self) -> int:
        """See `Contender`."""
        film = min(ours.pieces_held(self._homes[1]) * _PIECE, self._film.stat().st_size)
        held = len(self._far.received_ids(STREAM))
        sizes = [len(text) for text in small_texts(SMALL, seed=1)]
        return film + sum(sizes[: min(held, SMALL)])

    def small_done(self) -> bool:
        """See `Contender`."""
        return self._small_done

    def done(self) -> bool:
        """See `Contender`."""
        return self._complete

    def pids(self) -> list[int]:
        """See `Contender`."""
        return [process.pid for process in self._processes]

    def urgent_ms(self) -> list[float]:
        """See `Contender`."""
        return self._urgent.times_ms

    def close(self) -> None:
        """See `Contender`."""
        self._urgent.stop()
        self._agent.close()
        for process in self._processes:
            ours.kill_tree(process)
        self._log.close()


class Urgent:
    """Sends one urgent dispatch after the other while the line is up, and times each."""

    def __init__(self, homes: list[Path], line: Line) -> None:
        """Nothing is sent yet."""
        self._homes, self._line = homes, line
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self.times_ms: list[float] = []

    def start(self, agent: ours.Agent, origin: float) -> None:
        """Send until stopped."""
        self._thread = threading.Thread(target=self._send, args=(agent, origin), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send no more."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def _send(self, agent: ours.Agent, origin: float) -> None:
        far = ours.Ledger(self._homes[1])
        number = 0
        while not self._stopped.wait(URGENT_SECONDS):
            # its whole way lies between two cuts
            if not self._line.shape.is_up(time.monotonic() - origin, margin=URGENT_MARGIN_SECONDS):
                continue
            number += 1
            name, committed = agent.do("urgent", recipient=ours.CODES[1], number=number)
            while not self._stopped.wait(0.004):
                if far.changed() and name in far.received_ids(URGENT_STREAM):
                    self.times_ms.append(1e3 * (time.monotonic() - committed))
                    break


class PeerPair:
    """A peer's programs."""

    def __init__(self, peer: Rsync | Nncp, line: Line, size: Size) -> None:
        """Let the receiving side listen."""
        self._size = size
        self._runner = Runner(peer, line)
        self._runner.begin_far()

    def begin(self) -> None:
        """See `Contender`."""

    def look(self) -> None:
        """See `Contender`."""
        self._runner.look()

    def kill(self, side: int) -> None:
        """See `Contender`."""
        self._runner.kill(side)

    def delivered(self) -> int:
        """See `Contender`."""
        return self._runner.peer.delivered()

    def small_done(self) -> bool:
        """See `Contender`."""
        return self._runner.peer.small_arrived() >= SMALL

    def done(self) -> bool:
        """See `Contender`."""
        if self._runner.peer.name == "rsync":
            return self._runner.ended
        return self._runner.peer.tossed() >= self._size.payload

    def pids(self) -> list[int]:
        """See `Contender`."""
        return self._runner.pids()

    def urgent_ms(self) -> list[float]:
        """See `Contender`."""
        return []

    def close(self) -> None:
        """See `Contender`."""
        self._runner.close()


class Contest:
    """One contender over one line."""

    def __init__(self, name: str, contender: Contender, line: Line, kills: random.Random | None):
        """`kills` draws the sides to kill; None for none."""
        self.run = Run(name)
        self.contender = contender
        self._line, self._kills, self._tally = line, kills, Tally()
        self._next_kill = kills.uniform(*KILL_SECONDS) if kills else 0.0
        self._next_tally = 0.0
        self.over = False

    def look(self, seconds: float, size: Size) -> None:
        """Kill, start again, and see whether it is done."""
        if self._kills is not None and seconds >= self._next_kill:
            self._next_kill += self._kills.uniform(*KILL_SECONDS)
            self._tally.look(*self.contender.pids())
            self.contender.kill(self._kills.randrange(2))
            self.run.kills += 1
        self.contender.look()
        if seconds >= self._next_tally:
            self._next_tally = seconds + TALLY_SECONDS
            self._tally.look(*self.contender.pids())
            if not self.run.small_seconds and self.contender.small_done():
                self.run.small_seconds = seconds
        if self.contender.done():
            self._finish(seconds, size.payload, size)
        elif seconds >= size.seconds_max:
            self._finish(seconds, self.contender.delivered(), size)

    def _finish(self, seconds: float, delivered: int, size: Size) -> None:
        self.over = True
        if not self.run.small_seconds and self.contender.small_done():
            self.run.small_seconds = seconds
        self.run.finish(seconds, delivered, size)
        self._tally.look(*self.contender.pids())
        self.run.cpu = self._tally.seconds
        self.run.urgent_ms = self.contender.urgent_ms()
        there = self._line.stat()[0]
        self.run.wait_ms = {name: there[f"wait_ms_{name}"] for name in ("median", "p99", "max")}
        self.contender.close()


class Stage:
    """All contenders over lines of one kind, all repetitions at once."""

    def __init__(
        self, folder: Path, source: Path, emulator: Path, control: str, *, kills: bool, size: Size
    ) -> None:
        """Prepare; nothing is made yet."""
        self._template = folder
        self._folder = Path(tempfile.mkdtemp(dir=folder, prefix=f"{control}-"))
        self._source, self._emulator, self._control = source, emulator, control
        self._kills, self._size = kills, size

    def play(self, *, urgent: bool) -> list[Run]:
        """Run all of it and say how each did."""
        print(
            f"channel: {self._control}{', a kill every 10 to 20 s' if self._kills else ''}:"
            f" at most {self._size.seconds_max:.0f} s; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        with contextlib.ExitStack() as stack:
            origin = time.monotonic() + PREPARE_SECONDS * (1 + self._size.repeats)
            contests = [
                self._contest(stack, name, number, origin, urgent=urgent)
                for number in range(self._size.repeats)
                for name in ("ours", "rsync", "nncp")
            ]
            if time.monotonic() > origin - 1.0:
                print("channel: this machine was too slow to prepare in time", flush=True)
            wait_until(origin)
            for contest in contests:
                contest.contender.begin()
            while not all(contest.over for contest in contests):
                seconds = time.monotonic() - origin
                for contest in contests:
                    if not contest.over:
                        contest.look(seconds, self._size)
                time.sleep(LOOK_SECONDS)
        runs = sorted((contest.run for contest in contests), key=lambda run: run.name)
        for run in runs:
            run.say()
        return runs

    def _contest(
        self, stack: contextlib.ExitStack, name: str, number: int, origin: float, *, urgent: bool
    ) -> Contest:
        line = stack.enter_context(
            Line(
                self._emulator, f"{name[0]}{number}", control=self._control, shape=SHAPE,
                origin=origin, seed=11 + number,
            )
        )  # fmt: skip
        contender = self._contender(name, self._folder / f"{name}-{number}", line, urgent=urgent)
        stack.callback(contender.close)
        draws = random.Random(100 + number)
        return Contest(name, contender, line, draws if self._kills else None)

    def _contender(self, name: str, place: Path, line: Line, *, urgent: bool) -> OurPair | PeerPair:
        if name == "ours":
            founded = self._template / "founded"
            return OurPair(place, founded, self._source, line, urgent=urgent)
        if name == "rsync":
            return PeerPair(Rsync(place, self._source), line, self._size)
        return PeerPair(Nncp(place, self._template / "staged"), line, self._size)
