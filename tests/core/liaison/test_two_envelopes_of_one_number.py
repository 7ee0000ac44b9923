"""Two envelopes that cannot stand in one stream prove themselves (rule EQ4)."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.evidence.equivocation import (
    Finding,
    ProofKind,
    check_proof,
    numbers_proof,
    write_proof,
)
from sangbong.liaison.core.wire.envelope import NO_PREVIOUS, Header, digest_of, write_envelope
from sangbong.liaison.core.wire.ports import SEAL_OVERHEAD_BYTES
from sangbong.liaison.core.wire.sizes import BODY_CLASS_MIN

AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
SIGNER = Ed25519PrivateKey.from_private_bytes(sha256(b"seoul").digest())
PUBLIC = SIGNER.public_key().public_bytes_raw()
FIRST = Header(SEOUL, PYONGYANG, "notes", 1, NO_PREVIOUS, BODY_CLASS_MIN, 1, 1, 1)


class Box:
    """A seal of the right length; nothing is opened here."""

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        return bytes(SEAL_OVERHEAD_BYTES) + content


def envelope(header: Header, fill: bytes) -> bytes:
    return write_envelope(header, fill * header.size, sealer=Box(), signer=SIGNER)


def proof(first: bytes, second: bytes, **changes: object) -> bytes:
    data = write_proof(
        ProofKind.NUMBERS,
        numbers_proof(first, second),
        accused=SEOUL,
        by=PYONGYANG,
        now=AT,
        keys={1: PUBLIC},
    )
    return canonical_bytes({**json.loads(data), **changes})


def checked(data: bytes) -> Finding:
    return check_proof(
        data,
        verifier_of=lambda raw: CounterpartVerifier(Ed25519PublicKey.from_public_bytes(raw)),
    )


ONE, OTHER = envelope(FIRST, b"a"), envelope(FIRST, b"b")


def test_one_number_with_two_digests_is_proved():
    assert checked(proof(ONE, OTHER)) == Finding(
        SEOUL, ProofKind.NUMBERS, "KR-SEL>KP-PYO/notes/1", (PUBLIC,)
    )


def test_a_number_that_follows_another_envelope_is_proved():
    second = envelope(replace(FIRST, sequence=2, previous=digest_of(OTHER)), b"c")

    assert checked(proof(ONE, second)).about == "KR-SEL>KP-PYO/notes/1"
    with pytest.raises(SangbongError, match=r"liaison\.proof_empty"):
        checked(proof(OTHER, second))


def test_envelopes_that_can_stand_together_accuse_nobody():
    third = envelope(replace(FIRST, sequence=3, previous=digest_of(OTHER)), b"c")
    for first, second in ((ONE, ONE), (ONE, third), (third, ONE)):
        with pytest.raises(SangbongError, match=r"liaison\.proof_empty"):
            checked(proof(first, second))


def test_envelopes_of_two_streams_are_no_proof():
    for changes in (
        {"stream": "round-21"},
        {"incarnation": 2},
        {"recipient": OfficeCode("US-WAS")},
        {"sender": OfficeCode("US-WAS")},
    ):
        with pytest.raises(SangbongError, match=r"liaison\.proof_garbled"):
            checked(proof(ONE, envelope(replace(FIRST, **changes), b"b")))
    for changes in ({"accused": "KP-PYO"}, {"keys": [[2, PUBLIC.hex()]]}):
        with pytest.raises(SangbongError, match=r"liaison\.proof_garbled"):
            checked(proof(ONE, OTHER, **changes))


def test_an_altered_envelope_is_no_proof():
    for place in (0, 40, len(OTHER) // 2, len(OTHER) - 1):
        altered = bytearray(OTHER)
        altered[place] ^= 1
        with pytest.raises(SangbongError):
            checked(proof(ONE, bytes(altered)))
    value = numbers_proof(ONE, OTHER)
    for text in ("?", b64encode(ONE).decode()[:-1]):
        with pytest.raises(SangbongError, match=r"liaison\.proof_garbled"):
            checked(proof(ONE, OTHER, signed={**value, "second": text}))
