"""Who sits where and when: free slots in, an assignment out; and the agreed timetable's hash."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.kernel.reader import instant_text
from sangbong.programmes.halls import HallHours


class Hour(NamedTuple):
    """One bookable time, in UTC; the end is exclusive."""

    starts_at: datetime
    ends_at: datetime


class FreeSlot(NamedTuple):
    """A room and time nobody has yet."""

    slot_id: int
    hall: str
    room: int
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Party:
    """One family to seat; `halls` are codes from the nearest to the farthest from their home."""

    application_no: str
    age: int
    halls: tuple[str, ...]


class Seat(NamedTuple):
    """A party and the slot it gets."""

    application_no: str
    slot: FreeSlot


class Agreed(NamedTuple):
    """One accepted sitting as both offices write it; rooms are written hall/number."""

    number: int
    application_no: str
    starts_at: datetime
    ends_at: datetime
    proposer_room: str
    answerer_room: str


def hours_of(days: Iterable[date], hours: HallHours) -> list[Hour]:
    """The bookable times of the days, in order."""
    zone = ZoneInfo(hours.time_zone)
    length = timedelta(minutes=hours.minutes_a_slot)
    found: list[Hour] = []
    for day in sorted(set(days)):
        for start in hours.slot_starts:
            starts_at = datetime.combine(day, start, tzinfo=zone).astimezone(UTC)
            found.append(Hour(starts_at, starts_at + length))
    return found


def seat(
    parties: Sequence[Party], slots: Sequence[FreeSlot], *, other_rooms: Mapping[datetime, int]
) -> list[Seat]:
    """Give every party a slot: the oldest choose first, the nearest hall before the earliest time.

    `other_rooms` says how many rooms the other side has free at each time; no time gets more
    sittings than that. Everybody fits whenever the times together have the rooms for them,
    because a time below its limit always has a free room of ours.

    Raises:
        SangbongError: `reunions.not_enough_slots`: more parties than rooms.
    """
    free: dict[str, list[FreeSlot]] = {}
    ours = Counter(slot.starts_at for slot in slots)
    left = {at: min(count, other_rooms.get(at, 0)) for at, count in ours.items()}
    if sum(left.values()) < len(parties):
        raise SangbongError(
            "reunions.not_enough_slots", wanted=len(parties), there=sum(left.values())
        )
    for slot in sorted(slots, key=_by_time):
        free.setdefault(slot.hall, []).append(slot)
    seats: list[Seat] = []
    for party in sorted(parties, key=lambda party: (-party.age, party.application_no)):
        slot = _first_fitting(party, free, left)
        free[slot.hall].remove(slot)
        left[slot.starts_at] -= 1
        seats.append(Seat(party.application_no, slot))
    return sorted(seats, key=lambda seat: _by_time(seat.slot))


def _by_time(slot: FreeSlot) -> tuple[datetime, str, int]:
    return slot.starts_at, slot.hall, slot.room


def _first_fitting(
    party: Party, free: Mapping[str, Sequence[FreeSlot]], left: Mapping[datetime, int]
) -> FreeSlot:
    halls = [hall for hall in party.halls if hall in free]
    halls += [hall for hall in sorted(free) if hall not in party.halls]
    return next(slot for hall in halls for slot in free[hall] if left[slot.starts_at] > 0)


def give_rooms(
    wanted: Mapping[int, datetime], slots: Iterable[FreeSlot]
) -> dict[int, FreeSlot | None]:
    """Give each sitting number a room of ours at its time, in order; None where none is free."""
    free: dict[datetime, list[FreeSlot]] = {}
    for slot in sorted(slots, key=_by_time, reverse=True):
        free.setdefault(slot.starts_at, []).append(slot)
    given: dict[int, FreeSlot | None] = {}
    for number in sorted(wanted):
        there = free.get(wanted[number])
        given[number] = there.pop() if there else None
    return given


def timetable_hash(
    agreed: Iterable[Agreed],
    *,
    round_code: str,
    proposer: OfficeCode,
    answerer: OfficeCode,
    proposal: int,
) -> str:
    """SHA-256 of the agreed timetable's canonical JSON; both offices must find the same.

    Source: spec/kinds/reunions.answer.md, section 3.
    """
    return sha256_hex(
        canonical_bytes(
            {
                "answerer": answerer,
                "proposal": proposal,
                "proposer": proposer,
                "round_code": round_code,
                "sittings": [
                    {
                        "answerer_room": sitting.answerer_room,
                        "application_no": sitting.application_no,
                        "ends_at": instant_text(sitting.ends_at),
                        "number": sitting.number,
                        "proposer_room": sitting.proposer_room,
                        "starts_at": instant_text(sitting.starts_at),
                    }
                    for sitting in sorted(agreed)
                ],
            }
        )
    )
