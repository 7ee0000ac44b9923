"""Deeds of a round, one a function; topics by file."""

from sangbong.selection.operations.drawing import (
    DrawSummary,
    draw,
    freeze_roll,
    open_round,
    set_criteria,
)
from sangbong.selection.operations.exchange import (
    accept_final_list,
    cancel_round,
    close_round,
    send_final_list,
    withdraw,
)
from sangbong.selection.operations.listing import (
    Answer,
    ask_life_status,
    make_final_list,
    make_second_list,
    record_willingness,
)
from sangbong.selection.operations.steps import ListSummary

__all__ = [
    "Answer",
    "DrawSummary",
    "ListSummary",
    "accept_final_list",
    "ask_life_status",
    "cancel_round",
    "close_round",
    "draw",
    "freeze_roll",
    "make_final_list",
    "make_second_list",
    "open_round",
    "record_willingness",
    "send_final_list",
    "set_criteria",
    "withdraw",
]
