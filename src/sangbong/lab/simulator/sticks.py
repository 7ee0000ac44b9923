"""Sticks, and the bags they travel in."""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from sangbong.lab.simulator.line import altered
from sangbong.lab.simulator.plan import Choice, Harm

COPY_NUMBERS_FROM = 1_000_000


@dataclass(frozen=True, slots=True)
class Stick:
    """One stick: which office wrote it, for whom, and what lies on it."""

    number: int
    writer: int
    reader: int
    files: tuple[tuple[str, bytes], ...]
    read_times: int = 0
    harmed: str = ""

    @property
    def whole(self) -> bool:
        """Whether it is as it was written."""
        return not self.harmed


@dataclass(slots=True)
class Bag:
    """Every stick that exists, wherever it lies. A lost one is gone."""

    sticks: list[Stick] = field(default_factory=list)
    written: int = 0

    def put(self, writer: int, reader: int, files: dict[str, bytes]) -> Stick:
        """A stick that was just written."""
        self.written += 1
        stick = Stick(self.written, writer, reader, tuple(sorted(files.items())))
        self.sticks.append(stick)
        return stick

    def choose(self, reader: int, writer: int, choice: Choice) -> Stick | None:
        """The stick that a courier brings to an office."""
        for_us = [one for one in self.sticks if (one.reader, one.writer) == (reader, writer)]
        match choice:
            case Choice.OLDEST:
                found = [one for one in for_us if not one.read_times][:1]
            case Choice.NEWEST:
                found = [one for one in for_us if not one.read_times][-1:]
            case Choice.READ_BEFORE:
                found = [one for one in for_us if one.read_times][-1:]
            case Choice.OWN:
                found = [one for one in self.sticks if one.writer == reader][-1:]
            case Choice.FOR_ANOTHER:
                others = [one for one in self.sticks if reader not in {one.reader, one.writer}]
                found = others[-1:]
        return found[0] if found else None

    def mark_read(self, stick: Stick) -> None:
        """Note that it was put into a drive."""
        self._exchange(stick, replace(stick, read_times=stick.read_times + 1))

    def unread(self) -> list[Stick]:
        """Those that no office has read yet."""
        return [one for one in self.sticks if not one.read_times]

    def harm(self, writer: int, reader: int, harm: Harm, draws: random.Random) -> Stick | None:
        """Something becomes of the last stick from one office to another."""
        found = [one for one in self.unread() if (one.writer, one.reader) == (writer, reader)]
        if not found:
            return None
        stick = found[-1]
        match harm:
            case Harm.LOST:
                self.sticks.remove(stick)
            case Harm.COPIED:
                copy = replace(stick, number=stick.number + COPY_NUMBERS_FROM)
                self.sticks.insert(0, copy)
            case Harm.CUT_SHORT:
                self._exchange(stick, _spoiled(stick, harm, _cut_short(stick, draws)))
            case Harm.BIT_FLIPPED:
                files = tuple((name, altered(data, draws)) for name, data in stick.files)
                self._exchange(stick, _spoiled(stick, harm, files))
            case Harm.FOREIGN_FILE:
                strange = ("SANGBONG-0000000000000000.BDL", draws.randbytes(300))
                self._exchange(stick, _spoiled(stick, harm, (*stick.files, strange)))
        return stick

    def _exchange(self, before: Stick, after: Stick) -> None:
        self.sticks[self.sticks.index(before)] = after


def _spoiled(stick: Stick, harm: Harm, files: tuple[tuple[str, bytes], ...]) -> Stick:
    harmed = ", ".join(one for one in (stick.harmed, str(harm)) if one)
    return replace(stick, files=files, harmed=harmed)


def _cut_short(stick: Stick, draws: random.Random) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, data[: draws.randrange(len(data))]) for name, data in stick.files)
