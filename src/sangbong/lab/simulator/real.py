"""The real cryptography for a simulated world: its keys come from the seed, its sealing draws its own
entropy. A run with it decides what the stand-in's run decides, and takes far longer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import CounterpartSealer, CounterpartVerifier, OwnOpener
from sangbong.liaison.core.wire.ports import Opener, Sealer, Signer, Verifier


@dataclass(slots=True)
class RealSmith:
    """Makes the keys that an office would have."""

    seed: int
    _receiving: dict[tuple[OfficeCode, int], MLKEM768X25519PrivateKey] = field(default_factory=dict)
    _signing: dict[tuple[OfficeCode, int], Ed25519PrivateKey] = field(default_factory=dict)

    def _secret(self, *what: object, length: int = 32) -> bytes:
        name = "/".join(str(one) for one in (self.seed, *what))
        return hashlib.shake_256(f"sangbong simulated key {name}".encode()).digest(length)

    def receiving(self, office: OfficeCode, epoch: int) -> MLKEM768X25519PrivateKey:
        """An office's receive key of an epoch."""
        if (office, epoch) not in self._receiving:
            self._receiving[office, epoch] = MLKEM768X25519PrivateKey(
                MLKEM768PrivateKey.from_seed_bytes(self._secret(office, epoch, "kem", length=64)),
                X25519PrivateKey.from_private_bytes(self._secret(office, epoch, "x25519")),
            )
        return self._receiving[office, epoch]

    def signing(self, office: OfficeCode, generation: int) -> Ed25519PrivateKey:
        """An office's signing key of a generation."""
        if (office, generation) not in self._signing:
            secret = self._secret(office, generation, "signing")
            self._signing[office, generation] = Ed25519PrivateKey.from_private_bytes(secret)
        return self._signing[office, generation]

    def sealer(self, office: OfficeCode, epoch: int) -> Sealer:
        """The public half of an office's receive key of an epoch."""
        return CounterpartSealer(self.receiving(office, epoch).public_key())

    def opener(self, office: OfficeCode, epoch: int) -> Opener:
        """The private half."""
        return OwnOpener(self.receiving(office, epoch))

    def signer(self, office: OfficeCode, generation: int) -> Signer:
        """An office's signing key."""
        return self.signing(office, generation)

    def verifier(self, office: OfficeCode, generation: int) -> Verifier:
        """The public half of it."""
        return CounterpartVerifier(self.signing(office, generation).public_key())
