"""What a revoked signing key leaves of what we hold: S6 to S8 of office's succession, at our end.

1. (Q1) The key that signed a dispatch is looked at again when its turn comes: one that fell since we
   took custody is refused with `office.signer_revoked`, and is never opened.
2. (Q2) It is refused at its turn and not before, so the stream goes on behind it. Nothing is lost: its
   sender may seal the same paper anew as another dispatch.
3. (Q3) What was applied before the revocation was known stays applied, and is listed for a person.
4. (Q4) A kept receipt of ours that a key of ours signed which is revoked now is signed anew each time
   it is told, since it would not be believed; what was kept does not change.
5. (Q5) An envelope that does not stand is returned, so that nobody fills a place that was still on
   its way. But where we hold the one behind it, and that one's `previous` is its digest, its sender
   did put it there: it is taken, and refused at its turn. Else that place would hold up the stream
   for good, since its sender never uses a number twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.inbox import Held
from sangbong.liaison.core.custody.ledger import Incoming, StreamKey
from sangbong.liaison.core.wire.receipt import read_receipt
from sangbong.office.core.statement import Revocation, stream_mark
from sangbong.office.core.succession import HeldPaper, Position, fallen


def demand_standing(channel: Channel, row: Incoming, *, generation: int) -> None:
    """Refuse a dispatch in our custody that does not count after all: rule Q1.

    `generation` is that of its sender's key that signed it.

    Raises:
        SangbongError: `office.signer_revoked`; the dispatch is refused.
    """
    revocation = channel.keys.revocation(row.key.other, generation)
    if revocation is None:
        return
    held = (
        Held(sequence=one.sequence, digest=one.digest, previous=one.previous)
        for one in channel.ledger.incoming_after(row.key, row.sequence - 1)
    )
    if row.digest in fallen_digests(revocation, held, own=channel.own, key=row.key):
        raise SangbongError("office.signer_revoked", code=row.key.other, generation=generation)


def fallen_digests(
    revocation: Revocation, held: Iterable[Held], *, own: OfficeCode, key: StreamKey
) -> set[str]:
    """Which of the held dispatches of a stream do not count, if the revoked key signed them: rule S7.

    `held` are those of every signing key, since the chain runs through all of them; below a gap
    nothing can be told.
    """
    mark = stream_mark(
        sender=key.other, recipient=own, stream=key.name, incarnation=key.incarnation
    )
    papers = [HeldPaper(Position(mark, one.sequence, one.digest), one.previous) for one in held]
    return {one.at.digest for one in fallen(revocation, papers)}


def is_vouched(offered: Held, neighbours: Iterable[Held]) -> bool:
    """Whether what we hold says that a dispatch stands in its place, its key aside: rule Q5."""
    held = {one.sequence: one for one in neighbours}
    same = held.get(offered.sequence)
    if same is not None:
        return same.digest == offered.digest
    behind = held.get(offered.sequence + 1)
    return behind is not None and behind.previous == offered.digest


def to_tell(channel: Channel, receipt: bytes, *, revoked: Collection[int]) -> bytes:
    """A kept receipt of ours as it is told now: rule Q4. `revoked` are our revoked generations."""
    if not revoked:
        return receipt
    about = read_receipt(receipt).receipt
    if about.signer not in revoked:
        return receipt
    signing = channel.keys.to_sign(about.recipient)
    return replace(about, signer=signing.generation).encode(signing.signer)
