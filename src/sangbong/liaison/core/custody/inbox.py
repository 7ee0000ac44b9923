"""Which arriving envelopes an office takes custody of, and in which order it applies them.

An envelope that passed envelope.py's rules is judged against what its stream already holds:

1. (I1) The same number with the same digest is a *duplicate*: receipted again, never stored again.
2. (I2) The same number with another digest shows two histories: returned.
3. (I3) If the dispatch before it is held, `previous` must be that one's digest: else returned.
4. (I4) If the dispatch after it is held, that one's `previous` must be its digest: else returned.
5. (I5) A number more than `AHEAD_MAX` beyond the last applied one is returned, to be sent later.
6. (I6) Everything else is new and is stored, also when those before it have not come yet.
7. (I7) Only the number right after the last applied or refused one is applied; a gap waits.
8. (I8) A dispatch once applied or refused is final: it is never applied again.
9. (I9) A number that is not held and whose turn has passed is returned: its sender was put back from
   a backup, forgot it, and the ones behind it were applied (resync.py, rule T9).
10. (I10) A dispatch with a film is *arriving* until every piece is durable; then it is *received*.
    While it arrives it holds its place in the stream, and nothing is receipted.

The order of applying is that of the numbers and never that of a clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.wire.envelope import Envelope

AHEAD_MAX = 10_000


class Arrival(Enum):
    """What an envelope is to its stream."""

    NEW = auto()
    DUPLICATE = auto()


@dataclass(frozen=True, slots=True)
class Held:
    """A dispatch that the inbox holds already."""

    sequence: int
    digest: str
    previous: str


def judge(envelope: Envelope, *, applied_through: int, neighbours: Iterable[Held]) -> Arrival:
    """Decide about one envelope: rules I1 to I6 and I9.

    `neighbours` are the held dispatches of the same stream with the number before, the same and
    the number after; others are not looked at.

    Raises:
        SangbongError: `liaison.two_histories`, `liaison.chain_broken` (the sender's fault, or that
            of a database put back from an old copy), `liaison.passed_over` or
            `liaison.too_far_ahead` (nobody's).
    """
    header = envelope.header
    held = {one.sequence: one for one in neighbours}
    same = held.get(header.sequence)
    if same is not None:
        if same.digest == envelope.digest:
            return Arrival.DUPLICATE
        raise SangbongError("liaison.two_histories", dispatch=header.dispatch_id)
    before = held.get(header.sequence - 1)
    if before is not None and before.digest != header.previous:
        raise SangbongError("liaison.chain_broken", dispatch=header.dispatch_id)
    following = held.get(header.sequence + 1)
    if following is not None and following.previous != envelope.digest:
        raise SangbongError("liaison.chain_broken", dispatch=header.dispatch_id)
    if header.sequence <= applied_through:
        raise SangbongError("liaison.passed_over", dispatch=header.dispatch_id)
    if header.sequence > applied_through + AHEAD_MAX:
        raise SangbongError("liaison.too_far_ahead", dispatch=header.dispatch_id)
    return Arrival.NEW


def may_apply(sequence: int, *, applied_through: int) -> bool:
    """Rule I7 and I8: whether it is this dispatch's turn."""
    return sequence == applied_through + 1
