"""What must hold after a drain: all faults off, every line up, every stick delivered.

1. (SC1) *Nothing is lost*: every paper that its sender still knows is applied, or refused where it
   was to be; and no office waits for anything.
2. (SC2) *Nothing is doubled*: no paper was applied twice in any office's present state.
3. (SC3) *Nothing unexpected*: every effect is that of a paper that was written (also SV4, at once).
4. (SC4) *Order*: the effects of a stream come in the order in which it was written.
5. (SC5) *Receipts are true*: sender and receiver say the same of every dispatch.
6. (SC6) *A restore loses nothing that left*: what a restored sender forgot and the other side holds
   is on its list of forgotten dispatches; what it forgot and nobody holds was never told to anyone.

Source: the queue checker of Jepsen (`total-queue`), with order and receipts added.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.office import Office
from sangbong.lab.simulator.truth import BrokenError, Effect, Expected, Truth, Written
from sangbong.liaison.core.custody.ledger import Incoming, Outgoing
from sangbong.liaison.core.custody.states import DispatchState

Offices = Mapping[OfficeCode, Office]


def check(offices: Offices, truth: Truth) -> None:
    """Compare the end with the truth.

    Raises:
        BrokenError: it differs; the first difference is told.
    """
    for broken in differences(offices, truth):
        raise broken


def differences(offices: Offices, truth: Truth) -> Iterator[BrokenError]:
    """Everything that is not as it must be, a fixed order."""
    effects = {code: effects_of(office) for code, office in offices.items()}
    yield from _doubled(effects)
    yield from _unexpected(effects, truth)
    yield from _disordered(effects, truth)
    for paper in truth.written.values():
        yield from _lost(paper, offices, effects[paper.recipient])
    for office in offices.values():
        yield from _waiting(office, offices)


def effects_of(office: Office) -> list[Effect]:
    """What applying wrote in an office, in order."""
    return [cast("Effect", row) for row in office.disk.table("effect").values()]


def _doubled(effects: Mapping[OfficeCode, Sequence[Effect]]) -> Iterator[BrokenError]:
    for code, rows in effects.items():
        for effect, times in Counter((row.sender, row.content) for row in rows).items():
            if times > 1:
                yield BrokenError("SC2", f"{code} applied paper {effect[1]} {times} times")


def _unexpected(
    effects: Mapping[OfficeCode, Sequence[Effect]], truth: Truth
) -> Iterator[BrokenError]:
    for code, rows in effects.items():
        for row in rows:
            paper = truth.written.get(row.content)
            if paper is None or paper.recipient != code or paper.expected is Expected.REFUSED:
                yield BrokenError("SC3", f"{code} has an effect of {row.dispatch}")


def _disordered(
    effects: Mapping[OfficeCode, Sequence[Effect]], truth: Truth
) -> Iterator[BrokenError]:
    for code, rows in effects.items():
        last: dict[tuple[str, str, int], int] = {}
        for row in rows:
            paper = truth.written.get(row.content)
            if paper is None:
                continue
            stream = (paper.sender, paper.stream, paper.incarnation)
            if last.get(stream, 0) >= paper.sequence:
                yield BrokenError("SC4", f"{code} applied {paper.dispatch} out of order")
            last[stream] = paper.sequence


def _lost(paper: Written, offices: Offices, effects: Sequence[Effect]) -> Iterator[BrokenError]:
    sender, recipient = offices[paper.sender], offices[paper.recipient]
    sent = sender.ledger.outgoing([paper.dispatch]).get(paper.dispatch)
    held = recipient.ledger.incoming([paper.dispatch]).get(paper.dispatch)
    applied = any(effect.content == paper.content for effect in effects)
    if sent is not None and sent.digest == paper.digest:
        yield from _untold(paper, sent, held, applied=applied)
        return
    listed = paper.dispatch in sender.ledger.forgotten([paper.dispatch])
    if held is None or held.state is DispatchState.ARRIVING or listed:
        return
    if held.digest == paper.digest:
        yield BrokenError("SC6", f"{paper.sender} does not list {paper.dispatch} as forgotten")


def _untold(
    paper: Written, sent: Outgoing, held: Incoming | None, *, applied: bool
) -> Iterator[BrokenError]:
    expected = DispatchState(paper.expected.value)
    if held is None:
        yield BrokenError("SC1", f"{paper.dispatch} is lost ({sent.state} at its sender)")
    elif sent.state is not held.state:
        yield BrokenError(
            "SC5", f"{paper.dispatch} is {sent.state} at its sender, {held.state} at the other side"
        )
    elif held.state is not expected:
        yield BrokenError("SC1", f"{paper.dispatch} is {held.state} ({held.code}), not {expected}")
    elif applied != (expected is DispatchState.APPLIED):
        yield BrokenError("SC5", f"{paper.dispatch} is {held.state}, its effect says otherwise")


def _waiting(office: Office, offices: Iterable[OfficeCode]) -> Iterator[BrokenError]:
    for other in offices:
        if other == office.code:
            continue
        waiting = office.ledger.waiting(other, rested_before=None)
        if waiting:
            yield BrokenError("SC1", f"{office.code} still waits to carry {waiting[0].id}")
        for stream in office.ledger.in_streams_from(other):
            for row in office.ledger.incoming_after(stream.key, 0):
                passed = row.state is DispatchState.ARRIVING and stream.ends_at is not None
                if not row.state.is_final and not passed:
                    yield BrokenError("SC1", f"{office.code} never applied {row.id} ({row.state})")
