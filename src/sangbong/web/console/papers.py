"""Papers: what was printed and lies with whom, and replies typed back beside their scans."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop

from sangbong.archive import queries as archive
from sangbong.kernel.errors import Place, SangbongError, message
from sangbong.liaison import queries as liaison
from sangbong.liaison.core.paper.paper import REPLY_FIELDS, Choice
from sangbong.liaison.core.paper.paper_states import AWAITING_REPLY, PaperState, ReplyState
from sangbong.liaison.operations import paper as operations
from sangbong.liaison.queries import paper as queries
from sangbong.liaison.queries.paper import ReplyView, SheetView
from sangbong.office.permissions import may
from sangbong.web import audit, offices, words
from sangbong.web.faces import Consent, Fault, Mark
from sangbong.web.paging import cut
from sangbong.web.permissions import needs
from sangbong.web.press import press
from sangbong.web.request import StaffRequest, language_of

_NOTES_OFFERED = 50
_CHOICES = {
    Choice.RECEIVED: noop("received, no answer yet"),
    Choice.AGREED: noop("received, and agreed"),
    Choice.DECLINED: noop("received, and not agreed"),
    Choice.IN_WORDS: noop("received, with an answer in words"),
}


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper as the list shows it."""

    view: SheetView
    title: str
    other: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """One reply as lists show it; `said` is its answer in words."""

    view: ReplyView
    mark: Mark
    other: str
    said: str


@needs(get="channel.see", post="channel.send")
def papers(request: StaffRequest) -> HttpResponse:
    """Papers, those waiting for a reply first; a liaison officer may print a note."""
    if request.method == "POST":
        dispatch = request.POST.get("dispatch", "")

        def deed() -> str:
            operations.print_note(now=request.now, actor=request.actor, dispatch=dispatch)
            return _("The paper is ready to be printed.")

        return press(
            request,
            deed,
            then=reverse("papers"),
            again=lambda faults: _papers(request, faults=faults),
        )
    return _papers(request, faults=[])


def _papers(request: StaffRequest, *, faults: list[str]) -> HttpResponse:
    known = offices.names(request)
    found = queries.sheets()
    rows, page = cut(request, found)
    printed = {view.dispatch_id for view in found}
    may_print = _may(request, "channel.send")
    outgoing = [
        note
        for note in (liaison.notes(limit=_NOTES_OFFERED) if may_print else [])
        if note.direction is liaison.Direction.OUT and note.dispatch_id not in printed
    ]
    context = {
        "rows": [_row(view, known, request) for view in rows],
        "page": page,
        "waiting": sum(view.state in AWAITING_REPLY for view in found),
        "replies": [_reply_row(view, known) for view in queries.open_replies()],
        "notes": outgoing,
        "may_print": may_print,
        "may_type": _may(request, "papers.type"),
        "faults": faults,
    }
    return render(request, "web/console/papers.html", context, status=422 if faults else 200)


@needs(get="channel.see")
def paper(request: StaffRequest, serial: int) -> HttpResponse:
    """One paper: what was printed, with whom it lies, what came back."""
    return _paper(request, _found(serial), faults=[])


