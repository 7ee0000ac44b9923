"""The office's private keys: made with the library's own entropy, kept as files of mode 600.

    keys/root/ed25519.key, mldsa44.key   the root identity; may be taken out to a stick
    keys/signing/0001.key                the signing key of a generation
    keys/epochs/000001.key               the receiving key of an epoch or year: ML-KEM seed, then X25519
    keys/statements/000001.json          every statement that this office made; the last one counts
    keys/link.crt, link.key              the line's certificate
    keys/archive.key, session.key

Files are written once and synced before a statement names them; a statement is renamed into its place
last. So after a kill there are at most keys that no statement names, and they are made anew.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import office_code
from sangbong.office.core.epochs import (
    OVERLAP_DAYS,
    SIGNER_DAYS,
    Window,
    day_of,
    founding_windows,
    is_emergency,
)
from sangbong.office.core.statement import (
    EpochKey,
    KeyStatement,
    RootIdentity,
    SignedStatement,
    SignerKey,
    read_statement,
    sign_statement,
)

_CERTIFICATE_DAYS = 3650
_MLKEM_PUBLIC_BYTES = 1184
_MLKEM_SEED_BYTES = 64
_ROOT_FILES = ("ed25519.key", "mldsa44.key")


@dataclass(frozen=True, slots=True)
class Names:
    """What an office's statement calls it; `link_url` may be empty."""

    code: str
    name_ko: str = ""
    name_en: str = ""
    link_url: str = ""


@dataclass(frozen=True, slots=True)
class RootKeys:
    """The root identity's private halves, which sign key statements and nothing else."""

    ed25519: Ed25519PrivateKey
    mldsa44: MLDSA44PrivateKey

    @property
    def identity(self) -> RootIdentity:
        """The public halves."""
        return RootIdentity(
            ed25519=self.ed25519.public_key().public_bytes_raw(),
            mldsa44=self.mldsa44.public_key().public_bytes_raw(),
        )


@dataclass(frozen=True, slots=True)
class OfficeKeys:
    """What is secret of one office for all its time. The archive key has 32 bytes."""

    home: Path
    archive_key: bytes
    session_key: str
    tls_certificate_path: Path
    tls_key_path: Path

    @property
    def signing(self) -> Ed25519PrivateKey:
        """The signing key of the newest generation."""
        return signing_key(self.home, current_statement(self.home).statement.newest.generation)

    @property
    def receiving(self) -> MLKEM768X25519PrivateKey:
        """The receiving key of the first epoch that the statement names."""
        key = receiving_key(self.home, current_statement(self.home).statement.epochs[0].number)
        assert key is not None, "a published epoch is not destroyed"  # noqa: S101 -- ours
        return key

    @property
    def receive_public(self) -> bytes:
        """The public half of `receiving`."""
        return current_statement(self.home).statement.epochs[0].key


def make_keys(
    home: Path,
    *,
    code: str,
    now: datetime,
    name_ko: str = "",
    name_en: str = "",
    link_url: str = "",
    line_from: datetime | None = None,
) -> None:
    """Make all keys of a new office and its first statement under `home/keys`: all or none.

    `line_from` is the machine's own time where `now` is story time: TLS asks the machine's clock.

    Raises:
        FileExistsError: the office has keys already; they are never overwritten.
        SangbongError: `kernel.office_code`.
    """
    whole, folder = home / "keys", home / "keys.unfinished"
    names = Names(office_code(code), name_ko, name_en, link_url)
    if whole.exists():
        raise FileExistsError(whole)
    if folder.exists():
        # left by a kill; nobody has seen these keys
        shutil.rmtree(folder)
    for part in ("root", "signing", "epochs", "statements"):
        (folder / part).mkdir(mode=0o700, parents=True)
    folder.chmod(0o700)
    _write(folder / "lock", b"")
    _write(folder / "archive.key", os.urandom(32))
    _write(folder / "session.key", os.urandom(32).hex().encode("ascii"))
    make_certificate(folder, code=code, now=line_from or now)
    root = make_root(folder / "root")
    first = _first_statement(folder, names, root=root.identity, now=now)
    signed = sign_statement(
        first,
        root_ed25519=root.ed25519,
        root_mldsa44=root.mldsa44,
        signers={1: _read_signing(folder, 1)},
    )
    _write(folder / "statements" / _statement_name(1), signed)
    for part in ("root", "signing", "epochs", "statements", "."):
        sync_folder(folder / part)
    folder.rename(whole)
    sync_folder(home)
    forget_keys()


def _first_statement(
    folder: Path, names: Names, *, root: RootIdentity, now: datetime
) -> KeyStatement:
    made = [make_receiving(folder, window) for window in founding_windows(now)]
    return KeyStatement(
        code=office_code(names.code),
        name_ko=names.name_ko,
        name_en=names.name_en,
        serial=1,
        earlier=(),
        issued=day_of(now),
        root=root,
        signers=(make_signer(folder, 1, now=now),),
        revoked=(),
        epochs=tuple(one for one in made if not is_emergency(one.number)),
        emergencies=tuple(one for one in made if is_emergency(one.number)),
        tls_certificate=(folder / "link.crt").read_text("ascii"),
        link_url=names.link_url,
    )


