"""Files on a stick or in a shared folder: written whole or not at all, read without a trap.

A bundle is written beside its place, synced, renamed and its folder synced: whoever finds the name
finds the whole file. Nothing is opened that is not a plain file of a bundle's name.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sangbong.kernel.errors import SangbongError

BUNDLE_SUFFIX = ".BDL"
FILES_MAX = 10_000
_UNFINISHED_SUFFIX = ".PART"
_READ_ME = "READ-ME.txt"
_READ_ME_TEXT = (
    "이 저장 매체는 두 사무소 사이의 봉인된 서류를 담고 있습니다. 주우신 분은 가까운 적십자사에\n"
    "전해 주십시오. 파일을 열거나 고치지 말아 주십시오.\n\n"
    "This medium carries sealed papers between two offices. If you found it, please hand it to the\n"
    "nearest Red Cross society. Please do not open or change the files.\n"
)


@contextmanager
def placing(folder: Path, name: str) -> Iterator[BinaryIO]:
    """A file to be written from end to end; a cut at any moment leaves all of it or nothing.

    Raises:
        SangbongError: `liaison.folder_unwritable`; the stick is full, gone or write-protected.
    """
    with _as_fault("liaison.folder_unwritable", folder):
        with _writing_whole(folder, name) as file:
            yield file
        if not (folder / _READ_ME).exists():
            with _writing_whole(folder, _READ_ME) as read_me:
                read_me.write(_READ_ME_TEXT.encode("utf-8"))


def place(folder: Path, name: str, data: bytes) -> None:
    """Put a file that is at hand into a folder.

    Raises:
        SangbongError: as `placing`.
    """
    with placing(folder, name) as file:
        file.write(data)


def bundle_names(folder: Path) -> list[str]:
    """The names of the bundles in a folder, in the order they were written.

    Raises:
        SangbongError: `liaison.folder_unreadable`; no stick, or far too many files on it.
    """
    with _as_fault("liaison.folder_unreadable", folder):
        found = [
            (entry.stat(follow_symlinks=False).st_mtime_ns, entry.name)
            for entry in os.scandir(folder)
            if entry.name.upper().endswith(BUNDLE_SUFFIX) and entry.is_file(follow_symlinks=False)
        ]
    if len(found) > FILES_MAX:
        raise SangbongError("liaison.folder_unreadable", folder=str(folder))
    return [name for _, name in sorted(found)]


@contextmanager
def reading(folder: Path, name: str) -> Iterator[BinaryIO]:
    """A bundle to be read; a fault of the stick while it is read is told as one.

    Raises:
        SangbongError: `liaison.folder_unreadable`; a link, a device, or a fault of the stick.
    """
    path = folder / name
    with _as_fault("liaison.folder_unreadable", path):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SangbongError("liaison.folder_unreadable", folder=str(path))
            yield file


def free_bytes(folder: Path) -> int:
    """How much room a stick has.

    Raises:
        SangbongError: `liaison.folder_unwritable`; no stick there.
    """
    with _as_fault("liaison.folder_unwritable", folder):
        found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize


def take_away(folder: Path, name: str) -> None:
    """Remove a bundle that is read and stored.

    Raises:
        SangbongError: `liaison.folder_unwritable`; the stick is write-protected or gone.
    """
    with _as_fault("liaison.folder_unwritable", folder):
        (folder / name).unlink(missing_ok=True)
        _sync(folder)


@contextmanager
def _writing_whole(folder: Path, name: str) -> Iterator[BinaryIO]:
    unfinished = folder / (name + _UNFINISHED_SUFFIX)
    with unfinished.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / name)
    _sync(folder)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _as_fault(code: str, folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SangbongError(code, folder=str(folder)) from error
