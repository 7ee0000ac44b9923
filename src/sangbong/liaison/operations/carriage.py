"""The folder carrier: what one visit to a stick or a shared folder does, step by step.

Every step commits before the next one shows it to anybody; a kill between two steps leaves
something to do again and nothing to undo. Doing all of it again is always allowed.
"""

from __future__ import annotations

import hashlib
import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import queries
from sangbong.liaison.adapters import folder as stick
from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.sealing import AesPieces, fresh_id, fresh_key
from sangbong.liaison.core.custody import sending
from sangbong.liaison.core.custody.bits import bits_of, joined
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.ledger import BundleMark
from sangbong.liaison.core.custody.packing import Packing, PackingPlan, pack
from sangbong.liaison.core.custody.telling import Message
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire.bundle import BundleHead, StickOutcome, outcome_of
from sangbong.liaison.core.wire.exchange import read_exchange
from sangbong.liaison.core.wire.waybill import Line, MemberKind, PieceRun
from sangbong.liaison.models import FilmCarried, InboxDispatch
from sangbong.liaison.operations import inbox, telling
from sangbong.liaison.operations.channel import (
    bare_channel,
    film_store,
)
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.operations import record_audit
from sangbong.office.queries import own_office

_CARRIER = Actor("system:carrier", "carrying dispatches")
_STORED = frozenset({StickOutcome.READ, StickOutcome.OLDER, StickOutcome.ALREADY_READ})
_PIECES_AT_ONCE = 16
_ENVELOPES_AT_ONCE = 256
_BYTES_AT_ONCE = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class CarriedCargo:
    """One bundle written into a folder."""

    file_name: str
    envelopes: int
    receipts: int
    pieces: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing on a stick or line that was not taken, and why."""

    what: str
    code: str


@dataclass(slots=True)
class BundleReport:
    """What came of one bundle in a folder. `already_read`: the very same one was read before.

    `whole` of `listed` members were there; `envelopes` counts the dispatches that were taken, and
    `films` those that are whole now.
    """

    file_name: str
    sender: str = ""
    outcome: StickOutcome = StickOutcome.READ
    already_read: bool = False
    listed: int = 0
    whole: int = 0
    envelopes: int = 0
    receipts: int = 0
    pieces: int = 0
    films: int = 0
    faults: list[Fault] = field(default_factory=list)


# --- writing -------------------------------------------------------------------------------------


def carry_to_folder(
    *, now: datetime, recipient: OfficeCode, folder: Path, size: int | None = None
) -> list[CarriedCargo]:
    """Write everything that an office should have into bundles in a folder, at most `size` bytes.

    Everything in our custody goes again, also if it lies on an earlier stick: that one may be lost.
    Of a film the pieces that were on no stick yet go first. Nothing is written where there is nothing
    to say.

    Raises:
        SangbongError: `liaison.folder_unwritable`, `liaison.stick_too_small`,
            `liaison.counterpart_unconfirmed` or `office.unknown_counterpart`; dispatches stay as
            they were.
    """
    free = stick.free_bytes(folder)
    with transaction.atomic(durable=True):
        packed = pack_bundles(
            now=now, recipient=recipient, size=free if size is None else min(size, free)
        )
    carried = []
    for one in packed:
        with stick.placing(folder, one.file_name) as file:
            _write(file, one, now=now)
        # The file is durable: from here on it may be on its way.
        with transaction.atomic(durable=True):
            note_carried(one, now=now)
        mark = one.mark
        carried.append(CarriedCargo(one.file_name, mark.envelopes, mark.receipts, mark.pieces))
    return carried


@dataclass(frozen=True, slots=True)
class PackedBundle:
    """One bundle that has its number and its contents, and is not written yet."""

    mark: BundleMark
    packing: Packing
    message: Message

    @property
    def file_name(self) -> str:
        """The name under which it lies in a folder."""
        return bundles.file_name(self.mark.bundle)


def pack_bundles(*, now: datetime, recipient: OfficeCode, size: int) -> list[PackedBundle]:
    """Decide what goes, and give each bundle its number, in the caller's transaction.

    Raises:
        SangbongError: `liaison.stick_too_small`, `liaison.counterpart_unconfirmed` or
            `office.unknown_counterpart`.
    """
    message = telling.exchange_for(now=now, recipient=recipient)
    plan = _plan(recipient, message, size=size)
    if not plan.files and (plan.envelopes_left or message.says_something):
        raise SangbongError("liaison.stick_too_small", bytes=size)
    first = bare_channel(now=now).ledger.last_bundle(recipient, outgoing=True) + 1
    return [
        PackedBundle(_allot(recipient, number, packing, message, now=now), packing, message)
        for number, packing in enumerate(plan.files, start=first)
    ]


def bundle_bytes(packed: PackedBundle, *, now: datetime) -> bytes:
    """A bundle in memory: for one that is relayed, and small."""
    file = io.BytesIO()
    _write(file, packed, now=now)
    return file.getvalue()


def _plan(recipient: OfficeCode, message: Message, *, size: int) -> PackingPlan:
    envelopes, films = queries.to_pack(recipient)
    anything = bool(envelopes) or message.says_something
    exchange = len(message.exchange.encode()) if anything else 0
    return pack(exchange=exchange, envelopes=envelopes, films=films, size=size)


def _allot(
    recipient: OfficeCode, number: int, packing: Packing, message: Message, *, now: datetime
) -> BundleMark:
    mark = BundleMark(
        bundle=fresh_id(),
        outgoing=True,
        other=recipient,
        number=number,
        started_at=now,
        envelopes=len(packing.envelopes),
        receipts=len(message.exchange.receipts) if packing.exchange else 0,
        pieces=packing.pieces,
    )
    bare_channel(now=now).ledger.save_bundle(mark)
    return mark


def _write(file: BinaryIO, packed: PackedBundle, *, now: datetime) -> None:
    mark = packed.mark
    channel, store = bare_channel(now=now), film_store()
    sealing, signing = channel.keys.to_seal(mark.other, now=now), channel.keys.to_sign(mark.other)
    bundles.write_bundle(
        file,
        label=bundles.Label(
            bundle=mark.bundle,
            sender=channel.own,
            recipient=mark.other,
            epoch=sealing.epoch,
            signer=signing.generation,
        ),
        number=mark.number,
        written_at=now,
        loads=[*_loads(channel, store, packed.packing, packed.message)],
        key=fresh_key(),
        sealer=sealing.sealer,
        signer=signing.signer,
        cipher=AesPieces(),
    )


def _loads(
    channel: Channel, store: FilmStore, packing: Packing, message: Message
) -> Iterator[bundles.Load]:
    if packing.exchange:
        yield bundles.Load.of(MemberKind.EXCHANGE, message.exchange.encode())
    for one in packing.envelopes:
        # read twice, so that no more than one envelope is in memory at a time
        digest = hashlib.sha256(channel.ledger.envelope(one.digest)).hexdigest()
        yield bundles.Load(
            line=Line(kind=MemberKind.ENVELOPE, length=one.length, digest=digest),
            chunks=_envelope(channel, one.digest),
        )
    for film in packing.manifests:
        yield bundles.Load.of(MemberKind.MANIFEST, store.manifest(film.film))
    for run in packing.runs:
        yield bundles.Load(line=run, chunks=_pieces(store, run))


def _envelope(channel: Channel, digest: str) -> Iterator[bytes]:
    yield channel.ledger.envelope(digest)


def _pieces(store: FilmStore, run: PieceRun) -> Iterator[bytes]:
    for first in range(run.first, run.first + run.count, _PIECES_AT_ONCE):
        count = min(_PIECES_AT_ONCE, run.first + run.count - first)
        yield store.read_pieces(run.film, first, count)


def note_carried(packed: PackedBundle, *, now: datetime) -> None:
    """Note that a bundle is on its way, in the caller's transaction."""
    mark, packing = packed.mark, packed.packing
    ids = [one.id for one in packing.envelopes]
    channel = bare_channel(now=now)
    sending.mark_carried(channel, ids, now=now)
    if packing.exchange:
        telling.tell(now=now, recipient=mark.other, message=packed.message)
    for film, runs in itertools.groupby(packing.runs, key=lambda run: run.film):
        _note_pieces(mark.other, film, runs)
    channel.ledger.save_bundle(finished(mark, now=now))
    audit_carriage("liaison.write_bundle", mark.other, ids, mark.number, now=now)


