"""What the core asks of cryptography; liaison/adapters/sealing.py is the real one.

The core decides *what* is signed and bound; the port only does it.
"""

from __future__ import annotations

from typing import Protocol

SIGNATURE_BYTES = 64
"""An Ed25519 signature. Source: RFC 8032."""
SEAL_OVERHEAD_BYTES = 1136
"""What sealing adds: 1,120 bytes of encapsulated key and 16 of tag. Source: spec/envelope.md."""


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
