"""Both carriers: what one visit to a folder or one call over the line does, step by step.

Every step commits before the next one shows it to anybody; a kill between two steps leaves
something to do again and nothing to undo. Doing all of it again is always allowed.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction
from django.db.models import Max

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import queries
from sangbong.liaison.adapters import folder as stick
from sangbong.liaison.adapters.link import Link, client_context
from sangbong.liaison.adapters.sealing import (
    AesPieces,
    CounterpartSealer,
    CounterpartVerifier,
    OwnOpener,
    fresh_id,
    fresh_key,
)
from sangbong.liaison.core import bundle as bundles
from sangbong.liaison.core.bundle import StickOutcome, outcome_of
from sangbong.liaison.core.exchange import Exchange, Prefix, read_exchange
from sangbong.liaison.core.waybill import WAYBILL_BYTES_MAX, MemberKind
from sangbong.liaison.models import CarriedBundle, ReturnedEnvelope
from sangbong.liaison.operations import inbox, outbox
from sangbong.liaison.queries import WaitingDispatch
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.office.queries import CounterpartView, own_keys, own_office

CONTENT_BYTES_MAX = 128 * 1024 * 1024
BUNDLE_BYTES_MAX = 160 * 1024 * 1024
_CARRIER = Actor("system:carrier", "carrying dispatches")
_STORED = frozenset({StickOutcome.READ, StickOutcome.OLDER, StickOutcome.ALREADY_READ})


@dataclass(frozen=True, slots=True)
class CarriedCargo:
    """One bundle written into a folder."""

    file_name: str
    envelopes: int
    receipts: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing on a stick or line that was not taken, and why."""

    what: str
    code: str


@dataclass(slots=True)
class BundleReport:
    """What came of one bundle in a folder. `already_read`: the very same one was read before.

    `whole` of `listed` members were there; `envelopes` counts the dispatches that were taken.
    """

    file_name: str
    sender: str = ""
    outcome: StickOutcome = StickOutcome.READ
    already_read: bool = False
    listed: int = 0
    whole: int = 0
    envelopes: int = 0
    receipts: int = 0
    faults: list[Fault] = field(default_factory=list)


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


def carry_to_folder(*, now: datetime, recipient: OfficeCode, folder: Path) -> list[CarriedCargo]:
    """Write everything that an office should have into bundles in a folder.

    Everything in our custody goes again, also if it lies on an earlier stick: that one may be lost.
    Nothing is written where there is nothing to say.

    Raises:
        SangbongError: `liaison.folder_unwritable`, `liaison.counterpart_unconfirmed` or
            `office.unknown_counterpart`; dispatches stay as they were.
    """
    other = outbox.confirmed_counterpart(recipient)
    told = exchange_for(recipient)
    waiting: Sequence[WaitingDispatch] = queries.waiting_for(recipient)
    carried = []
    while waiting or told.receipts or told.settled:
        batch, waiting = _next_batch(waiting, told)
        row = _allot_number(recipient, batch, told, now=now)
        label = _label(other.code)
        data = _written(label, row.number, batch, told, other=other, now=now)
        name = bundles.file_name(label.bundle)
        stick.place(folder, name, data)
        # The file is durable: from here on it may be on its way.
        _note_carried(row, batch, told, digest=label.bundle, now=now)
        carried.append(CarriedCargo(name, len(batch), len(told.receipts)))
        told = Exchange(incarnation=told.incarnation)
    return carried


def _next_batch(
    waiting: Sequence[WaitingDispatch], told: Exchange
) -> tuple[Sequence[WaitingDispatch], Sequence[WaitingDispatch]]:
    room = CONTENT_BYTES_MAX - WAYBILL_BYTES_MAX - len(told.encode())
    count = bundles.fill([one.length for one in waiting], room=room)
    return waiting[:count], waiting[count:]


def _label(recipient: OfficeCode) -> bundles.Label:
    return bundles.Label(
        bundle=fresh_id(),
        sender=own_office().code,
        recipient=recipient,
        epoch=outbox.FIRST,
        signer=outbox.FIRST,
    )


def _written(
    label: bundles.Label,
    number: int,
    batch: Sequence[WaitingDispatch],
    told: Exchange,
    *,
    other: CounterpartView,
    now: datetime,
) -> bytes:
    envelopes = (queries.envelope_bytes(one.digest) for one in batch)
    loads = [bundles.Load.of(MemberKind.EXCHANGE, told.encode())]
    loads += [bundles.Load.of(MemberKind.ENVELOPE, one) for one in envelopes]
    file = io.BytesIO()
    bundles.write_bundle(
        file,
        label=label,
        number=number,
        written_at=now,
        loads=loads,
        key=fresh_key(),
        sealer=CounterpartSealer(other.receive_key),
        signer=own_keys().signing,
        cipher=AesPieces(),
    )
    return file.getvalue()


