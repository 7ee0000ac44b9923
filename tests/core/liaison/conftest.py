"""Toy cryptography for pure tests: keyed hashes, quick and deterministic, same lengths as the real."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.wire.ports import SEAL_OVERHEAD_BYTES

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Toy:
    """Signs, verifies, seals and opens by one secret."""

    secret: bytes = b"seoul"

    def sign(self, message: bytes) -> bytes:
        return hmac.digest(self.secret, message, "sha512")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        return hmac.compare_digest(signature, self.sign(message))

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        return self._tag(content, info) + content

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        tag, content = sealed[:SEAL_OVERHEAD_BYTES], sealed[SEAL_OVERHEAD_BYTES:]
        if tag != self._tag(content, info):
            raise SangbongError("liaison.seal_wrong")
        return content

    def seal_piece(self, piece: bytes, *, key: bytes, nonce: bytes, aad: bytes) -> bytes:
        return piece + self._piece_tag(piece, key + nonce + aad)

    def open_piece(self, sealed: bytes, *, key: bytes, nonce: bytes, aad: bytes) -> bytes:
        piece, tag = sealed[:-16], sealed[-16:]
        if tag != self._piece_tag(piece, key + nonce + aad):
            raise SangbongError("liaison.seal_wrong")
        return piece

    def _piece_tag(self, piece: bytes, bound: bytes) -> bytes:
        return hmac.digest(bound, piece, "md5")

    def _tag(self, content: bytes, info: bytes) -> bytes:
        return hashlib.shake_256(self.secret + info + content).digest(SEAL_OVERHEAD_BYTES)


@pytest.fixture(scope="session")
def toy() -> Toy:
    return Toy()
