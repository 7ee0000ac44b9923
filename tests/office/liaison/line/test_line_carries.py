"""Two carriers over real connections: what is in one office's outbox arrives at the other, once."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from tests.loops import run_apart
from tests.office.liaison.line.conftest import FAR, Pair, Proxy, until

from sangbong.liaison.adapters.line.desk import SIGNAL_BYTES_MAX, poke, send_signal
from sangbong.liaison.core.wire.film import SEALED_PIECE_BYTES

MIB = 1024 * 1024


def _all_answered(pair: Pair) -> bool:
    return set(pair.near.answers()) == {"R"}


def test_dispatches_and_films_arrive_and_their_receipts_come_back(pair):
    async def play():
        async with pair.open():
            films = [pair.post_film(size=2 * MIB + n, seed=n + 1) for n in range(3)]
            posted = {pair.near.post(FAR, bytes([n]) * 3_000) for n in range(80)}
            posted.add(pair.near.post(FAR, bytes(300_000)))
            poke(pair.near.home, "waiting", FAR)
            await until(lambda: _all_answered(pair))
            return films, posted

    films, posted = run_apart(play())
    assert pair.far.received() >= posted
    assert len(pair.far.received()) == len(posted) + 3
    for film in films:
        assert pair.far.store.is_complete(film.film_id)
        last = film.pieces - 1
        ours = pair.near.store.read_piece(film.film_id, last)
        assert pair.far.store.read_piece(film.film_id, last) == ours


def test_an_urgent_dispatch_arrives_while_a_film_waits(pair):
    async def play():
        async with pair.open():
            await until(lambda: _opened(pair))
            digest = pair.near.post(FAR, b"urgent", urgent=True)
            poke(pair.near.home, "waiting", FAR)
            await until(lambda: digest in pair.far.received())
            await until(lambda: _all_answered(pair))

    run_apart(play())


def _opened(pair: Pair) -> bool:
    callers = pair.carriers[pair.near.home.name].callers
    return FAR in callers and callers[FAR].line.opened.is_set()


def test_a_lost_poke_costs_a_second_and_no_dispatch(pair):
    async def play():
        async with pair.open():
            await until(lambda: _opened(pair))
            pair.near.post(FAR, b"nobody was told of this")
            await until(lambda: _all_answered(pair))

    run_apart(play())


def test_exchanges_go_both_ways_when_the_line_opens_and_when_poked(pair):
    def heard(desk) -> list[bytes]:
        return [body for (body,) in desk.db.execute("SELECT body FROM heard")]

    async def play():
        pair.near.exchange = b"from the near office"
        async with pair.open():
            await until(lambda: heard(pair.far) == [b"from the near office"])
            pair.far.exchange = b"from the far office"
            poke(pair.near.home, "exchange", FAR)
            # both always have more to say: they stop after a few rounds and go on later
            await until(lambda: heard(pair.near).count(b"from the far office") >= 4)
            pair.carriers[pair.near.home.name].callers[FAR].poke("nonsense")
            await asyncio.sleep(0.1)

    run_apart(play())


def test_signals_pass_at_once_and_are_dropped_without_a_line(pair):
    async def play():
        send_signal(pair.near.home, FAR, b"there is no carrier yet")
        async with pair.open():
            await until(lambda: _opened(pair))
            send_signal(pair.near.home, FAR, b"hello\nworld")
            send_signal(pair.near.home, "US-WAS", b"nobody")
            await until(lambda: pair.far.signals == [b"hello\nworld"])
            for _ in range(500):
                pair.carriers[pair.near.home.name].callers[FAR].signal(b"too many")
            await asyncio.sleep(0.3)
            assert len(pair.far.signals) < 300
        with pytest.raises(ValueError, match="longer"):
            send_signal(pair.near.home, FAR, bytes(SIGNAL_BYTES_MAX + 1))

    run_apart(play())


def test_a_broken_line_goes_on_at_the_piece(pair):
    async def play():
        async with Proxy(pair.port) as proxy, pair.open():
            pair.by_way_of(proxy.port)
            poke(pair.near.home, "counterparts")
            film = pair.post_film(size=24 * MIB)
            whole = film.pieces * SEALED_PIECE_BYTES
            for share in (0.3, 0.6):
                await until(lambda share=share: proxy.passed > share * whole)
                proxy.break_all()
            await until(lambda: _all_answered(pair))
            return whole, proxy.passed

    whole, passed = run_apart(play())
    # what was whole when it broke did not pass again
    assert whole < passed < 1.6 * whole


def test_a_silent_line_goes_on_when_it_speaks_again(pair):
    async def play():
        async with Proxy(pair.port) as proxy, pair.open():
            pair.by_way_of(proxy.port)
            poke(pair.near.home, "counterparts")
            await until(lambda: _opened(pair))
            film = pair.post_film(size=12 * MIB)
            whole = film.pieces * SEALED_PIECE_BYTES
            await until(lambda: proxy.passed > whole / 4)
            proxy.silent = True
            pair.near.post(FAR, b"posted into the silence", urgent=True)
            poke(pair.near.home, "waiting", FAR)
            await asyncio.sleep(3.0)
            proxy.silent = False
            await until(lambda: _all_answered(pair))

    run_apart(play())
    assert len(pair.far.received()) == 2


def _start_carrier(pair: Pair, desk) -> subprocess.Popen[bytes]:
    port = pair.port if desk is pair.far else 0
    return subprocess.Popen(
        [sys.executable, "-m", "sangbong.liaison.adapters.line", str(desk.home),
         "--port", str(port), "--parent", str(os.getpid())],
        stderr=subprocess.DEVNULL,
    )  # fmt: skip


def test_carriers_killed_in_the_middle_lose_no_whole_piece_and_no_dispatch(pair):
    async def play():
        async with pair.near.serving(), pair.far.serving(), Proxy(pair.port) as proxy:
            pair.by_way_of(proxy.port)
            film = pair.post_film(size=32 * MIB)
            posted = {pair.near.post(FAR, bytes([n]) * 2_000) for n in range(60)}
            processes = {desk: _start_carrier(pair, desk) for desk in (pair.far, pair.near)}
            whole = film.pieces * SEALED_PIECE_BYTES
            try:
                for share, desk in ((0.2, pair.far), (0.4, pair.near), (0.6, pair.far)):
                    await until(lambda share=share: proxy.passed > share * whole, seconds=60)
                    processes[desk].send_signal(signal.SIGKILL)
                    processes[desk].wait()
                    processes[desk] = _start_carrier(pair, desk)
                await until(lambda: _all_answered(pair), seconds=60)
            finally:
                for process in processes.values():
                    process.kill()
                    process.wait()
            return posted, whole, proxy.passed

    posted, whole, passed = run_apart(play())
    assert pair.far.received() >= posted
    assert passed < 2 * whole


def test_a_second_carrier_of_the_same_office_ends(pair):
    async def play():
        async with pair.near.serving():
            first = _start_carrier(pair, pair.near)
            try:
                lock = pair.near.home / "run" / "carrier.sock"
                await until(lock.exists)
                second = _start_carrier(pair, pair.near)
                await until(lambda: second.poll() is not None)
                return second.returncode
            finally:
                first.kill()
                first.wait()

    assert run_apart(play()) == 1


def test_a_carrier_whose_parent_is_gone_does_not_start(pair):
    ended = subprocess.run(
        [
            sys.executable,
            "-m",
            "sangbong.liaison.adapters.line",
            str(pair.near.home),
            "--parent",
            "1",
        ],
        check=False,
    )
    assert ended.returncode == 1


def test_the_carrier_knows_no_django_and_no_private_library_of_the_office():
    said = subprocess.run(
        [sys.executable, "-c",
         ("import sys, sangbong.liaison.adapters.line.__main__\n"
          "print([m for m in ('django', 'cryptography', 'pydantic', 'structlog', 'click')"
          " if m in sys.modules])")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert said == "[]\n"


def test_films_flow_again_before_the_office_has_started(pair):
    """What the counterparts are is remembered; pieces need no desk."""

    async def play():
        async with Proxy(pair.port) as proxy, pair.far.serving():
            pair.by_way_of(proxy.port)
            film = pair.post_film(size=24 * MIB)
            async with pair.near.serving():
                pair.carry(pair.far)
                pair.carry(pair.near)
                await until(lambda: proxy.passed > film.pieces * SEALED_PIECE_BYTES / 5)
                await pair.stop(pair.far)
            # the near desk is away now; the far carrier comes back from its memory alone
            pair.carry(pair.far)
            before = proxy.passed
            await until(lambda: proxy.passed > before + MIB)
            async with pair.near.serving():
                await until(lambda: _all_answered(pair))
            await pair.stop(pair.near)
            await pair.stop(pair.far)

    run_apart(play())


def test_a_desk_that_is_away_is_waited_for_on_both_sides(pair):
    async def play():
        pair.near.post(FAR, b"early")
        pair.carry(pair.far)
        pair.carry(pair.near)
        await asyncio.sleep(0.2)
        async with pair.near.serving():
            await asyncio.sleep(0.3)
            async with pair.far.serving():
                await until(lambda: _all_answered(pair))
            await pair.stop(pair.near)
            await pair.stop(pair.far)

    run_apart(play())


def test_a_counterpart_that_is_no_longer_confirmed_is_cut_off(pair):
    async def play():
        async with pair.open():
            await until(lambda: _opened(pair))
            pair.far.said["counterparts"] = []
            pair.far.said["code"] = FAR
            poke(pair.far.home, "counterparts")
            await until(lambda: not _opened(pair))
            pair.near.post(FAR, b"too late")
            await asyncio.sleep(0.5)
            assert pair.far.received() == set()

    run_apart(play())
