"""The keys of both sides as the office room keeps them, for one transaction of the channel.

A counterpart is asked for once, however many envelopes a batch has; a later statement counts from the
next transaction on. Signing keys and receive keys are objects of the library, made once a process.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import CounterpartSealer, CounterpartVerifier, OwnOpener
from sangbong.liaison.core.channel import SealingKey, SigningKey
from sangbong.liaison.core.envelope import Envelope
from sangbong.office import operations as office
from sangbong.office import queries as keys
from sangbong.office.core.statement import stream_mark
from sangbong.office.queries import KeyStanding, Position


class OfficeKeyring:
    """`core.channel.Keys` of a real office."""

    def __init__(self) -> None:
        """Know nothing yet; everything is asked for when it is needed."""
        self._standings: dict[OfficeCode, KeyStanding] = {}
        self._signers: dict[OfficeCode, SigningKey] = {}
        self._openers: dict[int, OwnOpener] = {}
        self._sealers: dict[tuple[OfficeCode, int], CounterpartSealer] = {}

    def knows(self, code: OfficeCode) -> bool:
        """Whether an office is a counterpart whose keys a person has confirmed."""
        try:
            self._confirmed(code)
        except SangbongError:
            return False
        return True

    def to_seal(self, recipient: OfficeCode, *, now: datetime) -> SealingKey:
        """The receive key that is sealed to today.

        Raises:
            SangbongError: `office.unknown_counterpart`, `liaison.counterpart_unconfirmed`,
                `office.epochs_over`.
        """
        chosen = self._confirmed(recipient).to_seal(now)
        sealer = self._sealers.setdefault((recipient, chosen.number), CounterpartSealer(chosen.key))
        return SealingKey(epoch=chosen.number, sealer=sealer)

    def to_open(self, epoch: int) -> OwnOpener:
        """Our own receive key of an epoch.

        Raises:
            SangbongError: `office.epoch_gone`.
        """
        if epoch not in self._openers:
            self._openers[epoch] = OwnOpener(keys.own_receiving(epoch))
        return self._openers[epoch]

    def to_sign(self, recipient: OfficeCode) -> SigningKey:
        """Our signing key for papers that this office reads."""
        if recipient not in self._signers:
            generation, signer = keys.own_signer(recipient)
            self._signers[recipient] = SigningKey(generation=generation, signer=signer)
        return self._signers[recipient]

    def to_verify(
        self, sender: OfficeCode, generation: int, *, envelope: Envelope | None = None
    ) -> CounterpartVerifier:
        """A verifying key of another office; an envelope may stand although its key is revoked.

        Raises:
            SangbongError: `office.unknown_counterpart`, `liaison.counterpart_unconfirmed`,
                `office.signer_unknown`, `office.signer_revoked`.
        """
        place = _place(envelope) if envelope is not None else None
        return CounterpartVerifier(self._confirmed(sender).to_verify(generation, at=place))

    def done_with(
        self, recipient: OfficeCode, *, now: datetime, on_the_way: Collection[int]
    ) -> int:
        """Through which epoch of an office we say that we are done, kept before it is said."""
        number = office.say_epochs_done(now=now, code=recipient, on_the_way=on_the_way)
        self._standings.pop(recipient, None)
        return number

    def _confirmed(self, code: OfficeCode) -> KeyStanding:
        standing = self._standings.get(code)
        if standing is None:
            standing = self._standings[code] = keys.key_standing(code)
        if not standing.confirmed:
            raise SangbongError("liaison.counterpart_unconfirmed", code=code)
        return standing


def _place(envelope: Envelope) -> Position:
    header = envelope.header
    return Position(
        stream=stream_mark(
            sender=header.sender,
            recipient=header.recipient,
            stream=header.stream,
            incarnation=header.incarnation,
        ),
        sequence=header.sequence,
        digest=envelope.digest,
    )
