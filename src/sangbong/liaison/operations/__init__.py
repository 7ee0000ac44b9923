"""Deeds of the channel, by topic: outbox, inbox, carriage (folder and line), notes.

Two kinds of transaction stand here. `enqueue`, `accept_receipt`, `settle`, `apply_next` and the
notes work inside the caller's. Custody cannot: what has left the office (a signed receipt, a file on
a stick) is not rolled back. So `receive` and the carriers commit each step before the next one
shows it to anybody, and refuse to be called inside a transaction.
"""

from sangbong.liaison.adapters.link import certificate_der, server_context
from sangbong.liaison.operations.carriage import (
    BundleReport,
    CarriedCargo,
    Fault,
    LinkReport,
    accept_exchange,
    call_counterpart,
    carry_to_folder,
    collect_from_folder,
    exchange_for,
    take_or_return,
    tell,
)
from sangbong.liaison.operations.inbox import (
    apply_next,
    keep_return,
    receive,
    return_envelope,
    settle,
)
from sangbong.liaison.operations.notes import accept_note, send_note
from sangbong.liaison.operations.outbox import accept_receipt, enqueue, mark_carried, tell_settled

__all__ = [
    "BundleReport",
    "CarriedCargo",
    "Fault",
    "LinkReport",
    "accept_exchange",
    "accept_note",
    "accept_receipt",
    "apply_next",
    "call_counterpart",
    "carry_to_folder",
    "certificate_der",
    "collect_from_folder",
    "enqueue",
    "exchange_for",
    "keep_return",
    "mark_carried",
    "receive",
    "return_envelope",
    "send_note",
    "server_context",
    "settle",
    "take_or_return",
    "tell",
    "tell_settled",
]