def finished(mark: BundleMark, *, now: datetime) -> BundleMark:
    """The mark of a bundle that is written, or read to its end."""
    return BundleMark(
        bundle=mark.bundle,
        outgoing=mark.outgoing,
        other=mark.other,
        number=mark.number,
        started_at=mark.started_at,
        finished_at=now,
        envelopes=mark.envelopes,
        receipts=mark.receipts,
        pieces=mark.pieces,
    )


def _note_pieces(recipient: OfficeCode, film: str, runs: Iterable[PieceRun]) -> None:
    places = [place for run in runs for place in range(run.first, run.first + run.count)]
    row, _ = FilmCarried.objects.get_or_create(recipient=recipient, film=film)
    row.carried = joined(bytes(row.carried), bits_of(places, count=max(places) + 1))
    row.save(update_fields=["carried"])


def note_pieces_there(*, recipient: OfficeCode, film: str, have: bytes) -> None:
    """Note which pieces of a film of ours an office says it has: they need no stick any more."""
    row, _ = FilmCarried.objects.get_or_create(recipient=recipient, film=film)
    row.there = joined(bytes(row.there), have)
    row.save(update_fields=["there"])


def audit_carriage(
    action: str, counterpart: OfficeCode, ids: Sequence[str], number: int, *, now: datetime
) -> None:
    """Write down what was carried."""
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


