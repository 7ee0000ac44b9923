"""The line as people know it: calls and their days, what was said of it, who is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from sangbong.kernel.errors import SangbongError
from sangbong.liaison import operations, queries
from sangbong.liaison.core.people.calls import (
    CallKind,
    CallOutcome,
    CallRecord,
    CallStanding,
    CallState,
    OwnSide,
    Reading,
)
from sangbong.liaison.core.people.line_state import LineFact, LineSaid, Stretch
from sangbong.liaison.core.people.paths import Path, PathFact, PathSaid
from sangbong.liaison.core.people.presence import PresenceFact, PresenceSaid
from sangbong.liaison.core.people.said import Known, Side
from sangbong.liaison.queries import Lane, Written
from sangbong.programmes.lines import LineData
from sangbong.web import lineart, words
from sangbong.web.console.line_forms import (
    SOURCES,
    Across,
    across,
    back_to,
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
from sangbong.web.faces import LineDay, Mark
from sangbong.web.permissions import needs
from sangbong.web.press import press
from sangbong.web.request import StaffRequest, language_of
from sangbong.web.templatetags.faces import day, instant

STRIP_DAYS = 28
RUNS_SHOWN = 5
_HALL_OF_STAFF = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class DueRow:
    """A call that is due, as a page shows it; `key` is how its form names it."""

    key: str
    due_at: datetime
    there: str
    name: str
    line: str
    turn: str
    mark: Mark
    standing: CallStanding
    presses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LogRow:
    """One written fact, put into words, with its record for a correction."""

    record: str
    at: datetime
    what: str
    more: tuple[str, ...]
    by: str
    recorded_at: datetime
    correction: str


def line_name(line: LineData, language: str) -> str:
    """A line's name in the language of the page."""
    return line.name_en if language == "en" else line.name_ko


def line_names(request: StaffRequest, code: str) -> dict[str, str]:
    """The lines between us and an office, by code."""
    own = request.office.code if request.office else ""
    found = queries.lines_with(across(request, code).code, own=own)  # type: ignore[arg-type]
    return {line.code: line_name(line, language_of(request)) for line in found}


def due_rows(
    calls: Sequence[CallStanding], names: dict[str, str], own: str, *, recording: bool
) -> list[DueRow]:
    """Due calls as rows: their hour on our clock, the other's where it differs, and what to press."""
    rows = []
    for call in calls:
        due = call.due
        theirs = due.due_at.strftime("%H:%M")
        turn = ""
        if due.turn:
            turn = _("our turn to ring") if own.startswith(due.turn) else _("their turn to ring")
        rows.append(
            DueRow(
                key=f"{due.line}|{due.kind}|{due.due_at.isoformat()}",
                due_at=due.due_at,
                there=theirs if timezone.localtime(due.due_at).strftime("%H:%M") != theirs else "",
                name=words.short(f"call.{due.kind}"),
                line=names.get(due.line, due.line),
                turn=turn,
                mark=words.mark("call", call.state),
                standing=call,
                presses=_presses(call.state) if recording else (),
            )
        )
    return rows


def _presses(state: CallState) -> tuple[tuple[str, str], ...]:
    if state in {CallState.EXPECTED, CallState.SILENT}:
        return (
            (CallOutcome.MADE.value, _("Somebody answered")),
            (CallOutcome.MISSED.value, _("Nobody answered")),
        )
    if state is CallState.MISSED:
        return ((CallOutcome.ANSWERED_LATE.value, _("Answered now")),)
    return ()


# Calls


@needs(get="channel.see", post="line.record")
def calls(request: StaffRequest, code: str) -> HttpResponse:
    """The days of the line, today's calls, and what was written down of calls."""
    other = across(request, code)
    if request.method == "POST":
        return write_down(
            request,
            lambda: operations.record_call(
                now=request.now,
                actor=request.actor,
                counterpart=other.code,
                record=_typed_call(request),
            ),
            then=back_to(request, reverse("channel-calls", args=[code])),
            again=lambda faults: _calls(request, other, faults),
        )
    return _calls(request, other, [])


