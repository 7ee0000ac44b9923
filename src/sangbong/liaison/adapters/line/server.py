"""The line's listening end: what a counterpart's carrier may ask of ours.

    POST /link/envelopes              frames, each an envelope; answered by the desk's frames
    POST /link/exchange               an exchange; answered in kind
    POST /link/signals                one signal frame; never stored
    GET  /link/films/FILM/have        a bit for each durable piece; 404 where it has no place yet
    POST /link/films/FILM/manifest    make place for a film that one of their dispatches names
    POST /link/films/FILM/pieces/A-N  N sealed pieces from number A on; answered when durable
    POST /link/films/FILM/done        every piece was answered; answered by the desk's receipts
    GET  /link/alive                  nothing

Manifest and done are answered by such bits too (done with 409, where some are missing).

1. (L1) Nobody is heard without a certificate that is a confirmed counterpart's, byte for byte.
2. (L2) A body longer than its kind may be is refused before it is read.
3. (L3) A piece is written as it comes, each for itself: a cut keeps every whole piece before it.
4. (L4) A film gets its place only if the desk expects it from this counterpart, and pieces are
   taken only of a film that has its place.
5. (L5) An answer about pieces leaves after they are durable.
6. (L6) Answers leave in the order of their requests; at most `ANSWERS_MAX` wait.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Protocol

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.line.flow import Answer
from sangbong.liaison.adapters.line.http import Head, HeadError, Reader, answer_bytes
from sangbong.liaison.adapters.line.wire import Wire
from sangbong.liaison.core.wire.exchange import EXCHANGE_BYTES_MAX
from sangbong.liaison.core.wire.film import MANIFEST_BYTES_MAX, SEALED_PIECE_BYTES
from sangbong.liaison.core.wire.signal import SIGNAL_BYTES_MAX

TAKE_BYTES_MAX = 72 * 1024 * 1024
"""The largest envelope, or a batch of small ones."""
RUN_MAX = 256
ANSWERS_MAX = 32
_FILM_PATH = re.compile(
    r"/link/films/([0-9a-f]{64})/(have|manifest|done|pieces/(\d{1,6})-(\d{1,3}))"
)

Tell = Callable[..., None]


class Inbound(Protocol):
    """What the listening end asks of the desk; see desk.py for the shapes."""

    async def take(self, peer: str, envelopes: bytes) -> Answer:
        """Take envelopes into custody."""
        ...

    async def exchange(self, peer: str, theirs: bytes) -> Answer:
        """Hear an exchange and answer it."""
        ...

    async def signal(self, peer: str, frame: bytes) -> Answer:
        """Pass a signal on."""
        ...

    async def film_expected(self, peer: str, film: str) -> int:
        """How many pieces of this film are awaited from this counterpart; 0 for none."""
        ...

    async def film_complete(self, peer: str, film: str) -> Answer:
        """Every piece of a film is durable."""
        ...


class Syncer:
    """Makes pieces durable for many runs at once: who comes while the disk works joins the next."""

    def __init__(self, store: FilmStore) -> None:
        """Sync the films of one store."""
        self._store = store
        self._next: dict[str, asyncio.Task[None]] = {}
        self._now: dict[str, asyncio.Task[None]] = {}

    async def sync(self, film: str) -> None:
        """Return when everything of this film that was put before the call is durable."""
        if film not in self._next:
            self._next[film] = asyncio.create_task(self._after(self._now.get(film), film))
        await asyncio.shield(self._next[film])

    async def _after(self, before: asyncio.Task[None] | None, film: str) -> None:
        if before is not None:
            await asyncio.wait([before])
        self._now[film] = self._next.pop(film)
        try:
            await asyncio.to_thread(self._store.sync, film)
        finally:
            del self._now[film]


class Server:
    """Answers the connections of all counterparts."""

    def __init__(
        self,
        *,
        store: FilmStore,
        desk: Inbound,
        code_of: Callable[[bytes], str | None],
        tell: Tell,
    ) -> None:
        """`code_of` knows the counterpart of a certificate, or says that it is nobody's."""
        self._store = store
        self._desk = desk
        self._code_of = code_of
        self._tell = tell
        self._syncer = Syncer(store)

    async def serve(self, wire: Wire) -> None:
        """Answer one greeted connection until it ends."""
        answers: asyncio.Queue[asyncio.Future[Answer] | None] = asyncio.Queue(ANSWERS_MAX)
        writing = asyncio.create_task(self._write_answers(wire, answers))
        try:
            await self._read_requests(wire, answers)
            await writing
        except OSError:
            pass  # cut; what was durable stays, the rest comes again
        finally:
            writing.cancel()
            wire.close()
            while not answers.empty():
                _let_go(answers.get_nowait())

    async def _read_requests(
        self, wire: Wire, answers: asyncio.Queue[asyncio.Future[Answer] | None]
    ) -> None:
        peer = self._code_of(wire.peer_certificate())
        reader = Reader(wire)
        try:
            while (head := await reader.request()) is not None:
                if peer is None:
                    raise HeadError(403)
                await answers.put(await self._hear(peer, head, reader))
        except HeadError as error:
            self._tell("line.request_refused", peer=peer, status=error.status)
            await answers.put(_at_once((error.status, b"")))
        await answers.put(None)

    async def _write_answers(
        self, wire: Wire, answers: asyncio.Queue[asyncio.Future[Answer] | None]
    ) -> None:
        try:
            while (waiting := await answers.get()) is not None:
                try:
                    status, body = await waiting
                except (SangbongError, ValueError, KeyError) as fault:
                    self._tell("line.fault", why=repr(fault))
                    status, body = 500, b""
                await wire.write(answer_bytes(status, body))
        except OSError:
            wire.close()  # whoever reads is told, too

    async def _hear(self, peer: str, head: Head, reader: Reader) -> asyncio.Future[Answer]:
        """Read one request whole; what is returned gives its answer."""
        film = _FILM_PATH.fullmatch(head.path)
        if film is not None:
            return await self._hear_of_film(peer, film, head, reader)
        match head.method, head.path:
            case "POST", "/link/envelopes":
                body = await _body(reader, head, TAKE_BYTES_MAX)
                return asyncio.ensure_future(self._desk.take(peer, body))
            case "POST", "/link/exchange":
                body = await _body(reader, head, EXCHANGE_BYTES_MAX)
                return asyncio.ensure_future(self._desk.exchange(peer, body))
            case "POST", "/link/signals":
                body = await _body(reader, head, SIGNAL_BYTES_MAX)
                return asyncio.ensure_future(self._desk.signal(peer, body))
            case "GET", "/link/alive":
                return _at_once((200, b""))
        raise HeadError(404)

    async def _hear_of_film(
        self, peer: str, path: re.Match[str], head: Head, reader: Reader
    ) -> asyncio.Future[Answer]:
        film, what, first, count = path.groups()
        match head.method, what:
            case "GET", "have":
                have = self._store.have(film)
                return _at_once((200, have) if have else (404, b""))
            case "POST", "manifest":
                body = await _body(reader, head, MANIFEST_BYTES_MAX)
                return asyncio.ensure_future(self._take_manifest(peer, film, body))
            case "POST", "done":
                return asyncio.ensure_future(self._finish_film(peer, film))
            case "POST", _ if first is not None:
                return await self._hear_pieces(film, int(first), int(count), head, reader)
        raise HeadError(404)

    async def _hear_pieces(
        self, film: str, first: int, count: int, head: Head, reader: Reader
    ) -> asyncio.Future[Answer]:
        """Rules L3 and L4."""
        if first + count > self._store.pieces(film):
            raise HeadError(404)
        if head.length != count * SEALED_PIECE_BYTES or not 1 <= count <= RUN_MAX:
            raise HeadError(400)
        view = memoryview(bytearray(SEALED_PIECE_BYTES))
        good = True
        for index in range(first, first + count):
            await reader.into(view)
            good = self._put(film, index, view) and good
        return asyncio.ensure_future(self._synced(film, good=good))

    def _put(self, film: str, index: int, piece: memoryview) -> bool:
        try:
            return self._store.put(film, index, piece)
        except SangbongError as error:  # it was removed meanwhile
            raise HeadError(404) from error
        except OSError as error:
            self._tell("line.disk", film=film[:16], why=repr(error))
            raise HeadError(507) from error

    async def _synced(self, film: str, *, good: bool) -> Answer:
        """Rule L5."""
        await self._syncer.sync(film)
        return (200 if good else 422), b""

    async def _take_manifest(self, peer: str, film: str, manifest: bytes) -> Answer:
        """Rule L4."""
        pieces = await self._desk.film_expected(peer, film)
        if not pieces:
            return 404, b""
        try:
            self._store.expect(film, manifest)
        except SangbongError:
            return 400, b""
        return (200, self._store.have(film)) if self._store.pieces(film) == pieces else (400, b"")

    async def _finish_film(self, peer: str, film: str) -> Answer:
        await self._syncer.sync(film)
        if not self._store.is_complete(film):
            return 409, self._store.have(film)
        return await self._desk.film_complete(peer, film)


async def _body(reader: Reader, head: Head, limit: int) -> bytes:
    """Rule L2."""
    if head.length > limit:
        raise HeadError(413)
    return await reader.body(head.length)


def _at_once(answer: Answer) -> asyncio.Future[Answer]:
    ready: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
    ready.set_result(answer)
    return ready


def _let_go(waiting: asyncio.Future[Answer] | None) -> None:
    """Nobody waits for this answer any more; what it stands for goes on to its end."""
    if waiting is not None:
        waiting.add_done_callback(lambda done: done.cancelled() or done.exception())
