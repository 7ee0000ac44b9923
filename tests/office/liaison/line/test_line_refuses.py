"""What the listening end does not take: strangers, garbage, what is too large, and what nobody awaits."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from hashlib import sha256

import pytest
from tests.loops import run_apart
from tests.office.liaison.line.conftest import FAR, NEAR, Pair, seal, until

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.adapters.line import carrier as carriers
from sangbong.liaison.adapters.line import server as listening
from sangbong.liaison.adapters.line import tls
from sangbong.liaison.adapters.line.http import request_bytes, request_head
from sangbong.liaison.core.wire.film import SEALED_PIECE_BYTES
from sangbong.liaison.core.wire.framing import framed_all

LARGE = 100 * 1024 * 1024 * 1024


@contextlib.asynccontextmanager
async def _far_listens(pair: Pair):
    async with pair.far.serving():
        pair.carry(pair.far)
        async with asyncio.timeout(10):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", pair.port)
                    writer.close()
                    break
                await asyncio.sleep(0.01)
        try:
            yield
        finally:
            await pair.stop(pair.far)


async def _dial(pair: Pair, *, who: str = NEAR, version=ssl.TLSVersion.TLSv1_3):
    context = tls.client_context(
        certificate=str(pair.papers[who].certificate),
        key=str(pair.papers[who].key),
        pinned=pair.papers[FAR].pem,
    )
    context.minimum_version = context.maximum_version = version
    return await asyncio.open_connection("127.0.0.1", pair.port, ssl=context)


async def _said(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """One answer's status and body; 0 where the connection ended."""
    try:
        async with asyncio.timeout(10):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = int(head.split("content-length: ")[1].split("\r\n")[0])
            return int(head.split()[1]), await reader.readexactly(length)
    except (asyncio.IncompleteReadError, OSError):
        return 0, b""


def _ask(pair: Pair, *requests: bytes, who: str = NEAR) -> list[int]:
    """The statuses that one connection is answered with, and 0 where it was ended."""

    async def play():
        async with _far_listens(pair):
            try:
                reader, writer = await _dial(pair, who=who)
            except OSError:
                return [0]
            statuses = []
            for request in requests:
                with contextlib.suppress(OSError):
                    writer.write(request)
                    await writer.drain()
                statuses.append((await _said(reader))[0])
            writer.close()
            return statuses

    return run_apart(play())


def test_a_known_counterpart_is_answered(pair):
    envelope = framed_all([b"hello"])
    asked = [
        request_bytes("GET", "/link/alive"),
        request_bytes("POST", "/link/envelopes", envelope),
    ]
    assert _ask(pair, *asked) == [200, 200]
    assert pair.far.received() == {sha256(b"hello").hexdigest()}


def test_l1_a_stranger_is_not_heard(pair):
    assert _ask(pair, request_bytes("GET", "/link/alive"), who="stranger") == [0]


def test_an_older_tls_is_not_spoken(pair):
    async def play():
        async with _far_listens(pair):
            with pytest.raises(ssl.SSLError, match=r"(?i)version|alert"):
                await _dial(pair, version=ssl.TLSVersion.TLSv1_2)

    run_apart(play())


def test_l1_a_certificate_that_counts_no_more_is_refused_when_it_asks(pair):
    async def play():
        async with _far_listens(pair):
            reader, writer = await _dial(pair)
            pair.carriers[FAR]._codes.clear()
            writer.write(request_bytes("GET", "/link/alive"))
            other_reader, other = await _dial(pair)
            other.write(request_bytes("GET", "/link/alive"))
            said = await _said(reader), await _said(other_reader)
            writer.close()
            other.close()
            return said

    first, second = run_apart(play())
    assert first[0] in {0, 200, 403}  # it was greeted before, and may be hung up on
    assert second == (403, b"")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"\x00garbage\r\n\r\n", 400),
        (request_bytes("GET", "/"), 404),
        (request_bytes("GET", "/link/envelopes"), 404),
        (request_bytes("DELETE", "/link/alive"), 404),
        (request_bytes("POST", "/link/films/" + "0" * 64 + "/have"), 404),
        (request_bytes("GET", "/link/films/" + "0" * 64 + "/have"), 404),
        (request_bytes("POST", "/link/films/" + "0" * 64 + "/pieces/0-1", b"x"), 404),
        (request_bytes("POST", "/link/films/" + "0" * 64 + "/manifest", b"x"), 404),
        (request_bytes("POST", "/link/films/" + "0" * 64 + "/done"), 409),
        (request_bytes("POST", "/link/films/../../keys"), 404),
        (request_head("POST", "/link/envelopes", LARGE), 413),
        (request_head("POST", "/link/exchange", LARGE), 413),
        (request_head("POST", "/link/signals", listening.SIGNAL_BYTES_MAX + 1), 413),
        (request_head("POST", "/link/films/" + "0" * 64 + "/manifest", LARGE), 413),
        (b"POST /link/envelopes HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", 411),
    ],
)
def test_what_is_not_agreed_is_refused_and_nothing_kept(pair, request_, status):
    assert _ask(pair, request_) == [status]
    assert list((pair.far.home / "films").iterdir()) == []


