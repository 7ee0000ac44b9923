"""Write spec/vectors/{envelope,receipt,exchange,film,bundle,signal,liaison.note}.json anew, with keys that anyone may know.

Sealing draws fresh entropy; what the files hold sealed already for the same header and content is kept,
so a second run changes nothing. `python tools/channel_vectors.py`
"""

from __future__ import annotations

import hashlib
import io
import json
from base64 import b64decode, b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.sealing import AesPieces, CounterpartSealer, OwnOpener
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.bundle import Label, Load, file_name, write_bundle
from sangbong.liaison.core.wire.envelope import NO_PREVIOUS, Header, digest_of, write_envelope
from sangbong.liaison.core.wire.exchange import Exchange, Prefix
from sangbong.liaison.core.wire.film import FilmKey, manifest_of, seal_film
from sangbong.liaison.core.wire.pieces import PIECE_BYTES
from sangbong.liaison.core.wire.receipt import Receipt, ReceiptState
from sangbong.liaison.core.wire.signal import SignalHeader, write_signal
from sangbong.liaison.core.wire.waybill import MemberKind, PieceRun, Waybill

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
RECEIVING = MLKEM768X25519PrivateKey(MLKEM, X25519)
CIPHER = AesPieces()
BUNDLE_KEY, FILM_KEY = secret("bundle key", 32), secret("film key", 32)
FILM = FilmKey(FILM_KEY, 2 * PIECE_BYTES + 1000)
FILM_PIECES = list(seal_film([secret("film", FILM.length)], film=FILM, cipher=CIPHER))
MANIFEST = manifest_of(one.digest for one in FILM_PIECES)
KEYS = {
    "KP-PYO receiving, ML-KEM-768 seed": MLKEM_SEED.hex(),
    "KP-PYO receiving, X25519 secret": X25519_SECRET.hex(),
    "KP-PYO signing, Ed25519 secret": PYONGYANG_SECRET.hex(),
    "KR-SEL signing, Ed25519 secret": SEOUL_SECRET.hex(),
}


class KeptSealer:
    """Seals as it did when the files were written last, where it seals the same for the same header."""

    def __init__(self) -> None:
        """Gather what the files of the last run hold."""
        self._fresh = CounterpartSealer(RECEIVING.public_key())
        self._kept = [*_kept("envelope", "good"), *_kept("envelope", "bad"), *_kept("bundle", "")]

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        """The same bytes as last time, or fresh ones."""
        for sealed in self._kept:
            try:
                if OwnOpener(RECEIVING).open(sealed, info=info) == content:
                    return sealed
            except (SangbongError, ValueError):
                continue
        return self._fresh.seal(content, info=info)


def _kept(name: str, part: str) -> list[bytes]:
    path = VECTORS / f"{name}.json"
    if not path.exists():
        return []
    value = json.loads(path.read_text("utf-8"))
    if part:
        return [_sealed_part(b64decode(one["envelope"])) for one in value[part]]
    heads = [b64decode(value["bundle"]), b64decode(value["with_pieces"]["head"])]
    return [_after_header(head, len("sangbong bundle\n"))[: 32 + 1136] for head in heads]


def _sealed_part(envelope: bytes) -> bytes:
    return _after_header(envelope, len("sangbong envelope\n"))[:-64]


def _after_header(data: bytes, begin: int) -> bytes:
    return data[begin + 4 + int.from_bytes(data[begin : begin + 4], "big") :]


SEALER = KeptSealer()


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


def exchange_vectors(receipt: bytes) -> dict[str, Any]:
    """What Pyongyang tells Seoul, and what is no exchange."""
    good = Exchange(
        incarnation=1,
        receipts=(receipt,),
        heard=(Prefix("film-12", 1, 1), Prefix("notes", 1, 2), Prefix("notes", 2, 1)),
        settled=(Prefix("notes", 1, 5),),
        epochs_done=1,
    )
    data = good.encode()
    value = json.loads(data)
    garbled = "liaison.exchange_garbled"
    refused = [
        ("a later version", value | {"version": 2}, "liaison.version_unknown"),
        ("a member too many", value | {"hops": 1}, garbled),
        ("an incarnation of 0", value | {"incarnation": 0}, garbled),
        ("streams out of order", value | {"heard": value["heard"][::-1]}, garbled),
        ("a stream twice", value | {"settled": value["settled"] * 2}, garbled),
        ("a prefix as an object", value | {"settled": {"notes": 5}}, garbled),
        ("a number below 0", value | {"heard": [["notes", 1, -1]]}, garbled),
    ]
    return {
        "note": "Pyongyang tells Seoul; the receipt is the second of receipt.json.",
        "good": [{"exchange": data.decode()}],
        "bad": [
            {"why": why, "exchange": canonical_bytes(one).decode(), "code": code}
            for why, one, code in refused
        ],
    }


