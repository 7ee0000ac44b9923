"""What a person has to do about keys, and by when; nothing here happens by itself.

1. (D1) A signing key is rotated after a year; from then on it is told until it is done.
2. (D2) Epochs that are missing ahead and cannot be made because the root key is elsewhere: fetch it.
3. (D3) A root key that stays in the machine is stolen with the machine: take it out.
4. (D4) A counterpart that was not compared is not written to.
5. (D5) Fewer than 26 epochs left of a counterpart's statement: ask for a new one; none left: its emergency
   keys are in use, until the day when those end and nothing can be sealed for it.
6. (D6) A counterpart that does not have our current statement cannot follow our changes.
7. (D7) Private halves that are 30 days past their end stay, because a counterpart has not said that it
   is done with them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sangbong.office.core.epochs import (
    EPOCHS_AHEAD,
    GRACE_DAYS,
    SIGNER_DAYS,
    Window,
    day_of,
    epochs_left,
    is_emergency,
)
from sangbong.office.core.statement import KeyStatement

FEW_EPOCHS = 26


class Due(StrEnum):
    """The kinds of notices; each has a sentence `office.due_…` in both languages."""

    ROTATE = "rotate"
    RENEW = "renew"
    ROOT_HERE = "root_here"
    UNCONFIRMED = "unconfirmed"
    EPOCHS_FEW = "epochs_few"
    EMERGENCY = "emergency"
    EPOCHS_OVER = "epochs_over"
    BEHIND = "behind"
    HELD_BACK = "held_back"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to do. `code` is the counterpart it is about, empty where it is about us."""

    due: Due
    code: str = ""
    on: date | None = None
    count: int = 0

    @property
    def key(self) -> str:
        """The name of its sentence."""
        return f"office.due_{self.due.value}"

    def facts(self) -> dict[str, str | int]:
        """What its sentence names."""
        return {
            "code": self.code,
            "on": self.on.isoformat() if self.on else "",
            "count": self.count,
        }


@dataclass(frozen=True, slots=True)
class Across:
    """What is known of a counterpart's keys, and of its knowledge of ours."""

    statement: KeyStatement
    confirmed: bool
    knows_serial: int
    epochs_done: int


def rotation_due(own: KeyStatement) -> date:
    """The day on which the next signing key is due."""
    return own.newest.first + timedelta(days=SIGNER_DAYS)


def notices(
    own: KeyStatement,
    others: Sequence[Across],
    *,
    root_here: bool,
    private: Sequence[Window],
    now: datetime,
) -> list[Notice]:
    """Everything that a person should do, our own first: rules D1 to D7.

    `private` are our receive keys whose private half is here.
    """
    found = []
    if rotation_due(own) <= day_of(now):
        found.append(Notice(Due.ROTATE, on=rotation_due(own), count=own.newest.generation))
    if not root_here and epochs_left(own, now=now) < EPOCHS_AHEAD:
        left = epochs_left(own, now=now)
        found.append(Notice(Due.RENEW, on=own.epochs[-1].until, count=left))
    if root_here:
        found.append(Notice(Due.ROOT_HERE))
    for other in others:
        found += _about(other, own=own, private=private, now=now)
    return found


def _about(
    other: Across, *, own: KeyStatement, private: Sequence[Window], now: datetime
) -> list[Notice]:
    code = other.statement.code
    if not other.confirmed:
        return [Notice(Due.UNCONFIRMED, code)]
    found = _epochs(other.statement, now=now)
    if other.knows_serial < own.serial:
        found.append(Notice(Due.BEHIND, code, count=own.serial))
    latest = day_of(now) - timedelta(days=GRACE_DAYS)
    held = [
        one
        for one in private
        if not is_emergency(one.number) and one.until <= latest and one.number > other.epochs_done
    ]
    if held:
        found.append(Notice(Due.HELD_BACK, code, on=held[0].until, count=len(held)))
    return found


def _epochs(statement: KeyStatement, *, now: datetime) -> list[Notice]:
    """Rule D5."""
    code, day = statement.code, day_of(now)
    if statement.emergencies[-1].until <= day:
        return [Notice(Due.EPOCHS_OVER, code, on=statement.emergencies[-1].until)]
    if statement.epochs[-1].until <= day:
        return [Notice(Due.EMERGENCY, code, on=statement.emergencies[-1].until)]
    left = epochs_left(statement, now=now)
    if left < FEW_EPOCHS:
        return [Notice(Due.EPOCHS_FEW, code, on=statement.epochs[-1].until, count=left)]
    return []
