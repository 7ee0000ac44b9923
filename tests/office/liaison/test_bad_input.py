"""The seven kinds of bad input, as the carrier hands them to the desk: one reason each, and no effect.

A stranger's, another office's, one of a future version, a replayed one, one out of order, a valid
signature over wrong content, one larger than the cap (rules D4, E1 to E8, I1, I5, I7, V3, V4).
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from tests.office.liaison.conftest import Peer, owed
from tests.office.liaison.test_desk import DIGEST, _header_of, _later_version, _OtherSeal, ask, take

from sangbong.api import desk
from sangbong.kernel.errors import message
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations
from sangbong.liaison.core.evidence.equivocation import ProofKind, check_proof
from sangbong.liaison.core.wire import sizes
from sangbong.liaison.core.wire.envelope import ENVELOPE_BYTES_MAX, digest_of, write_envelope
from sangbong.liaison.core.wire.framing import framed_all
from sangbong.liaison.core.wire.receipt import read_receipt
from sangbong.liaison.models import InboxDispatch, KeptEnvelope, Note, NotTaken, ReturnedEnvelope
from sangbong.liaison.operations import evidence as evidence_operations
from sangbong.liaison.queries import evidence as evidence_queries
from sangbong.office.core.clock import FixedClock

PYONGYANG = OfficeCode("KP-PYO")


@pytest.fixture(autouse=True)
def desk_of_the_test(monkeypatch: pytest.MonkeyPatch, settings: Any, now: datetime) -> None:
    settings.CLOCK = FixedClock(now)
    monkeypatch.setattr(
        desk, "_in_thread", lambda call, *told: sync_to_async(call, thread_sensitive=True)(*told)
    )


def stored() -> tuple[int, int, int, int]:
    """Rows of the inbox, kept envelopes, notes, signed answers that wait for a carrier."""
    tables = (InboxDispatch, KeptEnvelope, Note, ReturnedEnvelope)
    return tuple(table.objects.count() for table in tables)  # type: ignore[return-value]


def evidence() -> list[tuple[str, str, str, int, bytes]]:
    """What is kept of what was not taken."""
    rows = NotTaken.objects.order_by("id")
    return [(r.code, r.claimed, r.carrier, r.length, bytes(r.beginning)) for r in rows]


def said_in_both_languages(code: str) -> bool:
    korean, english = message(code, "ko"), message(code, "en")
    return bool(re.search("[가-힣]", korean)) and bool(re.match("[A-Z{]", english))


@pytest.mark.parametrize(
    ("kind", "code", "claimed", "place"),
    [
        ("from a stranger", "office.unknown_counterpart", "US-WAS", None),
        ("to another office", "liaison.other_recipient", "KP-PYO", ("", 0, 0)),
        ("of a future version", "liaison.version_unknown", "KP-PYO", ("later", 1, 1)),
        ("too far out of order", "liaison.too_far_ahead", "KP-PYO", ("far", 20_000, 1)),
        ("larger than the cap", "liaison.too_large", "KP-PYO", ("large", 1, 1)),
    ],
)
def test_what_cannot_be_taken_leaves_its_evidence_and_a_signed_reason(
    peer: Peer,
    now: datetime,
    kind: str,
    code: str,
    claimed: str,
    place: tuple[str, int, int] | None,
) -> None:
    """D4, V3, V4."""
    made = {
        "from a stranger": lambda: peer.envelope(stream="a", sender=OfficeCode("US-WAS")),
        "to another office": lambda: peer.envelope(stream="b", recipient=OfficeCode("JP-TYO")),
        "of a future version": lambda: _later_version(peer),
        "too far out of order": lambda: peer.envelope(
            stream="far", sequence=20_000, previous=DIGEST
        ),
        "larger than the cap": lambda: peer.envelope(stream="large").ljust(
            ENVELOPE_BYTES_MAX + 1, b"\0"
        ),
    }
    data = made[kind]()

    (answer,) = take(data)

    if place is None:
        assert answer == b"N" + code.encode()
    else:
        told = read_receipt(answer[1:]).receipt
        assert answer[:1] == b"F"
        assert (told.sender, told.recipient) == ("KR-SEL", "KP-PYO")
        assert (told.stream, told.sequence, told.incarnation) == place
        assert (told.state.value, told.code, told.digest, told.at) == (
            "returned",
            code,
            digest_of(data),
            now,
        )
    assert said_in_both_languages(code)
    assert stored() == (0, 0, 0, 0)
    assert evidence() == [(code, claimed, "KP-PYO", len(data), data[:1024])]


def test_a_replayed_one_gets_the_same_answer_again_and_has_no_second_effect(
    peer: Peer, now: datetime
) -> None:
    """I1, I8: also a year later, and after it was applied."""
    data = peer.envelope()
    (first,) = take(data)
    (again,) = take(data)
    assert (first[:1], again) == (b"R", first)
    operations.apply_next(now=now, handler=lambda dispatch: None)
    before = stored(), list(InboxDispatch.objects.values("state", "received_at", "final_at"))

    for _ in range(3):
        (late,) = take(data)

    assert late == first
    (final,) = (read_receipt(one).receipt for one in owed(PYONGYANG, now))
    assert (final.state.value, final.at, final.digest) == ("applied", now, digest_of(data))
    assert (
        stored(),
        list(InboxDispatch.objects.values("state", "received_at", "final_at")),
    ) == before
    assert not operations.apply_next(
        now=now + timedelta(days=365), handler=lambda dispatch: pytest.fail("applied twice")
    )
    assert evidence() == []


def test_one_that_comes_before_its_turn_is_kept_and_not_opened_until_then(
    peer: Peer, now: datetime
) -> None:
    """I6, I7; and one that does not follow what is held is returned: I3."""
    first, second = peer.envelope(), peer.envelope()
    opened: list[int] = []

    def apply() -> None:
        while operations.apply_next(
            now=now, handler=lambda dispatch: opened.append(dispatch.sequence)
        ):
            continue

    take(second)
    apply()
    assert opened == []
    take(first)
    apply()
    assert opened == [1, 2]

    stray = peer.envelope(previous=DIGEST)
    (answer,) = take(stray)
    told = read_receipt(answer[1:]).receipt
    assert (answer[:1], told.sequence, told.code) == (b"F", 3, "liaison.chain_broken")
    assert said_in_both_languages("liaison.chain_broken")
    (proof,) = evidence_queries.proofs()
    assert (proof.accused, proof.kind, proof.about) == (
        PYONGYANG,
        ProofKind.NUMBERS,
        "KP-PYO>KR-SEL/notes/2",
    )
    _, file = evidence_queries.proof_file(proof.digest)
    found = check_proof(file, verifier_of=evidence_operations.verifier_of)
    assert (found.accused, found.about) == (PYONGYANG, proof.about)
    assert evidence() == [
        ("liaison.chain_broken", "KP-PYO", "KP-PYO", len(stray), stray[:1024]),
    ]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("a garbled paper", "liaison.body_garbled"), ("a seal for another", "liaison.seal_wrong")],
)
def test_a_valid_signature_over_wrong_content_is_refused_with_a_signed_reason_when_it_is_opened(
    peer: Peer, now: datetime, kind: str, code: str
) -> None:
    """E8, B1: its sender did send it, so it is kept; nothing of it takes effect."""
    if kind == "a garbled paper":
        data = peer.envelope(content=b"\1" * sizes.BODY_CLASS_MIN)
    else:
        header = _header_of(peer, stream="notes")
        data = write_envelope(
            header, bytes(sizes.BODY_CLASS_MIN), sealer=_OtherSeal(), signer=peer.signer
        )
    assert [one[:1] for one in take(data)] == [b"R"]

    operations.apply_next(now=now, handler=lambda dispatch: pytest.fail("it was opened"))

    told = [read_receipt(one).receipt for one in owed(PYONGYANG, now)]
    assert [(r.stream, r.sequence, r.state.value, r.code, r.digest) for r in told] == [
        ("notes", 1, "refused", code, digest_of(data))
    ]
    assert said_in_both_languages(code)
    assert (stored(), evidence()) == ((1, 1, 0, 0), [])


def test_a_body_that_is_larger_than_any_batch_is_cut_off(peer: Peer) -> None:
    """D2: nobody knows whose it was, so there is nothing to keep."""
    frames = framed_all([bytes(ENVELOPE_BYTES_MAX)] * 2)

    status, said = ask("POST", "/desk/take?from=KP-PYO", frames)

    assert (status, said, stored(), evidence()) == (
        413,
        b'{"code":"liaison.too_large"}',
        (0, 0, 0, 0),
        [],
    )
