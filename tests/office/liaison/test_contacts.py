"""What two offices tell each other, and what the rooms' own needs leave standing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.office.liaison.conftest import owed

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries, tasks
from sangbong.liaison.core.custody import resync, sending
from sangbong.liaison.core.custody.applying import KEYS_KEPT
from sangbong.liaison.core.custody.channel import Mark
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.sending import Draft
from sangbong.liaison.core.wire.exchange import Exchange, Prefix
from sangbong.liaison.core.wire.receipt import read_receipt
from sangbong.liaison.models import InboxStream, OutboxDispatch, ReturnedEnvelope
from sangbong.liaison.operations import evidence
from sangbong.liaison.operations.channel import bare_channel, office_channel
from sangbong.office.core.actor import Actor
from sangbong.office.queries import key_standing

PYONGYANG = OfficeCode("KP-PYO")


def draft(**told) -> Draft:
    return Draft(
        **(
            {
                "clearance": standing("b", "p", PYONGYANG),
                "recipient": PYONGYANG,
                "stream": "round-21",
                "kind": "tracing.inquiry",
                "body": {"a": 1},
            }
            | told
        )
    )


def hear(now, **told):
    return operations.accept_exchange(
        now=now, sender=PYONGYANG, theirs=Exchange(**({"incarnation": 1} | told))
    )


def take(peer, *envelopes: bytes) -> list[operations.Taken]:
    return operations.take_batch(
        now=peer.now, envelopes=envelopes, carrier=peer.code, answered=False
    )


def test_papers_of_a_batch_are_numbered_in_their_order_or_none_is_sealed(peer, now):
    """O1, N2."""
    channel = office_channel(now=now)
    rows = sending.enqueue_all(channel, [draft(), draft(stream="film-1"), draft()], now=now)
    assert [row.id for row in rows] == [
        "KR-SEL>KP-PYO/round-21/1",
        "KR-SEL>KP-PYO/film-1/1",
        "KR-SEL>KP-PYO/round-21/2",
    ]

    tokyo = OfficeCode("JP-TYO")
    with pytest.raises(SangbongError):
        sending.enqueue_all(
            office_channel(now=now), [draft(), draft(clearance=standing("b", "p", tokyo))], now=now
        )
    assert OutboxDispatch.objects.count() == 3


def test_receipts_of_many_streams_cost_as_many_questions_as_those_of_one(peer, now):
    """G2."""
    operations.enqueue_all(now=now, drafts=[draft(stream=f"film-{n}") for n in range(40)])
    rows = list(OutboxDispatch.objects.order_by("id").values_list("stream__name", "envelope_id"))
    receipts = [peer.receipt(stream, 1, digest, "applied") for stream, digest in rows]
    asked = []
    for batch in (receipts[:1], receipts[1:2], receipts[2:]):
        with CaptureQueriesContext(connection) as captured:
            told = hear(now, receipts=tuple(batch))
        assert len(told.receipts) == len(batch)
        asked.append(len(captured))

    assert asked[1] == asked[2]
    assert len(queries.settled_owed(PYONGYANG)) == 40


def test_urgent_ones_wait_in_front(peer, now):
    channel = office_channel(now=now)
    sending.enqueue_all(channel, [draft(), draft(urgent=True)], now=now)

    for ids in (
        [row.sequence for row in channel.ledger.waiting(PYONGYANG, rested_before=None)],
        [row.sequence for row in channel.ledger.waiting(PYONGYANG, rested_before=now)],
        [int(one.id[-1]) for one in queries.waiting_for(PYONGYANG)],
    ):
        assert ids == [2, 1]


def test_the_prefix_that_is_heard_ends_at_the_first_gap(peer, now):
    """X3."""
    envelopes = [peer.envelope() for _ in range(6)]
    take(peer, envelopes[2], envelopes[4])
    take(peer, envelopes[0], envelopes[1])
    assert InboxStream.objects.get().received_through == 3

    take(peer, envelopes[3])

    assert InboxStream.objects.get().received_through == 5
    message = operations.exchange_for(now=now, recipient=PYONGYANG)
    assert message.exchange.heard == (Prefix("notes", 1, 5),)
    operations.tell(now=now, recipient=PYONGYANG, message=message)
    take(peer, envelopes[5])
    assert operations.exchange_for(now=now, recipient=PYONGYANG).exchange.heard == (
        Prefix("notes", 1, 6),
    )


def test_what_came_meanwhile_is_told_the_next_time(peer, now):
    """C1: a word that is overtaken before it is handed over is not forgotten."""
    take(peer, peer.envelope())
    message = operations.exchange_for(now=now, recipient=PYONGYANG)
    take(peer, peer.envelope())

    operations.tell(now=now, recipient=PYONGYANG, message=message)

    assert len(owed(PYONGYANG, now)) == 1
    assert queries.heard_owed(PYONGYANG) == (Prefix("notes", 1, 2),)


def test_a_signed_answer_waits_for_the_next_carrier_and_goes_once(peer, now):
    take(peer, b"noise", peer.envelope() + b"\0")
    message = operations.exchange_for(now=now, recipient=PYONGYANG)
    assert len(message.exchange.receipts) == 2

    operations.tell(now=now, recipient=PYONGYANG, message=message)

    assert owed(PYONGYANG, now) == []
    assert set(ReturnedEnvelope.objects.values_list("carried_at", flat=True)) == {now}


def test_a_return_of_what_we_never_sent_says_nothing(peer, now):
    """R4, N5: nor does it show a restore."""
    told = hear(now, receipts=(peer.receipt("", 0, "ab" * 32, "returned", "liaison.too_large"),))

    assert [fault.code for _, fault in told.faults] == ["liaison.receipt_unknown_dispatch"]
    assert (told.restored, queries.forgotten()) == (False, [])


def test_a_forgotten_one_keeps_the_first_final_word(peer, now):
    """T6."""
    final = peer.receipt("round-21", 7, "ab" * 32, "applied")

    hear(now, receipts=(final,))
    hear(now, receipts=(peer.receipt("round-21", 7, "ab" * 32, "received"), final))

    assert [(one.sequence, one.state.value) for one in queries.forgotten()] == [(7, "applied")]


def test_the_first_final_word_counts_also_within_one_exchange(peer, now):
    """T6: a receipt that was overtaken on its way takes nothing back."""
    final, received = (
        peer.receipt("round-21", 7, "ab" * 32, state) for state in ("applied", "received")
    )

    hear(now, receipts=(final, received))

    assert [(one.sequence, one.state.value) for one in queries.forgotten()] == [(7, "applied")]


def test_a_restored_office_hears_every_final_receipt_again_that_it_does_not_settle(peer, now):
    """T11."""
    take(peer, peer.envelope(), peer.envelope())
    while operations.apply_next(now=now, handler=lambda dispatch: None):
        continue
    hear(now, settled=(Prefix("notes", 1, 2),))
    assert queries.receipts_owed(PYONGYANG) == 0

    hear(now, incarnation=2, settled=(Prefix("notes", 1, 1),))

    assert [read_receipt(one).receipt.sequence for one in owed(PYONGYANG, now)] == [2]


def test_the_mark_may_be_set_by_the_core_too(peer, now):
    """T1."""
    channel = office_channel(now=now)
    sending.enqueue(channel, draft(), now=now)
    fresh = bare_channel(now=now)

    resync.set_mark(fresh)

    mark = fresh.watermark.read()
    assert mark is not None
    assert (mark.incarnation, mark.height > 0) == (1, True)
    assert mark == Mark(fresh.ledger.incarnation(), fresh.ledger.height())


def test_an_announcement_that_cannot_be_sealed_today_is_made_at_a_later_contact(peer, now):
    """T5: the exchange tells of the new incarnation by itself."""
    operations.restored(now=now, actor=Actor("admin", "backup"))
    in_ten_years = now + timedelta(days=3_653)

    told = [
        operations.exchange_for(now=at, recipient=PYONGYANG).exchange.incarnation
        for at in (in_ten_years, now)
    ]

    assert told == [2, 2]
    assert [row.kind for row in OutboxDispatch.objects.all()] == ["liaison.restored"]


# keys and evidence


def test_the_other_side_s_word_on_epochs_is_kept(peer, now):
    """C3, X4."""
    hear(now, epochs_done=1)

    assert key_standing(PYONGYANG).epochs_done == 1


def test_a_key_is_kept_for_what_is_not_opened_yet_and_a_while_longer(peer, now):
    """C3: a database put back opens it once more."""
    take(peer, peer.envelope())
    ledger = bare_channel(now=now).ledger
    assert queries.epochs_unopened(now=now) == {1}
    assert ledger.epochs_unopened(finished_after=now) == {1}

    operations.apply_next(now=now, handler=lambda dispatch: None)

    later = now + KEYS_KEPT + timedelta(days=1)
    assert [queries.epochs_unopened(now=at) for at in (now, later)] == [{1}, set()]
    assert ledger.epochs_unopened(finished_after=now) == set()
    assert tasks.keep_keys(now=now) >= 0


def test_a_damaged_log_keeps_no_receipt_waiting(peer, now, monkeypatch):
    take(peer, peer.envelope())

    def damaged(**_: object) -> dict[str, object]:
        raise SangbongError("liaison.log_damaged", office="KR-SEL", witness="KP-PYO")

    monkeypatch.setattr(evidence, "evidence_for", damaged)

    message = operations.exchange_for(now=now, recipient=PYONGYANG)

    assert (message.exchange.evidence, len(message.exchange.receipts)) == ({}, 1)


def test_evidence_that_is_not_taken_stops_no_receipt(peer, now):
    """X6."""
    office_channel(now=now)
    sending.enqueue(office_channel(now=now), draft(), now=now)
    digest = OutboxDispatch.objects.get().envelope_id

    told = hear(
        now,
        evidence={"version": 99},
        receipts=(peer.receipt("round-21", 1, digest, "applied"),),
    )

    assert len(told.receipts) == 1


def test_with_nothing_to_say_nothing_is_shown(peer, now):
    message = operations.exchange_for(now=now, recipient=PYONGYANG)

    assert (message.says_something, message.exchange) == (False, Exchange(incarnation=1))


def test_what_was_not_taken_is_listed_for_a_person(peer, now):
    """V3."""
    take(peer, b"noise", b"noise")

    (one,) = queries.not_taken()
    assert (one.code, one.times, one.carrier, one.claimed, one.length) == (
        "liaison.envelope_garbled",
        2,
        "KP-PYO",
        "",
        5,
    )
    assert operations.receive(now=now, envelope=peer.envelope())
