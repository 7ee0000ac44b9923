"""The line, both ends: real TLS with pinned certificates, and every answer the other side may give."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from asgiref.sync import async_to_sync
from tests.office.liaison.conftest import owed

from sangbong.api import link as our_end
from sangbong.kernel.canonical import parse_canonical
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries, tasks
from sangbong.liaison.adapters import link as carrier
from sangbong.liaison.adapters.link import certificate_der, client_context, server_context
from sangbong.liaison.core.clearance import standing
from sangbong.liaison.core.envelope import read_envelope
from sangbong.liaison.core.exchange import Exchange, Prefix, read_exchange
from sangbong.liaison.core.receipt import ReceiptState, read_receipt
from sangbong.liaison.core.states import DispatchState
from sangbong.liaison.models import InboxDispatch, OutboxDispatch, OutboxStream
from sangbong.office.adapters import keystore
from sangbong.office.models import AuditEntry, Counterpart

PYONGYANG = OfficeCode("KP-PYO")


@pytest.fixture(autouse=True)
def connection_of_the_test(monkeypatch):
    """As Django's own test client does: a request must not close the test's transaction."""
    monkeypatch.setattr(our_end, "close_old_connections", lambda: None)


def send(now) -> str:
    return operations.enqueue(
        now=now,
        clearance=standing("b", "p", PYONGYANG),
        recipient=PYONGYANG,
        stream="round-21",
        kind="tracing.inquiry",
        body={},
    )


def digest() -> str:
    return OutboxDispatch.objects.order_by("id")[0].envelope_id


@contextlib.contextmanager
def served(config: uvicorn.Config) -> Iterator[int]:
    """A server in a thread of its own; gives its port."""
    with contextlib.closing(socket.socket()) as listening:
        listening.bind(("localhost", 0))
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield listening.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class TheirEnd:
    """Pyongyang's end of the line: takes and answers as a test tells it."""

    peer: Any
    envelopes: list[bytes] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    state: str = "received"
    status: int = 200
    owed: list[Exchange] = field(default_factory=list)
    answer: bytes | None = None
    hang_up: bool = False

    async def __call__(self, scope, receive, send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        if self.hang_up:
            raise ConnectionAbortedError
        reply = (
            self._envelope(body) if scope["path"] == carrier.ENVELOPES_PATH else self._told(body)
        )
        reply = reply if self.answer is None else self.answer
        await send({"type": "http.response.start", "status": self.status, "headers": []})
        await send({"type": "http.response.body", "body": reply})

    def _envelope(self, body: bytes) -> bytes:
        self.envelopes.append(body)
        read = read_envelope(body)
        code = "liaison.version_unknown" if self.state == "returned" else ""
        header = read.header
        return self.peer.receipt(header.stream, header.sequence, read.digest, self.state, code)

    def _told(self, body: bytes) -> bytes:
        self.status = 200 if self.status == 422 else self.status
        self.exchanges.append(read_exchange(body))
        return (self.owed.pop(0) if self.owed else Exchange(incarnation=1)).encode()


@pytest.fixture
def their_end(peer, key_homes) -> Iterator[TheirEnd]:
    """Pyongyang's server, its address in our book."""
    app = TheirEnd(peer)
    config = uvicorn.Config(app, lifespan="off", log_config=None, ws="none", loop="asyncio")
    config.load()
    config.ssl = server_context(
        certificate=peer.keys.tls_certificate_path,
        key=peer.keys.tls_key_path,
        counterparts_pem=(key_homes[0] / "keys" / "link.crt").read_text(),
    )
    with served(config) as port:
        Counterpart.objects.update(link_url=f"https://localhost:{port}")
        yield app


def call(now):
    return operations.call_counterpart(now=now, recipient=PYONGYANG)


def test_a_call_hands_over_the_envelope_and_believes_the_receipt(their_end, now):
    dispatch = send(now)

    report = call(now)

    assert report.handed == [dispatch]
    assert their_end.envelopes == [queries.envelope_bytes(digest())]
    view = queries.dispatches()[0]
    assert (view.state, view.carried_at) == (DispatchState.RECEIVED, now)
    assert AuditEntry.objects.filter(action="liaison.call").count() == 1


def test_a_call_gives_and_gets_receipts_until_both_are_settled(their_end, peer, now):
    send(now)
    operations.receive(now=now, envelope=peer.envelope())
    operations.apply_next(now=now, handler=lambda dispatch: None)
    applied = peer.receipt("round-21", 1, digest(), "applied")
    their_end.owed = [Exchange(1, (applied,), settled=(Prefix("notes", 1, 1),))]

    report = call(now)

    first, second = their_end.exchanges
    assert [read_receipt(r).receipt.state for r in first.receipts] == [ReceiptState.APPLIED]
    assert (second.receipts, second.settled) == ((), (Prefix("round-21", 1, 1),))
    assert (report.receipts, report.settled, report.progress) == (1, 1, 3)
    assert not queries.anything_to_say(PYONGYANG, now=now)
    assert queries.unfinished() == 0


def test_a_returned_envelope_stays_in_our_custody_with_the_reason(their_end, now):
    their_end.state, their_end.status = "returned", 422
    send(now)

    report = call(now)

    view = queries.dispatches()[0]
    assert (view.state, view.returned_code) == (DispatchState.CARRIED, "liaison.version_unknown")
    assert (report.handed, report.progress) == ([], 0)
    assert call(now).progress == 0


def test_a_receipt_on_the_line_that_is_not_to_be_believed_moves_nothing(their_end, now):
    their_end.answer = b"{}"
    send(now)

    with pytest.raises(SangbongError):
        call(now)

    assert queries.dispatches()[0].state is DispatchState.CARRIED


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": 500}, "liaison.link_answer"),
        ({"answer": b"x" * 100_000}, "liaison.link_answer"),
        ({"hang_up": True, "status": 500}, "liaison.link_answer"),
    ],
)
def test_an_answer_that_is_not_understood_is_told_and_the_dispatch_goes_again(
    their_end, now, change, code
):
    vars(their_end).update(change)
    send(now)

    with pytest.raises(SangbongError) as told:
        call(now)

    assert told.value.code == code
    assert len(queries.waiting_for(PYONGYANG)) == 1


