"""The published vectors of logs and evidence, read with their keys alone; and made anew, the same."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from tools import evidence_vectors

from sangbong.cli.kit import verify
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.forks import LogKeeper
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.evidence import merkle
from sangbong.liaison.core.evidence.checkpoint import (
    NoteKey,
    check_cosigned,
    check_note,
    read_checkpoint,
    read_note,
)
from sangbong.liaison.core.evidence.equivocation import check_proof
from sangbong.liaison.core.evidence.evidence import trail_digest

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)


def load(name: str):
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


CHECKPOINT, EVIDENCE = load("checkpoint"), load("evidence")


def key(office: str, name: str) -> NoteKey:
    secret = bytes.fromhex(CHECKPOINT["keys"][f"{office} signing, Ed25519 secret"])
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return NoteKey(name, public.public_bytes_raw(), CounterpartVerifier(public))


def keeper(office: str, other: str) -> LogKeeper:
    secret = bytes.fromhex(CHECKPOINT["keys"][f"{office} signing, Ed25519 secret"])
    return LogKeeper(OfficeCode(office), OfficeCode(other), secret)


def test_the_vectors_are_those_that_the_tool_makes():
    assert evidence_vectors.vectors() == {"checkpoint": CHECKPOINT, "evidence": EVIDENCE}


def test_the_published_tree():
    """MT1 to MT4."""
    hashes = [merkle.leaf_hash(leaf.encode()) for leaf in CHECKPOINT["leaves"]]
    roots = [merkle.root_of(hashes[:n]).hex() for n in range(len(hashes) + 1)]
    assert roots == CHECKPOINT["roots"]
    for n, path in enumerate(CHECKPOINT["inclusion"]):
        assert merkle.verify_inclusion(
            index=n,
            size=len(hashes),
            leaf=hashes[n],
            proof=tuple(bytes.fromhex(one) for one in path),
            root=bytes.fromhex(roots[-1]),
        )
    for n, path in enumerate(CHECKPOINT["consistency"]):
        assert merkle.verify_consistency(
            first=n,
            first_root=bytes.fromhex(roots[n]),
            second=len(hashes),
            second_root=bytes.fromhex(roots[-1]),
            proof=tuple(bytes.fromhex(one) for one in path),
        )


@pytest.mark.parametrize("text", CHECKPOINT["notes"])
def test_a_published_checkpoint_is_believed(text):
    """CP1 to CP6."""
    note = read_note(text.encode())
    checkpoint = read_checkpoint(note.text)
    check_note(note, key=key("KR-SEL", str(checkpoint.origin)))
    assert checkpoint.root.hex() == CHECKPOINT["roots"][checkpoint.size]
    assert verify.read_note(text).root == checkpoint.root


def test_the_published_cosignature_is_believed():
    """CP7."""
    note = read_note(CHECKPOINT["cosigned"].encode())
    assert check_cosigned(note, key=key("KP-PYO", "sangbong/KP-PYO")) == int(AT.timestamp())


def test_the_published_mark_of_the_trail():
    """EV2."""
    trail = CHECKPOINT["trail"]
    leaf = json.loads(CHECKPOINT["leaves"][trail["number"] - 1])
    assert leaf["digest"] == trail_digest(bytes.fromhex(trail["salt"]), trail["head"])


@pytest.mark.parametrize("vector", CHECKPOINT["bad"], ids=lambda one: one["what"])
def test_a_published_bad_note_is_refused(vector):
    with pytest.raises(SangbongError) as refused:
        read_checkpoint(read_note(vector["note"].encode()).text)
    assert refused.value.code == vector["code"]


def test_the_published_messages_are_witnessed():
    """EV3 to EV6, LW6."""
    seoul, pyongyang = keeper("KR-SEL", "KP-PYO"), keeper("KP-PYO", "KR-SEL")
    first, answer, second = EVIDENCE["messages"]
    for vector, reader, writer in (
        (first, pyongyang, seoul),
        (answer, seoul, pyongyang),
        (second, pyongyang, seoul),
    ):
        seen = reader.see(vector["value"], of=writer, now=AT)
        assert seen.shown == vector["outcome"]


@pytest.mark.parametrize("vector", EVIDENCE["bad"], ids=lambda one: one["what"])
def test_a_published_bad_message_is_refused(vector):
    seoul, pyongyang = keeper("KR-SEL", "KP-PYO"), keeper("KP-PYO", "KR-SEL")
    with pytest.raises(SangbongError) as refused:
        pyongyang.see(vector["value"], of=seoul, now=AT)
    assert refused.value.code == vector["code"]


@pytest.mark.parametrize("text", EVIDENCE["proofs"])
def test_a_published_proof_holds_for_both_readings(text):
    """EQ2, EQ3."""
    proof = b64decode(text)
    found = check_proof(
        proof,
        verifier_of=lambda raw: CounterpartVerifier(Ed25519PublicKey.from_public_bytes(raw)),
    )
    told = verify.check_proof(proof)
    assert (found.accused, found.kind.value, found.about) == (told.accused, told.kind, told.about)
