"""Applying what came in, in the order of the numbers: rules I7 and I8 of inbox.py, E8 of envelope.py.

1. (A1) The effect, the state and the signed final receipt are one commit.
2. (A2) A dispatch whose seal does not open, whose receive key is destroyed or whose paper cannot be
   read is refused with that reason; nothing is tried with another key.
3. (A3) A dispatch is opened only when its turn has come.
4. (A4) The receive key that opened a dispatch stays for `KEYS_KEPT` afterwards, which is as long as
   backups are kept: an office that is put back opens once more what it had opened since.
5. (A5) A dispatch is opened only if the key that signed it still counts for it: rule Q1 of revoking.py.
"""

from __future__ import annotations

import functools
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.dispatch import InboundDispatch, InboundFilm
from sangbong.liaison.core.custody.ledger import Incoming
from sangbong.liaison.core.custody.resync import pass_over
from sangbong.liaison.core.custody.revoking import demand_standing
from sangbong.liaison.core.custody.states import DispatchEvent, after
from sangbong.liaison.core.wire.body import Paper, check_film, unpack
from sangbong.liaison.core.wire.envelope import open_envelope, read_envelope
from sangbong.liaison.core.wire.receipt import Receipt, ReceiptState

KEYS_KEPT = timedelta(days=35)


def next_to_apply(channel: Channel, *, passing_over: Collection[str] = ()) -> Incoming | None:
    """The oldest dispatch whose turn it is, leaving out those that are stuck by a fault of ours."""
    return channel.ledger.next_to_apply(passing_over=passing_over)


def open_dispatch(channel: Channel, row: Incoming) -> InboundDispatch:
    """Open a dispatch for the room that takes it: rules A5, E8, B1 to B4.

    Raises:
        SangbongError: `liaison.seal_wrong`, `liaison.body_garbled` (the sender's fault),
            `office.epoch_gone` or `office.signer_revoked`; the dispatch is refused.
    """
    envelope = read_envelope(channel.ledger.envelope(row.digest))
    demand_standing(channel, row, generation=envelope.header.signer)
    opener = channel.keys.to_open(envelope.header.epoch)
    paper = unpack(open_envelope(envelope, opener=opener))
    check_film(paper, pieces=envelope.header.pieces)
    return InboundDispatch(
        id=row.id,
        sender=row.key.other,
        stream=row.key.name,
        sequence=row.sequence,
        kind=paper.kind,
        body=paper.body,
        attachments=paper.attachments,
        received_at=row.received_at,
        basis=paper.basis,
        purpose=paper.purpose,
        sealed_at=paper.sealed_at,
        film=_film(channel, row, paper),
    )


def _film(channel: Channel, row: Incoming, paper: Paper) -> InboundFilm | None:
    if paper.film is None:
        return None
    return InboundFilm(
        id=row.film,
        length=paper.film.length,
        open=functools.partial(channel.films.plaintext, row.film, paper.film),
    )


def finish(channel: Channel, row: Incoming, *, kind: str, code: str, now: datetime) -> Incoming:
    """Note that a dispatch was applied, or refused with a code: rules A1 and I8."""
    state = ReceiptState.REFUSED if code else ReceiptState.APPLIED
    signing = channel.keys.to_sign(row.key.other)
    receipt = Receipt(
        sender=channel.own,
        recipient=row.key.other,
        stream=row.key.name,
        sequence=row.sequence,
        digest=row.digest,
        state=state,
        at=now,
        incarnation=row.key.incarnation,
        signer=signing.generation,
        code=code,
    ).encode(signing.signer)
    done = replace(
        row,
        kind=kind,
        code=code,
        state=after(row.state, DispatchEvent(state.value)),
        final_at=now,
        receipt=receipt,
        receipt_owed=True,
    )
    ledger = channel.ledger
    ledger.save_incoming([done])
    stream = ledger.in_streams([row.key])[row.key]
    ledger.save_in_streams([pass_over(channel, replace(stream, applied_through=row.sequence))])
    return done
