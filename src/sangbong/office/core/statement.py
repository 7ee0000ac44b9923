"""Key statements (열쇠 명세): what an office hands to another, so that each knows the other's papers.

1. (K1) A statement is canonical JSON of exactly the members `statement` and `signatures`; the body has
   exactly the members of spec/statement.md, in bounds; another `format` is refused.
2. (K2) Both root keys, Ed25519 and ML-DSA-44, signed the body: one algorithm that falls is not enough.
3. (K3) The newest signing key signed the body too, and every other signature that is named holds.
4. (K4) Signing keys are numbered from 1 without a gap; a revoked one is among them; one is not revoked.
5. (K5) Epochs have consecutive numbers below 900,001 and their windows follow each other without a gap;
   so do the emergency keys, numbered from 900,001, and theirs reach beyond the last epoch.
6. (K6) `earlier` names the digest of every statement before this one: exactly `serial` - 1 of them.
7. (K7) The fingerprint is made of the office's code and its root keys alone, so it survives every
   rotation; *whose* root keys they are, only people who compare it by voice can tell.

Source: FIPS 204 (ML-DSA); RFC 8032 (Ed25519); spec/statement.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

from sangbong.kernel.canonical import JsonValue, canonical_bytes, parse_canonical, sha256_hex
from sangbong.kernel.errors import Language, SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.office.core.members import Members, base64_text

FORMAT = "sangbong key statement 1"
PURPOSE_TAG = b"sangbong key statement 1\n"
ROOT_TAG = b"sangbong root identity 1\n"
STATEMENT_BYTES_MAX = 512 * 1024
ED25519_BYTES = 32
ED25519_SIGNATURE_BYTES = 64
MLDSA44_BYTES = 1312
MLDSA44_SIGNATURE_BYTES = 2420
RECEIVE_KEY_BYTES = 1184 + 32
NUMBER_MAX = 1_000_000
EMERGENCY_BASE = 900_000
"""Emergency keys are numbered above this, epochs up to it."""
SERIALS_MAX = 2_000
SIGNERS_MAX = 64
EPOCHS_MAX = 160
EMERGENCIES_MAX = 8
STREAMS_MAX = 2_000
OPEN_MAX = 4_000
NO_DIGEST = "0" * 64
NAME_MAX = 100
LINK_URL_MAX = 200
CERTIFICATE_MAX = 8 * 1024
SEQUENCE_MAX = 2**31 - 1

_BODY = (
    "code", "earlier", "emergencies", "epochs", "format", "issued", "link_url", "name_en", "name_ko",
    "revoked", "root", "serial", "signers", "tls_certificate",
)  # fmt: skip


class Signing(Protocol):
    """A private key, wherever it is kept."""

    def sign(self, data: bytes, /) -> bytes:
        """The signature over these bytes."""
        ...


@dataclass(frozen=True, slots=True)
class RootIdentity:
    """What an office is, for as long as it is that office: raw Ed25519 and ML-DSA-44 public keys."""

    ed25519: bytes
    mldsa44: bytes


@dataclass(frozen=True, slots=True)
class SignerKey:
    """A generation of the key that signs dispatches and receipts: raw Ed25519, with its days.

    `until` is the first day on which the office no longer signs with it.
    """

    generation: int
    first: date
    until: date
    key: bytes


@dataclass(frozen=True, slots=True)
class EpochKey:
    """A key that others seal to: raw ML-KEM-768 (1,184 bytes) then X25519 (32), with its days.

    `until` is the first day of the next one.
    """

    number: int
    first: date
    until: date
    key: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """What still stands in a stream when its signer was revoked.

    `stream` is `stream_mark`'s digest, since one statement goes to several offices. Up to `through` the
    reader had received all, and there stood `digest` (0 and 64 zeros where it had received nothing);
    `open` are the digests of all later dispatches of ours, on their way or not.
    """

    stream: str
    through: int
    digest: str
    open: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Revocation:
    """From here on a generation says nothing; what stands is named, the rest is refused."""

    generation: int
    on: date
    standing: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyStatement:
    """An office's public keys and names, as exchanged; `tls_certificate` is a PEM text.

    `link_url` may be empty where there is no line; `earlier` names all statements before this one.
    """

    code: OfficeCode
    name_ko: str
    name_en: str
    serial: int
    earlier: tuple[str, ...]
    issued: date
    root: RootIdentity
    signers: tuple[SignerKey, ...]
    revoked: tuple[Revocation, ...]
    epochs: tuple[EpochKey, ...]
    emergencies: tuple[EpochKey, ...]
    tls_certificate: str
    link_url: str

    def body(self) -> bytes:
        """The bytes that are signed."""
        return canonical_bytes(
            {
                "code": self.code,
                "earlier": list(self.earlier),
                "emergencies": [_epoch_json(one) for one in self.emergencies],
                "epochs": [_epoch_json(one) for one in self.epochs],
                "format": FORMAT,
                "issued": self.issued.isoformat(),
                "link_url": self.link_url,
                "name_en": self.name_en,
                "name_ko": self.name_ko,
                "revoked": [_revocation_json(one) for one in self.revoked],
                "root": _root_json(self.root),
                "serial": self.serial,
                "signers": [_signer_json(one) for one in self.signers],
                "tls_certificate": self.tls_certificate,
            }
        )

    @property
    def digest(self) -> str:
        """The statement's name in later ones: SHA-256 of its body."""
        return sha256_hex(self.body())

    @property
    def newest(self) -> SignerKey:
        """The signing key that counts: the newest generation, revoked or not."""
        return self.signers[-1]

    def revocation(self, generation: int) -> Revocation | None:
        """What was said about a generation that no longer counts."""
        return next((one for one in self.revoked if one.generation == generation), None)

    def receiving(self, number: int) -> EpochKey | None:
        """The epoch or emergency key of a number."""
        return next((k for k in (*self.epochs, *self.emergencies) if k.number == number), None)


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement whose signatures hold, with its file and the generations that signed it."""

    statement: KeyStatement
    data: bytes
    signed_by: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The same bits as words to read aloud in each language, and as digits (열쇠 확인값)."""

    words_en: tuple[str, ...]
    words_ko: tuple[str, ...]
    digits: str


