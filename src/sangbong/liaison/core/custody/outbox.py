"""How a stream grows on the sender's side, and what it tells the other side it need not repeat.

1. (O1) A dispatch gets the next number of its stream and incarnation and names the digest of the
   one before; a new incarnation begins at 1 and names none.
2. (O2) It is sealed once, stored once, and sent unchanged as often as it takes.
3. (O3) It is sent again until a receipt says *received*: then custody has passed.
4. (O4) The other side tells *received* once for each arrival: if it is lost, the dispatch comes
   again. It repeats its final receipts until this side says which prefix of the stream is *settled*
   (every dispatch applied or refused); a receipt that comes again makes it be said again.
"""

from __future__ import annotations

from collections.abc import Iterable

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.wire.envelope import NO_PREVIOUS, Header


def next_header(
    *,
    sender: OfficeCode,
    recipient: OfficeCode,
    stream: str,
    last_sequence: int,
    last_digest: str,
    size: int,
    epoch: int,
    incarnation: int,
    signer: int,
    film: str = "",
    pieces: int = 0,
    urgent: bool = False,
) -> Header:
    """The header of the next dispatch of a stream: rule O1.

    `last_sequence` and `last_digest` are those of this incarnation, 0 where it has sent none.
    """
    return Header(
        sender=sender,
        recipient=recipient,
        stream=stream,
        sequence=last_sequence + 1,
        previous=last_digest if last_sequence else NO_PREVIOUS,
        size=size,
        epoch=epoch,
        incarnation=incarnation,
        signer=signer,
        film=film,
        pieces=pieces,
        urgent=urgent,
    )


def settled_run(start: int, finals: Iterable[tuple[int, bool]], *, gaps: bool = False) -> int:
    """The last number up to which every dispatch is final: rule O4.

    `finals` says of the dispatches after `start`, in order, whether each is final. With `gaps` a
    number that is not among them is passed over: nobody knows it any more (resync.py, rule T6).
    """
    through = start
    for sequence, is_final in finals:
        if not is_final or (sequence != through + 1 and not gaps):
            break
        through = sequence
    return through
