"""What the offices state at the end, as plain lists."""

from __future__ import annotations

from sangbong.lab.story.stage import ROUND
from sangbong.letters import queries as letter_queries
from sangbong.liaison import queries as liaison
from sangbong.reunions import queries as reunion_queries

_DISPATCHES_MAX = 100_000


def report_lines() -> list[list[object]]:
    """The report of the round as its own table: section, name, number, and its reasons."""
    return [
        [line.section, line.name, line.count, [list(reason) for reason in line.reasons]]
        for line in reunion_queries.round_report(ROUND).lines
    ]


def sitting_lines() -> list[list[str]]:
    """Each sitting's application and what came of it."""
    return [
        [one.application_no, str(one.outcome or one.state)]
        for one in reunion_queries.sittings(ROUND)
    ]


def film_lines() -> list[str]:
    """The state of each film."""
    return [str(one.state) for one in letter_queries.letters()]


def note_lines() -> list[str]:
    """The dispatches whose notes are filed here."""
    return sorted(one.dispatch_id for one in liaison.notes())


def dispatch_lines() -> list[list[str]]:
    """Each dispatch's id, direction and state."""
    return [
        [one.id, str(one.direction), str(one.state)]
        for one in liaison.dispatches(limit=_DISPATCHES_MAX)
    ]