def stream_mark(*, sender: str, recipient: str, stream: str, incarnation: int) -> str:
    """The digest by which a revocation names a stream without saying it to third offices."""
    return sha256_hex(
        b"sangbong stream 1\n" + canonical_bytes([sender, recipient, stream, incarnation])
    )


def sign_statement(
    statement: KeyStatement,
    *,
    root_ed25519: Signing,
    root_mldsa44: Signing,
    signers: Mapping[int, Signing],
) -> bytes:
    """The file to hand over, signed by both root keys and the named generations."""
    message = PURPOSE_TAG + statement.body()
    return _file(
        statement.body(),
        root=(root_ed25519.sign(message), root_mldsa44.sign(message)),
        signers=tuple((n, signers[n].sign(message)) for n in sorted(signers)),
    )


def _file(
    body: bytes, *, root: tuple[bytes, bytes], signers: tuple[tuple[int, bytes], ...]
) -> bytes:
    return canonical_bytes(
        {
            "statement": parse_canonical(body),
            "signatures": {
                "root_ed25519": root[0].hex(),
                "root_mldsa44": root[1].hex(),
                "signers": [[generation, signature.hex()] for generation, signature in signers],
            },
        }
    )


def read_statement(data: bytes) -> SignedStatement:
    """Read a statement of an office: rules K1 to K6.

    Raises:
        SangbongError: `office.statement_unreadable` (damaged, or not a statement),
            `office.statement_version`, `office.statement_signature`; the maker's or carrier's fault.
    """
    if len(data) > STATEMENT_BYTES_MAX:
        raise SangbongError("office.statement_unreadable")
    try:
        outer = Members(parse_canonical(data), "signatures", "statement")
        raw = outer.any("statement")
        if isinstance(raw, Mapping) and raw.get("format", FORMAT) != FORMAT:
            raise SangbongError("office.statement_version", version=str(raw["format"])[:40])
        statement = _statement(Members(raw, *_BODY))
        root, signers = _signatures(outer)
    except (ValueError, RecursionError) as fault:
        raise SangbongError("office.statement_unreadable") from fault
    _verify(statement, root=root, signers=signers)
    return SignedStatement(
        statement=statement, data=data, signed_by=tuple(number for number, _ in signers)
    )


