"""A disk with write-ahead semantics in memory: what was not synced is lost at a crash.

1. (SD1) Rows change inside a transaction only; one that ends by an error leaves nothing.
2. (SD2) A transaction that ended well is *committed*: every later read sees it. It is *durable* only
   after a sync; production syncs with each commit (`synchronous=FULL`), a mutant does not.
3. (SD3) A crash takes back transactions that are committed and not synced: all after a drawn one,
   because a log is torn somewhere, and is read up to there.
4. (SD4) Files lie beside the rows, are no part of a backup, and obey the same rule: a file not
   synced is lost, or torn at a drawn byte.
5. (SD5) A backup is what was durable when it was taken. Putting it back changes the rows only.

Every read, write, commit and sync is a *moment* at which a crash can be planned.
"""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


class Crash(BaseException):
    """The process died at this moment. Not an `Exception`: nothing in production may survive it."""


class Absent:
    """Stands in an undo log for a row that was not there."""


_ABSENT = Absent()
Row = object
Table = dict[Hashable, Row]
_Undo = list[tuple[str, Hashable, Row]]


@dataclass(frozen=True, slots=True)
class Backup:
    """The rows as they were on a day."""

    tick: int
    tables: Mapping[str, Table]


@dataclass(slots=True)
class Disk:
    """One office's rows and files."""

    sync_with_commit: bool = True
    moments: int = 0
    commits: int = 0
    _tables: dict[str, Table] = field(default_factory=dict)
    _open: list[_Undo] = field(default_factory=list)
    _unsynced: list[_Undo] = field(default_factory=list)
    _files: dict[str, bytes] = field(default_factory=dict)
    _unsynced_files: dict[str, bytes | None] = field(default_factory=dict)
    _renamed: set[str] = field(default_factory=set)
    _fatal: int | None = None

    def arm(self, moments: int) -> None:
        """Plan a crash this many moments from now."""
        self._fatal = self.moments + moments

    def disarm(self) -> None:
        """Take a planned crash back."""
        self._fatal = None

    @property
    def armed(self) -> bool:
        """Whether a crash is planned."""
        return self._fatal is not None

    def moment(self) -> None:
        """One more thing was done; the office may die of it.

        Raises:
            Crash: as planned.
        """
        self.moments += 1
        if self._fatal is not None and self.moments >= self._fatal:
            self._fatal = None
            raise Crash

    def table(self, name: str) -> Mapping[Hashable, Row]:
        """All rows of a table, to look at; writing goes through `put` and `drop`."""
        return self._tables.setdefault(name, {})

    def get(self, name: str, key: Hashable) -> Row | None:
        """One row, None where there is none."""
        return self._tables.setdefault(name, {}).get(key)

    def durable(self, name: str, key: Hashable) -> Row | None:
        """The row that a crash now would leave, None for none: what may be told to others."""
        row = self._tables.setdefault(name, {}).get(key)
        for undo in reversed(self._unsynced):
            for table, changed, before in reversed(undo):
                if (table, changed) == (name, key):
                    row = None if before is _ABSENT else before
        return row

    def put(self, name: str, key: Hashable, row: Row) -> None:
        """Write one row: rule SD1."""
        table = self._remember(name, key)
        table[key] = row
        self.moment()

    def drop(self, name: str, key: Hashable) -> None:
        """Delete one row if it is there."""
        table = self._remember(name, key)
        table.pop(key, None)
        self.moment()

    def _remember(self, name: str, key: Hashable) -> Table:
        assert self._open, "a row changes inside a transaction"  # noqa: S101 -- our own mistake
        table = self._tables.setdefault(name, {})
        self._open[-1].append((name, key, table.get(key, _ABSENT)))
        return table

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return bool(self._open)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """One transaction, or a savepoint inside one: rules SD1 and SD2."""
        undo: _Undo = []
        self._open.append(undo)
        try:
            yield
            if len(self._open) == 1:
                self.moment()
        except BaseException:
            # also of a crash: what was open never reached the log
            self._open.pop()
            self._take_back(undo)
            raise
        self._open.pop()
        if self._open:
            self._open[-1].extend(undo)
        elif undo:
            self.commits += 1
            self._unsynced.append(undo)
            self.moment()
            if self.sync_with_commit:
                self.sync()
                self.moment()

    @contextmanager
    def commit_now(self) -> Iterator[None]:
        """What is written inside is committed by itself, for a mutant that forgets rule SD1."""
        outside, self._open = self._open, []
        try:
            with self.transaction():
                yield
        finally:
            self._open = outside

    def _take_back(self, undo: _Undo) -> None:
        for name, key, row in reversed(undo):
            if row is _ABSENT:
                self._tables[name].pop(key, None)
            else:
                self._tables[name][key] = row

    def sync(self) -> None:
        """Make everything committed durable."""
        self._unsynced.clear()

    @property
    def all_durable(self) -> bool:
        """Whether a crash now would lose nothing that was committed."""
        return not self._unsynced and not self._unsynced_files

    def file(self, name: str) -> bytes | None:
        """A file's bytes, None where there is none."""
        return self._files.get(name)

    def file_names(self, beginning: str = "") -> list[str]:
        """All files whose names begin so, sorted."""
        return sorted(name for name in self._files if name.startswith(beginning))

    def write_file(self, name: str, data: bytes) -> None:
        """Write a file whole; it is not durable yet: rule SD4."""
        self._unsynced_files.setdefault(name, self._files.get(name))
        self._files[name] = data
        self.moment()

    def replace_file(self, name: str, data: bytes) -> None:
        """Write a file beside its place and rename it: after a crash it is the old or the new one."""
        self._renamed.add(name)
        self.write_file(name, data)

    def sync_file(self, name: str) -> None:
        """Make a file durable."""
        self._unsynced_files.pop(name, None)
        self.moment()

    def remove_file(self, name: str) -> None:
        """Remove a file, durably."""
        self._files.pop(name, None)
        self._unsynced_files.pop(name, None)
        self.moment()

    def crash(self, draws: random.Random) -> int:
        """Lose what was not synced: rules SD3 and SD4.

        Returns:
            How many committed transactions were lost.
        """
        self.disarm()
        while self._open:
            self._take_back(self._open.pop())
        kept = draws.randint(0, len(self._unsynced))
        lost = self._unsynced[kept:]
        for undo in reversed(lost):
            self._take_back(undo)
        self._unsynced.clear()
        for name, before in sorted(self._unsynced_files.items()):
            self._tear(name, before, draws)
        self._unsynced_files.clear()
        self._renamed.clear()
        return len(lost)

    def _tear(self, name: str, before: bytes | None, draws: random.Random) -> None:
        written = self._files.get(name, b"")
        fate = draws.choice((0, 2)) if name in self._renamed else draws.randrange(3)
        if fate == 0 and before is not None:
            self._files[name] = before
        elif fate == 0:
            self._files.pop(name, None)
        elif fate == 1:
            self._files[name] = written[: draws.randint(0, len(written))]

    def backup(self, tick: int) -> Backup:
        """Copy the rows: rule SD5. Rows are frozen, so the copy shares them."""
        assert not self._open, "a backup reads between transactions"  # noqa: S101 -- our mistake
        return Backup(tick, {name: dict(table) for name, table in self._tables.items()})

    def restore(self, backup: Backup) -> None:
        """Put a backup back: rule SD5."""
        assert not self._open, "a restore happens while the office is shut"  # noqa: S101 -- as above
        self._unsynced.clear()
        self._tables = {name: dict(table) for name, table in backup.tables.items()}
