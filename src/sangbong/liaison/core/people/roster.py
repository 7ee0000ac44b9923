"""The duty roster (근무표): who answers, when; drawn in docs/machines/duty.md.

1. (D1) On a weekday somebody sits at the line; on Saturday and Sunday a weekend officer has duty; every
   day somebody is on call.
2. (D2) A duty that nobody has is a gap, and a gap is said: on the roster's page, for each day to come.
3. (D3) A duty is swapped with the word of both officers, and who agreed is written down. Nobody swaps
   with themselves.
4. (D4) A duty may be given back: it is open again, and a gap.
5. (D5) What was so stays readable: an assignment, a swap and a giving back are each a record of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.people.said import standing

_SATURDAY = 6


class Duty(StrEnum):
    """What an officer has to do on a day."""

    LINE = "line"
    WEEKEND = "weekend"
    ON_CALL = "on_call"


class DutyState(StrEnum):
    """Whether somebody has a duty."""

    OPEN = "open"
    ASSIGNED = "assigned"


class DutyDeed(StrEnum):
    """What is written down of a duty."""

    ASSIGN = "assign"
    SWAP = "swap"
    GIVE_BACK = "give_back"


TRANSITIONS: dict[tuple[DutyState, DutyDeed], DutyState] = {
    (DutyState.OPEN, DutyDeed.ASSIGN): DutyState.ASSIGNED,
    (DutyState.ASSIGNED, DutyDeed.SWAP): DutyState.ASSIGNED,
    (DutyState.ASSIGNED, DutyDeed.GIVE_BACK): DutyState.OPEN,
}


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """One record of a duty: `officer` has it from now on (nobody after a giving back)."""

    day: date
    duty: Duty
    deed: DutyDeed
    officer: str
    at: datetime
    agreed: str = ""
    number: int = 0
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class DutyStanding:
    """A duty of a day, who has it, and how that came about, the oldest record first."""

    day: date
    duty: Duty
    officer: str = ""
    records: tuple[DutyRecord, ...] = ()

    @property
    def state(self) -> DutyState:
        """Whether somebody has it."""
        return DutyState.ASSIGNED if self.officer else DutyState.OPEN


def needed(day: date) -> tuple[Duty, ...]:
    """The duties of a day: rule D1."""
    weekend = day.isoweekday() >= _SATURDAY
    return (Duty.WEEKEND if weekend else Duty.LINE, Duty.ON_CALL)


def after(state: DutyState, deed: DutyDeed) -> DutyState:
    """The state after a record.

    Raises:
        SangbongError: `liaison.duty_not_so`: assigned already, or not assigned; the writer's slip.
    """
    try:
        return TRANSITIONS[state, deed]
    except KeyError as error:
        raise SangbongError("liaison.duty_not_so", state=state.value) from error


def check_record(held: DutyStanding, record: DutyRecord) -> None:
    """Whether a record may follow what stands: rules D3 and D4.

    Raises:
        SangbongError: `liaison.duty_not_so`, `liaison.duty_same_officer` or
            `liaison.duty_who_agreed`; the writer's slip.
    """
    after(held.state, record.deed)
    if record.deed is DutyDeed.SWAP:
        if record.officer == held.officer:
            raise SangbongError("liaison.duty_same_officer")
        if not record.agreed:
            raise SangbongError("liaison.duty_who_agreed")


def roster(days: Iterable[date], records: Sequence[DutyRecord]) -> list[DutyStanding]:
    """Every duty of these days with who has it, by day."""
    by_duty: dict[tuple[date, Duty], list[DutyRecord]] = {}
    for record in standing(records):
        by_duty.setdefault((record.day, record.duty), []).append(record)
    held: list[DutyStanding] = []
    for day in days:
        for duty in needed(day):
            of_it = tuple(by_duty.get((day, duty), ()))
            officer = of_it[-1].officer if of_it else ""
            held.append(DutyStanding(day=day, duty=duty, officer=officer, records=of_it))
    return held


def gaps(held: Iterable[DutyStanding], *, today: date) -> list[DutyStanding]:
    """The duties of today and later that nobody has: rule D2."""
    return [one for one in held if one.day >= today and one.state is DutyState.OPEN]


def week_of(day: date) -> list[date]:
    """The seven days from Monday of the week that holds a day."""
    monday = day - timedelta(days=day.isoweekday() - 1)
    return [monday + timedelta(days=n) for n in range(7)]
