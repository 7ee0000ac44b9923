"""Finds the step that is due in an office and does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from django.db import transaction

from sangbong.lab.story import pyongyang, seoul, washington
from sangbong.lab.story.stage import Progress, Side, Stage, Step, Told

_STEPS: Mapping[Side, tuple[Step, ...]] = {
    Side.SEOUL: seoul.STEPS,
    Side.PYONGYANG: pyongyang.STEPS,
    Side.WASHINGTON: washington.STEPS,
}
_REPORTS: Mapping[Side, Callable[[], dict[str, Any]]] = {
    Side.SEOUL: seoul.report,
    Side.PYONGYANG: pyongyang.report,
    Side.WASHINGTON: washington.report,
}


def steps_of(side: Side) -> tuple[Step, ...]:
    """All steps of an office, in the order in which they are looked at."""
    return _STEPS[side]


def due(stage: Stage) -> Step | None:
    """The first step that is due in an office; None where nothing is."""
    return next((step for step in steps_of(stage.side) if step.due(stage)), None)


def advance(stage: Stage, progress: Progress) -> Told | None:
    """Do the first step that is due, in one transaction where it may; None where nothing is."""
    step = due(stage)
    if step is None:
        return None
    with nullcontext() if step.commits_itself else transaction.atomic():
        en, ko = step.act(stage, step.at, progress)
    return Told(at=step.at, en=en, ko=ko)


def report(stage: Stage) -> dict[str, Any]:
    """What this office states of the round, as plain JSON."""
    return _REPORTS[stage.side]()
