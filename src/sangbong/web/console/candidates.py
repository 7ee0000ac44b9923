"""The lists of a round: who stands where, what candidates answered, who withdraws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sangbong.kernel.errors import SangbongError
from sangbong.office.permissions import may
from sangbong.registry.queries import sought_by
from sangbong.selection import operations, queries
from sangbong.selection.core.machine import RoundState
from sangbong.selection.core.reasons import WITHDRAWALS, Health, Reason, Standing, Willingness
from sangbong.selection.queries import CandidateView, RoundView
from sangbong.web import audit, words
from sangbong.web.console.rounds import LISTS, find, lists_of
from sangbong.web.faces import Mark
from sangbong.web.paging import cut, page_number
from sangbong.web.permissions import needs
from sangbong.web.press import press
from sangbong.web.request import StaffRequest

_DEEDS = {
    ("first", RoundState.DRAWN): "answer",
    ("final", RoundState.FINAL_LIST_MADE): "withdraw",
    ("final", RoundState.FINAL_LIST_SENT): "withdraw",
}
"""What can be done about one person of a list while the round is in a state."""


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


@needs(get="people.see")
def round_list(request: StaffRequest, code: str, which: str) -> HttpResponse:
    """The people of one list, with reason codes; this page shows persons."""
    found = find(code)
    if which not in LISTS:
        raise Http404
    if which == "theirs":
        return _their_list(request, found)
    return _list(request, found, which, person=request.GET.get("person", ""))


def _list(
    request: StaffRequest, found: RoundView, which: str, *, person: str, faults: Sequence[str] = ()
) -> HttpResponse:
    people = _people(found.code, which)
    rows, page = cut(request, people)
    runs = request.staff is not None and may(request.staff.role, "rounds.run")
    deed = _DEEDS.get((which, found.state), "") if runs else ""
    one = next((row for row in people if deed and row.application_no == person), None)
    shown = [*rows, one] if one is not None else list(rows)
    sought = sought_by([row.application_no for row in shown])
    names = {one.application_no: one.applicant.name for one in sought}
    audit.shown(
        request,
        [f"application:{row.application_no}" for row in shown],
        query=f"round {found.code}, {which} list, page {page.number}",
    )
    context = {
        "round": found,
        "which": which,
        "lists": lists_of(found),
        "rows": [_candidate(row, names) for row in rows],
        "page": page,
        "deed": deed,
        "one": _candidate(one, names) if one is not None else None,
        "wishes": [(each.value, words.short(each)) for each in Willingness],
        "healths": [(each.value, words.short(each)) for each in Health],
        "reasons": [(each.value, words.short(each)) for each in Reason if each in WITHDRAWALS],
        "exchanged": found.state is RoundState.FINAL_LIST_SENT,
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/round_list.html", context, status=422 if faults else 200)


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


@needs(post="rounds.run")
def answer(request: StaffRequest, code: str, application_no: str) -> HttpResponse:
    """Write down what one candidate answered, and how they are."""
    found = find(code)
    will, health = request.POST.get("willingness", ""), request.POST.get("health", "")

    def deed() -> str:
        if will not in set(Willingness) or health not in set(Health):
            raise SangbongError("web.choice_missing")
        told = operations.Answer(application_no, Willingness(will), Health(health))
        operations.record_willingness(
            now=request.now, actor=request.actor, round_code=code, answers=[told]
        )
        return _("Written down for application %(number)s: %(wish)s; health: %(health)s.") % {
            "number": application_no,
            "wish": words.short(will),
            "health": words.short(health),
        }

    return press(
        request,
        deed,
        then=_back(request, code, "first"),
        again=lambda faults: _list(request, found, "first", person=application_no, faults=faults),
    )


@needs(post="rounds.run")
def withdraw(request: StaffRequest, code: str, application_no: str) -> HttpResponse:
    """Take one family off our final list, with the reason."""
    found = find(code)
    reason = request.POST.get("reason", "")

    def deed() -> str:
        if reason not in WITHDRAWALS:
            raise SangbongError("web.choice_missing")
        moved = operations.withdraw(
            now=request.now,
            actor=request.actor,
            round_code=code,
            application_no=application_no,
            reason=Reason(reason),
        )
        if moved:
            return _("Application %(number)s has withdrawn; the reserve %(moved)s moves up.") % {
                "number": application_no,
                "moved": moved,
            }
        return _("Application %(number)s has withdrawn; the place stays empty.") % {
            "number": application_no
        }

    return press(
        request,
        deed,
        then=_back(request, code, "final"),
        again=lambda faults: _list(request, found, "final", person=application_no, faults=faults),
    )


def _back(request: StaffRequest, code: str, which: str) -> str:
    return f"{reverse('round-list', args=[code, which])}?page={page_number(request)}"
