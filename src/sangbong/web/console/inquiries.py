"""Inquiries: lists we sent and their pairs, lists that came and our findings, comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from sangbong.kernel.errors import Language, SangbongError
from sangbong.office.permissions import may
from sangbong.registry.queries import sought_by
from sangbong.tracing import queries
from sangbong.tracing.core.findings import Answer, FindingClass
from sangbong.tracing.core.states import EntryState, PairState
from sangbong.tracing.operations import decide, record_found_persons_answer
from sangbong.tracing.queries import ComparisonView, EntryPage, IncomingLine
from sangbong.web import audit, faces, offices, words
from sangbong.web.console.names import names_ledger
from sangbong.web.faces import Chip, Event, Evidence, Mark, NamesLedger
from sangbong.web.paging import PAGE_ROWS, cut, page_number, page_of
from sangbong.web.permissions import needs
from sangbong.web.press import press
from sangbong.web.request import StaffRequest, language_of

DECISIONS = (
    FindingClass.ALIVE,
    FindingClass.DEAD,
    FindingClass.CANNOT_CONFIRM,
    FindingClass.WRONG_PERSON,
)
"""What an officer may find; *refused* and *unwell* are the found person's own answers."""


@dataclass(frozen=True, slots=True)
class Rival:
    """One record of ours that faces the person sought."""

    view: ComparisonView
    evidence: Evidence
    chance: str
    life: Mark
    sex: str
    chosen: bool


@needs(get="inquiries.see")
def inquiries(request: StaffRequest) -> HttpResponse:
    """What we asked, what we were asked."""
    known = offices.names(request)
    sent = [
        (
            row,
            known.get(row.recipient, row.recipient),
            _counted("pair", row.pairs),
            sum(row.pairs.values()),
        )
        for row in queries.inquiries()
    ]
    came = [
        (
            row,
            known.get(row.sender, row.sender),
            _counted("entry", row.entries),
            sum(row.entries.values()),
        )
        for row in queries.incoming_inquiries()
    ]
    waiting = sum(row.entries.get(EntryState.TRACED, 0) for row, *_rest in came)
    context = {
        "sent": sent,
        "came": came,
        "waiting": waiting,
        "open": sum(row.pairs.get(PairState.ASKED, 0) for row, *_rest in sent),
    }
    return render(request, "web/console/inquiries.html", context)


def _counted(
    family: str, counts: Mapping[PairState, int] | Mapping[EntryState, int]
) -> list[tuple[Mark, int]]:
    return [(words.mark(family, state), count) for state, count in counts.items() if count]


@needs(get="inquiries.see")
def pairs(request: StaffRequest, matter: str) -> HttpResponse:
    """Every pair of one matter that we asked about, and what the last paper said.

    Raises:
        Http404: we asked nothing in this matter.
    """
    found = queries.pair_states(matter)
    if not found:
        raise Http404
    wanted = request.GET.get("state", "")
    chosen = [row for row in found if row.state == wanted] if wanted in set(PairState) else found
    rows, page = cut(request, chosen)
    kin = {
        (one.application_no, one.sought_no): one
        for one in sought_by([r.application_no for r in rows])
    }
    audit.shown(
        request,
        [f"application:{row.application_no}" for row in rows],
        query=f"pairs of {matter}, page {page.number}",
    )
    context = {
        "matter": matter,
        "page": page,
        "rows": [
            (row, kin.get((row.application_no, row.sought_no)), words.mark("pair", row.state))
            for row in rows
        ],
        "chips": [Chip(_("all"), reverse("inquiry", args=[matter]), current=not wanted)]
        + [
            Chip(words.mark("pair", state).word, f"?state={state}", current=wanted == state)
            for state in PairState
        ],
        "replies": queries.replies_received(matter),
    }
    return render(request, "web/console/pairs.html", context)


@needs(get="inquiries.see")
def incoming(request: StaffRequest, inquiry_id: int) -> HttpResponse:
    """One list that came: everyone sought in it and how far our answer is.

    Raises:
        Http404: no such list.
    """
    return incoming_page(request, find_list(inquiry_id), faults=())


