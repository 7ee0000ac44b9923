"""Reading signed JSON strictly: exactly the named members, each of its one type.

A member too many is refused, because a later version may give it a meaning that this one would
silently leave out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from sangbong.kernel.canonical import JsonValue, parse_canonical
from sangbong.kernel.errors import SangbongError

DIGEST_PATTERN = re.compile(r"[0-9a-f]{64}")
STREAM_PATTERN = re.compile(r"[a-z0-9][a-z0-9.-]{0,62}")
KIND_PATTERN = re.compile(r"[a-z]{2,20}\.[a-z_]{2,40}")
CODE_PATTERN = re.compile(r"[a-z]{2,20}\.[a-z0-9_]{2,60}")
SEQUENCE_MAX = 2**31 - 1
GENERATION_MAX = 1_000_000
"""Above every count of epochs, signing keys and restores that an office can reach."""

_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


def instant_text(at: datetime) -> str:
    """An instant on the wire: UTC, whole seconds, such as `2018-06-25T01:00:00Z`."""
    return at.astimezone(UTC).strftime(_INSTANT)


def read_instant(text: str) -> datetime:
    """Read an instant in its one written form.

    Raises:
        ValueError: another form, or no such day: the writer's fault.
    """
    at = datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)
    if instant_text(at) != text:
        raise ValueError("an instant has one written form")
    return at


class Fields:
    """The members of one JSON object, taken by name and type."""

    __slots__ = ("_members",)

    def __init__(self, value: object, *names: str) -> None:
        """Take an object that has exactly these members.

        Raises:
            ValueError: not an object, or another set of members: the writer's fault.
        """
        if not isinstance(value, Mapping) or set(value) != set(names):
            raise ValueError("not the expected members")
        self._members = value

    @classmethod
    def parse(cls, data: bytes, *names: str) -> Fields:
        """Read an object from its canonical bytes.

        Raises:
            ValueError: not canonical JSON, or another set of members: the writer's fault.
        """
        return cls(parse_any(data), *names)

    def any(self, name: str) -> object:
        """The member as it stands, for a reader of its own."""
        return self._members[name]

    def text(self, name: str, pattern: re.Pattern[str] | None = None) -> str:
        """A text, matching the pattern as a whole where one is given.

        Raises:
            ValueError: not such a text: the writer's fault.
        """
        value = self._members[name]
        if not isinstance(value, str) or (pattern is not None and not pattern.fullmatch(value)):
            raise ValueError(f"{name} is not such a text")
        return value

    def number(self, name: str, *, lowest: int, highest: int) -> int:
        """A whole number within bounds, both included.

        Raises:
            ValueError: not such a number: the writer's fault.
        """
        value = self._members[name]
        if type(value) is not int or not lowest <= value <= highest:
            raise ValueError(f"{name} is not such a number")
        return value

    def truth(self, name: str) -> bool:
        """Yes or no.

        Raises:
            ValueError: neither: the writer's fault.
        """
        value = self._members[name]
        if not isinstance(value, bool):
            raise ValueError(f"{name} is neither yes nor no")  # noqa: TRY004 -- one error type
        return value

    def items(self, name: str, *, limit: int) -> list[object]:
        """A list of at most `limit` items.

        Raises:
            ValueError: not a list, or too long: the writer's fault.
        """
        value = self._members[name]
        if not isinstance(value, list) or len(value) > limit:
            raise ValueError(f"{name} is not such a list")
        return value

    def mapping(self, name: str, *, limit: int) -> Mapping[str, JsonValue]:
        """An object of at most `limit` members.

        Raises:
            ValueError: not an object, or too large: the writer's fault.
        """
        value = self._members[name]
        if not isinstance(value, Mapping) or len(value) > limit:
            raise ValueError(f"{name} is not such an object")
        return value


def refuse_other_version(value: object, version: int) -> None:
    """Tell a thing of another version by its own code, before its other members are looked at.

    Raises:
        SangbongError: `liaison.version_unknown`; nobody's fault.
    """
    if isinstance(value, Mapping):
        stated = value.get("version")
        if type(stated) is int and stated != version:
            raise SangbongError("liaison.version_unknown", version=str(stated)[:20])


def parse_any(data: bytes) -> object:
    """Read canonical JSON, with every way of being wrong told as one error.

    Raises:
        ValueError: not canonical JSON, or nested too deeply: the writer's fault.
    """
    try:
        value: object = parse_canonical(data)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return value
