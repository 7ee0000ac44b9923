"""The stage: which office plays, with which world; what a step is; when it happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.truth import Truth, load
from sangbong.office import queries as office
from sangbong.office.core.actor import Actor

ROUND = "video-8"
_KOREA = timezone(timedelta(hours=9))

Progress = Callable[[str, str, int, int], None]
"""Told (English, Korean, done, total) while a step runs."""


class Side(StrEnum):
    """The offices of the story."""

    SEOUL = "seoul"
    PYONGYANG = "pyongyang"
    WASHINGTON = "washington"


@dataclass(frozen=True, slots=True)
class Stage:
    """One office on stage. The truth speaks only through the mouths of people who are asked."""

    side: Side
    world: Path
    truth: Truth
    film: Path | None

    @classmethod
    def load(cls, *, side: Side, world: Path, film: Path | None) -> Stage:
        """Read the world's truth for the people who will be asked."""
        return cls(side=side, world=world, truth=load(world), film=film)

    @property
    def applications(self) -> int:
        """How many applications the world has."""
        return len(self.truth.applicants)


@dataclass(frozen=True, slots=True)
class Told:
    """What happened, when, in both languages."""

    at: datetime
    en: str
    ko: str


@dataclass(frozen=True, slots=True)
class Step:
    """One deed of the story: its story time, whether it is due, and what it does.

    A deed of a carrier commits each of its steps itself, for what has left cannot be rolled back.
    """

    key: str
    at: datetime
    due: Callable[[Stage], bool]
    act: Callable[[Stage, datetime, Progress], tuple[str, str]]
    commits_itself: bool = False


def korea(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of the story's summer of 2018 by Korean time, in UTC."""
    return datetime(2018, month, day, hour, minute, tzinfo=_KOREA).astimezone(UTC)


CODES = {
    Side.SEOUL: OfficeCode("KR-SEL"),
    Side.PYONGYANG: OfficeCode("KP-PYO"),
    Side.WASHINGTON: OfficeCode("US-WAS"),
}


def other_office() -> OfficeCode:
    """The office across, with which this one runs the round."""
    return CODES[Side.PYONGYANG if office.own_office().code != "KP-PYO" else Side.SEOUL]


CLERK = {
    Side.SEOUL: Actor("seo", "eighth video round"),
    Side.PYONGYANG: Actor("kwon", "eighth video round"),
}
OFFICER = {
    Side.SEOUL: Actor("han", "eighth video round"),
    Side.PYONGYANG: Actor("ri", "eighth video round"),
    Side.WASHINGTON: Actor("harlow", "families in the United States"),
}
OPERATOR = {
    Side.SEOUL: Actor("moon", "eighth video round"),
    Side.PYONGYANG: Actor("jang", "eighth video round"),
}
