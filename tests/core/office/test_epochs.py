from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.core.office.making import NOW, STATEMENT, TODAY, receiving

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.epochs import (
    EMERGENCY_DAYS,
    EPOCH_DAYS,
    Window,
    done_with,
    epoch_for,
    epochs_left,
    founding_windows,
    is_emergency,
    may_destroy,
    more_windows,
)

FOUNDING = founding_windows(NOW)
EPOCHS = [one for one in FOUNDING if not is_emergency(one.number)]
YEARS = [one for one in FOUNDING if is_emergency(one.number)]
FULL = replace(
    STATEMENT,
    epochs=tuple(receiving(one) for one in EPOCHS),
    emergencies=tuple(receiving(one) for one in YEARS),
)
days = st.integers(0, 6 * 365)


def on(day: int) -> datetime:
    """An instant that many days after the founding."""
    return NOW + timedelta(days=day)


def test_a_new_office_can_be_written_to_for_five_years() -> None:
    """Rule P6."""
    assert [one.number for one in EPOCHS] == list(range(1, 66))
    assert [one.number for one in YEARS] == [900_001, 900_002, 900_003]
    assert (EPOCHS[0].first, EPOCHS[0].until) == (TODAY, date(2018, 7, 9))
    assert EPOCHS[-1].until == YEARS[0].first == TODAY + timedelta(days=65 * EPOCH_DAYS)
    assert YEARS[-1].until - YEARS[0].first == timedelta(days=3 * EMERGENCY_DAYS)
    assert epochs_left(FULL, now=NOW) == 64


@given(days)
def test_a_paper_is_sealed_to_the_epoch_of_its_day_or_the_year_s_key(day: int) -> None:
    """Rules P1 and P3: two years of silence change nothing."""
    if day >= (YEARS[-1].until - TODAY).days:
        with pytest.raises(SangbongError, match=r"office\.epochs_over"):
            epoch_for(FULL, now=on(day), floor=0)
        return
    chosen = epoch_for(FULL, now=on(day), floor=0)
    assert chosen.first <= on(day).date() < chosen.until
    assert is_emergency(chosen.number) == (on(day).date() >= EPOCHS[-1].until)


def test_a_clock_before_the_first_epoch_takes_the_first() -> None:
    """Rule P1."""
    assert epoch_for(FULL, now=on(-4000), floor=0).number == 1


@given(days, st.integers(0, 64))
def test_nothing_is_sealed_to_an_epoch_that_was_said_to_be_done(day: int, floor: int) -> None:
    """Rule P2: also after the clock has run back."""
    if day < (YEARS[-1].until - TODAY).days:
        assert epoch_for(FULL, now=on(day), floor=floor).number > floor


@given(days, st.integers(0, 60), st.sets(st.integers(1, 64)))
def test_what_is_said_to_be_done_holds_for_ever(day: int, floor: int, carried: set[int]) -> None:
    """Rule P4."""
    on_the_way = {number for number in carried if number > floor}
    said = done_with(FULL, now=on(day), floor=floor, on_the_way=on_the_way)
    assert said >= floor
    assert not [number for number in on_the_way if number <= said]
    if said > floor:
        assert EPOCHS[said - 1].until <= on(day).date()


def test_while_a_paper_under_an_emergency_key_is_carried_nothing_new_is_said() -> None:
    """Rule P4."""
    assert done_with(FULL, now=on(900), floor=7, on_the_way=[900_001, 60]) == 7
    assert done_with(FULL, now=on(900), floor=7, on_the_way=[]) == 64


def test_epochs_that_a_statement_names_no_more_are_over() -> None:
    """Rule P4."""
    fresh = replace(FULL, epochs=FULL.epochs[40:])
    assert done_with(fresh, now=NOW, floor=3, on_the_way=[]) == 40
    assert done_with(fresh, now=NOW, floor=3, on_the_way=[9]) == 8


@pytest.mark.parametrize(
    ("day", "said_done", "needed", "expected"),
    [
        (14 + 30, [1], (), [1]),
        (14 + 29, [1], (), []),
        (14 + 30, [1, 0], (), []),
        (14 + 30, [], (), [1]),
        (14 + 30, [1], (1,), []),
        (42 + 30, [2, 3], (1,), [2]),
    ],
)
def test_a_private_half_goes_when_time_and_every_office_allow(
    day: int, said_done: list[int], needed: tuple[int, ...], expected: list[int]
) -> None:
    """Rule P5."""
    gone = may_destroy(FOUNDING, now=on(day), said_done=said_done, needed=needed)
    assert gone == expected


def test_an_emergency_key_goes_when_an_epoch_after_it_is_done() -> None:
    """Rule P5."""
    year = Window(900_001, TODAY, TODAY + timedelta(days=364))
    after = next(one for one in EPOCHS if one.first >= year.until)
    late = on(364 + 30)
    assert may_destroy([year], now=late, said_done=[64], needed=()) == []
    both = [year, after]
    assert may_destroy(both, now=late, said_done=[after.number - 1], needed=()) == []
    assert may_destroy(both, now=late, said_done=[after.number], needed=()) == [900_001]
    assert may_destroy(both, now=late, said_done=[after.number], needed=[900_001]) == []


@given(st.lists(st.integers(0, 900), min_size=1, max_size=12))
def test_however_late_it_is_renewed_the_windows_follow_each_other(gaps: list[int]) -> None:
    """Rule P6, and K5 of the statement."""
    epochs, years, at = EPOCHS, YEARS, NOW
    for gap in gaps:
        at += timedelta(days=gap)
        made = more_windows(epochs, years, now=at)
        today = at.date()
        epochs = [w for w in [*epochs, *made] if not is_emergency(w.number) and w.until > today]
        years = [
            w for w in [*years, *made] if is_emergency(w.number) and w.until > epochs[-1].until
        ]
        for row in (epochs, years):
            assert all((a.number + 1, a.until) == (b.number, b.first)
                       for a, b in pairwise(row))  # fmt: skip
        assert len([w for w in epochs if w.first > today]) >= 52
        assert epochs[0].first <= today < epochs[0].until
        assert years[0].first <= epochs[-1].until
        assert years[-1].until >= epochs[-1].until + timedelta(days=3 * EMERGENCY_DAYS)
        assert len(epochs) <= 66
        assert len(years) <= 5


def test_nothing_is_made_while_enough_lie_ahead() -> None:
    """Rule P6."""
    assert more_windows(EPOCHS, YEARS, now=on(12 * EPOCH_DAYS)) == []
    assert [w.number for w in more_windows(EPOCHS, YEARS, now=on(13 * EPOCH_DAYS))] == [
        *range(66, 80),
        900_004,
    ]