def _signatures(outer: Members) -> tuple[tuple[bytes, bytes], tuple[tuple[int, bytes], ...]]:
    made = Members(outer.any("signatures"), "root_ed25519", "root_mldsa44", "signers")
    signers = []
    for pair in made.items("signers", most=SIGNERS_MAX):
        if not isinstance(pair, list) or len(pair) != 2:
            raise ValueError("a signature has a generation")
        both = Members({"generation": pair[0], "signature": pair[1]}, "generation", "signature")
        signers.append(
            (
                both.number("generation", lowest=1, highest=SIGNERS_MAX),
                both.hex("signature", length=ED25519_SIGNATURE_BYTES),
            )
        )
    if [number for number, _ in signers] != sorted({number for number, _ in signers}):
        raise ValueError("signatures stand in the order of their generations")
    root = (
        made.hex("root_ed25519", length=ED25519_SIGNATURE_BYTES),
        made.hex("root_mldsa44", length=MLDSA44_SIGNATURE_BYTES),
    )
    return root, tuple(signers)


def _verify(
    statement: KeyStatement, *, root: tuple[bytes, bytes], signers: tuple[tuple[int, bytes], ...]
) -> None:
    """Rules K2 and K3."""
    message = PURPOSE_TAG + statement.body()
    keys = {one.generation: one.key for one in statement.signers}
    if statement.newest.generation not in dict(signers) or not set(dict(signers)) <= set(keys):
        raise SangbongError("office.statement_signature")
    try:
        Ed25519PublicKey.from_public_bytes(statement.root.ed25519).verify(root[0], message)
        MLDSA44PublicKey.from_public_bytes(statement.root.mldsa44).verify(root[1], message)
        for generation, signature in signers:
            Ed25519PublicKey.from_public_bytes(keys[generation]).verify(signature, message)
    except (InvalidSignature, ValueError) as fault:
        raise SangbongError("office.statement_signature") from fault


def _statement(raw: Members) -> KeyStatement:
    """Rules K1 and K4 to K6."""
    root = Members(raw.any("root"), "ed25519", "mldsa44")
    statement = KeyStatement(
        code=_code(raw.text("code", most=6)),
        name_ko=raw.text("name_ko", most=NAME_MAX),
        name_en=raw.text("name_en", most=NAME_MAX),
        serial=raw.number("serial", lowest=1, highest=SERIALS_MAX),
        earlier=tuple(raw.digests("earlier", most=SERIALS_MAX)),
        issued=raw.day("issued"),
        root=RootIdentity(
            ed25519=root.base64("ed25519", length=ED25519_BYTES),
            mldsa44=root.base64("mldsa44", length=MLDSA44_BYTES),
        ),
        signers=tuple(_signer(one) for one in raw.items("signers", most=SIGNERS_MAX)),
        revoked=tuple(_revocation(one) for one in raw.items("revoked", most=SIGNERS_MAX)),
        epochs=tuple(_epoch(one) for one in raw.items("epochs", most=EPOCHS_MAX)),
        emergencies=tuple(_epoch(one) for one in raw.items("emergencies", most=EMERGENCIES_MAX)),
        tls_certificate=raw.text("tls_certificate", most=CERTIFICATE_MAX),
        link_url=raw.text("link_url", most=LINK_URL_MAX),
    )
    if not _in_order(statement):
        raise ValueError("the keys are not in their order")
    return statement


def _code(text: str) -> OfficeCode:
    try:
        return office_code(text)
    except SangbongError as fault:
        raise ValueError("not an office code") from fault


