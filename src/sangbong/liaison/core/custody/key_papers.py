"""The body of `liaison.keys`: a newer key statement of its sender; spec/kinds has the format.

The statement is the one attachment and proves itself by the root keys that people compared, so the
dispatch is only its carrier. Each statement has a stream of its own: one that is refused holds up no
later one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import Place, SangbongError
from sangbong.liaison.core.wire.fields import GENERATION_MAX, Fields

KEYS_KIND = "liaison.keys"
_STREAM = "keys-"


def keys_stream(serial: int) -> str:
    """The stream that a statement of ours travels on."""
    return f"{_STREAM}{serial}"


def serial_of(stream: str) -> int:
    """The statement that travels on a stream of ours."""
    return int(stream.removeprefix(_STREAM))


@dataclass(frozen=True, slots=True)
class KeysPaper:
    """Says which statement is attached."""

    serial: int

    def to_body(self) -> dict[str, JsonValue]:
        """The body as it is sealed."""
        return {"serial": self.serial}

    @classmethod
    def from_body(cls, body: Mapping[str, JsonValue]) -> KeysPaper:
        """Read a body strictly.

        Raises:
            SangbongError: `liaison.keys_unreadable`; the writer's fault.
        """
        try:
            serial = Fields(body, "serial").number("serial", lowest=1, highest=GENERATION_MAX)
        except ValueError as error:
            raise SangbongError("liaison.keys_unreadable", place=Place(source=KEYS_KIND)) from error
        return cls(serial=serial)


def attached_statement(attachments: Sequence[bytes]) -> bytes:
    """The statement's file.

    Raises:
        SangbongError: `liaison.keys_unreadable`; not exactly one attachment.
    """
    if len(attachments) != 1:
        raise SangbongError("liaison.keys_unreadable", place=Place(source=KEYS_KIND))
    return attachments[0]
