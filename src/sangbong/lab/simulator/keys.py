"""Every office's keys, made from the seed; which of them an office knows, and which it destroyed.

The rules of epochs are production's own (`office.core.epochs`). Here:

1. (SY1) Receive keys were exchanged ahead of time, some of them for days before the history begins, so
   that keys are destroyed in short histories too.
2. (SY2) A private half is destroyed when rule P5 of `office.core.epochs` lets it go. What was said of
   epochs stands in the database and goes back with it; the keys themselves are files and do not.
3. (SY3) A new signing key is known to a counterpart once the statement came to it; the old one stays
   good for what it signed.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, cast

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.clock import BEGINS
from sangbong.lab.simulator.disk import Disk
from sangbong.lab.simulator.sealing import (
    StandInKey,
    StandInOpener,
    StandInSealer,
    StandInSigner,
    StandInVerifier,
)
from sangbong.liaison.core.custody.channel import SealingKey, SigningKey
from sangbong.liaison.core.wire.envelope import Envelope
from sangbong.liaison.core.wire.ports import Opener, Sealer, Signer, Verifier
from sangbong.office.core import epochs
from sangbong.office.core.epochs import EPOCH_DAYS, Window
from sangbong.office.core.statement import EpochKey, KeyStatement, Revocation, RootIdentity

_EPOCH = timedelta(days=EPOCH_DAYS)
_PAST = 4
_EPOCHS = 80


class Smith(Protocol):
    """Makes keys of one kind of cryptography: the stand-in's, or the real ones."""

    def sealer(self, office: OfficeCode, epoch: int) -> Sealer:
        """The public half of an office's receive key of an epoch."""
        ...

    def opener(self, office: OfficeCode, epoch: int) -> Opener:
        """The private half."""
        ...

    def signer(self, office: OfficeCode, generation: int) -> Signer:
        """An office's signing key."""
        ...

    def verifier(self, office: OfficeCode, generation: int) -> Verifier:
        """The public half of it."""
        ...


@dataclass(slots=True)
class StandInSmith:
    """Keys of the stand-in; `draws` is the entropy that sealing takes."""

    seed: int
    draws: random.Random

    def key(self, office: OfficeCode, purpose: str, number: int) -> StandInKey:
        """One key, by its purpose and number."""
        return StandInKey.made(self.seed, f"{office}/{purpose}/{number}")

    def sealer(self, office: OfficeCode, epoch: int) -> Sealer:
        """The public half of an office's receive key of an epoch."""
        return StandInSealer(self.key(office, "epoch", epoch), self.draws)

    def opener(self, office: OfficeCode, epoch: int) -> Opener:
        """The private half."""
        return StandInOpener(self.key(office, "epoch", epoch))

    def signer(self, office: OfficeCode, generation: int) -> Signer:
        """An office's signing key."""
        return StandInSigner(self.key(office, "signer", generation))

    def verifier(self, office: OfficeCode, generation: int) -> Verifier:
        """The public half of it."""
        return StandInVerifier(self.key(office, "signer", generation))


def statement_of(code: OfficeCode) -> KeyStatement:
    """An office's key statement, as far as its epochs are asked of it."""
    days = ((BEGINS + (number - _PAST - 1) * _EPOCH).date() for number in range(1, _EPOCHS + 1))
    epochs = tuple(
        EpochKey(number, first, first + _EPOCH, b"") for number, first in enumerate(days, start=1)
    )
    return KeyStatement(
        code=code,
        name_ko="",
        name_en="",
        serial=1,
        earlier=(),
        issued=BEGINS.date(),
        root=RootIdentity(b"", b""),
        signers=(),
        revoked=(),
        epochs=epochs,
        emergencies=(),
        tls_certificate="",
        link_url="",
    )


