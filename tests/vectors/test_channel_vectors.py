"""The published vectors of the channel, opened with keys from the vector files alone."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import CounterpartVerifier, OwnOpener
from sangbong.liaison.core import bundle, envelope, receipt
from sangbong.liaison.core.body import unpack
from sangbong.liaison.core.exchange import prefix_values
from sangbong.liaison.core.fields import instant_text
from sangbong.liaison.core.papers import NotePaper

VECTORS = Path(__file__).parents[2] / "spec" / "vectors"
SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")


def load(name: str):
    return json.loads((VECTORS / f"{name}.json").read_text("utf-8"))


KEYS = load("envelope")["keys"]


def secret(name: str) -> bytes:
    return bytes.fromhex(KEYS[name])


def signing(name: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(secret(f"{name} signing, Ed25519 secret"))


SEOUL_VERIFIER = CounterpartVerifier(signing("KR-SEL").public_key())
PYONGYANG_VERIFIER = CounterpartVerifier(signing("KP-PYO").public_key())
OPENER = OwnOpener(
    MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(secret("KP-PYO receiving, ML-KEM-768 seed")),
        X25519PrivateKey.from_private_bytes(secret("KP-PYO receiving, X25519 secret")),
    )
)


def taken(data: bytes):
    """What Pyongyang does with an envelope from Seoul."""
    one = envelope.read_envelope(data)
    envelope.check_addressed(one, own=PYONGYANG)
    envelope.check_signed(one, verifier=SEOUL_VERIFIER)
    return one, unpack(envelope.open_envelope(one, opener=OPENER))


def believed(data: bytes):
    """What Seoul does with a receipt from Pyongyang."""
    signed = receipt.read_receipt(data)
    receipt.check_addressed(signed, own=SEOUL)
    receipt.check_signed(signed, verifier=PYONGYANG_VERIFIER)
    return signed.receipt


@pytest.mark.parametrize("vector", load("envelope")["good"])
def test_a_published_envelope_opens_to_its_paper(vector):
    one, paper = taken(b64decode(vector["envelope"]))

    assert one.digest == vector["digest"]
    assert one.header_bytes.decode() == vector["header"]
    assert {
        "basis": paper.basis,
        "body": paper.body,
        "film": paper.film,
        "kind": paper.kind,
        "purpose": paper.purpose,
        "sealed_at": instant_text(paper.sealed_at),
    } == vector["paper"]
    assert list(paper.attachments) == [b64decode(a) for a in vector["attachments"]]


def test_the_published_envelopes_are_one_chain():
    first, second = (taken(b64decode(v["envelope"]))[0] for v in load("envelope")["good"])
    assert second.header.previous == first.digest


@pytest.mark.parametrize("vector", load("envelope")["bad"], ids=lambda v: v["why"])
def test_a_published_bad_envelope_is_not_taken(vector):
    with pytest.raises(SangbongError) as told:
        taken(b64decode(vector["envelope"]))
    assert told.value.code == vector["code"]


@pytest.mark.parametrize("vector", load("receipt")["good"])
def test_a_published_receipt_is_believed_and_is_written_the_same(vector):
    data = vector["receipt"].encode()
    assert believed(data).encode(signing("KP-PYO")) == data


@pytest.mark.parametrize("vector", load("receipt")["bad"])
def test_a_published_bad_receipt_is_not_believed(vector):
    with pytest.raises(SangbongError) as told:
        believed(vector["receipt"].encode())
    assert told.value.code == vector["code"]


def test_the_published_bundle_opens_to_its_waybill():
    vector = load("waybill")

    sealed = bundle.read_bundle(b64decode(vector["bundle"]))
    bundle.check_addressed(sealed, own=PYONGYANG)
    cargo = bundle.open_bundle(sealed, verifier=SEOUL_VERIFIER, opener=OPENER)

    assert (sealed.header.file_name, sealed.digest) == (vector["file_name"], vector["digest"])
    assert [envelope.digest_of(one) for one in cargo.envelopes] == vector["envelopes"]
    assert [one.decode() for one in cargo.receipts] == vector["receipts"]
    assert prefix_values(cargo.settled) == vector["settled"]
    assert instant_text(cargo.written_at) == vector["written_at"]


def test_the_published_note_is_read_and_written_back_to_the_same_bytes():
    vector = load("liaison.note")
    note = NotePaper.from_body(vector["body"])

    assert canonical_bytes(note.to_body()).decode() == vector["canonical_utf8"]
    assert sha256_hex(canonical_bytes(note.to_body())) == vector["sha256"]


@pytest.mark.parametrize("vector", load("liaison.note")["refused"], ids=lambda v: v["why"])
def test_a_published_bad_note_says_what_is_wrong(vector):
    with pytest.raises(SangbongError) as told:
        NotePaper.from_body(vector["body"])
    assert (told.value.code, told.value.place.column) == (vector["code"], vector["column"])


def test_the_examples_of_the_pages_are_the_vectors():
    note = example("kinds/liaison.note.md", "json")
    assert json.loads(note) == load("liaison.note")["body"]
    assert example("envelope.md", "json").strip() == load("envelope")["good"][0]["header"]
    assert example("receipt.md", "json").strip() == load("receipt")["good"][1]["receipt"]
    assert example("waybill.md", "json").strip() == (
        bundle.read_bundle(b64decode(load("waybill")["bundle"])).header_bytes.decode()
    )


def example(page: str, language: str) -> str:
    """The first example of a page of the specification."""
    text = (VECTORS.parent / page).read_text("utf-8")
    found = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
    assert found is not None
    return found[1]


def test_a_published_envelope_opens_by_hand_with_the_steps_of_the_page():
    """A second opening that shares no code with the first: envelope.md, section 5."""
    vector = load("envelope")["good"][0]
    data = b64decode(vector["envelope"])
    header_end = 22 + int.from_bytes(data[18:22], "big")
    sealed = data[header_end:-64]
    info = b"sangbong envelope 1\n" + data[22:header_end]
    encapsulated, ciphertext = sealed[:1120], sealed[1120:]
    mlkem = MLKEM768PrivateKey.from_seed_bytes(secret("KP-PYO receiving, ML-KEM-768 seed"))
    x25519 = X25519PrivateKey.from_private_bytes(secret("KP-PYO receiving, X25519 secret"))
    their_x25519 = X25519PublicKey.from_public_bytes(encapsulated[1088:])
    shared = hashlib.sha3_256(
        mlkem.decapsulate(encapsulated[:1088])
        + x25519.exchange(their_x25519)
        + encapsulated[1088:]
        + x25519.public_key().public_bytes_raw()
        + rb"\.//^\ ".strip()
    ).digest()
    context = b"\0" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", info)
    key = _extract(shared, b"secret", b"")

    content = AESGCM(_expand(key, b"key", context, 32)).decrypt(
        _expand(key, b"base_nonce", context, 12), ciphertext, b""
    )

    assert json.loads(content[4 : 4 + int.from_bytes(content[:4], "big")]) == vector["paper"]


SUITE_ID = b"HPKE" + bytes.fromhex("647a00010002")


def _extract(salt: bytes, label: bytes, material: bytes) -> bytes:
    """LabeledExtract of RFC 9180, section 4."""
    labelled = b"HPKE-v1" + SUITE_ID + label + material
    return hmac.digest(salt or bytes(32), labelled, "sha256")


def _expand(key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    """LabeledExpand of RFC 9180, section 4; one block is enough for every length here."""
    labelled = length.to_bytes(2, "big") + b"HPKE-v1" + SUITE_ID + label + info
    return hmac.digest(key, labelled + b"\1", "sha256")[:length]
