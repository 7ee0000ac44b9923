"""Writes sealed files: temporary name, fsync, rename, fsync of the folder.

A file is on disk, whole and under its last name, before its row is written; a crash in between
leaves a file without a row, which `unknown_files` finds.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sangbong.archive.core.pieces import DATA_KEY_BYTES, WRAP_NONCE_BYTES, seal

_INCOMING = "incoming"
_NAME_TAIL_BYTES = 6


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A sealed file under its temporary name, with all that its row needs."""

    path: Path
    object_id: str
    size: int
    file_name: str
    data_key: bytes


def write_sealed(
    folder: Path, chunks: Iterable[bytes], *, data_key: bytes | None = None
) -> SealedFile:
    """Seal a content into a temporary file under `folder` and fsync it.

    A new random key is made unless `data_key` is given, which is only right for the very content
    that it sealed before.
    """
    key = os.urandom(DATA_KEY_BYTES) if data_key is None else data_key
    incoming = _folder(folder / _INCOMING)
    digest, size = hashlib.sha256(), 0

    def passing() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    descriptor, name = tempfile.mkstemp(dir=incoming)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(seal(passing(), data_key=key))
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink()
        raise
    object_id = digest.hexdigest()
    tail = os.urandom(_NAME_TAIL_BYTES).hex()
    return SealedFile(Path(name), object_id, size, f"{object_id}-{tail}", key)


def put_in_place(folder: Path, sealed: SealedFile, *, file_name: str = "") -> None:
    """Give a sealed file its last name, durably."""
    target = file_path(folder, file_name or sealed.file_name)
    _folder(target.parent)
    sealed.path.replace(target)
    for changed in (target.parent, folder):
        _sync(changed)


def discard(sealed: SealedFile) -> None:
    """Drop a sealed file that is not wanted after all."""
    sealed.path.unlink()


def new_wrap_nonce() -> bytes:
    """A random nonce for wrapping one data key."""
    return os.urandom(WRAP_NONCE_BYTES)


def file_path(folder: Path, file_name: str) -> Path:
    """Where a sealed file lies: in one of 256 folders, by the first two digits of its id."""
    return folder / file_name[:2] / file_name


def sweep(folder: Path, *, known: Collection[str], spool: Path, grace_seconds: float) -> int:
    """Remove what crashes left behind; how many were removed.

    Sealed files without a row and half-written ones go when they are older than the grace. A work
    folder of the sandbox may hold a film that anyone can play, so it goes at once when nobody who
    lives holds it.
    """
    horizon = _disk_time(folder) - grace_seconds
    # the half-written too: everything in a folder other than `known`
    left = [path for path in folder.glob("*/*") if path.name not in known]
    removed = 0
    for path in spool.glob("*") if spool.exists() else ():
        if path.is_dir() and not path.is_symlink():
            removed += _remove_unless_held(path)
        else:
            left.append(path)
    for path in left:
        if path.stat().st_mtime < horizon:
            path.unlink()
            removed += 1
    return removed


@contextlib.contextmanager
def work_folder(spool: Path) -> Iterator[str]:
    """A private folder for one run of the sandbox; it goes away with its content.

    The lock on it dies with this process, however that ends: so `sweep` knows a left folder.
    """
    while True:
        with (
            tempfile.TemporaryDirectory(
                prefix="work-", dir=_folder(spool), ignore_cleanup_errors=True
            ) as name,
            _opened(Path(name)) as descriptor,
        ):
            if descriptor is None or not _held(descriptor) or not Path(name).exists():
                continue  # a sweep came between the making and the lock
            yield name
            return


def _remove_unless_held(folder: Path) -> bool:
    with _opened(folder) as descriptor:
        if descriptor is None or not _held(descriptor):
            return False
        shutil.rmtree(folder)
    return True


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[int | None]:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _held(descriptor: int) -> bool:
    """Whether the folder is ours alone now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _disk_time(folder: Path) -> float:
    """Now by the disk's own clock, which also dated the files; story time says nothing of them."""
    with tempfile.NamedTemporaryFile(dir=_folder(folder)) as probe:
        return os.fstat(probe.fileno()).st_mtime


def _folder(path: Path) -> Path:
    if not path.exists():
        # one by one: the name of a parent that was made too would not be durable otherwise
        _folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)
        _sync(path.parent)
    return path


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