@dataclass(slots=True)
class KeyRing:
    """One office's own keys, and what it knows of the others'."""

    own: OfficeCode
    smith: Smith
    disk: Disk
    statements: Mapping[OfficeCode, KeyStatement]
    generation: int = 1
    destroyed: set[int] = field(default_factory=set)
    known: dict[OfficeCode, int] = field(default_factory=dict)
    """The highest generation of each counterpart that a statement brought."""
    told: dict[OfficeCode, int] = field(default_factory=dict)
    """The highest generation of ours that each counterpart has."""
    instead: SealingKey | None = None
    """What a faulty or dishonest sender seals with for once."""

    def to_seal(self, recipient: OfficeCode, *, now: datetime) -> SealingKey:
        """The receive key that is sealed to today: rule SY1."""
        if self.instead is not None:
            return self.instead
        chosen = epochs.epoch_for(self.statements[recipient], now=now, floor=self._said(recipient))
        return SealingKey(chosen.number, self.smith.sealer(recipient, chosen.number))

    def to_open(self, epoch: int) -> Opener:
        """Our own receive key of an epoch: rule SY2.

        Raises:
            SangbongError: `office.epoch_gone`.
        """
        if epoch in self.destroyed:
            raise SangbongError("office.epoch_gone", epoch=epoch)
        return self.smith.opener(self.own, epoch)

    def to_sign(self, recipient: OfficeCode) -> SigningKey:
        """The newest signing key that an office knows of: rule SY3."""
        generation = min(self.generation, self.told[recipient])
        return SigningKey(generation, self.smith.signer(self.own, generation))

    def knows(self, code: OfficeCode) -> bool:
        """Whether an office is a counterpart."""
        return code in self.known

    def to_verify(
        self, sender: OfficeCode, generation: int, *, envelope: Envelope | None = None
    ) -> Verifier:
        """A verifying key of another office: rule SY3.

        Raises:
            SangbongError: `office.unknown_counterpart` or `office.signer_unknown`.
        """
        del envelope  # no key is revoked in the simulator
        if sender not in self.known:
            raise SangbongError("office.unknown_counterpart", code=sender)
        if not 1 <= generation <= self.known[sender]:
            raise SangbongError("office.signer_unknown", code=sender, generation=generation)
        return self.smith.verifier(sender, generation)

    def revocation(self, sender: OfficeCode, generation: int) -> Revocation | None:
        """What an office said about a signing key that counts no more."""
        return self.statements[sender].revocation(generation)

    def own_revoked(self) -> Collection[int]:
        """The generations of our own signing key that were revoked."""
        return [one.generation for one in self.statements[self.own].revoked]

    def done_with(
        self, recipient: OfficeCode, *, now: datetime, on_the_way: Collection[int]
    ) -> int:
        """Through which epoch of an office we say that we are done; kept before it is said."""
        floor = self._said(recipient)
        number = epochs.done_with(
            self.statements[recipient], now=now, floor=floor, on_the_way=on_the_way
        )
        if number > floor:
            self.disk.put("epochs_said", recipient, number)
        return number

    def _said(self, recipient: OfficeCode) -> int:
        return cast("int", self.disk.get("epochs_said", recipient) or 0)

    def note_done(self, code: OfficeCode, number: int) -> None:
        """Note what a counterpart says of our epochs: its latest word, also a lower one."""
        if number != cast("int", self.disk.get("epochs_done", code) or 0):
            self.disk.put("epochs_done", code, number)

    def destroy(self, *, now: datetime, needed: Collection[int]) -> list[int]:
        """Destroy the private halves that rule SY2 lets go of.

        Returns:
            Their numbers.
        """
        own = self.statements[self.own].epochs
        windows = [
            Window(one.number, one.first, one.until)
            for one in own
            if one.number not in self.destroyed
        ]
        said = [cast("int", self.disk.get("epochs_done", code) or 0) for code in self.known]
        gone = epochs.may_destroy(windows, now=now, said_done=said, needed=needed)
        self.destroyed.update(gone)
        return gone
