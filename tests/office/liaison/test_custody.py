"""Receiving: what is taken, what is returned, and what the answer says."""

from __future__ import annotations

from sangbong.liaison import operations, queries
from sangbong.liaison.core.receipt import ReceiptState, read_receipt


def test_an_envelope_is_stored_and_then_receipted(peer, now):
    envelope = peer.envelope()

    receipt = read_receipt(operations.receive(now=now, envelope=envelope)).receipt

    assert receipt.state is ReceiptState.RECEIVED
    assert receipt.dispatch_id == "KP-PYO>KR-SEL/notes/1"
    assert queries.envelope_bytes(receipt.digest) == envelope
