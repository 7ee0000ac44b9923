"""What every deed of the channel works with: who we are, the ledger, the keys, the films, the mark.

A deed is a function of this, of `now` and of what came in; it reads no clock and draws no number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.ledger import Ledger
from sangbong.liaison.core.wire.envelope import Envelope
from sangbong.liaison.core.wire.film import FilmKey
from sangbong.liaison.core.wire.ports import Opener, Sealer, Signer, Verifier
from sangbong.office.core.statement import Revocation


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

    def to_sign(self, recipient: OfficeCode) -> SigningKey:
        """Our signing key for papers that this office reads."""
        ...

    def knows(self, code: OfficeCode) -> bool:
        """Whether an office is a counterpart whose keys a person has confirmed."""
        ...

    def to_verify(
        self, sender: OfficeCode, generation: int, *, envelope: Envelope | None = None
    ) -> Verifier:
        """A verifying key of another office.

        `envelope` is given where one is checked: a revocation may leave standing what was sent
        before it, by stream, number and digest.

        Raises:
            SangbongError: `office.unknown_counterpart`, `liaison.counterpart_unconfirmed`,
                `office.signer_unknown` or `office.signer_revoked`.
        """
        ...

    def revocation(self, sender: OfficeCode, generation: int) -> Revocation | None:
        """What an office said about a signing key of its own that counts no more."""
        ...

    def own_revoked(self) -> Collection[int]:
        """The generations of our own signing key that we revoked."""
        ...

    def done_with(
        self, recipient: OfficeCode, *, now: datetime, on_the_way: Collection[int]
    ) -> int:
        """Through which epoch of an office we say that we are done, 0 for none.

        Nothing is sealed to an epoch up to it afterwards. `on_the_way` are the epochs that our waiting
        dispatches are sealed to.
        """
        ...


class FilmShelf(Protocol):
    """The films of this office; their pieces never pass through a deed."""

    def is_complete(self, film: str) -> bool:
        """Whether every piece of a film is durable here."""
        ...

    def plaintext(self, film: str, key: FilmKey) -> Iterator[bytes]:
        """The film, opened piece by piece, `key.length` bytes in all.

        Raises:
            SangbongError: a piece is missing, damaged, or not what the key opens.
        """
        ...


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """How far the ledger had come: its incarnation, and its height (`Ledger.height`) in it."""

    incarnation: int
    height: int


class Watermark(Protocol):
    """The mark kept outside the database, where putting back a backup does not reach."""

    def read(self) -> Mark | None:
        """The mark last written; None where there is none that can be read."""
        ...

    def write(self, mark: Mark) -> None:
        """Write the mark. A new incarnation is durable before this returns; a height need not be."""
        ...


@dataclass(frozen=True, slots=True)
class Channel:
    """One office's end of the channel, within one transaction of its ledger."""

    own: OfficeCode
    ledger: Ledger
    keys: Keys
    films: FilmShelf
    watermark: Watermark
