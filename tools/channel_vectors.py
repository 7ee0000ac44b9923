"""Write spec/vectors/{envelope,receipt,waybill,liaison.note}.json anew, with keys that anyone may know.

Sealing draws fresh entropy, so a new run gives other envelopes that open to the same papers; run it only
when the format changes. `python tools/channel_vectors.py`
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import CounterpartSealer
from sangbong.liaison.core.body import Paper, pack
from sangbong.liaison.core.bundle import Cargo, write_bundle
from sangbong.liaison.core.envelope import NO_PREVIOUS, Header, digest_of, write_envelope
from sangbong.liaison.core.exchange import Prefix
from sangbong.liaison.core.receipt import Receipt, ReceiptState

VECTORS = Path(__file__).resolve().parent.parent / "spec" / "vectors"
SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)
UNREADABLE = "liaison.note_unreadable"
NOTE = {
    "answers": "",
    "date": "2018-06-25",
    "number": "연락 2018-17",
    "sender_name": "한도윤",
    "sender_rank": "연락관",
    "text": "의뢰서를 7월 3일 11시에 전하겠습니다.\n이상입니다.",
}


def secret(label: str, length: int) -> bytes:
    """Bytes that are no secret: a hash of their label."""
    return hashlib.shake_256(f"sangbong vector: {label}".encode()).digest(length)


MLKEM_SEED = secret("Pyongyang ML-KEM-768", 64)
X25519_SECRET = secret("Pyongyang X25519", 32)
SEOUL_SECRET = secret("Seoul Ed25519", 32)
PYONGYANG_SECRET = secret("Pyongyang Ed25519", 32)
SEOUL_SIGNER = Ed25519PrivateKey.from_private_bytes(SEOUL_SECRET)
PYONGYANG_SIGNER = Ed25519PrivateKey.from_private_bytes(PYONGYANG_SECRET)
MLKEM = MLKEM768PrivateKey.from_seed_bytes(MLKEM_SEED)
X25519 = X25519PrivateKey.from_private_bytes(X25519_SECRET)
SEALER = CounterpartSealer(MLKEM768X25519PrivateKey(MLKEM, X25519).public_key())
KEYS = {
    "KP-PYO receiving, ML-KEM-768 seed": MLKEM_SEED.hex(),
    "KP-PYO receiving, X25519 secret": X25519_SECRET.hex(),
    "KP-PYO signing, Ed25519 secret": PYONGYANG_SECRET.hex(),
    "KR-SEL signing, Ed25519 secret": SEOUL_SECRET.hex(),
}


def text(data: bytes) -> str:
    """Bytes as base64, as every vector file writes them."""
    return b64encode(data).decode("ascii")


def envelope_vectors() -> tuple[dict[str, Any], bytes]:
    """Two envelopes of one stream, and what must not be taken."""
    paper = Paper(
        "liaison.note", NOTE, "liaison: notes between officers", "liaison", AT, (b"scan",)
    )
    content = pack(paper)
    header = Header(SEOUL, PYONGYANG, "notes", 1, NO_PREVIOUS, len(content), 1, 1, 1)
    first = write_envelope(header, content, sealer=SEALER, signer=SEOUL_SIGNER)
    following = replace(header, sequence=2, previous=digest_of(first))
    second = write_envelope(following, content, sealer=SEALER, signer=SEOUL_SIGNER)
    sealed = first[-64 - len(content) - 1136 : -64]

    class Moved:
        def seal(self, _content: bytes, *, info: bytes) -> bytes:
            del info
            return sealed

    later = first.replace(b'"version":1', b'"version":2')
    bad = [
        ("one bit of the seal flipped", flipped(first, 2000), "liaison.signature_wrong"),
        (
            "one bit of the signature flipped",
            flipped(first, len(first) - 1),
            "liaison.signature_wrong",
        ),
        ("signed by another", resigned(first), "liaison.signature_wrong"),
        ("cut off", first[:-1], "liaison.size_wrong"),
        ("of a later version", later, "liaison.version_unknown"),
        ("for another office", for_tokyo(header, content), "liaison.other_recipient"),
        ("not an envelope", b"PK\x03\x04", "liaison.envelope_garbled"),
        (
            "seal moved under another header",
            write_envelope(following, content, sealer=Moved(), signer=SEOUL_SIGNER),
            "liaison.seal_wrong",
        ),
        (
            "padding that says something",
            write_envelope(header, content[:-1] + b"\1", sealer=SEALER, signer=SEOUL_SIGNER),
            "liaison.body_garbled",
        ),
    ]
    return {
        "note": "Keys are hashes of their labels and protect nothing. Bytes are base64.",
        "keys": KEYS,
        "good": [
            {
                "envelope": text(data),
                "digest": digest_of(data),
                "header": one.encode().decode(),
                "attachments": [text(b"scan")],
                "paper": {
                    "basis": paper.basis,
                    "body": NOTE,
                    "film": None,
                    "kind": paper.kind,
                    "purpose": paper.purpose,
                    "sealed_at": "2018-06-25T01:00:00Z",
                },
            }
            for one, data in ((header, first), (following, second))
        ],
        "bad": [{"why": why, "envelope": text(data), "code": code} for why, data, code in bad],
    }, first


def flipped(data: bytes, place: int) -> bytes:
    """One bit altered."""
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def resigned(data: bytes) -> bytes:
    """Pyongyang's signature where Seoul's should be."""
    message = b"sangbong envelope 1\n" + bytes.fromhex(digest_of(data))
    return data[:-64] + PYONGYANG_SIGNER.sign(message)


def for_tokyo(header: Header, content: bytes) -> bytes:
    """The same, addressed to a third office."""
    return write_envelope(
        replace(header, recipient=OfficeCode("JP-TYO")), content, sealer=SEALER, signer=SEOUL_SIGNER
    )


def receipt_vectors(envelope: bytes) -> tuple[dict[str, Any], bytes]:
    """A receipt of each state, and what must not be believed."""
    received = Receipt(
        PYONGYANG, SEOUL, "notes", 1, digest_of(envelope), ReceiptState.RECEIVED, AT, 1, 1
    )
    good = [
        received,
        replace(received, state=ReceiptState.APPLIED),
        replace(received, state=ReceiptState.REFUSED, code="liaison.note_unreadable"),
        replace(received, state=ReceiptState.RETURNED, code="liaison.signature_wrong"),
        replace(
            received,
            state=ReceiptState.RETURNED,
            code="liaison.envelope_garbled",
            stream="",
            sequence=0,
            incarnation=0,
        ),
    ]
    data = received.encode(PYONGYANG_SIGNER)
    bad = [
        (data.replace(b'"received"', b'"applied"'), "liaison.signature_wrong"),
        (received.encode(SEOUL_SIGNER), "liaison.signature_wrong"),
        (data.replace(b'"version":1', b'"version":2'), "liaison.version_unknown"),
        (data.replace(b'{"at"', b'{ "at"'), "liaison.receipt_garbled"),
        (data.replace(b'"code":""', b'"code":"a.reason"'), "liaison.receipt_garbled"),
        (data[:-1], "liaison.receipt_garbled"),
        (
            replace(received, recipient=OfficeCode("JP-TYO")).encode(PYONGYANG_SIGNER),
            "liaison.other_recipient",
        ),
    ]
    return {
        "note": "Receipts by KP-PYO for KR-SEL, keys as in envelope.json. Signing is deterministic.",
        "keys": {"KP-PYO signing, Ed25519 secret": PYONGYANG_SECRET.hex()},
        "good": [{"receipt": one.encode(PYONGYANG_SIGNER).decode()} for one in good],
        "bad": [{"receipt": one.decode(), "code": code} for one, code in bad],
    }, data


def waybill_vectors(envelope: bytes, receipt: bytes) -> dict[str, Any]:
    """One bundle from Seoul to Pyongyang; how to damage it is for the reader to try."""
    cargo = Cargo(AT, (envelope,), (receipt,), (Prefix("notes", 1, 1),))
    header, data = write_bundle(
        sender=SEOUL, recipient=PYONGYANG, number=7, cargo=cargo, sealer=SEALER, signer=SEOUL_SIGNER
    )
    return {
        "note": "Keys as in envelope.json. The receipt only shows the place; it is not Seoul's.",
        "keys": KEYS,
        "file_name": header.file_name,
        "bundle": text(data),
        "digest": digest_of(data),
        "envelopes": [digest_of(envelope)],
        "receipts": [receipt.decode()],
        "settled": [["notes", 1, 1]],
        "written_at": "2018-06-25T01:00:00Z",
    }


def note_vectors() -> dict[str, Any]:
    """Bodies of notes."""
    answer = (
        NOTE
        | {"answers": NOTE["number"], "number": "북남-3", "sender_name": "리명국"}
        | {"text": "의뢰서를 받았습니다."}
    )
    written = canonical_bytes(answer)
    refused = [
        ("a member is missing", {k: v for k, v in NOTE.items() if k != "date"}, UNREADABLE, ""),
        ("a member too many", NOTE | {"urgent": True}, UNREADABLE, ""),
        ("a day in another form", NOTE | {"date": "2018-6-25"}, UNREADABLE, "date"),
        ("a day that is none", NOTE | {"date": "2018-06-31"}, UNREADABLE, "date"),
        ("no number", NOTE | {"number": ""}, UNREADABLE, "number"),
        ("a blank at an end", NOTE | {"sender_rank": " 연락관"}, UNREADABLE, "sender_rank"),
        (
            "a character that turns the writing round",
            NOTE | {"sender_name": "한\u202e도윤"},
            "names.invisible_character",
            "sender_name",
        ),
        ("a text that says nothing", NOTE | {"text": "\n"}, UNREADABLE, "text"),
    ]
    return {
        "kind": "liaison.note",
        "about": "spec/kinds/liaison.note.md",
        "body": answer,
        "canonical_utf8": written.decode(),
        "sha256": sha256_hex(written),
        "refused": [
            {"why": why, "code": code, "column": column, "body": body}
            for why, body, code, column in refused
        ],
    }


def main() -> None:
    """Write the four files."""
    envelopes, first = envelope_vectors()
    receipts, receipt = receipt_vectors(first)
    for name, value in (
        ("envelope", envelopes),
        ("receipt", receipts),
        ("waybill", waybill_vectors(first, receipt)),
        ("liaison.note", note_vectors()),
    ):
        path = VECTORS / f"{name}.json"
        path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
