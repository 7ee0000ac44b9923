"""The answering office's deeds on a list that came: search, ask those found, release the reply."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sangbong.kernel.errors import SangbongError
from sangbong.tracing import operations, queries
from sangbong.tracing.core.states import EntryState
from sangbong.tracing.queries import IncomingLine
from sangbong.web import offices
from sangbong.web.console.inquiries import find_list, incoming_page
from sangbong.web.permissions import needs
from sangbong.web.press import press
from sangbong.web.request import StaffRequest


@needs(post="inquiries.decide")
def search(request: StaffRequest, inquiry_id: int) -> HttpResponse:
    """Compare everybody of this list who was not compared yet with our register."""
    line = find_list(inquiry_id)

    def deed() -> str:
        count = operations.trace_filed(now=request.now, actor=request.actor, inquiry=inquiry_id)
        return ngettext(
            "Our records are searched for %(count)s person.",
            "Our records are searched for %(count)s people.",
            count,
        ) % {"count": f"{count:,}"}

    return press(
        request,
        deed,
        then=reverse("inquiry-came", args=[inquiry_id]),
        again=lambda faults: incoming_page(request, line, faults=faults),
    )


@needs(post="inquiries.decide")
def asked(request: StaffRequest, inquiry_id: int) -> HttpResponse:
    """Write down that everybody found of this list is being asked."""
    line = find_list(inquiry_id)

    def deed() -> str:
        found = queries.incoming_entries(
            inquiry_id, state=EntryState.FOUND, limit=sum(line.entries.values())
        )
        count = operations.ask_found_persons(
            now=request.now, actor=request.actor, entry_ids=[one.entry_id for one in found]
        )
        return ngettext(
            "Written down: %(count)s found person is being asked.",
            "Written down: %(count)s found people are being asked.",
            count,
        ) % {"count": f"{count:,}"}

    return press(
        request,
        deed,
        then=reverse("inquiry-came", args=[inquiry_id]),
        again=lambda faults: incoming_page(request, line, faults=faults),
    )


@needs(get="channel.send", post="channel.send")
def release(request: StaffRequest, inquiry_id: int) -> HttpResponse:
    """Say what would leave; on the press, let exactly that leave."""
    line = find_list(inquiry_id)
    complete = "complete" in (request.GET.get("part"), request.POST.get("part"))
    if request.method != "POST":
        return _confirm(request, line, complete=complete)

    def deed() -> str:
        seen = operations.preview_replies(
            matter=line.matter, recipient=line.sender, complete=complete
        )
        if not seen.leaving:
            raise SangbongError("web.nothing_to_release")
        if request.POST.get("seen", "") != _said(seen):
            raise SangbongError("web.reply_changed")
        sent = operations.release_replies(
            now=request.now,
            actor=request.actor,
            matter=line.matter,
            complete=complete,
            recipient=line.sender,
        )
        return ngettext(
            "%(answers)s answers are sealed in %(count)s paper.",
            "%(answers)s answers are sealed in %(count)s papers.",
            len(sent),
        ) % {"answers": f"{seen.leaving:,}", "count": len(sent)}

    return press(
        request,
        deed,
        then=reverse("inquiry-came", args=[inquiry_id]),
        again=lambda faults: _confirm(request, line, complete=complete, faults=faults),
    )


def _said(seen: operations.ReplyPreview) -> str:
    """The numbers a person has read, as the form brings them back."""
    return f"{seen.alive} {seen.dead} {seen.cannot_confirm}"


def _confirm(
    request: StaffRequest, line: IncomingLine, *, complete: bool, faults: Sequence[str] = ()
) -> HttpResponse:
    seen = operations.preview_replies(matter=line.matter, recipient=line.sender, complete=complete)
    context = {
        "line": line,
        "complete": complete,
        "title": _("Release and complete the reply")
        if complete
        else _("Release this part of the reply"),
        "other": offices.names(request).get(line.sender, line.sender),
        "seen": seen,
        "said": _said(seen),
        "faults": faults,
    }
    return render(request, "web/console/release_reply.html", context, status=422 if faults else 200)
