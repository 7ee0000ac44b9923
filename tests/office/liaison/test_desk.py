"""The desk: what the carrier is answered, and that bad input leaves nothing but its trace."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.loops import run_apart
from tests.office.liaison.conftest import owed

from sangbong.api import desk
from sangbong.cli.serving import start_desk
from sangbong.kernel.canonical import parse_canonical
from sangbong.kernel.errors import message
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters.sealing import AesPieces, fresh_key
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire import signal as signals
from sangbong.liaison.core.wire import sizes
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.envelope import MAGIC, digest_of, write_envelope
from sangbong.liaison.core.wire.exchange import Exchange, Prefix, read_exchange
from sangbong.liaison.core.wire.film import FilmKey
from sangbong.liaison.core.wire.framing import framed_all
from sangbong.liaison.core.wire.receipt import ReceiptState, read_receipt
from sangbong.liaison.models import (
    InboxDispatch,
    KeptEnvelope,
    NotTaken,
    OutboxDispatch,
    ReturnedEnvelope,
)
from sangbong.liaison.operations.channel import film_store
from sangbong.office.core.clock import FixedClock
from sangbong.office.models import Counterpart

PYONGYANG = OfficeCode("KP-PYO")
DIGEST = "ab" * 32


@pytest.fixture(autouse=True)
def here(settings, now, monkeypatch, office):
    """The desk in this thread, at this time."""

    monkeypatch.setattr(
        desk, "_in_thread", lambda call, *told: sync_to_async(call, thread_sensitive=True)(*told)
    )
    settings.CLOCK = FixedClock(now)


def ask(method: str, target: str, *bodies: bytes, stated: bytes | None = None) -> tuple[int, bytes]:
    """Ask as our carrier does."""
    parts = [
        {"type": "http.request", "body": body, "more_body": n < len(bodies) - 1}
        for n, body in enumerate(bodies)
    ] or [{"type": "http.disconnect"}]
    said: list[dict[str, Any]] = []

    async def receive():
        return parts.pop(0)

    async def send(message):
        said.append(message)

    path, _, query = target.partition("?")
    scope = {
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"content-length", stated)] if stated is not None else [],
    }
    async_to_sync(desk.application)(scope, receive, send)
    return (said[0]["status"], said[1]["body"]) if said else (0, b"")


def take(*envelopes: bytes) -> list[bytes]:
    status, body = ask("POST", "/desk/take?from=KP-PYO", framed_all(envelopes))
    assert status == 200
    return desk._frames(body)


def send(now, **told) -> str:
    return operations.enqueue(
        now=now,
        clearance=standing("b", "p", PYONGYANG),
        recipient=PYONGYANG,
        **({"stream": "round-21", "kind": "tracing.inquiry", "body": {"a": 1}} | told),
    )


def handed(*frames: tuple[str, bytes, bytes]) -> int:
    body = framed_all(digest.encode() + letter + said for digest, letter, said in frames)
    return ask("POST", "/desk/handed?from=KP-PYO", body)[0]


# what waits


def test_the_carrier_learns_whom_it_may_speak_with(peer):
    status, body = ask("GET", "/desk/counterparts", b"")
    told = parse_canonical(body)

    assert (status, told["code"]) == (200, "KR-SEL")
    assert [(one["code"], one["url"]) for one in told["counterparts"]] == [("KP-PYO", "")]
    assert told["certificate"].endswith("link.crt")
    Counterpart.objects.update(confirmed_at=None)
    assert parse_canonical(ask("GET", "/desk/counterparts", b"")[1])["counterparts"] == []


def test_what_waits_is_listed_by_rows_that_only_grow(peer, now):
    ids = [send(now), send(now, urgent=True), send(now)]

    first = parse_canonical(ask("GET", "/desk/waiting?to=KP-PYO&after=0&limit=2", b"")[1])
    after = first["items"][-1]["row"]
    rest = parse_canonical(ask("GET", f"/desk/waiting?to=KP-PYO&after={after}&limit=2", b"")[1])

    assert (first["more"], rest["more"]) == (True, False)
    assert [one["id"] for one in first["items"] + rest["items"]] == ids
    assert [one["urgent"] for one in first["items"]] == [False, True]


def test_envelopes_are_fetched_by_digest_and_a_gone_one_is_empty(peer, now):
    send(now)
    digest = OutboxDispatch.objects.get().envelope_id

    _, body = ask("POST", "/desk/fetch", framed_all([digest.encode(), DIGEST.encode()]))

    assert desk._frames(body) == [queries.envelope_bytes(digest), b""]


def test_what_became_of_what_went_out(peer, now):
    for _ in range(4):
        send(now)
    digests = list(OutboxDispatch.objects.order_by("id").values_list("envelope_id", flat=True))
    assert ask("POST", "/desk/carried", framed_all([digests[3].encode()]))[0] == 204

    assert (
        handed(
            (digests[0], b"R", peer.receipt("round-21", 1, digests[0], "received")),
            (digests[1], b"A", b""),
            (digests[2], b"N", b"office.unknown_counterpart"),
            (digests[0], b"R", b"noise"),
        )
        == 204
    )

    rows = OutboxDispatch.objects.order_by("id").values_list("state", "returned_code")
    assert list(rows) == [
        ("received", ""),
        ("carried", ""),
        ("carried", "office.unknown_counterpart"),
        ("carried", ""),
    ]
    waiting = parse_canonical(ask("GET", "/desk/waiting?to=KP-PYO&after=0&limit=9", b"")[1])
    assert [one["digest"] for one in waiting["items"]] == [digests[1], digests[3]]


# what comes in


def test_a_batch_is_stored_in_one_commit_and_answered_in_its_order(peer):
    """D3, V1."""
    envelopes = [peer.envelope() for _ in range(30)]
    bad = bytearray(peer.envelope(stream="other"))
    bad[3000] ^= 1

    answers, asked = take(*envelopes[:1]), []
    for batch in (envelopes[1:3], envelopes[3:30]):
        with CaptureQueriesContext(connection) as queries_of_batch:
            answers += take(*batch)
        asked.append(len(queries_of_batch))

    assert asked[0] == asked[1]
    assert [answer[:1] for answer in answers] == [b"R"] * 30
    assert {read_receipt(one[1:]).receipt.state for one in answers} == {ReceiptState.RECEIVED}
    assert InboxDispatch.objects.count() == 30
    assert take(bytes(bad), envelopes[3])[0][:1] == b"F"


def test_a_batch_with_repetitions_and_in_any_order_is_stored_once(peer):
    """I1, I6."""
    first, second, third = (peer.envelope() for _ in range(3))

    answers = take(third, first, third, second, first)

    assert [answer[:1] for answer in answers] == [b"R"] * 5
    assert answers[0] == answers[2]
    assert sorted(InboxDispatch.objects.values_list("sequence", flat=True)) == [1, 2, 3]
    assert owed(PYONGYANG, peer.now) == []


def refused_envelopes(peer) -> dict[str, bytes]:
    """Every kind of bad input, by the reason that it is refused with."""
    first = peer.envelope()
    take(first)
    after = peer.last["notes"]
    peer.last["notes"] = (0, "")
    second_history = peer.envelope()
    peer.last["notes"] = after
    header_bytes = b'{"epoch":1}'
    altered = bytearray(peer.envelope(stream="altered"))
    altered[3000] ^= 1
    return {
        "office.unknown_counterpart": peer.envelope(stream="a", sender=OfficeCode("US-WAS")),
        "liaison.other_recipient": peer.envelope(stream="b", recipient=OfficeCode("JP-TYO")),
        "liaison.version_unknown": _later_version(peer),
        "liaison.two_histories": second_history,
        "liaison.chain_broken": peer.envelope(previous=DIGEST),
        "liaison.too_far_ahead": peer.envelope(stream="c", sequence=20_000, previous=DIGEST),
        "liaison.signature_wrong": bytes(altered),
        "office.signer_unknown": peer.envelope(stream="d", signer=7),
        "liaison.size_wrong": peer.envelope(stream="e") + b"\0",
        "liaison.envelope_garbled": MAGIC + len(header_bytes).to_bytes(4, "big") + header_bytes,
    }


def _later_version(peer) -> bytes:
    envelope = peer.envelope(stream="later")
    return envelope.replace(b'"version":1', b'"version":2', 1)


def test_bad_input_is_refused_with_a_coded_reason_and_stores_only_its_trace(peer, now):
    """D4, V3, V4: E1 to E7, I2, I3, I5, each signed where the sender is known."""
    cases = refused_envelopes(peer)
    before = (InboxDispatch.objects.count(), KeptEnvelope.objects.count())

    answers = dict(zip(cases, take(*cases.values()), strict=True))

    for code, answer in answers.items():
        if code == "office.unknown_counterpart":
            assert answer == b"N" + code.encode()
            continue
        receipt = read_receipt(answer[1:]).receipt
        assert (answer[:1], receipt.state, receipt.code) == (b"F", ReceiptState.RETURNED, code)
        assert receipt.digest == digest_of(cases[code])
        assert message(code, "ko")
        assert message(code, "en")
    assert (InboxDispatch.objects.count(), KeptEnvelope.objects.count()) == before
    assert not ReturnedEnvelope.objects.exists()
    kept = {row.code: row for row in NotTaken.objects.all()}
    assert {code: bytes(row.beginning) for code, row in kept.items()} == {
        code: data[:1024] for code, data in cases.items()
    }
    assert {row.carrier for row in kept.values()} == {"KP-PYO"}
    assert kept["office.unknown_counterpart"].claimed == "US-WAS"


def test_the_same_bad_input_again_is_counted_and_not_kept_again(peer, now, monkeypatch):
    """V3."""
    for _ in range(3):
        take(b"noise")
    assert [(row.code, row.times) for row in NotTaken.objects.all()] == [
        ("liaison.envelope_garbled", 3)
    ]

    monkeypatch.setattr("sangbong.liaison.operations.ledger.TRACES_MAX", 2)
    monkeypatch.setattr("sangbong.liaison.operations.ledger._TRACES_SPARE", 1)
    take(b"noise 2", b"noise 3")
    lengths = sorted(NotTaken.objects.values_list("length", flat=True))
    assert lengths == [7, 7]


def test_a_valid_signature_over_a_wrong_content_is_received_and_then_refused(peer, now):
    """E8, B1, B3: what lies inside is only seen when it is opened."""
    seal_for_another = peer.envelope(content=pack(_paper(peer)), epoch=1)
    garbled = peer.envelope(stream="garbled", content=b"\1" * sizes.BODY_CLASS_MIN)
    unsealed = write_envelope(
        _header_of(peer, stream="unsealed"),
        bytes(sizes.BODY_CLASS_MIN),
        sealer=_OtherSeal(),
        signer=peer.signer,
    )
    assert [one[:1] for one in take(seal_for_another, garbled, unsealed)] == [b"R"] * 3

    while operations.apply_next(now=now, handler=lambda dispatch: None):
        continue

    told = [read_receipt(one).receipt for one in owed(PYONGYANG, now)]
    assert [(one.stream, one.state.value, one.code) for one in told] == [
        ("notes", "applied", ""),
        ("garbled", "refused", "liaison.body_garbled"),
        ("unsealed", "refused", "liaison.seal_wrong"),
    ]


class _OtherSeal:
    """Seals for nobody."""

    def seal(self, content: bytes, *, info: bytes) -> bytes:
        return bytes(1136) + content


def _paper(peer) -> Paper:
    return Paper(kind="liaison.note", body={}, basis="b", purpose="p", sealed_at=peer.now)


def _header_of(peer, *, stream: str):
    from sangbong.liaison.core.wire.envelope import read_envelope

    return read_envelope(peer.envelope(stream=stream)).header


def test_a_replayed_envelope_changes_nothing(peer, now):
    """I1, I8."""
    envelope = peer.envelope()
    take(envelope)
    operations.apply_next(now=now, handler=lambda dispatch: None)
    before = list(InboxDispatch.objects.values("state", "received_at", "final_at"))

    for _ in range(3):
        take(envelope)

    assert list(InboxDispatch.objects.values("state", "received_at", "final_at")) == before
    assert not operations.apply_next(now=now, handler=lambda dispatch: None)


@pytest.mark.parametrize(
    ("target", "bodies", "stated"),
    [
        ("/desk/take?from=KP-PYO", [b""], b"99999999999"),
        ("/desk/take?from=KP-PYO", [b""], b"-1"),
        ("/desk/exchange?from=KP-PYO", [bytes(6_000_000)] * 2, None),
        ("/desk/signal?from=KP-PYO", [bytes(30_000)], None),
    ],
)
def test_a_body_over_its_bound_is_cut_off(target, bodies, stated):
    """D2: also an envelope larger than the cap."""
    status, body = ask("POST", target, *bodies, stated=stated)
    assert (status, parse_canonical(body)) == (413, {"code": "liaison.too_large"})


@pytest.mark.parametrize(
    ("method", "target", "body", "status"),
    [
        ("GET", "/desk/waiting?to=nobody&after=0&limit=1", b"", 403),
        ("GET", "/desk/waiting?to=KP-PYO&after=x&limit=1", b"", 400),
        ("GET", "/desk/waiting?to=KP-PYO", b"", 400),
        ("GET", "/desk/nothing", b"", 404),
        ("PUT", "/desk/take", b"", 404),
        ("POST", "/desk/nothing", b"", 400),
        ("POST", "/desk/take?from=KP-PYO", b"\0\0\0\x09half", 400),
        ("POST", "/desk/take?from=KP-PYO", framed_all([b""] * 257), 400),
        ("POST", "/desk/fetch", framed_all([b"no digest"]), 400),
        ("POST", "/desk/fetch", framed_all([b"\xff" * 64]), 400),
        ("POST", "/desk/handed?from=KP-PYO", framed_all([DIGEST.encode() + b"X"]), 400),
        ("POST", "/desk/handed?from=KP-PYO", framed_all([b"R"]), 400),
        ("POST", "/desk/handed?from=KP-PYO", framed_all([DIGEST.encode() + b"Nnot a code"]), 400),
        ("POST", "/desk/exchange?from=KP-PYO", b"{}", 403),
        ("GET", f"/desk/film/{DIGEST}?from=KP-PYO", b"", 404),
        ("POST", "/desk/signal?from=KP-PYO", b"noise", 403),
    ],
)
def test_an_unclear_question_is_told_so(peer, method, target, body, status):
    assert ask(method, target, body)[0] == status


def test_a_carrier_that_hangs_up_gets_no_answer(peer):
    assert ask("POST", "/desk/take?from=KP-PYO") == (0, b"")


# films


@pytest.fixture
def film(tmp_path):
    """A film of Pyongyang's, sealed there: its plaintext, its id, its key, and its store."""
    from sangbong.liaison.adapters.film_store import FilmStore

    plain = bytes(range(256)) * 700
    theirs = FilmStore(tmp_path / "theirs")
    key = fresh_key()
    sealed = theirs.seal_chunks([plain], length=len(plain), key=key, cipher=AesPieces())
    return plain, sealed, FilmKey(key, len(plain)), theirs


