"""Taking custody, and applying what came in: each in one transaction, and answered after it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody import applying, receiving
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.custody.ledger import Incoming
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.evidence.evidence import Act
from sangbong.liaison.core.wire.envelope import dispatch_id, read_envelope
from sangbong.liaison.core.wire.receipt import reason
from sangbong.liaison.operations import evidence
from sangbong.liaison.operations.channel import after_commit, bare_channel, office_channel

Handler = Callable[[InboundDispatch], None]
_APART = {"liaison.two_histories": (0,), "liaison.chain_broken": (-1, 1)}
"""How far from an envelope the one lies that it contradicts, by the reason that it is returned with."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to one envelope of a batch.

    `receipt` is the signed answer: *received*, or *returned* with `code`. It is empty while a film is
    missing (`arriving`), and where there is nobody to answer.
    """

    digest: str
    receipt: bytes
    code: str = ""
    arriving: bool = False


def receive(*, now: datetime, envelope: bytes, answered: bool = False) -> bytes:
    """Take custody of one envelope: store it, commit, and only then sign *received*.

    With `answered` the receipt goes back on the same call, so no carrier need take it: if the answer
    is lost, the envelope comes again. A duplicate is answered with the same bytes again. Not to be
    called inside a transaction: the receipt that this returns leaves the office.

    Returns:
        The signed receipt; empty while pieces of the dispatch's film are missing.

    Raises:
        SangbongError: rules E1 to E7 of `liaison.core.wire.envelope` and I2 to I5, I9 of
            `liaison.core.custody.inbox`; nothing was stored; `return_envelope` makes the answer.
    """
    with transaction.atomic(durable=True):
        held = store(now=now, data=envelope, answered=answered)
    # Committed and synced. A kill up to here costs nothing: the other side sends it again.
    if held.state is DispatchState.ARRIVING:
        return b""
    return received_receipt(held, now=now)


def store(*, now: datetime, data: bytes, answered: bool = False) -> Incoming:
    """Judge one envelope and store it, in the caller's transaction.

    Raises:
        SangbongError: as `receive`.
    """
    (arrived,) = receiving.take(office_channel(now=now), [data], now=now, answered=answered)
    if arrived.fault is not None:
        raise arrived.fault
    assert arrived.row is not None, "a row or a fault"  # noqa: S101 -- receiving.Arrived
    _log_received([arrived.row] if arrived.fresh else [], now=now)
    after_commit("exchange", arrived.row.key.other)
    return arrived.row


def _log_received(rows: Sequence[Incoming], *, now: datetime) -> None:
    """Into our logs towards the senders, in the transaction of the custody: rule LK1."""
    digests: dict[OfficeCode, list[tuple[Act, str]]] = {}
    for row in rows:
        digests.setdefault(row.key.other, []).append((Act.RECEIVED, row.digest))
    for sender, acts in digests.items():
        evidence.log_acts(now=now, counterpart=sender, acts=acts)


def received_receipt(row: Incoming, *, now: datetime) -> bytes:
    """Sign that a stored dispatch was received; the same row always gives the same bytes."""
    return receiving.received_receipt(bare_channel(now=now), row)


def take_batch(
    *, now: datetime, envelopes: Sequence[bytes], carrier: OfficeCode, answered: bool
) -> list[Taken]:
    """Take custody of a batch in one transaction, and answer each envelope after it.

    What cannot be taken leaves its trace as evidence, and a signed answer where its sender is known;
    unless it is `answered` on this call, the answer is kept for the next carrier.
    """
    with transaction.atomic(durable=True):
        channel = office_channel(now=now)
        arrived = receiving.take(channel, envelopes, now=now, answered=answered)
        for one, data in zip(arrived, envelopes, strict=True):
            if one.fault is not None:
                receiving.trace(channel, data, code=one.fault.code, carrier=carrier, now=now)
                _accuse(channel, one.fault, data, now=now)
        _log_received([one.row for one in arrived if one.row and one.fresh], now=now)
        after_commit("exchange", carrier)
    # Committed and synced: the answers may leave.
    answers = [
        _answer(channel, one, data, carrier=carrier, now=now)
        for one, data in zip(arrived, envelopes, strict=True)
    ]
    if not answered:
        _keep_returns(channel, [one.receipt for one in answers if one.code], now=now)
    return answers


def _accuse(channel: Channel, fault: SangbongError, data: bytes, *, now: datetime) -> None:
    """Two envelopes that cannot stand in one stream: keep the proof, if it is one."""
    steps = _APART.get(fault.code)
    if steps is None:
        return
    header = read_envelope(data).header
    names = [
        dispatch_id(
            header.sender,
            header.recipient,
            header.stream,
            header.sequence + step,
            incarnation=header.incarnation,
        )
        for step in steps
        if header.sequence + step >= 1
    ]
    for row in channel.ledger.incoming(names).values():
        held = channel.ledger.envelope(row.digest)
        with contextlib.suppress(SangbongError), transaction.atomic():
            evidence.accuse(now=now, held=held, offered=data)


def take_or_return(*, now: datetime, envelopes: Sequence[bytes], carrier: OfficeCode) -> list[str]:
    """Receive a batch from a stick; for each envelope the reason why it was not taken, or nothing."""
    from sangbong.liaison import operations

    answers = operations.take_batch(now=now, envelopes=envelopes, carrier=carrier, answered=False)
    return [one.code for one in answers]


def _answer(
    channel: Channel, one: receiving.Arrived, data: bytes, *, carrier: OfficeCode, now: datetime
) -> Taken:
    if one.row is not None:
        arriving = one.row.state is DispatchState.ARRIVING
        signed = b"" if arriving else receiving.received_receipt(channel, one.row)
        return Taken(one.digest, signed, arriving=arriving)
    assert one.fault is not None, "a row or a fault"  # noqa: S101 -- receiving.Arrived
    code = one.fault.code
    signed_return = receiving.returned_receipt(channel, data, code=code, carrier=carrier, now=now)
    return Taken(one.digest, signed_return or b"", code=code)


def _keep_returns(channel: Channel, receipts: Sequence[bytes], *, now: datetime) -> None:
    with transaction.atomic(durable=True):
        for receipt in receipts:
            if receipt:
                receiving.keep_return(channel, receipt, now=now)


def film_complete(*, now: datetime, film: str) -> list[tuple[str, bytes]]:
    """Take custody of what waited for a film that is durable now; digest and receipt of each."""
    with transaction.atomic(durable=True):
        channel = office_channel(now=now)
        rows = receiving.film_complete(channel, film, now=now)
        _log_received(rows, now=now)
        for row in rows:
            after_commit("exchange", row.key.other)
    return [(row.digest, receiving.received_receipt(channel, row)) for row in rows]


def return_envelope(
    *, now: datetime, envelope: bytes, code: str, carrier: OfficeCode | None = None
) -> bytes | None:
    """Sign that an envelope could not be taken, and why; nothing is stored.

    The answer is for the office that the envelope names, else for `carrier`, the office that it came
    from by line or stick.

    Returns:
        The signed answer, or None where there is nobody to answer: the sender is not known here.
    """
    return receiving.returned_receipt(
        bare_channel(now=now), envelope, code=code, carrier=carrier, now=now
    )


def apply_next(*, now: datetime, handler: Handler, passing_over: Collection[str] = ()) -> bool:
    """Apply the oldest dispatch whose turn it is; effect, state and signed receipt are one commit.

    The handler's `SangbongError` refuses the dispatch with its code and takes back what the handler
    wrote. Any other exception is our own trouble: all is rolled back, the dispatch stays *received*
    and is tried again; the caller may name it in `passing_over` so that other streams go on.

    Returns:
        Whether there was one.
    """
    with transaction.atomic():
        channel = office_channel(now=now)
        row = applying.next_to_apply(channel, passing_over=passing_over)
        if row is None:
            return False
        kind, code = _apply(channel, row, handler)
        applying.finish(channel, row, kind=kind, code=code, now=now)
        act = Act.REFUSED if code else Act.APPLIED
        evidence.log_acts(now=now, counterpart=row.key.other, acts=[(act, row.digest)])
        after_commit("exchange", row.key.other)
    return True


def _apply(channel: Channel, row: Incoming, handler: Handler) -> tuple[str, str]:
    """Run the handler behind a savepoint; the kind, and the code of its refusal or nothing."""
    kind = ""
    try:
        with transaction.atomic():
            dispatch = applying.open_dispatch(channel, row)
            kind = dispatch.kind
            handler(dispatch)
    except SangbongError as fault:
        return kind, reason(fault.code)
    return kind, ""
