"""Statements of an office in Pyongyang with keys that anyone may know."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

from sangbong.kernel.ids import OfficeCode
from sangbong.office.core.epochs import Window, more_windows
from sangbong.office.core.statement import (
    EpochKey,
    KeyStatement,
    RootIdentity,
    SignedStatement,
    SignerKey,
    read_statement,
    sign_statement,
)

NOW = datetime(2018, 6, 25, 1, tzinfo=UTC)
TODAY = date(2018, 6, 25)


def secret(label: str, length: int = 32) -> bytes:
    """Bytes that are no secret."""
    return hashlib.shake_256(f"sangbong test: {label}".encode()).digest(length)


ROOT_ED25519 = Ed25519PrivateKey.from_private_bytes(secret("root"))
ROOT_MLDSA44 = MLDSA44PrivateKey.from_seed_bytes(secret("root"))
ROOT = RootIdentity(
    ed25519=ROOT_ED25519.public_key().public_bytes_raw(),
    mldsa44=ROOT_MLDSA44.public_key().public_bytes_raw(),
)


def signing(generation: int) -> Ed25519PrivateKey:
    """The private key of a generation."""
    return Ed25519PrivateKey.from_private_bytes(secret(f"signer {generation}"))


def signer(generation: int, first: date = TODAY) -> SignerKey:
    """The public key of a generation."""
    return SignerKey(
        generation=generation,
        first=first,
        until=first + timedelta(days=455),
        key=signing(generation).public_key().public_bytes_raw(),
    )


def receiving(window: Window) -> EpochKey:
    """A receive key's public half; nothing can be opened by it."""
    return EpochKey(
        window.number, window.first, window.until, secret(f"epoch {window.number}", 1216)
    )


WINDOWS = more_windows((), (), now=NOW)

STATEMENT = KeyStatement(
    code=OfficeCode("KP-PYO"),
    name_ko="평양 사무소",
    name_en="Pyongyang office",
    serial=1,
    earlier=(),
    issued=TODAY,
    root=ROOT,
    signers=(signer(1),),
    revoked=(),
    epochs=tuple(receiving(one) for one in WINDOWS[:3]),
    emergencies=(
        receiving(Window(900_001, date(2018, 8, 6), date(2019, 8, 5))),
        receiving(Window(900_002, date(2019, 8, 5), date(2020, 8, 3))),
    ),
    tls_certificate="-----BEGIN CERTIFICATE-----",
    link_url="https://localhost:9",
)


def signed(
    statement: KeyStatement = STATEMENT,
    *,
    by: Collection[int] | None = None,
    root: Ed25519PrivateKey = ROOT_ED25519,
    second: MLDSA44PrivateKey = ROOT_MLDSA44,
) -> bytes:
    """The statement's file, signed by its newest generation unless told otherwise."""
    generations = by if by is not None else [statement.newest.generation]
    return sign_statement(
        statement,
        root_ed25519=root,
        root_mldsa44=second,
        signers={generation: signing(generation) for generation in generations},
    )


def read(statement: KeyStatement, **how: Any) -> SignedStatement:
    """The statement as another office reads it."""
    return read_statement(signed(statement, **how))


def next_of(held: KeyStatement, **changes: Any) -> KeyStatement:
    """The statement after one."""
    return replace(
        held, **({"serial": held.serial + 1, "earlier": (*held.earlier, held.digest)} | changes)
    )
