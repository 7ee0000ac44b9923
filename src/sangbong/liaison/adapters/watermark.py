"""The mark outside the database: one small file that says how far the ledger had come.

`sangbong mark 1 INCARNATION HEIGHT CRC`, written in place within one sector. Only a new incarnation is
synced: a height that a power cut loses makes the mark lower, which shows a restore a little later.
"""

from __future__ import annotations

import os
import zlib
from dataclasses import dataclass
from pathlib import Path

from sangbong.liaison.core.custody.channel import Mark

FILE_NAME = "incarnation"
_BEGINNING = "sangbong mark 1"
_BYTES = 64


@dataclass(frozen=True, slots=True)
class FileWatermark:
    """The mark of one office's folder."""

    home: Path

    def read(self) -> Mark | None:
        """The mark last written; None where there is no file, or a torn one."""
        try:
            text = (self.home / FILE_NAME).read_text("ascii").strip()
        except (FileNotFoundError, UnicodeDecodeError):
            return None
        told, _, checksum = text.rpartition(" ")
        words = told.removeprefix(_BEGINNING).split()
        if checksum != _checksum(told) or len(words) != 2:
            return None
        return Mark(incarnation=int(words[0]), height=int(words[1]))

    def write(self, mark: Mark) -> None:
        """Write the mark; a new incarnation is durable before this returns."""
        known = self.read()
        told = f"{_BEGINNING} {mark.incarnation} {mark.height}"
        line = f"{told} {_checksum(told)}".ljust(_BYTES - 1) + "\n"
        descriptor = os.open(self.home / FILE_NAME, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.pwrite(descriptor, line.encode("ascii"), 0)
            if known is None or known.incarnation != mark.incarnation:
                os.fsync(descriptor)
                _sync(self.home)
        finally:
            os.close(descriptor)


def _checksum(told: str) -> str:
    return f"{zlib.crc32(told.encode('ascii')):08x}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
