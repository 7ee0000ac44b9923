"""Rounds: the roll, the draw anyone can recheck, and the lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sangbong.kernel.errors import SangbongError
from sangbong.office.permissions import may
from sangbong.programmes.criteria import Criteria
from sangbong.registry.queries import sought_by
from sangbong.selection import operations, queries
from sangbong.selection.core.machine import RoundState
from sangbong.selection.core.reasons import Standing
from sangbong.selection.queries import Breakdown, CandidateView, RoundView
from sangbong.web import audit, faces, offices, words
from sangbong.web.faces import Answers, Chip, Mark, Step
from sangbong.web.paging import cut
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest, language_of

_S = RoundState
_ORDER = [
    _S.PLANNED,
    _S.ROLL_FROZEN,
    _S.DRAWN,
    _S.SECOND_LIST_MADE,
    _S.FINAL_LIST_MADE,
    _S.FINAL_LIST_SENT,
    _S.CLOSED,
]
LISTS = ("first", "second", "final", "theirs")


@dataclass(frozen=True, slots=True)
class OddsRow:
    """One cell of the draw: an age band and a kin tier, its weight and what became of it."""

    band: str
    tier: str
    weight: int
    on_roll: int
    drawn: int

    @property
    def one_in(self) -> str:
        """The share that was drawn, said as one in so many; empty where nobody was."""
        if not self.drawn:
            return ""
        tenths = self.on_roll * 10 // self.drawn
        return f"{tenths // 10}.{tenths % 10}"


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One line of a list, with the name read from the register."""

    person: CandidateView
    name: str
    tier: str
    will: Mark
    health: str
    second: Mark
    final: Mark
    reason: str


@needs(get="rounds.see")
def rounds(request: StaffRequest) -> HttpResponse:
    """All rounds, the newest first."""
    rows, page = cut(request, queries.rounds())
    known = offices.names(request)
    shown = [
        (row, words.mark("round", row.state), answers(row), known.get(row.counterpart, ""))
        for row in rows
    ]
    return render(request, "web/console/rounds.html", {"rows": shown, "page": page})


@needs(get="rounds.see")
def round_page(request: StaffRequest, code: str) -> HttpResponse:
    """One round: where it stands, the roll's hash, the criteria, the draw and the funnel."""
    return _round_page(request, code, faults=[])


def _round_page(request: StaffRequest, code: str, *, faults: list[str]) -> HttpResponse:
    found = find(code)
    cells = queries.breakdown(code)
    context = {
        "round": found,
        "mark": words.mark("round", found.state),
        "answers": answers(found),
        "steps": steps(found),
        "funnel": funnel_of(code) if found.roll_frozen_at else [],
        "odds": odds(found.criteria, cells),
        "ages": ages(found.criteria, cells, "drawn"),
        "other_name": offices.names(request).get(found.counterpart, found.counterpart),
        "deed": _NEXT.get(found.state),
        "faults": faults,
        "lists": lists_of(found) if request.staff and may(request.staff.role, "people.see") else [],
        "may_run": request.staff is not None and may(request.staff.role, "rounds.run"),
        "decided_by": found.criteria.decided_by_en
        if language_of(request) == "en"
        else found.criteria.decided_by_ko,
    }
    return render(request, "web/console/round.html", context, status=422 if faults else 200)


@needs(get="people.see")
def round_list(request: StaffRequest, code: str, which: str) -> HttpResponse:
    """The people of one list, with reason codes; this page shows persons."""
    found = find(code)
    if which not in LISTS:
        raise Http404
    if which == "theirs":
        return _their_list(request, found)
    people = _people(code, which)
    rows, page = cut(request, people)
    sought = sought_by([row.application_no for row in rows])
    names = {one.application_no: one.applicant.name for one in sought}
    audit.shown(
        request,
        [f"application:{row.application_no}" for row in rows],
        query=f"round {code}, {which} list, page {page.number}",
    )
    context = {
        "round": found,
        "which": which,
        "lists": lists_of(found),
        "rows": [_candidate(row, names) for row in rows],
        "page": page,
    }
    return render(request, "web/console/round_list.html", context)


def _people(code: str, which: str) -> list[CandidateView]:
    if which == "second":
        return queries.candidates(code, second=Standing.CHOSEN)
    if which == "final":
        people = queries.candidates(code, final=Standing.CHOSEN)
        return sorted(people, key=lambda one: one.final_place or 0)
    return queries.candidates(code)


def _their_list(request: StaffRequest, found: RoundView) -> HttpResponse:
    theirs = queries.received_final_list(found.code, found.counterpart)
    rows, page = cut(request, theirs.entries if theirs else ())
    audit.shown(
        request,
        [f"application:{row.application_no}" for row in rows],
        query=f"round {found.code}, their final list, page {page.number}",
    )
    context = {"round": found, "theirs": theirs, "rows": rows, "page": page, "which": "theirs"}
    return render(request, "web/console/round_theirs.html", context | {"lists": lists_of(found)})


@needs(post="rounds.run")
def act(request: StaffRequest, code: str) -> HttpResponse:
    """Do the deed that the round waits for."""
    found = find(code)
    deed = _NEXT.get(found.state)
    if deed is None:
        raise Http404
    try:
        with transaction.atomic():
            deed.do(request, code)
    except SangbongError as fault:
        return _round_page(request, code, faults=[fault.text(language_of(request))])
    return HttpResponseRedirect(reverse("round", args=[code]))


def find(code: str) -> RoundView:
    """A round of ours.

    Raises:
        Http404: there is none of this code.
    """
    try:
        return queries.get_round(code)
    except SangbongError as fault:
        raise Http404 from fault


