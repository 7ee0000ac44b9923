"""HTTP/1.1 as far as two carriers speak it: a head, a body of stated length, answers in order.

1. (H1) A head has at most `HEAD_BYTES_MAX` bytes; no header comes twice.
2. (H2) Every body states its length; nothing is chunked, compressed or upgraded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import httptools

HEAD_BYTES_MAX = 8 * 1024
_END = b"\r\n\r\n"
_BUFFER_BYTES = 32 * 1024
_LENGTH_DIGITS_MAX = 12


class Source(Protocol):
    """Where bytes come from; `inside` is set while a head or a body has begun and not ended."""

    inside: bool

    async def read_into(self, view: memoryview) -> int:
        """At least one byte; 0 at the end."""
        ...


class HeadError(Exception):
    """The other side does not speak as agreed; `status` is what it is told."""

    def __init__(self, status: int) -> None:
        """Say it with an HTTP status."""
        super().__init__(status)
        self.status = status


class EndedError(OSError):
    """The other side ended in the middle of something."""


@dataclass(slots=True)
class Head:
    """The head of a request (`method`, `path`, `query`) or of an answer (`status`)."""

    method: str = ""
    path: str = ""
    query: str = ""
    status: int = 0
    length: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)

    def on_url(self, url: bytes) -> None:
        """Keep the target; httptools calls this."""
        path, _, query = url.decode("ascii").partition("?")
        self.path, self.query = path, query

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; httptools calls this."""
        if name.lower() in self.headers:
            raise HeadError(400)
        self.headers[name.lower()] = value

    def settle(self) -> None:
        """Read the length: rule H2."""
        if b"transfer-encoding" in self.headers or b"upgrade" in self.headers:
            raise HeadError(411)
        length = self.headers.get(b"content-length", b"0")
        if not length.isdigit() or len(length) > _LENGTH_DIGITS_MAX:
            raise HeadError(400)
        self.length = int(length)


class Reader:
    """Takes heads and bodies off a connection."""

    def __init__(self, source: Source) -> None:
        """Read from a connection that nobody else reads from."""
        self._source = source
        self._buffer = bytearray(_BUFFER_BYTES)
        self._start = 0
        self._end = 0

    async def request(self) -> Head | None:
        """The next request's head; None when the other side has ended between two.

        Raises:
            HeadError: rules H1 and H2. OSError: it ended inside, or the connection broke.
        """
        head = Head()
        parser = httptools.HttpRequestParser(head)
        if not await self._parse(parser):
            return None
        head.method = parser.get_method().decode("ascii")
        head.settle()
        return head

    async def answer(self) -> Head | None:
        """The next answer's head; as `request`."""
        head = Head()
        parser = httptools.HttpResponseParser(head)
        if not await self._parse(parser):
            return None
        head.status = parser.get_status_code()
        head.settle()
        return head

    async def _parse(
        self, parser: httptools.HttpRequestParser | httptools.HttpResponseParser
    ) -> bool:
        raw = await self._until_end()
        if not raw:
            return False
        try:
            parser.feed_data(raw)
        except httptools.HttpParserUpgrade as error:
            raise HeadError(411) from error
        except (httptools.HttpParserError, UnicodeDecodeError) as error:
            cause = error.__context__
            raise cause if isinstance(cause, HeadError) else HeadError(400) from error
        return True

    async def _until_end(self) -> bytes:
        while True:
            at = self._buffer.find(_END, self._start, self._end)
            if at >= 0:
                raw = bytes(self._buffer[self._start : at + len(_END)])
                self._start = at + len(_END)
                self._source.inside = False
                return raw
            if self._end - self._start >= HEAD_BYTES_MAX:
                raise HeadError(431)
            if not await self._more():
                if self._source.inside:
                    raise EndedError
                return b""
            self._source.inside = True

    async def _more(self) -> bool:
        if self._start:
            self._buffer[: self._end - self._start] = self._buffer[self._start : self._end]
            self._end -= self._start
            self._start = 0
        with memoryview(self._buffer) as view:
            count = await self._source.read_into(view[self._end :])
        self._end += count
        return bool(count)

    async def into(self, view: memoryview) -> None:
        """Fill `view` from the body.

        Raises:
            OSError: the other side ended inside, or the connection broke.
        """
        self._source.inside = True
        held = min(len(view), self._end - self._start)
        view[:held] = self._buffer[self._start : self._start + held]
        self._start += held
        while held < len(view):
            count = await self._source.read_into(view[held:])
            if not count:
                raise EndedError
            held += count
        self._source.inside = False

    async def body(self, length: int) -> bytes:
        """A whole body; raises as `into`."""
        data = bytearray(length)
        await self.into(memoryview(data))
        return bytes(data)


def request_bytes(method: str, target: str, body: bytes = b"") -> bytes:
    """A request, or with a longer `body` following on its own, use `request_head`."""
    return request_head(method, target, len(body)) + body


def request_head(method: str, target: str, length: int) -> bytes:
    """The head of a request whose body has `length` bytes."""
    lines = f"{method} {target} HTTP/1.1\r\nhost: line\r\ncontent-length: {length}\r\n\r\n"
    return lines.encode("ascii")


def answer_bytes(status: int, body: bytes) -> bytes:
    """An answer."""
    return f"HTTP/1.1 {status} \r\ncontent-length: {len(body)}\r\n\r\n".encode("ascii") + body
