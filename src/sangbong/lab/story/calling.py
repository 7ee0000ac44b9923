"""The opening call of the morning, as both ends of the line write it down."""

from __future__ import annotations

from datetime import datetime

from sangbong.lab.story.stage import OFFICER, Progress, Stage, Step, korea, other_office
from sangbong.liaison import operations as liaison
from sangbong.liaison import queries as liaison_queries


def _call(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    liaison.record_opening_call(now=now, actor=OFFICER[stage.side], counterpart=other_office())
    return (
        "the opening call is made and written down",
        "개시 통화를 하고 적었습니다",
    )


CALL = Step(
    "call",
    korea(6, 25, 9),
    lambda _stage: not liaison_queries.call_log(counterpart=other_office(), limit=1),
    _call,
)
