"""Write spec/vectors/statement.json, statement-rules.json and liaison.keys.json anew.

ML-DSA draws fresh entropy for each signature, so a new run gives other signatures over the same bodies.
`python tools/statement_vectors.py`
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.ids import OfficeCode
from sangbong.office.core.statement import (
    NO_DIGEST,
    EpochKey,
    KeyStatement,
    Revocation,
    RootIdentity,
    SignerKey,
    Standing,
    fingerprint,
    sign_statement,
    stream_mark,
)

VECTORS = Path(__file__).resolve().parent.parent / "spec" / "vectors"
FIRST = date(2018, 6, 25)


def secret(label: str, length: int) -> bytes:
    """Bytes that are no secret: a hash of their label."""
    return hashlib.shake_256(f"sangbong vector: {label}".encode()).digest(length)


ROOT_ED25519 = Ed25519PrivateKey.from_private_bytes(secret("Pyongyang root Ed25519", 32))
ROOT_MLDSA44 = MLDSA44PrivateKey.from_seed_bytes(secret("Pyongyang root ML-DSA-44", 32))
SIGNING = {
    n: Ed25519PrivateKey.from_private_bytes(secret(f"Pyongyang signing {n}", 32)) for n in (1, 2)
}


def signer(generation: int, first: date) -> SignerKey:
    """A generation's public half."""
    key = SIGNING[generation].public_key().public_bytes_raw()
    return SignerKey(generation, first, first + timedelta(days=455), key)


def epoch(number: int, first: date, days: int) -> EpochKey:
    """A receive key's public half."""
    mlkem = MLKEM768PrivateKey.from_seed_bytes(secret(f"Pyongyang epoch {number} ML-KEM-768", 64))
    x25519 = X25519PrivateKey.from_private_bytes(secret(f"Pyongyang epoch {number} X25519", 32))
    key = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
    return EpochKey(number, first, first + timedelta(days=days), key)


STATEMENT = KeyStatement(
    code=OfficeCode("KP-PYO"),
    name_ko="평양 사무소",
    name_en="Pyongyang office",
    serial=1,
    earlier=(),
    issued=FIRST,
    root=RootIdentity(
        ed25519=ROOT_ED25519.public_key().public_bytes_raw(),
        mldsa44=ROOT_MLDSA44.public_key().public_bytes_raw(),
    ),
    signers=(signer(1, FIRST),),
    revoked=(),
    epochs=(epoch(1, FIRST, 14), epoch(2, FIRST + timedelta(days=14), 14)),
    emergencies=(epoch(900_001, FIRST + timedelta(days=28), 364),),
    tls_certificate="",
    link_url="",
)
MARK = stream_mark(sender="KP-PYO", recipient="KR-SEL", stream="notes", incarnation=1)
ROTATED = replace(
    STATEMENT,
    serial=2,
    earlier=(STATEMENT.digest,),
    issued=FIRST + timedelta(days=365),
    signers=(signer(1, FIRST), signer(2, FIRST + timedelta(days=365))),
)
REVOKED = replace(
    ROTATED,
    serial=3,
    earlier=(*ROTATED.earlier, ROTATED.digest),
    revoked=(
        Revocation(
            1,
            on=FIRST + timedelta(days=366),
            standing=(Standing(MARK, 2, "ab" * 32, ("cd" * 32,)),),
        ),
    ),
)


def signed(
    statement: KeyStatement, *generations: int, root: Ed25519PrivateKey = ROOT_ED25519
) -> str:
    """The statement's file."""
    return sign_statement(
        statement,
        root_ed25519=root,
        root_mldsa44=ROOT_MLDSA44,
        signers={n: SIGNING[n] for n in generations},
    ).decode()


def changed(text: str, **members: Any) -> str:
    """The file with other members in its body, not signed anew."""
    outer = json.loads(text)
    outer["statement"] |= members
    return canonical_bytes(outer).decode()


