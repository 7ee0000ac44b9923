"""Playing one act: what each kind of it does to the world."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator import papers, visits
from sangbong.lab.simulator.calls import call
from sangbong.lab.simulator.clock import TICKS_A_DAY
from sangbong.lab.simulator.draws import stream
from sangbong.lab.simulator.line import LineDownError, Spell
from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.plan import Act, ActKind, Choice, Harm, Weather
from sangbong.lab.simulator.world import World
from sangbong.liaison.core.custody.applying import KEYS_KEPT
from sangbong.liaison.core.custody.channel import Mark, SealingKey
from sangbong.liaison.core.custody.ledger import Outgoing
from sangbong.liaison.core.custody.resync import begin
from sangbong.liaison.core.wire.envelope import read_envelope

BACKUPS_MAX = 4
_SYNC_CHANCE = 0.5
"""How often a disk that does not sync with each commit (a mutant's) gets round to it after an act."""
BACKUP_AGE_MAX = 28 * TICKS_A_DAY
"""No older backup is put back: keys are destroyed 30 days after their epoch, and an older database
would want what only they open (docs/explanation/simulator.md, what it cannot show)."""


def play(world: World, act: Act) -> None:
    """Play one act; an office that dies of it comes up again."""
    draws = stream(world.plan.seed, "act", act.number)
    office = world.at(act.office)
    with world.mortal(office):
        _DEEDS[act.kind](world, act, draws)
    if draws.random() < _SYNC_CHANCE:
        for one in world.offices.values():
            one.disk.sync()


def _paper(world: World, act: Act, _: random.Random) -> None:
    papers.write_paper(world, world.at(act.office), world.at(act.other), act)


def _call(world: World, act: Act, draws: random.Random) -> None:
    call(world, world.at(act.office), world.at(act.other), draws)


def _stick_write(world: World, act: Act, draws: random.Random) -> None:
    visits.write_stick(world, world.at(act.office), world.at(act.other), draws)


def _stick_read(world: World, act: Act, _: random.Random) -> None:
    stick = world.bag.choose(act.office, act.other, Choice(act.word))
    if stick is not None:
        world.bag.mark_read(stick)
        visits.read_stick(world, world.at(act.office), stick)


def _relay(world: World, act: Act, draws: random.Random) -> None:
    office, other = world.at(act.office), world.at(act.other)
    thirds = [one for one in world.others(office) if one is not other]
    if thirds:
        visits.relay(world, office, other, thirds[act.amount % len(thirds)], draws)


def _work(world: World, act: Act, _: random.Random) -> None:
    office = world.at(act.office)
    papers.apply_some(world, office, act.amount)
    destroy_keys(world, office)


def destroy_keys(world: World, office: Office) -> None:
    """What an office does each night with the keys that nobody needs any more."""
    now = office.clock.now
    needed = office.ledger.epochs_unopened(finished_after=now - KEYS_KEPT)
    gone = office.ring.destroy(now=now, needed=needed)
    if gone:
        world.say(office, f"destroys keys {gone}")


def _crash(world: World, act: Act, _: random.Random) -> None:
    world.at(act.office).disk.arm(act.amount)


def _backup(world: World, act: Act, _: random.Random) -> None:
    office = world.at(act.office)
    office.backups.append(office.disk.backup(world.clock.tick))
    del office.backups[:-BACKUPS_MAX]


def _restore(world: World, act: Act, _: random.Random) -> None:
    """The database is lost and put back; with the whole machine, somebody says so by hand."""
    office = world.at(act.office)
    if len(office.backups) < act.amount:
        return
    backup = office.backups[-act.amount]
    if world.clock.tick - backup.tick > BACKUP_AGE_MAX:
        return
    # whoever puts an office back stays until it is done
    office.disk.disarm()
    office.disk.restore(backup)
    del office.backups[len(office.backups) - act.amount + 1 :]
    world.truth.restored.add(office.code)
    if act.word == "whole machine":
        # the mark went back too: `sangbong office restored` is typed, with the number from the paper
        # register, before anything is sealed
        office.channel.watermark.write(Mark(office.ledger.incarnation(), office.ledger.height()))
        with world.transaction(office):
            begin(office.channel, beyond=office.register)
    world.say(office, f"is put back by {world.clock.tick - backup.tick} ticks ({act.word})")


def _jump(world: World, act: Act, _: random.Random) -> None:
    clock = world.at(act.office).clock
    clock.skew = timedelta(minutes=act.amount)


def _weather(world: World, act: Act, _: random.Random) -> None:
    line = world.line(world.at(act.office).code, world.at(act.other).code)
    line.spells.append(Spell(Weather(act.word), act.amount, world.clock.tick + act.ticks))


def _cut(world: World, act: Act, _: random.Random) -> None:
    line = world.line(world.at(act.office).code, world.at(act.other).code)
    line.cut_until = max(line.cut_until, world.clock.tick + act.ticks)


def _harm(world: World, act: Act, draws: random.Random) -> None:
    stick = world.bag.harm(act.office, act.other, Harm(act.word), draws)
    if stick is not None:
        world.say(world.at(act.office), f"stick {stick.number} is {act.word}")


def _signer(world: World, act: Act, draws: random.Random) -> None:
    """A new signing key; its statement reaches each counterpart some time later.

    Every second time the office takes it for granted that it did.
    """
    office = world.at(act.office)
    office.ring.generation += 1
    if draws.random() < 0.5:
        office.ring.told = dict.fromkeys(office.ring.told, office.ring.generation)
    for other in world.others(office):
        other.statements_due.append(
            (world.clock.tick + draws.randint(0, 80), office.code, office.ring.generation)
        )


def bring_statements(world: World, *, everything: bool = False) -> None:
    """Statements that are due come to their readers, who say so."""
    for office in world.offices.values():
        for due, code, generation in list(office.statements_due):
            if everything or due <= world.clock.tick:
                office.statements_due.remove((due, code, generation))
                office.ring.known[code] = max(office.ring.known[code], generation)
                told = world.offices[code].ring.told
                told[office.code] = max(told[office.code], generation)


def _later(world: World, act: Act, _: random.Random) -> None:
    world.at(act.office).speaks_later_until = world.clock.tick + act.ticks


def _swallow(world: World, act: Act, _: random.Random) -> None:
    world.at(act.office).swallows_until = world.clock.tick + act.ticks


def _stale(world: World, act: Act, _: random.Random) -> None:
    """An office with an old statement seals to a key that was destroyed."""
    office, other = world.at(act.office), world.at(act.other)
    if not other.ring.destroyed:
        return
    epoch = max(other.ring.destroyed)
    _write_with(world, act, SealingKey(epoch, world.smith.sealer(other.code, epoch)))
    world.say(office, f"sealed to destroyed epoch {epoch}")


def _transplant(world: World, act: Act, draws: random.Random) -> None:
    """A dishonest office puts what another office sealed under its own header and signature."""
    office, other = world.at(act.office), world.at(act.other)
    victims = [one for one in world.others(office) if one is not other]
    found = [row for victim in victims for row in _sent(victim, other) if row.size < _SMALL]
    if not found:
        return
    row = draws.choice(found)
    victim = world.offices[_sender_of(world, row)]
    envelope = read_envelope(victim.ledger.envelope(row.digest))
    _write_with(world, act, SealingKey(envelope.header.epoch, _Stolen(envelope.sealed)))
    world.say(office, f"transplants {row.id}")


_SMALL = 6_000
"""An envelope with a body of the smallest class."""


@dataclass(frozen=True, slots=True)
class _Stolen:
    """Seals nothing, and gives what another office sealed."""

    sealed: bytes

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        """Another office's words."""
        del content, info
        return self.sealed


def _sent(office: Office, other: Office) -> list[Outgoing]:
    streams = office.ledger.out_streams_to(other.code)
    return [row for one in streams for row in office.ledger.outgoing_after(one.key, 0)]


def _sender_of(world: World, row: Outgoing) -> OfficeCode:
    return next(
        code for code, one in world.offices.items() if row.id in one.ledger.outgoing([row.id])
    )


def _write_with(world: World, act: Act, key: SealingKey) -> None:
    office = world.at(act.office)
    office.ring.instead = key
    papers.write_paper(world, office, world.at(act.other), act, unreadable=True)
    office.ring.instead = None


def _replay(world: World, act: Act, draws: random.Random) -> None:
    """Somebody who listened plays a message again, to the office that it was for."""
    heard = [one for one in world.seen if one.recipient == world.at(act.office).code]
    if heard:
        one = draws.choice(heard)
        try:
            world.ask_desk(world.at(act.office), one.sender, one.message)
        except LineDownError:
            return


_DEEDS: Mapping[ActKind, Callable[[World, Act, random.Random], None]] = {
    ActKind.PAPER: _paper,
    ActKind.CALL: _call,
    ActKind.STICK_WRITE: _stick_write,
    ActKind.STICK_READ: _stick_read,
    ActKind.RELAY: _relay,
    ActKind.WORK: _work,
    ActKind.CRASH: _crash,
    ActKind.BACKUP: _backup,
    ActKind.RESTORE: _restore,
    ActKind.JUMP: _jump,
    ActKind.WEATHER: _weather,
    ActKind.CUT: _cut,
    ActKind.HARM: _harm,
    ActKind.SIGNER: _signer,
    ActKind.LATER: _later,
    ActKind.SWALLOW: _swallow,
    ActKind.STALE: _stale,
    ActKind.TRANSPLANT: _transplant,
    ActKind.REPLAY: _replay,
}
