"""This office's end of the channel: the core's ports, filled with its database, keys and folders."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection, transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.line import desk
from sangbong.liaison.adapters.sealing import (
    AesPieces,
    CounterpartSealer,
    CounterpartVerifier,
    OwnOpener,
)
from sangbong.liaison.adapters.watermark import FileWatermark
from sangbong.liaison.core.custody import resync
from sangbong.liaison.core.custody.channel import Channel, SealingKey, SigningKey
from sangbong.liaison.core.wire.envelope import Envelope
from sangbong.liaison.core.wire.film import FilmKey
from sangbong.liaison.core.wire.ports import Opener, Verifier
from sangbong.liaison.operations.ledger import DatabaseLedger, stored_mark
from sangbong.office import operations as office
from sangbong.office import queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.statement import Revocation, stream_mark
from sangbong.office.queries import CounterpartView, Position

_log = structlog.get_logger(__name__)
_WATCH = Actor("system:channel", "comparing the mark outside the database")


def confirmed_counterpart(code: OfficeCode) -> CounterpartView:
    """A counterpart whose keys a person has compared.

    Raises:
        SangbongError: `office.unknown_counterpart` or `liaison.counterpart_unconfirmed`.
    """
    other = queries.counterpart(code)
    if other.confirmed_at is None:
        raise SangbongError("liaison.counterpart_unconfirmed", code=code)
    return other


@dataclass(slots=True)
class OfficeKeys:
    """The keys of both sides; what was asked once in a transaction is remembered in it."""

    own: OfficeCode
    now: datetime
    _known: dict[OfficeCode, bool] = field(default_factory=dict)
    _verifiers: dict[tuple[OfficeCode, int], Verifier] = field(default_factory=dict)
    _signers: dict[OfficeCode, SigningKey] = field(default_factory=dict)
    _sealers: dict[OfficeCode, SealingKey] = field(default_factory=dict)

    def knows(self, code: OfficeCode) -> bool:
        """Whether an office is a counterpart whose keys a person has confirmed."""
        if code not in self._known:
            try:
                confirmed_counterpart(code)
            except SangbongError:
                self._known[code] = False
            else:
                self._known[code] = True
        return self._known[code]

    def to_seal(self, recipient: OfficeCode, *, now: datetime) -> SealingKey:
        """The receive key that is sealed to today."""
        if recipient not in self._sealers:
            self._demand(recipient)
            key = queries.receive_key_for(recipient, now)
            self._sealers[recipient] = SealingKey(key.number, CounterpartSealer(key.key))
        return self._sealers[recipient]

    def to_open(self, epoch: int) -> Opener:
        """Our own receive key of an epoch."""
        return OwnOpener(queries.own_receiving(epoch))

    def to_sign(self, recipient: OfficeCode) -> SigningKey:
        """Our signing key for papers that this office reads."""
        if recipient not in self._signers:
            self._signers[recipient] = SigningKey(*queries.own_signer(recipient))
        return self._signers[recipient]

    def to_verify(
        self, sender: OfficeCode, generation: int, *, envelope: Envelope | None = None
    ) -> Verifier:
        """A verifying key of another office."""
        known = self._verifiers.get((sender, generation))
        if known is not None:
            return known
        self._demand(sender)
        try:
            key = CounterpartVerifier(queries.verify_key_of(sender, generation))
        except SangbongError as fault:
            if fault.code != "office.signer_revoked" or envelope is None:
                raise
            place = _position(self.own, envelope)
            return CounterpartVerifier(queries.verify_key_of(sender, generation, at=place))
        self._verifiers[sender, generation] = key
        return key

    def revocation(self, sender: OfficeCode, generation: int) -> Revocation | None:
        """What an office said about a signing key of its own that counts no more."""
        return queries.key_standing(sender).statement.revocation(generation)

    def own_revoked(self) -> Collection[int]:
        """The generations of our own signing key that we revoked."""
        return frozenset(one.generation for one in queries.own_statement().revoked)

    def done_with(
        self, recipient: OfficeCode, *, now: datetime, on_the_way: Collection[int]
    ) -> int:
        """Through which epoch of an office we say that we are done; kept before it is said."""
        return office.say_epochs_done(now=now, code=recipient, on_the_way=on_the_way)

    def _demand(self, code: OfficeCode) -> None:
        if not self.knows(code):
            confirmed_counterpart(code)


def _position(own: OfficeCode, envelope: Envelope) -> Position:
    header = envelope.header
    mark = stream_mark(
        sender=header.sender, recipient=own, stream=header.stream, incarnation=header.incarnation
    )
    return Position(stream=mark, sequence=header.sequence, digest=envelope.digest)


@dataclass(frozen=True, slots=True)
class Shelf:
    """The films of this office, as the core asks for them."""

    store: FilmStore

    def is_complete(self, film: str) -> bool:
        """Whether every piece of a film is durable here."""
        return self.store.is_complete(film)

    def plaintext(self, film: str, key: FilmKey) -> Iterator[bytes]:
        """The film, opened piece by piece."""
        return self.store.open_plain(film, key=key.key, length=key.length, cipher=AesPieces())


def film_store() -> FilmStore:
    """The films of this office."""
    return FilmStore(Path(settings.OFFICE_HOME) / "films")


def office_channel(*, now: datetime) -> Channel:
    """Our end of the channel for the transaction that is open; our own restore is noticed here."""
    channel = bare_channel(now=now)
    if resync.keep_watch(channel):
        note_restore(channel, now=now, found="mark")
    return channel


def bare_channel(*, now: datetime) -> Channel:
    """As `office_channel`, without comparing the mark."""
    own = queries.own_office().code
    return Channel(
        own=own,
        ledger=DatabaseLedger(own),
        keys=OfficeKeys(own, now),
        films=Shelf(film_store()),
        watermark=FileWatermark(Path(settings.OFFICE_HOME)),
    )


def note_restore(channel: Channel, *, now: datetime, found: str) -> None:
    """Audit that a new incarnation began, and say it in the log."""
    number = channel.ledger.incarnation()
    _log.warning("liaison.restored", incarnation=number, found=found)
    office.record_audit(
        now=now,
        actor=_WATCH,
        action="liaison.restored",
        facts={"incarnation": number, "found": found},
    )


def after_commit(what: str, code: OfficeCode | str = "") -> None:
    """Once the transaction is committed: set the mark, and tell the carrier what waits for whom."""
    wanted = _wanted()
    if not wanted:
        transaction.on_commit(functools.partial(_tell, wanted), robust=True)
    wanted[what, str(code)] = None


def _wanted() -> dict[tuple[str, str], None]:
    """What the open transaction asked for; a rolled back one leaves nothing behind."""
    registered = (entry[1] for entry in connection.run_on_commit)
    hooks = [
        hook.args[0]
        for hook in registered
        if isinstance(hook, functools.partial) and hook.func is _tell
    ]
    return hooks[-1] if hooks else {}


def _tell(wanted: dict[tuple[str, str], None]) -> None:
    home = Path(settings.OFFICE_HOME)
    FileWatermark(home).write(stored_mark())
    for what, code in wanted:
        desk.poke(home, what, code)