def test_l3_and_l4_pieces_are_taken_of_a_film_that_has_its_place(pair):
    film = seal(pair.near.store, size=9 * SEALED_PIECE_BYTES)
    path = f"/link/films/{film.film_id}"
    manifest = pair.near.store.manifest(film.film_id)
    other = pair.near.store.manifest(seal(pair.near.store, size=9, seed=2).film_id)
    named = f"film|{film.film_id}|{film.pieces}|".encode()
    piece = pair.near.store.read_piece(film.film_id, 0)
    assert _ask(
        pair,
        request_bytes("POST", f"{path}/manifest", manifest),
        request_bytes("POST", "/link/envelopes", framed_all([named])),
        request_bytes("POST", f"{path}/manifest", other),
        request_bytes("POST", f"{path}/manifest", manifest),
        request_bytes("GET", f"{path}/have"),
        request_bytes("POST", f"{path}/pieces/0-1", piece),
        request_bytes("POST", f"{path}/pieces/1-1", piece),
        request_bytes("POST", f"{path}/done"),
        request_bytes("POST", f"{path}/pieces/0-2", piece),
    ) == [404, 200, 400, 200, 200, 200, 422, 409, 400]
    assert pair.far.store.have(film.film_id) == b"\x80\0"


def test_l4_a_film_of_another_size_than_its_dispatch_says_gets_no_pieces(pair):
    film = seal(pair.near.store, size=9)
    named = f"film|{film.film_id}|{film.pieces + 1}|".encode()
    assert _ask(
        pair,
        request_bytes("POST", "/link/envelopes", framed_all([named])),
        request_bytes(
            "POST", f"/link/films/{film.film_id}/manifest", pair.near.store.manifest(film.film_id)
        ),
    ) == [200, 400]


def test_a_cut_in_the_middle_keeps_every_whole_piece(pair):
    film = seal(pair.near.store, size=5 * SEALED_PIECE_BYTES)
    run = pair.near.store.read_pieces(film.film_id, 0, 4)

    async def play():
        async with _far_listens(pair):
            pair.far.store.expect(film.film_id, pair.near.store.manifest(film.film_id))
            _, writer = await _dial(pair)
            target = f"/link/films/{film.film_id}/pieces/0-4"
            writer.write(
                request_head("POST", target, len(run)) + run[: int(2.5 * SEALED_PIECE_BYTES)]
            )
            await writer.drain()
            writer.transport.abort()
            reader, writer = await _dial(pair)
            have = b""
            async with asyncio.timeout(10):
                while have[:1] != b"\xc0":
                    writer.write(request_bytes("POST", f"/link/films/{film.film_id}/done"))
                    _, have = await _said(reader)
            writer.close()

    run_apart(play())


def _failing(method, error):
    async def fail(*facts):
        raise error

    return method, fail


@pytest.mark.parametrize(
    ("method", "error"),
    [
        ("put", OSError(28, "No space left on device")),
        ("put", SangbongError("liaison.film_unknown")),
    ],
)
def test_a_disk_that_takes_no_more_is_told(pair, monkeypatch, method, error):
    film = seal(pair.near.store, size=9)

    def refuse(self, *facts):
        raise error

    async def play():
        async with _far_listens(pair):
            pair.far.store.expect(film.film_id, pair.near.store.manifest(film.film_id))
            monkeypatch.setattr("sangbong.liaison.adapters.film_store.FilmStore.put", refuse)
            reader, writer = await _dial(pair)
            piece = pair.near.store.read_pieces(film.film_id, 0, 1)
            writer.write(request_bytes("POST", f"/link/films/{film.film_id}/pieces/0-1", piece))
            said = await _said(reader)
            writer.close()
            return said

    assert run_apart(play())[0] == (507 if isinstance(error, OSError) else 404)