def answers(found: RoundView) -> Answers:
    """What a round is, what it waits for, and who acts next."""
    what = _("Round %(code)s") % {"code": found.code}
    us = _("a clerk of our office")
    waiting = {
        _S.PLANNED: (_("a frozen roll"), us),
        _S.ROLL_FROZEN: (_("the draw"), _("the selection committee")),
        _S.DRAWN: (_("wishes and health of those drawn"), us),
        _S.SECOND_LIST_MADE: (_("replies of the other side"), _("the other side")),
        _S.FINAL_LIST_MADE: (_("sending the final list"), us),
        _S.FINAL_LIST_SENT: (_("the sittings"), _("both offices")),
        _S.CLOSED: (_("nothing"), _("nobody")),
        _S.CANCELLED: (_("nothing"), _("nobody")),
    }
    waits, by = waiting[found.state]
    return Answers(what, waits, by)


def steps(found: RoundView) -> list[Step]:
    """The round as steps, the present one marked."""
    labels = [
        _("Planned"),
        _("Roll frozen"),
        _("Drawn"),
        _("Second list"),
        _("Final list"),
        _("Exchanged"),
        _("Closed"),
    ]
    if found.state not in _ORDER:
        return [Step(label) for label in labels]
    here = _ORDER.index(found.state)
    return [
        Step(label, "done" if n < here else "current" if n == here else "ahead")
        for n, label in enumerate(labels)
    ]


def funnel_of(code: str) -> list[faces.FunnelStep]:
    """The round's numbers as a funnel in words."""
    return funnel_words(queries.funnel(code))


def funnel_words(found: Sequence[queries.Step]) -> list[faces.FunnelStep]:
    """Stages in words; a loss told at one stage is not told again at the next."""
    told: set[tuple[str, int]] = set()
    stages = []
    for step in found:
        if step.name != "first_reserves":
            left = tuple(pair for pair in step.lost if pair not in told)
            told.update(step.lost)
            stages.append((words.short(step.name), step.count, words.lost(left)))
    return faces.funnel(stages)


def odds(criteria: Criteria, cells: tuple[Breakdown, ...]) -> list[OddsRow]:
    """Every cell of the draw with its weight, the people in it and how many were drawn."""
    counted = {(cell.list_name, cell.band, cell.tier): cell.count for cell in cells}
    return [
        OddsRow(
            band=band.name,
            tier=words.short(tier),
            weight=band.weight * weight,
            on_roll=counted.get(("roll", band.name, tier), 0),
            drawn=counted.get(("drawn", band.name, tier), 0),
        )
        for band in criteria.age_bands
        for tier, weight in criteria.kin_weights
        if counted.get(("roll", band.name, tier))
    ]


def ages(criteria: Criteria, cells: tuple[Breakdown, ...], name: str) -> list[faces.BarRow]:
    """How many of one list are in each age band, as bars."""
    return faces.bars(
        [
            (
                band.name,
                sum(c.count for c in cells if c.list_name == name and c.band == band.name),
            )
            for band in criteria.age_bands
        ]
    )


def lists_of(found: RoundView) -> list[Chip]:
    """The lists of a round as links."""
    labels = {
        "first": _("first list"),
        "second": _("second list"),
        "final": _("our final list"),
        "theirs": _("their final list"),
    }
    return [Chip(labels[which], reverse("round-list", args=[found.code, which])) for which in LISTS]


def _candidate(row: CandidateView, names: dict[str, str]) -> CandidateRow:
    reason = row.withdrawn_reason or row.final_reason or row.second_reason
    return CandidateRow(
        person=row,
        name=names.get(row.application_no, row.application_no),
        tier=words.short(row.tier),
        will=words.mark("will", row.willingness or ""),
        health=words.short(row.health),
        second=words.mark("standing", row.second or ""),
        final=words.mark("standing", row.final or "")
        if row.final or row.second in {None, Standing.CHOSEN}
        else Mark("–", "", "quiet"),
        reason=words.short(reason) if reason else "",
    )


@dataclass(frozen=True, slots=True)
class _Deed:
    """What a round waits for: the press, what it asks for, and the operation."""

    verb: str
    asks: str
    do: Callable[[StaffRequest, str], object]


def _freeze(request: StaffRequest, code: str) -> object:
    raw = request.POST.get("as_of", "")
    try:
        as_of = date.fromisoformat(raw)
    except ValueError as fault:
        raise SangbongError("web.day_needed") from fault
    return operations.freeze_roll(
        now=request.now, actor=request.actor, round_code=code, as_of=as_of
    )


def _draw(request: StaffRequest, code: str) -> object:
    return operations.draw(
        now=request.now,
        actor=request.actor,
        round_code=code,
        seed=request.POST.get("seed", "").strip(),
        statement=request.POST.get("statement", "").strip(),
    )


def _second(request: StaffRequest, code: str) -> object:
    return operations.make_second_list(now=request.now, actor=request.actor, round_code=code)


def _final(request: StaffRequest, code: str) -> object:
    return operations.make_final_list(now=request.now, actor=request.actor, round_code=code)


def _send(request: StaffRequest, code: str) -> object:
    return operations.send_final_list(now=request.now, actor=request.actor, round_code=code)


_NEXT: dict[RoundState, _Deed] = {
    _S.PLANNED: _Deed("freeze", "as_of", _freeze),
    _S.ROLL_FROZEN: _Deed("draw", "seed", _draw),
    _S.DRAWN: _Deed("second", "", _second),
    _S.SECOND_LIST_MADE: _Deed("final", "", _final),
    _S.FINAL_LIST_MADE: _Deed("send", "", _send),
}
