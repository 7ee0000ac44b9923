"""Published events of a line as facts of the same kind as an office's own."""

from __future__ import annotations

from collections.abc import Iterable

from sangbong.liaison.core.people.line_state import LineFact, LineSaid
from sangbong.liaison.core.people.said import Said, Side
from sangbong.programmes.lines import LineEvent


def published_facts(events: Iterable[LineEvent]) -> list[LineFact]:
    """What published events say of each line, with their source, precision and confidence."""
    return [
        LineFact(
            line=fact.line,
            told=LineSaid(fact.said),
            at=fact.at,
            source=Said(Side.PUBLISHED, by=event.source, saw=event.detail),
            known=fact.known,
            confidence=event.confidence,
        )
        for event in events
        for fact in event.facts
    ]
