"""All connections to one counterpart as one line: pieces in the background, requests in front.

1. (C1) Films fill what requests leave of the line; rate.py says how fast. Whatever the kernel sends
   counts, also what it sends a second time.
2. (C2) Urgent requests have two connections of their own, ordinary ones some others, so that neither
   waits behind a film.
3. (C3) Connections that were not in use when the line was cut carry on after it: the others are
   busy sending again what was lost, and finish what they had begun.
4. (C4) While nothing answers, one new connection after the other is tried, ever more seldom.
5. (C5) Everything may be sent twice: the other side knows dispatches and pieces by their hash.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.line import tcp
from sangbong.liaison.adapters.line.films import FilmJob, Run
from sangbong.liaison.adapters.line.flow import Answer, Flow, Role
from sangbong.liaison.adapters.line.http import HeadError, request_bytes, request_head
from sangbong.liaison.adapters.line.rate import RateControl
from sangbong.liaison.adapters.line.wire import Wire
from sangbong.liaison.core.wire.film import SEALED_PIECE_BYTES

URGENT_FLOWS = 2
CONTROL_FLOWS = 1
ORDINARY_FLOWS = 3
FILM_FLOWS = 16
SPARE_FLOWS = 16
REQUEST_FLOWS = URGENT_FLOWS + CONTROL_FLOWS + ORDINARY_FLOWS
FLOWS_MAX = REQUEST_FLOWS + FILM_FLOWS + 2 * SPARE_FLOWS
ANSWER_BYTES_MAX = 64 * 1024 * 1024
_UNSENT_BYTES = 4_096
_CONNECT_SECONDS = 1.2
_GREET_SECONDS = 3.0
_PROBE_SECONDS = ((30.0, 0.1), (600.0, 1.0), (float("inf"), 5.0))
"""So long after the line fell silent, so often."""
_PROBES_MAX = 14
_FIRST_AT_ONCE = 4
_FIRST_SECONDS = 5.0
_SPARE_SECONDS = 2.0
_OPEN_SECONDS = 0.05
_OPEN_AT_ONCE = 8
_LOOK_SECONDS = 0.05
_LOOK_SILENT_SECONDS = 0.02
_SILENT_SECONDS = 0.35
_DOUBT_SECONDS = 2.0
_STUCK_SECONDS = 6.0
_STUCK_SHARE = 0.4
_BURST_SECONDS = 0.035
_AHEAD_SECONDS = 0.25
_AHEAD_BYTES = 64 * 1024
"""So much may be under way beyond what the line itself holds: a cut line does not swallow more."""
_PACKET_BYTES = 1_448
_TURNS_MAX = 64
_TICK_SECONDS = 0.004
_RUNS_WAITING_MAX = 16
_RUN_MAX = 16
_FAST_LINE_SECONDS = 0.003
"""A round trip below this needs few connections: nothing is lost there."""

Written = Callable[[], None] | None


@dataclass(frozen=True, slots=True)
class Peer:
    """Whom to call, and by which certificate it is known."""

    code: str
    host: str
    port: int
    context: ssl.SSLContext
    certificate: bytes


class Connections:
    """The calling end of one line."""

    def __init__(
        self, peer: Peer, *, store: FilmStore, control: RateControl, tell: Callable[..., None]
    ) -> None:
        """Prepare; `run` connects. `tell` is told events of the line, with a name and values."""
        self.peer = peer
        self.control = control
        self.flows: list[Flow] = []
        self.jobs: list[FilmJob] = []
        self.films_ahead = 0
        """Films that are about to be sent: connections are opened for them already."""
        self.silent = False
        self.opened = asyncio.Event()
        """Set while there is a connection for requests."""
        self._store = store
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._tasks: asyncio.TaskGroup | None = None
        self._connecting = 0
        self._greeting = 0
        """Connections that the other end has taken and that are not known to be its own yet."""
        self._first_at = 0.0
        """When the first of the connections that are open now was opened."""
        self._silent_since = self._moved_at = self._filled_at = self._loop.time()
        self._ready: deque[Flow] = deque()
        self._timer: asyncio.Handle | None = None
        self._tokens = 0.0
        self._under_way = 0
        """Bytes given to the kernel and not known to have arrived."""
        self._limited = False
        self._acked_by_gone = 0
        self._changed = asyncio.Event()
        self._speaks = asyncio.Event()
        self._last_fault = ""

    async def run(self) -> None:
        """Keep the line open until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._connect_for_ever())
            await self._look_for_ever()

    # --- requests ------------------------------------------------------------------------------

    async def ask(
        self, role: Role, method: str, target: str, body: bytes = b"", *, written: Written = None
    ) -> Answer:
        """Ask until it is answered, however often the line is cut meanwhile (C5).

        `written` is called each time that all of it has left this process.
        """
        while True:
            flow = await self._flow_for(role)
            try:
                return await self._ask_on(flow, method, target, body, written=written)
            except OSError:
                self._drop(flow)

    async def ask_twice(
        self, method: str, target: str, body: bytes, *, written: Written = None
    ) -> Answer:
        """Ask on both urgent connections at once; the first answer counts (C2)."""
        first = await self._flow_for(Role.URGENT)
        flows = [flow for flow in self.flows if flow.role is Role.URGENT] or [first]
        asking = {
            asyncio.ensure_future(self._ask_on(flow, method, target, body, written=written))
            for flow in flows
        }
        try:
            while asking:
                done, asking = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                for one in done:
                    if one.exception() is None:
                        return one.result()
        finally:
            for one in asking:
                one.add_done_callback(_forget)
        return await self.ask(Role.URGENT, method, target, body, written=written)

    def drop_or_send(self, method: str, target: str, body: bytes) -> None:
        """Send at once on an urgent connection, or not at all; the answer is nobody's."""
        flows = [flow for flow in self.flows if flow.role is Role.URGENT]
        if self.silent or not flows or self._tasks is None:
            return
        flow = min(flows, key=lambda flow: len(flow.asked))
        asking = asyncio.ensure_future(self._ask_on(flow, method, target, body))
        asking.add_done_callback(_forget)

    async def _flow_for(self, role: Role) -> Flow:
        while True:
            flows = [flow for flow in self.flows if flow.role is role and not flow.wire.closed]
            if flows:
                return min(flows, key=lambda flow: len(flow.asked))
            self._changed.clear()
            await self._changed.wait()

    async def _ask_on(
        self, flow: Flow, method: str, target: str, body: bytes, *, written: Written = None
    ) -> Answer:
        waiting: asyncio.Future[Answer] = self._loop.create_future()
        async with flow.writing:
            flow.asked.append(waiting)
            try:
                await flow.wire.write(request_bytes(method, target, body), taken=self._charge)
            except OSError:
                waiting.cancel()  # nobody will look at it
                raise
        if written is not None:
            written()
        return await waiting

    def _charge(self, count: int) -> None:
        """The line is shared: films wait as long as a request needs it."""
        self._tokens -= count

    # --- films ---------------------------------------------------------------------------------

    def send_film(self, job: FilmJob) -> None:
        """Send a film's missing pieces in the background; `job.landed_all` tells the end."""
        self.jobs.append(job)
        self._assign()

    def forget_film(self, job: FilmJob) -> None:
        """Give no more of a film's pieces to the line."""
        self.jobs.remove(job)

    def _wake(self) -> None:
        for flow in self.flows:
            if not flow.blocked and (flow.views or flow.role is Role.FILMS):
                self._make_ready(flow)

    def _make_ready(self, flow: Flow) -> None:
        if flow not in self._ready:
            self._ready.append(flow)
        if self._timer is None:
            self._timer = self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        """Give each ready connection a record in turn, as long as the rate allows: rule C1."""
        self._timer = None
        if self.silent:
            return
        now, rate = self._loop.time(), self.control.rate
        most = rate * _BURST_SECONDS + SEALED_PIECE_BYTES / 4
        self._tokens = min(most, self._tokens + (now - self._filled_at) * rate)
        self._filled_at = now
        room = rate * (self.control.base + _AHEAD_SECONDS) + _AHEAD_BYTES
        for _ in range(_TURNS_MAX):
            if not self._ready or self._tokens <= 0 or self._under_way > room:
                break
            self._give(self._ready.popleft())
        if not self._ready:
            return
        if self._under_way > room:
            self._timer = self._loop.call_later(_TICK_SECONDS, self._pump)
        elif self._tokens > 0:
            self._timer = self._loop.call_soon(self._pump)
        else:
            self._limited = True
            pause = max(_TICK_SECONDS, -self._tokens / rate)
            self._timer = self._loop.call_later(pause, self._pump)

    def _give(self, flow: Flow) -> None:
        if not flow.views and not self._load(flow):
            return
        view = flow.views[0]
        try:
            taken = flow.wire.offer(view)
        except OSError:
            self._drop(flow)
            return
        if taken:
            flow.views.popleft()
            self._tokens -= len(view)
            self._under_way += len(view)
            self._ready.append(flow)
        else:
            flow.blocked = True
            flow.wire.when_writable(lambda: self._unblock(flow))

    def _unblock(self, flow: Flow) -> None:
        flow.blocked = False
        if flow in self.flows:
            self._make_ready(flow)

    def _load(self, flow: Flow) -> bool:
        """Put the next run of pieces on a connection; whether there was one."""
        if flow.role is not Role.FILMS or len(flow.runs) > _RUNS_WAITING_MAX:
            return False
        longest = self.control.rate / FILM_FLOWS / SEALED_PIECE_BYTES
        for job in self.jobs:
            run = job.next_run(int(min(_RUN_MAX, max(1, longest))))
            if run is not None:
                self._load_run(flow, job, run)
                return True
        return self._load_straggler(flow)

    def _load_straggler(self, free: Flow) -> bool:
        """Rule P2 of films.py: take over what lies longest on a slow connection."""
        if free.runs:
            return False
        slow = [flow for flow in self.flows if flow.views and flow.runs]
        for flow in sorted(slow, key=lambda flow: flow.unwritten, reverse=True):
            job, run = flow.runs[-1]
            if job in self.jobs and job.again(run):
                self._load_run(free, job, run)
                return True
        return False

    def _load_run(self, flow: Flow, job: FilmJob, run: Run) -> None:
        first, count = run
        data = self._store.read_pieces(job.film_id, first, count)
        target = f"/link/films/{job.film_id}/pieces/{first}-{count}"
        flow.load(job, run, (request_head("POST", target, len(data)), data))

    # --- answers -------------------------------------------------------------------------------

    async def _read_answers(self, flow: Flow) -> None:
        try:
            while (head := await flow.reader.answer()) is not None:
                if head.length > ANSWER_BYTES_MAX:
                    break
                answer = head.status, await flow.reader.body(head.length)
                if not self._take_answer(flow, answer):
                    break
        except (OSError, HeadError) as error:
            self._tell("line.connection_ended", why=repr(error))
        finally:
            self._drop(flow)

    def _take_answer(self, flow: Flow, answer: Answer) -> bool:
        if flow.asked:
            waiting = flow.asked.popleft()
            if not waiting.done():
                waiting.set_result(answer)
            return True
        if not flow.runs:
            return False
        job, run = flow.runs.popleft()
        if answer[0] != 200:
            job.put_back(run)
            self._tell("line.pieces_refused", film=job.film_id[:16], status=answer[0])
            return False
        job.landed(run)
        self._wake()
        return True

    # --- opening -------------------------------------------------------------------------------

    async def _connect_for_ever(self) -> None:
        while True:
            if self.silent or not self.flows:
                quiet = self._loop.time() - self._silent_since
                # with no connection left at all, the other end was more likely killed than cut off
                at_once = _FIRST_AT_ONCE if not self.flows and quiet < _FIRST_SECONDS else 1
                room = min(_PROBES_MAX - self._connecting, FLOWS_MAX - len(self.flows))
                for _ in range(min(at_once, room)):
                    self._connect_soon()
                every = next(every for until, every in _PROBE_SECONDS if quiet < until)
                self._speaks.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(every):
                        await self._speaks.wait()
                continue
            missing = self._wanted() - self._usable() - self._connecting
            room = FLOWS_MAX - len(self.flows) - self._connecting
            for _ in range(min(_OPEN_AT_ONCE, missing, room)):
                self._connect_soon()
            await asyncio.sleep(_OPEN_SECONDS)

    def _connect_soon(self) -> None:
        assert self._tasks is not None, "inside run"  # noqa: S101 -- our own mistake
        self._connecting += 1
        self._tasks.create_task(self._connect())

    def _wanted(self) -> int:
        films = self.jobs or self.films_ahead
        # spare ones come when the others are at work
        spare = SPARE_FLOWS if self._loop.time() - self._first_at > _SPARE_SECONDS else 0
        background = self._film_flows() + spare if films else 2
        return REQUEST_FLOWS + background

    def _film_flows(self) -> int:
        fast = 0 < self.control.base < _FAST_LINE_SECONDS
        return 2 if fast else FILM_FLOWS

    def _usable(self) -> int:
        return sum(not flow.stuck for flow in self.flows)

    async def _connect(self) -> None:
        try:
            flow = await self._greeted()
        except (OSError, TimeoutError) as error:
            if repr(error) != self._last_fault:  # told once, not ten times a second
                self._last_fault = repr(error)
                self._tell("line.not_connected", peer=self.peer.code, why=self._last_fault)
            return
        finally:
            self._connecting -= 1
        if flow is None:
            return
        self._last_fault = ""
        flow.moved_at = self._loop.time()
        if not self.flows:
            self._first_at = flow.moved_at
        tcp.pace(flow.wire.sock, self._share())
        self.flows.append(flow)
        assert self._tasks is not None, "inside run"  # noqa: S101 -- our own mistake
        self._tasks.create_task(self._read_answers(flow))
        self._assign()

    async def _greeted(self) -> Flow | None:
        """A new connection, known to be the counterpart's; None when there are enough by now."""
        async with asyncio.timeout(_CONNECT_SECONDS):
            family, kind, _, _, address = (
                await self._loop.getaddrinfo(
                    self.peer.host, self.peer.port, type=socket.SOCK_STREAM
                )
            )[0]
            sock = socket.socket(family, kind)
            try:
                tcp.prepare(sock, unsent_bytes=_UNSENT_BYTES)
                await self._loop.sock_connect(sock, address)
            except BaseException:
                sock.close()
                raise
        self._line_moves(self._loop.time())
        if self._usable() + self._greeting >= self._wanted():
            sock.close()
            return None
        self._greeting += 1
        try:
            return await self._greet(sock)
        finally:
            self._greeting -= 1

    async def _greet(self, sock: socket.socket) -> Flow:
        wire = Wire(self.peer.context.wrap_socket(sock, do_handshake_on_connect=False))
        try:
            async with asyncio.timeout(_GREET_SECONDS):
                await wire.greet()
            if wire.peer_certificate() != self.peer.certificate:
                raise ConnectionRefusedError("another certificate than the pinned one")
        except BaseException:
            wire.close()
            raise
        return Flow(wire)

    def _drop(self, flow: Flow) -> None:
        if flow not in self.flows:
            return
        self.flows.remove(flow)
        if flow in self._ready:
            self._ready.remove(flow)
        if flow.sample is not None:
            self._acked_by_gone += flow.sample.acked
        if not self.flows:
            self._silent_since = self._loop.time()
        flow.abandon()
        self._assign()

    def _assign(self) -> None:
        """Give roles to connections that are free and were not in use at the cut: rule C3."""
        for flow in self.flows:
            if flow.role is Role.ENDING and flow.free:
                flow.role = Role.SPARE
        spare = deque(flow for flow in self.flows if flow.role is Role.SPARE and flow.free)
        for role, wanted in (
            (Role.CONTROL, CONTROL_FLOWS),
            (Role.URGENT, URGENT_FLOWS),
            (Role.ORDINARY, ORDINARY_FLOWS),
            (Role.FILMS, self._film_flows() if self.jobs else 0),
        ):
            held = sum(flow.role is role for flow in self.flows)
            for _ in range(min(wanted - held, len(spare))):
                spare.popleft().role = role
                self._changed.set()
        if any(flow.role is Role.ORDINARY for flow in self.flows):
            self.opened.set()
        else:
            self.opened.clear()
        self._wake()

    def _share(self) -> float:
        """How fast one connection may go: thrice its part, so that none is in another's way."""
        return max(3 * self.control.rate / self._film_flows(), 30_000.0)

    # --- looking -------------------------------------------------------------------------------

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SILENT_SECONDS if self.silent else _LOOK_SECONDS)
            self._look(self._loop.time())

    def _look(self, now: float) -> None:
        trips: list[float] = []
        waiting, self._under_way = False, 0
        for flow in self.flows:
            seen = tcp.sample(flow.wire.sock)
            if seen is None:
                continue
            trips += self._note_flow(flow, seen, now)
            waiting = waiting or seen.unacked > 0
            if not flow.stuck:  # what a cut swallowed is not in the line
                self._under_way += seen.under_way * _PACKET_BYTES + seen.unsent
        if not waiting:
            self._moved_at = now
        patience = max(_SILENT_SECONDS, 2 * (self.control.base + self.control.queue) + 0.1)
        if not self.silent and now - self._moved_at > patience:
            self._line_is_silent(now)
        if trips and not self.silent:
            self._note_rate(sorted(trips), now)
        for flow in list(self.flows):
            if flow.stuck and not self.silent and now - flow.moved_at > _STUCK_SECONDS:
                self._drop(flow)
        self._assign()

    def _note_flow(self, flow: Flow, seen: tcp.Sample, now: float) -> Iterable[float]:
        """Keep what the kernel tells of a connection; its round trip where that tells of the line."""
        before, flow.sample = flow.sample, seen
        was_stuck = flow.stuck
        if not seen.unacked:
            flow.moved_at, flow.stuck = now, False
        if before is not None and not self.silent:
            self._tokens += before.again - seen.again + seen.unsent - before.unsent  # rule C1
        if before is None or seen.delivered == before.delivered:
            return ()
        flow.moved_at = now
        flow.stuck = flow.stuck and seen.backoff > 0
        self._line_moves(now)
        if was_stuck and not flow.stuck:
            tcp.pace(flow.wire.sock, self._share())
        return (seen.rtt,) if now > flow.doubted_until else ()

    def _note_rate(self, trips: list[float], now: float) -> None:
        acked = self._acked_by_gone + sum(flow.sample.acked for flow in self.flows if flow.sample)
        short = trips[len(trips) // 4]
        self.control.note(now, acked=acked, rtt=short, limited=self._limited)
        self._limited = False
        for flow in self.flows:
            if flow.role is Role.FILMS:
                tcp.pace(flow.wire.sock, self._share())

    def _line_moves(self, now: float) -> None:
        self._moved_at = now
        if not self.silent:
            return
        self.silent = False
        self._speaks.set()
        self._tell("line.speaks", after_ms=int(1e3 * (now - self._silent_since)))
        self.control.line_is_back(now)
        self._tokens, self._filled_at = 0.0, now
        for flow in self.flows:
            flow.moved_at = now
            flow.doubted_until = min(flow.doubted_until, now + _DOUBT_SECONDS)
        self._assign()

    def _line_is_silent(self, now: float) -> None:
        self.silent, self._silent_since = True, now
        self._tell("line.silent")
        for flow in list(self.flows):
            if flow.sample is None or not flow.sample.unacked:
                continue
            flow.stuck, flow.doubted_until = True, float("inf")
            # together they leave most of the line to those that are fresh
            tcp.pace(flow.wire.sock, _STUCK_SHARE * self.control.rate / self._film_flows())
            if flow.role is Role.FILMS:
                flow.role = Role.ENDING
            elif flow.role is not Role.ENDING:
                self._drop(flow)


def _forget(done: asyncio.Future[Answer]) -> None:
    """The other copy of a request: its answer and its fault are nobody's."""
    if not done.cancelled():
        done.exception()
