"""Who is on duty, meetings and their minutes, papers offered before they are sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sangbong.archive.operations import keep_original
from sangbong.kernel.errors import SangbongError
from sangbong.liaison import operations, queries
from sangbong.liaison.core.people.meetings import (
    MeetingDeed,
    MeetingFact,
    MeetingKind,
    MeetingState,
    MinutesText,
)
from sangbong.liaison.core.people.offer import (
    ANSWERS,
    TRANSITIONS,
    OfferDeed,
    OfferFact,
    OfferState,
    Way,
)
from sangbong.liaison.core.people.offer_papers import OfferAnswer, OfferAnswerPaper, OfferPaper
from sangbong.liaison.core.people.roster import Duty, DutyDeed, gaps, needed, week_of
from sangbong.liaison.core.people.said import Said, Side
from sangbong.liaison.queries import MeetingView, OfferView
from sangbong.office.core.roles import Role
from sangbong.office.queries import staff
from sangbong.web import words
from sangbong.web.console.line import LogRow, log_row, source_words
from sangbong.web.console.line_forms import (
    SOURCES,
    Across,
    across,
    choice,
    display_names,
    for_input,
    may_record,
    moment,
    options,
    pages_of,
    said,
    text,
    whole_number,
    write_down,
)
from sangbong.web.faces import Mark
from sangbong.web.paging import cut
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest

_SCAN_BYTES_MAX = 20 * 1024 * 1024
_SCAN_TYPES = ("application/pdf", "image/jpeg", "image/png")


# Duty


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One duty of a day; `key` is how its form names it."""

    key: str
    name: str
    mark: Mark
    officer: str
    gap: bool
    rows: tuple[LogRow, ...]


@dataclass(frozen=True, slots=True)
class DutyDay:
    """A day of the roster."""

    day: date
    today: bool
    duties: tuple[DutyRow, ...]


@needs(get="channel.see", post="line.record")
def duty(request: StaffRequest) -> HttpResponse:
    """The week's roster with its gaps; officers take, swap and give back duties."""
    if request.method == "POST":
        return write_down(
            request,
            lambda: _record_duty(request),
            then=f"{reverse('channel-duty')}?week={_day(text(request, 'week'), request.now)}",
            again=lambda faults: _duty(request, faults),
        )
    return _duty(request, [])


def _record_duty(request: StaffRequest) -> str:
    on, _bar, what = text(request, "duty").partition("|")
    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise SangbongError("web.choice_missing") from error
    if what not in set(Duty):
        raise SangbongError("web.choice_missing")
    deed, officer = choice(request, "deed", DutyDeed), text(request, "officer")
    told = {"now": request.now, "actor": request.actor, "day": day, "duty": Duty(what)}
    if deed is DutyDeed.GIVE_BACK:
        return operations.give_duty_back(**told)  # type: ignore[arg-type]
    if deed is DutyDeed.SWAP:
        return operations.swap_duty(
            **told,  # type: ignore[arg-type]
            officer=officer,
            agreed=text(request, "agreed"),
        )
    return operations.assign_duty(**told, officer=officer)  # type: ignore[arg-type]


def _day(written: str, now: datetime) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return timezone.localtime(now).date()