def test_an_exchange_that_is_not_understood_is_told(their_end, now):
    their_end.status = 503

    with pytest.raises(SangbongError) as told:
        call(now)

    assert told.value.code == "liaison.link_answer"


def test_an_office_that_does_not_answer_leaves_the_dispatch_sealed(peer, now):
    send(now)
    with contextlib.closing(socket.socket()) as unused:
        unused.bind(("localhost", 0))
        Counterpart.objects.update(link_url=f"https://localhost:{unused.getsockname()[1]}")

    with pytest.raises(SangbongError) as told:
        call(now)

    assert told.value.code == "liaison.link_down"
    assert queries.dispatches()[0].state is DispatchState.SEALED


def test_a_line_that_is_cut_in_a_call_leaves_the_dispatch_carried(peer, now):
    send(now)
    with contextlib.closing(socket.socket()) as listening:
        listening.bind(("localhost", 0))
        listening.listen()
        Counterpart.objects.update(link_url=f"http://localhost:{listening.getsockname()[1]}")

        def cut() -> None:
            connection, _ = listening.accept()
            connection.recv(100)
            connection.close()

        thread = threading.Thread(target=cut)
        thread.start()
        with pytest.raises(SangbongError) as told:
            call(now)
        thread.join()

    assert told.value.code == "liaison.link_cut"
    assert queries.dispatches()[0].state is DispatchState.CARRIED


def test_an_office_without_a_line_is_reached_by_stick_only(peer, now):
    with pytest.raises(SangbongError) as told:
        call(now)
    assert told.value.code == "liaison.no_line"


def test_a_server_with_another_certificate_is_not_spoken_to(their_end, now, key_homes):
    send(now)
    statement_of_a_stranger = (key_homes[0] / "keys" / "link.crt").read_text()
    context = client_context(
        certificate=key_homes[0] / "keys" / "link.crt",
        key=key_homes[0] / "keys" / "link.key",
        counterpart_pem=statement_of_a_stranger,
    )

    with (
        carrier.Link(Counterpart.objects.get().link_url, context) as line,
        pytest.raises(SangbongError) as told,
    ):
        line.hand_over(queries.envelope_bytes(digest()))

    assert told.value.code == "liaison.link_down"
    assert their_end.envelopes == []


