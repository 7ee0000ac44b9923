"""Receiving: what is taken, what is returned, and what the answer says."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import transaction
from tests.office.liaison.conftest import owed

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters.sealing import CounterpartVerifier
from sangbong.liaison.core.wire.envelope import digest_of
from sangbong.liaison.core.wire.receipt import ReceiptState, check_signed, read_receipt
from sangbong.liaison.models import InboxDispatch, KeptEnvelope
from sangbong.office.adapters.keystore import load_keys
from sangbong.office.models import Counterpart


def stored() -> list[tuple[str, int]]:
    rows = InboxDispatch.objects.order_by("id")
    return list(rows.values_list("stream__name", "sequence"))


def refused(envelope: bytes, now) -> str:
    with pytest.raises(SangbongError) as told:
        operations.receive(now=now, envelope=envelope)
    return told.value.code


def test_an_envelope_is_stored_literally_and_then_receipted(peer, now):
    envelope = peer.envelope()

    receipt = read_receipt(operations.receive(now=now, envelope=envelope)).receipt

    assert (receipt.state, receipt.at, receipt.code) == (ReceiptState.RECEIVED, now, "")
    assert receipt.dispatch_id == "KP-PYO>KR-SEL/notes/1"
    assert queries.envelope_bytes(receipt.digest) == envelope


def test_the_receipt_is_signed_by_this_office(peer, key_homes, now):
    signed = read_receipt(operations.receive(now=now, envelope=peer.envelope()))

    ours: Path = key_homes[0]
    check_signed(signed, verifier=CounterpartVerifier(load_keys(ours).signing.public_key()))


def test_a_duplicate_gets_the_same_receipt_and_is_not_stored_again(peer, now):
    """I1."""
    envelope = peer.envelope()

    answers = {operations.receive(now=now, envelope=envelope) for _ in range(3)}

    assert len(answers) == 1
    assert stored() == [("notes", 1)]


@pytest.mark.django_db(transaction=True)
def test_a_receipt_cannot_be_made_inside_somebody_elses_transaction(now):
    """L3: a receipt before the commit is impossible, not merely avoided."""
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        operations.receive(now=now, envelope=b"")


def test_dispatches_out_of_order_are_kept_and_shown_as_waiting(peer, now):
    """I6."""
    first, second, third = (peer.envelope() for _ in range(3))

    for envelope in (third, second):
        operations.receive(now=now, envelope=envelope)
    assert {view.sequence: view.waits_for for view in queries.dispatches()} == {2: 1, 3: 1}
    operations.receive(now=now, envelope=first)

    assert {view.sequence: view.waits_for for view in queries.dispatches()} == {1: 0, 2: 0, 3: 0}


def test_an_altered_envelope_leaves_nothing_behind(peer, now):
    """E7."""
    envelope = bytearray(peer.envelope())
    envelope[2000] ^= 1

    assert refused(bytes(envelope), now) == "liaison.signature_wrong"
    assert not KeptEnvelope.objects.exists()


def test_an_envelope_for_another_office_is_returned(peer, now):
    """E4."""
    assert refused(peer.envelope(recipient=OfficeCode("JP-TYO")), now) == "liaison.other_recipient"


def test_an_envelope_from_an_office_unknown_here_is_returned(peer, now):
    """E5."""
    envelope = peer.envelope(sender=OfficeCode("US-WAS"))

    assert refused(envelope, now) == "office.unknown_counterpart"
    assert (
        operations.return_envelope(now=now, envelope=envelope, code="liaison.other_recipient")
        is None
    )


def test_an_office_whose_keys_nobody_compared_is_not_heard(peer, now):
    """E5."""
    Counterpart.objects.update(confirmed_at=None)

    assert refused(peer.envelope(), now) == "liaison.counterpart_unconfirmed"


def test_an_envelope_signed_by_another_hand_is_returned(peer, key_homes, now):
    """E7: a forgery in Pyongyang's name."""
    peer.keys = load_keys(key_homes[0])

    assert refused(peer.envelope(), now) == "liaison.signature_wrong"


def test_a_second_history_is_returned(peer, now):
    """I2, I3."""
    first = peer.envelope()
    operations.receive(now=now, envelope=first)
    peer.last.clear()

    assert refused(peer.envelope(), now) == "liaison.two_histories"
    assert refused(peer.envelope(previous="ab" * 32), now) == "liaison.chain_broken"
    assert stored() == [("notes", 1)]


def test_what_cannot_be_taken_is_answered_by_a_signed_reason(peer, now):
    """L4."""
    envelope = peer.envelope() + b"\0"

    answer = operations.return_envelope(now=now, envelope=envelope, code=refused(envelope, now))

    receipt = read_receipt(answer).receipt
    assert (receipt.state, receipt.code) == (ReceiptState.RETURNED, "liaison.size_wrong")
    assert (receipt.dispatch_id, receipt.digest) == ("KP-PYO>KR-SEL/notes/1", digest_of(envelope))


@pytest.mark.parametrize("envelope", [b"noise", b""])
def test_noise_is_answered_to_whoever_carried_it(peer, now, envelope):
    code = refused(envelope, now)
    nobody = operations.return_envelope(now=now, envelope=envelope, code=code)
    carrier = operations.return_envelope(now=now, envelope=envelope, code=code, carrier=peer.code)

    assert nobody is None
    assert (read_receipt(carrier).receipt.stream, read_receipt(carrier).receipt.sequence) == ("", 0)


def test_an_envelope_for_another_office_is_answered_to_its_carrier_by_digest(peer, now):
    envelope = peer.envelope(recipient=OfficeCode("JP-TYO"))

    answer = operations.return_envelope(
        now=now, envelope=envelope, code="liaison.other_recipient", carrier=peer.code
    )

    assert read_receipt(answer).receipt.stream == ""


def test_a_return_is_kept_once_however_often_the_same_envelope_comes(peer, now):
    for _ in range(2):
        answer = operations.return_envelope(
            now=now, envelope=b"noise", code="liaison.envelope_garbled", carrier=peer.code
        )
        operations.take_batch(now=now, envelopes=[b"noise"], carrier=peer.code, answered=False)

    assert owed(peer.code, now) == [answer]


def test_an_answer_to_nobody_is_not_kept(peer, now):
    (answer,) = operations.take_batch(
        now=now,
        envelopes=[peer.envelope(sender=OfficeCode("US-WAS"))],
        carrier=peer.code,
        answered=False,
    )

    assert (answer.receipt, answer.code) == (b"", "office.unknown_counterpart")
    assert owed(peer.code, now) == []
