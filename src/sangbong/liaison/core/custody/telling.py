"""What two offices tell each other at a contact, besides envelopes: rules X1 to X6 of exchange.py.

1. (C1) Final receipts are repeated until the other side says that they are settled (rule O4); all
   else is told once, and what was lost on the way is asked for by what comes next.
2. (C2) `epochs_done` is told from the ledger: lower than every epoch that a waiting dispatch is sealed
   to. Nothing is sealed to those epochs afterwards.
3. (C3) The other side's `epochs_done` is passed on to the office room, which destroys no key that a
   dispatch here, not yet opened, is sealed to. The latest word counts, also a lower one, also 0:
   something sealed to an older epoch goes once more to an office that was put back (rule T7). That
   is worth a contact by itself. An office that was put back takes a higher number only from an
   exchange that names its present incarnation: any other may have been on its way since before.
4. (C4) Of an exchange written in an older incarnation of its writer, the receipts are taken with
   doubt (rule N4) and the rest says nothing any more (rule T8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.ledger import Incoming, InStream, StreamKey
from sangbong.liaison.core.custody.receiving import received_receipt
from sangbong.liaison.core.custody.resync import (
    RESTORED_KIND,
    hear,
    hear_anew,
    owe_anew,
    restored_paper,
)
from sangbong.liaison.core.custody.revoking import to_tell
from sangbong.liaison.core.custody.sending import Draft, accept_receipts, enqueue, readable
from sangbong.liaison.core.custody.settling import RESTORED_STREAM, knows_our_restore
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.evidence.witness import SHOWN_AGAIN
from sangbong.liaison.core.wire.exchange import PREFIXES_MAX, RECEIPTS_MAX, Exchange, Prefix
from sangbong.liaison.core.wire.receipt import Receipt

BASIS = "liaison: the channel itself"
PURPOSE = "liaison"


@dataclass(frozen=True, slots=True)
class Told:
    """What came of an exchange.

    `epochs_done`: our receive keys up to this epoch need not be kept for this office (0: every one is
    to be kept); None where it said nothing that counts.
    `restored`: it showed that our own database was put back. `owed`: its evidence is to be answered by
    our cosignature (witness.py, rule LW10).
    """

    receipts: tuple[Receipt, ...] = ()
    faults: tuple[tuple[int, SangbongError], ...] = ()
    restored: bool = False
    peer_restored: bool = False
    epochs_done: int | None = None
    owed: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """An exchange to be handed over, and the rows it was made of.

    `lowered`: a dispatch that is offered again lowers `epochs_done`: rule C3. `shows` says that our
    log is shown for its own sake (witness.py, rule LW10), `state` how all stood that is told every time.
    """

    exchange: Exchange
    received: tuple[Incoming, ...] = field(default=())
    returned: tuple[str, ...] = field(default=())
    lowered: bool = False
    shows: bool = False
    state: tuple[object, ...] = ()

    @property
    def has_news(self) -> bool:
        """Whether it tells what is told once."""
        told = self.exchange
        return bool(told.receipts or told.heard or told.settled)

    @property
    def says_something(self) -> bool:
        """Whether it would change anything at the other side."""
        return self.has_news or self.lowered or self.shows


@dataclass(frozen=True, slots=True)
class LastTold:
    """How all stood when an office was told last by a line, and when that was."""

    state: tuple[object, ...]
    at: datetime


def is_worth(message: Message, *, last: LastTold | None, now: datetime, owed: bool) -> bool:
    """Whether a message is to be handed over on a line: rule LW10 of witness.py.

    What is told every time is not told again within `SHOWN_AGAIN` where nothing of it has changed,
    unless it is `owed`: else two lines would answer each other for ever.
    """
    if message.has_news or not message.says_something:
        return message.has_news
    same = last is not None and last.state == message.state
    return owed or not same or not (last and last.at <= now < last.at + SHOWN_AGAIN)


def announce(channel: Channel, *, other: OfficeCode, now: datetime) -> bool:
    """Tell an office once of our new incarnation by a dispatch: rule T5. Whether it was told now.

    Where nothing can be sealed for it today the next contact tries again: the exchange tells of the
    new incarnation by itself.
    """
    ledger = channel.ledger
    own, peer = ledger.incarnation(), ledger.peer(other)
    if own in {1, peer.announced}:
        return False
    draft = Draft(
        clearance=standing(BASIS, PURPOSE, other),
        recipient=other,
        stream=RESTORED_STREAM,
        kind=RESTORED_KIND,
        body=restored_paper(channel, other=other).to_body(),
        urgent=True,
    )
    try:
        enqueue(channel, draft, now=now)
    except SangbongError:
        return False
    ledger.save_peer(replace(ledger.peer(other), announced=own))
    return True


def exchange_for(channel: Channel, *, other: OfficeCode, now: datetime) -> Message:
    """What we have to tell an office besides envelopes; its own restore is announced first."""
    announce(channel, other=other, now=now)
    ledger = channel.ledger
    peer, own = ledger.peer(other), ledger.incarnation()
    owed = ledger.receipts_owed(other, limit=RECEIPTS_MAX)
    returns = ledger.returns(other, limit=RECEIPTS_MAX - len(owed))
    revoked = channel.keys.own_revoked()
    everything = peer.told_incarnation < own
    heard = (
        ledger.in_streams_from(other)
        if everything
        else ledger.heard_owed(other, limit=PREFIXES_MAX)
    )
    settled = (
        [one for one in ledger.out_streams_to(other) if one.settled_through]
        if everything
        else ledger.settled_owed(other, limit=PREFIXES_MAX)
    )
    waiting = ledger.epochs_waiting(other)
    done = channel.keys.done_with(other, now=now, on_the_way=waiting)
    exchange = Exchange(
        incarnation=own,
        receipts=(
            *(
                to_tell(channel, row.receipt, revoked=revoked)
                if row.receipt
                else received_receipt(channel, row)
                for row in owed
            ),
            *(to_tell(channel, one.receipt, revoked=revoked) for one in returns),
        ),
        heard=_heard(heard),
        settled=tuple(
            sorted(
                Prefix(one.key.name, one.key.incarnation, one.settled_through) for one in settled
            )[:PREFIXES_MAX]
        ),
        epochs_done=done,
    )
    told = tuple(row for row in owed if row.state is DispatchState.RECEIVED)
    lowered = bool(waiting) and any(row.epoch == done + 1 for row in ledger.offered_again(other))
    return Message(
        exchange, told, tuple(one.digest for one in returns), lowered=lowered, state=(done,)
    )


def _heard(streams: Sequence[InStream]) -> tuple[Prefix, ...]:
    prefixes = [Prefix(one.key.name, one.key.incarnation, one.received_through) for one in streams]
    return tuple(sorted(prefixes)[:PREFIXES_MAX])


def told(channel: Channel, message: Message, *, other: OfficeCode, now: datetime) -> None:
    """Note that an exchange was handed over: rule C1."""
    ledger, exchange = channel.ledger, message.exchange
    rows = ledger.incoming([row.id for row in message.received]).values()
    ledger.save_incoming(
        replace(row, receipt_owed=False) for row in rows if row.state is DispatchState.RECEIVED
    )
    settled = ledger.out_streams(
        {StreamKey(other, p.stream, p.incarnation) for p in exchange.settled}
    )
    ledger.save_out_streams(
        replace(settled[StreamKey(other, p.stream, p.incarnation)], settled_owed=False)
        for p in exchange.settled
        if settled[StreamKey(other, p.stream, p.incarnation)].settled_through == p.through
    )
    heard = ledger.in_streams({StreamKey(other, p.stream, p.incarnation) for p in exchange.heard})
    ledger.save_in_streams(
        replace(heard[StreamKey(other, p.stream, p.incarnation)], heard_owed=False)
        for p in exchange.heard
        if heard[StreamKey(other, p.stream, p.incarnation)].received_through == p.through
    )
    ledger.returns_carried(message.returned, now=now)
    peer = ledger.peer(other)
    if peer.told_incarnation != exchange.incarnation:
        ledger.save_peer(replace(peer, told_incarnation=exchange.incarnation))


def accept_exchange(
    channel: Channel, theirs: Exchange, *, sender: OfficeCode, now: datetime
) -> Told:
    """Believe what an office told us, or say what we do not: rules X3 to X6, C3, C4, T4, T7, T8."""
    ledger = channel.ledger
    peer = ledger.peer(sender)
    stale = theirs.incarnation < peer.incarnation
    believed = accept_receipts(channel, theirs.receipts, now=now, stale=stale)
    if stale:
        return Told(tuple(believed.receipts), tuple(believed.faults), believed.restored)
    heard = {StreamKey(sender, p.stream, p.incarnation): p.through for p in theirs.heard}
    peer_restored = theirs.incarnation > max(peer.incarnation, 1)
    if peer_restored:
        hear_anew(channel, sender=sender, heard=heard)
    restored = hear(channel, sender=sender, heard=heard, now=now)
    settled = {StreamKey(sender, p.stream, p.incarnation): p.through for p in theirs.settled}
    if peer_restored:
        owe_anew(channel, sender=sender, settled=settled)
    for key, through in settled.items():
        ledger.stop_owing(key, through=through)
    done = peer.epochs_done
    if theirs.epochs_done < done or _knows_incarnation(channel, theirs):
        done = theirs.epochs_done
    if (theirs.incarnation, done) != (peer.incarnation, peer.epochs_done):
        ledger.save_peer(
            replace(ledger.peer(sender), incarnation=theirs.incarnation, epochs_done=done)
        )
    return Told(
        receipts=tuple(believed.receipts),
        faults=tuple(believed.faults),
        restored=restored or believed.restored,
        peer_restored=peer_restored,
        epochs_done=done if knows_our_restore(channel, sender) else None,
    )


def _knows_incarnation(channel: Channel, theirs: Exchange) -> bool:
    """Whether an exchange was written by one who knew our present incarnation: rule C3."""
    own = channel.ledger.incarnation()
    if own == 1 or any(p.incarnation == own for p in theirs.heard):
        return True
    return any(one.incarnation == own for one in readable(theirs.receipts))
