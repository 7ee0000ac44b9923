"""One dispatch from its sealing to its end: what its page tells."""

from __future__ import annotations

from datetime import timedelta

from tests.office.liaison.conftest import note_body

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.envelope import digest_of
from sangbong.liaison.models import OutboxDispatch
from sangbong.liaison.queries import Direction, DispatchStory
from sangbong.worker.routing import apply_waiting

PYONGYANG = OfficeCode("KP-PYO")
HOUR = timedelta(hours=1)


def test_a_dispatch_sent_tells_each_moment_and_what_the_other_side_said(peer, now, tmp_path):
    name = operations.enqueue(
        now=now,
        clearance=standing("b", "p", PYONGYANG),
        recipient=PYONGYANG,
        stream="round-21",
        kind="tracing.inquiry",
        body={"a": 1},
        urgent=True,
    )
    sealed = queries.dispatch_story(name)
    digest = OutboxDispatch.objects.get().envelope_id
    assert sealed == DispatchStory(
        id="KR-SEL>KP-PYO/round-21/1",
        direction=Direction.OUT,
        counterpart=PYONGYANG,
        stream="round-21",
        sequence=1,
        kind="tracing.inquiry",
        digest=digest,
        size=len(queries.envelope_bytes(digest)),
        urgent=True,
        state=DispatchState.SEALED,
        sealed_at=now,
        carried_at=None,
        received_at=None,
        final_at=None,
        code="",
        receipted=False,
        returned_code="",
        returned_at=None,
    )

    operations.carry_to_folder(now=now + HOUR, recipient=PYONGYANG, folder=tmp_path)
    for hours, state, code in (
        (2, "returned", "liaison.version_unknown"),
        (3, "received", ""),
        (4, "refused", "tracing.stranger"),
    ):
        told = peer.receipt("round-21", 1, digest, state, code)
        operations.accept_receipt(now=now + hours * HOUR, receipt=told)

    ended = queries.dispatch_story(name)
    assert ended is not None
    assert (ended.state, ended.code, ended.receipted) == (
        DispatchState.REFUSED,
        "tracing.stranger",
        True,
    )
    assert [ended.sealed_at, ended.carried_at, ended.received_at, ended.final_at] == [
        now,
        now + HOUR,
        now + 3 * HOUR,
        now + 4 * HOUR,
    ]
    assert (ended.returned_code, ended.returned_at) == ("liaison.version_unknown", now + 2 * HOUR)


def test_a_dispatch_that_came_tells_when_we_took_and_applied_it(peer, now):
    """When its sender sealed it stands in its paper, and is not ours to know."""
    envelope = peer.envelope(note_body())
    operations.receive(now=now, envelope=envelope)

    held = queries.dispatch_story("KP-PYO>KR-SEL/notes/1")
    apply_waiting(now=now + HOUR)

    assert held == DispatchStory(
        id="KP-PYO>KR-SEL/notes/1",
        direction=Direction.IN,
        counterpart=PYONGYANG,
        stream="notes",
        sequence=1,
        kind="",
        digest=digest_of(envelope),
        size=len(envelope),
        urgent=False,
        state=DispatchState.RECEIVED,
        sealed_at=None,
        carried_at=None,
        received_at=now,
        final_at=None,
        code="",
        receipted=False,
        returned_code="",
        returned_at=None,
    )
    applied = queries.dispatch_story("KP-PYO>KR-SEL/notes/1")
    assert applied is not None
    assert (applied.kind, applied.state, applied.final_at, applied.receipted) == (
        "liaison.note",
        DispatchState.APPLIED,
        now + HOUR,
        True,
    )


def test_a_dispatch_that_was_never_there_has_no_story(peer):
    assert queries.dispatch_story("KR-SEL>KP-PYO/notes/1") is None
