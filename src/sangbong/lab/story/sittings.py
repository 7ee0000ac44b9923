"""What both sides do alike: open halls for the days of meeting, and write down what came of each."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sangbong.lab.outcomes import MEETS_FROM, MEETS_UNTIL, outcome_of
from sangbong.lab.story.stage import OPERATOR, ROUND, Side, Stage
from sangbong.office import queries as office
from sangbong.office.core.actor import Actor
from sangbong.programmes.korea import loader
from sangbong.reunions import operations, queries
from sangbong.reunions.core.machine import SittingState


def days_of_meeting() -> list[date]:
    """The days on which the halls are open for the round."""
    return [MEETS_FROM + timedelta(days=n) for n in range((MEETS_UNTIL - MEETS_FROM).days)]


def open_halls(side: Side, now: datetime) -> tuple[str, str]:
    """Take this side's halls into use and make their rooms bookable."""
    halls = loader.halls(office=office.own_office().code, on=MEETS_FROM)
    rooms = operations.open_halls(now=now, actor=OPERATOR[side], halls=halls)
    slots = operations.open_slots(
        now=now, actor=OPERATOR[side], days=days_of_meeting(), hours=loader.hall_hours()
    )
    return (
        f"{rooms} rooms in {len(halls)} halls opened, {slots} slots",
        f"화상상봉장 {len(halls)}곳 상봉실 {rooms}개, 배정 시간 {slots}개를 열었습니다",
    )


def outcomes_missing() -> bool:
    """Whether an agreed sitting has no outcome yet."""
    return bool(queries.sittings(ROUND, state=SittingState.ACCEPTED))


def record_outcomes(stage: Stage, now: datetime, *, actor: Actor) -> int:
    """Write down what came of every agreed sitting."""
    outcomes = {
        one.id: outcome_of(stage.truth.applicants[one.application_no])
        for one in queries.sittings(ROUND, state=SittingState.ACCEPTED)
    }
    return operations.record_outcomes(now=now, actor=actor, outcomes=outcomes)
