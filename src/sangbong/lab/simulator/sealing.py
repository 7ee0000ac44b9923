"""A seeded stand-in for the real sealing, of equal sizes: it hides and binds as that does, against
anybody inside the simulator, and protects nothing outside of it.

1. (SZ1) A sealed thing has exactly `SEAL_OVERHEAD_BYTES` more than its content, a signature
   `SIGNATURE_BYTES`, a sealed piece 16 bytes more.
2. (SZ2) The same draws give the same bytes; nothing reads entropy.
3. (SZ3) What is opened under another key, another `info` or with one bit altered is refused with the
   code that the real one gives.

A public key is here the secret one: nobody in the simulator forges by looking into another's memory.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from dataclasses import dataclass

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire.ports import SEAL_OVERHEAD_BYTES, SIGNATURE_BYTES

TAG_BYTES = 16
_ENCAPSULATED_BYTES = SEAL_OVERHEAD_BYTES - TAG_BYTES
_NONCE_BYTES = 32


@dataclass(frozen=True, slots=True)
class StandInKey:
    """One key of one office: `name` says whose and which, such as `KR-SEL/epoch/3`."""

    secret: bytes

    @classmethod
    def made(cls, seed: int, name: str) -> StandInKey:
        """The key of this name in the world of this seed."""
        return cls(hashlib.sha256(f"sangbong stand-in {seed} {name}".encode()).digest())


@dataclass(frozen=True, slots=True)
class StandInSigner:
    """Signs; deterministic, as Ed25519 is."""

    key: StandInKey

    def sign(self, message: bytes, /) -> bytes:
        """The 64-byte signature of a message."""
        return _signature(self.key, message)


@dataclass(frozen=True, slots=True)
class StandInVerifier:
    """Checks signatures of one key."""

    key: StandInKey

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether that key signed exactly this message."""
        return hmac.compare_digest(signature, _signature(self.key, message))


def _signature(key: StandInKey, message: bytes) -> bytes:
    return hashlib.blake2b(message, key=key.secret, digest_size=SIGNATURE_BYTES).digest()


@dataclass(frozen=True, slots=True)
class StandInSealer:
    """Seals for one key; `draws` stands for the library's entropy."""

    key: StandInKey
    draws: random.Random

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        """Encapsulated key, ciphertext and tag, in this order: rules SZ1 and SZ2."""
        nonce = self.draws.randbytes(_NONCE_BYTES)
        encapsulated = nonce + hashlib.shake_128(nonce).digest(_ENCAPSULATED_BYTES - _NONCE_BYTES)
        inner = _inner_key(self.key, nonce)
        hidden = _hide(inner, content)
        return encapsulated + hidden + _tag(inner, info, encapsulated, hidden)


@dataclass(frozen=True, slots=True)
class StandInOpener:
    """Opens what was sealed for one key."""

    key: StandInKey

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """The content: rule SZ3.

        Raises:
            SangbongError: `liaison.seal_wrong`; sealed for another key, or altered.
        """
        encapsulated, rest = sealed[:_ENCAPSULATED_BYTES], sealed[_ENCAPSULATED_BYTES:]
        hidden, tag = rest[:-TAG_BYTES], rest[-TAG_BYTES:]
        inner = _inner_key(self.key, encapsulated[:_NONCE_BYTES])
        if not hmac.compare_digest(tag, _tag(inner, info, encapsulated, hidden)):
            raise SangbongError("liaison.seal_wrong")
        return _hide(inner, hidden)


def _inner_key(key: StandInKey, nonce: bytes) -> bytes:
    return hashlib.blake2b(nonce, key=key.secret, digest_size=32).digest()


def _hide(inner: bytes, content: bytes) -> bytes:
    """XOR with a keyed stream: its own inverse."""
    length = len(content)
    stream = hashlib.shake_128(inner).digest(length)
    mixed = int.from_bytes(content, "big") ^ int.from_bytes(stream, "big")
    return mixed.to_bytes(length, "big")


def _tag(inner: bytes, *parts: bytes) -> bytes:
    tag = hashlib.blake2b(key=inner, digest_size=TAG_BYTES)
    for part in parts:
        tag.update(len(part).to_bytes(8, "big"))
        tag.update(part)
    return tag.digest()


@dataclass(frozen=True, slots=True)
class StandInPieceCipher:
    """Seals pieces of films and bundles under the key that it is given: rules SZ1 to SZ3."""

    def seal_piece(self, piece: bytes, *, key: bytes, nonce: bytes, aad: bytes) -> bytes:
        """The sealed piece."""
        inner = _inner_key(StandInKey(key), nonce)
        hidden = _hide(inner, piece)
        return hidden + _tag(inner, aad, hidden)

    def open_piece(self, sealed: bytes, *, key: bytes, nonce: bytes, aad: bytes) -> bytes:
        """The piece.

        Raises:
            SangbongError: `liaison.seal_wrong`.
        """
        inner = _inner_key(StandInKey(key), nonce)
        hidden, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
        if len(sealed) < TAG_BYTES or not hmac.compare_digest(tag, _tag(inner, aad, hidden)):
            raise SangbongError("liaison.seal_wrong")
        return _hide(inner, hidden)