def _paper(request: StaffRequest, view: SheetView, *, faults: list[str]) -> HttpResponse:
    known = offices.names(request)
    replies = queries.replies_to(view.serial)
    audit.shown(request, [f"paper:{view.serial}"])
    may_send, may_type = _may(request, "channel.send"), _may(request, "papers.type")
    open_reply = any(one.state is not ReplyState.ACCEPTED for one in replies)
    context = {
        "row": _row(view, known, request),
        "said": _(_CHOICES[Choice(view.answer)]) if view.answer else "",
        "replies": [_reply_row(one, known) for one in replies],
        "may_hand_over": may_send and view.state is PaperState.PRINTED,
        "may_spoil": may_send and view.state in {PaperState.PRINTED, PaperState.HANDED_OVER},
        "may_scan": may_type and view.state in AWAITING_REPLY and not open_reply,
        "may_type": may_type,
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/paper.html", context, status=422 if faults else 200)


@needs(get="channel.see")
def pdf(request: StaffRequest, serial: int) -> HttpResponse:
    """The PDF as it was set, to be printed."""
    view = _found(serial)
    audit.shown(request, [f"paper:{serial}"], query="print")
    return HttpResponse(
        archive.open_object(view.pdf),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="paper-{serial}.pdf"'},
    )


@needs(post="channel.send")
def hand_over(request: StaffRequest, serial: int) -> HttpResponse:
    """Write down when the paper was handed to whom."""
    view = _found(serial)

    def deed() -> str:
        operations.hand_over_paper(
            now=request.now,
            actor=request.actor,
            serial=serial,
            on=_day(request.POST.get("handed_on", "")),
            to=request.POST.get("handed_to", "").strip(),
        )
        return _("Written down: the paper was handed over.")

    return _press(request, view, deed)


@needs(post="channel.send")
def spoil(request: StaffRequest, serial: int) -> HttpResponse:
    """Write down that the paper is not valid."""
    view = _found(serial)

    def deed() -> str:
        operations.spoil_paper(
            now=request.now,
            actor=request.actor,
            serial=serial,
            why=request.POST.get("why", "").strip(),
        )
        return _("Written down: the paper is not valid.")

    return _press(request, view, deed)


@needs(post="papers.type")
def scan(request: StaffRequest, serial: int) -> HttpResponse:
    """Keep the scan of a reply form, and lead to its typing."""
    view = _found(serial)
    file = request.FILES.get("scan")
    data = file.read(operations.SCAN_BYTES_MAX + 1) if file is not None else b""
    try:
        with transaction.atomic():
            reply_id = operations.scan_reply(
                now=request.now, actor=request.actor, serial=serial, scan=data
            )
    except SangbongError as fault:
        return _paper(request, view, faults=[fault.text(language_of(request))])
    return HttpResponseRedirect(reverse("paper-reply", args=[reply_id]))


@needs(get="papers.type", post="papers.type")
def reply(request: StaffRequest, reply_id: int) -> HttpResponse:
    """Type what stands on the form, its scan beside the fields."""
    view = _found_reply(reply_id)
    if request.method != "POST":
        return _reply(request, view)
    typed = {name: request.POST.get(name, "") for name in REPLY_FIELDS}
    try:
        with transaction.atomic():
            operations.type_reply(
                now=request.now, actor=request.actor, reply_id=reply_id, typed=typed
            )
    except SangbongError as fault:
        return _reply(request, view, fault=fault, typed=typed)
    return HttpResponseRedirect(reverse("paper-reply", args=[reply_id]))


@needs(post="papers.type")
def compare(request: StaffRequest, reply_id: int) -> HttpResponse:
    """A second person says that it is what the scan shows, or in what it differs."""
    view = _found_reply(reply_id)
    agrees = request.POST.get("agrees") == "yes"
    difference = "" if agrees else request.POST.get("difference", "").strip()
    try:
        if not agrees and not difference:
            raise SangbongError("liaison.paper_field", place=Place(column="difference"))
        with transaction.atomic():
            operations.compare_reply(
                now=request.now, actor=request.actor, reply_id=reply_id, difference=difference
            )
    except SangbongError as fault:
        return _reply(request, view, fault=fault)
    return HttpResponseRedirect(reverse("paper", args=[view.serial]))


@needs(get="papers.type")
def reply_scan(request: StaffRequest, reply_id: int) -> HttpResponse:
    """The scan: a picture that our own staff made of a form that we printed."""
    view = _found_reply(reply_id)
    audit.shown(request, [f"paper:{view.serial}"], query="scan")
    return HttpResponse(
        archive.open_object(view.scan), content_type=archive.describe(view.scan).media_type
    )


def _reply(
    request: StaffRequest,
    view: ReplyView,
    *,
    fault: SangbongError | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    known = offices.names(request)
    wrong: dict[str, str] = {}
    if fault is not None:
        column = fault.place.column if fault.place else ""
        wrong[column] = message(fault.code, language_of(request)).format_map(fault.params)
    audit.shown(request, [f"paper:{view.serial}"], query="reply")
    waits_to_type = view.state in {ReplyState.SCANNED, ReplyState.RETURNED}
    staff = request.staff.username if request.staff else ""
    context = {
        "row": _reply_row(view, known),
        "typed": typed or _as_typed(view),
        "wrong": wrong,
        "faults": [Fault(text, href=f"#{name}" if name else "") for name, text in wrong.items()],
        "waits_to_type": waits_to_type,
        "may_compare": view.state is ReplyState.TYPED and view.typed_by != staff,
        "people": [
            Consent(_("typed by"), view.typed_by, view.typed_at),
            Consent(
                _("compared by"),
                view.compared_by,
                view.compared_at,
                waits=view.state is ReplyState.TYPED,
            ),
        ],
    }
    return render(request, "web/console/paper_reply.html", context, status=422 if fault else 200)


def _as_typed(view: ReplyView) -> dict[str, str]:
    """What was typed before; the two numbers are typed anew each time, since they are the check."""
    return dict.fromkeys(REPLY_FIELDS, "") | {
        "received_on": view.received_on.isoformat() if view.received_on else "",
        "received_by": view.received_by,
        "received_rank": view.received_rank,
        "their_number": view.their_number,
        "text": view.text,
    }


def _press(request: StaffRequest, view: SheetView, deed: Callable[[], str]) -> HttpResponse:
    return press(
        request,
        deed,
        then=reverse("paper", args=[view.serial]),
        again=lambda faults: _paper(request, view, faults=faults),
    )


def _row(view: SheetView, known: dict[str, str], request: StaffRequest) -> PaperRow:
    return PaperRow(
        view=view,
        title=view.title_ko if language_of(request) == "ko" else view.title_en,
        other=known.get(view.recipient, view.recipient),
        mark=words.mark("paper", view.state),
    )


def _reply_row(view: ReplyView, known: dict[str, str]) -> ReplyRow:
    return ReplyRow(
        view=view,
        mark=words.mark("paper_reply", view.state),
        other=known.get(view.recipient, view.recipient),
        said=_(_CHOICES[Choice(view.choice)]) if view.choice else "",
    )


def _day(raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise SangbongError("liaison.paper_day_wrong") from error


def _found(serial: int) -> SheetView:
    try:
        return queries.sheet(serial)
    except SangbongError as fault:
        raise Http404 from fault


def _found_reply(reply_id: int) -> ReplyView:
    try:
        return queries.reply(reply_id)
    except SangbongError as fault:
        raise Http404 from fault


def _may(request: StaffRequest, deed: str) -> bool:
    return request.staff is not None and may(request.staff.role, deed)