def _typed_call(request: StaffRequest) -> CallRecord:
    line, _bar, rest = text(request, "call").partition("|")
    kind, _bar, due = rest.partition("|")
    if kind not in set(CallKind):
        raise SangbongError("web.choice_missing")
    try:
        due_at = datetime.fromisoformat(due) if due else None
    except ValueError as error:
        raise SangbongError("web.choice_missing") from error
    if due_at is not None and due_at.tzinfo is None:
        raise SangbongError("web.choice_missing")
    return CallRecord(
        line=line,
        kind=CallKind(kind),
        due_at=due_at,
        outcome=choice(request, "outcome", CallOutcome),
        at=moment(request, "at") if text(request, "at") else request.now,
        rang=choice(request, "rang", Side) if text(request, "rang") else None,
        spoke_with=text(request, "spoke_with"),
        own_side=choice(request, "own_side", OwnSide)
        if text(request, "own_side")
        else OwnSide.NOT_CHECKED,
        reading=choice(request, "reading", Reading)
        if text(request, "reading")
        else Reading.NOT_READ,
        heard=text(request, "heard"),
    )


def _calls(request: StaffRequest, other: Across, faults: list[str]) -> HttpResponse:
    today = timezone.localtime(request.now).date()
    days = queries.calendar(
        counterpart=other.code,
        first=today - timedelta(days=STRIP_DAYS - 1),
        last=today,
        now=request.now,
    )
    own = request.office.code if request.office else ""
    names = line_names(request, other.code)
    recording = may_record(request)
    people = display_names()
    open_calls = [
        call
        for one in days
        for call in one.calls
        if call.state in {CallState.EXPECTED, CallState.SILENT, CallState.MISSED}
    ]
    context = {
        "other": other,
        "chips": pages_of(other.code, here="channel-calls"),
        "strip": [
            LineDay(one.day, one.state.value, words.short(f"strip.{one.state}"), one.day == today)
            for one in days
        ],
        "due": due_rows(days[-1].calls, names, own, recording=recording),
        "open_calls": due_rows(open_calls, names, own, recording=False)[::-1],
        "lines": list(names.items()),
        "rows": [_call_row(one, names, people) for one in queries.call_log(counterpart=other.code)],
        "recording": recording,
        "outcomes": options("outcome", CallOutcome),
        "sides": options("side", (Side.OURS, Side.THEIRS)),
        "own_sides": options("own_side", OwnSide),
        "readings": options("reading", Reading),
        "typed": request.POST,
        "at": for_input(request.now),
        "faults": faults,
        "picked": request.GET.get("call", ""),
        "silent": sum(call.state is CallState.SILENT for call in open_calls),
    }
    return render(request, "web/console/line_calls.html", context, status=422 if faults else 200)


def _call_row(
    one: Written[CallRecord], names: Mapping[str, str], people: Mapping[str, str]
) -> LogRow:
    call = one.fact
    more = [names.get(call.line, call.line)]
    if call.rang is not None:
        more.append(_("%(side)s rang") % {"side": words.short(f"side.{call.rang}")})
    if call.spoke_with:
        more.append(_("spoke with %(name)s") % {"name": call.spoke_with})
    if call.outcome is CallOutcome.MISSED:
        more.append(words.short(f"own_side.{call.own_side}"))
        more.append(_("taken for: %(what)s") % {"what": words.short(f"reading.{call.reading}")})
    if call.heard:
        more.append(call.heard)
    what = f"{words.short(f'call.{call.kind}')}: {words.short(f'outcome.{call.outcome}')}"
    return log_row(one, call.due_at or call.at, what, more, people=people)


def log_row(
    one: Written[Any], at: datetime, what: str, more: Sequence[str], *, people: Mapping[str, str]
) -> LogRow:
    """A written fact as a row of a log; `people` are the names of our staff."""
    correction = ""
    if one.correction is not None:
        correction = _("corrected by %(who)s on %(when)s: %(why)s") % {
            "who": people.get(one.correction.by, one.correction.by),
            "when": instant(one.correction.at),
            "why": one.correction.why,
        }
    return LogRow(
        record=one.record,
        at=at,
        what=what,
        more=tuple(part for part in more if part),
        by=people.get(one.recorded_by, one.recorded_by),
        recorded_at=one.recorded_at,
        correction=correction,
    )


