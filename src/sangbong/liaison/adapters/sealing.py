"""The real cryptography: Ed25519 and HPKE, both of the `cryptography` package.

Sealing draws fresh entropy from the library each time: the same paper sealed twice gives two
different envelopes, so an envelope is sealed once and kept.

Source: RFC 8032; RFC 9180 base mode, single shot, with ML-KEM-768 + X25519, HKDF-SHA256 and
AES-256-GCM as `cryptography` 50 names them (a later addition to RFC 9180: see spec/envelope.md).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire.pieces import KEY_BYTES

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class CounterpartVerifier:
    """Checks a counterpart's signatures."""

    key: Ed25519PublicKey

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the counterpart signed exactly this message."""
        try:
            self.key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class CounterpartSealer:
    """Seals for a counterpart."""

    key: MLKEM768X25519PublicKey

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        """Encapsulated key, ciphertext and tag, in this order."""
        return SUITE.encrypt(content, self.key, info=info)


@dataclass(frozen=True, slots=True)
class OwnOpener:
    """Opens what was sealed for this office."""

    key: MLKEM768X25519PrivateKey

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """The content.

        Raises:
            SangbongError: `liaison.seal_wrong`; sealed for another key, or altered.
        """
        try:
            return SUITE.decrypt(sealed, self.key, info=info)
        except InvalidTag as error:
            raise SangbongError("liaison.seal_wrong") from error


@dataclass(frozen=True, slots=True)
class AesPieces:
    """Seals and opens pieces of films and bundles: AES-256-GCM."""

    def seal_piece(self, piece: bytes, *, key: bytes, nonce: bytes, aad: bytes) -> bytes:
        """The ciphertext, then the 16 bytes of its tag."""
        return AESGCM(key).encrypt(nonce, piece, aad)

    def open_piece(self, sealed: bytes, *, key: bytes, nonce: bytes, aad: bytes) -> bytes:
        """The piece.

        Raises:
            SangbongError: `liaison.seal_wrong`; sealed under another key or in another place, or
                altered.
        """
        try:
            return AESGCM(key).decrypt(nonce, sealed, aad)
        except InvalidTag as error:
            raise SangbongError("liaison.seal_wrong") from error


def fresh_key() -> bytes:
    """32 bytes for one film or bundle, from the system's entropy."""
    return secrets.token_bytes(KEY_BYTES)


def fresh_id() -> str:
    """A bundle's id: 16 bytes of the system's entropy in 32 hex digits."""
    return secrets.token_hex(16)
