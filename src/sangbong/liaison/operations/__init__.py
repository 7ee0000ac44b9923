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
from sangbong.liaison.operations.line import (
    correct,
    record_call,
    record_line_fact,
    record_opening_call,
    record_path,
    record_presence,
)
from sangbong.liaison.operations.notes import accept_note, send_note
from sangbong.liaison.operations.outbox import accept_receipt, enqueue, mark_carried, tell_settled
from sangbong.liaison.operations.people import (
    accept_offer,
    accept_offer_answer,
    answer_offer,
    assign_duty,
    file_minutes,
    file_offer_by_call,
    give_duty_back,
    offer_paper,
    plan_meeting,
    record_meeting,
    record_offer,
    swap_duty,
)

__all__ = [
    "BundleReport",
    "CarriedCargo",
    "Fault",
    "LinkReport",
    "accept_exchange",
    "accept_note",
    "accept_offer",
    "accept_offer_answer",
    "accept_receipt",
    "answer_offer",
    "apply_next",
    "assign_duty",
    "call_counterpart",
    "carry_to_folder",
    "certificate_der",
    "collect_from_folder",
    "correct",
    "enqueue",
    "exchange_for",
    "file_minutes",
    "file_offer_by_call",
    "give_duty_back",
    "keep_return",
    "mark_carried",
    "offer_paper",
    "plan_meeting",
    "receive",
    "record_call",
    "record_line_fact",
    "record_meeting",
    "record_offer",
    "record_opening_call",
    "record_path",
    "record_presence",
    "return_envelope",
    "send_note",
    "server_context",
    "settle",
    "swap_duty",
    "take_or_return",
    "tell",
    "tell_settled",
]
