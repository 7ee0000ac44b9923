"""What the console shows of the channel, in a constant number of queries."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.models import OutboxDispatch

PYONGYANG = OfficeCode("KP-PYO")


def fill(peer, now, count: int) -> None:
    for number in range(count):
        operations.enqueue(
            now=now + timedelta(seconds=number),
            clearance=standing("b", "p", PYONGYANG),
            recipient=PYONGYANG,
            stream="round-21",
            kind="tracing.inquiry",
            body={},
        )
        operations.receive(now=now + timedelta(seconds=number), envelope=peer.envelope())


@pytest.mark.parametrize("count", [1, 30])
def test_dispatches_take_as_many_queries_for_one_as_for_thirty(
    peer, now, count, django_assert_num_queries
):
    fill(peer, now, count)

    with django_assert_num_queries(3):
        assert len(queries.dispatches()) == 2 * count


@pytest.mark.parametrize("count", [1, 30])
def test_summaries_take_as_many_queries_for_one_as_for_thirty(
    peer, now, count, django_assert_num_queries
):
    fill(peer, now, count)

    with django_assert_num_queries(5):
        assert queries.summaries()[0].out == {DispatchState.SEALED: count}


def test_dispatches_are_listed_newest_first_by_way_office_and_stream(peer, now):
    fill(peer, now, 2)

    every = queries.dispatches()
    assert [(view.direction.value, view.sequence) for view in every[:2]] == [("out", 2), ("in", 2)]
    assert {v.direction.value for v in queries.dispatches(queries.Direction.IN)} == {"in"}
    assert {v.stream for v in queries.dispatches(stream="notes")} == {"notes"}
    assert queries.dispatches(counterpart=OfficeCode("JP-TYO")) == []
    assert len(queries.dispatches(limit=1)) == 2


def test_a_summary_says_how_the_channel_with_an_office_stands(peer, now):
    fill(peer, now, 3)
    first = OutboxDispatch.objects.order_by("id")[0]
    operations.accept_receipt(
        now=now, receipt=peer.receipt("round-21", 1, first.envelope_id, "received")
    )

    summary = queries.summaries()[0]

    assert (summary.code, summary.confirmed) == (PYONGYANG, True)
    assert summary.out == {DispatchState.SEALED: 2, DispatchState.RECEIVED: 1}
    assert summary.into == {DispatchState.RECEIVED: 3}
    assert summary.oldest_waiting_at == now + timedelta(seconds=1)
    assert summary.last_receipt_at == now
    assert summary.last_dispatch_at == now + timedelta(seconds=2)
    assert queries.unfinished() == 6


def test_an_office_with_which_nothing_was_exchanged_has_an_empty_summary(peer):
    summary = queries.summaries()[0]
    assert (summary.out, summary.into, summary.oldest_waiting_at) == ({}, {}, None)
    assert queries.notes() == []