def _allot_number(
    recipient: OfficeCode, batch: Sequence[WaitingDispatch], told: Exchange, *, now: datetime
) -> CarriedBundle:
    with transaction.atomic(durable=True):
        ours = CarriedBundle.objects.filter(outgoing=True, counterpart=recipient)
        last = ours.aggregate(last=Max("number"))["last"] or 0
        return CarriedBundle.objects.create(
            outgoing=True,
            counterpart=recipient,
            number=last + 1,
            envelopes=len(batch),
            receipts=len(told.receipts),
            started_at=now,
        )


def _note_carried(
    row: CarriedBundle,
    batch: Sequence[WaitingDispatch],
    told: Exchange,
    *,
    digest: str,
    now: datetime,
) -> None:
    recipient = OfficeCode(row.counterpart)
    with transaction.atomic(durable=True):
        outbox.mark_carried(now=now, digests=[one.digest for one in batch])
        tell(told.receipts, told.settled, recipient=recipient, now=now)
        row.digest, row.finished_at = digest, now
        row.save(update_fields=["digest", "finished_at"])
        _audit("liaison.write_bundle", recipient, [one.id for one in batch], row.number, now=now)


def tell(
    receipts: Sequence[bytes], settled: Sequence[Prefix], *, recipient: OfficeCode, now: datetime
) -> None:
    """Note what an office was told; what was lost on the way is asked for again by what comes next."""
    inbox.tell_received(receipts=receipts)
    outbox.tell_settled(recipient=recipient, settled=settled)
    ReturnedEnvelope.objects.filter(carried_at=None, receipt__in=receipts).update(carried_at=now)


def _audit(
    action: str, counterpart: OfficeCode, ids: Sequence[str], number: int, *, now: datetime
) -> None:
    record_audit(
        now=now,
        actor=_CARRIER,
        action=action,
        facts={
            "counterpart": counterpart,
            "count": len(ids),
            "digest": digest_of_ids(ids),
            "number": number,
        },
    )


def collect_from_folder(
    *, now: datetime, folder: Path, take_away: bool = False
) -> list[BundleReport]:
    """Read every bundle for us in a folder; what is damaged is told and left there.

    With `take_away` a bundle that is read and stored is removed: for a shared folder, not for a
    stick that goes back as evidence.

    Raises:
        SangbongError: `liaison.folder_unreadable` or `liaison.folder_unwritable`; no stick there.
    """
    reports = []
    for name in stick.bundle_names(folder):
        report = BundleReport(file_name=name)
        try:
            file = io.BytesIO(stick.read(folder, name, limit=BUNDLE_BYTES_MAX))
            _collect_bundle(report, file, now=now)
        except SangbongError as fault:
            report.outcome = outcome_of(fault.code)
            report.faults.append(Fault(name, fault.code))
        if report.outcome is StickOutcome.OWN:
            continue
        if take_away and report.outcome in _STORED:
            stick.take_away(folder, name)
        reports.append(report)
    return reports


def _collect_bundle(report: BundleReport, file: BinaryIO, *, now: datetime) -> None:
    """Take one bundle in, having looked through to its end: rules W1 to W10."""
    head = bundles.read_head(file)
    label = head.header.label
    report.sender = label.sender
    bundles.check_addressed(head, own=own_office().code)
    other = outbox.confirmed_counterpart(label.sender)
    key = bundles.unlock(
        head,
        verifier=CounterpartVerifier(other.verify_key),
        opener=OwnOpener(own_keys().receiving),
    )
    cipher = AesPieces()
    waybill, end = bundles.look_through(file, head, key=key, cipher=cipher)
    report.listed, report.whole = end.listed, end.whole
    if end.end is bundles.End.DAMAGED:
        raise SangbongError(end.code)
    known = CarriedBundle.objects.filter(outgoing=False, counterpart=other.code)
    if known.filter(digest=label.bundle).exists():
        report.already_read = True
        report.outcome = StickOutcome.ALREADY_READ
        return
    number = waybill.number if waybill else 0
    older = known.filter(number__gt=number).exists()
    file.seek(head.length)
    there = bundles.members(file, head, key=key, cipher=cipher)
    whole = (one for one in there if isinstance(one, bundles.Member))
    for place, member in enumerate(whole):
        _take_member(report, member, f"{report.file_name}#{place}", other=other, now=now)
    if end.end is bundles.End.CUT:
        report.outcome = StickOutcome.CUT_SHORT
        report.faults.append(Fault(report.file_name, end.code))
        return
    report.outcome = StickOutcome.OLDER if older else StickOutcome.READ
    _note_read(report, label, number, now=now)


