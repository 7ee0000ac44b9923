"""Reading the members of signed JSON: exactly the named ones, each of its one type and in bounds."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import date

_DIGEST = re.compile(r"[0-9a-f]{64}")
_HEX = re.compile(r"[0-9a-f]*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def base64_text(data: bytes) -> str:
    """Bytes as they are written in JSON."""
    return base64.b64encode(data).decode("ascii")


class Members:
    """The members of one JSON object; each reader raises ValueError, the writer's fault."""

    __slots__ = ("_members",)

    def __init__(self, value: object, *names: str) -> None:
        """Take an object that has exactly these members.

        Raises:
            ValueError: not an object, or another set of members.
        """
        if not isinstance(value, Mapping) or set(value) != set(names):
            raise ValueError("not the expected members")
        self._members = value

    def any(self, name: str) -> object:
        """The member as it stands, for a reader of its own."""
        return self._members[name]

    def text(self, name: str, *, most: int) -> str:
        """A text of at most `most` characters."""
        value = self._members[name]
        if not isinstance(value, str) or len(value) > most:
            raise ValueError(f"{name} is not such a text")
        return value

    def number(self, name: str, *, lowest: int, highest: int) -> int:
        """A whole number within bounds, both included."""
        value = self._members[name]
        if type(value) is not int or not lowest <= value <= highest:
            raise ValueError(f"{name} is not such a number")
        return value

    def items(self, name: str, *, most: int) -> list[object]:
        """A list of at most `most` items."""
        value = self._members[name]
        if not isinstance(value, list) or len(value) > most:
            raise ValueError(f"{name} is not such a list")
        return value

    def digest(self, name: str) -> str:
        """A SHA-256 in 64 lower-case hex digits."""
        value = self.text(name, most=64)
        if not _DIGEST.fullmatch(value):
            raise ValueError(f"{name} is not a digest")
        return value

    def digests(self, name: str, *, most: int) -> list[str]:
        """A list of digests."""
        return [Members({name: one}, name).digest(name) for one in self.items(name, most=most)]

    def day(self, name: str) -> date:
        """A day in its one written form."""
        value = self.text(name, most=10)
        if not _DAY.fullmatch(value):
            raise ValueError(f"{name} is not a day")
        return date.fromisoformat(value)

    def base64(self, name: str, *, length: int) -> bytes:
        """Exactly `length` bytes in base64, in its one written form."""
        value = self.text(name, most=2 * length + 4)
        data = base64.b64decode(value, validate=True)
        if len(data) != length or base64_text(data) != value:
            raise ValueError(f"{name} has another length")
        return data

    def hex(self, name: str, *, length: int) -> bytes:
        """Exactly `length` bytes in lower-case hex digits."""
        value = self.text(name, most=2 * length)
        if len(value) != 2 * length or not _HEX.fullmatch(value):
            raise ValueError(f"{name} is not such hex")
        return bytes.fromhex(value)
