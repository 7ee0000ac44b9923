"""What an office answers on the line: the production deeds, each commit before its answer.

A message is one letter and frames. `T` envelopes to take; `X` an exchange; `M` a film's manifest;
`P` one piece of it; `D` all its pieces were sent. The shapes are the simulator's own: those of
the real line are proved in real sockets.
"""

from __future__ import annotations

from collections.abc import Sequence

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.leaving import receipts_leave, spoken
from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.world import World
from sangbong.liaison.core.custody import receiving, telling
from sangbong.liaison.core.custody.ledger import Incoming
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.envelope import ENVELOPE_BYTES_MAX
from sangbong.liaison.core.wire.exchange import Exchange, read_exchange
from sangbong.liaison.core.wire.film import FILM_PATTERN
from sangbong.liaison.core.wire.framing import PartReader, framed_all

DIGEST_LETTERS = 64


def answer(world: World, office: Office, sender: OfficeCode, message: bytes) -> bytes:
    """Answer one message of another office; nothing for one that cannot be read."""
    try:
        return _answer(world, office, sender, message)
    except (SangbongError, ValueError) as fault:
        code = fault.code if isinstance(fault, SangbongError) else "garbled"
        world.say(office, f"cannot read a message of {sender}: {code}")
        return b""


def _answer(world: World, office: Office, sender: OfficeCode, message: bytes) -> bytes:
    letter, rest = message[:1], message[1:]
    if letter == b"X":
        return _exchange(world, office, sender, read_exchange(rest))
    frames = read_frames(rest)
    if letter == b"T":
        return framed_all(take(world, office, sender, frames, answered=True))
    film = FILM_PATTERN.fullmatch(frames[0].decode("ascii")) if frames else None
    if not film or not film[0]:
        raise ValueError("not a film")
    waiting = [row for row in office.ledger.arriving_with(film[0]) if row.key.other == sender]
    if not waiting:
        return b""
    if letter == b"D":
        return framed_all(film_done(world, office, film[0]))
    _film_part(office, waiting[0], letter, frames[1:])
    return b""


def read_frames(data: bytes) -> list[bytes]:
    """The frames of a message.

    Raises:
        ValueError: not frames.
    """
    reader, frames = PartReader(data), []
    while reader.offset < len(data):
        frames.append(reader.part(limit=ENVELOPE_BYTES_MAX))
    return frames


def take(
    world: World,
    office: Office,
    carrier: OfficeCode,
    envelopes: Sequence[bytes],
    *,
    answered: bool,
) -> list[bytes]:
    """Take envelopes and answer each: its digest, a letter, and a receipt or a code.

    `R` received, `A` the film is missing, `F` returned and signed, `N` nobody to answer.
    """
    now, channel = office.clock.now, office.channel
    with world.transaction(office):
        arrived = receiving.take(channel, envelopes, now=now, answered=answered)
        for one, data in zip(arrived, envelopes, strict=True):
            if one.fault is not None:
                receiving.trace(channel, data, code=one.fault.code, carrier=carrier, now=now)
    answers = []
    for one, data in zip(arrived, envelopes, strict=True):
        digest = one.digest.encode("ascii")
        if one.row is not None:
            world.say(office, f"holds {one.row.id} {one.row.state}")
            answers.append(digest + _receipt_of(office, one.row.id))
            continue
        assert one.fault is not None, "a row or a fault"  # noqa: S101 -- receiving.Arrived
        world.say(office, f"returns something of {carrier}: {one.fault.code}")
        signed = receiving.returned_receipt(
            channel, data, code=one.fault.code, carrier=carrier, now=now
        )
        if signed is None:
            answers.append(digest + b"N" + one.fault.code.encode("ascii"))
            continue
        if not answered:
            with world.transaction(office):
                receiving.keep_return(channel, signed, now=now)
        answers.append(digest + b"F" + signed)
    return answers


def _receipt_of(office: Office, dispatch: str) -> bytes:
    row = office.ledger.incoming([dispatch])[dispatch]
    if row.state is DispatchState.ARRIVING:
        return b"A"
    signed = row.receipt or receiving.received_receipt(office.channel, row)
    receipts_leave(office, [signed])
    return b"R" + signed


def _exchange(world: World, office: Office, sender: OfficeCode, theirs: Exchange) -> bytes:
    with world.transaction(office):
        hear(world, office, sender, theirs)
    with world.transaction(office):
        message = telling.exchange_for(office.channel, other=sender, now=office.clock.now)
    receipts_leave(office, message.exchange.receipts)
    with world.transaction(office):
        telling.told(office.channel, message, other=sender, now=office.clock.now)
    return b"X" + spoken(world, office, message.exchange.encode())


def hear(world: World, office: Office, sender: OfficeCode, theirs: Exchange) -> None:
    """Believe an exchange, in the caller's transaction."""
    told = telling.accept_exchange(office.channel, theirs, sender=sender, now=office.clock.now)
    for receipt in told.receipts:
        world.say(office, f"believes {receipt.state} of {receipt.dispatch_id} {receipt.code}")
    for _, fault in told.faults:
        world.say(office, f"does not believe a receipt of {sender}: {fault.code}")
    if told.restored or told.peer_restored:
        world.say(office, f"learns of a restore, its own {told.restored}")
    if told.epochs_done is not None:
        office.ring.note_done(sender, told.epochs_done)


def _film_part(office: Office, row: Incoming, letter: bytes, frames: Sequence[bytes]) -> None:
    if letter == b"M":
        office.films.take_manifest(b"".join(frames), film=row.film, pieces=row.pieces)
    elif letter == b"P" and len(frames) == 2:
        office.films.take_piece(row.film, int.from_bytes(frames[0], "big"), frames[1])


def film_done(world: World, office: Office, film: str) -> list[bytes]:
    """Take custody of what waited for a film, if it is whole; the receipts, as `take` answers."""
    with world.transaction(office):
        rows = receiving.film_complete(office.channel, film, now=office.clock.now)
    for row in rows:
        world.say(office, f"holds {row.id} with its film")
    return [row.digest.encode("ascii") + _receipt_of(office, row.id) for row in rows]