def statement_vector() -> dict[str, Any]:
    """One statement with its keys, digest and fingerprint, and what must be refused."""
    told = fingerprint(STATEMENT)
    file = signed(STATEMENT, 1)
    stranger = Ed25519PrivateKey.from_private_bytes(secret("a stranger", 32))
    unreadable, signature = "office.statement_unreadable", "office.statement_signature"
    return {
        "about": "spec/statement.md",
        "secrets": "every key is SHAKE-256 of `sangbong vector: ` and its label; see tools/statement_vectors.py",
        "file": file,
        "digest": STATEMENT.digest,
        "signed_by": [1],
        "fingerprint": {
            "words_ko": list(told.words_ko),
            "words_en": list(told.words_en),
            "digits": told.digits,
        },
        "refused": [
            {"why": "another format", "code": "office.statement_version",
             "file": changed(file, format="sangbong key statement 2")},
            {"why": "a member too many", "code": unreadable, "file": changed(file, more=1)},
            {"why": "an epoch left out", "code": unreadable,
             "file": changed(file, epochs=[])},
            {"why": "earlier statements that are not named", "code": unreadable,
             "file": changed(file, serial=2)},
            {"why": "another name under the same signatures", "code": signature,
             "file": changed(file, name_ko="다른 사무소")},
            {"why": "the root's Ed25519 is a stranger's", "code": signature,
             "file": signed(STATEMENT, 1, root=stranger)},
            {"why": "not signed by the newest signing key", "code": signature,
             "file": signed(STATEMENT)},
        ],
    }  # fmt: skip


def rules_vector() -> dict[str, Any]:
    """A chain of three statements, and what each may follow."""
    other = replace(STATEMENT, name_en="Another office")
    forked = replace(REVOKED, earlier=(other.digest, ROTATED.digest))
    files = {
        "first": signed(STATEMENT, 1),
        "rotated": signed(ROTATED, 1, 2),
        "revoked": signed(REVOKED, 2),
        "another first": signed(other, 1),
        "without the old key": signed(ROTATED, 2),
        "of another chain": signed(forked, 2),
    }
    place = {"stream": MARK, "sequence": 2, "digest": "ab" * 32}
    return {
        "about": "spec/statement.md, sections 4 and 5",
        "files": files,
        "updates": [
            {"held": "first", "offered": "rotated", "new_signers": [2], "newly_revoked": []},
            {"held": "rotated", "offered": "revoked", "new_signers": [], "newly_revoked": [1]},
            {"held": "first", "offered": "revoked", "new_signers": [2], "newly_revoked": [1]},
        ],
        "refused": [
            {"held": "rotated", "offered": "first", "code": "office.statement_older"},
            {"held": "first", "offered": "another first", "code": "office.statement_forked"},
            {"held": "rotated", "offered": "of another chain", "code": "office.statement_forked"},
            {
                "held": "first",
                "offered": "without the old key",
                "code": "office.statement_not_countersigned",
            },
        ],
        "places": [
            {"why": "received before", "at": place, "stands": True},
            {"why": "another paper in that place", "at": place | {"digest": "ef" * 32}, "stands": False},
            {"why": "on its way", "at": place | {"sequence": 3, "digest": "cd" * 32}, "stands": True},
            {"why": "after", "at": place | {"sequence": 3, "digest": "ef" * 32}, "stands": False},
            {"why": "another stream", "at": place | {"stream": NO_DIGEST}, "stands": False},
        ],
        "stream_mark": {"sender": "KP-PYO", "recipient": "KR-SEL", "stream": "notes",
                        "incarnation": 1, "mark": MARK},
    }  # fmt: skip


def keys_vector() -> dict[str, Any]:
    """The body that carries a statement."""
    body = {"serial": 2}
    code = "liaison.keys_unreadable"
    return {
        "kind": "liaison.keys",
        "about": "spec/kinds/liaison.keys.md",
        "body": body,
        "canonical_utf8": canonical_bytes(body).decode(),
        "sha256": sha256_hex(canonical_bytes(body)),
        "refused": [
            {"why": "a member too many", "code": code, "body": {"serial": 2, "root": ""}},
            {"why": "no serial", "code": code, "body": {}},
            {"why": "a serial below one", "code": code, "body": {"serial": 0}},
        ],
    }


def main() -> None:
    """Write the files."""
    for name, vector in (
        ("statement", statement_vector()),
        ("statement-rules", rules_vector()),
        ("liaison.keys", keys_vector()),
    ):
        text = json.dumps(vector, ensure_ascii=False, indent=1) + "\n"
        (VECTORS / f"{name}.json").write_text(text, "utf-8")


if __name__ == "__main__":
    main()
