"""Sittings: the timetable, proposals and their answers, what came of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode, office_code
from sangbong.office.permissions import may
from sangbong.registry.queries import sought_by
from sangbong.reunions import operations, queries
from sangbong.reunions.core.machine import Outcome, SittingState
from sangbong.reunions.queries import ProposalView, SittingView, Timetable
from sangbong.selection.core.machine import RoundState
from sangbong.selection.queries import RoundView, get_round, received_final_list, rounds
from sangbong.web import audit, offices, words
from sangbong.web.faces import Block, Chip, HallRow, Mark
from sangbong.web.permissions import needs
from sangbong.web.press import press
from sangbong.web.request import StaffRequest, language_of


@needs(get="sittings.see")
def sittings(request: StaffRequest) -> HttpResponse:
    """One day's timetable, and the proposals."""
    return _sittings(request, faults=[])


def _sittings(request: StaffRequest, *, faults: list[str]) -> HttpResponse:
    days = queries.days()
    day = _day(request.GET.get("day", ""), days, timezone.localtime(request.now).date())
    grid = queries.timetable(day) if day is not None else None
    shown = [cell for cell in grid.cells.values() if cell is not None] if grid else []
    names = _names(shown)
    audit.shown(
        request, [f"application:{one.application_no}" for one in shown], query=f"timetable {day}"
    )
    proposals = queries.proposals()
    known = offices.names(request)
    role = request.staff.role if request.staff else None
    context = {
        "day": day,
        "hours": [timezone.localtime(hour).strftime("%H:%M") for hour in grid.hours]
        if grid
        else [],
        "rows": _rows(grid, names, english=language_of(request) == "en") if grid else [],
        "chips": [Chip(_label(one), f"?day={one.isoformat()}", current=one == day) for one in days],
        "proposals": [
            (one, known.get(one.proposer, one.proposer), _proposal_mark(one), _counts(one))
            for one in proposals
        ],
        "to_propose": _to_propose(proposals),
        "unanswered": sum(one.answered_at is None and not one.ours for one in proposals),
        "may_run": role is not None and may(role, "sittings.run"),
        "may_see_people": role is not None and may(role, "people.see"),
        "faults": faults,
        "free": sum(cell is None for cell in grid.cells.values()) if grid else 0,
    }
    return render(request, "web/console/sittings.html", context, status=422 if faults else 200)


def _day(raw: str, days: Sequence[date], today: date) -> date | None:
    for one in days:
        if one.isoformat() == raw:
            return one
    return next((one for one in days if one >= today), days[0] if days else None)


def _label(day: date) -> str:
    return f"{day.month}/{day.day}"


def _names(shown: Sequence[SittingView]) -> dict[str, str]:
    """Applicants' names: ours from the register, theirs from the final list they sent."""
    wanted = {one.application_no for one in shown}
    names = {one.application_no: one.applicant.name for one in sought_by(sorted(wanted))}
    for code, sender in {(one.round_code, one.proposer) for one in shown}:
        listed = received_final_list(code, sender)
        for entry in listed.entries if listed else ():
            names.setdefault(entry.application_no, entry.applicant_name)
    return names


def _rows(grid: Timetable, names: dict[str, str], *, english: bool) -> list[HallRow]:
    rows = []
    for room in grid.rooms:
        cells = [grid.cells.get((room.hall, room.number, hour)) for hour in grid.hours]
        hall = room.hall_en if english else room.hall_ko
        rows.append(HallRow(f"{hall} {room.number}", tuple(_block(cell, names) for cell in cells)))
    return rows


def _block(cell: SittingView | None, names: dict[str, str]) -> Block:
    if cell is None:
        return Block(1)
    mark = words.mark("sitting", cell.state)
    said = words.short(cell.outcome) if cell.outcome else ""
    return Block(
        span=1,
        label=names.get(cell.application_no, cell.application_no),
        said=said,
        href=reverse("sitting", args=[cell.id]),
        waits=cell.state is SittingState.PROPOSED,
        mark=mark,
    )


def _proposal_mark(one: ProposalView) -> Mark:
    if one.answered_at is not None:
        return Mark(_("answered"), "tick", "done")
    if one.ours:
        return Mark(_("waits for the other side"), "arrow", "moving")
    return Mark(_("waits for our answer"), "triangle", "needs")


def _counts(one: ProposalView) -> list[tuple[Mark, int]]:
    return [(words.mark("sitting", state), count) for state, count in one.sittings.items()]