def find_list(inquiry_id: int) -> IncomingLine:
    """A list that came.

    Raises:
        Http404: there is none of this number.
    """
    line = next((one for one in queries.incoming_inquiries() if one.inquiry_id == inquiry_id), None)
    if line is None:
        raise Http404
    return line


def incoming_page(
    request: StaffRequest, line: IncomingLine, *, faults: Sequence[str]
) -> HttpResponse:
    """The page of one list that came, with what can be done about it."""
    inquiry_id = line.inquiry_id
    wanted = request.GET.get("state", "")
    state = EntryState(wanted) if wanted in set(EntryState) else None
    total = line.entries.get(state, 0) if state else sum(line.entries.values())
    page = page_of(request, total=total, number=page_number(request))
    rows = queries.incoming_entries(
        inquiry_id, state=state, limit=PAGE_ROWS, offset=(page.number - 1) * PAGE_ROWS
    )
    audit.shown(
        request,
        [f"entry:{row.entry_id}" for row in rows],
        query=f"incoming list {inquiry_id}, page {page.number}",
    )
    role = request.staff.role if request.staff else None
    context = {
        "line": line,
        "faults": faults,
        "may_decide": role is not None and may(role, "inquiries.decide"),
        "may_release": role is not None and may(role, "channel.send"),
        "filed": line.entries.get(EntryState.FILED, 0),
        "found": line.entries.get(EntryState.FOUND, 0),
        "completed": any(
            one.complete and one.counterpart == line.sender
            for one in queries.replies_sent(line.matter)
        ),
        "sender": offices.names(request).get(line.sender, line.sender),
        "page": page,
        "rows": [
            (
                row,
                words.mark("entry", row.state),
                words.mark("finding", row.finding) if row.finding else None,
                faces.bits_text(row.best_score_millibits)
                if row.best_score_millibits is not None
                else "–",
                words.finder(row.decided_by),
            )
            for row in rows
        ],
        "chips": [Chip(_("all"), reverse("inquiry-came", args=[inquiry_id]), current=state is None)]
        + [
            Chip(f"{words.mark('entry', s).word} {n:,}", f"?state={s}", current=state == s)
            for s, n in line.entries.items()
        ],
    }
    return render(request, "web/console/incoming.html", context, status=422 if faults else 200)


@needs(get="inquiries.see", post="inquiries.decide")
def comparison(request: StaffRequest, entry_id: int) -> HttpResponse:
    """The person sought facing our records; an officer finds, with a reason.

    Raises:
        Http404: no such entry.
    """
    entry = _entry(entry_id)
    if request.method != "POST":
        return _comparison(request, entry, faults=[])
    return press(
        request,
        lambda: _decide(request, entry_id),
        then=reverse("inquiry-comparison", args=[entry_id]),
        again=lambda faults: _comparison(request, entry, faults=faults),
    )


def _entry(entry_id: int) -> EntryPage:
    try:
        return queries.incoming_entry(entry_id)
    except SangbongError as fault:
        raise Http404 from fault


def _decide(request: StaffRequest, entry_id: int) -> str:
    answer = request.POST.get("answer", "")
    if answer:
        if answer not in set(Answer):
            raise SangbongError("web.choice_missing")
        record_found_persons_answer(
            now=request.now,
            actor=request.actor,
            entry_id=entry_id,
            answer=Answer(answer),
            allow_refusal_known=request.POST.get("allow") == "1",
        )
        return _("Their answer is written down: %(word)s.") % {
            "word": words.mark("answer", answer).word
        }
    finding, person = request.POST.get("finding", ""), request.POST.get("person", "")
    if finding not in set(FindingClass):
        raise SangbongError("web.choice_missing")
    names_somebody = finding in {FindingClass.ALIVE, FindingClass.DEAD}
    known = person.isascii() and person.isdigit() and len(person) < 19
    decide(
        now=request.now,
        actor=request.actor,
        entry_id=entry_id,
        finding=FindingClass(finding),
        reason=request.POST.get("reason", ""),
        person_id=int(person) if names_somebody and known else None,
    )
    return _("The finding is recorded: %(word)s.") % {"word": words.mark("finding", finding).word}


