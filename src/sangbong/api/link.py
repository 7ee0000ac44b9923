"""The line's other end: `/link/*` as a raw ASGI application behind TLS that knows both offices.

    POST /link/envelopes   one envelope; answered by a signed receipt, after the commit
    POST /link/receipts    receipts and settled streams; answered in kind
    GET  /link/receipts    receipts and settled streams that we owe

1. (L1) Nobody is heard without a certificate that is a counterpart's, byte for byte.
2. (L2) A body longer than its kind may be is cut off and refused before it is all read.
3. (L3) The receipt of an envelope leaves after the transaction that stored it has committed.
4. (L4) An envelope that cannot be taken is answered by a signed receipt with the reason (422).

Never behind a proxy that ends TLS: the peer's certificate is read from our own connection.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

import structlog
import uvicorn
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import close_old_connections, transaction
from uvicorn.protocols.http.h11_impl import H11Protocol

from sangbong.kernel.canonical import canonical_bytes
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations
from sangbong.liaison.core.envelope import ENVELOPE_BYTES_MAX
from sangbong.liaison.core.exchange import EXCHANGE_BYTES_MAX, read_exchange
from sangbong.office.queries import counterparts, own_keys

P = ParamSpec("P")
T = TypeVar("T")
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PEER_KEY = "sangbong_peer_certificate"
_JSON = b"application/json"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    body: bytes


class TooLongError(Exception):
    """A body went over the bound of its kind."""


class HungUpError(Exception):
    """The caller went away in the middle of its body; nothing was taken and nobody waits."""


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of another office's carrier."""
    try:
        reply = await _reply(scope, receive)
    except HungUpError:
        return
    headers = [(b"content-type", _JSON), (b"content-length", str(len(reply.body)).encode("ascii"))]
    if reply.status == 413:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


async def _reply(scope: Scope, receive: Receive) -> Reply:
    peer = await _in_thread(_peer_of, scope.get("state", {}).get(PEER_KEY))
    if peer is None:
        return _fault(403, "liaison.link_peer_unknown")
    try:
        match scope["method"], scope["path"]:
            case "POST", "/link/envelopes":
                envelope = await _body(scope, receive, limit=ENVELOPE_BYTES_MAX)
                return await _in_thread(_take_envelope, envelope, peer)
            case "POST", "/link/receipts":
                body = await _body(scope, receive, limit=EXCHANGE_BYTES_MAX)
                return await _in_thread(_take_exchange, body, peer)
            case "GET", "/link/receipts":
                return await _in_thread(_owed_exchange, peer)
            case _:
                return _fault(404, "liaison.link_path_unknown")
    except TooLongError:
        return _fault(413, "liaison.too_large")


async def _in_thread(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    def on_fresh_connection() -> T:
        close_old_connections()
        return call(*args, **kwargs)

    return await sync_to_async(on_fresh_connection, thread_sensitive=True)()


def _peer_of(certificate: bytes | None) -> OfficeCode | None:
    """Rule L1: the counterpart whose pinned certificate this is."""
    if certificate is None:
        return None
    for other in counterparts():
        if operations.certificate_der(other.tls_certificate) == certificate:
            return other.code
    return None


async def _body(scope: Scope, receive: Receive, *, limit: int) -> bytes:
    """Rule L2: read a body, never more than its bound."""
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


def _take_envelope(envelope: bytes, peer: OfficeCode) -> Reply:
    """Rules L3 and L4."""
    now = settings.CLOCK.now()
    try:
        receipt = operations.receive(now=now, envelope=envelope, answered=True)
    except SangbongError as fault:
        _log.warning("link.returned", peer=peer, code=fault.code)
        answer = operations.return_envelope(
            now=now, envelope=envelope, code=fault.code, carrier=peer
        )
        return Reply(422, answer) if answer else _fault(403, fault.code)
    return Reply(200, receipt)


def _take_exchange(body: bytes, peer: OfficeCode) -> Reply:
    now = settings.CLOCK.now()
    try:
        theirs = read_exchange(body)
    except SangbongError as fault:
        return _fault(400, fault.code)
    with transaction.atomic(durable=True):
        told = operations.accept_exchange(now=now, sender=peer, theirs=theirs)
        ours = operations.exchange_for(now=now, recipient=peer)
        operations.tell(now=now, recipient=peer, message=ours)
    for place, unbelieved in told.faults:
        _log.warning("link.receipt", peer=peer, what=f"receipt {place + 1}", code=unbelieved.code)
    return Reply(200, ours.exchange.encode())


def _owed_exchange(peer: OfficeCode) -> Reply:
    now = settings.CLOCK.now()
    with transaction.atomic():
        ours = operations.exchange_for(now=now, recipient=peer)
    return Reply(200, ours.exchange.encode())


def _fault(status: int, code: str) -> Reply:
    return Reply(status, canonical_bytes({"code": code}))


class PinnedProtocol(H11Protocol):
    """Hands the peer's certificate, as TLS saw it, to the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the certificate for every request of this connection."""
        super().connection_made(transport)
        tls = transport.get_extra_info("ssl_object")
        certificate = tls.getpeercert(binary_form=True) if tls is not None else None
        self.app_state = {**self.app_state, PEER_KEY: certificate}


def link_server(*, host: str, port: int) -> uvicorn.Server:
    """A server for this office's end of the line, ready to `run()`; needs at least one counterpart.

    Raises:
        SangbongError: `liaison.no_counterpart`; nobody could call.
    """
    others = [other for other in counterparts() if other.confirmed_at is not None]
    if not others:
        raise SangbongError("liaison.no_counterpart")
    keys = own_keys()
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        http=PinnedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        ssl_certfile=keys.tls_certificate_path,
        ssl_keyfile=keys.tls_key_path,
        timeout_keep_alive=30,
        limit_concurrency=64,
    )
    config.load()
    config.ssl = operations.server_context(
        certificate=keys.tls_certificate_path,
        key=keys.tls_key_path,
        counterparts_pem="".join(other.tls_certificate for other in others),
    )
    return uvicorn.Server(config)
