"""Key statements: what an office hands to the other once, so that each knows the other's papers.

A statement is canonical JSON `{"statement": {...}, "signature": hex}`; the signature is Ed25519 by
the key that the statement itself names, so that a slip of copying is noticed; *whose* key it is only
two people comparing the fingerprint by voice can tell.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sangbong.kernel.canonical import canonical_bytes, parse_canonical
from sangbong.kernel.errors import Language, SangbongError
from sangbong.kernel.ids import OfficeCode, office_code

FORMAT = "sangbong key statement 0"
STATEMENT_BYTES_MAX = 64 * 1024
_FIELDS = ("code", "name_ko", "name_en", "verify_key", "receive_key", "tls_certificate", "link_url")


@dataclass(frozen=True, slots=True)
class KeyStatement:
    """An office's public keys and names, as exchanged.

    `verify_key` is the raw Ed25519 public key (32 bytes); `receive_key` the raw ML-KEM-768 key (1,184
    bytes) followed by the raw X25519 key (32 bytes); `tls_certificate` a PEM text; `link_url` may be
    empty where there is no line.
    """

    code: OfficeCode
    name_ko: str
    name_en: str
    verify_key: bytes
    receive_key: bytes
    tls_certificate: str
    link_url: str

    def body(self) -> bytes:
        """The bytes that are signed and fingerprinted."""
        return canonical_bytes(
            {
                "format": FORMAT,
                "code": self.code,
                "name_ko": self.name_ko,
                "name_en": self.name_en,
                "verify_key": _text(self.verify_key),
                "receive_key": _text(self.receive_key),
                "tls_certificate": self.tls_certificate,
                "link_url": self.link_url,
            }
        )


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The same 132 bits and more as words to read aloud in each language, and as digits (확인값)."""

    words_en: tuple[str, ...]
    words_ko: tuple[str, ...]
    digits: str


def sign_statement(statement: KeyStatement, signing: Ed25519PrivateKey) -> bytes:
    """The file to hand over."""
    body = statement.body()
    return _file(body, signing.sign(body))


def _file(body: bytes, signature: bytes) -> bytes:
    return canonical_bytes({"statement": parse_canonical(body), "signature": signature.hex()})


def read_statement(data: bytes) -> KeyStatement:
    """Read a statement from the other office.

    Raises:
        SangbongError: `office.statement_*`; the file is damaged, altered or not a statement.
    """
    if len(data) > STATEMENT_BYTES_MAX:
        raise SangbongError("office.statement_unreadable")
    try:
        outer = parse_canonical(data)
        raw = outer["statement"]
        if raw.pop("format") != FORMAT or sorted(raw) != sorted(_FIELDS):
            raise SangbongError("office.statement_unreadable")
        statement = _from_json(raw)
        signature = bytes.fromhex(outer["signature"])
        if data != _file(statement.body(), signature):
            raise SangbongError("office.statement_unreadable")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise SangbongError("office.statement_unreadable") from fault
    try:
        Ed25519PublicKey.from_public_bytes(statement.verify_key).verify(signature, statement.body())
    except (InvalidSignature, ValueError) as fault:
        raise SangbongError("office.statement_signature") from fault
    return statement


def _from_json(raw: Mapping[str, object]) -> KeyStatement:
    texts = {name: cast("str", raw[name]) for name in _FIELDS}
    if not all(isinstance(value, str) for value in texts.values()):
        raise SangbongError("office.statement_unreadable")
    return KeyStatement(
        code=office_code(texts["code"]),
        name_ko=texts["name_ko"],
        name_en=texts["name_en"],
        verify_key=base64.b64decode(texts["verify_key"], validate=True),
        receive_key=base64.b64decode(texts["receive_key"], validate=True),
        tls_certificate=texts["tls_certificate"],
        link_url=texts["link_url"],
    )


def fingerprint(statement: KeyStatement) -> Fingerprint:
    """Twelve words of eleven bits in each language, and sixty digits, all from one SHA-512.

    Source: BIP-39 word lists (2,048 words); digits as in Signal's safety numbers, five at a time.
    """
    digest = hashlib.sha512(statement.body()).digest()
    bits = int.from_bytes(digest[:17], "big") >> 4
    indexes = [(bits >> (11 * place)) & 2047 for place in reversed(range(12))]
    groups = [int.from_bytes(digest[4 + 5 * g : 9 + 5 * g], "big") % 100_000 for g in range(12)]
    return Fingerprint(
        words_en=tuple(words("en")[i] for i in indexes),
        words_ko=tuple(words("ko")[i] for i in indexes),
        digits=" ".join(f"{g:05d}" for g in groups),
    )


@cache
def words(language: Language) -> tuple[str, ...]:
    """The pinned list of 2,048 words of a language."""
    text = files("sangbong.office").joinpath("data", f"words_{language}.txt").read_text("utf-8")
    return tuple(line for line in text.splitlines() if not line.startswith("#"))


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