@needs(post="sittings.run")
def answer(request: StaffRequest, code: str, proposer: str, number: int) -> HttpResponse:
    """Accept a proposal: every sitting that a free room and their list allow."""

    def deed() -> str:
        made = operations.answer_proposal(
            now=request.now,
            actor=request.actor,
            round_code=code,
            proposer=_office(proposer),
            number=number,
        )
        return _("The proposal is answered: %(accepted)s accepted, %(refused)s refused.") % {
            "accepted": made.sittings.get(SittingState.ACCEPTED, 0),
            "refused": made.sittings.get(SittingState.REFUSED, 0),
        }

    return press(
        request,
        deed,
        then=reverse("sittings"),
        again=lambda faults: _sittings(request, faults=faults),
    )


@needs(post="sittings.run")
def propose(request: StaffRequest, code: str) -> HttpResponse:
    """Propose a sitting to the other side for every family on the final list that has none."""
    try:
        found = get_round(code)
    except SangbongError as fault:
        raise Http404 from fault
    days = (found.meets_until_date - found.meets_from_date).days

    def deed() -> str:
        made = operations.propose_sittings(
            now=request.now,
            actor=request.actor,
            round_code=code,
            days=[found.meets_from_date + timedelta(days=n) for n in range(days)],
        )
        count = sum(made.sittings.values())
        return ngettext(
            "%(count)s sitting is proposed to the other side.",
            "%(count)s sittings are proposed to the other side.",
            count,
        ) % {"count": f"{count:,}"}

    return press(
        request,
        deed,
        then=reverse("sittings"),
        again=lambda faults: _sittings(request, faults=faults),
    )


def _to_propose(known: Sequence[ProposalView]) -> list[RoundView]:
    """Rounds whose final list is sent and whose families may still want a sitting.

    A round is left out while a proposal of ours waits for its answer, and once one was answered
    without a refusal.
    """
    ours = [one for one in known if one.ours]
    settled = {
        one.round_code
        for one in ours
        if one.answered_at is None or not one.sittings.get(SittingState.REFUSED)
    }
    return [
        one
        for one in rounds()
        if one.state is RoundState.FINAL_LIST_SENT and one.code not in settled
    ]


def _office(raw: str) -> OfficeCode:
    try:
        return office_code(raw)
    except SangbongError as fault:
        raise Http404 from fault


@needs(get="sittings.see", post="sittings.run")
def sitting(request: StaffRequest, sitting_id: int) -> HttpResponse:
    """One sitting; after it, what came of it.

    Raises:
        Http404: no such sitting.
    """
    try:
        found = queries.get_sitting(sitting_id)
    except SangbongError as fault:
        raise Http404 from fault
    if request.method != "POST":
        return _sitting(request, found, faults=[])
    outcome = request.POST.get("outcome", "")

    def deed() -> str:
        if outcome not in set(Outcome):
            raise SangbongError("web.choice_missing")
        operations.record_outcome(
            now=request.now, actor=request.actor, sitting_id=sitting_id, outcome=Outcome(outcome)
        )
        return _("Written down: %(word)s.") % {"word": words.short(outcome)}

    return press(
        request,
        deed,
        then=reverse("sitting", args=[sitting_id]),
        again=lambda faults: _sitting(request, found, faults=faults),
    )


def _sitting(request: StaffRequest, found: SittingView, *, faults: list[str]) -> HttpResponse:
    audit.shown(request, [f"sitting:{found.id}", f"application:{found.application_no}"])
    role = request.staff.role if request.staff else None
    concluded = found.state is SittingState.CONCLUDED
    context = {
        "one": found,
        "name": _names([found]).get(found.application_no, found.application_no),
        "mark": words.mark("sitting", found.state),
        "proposer": offices.names(request).get(found.proposer, found.proposer),
        "outcome": words.short(found.outcome) if found.outcome else "",
        "refusal": words.short(found.refusal) if found.refusal else "",
        "outcomes": [(one.value, words.short(one.value)) for one in Outcome],
        "may_record": role is not None
        and may(role, "sittings.run")
        and (concluded or found.state is SittingState.ACCEPTED),
        "may_withdraw": role is not None
        and may(role, "rounds.run")
        and request.office is not None
        and found.proposer == request.office.code,
        "faults": faults,
    }
    return render(request, "web/console/sitting.html", context, status=422 if faults else 200)