def film_envelope(peer, film) -> bytes:
    _, sealed, key, _ = film
    content = pack(
        Paper(
            kind="letters.film",
            body={},
            basis="b",
            purpose="p",
            sealed_at=peer.now,
            film=key,
        )
    )
    return peer.envelope(
        content=content, stream="film-1", film=sealed.film_id, pieces=sealed.pieces
    )


def bring(film) -> None:
    """As the carrier brings the pieces."""
    _, sealed, _, theirs = film
    store = film_store()
    store.expect(sealed.film_id, theirs.manifest(sealed.film_id))
    for index in range(sealed.pieces):
        assert store.put(sealed.film_id, index, theirs.read_piece(sealed.film_id, index))
    store.sync(sealed.film_id)


def test_a_film_arrives_and_only_then_custody_passes(peer, now, film):
    """I10, S4, R6."""
    plain, sealed, _, _ = film
    envelope = film_envelope(peer, film)
    target = f"/desk/film/{sealed.film_id}?from=KP-PYO"

    assert take(envelope) == [b"A"]
    assert take(envelope) == [b"A"]
    assert ask("GET", target, b"") == (200, b'{"pieces":%d}' % sealed.pieces)
    assert ask("POST", target, b"") == (200, b"")
    assert not operations.apply_next(now=now, handler=lambda dispatch: None)
    assert queries.dispatches()[0].state is DispatchState.ARRIVING
    assert owed(PYONGYANG, now) == []
    bring(film)
    (frame,) = desk._frames(ask("POST", target, b"")[1])

    assert frame[:65] == digest_of(envelope).encode() + b"R"
    assert read_receipt(frame[65:]).receipt.state is ReceiptState.RECEIVED
    seen = []
    operations.apply_next(
        now=now, handler=lambda dispatch: seen.append(b"".join(dispatch.film.open()))
    )
    assert seen == [plain]
    assert ask("GET", target, b"")[0] == 404


