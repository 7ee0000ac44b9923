"""The office's private keys: made with the library's own entropy, kept as files of mode 600."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.statement import KeyStatement

_CERTIFICATE_DAYS = 3650
_MLKEM_PUBLIC_BYTES = 1184


@dataclass(frozen=True, slots=True)
class OfficeKeys:
    """Everything secret of one office. The archive key has 32 bytes."""

    signing: Ed25519PrivateKey
    receiving: MLKEM768X25519PrivateKey
    receive_public: bytes
    archive_key: bytes
    session_key: str
    tls_certificate_path: Path
    tls_key_path: Path


def make_keys(home: Path, *, code: str, now: datetime) -> None:
    """Make all keys of a new office under `home/keys`: all of them or, after a kill, none.

    Raises:
        FileExistsError: the office has keys already; they are never overwritten.
    """
    whole, folder = home / "keys", home / "keys.unfinished"
    if whole.exists():
        raise FileExistsError(whole)
    if folder.exists():
        # left by a kill; nobody has seen these keys
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True)
    _write(folder / "signing.key", Ed25519PrivateKey.generate().private_bytes_raw())
    _write(folder / "receive-mlkem768.key", MLKEM768PrivateKey.generate().private_bytes_raw())
    _write(folder / "receive-x25519.key", X25519PrivateKey.generate().private_bytes_raw())
    _write(folder / "archive.key", os.urandom(32))
    _write(folder / "session.key", os.urandom(32).hex().encode("ascii"))
    _make_certificate(folder, code=code, now=now)
    sync_folder(folder)
    folder.rename(whole)
    sync_folder(home)
    load_keys.cache_clear()


@lru_cache(maxsize=8)
def load_keys(home: Path) -> OfficeKeys:
    """Read the keys of the office at `home`.

    Raises:
        SangbongError: `office.keys_missing`; the office was not made or its keys were moved.
    """
    folder = home / "keys"
    try:
        mlkem = MLKEM768PrivateKey.from_seed_bytes((folder / "receive-mlkem768.key").read_bytes())
        x25519 = X25519PrivateKey.from_private_bytes((folder / "receive-x25519.key").read_bytes())
        signing = Ed25519PrivateKey.from_private_bytes((folder / "signing.key").read_bytes())
        archive_key = (folder / "archive.key").read_bytes()
        session_key = (folder / "session.key").read_text("ascii")
    except (OSError, ValueError) as fault:
        raise SangbongError("office.keys_missing", folder=str(folder)) from fault
    return OfficeKeys(
        signing=signing,
        receiving=MLKEM768X25519PrivateKey(mlkem, x25519),
        receive_public=mlkem.public_key().public_bytes_raw()
        + x25519.public_key().public_bytes_raw(),
        archive_key=archive_key,
        session_key=session_key,
        tls_certificate_path=folder / "link.crt",
        tls_key_path=folder / "link.key",
    )


def verify_key(raw: bytes) -> Ed25519PublicKey:
    """The signing key of a counterpart from its statement."""
    return Ed25519PublicKey.from_public_bytes(raw)


def receive_key(raw: bytes) -> MLKEM768X25519PublicKey:
    """The receiving key of a counterpart from its statement: ML-KEM-768 then X25519."""
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_BYTES]),
        X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_BYTES:]),
    )


def own_statement(
    keys: OfficeKeys, *, code: str, name_ko: str, name_en: str, link_url: str
) -> KeyStatement:
    """What this office hands over."""
    from sangbong.kernel.ids import office_code

    return KeyStatement(
        code=office_code(code),
        name_ko=name_ko,
        name_en=name_en,
        verify_key=keys.signing.public_key().public_bytes_raw(),
        receive_key=keys.receive_public,
        tls_certificate=keys.tls_certificate_path.read_text("ascii"),
        link_url=link_url,
    )


def _make_certificate(folder: Path, *, code: str, now: datetime) -> None:
    """A self-signed certificate that the other office pins; its name is never checked."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, code)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_CERTIFICATE_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write(folder / "link.crt", certificate.public_bytes(Encoding.PEM))
    _write(
        folder / "link.key",
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    )


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make names given in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
