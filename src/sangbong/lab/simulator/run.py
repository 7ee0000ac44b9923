"""Playing a plan to its end: the acts, the drain, the check.

1. (SR1) While acts are played, the truth is asked at every step (truth.py, rules SV1 to SV5).
2. (SR2) The drain takes every fault away and gives every line, stick and worker its time. It must come
   to rest within `CONTACTS_MAX` rounds of contacts.
3. (SR3) Then the checkers compare (checkers.py, rules SC1 to SC6).
4. (SR4) The same plan gives the same trace, whatever process, machine or hash seed plays it.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass

from sangbong.lab.simulator.acts import bring_statements, destroy_keys, play
from sangbong.lab.simulator.calls import call
from sangbong.lab.simulator.checkers import check
from sangbong.lab.simulator.clock import TICKS_A_DAY
from sangbong.lab.simulator.draws import stream
from sangbong.lab.simulator.keys import Smith
from sangbong.lab.simulator.mutants import Mutant
from sangbong.lab.simulator.papers import apply_some
from sangbong.lab.simulator.plan import OFFICES, Plan
from sangbong.lab.simulator.truth import BrokenError
from sangbong.lab.simulator.visits import read_stick
from sangbong.lab.simulator.world import World, made
from sangbong.liaison.core.wire.ports import PieceCipher

CONTACTS_MAX = 30


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. `rule` and `text` are empty where every promise held."""

    plan: Plan
    rule: str
    text: str
    step: int
    digest: str
    papers: int
    crashes: int
    restores: int
    contacts: int
    lines: tuple[str, ...] = ()

    @property
    def held(self) -> bool:
        """Whether nothing broke."""
        return not self.rule


def simulate(
    plan: Plan,
    *,
    mutant: Mutant | None = None,
    smith: Smith | None = None,
    cipher: PieceCipher | None = None,
    keep_trace: bool = False,
) -> Outcome:
    """Play a plan; with a `mutant` planted, and with other cryptography, where they are given."""
    world = made(plan, smith=smith, cipher=cipher, keep=keep_trace)
    rule, text, contacts = "", "", 0
    with mutant.planted(world) if mutant else nullcontext():
        try:
            _play_all(world)
            contacts = drain(world)
            check(world.offices, world.truth)
        except BrokenError as broken:
            rule, text = broken.rule, broken.text
            world.trace.say(f"BROKEN {broken}")
    return Outcome(
        plan=plan,
        rule=rule,
        text=text,
        step=world.trace.steps,
        digest=world.trace.digest,
        papers=len(world.truth.written),
        crashes=sum(office.crashes for office in world.offices.values()),
        restores=len(world.truth.restored),
        contacts=contacts,
        lines=tuple(world.trace.lines),
    )


def _play_all(world: World) -> None:
    for act in world.plan.acts:
        if act.tick > world.clock.tick:
            world.clock.tick = act.tick
            for line in world.lines.values():
                line.deliver_late(world.clock.tick)
            bring_statements(world)
        play(world, act)
    world.clock.tick = max(world.clock.tick, world.plan.days * TICKS_A_DAY)


def drain(world: World) -> int:
    """Give everything its time without any fault: rule SR2.

    Returns:
        After how many rounds of contacts all was at rest.

    Raises:
        BrokenError: it never came to rest.
    """
    for office in world.offices.values():
        office.disk.disarm()
        office.speaks_later_until = 0
    for line in world.lines.values():
        line.clear()
        line.deliver_late(2**62)
    bring_statements(world, everything=True)
    for stick in world.bag.unread():
        world.bag.mark_read(stick)
        read_stick(world, world.offices[OFFICES[stick.reader]], stick)
    for contacts in range(1, CONTACTS_MAX + 1):
        before = world.trace.steps
        world.clock.tick += TICKS_A_DAY
        _everybody_meets(world, contacts)
        if world.trace.steps == before:
            return contacts
    raise BrokenError("SR2", f"not at rest after {CONTACTS_MAX} rounds of contacts")


def _everybody_meets(world: World, number: int) -> None:
    draws = stream(world.plan.seed, "drain", number)
    for one, other in world.lines:
        call(world, world.offices[one], world.offices[other], draws)
    for office in world.offices.values():
        apply_some(world, office, 10_000)
        destroy_keys(world, office)
