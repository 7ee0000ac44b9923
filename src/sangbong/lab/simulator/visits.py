"""Sticks: what an office writes on one, and what comes of one that is put into its drive."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.desk import film_done, hear, take
from sangbong.lab.simulator.leaving import envelope_leaves, receipts_leave, spoken
from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.plan import OFFICES
from sangbong.lab.simulator.sticks import Stick
from sangbong.lab.simulator.world import World
from sangbong.liaison.core.custody import sending, telling
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.custody.ledger import BundleMark, Outgoing
from sangbong.liaison.core.custody.relay import RELAY_KIND, RelayPaper, check_relay, relay_stream
from sangbong.liaison.core.custody.sending import Draft
from sangbong.liaison.core.custody.telling import Message
from sangbong.liaison.core.wire import bundle as bundles
from sangbong.liaison.core.wire.bundle import End, Label, Load, Member, Piece, StickOutcome
from sangbong.liaison.core.wire.exchange import read_exchange
from sangbong.liaison.core.wire.pieces import KEY_BYTES
from sangbong.liaison.core.wire.waybill import MemberKind, PieceRun

_RELAYED = "relayed/"


@dataclass(frozen=True, slots=True)
class Packed:
    """A bundle that is written, and what it was made of."""

    data: bytes
    mark: BundleMark
    message: Message
    waiting: tuple[Outgoing, ...]


def pack(world: World, office: Office, other: Office, draws: random.Random) -> Packed:
    """Everything that an office should have in one bundle."""
    now, ledger = office.clock.now, office.ledger
    with world.transaction(office):
        message = telling.exchange_for(office.channel, other=other.code, now=now)
        waiting = ledger.waiting(other.code, rested_before=None)
        mark = BundleMark(
            f"{draws.getrandbits(128):032x}",
            outgoing=True,
            other=other.code,
            number=ledger.last_bundle(other.code, outgoing=True) + 1,
            started_at=now,
        )
        ledger.save_bundle(mark)
    receipts_leave(office, message.exchange.receipts)
    loads = [Load.of(MemberKind.EXCHANGE, spoken(world, office, message.exchange.encode()))]
    loads += [Load.of(MemberKind.ENVELOPE, envelope_leaves(world, office, row)) for row in waiting]
    loads += _films(office, waiting)
    data = spoken(world, office, _bundle(office, other, mark, loads, draws))
    return Packed(data, mark, message, tuple(waiting))


def note_carried(office: Office, other: Office, packed: Packed) -> None:
    """Note that a bundle left, in the caller's transaction."""
    now, channel = office.clock.now, office.channel
    sending.mark_carried(channel, [row.id for row in packed.waiting], now=now)
    telling.told(channel, packed.message, other=other.code, now=now)
    office.ledger.save_bundle(replace(packed.mark, finished_at=now, envelopes=len(packed.waiting)))


def write_stick(world: World, office: Office, other: Office, draws: random.Random) -> Stick:
    """Write everything that an office should have on a new stick."""
    packed = pack(world, office, other, draws)
    office.disk.moment()
    files = {bundles.file_name(packed.mark.bundle): packed.data}
    stick = world.bag.put(OFFICES.index(office.code), OFFICES.index(other.code), files)
    # The stick is durable: from here on it may be on its way.
    with world.transaction(office):
        note_carried(office, other, packed)
    count = len(packed.waiting)
    world.say(office, f"writes stick {stick.number} for {other.code}: {count} envelopes")
    return stick


def relay(world: World, office: Office, other: Office, third: Office, draws: random.Random) -> None:
    """Send everything that an office should have through a third one, which cannot read it."""
    packed = pack(world, office, other, draws)
    paper = RelayPaper(office.code, other.code, passed_on=False)
    with world.transaction(office):
        row = enqueue_relay(office, paper, [packed.data], by=third.code)
        note_carried(office, other, packed)
    world.say(office, f"relays {len(packed.waiting)} envelopes by {row.id}")


def enqueue_relay(
    office: Office, paper: RelayPaper, data: Sequence[bytes], *, by: OfficeCode
) -> Outgoing:
    """Put bundles into a dispatch of our own, as `liaison.operations.relay` does."""
    draft = Draft(
        clearance=standing("lab", "relaying", by),
        recipient=by,
        stream=relay_stream(paper.final),
        kind=RELAY_KIND,
        body=paper.to_body(),
        attachments=tuple(data),
    )
    return sending.enqueue(office.channel, draft, now=office.clock.now)


def accept_relay(world: World, office: Office, dispatch: InboundDispatch) -> None:
    """Pass bundles on, or lay them down to be read, in the caller's transaction.

    Raises:
        SangbongError: they went astray; the dispatch is refused.
    """
    paper = RelayPaper.from_body(dispatch.body)
    check_relay(paper, sender=dispatch.sender, own=office.code, bundles=dispatch.attachments)
    if paper.passed_on:
        for data in dispatch.attachments:
            name = f"{_RELAYED}{sha256(data).hexdigest()}"
            office.disk.write_file(name, data)
            office.disk.sync_file(name)
    elif world.clock.tick >= office.swallows_until:
        onward = RelayPaper(paper.origin, paper.final, passed_on=True)
        enqueue_relay(office, onward, dispatch.attachments, by=paper.final)


def read_relayed(world: World, office: Office) -> None:
    """Read the bundles that were relayed to this office."""
    for name in office.disk.file_names(_RELAYED):
        data = office.disk.file(name)
        if data is not None:
            world.say(office, f"reads what was relayed: {read_file(world, office, data)}")
            office.disk.remove_file(name)


