"""Reports: every number of a round, each figure with its table, on screen and on A4."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sangbong.kernel.errors import Language, SangbongError
from sangbong.reunions.queries import ReportLine, RoundReport, proposals, round_report
from sangbong.selection.queries import received_final_lists, rounds
from sangbong.tracing.queries import matters_asked
from sangbong.web import faces, words
from sangbong.web.console.rounds import ages, funnel_words
from sangbong.web.faces import BarRow
from sangbong.web.permissions import needs
from sangbong.web.request import StaffRequest, language_of

_MATTER = "round-"


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report: its title and its lines as words."""

    title: str
    rows: list[tuple[str, int, list[tuple[str, int]]]]


@needs(get="reports.see")
def reports(request: StaffRequest) -> HttpResponse:
    """Every round of which this office can report."""
    known = {one.code: words.mark("round", one.state) for one in rounds()}
    codes = dict.fromkeys(known)
    codes |= dict.fromkeys(one.round_code for one in received_final_lists())
    codes |= dict.fromkeys(one.round_code for one in proposals())
    codes |= dict.fromkeys(
        matter.removeprefix(_MATTER) for matter in matters_asked() if matter.startswith(_MATTER)
    )
    rows = [(code, known.get(code)) for code in codes]
    return render(request, "web/console/reports.html", {"rows": rows})


@needs(get="reports.see")
def report(request: StaffRequest, code: str) -> HttpResponse:
    """One round's report; it names nobody.

    Raises:
        Http404: nothing here belongs to such a round.
    """
    try:
        found = round_report(code)
    except SangbongError as fault:
        raise Http404 from fault
    context = {
        "report": found,
        "funnel": funnel_words(found.funnel),
        "ages": ages(found.round.criteria, found.breakdown, "final_list") if found.round else [],
        "drawn_ages": ages(found.round.criteria, found.breakdown, "drawn") if found.round else [],
        "replies": _bars("pair", found.seeking.persons_by_reply),
        "findings": _bars("finding", found.answering.findings),
        "outcomes": faces.bars([(words.short(code), n) for code, n in found.outcomes]),
        "sections": _sections(found, language_of(request)),
    }
    return render(request, "web/console/report.html", context)


def _bars(family: str, counts: tuple[tuple[str, int], ...]) -> list[BarRow]:
    return faces.bars([(words.mark(family, code).word, count) for code, count in counts])


def _sections(found: RoundReport, language: Language) -> list[Section]:
    titles = {
        "selection": _("Selection"),
        "seeking": _("What we asked"),
        "answering": _("What we were asked"),
        "sittings": _("Sittings"),
        "films": _("Letters"),
        "channel": _("Channel"),
    }
    sections: dict[str, Section] = {}
    for line in found.lines:
        section = sections.setdefault(
            line.section, Section(titles.get(line.section, line.section), [])
        )
        section.rows.append((_label(line, language), line.count, _reasons(line)))
    return list(sections.values())


def _label(line: ReportLine, language: Language) -> str:
    code = f"reunions.report.{line.name}"
    said = words.sentence(code, language)
    return said if said != code else words.short(line.name)


_FAMILY = {
    "seeking": "pair",
    "answering": "entry",
    "sittings": "sitting",
    "films": "letter",
    "channel": "dispatch",
}


def _reasons(line: ReportLine) -> list[tuple[str, int]]:
    family = "finding" if line.name == "findings" else _FAMILY.get(line.section, "")
    return [
        (" · ".join(words.state_or_short(family, part) for part in code.split(" ")), count)
        for code, count in line.reasons
    ]
