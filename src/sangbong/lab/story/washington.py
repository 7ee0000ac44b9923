"""What the Washington office does: it asks Pyongyang something, and no line leads there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sangbong.lab.story.cast import STAFF
from sangbong.lab.story.relaying import hand_to_seoul, notes, times_relayed, write
from sangbong.lab.story.stage import Progress, Side, Stage, Step, korea
from sangbong.lab.story.stating import dispatch_lines, note_lines
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.queries import Direction

NUMBER = "2018-1"
_TEXT = (
    "Families who live in the United States ask whether your office would take a list of those"
    " among them who are over 85. We send no names before you say so.\n"
)


def _ask(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    write(
        stage,
        now,
        Side.PYONGYANG,
        NotePaper(
            number=NUMBER,
            date=now.date(),
            sender_name="Jane Harlow",
            sender_rank="Liaison officer",
            text=_TEXT,
        ),
    )
    return (
        "a note to Pyongyang is sealed; no line leads there",
        "평양 앞 통지문을 봉했습니다. 직통 연락선이 없습니다",
    )


def _asked() -> bool:
    return bool(notes(Direction.OUT, Side.PYONGYANG))


def _answered() -> bool:
    return bool(notes(Direction.IN, Side.PYONGYANG))


STEPS = (
    STAFF,
    Step("ask", korea(6, 26, 22), lambda _stage: not _asked(), _ask),
    Step(
        "relay",
        korea(6, 26, 23),
        lambda _stage: _asked() and not times_relayed(),
        hand_to_seoul,
        commits_itself=True,
    ),
    Step(
        "relay receipts",
        korea(7, 5, 22),
        lambda _stage: _answered() and times_relayed() == 1,
        hand_to_seoul,
        commits_itself=True,
    ),
)


def report() -> dict[str, Any]:
    """What this office states: its dispatches, and the notes filed here."""
    return {"dispatches": dispatch_lines(), "notes": note_lines()}
