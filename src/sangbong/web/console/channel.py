"""The channel: what waits for whom, since when, and how far every dispatch came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import office_code
from sangbong.liaison import operations, queries
from sangbong.liaison.core.papers import NotePaper
from sangbong.liaison.core.states import DispatchState
from sangbong.liaison.queries import Direction, DispatchView
from sangbong.office.permissions import may
from sangbong.web import audit, offices, words
from sangbong.web.faces import Chip, LineDay, Mark
from sangbong.web.paging import cut
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest, language_of

STRIP_DAYS = 21
_NUMBER_LENGTH_MAX = 40


@dataclass(frozen=True, slots=True)
class DispatchRow:
    """One dispatch as the list shows it."""

    view: DispatchView
    kind: str
    way: str
    other: str
    mark: Mark
    reason: str
    size: str

    @property
    def last_at(self) -> datetime | None:
        """When it last came farther."""
        view = self.view
        return view.final_at or view.received_at or view.carried_at or view.sealed_at


@dataclass(frozen=True, slots=True)
class LinkRow:
    """How the channel with one office stands."""

    name: str
    confirmed: bool
    out: list[tuple[Mark, int]]
    into: list[tuple[Mark, int]]
    waiting: int
    waiting_since: datetime | None
    heard_at: datetime | None


@needs(get="channel.see")
def channel(request: StaffRequest) -> HttpResponse:
    """Dispatches both ways, newest first."""
    way = request.GET.get("way", "")
    direction = Direction(way) if way in set(Direction) else None
    known = offices.names(request)
    found = queries.dispatches(direction)
    rows, page = cut(request, found)
    summaries = queries.summaries()
    links = [_link(one, known) for one in summaries]
    context = {
        "links": links,
        "waiting": sum(link.waiting for link in links),
        "rows": [_row(view, known, request) for view in rows],
        "page": page,
        "days": _strip(found, request.now) if direction is None else [],
        "chips": [
            Chip(_("all"), reverse("channel"), current=direction is None),
            Chip(_("went out"), "?way=out", current=direction is Direction.OUT),
            Chip(_("came in"), "?way=in", current=direction is Direction.IN),
        ],
    }
    return render(request, "web/console/channel.html", context)


@needs(get="channel.see", post="channel.send")
def notes(request: StaffRequest) -> HttpResponse:
    """Notes between officers; a liaison officer may write one."""
    if request.method == "POST":
        return _send_note(request)
    return _notes(request, faults=[])


def _notes(request: StaffRequest, *, faults: list[str]) -> HttpResponse:
    known = offices.names(request)
    rows, page = cut(request, queries.notes())
    audit.shown(request, [f"note:{note.dispatch_id}" for note in rows])
    own = request.office.code if request.office else ""
    shown = [
        (note, words.short(note.direction), known.get(note.counterpart, note.counterpart))
        for note in rows
    ]
    context = {
        "rows": shown,
        "page": page,
        "faults": faults,
        "others": [(code, name) for code, name in known.items() if code != own],
        "may_send": request.staff is not None and may(request.staff.role, "channel.send"),
        "typed": request.POST,
    }
    return render(request, "web/console/notes.html", context, status=422 if faults else 200)


def _send_note(request: StaffRequest) -> HttpResponse:
    staff = request.staff
    try:
        note = NotePaper(
            number=request.POST.get("number", "").strip()[:_NUMBER_LENGTH_MAX],
            date=timezone.localtime(request.now).date(),
            sender_name=staff.display_name if staff else "",
            sender_rank=_("liaison officer"),
            text=request.POST.get("text", "").replace("\r\n", "\n").strip() + "\n",
            answers=request.POST.get("answers", "").strip()[:_NUMBER_LENGTH_MAX],
        )
        with transaction.atomic():
            operations.send_note(
                now=request.now,
                actor=request.actor,
                recipient=office_code(request.POST.get("recipient", "")),
                note=note,
            )
    except SangbongError as fault:
        return _notes(request, faults=[fault.text(language_of(request))])
    return HttpResponseRedirect(reverse("channel-notes"))


def _row(view: DispatchView, known: dict[str, str], request: StaffRequest) -> DispatchRow:
    code = view.code or view.returned_code
    language = language_of(request)
    return DispatchRow(
        view=view,
        kind=words.short(view.kind) if view.kind else _("not opened yet"),
        way=words.short(view.direction),
        other=known.get(view.counterpart, view.counterpart),
        mark=words.mark("dispatch", view.state),
        reason=words.sentence(code, language) if code else "",
        size=f"{-(-view.size // 1024):,} KiB",
    )


def _link(summary: queries.CounterpartSummary, known: dict[str, str]) -> LinkRow:
    custody = (DispatchState.SEALED, DispatchState.CARRIED)
    return LinkRow(
        name=known.get(summary.code, summary.code),
        confirmed=summary.confirmed,
        out=_marks(summary.out),
        into=_marks(summary.into),
        waiting=sum(summary.out.get(state, 0) for state in custody),
        waiting_since=summary.oldest_waiting_at,
        heard_at=max(
            filter(None, (summary.last_receipt_at, summary.last_dispatch_at)), default=None
        ),
    )


def _marks(counts: Mapping[DispatchState, int]) -> list[tuple[Mark, int]]:
    return [
        (words.mark("dispatch", state), counts[state])
        for state in DispatchState
        if counts.get(state)
    ]


def _strip(found: Iterable[DispatchView], now: datetime) -> list[LineDay]:
    """The last days: on which of them anything was heard from the other side."""
    heard: set[date] = set()
    for view in found:
        for at in (view.received_at, view.final_at):
            if at is not None:
                heard.add(timezone.localtime(at).date())
    today = timezone.localtime(now).date()
    days = [today - timedelta(days=n) for n in reversed(range(STRIP_DAYS))]
    return [
        LineDay(
            day,
            "made" if day in heard else "silent",
            _("heard from the other side") if day in heard else _("nothing heard"),
            day == today,
        )
        for day in days
    ]
