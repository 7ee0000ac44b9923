"""The office's ledger: `liaison.core.custody.ledger` over its database, in the caller's transaction.

It keeps and finds rows and judges nothing. Batches cost a fixed number of statements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.ledger import (
    BundleMark,
    Incoming,
    InStream,
    OutStream,
    Return,
    StreamKey,
    Trace,
)
from sangbong.liaison.core.custody.states import FINAL_STATES
from sangbong.liaison.models import (
    CarriedBundle,
    InboxDispatch,
    InboxStream,
    NotTaken,
    OutboxStream,
    ReturnedEnvelope,
)
from sangbong.liaison.operations.ledger_in import InPart, inbox_rows
from sangbong.liaison.operations.ledger_rows import (
    of_office,
    parts,
    stored_mark,
    upsert,
)

__all__ = ["DatabaseLedger", "stored_mark"]

TRACES_MAX = 10_000
_TRACES_SPARE = 1_000
_FINAL = [state.value for state in FINAL_STATES]


@dataclass(slots=True)
class DatabaseLedger(InPart):
    """One office's ledger; made anew for each transaction, since it remembers keys of streams."""

    def receipts_owed(self, other: OfficeCode, *, limit: int) -> list[Incoming]:
        """Dispatches that an office may not have our last receipt of, oldest first."""
        rows = inbox_rows().filter(stream__sender=other, receipt_owed=True)
        return [self._incoming(row) for row in rows.order_by("id")[:limit]]

    def stop_owing(self, key: StreamKey, *, through: int) -> None:
        """No receipt is owed any more for a final dispatch of this stream up to this number."""
        InboxDispatch.objects.filter(
            stream__sender=key.other,
            stream__name=key.name,
            stream__incarnation=key.incarnation,
            sequence__lte=through,
            state__in=_FINAL,
            receipt_owed=True,
        ).update(receipt_owed=False)

    def settled_owed(self, other: OfficeCode, *, limit: int) -> list[OutStream]:
        """Streams whose settled prefix an office was not told yet."""
        rows = of_office(OutboxStream, recipient=other, settled_owed=True)
        return [self._out_stream(row) for row in rows[:limit]]

    def heard_owed(self, other: OfficeCode, *, limit: int) -> list[InStream]:
        """Streams of an office whose received prefix it was not told yet."""
        rows = of_office(InboxStream, sender=other, heard_owed=True)
        return [self._in_stream(row) for row in rows[:limit]]

    def returns(self, other: OfficeCode, *, limit: int) -> list[Return]:
        """Signed answers for an office that no carrier took yet."""
        rows = ReturnedEnvelope.objects.filter(recipient=other, carried_at=None)
        return [
            Return(
                digest=row.digest,
                recipient=OfficeCode(row.recipient),
                receipt=bytes(row.receipt),
                returned_at=row.returned_at,
            )
            for row in rows.order_by("digest")[:limit]
        ]

    def save_returns(self, rows: Iterable[Return]) -> None:
        """Keep signed answers, new or changed."""
        made = [
            ReturnedEnvelope(
                digest=row.digest,
                recipient=row.recipient,
                receipt=row.receipt,
                returned_at=row.returned_at,
                carried_at=row.carried_at,
            )
            for row in rows
        ]
        upsert(ReturnedEnvelope, made, unique=("digest",))

    def returns_carried(self, digests: Collection[str], *, now: datetime) -> None:
        """These signed answers were handed to a carrier."""
        for some in parts(digests):
            ReturnedEnvelope.objects.filter(digest__in=some).update(carried_at=now)

    def add_trace(self, trace: Trace) -> None:
        """Keep what was not taken; the oldest are dropped beyond `TRACES_MAX`."""
        same = NotTaken.objects.filter(digest=trace.digest, code=trace.code, carrier=trace.carrier)
        if same.update(at=trace.at, times=F("times") + 1):
            return
        NotTaken.objects.create(
            digest=trace.digest,
            code=trace.code,
            at=trace.at,
            claimed=trace.claimed,
            carrier=trace.carrier,
            length=trace.length,
            beginning=trace.beginning,
        )
        if NotTaken.objects.count() > TRACES_MAX:
            oldest = NotTaken.objects.order_by("at", "id").values("id")[:_TRACES_SPARE]
            NotTaken.objects.filter(id__in=list(oldest.values_list("id", flat=True))).delete()

    def bundle(self, bundle: str) -> BundleMark | None:
        """A bundle that we wrote or read, by its id; one that we wrote and read is the read one."""
        row = CarriedBundle.objects.filter(bundle=bundle).order_by("outgoing").first()
        return _bundle(row) if row else None

    def last_bundle(self, other: OfficeCode, *, outgoing: bool) -> int:
        """The highest number of a bundle written to, or read from, an office."""
        rows = CarriedBundle.objects.filter(counterpart=other, outgoing=outgoing)
        last = rows.order_by("-number").values_list("number", flat=True).first()
        return last or 0

    def save_bundle(self, mark: BundleMark) -> None:
        """Keep a bundle's mark, new or changed."""
        CarriedBundle.objects.update_or_create(
            bundle=mark.bundle,
            outgoing=mark.outgoing,
            defaults={
                "counterpart": mark.other,
                "number": mark.number,
                "envelopes": mark.envelopes,
                "receipts": mark.receipts,
                "pieces": mark.pieces,
                "started_at": mark.started_at,
                "finished_at": mark.finished_at,
            },
        )


def _bundle(row: CarriedBundle) -> BundleMark:
    return BundleMark(
        bundle=row.bundle,
        outgoing=row.outgoing,
        other=OfficeCode(row.counterpart),
        number=row.number,
        started_at=row.started_at,
        finished_at=row.finished_at,
        envelopes=row.envelopes,
        receipts=row.receipts,
        pieces=row.pieces,
    )