def _take_member(
    report: BundleReport,
    member: bundles.Member,
    what: str,
    *,
    other: CounterpartView,
    now: datetime,
) -> None:
    match member.kind:
        case MemberKind.EXCHANGE:
            theirs = read_exchange(member.data)
            with transaction.atomic(durable=True):
                inbox.settle(sender=other.code, settled=theirs.settled)
                report.receipts = _accept_receipts(theirs.receipts, report.faults, now=now)
        case MemberKind.ENVELOPE:
            fault = take_or_return(now=now, envelope=member.data, carrier=other.code)
            if fault is None:
                report.envelopes += 1
            else:
                report.faults.append(Fault(what, fault.code))


def _note_read(report: BundleReport, label: bundles.Label, number: int, *, now: datetime) -> None:
    with transaction.atomic(durable=True):
        CarriedBundle.objects.create(
            outgoing=False,
            counterpart=label.sender,
            number=number,
            digest=label.bundle,
            envelopes=report.envelopes,
            receipts=report.receipts,
            started_at=now,
            finished_at=now,
        )
        _audit("liaison.read_bundle", label.sender, [label.bundle], number, now=now)


def take_or_return(*, now: datetime, envelope: bytes, carrier: OfficeCode) -> SangbongError | None:
    """Receive one envelope, or store the signed answer that it could not be taken, and say why."""
    from sangbong.liaison import operations

    try:
        operations.receive(now=now, envelope=envelope)
    except SangbongError as fault:
        answer = inbox.return_envelope(now=now, envelope=envelope, code=fault.code, carrier=carrier)
        if answer is not None:
            with transaction.atomic(durable=True):
                inbox.keep_return(now=now, receipt=answer)
        return fault
    return None


def _accept_receipts(receipts: Iterable[bytes], faults: list[Fault], *, now: datetime) -> int:
    """Believe each receipt or note why not; one that is not believed does not stop the others."""
    believed = 0
    for number, receipt in enumerate(receipts, start=1):
        try:
            with transaction.atomic():
                outbox.accept_receipt(now=now, receipt=receipt)
        except SangbongError as fault:
            faults.append(Fault(f"receipt {number}", fault.code))
        else:
            believed += 1
    return believed


def call_counterpart(*, now: datetime, recipient: OfficeCode, url: str = "") -> LinkReport:
    """Call the other side once: hand over every envelope, give receipts, get receipts.

    `url` is for a line on another address than the key statement says.

    Raises:
        SangbongError: `liaison.no_line`, `liaison.link_down`, `liaison.link_cut`,
            `liaison.link_answer`; what was done before it stays done.
    """
    other = outbox.confirmed_counterpart(recipient)
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
        _exchange(link, recipient, report, now=now)
    report.settled = max(0, owed - queries.receipts_owed(recipient))
    if report.handed:
        with transaction.atomic(durable=True):
            _audit("liaison.call", recipient, report.handed, len(report.faults), now=now)
    return report


def _hand_over(link: Link, one: WaitingDispatch, report: LinkReport, *, now: datetime) -> None:
    try:
        answer = link.hand_over(queries.envelope_bytes(one.digest))
    except SangbongError as fault:
        if fault.code != "liaison.link_down":
            _mark_carried(one, now=now)
        raise
    with transaction.atomic(durable=True):
        outbox.mark_carried(now=now, digests=[one.digest])
        believed = _accept_receipts([answer.receipt], report.faults, now=now)
    if believed and answer.taken:
        report.handed.append(one.id)


def _mark_carried(one: WaitingDispatch, *, now: datetime) -> None:
    with transaction.atomic(durable=True):
        outbox.mark_carried(now=now, digests=[one.digest])


def _exchange(link: Link, recipient: OfficeCode, report: LinkReport, *, now: datetime) -> None:
    ours = exchange_for(recipient)
    theirs = link.exchange(ours)
    with transaction.atomic(durable=True):
        tell(ours.receipts, ours.settled, recipient=recipient, now=now)
        accept_exchange(theirs, sender=recipient, report=report, now=now)
    owed = Exchange(incarnation=outbox.FIRST, settled=queries.settled_owed(recipient))
    if owed.settled:
        theirs = link.exchange(owed)
        with transaction.atomic(durable=True):
            outbox.tell_settled(recipient=recipient, settled=owed.settled)
            accept_exchange(theirs, sender=recipient, report=report, now=now)


def exchange_for(recipient: OfficeCode) -> Exchange:
    """What we have to tell an office besides envelopes."""
    return Exchange(
        incarnation=outbox.FIRST,
        receipts=tuple(queries.pending_receipts(recipient)),
        settled=queries.settled_owed(recipient),
    )


def accept_exchange(
    theirs: Exchange, *, sender: OfficeCode, report: LinkReport, now: datetime
) -> None:
    """Believe what another office told us, in the caller's transaction."""
    inbox.settle(sender=sender, settled=theirs.settled)
    report.receipts += _accept_receipts(theirs.receipts, report.faults, now=now)
