"""The line between two offices: messages in both directions, and what bad weather does to them.

A message is lost, doubled, late or altered by the draws of the call that sends it. An answer can be
lost too: then the other side has done what it was asked, and the caller does not know.

On the real line TLS notices every altered bit, and what was altered is lost. Envelopes, receipts and
pieces of films have to bear it by themselves too, so here they arrive altered; an exchange is not
signed and rests on TLS or on a bundle's seal, so an altered one is lost (`unsigned`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sangbong.lab.simulator.disk import Crash
from sangbong.lab.simulator.plan import Weather

Desk = Callable[[bytes], bytes]
_PERMILLE = 1000


class LineDownError(Exception):
    """The caller heard nothing; what the other side did, it cannot know."""


@dataclass(frozen=True, slots=True)
class Spell:
    """Bad weather on one line until a tick."""

    weather: Weather
    permille: int
    until: int


@dataclass(frozen=True, slots=True)
class _Late:
    due: int
    desk: Desk
    message: bytes


@dataclass(slots=True)
class Line:
    """One line between two offices, in both directions."""

    spells: list[Spell] = field(default_factory=list)
    cut_until: int = 0
    _late: list[_Late] = field(default_factory=list)

    def is_up(self, tick: int) -> bool:
        """Whether a call can begin."""
        return tick >= self.cut_until

    def clear(self) -> None:
        """Give the line fair weather for good."""
        self.spells.clear()
        self.cut_until = 0

    def ask(
        self,
        message: bytes,
        desk: Desk,
        *,
        tick: int,
        draws: random.Random,
        unsigned: bool = False,
    ) -> bytes:
        """Send one message and wait for the answer.

        Raises:
            LineDownError: no answer came, or one that nobody could read.
        """
        falls = {spell.weather for spell in self._spells(tick) if _falls(spell, draws)}
        if Weather.LOSS in falls and draws.random() < 0.5:
            raise LineDownError
        if Weather.LATE in falls:
            self._late.append(_Late(tick + draws.randint(1, 80), desk, message))
            raise LineDownError
        if Weather.CORRUPT in falls:
            if unsigned:
                raise LineDownError
            message = altered(message, draws)
        if Weather.DOUBLE in falls:
            answer_of(desk, message)
        answer = answer_of(desk, message)
        if falls & {Weather.LOSS, Weather.HALF_OPEN}:
            raise LineDownError
        if Weather.CORRUPT in falls and draws.random() < 0.5:
            return altered(answer, draws)
        return answer

    def _spells(self, tick: int) -> Iterator[Spell]:
        return (spell for spell in self.spells if tick < spell.until)

    def deliver_late(self, tick: int) -> int:
        """Deliver what was under way for long; nobody waits for the answers.

        Returns:
            How many messages came.
        """
        due = [late for late in self._late if late.due <= tick]
        self._late = [late for late in self._late if late.due > tick]
        for late in due:
            try:
                answer_of(late.desk, late.message)
            except LineDownError:
                continue
        return len(due)


def _falls(spell: Spell, draws: random.Random) -> bool:
    return draws.randrange(_PERMILLE) < spell.permille


def answer_of(desk: Desk, message: bytes) -> bytes:
    """What a desk answers; one whose process dies of it answers nothing.

    Raises:
        LineDownError: the process died.
    """
    try:
        return desk(message)
    except Crash as died:
        raise LineDownError from died


def altered(data: bytes, draws: random.Random) -> bytes:
    """The bytes with one bit turned over."""
    if not data:
        return data
    place = draws.randrange(len(data))
    turned = data[place] ^ (1 << draws.randrange(8))
    return data[:place] + bytes([turned]) + data[place + 1 :]