def test_a_film_that_is_here_already_is_received_at_once(peer, now, film):
    """I10."""
    bring(film)
    envelope = film_envelope(peer, film)

    assert take(envelope)[0][:1] == b"R"


def test_a_film_that_came_while_nobody_said_so_is_received_when_its_envelope_comes_again(
    peer, now, film
):
    envelope = film_envelope(peer, film)
    take(envelope)
    bring(film)

    assert take(envelope)[0][:1] == b"R"


# what is told


def test_exchanges_are_given_taken_and_answered_until_nothing_is_left(peer, now):
    send(now)
    digest = OutboxDispatch.objects.get().envelope_id
    take(peer.envelope())
    status, ours = ask("GET", "/desk/exchange?to=KP-PYO", b"")
    assert (status, read_exchange(ours).heard) == (200, (Prefix("notes", 1, 1),))
    assert ask("GET", "/desk/exchange?to=KP-PYO", b"")[0] == 204

    theirs = Exchange(
        incarnation=1,
        receipts=(peer.receipt("round-21", 1, digest, "applied"), b"{}"),
        heard=(Prefix("round-21", 1, 1),),
    )
    status, answer = ask("POST", "/desk/exchange?from=KP-PYO", theirs.encode())

    assert (status, read_exchange(answer).settled) == (200, (Prefix("round-21", 1, 1),))
    assert ask("POST", "/desk/exchange?from=KP-PYO", Exchange(incarnation=1).encode())[0] == 204