# --- reading -------------------------------------------------------------------------------------


@dataclass(slots=True)
class _LookedThrough:
    """A bundle that was read to its end once, and nothing of it kept yet."""

    report: BundleReport
    head: BundleHead
    key: bytes
    end: bundles.BundleEnd
    number: int

    @property
    def sender(self) -> OfficeCode:
        return self.head.header.label.sender


def collect_from_folder(
    *, now: datetime, folder: Path, take_away: bool = False
) -> list[BundleReport]:
    """Read every bundle for us in a folder, oldest first; what is damaged is told and left there.

    With `take_away` a bundle that is read and stored is removed: for a shared folder, not for a
    stick that goes back as evidence.

    Raises:
        SangbongError: `liaison.folder_unreadable` or `liaison.folder_unwritable`; no stick there.
    """
    reports, found = [], []
    for name in stick.bundle_names(folder):
        report = BundleReport(file_name=name)
        try:
            found.append(_look_through(report, folder, now=now))
        except SangbongError as fault:
            report.outcome = outcome_of(fault.code)
            report.faults.append(Fault(name, fault.code))
        if report.outcome is not StickOutcome.OWN:
            reports.append(report)
    for one in sorted(found, key=lambda looked: (looked.sender, looked.number)):
        try:
            _collect(one, folder, now=now)
        except SangbongError as fault:
            one.report.outcome = outcome_of(fault.code)
            one.report.faults.append(Fault(one.report.file_name, fault.code))
    for report in reports:
        if take_away and report.outcome in _STORED:
            stick.take_away(folder, report.file_name)
    return reports


def _look_through(report: BundleReport, folder: Path, *, now: datetime) -> _LookedThrough:
    """Rules W1 to W9: the whole bundle is looked at before the first member is taken."""
    with stick.reading(folder, report.file_name) as file:
        head = bundles.read_head(file)
        label = head.header.label
        report.sender = label.sender
        bundles.check_addressed(head, own=own_office().code)
        keys = bare_channel(now=now).keys
        key = bundles.unlock(
            head,
            verifier=keys.to_verify(label.sender, label.signer),
            opener=keys.to_open(label.epoch),
        )
        waybill, end = bundles.look_through(file, head, key=key, cipher=AesPieces())
    report.listed, report.whole = end.listed, end.whole
    if end.end is bundles.End.DAMAGED:
        raise SangbongError(end.code)
    return _LookedThrough(report, head, key, end, waybill.number if waybill else 0)


