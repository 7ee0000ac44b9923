"""The desk: what the carrier asks of this office, over a Unix socket that only the office may open.

The shapes of questions and answers stand in liaison/adapters/line/desk.py.

1. (D1) Whoever can open the socket may ask: its folder is the office's own (mode 700).
2. (D2) A body longer than its kind may be is cut off and refused before it is all read.
3. (D3) A batch of envelopes is one transaction; its answers leave after the commit.
4. (D4) What cannot be taken is answered by a signed reason where its sender is known, and leaves a
   trace and nothing else.
5. (D5) A pinned certificate says who brought something and never who wrote it: every envelope and
   receipt is believed by its own signature.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from urllib.parse import parse_qs

import structlog
import uvicorn
from django.conf import settings
from django.db import close_old_connections

from sangbong.kernel.canonical import JsonValue, canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters.line.desk import DESK_SOCKET, run_folder
from sangbong.liaison.core.wire.envelope import ENVELOPE_BYTES_MAX
from sangbong.liaison.core.wire.exchange import EXCHANGE_BYTES_MAX, read_exchange
from sangbong.liaison.core.wire.framing import LENGTH_BYTES, PartReader, framed_all
from sangbong.liaison.core.wire.receipt import RECEIPT_BYTES_MAX
from sangbong.office.queries import counterparts, own_keys, own_office

P = ParamSpec("P")
T = TypeVar("T")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BATCH_MAX = 256
BATCH_BYTES_MAX = 8 * 1024 * 1024
WAITING_MAX = 1_000
DIGEST_LETTERS = 64
_FRAMES_MAX = BATCH_MAX * LENGTH_BYTES
_TAKE_MAX = max(BATCH_BYTES_MAX, ENVELOPE_BYTES_MAX) + _FRAMES_MAX
_HANDED_MAX = BATCH_MAX * (DIGEST_LETTERS + 1 + RECEIPT_BYTES_MAX) + _FRAMES_MAX
_DIGESTS_MAX = BATCH_MAX * DIGEST_LETTERS + _FRAMES_MAX
_SIGNAL_MAX = 20 * 1024
_FILM_PATH = re.compile(r"/desk/film/([0-9a-f]{64})")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CODE = re.compile(r"[a-z]{2,20}\.[a-z0-9_]{2,60}")
_JSON, _FRAMES = b"application/json", b"application/octet-stream"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes = b""
    media: bytes = _JSON


class TooLongError(Exception):
    """A body went over the bound of its kind."""


class HungUpError(Exception):
    """The carrier went away in the middle of its body; nothing was taken and nobody waits."""


class UnclearError(Exception):
    """The carrier's question is not one of those in desk.py."""


