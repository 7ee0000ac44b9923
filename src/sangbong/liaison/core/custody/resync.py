"""What happens when an office's database is put back from a backup: threat T33.

A database put back has forgotten what came after the backup: numbers that it used, dispatches that it
took into custody. Nothing of it may be repeated under the same number, and nothing may be lost.

1. (T1) A mark outside the database says how far the ledger had come: its incarnation, and its height,
   which grows with every dispatch, and with every number that is settled or applied. It is written after the commit (`set_mark`) and compared before
   anything is sealed or told (`keep_watch`). A mark above the ledger, or none beside a ledger that
   was used, shows that the database was put back.
2. (T2) An office that was put back begins a new incarnation, higher than every one that it or the
   other side knows of; the mark is durable before the database. Streams begin at 1 in it.
3. (T3) Envelopes sealed before are sent unchanged, as always; nothing new is sealed under an older
   incarnation.
4. (T4) Another office's word that it holds more of ours than we know we sent (in `heard`, by a signed
   receipt, or in `have` of its evidence) shows a restore that the mark did not: it came back with the
   whole machine.
5. (T5) On its first contact a new incarnation is told in the exchange, and by a dispatch of kind
   `liaison.restored`, which says up to which number we still know each older stream.
6. (T6) What the other side holds of ours and we do not know is *forgotten*: it is listed for a person
   and never sent again. A settled prefix of an older incarnation passes over numbers that nobody told
   us of, once the other side has applied our `liaison.restored` and told all that it holds (T9).
7. (T7) An office that learns of another one's new incarnation offers again every dispatch beyond the
   prefix that the other side says it holds, whatever their state; an envelope comes unchanged.
8. (T8) What an office said in an older incarnation no longer says what it holds.
9. (T9) Beyond the last number that a restored sender still knows, a gap in its older stream is not
   waited for: the held ones are applied in their order, and one that comes after its turn has passed
   is returned with `liaison.passed_over`. The same holds for what comes late, by an old stick. A film of which pieces are missing is not waited for either.
10. (T10) If the other side, in its present incarnation, says that the next number after its prefix is
    missing while we believe that it holds it, we offer that one again.
11. (T11) A restored office may have forgotten final receipts that it had settled. With the first word
    of a new incarnation it tells every settled prefix that it still knows, and the other side owes
    it every final receipt beyond them again.
12. (T12) A restored office takes no word that another one is done with its receive keys before that
    one has applied its `liaison.restored`: what it lost may have to be opened by them once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import Place, SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody import settling
from sangbong.liaison.core.custody.channel import Channel, Mark
from sangbong.liaison.core.custody.ledger import Forgotten, InStream, Outgoing, OutStream, StreamKey
from sangbong.liaison.core.custody.settling import settle_streams
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.envelope import dispatch_id
from sangbong.liaison.core.wire.exchange import Prefix, prefix_values, read_prefixes
from sangbong.liaison.core.wire.fields import GENERATION_MAX, Fields
from sangbong.liaison.core.wire.receipt import Receipt

NEW = Mark(incarnation=1, height=0)
RESTORED_KIND = "liaison.restored"
RESTORED_STREAM = settling.RESTORED_STREAM
FORGOTTEN_MAX = 10_000
"""How many forgotten numbers of one stream are listed one by one."""
STEP_MAX = 1_000
"""How far above ours an incarnation may be that another office says it heard from us."""


def keep_watch(channel: Channel) -> bool:
    """Compare the mark outside the database with the ledger: rules T1 and T2.

    Returns:
        Whether a new incarnation began.
    """
    marked, stored = channel.watermark.read(), _mark_of(channel)
    if stored.incarnation == 0 and marked in {None, NEW}:
        channel.watermark.write(NEW)
        channel.ledger.set_incarnation(NEW.incarnation)
        return False
    if marked is not None and marked <= stored:
        return False
    begin(channel, beyond=marked.incarnation if marked else 0)
    return True


def set_mark(channel: Channel) -> None:
    """Write down how far the ledger has come; after the commit, before anybody is shown it."""
    channel.watermark.write(_mark_of(channel))


def _mark_of(channel: Channel) -> Mark:
    return Mark(channel.ledger.incarnation(), channel.ledger.height())


def begin(channel: Channel, *, beyond: int = 0) -> int:
    """Begin a new incarnation, higher than our own and `beyond`: rule T2. Gives its number.

    Raises:
        SangbongError: `liaison.incarnations_spent`; so many restores cannot be.
    """
    number = max(channel.ledger.incarnation(), beyond) + 1
    if number > GENERATION_MAX:
        raise SangbongError("liaison.incarnations_spent")
    channel.watermark.write(Mark(number, 0))
    channel.ledger.set_incarnation(number)
    return number


@dataclass(frozen=True, slots=True)
class RestoredPaper:
    """The body of `liaison.restored`: rule T5. `ends` are the last numbers still known."""

    incarnation: int
    ends: tuple[Prefix, ...]

    def to_body(self) -> dict[str, JsonValue]:
        """The paper as it is sealed."""
        return {"ends": prefix_values(self.ends), "incarnation": self.incarnation}

    @classmethod
    def from_body(cls, body: Mapping[str, JsonValue]) -> RestoredPaper:
        """Read the paper strictly.

        Raises:
            SangbongError: `liaison.restored_unreadable`, the other side's fault.
        """
        try:
            fields = Fields(body, "ends", "incarnation")
            return cls(
                incarnation=fields.number("incarnation", lowest=2, highest=GENERATION_MAX),
                ends=read_prefixes(fields.items("ends", limit=ENDS_MAX)),
            )
        except ValueError as error:
            raise SangbongError(
                "liaison.restored_unreadable", place=Place(source=RESTORED_KIND)
            ) from error


ENDS_MAX = 20_000


def restored_paper(channel: Channel, *, other: OfficeCode) -> RestoredPaper:
    """What we tell an office about our older streams: rule T5."""
    own = channel.ledger.incarnation()
    older = [
        Prefix(one.key.name, one.key.incarnation, one.last_sequence)
        for one in channel.ledger.out_streams_to(other)
        if one.key.incarnation < own
    ]
    return RestoredPaper(incarnation=own, ends=tuple(sorted(older)[-ENDS_MAX:]))


def accept_restored(channel: Channel, paper: RestoredPaper, *, sender: OfficeCode) -> None:
    """Do not wait for what a restored office has forgotten: rule T9.

    A stream of an older incarnation that it does not list is one that it does not know at all.
    """
    ends = {StreamKey(sender, one.stream, one.incarnation): one.through for one in paper.ends}
    held = {one.key: one for one in channel.ledger.in_streams_from(sender)}
    streams = [
        replace(held.get(key) or InStream(key), ends_at=ends.get(key, 0))
        for key in sorted({*held, *ends})
        if key.incarnation < paper.incarnation
    ]
    for one in streams:
        _owe_receipts(channel, one)
    channel.ledger.save_in_streams(pass_over(channel, one) for one in streams)


def _owe_receipts(channel: Channel, stream: InStream) -> None:
    """So that the other side learns what became of what it forgot."""
    assert stream.ends_at is not None, "a restored stream"  # noqa: S101 -- our own mistake
    rows = channel.ledger.incoming_after(stream.key, stream.ends_at)
    channel.ledger.save_incoming(
        replace(row, receipt_owed=True)
        for row in rows
        if row.state is not DispatchState.ARRIVING and not row.receipt_owed
    )


def late_stream(channel: Channel, stream: InStream) -> InStream:
    """A stream that was never heard of before its sender was put back and said what it knows.

    An envelope from an old stick begins it; nobody has what is missing of it: rule T9.
    """
    key = stream.key
    if stream.highest or stream.ends_at is not None:
        return stream
    peer = channel.ledger.peer(key.other)
    if key.incarnation >= peer.incarnation:
        return stream
    told = StreamKey(key.other, RESTORED_STREAM, peer.incarnation)
    applied = channel.ledger.in_streams([told])[told].applied_through
    return replace(stream, ends_at=0) if applied else stream


def pass_over(channel: Channel, stream: InStream) -> InStream:
    """Let a gap that will never be filled not hold up the ones behind it: rule T9."""
    if stream.ends_at is None or stream.applied_through < stream.ends_at:
        return stream
    if stream.highest <= stream.applied_through:
        return stream
    following = channel.ledger.incoming_after(stream.key, stream.applied_through)
    # nobody has the rest of a film that is still arriving any more
    held = (row.sequence for row in following if row.state is not DispatchState.ARRIVING)
    through = next(held, stream.applied_through + 1) - 1
    return replace(stream, applied_through=through)


def learn_forgotten(channel: Channel, told: Sequence[Receipt], *, now: datetime) -> bool:
    """Note dispatches of ours that signed receipts show and we do not know: rules T4 and T6.

    Returns:
        Whether a new incarnation began.
    """
    told = [one for one in told if one.stream and one.event is not None]
    if not told:
        return False
    own = channel.ledger.incarnation()
    ids = {one.dispatch_id for one in told}
    known = channel.ledger.outgoing(ids)
    before = channel.ledger.forgotten(ids)
    rows: dict[str, Forgotten] = {}
    for one in told:
        if one.dispatch_id not in known and one.incarnation <= own + STEP_MAX:
            held = rows.get(one.dispatch_id) or before.get(one.dispatch_id)
            rows[one.dispatch_id] = _forgotten(one, held, now=now)
    channel.ledger.save_forgotten(rows.values())
    settle_streams(channel, {row.key for row in rows.values() if row.key.incarnation < own})
    highest = max((one.incarnation for one in told if one.incarnation <= own + STEP_MAX), default=0)
    if highest < own:
        return False
    begin(channel, beyond=highest)
    return True


def _forgotten(receipt: Receipt, before: Forgotten | None, *, now: datetime) -> Forgotten:
    assert receipt.event is not None, "a return moves nothing"  # noqa: S101 -- our own mistake
    if before is not None and before.state.is_final:
        return before
    return Forgotten(
        id=receipt.dispatch_id,
        key=StreamKey(receipt.sender, receipt.stream, receipt.incarnation),
        sequence=receipt.sequence,
        learned_at=before.learned_at if before else now,
        digest=receipt.digest,
        state=DispatchState(receipt.event.value),
        code=receipt.code,
    )


def owe_anew(channel: Channel, *, sender: OfficeCode, settled: Mapping[StreamKey, int]) -> None:
    """Tell an office that was put back every final receipt again that it does not settle: rule T11."""
    for stream in channel.ledger.in_streams_from(sender):
        rows = channel.ledger.incoming_after(stream.key, settled.get(stream.key, 0))
        channel.ledger.save_incoming(
            replace(row, receipt_owed=True)
            for row in list(rows)
            if row.state.is_final and not row.receipt_owed
        )


def hear_anew(channel: Channel, *, sender: OfficeCode, heard: Mapping[StreamKey, int]) -> None:
    """Offer again what an office that was put back no longer says it holds: rule T7."""
    ledger = channel.ledger
    streams = [
        replace(one, heard_through=min(heard.get(one.key, 0), one.last_sequence))
        for one in ledger.out_streams_to(sender)
    ]
    ledger.save_out_streams(streams)
    for one in streams:
        ledger.save_outgoing(
            replace(row, offer_again=True)
            for row in ledger.outgoing_after(one.key, one.heard_through)
            if not row.waits
        )


def hear(
    channel: Channel, *, sender: OfficeCode, heard: Mapping[StreamKey, int], now: datetime
) -> bool:
    """Take in which prefixes of our streams an office says it holds: rules T4, T6, T10.

    Returns:
        Whether a new incarnation of ours began.
    """
    ledger, own = channel.ledger, channel.ledger.incarnation()
    heard = {key: through for key, through in heard.items() if key.incarnation <= own + STEP_MAX}
    streams = ledger.out_streams(heard)
    ledger.save_out_streams(
        replace(one, heard_through=min(heard[key], one.last_sequence))
        for key, one in streams.items()
        if one.heard_through < min(heard[key], one.last_sequence)
    )
    for row in ledger.offered_again(sender):
        if row.sequence <= heard.get(row.key, 0):
            ledger.save_outgoing([replace(row, offer_again=False)])
    _offer_missing(channel, streams.values(), heard)
    beyond = [one for key, one in streams.items() if heard[key] > one.last_sequence]
    for one in beyond:
        ledger.save_forgotten(_unheard_of(channel, one, heard[one.key], now=now))
    highest = max((one.key.incarnation for one in beyond), default=0)
    if highest < own:
        return False
    begin(channel, beyond=highest)
    return True


def _offer_missing(
    channel: Channel, streams: Iterable[OutStream], heard: Mapping[StreamKey, int]
) -> None:
    """Rule T10; an exchange older than the last one heard says nothing new."""
    missing = [
        _id_of(channel, one.key, heard[one.key] + 1)
        for one in streams
        if one.heard_through <= heard[one.key] < one.last_sequence
    ]
    rows: Iterable[Outgoing] = channel.ledger.outgoing(missing).values()
    channel.ledger.save_outgoing(replace(row, offer_again=True) for row in rows if not row.waits)


def _unheard_of(
    channel: Channel, stream: OutStream, through: int, *, now: datetime
) -> list[Forgotten]:
    last = min(through, stream.last_sequence + FORGOTTEN_MAX)
    rows = [
        Forgotten(
            id=_id_of(channel, stream.key, sequence),
            key=stream.key,
            sequence=sequence,
            learned_at=now,
        )
        for sequence in range(stream.last_sequence + 1, last + 1)
    ]
    known = channel.ledger.forgotten([row.id for row in rows])
    return [row for row in rows if row.id not in known]


def _id_of(channel: Channel, key: StreamKey, sequence: int) -> str:
    return dispatch_id(channel.own, key.other, key.name, sequence, incarnation=key.incarnation)
