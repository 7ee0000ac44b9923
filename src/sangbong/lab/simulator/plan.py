"""What a run will do, drawn whole from its seed before anything is done.

1. (SP1) A plan is a sorted list of *acts*. Everything that a run draws, it draws from the stream of
   one act, so a plan with fewer acts plays the rest as before: that is what shrinking needs.
2. (SP2) Faults are acts of their own (`ActKind.is_fault`); without them the same papers are written
   and the same occasions come.
3. (SP3) Nothing is certain to be carried: the drain at the end of a run (run.py) is what promises
   that every paper that was written finds a whole line.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.clock import TICKS_A_DAY
from sangbong.lab.simulator.draws import stream

OFFICES = (
    OfficeCode("KR-SEL"),
    OfficeCode("KP-PYO"),
    OfficeCode("US-WAS"),
    OfficeCode("CN-SHY"),
    OfficeCode("MN-ULA"),
)
"""The offices of the simulator; the third one and those after it also carry for others."""
STREAMS = ("round-21", "inquiries", "notes")


class ActKind(StrEnum):
    """What can happen. The meaning of an act's `amount` stands beside each."""

    PAPER = "paper"  # of stream STREAMS[amount % 3]
    CALL = "call"
    STICK_WRITE = "stick write"
    STICK_READ = "stick read"  # which stick: Choice
    RELAY = "relay"  # through which of the others, counted round
    WORK = "work"  # at most so many dispatches
    CRASH = "crash"  # so many moments from now
    BACKUP = "backup"
    RESTORE = "restore"  # the so-manieth backup from the last
    JUMP = "clock jump"  # minutes, either way
    WEATHER = "weather"  # permille of messages
    CUT = "cut"  # for so many ticks
    HARM = "stick harm"  # which: Harm
    STALE = "seals to a destroyed key"
    SIGNER = "new signing key"
    LATER = "later version"  # for so many ticks
    SWALLOW = "loses what it relays"  # for so many ticks
    TRANSPLANT = "transplant"
    REPLAY = "replay"

    @property
    def is_fault(self) -> bool:
        """Whether the world would be a better one without it."""
        return self not in _FAIR


_FAIR = frozenset(
    {
        ActKind.PAPER,
        ActKind.CALL,
        ActKind.STICK_WRITE,
        ActKind.STICK_READ,
        ActKind.RELAY,
        ActKind.WORK,
    }
)


_OF_TWO = _FAIR - {ActKind.WORK} | {
    ActKind.WEATHER,
    ActKind.CUT,
    ActKind.HARM,
    ActKind.STALE,
    ActKind.TRANSPLANT,
    ActKind.REPLAY,
}


class Choice(StrEnum):
    """Which of the sticks that lie about a courier brings."""

    OLDEST = "oldest"
    NEWEST = "newest"
    READ_BEFORE = "read before"
    OWN = "own"
    FOR_ANOTHER = "for another"


class Harm(StrEnum):
    """What becomes of a stick in a bag."""

    LOST = "lost"
    COPIED = "copied"
    CUT_SHORT = "cut short"
    BIT_FLIPPED = "bit flipped"
    FOREIGN_FILE = "foreign file"


class Weather(StrEnum):
    """What a bad line does to messages."""

    LOSS = "loss"
    DOUBLE = "double"
    LATE = "late"
    CORRUPT = "corrupt"
    HALF_OPEN = "half open"


@dataclass(frozen=True, slots=True, order=True)
class Act:
    """One thing that happens; `number` names its draws and never changes."""

    tick: int
    number: int
    kind: ActKind
    office: int
    other: int = 0
    amount: int = 0
    ticks: int = 0
    word: str = ""

    @property
    def said(self) -> str:
        """The act as a person reads it."""
        day, tick = divmod(self.tick, TICKS_A_DAY)
        parts = [f"day {day:3}.{tick} {OFFICES[self.office]}"]
        if self.other != self.office:
            parts.append(f"and {OFFICES[self.other]}")
        parts.append(f"{self.kind}{f' ({self.word})' if self.word else ''}")
        parts += [f"{self.amount}"] * bool(self.amount) + [f"for {self.ticks} ticks"] * bool(
            self.ticks
        )
        return " ".join(parts) + f" #{self.number}"


@dataclass(frozen=True, slots=True)
class Plan:
    """One history before it happens."""

    seed: int
    offices: int
    days: int
    acts: tuple[Act, ...]

    @property
    def faults(self) -> tuple[Act, ...]:
        """The faults alone."""
        return tuple(act for act in self.acts if act.kind.is_fault)


