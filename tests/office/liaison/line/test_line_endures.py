"""Silence, refusals and faults on the way: nothing is lost, nothing is given up, nobody is flooded."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import os
import socket
import ssl
import subprocess
import sys
import threading
from hashlib import sha256

import pytest
from tests.loops import apart, run_apart
from tests.office.liaison.line.conftest import FAR, NEAR, Pair, Proxy, until

from sangbong.cli import carrying
from sangbong.kernel.errors import SangbongError
from sangbong.liaison.adapters.line import caller as callers
from sangbong.liaison.adapters.line import connections, tcp
from sangbong.liaison.adapters.line.desk import poke
from sangbong.liaison.adapters.line.desk_client import DeskClient, read_frames
from sangbong.liaison.adapters.line.flow import Role
from sangbong.liaison.adapters.line.wire import Wire
from sangbong.liaison.core.wire.framing import framed_all

MIB = 1024 * 1024


def _line(pair: Pair):
    callers_ = pair.carriers[NEAR].callers
    return callers_[FAR].line if FAR in callers_ else None


def _is_open(pair: Pair) -> bool:
    line = _line(pair)
    return line is not None and line.opened.is_set()


def _answered(pair: Pair) -> bool:
    return set(pair.near.answers()) == {"R"}


class Kernel:
    """What the kernel tells of connections; it can tell that nothing arrives any more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.frozen = False
        self._real = tcp.sample
        self._last: dict[int, tcp.Sample] = {}
        monkeypatch.setattr(tcp, "sample", self.sample)

    def sample(self, sock: socket.socket) -> tcp.Sample | None:
        if not self.frozen:
            self._last[id(sock)] = self._real(sock)
            return self._last[id(sock)]
        last = self._last.get(id(sock))
        return dataclasses.replace(last, unacked=5, backoff=1) if last else None


def test_c3_after_a_silence_fresh_connections_carry_on_and_the_old_ones_end_what_they_began(
    pair, monkeypatch
):
    kernel = Kernel(monkeypatch)

    async def play():
        async with Proxy(pair.port) as proxy, pair.open():
            pair.by_way_of(proxy.port)
            poke(pair.near.home, "counterparts")
            await until(lambda: _is_open(pair))
            line = _line(pair)
            line.control.capacity = 4e6
            film = pair.post_film(size=12 * MIB)
            await until(lambda: any(flow.role is Role.FILMS and flow.runs for flow in line.flows))
            await until(lambda: proxy.passed > 2 * MIB)
            monkeypatch.setattr(connections, "_PROBE_SECONDS", ((float("inf"), 3_600.0),))
            kernel.frozen = proxy.silent = True
            await until(lambda: line.silent)
            ending = [flow for flow in line.flows if flow.role is Role.ENDING]
            assert ending
            assert not line.opened.is_set() or any(not flow.stuck for flow in line.flows)
            line.drop_or_send("POST", "/link/signals", b"into the silence")
            kernel.frozen = proxy.silent = False
            await until(lambda: not line.silent)
            await until(lambda: _answered(pair))
            await until(lambda: all(flow.role is not Role.ENDING for flow in line.flows))
            return film

    film = run_apart(play())
    assert pair.far.store.is_complete(film.film_id)
    assert pair.far.signals == []


def test_a_connection_that_stays_stuck_is_given_up(pair, monkeypatch):
    kernel = Kernel(monkeypatch)

    async def play():
        async with pair.open():
            await until(lambda: _is_open(pair))
            line = _line(pair)
            await until(lambda: all(flow.sample for flow in line.flows))
            kernel.frozen = True
            now = asyncio.get_running_loop().time()
            stuck, slow = line.flows[:2]
            for flow in (stuck, slow):
                flow.stuck, flow.moved_at = True, now
            stuck.moved_at = now - 60
            line._moved_at = now
            line._look(now)
            assert stuck not in line.flows
            assert slow in line.flows
            kernel.frozen = False
            pair.near.post(FAR, b"afterwards")
            await until(lambda: _answered(pair))
            assert not slow.stuck

    run_apart(play())


