"""What pages and the demo ask of sittings; topics by file."""

from sangbong.reunions.queries.report import (
    AnsweringNumbers,
    ReportLine,
    RoundReport,
    SeekingNumbers,
    round_report,
)
from sangbong.reunions.queries.timetable import (
    ProposalView,
    RoomView,
    SittingView,
    Timetable,
    agreed_hash,
    days,
    free_slots,
    get_proposal,
    get_sitting,
    halls,
    proposals,
    sittings,
    timetable,
)

__all__ = [
    "AnsweringNumbers",
    "ProposalView",
    "ReportLine",
    "RoomView",
    "RoundReport",
    "SeekingNumbers",
    "SittingView",
    "Timetable",
    "agreed_hash",
    "days",
    "free_slots",
    "get_proposal",
    "get_sitting",
    "halls",
    "proposals",
    "round_report",
    "sittings",
    "timetable",
]