def test_the_worker_calls_only_where_there_is_a_line_and_something_to_say(their_end, now):
    assert tasks.carry(now=now) == 0
    assert their_end.exchanges == []
    send(now)

    assert tasks.carry(now=now) == 1
    assert tasks.carry(now=now) == 0

    assert len(their_end.envelopes) == 1


def test_the_worker_passes_over_offices_without_a_line_or_with_keys_not_compared(peer, now):
    send(now)
    assert tasks.carry(now=now) == 0
    Counterpart.objects.update(link_url="https://localhost:1", confirmed_at=None)
    assert tasks.carry(now=now) == 0


def test_the_worker_outlives_a_line_that_is_down(peer, now):
    send(now)
    with contextlib.closing(socket.socket()) as unused:
        unused.bind(("localhost", 0))
        Counterpart.objects.update(link_url=f"https://localhost:{unused.getsockname()[1]}")
    assert tasks.carry(now=now) == 0


# our own end


def ask(
    peer, method: str, path: str, *bodies: bytes, stated: bytes | None = None, known: bool = True
) -> tuple[int, bytes]:
    """Ask our ASGI application as Pyongyang's carrier would."""
    parts = [
        {"type": "http.request", "body": body, "more_body": n < len(bodies) - 1}
        for n, body in enumerate(bodies)
    ] or [{"type": "http.disconnect"}]
    said: list[dict[str, Any]] = []

    async def receive():
        return parts.pop(0)

    async def send_back(message):
        said.append(message)

    scope = {
        "method": method,
        "path": path,
        "headers": [(b"content-length", stated)] if stated is not None else [],
        "state": {our_end.PEER_KEY: certificate_der(peer.keys.tls_certificate_path.read_text())}
        if known
        else {},
    }
    async_to_sync(our_end.application)(scope, receive, send_back)
    return (said[0]["status"], said[1]["body"]) if said else (0, b"")


def test_an_envelope_over_the_line_is_answered_by_its_receipt(peer):
    envelope = peer.envelope()

    answers = [ask(peer, "POST", "/link/envelopes", envelope[:99], envelope[99:]) for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0][0] == 200
    assert read_receipt(answers[0][1]).receipt.state is ReceiptState.RECEIVED
    assert InboxDispatch.objects.count() == 1


def test_a_receipt_given_on_the_call_is_not_carried_besides(peer, now):
    """O4: not for the first arrival, nor for another; a final one is."""
    envelope = peer.envelope()
    for _ in range(2):
        ask(peer, "POST", "/link/envelopes", envelope)
    assert owed(PYONGYANG, now) == []

    operations.apply_next(now=now, handler=lambda dispatch: None)
    settled = Exchange(incarnation=1, settled=(Prefix("notes", 1, 1),))
    operations.accept_exchange(now=now, sender=PYONGYANG, theirs=settled)
    ask(peer, "POST", "/link/envelopes", envelope)

    assert [read_receipt(r).receipt.state for r in owed(PYONGYANG, now)] == [ReceiptState.APPLIED]


def test_an_envelope_that_cannot_be_taken_is_answered_by_a_signed_reason(peer):
    """L4."""
    status, body = ask(peer, "POST", "/link/envelopes", peer.envelope() + b"\0")

    receipt = read_receipt(body).receipt
    assert (status, receipt.state, receipt.code) == (
        422,
        ReceiptState.RETURNED,
        "liaison.size_wrong",
    )


def test_an_envelope_in_the_name_of_an_office_unknown_here_is_only_refused(peer):
    envelope = peer.envelope(sender=OfficeCode("US-WAS"))

    assert ask(peer, "POST", "/link/envelopes", envelope) == (
        403,
        b'{"code":"office.unknown_counterpart"}',
    )


@pytest.mark.parametrize("certificate", [None, b"a stranger's"])
def test_nobody_is_heard_without_a_pinned_certificate(peer, certificate):
    """L1."""
    status, body = ask(peer, "GET", "/link/receipts", b"", known=False)
    assert (status, parse_canonical(body)) == (403, {"code": "liaison.link_peer_unknown"})
    assert our_end._peer_of(certificate) is None