def _duty(request: StaffRequest, faults: list[str]) -> HttpResponse:
    today = timezone.localtime(request.now).date()
    shown = _day(request.GET.get("week", "") or text(request, "week"), request.now)
    days = week_of(shown)
    people = display_names()
    held = queries.roster_days(days=days)
    told = {one.record: one for one in queries.duty_records(first=days[0], last=days[-1])}
    open_ones = gaps(held, today=today)
    rows: dict[date, list[DutyRow]] = {}
    for one in held:
        records = [t for t in told.values() if (t.fact.day, t.fact.duty) == (one.day, one.duty)]
        rows.setdefault(one.day, []).append(
            DutyRow(
                key=f"{one.day}|{one.duty}",
                name=words.short(f"duty.{one.duty}"),
                mark=words.mark("duty", one.state),
                officer=people.get(one.officer, one.officer),
                gap=one in open_ones,
                rows=tuple(
                    log_row(
                        t,
                        t.fact.at,
                        f"{words.short(f'deed.{t.fact.deed}')} {people.get(t.fact.officer, '')}".strip(),
                        [_("agreed: %(who)s") % {"who": t.fact.agreed} if t.fact.agreed else ""],
                        people=people,
                    )
                    for t in records
                    if len(records) > 1 or t.correction is not None or may_record(request)
                ),
            )
        )
    officers = [s for s in staff() if s.active and s.role is Role.LIAISON_OFFICER]
    context = {
        "days": [DutyDay(on, on == today, tuple(rows[on])) for on in days],
        "gaps": [(one.day, words.short(f"duty.{one.duty}")) for one in open_ones],
        "week": days[0],
        "earlier": days[0] - timedelta(days=7),
        "later": days[0] + timedelta(days=7),
        "choices": [
            (f"{on}|{what}", on, words.short(f"duty.{what}")) for on in days for what in needed(on)
        ],
        "deeds": options("deed", DutyDeed),
        "officers": [(s.username, s.display_name) for s in officers],
        "recording": may_record(request),
        "picked": request.GET.get("pick", ""),
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/line_duty.html", context, status=422 if faults else 200)


# Meetings


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting as its list shows it."""

    view: MeetingView
    name: str
    mark: Mark
    notice: str


def _meeting_row(view: MeetingView, now: datetime) -> MeetingRow:
    mark = words.mark("meeting", view.state)
    if view.unwritten(now):
        mark = Mark(_("nothing written down"), "dash", "needs")
    notice = words.short(f"notice.{view.notice}") if view.notice else ""
    return MeetingRow(view, words.short(f"meeting.{view.kind}"), mark, notice)


@needs(get="channel.see", post="line.record")
def meetings(request: StaffRequest, code: str) -> HttpResponse:
    """Meetings planned, held and not held; a liaison officer plans one."""
    other = across(request, code)
    if request.method == "POST":
        return write_down(
            request,
            lambda: f"plan:{_plan(request, other)}",
            then=reverse("channel-meetings", args=[code]),
            again=lambda faults: _meetings(request, other, faults),
        )
    return _meetings(request, other, [])


def _plan(request: StaffRequest, other: Across) -> int:
    return operations.plan_meeting(
        now=request.now,
        actor=request.actor,
        counterpart=other.code,
        kind=choice(request, "kind", MeetingKind),
        planned_at=moment(request, "at"),
        place=text(request, "place"),
    )


def _meetings(request: StaffRequest, other: Across, faults: list[str]) -> HttpResponse:
    rows, page = cut(request, queries.meetings(counterpart=other.code))
    known = {(row.kind, row.planned_at) for row in rows}
    proposed = [
        one
        for one in queries.usual(counterpart=other.code, now=request.now)
        if (one.kind, one.at) not in known
    ]
    context = {
        "other": other,
        "chips": pages_of(other.code, here="channel-meetings"),
        "rows": [_meeting_row(row, request.now) for row in rows],
        "page": page,
        "usual": [
            (one.kind.value, words.short(f"meeting.{one.kind}"), one.at, for_input(one.at))
            for one in proposed
        ],
        "kinds": options("meeting", MeetingKind),
        "at": for_input(request.now + timedelta(days=1)),
        "recording": may_record(request),
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/line_meetings.html", context, status=422 if faults else 200)


@needs(get="channel.see", post="line.record")
def meeting(request: StaffRequest, number: int) -> HttpResponse:
    """One meeting: whether it was held, its minutes in all versions."""
    found = queries.meeting(number)
    if found is None:
        raise Http404
    if request.method == "POST":
        deed = _file_minutes if text(request, "deed") == "minutes" else _write_meeting
        return write_down(
            request,
            lambda: deed(request, number),
            then=reverse("channel-meeting", args=[number]),
            again=lambda faults: _meeting(request, found, faults),
        )
    return _meeting(request, found, [])


def _write_meeting(request: StaffRequest, number: int) -> str:
    deed = choice(request, "deed", MeetingDeed)
    noticed = text(request, "noticed_at")
    return operations.record_meeting(
        now=request.now,
        actor=request.actor,
        number=number,
        fact=MeetingFact(
            deed=deed,
            at=request.now,
            source=said(request),
            noticed_at=moment(request, "noticed_at") if noticed else None,
        ),
    )


def _file_minutes(request: StaffRequest, number: int) -> str:
    points = tuple(filter(None, (point.strip() for point in text(request, "agreed").split("\n"))))
    minutes = MinutesText(text(request, "text"), points, _kept_scan(request, number))
    name = request.staff.display_name if request.staff else ""
    return operations.file_minutes(
        now=request.now,
        actor=request.actor,
        number=number,
        minutes=minutes,
        source=Said(Side.OURS, by=name),
    )


def _kept_scan(request: StaffRequest, number: int) -> str:
    scan = request.FILES.get("scan")
    if not isinstance(scan, UploadedFile):
        return ""
    kind = scan.content_type or ""
    if kind not in _SCAN_TYPES or (scan.size or 0) > _SCAN_BYTES_MAX:
        raise SangbongError("web.scan_unusable")
    return keep_original(
        now=request.now, data=scan.read(), media_type=kind, name=f"minutes-{number}"
    )


def _meeting(request: StaffRequest, found: MeetingView, faults: list[str]) -> HttpResponse:
    people = display_names()
    newest = next((one for one in reversed(found.minutes) if one.stands), None)
    context = {
        "row": _meeting_row(found, request.now),
        "meeting": found,
        "other": across(request, found.counterpart),
        "facts": [
            log_row(
                one,
                one.fact.at,
                words.short(f"deed.{one.fact.deed}"),
                source_words(one.fact.source),
                people=people,
            )
            for one in found.facts
        ],
        "minutes": [
            (one, people.get(one.filed_by, one.filed_by)) for one in reversed(found.minutes)
        ],
        "may_hold": found.state is MeetingState.PLANNED and found.planned_at <= request.now,
        "may_plan": found.state is MeetingState.PLANNED,
        "may_file": found.state in {MeetingState.HELD, MeetingState.MINUTED},
        "again": newest is not None,
        "minutes_text": newest.minutes.text if newest else "",
        "points": "\n".join(newest.minutes.agreed) if newest else "",
        "sides": options("side", SOURCES),
        "recording": may_record(request),
        "at": for_input(request.now),
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/line_meeting.html", context, status=422 if faults else 200)


# Papers offered


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offered paper as its list shows it."""

    view: OfferView
    mark: Mark
    way: str
    waits: str
    days: int
    name: str = ""


def _offer_row(view: OfferView, now: datetime) -> OfferRow:
    waits = {
        (True, OfferState.OFFERED): _("their word"),
        (False, OfferState.OFFERED): _("our word"),
        (True, OfferState.WILL_TAKE): _("the paper from us"),
        (False, OfferState.WILL_TAKE): _("the paper from them"),
    }
    since = timezone.localtime(view.since).date()
    return OfferRow(
        view=view,
        mark=words.mark("offer", view.state),
        way=words.short("out" if view.outgoing else "in"),
        waits=waits.get((view.outgoing, view.state), ""),
        days=(timezone.localtime(now).date() - since).days,
    )


@needs(get="channel.see", post="line.record")
def offers(request: StaffRequest, code: str) -> HttpResponse:
    """Papers that one side asked the other to take; a liaison officer asks about one."""
    other = across(request, code)
    if request.method == "POST":
        return write_down(
            request,
            lambda: f"offered:{_offer_paper(request, other)}",
            then=reverse("channel-offers", args=[code]),
            again=lambda faults: _offers(request, other, faults),
        )
    return _offers(request, other, [])


def _offer_paper(request: StaffRequest, other: Across) -> int:
    deed = text(request, "deed")
    ours = deed != "file"
    own_name = request.staff.display_name if request.staff else ""
    paper = OfferPaper(
        number=text(request, "number"),
        date=timezone.localtime(request.now).date(),
        title=text(request, "title"),
        in_name_of=text(request, "in_name_of"),
        leaves=whole_number(request, "leaves") or 0,
        sender_name=own_name if ours else text(request, "sender_name"),
        sender_rank=_("liaison officer"),
    )
    if ours:
        return operations.offer_paper(
            now=request.now,
            actor=request.actor,
            counterpart=other.code,
            paper=paper,
            way=choice(request, "way", Way),
        )
    return operations.file_offer_by_call(
        now=request.now, actor=request.actor, counterpart=other.code, paper=paper
    )


def _offers(request: StaffRequest, other: Across, faults: list[str]) -> HttpResponse:
    found = queries.offers(counterpart=other.code)
    rows, page = cut(request, found)
    context = {
        "other": other,
        "chips": pages_of(other.code, here="channel-offers"),
        "waiting": sum(
            1 for one in found if one.state in {OfferState.OFFERED, OfferState.WILL_TAKE}
        ),
        "rows": [_offer_row(one, request.now) for one in rows],
        "page": page,
        "ways": options("way", Way),
        "recording": may_record(request),
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/line_offers.html", context, status=422 if faults else 200)


@needs(get="channel.see", post="line.record")
def offer(request: StaffRequest, number: int) -> HttpResponse:
    """One offered paper: what was said of it, and what may be written down next."""
    found = queries.offer(number)
    if found is None:
        raise Http404
    if request.method == "POST":
        return write_down(
            request,
            lambda: _write_offer(request, found),
            then=reverse("channel-offer", args=[number]),
            again=lambda faults: _offer(request, found, faults),
        )
    return _offer(request, found, [])


def _write_offer(request: StaffRequest, found: OfferView) -> str:
    deed = choice(request, "deed", OfferDeed)
    own_name = request.staff.display_name if request.staff else ""
    if deed in ANSWERS and not found.outgoing:
        return operations.answer_offer(
            now=request.now,
            actor=request.actor,
            number=found.id,
            paper=OfferAnswerPaper(
                offer=found.number,
                date=timezone.localtime(request.now).date(),
                answer=OfferAnswer(deed.value),
                reason=text(request, "saw"),
                sender_name=own_name,
                sender_rank=_("liaison officer"),
            ),
            way=choice(request, "way", Way),
        )
    side = Side.THEIRS if (deed in ANSWERS) is found.outgoing else Side.OURS
    return operations.record_offer(
        now=request.now,
        actor=request.actor,
        number=found.id,
        fact=OfferFact(
            deed=deed,
            at=request.now,
            way=Way.CALL,
            source=Said(
                side,
                by=text(request, "by") if side is Side.THEIRS else own_name,
                paper=text(request, "paper"),
                saw=text(request, "saw"),
            ),
        ),
        dispatch_id=text(request, "dispatch") if deed is OfferDeed.SEND else "",
    )


def _offer(request: StaffRequest, found: OfferView, faults: list[str]) -> HttpResponse:
    people = display_names()
    next_deeds = [deed for (state, deed) in TRANSITIONS if state is found.state]
    fitting = [deed for deed in next_deeds if TRANSITIONS[found.state, deed] is not found.state]
    context = {
        "row": _offer_row(found, request.now),
        "offer": found,
        "other": across(request, found.counterpart),
        "facts": [
            log_row(
                one,
                one.fact.at,
                f"{words.short(f'deed.{one.fact.deed}')} ({words.short(f'way.{one.fact.way}')})",
                source_words(one.fact.source),
                people=people,
            )
            for one in found.facts
        ],
        "handed": [one for one in found.dispatches if one],
        "deeds": options("deed", [deed for deed in fitting if _fits(deed, found)]),
        "acts": _acts(found),
        "we_answer": not found.outgoing,
        "ways": options("way", Way),
        "dispatches": _dispatch_choices(found) if found.state is OfferState.WILL_TAKE else [],
        "recording": may_record(request),
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/line_offer.html", context, status=422 if faults else 200)


def _acts(found: OfferView) -> str:
    if found.state not in {OfferState.OFFERED, OfferState.WILL_TAKE}:
        return _("nobody")
    ours = found.outgoing is (found.state is OfferState.WILL_TAKE)
    return _("a liaison officer of ours") if ours else _("the other side")


def _fits(deed: OfferDeed, found: OfferView) -> bool:
    # that no answer came is only ours to say about our own offer
    return found.outgoing or deed is not OfferDeed.GIVE_UP


def _dispatch_choices(found: OfferView) -> list[tuple[str, str]]:
    if not found.outgoing:
        return []
    rows = queries.dispatches(queries.Direction.OUT, counterpart=found.counterpart, limit=30)
    return [(row.id, f"{words.short(row.kind)} · {row.id}") for row in rows]
