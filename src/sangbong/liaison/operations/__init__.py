"""Deeds of the channel, by topic: outbox, inbox, carriage (folder and line), notes.

Two kinds of transaction stand here. `enqueue`, `accept_receipt`, `settle`, `apply_next` and the
notes work inside the caller's. Custody cannot: what has left the office (a signed receipt, a file on
a stick) is not rolled back. So `receive` and the carriers commit each step before the next one
shows it to anybody, and refuse to be called inside a transaction.
"""

from sangbong.liaison.operations.carriage import (
    BundleReport,
    CarriedCargo,
    Fault,
    carry_to_folder,
    collect_from_folder,
    note_pieces_there,
)
from sangbong.liaison.operations.films import sweep_films
from sangbong.liaison.operations.inbox import (
    Taken,
    apply_next,
    film_complete,
    receive,
    received_receipt,
    return_envelope,
    take_batch,
)
from sangbong.liaison.operations.keys import accept_keys, tell_keys, update_statement
from sangbong.liaison.operations.line import (
    correct,
    record_call,
    record_line_fact,
    record_opening_call,
    record_path,
    record_presence,
)
from sangbong.liaison.operations.line_desk import (
    answer_exchange,
    exchange_to_send,
    note_carried,
    note_handed,
)
from sangbong.liaison.operations.notes import accept_note, send_note
from sangbong.liaison.operations.outbox import (
    accept_receipt,
    enqueue,
    enqueue_all,
    mark_carried,
    seal_film,
)
from sangbong.liaison.operations.paper import (
    PaperContent,
    compare_reply,
    hand_over_paper,
    print_note,
    print_paper,
    scan_reply,
    spoil_paper,
    type_reply,
)
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
from sangbong.liaison.operations.relay import accept_relay, collect_relayed, relay_waiting
from sangbong.liaison.operations.signals import SWITCHBOARD, send_signal, take_signal
from sangbong.liaison.operations.telling import (
    accept_exchange,
    accept_restored,
    exchange_for,
    restored,
    tell,
)

__all__ = [
    "SWITCHBOARD",
    "BundleReport",
    "CarriedCargo",
    "Fault",
    "PaperContent",
    "Taken",
    "accept_exchange",
    "accept_keys",
    "accept_note",
    "accept_offer",
    "accept_offer_answer",
    "accept_receipt",
    "accept_relay",
    "accept_restored",
    "answer_exchange",
    "answer_offer",
    "apply_next",
    "assign_duty",
    "carry_to_folder",
    "collect_from_folder",
    "collect_relayed",
    "compare_reply",
    "correct",
    "enqueue",
    "enqueue_all",
    "exchange_for",
    "exchange_to_send",
    "file_minutes",
    "file_offer_by_call",
    "film_complete",
    "give_duty_back",
    "hand_over_paper",
    "mark_carried",
    "note_carried",
    "note_handed",
    "note_pieces_there",
    "offer_paper",
    "plan_meeting",
    "print_note",
    "print_paper",
    "receive",
    "received_receipt",
    "record_call",
    "record_line_fact",
    "record_meeting",
    "record_offer",
    "record_opening_call",
    "record_path",
    "record_presence",
    "relay_waiting",
    "restored",
    "return_envelope",
    "scan_reply",
    "seal_film",
    "send_note",
    "send_signal",
    "spoil_paper",
    "swap_duty",
    "sweep_films",
    "take_batch",
    "take_signal",
    "tell",
    "tell_keys",
    "type_reply",
    "update_statement",
]