def _collect(one: _LookedThrough, folder: Path, *, now: datetime) -> None:
    """Take in what is whole: rules W8 and W10."""
    report, label = one.report, one.head.header.label
    ledger = bare_channel(now=now).ledger
    known = ledger.bundle(label.bundle)
    if known is not None and known.finished_at is not None:
        report.already_read, report.outcome = True, StickOutcome.ALREADY_READ
        return
    older = one.number < ledger.last_bundle(label.sender, outgoing=False)
    with stick.reading(folder, report.file_name) as file:
        file.seek(one.head.length)
        reading = _Reading(report, label.sender, now=now)
        for member in bundles.members(file, one.head, key=one.key, cipher=AesPieces()):
            if isinstance(member, bundles.Member | bundles.Piece):
                reading.take(member)
        reading.end()
    if one.end.end is bundles.End.CUT:
        report.outcome = StickOutcome.CUT_SHORT
        report.faults.append(Fault(report.file_name, one.end.code))
        return
    report.outcome = StickOutcome.OLDER if older else StickOutcome.READ
    mark = BundleMark(
        bundle=label.bundle,
        outgoing=False,
        other=label.sender,
        number=one.number,
        started_at=now,
        envelopes=report.envelopes,
        receipts=report.receipts,
        pieces=report.pieces,
    )
    with transaction.atomic(durable=True):
        bare_channel(now=now).ledger.save_bundle(finished(mark, now=now))
        audit_carriage("liaison.read_bundle", label.sender, [label.bundle], one.number, now=now)


class _Reading:
    """Takes the members of one bundle in their order; envelopes in batches."""

    def __init__(self, report: BundleReport, sender: OfficeCode, *, now: datetime) -> None:
        self._report = report
        self._sender = sender
        self._now = now
        self._store = film_store()
        self._envelopes: list[bytes] = []
        self._places = itertools.count(1)
        self._films: set[str] = set()

    def take(self, member: bundles.Member | bundles.Piece) -> None:
        """Take one member, whole."""
        if isinstance(member, bundles.Piece):
            self._piece(member)
        elif member.kind is MemberKind.EXCHANGE:
            self._exchange(member.data)
        elif member.kind is MemberKind.ENVELOPE:
            self._envelopes.append(member.data)
            held = sum(map(len, self._envelopes))
            if len(self._envelopes) >= _ENVELOPES_AT_ONCE or held >= _BYTES_AT_ONCE:
                self._take_envelopes()
        else:
            self._manifest(member.data)

    def _exchange(self, data: bytes) -> None:
        theirs = read_exchange(data)
        with transaction.atomic(durable=True):
            told = telling.accept_exchange(now=self._now, sender=self._sender, theirs=theirs)
        self._report.receipts += len(told.receipts)
        self._report.faults += [
            Fault(f"receipt {place + 1}", fault.code) for place, fault in told.faults
        ]

    def _take_envelopes(self) -> None:
        batch, self._envelopes = self._envelopes, []
        faults = inbox.take_or_return(now=self._now, envelopes=batch, carrier=self._sender)
        for code in faults:
            place = next(self._places)
            if code:
                self._report.faults.append(Fault(f"{self._report.file_name}#{place}", code))
            else:
                self._report.envelopes += 1

    def _manifest(self, data: bytes) -> None:
        """A film that no dispatch here waits for is nobody's."""
        self._take_envelopes()
        film = hashlib.sha256(data).hexdigest()
        if is_awaited(film):
            self._store.expect(film, data)
            self._films.add(film)

    def _piece(self, piece: bundles.Piece) -> None:
        if piece.film in self._films:
            self._report.pieces += self._store.put(piece.film, piece.index, piece.data)

    def end(self) -> None:
        """Make durable what was put, and take custody of what is whole by it."""
        self._take_envelopes()
        for film in sorted(self._films):
            self._store.sync(film)
            self._report.films += len(inbox.film_complete(now=self._now, film=film))
            self._store.close(film)


def is_awaited(film: str) -> bool:
    """Whether a dispatch that arrives here waits for this film."""
    return InboxDispatch.objects.filter(film=film, state="arriving").exists()