def source_words(source: Any) -> list[str]:
    """Who said so, in words."""
    who = f"{words.short(f'side.{source.side}')}: {source.by}"
    paper = _("paper %(name)s") % {"name": source.paper} if source.paper else ""
    return [who, paper, source.saw]


# The line


@needs(get="channel.see", post="line.record")
def line(request: StaffRequest, code: str) -> HttpResponse:
    """What was said of the line, drawn and listed; a liaison officer writes down more."""
    other = across(request, code)
    if request.method == "POST":
        deed = _record_path if text(request, "deed") == "path" else _record_line
        return write_down(
            request,
            lambda: deed(request, other),
            then=reverse("channel-line", args=[code]),
            again=lambda faults: _line(request, other, faults),
        )
    return _line(request, other, [])


def _record_line(request: StaffRequest, other: Across) -> str:
    return operations.record_line_fact(
        now=request.now,
        actor=request.actor,
        counterpart=other.code,
        fact=LineFact(
            line=text(request, "line"),
            told=choice(request, "told", LineSaid),
            at=moment(request, "at"),
            source=said(request),
            known=choice(request, "known", Known),
        ),
    )


def _record_path(request: StaffRequest, other: Across) -> str:
    return operations.record_path(
        now=request.now,
        actor=request.actor,
        counterpart=other.code,
        fact=PathFact(
            path=choice(request, "path", Path),
            told=choice(request, "told", PathSaid),
            at=moment(request, "at"),
            source=said(request),
        ),
    )


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run of a line's state in words."""

    mark: Mark
    since: str
    until: str
    days: int
    exact: bool
    still: bool
    who: str
    down: bool


@dataclass(frozen=True, slots=True)
class LaneRows:
    """One line with its runs, the newest first."""

    name: str
    rows: tuple[RunRow, ...]
    earlier: tuple[RunRow, ...]


def _when(fact: LineFact) -> str:
    local = timezone.localtime(fact.at)
    if fact.known is Known.YEAR:
        return str(local.year)
    if fact.known is Known.MONTH:
        return local.strftime("%Y-%m")
    return instant(fact.at) if fact.known is Known.MINUTE else day(local.date())


def _run(run: Stretch, now: datetime) -> RunRow:
    source = run.since.source
    who = (
        source.by
        if source.side is Side.PUBLISHED
        else " · ".join(filter(None, source_words(source)))
    )
    return RunRow(
        mark=words.mark("line", run.state),
        since=_when(run.since),
        until=_when(run.until) if run.until else "",
        days=run.days(now=now, zone=timezone.get_current_timezone()),
        exact=run.exact,
        still=run.until is None,
        who=who,
        down=run.state == "suspended",
    )


def _lane(lane: Lane, language: str, now: datetime) -> LaneRows:
    rows = tuple(_run(run, now) for run in reversed(lane.runs))
    name = line_name(lane.line, language)
    return LaneRows(name=name, rows=rows[:RUNS_SHOWN], earlier=rows[RUNS_SHOWN:])


