"""Both carriers: what one visit to a folder or one call over the line does, step by step.

Every step commits before the next one shows it to anybody; a kill between two steps leaves
something to do again and nothing to undo. Doing all of it again is always allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Max

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import queries
from sangbong.liaison.adapters import folder as stick
from sangbong.liaison.adapters.link import Link, client_context
from sangbong.liaison.adapters.sealing import (
    CounterpartSealer,
    CounterpartVerifier,
    OwnOpener,
)
from sangbong.liaison.core import bundle as bundles
from sangbong.liaison.core.bundle import Cargo
from sangbong.liaison.core.exchange import Exchange, Prefix
from sangbong.liaison.core.sizes import BUNDLE_CLASS_MAX
from sangbong.liaison.models import CarriedBundle, ReturnedEnvelope
from sangbong.liaison.operations import inbox, outbox
from sangbong.liaison.queries import WaitingDispatch
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.office.queries import own_keys, own_office

_CARRIER = Actor("system:carrier", "carrying dispatches")


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
    """What came of one bundle in a folder. `already_read`: the very same one was read before."""

    file_name: str
    sender: str = ""
    already_read: bool = False
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
    settled = queries.settled_owed(recipient)
    receipts = tuple(queries.pending_receipts(recipient))
    waiting: Sequence[WaitingDispatch] = queries.waiting_for(recipient)
    carried = []
    while waiting or receipts or settled:
        batch, waiting = _next_batch(waiting, receipts)
        cargo = Cargo(
            written_at=now,
            envelopes=tuple(queries.envelope_bytes(one.digest) for one in batch),
            receipts=receipts,
            settled=settled,
        )
        row = _allot_number(recipient, cargo, now=now)
        header, data = bundles.write_bundle(
            sender=own_office().code,
            recipient=recipient,
            number=row.number,
            cargo=cargo,
            sealer=CounterpartSealer(other.receive_key),
            signer=own_keys().signing,
        )
        stick.place(folder, header.file_name, data)
        # The file is durable: from here on it may be on its way.
        _note_carried(row, batch, cargo, digest=bundles.read_bundle(data).digest, now=now)
        carried.append(CarriedCargo(header.file_name, len(batch), len(receipts)))
        receipts, settled = (), ()
    return carried


def _next_batch(
    waiting: Sequence[WaitingDispatch], receipts: Iterable[bytes]
) -> tuple[Sequence[WaitingDispatch], Sequence[WaitingDispatch]]:
    used = sum(len(receipt) + bundles.MEMBER_WAYBILL_BYTES for receipt in receipts)
    room = BUNDLE_CLASS_MAX - bundles.WAYBILL_BYTES_MAX - used
    count = bundles.fill([one.length for one in waiting], room=room)
    return waiting[:count], waiting[count:]


def _allot_number(recipient: OfficeCode, cargo: Cargo, *, now: datetime) -> CarriedBundle:
    with transaction.atomic(durable=True):
        ours = CarriedBundle.objects.filter(outgoing=True, counterpart=recipient)
        last = ours.aggregate(last=Max("number"))["last"] or 0
        return CarriedBundle.objects.create(
            outgoing=True,
            counterpart=recipient,
            number=last + 1,
            envelopes=len(cargo.envelopes),
            receipts=len(cargo.receipts),
            started_at=now,
        )


def _note_carried(
    row: CarriedBundle,
    batch: Sequence[WaitingDispatch],
    cargo: Cargo,
    *,
    digest: str,
    now: datetime,
) -> None:
    recipient = OfficeCode(row.counterpart)
    with transaction.atomic(durable=True):
        outbox.mark_carried(now=now, digests=[one.digest for one in batch])
        tell(cargo.receipts, cargo.settled, recipient=recipient, now=now)
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
    """Read every bundle for us in a folder, oldest first; what is damaged is told and left there.

    With `take_away` a bundle that is read and stored is removed: for a shared folder, not for a
    stick that goes back as evidence.

    Raises:
        SangbongError: `liaison.folder_unreadable` or `liaison.folder_unwritable`; no stick there.
    """
    own = own_office().code
    reports = []
    for name in stick.bundle_names(folder):
        report = BundleReport(file_name=name)
        try:
            if not _collect_bundle(
                report, stick.read(folder, name, limit=bundles.BUNDLE_BYTES_MAX), own=own, now=now
            ):
                continue
        except SangbongError as fault:
            report.faults.append(Fault(name, fault.code))
        else:
            if take_away:
                stick.take_away(folder, name)
        reports.append(report)
    return reports


def _collect_bundle(report: BundleReport, data: bytes, *, own: OfficeCode, now: datetime) -> bool:
    """Take one bundle in; whether it was for us to read (our own outgoing ones are passed over)."""
    sealed = bundles.read_bundle(data)
    report.sender = sealed.header.sender
    if sealed.header.sender == own:
        return False
    bundles.check_addressed(sealed, own=own)
    other = outbox.confirmed_counterpart(sealed.header.sender)
    if CarriedBundle.objects.filter(outgoing=False, digest=sealed.digest).exists():
        report.already_read = True
        return True
    cargo = bundles.open_bundle(
        sealed,
        verifier=CounterpartVerifier(other.verify_key),
        opener=OwnOpener(own_keys().receiving),
    )
    for number, envelope in enumerate(cargo.envelopes, start=1):
        fault = take_or_return(now=now, envelope=envelope, carrier=other.code)
        if fault is None:
            report.envelopes += 1
        else:
            report.faults.append(Fault(f"{report.file_name}#{number}", fault.code))
    with transaction.atomic(durable=True):
        inbox.settle(sender=other.code, settled=cargo.settled)
        report.receipts = _accept_receipts(cargo.receipts, report.faults, now=now)
        CarriedBundle.objects.create(
            outgoing=False,
            counterpart=other.code,
            number=sealed.header.number,
            digest=sealed.digest,
            envelopes=len(cargo.envelopes),
            receipts=len(cargo.receipts),
            started_at=now,
            finished_at=now,
        )
        _audit("liaison.read_bundle", other.code, [sealed.digest], sealed.header.number, now=now)
    return True


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
