"""Dispatches on paper: print, hand over, scan the reply, type it, let a second person compare it.

What is written down here says what happened on paper (`liaison.core.paper.paper_states`). Nothing of it moves
the dispatch: that one is carried again until a signed receipt comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from sangbong.archive.operations import Content, keep_original
from sangbong.kernel.errors import Place, SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.adapters.paper import set_pdf
from sangbong.liaison.core.paper.paper import Party, Reply, Sheet, SheetField, read_reply
from sangbong.liaison.core.paper.paper_states import (
    PaperDeed,
    PaperState,
    ReplyDeed,
    ReplyState,
    paper_after,
    reply_after,
)
from sangbong.liaison.models import Note, OutboxDispatch, PaperReply, PaperSheet
from sangbong.names.text import clean_name, clean_text
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import counterpart, own_office

SCAN_BYTES_MAX = 8 * 1024 * 1024
_STARTS = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
_NAME_MAX = 100
_WHY_MAX = 200
_DIFFERENCE_MAX = 500


@dataclass(frozen=True, slots=True)
class PaperContent:
    """What a room wants on paper; labels and title in both languages."""

    title_ko: str
    title_en: str
    number: str
    written_on: date
    sender_name: str
    sender_rank: str
    answers: str = ""
    text: str = ""
    fields: tuple[SheetField, ...] = ()


def print_note(*, now: datetime, actor: Actor, dispatch: str) -> int:
    """Print a note of ours that is in the outbox; its serial number.

    Raises:
        SangbongError: `liaison.paper_no_dispatch`, or as `print_paper`.
    """
    note = Note.objects.filter(dispatch_id=dispatch, outgoing=True).first()
    if note is None:
        raise SangbongError("liaison.paper_no_dispatch", dispatch=dispatch[:80])
    return print_paper(
        now=now,
        actor=actor,
        recipient=_known(OfficeCode(note.counterpart)),
        dispatch=dispatch,
        content=PaperContent(
            title_ko="통지문",
            title_en="Note",
            number=note.number,
            written_on=note.written_date,
            sender_name=note.sender_name,
            sender_rank=note.sender_rank,
            answers=note.answers,
            text=note.text,
        ),
    )


def print_paper(
    *, now: datetime, actor: Actor, recipient: Party, content: PaperContent, dispatch: str = ""
) -> int:
    """Set a paper, keep its PDF, and give it a serial number.

    `dispatch` is the dispatch that it is a print of. It is empty for an office that does not run this
    programme, which need not be known here and has no keys.

    Raises:
        SangbongError: as `Sheet`; `liaison.paper_no_dispatch`; as `adapters.paper.set_pdf`.
    """
    with transaction.atomic():
        last = PaperSheet.objects.aggregate(last=Max("serial"))["last"] or 0
        own = own_office()
        sheet = Sheet(
            serial=last + 1,
            sender=Party(own.code, own.name_ko, own.name_en),
            recipient=recipient,
            title_ko=content.title_ko,
            title_en=content.title_en,
            number=content.number,
            written_on=content.written_on,
            sender_name=content.sender_name,
            sender_rank=content.sender_rank,
            answers=content.answers,
            text=content.text,
            fields=content.fields,
            dispatch=dispatch,
            envelope=_envelope_of(dispatch, recipient) if dispatch else "",
        )
        pdf = keep_original(
            now=now,
            data=set_pdf(sheet, now=now),
            media_type="application/pdf",
            name=f"paper-{sheet.serial}.pdf",
        )
        PaperSheet.objects.create(
            serial=sheet.serial,
            recipient=recipient.code,
            dispatch_id=dispatch,
            content=sheet.content(),
            digest=sheet.digest,
            pdf=pdf,
            state=PaperState.PRINTED.value,
            written_on=content.written_on,
            printed_at=now,
            printed_by=actor.staff,
        )
        _audit("liaison.print_paper", sheet.serial, actor, now=now, dispatch=sheet.id)
    return sheet.serial


def _known(code: OfficeCode) -> Party:
    other = counterpart(code)
    return Party(other.code, other.name_ko, other.name_en)


def _envelope_of(dispatch: str, recipient: Party) -> str:
    """The digest of one of our dispatches."""
    way, _slash, rest = dispatch.partition("/")
    stream, _slash, sequence = rest.rpartition("/")
    row = None
    if way.endswith(f">{recipient.code}") and sequence.isascii() and sequence.isdigit():
        row = (
            OutboxDispatch.objects.filter(
                stream__recipient=recipient.code, stream__name=stream, sequence=int(sequence)
            )
            .order_by("id")
            .last()
        )
    if row is None:
        raise SangbongError("liaison.paper_no_dispatch", dispatch=dispatch[:80])
    return row.envelope_id


def hand_over_paper(*, now: datetime, actor: Actor, serial: int, on: date, to: str) -> None:
    """Write down that a paper was handed over: on which day, to whom.

    Raises:
        SangbongError: `liaison.paper_unknown`, `liaison.paper_state`, `liaison.paper_day_before`,
            `liaison.paper_day_after`, or a fault of the name; the caller's fault.
    """
    with transaction.atomic():
        row = _locked(serial)
        _check_day(on, row.written_on, now=now)
        row.state = paper_after(PaperState(row.state), PaperDeed.HAND_OVER).value
        row.handed_on, row.handed_to = on, _name(to, "handed_to")
        row.handed_by = actor.staff
        row.save(update_fields=["state", "handed_on", "handed_to", "handed_by"])
        _audit("liaison.hand_over_paper", serial, actor, now=now, on=on.isoformat())


def spoil_paper(*, now: datetime, actor: Actor, serial: int, why: str) -> None:
    """Write down that a paper is not valid: misprinted, lost, taken back.

    Raises:
        SangbongError: `liaison.paper_unknown`, `liaison.paper_state`, `liaison.paper_field`.
    """
    reason = clean_text(why, column="why", max_length=_WHY_MAX)
    if not reason:
        raise SangbongError("liaison.paper_field", place=Place(column="why"))
    with transaction.atomic():
        row = _locked(serial)
        row.state = paper_after(PaperState(row.state), PaperDeed.SPOIL).value
        row.why_spoiled = reason
        row.save(update_fields=["state", "why_spoiled"])
        _audit("liaison.spoil_paper", serial, actor, now=now)


def scan_reply(*, now: datetime, actor: Actor, serial: int, scan: bytes) -> int:
    """Keep the scan of a reply form for good; the reply's number.

    The picture is our own making, from our scanner: so, unlike what others send, it may be shown.

    Raises:
        SangbongError: `liaison.paper_scan`, `liaison.paper_unknown`, `liaison.paper_not_handed_over`,
            `liaison.paper_state` or `liaison.paper_reply_open`; the caller's fault.
    """
    media_type = _picture(scan)
    with transaction.atomic():
        row = _locked(serial)
        if row.state == PaperState.PRINTED:
            raise SangbongError("liaison.paper_not_handed_over", number=serial)
        if PaperState(row.state) not in {PaperState.HANDED_OVER, PaperState.RECEIVED}:
            raise SangbongError("liaison.paper_state", state=row.state, deed="scan")
        if row.replies.exclude(state=ReplyState.ACCEPTED.value).exists():
            raise SangbongError("liaison.paper_reply_open")
        content: Content = scan
        kept = keep_original(
            now=now, data=content, media_type=media_type, name=f"paper-{serial}-reply"
        )
        reply = PaperReply.objects.create(
            sheet=row,
            scan=kept,
            state=ReplyState.SCANNED.value,
            scanned_at=now,
            scanned_by=actor.staff,
        )
        _audit("liaison.scan_reply", serial, actor, now=now, reply=reply.id)
    return int(reply.id)


def type_reply(*, now: datetime, actor: Actor, reply_id: int, typed: Mapping[str, str]) -> None:
    """Write down what stands on a reply form; `typed` has `core.paper.REPLY_FIELDS`.

    Raises:
        SangbongError: `liaison.paper_unknown`, `liaison.paper_state`, or as `core.paper.read_reply`,
            with the field; nothing was stored.
    """
    with transaction.atomic():
        row = _locked_reply(reply_id)
        row.state = reply_after(ReplyState(row.state), ReplyDeed.TYPE).value
        said = read_reply(
            typed,
            serial=row.sheet.serial,
            digest=row.sheet.digest,
            written_on=row.sheet.written_on,
            today=_today(now),
        )
        row.choice, row.received_on = said.choice.value, said.received_on
        row.received_by, row.received_rank = said.received_by, said.received_rank
        row.their_number, row.text = said.their_number, said.text
        row.typed_at, row.typed_by = now, actor.staff
        row.compared_at, row.compared_by = None, ""
        row.save()
        _audit("liaison.type_reply", row.sheet.serial, actor, now=now, reply=reply_id)


def compare_reply(
    *, now: datetime, actor: Actor, reply_id: int, difference: str = ""
) -> PaperState:
    """A second person says that the typed reply is what the scan shows, or in what it differs.

    Without a difference the reply counts: it is the paper's written receipt, and its answer where it
    has one. With one it goes back to be typed again.

    Returns:
        How far the paper has come.

    Raises:
        SangbongError: `liaison.paper_unknown`, `liaison.paper_state`, `liaison.paper_second_person`.
    """
    noted = clean_text(difference, column="difference", max_length=_DIFFERENCE_MAX)
    with transaction.atomic():
        row = _locked_reply(reply_id)
        deed = ReplyDeed.DIFFER if noted else ReplyDeed.AGREE
        reached = reply_after(ReplyState(row.state), deed)
        if row.typed_by == actor.staff:
            raise SangbongError("liaison.paper_second_person")
        row.state, row.difference = reached.value, noted
        row.compared_at, row.compared_by = now, actor.staff
        row.save(update_fields=["state", "difference", "compared_at", "compared_by"])
        if reached is ReplyState.ACCEPTED:
            _believe(row)
        _audit(
            "liaison.compare_reply",
            row.sheet.serial,
            actor,
            now=now,
            reply=reply_id,
            agrees=int(not noted),
        )
    return PaperState(row.sheet.state)


def _believe(row: PaperReply) -> None:
    """Rule PS2: the paper receipt first, then the answer on it."""
    sheet, said = row.sheet, _said(row)
    state = PaperState(sheet.state)
    if state is PaperState.HANDED_OVER:
        state = paper_after(state, PaperDeed.RECEIVE)
        sheet.received_on = said.received_on
        sheet.received_by, sheet.received_rank = said.received_by, said.received_rank
    if said.choice.answers:
        state = paper_after(state, PaperDeed.ANSWER)
        sheet.answer = said.choice.value
    sheet.state = state.value
    sheet.save(update_fields=["state", "received_on", "received_by", "received_rank", "answer"])


def _said(row: PaperReply) -> Reply:
    from sangbong.liaison.core.paper.paper import Choice

    assert row.received_on is not None, "it was typed"  # noqa: S101 -- a typed reply has a day
    return Reply(
        choice=Choice(row.choice),
        received_on=row.received_on,
        received_by=row.received_by,
        received_rank=row.received_rank,
        their_number=row.their_number,
        text=row.text,
    )


def _locked(serial: int) -> PaperSheet:
    row = PaperSheet.objects.select_for_update().filter(serial=serial).first()
    if row is None:
        raise SangbongError("liaison.paper_unknown", number=serial)
    return row


def _locked_reply(reply_id: int) -> PaperReply:
    rows = PaperReply.objects.select_related("sheet").select_for_update()
    row = rows.filter(id=reply_id).first()
    if row is None:
        raise SangbongError("liaison.paper_unknown", number=reply_id)
    return row


def _picture(scan: bytes) -> str:
    for start, media_type in _STARTS.items():
        if scan.startswith(start) and len(scan) <= SCAN_BYTES_MAX:
            return media_type
    raise SangbongError("liaison.paper_scan", limit=SCAN_BYTES_MAX // 1024 // 1024)


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(own_office().time_zone)).date()


def _check_day(day: date, written_on: date, *, now: datetime) -> None:
    place, today = Place(column="handed_on"), _today(now)
    if day < written_on:
        raise SangbongError("liaison.paper_day_before", place=place, day=written_on.isoformat())
    if day > today:
        raise SangbongError("liaison.paper_day_after", place=place, day=today.isoformat())


def _name(raw: str, column: str) -> str:
    name = clean_name(raw, column=column, max_length=_NAME_MAX)
    if not name:
        raise SangbongError("liaison.paper_field", place=Place(column=column))
    return name


def _audit(action: str, serial: int, actor: Actor, *, now: datetime, **facts: str | int) -> None:
    record_audit(
        now=now, actor=actor, action=action, subjects=[f"paper:{serial}"], facts=dict(facts)
    )
