"""What a disk may hold after a power cut: a model of files, of which only what was synced is sure.

Pure: events in, folders of bytes out. docs/explanation/campaigns.md tells the model to people.

1. (P1) What a file held when an `fsync` or `fdatasync` of it returned is there after the cut.
2. (P2) Of later writes and truncations of a file, any part may be there, whatever came after them:
   each is kept, dropped, or torn into sectors of 512 or 4096 bytes of which each is there or not.
3. (P3) A dropped write that made its file longer may leave the length, with zeros or rubbish in it.
4. (P4) A name made, changed or removed is sure when its folder was synced after it. Until then the
   old or the new may be there; a name moved between two folders may be in both or in neither.
5. (P5) Syncing a file says nothing about its name, and syncing a folder nothing about contents.
6. (P6) The index of SQLite's log (`-shm`) is shared memory and is always lost.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path, PurePosixPath

SECTORS = (512, 4096)
LOST_SUFFIX = "-shm"
_FACTS = struct.Struct("=c7x5q")


class Kind(StrEnum):
    """What was done; the letters of `campaigns/recorder.c`."""

    CREATE = "c"
    NAMELESS = "n"
    WRITE = "w"
    TRUNCATE = "t"
    SYNC = "s"
    RENAME = "r"
    LINK = "l"
    UNLINK = "u"
    FOLDER = "d"
    MAPPED = "m"
    MARK = "!"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing done. `at` is an offset or a length; paths are relative to the recorded folder."""

    kind: Kind
    file: int
    at: int = 0
    path: str = ""
    other: str = ""
    data: bytes = b""


def read_trace(trace: bytes) -> Iterator[Event]:
    """The events of a trace in their order.

    Raises:
        ValueError: a record is cut short.
    """
    offset = 0
    while offset < len(trace):
        kind, file, at, ones, twos, length = _FACTS.unpack_from(trace, offset)
        offset += _FACTS.size
        if offset + ones + twos + length > len(trace):
            raise ValueError("the trace ends inside a record")
        path = trace[offset : offset + ones].decode()
        other = trace[offset + ones : offset + ones + twos].decode()
        offset += ones + twos
        yield Event(Kind(kind.decode()), file, at, path, other, trace[offset : offset + length])
        offset += length


@dataclass(frozen=True, slots=True)
class Change:
    """A write of some bytes at an offset, or, without bytes, a new length."""

    at: int
    data: bytes | None

    def do(self, content: bytearray) -> None:
        """Change a content."""
        if self.data is None:
            _resize(content, self.at)
            return
        end = self.at + len(self.data)
        if len(content) < end:
            _resize(content, end)
        content[self.at : end] = self.data


@dataclass(frozen=True, slots=True)
class Longer:
    """A file that became longer and has nothing of its own behind its old end."""

    end: int
    rubbish: int | None

    def do(self, content: bytearray) -> None:
        """Change a content."""
        missing = max(0, self.end - len(content))
        content.extend(
            bytes(missing)
            if self.rubbish is None
            else random.Random(self.rubbish).randbytes(missing)
        )


@dataclass(frozen=True, slots=True)
class Naming:
    """A name that a folder has from now on, or, without a file, no longer has.

    Both names of a change within one folder stand together: `gone` is the old one.
    """

    path: str
    file: int | None
    gone: str = ""

    @property
    def folder(self) -> str:
        """The folder that has to be synced to make it sure."""
        return _folder_of(self.path)

    def do(self, names: dict[str, int]) -> None:
        """Change a folder."""
        if self.gone:
            names.pop(self.gone, None)
        if self.file is None:
            names.pop(self.path, None)
        else:
            names[self.path] = self.file


