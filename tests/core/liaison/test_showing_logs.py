"""At each contact the two logs are shown until both are cosigned, and then both sides are silent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.core.liaison.test_witness import AT, met, pair

from sangbong.lab.forks import LogKeeper
from sangbong.liaison.core.custody.telling import LastTold, Message, is_worth
from sangbong.liaison.core.evidence.evidence import Act
from sangbong.liaison.core.evidence.witness import due
from sangbong.liaison.core.wire.exchange import Exchange


@dataclass
class LineEnd:
    """What the desk of one office does at a contact with nothing else to tell: rule LW10."""

    keeper: LogKeeper
    last: LastTold | None = None
    told: int = 0

    def say(self, *, now: datetime, owed: bool = False):
        """What goes over the line, or None."""
        stands = due(self.keeper.book, self.keeper.origin)
        if not stands.due and not owed:
            return None
        value = self.keeper.show()
        state = due(self.keeper.book, self.keeper.origin).state
        message = Message(Exchange(incarnation=1), shows=True, state=state)
        if not is_worth(message, last=self.last, now=now, owed=owed):
            return None
        self.last, self.told = LastTold(state, now), self.told + 1
        return value


def line_open(one: LineEnd, two: LineEnd, *, now: datetime) -> int:
    """One asks, two answers, until nobody says anything; how many messages that took."""
    speaker, hearer, messages = one, two, 0
    said = speaker.say(now=now)
    while said is not None:
        messages += 1
        assert messages < 50, "they never end"
        verdict = hearer.keeper.see(said, of=speaker.keeper, now=now)
        speaker, hearer = hearer, speaker
        said = speaker.say(now=now, owed=verdict.owed)
    return messages


def ends() -> tuple[LineEnd, LineEnd]:
    one, two = pair()
    return LineEnd(one), LineEnd(two)


def test_a_contact_with_nothing_else_to_tell_gets_the_newest_checkpoint_cosigned():
    """LW10: shown, cosigned and told so; then both are silent for good."""
    one, two = ends()
    one.keeper.act("a note")
    two.keeper.act("an answer", Act.RECEIVED)

    assert line_open(one, two, now=AT) == 3
    assert [end.keeper.book.cosigned(end.keeper.origin).frontier.size for end in (one, two)] == [
        1,
        1,
    ]
    rounds = [line_open(*pair, now=AT) for pair in [(two, one), (one, two)] * 3]
    assert sum(rounds) <= 1


@given(st.lists(st.sampled_from(["one", "two", "open", "back", "later"]), max_size=30))
def test_two_lines_never_answer_each_other_for_ever(steps):
    """LW10: whatever was done between, the openings end, and then both heads are cosigned."""
    one, two = ends()
    now = AT
    for n, step in enumerate(steps):
        if step in {"one", "two"}:
            {"one": one, "two": two}[step].keeper.act(f"{n}")
        elif step == "later":
            now += timedelta(minutes=40)
        else:
            line_open(*((one, two) if step == "open" else (two, one)), now=now)
    now += timedelta(hours=2)
    for pair_of_ends in [(one, two), (two, one)]:
        line_open(*pair_of_ends, now=now)
    for end in (one, two):
        kept = end.keeper.book.cosigned(end.keeper.origin)
        assert (kept.frontier.size if kept else 0) == len(
            end.keeper.book.stored.get(end.keeper.origin, [])
        )
    assert sum(line_open(*pair_of_ends, now=now) for pair_of_ends in [(one, two), (two, one)]) <= 1


def test_a_lost_cosignature_is_given_again_to_one_that_shows_that_it_lacks_it():
    """LW10: also within the hour."""
    one, two = ends()
    one.keeper.act("a note")
    shown = one.say(now=AT)
    verdict = two.keeper.see(shown, of=one.keeper, now=AT)
    assert two.say(now=AT, owed=verdict.owed) is not None  # and it is lost
    one.keeper.act("another note")

    later = AT + timedelta(minutes=1)
    assert line_open(one, two, now=later) >= 2
    assert one.keeper.book.cosigned(one.keeper.origin).frontier.size == 2


def test_one_that_never_cosigns_is_shown_the_same_once_an_hour():
    """LW10."""
    one, _ = ends()
    one.keeper.act("a note")

    minutes = (0, 1, 59, 60, 61, 119, 120)
    said = [one.say(now=AT + timedelta(minutes=n)) is not None for n in minutes]

    assert said == [True, False, False, True, False, False, True]


def test_a_disputed_log_is_not_cosigned_and_owed_nothing():
    """LW7, LW10."""
    one, two = met()
    copy = two.book.log(one.origin)
    two.book.save(replace(copy, disputed=True))

    assert not due(two.book, two.origin).due


def test_a_backup_of_ours_that_was_put_back_is_known_by_what_the_other_holds():
    """T4: in which incarnation it holds more of our log than we do."""
    one, two = pair()
    old = one.book.copy()
    one.act("forgotten")
    two.see(one.show(), of=one, now=AT)
    one.book = old

    assert one.see(two.show(), of=two, now=AT).forgotten == 1
