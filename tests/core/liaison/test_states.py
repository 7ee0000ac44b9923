"""The dispatch's states are those of the drawing, and no event moves one backwards."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.custody.states import DispatchEvent, DispatchState, after

DRAWING = Path(__file__).parents[3] / "docs" / "machines" / "dispatch.md"
EDGE = re.compile(r"^\s*(\w+) --> (\w+): (\w+)$", re.MULTILINE)


def _reached(state, event):
    try:
        return after(state, event)
    except SangbongError as fault:
        return fault.code


def test_the_drawing_shows_exactly_the_changes_of_the_code():
    drawn = {(a, event): b for a, b, event in EDGE.findall(DRAWING.read_text("utf-8"))}
    coded = {
        (state.value, event.value): str(_reached(state, event))
        for state, event in itertools.product(DispatchState, DispatchEvent)
    }

    assert drawn == {key: end for key, end in coded.items() if key[0] != end and "." not in end}
    assert {key for key, end in coded.items() if "." in end} == {
        ("applied", "refused"),
        ("refused", "applied"),
    }


OUTGOING = [state for state in DispatchState if state is not DispatchState.ARRIVING]


@given(st.sampled_from(OUTGOING), st.lists(st.sampled_from(DispatchEvent)))
def test_every_order_of_events_ends_the_same_unless_they_contradict(state, events):
    """S1, S2: the same events in any order and any number give the same state."""
    if {DispatchEvent.APPLIED, DispatchEvent.REFUSED} <= set(events):
        events = [event for event in events if event is not DispatchEvent.REFUSED]
    if state.is_final:
        events = [e for e in events if e.value not in {"applied", "refused"}]

    def run(order):
        now = state
        for event in order:
            now = after(now, event)
        return now

    assert run(events) == run(reversed(events)) == run(sorted(events)) == run([*events, *events])


def test_a_final_state_is_not_exchanged_for_the_other():
    """S3."""
    with pytest.raises(SangbongError) as told:
        after(DispatchState.APPLIED, DispatchEvent.REFUSED)

    assert told.value.code == "liaison.receipt_contradicts"


def test_custody_is_ours_until_received():
    assert [state.value for state in DispatchState if state.in_our_custody] == ["sealed", "carried"]


def test_a_dispatch_arrives_until_its_film_is_whole_and_nothing_else_moves_it():
    """S4."""
    reached = {event: after(DispatchState.ARRIVING, event) for event in DispatchEvent}

    assert reached == dict.fromkeys(DispatchEvent, DispatchState.ARRIVING) | {
        DispatchEvent.RECEIVED: DispatchState.RECEIVED
    }
