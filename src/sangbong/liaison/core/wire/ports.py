"""What the core asks of cryptography; liaison/adapters/sealing.py is the real one.

The core decides *what* is signed and bound; the port only does it.
"""

from __future__ import annotations

from typing import Protocol

SIGNATURE_BYTES = 64
"""An Ed25519 signature. Source: RFC 8032."""
SEAL_OVERHEAD_BYTES = 1136
"""What sealing adds: 1,120 bytes of encapsulated key and 16 of tag. Source: spec/envelope.md."""

PIECE_TAG_BYTES = 16
"""What sealing one piece of a film or bundle adds: the tag of AES-256-GCM."""


class Signer(Protocol):
    """Our own signing key; an `Ed25519PrivateKey` is one as it comes."""

    def sign(self, message: bytes, /) -> bytes:
        """The 64-byte signature of a message; the same message always gives the same one."""
        ...


class Verifier(Protocol):
    """A counterpart's verifying key."""

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether the counterpart signed exactly this message."""
        ...


class Sealer(Protocol):
    """A counterpart's receiving key."""

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        """Seal content for the counterpart, bound to `info`."""
        ...


class Opener(Protocol):
    """Our own receiving key."""

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """Open what was sealed for us under the same `info`.

        Raises:
            SangbongError: `liaison.seal_wrong`, the sender's fault.
        """
        ...


class PieceCipher(Protocol):
    """Seals pieces under a key that is at hand; the core decides nonce and what is bound.

    Any object may seal any piece: it holds no key of its own between calls.
    """

    def seal_piece(self, piece: bytes, *, key: bytes, nonce: bytes, aad: bytes) -> bytes:
        """The sealed piece, `PIECE_TAG_BYTES` longer; the same input always gives the same one.

        `key` has 32 bytes, `nonce` 12, used once with this key.
        """
        ...

    def open_piece(self, sealed: bytes, *, key: bytes, nonce: bytes, aad: bytes) -> bytes:
        """The piece.

        Raises:
            SangbongError: `liaison.seal_wrong`: another key, nonce or `aad`, or altered.
        """
        ...