_DAYS_OF_SILENCE = (7, 21, 35)
_RATES: dict[ActKind, int] = {
    # how many there are in 1,000 days of one office
    ActKind.CRASH: 150,
    ActKind.BACKUP: 140,
    ActKind.RESTORE: 12,
    ActKind.JUMP: 40,
    ActKind.WEATHER: 120,
    ActKind.CUT: 25,
    ActKind.HARM: 150,
    ActKind.STALE: 20,
    ActKind.SIGNER: 15,
    ActKind.LATER: 5,
    ActKind.SWALLOW: 10,
    ActKind.TRANSPLANT: 40,
    ActKind.REPLAY: 60,
    ActKind.PAPER: 900,
    ActKind.CALL: 600,
    ActKind.STICK_WRITE: 120,
    ActKind.STICK_READ: 170,
    ActKind.RELAY: 60,
    ActKind.WORK: 900,
}


def draw_plan(seed: int, *, days: int, offices: int = 0) -> Plan:
    """The plan of a seed; `offices` 0 draws two to five."""
    draws = stream(seed, "plan")
    drawn = draws.choice((2, 2, 3, 3, 4, 5))
    count = offices or drawn
    swizzle = draws.random() < 0.25
    acts = list(_draw_acts(draws, days=days, offices=count, calm=draws.choice((0, 1, 1, 2))))
    if swizzle:
        acts += _swizzle(draws, days=days, offices=count)
    ordered = sorted(acts, key=lambda act: (act.tick, act.number))
    return Plan(seed, count, days, tuple(ordered))


def _draw_acts(draws: random.Random, *, days: int, offices: int, calm: int) -> Iterator[Act]:
    """Each kind of act as often as its rate says; a calm world has fewer faults."""
    number = 0
    for kind, rate in _RATES.items():
        share = rate >> calm if kind.is_fault else rate
        for _ in range(_rounded(draws, share * days * offices)):
            number += 1
            office, other = draws.sample(range(offices), 2)
            yield _detailed(
                draws,
                Act(draws.randrange(days * TICKS_A_DAY), number, kind, office, other),
            )


def _rounded(draws: random.Random, thousandths: int) -> int:
    whole, rest = divmod(thousandths, 1000)
    return whole + (draws.randrange(1000) < rest)


def _detailed(draws: random.Random, act: Act) -> Act:
    """An act with what belongs to its kind."""
    day = TICKS_A_DAY
    one = act if act.kind in _OF_TWO else replace(act, other=act.office)
    match act.kind:
        case ActKind.PAPER:
            words = ("plain",) * 7 + ("urgent", "film", "film", "refused")
            return replace(one, amount=draws.randrange(len(STREAMS)), word=draws.choice(words))
        case ActKind.RELAY:
            return replace(one, amount=draws.randrange(len(OFFICES)))
        case ActKind.WORK:
            return replace(one, amount=draws.randint(1, 20))
        case ActKind.CRASH:
            return replace(one, amount=draws.randint(1, 60))
        case ActKind.RESTORE:
            word = draws.choice(("database", "database", "whole machine"))
            return replace(one, amount=draws.choice((1, 1, 1, 2, 3)), word=word)
        case ActKind.JUMP:
            return replace(one, amount=draws.randint(-360, 360))
        case ActKind.WEATHER:
            weather = draws.choice(tuple(Weather))
            amount, ticks = draws.choice((50, 200, 500)), draws.randint(1, 5 * day)
            return replace(one, amount=amount, ticks=ticks, word=str(weather))
        case ActKind.CUT:
            return replace(one, ticks=draws.choice(_DAYS_OF_SILENCE) * day)
        case _:
            return _detailed_further(draws, one)


def _detailed_further(draws: random.Random, act: Act) -> Act:
    match act.kind:
        case ActKind.HARM:
            return replace(act, word=str(draws.choice(tuple(Harm))))
        case ActKind.LATER | ActKind.SWALLOW:
            return replace(act, ticks=draws.randint(1, 10) * TICKS_A_DAY)
        case ActKind.STICK_READ:
            choices = (Choice.OLDEST,) * 3 + (Choice.NEWEST,) * 4 + tuple(Choice)
            return replace(act, word=str(draws.choice(choices)))
        case _:
            return act


def _swizzle(draws: random.Random, *, days: int, offices: int) -> Iterator[Act]:
    """Cut the lines one by one and let them come back in another order: Source: FoundationDB."""
    begin = draws.randrange(max(1, days - 10)) * TICKS_A_DAY
    pairs = [(a, b) for a in range(offices) for b in range(a + 1, offices)]
    draws.shuffle(pairs)
    ends = draws.sample(range(len(pairs)), len(pairs))
    for place, ((office, other), end) in enumerate(zip(pairs, ends, strict=True)):
        ticks = (len(pairs) - place) * 4 + end * 4 + TICKS_A_DAY
        yield Act(begin + place * 4, 1_000_000 + place, ActKind.CUT, office, other, 0, ticks)


def with_acts(plan: Plan, acts: Sequence[Act]) -> Plan:
    """The same history with other acts: rule SP1."""
    return Plan(plan.seed, plan.offices, plan.days, tuple(acts))
