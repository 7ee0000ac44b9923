"""What others ask of papers: what lies with whom, what was typed, what waits to be compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.paper.check_digits import grouped
from sangbong.liaison.core.paper.paper import Choice, numbers_of
from sangbong.liaison.core.paper.paper_states import AWAITING_REPLY, PaperState, ReplyState
from sangbong.liaison.models import PaperReply, PaperSheet

SHEETS_MAX = 500


@dataclass(frozen=True, slots=True)
class SheetView:
    """One paper. `answers` are the answer numbers printed on its form, as printed."""

    serial: int
    recipient: OfficeCode
    dispatch_id: str
    paper_number: str
    answers: tuple[tuple[Choice, str], ...]
    number: str
    title_ko: str
    title_en: str
    state: PaperState
    written_on: date
    pdf: str
    printed_at: datetime
    printed_by: str
    handed_on: date | None
    handed_to: str
    handed_by: str
    received_on: date | None
    received_by: str
    received_rank: str
    answer: str
    why_spoiled: str


@dataclass(frozen=True, slots=True)
class ReplyView:
    """One reply form that came back."""

    id: int
    serial: int
    recipient: OfficeCode
    number: str
    scan: str
    state: ReplyState
    scanned_at: datetime
    scanned_by: str
    choice: str
    received_on: date | None
    received_by: str
    received_rank: str
    their_number: str
    text: str
    typed_at: datetime | None
    typed_by: str
    compared_at: datetime | None
    compared_by: str
    difference: str


def sheets(*, limit: int = SHEETS_MAX) -> list[SheetView]:
    """Papers, those that wait for a reply first, then the newest."""
    rows = PaperSheet.objects.order_by("-serial")[:limit]
    views = [_sheet(row) for row in rows]
    return sorted(views, key=lambda view: view.state not in AWAITING_REPLY)


def sheet(serial: int) -> SheetView:
    """One paper by our serial number.

    Raises:
        SangbongError: `liaison.paper_unknown`.
    """
    row = PaperSheet.objects.filter(serial=serial).first()
    if row is None:
        raise SangbongError("liaison.paper_unknown", number=serial)
    return _sheet(row)


def open_replies() -> list[ReplyView]:
    """Replies that are not accepted yet, the oldest first."""
    rows = PaperReply.objects.exclude(state=ReplyState.ACCEPTED.value)
    return _replies(rows.select_related("sheet").order_by("id"))


def replies_to(serial: int) -> list[ReplyView]:
    """Every reply to one paper, in the order in which they were scanned."""
    return _replies(
        PaperReply.objects.filter(sheet__serial=serial).select_related("sheet").order_by("id")
    )


def reply(reply_id: int) -> ReplyView:
    """One reply.

    Raises:
        SangbongError: `liaison.paper_unknown`.
    """
    found = _replies(PaperReply.objects.filter(id=reply_id).select_related("sheet"))
    if not found:
        raise SangbongError("liaison.paper_unknown", number=reply_id)
    return found[0]


def _sheet(row: PaperSheet) -> SheetView:
    content = row.content
    paper_number, answers = numbers_of(serial=row.serial, digest=row.digest)
    return SheetView(
        serial=row.serial,
        recipient=OfficeCode(row.recipient),
        dispatch_id=row.dispatch_id,
        paper_number=grouped(paper_number),
        answers=tuple((choice, grouped(number)) for choice, number in answers.items()),
        number=content["number"],
        title_ko=content["title_ko"],
        title_en=content["title_en"],
        state=PaperState(row.state),
        written_on=row.written_on,
        pdf=row.pdf,
        printed_at=row.printed_at,
        printed_by=row.printed_by,
        handed_on=row.handed_on,
        handed_to=row.handed_to,
        handed_by=row.handed_by,
        received_on=row.received_on,
        received_by=row.received_by,
        received_rank=row.received_rank,
        answer=row.answer,
        why_spoiled=row.why_spoiled,
    )


def _replies(rows: Iterable[PaperReply]) -> list[ReplyView]:
    return [
        ReplyView(
            id=row.id,
            serial=row.sheet.serial,
            recipient=OfficeCode(row.sheet.recipient),
            number=row.sheet.content["number"],
            scan=row.scan,
            state=ReplyState(row.state),
            scanned_at=row.scanned_at,
            scanned_by=row.scanned_by,
            choice=row.choice,
            received_on=row.received_on,
            received_by=row.received_by,
            received_rank=row.received_rank,
            their_number=row.their_number,
            text=row.text,
            typed_at=row.typed_at,
            typed_by=row.typed_by,
            compared_at=row.compared_at,
            compared_by=row.compared_by,
            difference=row.difference,
        )
        for row in rows
    ]
