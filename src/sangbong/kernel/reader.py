"""Strict reading of a parsed JSON or TOML table: every fault names its place, nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sangbong.kernel.errors import Place, SangbongError

_SHA256 = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
MAX_ITEMS = 100_000


class Reader:
    """One table that knows its source and path.

    Every method reads one key and raises SangbongError with the code given at construction, and
    the key's path as the place's column, when the value is missing or of another kind: the
    writer's fault.
    """

    def __init__(self, value: object, *, source: str, code: str, path: str = "") -> None:
        self.source = source
        self.path = path
        self._code = code
        if not isinstance(value, Mapping):
            raise self.fault("")
        self.table: Mapping[str, Any] = value

    def fault(self, key: str) -> SangbongError:
        """The error that names a key of this table."""
        column = ".".join(part for part in (self.path, key) if part)
        return SangbongError(self._code, place=Place(source=self.source, column=column))

    def only(self, *keys: str) -> None:
        """Refuse a key that nobody reads: a misspelled rule must not pass unseen."""
        for key in self.table:
            if key not in keys:
                raise self.fault(str(key)[:40])

    def text(self, key: str, *, max_length: int = 1_000, may_be_empty: bool = False) -> str:
        """A text of at most `max_length` characters."""
        value = self.table.get(key)
        if not isinstance(value, str) or len(value) > max_length or not (value or may_be_empty):
            raise self.fault(key)
        return value

    def number(self, key: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        value = self.table.get(key)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise self.fault(key)
        return value

    def number_or_none(self, key: str, low: int, high: int) -> int | None:
        """As `number`, or None where the key is missing or null."""
        return None if self.table.get(key) is None else self.number(key, low, high)

    def day(self, key: str) -> date:
        """A calendar day: a TOML date, or text such as 2018-06-25."""
        value = self.table.get(key)
        if type(value) is date:
            return value
        if not isinstance(value, str) or len(value) != len("2018-06-25"):
            raise self.fault(key)
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.fault(key) from error

    def instant(self, key: str) -> datetime:
        """An instant in UTC to the second, written 2018-08-20T01:00:00Z."""
        value = self.table.get(key)
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise self.fault(key)
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except ValueError as error:
            raise self.fault(key) from error

    def sha256(self, key: str) -> str:
        """A SHA-256 as 64 lower-case hex digits."""
        value = self.table.get(key)
        if not isinstance(value, str) or not _SHA256.fullmatch(value):
            raise self.fault(key)
        return value

    def inner(self, key: str) -> Reader:
        """A table inside this one."""
        return Reader(
            self.table.get(key), source=self.source, code=self._code, path=self._joined(key)
        )

    def tables(self, key: str, *, max_items: int = MAX_ITEMS) -> list[Reader]:
        """A list of tables, numbered from 1 in their paths."""
        value = self._list(key, max_items)
        return [
            Reader(item, source=self.source, code=self._code, path=self._joined(f"{key}[{index}]"))
            for index, item in enumerate(value, start=1)
        ]

    def words(self, key: str, *, max_items: int = MAX_ITEMS) -> tuple[str, ...]:
        """A list of texts."""
        value = self._list(key, max_items)
        if not all(isinstance(word, str) for word in value):
            raise self.fault(key)
        return tuple(value)

    def numbers(
        self, key: str, low: int, high: int, *, max_items: int = MAX_ITEMS
    ) -> tuple[int, ...]:
        """A list of whole numbers from `low` to `high`."""
        value = self._list(key, max_items)
        for item in value:
            if isinstance(item, bool) or not isinstance(item, int) or not low <= item <= high:
                raise self.fault(key)
        return tuple(value)

    def _list(self, key: str, max_items: int) -> list[Any]:
        value = self.table.get(key)
        if not isinstance(value, list) or len(value) > max_items:
            raise self.fault(key)
        return value

    def _joined(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key


def instant_text(at: datetime) -> str:
    """An instant as `Reader.instant` reads it: UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
