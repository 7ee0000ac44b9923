"""The channel's ledger on a simulated disk: the production deeds keep their rows here.

It keeps what it is given and judges nothing, as `liaison.core.custody.ledger` asks. Tables whose names end
in `_index` hold the keys of rows that a question asks for often, with the order they came in.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator.disk import Disk
from sangbong.liaison.core.custody.ledger import (
    BundleMark,
    Forgotten,
    Incoming,
    InStream,
    Outgoing,
    OutStream,
    Peer,
    Return,
    StreamKey,
    Trace,
)
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.wire.envelope import dispatch_id

TRACES_MAX = 1_000


@dataclass(frozen=True, slots=True)
class MemoryLedger:
    """One office's ledger; `own` is the office whose it is.

    `received` is told of each dispatch of ours of which custody passes.
    """

    own: OfficeCode
    disk: Disk
    received: Callable[[Outgoing], None] = lambda _: None

    def incarnation(self) -> int:
        """Our incarnation as stored, from 1; 0 before the first."""
        return cast("int", self.disk.get("own", "incarnation") or 0)

    def set_incarnation(self, number: int) -> None:
        """Begin a new incarnation."""
        self.disk.put("own", "incarnation", number)

    def height(self) -> int:
        """What was ever kept, sent or received, settled or applied."""
        settled = cast("Iterable[OutStream]", self.disk.table("out_stream").values())
        applied = cast("Iterable[InStream]", self.disk.table("in_stream").values())
        kept = len(self.disk.table("outgoing")) + len(self.disk.table("incoming"))
        return (
            kept
            + sum(one.settled_through for one in settled)
            + sum(one.applied_through for one in applied)
        )

    def peer(self, code: OfficeCode) -> Peer:
        """What we remember of an office."""
        return cast("Peer | None", self.disk.get("peer", code)) or Peer(code)

    def save_peer(self, peer: Peer) -> None:
        """Keep what we remember of an office."""
        self.disk.put("peer", peer.code, peer)

    def out_streams(self, keys: Collection[StreamKey]) -> dict[StreamKey, OutStream]:
        """These streams of ours; one never used is fresh."""
        return {
            key: cast("OutStream | None", self.disk.get("out_stream", key)) or OutStream(key)
            for key in keys
        }

    def out_streams_to(self, other: OfficeCode) -> list[OutStream]:
        """Every stream towards an office, sorted."""
        rows = cast("Iterable[OutStream]", self.disk.table("out_stream").values())
        return sorted((row for row in rows if row.key.other == other), key=lambda row: row.key)

    def save_out_streams(self, streams: Iterable[OutStream]) -> None:
        """Keep streams of ours."""
        for row in streams:
            self.disk.put("out_stream", row.key, row)

    def outgoing(self, ids: Collection[str]) -> dict[str, Outgoing]:
        """Those of these dispatches that we know we sent."""
        found = {one: self.disk.get("outgoing", one) for one in ids}
        return {one: cast("Outgoing", row) for one, row in found.items() if row is not None}

    def outgoing_of(self, digest: str, *, other: OfficeCode) -> Outgoing | None:
        """The dispatch to an office whose envelope has this digest."""
        one = self.disk.get("out_digest_index", digest)
        row = cast("Outgoing | None", self.disk.get("outgoing", one))
        return row if row is not None and row.key.other == other else None

    def outgoing_after(self, key: StreamKey, sequence: int) -> Iterator[Outgoing]:
        """The dispatches of a stream after a number, in order."""
        highest = cast("int", self.disk.get("out_highest_index", key) or 0)
        for number in range(sequence + 1, highest + 1):
            row = self.disk.get("outgoing", self._out_id(key, number))
            if row is not None:
                yield cast("Outgoing", row)

    def waiting(self, other: OfficeCode, *, rested_before: datetime | None) -> list[Outgoing]:
        """Every dispatch that waits, urgent ones first, then the oldest first."""
        index = cast("dict[str, tuple[bool, int]]", self.disk.table("waiting_index"))
        rows = (
            cast("Outgoing", self.disk.get("outgoing", one))
            for one in sorted(index, key=index.__getitem__)
        )
        return [
            row
            for row in rows
            if row.key.other == other
            and (
                rested_before is None or row.returned_at is None or row.returned_at <= rested_before
            )
        ]

    def offered_again(self, other: OfficeCode) -> list[Outgoing]:
        """The dispatches to an office that are marked to be offered again, oldest first."""
        return [row for row in self.waiting(other, rested_before=None) if row.offer_again]

    def epochs_waiting(self, other: OfficeCode) -> set[int]:
        """The epochs that waiting dispatches are sealed to."""
        return {row.epoch for row in self.waiting(other, rested_before=None)}

    def add_outgoing(self, rows: Sequence[tuple[Outgoing, bytes]]) -> None:
        """Keep new dispatches with their envelopes."""
        for row, envelope in rows:
            assert self.disk.get("outgoing", row.id) is None, row.id  # noqa: S101 -- database rule
            self.disk.put("envelope", row.digest, envelope)
            self.disk.put("out_digest_index", row.digest, row.id)
            self.disk.put("out_number_index", row.id, len(self.disk.table("outgoing")))
            highest = cast("int", self.disk.get("out_highest_index", row.key) or 0)
            self.disk.put("out_highest_index", row.key, max(highest, row.sequence))
            self._save_outgoing(row)

    def save_outgoing(self, rows: Iterable[Outgoing]) -> None:
        """Keep changed dispatches."""
        for row in rows:
            self._save_outgoing(row)

    def _save_outgoing(self, row: Outgoing) -> None:
        before = cast("Outgoing | None", self.disk.get("outgoing", row.id))
        if before and before.state.in_our_custody and not row.state.in_our_custody:
            self.received(row)
        self.disk.put("outgoing", row.id, row)
        if row.waits:
            number = self.disk.get("out_number_index", row.id)
            self.disk.put("waiting_index", row.id, (not row.urgent, number))
        else:
            self.disk.drop("waiting_index", row.id)

    def forgotten(self, ids: Collection[str]) -> dict[str, Forgotten]:
        """Those of these dispatches that we forgot and learned of again."""
        found = {one: self.disk.get("forgotten", one) for one in ids}
        return {one: cast("Forgotten", row) for one, row in found.items() if row is not None}

    def forgotten_after(self, key: StreamKey, sequence: int) -> list[Forgotten]:
        """The forgotten dispatches of a stream after a number, in order."""
        rows = cast("Iterable[Forgotten]", self.disk.table("forgotten").values())
        found = (row for row in rows if row.key == key and row.sequence > sequence)
        return sorted(found, key=lambda row: row.sequence)

    def save_forgotten(self, rows: Iterable[Forgotten]) -> None:
        """Keep forgotten dispatches, new or changed."""
        for row in rows:
            self.disk.put("forgotten", row.id, row)

    def envelope(self, digest: str) -> bytes:
        """The literal bytes of an envelope, sent or received."""
        return cast("bytes", self.disk.table("envelope")[digest])

    def in_streams(self, keys: Collection[StreamKey]) -> dict[StreamKey, InStream]:
        """These streams of another office; one never seen is fresh."""
        return {
            key: cast("InStream | None", self.disk.get("in_stream", key)) or InStream(key)
            for key in keys
        }

    def in_streams_from(self, other: OfficeCode) -> list[InStream]:
        """Every stream that an office sends to us, sorted."""
        return [row for row in self._in_streams() if row.key.other == other]

    def _in_streams(self) -> list[InStream]:
        rows = cast("Iterable[InStream]", self.disk.table("in_stream").values())
        return sorted(rows, key=lambda row: row.key)

    def save_in_streams(self, streams: Iterable[InStream]) -> None:
        """Keep streams of another office."""
        for row in streams:
            self.disk.put("in_stream", row.key, row)

    def incoming(self, ids: Collection[str]) -> dict[str, Incoming]:
        """Those of these dispatches that we hold."""
        found = {one: self.disk.get("incoming", one) for one in ids}
        return {one: cast("Incoming", row) for one, row in found.items() if row is not None}

    def incoming_after(self, key: StreamKey, sequence: int) -> Iterator[Incoming]:
        """The dispatches of a stream after a number, in order."""
        highest = cast("int", self.disk.get("in_highest_index", key) or 0)
        for number in range(sequence + 1, highest + 1):
            row = self.disk.get("incoming", self._in_id(key, number))
            if row is not None:
                yield cast("Incoming", row)

    def arriving_with(self, film: str) -> list[Incoming]:
        """The arriving dispatches that wait for this film."""
        index = cast("dict[str, str]", self.disk.table("arriving_index"))
        found = [one for one, waits_for in index.items() if waits_for == film]
        return [cast("Incoming", self.disk.get("incoming", one)) for one in sorted(found)]

    def next_to_apply(self, *, passing_over: Collection[str]) -> Incoming | None:
        """The oldest received dispatch whose turn it is in its stream."""
        best: tuple[int, Incoming] | None = None
        for stream in self._in_streams():
            one = self._in_id(stream.key, stream.applied_through + 1)
            row = cast("Incoming | None", self.disk.get("incoming", one))
            if row is None or row.state is not DispatchState.RECEIVED or one in passing_over:
                continue
            number = cast("int", self.disk.get("in_number_index", one))
            if best is None or number < best[0]:
                best = (number, row)
        return best[1] if best else None

    def epochs_unopened(self, *, finished_after: datetime) -> set[int]:
        """The epochs that dispatches not yet applied or refused then are sealed to."""
        rows = cast("Iterable[Incoming]", self.disk.table("incoming").values())
        return {row.epoch for row in rows if row.final_at is None or row.final_at > finished_after}

    def add_incoming(self, rows: Sequence[tuple[Incoming, bytes]]) -> None:
        """Keep new dispatches with their envelopes."""
        for row, envelope in rows:
            assert self.disk.get("incoming", row.id) is None, row.id  # noqa: S101 -- database rule
            self.disk.put("envelope", row.digest, envelope)
            self.disk.put("in_number_index", row.id, len(self.disk.table("incoming")))
            highest = cast("int", self.disk.get("in_highest_index", row.key) or 0)
            self.disk.put("in_highest_index", row.key, max(highest, row.sequence))
            self._save_incoming(row)

    def save_incoming(self, rows: Iterable[Incoming]) -> None:
        """Keep changed dispatches."""
        for row in rows:
            self._save_incoming(row)

    def _save_incoming(self, row: Incoming) -> None:
        self.disk.put("incoming", row.id, row)
        if row.receipt_owed:
            self.disk.put("owed_index", row.id, self.disk.get("in_number_index", row.id))
        else:
            self.disk.drop("owed_index", row.id)
        if row.state is DispatchState.ARRIVING:
            self.disk.put("arriving_index", row.id, row.film)
        else:
            self.disk.drop("arriving_index", row.id)

    def receipts_owed(self, other: OfficeCode, *, limit: int) -> list[Incoming]:
        """Dispatches that an office may not have our last receipt of, oldest first."""
        index = cast("dict[str, int]", self.disk.table("owed_index"))
        rows = (
            cast("Incoming", self.disk.get("incoming", one))
            for one in sorted(index, key=index.__getitem__)
        )
        return [row for row in rows if row.key.other == other][:limit]

    def stop_owing(self, key: StreamKey, *, through: int) -> None:
        """No receipt is owed any more for a final dispatch of this stream up to this number."""
        index = cast("dict[str, int]", self.disk.table("owed_index"))
        owed = [cast("Incoming", self.disk.get("incoming", one)) for one in index]
        for row in owed:
            if row.key == key and row.sequence <= through and row.state.is_final:
                self._save_incoming(replace(row, receipt_owed=False))

    def settled_owed(self, other: OfficeCode, *, limit: int) -> list[OutStream]:
        """Streams whose settled prefix an office was not told yet."""
        return [row for row in self.out_streams_to(other) if row.settled_owed][:limit]

    def heard_owed(self, other: OfficeCode, *, limit: int) -> list[InStream]:
        """Streams of an office whose received prefix it was not told yet."""
        return [row for row in self.in_streams_from(other) if row.heard_owed][:limit]

    def returns(self, other: OfficeCode, *, limit: int) -> list[Return]:
        """Signed answers for an office that no carrier took yet."""
        rows = cast("Iterable[Return]", self.disk.table("return").values())
        found = (row for row in rows if row.recipient == other and row.carried_at is None)
        return list(found)[:limit]

    def save_returns(self, rows: Iterable[Return]) -> None:
        """Keep signed answers, new or changed."""
        for row in rows:
            self.disk.put("return", row.digest, row)

    def returns_carried(self, digests: Collection[str], *, now: datetime) -> None:
        """These signed answers were handed to a carrier."""
        for digest in digests:
            row = cast("Return | None", self.disk.get("return", digest))
            if row is not None:
                self.disk.put("return", digest, replace(row, carried_at=now))

    def add_trace(self, trace: Trace) -> None:
        """Keep what was not taken; the oldest are dropped beyond a bound."""
        traces = self.disk.table("trace")
        if len(traces) >= TRACES_MAX:
            self.disk.drop("trace", next(iter(traces)))
        self.disk.put("trace", trace.digest, trace)

    def bundle(self, bundle: str) -> BundleMark | None:
        """A bundle that we wrote or read, by its id."""
        return cast("BundleMark | None", self.disk.get("bundle", bundle))

    def last_bundle(self, other: OfficeCode, *, outgoing: bool) -> int:
        """The highest number of a bundle written to, or read from, an office; 0 for none."""
        rows = cast("Iterable[BundleMark]", self.disk.table("bundle").values())
        return max(
            (row.number for row in rows if row.other == other and row.outgoing is outgoing),
            default=0,
        )

    def save_bundle(self, mark: BundleMark) -> None:
        """Keep a bundle's mark, new or changed."""
        self.disk.put("bundle", mark.bundle, mark)

    def _out_id(self, key: StreamKey, sequence: int) -> str:
        return dispatch_id(self.own, key.other, key.name, sequence, incarnation=key.incarnation)

    def _in_id(self, key: StreamKey, sequence: int) -> str:
        return dispatch_id(key.other, self.own, key.name, sequence, incarnation=key.incarnation)