# the desk's own threads: a page that takes its time keeps no dispatch waiting
_THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="desk")


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one question of our carrier."""
    try:
        reply = await _reply(scope, receive)
    except HungUpError:
        return
    headers = [
        (b"content-type", reply.media),
        (b"content-length", str(len(reply.body)).encode("ascii")),
    ]
    if reply.status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _reply(scope: Scope, receive: Receive) -> Reply:
    try:
        return await _answer(scope, receive)
    except TooLongError:
        return _fault(413, "liaison.too_large")
    except (UnclearError, ValueError):
        return _fault(400, "liaison.desk_question")
    except SangbongError as fault:
        return _fault(403, fault.code)


async def _answer(scope: Scope, receive: Receive) -> Reply:
    asked = parse_qs(scope["query_string"].decode("ascii"))
    film = _FILM_PATH.fullmatch(scope["path"])
    path = "/desk/film" if film else scope["path"]
    match scope["method"], path:
        case "GET", "/desk/counterparts":
            return await _in_thread(_counterparts)
        case "GET", "/desk/waiting":
            return await _in_thread(
                _waiting, _office(asked, "to"), _number(asked, "after"), _number(asked, "limit")
            )
        case "GET", "/desk/exchange":
            return await _in_thread(_exchange, _office(asked, "to"))
        case "GET", "/desk/film" if film:
            return await _in_thread(_film, film[1], _office(asked, "from"))
        case "POST", "/desk/film" if film:
            return await _in_thread(_film_complete, film[1])
        case "POST", _:
            limit, call = _posts(path)
            body = await _body(scope, receive, limit=limit)
            return await _in_thread(call, asked, body)
    return _fault(404, "liaison.link_path_unknown")


def _posts(path: str) -> tuple[int, Callable[[dict[str, list[str]], bytes], Reply]]:
    known: dict[str, tuple[int, Callable[[dict[str, list[str]], bytes], Reply]]] = {
        "/desk/fetch": (_DIGESTS_MAX, _fetch),
        "/desk/take": (_TAKE_MAX, _take),
        "/desk/carried": (_DIGESTS_MAX, _carried),
        "/desk/handed": (_HANDED_MAX, _handed),
        "/desk/exchange": (EXCHANGE_BYTES_MAX, _take_exchange),
        "/desk/signal": (_SIGNAL_MAX, _signal),
    }
    if path not in known:
        raise UnclearError
    return known[path]


async def _in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    def on_fresh_connection() -> T:
        close_old_connections()
        try:
            return call(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(_THREADS, on_fresh_connection)


async def _body(scope: Scope, receive: Receive, *, limit: int) -> bytes:
    """Rule D2: read a body, never more than its bound."""
    stated = dict(scope["headers"]).get(b"content-length", b"0")
    if not stated.isdigit() or int(stated) > limit:
        raise TooLongError
    pieces: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise HungUpError
        piece = message.get("body", b"")
        length += len(piece)
        if length > limit:
            raise TooLongError
        pieces.append(piece)
        if not message.get("more_body", False):
            return b"".join(pieces)


def _office(asked: dict[str, list[str]], name: str) -> OfficeCode:
    return office_code(asked.get(name, [""])[0])


def _number(asked: dict[str, list[str]], name: str) -> int:
    return min(int(asked.get(name, [""])[0]), 2**62)


def _frames(body: bytes, *, limit: int = ENVELOPE_BYTES_MAX) -> list[bytes]:
    reader, parts = PartReader(body), []
    while reader.offset < len(body):
        parts.append(reader.part(limit=limit))
        if len(parts) > BATCH_MAX:
            raise UnclearError
    return parts


def _digests(body: bytes) -> list[str]:
    digests = [part.decode("ascii") for part in _frames(body, limit=DIGEST_LETTERS)]
    if not all(_DIGEST.fullmatch(one) for one in digests):
        raise UnclearError
    return digests


# --- questions -----------------------------------------------------------------------------------


def _counterparts() -> Reply:
    keys = own_keys()
    others: list[JsonValue] = [
        {"certificate": one.tls_certificate, "code": one.code, "url": one.link_url}
        for one in counterparts()
        if one.confirmed_at is not None
    ]
    return _json(
        {
            "certificate": str(keys.tls_certificate_path),
            "code": own_office().code,
            "counterparts": others,
            "key": str(keys.tls_key_path),
        }
    )


def _waiting(recipient: OfficeCode, after: int, limit: int) -> Reply:
    rows, more = queries.waiting_rows(
        recipient, after=after, limit=min(limit, WAITING_MAX), now=settings.CLOCK.now()
    )
    items: list[JsonValue] = [
        {
            "digest": one.digest,
            "film": one.film,
            "id": one.id,
            "length": one.length,
            "pieces": one.pieces,
            "row": one.row,
            "urgent": one.urgent,
        }
        for one in rows
    ]
    return _json({"items": items, "more": more})


def _fetch(asked: dict[str, list[str]], body: bytes) -> Reply:
    del asked
    digests = _digests(body)
    held = queries.envelopes(digests)
    return _framed(held.get(digest, b"") for digest in digests)


def _exchange(recipient: OfficeCode) -> Reply:
    ours = operations.exchange_to_send(now=settings.CLOCK.now(), counterpart=recipient)
    return Reply(204) if ours is None else Reply(200, ours)


def _film(film: str, sender: OfficeCode) -> Reply:
    pieces = queries.film_awaited(film, sender=sender)
    return _json({"pieces": pieces}) if pieces else _fault(404, "liaison.film_unknown")


# --- what came in --------------------------------------------------------------------------------


def _take(asked: dict[str, list[str]], body: bytes) -> Reply:
    """Rules D3 and D4."""
    peer = _office(asked, "from")
    taken = operations.take_batch(
        now=settings.CLOCK.now(),
        # one that is too large for an envelope is looked at too: its sender gets a signed reason
        envelopes=_frames(body, limit=_TAKE_MAX),
        carrier=peer,
        answered=True,
    )
    for one in taken:
        if one.code:
            _log.warning("desk.returned", peer=peer, code=one.code)
    return _framed(_answer_to(one) for one in taken)


def _answer_to(one: operations.Taken) -> bytes:
    if one.arriving:
        return b"A"
    if not one.code:
        return b"R" + one.receipt
    return b"F" + one.receipt if one.receipt else b"N" + one.code.encode("ascii")


def _film_complete(film: str) -> Reply:
    done = operations.film_complete(now=settings.CLOCK.now(), film=film)
    return _framed(digest.encode("ascii") + b"R" + receipt for digest, receipt in done)


def _take_exchange(asked: dict[str, list[str]], body: bytes) -> Reply:
    peer = _office(asked, "from")
    told, ours = operations.answer_exchange(
        now=settings.CLOCK.now(), counterpart=peer, theirs=read_exchange(body)
    )
    for place, fault in told.faults:
        _log.warning("desk.receipt", peer=peer, place=place, code=fault.code)
    return Reply(204) if ours is None else Reply(200, ours)


def _signal(asked: dict[str, list[str]], body: bytes) -> Reply:
    del asked  # who brought it; who wrote it is in the signed frame
    operations.take_signal(now=settings.CLOCK.now(), frame=body)
    return Reply(204)


# --- what became of what went out ----------------------------------------------------------------


def _carried(asked: dict[str, list[str]], body: bytes) -> Reply:
    del asked
    operations.note_carried(now=settings.CLOCK.now(), digests=_digests(body))
    return Reply(204)


def _handed(asked: dict[str, list[str]], body: bytes) -> Reply:
    peer = _office(asked, "from")
    receipts: list[bytes] = []
    arriving: list[str] = []
    not_taken: list[tuple[str, str]] = []
    for frame in _frames(body):
        digest, letter, said = _handed_frame(frame)
        if letter in {b"R", b"F"}:
            receipts.append(said)
        elif letter == b"A":
            arriving.append(digest)
        else:
            not_taken.append((digest, _reason(said)))
    believed = operations.note_handed(
        now=settings.CLOCK.now(),
        counterpart=peer,
        receipts=receipts,
        arriving=arriving,
        not_taken=not_taken,
    )
    for place, fault in believed.faults:
        _log.warning("desk.receipt", peer=peer, place=place, code=fault.code)
    return Reply(204)


def _handed_frame(frame: bytes) -> tuple[str, bytes, bytes]:
    digest = frame[:DIGEST_LETTERS].decode("ascii")
    letter = frame[DIGEST_LETTERS : DIGEST_LETTERS + 1]
    if not _DIGEST.fullmatch(digest) or letter not in {b"R", b"A", b"F", b"N"}:
        raise UnclearError
    return digest, letter, frame[DIGEST_LETTERS + 1 :]


def _reason(said: bytes) -> str:
    code = said.decode("ascii")
    if not _CODE.fullmatch(code):
        raise UnclearError
    return code


def _json(value: JsonValue) -> Reply:
    return Reply(200, canonical_bytes(value))


def _framed(parts: Iterable[bytes]) -> Reply:
    return Reply(200, framed_all(parts), _FRAMES)


def _fault(status: int, code: str) -> Reply:
    return Reply(status, canonical_bytes({"code": code}))


def desk_server() -> uvicorn.Server:
    """A server for the desk's socket, ready to `run()`."""
    folder = run_folder(Path(settings.OFFICE_HOME))
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return uvicorn.Server(
        uvicorn.Config(
            application,
            uds=str(folder / DESK_SOCKET),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_keep_alive=3600,
        )
    )