def _films(office: Office, waiting: Sequence[Outgoing]) -> list[Load]:
    films = {row.film: row.pieces for row in waiting if row.film}
    manifests, pieces = [], []
    for film, count in films.items():
        manifest = office.films.manifest(film)
        assert manifest is not None, "our own film"  # noqa: S101 -- sealed before its dispatch
        manifests.append(Load.of(MemberKind.MANIFEST, manifest.encode()))
        chunks = tuple(office.films.piece(film, index) or b"" for index in range(count))
        pieces.append(Load(PieceRun(film, 0, count), chunks))
    return manifests + pieces


def _bundle(
    office: Office, other: Office, mark: BundleMark, loads: list[Load], draws: random.Random
) -> bytes:
    now = office.clock.now
    sealing, signing = office.ring.to_seal(other.code, now=now), office.ring.to_sign(other.code)
    file = io.BytesIO()
    bundles.write_bundle(
        file,
        label=Label(mark.bundle, office.code, other.code, sealing.epoch, signing.generation),
        number=mark.number,
        written_at=now,
        loads=loads,
        key=draws.randbytes(KEY_BYTES),
        sealer=sealing.sealer,
        signer=signing.signer,
        cipher=office.films.cipher,
    )
    return file.getvalue()


def read_stick(world: World, office: Office, stick: Stick) -> list[StickOutcome]:
    """Put a stick into the drive; the named outcome of each file on it."""
    outcomes = []
    for _, data in stick.files:
        outcomes.append(read_file(world, office, data))
        world.say(office, f"reads stick {stick.number}: {outcomes[-1]}")
    return outcomes


def read_file(world: World, office: Office, data: bytes) -> StickOutcome:
    """The named outcome of one file."""
    try:
        return _Reading(world, office, data).read()
    except SangbongError as fault:
        return bundles.outcome_of(fault.code)


def is_read(office: Office, bundle: str) -> bool:
    """Whether an office has read a bundle whole."""
    mark = office.ledger.bundle(bundle)
    return mark is not None and mark.finished_at is not None


class _Reading:
    """One bundle on its way into an office."""

    def __init__(self, world: World, office: Office, data: bytes) -> None:
        self._world, self._office = world, office
        self._file = io.BytesIO(data)

    def read(self) -> StickOutcome:
        """Take what is whole.

        Raises:
            SangbongError: nothing of it is believed.
        """
        office, keys, now = self._office, self._office.ring, self._office.clock.now
        head = bundles.read_head(self._file)
        bundles.check_addressed(head, own=office.code)
        label = head.header.label
        key = bundles.unlock(
            head,
            verifier=keys.to_verify(label.sender, label.signer),
            opener=keys.to_open(label.epoch),
        )
        if is_read(office, label.bundle):
            return StickOutcome.ALREADY_READ
        waybill, end = bundles.look_through(self._file, head, key=key, cipher=office.films.cipher)
        if end.end is End.DAMAGED or waybill is None:
            return StickOutcome.CUT_SHORT if end.end is End.CUT else StickOutcome.DAMAGED
        older = waybill.number < office.ledger.last_bundle(label.sender, outgoing=False)
        self._file.seek(head.length)
        found = bundles.members(self._file, head, key=key, cipher=office.films.cipher)
        self._take(label, found)
        finished = now if end.end is End.WHOLE else None
        with self._world.transaction(office):
            mark = BundleMark(
                label.bundle,
                outgoing=False,
                other=label.sender,
                number=waybill.number,
                started_at=now,
                finished_at=finished,
            )
            office.ledger.save_bundle(mark)
        if end.end is End.CUT:
            return StickOutcome.CUT_SHORT
        return StickOutcome.OLDER if older else StickOutcome.READ

    def _take(self, label: Label, found: Iterator[object]) -> None:
        envelopes: list[bytes] = []
        manifests: list[bytes] = []
        films: set[str] = set()
        for one in found:
            if isinstance(one, Member) and one.kind is MemberKind.EXCHANGE:
                self._hear(label, one.data)
            elif isinstance(one, Member) and one.kind is MemberKind.ENVELOPE:
                envelopes.append(one.data)
            elif isinstance(one, Member):
                manifests.append(one.data)
            elif isinstance(one, Piece):
                if envelopes:
                    self._envelopes(label, envelopes, manifests)
                self._piece(one)
                films.add(one.film)
        if envelopes:
            self._envelopes(label, envelopes, manifests)
        for film in sorted(films):
            film_done(self._world, self._office, film)

    def _hear(self, label: Label, data: bytes) -> None:
        try:
            with self._world.transaction(self._office):
                hear(self._world, self._office, label.sender, read_exchange(data))
        except SangbongError as fault:
            self._world.say(self._office, f"cannot read what lies on the stick: {fault.code}")

    def _envelopes(self, label: Label, envelopes: list[bytes], manifests: list[bytes]) -> None:
        take(self._world, self._office, label.sender, envelopes, answered=False)
        for data in manifests:
            self._manifest(data)
        envelopes.clear()
        manifests.clear()

    def _manifest(self, data: bytes) -> None:
        office, film = self._office, sha256(data).hexdigest()
        waiting = office.ledger.arriving_with(film)
        if waiting:
            office.films.take_manifest(data, film=film, pieces=waiting[0].pieces)

    def _piece(self, piece: Piece) -> None:
        office = self._office
        if office.ledger.arriving_with(piece.film):
            office.films.take_piece(piece.film, piece.index, piece.data)
