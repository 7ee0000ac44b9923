"""Sticks: what an office writes on one, and what comes of one that is put into its drive."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from sangbong.kernel.errors import SangbongError
from sangbong.lab.simulator.desk import film_done, hear, take
from sangbong.lab.simulator.leaving import envelope_leaves, receipts_leave, spoken
from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.plan import OFFICES
from sangbong.lab.simulator.sticks import Stick
from sangbong.lab.simulator.world import World
from sangbong.liaison.core import bundle as bundles
from sangbong.liaison.core import sending, telling
from sangbong.liaison.core.bundle import End, Label, Load, Member, Piece, StickOutcome
from sangbong.liaison.core.exchange import read_exchange
from sangbong.liaison.core.ledger import BundleMark, Outgoing
from sangbong.liaison.core.pieces import KEY_BYTES
from sangbong.liaison.core.waybill import MemberKind, PieceRun


def write_stick(world: World, office: Office, other: Office, draws: random.Random) -> Stick:
    """Write everything that an office should have on a new stick."""
    now, ledger, channel = office.clock.now, office.ledger, office.channel
    with world.transaction(office):
        message = telling.exchange_for(channel, other=other.code, now=now)
        waiting = ledger.waiting(other.code, rested_before=None)
        number = ledger.last_bundle(other.code, outgoing=True) + 1
        mark = BundleMark(
            f"{draws.getrandbits(128):032x}",
            outgoing=True,
            other=other.code,
            number=number,
            started_at=now,
        )
        ledger.save_bundle(mark)
    receipts_leave(office, message.exchange.receipts)
    loads = [Load.of(MemberKind.EXCHANGE, spoken(world, office, message.exchange.encode()))]
    loads += [Load.of(MemberKind.ENVELOPE, envelope_leaves(world, office, row)) for row in waiting]
    loads += _films(office, waiting)
    data = _bundle(office, other, mark, loads, draws)
    office.disk.moment()
    files = {bundles.file_name(mark.bundle): spoken(world, office, data)}
    stick = world.bag.put(OFFICES.index(office.code), OFFICES.index(other.code), files)
    # The stick is durable: from here on it may be on its way.
    with world.transaction(office):
        sending.mark_carried(channel, [row.id for row in waiting], now=now)
        telling.told(channel, message, other=other.code, now=now)
        ledger.save_bundle(replace(mark, finished_at=now, envelopes=len(waiting)))
    world.say(office, f"writes stick {stick.number} for {other.code}: {len(waiting)} envelopes")
    return stick


def _films(office: Office, waiting: list[Outgoing]) -> list[Load]:
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
        try:
            outcome = _Reading(world, office, data).read()
        except SangbongError as fault:
            outcome = bundles.outcome_of(fault.code)
        outcomes.append(outcome)
        world.say(office, f"reads stick {stick.number}: {outcome}")
    return outcomes


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
        before = office.ledger.bundle(label.bundle)
        if before is not None and before.finished_at is not None:
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