def _in_order(statement: KeyStatement) -> bool:
    """Rules K4 to K6."""
    generations = [one.generation for one in statement.signers]
    revoked = [one.generation for one in statement.revoked]
    return (
        bool(generations)
        and generations == list(range(1, len(generations) + 1))
        and revoked == sorted(set(revoked) & set(generations))
        and statement.newest.generation not in revoked
        and all(one.first < one.until for one in statement.signers)
        and _tiles(statement.epochs, lowest=1, highest=EMERGENCY_BASE)
        and _tiles(statement.emergencies, lowest=EMERGENCY_BASE + 1, highest=NUMBER_MAX)
        and statement.emergencies[0].first <= statement.epochs[-1].until
        and statement.epochs[-1].until < statement.emergencies[-1].until
        and len(statement.earlier) == statement.serial - 1
    )


def _tiles(keys: tuple[EpochKey, ...], *, lowest: int, highest: int) -> bool:
    """Rule K5: at least one key, each window beginning where the one before ends."""
    return (
        bool(keys)
        and lowest <= keys[0].number
        and keys[-1].number <= highest
        and all(one.first < one.until for one in keys)
        and all((a.number + 1, a.until) == (b.number, b.first) for a, b in pairwise(keys))
    )


def _signer(raw: object) -> SignerKey:
    members = Members(raw, "first", "generation", "key", "until")
    return SignerKey(
        generation=members.number("generation", lowest=1, highest=SIGNERS_MAX),
        first=members.day("first"),
        until=members.day("until"),
        key=members.base64("key", length=ED25519_BYTES),
    )


def _epoch(raw: object) -> EpochKey:
    members = Members(raw, "first", "key", "number", "until")
    return EpochKey(
        number=members.number("number", lowest=1, highest=NUMBER_MAX),
        first=members.day("first"),
        until=members.day("until"),
        key=members.base64("key", length=RECEIVE_KEY_BYTES),
    )


def _revocation(raw: object) -> Revocation:
    members = Members(raw, "generation", "on", "standing")
    return Revocation(
        generation=members.number("generation", lowest=1, highest=SIGNERS_MAX),
        on=members.day("on"),
        standing=tuple(_standing(one) for one in members.items("standing", most=STREAMS_MAX)),
    )


def _standing(raw: object) -> Standing:
    members = Members(raw, "digest", "open", "stream", "through")
    return Standing(
        stream=members.digest("stream"),
        through=members.number("through", lowest=0, highest=SEQUENCE_MAX),
        digest=members.digest("digest"),
        open=tuple(members.digests("open", most=OPEN_MAX)),
    )


def _root_json(root: RootIdentity) -> dict[str, JsonValue]:
    return {"ed25519": base64_text(root.ed25519), "mldsa44": base64_text(root.mldsa44)}


def _signer_json(one: SignerKey) -> dict[str, JsonValue]:
    return {
        "first": one.first.isoformat(),
        "generation": one.generation,
        "key": base64_text(one.key),
        "until": one.until.isoformat(),
    }


def _epoch_json(one: EpochKey) -> dict[str, JsonValue]:
    return {
        "first": one.first.isoformat(),
        "key": base64_text(one.key),
        "number": one.number,
        "until": one.until.isoformat(),
    }


def _revocation_json(one: Revocation) -> dict[str, JsonValue]:
    return {
        "generation": one.generation,
        "on": one.on.isoformat(),
        "standing": [
            {"digest": s.digest, "open": list(s.open), "stream": s.stream, "through": s.through}
            for s in one.standing
        ],
    }


def fingerprint(statement: KeyStatement) -> Fingerprint:
    """Rule K7: twelve words of eleven bits in each language, and sixty digits, from one SHA-512.

    Source: BIP-39 word lists (2,048 words); digits as in Signal's safety numbers, five at a time.
    """
    identity = canonical_bytes({"code": statement.code, "root": _root_json(statement.root)})
    digest = hashlib.sha512(ROOT_TAG + identity).digest()
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