def _comparison(request: StaffRequest, entry: EntryPage, *, faults: list[str]) -> HttpResponse:
    language = language_of(request)
    rivals = [
        _rival(
            one,
            chosen=one.person_id == entry.person_id,
            ledger=names_ledger(one.record, entry.sought, language),
        )
        for one in entry.comparisons
    ]
    wanted = request.GET.get("record", "")
    facing = next(
        (one for one in rivals if str(one.view.person_id) == wanted),
        next((one for one in rivals if one.chosen), rivals[0] if rivals else None),
    )
    audit.shown(
        request,
        [f"entry:{entry.entry_id}", *(f"person:{one.person_id}" for one in entry.comparisons)],
    )
    role = request.staff.role if request.staff else None
    context = {
        "entry": entry,
        "mark": words.mark("entry", entry.state),
        "sender": offices.names(request).get(entry.sender, entry.sender),
        "rivals": rivals,
        "facing": facing,
        "absent": chance_text(entry.absent_ppm) if entry.absent_ppm is not None else "",
        "sought_sex": words.short(entry.sought.get("sex", "")),
        "answer": words.mark("answer", entry.answer) if entry.answer else None,
        "history": _history(entry, language),
        "decisions": [(one.value, words.mark("finding", one).word) for one in DECISIONS],
        "replies": [(one.value, words.mark("answer", one).word) for one in Answer],
        "waits": _waits(entry),
        "may_decide": role is not None and may(role, "inquiries.decide"),
        "must_ask": entry.state in {EntryState.FOUND, EntryState.ASKED},
        "faults": faults,
        "typed": request.POST,
    }
    return render(request, "web/console/comparison.html", context, status=422 if faults else 200)


def _rival(one: ComparisonView, *, chosen: bool, ledger: NamesLedger | None) -> Rival:
    alive = one.record.get("alive")
    state = "unknown" if alive is None else "alive" if alive else "dead"
    lines = faces.evidence(
        [
            (
                _item(item.item, item.level),
                _sex(item.item, item.register),
                _sex(item.item, item.sought) or ("–" if item.item == "register" else ""),
                item.millibits,
            )
            for item in one.evidence
        ]
    )
    explained = tuple(
        replace(line, ledger=ledger) if item.item == "name" else line
        for line, item in zip(lines.lines, one.evidence, strict=True)
    )
    return Rival(
        view=one,
        evidence=replace(lines, lines=explained),
        chance=chance_text(one.probability_ppm),
        life=words.mark("life", state),
        sex=words.short(one.record.get("sex", "")),
        chosen=chosen,
    )


def _item(item: str, level: str) -> str:
    name = words.short(f"item.{item}" if item == "register" else item)
    return f"{name} · {words.short(f'level.{level}')}"


def _sex(item: str, value: str) -> str:
    return words.short(value) if item == "sex" else value


def chance_text(ppm: int) -> str:
    """A probability in millionths as people read it: percent, never a false 0 or 100."""
    if ppm >= 999_500:
        return "> 99.9%"
    if ppm < 1_000:
        return "< 0.1%"
    tenths = ppm // 1_000
    return f"{tenths // 10}.{tenths % 10}%"


def _history(entry: EntryPage, language: Language) -> list[Event]:
    events = [
        Event(
            one.decided_at,
            words.mark("finding", one.finding).word,
            f"{words.finder(one.decided_by)}: "
            + words.finding_reason(one.decided_by, one.reason, language),
        )
        for one in entry.findings
    ]
    if entry.told_at is not None:
        told = words.short(entry.told_class) if entry.told_class else ""
        events.append(Event(entry.told_at, _("told the other side: %(word)s") % {"word": told}))
    return events


def _waits(entry: EntryPage) -> tuple[str, str]:
    officer, us = _("an officer"), _("our office")
    return {
        EntryState.FILED: (_("comparing with the register"), _("the office’s machine")),
        EntryState.TRACED: (_("a finding"), officer),
        EntryState.FOUND: (_("the found person’s own answer"), officer),
        EntryState.ASKED: (_("the found person’s own answer"), _("the found person")),
        EntryState.ANSWERED: (_("the next part of the reply"), us),
        EntryState.SETTLED: (_("the next part of the reply"), us),
        EntryState.REPLIED: (_("nothing"), _("nobody")),
    }[entry.state]
