"""Applying: once, in order, with effect and receipt in one commit."""

from __future__ import annotations

import pytest
from tests.office.liaison.conftest import owed

from sangbong.kernel.errors import SangbongError
from sangbong.liaison import operations, queries
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.exchange import Exchange, Prefix
from sangbong.liaison.core.wire.receipt import ReceiptState, read_receipt
from sangbong.liaison.core.wire.sizes import BODY_CLASS_MIN
from sangbong.liaison.models import InboxDispatch, Note


def take(now, *envelopes: bytes) -> None:
    for envelope in envelopes:
        operations.receive(now=now, envelope=envelope)


def receipts(peer) -> list[tuple[str, int, str, str]]:
    read = [read_receipt(one).receipt for one in owed(peer.code, peer.now)]
    return [(one.stream, one.sequence, one.state.value, one.code) for one in read]


@pytest.fixture
def told():
    """What a handler was given, in order."""
    return []


def test_a_dispatch_is_opened_and_handed_over_with_what_binds_it(peer, now, told):
    content = pack(
        Paper("tracing.reply", {"a": 1}, "agreement 3.2", "tracing", now, (b"scan", b""))
    )
    take(now, peer.envelope(content=content, stream="round-21"))

    assert operations.apply_next(now=now, handler=told.append)

    dispatch = told[0]
    assert dispatch.id == "KP-PYO>KR-SEL/round-21/1"
    assert (dispatch.sender, dispatch.stream, dispatch.sequence) == ("KP-PYO", "round-21", 1)
    assert (dispatch.kind, dispatch.body) == ("tracing.reply", {"a": 1})
    assert dispatch.attachments == (b"scan", b"")
    assert (dispatch.basis, dispatch.purpose) == ("agreement 3.2", "tracing")
    assert (dispatch.sealed_at, dispatch.received_at) == (now, now)


def test_each_dispatch_is_applied_once(peer, now, told):
    """I8."""
    envelope = peer.envelope()
    take(now, envelope)

    assert operations.apply_next(now=now, handler=told.append)
    take(now, envelope)

    assert not operations.apply_next(now=now, handler=told.append)
    assert len(told) == 1


def test_a_gap_waits_and_other_streams_go_on(peer, now, told):
    """I7."""
    first, second = peer.envelope(), peer.envelope()
    take(now, second, peer.envelope(stream="round-21"))

    assert operations.apply_next(now=now, handler=told.append)
    assert not operations.apply_next(now=now, handler=told.append)
    take(now, first)
    while operations.apply_next(now=now, handler=told.append):
        pass

    assert [(d.stream, d.sequence) for d in told] == [("round-21", 1), ("notes", 1), ("notes", 2)]


def test_applied_is_receipted_by_what_was_written_with_the_effect(peer, now):
    take(now, peer.envelope())

    operations.apply_next(
        now=now, handler=lambda dispatch: operations.accept_note(now=now, dispatch=dispatch)
    )

    assert Note.objects.count() == 1
    assert receipts(peer) == [("notes", 1, "applied", "")]
    assert [view.state.value for view in queries.dispatches()] == ["applied"]


def test_a_refusal_takes_back_what_the_handler_wrote_and_says_why(peer, now):
    take(now, peer.envelope(), peer.envelope())

    def handler(dispatch):
        operations.accept_note(now=now, dispatch=dispatch)
        if dispatch.sequence == 1:
            raise SangbongError("tracing.round_unknown")

    while operations.apply_next(now=now, handler=handler):
        pass

    assert [note.dispatch_id for note in queries.notes()] == ["KP-PYO>KR-SEL/notes/2"]
    assert receipts(peer) == [
        ("notes", 1, "refused", "tracing.round_unknown"),
        ("notes", 2, "applied", ""),
    ]


def test_a_seal_that_does_not_open_or_a_paper_that_cannot_be_read_is_refused(peer, now, told):
    """E8, B1."""
    take(
        now,
        peer.envelope(content=bytes(BODY_CLASS_MIN)),
    )
    right, peer.other_receive_public = peer.other_receive_public, peer.keys.receive_public
    take(now, peer.envelope())
    peer.other_receive_public = right

    while operations.apply_next(now=now, handler=told.append):
        pass

    assert told == []
    assert receipts(peer) == [
        ("notes", 1, "refused", "liaison.body_garbled"),
        ("notes", 2, "refused", "liaison.seal_wrong"),
    ]


def test_our_own_trouble_leaves_the_dispatch_received_for_another_try(peer, now, told):
    take(now, peer.envelope(), peer.envelope(stream="round-21"))

    def broken(dispatch):
        told.append(dispatch)
        if dispatch.stream == "notes":
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        operations.apply_next(now=now, handler=broken)
    assert operations.apply_next(now=now, handler=broken, passing_over=[told[0].id])
    assert not operations.apply_next(now=now, handler=broken, passing_over=[told[0].id])

    assert [d.stream for d in told] == ["notes", "round-21"]
    assert [row.state for row in InboxDispatch.objects.order_by("id")] == ["received", "applied"]


def test_receipts_are_repeated_until_the_other_side_says_they_are_settled(peer, now, told):
    """O4."""
    envelopes = [peer.envelope() for _ in range(3)]
    take(now, *envelopes)
    for _ in range(2):
        operations.apply_next(now=now, handler=told.append)

    settled = (Prefix("notes", 1, 3), Prefix("unknown", 1, 1))
    operations.accept_exchange(
        now=now, sender=peer.code, theirs=Exchange(incarnation=1, settled=settled)
    )

    assert receipts(peer) == [("notes", 3, "received", "")]
    take(now, envelopes[0])
    assert receipts(peer) == [("notes", 1, "applied", ""), ("notes", 3, "received", "")]
    assert queries.receipts_owed(peer.code) == 2


def test_a_return_names_a_state_of_its_own(peer, now):
    assert ReceiptState.RETURNED.carries_reason
    assert not operations.apply_next(now=now, handler=lambda dispatch: None)