def signal_vectors() -> dict[str, Any]:
    """A signal from Seoul, and what is dropped."""
    header = SignalHeader(SEOUL, PYONGYANG, "table-7-am", 41, 1)
    data = write_signal(header, b"hello", signer=SEOUL_SIGNER)
    wrong = "liaison.signature_wrong"
    bad = [
        ("another payload", data.replace(b"hello", b"hallo"), wrong),
        ("signed by another", write_signal(header, b"hello", signer=PYONGYANG_SIGNER), wrong),
        (
            "a later version",
            data.replace(b'"version":1', b'"version":2'),
            "liaison.version_unknown",
        ),
        ("no header", b"sangbong signal\n\0\0\0\2[]" + bytes(64), "liaison.signal_garbled"),
        (
            "for another office",
            write_signal(
                replace(header, recipient=OfficeCode("JP-TYO")), b"hello", signer=SEOUL_SIGNER
            ),
            "liaison.other_recipient",
        ),
    ]
    return {
        "note": "Keys as in envelope.json. Signing is deterministic. Bytes are base64.",
        "good": [{"signal": text(data), "header": header.encode().decode(), "payload": "hello"}],
        "bad": [{"why": why, "signal": text(one), "code": code} for why, one, code in bad],
    }


def film_vectors() -> dict[str, Any]:
    """A film of three pieces; sealing a piece is deterministic, so hashes say all."""
    rows = [
        ("the last piece is missing", [0, 1]),
        ("a piece is missing", [0, 2]),
        ("two pieces are swapped", [1, 0, 2]),
        ("a piece comes twice", [0, 0, 2]),
        ("one piece too many", [0, 1, 2, 2]),
    ]
    return {
        "note": "The film is SHAKE-256 of the text `film`, as long as `length`.",
        "film": "sangbong vector: film",
        "length": FILM.length,
        "key": FILM_KEY.hex(),
        "film_sha256": hashlib.sha256(secret("film", FILM.length)).hexdigest(),
        "pieces": [
            {
                "begins": one.data[:16].hex(),
                "ends": one.data[-16:].hex(),
                "sha256": one.digest.hex(),
            }
            for one in FILM_PIECES
        ],
        "manifest": text(MANIFEST.encode()),
        "id": MANIFEST.film,
        "refused": [
            {"why": why, "pieces": row, "code": "liaison.film_garbled"} for why, row in rows
        ],
    }


def written(bundle: str, loads: list[Load]) -> bytes:
    """The seventh bundle from Seoul to Pyongyang."""
    file = io.BytesIO()
    write_bundle(
        file,
        label=Label(bundle, SEOUL, PYONGYANG, 1, 1),
        number=7,
        written_at=AT,
        loads=loads,
        key=BUNDLE_KEY,
        sealer=SEALER,
        signer=SEOUL_SIGNER,
        cipher=CIPHER,
    )
    return file.getvalue()


def bundle_vectors(envelope: bytes, receipt: bytes) -> dict[str, Any]:
    """A whole bundle, and one with a film piece, of which the head is enough."""
    told = Exchange(1, (receipt,), settled=(Prefix("notes", 1, 1),)).encode()
    loads = [
        Load.of(MemberKind.EXCHANGE, told),
        Load.of(MemberKind.ENVELOPE, envelope),
        Load.of(MemberKind.MANIFEST, MANIFEST.encode()),
    ]
    run = PieceRun(MANIFEST.film, 1, 1)
    first, second = secret("bundle", 16).hex(), secret("bundle with a piece", 16).hex()
    whole = written(first, loads)
    larger = written(second, [*loads, Load(run, [FILM_PIECES[1].data])])
    segments = [larger[at : at + 65_552] for at in range(len(larger) % 65_552, len(larger), 65_552)]
    return {
        "note": "Keys as in envelope.json; the receipt only shows the place, it is not Seoul's.",
        "keys": KEYS,
        "file_name": file_name(first),
        "bundle": text(whole),
        "bundle_key": BUNDLE_KEY.hex(),
        "waybill": Waybill(7, AT, tuple(load.line for load in loads)).encode().decode(),
        "members": [text(b"".join(load.chunks)) for load in loads],
        "with_pieces": {
            "why": "the same with piece 1 of film.json, whose segments are sealed under bundle_key",
            "head": text(larger[: len(larger) % 65_552]),
            "segments_sha256": [hashlib.sha256(one).hexdigest() for one in segments],
        },
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
    """Write the files."""
    envelopes, first = envelope_vectors()
    receipts, receipt = receipt_vectors(first)
    applied = receipts["good"][1]["receipt"].encode()
    for name, value in (
        ("envelope", envelopes),
        ("receipt", receipts),
        ("exchange", exchange_vectors(applied)),
        ("film", film_vectors()),
        ("signal", signal_vectors()),
        ("bundle", bundle_vectors(first, receipt)),
        ("liaison.note", note_vectors()),
    ):
        path = VECTORS / f"{name}.json"
        path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
