"""Rounds: the roll, the draw anyone can recheck, and the lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as noop
from django.utils.translation import ngettext

from sangbong.kernel.errors import SangbongError
from sangbong.office.permissions import may
from sangbong.programmes.criteria import Criteria
from sangbong.selection import operations, queries
from sangbong.selection.core.machine import RoundState
from sangbong.selection.queries import Breakdown, RoundView
from sangbong.tracing import queries as tracing
from sangbong.web import faces, offices, words
from sangbong.web.faces import Answers, Chip, Step
from sangbong.web.paging import cut
from sangbong.web.permissions import needs
from sangbong.web.press import press
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


@needs(get="rounds.see")
def rounds(request: StaffRequest) -> HttpResponse:
    """All rounds, the newest first."""
    rows, page = cut(request, queries.rounds())
    sent = matters_sent()
    known = offices.names(request)
    shown = [
        (
            row,
            words.mark("round", row.state),
            answers(row, sent=sent),
            known.get(row.counterpart, ""),
        )
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
    sent = matters_sent()
    deed = _NEXT[found.state].verb if found.state in _NEXT else ""
    if found.state is _S.SECOND_LIST_MADE and found.matter not in sent:
        deed = "ask"
    context = {
        "round": found,
        "mark": words.mark("round", found.state),
        "answers": answers(found, sent=sent),
        "steps": steps(found),
        "funnel": funnel_of(code) if found.roll_frozen_at else [],
        "odds": odds(found.criteria, cells),
        "ages": ages(found.criteria, cells, "drawn"),
        "other_name": offices.names(request).get(found.counterpart, found.counterpart),
        "deed": deed,
        "faults": faults,
        "lists": lists_of(found) if request.staff and may(request.staff.role, "people.see") else [],
        "may_run": request.staff is not None and may(request.staff.role, "rounds.run"),
        "decided_by": found.criteria.decided_by_en
        if language_of(request) == "en"
        else found.criteria.decided_by_ko,
    }
    return render(request, "web/console/round.html", context, status=422 if faults else 200)


@needs(post="rounds.run")
def act(request: StaffRequest, code: str) -> HttpResponse:
    """Do the deed that the round waits for."""
    deed = _NEXT.get(find(code).state)
    if deed is None:
        raise Http404

    def do() -> str:
        # a page left open, or pressed twice, must not do the deed after the one it showed
        if request.POST.get("deed", deed.verb) != deed.verb:
            raise SangbongError("web.done_meanwhile")
        deed.do(request, code)
        return _(deed.said)

    return press(
        request,
        do,
        then=reverse("round", args=[code]),
        again=lambda faults: _round_page(request, code, faults=faults),
    )


@needs(post="rounds.run")
def ask(request: StaffRequest, code: str) -> HttpResponse:
    """Ask the other side whether the kin of everybody on the second list live."""
    find(code)

    def do() -> str:
        sent = operations.ask_life_status(now=request.now, actor=request.actor, round_code=code)
        return ngettext(
            "The other side is asked: %(count)s list is sealed.",
            "The other side is asked: %(count)s lists are sealed.",
            len(sent),
        ) % {"count": len(sent)}

    return press(
        request,
        do,
        then=reverse("round", args=[code]),
        again=lambda faults: _round_page(request, code, faults=faults),
    )


def matters_sent() -> frozenset[str]:
    """The matters in which we have asked the other side."""
    return frozenset(line.matter for line in tracing.inquiries())


def find(code: str) -> RoundView:
    """A round of ours.

    Raises:
        Http404: there is none of this code.
    """
    try:
        return queries.get_round(code)
    except SangbongError as fault:
        raise Http404 from fault


def answers(found: RoundView, *, sent: frozenset[str]) -> Answers:
    """What a round is, what it waits for, and who acts next; `sent`: matters we asked about."""
    what = words.round_title(found.code)
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
    if found.state is _S.SECOND_LIST_MADE and found.matter not in sent:
        waits, by = _("asking the other side"), us
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
    """Stages in words; reserves of the draw stand beside the funnel, not in it."""
    return faces.funnel(
        [
            (words.short(step.name), step.count, words.lost(step.lost))
            for step in found
            if step.name != "first_reserves"
        ]
    )


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


@dataclass(frozen=True, slots=True)
class _Deed:
    """What a round waits for: the press, the sentence once it is done, and the operation."""

    verb: str
    said: str
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
    _S.PLANNED: _Deed("freeze", noop("The roll is frozen."), _freeze),
    _S.ROLL_FROZEN: _Deed("draw", noop("The first list is drawn."), _draw),
    _S.DRAWN: _Deed("second", noop("The second list is made."), _second),
    _S.SECOND_LIST_MADE: _Deed("final", noop("The final list is made."), _final),
    _S.FINAL_LIST_MADE: _Deed("send", noop("The final list is sealed and goes out."), _send),
}
