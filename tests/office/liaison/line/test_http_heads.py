"""Heads and bodies as two carriers speak them: rules H1 and H2."""

from __future__ import annotations

import pytest
from tests.loops import run_apart

from sangbong.liaison.adapters.line.http import (
    HEAD_BYTES_MAX,
    EndedError,
    HeadError,
    Reader,
    answer_bytes,
    request_bytes,
)


class Bytes:
    """A connection that says what it was given, a few bytes at a time."""

    def __init__(self, data: bytes, *, step: int = 7) -> None:
        self.data, self.step, self.inside = data, step, False

    async def read_into(self, view: memoryview) -> int:
        step = min(self.step, len(view))
        taken, self.data = self.data[:step], self.data[step:]
        view[: len(taken)] = taken
        return len(taken)


def _refused(data: bytes) -> int:
    with pytest.raises(HeadError) as caught:
        run_apart(Reader(Bytes(data, step=4_096)).request())
    return caught.value.status


@pytest.mark.parametrize("step", [1, 7, 40_000])
def test_requests_follow_each_other_with_their_bodies(step):
    async def read():
        source = Bytes(
            request_bytes("POST", "/link/envelopes?x=1", b"first")
            + request_bytes("GET", "/link/alive"),
            step=step,
        )
        reader = Reader(source)
        first = await reader.request()
        body = await reader.body(first.length)
        between = source.inside
        second = await reader.request()
        return first, body, between, second, await reader.request()

    first, body, between, second, end = run_apart(read())
    assert (first.method, first.path, first.query, body) == (
        "POST",
        "/link/envelopes",
        "x=1",
        b"first",
    )
    assert (second.method, second.path, second.length) == ("GET", "/link/alive", 0)
    assert end is None
    assert not between


def test_answers_are_read_alike():
    async def read():
        reader = Reader(Bytes(answer_bytes(422, b"no") + answer_bytes(204, b"")))
        first = await reader.answer()
        body = await reader.body(first.length)
        return first.status, body, (await reader.answer()).status, await reader.answer()

    assert run_apart(read()) == (422, b"no", 204, None)


def test_an_end_in_the_middle_is_told():
    async def read(data: bytes) -> None:
        source = Bytes(data)
        reader = Reader(source)
        head = await reader.request()
        assert source.inside or head.length
        await reader.body(head.length)

    for data in (b"POST /link", request_bytes("POST", "/x", b"12345")[:-1]):
        with pytest.raises(EndedError):
            run_apart(read(data))


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (b"\x16\x03\x01 garbage\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET /\xff HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: 9999999999999\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n", 411),
        (b"GET / HTTP/1.1\r\nx: " + b"a" * HEAD_BYTES_MAX + b"\r\n\r\n", 431),
    ],
)
def test_h1_and_h2_other_ways_of_speaking_are_refused(said, status):
    assert _refused(said) == status
