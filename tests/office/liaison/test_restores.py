"""Threat T33: a database put back from a backup uses no number twice and loses nothing it was given."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters.watermark import FILE_NAME, FileWatermark
from sangbong.liaison.core.custody import resync
from sangbong.liaison.core.custody.channel import Mark
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.resync import RESTORED_KIND, RestoredPaper
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.body import unpack
from sangbong.liaison.core.wire.envelope import open_envelope, read_envelope
from sangbong.liaison.core.wire.exchange import Exchange, Prefix
from sangbong.liaison.core.wire.fields import GENERATION_MAX
from sangbong.liaison.core.wire.receipt import read_receipt
from sangbong.liaison.models import InboxStream, OutboxDispatch, OutboxStream, OwnIncarnation
from sangbong.liaison.operations.channel import bare_channel
from sangbong.office.core.actor import Actor
from sangbong.office.models import AuditEntry

PYONGYANG = OfficeCode("KP-PYO")
Committed = Callable[[], object]


@pytest.fixture
def committed(django_capture_on_commit_callbacks) -> Callable[..., str]:
    """Do something as if it were committed, so that the mark follows it."""

    def run(deed, *told, **named):
        connection.run_on_commit = []
        with django_capture_on_commit_callbacks(execute=True):
            return deed(*told, **named)

    return run


def send(now, stream="round-21", **told) -> str:
    return operations.enqueue(
        now=now,
        clearance=standing("b", "p", PYONGYANG),
        recipient=PYONGYANG,
        stream=stream,
        kind="tracing.inquiry",
        body={"a": 1},
        **told,
    )


def hear(now, **told):
    return operations.accept_exchange(
        now=now, sender=PYONGYANG, theirs=Exchange(**({"incarnation": 1} | told))
    )


def digests() -> list[str]:
    return list(OutboxDispatch.objects.order_by("id").values_list("envelope_id", flat=True))


def restores() -> list[tuple[int, str]]:
    entries = AuditEntry.objects.filter(action="liaison.restored").order_by("number")
    return [(entry.facts["incarnation"], entry.facts.get("found", "")) for entry in entries]


# noticing


def test_a_database_put_back_is_noticed_by_the_mark_outside_it(peer, now, committed):
    """T1, T2, T3: no number is used twice."""
    committed(send, now)
    backup = transaction.savepoint()
    committed(send, now)

    transaction.savepoint_rollback(backup)
    again = [send(now), send(now)]

    assert again == ["KR-SEL.2>KP-PYO/round-21/1", "KR-SEL.2>KP-PYO/round-21/2"]
    assert queries.incarnation() == 2
    assert restores() == [(2, "mark")]
    assert [read_envelope(queries.envelope_bytes(d)).header.incarnation for d in digests()] == [
        1,
        2,
        2,
    ]


def test_what_was_taken_into_custody_and_forgotten_is_noticed_too(peer, now, committed):
    """T1: the height grows with what comes in as well."""
    committed(send, now)
    backup = transaction.savepoint()
    committed(operations.receive, now=now, envelope=peer.envelope())

    transaction.savepoint_rollback(backup)

    assert send(now) == "KR-SEL.2>KP-PYO/round-21/1"


def test_a_database_that_goes_on_is_no_restore(peer, now, committed):
    """T1: a mark below the ledger is one that a power cut took back."""
    ids = [committed(send, now), send(now), send(now)]

    assert ids[2] == "KR-SEL>KP-PYO/round-21/3"
    assert restores() == []


@pytest.mark.parametrize("damage", ["gone", "torn", "noise"])
def test_a_ledger_without_its_mark_was_put_back(peer, now, committed, settings, damage):
    """T1: as when the machine itself was lost."""
    committed(send, now)
    mark = settings.OFFICE_HOME / FILE_NAME
    if damage == "gone":
        mark.unlink()
    elif damage == "torn":
        mark.write_bytes(mark.read_bytes()[:20])
    else:
        mark.write_bytes(b"\xff" * 64)

    assert send(now) == "KR-SEL.2>KP-PYO/round-21/1"


def test_a_restore_to_the_very_beginning_is_noticed(peer, now, committed):
    """T1: a ledger that never was given an incarnation, beside a mark that was."""
    beginning = transaction.savepoint()
    committed(send, now)

    transaction.savepoint_rollback(beginning)

    assert send(now) == "KR-SEL.2>KP-PYO/round-21/1"


def test_the_mark_is_written_whole_and_read_back(tmp_path):
    mark = FileWatermark(tmp_path)
    read = []
    for one in (Mark(1, 0), Mark(1, 7), Mark(2, 0), Mark(123_456, 10**12)):
        mark.write(one)
        read.append(mark.read())

    assert read == [Mark(1, 0), Mark(1, 7), Mark(2, 0), Mark(123_456, 10**12)]
    assert (tmp_path / FILE_NAME).stat().st_size == 64
    assert FileWatermark(tmp_path / "elsewhere").read() is None


def test_a_person_may_say_that_the_office_was_put_back(peer, now, officer):
    """T2."""
    send(now)

    assert operations.restored(now=now, actor=Actor("admin", "backup of Tuesday")) == 2
    assert send(now) == "KR-SEL.2>KP-PYO/round-21/1"


def test_the_paper_register_remembers_what_no_disk_does(peer, now, officer):
    """T2: the whole machine was put back, and had been put back before."""
    assert operations.restored(now=now, actor=Actor("admin", "machine of May"), last=4) == 5
    assert send(now) == "KR-SEL.5>KP-PYO/round-21/1"


def test_the_other_side_s_word_shows_a_restore_that_took_the_mark_along(peer, now):
    """T4, T6: what it heard of us beyond what we know."""
    send(now)

    told = hear(now, heard=(Prefix("gone", 1, 1), Prefix("round-21", 1, 3)))

    assert told.restored
    assert [one.id for one in queries.forgotten()] == [
        "KR-SEL>KP-PYO/gone/1",
        "KR-SEL>KP-PYO/round-21/2",
        "KR-SEL>KP-PYO/round-21/3",
    ]
    assert send(now) == "KR-SEL.2>KP-PYO/round-21/1"
    assert not hear(now, heard=(Prefix("round-21", 1, 3),)).restored
    assert len(queries.forgotten(counterpart=PYONGYANG)) == 3


def test_a_receipt_for_what_we_do_not_know_shows_it_too(peer, now):
    """T4, N5."""
    send(now)
    unknown = peer.receipt("round-21", 2, "ab" * 32, "refused", "tracing.round_unknown")

    told = hear(now, receipts=(unknown,))

    assert (told.restored, [fault.code for _, fault in told.faults]) == (
        True,
        ["liaison.receipt_unknown_dispatch"],
    )
    (one,) = queries.forgotten()
    assert (one.id, one.state, one.code) == (
        "KR-SEL>KP-PYO/round-21/2",
        DispatchState.REFUSED,
        "tracing.round_unknown",
    )


def test_a_word_about_an_incarnation_out_of_all_reason_changes_nothing(peer, now):
    """T4: nobody counts us up to the end."""
    send(now)
    far = peer.receipt("round-21", 2, "ab" * 32, "received", incarnation=GENERATION_MAX)

    told = hear(now, heard=(Prefix("round-21", GENERATION_MAX, 3),), receipts=(far,))

    assert (told.restored, queries.forgotten(), queries.incarnation()) == (False, [], 1)


def test_incarnations_come_to_an_end_with_a_reason(peer, now):
    send(now)
    OwnIncarnation.objects.update(number=GENERATION_MAX)

    with pytest.raises(SangbongError) as told:
        resync.begin(bare_channel(now=now))
    assert told.value.code == "liaison.incarnations_spent"


# telling and settling


def test_a_new_incarnation_is_told_once_by_a_dispatch(peer, now, officer):
    """T5."""
    send(now)
    send(now, stream="film-1")
    operations.restored(now=now, actor=Actor("admin", "backup"))

    for _ in range(2):
        message = operations.exchange_for(now=now, recipient=PYONGYANG)

    assert message.exchange.incarnation == 2
    (row,) = OutboxDispatch.objects.filter(kind=RESTORED_KIND)
    envelope = read_envelope(queries.envelope_bytes(row.envelope_id))
    paper = RestoredPaper.from_body(unpack(open_envelope(envelope, opener=peer.opener)).body)
    assert (row.dispatch_id, row.urgent) == ("KR-SEL.2>KP-PYO/liaison-restored/1", True)
    assert paper == RestoredPaper(2, (Prefix("film-1", 1, 1), Prefix("round-21", 1, 1)))


def test_a_settled_prefix_passes_over_what_nobody_knows_any_more(peer, now):
    """T6, O4: so that the other side need not repeat its receipts for ever."""
    send(now)
    hear(now, heard=(Prefix("round-21", 1, 4),))
    receipts = tuple(
        peer.receipt("round-21", sequence, digest, "applied")
        for sequence, digest in ((1, digests()[0]), (2, "ab" * 32), (4, "cd" * 32))
    )

    hear(now, receipts=receipts)

    assert OutboxStream.objects.get(incarnation=1).settled_through == 2
    hear(now, receipts=(peer.receipt("round-21", 3, "ef" * 32, "applied"),))
    assert OutboxStream.objects.get(incarnation=1).settled_through == 4


# the other side was put back


def test_what_the_other_side_lost_is_offered_again_unchanged(peer, now):
    """T7."""
    for _ in range(3):
        send(now)
    for sequence, state in ((1, "applied"), (2, "applied"), (3, "received")):
        operations.accept_receipt(
            now=now, receipt=peer.receipt("round-21", sequence, digests()[sequence - 1], state)
        )
    hear(now, heard=(Prefix("round-21", 1, 3),))
    assert queries.waiting_for(PYONGYANG) == []

    told = hear(now, incarnation=2, heard=(Prefix("round-21", 1, 1),))

    assert told.peer_restored
    assert [one.digest for one in queries.waiting_for(PYONGYANG)] == digests()[1:]
    assert [view.state.value for view in queries.dispatches()] == ["received", "applied", "applied"]
    assert queries.incarnation_of(PYONGYANG) == 2
    hear(now, incarnation=2, receipts=(peer.receipt("round-21", 2, digests()[1], "received"),))
    hear(now, incarnation=2, heard=(Prefix("round-21", 1, 3),))
    assert queries.waiting_for(PYONGYANG) == []


def test_a_stick_from_before_its_restore_does_not_end_the_offering(peer, now):
    """T8, N4, C4."""
    for _ in range(2):
        send(now)
    hear(now, incarnation=2)
    before = peer.receipt("round-21", 1, digests()[0], "received")

    hear(now, incarnation=1, receipts=(before,), heard=(Prefix("round-21", 1, 2),))

    assert queries.dispatches()[1].state is DispatchState.RECEIVED
    assert [one.digest for one in queries.waiting_for(PYONGYANG)] == digests()


def test_what_a_restored_office_must_refuse_by_now_is_known_to_be_lost_there(peer, now):
    """N4: it had applied it before its restore, and the key that opens it is gone."""
    send(now)
    operations.accept_receipt(now=now, receipt=peer.receipt("round-21", 1, digests()[0], "applied"))
    hear(now, incarnation=2)
    assert [one.digest for one in queries.waiting_for(PYONGYANG)] == digests()

    hear(now, incarnation=2, receipts=(peer.receipt("round-21", 1, digests()[0], "received"),))
    assert [one.digest for one in queries.waiting_for(PYONGYANG)] == digests()
    assert [view.state.value for view in queries.dispatches()] == ["applied"]

    refused = peer.receipt("round-21", 1, digests()[0], "refused", "office.epoch_gone")
    hear(now, incarnation=2, receipts=(refused,))
    assert queries.waiting_for(PYONGYANG) == []
    assert [view.state.value for view in queries.dispatches()] == ["refused"]

    applied = peer.receipt("round-21", 1, digests()[0], "applied")
    hear(now, incarnation=2, receipts=(applied,))
    assert [view.state.value for view in queries.dispatches()] == ["refused"]


def test_one_that_we_believe_received_and_the_other_side_misses_is_offered_again(peer, now):
    """T10."""
    for _ in range(2):
        send(now)
    for sequence in (1, 2):
        operations.accept_receipt(
            now=now, receipt=peer.receipt("round-21", sequence, digests()[sequence - 1], "received")
        )

    hear(now, heard=(Prefix("round-21", 1, 1),))

    assert [one.digest for one in queries.waiting_for(PYONGYANG)] == digests()[1:]


def restored_envelope(peer, *ends: Prefix) -> bytes:
    body = RestoredPaper(2, ends).to_body()
    return peer.envelope(body, kind=RESTORED_KIND, stream="liaison-restored", incarnation=2)


def apply_all(now) -> list[str]:
    applied = []

    def accept(dispatch) -> None:
        if dispatch.kind == RESTORED_KIND:
            operations.accept_restored(now=now, dispatch=dispatch)
        applied.append(dispatch.id)

    while operations.apply_next(now=now, handler=accept):
        continue
    return applied


def test_a_gap_that_nobody_can_fill_is_not_waited_for(peer, now):
    """T9, I9."""
    first, second, third = (peer.envelope() for _ in range(3))
    operations.receive(now=now, envelope=first)
    operations.receive(now=now, envelope=third)
    assert apply_all(now) == ["KP-PYO>KR-SEL/notes/1"]

    operations.receive(now=now, envelope=restored_envelope(peer, Prefix("notes", 1, 1)))

    assert apply_all(now) == ["KP-PYO.2>KR-SEL/liaison-restored/1", "KP-PYO>KR-SEL/notes/3"]
    with pytest.raises(SangbongError) as told:
        operations.receive(now=now, envelope=second)
    assert told.value.code == "liaison.passed_over"
    assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"liaison.peer_restored"}


def test_a_gap_that_its_sender_still_knows_is_waited_for(peer, now):
    """T9."""
    first, second, third = (peer.envelope() for _ in range(3))
    operations.receive(now=now, envelope=first)
    operations.receive(now=now, envelope=third)

    operations.receive(now=now, envelope=restored_envelope(peer, Prefix("notes", 1, 2)))
    assert apply_all(now) == ["KP-PYO>KR-SEL/notes/1", "KP-PYO.2>KR-SEL/liaison-restored/1"]
    operations.receive(now=now, envelope=second)

    assert apply_all(now) == ["KP-PYO>KR-SEL/notes/2", "KP-PYO>KR-SEL/notes/3"]


def test_a_restored_office_is_told_what_became_of_what_it_forgot(peer, now):
    """T6: its settled receipts come again beyond the last number that it knows."""
    for _ in range(2):
        operations.receive(now=now, envelope=peer.envelope())
    apply_all(now)
    hear(now, settled=(Prefix("notes", 1, 2),))
    assert queries.receipts_owed(PYONGYANG) == 0

    operations.receive(now=now, envelope=restored_envelope(peer, Prefix("notes", 1, 1)))
    apply_all(now)

    told = [
        read_receipt(one).receipt
        for one in operations.exchange_for(now=now, recipient=PYONGYANG).exchange.receipts
    ]
    assert ("notes", 2, "applied") in [(r.stream, r.sequence, r.state.value) for r in told]
    assert InboxStream.objects.get(name="notes").ends_at == 1


def test_nothing_is_waited_for_in_a_stream_that_only_a_late_stick_brings(peer, now):
    """T9: its sender, put back since, does not know that stream at all."""
    first, second = (peer.envelope(stream="forgotten") for _ in range(2))
    hear(now, incarnation=2)
    operations.receive(now=now, envelope=restored_envelope(peer))
    apply_all(now)

    operations.receive(now=now, envelope=second)

    assert apply_all(now) == ["KP-PYO>KR-SEL/forgotten/2"]
    with pytest.raises(SangbongError) as told:
        operations.receive(now=now, envelope=first)
    assert told.value.code == "liaison.passed_over"


@pytest.mark.parametrize(
    "body", [{}, {"ends": [], "incarnation": 1}, {"ends": [["a", 1]], "incarnation": 2}]
)
def test_a_paper_about_a_restore_that_cannot_be_read_is_refused(body):
    with pytest.raises(SangbongError) as told:
        RestoredPaper.from_body(body)
    assert told.value.code == "liaison.restored_unreadable"


def test_the_streams_of_a_new_incarnation_begin_at_one_and_are_taken(peer, now):
    """E9: the numbers of both incarnations stand side by side."""
    operations.receive(now=now, envelope=peer.envelope())
    peer.last.clear()

    operations.receive(now=now, envelope=peer.envelope(incarnation=2))

    assert apply_all(now) == ["KP-PYO>KR-SEL/notes/1", "KP-PYO.2>KR-SEL/notes/1"]
