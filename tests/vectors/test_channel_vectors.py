"""The published vectors of the channel, opened with keys from the vector files alone."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import re
from base64 import b64decode
from datetime import UTC, datetime
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
from sangbong.liaison.adapters.sealing import AesPieces, CounterpartVerifier, OwnOpener
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.core.wire import bundle, envelope, receipt, signal
from sangbong.liaison.core.wire.body import unpack
from sangbong.liaison.core.wire.exchange import read_exchange
from sangbong.liaison.core.wire.fields import instant_text
from sangbong.liaison.core.wire.film import FilmKey, open_film, read_manifest, seal_film
from sangbong.liaison.core.wire.waybill import PieceRun

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


@pytest.mark.parametrize("vector", load("exchange")["good"])
def test_a_published_exchange_is_read_and_written_back_to_the_same_bytes(vector):
    data = vector["exchange"].encode()
    told = read_exchange(data)

    assert told.encode() == data
    assert [believed(one).state for one in told.receipts] == [receipt.ReceiptState.APPLIED]


@pytest.mark.parametrize("vector", load("exchange")["bad"], ids=lambda v: v["why"])
def test_a_published_bad_exchange_is_not_read(vector):
    with pytest.raises(SangbongError) as told:
        read_exchange(vector["exchange"].encode())
    assert told.value.code == vector["code"]


def let_in(data: bytes) -> signal.Signal:
    """What Pyongyang does with a signal from Seoul."""
    one = signal.read_signal(data)
    signal.check_addressed(one, own=PYONGYANG)
    signal.check_signed(one, verifier=SEOUL_VERIFIER)
    return one


@pytest.mark.parametrize("vector", load("signal")["good"])
def test_a_published_signal_is_taken_and_is_written_the_same(vector):
    data = b64decode(vector["signal"])
    one = let_in(data)

    assert one.header.encode().decode() == vector["header"]
    assert one.payload.decode() == vector["payload"]
    assert signal.write_signal(one.header, one.payload, signer=signing("KR-SEL")) == data


@pytest.mark.parametrize("vector", load("signal")["bad"], ids=lambda v: v["why"])
def test_a_published_bad_signal_is_dropped(vector):
    with pytest.raises(SangbongError) as told:
        let_in(b64decode(vector["signal"]))
    assert told.value.code == vector["code"]


FILM = load("film")
FILM_KEY = FilmKey(bytes.fromhex(FILM["key"]), FILM["length"])
FILM_BYTES = hashlib.shake_256(FILM["film"].encode()).digest(FILM["length"])
FILM_PIECES = list(seal_film([FILM_BYTES], film=FILM_KEY, cipher=AesPieces()))


def test_the_published_film_is_sealed_to_the_published_pieces():
    assert hashlib.sha256(FILM_BYTES).hexdigest() == FILM["film_sha256"]
    assert [
        {"begins": one.data[:16].hex(), "ends": one.data[-16:].hex(), "sha256": one.digest.hex()}
        for one in FILM_PIECES
    ] == FILM["pieces"]


def test_the_published_manifest_takes_the_published_pieces():
    manifest = read_manifest(b64decode(FILM["manifest"]), film=FILM["id"], pieces=3)

    for one in FILM_PIECES:
        manifest.check(one.index, one.data)
    opened = open_film((one.data for one in FILM_PIECES), film=FILM_KEY, cipher=AesPieces())
    assert b"".join(opened) == FILM_BYTES


@pytest.mark.parametrize("vector", FILM["refused"], ids=lambda v: v["why"])
def test_a_published_bad_row_of_pieces_is_refused(vector):
    row = (FILM_PIECES[index].data for index in vector["pieces"])
    with pytest.raises(SangbongError) as told:
        list(open_film(row, film=FILM_KEY, cipher=AesPieces()))
    assert told.value.code == vector["code"]


def test_a_published_piece_opens_by_hand_with_the_steps_of_the_page():
    """A second opening that shares no code with the first: film.md, section 2."""
    place = (2).to_bytes(8, "big")
    plain = AESGCM(FILM_KEY.key).decrypt(
        bytes(4) + place, FILM_PIECES[2].data, b"sangbong film 1\n" + place + b"\1"
    )
    assert plain == FILM_BYTES[131_072:] + bytes(64_536)


def read_bundle(data: bytes) -> list:
    """What Pyongyang finds in a bundle from Seoul."""
    file = io.BytesIO(data)
    assert example("exchange.md", "json").strip() == load("exchange")["good"][0]["exchange"]
    assert example("signal.md", "json").strip() == load("signal")["good"][0]["header"]
    assert load("film")["id"] in example("film.md", "json")
    head = bundle.read_head(file)
    bundle.check_addressed(head, own=PYONGYANG)
    key = bundle.unlock(head, verifier=SEOUL_VERIFIER, opener=OPENER)
    assert key.hex() == load("bundle")["bundle_key"]
    return list(bundle.members(file, head, key=key, cipher=AesPieces()))


def test_the_published_bundle_opens_to_its_waybill_and_members():
    vector = load("bundle")
    data = b64decode(vector["bundle"])

    waybill, *members, end = read_bundle(data)

    label = bundle.read_head(io.BytesIO(data)).header.label
    assert bundle.file_name(label.bundle) == vector["file_name"]
    assert waybill.encode().decode() == vector["waybill"]
    assert [one.data for one in members] == [b64decode(one) for one in vector["members"]]
    assert end == bundle.BundleEnd(bundle.End.WHOLE, 3, 3)
    assert read_exchange(members[0].data).encode() == members[0].data


def test_the_published_bundle_with_a_piece_has_the_published_segments():
    vector = load("bundle")
    head = b64decode(vector["with_pieces"]["head"])
    header = bundle.read_head(io.BytesIO(head)).header
    members = [b64decode(one) for one in vector["members"]]
    loads = [
        bundle.Load(line, (data,))
        for line, data in zip(
            read_bundle(b64decode(vector["bundle"]))[0].lines, members, strict=True
        )
    ]
    loads.append(bundle.Load(PieceRun(FILM["id"], 1, 1), (FILM_PIECES[1].data,)))

    class Kept:
        """The published sealed key."""

        def seal(self, _key, *, info):
            return bundle.read_head(io.BytesIO(head)).sealed_key

    file = io.BytesIO()
    bundle.write_bundle(
        file,
        label=header.label,
        number=7,
        written_at=datetime(2018, 6, 25, 1, 0, tzinfo=UTC),
        loads=loads,
        key=bytes.fromhex(vector["bundle_key"]),
        sealer=Kept(),
        signer=signing("KR-SEL"),
        cipher=AesPieces(),
    )

    data = file.getvalue()
    assert data[: len(head)] == head
    places = range(len(head), len(data), 65_552)
    assert [hashlib.sha256(data[at : at + 65_552]).hexdigest() for at in places] == vector[
        "with_pieces"
    ]["segments_sha256"]
    assert read_bundle(data)[-2] == bundle.Piece(FILM["id"], 1, FILM_PIECES[1].data)


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
    assert example("exchange.md", "json").strip() == load("exchange")["good"][0]["exchange"]
    assert example("signal.md", "json").strip() == load("signal")["good"][0]["header"]
    assert load("film")["id"] in example("film.md", "json")
    head = bundle.read_head(io.BytesIO(b64decode(load("bundle")["bundle"])))
    assert example("waybill.md", "json").strip() == head.header_bytes.decode()


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
