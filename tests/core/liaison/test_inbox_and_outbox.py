"""Two offices in memory, a carrier that loses, repeats and reorders: the same end whatever it does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.inbox import AHEAD_MAX, Arrival, Held, judge, may_apply
from sangbong.liaison.core.custody.outbox import next_header, settled_run
from sangbong.liaison.core.custody.states import DispatchEvent, DispatchState, after
from sangbong.liaison.core.wire.body import Paper, pack
from sangbong.liaison.core.wire.envelope import (
    NO_PREVIOUS,
    digest_of,
    read_envelope,
    write_envelope,
)

SEOUL, PYONGYANG = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
AT = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)


@dataclass
class Outbox:
    """One stream as its sender keeps it."""

    toy: object
    sent: list[bytes] = field(default_factory=list)
    states: list[DispatchState] = field(default_factory=list)

    def write(self, text: str) -> bytes:
        content = pack(Paper("liaison.note", {"text": text}, "b", "p", AT))
        header = next_header(
            sender=SEOUL,
            recipient=PYONGYANG,
            stream="notes",
            last_sequence=len(self.sent),
            last_digest=digest_of(self.sent[-1]) if self.sent else "",
            size=len(content),
            epoch=1,
            incarnation=1,
            signer=1,
        )
        self.sent.append(write_envelope(header, content, sealer=self.toy, signer=self.toy))
        self.states.append(DispatchState.SEALED)
        return self.sent[-1]


@dataclass
class Inbox:
    """One stream as its receiver keeps it."""

    held: dict[int, Held] = field(default_factory=dict)
    applied: list[str] = field(default_factory=list)

    def take(self, data: bytes) -> Arrival:
        envelope = read_envelope(data)
        arrival = judge(envelope, applied_through=len(self.applied), neighbours=self.held.values())
        header = envelope.header
        self.held[header.sequence] = Held(header.sequence, envelope.digest, header.previous)
        return arrival

    def apply(self) -> None:
        for sequence in sorted(self.held):
            if may_apply(sequence, applied_through=len(self.applied)):
                self.applied.append(self.held[sequence].digest)


def code_of(call, *arguments, **named) -> str:
    with pytest.raises(SangbongError) as told:
        call(*arguments, **named)
    return told.value.code


@given(st.data())
def test_any_order_and_any_repetition_of_the_same_envelopes_ends_the_same(toy, data):
    outbox = Outbox(toy)
    for number in range(data.draw(st.integers(1, 5))):
        outbox.write(str(number))
    repeats = data.draw(st.lists(st.sampled_from(outbox.sent), max_size=5))
    order = data.draw(st.permutations([*outbox.sent, *repeats]))

    inbox = Inbox()
    for envelope in order:
        inbox.take(envelope)
        if data.draw(st.booleans()):
            inbox.apply()
    inbox.apply()

    assert inbox.applied == [digest_of(envelope) for envelope in outbox.sent]


def test_each_dispatch_names_the_one_before_it(toy):
    """O1."""
    outbox = Outbox(toy)
    headers = [read_envelope(outbox.write(str(n))).header for n in range(3)]

    assert [header.sequence for header in headers] == [1, 2, 3]
    assert [header.previous for header in headers] == [
        NO_PREVIOUS,
        *[digest_of(envelope) for envelope in outbox.sent[:2]],
    ]


def test_the_same_envelope_again_is_a_duplicate(toy):
    """I1."""
    inbox, envelope = Inbox(), Outbox(toy).write("a")
    assert [inbox.take(envelope), inbox.take(envelope)] == [Arrival.NEW, Arrival.DUPLICATE]


def test_another_envelope_of_the_same_number_shows_two_histories(toy):
    """I2."""
    inbox = Inbox()
    inbox.take(Outbox(toy).write("a"))
    assert code_of(inbox.take, Outbox(toy).write("b")) == "liaison.two_histories"


def test_a_dispatch_that_does_not_follow_the_one_held_is_returned(toy):
    """I3, I4: whichever of the two comes first."""
    ours, forked = Outbox(toy), Outbox(toy)
    first, other_first = ours.write("a"), forked.write("b")
    second = ours.write("c")

    later = Inbox()
    later.take(other_first)
    assert code_of(later.take, second) == "liaison.chain_broken"
    earlier = Inbox()
    earlier.take(second)
    assert code_of(earlier.take, other_first) == "liaison.chain_broken"
    assert earlier.take(first) is Arrival.NEW


def test_a_dispatch_very_far_ahead_is_sent_later(toy):
    """I5, I6."""
    outbox = Outbox(toy)
    outbox.write("a")
    third = [outbox.write("b"), outbox.write("c")][1]
    envelope = read_envelope(third)

    assert judge(envelope, applied_through=0, neighbours=()) is Arrival.NEW
    assert (
        code_of(judge, envelope, applied_through=3 - AHEAD_MAX - 1, neighbours=())
        == "liaison.too_far_ahead"
    )


def test_only_the_next_number_may_be_applied():
    """I7, I8."""
    assert [may_apply(n, applied_through=3) for n in (2, 3, 4, 5)] == [False, False, True, False]


@given(st.integers(0, 5), st.lists(st.sampled_from(DispatchState)))
def test_settled_is_the_longest_prefix_that_is_final(through, following):
    """O4."""
    finals = [(n, state.is_final) for n, state in enumerate(following, start=through + 1)]
    settled = settled_run(through, finals)

    assert all(state.is_final for state in following[: settled - through])
    assert settled - through == len(following) or not following[settled - through].is_final


class Channel(RuleBasedStateMachine):
    """A sender, a receiver and a carrier that may do anything but forge."""

    def __init__(self, toy: object) -> None:
        super().__init__()
        self.outbox = Outbox(toy)
        self.inbox = Inbox()
        self.receipts: list[tuple[int, DispatchEvent]] = []

    @rule(text=st.text(max_size=3))
    def write(self, text: str) -> None:
        self.outbox.write(text)

    @rule(data=st.data())
    def carry(self, data) -> None:
        """Only what is in custody is sent, each perhaps twice; some of it is lost."""
        waiting = [n for n, s in enumerate(self.outbox.states) if s.in_our_custody]
        if not waiting:
            return
        for number in data.draw(st.lists(st.sampled_from(waiting), max_size=4)):
            self.outbox.states[number] = after(self.outbox.states[number], DispatchEvent.CARRY)
            self.inbox.take(self.outbox.sent[number])
            self.receipts.append((number, DispatchEvent.RECEIVED))

    @rule()
    def apply(self) -> None:
        before = len(self.inbox.applied)
        self.inbox.apply()
        self.receipts += [
            (n, DispatchEvent.APPLIED) for n in range(before, len(self.inbox.applied))
        ]

    @rule(data=st.data())
    def receipt(self, data) -> None:
        """Any receipt ever made arrives, again and in any order."""
        if not self.receipts:
            return
        number, event = data.draw(st.sampled_from(self.receipts))
        self.outbox.states[number] = after(self.outbox.states[number], event)

    @invariant()
    def what_left_our_custody_is_held_over_there(self) -> None:
        for number, state in enumerate(self.outbox.states):
            if not state.in_our_custody:
                assert number + 1 in self.inbox.held
            if state.is_final:
                assert number < len(self.inbox.applied)

    @invariant()
    def what_is_applied_is_a_prefix_of_what_was_sent(self) -> None:
        sent = [digest_of(envelope) for envelope in self.outbox.sent]
        assert self.inbox.applied == sent[: len(self.inbox.applied)]


def test_a_carrier_that_loses_repeats_and_reorders_does_no_harm(toy):
    class WithToy(Channel):
        def __init__(self) -> None:
            super().__init__(toy)

    run_state_machine_as_test(WithToy)
