"""What every deed of the channel works with: who we are, the ledger, the keys, the films.

A deed is a function of this, of `now` and of what came in; it reads no clock and draws no number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.ledger import Ledger
from sangbong.liaison.core.ports import Opener, Sealer, Signer, Verifier


@dataclass(frozen=True, slots=True)
class SealingKey:
    """A receive key of another office, and the number of its epoch."""

    epoch: int
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class SigningKey:
    """Our signing key, and its generation."""

    generation: int
    signer: Signer


class Keys(Protocol):
    """The keys of both sides, by epoch and generation."""

    def to_seal(self, recipient: OfficeCode, *, now: datetime) -> SealingKey:
        """The receive key that is sealed to today.

        Raises:
            SangbongError: `office.unknown_counterpart`, `liaison.counterpart_unconfirmed`, or a
                code of the office room where no receive key covers this day.
        """
        ...

    def to_open(self, epoch: int) -> Opener:
        """Our own receive key of an epoch.

        Raises:
            SangbongError: `office.epoch_gone`; it was destroyed, or never was ours.
        """
        ...

    def to_sign(self) -> SigningKey:
        """Our signing key of today."""
        ...

    def to_verify(self, sender: OfficeCode, generation: int) -> Verifier:
        """A verifying key of another office.

        Raises:
            SangbongError: `office.unknown_counterpart`, `liaison.counterpart_unconfirmed`,
                `office.signer_unknown` or `office.signer_revoked`.
        """
        ...


class FilmShelf(Protocol):
    """The films of this office; their pieces never pass through a deed."""

    def is_complete(self, film: str) -> bool:
        """Whether every piece of a film is durable here."""
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """One office's end of the channel, within one transaction of its ledger."""

    own: OfficeCode
    ledger: Ledger
    keys: Keys
    films: FilmShelf
