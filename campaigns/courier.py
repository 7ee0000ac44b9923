"""A thousand histories in which sticks are all there is: lost, swapped, older, copied, cut, foreign,
read twice.

The bundles are real ones, sealed and signed by the office's own cryptography, and the offices run the
channel's own deeds; their database is the simulator's (`sangbong.lab.simulator`), because a thousand
histories on real ones take hours. Fifty more, shorter ones, are played between two real offices. Every stick that is written is searched, byte by byte, for
the names that its papers carry; every file that is read must have the outcome that its fate calls for.
"""

from __future__ import annotations

import os
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from campaigns import courier_offices
from campaigns.result import Result, Wishes

HISTORIES = 1_000
DAYS = 30
REAL_SHARE = 20
"""One history in so many is played between two real offices besides."""
_ROUNDS_MAX = 12
_PLANTED_MAX = 40
PLANTED = ("names-left-open", "dedupe-dropped", "read-again")

Say = Callable[[str], None]


def run(wishes: Wishes, say: Say = print) -> Result:
    """Play the histories, then each planted bug until it is noticed."""
    started = time.monotonic()
    seeds = _seeds(wishes)
    days = int(os.environ.get("DAYS", DAYS))
    failures, played = 0, 0
    outcomes: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(wishes.workers) as pool:
        for told in pool.map(play, seeds, [days] * len(seeds), chunksize=4):
            played += 1
            outcomes.update(told.outcomes)
            counts.update(told.counts)
            if told.broken:
                failures += 1
                say(f"history {told.seed}: {told.broken}")
        say(f"{played} histories, {failures} failures; " + _listed(counts))
        say("outcomes: " + _listed(outcomes))
        caught = [_caught(pool, name, days, say) for name in PLANTED]
    real = int(os.environ.get("REAL", max(1, wishes.trials // REAL_SHARE)))
    wrong, seen = courier_offices.play_all(seeds[0], real, forms_of, say)
    say(f"{real} histories between real offices, {wrong} failures; " + _listed(seen))
    failures, played = failures + wrong, played + real
    return Result(
        name="courier",
        seed=seeds[0],
        trials=played,
        failures=failures,
        planted_bug_caught=all(caught),
        planted_bug_caught_at=max(caught),
        rate_below=1.0 if failures else round(3 / played, 6),
        rounds=counts["sticks"],
        seconds=round(time.monotonic() - started, 1),
    )


def _seeds(wishes: Wishes) -> range:
    if wishes.only_round is not None:
        return range(wishes.only_round, wishes.only_round + 1)
    return range(1, 1 + wishes.trials)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in sorted(counts.items()))


def _caught(pool: ProcessPoolExecutor, name: str, days: int, say: Say) -> int:
    for first in range(1, _PLANTED_MAX, 4):
        results = list(pool.map(play, range(first, first + 4), [days] * 4, [name] * 4))
        for told in results:
            if told.broken:
                say(f"planted bug, {name}: caught in history {told.seed}: {told.broken}")
                return told.seed
    say(f"planted bug, {name}: NEVER CAUGHT")
    return 0


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one history."""

    seed: int
    broken: str
    outcomes: Counter[str]
    counts: Counter[str]


def play(seed: int, days: int, planted: str = "") -> Told:
    """Play one history with sticks alone."""
    from sangbong.lab.simulator.truth import BrokenError

    history = _History(seed, days, planted)
    broken = ""
    try:
        with history.bug():
            history.play()
    except BrokenError as error:
        broken = str(error)
    return Told(seed, broken, history.outcomes, history.counts)


class _History:
    """One history: the acts with sticks, then couriers who lose nothing, then the checkers."""

    def __init__(self, seed: int, days: int, planted: str) -> None:
        from sangbong.lab.simulator.plan import ActKind, draw_plan, with_acts
        from sangbong.lab.simulator.real import RealSmith
        from sangbong.lab.simulator.world import made
        from sangbong.liaison.adapters.sealing import AesPieces

        kinds = {
            *(ActKind.PAPER, ActKind.STICK_WRITE, ActKind.STICK_READ, ActKind.HARM),
            *(ActKind.WORK, ActKind.CRASH, ActKind.JUMP, ActKind.BACKUP, ActKind.RESTORE),
        }
        plan = draw_plan(seed, days=days)
        self.plan = with_acts(plan, [act for act in plan.acts if act.kind in kinds])
        is_open = planted == "names-left-open"
        smith: Any = _OpenSmith(RealSmith(seed)) if is_open else RealSmith(seed)
        cipher: Any = _OpenPieces() if is_open else AesPieces()
        self.world = made(self.plan, smith=smith, cipher=cipher, keep=False)
        self.planted = planted
        self.outcomes: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self._read_whole: set[tuple[str, str]] = set()
        self._perhaps_read: set[tuple[str, str]] = set()

    def bug(self) -> Any:
        """The planted bug, for the time of the history."""
        from contextlib import nullcontext

        from sangbong.lab.simulator import mutants, visits

        if self.planted == "dedupe-dropped":
            one = next(one for one in mutants.MUTANTS if one.name == self.planted)
            return one.planted(self.world)
        if self.planted == "read-again":
            return mutants.instead(visits, is_read=lambda *_: False)
        return nullcontext()

    def play(self) -> None:
        """Everything, to the comparison at the end."""
        from sangbong.lab.simulator.acts import play as play_act
        from sangbong.lab.simulator.checkers import check
        from sangbong.lab.simulator.plan import ActKind

        world = self.world
        for act in self.plan.acts:
            world.clock.tick = max(world.clock.tick, act.tick)
            if act.kind is ActKind.STICK_READ:
                self._bring(act)
            else:
                play_act(world, act)
            if act.kind is ActKind.RESTORE:
                # it may have forgotten what it read
                code = world.at(act.office).code
                self._perhaps_read |= {one for one in self._read_whole if one[0] == code}
                self._read_whole -= self._perhaps_read
            self._search()
        self._drain()
        self.counts["papers"] = len(world.truth.written)
        check(world.offices, world.truth)

    def _bring(self, act: Any) -> None:
        from sangbong.lab.simulator.plan import Choice

        stick = self.world.bag.choose(act.office, act.other, Choice(act.word))
        if stick is not None:
            self._read(self.world.at(act.office), stick)

    def _read(self, office: Any, stick: Any) -> None:
        from sangbong.lab.simulator import visits
        from sangbong.lab.simulator.disk import Crash
        from sangbong.lab.simulator.truth import BrokenError

        world = self.world
        expected = [self._expected(office, stick, name) for name, _ in stick.files]
        world.bag.mark_read(stick)
        try:
            found = visits.read_stick(world, office, stick)
        except Crash:
            world.crash(office)
            self.counts["readings that a crash ended"] += 1
            self._perhaps_read |= {(office.code, name) for name, _ in stick.files}
            return
        for (name, _), outcome, allowed in zip(stick.files, found, expected, strict=True):
            self.outcomes[str(outcome)] += 1
            if str(outcome) in {"read", "older"}:
                self._read_whole.add((office.code, name))
                self._perhaps_read.discard((office.code, name))
            if allowed and str(outcome) not in allowed:
                raise BrokenError(
                    "outcome", f"stick {stick.number} ({stick.harmed or 'whole'}): {outcome}"
                )

    def _expected(self, office: Any, stick: Any, name: str) -> set[str]:
        """The outcomes that a file's fate allows; none where a flipped bit may look like anything."""
        from sangbong.lab.simulator.plan import OFFICES, Harm

        if name == "SANGBONG-0000000000000000.BDL":
            return {"not_a_bundle"}
        if Harm.BIT_FLIPPED in stick.harmed:
            return set()
        # a file that ends inside its head does not say whose it is
        short = {"cut_short"} if Harm.CUT_SHORT in stick.harmed else set()
        if OFFICES[stick.writer] == office.code:
            return {"own"} | short
        if OFFICES[stick.reader] != office.code:
            return {"for_another"} | short
        if (office.code, name) in self._read_whole:
            return {"already_read"} | short
        perhaps = {"already_read"} if (office.code, name) in self._perhaps_read else set()
        return (short or {"read", "older"}) | perhaps

    def _search(self) -> None:
        """Look for names on every stick that is new."""
        from sangbong.lab.simulator.papers import names_in
        from sangbong.lab.simulator.truth import BrokenError

        bag = self.world.bag
        for stick in bag.sticks:
            if stick.number <= self.counts["sticks"] or stick.number > bag.written:
                continue
            image = b"".join(name.encode() + data for name, data in stick.files)
            self.counts["bytes searched"] += len(image)
            for name in names_in(self.world):
                for form in forms_of(name):
                    if form in image:
                        raise BrokenError("names", f"stick {stick.number} shows {name}")
        self.counts["sticks"] = bag.written

    def _drain(self) -> None:
        """Couriers who lose nothing go both ways until everybody has everything."""
        from sangbong.lab.simulator import visits
        from sangbong.lab.simulator.draws import stream
        from sangbong.lab.simulator.papers import apply_some

        world = self.world
        for office in world.offices.values():
            office.disk.disarm()
        for stick in world.bag.unread():
            from sangbong.lab.simulator.plan import OFFICES

            self._read(world.offices[OFFICES[stick.reader]], stick)
        for number in range(_ROUNDS_MAX):
            world.clock.tick += 8
            for one in world.offices.values():
                for other in world.others(one):
                    draws = stream(self.plan.seed, "courier", number, one.code, other.code)
                    stick = visits.write_stick(world, one, other, draws)
                    self._search()
                    self._read(other, stick)
            busy = sum(apply_some(world, office, 10_000) for office in world.offices.values())
            if not busy and not any(_has_something(world, one) for one in world.offices.values()):
                return


def _has_something(world: Any, office: Any) -> Iterator[bool]:
    return any(
        office.ledger.waiting(other.code, rested_before=None) for other in world.others(office)
    )


def forms_of(name: str) -> set[bytes]:
    """Every byte form in which a name could lie open on a medium."""
    forms = set()
    for text in {unicodedata.normalize(form, name) for form in ("NFC", "NFD")}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp949"):
            try:
                forms.add(text.encode(encoding))
            except UnicodeEncodeError:
                continue
    return forms


class _OpenSmith:
    """The planted bug: nothing is hidden, all else is as it was."""

    def __init__(self, smith: Any) -> None:
        self._smith = smith

    def __getattr__(self, name: str) -> Any:
        return getattr(self._smith, name)

    def sealer(self, *_: Any) -> Any:
        return _OpenSealing()

    def opener(self, *_: Any) -> Any:
        return _OpenSealing()


class _OpenSealing:
    def seal(self, content: bytes, *, info: bytes) -> bytes:
        del info
        return bytes(1120) + content + bytes(16)

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        del info
        return sealed[1120:-16]


class _OpenPieces:
    def seal_piece(self, piece: bytes, **_: Any) -> bytes:
        return piece + bytes(16)

    def open_piece(self, sealed: bytes, **_: Any) -> bytes:
        return sealed[:-16]
