"""The carrier's process: it holds the TLS key, opens nothing, and may be killed at any moment.

It listens for counterparts, calls them, and asks the office's process through the desk (desk.py).
Who the counterparts are, how fast each line was and which films were under way is kept in
OFFICE_HOME/run/line.json, so that films flow again before the office's process has started.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import ssl
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from sangbong.liaison.adapters.film_store import FilmStore
from sangbong.liaison.adapters.line import tcp, tls
from sangbong.liaison.adapters.line.caller import Caller
from sangbong.liaison.adapters.line.connections import Peer
from sangbong.liaison.adapters.line.desk import POKE_SOCKET, run_folder
from sangbong.liaison.adapters.line.desk_client import DeskClient, Offices, Waiting, read_offices
from sangbong.liaison.adapters.line.rate import RateControl
from sangbong.liaison.adapters.line.server import Server
from sangbong.liaison.adapters.line.wire import Wire

MEMORY_FILE = "line.json"
LOCK_FILE = "carrier.lock"
GREETINGS_MAX = 64
"""Connections at once that have not shown a certificate yet; more are closed at once."""
CONNECTIONS_MAX = 96
"""Of one counterpart."""
GREET_SECONDS = 10.0
INSIDE_SECONDS = 45.0
IDLE_SECONDS = 600.0
_BACKLOG = 256
_UNSENT_BYTES = 64 * 1024
_ASK_SECONDS = 10.0
_ASK_FIRST_SECONDS = 0.05
_ASK_AGAIN_SECONDS = 1.0
_KEEP_SECONDS = 2.0
_WATCH_SECONDS = 5.0
_POKE_BYTES_MAX = 64 * 1024
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Listening:
    """Where counterparts reach us; port 0 means nowhere."""

    host: str = "127.0.0.1"
    port: int = 0


def tell(event: str, **values: object) -> None:
    """One line of JSON on standard error: ids and numbers, no person's data."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    print(json.dumps({"event": event, **values, "timestamp": at}), file=sys.stderr, flush=True)  # noqa: T201


def die_with(parent: int) -> None:
    """Ask the kernel to end this process with the one that started it."""
    if parent:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


def carry(home: Path, listening: Listening) -> None:
    """Run until ended; only one carrier runs for an office.

    Raises:
        OSError: another one runs, or the port is taken.
    """
    run_folder(home).mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(home), contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Carrier(home, listening).run())


