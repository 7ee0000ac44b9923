"""One TLS connection without blocking, driven by the process's event loop.

asyncio's own TLS copies every byte several times and hides the socket. Here the socket is ours: the
kernel's knobs can be used, and a piece is read straight into the place where it is hashed.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import Callable

RECORD_BYTES = 16 * 1024
"""The most that one TLS record holds, so the most that `offer` takes. Source: RFC 8446, 5.1."""
_NO_LINGER = struct.pack("ii", 1, 0)
_WANT = (ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Wire:
    """A connection: `read_into` and `write` wait for it, `offer` does not."""

    def __init__(self, sock: ssl.SSLSocket) -> None:
        """Take over a connected non-blocking socket; `greet` comes next."""
        self.sock = sock
        self.closed = False
        self.heard_at = 0.0
        """When bytes last came, by the loop's clock."""
        self.inside = False
        """Whether the other side is in the middle of saying something."""
        self._loop = asyncio.get_running_loop()
        self._descriptor = sock.fileno()
        self._reading: asyncio.Future[None] | None = None
        self._writing: asyncio.Future[None] | None = None

    async def greet(self) -> None:
        """The TLS handshake.

        Raises:
            OSError: it failed (`ssl.SSLError` is one).
        """
        while True:
            try:
                self.sock.do_handshake()
            except ssl.SSLWantReadError:
                await self._readable()
            except ssl.SSLWantWriteError:
                await self._writable()
            else:
                self.heard_at = self._loop.time()
                return

    def peer_certificate(self) -> bytes:
        """The certificate that the other side proved to hold; empty where it has none."""
        return self.sock.getpeercert(binary_form=True) or b""

    async def read_into(self, view: memoryview) -> int:
        """At least one byte, unless the other side has ended: then 0.

        Raises:
            OSError: the connection broke, or was closed here.
        """
        while True:
            self._check_open()
            try:
                count = self.sock.recv_into(view)
            except ssl.SSLWantReadError:
                await self._readable()
            except ssl.SSLWantWriteError:
                await self._writable()
            except ssl.SSLEOFError:
                return 0
            else:
                self.heard_at = self._loop.time()
                return count

    def offer(self, view: memoryview) -> bool:
        """Take all of `view` (at most `RECORD_BYTES`), or say no: then offer the same again later.

        Raises:
            OSError: the connection broke.
        """
        self._check_open()
        try:
            self.sock.send(view)
        except _WANT:
            return False
        return True

    async def write(self, data: bytes, *, taken: Callable[[int], None] = lambda _: None) -> None:
        """All of it; `taken` is told of each part as it leaves. Only one may write at a time.

        Raises:
            OSError: the connection broke, or was closed here.
        """
        view = memoryview(data)
        while view:
            part = view[:RECORD_BYTES]
            if self.offer(part):
                taken(len(part))
                view = view[len(part) :]
            else:
                await self._writable()

    def when_writable(self, then: Callable[[], None]) -> None:
        """Call once, when there is room again."""

        def call() -> None:
            self._loop.remove_writer(self._descriptor)
            then()

        self._loop.add_writer(self._descriptor, call)

    def close(self) -> None:
        """Let go at once; whoever waits on it is told."""
        if self.closed:
            return
        self.closed = True
        self._loop.remove_reader(self._descriptor)
        self._loop.remove_writer(self._descriptor)
        for waiting in (self._reading, self._writing):
            if waiting is not None and not waiting.done():
                waiting.set_exception(ConnectionAbortedError("closed here"))
        # what still lies in the kernel is of no use to anybody and would only fill the line
        with contextlib.suppress(OSError):
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.sock.close()

    def _check_open(self) -> None:
        if self.closed:
            raise ConnectionAbortedError("closed here")

    async def _readable(self) -> None:
        self._check_open()
        self._reading = self._loop.create_future()
        self._loop.add_reader(self._descriptor, _wake, self._reading)
        try:
            await self._reading
        finally:
            self._reading = None
            if not self.closed:
                self._loop.remove_reader(self._descriptor)

    async def _writable(self) -> None:
        self._check_open()
        self._writing = self._loop.create_future()
        self._loop.add_writer(self._descriptor, _wake, self._writing)
        try:
            await self._writing
        finally:
            self._writing = None
            if not self.closed:
                self._loop.remove_writer(self._descriptor)


def _wake(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_result(None)
