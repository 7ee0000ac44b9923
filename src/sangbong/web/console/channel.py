"""The channel: how the line stands, what waits for whom, and how far every dispatch came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.liaison import operations, queries
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.core.custody.states import CUSTODY_STATES, DispatchState
from sangbong.liaison.core.people.line_state import LineFact
from sangbong.liaison.core.people.paths import PathState
from sangbong.liaison.core.people.said import Side
from sangbong.liaison.queries import Direction, DispatchView, LineToday, Waiting
from sangbong.office.permissions import may
from sangbong.web import audit, offices, words
from sangbong.web.console.line import DueRow, due_rows, line_name
from sangbong.web.console.line_forms import across, display_names, may_record, pages_of
from sangbong.web.console.waiting import wait_words
from sangbong.web.faces import Chip, Event, Mark
from sangbong.web.paging import cut
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest, language_of

_NUMBER_LENGTH_MAX = 40
_GIB = 1024**3
_STICK_GIGABYTES = ("4", "16", "64")
STAGES = {
    "waiting": frozenset(CUSTODY_STATES),
    "there": frozenset({DispatchState.RECEIVED}),
    "applied": frozenset({DispatchState.APPLIED}),
    "refused": frozenset({DispatchState.REFUSED}),
}
"""The filters of the list, from the sender's custody to the end."""


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
class LineRow:
    """One line of an office across, in words."""

    name: str
    mark: Mark
    since: datetime | None
    who: str
    published: bool
    other_word: str


@dataclass(frozen=True, slots=True)
class WaitRow:
    """Something that waits, in words, with its age in days and where to do something about it."""

    say: str
    side: str
    ours: bool
    since: datetime
    days: int
    href: str
    verb: str


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """One office across, as an officer asks about it first in the morning."""

    code: OfficeCode
    name: str
    confirmed: bool
    lines: tuple[LineRow, ...]
    calls: tuple[DueRow, ...]
    other_calls: int
    staff: tuple[tuple[str, str, Mark, int | None], ...]
    paths: tuple[tuple[str, Mark, datetime | None, str], ...]
    unsaid_paths: tuple[str, ...]
    waits: tuple[WaitRow, ...]
    out: tuple[tuple[Mark, int], ...]
    into: tuple[tuple[Mark, int], ...]
    heard_at: datetime | None
    pages: list[Chip]


@needs(get="channel.see")
def channel(request: StaffRequest) -> HttpResponse:
    """How things stand with every office across."""
    known = offices.names(request)
    today = queries.lines_today(now=request.now)
    waiting = queries.everything_waiting(now=request.now)
    rows = [
        _office_row(request, one, today[one.code], waiting[one.code], known)
        for one in queries.summaries()
    ]
    day = timezone.localtime(request.now).date()
    people = display_names()
    duty = [
        (words.short(f"duty.{one.duty}"), people.get(one.officer, one.officer))
        for one in queries.roster_days(days=[day])
    ]
    ours = sum(1 for row in rows for wait in row.waits if wait.ours)
    context = {
        "offices": rows,
        "duty": duty,
        "gaps": sum(1 for _name, officer in duty if not officer),
        "ours": ours,
        "theirs": sum(1 for row in rows for wait in row.waits if not wait.ours),
        "recording": may_record(request),
        "day": day,
    }
    return render(request, "web/console/channel.html", context)


def _office_row(
    request: StaffRequest,
    summary: queries.CounterpartSummary,
    today: LineToday,
    waiting: Iterable[Waiting],
    known: dict[str, str],
) -> OfficeRow:
    language = language_of(request)
    own = request.office.code if request.office else ""
    names = {one.line.code: line_name(one.line, language) for one in today.lines}
    stated = [one for one in today.paths if one.state is not PathState.UNKNOWN]
    return OfficeRow(
        code=summary.code,
        name=known.get(summary.code, summary.code),
        confirmed=summary.confirmed,
        lines=tuple(_line_row(one, language) for one in today.lines),
        calls=tuple(due_rows(today.calls, names, own, recording=may_record(request))),
        other_calls=len(today.other_calls),
        staff=tuple(
            (
                words.short(f"side.{one.whose}"),
                one.place,
                words.mark("presence", one.state),
                one.last.people,
            )
            for one in today.presence
        ),
        paths=tuple(
            (
                words.short(f"path.{one.path}"),
                words.mark("path", one.state),
                one.last.at if one.last else None,
                one.last.source.by if one.last else "",
            )
            for one in stated
        ),
        unsaid_paths=tuple(
            words.short(f"path.{one.path}") for one in today.paths if one.state is PathState.UNKNOWN
        ),
        waits=tuple(_wait_row(one, summary.code, request.now) for one in waiting),
        out=_marks(summary.out),
        into=_marks(summary.into),
        heard_at=max(
            filter(None, (summary.last_receipt_at, summary.last_dispatch_at)), default=None
        ),
        pages=pages_of(summary.code, here=""),
    )


