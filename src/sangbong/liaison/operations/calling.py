"""The line, one visit: hand over what waits, give and get receipts; each step commits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import queries
from sangbong.liaison.adapters.link import Link, client_context
from sangbong.liaison.core.exchange import Exchange
from sangbong.liaison.operations import outbox, telling
from sangbong.liaison.operations.carriage import Fault, audit_carriage
from sangbong.liaison.operations.channel import bare_channel, confirmed_counterpart
from sangbong.liaison.queries import WaitingDispatch
from sangbong.office.queries import own_keys


@dataclass(slots=True)
class LinkReport:
    """What came of one call.

    `handed` are the dispatches that the other side received, `receipts` those of its receipts that
    were believed, `settled` those of ours that it has for good.
    """

    handed: list[str] = field(default_factory=list)
    settled: int = 0
    receipts: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def progress(self) -> int:
        """What this call changed; a call that only repeats itself has none."""
        return len(self.handed) + self.receipts + self.settled


def call_counterpart(*, now: datetime, recipient: OfficeCode, url: str = "") -> LinkReport:
    """Call the other side once: hand over every envelope, give receipts, get receipts.

    `url` is for a line on another address than the key statement says.

    Raises:
        SangbongError: `liaison.no_line`, `liaison.link_down`, `liaison.link_cut`,
            `liaison.link_answer`; what was done before it stays done.
    """
    other = confirmed_counterpart(recipient)
    address = url or other.link_url
    if not address:
        raise SangbongError("liaison.no_line", code=recipient)
    keys = own_keys()
    context = client_context(
        certificate=keys.tls_certificate_path,
        key=keys.tls_key_path,
        counterpart_pem=other.tls_certificate,
    )
    report = LinkReport()
    owed = queries.receipts_owed(recipient)
    rested = now - queries.RETURN_REST
    with Link(address, context) as link:
        for one in queries.waiting_for(recipient, returned_before=rested):
            _hand_over(link, one, report, now=now)
        while _exchange(link, recipient, report, now=now):
            continue
    report.settled = max(0, owed - queries.receipts_owed(recipient))
    if report.handed:
        with transaction.atomic(durable=True):
            audit_carriage("liaison.call", recipient, report.handed, len(report.faults), now=now)
    return report


def _hand_over(link: Link, one: WaitingDispatch, report: LinkReport, *, now: datetime) -> None:
    try:
        answer = link.hand_over(queries.envelope_bytes(one.digest))
    except SangbongError as fault:
        if fault.code != "liaison.link_down":
            _mark_carried(one, now=now)
        raise
    with transaction.atomic(durable=True):
        outbox.mark_carried(now=now, ids=[one.id])
        believed = outbox.accept_receipts(bare_channel(now=now), [answer.receipt], now=now)
    report.faults += [Fault("receipt 1", fault.code) for _, fault in believed.faults]
    if believed.receipts and answer.taken:
        report.handed.append(one.id)


def _mark_carried(one: WaitingDispatch, *, now: datetime) -> None:
    with transaction.atomic(durable=True):
        outbox.mark_carried(now=now, ids=[one.id])


def _exchange(link: Link, recipient: OfficeCode, report: LinkReport, *, now: datetime) -> bool:
    """One exchange; whether another one would say something new."""
    with transaction.atomic(durable=True):
        ours = telling.exchange_for(now=now, recipient=recipient)
    theirs = link.exchange(ours.exchange)
    with transaction.atomic(durable=True):
        telling.tell(now=now, recipient=recipient, message=ours)
        accept(theirs, sender=recipient, report=report, now=now)
    return bool(queries.settled_owed(recipient) or queries.heard_owed(recipient))


def accept(theirs: Exchange, *, sender: OfficeCode, report: LinkReport, now: datetime) -> None:
    """Believe what another office told us, in the caller's transaction."""
    told = telling.accept_exchange(now=now, sender=sender, theirs=theirs)
    report.receipts += len(told.receipts)
    report.faults += [Fault(f"receipt {place + 1}", fault.code) for place, fault in told.faults]