def make_root(folder: Path) -> RootKeys:
    """Make a root identity and keep it in a folder."""
    folder.mkdir(mode=0o700, exist_ok=True)
    root = RootKeys(ed25519=Ed25519PrivateKey.generate(), mldsa44=MLDSA44PrivateKey.generate())
    write_root(folder, root)
    return root


def move_root(source: Path, target: Path) -> None:
    """Put one root identity in the place of another, which is destroyed."""
    destroy_root(target)
    for name in _ROOT_FILES:
        (source / name).rename(target / name)
    source.rmdir()
    sync_folder(target)
    sync_folder(target.parent)


def write_root(folder: Path, root: RootKeys) -> None:
    """Keep the root identity in a folder, such as one on a stick.

    Raises:
        FileExistsError: a root is there already; OSError: the folder cannot be written.
    """
    _write(folder / "ed25519.key", root.ed25519.private_bytes_raw())
    _write(folder / "mldsa44.key", root.mldsa44.private_bytes_raw())
    sync_folder(folder)


def load_root(folder: Path) -> RootKeys | None:
    """The root identity that a folder holds, or None where it holds none that can be read."""
    try:
        return RootKeys(
            ed25519=Ed25519PrivateKey.from_private_bytes((folder / "ed25519.key").read_bytes()),
            mldsa44=MLDSA44PrivateKey.from_seed_bytes((folder / "mldsa44.key").read_bytes()),
        )
    except (OSError, ValueError):
        return None


def make_signer(keys: Path, generation: int, *, now: datetime) -> SignerKey:
    """Make the signing key of a generation; it serves a year, and 90 days beside its successor."""
    path = _signing_path(keys, generation)
    # a file that no statement names is left from a kill; nobody has seen it
    path.unlink(missing_ok=True)
    key = Ed25519PrivateKey.generate()
    _write(path, key.private_bytes_raw())
    sync_folder(path.parent)
    first = day_of(now)
    return SignerKey(
        generation=generation,
        first=first,
        until=first + timedelta(days=SIGNER_DAYS + OVERLAP_DAYS),
        key=key.public_key().public_bytes_raw(),
    )


def make_receiving(keys: Path, window: Window) -> EpochKey:
    """Make the receiving key of an epoch; the caller syncs the folder."""
    path = _epoch_path(keys, window.number)
    path.unlink(missing_ok=True)
    mlkem, x25519 = MLKEM768PrivateKey.generate(), X25519PrivateKey.generate()
    _write(path, mlkem.private_bytes_raw() + x25519.private_bytes_raw())
    return EpochKey(
        number=window.number,
        first=window.first,
        until=window.until,
        key=mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw(),
    )


@lru_cache(maxsize=8)
def load_keys(home: Path) -> OfficeKeys:
    """Read the keys of the office at `home`.

    Raises:
        SangbongError: `office.keys_missing`; the office was not made or its keys were moved.
    """
    folder = home / "keys"
    try:
        archive_key = (folder / "archive.key").read_bytes()
        session_key = (folder / "session.key").read_text("ascii")
    except (OSError, ValueError) as fault:
        raise SangbongError("office.keys_missing", folder=str(folder)) from fault
    current_statement(home)
    return OfficeKeys(
        home=home,
        archive_key=archive_key,
        session_key=session_key,
        tls_certificate_path=folder / "link.crt",
        tls_key_path=folder / "link.key",
    )


def current_statement(home: Path) -> SignedStatement:
    """The latest statement that this office made; it notices one made by another process.

    Raises:
        SangbongError: `office.keys_missing`.
    """
    folder = home / "keys" / "statements"
    try:
        latest = max(name for name in os.listdir(folder) if name.endswith(".json"))  # noqa: PTH208
    except (OSError, ValueError) as fault:
        raise SangbongError("office.keys_missing", folder=str(folder)) from fault
    return _read_own(folder / latest)