@contextlib.contextmanager
def _alone(home: Path) -> Iterator[None]:
    descriptor = os.open(run_folder(home) / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


class Carrier:
    """Listens and calls, for all counterparts of one office."""

    def __init__(self, home: Path, listening: Listening) -> None:
        """For the office at `home`."""
        self._folder = run_folder(home)
        self._listening = listening
        self._desk = DeskClient(home)
        self._store = FilmStore(home / "films")
        self._said = b""
        self.callers: dict[str, Caller] = {}
        self._calling: dict[str, asyncio.Task[None]] = {}
        self._controls: dict[str, RateControl] = {}
        self._rates: dict[str, int] = {}
        self._films: dict[str, list[Waiting]] = {}
        self._kept = ""
        self._codes: dict[bytes, str] = {}
        self._context: ssl.SSLContext | None = None
        self._greeting = 0
        self._served: dict[Wire, str] = {}
        self._tasks: asyncio.TaskGroup
        self._ask_again = asyncio.Event()
        self._server = Server(store=self._store, desk=self._desk, code_of=self._code_of, tell=tell)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            self._remember()
            with self._poke_socket() as poked:
                asyncio.get_running_loop().add_reader(poked, self._on_poke, poked)
                if self._listening.port:
                    tasks.create_task(self._listen())
                    tasks.create_task(self._watch_for_ever())
                tasks.create_task(self._keep_for_ever())
                await self._ask_for_ever()

    # --- who we are ----------------------------------------------------------------------------

    async def _ask_for_ever(self) -> None:
        while True:
            self._ask_again.clear()
            try:
                offices, said = await self._desk.offices()
                if said != self._said:
                    self._use(offices, said)
                    self._keep()
            except (OSError, ValueError, KeyError, TypeError):  # the office is starting, or ill
                await asyncio.sleep(_ASK_AGAIN_SECONDS if self._said else _ASK_FIRST_SECONDS)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ASK_SECONDS):
                    await self._ask_again.wait()

    def _use(self, offices: Offices, said: bytes) -> None:
        """Know these counterparts from now on, and no others."""
        self._said = said
        self._codes = {tls.der(one.certificate): one.code for one in offices.counterparts}
        if offices.counterparts:
            self._context = tls.server_context(
                certificate=offices.certificate,
                key=offices.key,
                pinned=[one.certificate for one in offices.counterparts],
            )
        for wire, code in list(self._served.items()):
            if self._code_of(wire.peer_certificate()) != code:
                wire.close()
        called = {one.code: one for one in offices.counterparts if one.url}
        for code in set(self.callers) | set(called):
            if code in self.callers:
                del self.callers[code]
                self._calling.pop(code).cancel()
            if code in called:
                self._call(offices, code, called[code].url, called[code].certificate)

    def _call(self, offices: Offices, code: str, url: str, certificate: str) -> None:
        where = urlsplit(url)
        context = tls.client_context(
            certificate=offices.certificate, key=offices.key, pinned=certificate
        )
        peer = Peer(code, where.hostname or "", where.port or 443, context, tls.der(certificate))
        control = self._controls.get(code)
        if control is None:
            control = self._controls[code] = RateControl()
            if code in self._rates:
                control.capacity, control.full_once = self._rates[code], True
        caller = Caller(
            peer,
            store=self._store,
            desk=self._desk,
            control=control,
            tell=tell,
            films=self._films.get(code, ()),
            films_changed=self._keep,
        )
        self.callers[code] = caller
        self._calling[code] = self._tasks.create_task(caller.run())

    def _code_of(self, certificate: bytes) -> str | None:
        return self._codes.get(certificate)

    def _remember(self) -> None:
        """Begin with what an earlier carrier knew; the desk corrects it as soon as it answers."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads((self._folder / MEMORY_FILE).read_text("utf-8"))
            self._rates = {code: int(rate) for code, rate in kept["rates"].items()}
            self._films = {
                code: [Waiting(**film) for film in films] for code, films in kept["films"].items()
            }
            said = kept["offices"].encode("utf-8")
            self._use(read_offices(said), said)

    def _keep(self) -> None:
        """Write down what the next carrier should know, where it has changed."""
        for code, control in self._controls.items():
            self._rates[code] = int(round(control.capacity, -4))
        for code, caller in self.callers.items():
            self._films[code] = list(caller.films.values())
        text = json.dumps(
            {
                "films": {
                    code: [asdict(one) for one in them] for code, them in self._films.items()
                },
                "offices": self._said.decode("utf-8"),
                "rates": self._rates,
            }
        )
        if not self._said or text == self._kept:
            return
        unfinished = self._folder / f"{MEMORY_FILE}.new"
        with contextlib.suppress(OSError):  # a full disk costs a few seconds after the next start
            unfinished.write_text(text, "utf-8")
            unfinished.rename(self._folder / MEMORY_FILE)
            self._kept = text

    async def _keep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_KEEP_SECONDS)
            self._keep()

    # --- pokes and signals of the office -------------------------------------------------------

    @contextlib.contextmanager
    def _poke_socket(self) -> Iterator[socket.socket]:
        path = self._folder / POKE_SOCKET
        path.unlink(missing_ok=True)  # left by one that was killed: we hold the lock
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as poked:
            poked.bind(str(path))
            path.chmod(0o600)
            yield poked

    def _on_poke(self, poked: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                what, _, rest = poked.recv(_POKE_BYTES_MAX).partition(b"\n")
                self._poked(what.decode("ascii", "replace"), rest)

    def _poked(self, what: str, rest: bytes) -> None:
        if what == "counterparts":
            self._ask_again.set()
            return
        code, _, frame = rest.partition(b"\n")
        caller = self.callers.get(code.decode("ascii", "replace"))
        if caller is None:
            return
        if what == "signal":
            caller.signal(frame)
        else:
            caller.poke(what)

    # --- listening -----------------------------------------------------------------------------

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        where = self._listening
        family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
        with socket.create_server(
            (where.host, where.port), family=family, backlog=_BACKLOG
        ) as listening:
            listening.settimeout(0)
            tell("line.listening", host=where.host, port=where.port)
            while True:
                sock, _ = await loop.sock_accept(listening)
                if self._context is None or self._greeting >= GREETINGS_MAX:
                    sock.close()
                else:
                    self._greeting += 1
                    self._tasks.create_task(self._serve(sock, self._context))

    async def _serve(self, sock: socket.socket, context: ssl.SSLContext) -> None:
        try:
            wire = await self._greeted(sock, context)
        finally:
            self._greeting -= 1
        if wire is None:
            return
        code = self._code_of(wire.peer_certificate()) or ""
        if list(self._served.values()).count(code) >= CONNECTIONS_MAX:
            wire.close()
            return
        self._served[wire] = code
        try:
            await self._server.serve(wire)
        finally:
            del self._served[wire]

    async def _greeted(self, sock: socket.socket, context: ssl.SSLContext) -> Wire | None:
        tcp.prepare(sock, unsent_bytes=_UNSENT_BYTES)
        try:
            tls_sock = context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False)
        except OSError:  # it went away before we looked
            sock.close()
            return None
        wire = Wire(tls_sock)
        try:
            async with asyncio.timeout(GREET_SECONDS):
                await wire.greet()
        except (OSError, TimeoutError) as error:
            tell("line.stranger", why=repr(error))
            wire.close()
            return None
        return wire

    async def _watch_for_ever(self) -> None:
        """End connections that are silent in the middle of something, or for very long."""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            now = asyncio.get_running_loop().time()
            for wire in list(self._served):
                most = INSIDE_SECONDS if wire.inside else IDLE_SECONDS
                if now - wire.heard_at > most:
                    wire.close()