def test_an_urgent_dispatch_outlives_both_its_connections(pair, monkeypatch):
    async def play():
        async with pair.open():
            await until(lambda: _is_open(pair))
            line = _line(pair)
            real = line._ask_on
            broken = []

            async def break_first(flow, method, target, body, *, written=None):
                if len(broken) < 2:
                    broken.append(flow)
                    flow.wire.close()
                return await real(flow, method, target, body, written=written)

            monkeypatch.setattr(line, "_ask_on", break_first)
            pair.near.post(FAR, b"urgent", urgent=True)
            poke(pair.near.home, "waiting", FAR)
            await until(lambda: _answered(pair))
            assert len(broken) == 2

    run_apart(play())


def test_pieces_that_were_refused_go_again(pair, monkeypatch):
    refused = []
    real = type(pair.far.store).put

    def refuse_once(self, film, index, piece):
        if not refused:
            refused.append(index)
            return False
        return real(self, film, index, piece)

    monkeypatch.setattr("sangbong.liaison.adapters.film_store.FilmStore.put", refuse_once)

    async def play():
        async with pair.open():
            film = pair.post_film(size=3 * MIB)
            await until(lambda: _answered(pair))
            return film

    assert pair.far.store.is_complete(run_apart(play()).film_id)
    assert len(refused) == 1


def test_an_answer_that_nobody_asked_for_or_that_is_too_large_ends_the_connection(
    pair, monkeypatch
):
    async def play():
        async with pair.open():
            await until(lambda: _is_open(pair))
            line = _line(pair)
            await until(lambda: {flow.role for flow in line.flows} >= {Role.SPARE, Role.ORDINARY})
            flow = next(flow for flow in line.flows if flow.role is Role.SPARE)
            assert not line._take_answer(flow, (200, b""))
            monkeypatch.setattr(connections, "ANSWER_BYTES_MAX", -1)
            ordinary = next(flow for flow in line.flows if flow.role is Role.ORDINARY)
            with pytest.raises(OSError, match="cut"):
                await line._ask_on(ordinary, "GET", "/link/alive", b"")
            assert ordinary not in line.flows
            monkeypatch.setattr(connections, "ANSWER_BYTES_MAX", MIB)
            await until(lambda: _is_open(pair))
            assert (await line.ask(Role.ORDINARY, "GET", "/link/alive"))[0] == 200

    run_apart(play())


def test_a_request_that_is_cut_is_asked_again(pair):
    async def play():
        async with pair.open():
            await until(lambda: _is_open(pair))
            line = _line(pair)
            for flow in list(line.flows):
                if flow.role is Role.CONTROL:
                    flow.wire.close()
            assert (await line.ask(Role.CONTROL, "GET", "/link/alive"))[0] == 200

    run_apart(play())


def test_a_host_that_is_not_there_is_tried_ever_more_seldom(pair, capsys, monkeypatch):
    monkeypatch.setattr(connections, "_PROBE_SECONDS", ((0.2, 0.01), (float("inf"), 3_600.0)))

    async def play():
        async with pair.near.serving():
            pair.by_way_of(1)
            pair.carry(pair.near)
            await asyncio.sleep(1.0)
            await pair.stop(pair.near)

    run_apart(play())
    told = capsys.readouterr().err
    assert told.count("line.not_connected") == 1


def test_a_request_whose_connection_breaks_is_asked_on_another(pair, monkeypatch):
    async def play():
        async with pair.open():
            await until(lambda: _is_open(pair))
            line = _line(pair)
            real, broken = line._ask_on, []

            async def break_first(flow, method, target, body, *, written=None):
                if not broken:
                    broken.append(flow)
                    raise ConnectionResetError
                return await real(flow, method, target, body, written=written)

            monkeypatch.setattr(line, "_ask_on", break_first)
            assert (await line.ask(Role.CONTROL, "GET", "/link/alive"))[0] == 200
            assert broken[0] not in line.flows
            # whoever asked and went away is not told, and the connection goes on
            monkeypatch.setattr(line, "_ask_on", real)
            flow = next(flow for flow in line.flows if flow.role is Role.ORDINARY)
            gone = asyncio.create_task(line._ask_on(flow, "GET", "/link/alive", b""))
            await asyncio.sleep(0)
            gone.cancel()
            assert (await line._ask_on(flow, "GET", "/link/alive", b""))[0] == 200
            line._unblock(broken[0])
            connections._forget(gone)

    run_apart(play())