@pytest.mark.parametrize(
    ("stated", "bodies"),
    [
        (b"999999999999", [b""]),
        (b"-1", [b""]),
        (None, [bytes(6_000_000)] * 2),
    ],
)
def test_a_body_over_its_bound_is_cut_off(peer, stated, bodies):
    """L2."""
    status, body = ask(peer, "POST", "/link/receipts", *bodies, stated=stated)
    assert (status, parse_canonical(body)) == (413, {"code": "liaison.too_large"})


def test_a_caller_that_hangs_up_gets_no_answer(peer):
    assert ask(peer, "POST", "/link/receipts") == (0, b"")


def test_receipts_are_exchanged_in_one_call(peer, now):
    send(now)
    operations.receive(now=now, envelope=peer.envelope())
    theirs = Exchange(
        incarnation=1,
        receipts=(
            peer.receipt("round-21", 1, digest(), "applied"),
            peer.receipt("round-21", 9, digest(), "applied"),
        ),
    )

    status, body = ask(peer, "POST", "/link/receipts", theirs.encode())

    ours = read_exchange(body)
    assert status == 200
    assert [read_receipt(r).receipt.state for r in ours.receipts] == [ReceiptState.RECEIVED]
    assert ours.settled == (Prefix("round-21", 1, 1),)
    assert not OutboxStream.objects.filter(settled_owed=True).exists()


def test_asking_for_receipts_changes_nothing(peer, now):
    operations.receive(now=now, envelope=peer.envelope())

    answers = {ask(peer, "GET", "/link/receipts", b"") for _ in range(2)}

    assert len(answers) == 1
    assert len(read_exchange(answers.pop()[1]).receipts) == 1


def test_an_exchange_out_of_form_is_refused(peer):
    status, body = ask(peer, "POST", "/link/receipts", b"{}")
    assert (status, parse_canonical(body)) == (400, {"code": "liaison.exchange_garbled"})


def test_other_paths_are_not_there(peer):
    status, _ = ask(peer, "GET", "/link/persons", b"")
    assert status == 404


@pytest.fixture
def our_server(peer) -> Iterator[tuple[int, list[Any]]]:
    """Our own server with an application that only notes who called."""
    seen: list[Any] = []

    async def note(scope, receive, send_back) -> None:
        seen.append(scope["state"][our_end.PEER_KEY])
        await send_back({"type": "http.response.start", "status": 204, "headers": []})
        await send_back({"type": "http.response.body", "body": b""})

    config = our_end.link_server(host="localhost", port=0).config
    config.loaded_app = note
    with served(config) as port:
        yield port, seen


def test_our_end_knows_its_caller_by_the_certificate(our_server, peer, key_homes):
    """L1."""
    port, seen = our_server
    context = client_context(
        certificate=peer.keys.tls_certificate_path,
        key=peer.keys.tls_key_path,
        counterpart_pem=(key_homes[0] / "keys" / "link.crt").read_text(),
    )
    with httpx.Client(verify=context, trust_env=False) as client:
        assert client.get(f"https://localhost:{port}/").status_code == 204

    assert seen == [certificate_der(peer.keys.tls_certificate_path.read_text())]


def test_our_end_hangs_up_on_a_stranger(our_server, key_homes, tmp_path, now):
    """L1: a certificate that nobody pinned does not get past the handshake."""
    port, seen = our_server
    keystore.make_keys(tmp_path / "stranger", code="KP-PYO", now=now)
    ours = (key_homes[0] / "keys" / "link.crt").read_text()
    stranger = client_context(
        certificate=tmp_path / "stranger" / "keys" / "link.crt",
        key=tmp_path / "stranger" / "keys" / "link.key",
        counterpart_pem=ours,
    )
    nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    nobody.check_hostname = False
    nobody.load_verify_locations(cadata=ours)
    for context in (stranger, nobody):
        with (
            httpx.Client(verify=context, trust_env=False) as client,
            pytest.raises(httpx.TransportError),
        ):
            client.get(f"https://localhost:{port}/")

    assert seen == []


def test_a_line_that_nobody_could_call_is_not_opened(office):
    with pytest.raises(SangbongError) as told:
        our_end.link_server(host="localhost", port=0)
    assert told.value.code == "liaison.no_counterpart"
