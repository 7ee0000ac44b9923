"""Carries what waits for one counterpart: dispatches, films, exchanges, signals.

1. (A1) What waits is asked of the desk: after a poke, once a second, and all of it from the
   beginning on every new opening of the line and every `AGAIN_SECONDS`.
2. (A2) An urgent dispatch is sent at once and overtakes everything; the others go in batches.
3. (A3) A film's pieces go after the other side has said that it holds the dispatch that names it.
4. (A4) Nothing is decided here: what the other side answered is handed to the desk as it is.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.line.connections import ORDINARY_FLOWS, Connections, Peer
from sangbong.liaison.adapters.line.desk_client import DeskClient, Waiting, read_frames
from sangbong.liaison.adapters.line.films import FilmJob
from sangbong.liaison.adapters.line.flow import Answer, Role
from sangbong.liaison.adapters.line.rate import RateControl
from sangbong.liaison.core.wire.framing import framed_all

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 10.0
EXCHANGE_SECONDS = 60.0
BATCH_BYTES = 96 * 1024
BATCH_MAX = 64
FILMS_MAX = 4
URGENT_MAX = 32
SIGNALS_A_SECOND = 200
_BATCHES = 2 * ORDINARY_FLOWS
_EXCHANGE_ROUNDS = 4
_EXCHANGE_REST_SECONDS = 0.5
_CARRIED_SECONDS = 2.0
_RETRY_SECONDS = 0.5
_ARRIVING = b"A"

Ask = Callable[[Callable[[], None]], Awaitable[Answer]]
"""Asks once; is given what to call when the request has left."""


class Caller:
    """The calling end of the line to one counterpart."""

    def __init__(
        self,
        peer: Peer,
        *,
        store: FilmStore,
        desk: DeskClient,
        control: RateControl,
        tell: Callable[..., None],
        films: Sequence[Waiting] = (),
        films_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; `run` does it.

        `control` may remember an earlier rate, and `films` what an earlier carrier had under way:
        their pieces need no desk. `films_changed` is told when `films` are others than before.
        """
        self.line = Connections(peer, store=store, control=control, tell=tell)
        self._code = peer.code
        self._store = store
        self._desk = desk
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._poked = asyncio.Event()
        self._exchange_due = asyncio.Event()
        self._row = 0
        self._known: set[str] = set()
        """Digests that are in hand."""
        self._ordinary: deque[Waiting] = deque()
        self._ordinary_there = asyncio.Event()
        self._films_at_once = asyncio.Semaphore(FILMS_MAX)
        self._urgent = asyncio.Semaphore(URGENT_MAX)
        self._tasks: asyncio.TaskGroup | None = None
        self._signals = 0.0
        self._signals_at = 0.0
        self.films: dict[str, Waiting] = {one.digest: one for one in films}
        """Films under way, by the digest of the dispatch that names them."""
        self._films_changed = films_changed

    async def run(self) -> None:
        """Carry until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self.line.run())
            tasks.create_task(self._look_for_ever())
            tasks.create_task(self._exchange_for_ever())
            for film in list(self.films.values()):
                self._known.add(film.digest)
                self.line.films_ahead += 1
                tasks.create_task(self._send_film(film))
            for _ in range(_BATCHES):
                tasks.create_task(self._send_batches())

    def poke(self, what: str) -> None:
        """Something changed in the office: `waiting` or `exchange`."""
        if what == "waiting":
            self._poked.set()
        elif what == "exchange":
            self._exchange_due.set()

    def signal(self, frame: bytes) -> None:
        """Pass a signal over at once or drop it."""
        now = self._loop.time()
        self._signals = max(0.0, self._signals - (now - self._signals_at) * SIGNALS_A_SECOND)
        self._signals_at = now
        if self._signals < SIGNALS_A_SECOND:
            self._signals += 1
            self.line.drop_or_send("POST", "/link/signals", frame)

    # --- what waits ----------------------------------------------------------------------------

    async def _look_for_ever(self) -> None:
        """Rule A1."""
        all_at, was_open = 0.0, False
        while True:
            await self.line.opened.wait()
            now = self._loop.time()
            if not was_open or now - all_at > AGAIN_SECONDS:
                self._row, all_at, was_open = 0, now, True
            await self._look()
            was_open = self.line.opened.is_set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._poked.wait()
            self._poked.clear()

    async def _look(self) -> None:
        more = True
        while more:
            items, more = await self._desk.waiting(self._code, after=self._row)
            for item in items:
                self._row = max(self._row, item.row)
                if item.digest not in self._known:
                    self._begin(item)

    def _finish(self, item: Waiting) -> None:
        self._known.discard(item.digest)
        self.line.films_ahead -= bool(item.film)

    def _begin(self, item: Waiting) -> None:
        """Rules A2 and A3."""
        self._known.add(item.digest)
        self.line.films_ahead += bool(item.film)
        if item.urgent:
            self._start(self._send_urgent(item))
        elif item.film:
            self._start(self._send_alone(item))
        else:
            self._ordinary.append(item)
            self._ordinary_there.set()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        assert self._tasks is not None, "inside run"  # noqa: S101 -- our own mistake
        self._tasks.create_task(work)

    # --- dispatches ----------------------------------------------------------------------------

    async def _send_urgent(self, item: Waiting) -> None:
        async with self._urgent:
            envelopes = await self._desk.fetch([item.digest])
            body = framed_all(envelopes)
            if envelopes[0]:
                answer = await self._until_heard(
                    [item],
                    lambda written: self.line.ask_twice(
                        "POST", "/link/envelopes", body, written=written
                    ),
                )
                await self._hand([item], answer)
            else:
                self._finish(item)

    async def _send_alone(self, item: Waiting) -> None:
        """A dispatch that names a film: its pieces wait until it has arrived."""
        (envelope,) = await self._desk.fetch([item.digest])
        if envelope:
            await self._send_batch([item], framed_all([envelope]), role=Role.CONTROL)
        else:
            self._finish(item)

    async def _send_batches(self) -> None:
        while True:
            while not self._ordinary:
                self._ordinary_there.clear()
                await self._ordinary_there.wait()
            batch = self._next_batch()
            envelopes = await self._desk.fetch([item.digest for item in batch])
            for item, envelope in zip(batch, envelopes, strict=True):
                if not envelope:
                    self._finish(item)
            held = [item for item, one in zip(batch, envelopes, strict=True) if one]
            if held:
                await self._send_batch(held, framed_all(one for one in envelopes if one))

    async def _send_batch(
        self, held: Sequence[Waiting], body: bytes, *, role: Role = Role.ORDINARY
    ) -> None:
        def ask(written: Callable[[], None]) -> Awaitable[Answer]:
            return self.line.ask(role, "POST", "/link/envelopes", body, written=written)

        await self._hand(held, await self._until_heard(held, ask))

    def _next_batch(self) -> list[Waiting]:
        batch = [self._ordinary.popleft()]
        length = batch[0].length
        while (
            self._ordinary
            and len(batch) < BATCH_MAX
            and length + self._ordinary[0].length <= BATCH_BYTES
        ):
            length += self._ordinary[0].length
            batch.append(self._ordinary.popleft())
        return batch

    async def _until_heard(self, items: Sequence[Waiting], ask: Ask) -> Answer:
        """Ask until the other side's desk has answered; note what left and is not answered soon."""
        while True:
            late: list[asyncio.TimerHandle] = []

            def written(late: list[asyncio.TimerHandle] = late) -> None:
                if not late:
                    late.append(self._loop.call_later(_CARRIED_SECONDS, self._note_carried, items))

            status, body = await ask(written)
            for timer in late:
                timer.cancel()
            if status == 200:
                return status, body
            if status < 500:
                self._tell("line.envelopes_refused", peer=self._code, status=status)
                return status, b""
            await asyncio.sleep(_RETRY_SECONDS)  # the other side's office is starting

    def _note_carried(self, items: Sequence[Waiting]) -> None:
        self._start(self._desk.carried([item.digest for item in items]))

    async def _hand(self, items: Sequence[Waiting], answer: Answer) -> None:
        """Rule A4, and A3 for those whose film is awaited."""
        try:
            said = read_frames(answer[1])
        except ValueError:
            said = []
        pairs = list(zip(items, said, strict=False))
        told = [one.digest.encode("ascii") + frame for one, frame in pairs if frame != _ARRIVING]
        if told:
            await self._desk.handed(self._code, told)
        if any(frame == _ARRIVING for _, frame in pairs):
            await self._desk.carried([one.digest for one, frame in pairs if frame == _ARRIVING])
        for item, frame in pairs:
            if frame == _ARRIVING and item.film:
                self._start(self._send_film(item))
            else:
                self._finish(item)
        for item in items[len(said) :]:
            self._finish(item)

    # --- films ---------------------------------------------------------------------------------

    async def _send_film(self, item: Waiting) -> None:
        """Until every piece is durable at the other side and its receipt is here."""
        self.films[item.digest] = item
        self._films_changed()
        async with self._films_at_once:
            try:
                status, body = await self._send_pieces(item.film)
            except SangbongError as fault:
                status, body = 0, b""
                self._tell("line.film_not_here", film=item.film[:16], code=fault.code)
            if status == 200 and body:
                await self._desk.handed(self._code, _frames(body))
        del self.films[item.digest]
        self._films_changed()
        self._finish(item)

    async def _send_pieces(self, film: str) -> Answer:
        manifest = self._store.manifest(film)
        path = f"/link/films/{film}"
        while True:
            status, have = await self.line.ask(Role.CONTROL, "GET", f"{path}/have")
            if status != 200:
                status, have = await self.line.ask(
                    Role.CONTROL, "POST", f"{path}/manifest", manifest
                )
            if status != 200:
                return status, b""
            job = FilmJob(film, pieces=self._store.pieces(film), have=have)
            self.line.send_film(job)
            try:
                await job.landed_all.wait()
            finally:
                self.line.forget_film(job)
            status, body = await self.line.ask(Role.CONTROL, "POST", f"{path}/done")
            if status == 200:
                return status, body
            if status >= 500:
                await asyncio.sleep(_RETRY_SECONDS)

    # --- exchanges -----------------------------------------------------------------------------

    async def _exchange_for_ever(self) -> None:
        while True:
            await self.line.opened.wait()
            self._exchange_due.clear()
            await self._exchange()
            await asyncio.sleep(_EXCHANGE_REST_SECONDS)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EXCHANGE_SECONDS):
                    await self._exchange_due.wait()

    async def _exchange(self) -> None:
        """Tell and hear until neither side has more to say."""
        status, ours = await self._desk.ask("GET", f"/desk/exchange?to={self._code}")
        for _ in range(_EXCHANGE_ROUNDS):
            if status != 200:
                return
            status, theirs = await self.line.ask(Role.CONTROL, "POST", "/link/exchange", ours)
            if status != 200:
                return
            status, ours = await self._desk.ask("POST", f"/desk/exchange?from={self._code}", theirs)


def _frames(body: bytes) -> list[bytes]:
    try:
        return read_frames(body)
    except ValueError:
        return []
