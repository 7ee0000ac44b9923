"""Epochs: which receive key a paper is sealed to, and when a private half may be destroyed.

An office publishes one receive key a fortnight, two years ahead, and an emergency key a year for the
time after. So a silence of two years neither stops anybody from sealing nor makes a seal weaker, and
what was sealed in a fortnight can be read by nobody once its private half is gone.

1. (P1) A paper is sealed to the epoch whose window contains the sender's day (UTC); before the first
   window, to the first.
2. (P2) Never to an epoch of which the sender has said that it is done with it (*floor*), even if its
   clock has run back: then to the next one above.
3. (P3) After the last epoch, to the emergency key whose window contains the day; after all of them
   nothing is sealed: `office.epochs_over` says what to do.
4. (P4) A sender may say that it is done with an epoch when the window is over and no paper sealed to
   it, or to one before it, is still on its way; while one sealed to an emergency key is, it says
   nothing new. What was said is never taken back, with one exception: while a paper goes once more to
   an office that was put back from a backup, less is said, and the keys it has left stay.
5. (P5) A private half may be destroyed from 30 days after its window's end, when every counterpart
   has said that it is done with that epoch, and when nothing here waits to be opened by it. An
   emergency key goes when that holds for the first epoch that began at or after its window's end.
6. (P6) At least 52 whole epochs lie ahead of the one in use; when one is missing, 13 more are made,
   and emergency keys so that three whole years lie beyond the last epoch.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.statement import EMERGENCY_BASE, EpochKey, KeyStatement

EPOCH_DAYS = 14
EPOCHS_AHEAD = 52
EPOCHS_SPARE = 13
EMERGENCY_DAYS = 364
EMERGENCY_YEARS = 3
GRACE_DAYS = 30
SIGNER_DAYS = 365
OVERLAP_DAYS = 90


@dataclass(frozen=True, slots=True)
class Window:
    """A receive key that is to be made: its number and days; `until` is the next one's first day."""

    number: int
    first: date
    until: date


def day_of(now: datetime) -> date:
    """The day that epochs are counted by, in UTC."""
    return now.astimezone(UTC).date()


def is_emergency(number: int) -> bool:
    """Whether a number is an emergency key's."""
    return number > EMERGENCY_BASE


def epoch_for(statement: KeyStatement, *, now: datetime, floor: int) -> EpochKey:
    """The recipient's key that a paper is sealed to at `now`: rules P1 to P3.

    Raises:
        SangbongError: `office.epochs_over`; all keys of the recipient's statement are past.
    """
    day = day_of(now)
    for one in statement.epochs:
        if day < one.until and one.number > floor:
            return one
    for one in statement.emergencies:
        if day < one.until:
            return one
    raise SangbongError("office.epochs_over", code=statement.code)


def done_with(
    statement: KeyStatement, *, now: datetime, floor: int, on_the_way: Collection[int]
) -> int:
    """Through which epoch of the recipient we may say that we are done: rule P4.

    `on_the_way` are the epochs of all our papers to that recipient that it has not received yet.
    """
    day = day_of(now)
    # an epoch that the statement names no more is over too: nothing is ever sealed to it again
    unnamed = statement.epochs[0].number - 1
    over = max((one.number for one in statement.epochs if one.until <= day), default=unnamed)
    said = floor if any(is_emergency(number) for number in on_the_way) else max(floor, over)
    # also below the floor: a dispatch that goes once more to an office that was put back
    return min([said, *(number - 1 for number in on_the_way)])


def may_destroy(
    windows: Sequence[Window], *, now: datetime, said_done: Collection[int], needed: Collection[int]
) -> list[int]:
    """Which private halves of ours may go: rule P5.

    Args:
        windows: every receive key whose private half is still here, and every published one.
        now: our clock.
        said_done: what each counterpart said last, 0 where it has said nothing.
        needed: epochs of dispatches that are in our custody and not yet opened.
    """
    latest = day_of(now) - timedelta(days=GRACE_DAYS)
    done = min(said_done, default=EMERGENCY_BASE)
    regular = [one for one in windows if not is_emergency(one.number)]
    gone = []
    for one in windows:
        mark = one.number
        if is_emergency(mark):
            later = [w.number for w in regular if w.first >= one.until]
            mark = min(later, default=EMERGENCY_BASE + 1)
        if one.until <= latest and mark <= done and one.number not in needed:
            gone.append(one.number)
    return gone


def epochs_left(statement: KeyStatement, *, now: datetime) -> int:
    """How many whole epochs lie ahead of the one in use."""
    day = day_of(now)
    return sum(1 for one in statement.epochs if one.first > day)


def founding_windows(now: datetime) -> list[Window]:
    """The receive keys of a new office: epochs from today, and emergency keys beyond them."""
    return more_windows((), (), now=now)


def more_windows(
    epochs: Sequence[Window],
    emergencies: Sequence[Window],
    *,
    now: datetime,
    next_number: int = 1,
    next_emergency: int = EMERGENCY_BASE + 1,
) -> list[Window]:
    """The receive keys that are missing at `now`: rule P6; none while enough lie ahead.

    `next_number` and `next_emergency` are used where there is no key to go on from.
    """
    day = day_of(now)
    ahead = [one for one in epochs if one.first > day]
    if len(ahead) >= EPOCHS_AHEAD:
        return []
    number = epochs[-1].number + 1 if epochs else next_number
    first = max(epochs[-1].until, day) if epochs else day
    wanted = EPOCHS_AHEAD + EPOCHS_SPARE - len(ahead)
    made = _row_of(number, first, days=EPOCH_DAYS, count=wanted)
    last = made[-1].until
    first = emergencies[-1].until if emergencies else last
    reach = last + timedelta(days=EMERGENCY_DAYS * EMERGENCY_YEARS)
    years = -((first - reach) // timedelta(days=EMERGENCY_DAYS))
    number = emergencies[-1].number + 1 if emergencies else next_emergency
    return made + _row_of(number, first, days=EMERGENCY_DAYS, count=years)


def _row_of(number: int, first: date, *, days: int, count: int) -> list[Window]:
    starts = [first + timedelta(days=days * place) for place in range(count)]
    return [
        Window(number + place, start, start + timedelta(days=days))
        for place, start in enumerate(starts)
    ]
