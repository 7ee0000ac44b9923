"""The checkers see each difference between the offices and the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator import desk
from sangbong.lab.simulator.acts import play
from sangbong.lab.simulator.checkers import check, differences
from sangbong.lab.simulator.clock import BEGINS
from sangbong.lab.simulator.ledger import TRACES_MAX
from sangbong.lab.simulator.plan import Act, ActKind, Plan
from sangbong.lab.simulator.run import drain
from sangbong.lab.simulator.truth import BrokenError, Effect
from sangbong.lab.simulator.world import World, made
from sangbong.liaison.core.custody.ledger import Return, Trace
from sangbong.liaison.core.custody.states import DispatchState

SEL, PYO = OfficeCode("KR-SEL"), OfficeCode("KP-PYO")
DISPATCH = "KR-SEL>KP-PYO/round-21/1"


def ended() -> World:
    """Two papers of Seoul, written, carried and applied."""
    acts = tuple(Act(0, number, ActKind.PAPER, 0, 1, 0, 0, "plain") for number in (1, 2))
    world = made(Plan(1, 2, 1, acts), smith=None, cipher=None, keep=False)
    for act in acts:
        play(world, act)
    drain(world)
    check(world.offices, world.truth)
    return world


def change(world: World, office: OfficeCode, **changes: object) -> None:
    ledger = world.offices[office].ledger
    with world.offices[office].disk.transaction():
        if office == SEL:
            ledger.save_outgoing([replace(ledger.outgoing([DISPATCH])[DISPATCH], **changes)])  # type: ignore[arg-type]
        else:
            ledger.save_incoming([replace(ledger.incoming([DISPATCH])[DISPATCH], **changes)])  # type: ignore[arg-type]


def drop(world: World, office: OfficeCode, table: str, key: object) -> None:
    with world.offices[office].disk.transaction():
        world.offices[office].disk.drop(table, key)


def effect(world: World, number: int, row: Effect) -> None:
    with world.offices[PYO].disk.transaction():
        world.offices[PYO].disk.put("effect", number, row)


FIRST = Effect(1, SEL, "round-21", DISPATCH)


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda w: drop(w, PYO, "incoming", DISPATCH), "SC1: .* is lost"),
        (lambda w: change(w, SEL, state=DispatchState.SEALED), "SC5: .* sealed at its sender"),
        (lambda w: change(w, SEL, offer_again=True), "SC1: KR-SEL still waits to carry"),
        (lambda w: change(w, PYO, state=DispatchState.RECEIVED), "SC1: KP-PYO never applied"),
        (lambda w: drop(w, PYO, "effect", 0), "SC5: .* its effect says otherwise"),
        (lambda w: effect(w, 2, FIRST), "SC2: KP-PYO applied paper 1 2 times"),
        (lambda w: effect(w, 2, replace(FIRST, content=99)), "SC3: KP-PYO has an effect"),
        (lambda w: effect(w, 2, FIRST), "SC4: KP-PYO applied .* out of order"),
        (lambda w: drop(w, SEL, "outgoing", DISPATCH), "SC6: KR-SEL does not list"),
    ],
)
def test_each_difference_is_seen(harm: Callable[[World], None], told: str) -> None:
    """Rules SC1 to SC6."""
    world = ended()
    harm(world)
    with pytest.raises(BrokenError):
        check(world.offices, world.truth)
    assert any(_matches(told, str(one)) for one in differences(world.offices, world.truth))


def _matches(told: str, text: str) -> bool:
    import re

    return re.match(told, text) is not None


def test_a_dispatch_that_both_sides_call_refused_and_was_to_be_applied_is_seen() -> None:
    """Rule SC1."""
    world = ended()
    for office in (SEL, PYO):
        change(world, office, state=DispatchState.REFUSED, code="liaison.seal_wrong")
    told = [str(one) for one in differences(world.offices, world.truth)]
    assert told == [f"SC1: {DISPATCH} is refused (liaison.seal_wrong), not applied"]


def test_what_both_sides_forgot_is_not_looked_for() -> None:
    """Rule SC6: it was told to nobody."""
    world = ended()
    drop(world, SEL, "outgoing", DISPATCH)
    drop(world, PYO, "incoming", DISPATCH)
    drop(world, PYO, "effect", 0)
    check(world.offices, world.truth)


def test_what_cannot_be_read_is_answered_where_somebody_is_known() -> None:
    world = ended()
    office, junk = world.offices[PYO], b"no envelope" * 20
    stranger = desk.take(world, office, OfficeCode("XX-XXX"), [junk], answered=True)
    assert stranger[0][64:] == b"Nliaison.envelope_garbled"
    known = desk.take(world, office, SEL, [junk], answered=False)
    assert known[0][64:65] == b"F"
    kept = office.ledger.returns(SEL, limit=9)
    assert [one.recipient for one in kept] == [SEL]
    with office.disk.transaction():
        office.ledger.returns_carried([kept[0].digest, "0" * 64], now=BEGINS)
    assert office.ledger.returns(SEL, limit=9) == []
    for message in (b"", b"T\0", b"P", b"M" + b"\0\0\0\1x", b"Xno json"):
        assert desk.answer(world, office, SEL, message) == b""


def test_the_ledger_keeps_traces_within_a_bound_and_finds_by_digest() -> None:
    world = ended()
    office = world.offices[SEL]
    sent = office.ledger.outgoing([DISPATCH])[DISPATCH]
    assert office.ledger.outgoing_of(sent.digest, other=PYO) == sent
    assert office.ledger.outgoing_of(sent.digest, other=OfficeCode("US-WAS")) is None
    assert office.ledger.outgoing_of("0" * 64, other=PYO) is None
    with office.disk.transaction():
        for number in range(TRACES_MAX + 5):
            office.ledger.add_trace(Trace(f"{number:064}", "liaison.x", BEGINS, "", "", 1, b"x"))
        office.ledger.save_returns([Return("0" * 64, PYO, b"r", BEGINS)])
    assert len(office.disk.table("trace")) == TRACES_MAX
    assert len(office.ledger.returns(PYO, limit=5)) == 1


def test_custody_that_passes_to_nobody_is_seen_at_once() -> None:
    """Rule SV5."""
    world = ended()
    sent = world.offices[SEL].ledger.outgoing([DISPATCH])[DISPATCH]
    world.passed(sent)
    drop(world, PYO, "incoming", DISPATCH)
    with pytest.raises(BrokenError, match="SV5"):
        world.passed(sent)
    world.truth.restored.add(PYO)
    world.passed(sent)