def test_a_line_without_bounds_takes_all_turns_and_a_full_one_waits(pair):
    async def play():
        async with pair.open():
            await until(lambda: _is_open(pair))
            line = _line(pair)
            line.control.capacity = 1e9
            pair.post_film(size=24 * MIB)
            await until(lambda: any(flow.runs for flow in line.flows))
            line._under_way = 10**12
            await until(lambda: _answered(pair))

    run_apart(play())


def test_there_are_never_too_many_connections_or_attempts(pair, monkeypatch):
    async def play():
        async with pair.open():
            await until(lambda: _is_open(pair))
            line = _line(pair)
            line.jobs, line._tokens = [], 0.0
            before = len(line.flows)
            for _ in range(5):
                line._connect_soon()
            await until(lambda: not line._connecting)
            assert len(line.flows) <= max(before, line._wanted())
            monkeypatch.setattr(connections, "_PROBES_MAX", 0)
            for flow in list(line.flows):
                line._drop(flow)
            await asyncio.sleep(0.3)
            assert not line.flows

    run_apart(play())


def test_a_sender_that_starts_again_goes_on_before_its_office_does(pair):
    """Films under way are remembered, with the rate of the line."""

    async def play():
        async with Proxy(pair.port) as proxy, pair.far.serving():
            pair.by_way_of(proxy.port)
            film = pair.post_film(size=24 * MIB)
            async with pair.near.serving():
                pair.carry(pair.far)
                pair.carry(pair.near)
                await until(lambda: proxy.passed > 4 * MIB)
                await pair.stop(pair.near)
            pair.carry(pair.near)  # its desk is away
            before = proxy.passed
            await until(lambda: proxy.passed > before + MIB)
            assert pair.carriers[NEAR].callers[FAR].line.control.full_once
            async with pair.near.serving():
                await until(lambda: _answered(pair))
            await pair.stop(pair.near)
            await pair.stop(pair.far)
            return film

    assert pair.far.store.is_complete(run_apart(play()).film_id)


def test_a_counterpart_that_moved_is_called_where_it_is_and_one_that_left_is_not(pair):
    async def play():
        async with Proxy(pair.port) as proxy, pair.open():
            await until(lambda: _is_open(pair))
            assert not proxy.passed
            pair.by_way_of(proxy.port)
            poke(pair.near.home, "counterparts")
            pair.near.post(FAR, b"by the new way")
            await until(lambda: _answered(pair))
            assert proxy.passed
            pair.far.said["counterparts"].append(dict(pair.near.said["counterparts"][0], url=""))
            poke(pair.far.home, "counterparts")  # it knows one more; the line stays
            await asyncio.sleep(0.2)
            assert _is_open(pair)
            pair.near.said["counterparts"] = []
            poke(pair.near.home, "counterparts")
            await until(lambda: not pair.carriers[NEAR].callers)
            pair.carriers[NEAR]._poked("nothing", b"")

    run_apart(play())


# --- what the desks and the other side say ---------------------------------------------------------


def test_a_dispatch_that_is_no_longer_held_is_passed_over(pair, monkeypatch):
    gone = {sha256(content).hexdigest() for content in (b"gone", b"gone, urgent")}
    film = f"film|{'0' * 64}|1|".encode()
    gone.add(sha256(film).hexdigest())
    real = pair.near._envelope
    monkeypatch.setattr(
        pair.near, "_envelope", lambda digest: b"" if digest in gone else real(digest)
    )

    async def play():
        async with pair.open():
            pair.near.post(FAR, b"gone")
            await until(lambda: _is_open(pair))
            await until(lambda: not pair.carriers[NEAR].callers[FAR]._known)
            pair.near.post(FAR, b"gone, urgent", urgent=True)
            pair.near.post(FAR, film, film="0" * 64, pieces=1)
            kept = pair.near.post(FAR, b"kept")
            await until(lambda: kept in pair.far.received())
            await until(lambda: not pair.carriers[NEAR].callers[FAR]._known)

    run_apart(play())
    assert pair.near.answers().count("") == 3


