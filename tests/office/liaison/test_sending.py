"""Sending: sealed once with its cause, moved only by receipts that are believed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters.sealing import OwnOpener
from sangbong.liaison.core.custody.clearance import Clearance, standing
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.body import unpack
from sangbong.liaison.core.wire.envelope import NO_PREVIOUS, digest_of, open_envelope, read_envelope
from sangbong.liaison.core.wire.exchange import Prefix
from sangbong.liaison.models import OutboxDispatch, OutboxStream
from sangbong.office.models import Counterpart

PYONGYANG = OfficeCode("KP-PYO")


def send(now, **changes) -> str:
    told = {
        "clearance": standing("b", "p", PYONGYANG),
        "recipient": PYONGYANG,
        "stream": "round-21",
        "kind": "tracing.inquiry",
        "body": {"a": 1},
    }
    return operations.enqueue(now=now, **(told | changes))


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(SangbongError) as told:
        call(*arguments, **named)
    return told.value.code


def digests() -> list[str]:
    return list(OutboxDispatch.objects.order_by("id").values_list("envelope_id", flat=True))


def test_a_paper_is_sealed_for_its_recipient_and_nobody_else(peer, now):
    dispatch = send(now, attachments=[b"scan"])

    envelope = read_envelope(queries.envelope_bytes(digests()[0]))
    paper = unpack(open_envelope(envelope, opener=OwnOpener(peer.keys.receiving)))
    assert dispatch == "KR-SEL>KP-PYO/round-21/1"
    assert (paper.kind, paper.body, paper.attachments) == ("tracing.inquiry", {"a": 1}, (b"scan",))
    assert envelope.header.previous == NO_PREVIOUS


def test_dispatches_of_a_stream_are_chained_and_streams_are_apart(peer, now):
    ids = [send(now), send(now), send(now, stream="film-1")]

    headers = [read_envelope(queries.envelope_bytes(d)).header for d in digests()]
    assert ids == [
        "KR-SEL>KP-PYO/round-21/1",
        "KR-SEL>KP-PYO/round-21/2",
        "KR-SEL>KP-PYO/film-1/1",
    ]
    assert [h.previous for h in headers] == [NO_PREVIOUS, digests()[0], NO_PREVIOUS]


def test_the_outbox_keeps_on_which_clearance_a_dispatch_left(peer, now):
    send(now, clearance=Clearance("agreement 3.2", "tracing", PYONGYANG, ("name",), ("c7",)))

    kept = OutboxDispatch.objects.get().clearance
    assert {key: kept[key] for key in ("basis", "purpose", "fields", "consents")} == {
        "basis": "agreement 3.2",
        "purpose": "tracing",
        "fields": ["name"],
        "consents": 1,
    }


def test_a_dispatch_goes_with_its_cause_or_not_at_all(peer, now):
    with transaction.atomic():
        send(now)
        transaction.set_rollback(True)  # the cause failed

    assert queries.waiting_for(PYONGYANG) == []


def test_what_has_no_leave_to_go_there_is_not_sealed(peer, now):
    assert (
        code_of(send, now, clearance=standing("b", "p", OfficeCode("JP-TYO")))
        == "liaison.clearance_other_recipient"
    )
    assert code_of(send, now, stream="김순옥") == "liaison.stream_name"
    tokyo = OfficeCode("JP-TYO")
    assert (
        code_of(send, now, clearance=standing("b", "p", tokyo), recipient=tokyo)
        == "office.unknown_counterpart"
    )
    Counterpart.objects.update(confirmed_at=None)
    assert code_of(send, now) == "liaison.counterpart_unconfirmed"
    assert not OutboxDispatch.objects.exists()


def test_a_receipt_moves_a_dispatch_and_its_time(peer, now):
    send(now)
    later = now + timedelta(days=1)
    operations.mark_carried(now=now, ids=["KR-SEL>KP-PYO/round-21/1"])

    operations.accept_receipt(
        now=later, receipt=peer.receipt("round-21", 1, digests()[0], "received")
    )
    operations.accept_receipt(
        now=later, receipt=peer.receipt("round-21", 1, digests()[0], "applied")
    )
    operations.accept_receipt(
        now=later, receipt=peer.receipt("round-21", 1, digests()[0], "received")
    )

    view = queries.dispatches()[0]
    assert (view.state, view.code, view.kind) == (DispatchState.APPLIED, "", "tracing.inquiry")
    assert (view.sealed_at, view.carried_at) == (now, now)
    assert (view.received_at, view.final_at) == (later, later)
    assert queries.unfinished() == 0


def test_a_final_receipt_says_also_that_it_was_received(peer, now):
    """S1."""
    send(now)

    operations.accept_receipt(
        now=now,
        receipt=peer.receipt("round-21", 1, digests()[0], "refused", "tracing.round_unknown"),
    )

    view = queries.dispatches()[0]
    assert (view.state, view.code) == (DispatchState.REFUSED, "tracing.round_unknown")
    assert (view.received_at, view.final_at) == (now, now)


def test_a_return_is_noted_and_custody_stays(peer, now):
    send(now)
    send(now)
    for sequence, stream in ((1, "round-21"), (0, "")):
        operations.accept_receipt(
            now=now,
            receipt=peer.receipt(
                stream, sequence, digests()[1 - sequence], "returned", "liaison.version_unknown"
            ),
        )

    views = queries.dispatches(queries.Direction.OUT)
    assert [view.returned_code for view in views] == ["liaison.version_unknown"] * 2
    assert len(queries.waiting_for(PYONGYANG)) == 2
    assert queries.waiting_for(PYONGYANG, returned_before=now) == []
    assert not queries.anything_to_say(PYONGYANG, now=now)
    assert queries.anything_to_say(PYONGYANG, now=now + timedelta(minutes=11))


def test_receipts_that_are_not_to_be_believed_move_nothing(peer, now, key_homes):
    """R1 to R5."""
    send(now)
    digest = digests()[0]
    good = peer.receipt("round-21", 1, digest, "received")
    stranger = peer.__class__(**{**vars(peer), "other": OfficeCode("JP-TYO")})
    cases = {
        "liaison.receipt_garbled": good[:-1],
        "liaison.other_recipient": stranger.receipt("round-21", 1, digest, "received"),
        "liaison.signature_wrong": good.replace(b'"state":"received"', b'"state":"applied"'),
        "liaison.receipt_unknown_dispatch": peer.receipt("round-21", 2, digest, "received"),
    }
    for code, receipt in cases.items():
        assert code_of(operations.accept_receipt, now=now, receipt=receipt) == code
    other_bytes = peer.receipt("round-21", 1, "ab" * 32, "received")
    assert (
        code_of(operations.accept_receipt, now=now, receipt=other_bytes)
        == "liaison.receipt_unknown_dispatch"
    )
    assert queries.dispatches()[0].state is DispatchState.SEALED


def test_a_receipt_that_contradicts_a_final_one_is_not_believed(peer, now):
    """R5."""
    send(now)
    operations.accept_receipt(now=now, receipt=peer.receipt("round-21", 1, digests()[0], "applied"))

    against = peer.receipt("round-21", 1, digests()[0], "refused", "tracing.round_unknown")
    assert (
        code_of(operations.accept_receipt, now=now, receipt=against)
        == "liaison.receipt_contradicts"
    )


def test_settled_is_told_once_and_again_when_a_receipt_comes_again(peer, now):
    """O4."""
    for _ in range(3):
        send(now)
    for sequence in (1, 3):
        operations.accept_receipt(
            now=now,
            receipt=peer.receipt("round-21", sequence, digests()[sequence - 1], "applied"),
        )
    assert queries.settled_owed(PYONGYANG) == (Prefix("round-21", 1, 1),)

    message = operations.exchange_for(now=now, recipient=PYONGYANG)
    operations.tell(now=now, recipient=PYONGYANG, message=message)
    assert queries.settled_owed(PYONGYANG) == ()
    operations.accept_receipt(now=now, receipt=peer.receipt("round-21", 2, digests()[1], "applied"))
    operations.tell(now=now, recipient=PYONGYANG, message=message)

    assert queries.settled_owed(PYONGYANG) == (Prefix("round-21", 1, 3),)
    assert OutboxStream.objects.get().settled_through == 3


def test_a_note_is_filed_sent_and_audited_in_one_deed(peer, officer, now):
    note = NotePaper(
        number="연락 2018-17",
        date=date(2018, 6, 25),
        sender_name="한도윤",
        sender_rank="연락관",
        text="의뢰서를 7월 3일에 전하겠습니다.",
    )

    dispatch = operations.send_note(now=now, actor=officer, recipient=PYONGYANG, note=note)

    filed = queries.notes(counterpart=PYONGYANG)
    assert [(one.dispatch_id, one.number, one.text) for one in filed] == [
        (dispatch, note.number, note.text)
    ]
    assert filed[0].direction is queries.Direction.OUT
    assert dispatch == "KR-SEL>KP-PYO/notes/1"


def test_the_digest_of_a_kept_envelope_is_its_own(peer, now):
    send(now)
    assert digest_of(queries.envelope_bytes(digests()[0])) == digests()[0]