def test_a_signal_is_handed_to_whoever_sits_and_never_stored(peer, now, settings):
    """G1 to G7."""
    heard: list[bytes] = []
    header = signals.SignalHeader(
        sender=peer.code, recipient=peer.other, sitting="room-7", counter=1, signer=1
    )
    frame = signals.write_signal(header, b"hello", signer=peer.signer)
    target = "/desk/signal?from=KP-PYO"
    assert ask("POST", target, frame)[0] == 204
    operations.SWITCHBOARD.listen("room-7", lambda signal: heard.append(signal.payload))

    told = [ask("POST", target, frame) for _ in range(2)]
    operations.SWITCHBOARD.leave("room-7")

    assert heard == [b"hello"]
    assert [status for status, _ in told] == [204, 403]
    assert ask("POST", target, frame)[0] == 204
    operations.send_signal(
        now=now, recipient=PYONGYANG, sitting="room-7", counter=1, payload=b"lost without a line"
    )


def test_the_desk_answers_over_the_office_s_own_socket(tmp_path, settings, monkeypatch):
    """D1."""
    settings.OFFICE_HOME = tmp_path

    thread = start_desk()

    socket = tmp_path / "run" / "desk.sock"
    assert socket.is_socket()
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
    assert thread.name == "desk"


def test_work_is_done_in_the_desk_s_own_threads(monkeypatch):
    monkeypatch.undo()

    async def name() -> str:
        import threading

        return await desk._in_thread(lambda: threading.current_thread().name)

    assert run_apart(name()).startswith("desk")


def test_a_dispatch_that_was_returned_rests_and_waits_again(peer, now):
    send(now)
    digest = OutboxDispatch.objects.get().envelope_id
    returned = peer.receipt("round-21", 1, digest, "returned", "liaison.version_unknown")
    handed((digest, b"F", returned))

    rows = [
        queries.waiting_rows(PYONGYANG, after=0, limit=9, now=now + timedelta(minutes=minutes))[0]
        for minutes in (0, 11)
    ]

    assert [len(one) for one in rows] == [0, 1]
