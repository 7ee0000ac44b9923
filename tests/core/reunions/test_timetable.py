from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.programmes.korea import loader
from sangbong.reunions.core.timetable import (
    Agreed,
    FreeSlot,
    Hour,
    Party,
    Seat,
    give_rooms,
    hours_of,
    seat,
    timetable_hash,
)

DAY = date(2018, 8, 20)
T0 = datetime(2018, 8, 19, 23, 0, tzinfo=UTC)
TIMES = [T0 + timedelta(hours=3 * n) for n in range(4)]
ROOMS = [("SEL", 1), ("SEL", 2), ("PUS", 1)]
SLOTS = [
    FreeSlot(100 * t + r, hall, room, at)
    for t, at in enumerate(TIMES)
    for r, (hall, room) in enumerate(ROOMS)
]
SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")


def test_a_day_has_four_bookable_times_between_8_and_18_in_seoul() -> None:
    hours = hours_of([DAY, DAY], loader.hall_hours())
    assert hours[0] == Hour(T0, T0 + timedelta(hours=2))
    assert [hour.starts_at.hour for hour in hours] == [23, 1, 4, 7]
    assert hours[-1].ends_at == datetime(2018, 8, 20, 9, 0, tzinfo=UTC)


def test_bookable_times_never_overlap() -> None:
    hours = hours_of([DAY, date(2018, 8, 22), date(2018, 8, 21)], loader.hall_hours())
    assert len(hours) == 12
    assert all(a.ends_at <= b.starts_at for a, b in pairwise(hours))


def test_the_oldest_choose_first_and_the_nearest_hall_comes_before_the_earliest_time() -> None:
    parties = [
        Party("B", 85, ("SEL", "PUS")),
        Party("A", 95, ("PUS", "SEL")),
        Party("C", 90, ("PUS", "SEL")),
        Party("D", 70, ()),
    ]
    seats = seat(parties, SLOTS, other_rooms=dict.fromkeys(TIMES, 2))
    assert seats == [
        Seat("A", FreeSlot(2, "PUS", 1, TIMES[0])),
        Seat("B", FreeSlot(0, "SEL", 1, TIMES[0])),
        Seat("C", FreeSlot(102, "PUS", 1, TIMES[1])),
        Seat("D", FreeSlot(202, "PUS", 1, TIMES[2])),
    ]


def test_more_families_than_rooms_are_told_in_numbers() -> None:
    parties = [Party(f"A-{n}", 80, ()) for n in range(5)]
    with pytest.raises(SangbongError) as caught:
        seat(parties, SLOTS, other_rooms={TIMES[0]: 3, TIMES[1]: 1})
    assert caught.value.code == "reunions.not_enough_slots"
    assert caught.value.params == {"wanted": 5, "there": 4}


parties_strategy = st.lists(
    st.builds(
        Party,
        st.from_regex(r"[A-Z]{3}", fullmatch=True),
        st.integers(60, 105),
        st.permutations(["SEL", "PUS", "CJU"]).map(lambda halls: tuple(halls[:2])),
    ),
    max_size=14,
    unique_by=lambda party: party.application_no,
)


@given(parties_strategy, st.lists(st.integers(0, 4), min_size=4, max_size=4), st.randoms())
def test_everybody_who_fits_is_seated_once_and_no_room_twice(
    parties: list[Party], capacities: list[int], shuffler: object
) -> None:
    others = dict(zip(TIMES, capacities, strict=True))
    room = sum(min(len(ROOMS), capacity) for capacity in capacities)
    if len(parties) > room:
        with pytest.raises(SangbongError):
            seat(parties, SLOTS, other_rooms=others)
        return
    shuffled, slots = list(parties), list(SLOTS)
    shuffler.shuffle(shuffled)  # type: ignore[attr-defined]
    shuffler.shuffle(slots)  # type: ignore[attr-defined]
    seats = seat(parties, SLOTS, other_rooms=others)
    assert seat(shuffled, slots, other_rooms=others) == seats
    assert sorted(taken.application_no for taken in seats) == sorted(
        party.application_no for party in parties
    )
    assert len({taken.slot.slot_id for taken in seats}) == len(seats)
    at_once = Counter(taken.slot.starts_at for taken in seats)
    assert all(count <= others[at] for at, count in at_once.items())
    assert all(taken.slot in SLOTS for taken in seats)


@given(
    st.dictionaries(st.integers(1, 30), st.sampled_from(TIMES), max_size=20),
    st.lists(st.sampled_from(SLOTS), unique=True),
)
def test_the_answering_side_gives_every_room_once_and_at_the_asked_time(
    wanted: dict[int, datetime], slots: list[FreeSlot]
) -> None:
    given_rooms = give_rooms(wanted, slots)
    assert sorted(given_rooms) == sorted(wanted)
    rooms = [slot for slot in given_rooms.values() if slot is not None]
    assert len(set(rooms)) == len(rooms)
    there = Counter(slot.starts_at for slot in slots)
    asked = Counter(wanted.values())
    for number, slot in given_rooms.items():
        assert slot is None or slot.starts_at == wanted[number]
    for at, count in asked.items():
        got = sum(slot is not None and slot.starts_at == at for slot in given_rooms.values())
        assert got == min(count, there[at])


def agreed(number: int, room: str = "SEL/1") -> Agreed:
    return Agreed(number, f"A-{number}", T0, T0 + timedelta(hours=2), room, "KOR/3")


def hash_of(*sittings: Agreed) -> str:
    return timetable_hash(sittings, round_code="21", proposer=SEOUL, answerer=PYONGYANG, proposal=1)


def test_both_offices_find_the_same_hash_in_any_order_and_another_room_another() -> None:
    assert hash_of(agreed(1), agreed(2)) == hash_of(agreed(2), agreed(1))
    assert hash_of(agreed(1), agreed(2)) != hash_of(agreed(1), agreed(2, "SEL/2"))