@lru_cache(maxsize=16)
def _read_own(path: Path) -> SignedStatement:
    return read_statement(path.read_bytes())


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Keep every other process from making or destroying keys meanwhile."""
    with (home / "keys" / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def statement_of(home: Path, serial: int) -> SignedStatement | None:
    """One of the statements that this office made, or None where it is not here."""
    path = home / "keys" / "statements" / _statement_name(serial)
    return _read_own(path) if path.exists() else None


def keep_statement(home: Path, data: bytes) -> SignedStatement:
    """Make a statement the current one: it appears whole or not at all.

    Raises:
        FileExistsError: a statement with that serial was made already; the caller holds the lock.
    """
    signed = read_statement(data)
    folder = home / "keys" / "statements"
    name = _statement_name(signed.statement.serial)
    unfinished = folder / f"{name}.unfinished"
    if (folder / name).exists():
        raise FileExistsError(folder / name)
    unfinished.unlink(missing_ok=True)
    _write(unfinished, data)
    unfinished.rename(folder / name)
    sync_folder(folder)
    return signed


def signing_key(home: Path, generation: int) -> Ed25519PrivateKey:
    """The signing key of a generation.

    Raises:
        SangbongError: `office.keys_missing`.
    """
    return _read_signing(home / "keys", generation)


@lru_cache(maxsize=16)
def _read_signing(keys: Path, generation: int) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(_signing_path(keys, generation).read_bytes())
    except (OSError, ValueError) as fault:
        raise SangbongError("office.keys_missing", folder=str(keys)) from fault


def has_signing(home: Path, generation: int) -> bool:
    """Whether the private half of a generation is still here."""
    return _signing_path(home / "keys", generation).exists()


def receiving_key(home: Path, number: int) -> MLKEM768X25519PrivateKey | None:
    """The private half of an epoch or emergency key, or None where it was destroyed or never was."""
    path = _epoch_path(home / "keys", number)
    # asked each time, so that what another process destroyed is gone for this one too
    return _read_receiving(path) if path.exists() else None


@lru_cache(maxsize=32)
def _read_receiving(path: Path) -> MLKEM768X25519PrivateKey:
    data = path.read_bytes()
    return MLKEM768X25519PrivateKey(
        MLKEM768PrivateKey.from_seed_bytes(data[:_MLKEM_SEED_BYTES]),
        X25519PrivateKey.from_private_bytes(data[_MLKEM_SEED_BYTES:]),
    )


def windows_of(home: Path, numbers: Iterable[int]) -> list[Window]:
    """The days of epochs that some statement of ours named; a number that none did is left out."""
    wanted, found = set(numbers), []
    serial = current_statement(home).statement.serial
    while wanted and serial > 0 and (told := statement_of(home, serial)) is not None:
        for key in (*told.statement.epochs, *told.statement.emergencies):
            if key.number in wanted:
                wanted.remove(key.number)
                found.append(Window(key.number, key.first, key.until))
        serial -= 1
    return sorted(found, key=lambda window: window.number)


def receiving_numbers(home: Path) -> list[int]:
    """The epochs and emergency keys whose private half is here."""
    return sorted(int(path.stem) for path in (home / "keys" / "epochs").glob("*.key"))


def destroy_receiving(home: Path, numbers: Iterable[int]) -> None:
    """Destroy private halves: overwritten, synced, unlinked, and the folder synced.

    On a disk that writes elsewhere (SSD, copy-on-write) the old bytes may survive below the file
    system; the disk under an office is encrypted for that reason.
    """
    _destroy(home / "keys" / "epochs", [_epoch_path(home / "keys", n) for n in numbers])
    _read_receiving.cache_clear()


def destroy_signing(home: Path, generation: int) -> None:
    """Destroy the private half of a generation that signs no more."""
    _destroy(home / "keys" / "signing", [_signing_path(home / "keys", generation)])
    _read_signing.cache_clear()


def destroy_root(folder: Path) -> None:
    """Destroy the root identity in a folder, once it is safe elsewhere."""
    _destroy(folder, [folder / name for name in _ROOT_FILES])


def replace_certificate(home: Path, *, code: str, now: datetime) -> None:
    """Make a new certificate for the line; who served with the old one starts again."""
    keys, unfinished = home / "keys", home / "keys" / "line.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    make_certificate(unfinished, code=code, now=now)
    for name in ("link.key", "link.crt"):
        (unfinished / name).rename(keys / name)
    unfinished.rmdir()
    sync_folder(keys)


def _destroy(folder: Path, paths: Iterable[Path]) -> None:
    for path in paths:
        if not path.exists():
            continue
        with path.open("r+b") as file:
            file.write(os.urandom(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    if folder.exists():
        sync_folder(folder)


def forget_keys() -> None:
    """Forget what was read, as a process does when its office is another one."""
    for cached in (load_keys, _read_own, _read_signing, _read_receiving, receive_key, verify_key):
        cached.cache_clear()


@lru_cache(maxsize=256)
def verify_key(raw: bytes) -> Ed25519PublicKey:
    """The signing key of a counterpart from its statement."""
    return Ed25519PublicKey.from_public_bytes(raw)


@lru_cache(maxsize=256)
def receive_key(raw: bytes) -> MLKEM768X25519PublicKey:
    """The receiving key of a counterpart from its statement: ML-KEM-768 then X25519."""
    return MLKEM768X25519PublicKey(
        MLKEM768PublicKey.from_public_bytes(raw[:_MLKEM_PUBLIC_BYTES]),
        X25519PublicKey.from_public_bytes(raw[_MLKEM_PUBLIC_BYTES:]),
    )


def make_certificate(folder: Path, *, code: str, now: datetime) -> None:
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


def _signing_path(keys: Path, generation: int) -> Path:
    return keys / "signing" / f"{generation:04d}.key"


def _epoch_path(keys: Path, number: int) -> Path:
    return keys / "epochs" / f"{number:06d}.key"


def _statement_name(serial: int) -> str:
    return f"{serial:06d}.json"


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