def _marks(counts: Mapping[DispatchState, int]) -> tuple[tuple[Mark, int], ...]:
    return tuple(
        (words.mark("dispatch", state), counts[state])
        for state in DispatchState
        if counts.get(state)
    )


def _line_row(one: queries.LineNow, language: str) -> LineRow:
    run = one.standing.stretch
    other = one.standing.other_word
    return LineRow(
        name=line_name(one.line, language),
        mark=words.mark("line", one.standing.state),
        since=run.since.at if run else None,
        who=_who(run.since) if run else "",
        published=one.published and run is not None,
        other_word=""
        if other is None
        else _("%(who)s: %(what)s")
        % {"who": _who(other), "what": words.short(f"told.{other.told}")},
    )


def _who(fact: LineFact) -> str:
    side = words.short(f"side.{fact.source.side}")
    return side if fact.source.side is Side.PUBLISHED else f"{side}: {fact.source.by}"


def _wait_row(one: Waiting, code: OfficeCode, now: datetime) -> WaitRow:
    say, route, verb = wait_words(one, code)
    since = timezone.localtime(one.since).date()
    return WaitRow(
        say=say,
        side=_("waits for us") if one.side is Side.OURS else _("waits for them"),
        ours=one.side is Side.OURS,
        since=one.since,
        days=(timezone.localtime(now).date() - since).days,
        href=route,
        verb=verb,
    )


@needs(get="channel.see")
def dispatches(request: StaffRequest) -> HttpResponse:
    """Dispatches both ways, newest first, filtered by words one can read back."""
    way, stage = request.GET.get("way", ""), request.GET.get("stage", "")
    across_code = request.GET.get("with", "")
    direction = Direction(way) if way in set(Direction) else None
    known = offices.names(request)
    counterpart = OfficeCode(across_code) if across_code in known else None
    found = queries.dispatches(direction, counterpart=counterpart)
    if stage in STAGES:
        found = [view for view in found if view.state in STAGES[stage]]
    rows, page = cut(request, found)
    keep = {"way": way, "stage": stage, "with": across_code}
    context = {
        "rows": [_row(view, known, request) for view in rows],
        "page": page,
        "said": _read_back(direction, stage, known.get(across_code, "")),
        "filtered": direction is not None or stage in STAGES or counterpart is not None,
        "ways": [
            Chip(_("both ways"), _kept(keep, way=""), current=direction is None),
            Chip(_("from us"), _kept(keep, way="out"), current=direction is Direction.OUT),
            Chip(_("from them"), _kept(keep, way="in"), current=direction is Direction.IN),
        ],
        "stages": [
            Chip(_stage_word(name), _kept(keep, stage=name), current=stage == name)
            for name in ("", *STAGES)
        ],
    }
    return render(request, "web/console/channel_dispatches.html", context)


def _kept(keep: dict[str, str], **change: str) -> str:
    return "?" + urlencode({name: value for name, value in (keep | change).items() if value})


def _stage_word(stage: str) -> str:
    return {
        "": _("every state"),
        "waiting": _("no receipt yet"),
        "there": _("received, not applied"),
        "applied": _("applied"),
        "refused": _("refused"),
    }.get(stage, "")


def _read_back(direction: Direction | None, stage: str, other: str) -> str:
    parts = [
        words.short(direction) if direction else _("both ways"),
        _stage_word(stage) if stage in STAGES else _("every state"),
    ]
    if other:
        parts.append(other)
    return ", ".join(parts)