@pytest.mark.parametrize("said", [(400, b""), (200, b"\0"), (200, b"")])
def test_an_unclear_answer_changes_nothing_and_is_asked_for_again_later(pair, monkeypatch, said):
    monkeypatch.setattr(callers, "AGAIN_SECONDS", 0.5)
    real, times = pair.far._post_take, []

    def unclear_once(query, body):
        times.append(body)
        return said if len(times) == 1 else real(query, body)

    monkeypatch.setattr(pair.far, "_post_take", unclear_once)

    async def play():
        async with pair.open():
            pair.near.post(FAR, b"said twice")
            await until(lambda: _answered(pair))

    run_apart(play())
    assert len(times) == 2


def test_an_office_that_is_slow_to_answer_is_noted_as_carried(pair, monkeypatch):
    monkeypatch.setattr(callers, "_CARRIED_SECONDS", 0.1)
    monkeypatch.setattr(callers, "AGAIN_SECONDS", 0.1)
    monkeypatch.setattr(callers, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(callers, "_RETRY_SECONDS", 0.4)
    real, times = pair.far._post_take, []

    def ill_once(query, body):
        times.append(body)
        return (500, b"") if len(times) == 1 else real(query, body)

    monkeypatch.setattr(pair.far, "_post_take", ill_once)
    slow = SlowTaking(monkeypatch)

    async def play():
        async with pair.open():
            await until(lambda: _is_open(pair))
            pair.near.post(FAR, b"carried, then received", urgent=True)
            poke(pair.near.home, "waiting", FAR)
            await until(lambda: pair.near.db.execute("SELECT carried FROM outgoing").fetchone()[0])
            slow.quick = True
            await until(lambda: _answered(pair))

    run_apart(play())
    assert len(times) >= 2


class SlowTaking:
    """Lets every answer about envelopes wait until it is told otherwise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.quick = False
        real = DeskClient.take

        async def take(client, peer, envelopes):
            while not self.quick:
                await asyncio.sleep(0.01)
            return await real(client, peer, envelopes)

        monkeypatch.setattr(DeskClient, "take", take)


def test_a_film_that_is_not_here_any_more_ends_no_other(pair):
    async def play():
        async with pair.open():
            film = pair.near.post(FAR, b"film|" + b"1" * 64 + b"|1|", film="1" * 64, pieces=1)
            await until(lambda: pair.far.db.execute("SELECT 1 FROM incoming").fetchone())
            other = pair.post_film(size=100)
            await until(lambda: pair.far.store.is_complete(other.film_id))
            await until(lambda: pair.near.answers()[1] == "R")
            return film

    run_apart(play())
    assert pair.near.answers()[0] == ""


def test_a_film_that_nobody_awaits_is_not_sent(pair, monkeypatch):
    monkeypatch.setattr(pair.far, "_get_film", lambda query, body, film: (404, b""))

    async def play():
        async with pair.open():
            film = pair.post_film(size=100)
            await until(lambda: pair.far.db.execute("SELECT 1 FROM incoming").fetchone())
            await until(lambda: not pair.carriers[NEAR].callers[FAR]._known)
            return film

    film = run_apart(play())
    assert pair.far.store.pieces(film.film_id) == 0


@pytest.mark.parametrize("said", [(409, b""), (500, b""), (200, b"\0\0")])
def test_a_film_is_told_complete_until_it_is_heard(pair, monkeypatch, said):
    monkeypatch.setattr(callers, "AGAIN_SECONDS", 0.5)
    monkeypatch.setattr(callers, "_RETRY_SECONDS", 0.05)
    real, times = pair.far._complete, []

    def unclear_once(film):
        times.append(film)
        return said if len(times) == 1 else real(film)

    monkeypatch.setattr(pair.far, "_complete", unclear_once)

    async def play():
        async with pair.open():
            pair.post_film(size=100)
            await until(lambda: _answered(pair))

    run_apart(play())
    assert len(times) >= 2


def test_a_film_that_is_there_already_is_only_named(pair):
    film = pair.post_film(size=100)
    pair.far.store.expect(film.film_id, pair.near.store.manifest(film.film_id))
    pair.far.store.put(film.film_id, 0, pair.near.store.read_piece(film.film_id, 0))
    pair.far.store.sync(film.film_id)

    async def play():
        async with pair.open():
            await until(lambda: _answered(pair))

    run_apart(play())


def test_an_exchange_that_is_refused_waits_for_the_next(pair, monkeypatch):
    heard = []

    def refuse(query, body):
        heard.append(body)
        return 400, b""

    monkeypatch.setattr(pair.far, "_post_exchange", refuse)
    pair.near.exchange = b"{}"

    async def play():
        async with pair.open():
            await until(lambda: heard)
            await until(lambda: _is_open(pair))

    run_apart(play())
    assert heard == [b"{}"]


def test_a_desk_that_speaks_unclearly_is_asked_again(pair, tmp_path):
    desk = DeskClient(pair.near.home)
    said = [b"nonsense\r\n\r\n", b"", b"HTTP/1.1 204 \r\ncontent-length: 0\r\n\r\n"]

    async def serve(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said.pop(0))
        writer.close()

    async def play():
        path = pair.near.home / "run" / "desk.sock"
        server = await asyncio.start_unix_server(serve, str(path))
        answer = await desk.ask("GET", "/desk/exchange")
        server.close()
        said.append(b"HTTP/1.1 404 \r\ncontent-length: 0\r\n\r\n")
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(serve, str(path))
        waiting = await desk.waiting(FAR, after=0)
        said.append(b"HTTP/1.1 404 \r\ncontent-length: 0\r\n\r\n")
        held = await desk.fetch(["0" * 64])
        said.append(b"HTTP/1.1 404 \r\ncontent-length: 0\r\n\r\n")
        with pytest.raises(OSError, match="404"):
            await desk.offices()
        server.close()
        return answer, waiting, held

    assert run_apart(play()) == ((204, b""), ([], False), [b""])


def test_frames_that_end_too_early_are_told():
    assert read_frames(framed_all([b"a", b""])) == [b"a", b""]
    with pytest.raises(ValueError, match="ends"):
        read_frames(b"\0\0\0\5ab")


# --- the machine -----------------------------------------------------------------------------------


def test_a_kernel_that_tells_nothing_is_no_fault(monkeypatch):
    with socket.socket() as sock:
        assert tcp.sample(sock) is not None
        monkeypatch.setattr(tcp, "_INFO_BYTES", 8)  # as an older kernel would say it
        assert tcp.sample(sock) is None
        monkeypatch.setattr(tcp, "_SO_MAX_PACING_RATE", 9_999)  # as one that does not know it
        tcp.pace(sock, 1)
    assert tcp.sample(sock) is None


def test_a_line_whose_kernel_tells_nothing_still_carries(pair, monkeypatch):
    monkeypatch.setattr(tcp, "sample", lambda sock: None)

    async def play():
        async with pair.open():
            pair.post_film(size=2 * MIB)
            pair.near.post(FAR, b"small")
            await until(lambda: _answered(pair))

    run_apart(play())


class Hesitant:
    """A TLS socket that wants to write before it does anything."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock, self.wants = sock, True

    def fileno(self) -> int:
        return self._sock.fileno()

    def _hesitate(self) -> None:
        self.wants = not self.wants
        if not self.wants:
            raise ssl.SSLWantWriteError

    def do_handshake(self) -> None:
        self._hesitate()

    def recv_into(self, view: memoryview) -> int:
        self._hesitate()
        return 7

    def send(self, view: memoryview) -> None:
        raise ssl.SSLWantWriteError

    def setsockopt(self, *what: object) -> None:
        raise OSError

    def close(self) -> None:
        self._sock.close()


def test_tls_may_want_to_write_in_order_to_read():
    async def play():
        near, far = socket.socketpair()
        near.setblocking(False)
        wire = Wire(Hesitant(near))
        await wire.greet()
        count = await wire.read_into(memoryview(bytearray(9)))
        # a full kernel: whoever writes waits, and is told when it ends
        with contextlib.suppress(BlockingIOError):
            while near.send(bytes(65_536)):
                pass
        writing = asyncio.create_task(wire.write(b"x"))
        await asyncio.sleep(0.01)
        wire.close()
        with pytest.raises(OSError, match="closed here"):
            await writing
        far.close()
        return count

    assert run_apart(play()) == 7


def test_whoever_waits_on_a_connection_that_is_closed_here_is_told(pair):
    async def play():
        near, far = socket.socketpair()
        near.setblocking(False)
        far.setblocking(False)
        context = pair.papers[NEAR]
        from sangbong.liaison.adapters.line import tls

        client = tls.client_context(
            certificate=str(context.certificate), key=str(context.key), pinned=context.pem
        )
        wire = Wire(client.wrap_socket(near, do_handshake_on_connect=False))
        greeting = asyncio.create_task(wire.greet())
        await asyncio.sleep(0.01)
        wire.close()
        wire.close()
        with pytest.raises(OSError, match="closed here"):
            await greeting
        with pytest.raises(OSError, match="closed here"):
            wire.offer(memoryview(b"x"))
        far.close()

    run_apart(play())


def test_serve_keeps_a_carrier_running(monkeypatch, tmp_path):
    thrice = threading.Event()
    commands = []

    def run(command, **more):
        commands.append(command)
        if len(commands) == 3:
            thrice.set()
            threading.Event().wait()  # this one lives
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(carrying.subprocess, "run", run)
    monkeypatch.setattr(carrying, "_LONG_REST_SECONDS", 0.01)
    carrying.start_carrier(tmp_path, host="127.0.0.1", port=7)
    assert thrice.wait(10)
    assert commands[0][:4] == [
        sys.executable,
        "-m",
        "sangbong.liaison.adapters.line",
        str(tmp_path),
    ]
    assert commands[0][4:8] == ["--host", "127.0.0.1", "--port", "7"]


def test_the_command_carries_for_an_office_served_elsewhere(monkeypatch, tmp_path):
    from click.testing import CliRunner

    from sangbong.cli.main import cli
    from sangbong.liaison.adapters.line import carrier as module

    asked = []
    monkeypatch.setattr(module, "carry", lambda home, listening: asked.append((home, listening)))
    ended = CliRunner().invoke(cli, ["--home", str(tmp_path), "carrier", "--port", "9"])
    assert ended.exit_code == 0
    assert asked == [(tmp_path, module.Listening("127.0.0.1", 9))]


def test_one_carrier_runs_until_it_is_interrupted(monkeypatch, tmp_path):
    from sangbong.liaison.adapters.line import carrier as module

    async def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(module.Carrier, "run", interrupted)
    apart(module.carry, tmp_path, module.Listening())
    apart(module.carry, tmp_path, module.Listening())  # the lock was let go


def test_it_ends_with_the_process_that_started_it(monkeypatch):
    from sangbong.liaison.adapters.line import carrier as module

    asked = []

    class Library:
        def __init__(self, name):
            assert name is None

        def prctl(self, *what):
            asked.append(what)

    monkeypatch.setattr(module.ctypes, "CDLL", Library)
    module.die_with(0)
    module.die_with(os.getppid())
    assert asked == [(1, 9)]
    with pytest.raises(SystemExit):
        module.die_with(1 if os.getppid() != 1 else 2)


def test_a_caller_that_went_away_before_the_greeting_is_no_fault(pair):
    class Gone:
        def wrap_socket(self, sock, **settings):
            raise ConnectionResetError

    async def play():
        async with pair.far.serving():
            pair.carry(pair.far)
            await until(lambda: pair.carriers[FAR]._context is not None)
            carrier = pair.carriers[FAR]
            near, far = socket.socketpair()
            assert await carrier._greeted(far, Gone()) is None
            near.close()
            await pair.stop(pair.far)

    run_apart(play())


def test_a_fault_has_its_code():
    assert SangbongError("liaison.film_missing", film="0").text("en")