def _line(request: StaffRequest, other: Across, faults: list[str]) -> HttpResponse:
    language = language_of(request)
    found = queries.timeline(counterpart=other.code, now=request.now)
    names = line_names(request, other.code)
    english = language == "en"
    lanes = [_lane(lane, language, request.now) for lane in found.lanes]
    drawing = lineart.draw(
        [
            (line_name(lane.line, language), [_drawn(run, request.now) for run in lane.runs])
            for lane in found.lanes
        ],
        now=timezone.localtime(request.now),
    )
    context = {
        "other": other,
        "chips": pages_of(other.code, here="channel-line"),
        "drawing": drawing,
        "lanes": lanes,
        "events": [
            (event, event.label_en if english else event.label_ko)
            for event in reversed(found.events)
        ],
        "rows": _line_rows(other, found.own, names),
        "lines": list(names.items()),
        "tolds": options("told", LineSaid),
        "knowns": options("known", Known),
        "paths": options("path", Path),
        "path_tolds": options("told", PathSaid),
        "sides": options("side", SOURCES),
        "recording": may_record(request),
        "at": for_input(request.now),
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/line_log.html", context, status=422 if faults else 200)


def _line_rows(
    other: Across, own: Sequence[Written[LineFact]], names: Mapping[str, str]
) -> list[LogRow]:
    """What this office wrote down of lines and paths, the newest first."""
    people = display_names()
    told: list[tuple[Written[Any], str]] = [
        (one, names.get(one.fact.line, one.fact.line)) for one in own
    ]
    told += [
        (one, words.short(f"path.{one.fact.path}"))
        for one in queries.path_log(counterpart=other.code)
    ]
    rows = [
        log_row(
            one,
            one.fact.at,
            f"{name}: {words.short(f'told.{one.fact.told}')}",
            source_words(one.fact.source),
            people=people,
        )
        for one, name in told
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)


def _drawn(run: Stretch, now: datetime) -> lineart.Run:
    row = _run(run, now)
    until = row.until or _("today")
    return lineart.Run(
        state=run.state,
        since=run.since.at,
        until=run.until.at if run.until else now,
        said=f"{row.mark.word}: {row.since} – {until}",
        label=f"{row.days:,}" if row.down and row.exact else "",
    )


# Staff on each side


@needs(get="channel.see", post="line.record")
def presence(request: StaffRequest, code: str) -> HttpResponse:
    """Who is there of each side, as somebody said."""
    other = across(request, code)
    if request.method == "POST":
        return write_down(
            request,
            lambda: _record_presence(request, other),
            then=reverse("channel-presence", args=[code]),
            again=lambda faults: _presence(request, other, faults),
        )
    return _presence(request, other, [])


def _record_presence(request: StaffRequest, other: Across) -> str:
    return operations.record_presence(
        now=request.now,
        actor=request.actor,
        counterpart=other.code,
        fact=PresenceFact(
            whose=choice(request, "whose", Side),
            place=text(request, "place"),
            told=choice(request, "told", PresenceSaid),
            at=moment(request, "at"),
            source=said(request),
            people=whole_number(request, "people"),
            head_there=_HALL_OF_STAFF.get(text(request, "head_there")),
        ),
    )


def _presence(request: StaffRequest, other: Across, faults: list[str]) -> HttpResponse:
    log = queries.presence_log(counterpart=other.code)
    people = display_names()
    context = {
        "other": other,
        "chips": pages_of(other.code, here="channel-presence"),
        "standing": [
            (one, words.short(f"side.{one.whose}"), words.mark("presence", one.state))
            for one in queries.presence_now(counterpart=other.code, now=request.now)
        ],
        "rows": [_presence_row(one, people) for one in log],
        "recording": may_record(request),
        "whose": options("side", (Side.THEIRS, Side.OURS)),
        "tolds": options("told", PresenceSaid),
        "sides": options("side", SOURCES),
        "at": for_input(request.now),
        "typed": request.POST,
        "faults": faults,
    }
    return render(request, "web/console/line_presence.html", context, status=422 if faults else 200)


def _presence_row(one: Written[PresenceFact], people: Mapping[str, str]) -> LogRow:
    fact = one.fact
    count = "" if fact.people is None else _("%(count)s people") % {"count": fact.people}
    heads = {True: _("the head was there"), False: _("the head was not there")}
    what = f"{words.short(f'side.{fact.whose}')}, {fact.place}: {words.short(f'told.{fact.told}')}"
    more = [count, heads.get(fact.head_there, "") if fact.head_there is not None else ""]
    return log_row(one, fact.at, what, [*more, *source_words(fact.source)], people=people)


@needs(post="line.record")
def undo(request: StaffRequest) -> HttpResponse:
    """Withdraw one record by naming it; it stays readable, with why."""
    then = back_to(request, reverse("channel"))

    def deed() -> str:
        operations.correct(
            now=request.now,
            actor=request.actor,
            record=text(request, "record"),
            why=text(request, "why"),
        )
        return _("The record is corrected; it stays readable, with why.")

    def again(faults: list[str]) -> HttpResponse:
        context = {
            "faults": faults,
            "record": text(request, "record"),
            "why": text(request, "why"),
            "then": then,
        }
        return render(request, "web/console/line_undo_page.html", context, status=422)

    return press(request, deed, then=then, again=again)