@needs(get="channel.see")
def dispatch(request: StaffRequest, dispatch_id: str) -> HttpResponse:
    """One dispatch: how it came so far, its receipts, and why it was returned or refused."""
    found = queries.dispatch_story(dispatch_id)
    if found is None:
        raise Http404
    known = offices.names(request)
    language = language_of(request)
    context = {
        "story": found,
        "other": known.get(found.counterpart, found.counterpart),
        "way": words.short(found.direction),
        "matter": _matter(found.stream),
        "kind": words.short(found.kind) if found.kind else _("not opened yet"),
        "mark": words.mark("dispatch", found.state),
        "events": _events(found),
        "reason": words.sentence(found.code, language) if found.code else "",
        "returned": words.sentence(found.returned_code, language) if found.returned_code else "",
        "waits": _waits(found),
        "next": _next(found),
        "size": size_text(found.size),
    }
    return render(request, "web/console/channel_dispatch.html", context)


def _matter(stream: str) -> str:
    own = {"notes": _("notes between officers"), "offers": _("papers offered")}
    return own.get(stream) or words.matter_title(stream)


def _events(story: queries.DispatchStory) -> list[Event]:
    ours = story.direction is Direction.OUT
    refused = story.state is DispatchState.REFUSED
    final = _("refused, with a signed reason") if refused else _("applied: its effect is durable")
    told = (
        (story.sealed_at, _("sealed and signed here")),
        (story.carried_at, _("first handed to a carrier; no receipt yet")),
        (story.returned_at, _("could not be taken there; we still keep it")),
        (
            story.received_at,
            _("received there: custody has passed") if ours else _("received and stored here"),
        ),
        (story.final_at, final),
    )
    return [Event(at, what) for at, what in told if at is not None]


def _waits(story: queries.DispatchStory) -> str:
    if story.state is DispatchState.SEALED:
        return _("a carrier: the line, a stick or paper")
    if story.state is DispatchState.CARRIED:
        return _("the other side’s receipt")
    if story.state.is_final:
        return _("nothing")
    if story.direction is Direction.OUT:
        return _("the other side to apply it")
    return _("its turn in its matter, or the rest of its film")


def _next(story: queries.DispatchStory) -> str:
    if story.state is DispatchState.REFUSED and story.direction is Direction.OUT:
        return _("our officer: decide what to write instead")
    if story.returned_code and not story.state.is_final:
        return _("our officer: ask them by telephone")
    if story.state.is_final:
        return _("nobody")
    return _("the machine: it is carried again until receipted")


@needs(get="channel.see")
def packing_list(request: StaffRequest, code: str) -> HttpResponse:
    """What a stick would hold before it leaves, and what a finder would see of it."""
    other = across(request, code)
    asked = request.GET.get("free", "")
    free = int(asked) if asked in _STICK_GIGABYTES else None
    listed = queries.packing_list(other.code, size=None if free is None else free * _GIB)
    shown, page = cut(request, listed.dispatches)
    here = reverse("channel-packing-list", args=[code])
    context = {
        "other": other,
        "chips": pages_of(code, here="channel-packing-list"),
        "frees": [
            Chip(_("all that waits"), here, current=free is None),
            *(
                Chip(
                    _("%(size)s GB free") % {"size": size},
                    f"?free={size}",
                    current=str(free) == size,
                )
                for size in _STICK_GIGABYTES
            ),
        ],
        "rows": [
            (one, words.short(one.kind), words.mark("dispatch", one.state), size_text(one.length))
            for one in shown
        ],
        "page": page,
        "listed": listed,
        "papers": len(listed.dispatches),
        "pieces": sum(packed.pieces for packed in listed.plan.files),
        "size": size_text(listed.bytes),
        "left": listed.plan.envelopes_left,
        "pieces_left": listed.plan.pieces_left,
        "command": f"sangbong stick write /media/stick --to {code}",
    }
    return render(request, "web/console/channel_packing.html", context)


def size_text(size: int) -> str:
    """A number of bytes in the largest unit that leaves a whole number above nine."""
    for unit, scale in (("GiB", _GIB), ("MiB", 1024**2)):
        if size >= 10 * scale:
            return f"{-(-size // scale):,} {unit}"
    return f"{-(-size // 1024):,} KiB"


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
        size=size_text(view.size),
    )
