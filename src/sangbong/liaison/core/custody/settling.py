"""How far our streams are settled: rules O4 of outbox.py and T6 of resync.py."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.channel import Channel
from sangbong.liaison.core.custody.ledger import Outgoing, OutStream, StreamKey
from sangbong.liaison.core.custody.outbox import settled_run

RESTORED_STREAM = "liaison-restored"


def knows_our_restore(channel: Channel, other: OfficeCode) -> bool:
    """Whether an office has applied our `liaison.restored`, or there is none: rules T6 and T12."""
    own = channel.ledger.incarnation()
    told = channel.ledger.outgoing_after(StreamKey(other, RESTORED_STREAM, own), 0)
    return own == 1 or any(row.state.is_final for row in told)


def settle_streams(
    channel: Channel, keys: Collection[StreamKey], *, finals: Iterable[Outgoing] = ()
) -> None:
    """Work out how far streams are settled now, and owe telling it: rule O4.

    `finals` are rows that are known to be final: a stream that they complete is not asked about.
    """
    known: dict[StreamKey, set[int]] = {}
    for row in finals:
        known.setdefault(row.key, set()).add(row.sequence)
    streams = channel.ledger.out_streams(keys)
    channel.ledger.save_out_streams(
        replace(
            stream,
            settled_through=_settled(channel, stream, known.get(stream.key, set())),
            settled_owed=True,
        )
        for stream in streams.values()
    )


def _settled(channel: Channel, stream: OutStream, finals: Collection[int]) -> int:
    ledger, start = channel.ledger, stream.settled_through
    while start + 1 in finals:
        start += 1
    if stream.key.incarnation == ledger.incarnation() and stream.last_sequence <= start:
        return start
    following = (
        (row.sequence, row.state.is_final) for row in ledger.outgoing_after(stream.key, start)
    )
    if stream.key.incarnation == ledger.incarnation():
        return settled_run(start, following)
    known = dict(following)
    for gone in ledger.forgotten_after(stream.key, start):
        known[gone.sequence] = gone.state.is_final
    gaps = knows_our_restore(channel, stream.key.other)
    return settled_run(start, sorted(known.items()), gaps=gaps)
