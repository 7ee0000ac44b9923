"""Length-prefixed parts: four bytes, big-endian, then as many bytes. No names, no paths."""

from __future__ import annotations

from collections.abc import Iterable

LENGTH_BYTES = 4


def framed(part: bytes) -> bytes:
    """One part behind its length."""
    return len(part).to_bytes(LENGTH_BYTES, "big") + part


def framed_all(parts: Iterable[bytes]) -> bytes:
    """Several parts, each behind its length."""
    return b"".join(framed(part) for part in parts)


class PartReader:
    """Takes parts off the front of a byte string."""

    __slots__ = ("_data", "_offset")

    def __init__(self, data: bytes, *, offset: int = 0) -> None:
        """Start reading at an offset."""
        self._data = data
        self._offset = offset

    def number(self) -> int:
        """The next four bytes as a count.

        Raises:
            ValueError: fewer than four bytes are left: the writer's fault.
        """
        return int.from_bytes(self.take(LENGTH_BYTES), "big")

    def part(self, *, limit: int) -> bytes:
        """The next part.

        Raises:
            ValueError: it is longer than `limit` or than what is left: the writer's fault.
        """
        length = self.number()
        if length > limit:
            raise ValueError("part over its limit")
        return self.take(length)

    def take(self, length: int) -> bytes:
        """The next `length` bytes.

        Raises:
            ValueError: fewer are left: the writer's fault.
        """
        end = self._offset + length
        if end > len(self._data):
            raise ValueError("ends inside a part")
        taken = self._data[self._offset : end]
        self._offset = end
        return taken

    def rest(self) -> bytes:
        """Everything that is left."""
        return self._data[self._offset :]

    @property
    def offset(self) -> int:
        """How many bytes have been read from the beginning."""
        return self._offset