def test_an_office_that_is_away_is_told_and_its_fault_too(pair, monkeypatch):
    async def ill(self, peer, envelopes):
        raise SangbongError("liaison.desk_question")

    async def play():
        async with _far_listens(pair):
            monkeypatch.setattr(
                "sangbong.liaison.adapters.line.desk_client.DeskClient.exchange", ill
            )
            monkeypatch.setattr(pair.far, "_post_take", None)
            reader, writer = await _dial(pair)
            writer.write(request_bytes("POST", "/link/exchange", b"{}"))
            first = await _said(reader)
            writer.write(request_bytes("POST", "/link/envelopes", framed_all([b"x"])))
            second = await _said(reader)
            writer.close()
            return first[0], second[0]

    assert run_apart(play()) == (500, 503)


def test_whoever_says_nothing_is_let_go(pair, monkeypatch):
    monkeypatch.setattr(carriers, "GREET_SECONDS", 0.2)
    monkeypatch.setattr(carriers, "INSIDE_SECONDS", 0.2)
    monkeypatch.setattr(carriers, "_WATCH_SECONDS", 0.1)

    async def play():
        async with _far_listens(pair):
            silent_reader, silent = await asyncio.open_connection("127.0.0.1", pair.port)
            slow_reader, slow = await _dial(pair)
            slow.write(b"GET /link/al")
            idle_reader, idle = await _dial(pair)
            async with asyncio.timeout(10):
                with contextlib.suppress(OSError):
                    assert await silent_reader.read() == b""
                with contextlib.suppress(OSError):
                    assert await slow_reader.read() == b""
            idle.write(request_bytes("GET", "/link/alive"))
            assert (await _said(idle_reader))[0] == 200
            monkeypatch.setattr(carriers, "IDLE_SECONDS", 0.1)
            async with asyncio.timeout(10):
                with contextlib.suppress(OSError):
                    assert await idle_reader.read() == b""
            for writer in (silent, slow, idle):
                writer.close()

    run_apart(play())


def test_too_many_connections_are_closed_at_once(pair, monkeypatch):
    async def play():
        async with _far_listens(pair):
            monkeypatch.setattr(carriers, "CONNECTIONS_MAX", 2)
            held = [await _dial(pair) for _ in range(2)]
            for reader, writer in held:
                writer.write(request_bytes("GET", "/link/alive"))
                assert (await _said(reader))[0] == 200
            reader, writer = await _dial(pair)
            assert (await _said(reader))[0] == 0
            monkeypatch.setattr(carriers, "GREETINGS_MAX", 0)
            stranger, other = await asyncio.open_connection("127.0.0.1", pair.port)
            with contextlib.suppress(OSError):
                assert await stranger.read() == b""
            for one in (writer, other, *(writer for _, writer in held)):
                one.close()

    run_apart(play())


def test_nobody_is_greeted_before_the_counterparts_are_known(pair):
    async def play():
        pair.carry(pair.far)  # no desk, no memory
        reader = None
        async with asyncio.timeout(10):
            while reader is None:
                with contextlib.suppress(OSError):
                    reader, writer = await asyncio.open_connection("127.0.0.1", pair.port)
                await asyncio.sleep(0.01)
            with contextlib.suppress(OSError):
                assert await reader.read() == b""
        writer.close()
        await pair.stop(pair.far)

    run_apart(play())


def test_another_certificate_than_the_pinned_one_is_not_called(pair):
    """Also one that the same authority could have signed: only the bytes count."""

    async def play():
        pair.far.said["certificate"] = str(pair.papers["stranger"].certificate)
        pair.far.said["key"] = str(pair.papers["stranger"].key)
        async with pair.open():
            pair.near.post(FAR, b"for nobody else")
            await asyncio.sleep(0.6)
            assert not pair.carriers[NEAR].callers[FAR].line.flows
            caller = pair.carriers[NEAR].callers[FAR]
            pinned = pair.papers["stranger"].pem
            # even where TLS itself would be content
            caller.line.peer.context.load_verify_locations(cadata=pinned)
            await asyncio.sleep(0.6)
            assert not caller.line.flows
        assert pair.far.received() == set()

    run_apart(play())


def test_the_sockets_of_an_office_are_its_own(pair):
    async def play():
        async with pair.open():
            await until((pair.near.home / "run" / "line.json").exists)
            run = pair.near.home / "run"
            assert run.stat().st_mode & 0o777 == 0o700
            assert (run / "carrier.sock").stat().st_mode & 0o777 == 0o600
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as anybody:
                for said in (
                    b"",
                    b"nonsense",
                    b"waiting\nNO-BDY",
                    b"\xff\n\xff",
                    b"signal\nKP-PYO\nx",
                ):
                    anybody.sendto(said, os.fspath(run / "carrier.sock"))
            await asyncio.sleep(0.1)

    run_apart(play())
