"""A call over the line: exchanges, envelopes and films, from the caller's side and then back."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta

from sangbong.kernel.errors import SangbongError
from sangbong.lab.simulator.desk import DIGEST_LETTERS, hear, read_frames
from sangbong.lab.simulator.leaving import envelope_leaves, receipts_leave, spoken
from sangbong.lab.simulator.line import LineDownError
from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.world import Seen, World
from sangbong.liaison.core.custody import sending, telling
from sangbong.liaison.core.custody.ledger import Outgoing
from sangbong.liaison.core.wire.exchange import read_exchange
from sangbong.liaison.core.wire.framing import framed, framed_all

BATCH = 3
RETURN_REST = timedelta(hours=12)
"""How long a returned dispatch is not tried again on the line."""


def call(world: World, caller: Office, other: Office, draws: random.Random) -> None:
    """Both sides hand over what they have, until the line gives way."""
    line = world.line(caller.code, other.code)
    if not line.is_up(world.clock.tick):
        world.say(caller, f"calls {other.code}: no line")
        return
    for one, two in ((caller, other), (other, caller)):
        session = _Session(world, one, two, draws)
        try:
            with world.mortal(one):
                session.talk()
        except LineDownError:
            world.say(one, f"loses the line to {two.code}")
            return


class _Session:
    """One side's part of a call."""

    def __init__(self, world: World, own: Office, other: Office, draws: random.Random) -> None:
        self._world, self._own, self._other, self._draws = world, own, other, draws

    def talk(self) -> None:
        """Exchange, hand over envelopes and films, exchange again."""
        self._exchange()
        rested = self._own.clock.now - RETURN_REST
        waiting = self._own.ledger.waiting(self._other.code, rested_before=rested)
        for place in range(0, len(waiting), BATCH):
            self._hand_over(waiting[place : place + BATCH])
        if waiting:
            self._exchange()

    def _ask(self, message: bytes, *, unsigned: bool = False) -> bytes:
        world, own, other = self._world, self._own, self._other
        world.overhear(Seen(own.code, other.code, message))
        own.disk.moment()
        line = world.line(own.code, other.code)
        return line.ask(
            message,
            lambda data: world.ask_desk(other, own.code, data),
            tick=world.clock.tick,
            draws=self._draws,
            unsigned=unsigned,
        )

    def _exchange(self) -> None:
        world, own, other = self._world, self._own, self._other
        with world.transaction(own):
            message = telling.exchange_for(own.channel, other=other.code, now=own.clock.now)
        receipts_leave(own, message.exchange.receipts)
        answer = self._ask(b"X" + spoken(world, own, message.exchange.encode()), unsigned=True)
        if not answer:
            return
        with world.transaction(own):
            telling.told(own.channel, message, other=other.code, now=own.clock.now)
        try:
            with world.transaction(own):
                hear(world, own, other.code, read_exchange(answer[1:]))
        except SangbongError as fault:
            world.say(own, f"cannot read what {other.code} says: {fault.code}")

    def _hand_over(self, batch: Sequence[Outgoing]) -> None:
        world, own = self._world, self._own
        envelopes = [envelope_leaves(world, own, row) for row in batch]
        try:
            answer = self._ask(b"T" + framed_all(envelopes))
        finally:
            # whatever came of it, they may have left
            if not own.disk.in_transaction:
                with world.transaction(own):
                    sending.mark_carried(own.channel, [row.id for row in batch], now=own.clock.now)
        films = self._handed(answer, batch)
        for row in films:
            self._send_film(row)

    def _handed(self, answer: bytes, batch: Sequence[Outgoing]) -> list[Outgoing]:
        """Believe the answers; the dispatches whose film is wanted."""
        try:
            frames = read_frames(answer)
        except ValueError:
            return []
        signed = [frame[DIGEST_LETTERS + 1 :] for frame in frames if _letter(frame) in b"RF"]
        self._believe(signed)
        wanted = {frame[:DIGEST_LETTERS] for frame in frames if _letter(frame) == b"A"}
        return [row for row in batch if row.film and row.digest.encode() in wanted]

    def _believe(self, signed: Sequence[bytes]) -> None:
        world, own = self._world, self._own
        with world.transaction(own):
            believed = sending.accept_receipts(own.channel, signed, now=own.clock.now)
        for receipt in believed.receipts:
            world.say(own, f"believes {receipt.state} of {receipt.dispatch_id} {receipt.code}")
        for _, fault in believed.faults:
            world.say(own, f"does not believe an answer: {fault.code}")

    def _send_film(self, row: Outgoing) -> None:
        films, name = self._own.films, row.film.encode("ascii")
        manifest = films.manifest(row.film)
        assert manifest is not None, "our own film"  # noqa: S101 -- sealed before its dispatch
        self._ask(b"M" + framed_all([name, manifest.encode()]))
        for index in range(row.pieces):
            piece = films.piece(row.film, index)
            assert piece is not None, "our own film"  # noqa: S101 -- as above
            self._ask(b"P" + framed_all([name, index.to_bytes(4, "big"), piece]))
        answer = self._ask(b"D" + framed(name))
        self._handed(answer, [])


def _letter(frame: bytes) -> bytes:
    return frame[DIGEST_LETTERS : DIGEST_LETTERS + 1] or b"?"
