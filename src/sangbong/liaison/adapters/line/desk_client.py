"""Asks the office's process over its Unix socket; what for stands in desk.py."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sangbong.liaison.adapters.line.desk import DESK_SOCKET, run_folder
from sangbong.liaison.adapters.line.flow import Answer
from sangbong.liaison.adapters.line.http import HeadError, Reader, request_bytes
from sangbong.liaison.core.wire.framing import PartReader, framed_all

_CONNECTIONS_MAX = 4
_AGAIN_SECONDS = 0.1
_ANSWER_SECONDS = 60.0
UNAVAILABLE = 503
WAITING_MAX = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A dispatch that waits for a counterpart."""

    digest: str
    row: int
    length: int
    urgent: bool
    film: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Counterpart:
    """Whom we may speak with."""

    code: str
    certificate: str
    url: str


@dataclass(frozen=True, slots=True)
class Offices:
    """We and our confirmed counterparts; `certificate` and `key` are paths."""

    code: str
    certificate: str
    key: str
    counterparts: tuple[Counterpart, ...]


class _Source:
    def __init__(self, stream: asyncio.StreamReader) -> None:
        self.inside = False
        self._stream = stream

    async def read_into(self, view: memoryview) -> int:
        data = await self._stream.read(len(view))
        view[: len(data)] = data
        return len(data)


class DeskClient:
    """A few connections to the desk; while the office's process is away, callers wait or are told."""

    def __init__(self, home: Path) -> None:
        """Speak with the office at `home`."""
        self._socket = str(run_folder(home) / DESK_SOCKET)
        self._idle: list[tuple[Reader, asyncio.StreamWriter]] = []
        self._slots = asyncio.Semaphore(_CONNECTIONS_MAX)

    async def try_ask(self, method: str, target: str, body: bytes = b"") -> Answer:
        """Ask once.

        Raises:
            OSError: the office's process is not there, or went away meanwhile.
        """
        async with self._slots:
            while self._idle:
                with contextlib.suppress(OSError):  # it was closed while it rested
                    return await self._ask_on(*self._idle.pop(), method, target, body)
            stream, writer = await asyncio.open_unix_connection(self._socket)
            return await self._ask_on(Reader(_Source(stream)), writer, method, target, body)

    async def ask(self, method: str, target: str, body: bytes = b"") -> Answer:
        """Ask until the office's process answers; doing a thing twice is always allowed here."""
        while True:
            try:
                status, answer = await self.try_ask(method, target, body)
            except OSError:
                status = UNAVAILABLE
            if status < 500:
                return status, answer
            await asyncio.sleep(_AGAIN_SECONDS)

    async def _ask_on(
        self, reader: Reader, writer: asyncio.StreamWriter, method: str, target: str, body: bytes
    ) -> Answer:
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                writer.write(request_bytes(method, target, body))
                await writer.drain()
                head = await reader.answer()
                if head is None:
                    raise ConnectionResetError("the desk ended")
                answer = head.status, await reader.body(head.length)
        except HeadError as error:
            writer.close()
            raise ConnectionResetError("the desk spoke unclearly") from error
        except BaseException:
            writer.close()
            raise
        self._idle.append((reader, writer))
        return answer

    # --- what the listening end asks -------------------------------------------------------------

    async def _once(self, method: str, target: str, body: bytes = b"") -> Answer:
        """For a counterpart that waits: it is told when the office is away, and asks again itself."""
        try:
            return await self.try_ask(method, target, body)
        except OSError:
            return UNAVAILABLE, b""

    async def take(self, peer: str, envelopes: bytes) -> Answer:
        """See desk.py."""
        return await self._once("POST", f"/desk/take?from={peer}", envelopes)

    async def exchange(self, peer: str, theirs: bytes) -> Answer:
        """See desk.py."""
        return await self._once("POST", f"/desk/exchange?from={peer}", theirs)

    async def signal(self, peer: str, frame: bytes) -> Answer:
        """See desk.py."""
        return await self._once("POST", f"/desk/signal?from={peer}", frame)

    async def film_expected(self, peer: str, film: str) -> int:
        """See desk.py."""
        status, body = await self.ask("GET", f"/desk/film/{film}?from={peer}")
        return int(json.loads(body)["pieces"]) if status == 200 else 0

    async def film_complete(self, peer: str, film: str) -> Answer:
        """See desk.py."""
        return await self._once("POST", f"/desk/film/{film}?from={peer}")

    # --- what the calling end asks ---------------------------------------------------------------

    async def offices(self) -> tuple[Offices, bytes]:
        """We and our counterparts, and the same as the desk said it.

        Raises:
            OSError: the office's process is not there.
        """
        status, body = await self.try_ask("GET", "/desk/counterparts")
        if status != 200:
            raise ConnectionRefusedError(status)
        return read_offices(body), body

    async def waiting(self, code: str, *, after: int) -> tuple[list[Waiting], bool]:
        """What waits for a counterpart behind a row, and whether there is more."""
        target = f"/desk/waiting?to={code}&after={after}&limit={WAITING_MAX}"
        status, body = await self.ask("GET", target)
        if status != 200:
            return [], False
        said = json.loads(body)
        return [
            Waiting(
                digest=one["digest"],
                row=one["row"],
                length=one["length"],
                urgent=one["urgent"],
                film=one["film"],
                pieces=one["pieces"],
            )
            for one in said["items"]
        ], bool(said["more"])

    async def fetch(self, digests: Sequence[str]) -> list[bytes]:
        """Envelopes by their digests; empty where one is no longer held."""
        body = framed_all(digest.encode("ascii") for digest in digests)
        status, answer = await self.ask("POST", "/desk/fetch", body)
        return read_frames(answer) if status == 200 else [b""] * len(digests)

    async def carried(self, digests: Sequence[str]) -> None:
        """These left on the line, and no answer came yet."""
        await self.ask("POST", "/desk/carried", framed_all(one.encode("ascii") for one in digests))

    async def handed(self, code: str, frames: Sequence[bytes]) -> None:
        """What the other side answered."""
        await self.ask("POST", f"/desk/handed?from={code}", framed_all(frames))


def read_offices(body: bytes) -> Offices:
    """Read the desk's answer."""
    said = json.loads(body)
    return Offices(
        code=said["code"],
        certificate=said["certificate"],
        key=said["key"],
        counterparts=tuple(
            Counterpart(one["code"], one["certificate"], one["url"]) for one in said["counterparts"]
        ),
    )


def read_frames(data: bytes) -> list[bytes]:
    """All parts of a body.

    Raises:
        ValueError: it ends inside a part.
    """
    reader, parts = PartReader(data), []
    while reader.offset < len(data):
        parts.append(reader.part(limit=len(data)))
    return parts
