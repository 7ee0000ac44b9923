"""Washington and Pyongyang write to each other by way of Seoul, for no line joins them.

Seoul passes sealed bundles on and cannot read them.
"""

from __future__ import annotations

from datetime import datetime

from sangbong.lab.story.stage import CODES, OFFICER, Progress, Side, Stage
from sangbong.liaison import operations as liaison
from sangbong.liaison import queries as liaison_queries
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.core.custody.relay import RELAY_KIND
from sangbong.liaison.queries import Direction, NoteView

_BY = CODES[Side.SEOUL]
_KOREAN = {Side.PYONGYANG: "평양", Side.WASHINGTON: "워싱턴"}


def write(stage: Stage, now: datetime, other: Side, note: NotePaper) -> None:
    """Seal a note for the office that no line leads to."""
    liaison.send_note(now=now, actor=OFFICER[stage.side], recipient=CODES[other], note=note)


def hand_to_seoul(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    """Give Seoul whatever waits for the office beyond it: dispatches and receipts."""
    del progress
    other = Side.PYONGYANG if stage.side is Side.WASHINGTON else Side.WASHINGTON
    liaison.relay_waiting(now=now, actor=OFFICER[stage.side], recipient=CODES[other], by=_BY)
    return (
        f"what waits for {other.value.title()} is handed to Seoul, which cannot read it",
        f"{_KOREAN[other]}으로 갈 송달문을 서울에 맡겼습니다. 서울은 그 내용을 읽을 수 없습니다",
    )


def times_relayed() -> int:
    """How often this office gave Seoul something to pass on."""
    return sum(
        one.kind == RELAY_KIND for one in liaison_queries.dispatches(Direction.OUT, counterpart=_BY)
    )


def notes(direction: Direction, other: Side) -> list[NoteView]:
    """The notes to or from an office."""
    return [
        one for one in liaison_queries.notes(counterpart=CODES[other]) if one.direction is direction
    ]
