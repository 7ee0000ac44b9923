"""A dispatch as the rooms above see one that came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.ids import OfficeCode


@dataclass(frozen=True, slots=True)
class InboundFilm:
    """The film that came with a dispatch; every piece of it is durable here.

    `length` is in bytes, without padding.
    """

    id: str
    length: int
    open: Callable[[], Iterator[bytes]]
    """The film from its beginning, a piece at a time, so that memory stays flat."""


@dataclass(frozen=True, slots=True)
class InboundDispatch:
    """One opened dispatch, handed to the operation that accepts its kind.

    `body` is what the other side wrote, read as JSON and not yet as a paper; `basis` and `purpose`
    say what it may be used for; `sealed_at` is the other side's clock.
    """

    id: str
    sender: OfficeCode
    stream: str
    sequence: int
    kind: str
    body: Mapping[str, JsonValue]
    attachments: tuple[bytes, ...]
    received_at: datetime
    basis: str = ""
    purpose: str = ""
    sealed_at: datetime | None = None
    film: InboundFilm | None = None