@dataclass(slots=True)
class Disk:
    """What is sure, and what is under way, after some events.

    Files have numbers of our own, since a file system gives the number of a removed one again.
    """

    contents: dict[int, bytearray] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    changes: dict[int, list[Change]] = field(default_factory=dict)
    namings: list[Naming] = field(default_factory=list)
    _ours: dict[int, int] = field(default_factory=dict)
    _last: int = 0
    _now: dict[str, int] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Disk:
        """A folder as it is, all of it sure."""
        disk = cls()
        for path in sorted(folder.rglob("*")):
            name, file = str(path.relative_to(folder)), disk._fresh(path.lstat().st_ino)
            disk.names[name] = file
            if path.is_dir():
                disk.folders.add(name)
            else:
                disk.contents[file] = bytearray(path.read_bytes())
        disk._ours[folder.stat().st_ino] = disk._fresh(folder.stat().st_ino)
        disk._now = dict(disk.names)
        return disk

    def _fresh(self, inode: int) -> int:
        self._last += 1
        self._ours[inode] = self._last
        return self._last

    def do(self, event: Event) -> None:
        """Take one event.

        Raises:
            ValueError: the recorded process did something this model does not know.
        """
        match event.kind:
            case Kind.WRITE:
                self._change(event, Change(event.at, event.data))
            case Kind.TRUNCATE:
                self._change(event, Change(event.at, None))
            case Kind.SYNC:
                self._sync(event)
            case Kind.CREATE | Kind.NAMELESS | Kind.LINK | Kind.FOLDER:
                self._make(event)
            case Kind.UNLINK:
                self._name(Naming(event.path, None))
            case Kind.RENAME:
                self._rename(event)
            case Kind.MAPPED:
                if not event.path.endswith(LOST_SUFFIX):
                    raise ValueError(f"{event.path} was written through shared memory")
            case Kind.MARK:
                pass

    def _change(self, event: Event, change: Change) -> None:
        file = self._ours[event.file]
        self.changes.setdefault(file, []).append(change)

    def _sync(self, event: Event) -> None:
        file = self._ours[event.file]
        if file in self.contents:
            for change in self.changes.pop(file, ()):
                change.do(self.contents[file])
            return
        sure = [one for one in self.namings if one.folder == event.path]
        for naming in sure:
            naming.do(self.names)
        self.namings = [one for one in self.namings if one.folder != event.path]

    def _make(self, event: Event) -> None:
        if event.kind is Kind.LINK:
            file = self._ours[event.file]
        else:
            file = self._fresh(event.file)
        if event.kind is Kind.FOLDER:
            self.folders.add(event.path)
        elif event.kind is not Kind.LINK:
            self.contents[file] = bytearray()
        if event.path:
            self._name(Naming(event.path, file))

    def _rename(self, event: Event) -> None:
        if event.path in self.folders or not event.path or not event.other:
            raise ValueError(f"{event.path} was moved to {event.other}, which no model is for")
        file = self._ours[event.file]
        if _folder_of(event.path) == _folder_of(event.other):
            self._name(Naming(event.other, file, gone=event.path))
        else:
            self._name(Naming(event.other, file))
            self._name(Naming(event.path, None))

    def _name(self, naming: Naming) -> None:
        self.namings.append(naming)
        naming.do(self._now)

    def now(self) -> dict[str, bytes]:
        """Every file as the recorded process sees it: what was sure and all that is under way."""
        return {
            name: bytes(self._with(file, self.changes.get(file, ())))
            for name, file in self._now.items()
            if file in self.contents and not name.endswith(LOST_SUFFIX)
        }

    def cut(self, draws: random.Random) -> tuple[dict[str, bytes], set[str]]:
        """One state in which a power cut at this moment may leave the disk: files, and folders."""
        names = dict(self.names)
        for naming in _some(self.namings, draws):
            naming.do(names)
        sector, style = draws.choice(SECTORS), draws.choice(list(Style))
        files = {}
        for name, file in sorted(names.items()):
            if file in self.contents and not name.endswith(LOST_SUFFIX):
                files[name] = bytes(self._torn(file, style, sector, draws))
        folders = {name for name, file in names.items() if file not in self.contents}
        # a name in a folder whose own name is lost is lost with it
        kept = {name: data for name, data in files.items() if _reachable(name, folders)}
        return kept, {name for name in folders if _reachable(name, folders)}

    def _with(self, file: int, changes: Iterable[Change | Longer]) -> bytearray:
        content = bytearray(self.contents[file])
        for change in changes:
            change.do(content)
        return content

    def _torn(self, file: int, style: Style, sector: int, draws: random.Random) -> bytearray:
        changes = self.changes.get(file)
        if not changes:
            return self.contents[file]
        return self._with(file, _survivors(changes, style, sector, draws))


class Style(StrEnum):
    """How badly it went for what was under way."""

    NOTHING = "nothing"
    EVERYTHING = "everything"
    IN_ORDER = "in order"
    ANY = "any"
    NEARLY_ALL = "nearly all"


def _survivors(
    changes: list[Change], style: Style, sector: int, draws: random.Random
) -> Iterator[Change | Longer]:
    if style is Style.NOTHING:
        return
    if style is Style.EVERYTHING:
        yield from changes
        return
    if style is Style.IN_ORDER:
        last = draws.randrange(len(changes))
        yield from changes[:last]
        yield from _pieces(changes[last], sector, draws)
        return
    dropped = 0.5 if style is Style.ANY else 1.5 / len(changes)
    for change in changes:
        if draws.random() >= dropped:
            yield change
        else:
            yield from _pieces(change, sector, draws)


def _pieces(change: Change, sector: int, draws: random.Random) -> Iterator[Change | Longer]:
    """Nothing of a change, or its length, or some of the sectors that it touches."""
    if change.data is None:
        return
    fate = draws.random()
    end = change.at + len(change.data)
    if fate < 0.3:
        return
    if fate < 0.45:
        yield Longer(end, None if fate < 0.4 else draws.getrandbits(32))
        return
    for start in range(change.at // sector * sector, end, sector):
        if draws.random() < 0.5:
            begin, stop = max(start, change.at), min(start + sector, end)
            yield Change(begin, change.data[begin - change.at : stop - change.at])


def _some(namings: list[Naming], draws: random.Random) -> list[Naming]:
    """Names in their order up to some moment, as a journal keeps them, or any of them."""
    if draws.random() < 0.5:
        return namings[: draws.randint(0, len(namings))]
    return [one for one in namings if draws.random() < 0.5]


def _resize(content: bytearray, length: int) -> None:
    if length < len(content):
        del content[length:]
    else:
        content.extend(bytes(length - len(content)))


def _folder_of(path: str) -> str:
    above = str(PurePosixPath(path).parent)
    return "" if above == "." else above


def _reachable(path: str, folders: set[str]) -> bool:
    return all(str(above) in folders for above in PurePosixPath(path).parents if str(above) != ".")
