"""Every office's keys, made from the seed; which of them an office knows, and which it destroyed.

1. (Y1) An office has a receive key for each fortnight, given to the others ahead of time; a sender
   seals to the one of the day that its own clock shows.
2. (Y2) The private half is destroyed when `KEPT_AFTER` has passed since the end of its fortnight
   and every counterpart said that it holds nothing sealed to it (`epochs_done`).
3. (Y3) A new signing key is known to a counterpart once the statement came to it; the old one stays
   good for what it signed.
4. (Y4) Keys are files beside the database: putting a backup back does not bring a key back.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.clock import BEGINS
from sangbong.lab.simulator.sealing import (
    StandInKey,
    StandInOpener,
    StandInSealer,
    StandInSigner,
    StandInVerifier,
)
from sangbong.liaison.core.channel import SealingKey, SigningKey
from sangbong.liaison.core.ports import Opener, Sealer, Signer, Verifier

EPOCH = timedelta(days=14)
KEPT_AFTER = timedelta(days=30)


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

    def _key(self, office: OfficeCode, purpose: str, number: int) -> StandInKey:
        return StandInKey.made(self.seed, f"{office}/{purpose}/{number}")

    def sealer(self, office: OfficeCode, epoch: int) -> Sealer:
        """The public half of an office's receive key of an epoch."""
        return StandInSealer(self._key(office, "epoch", epoch), self.draws)

    def opener(self, office: OfficeCode, epoch: int) -> Opener:
        """The private half."""
        return StandInOpener(self._key(office, "epoch", epoch))

    def signer(self, office: OfficeCode, generation: int) -> Signer:
        """An office's signing key."""
        return StandInSigner(self._key(office, "signer", generation))

    def verifier(self, office: OfficeCode, generation: int) -> Verifier:
        """The public half of it."""
        return StandInVerifier(self._key(office, "signer", generation))


def epoch_of(day: datetime) -> int:
    """The number of the fortnight that a day lies in; days before the beginning lie in the first."""
    return max(1, (day - BEGINS) // EPOCH + 1)


def ends(epoch: int) -> datetime:
    """When a fortnight is over."""
    return BEGINS + epoch * EPOCH


@dataclass(slots=True)
class KeyRing:
    """One office's own keys, and what it knows of the others'."""

    own: OfficeCode
    smith: Smith
    generation: int = 1
    destroyed_through: int = 0
    known: dict[OfficeCode, int] = field(default_factory=dict)
    opened: Callable[[int], None] = lambda _: None
    """Told of each epoch whose private key was asked for: a checker listens."""
    sealed_to_stale: int = 0
    """A sender with an old statement seals to this epoch (a fault); 0 for none."""

    def to_seal(self, recipient: OfficeCode, *, now: datetime) -> SealingKey:
        """The receive key that is sealed to today: rule Y1."""
        epoch = self.sealed_to_stale or epoch_of(now)
        return SealingKey(epoch, self.smith.sealer(recipient, epoch))

    def to_open(self, epoch: int) -> Opener:
        """Our own receive key of an epoch: rule Y2.

        Raises:
            SangbongError: `office.epoch_gone`.
        """
        if epoch <= self.destroyed_through:
            raise SangbongError("office.epoch_gone", epoch=epoch)
        self.opened(epoch)
        return self.smith.opener(self.own, epoch)

    def to_sign(self) -> SigningKey:
        """Our signing key of today."""
        return SigningKey(self.generation, self.smith.signer(self.own, self.generation))

    def to_verify(self, sender: OfficeCode, generation: int) -> Verifier:
        """A verifying key of another office: rule Y3.

        Raises:
            SangbongError: `office.unknown_counterpart` or `office.signer_unknown`.
        """
        if sender not in self.known:
            raise SangbongError("office.unknown_counterpart", code=sender)
        if not 1 <= generation <= self.known[sender]:
            raise SangbongError("office.signer_unknown", code=sender, generation=generation)
        return self.smith.verifier(sender, generation)

    def destroy(self, *, now: datetime, done: Mapping[OfficeCode, int]) -> int:
        """Destroy what rule Y2 lets go of.

        Returns:
            The highest epoch whose private key is gone.
        """
        let_go = min(done.values(), default=0)
        while self.destroyed_through < let_go and (
            ends(self.destroyed_through + 1) + KEPT_AFTER < now
        ):
            self.destroyed_through += 1
        return self.destroyed_through
