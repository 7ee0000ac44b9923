"""Writing down what was said of the line, of paths and of staff, and what came of calls.

Every deed adds a row and a line in the audit trail; `correct` withdraws one by naming it (rule W2).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.people.calls import (
    CallKind,
    CallOutcome,
    CallRecord,
    CallState,
    call_standing,
    check_record,
    due_calls,
)
from sangbong.liaison.core.people.line_state import LineFact
from sangbong.liaison.core.people.meetings import meeting_state
from sangbong.liaison.core.people.offer import ANSWERS, Way, offer_state
from sangbong.liaison.core.people.paths import PathFact
from sangbong.liaison.core.people.presence import PresenceFact
from sangbong.liaison.core.people.said import Said, Side, check_past
from sangbong.liaison.models import (
    CallRow,
    DutyRow,
    LineCorrection,
    LineFactRow,
    MeetingFactRow,
    OfferFactRow,
    PathFactRow,
    PresenceFactRow,
)
from sangbong.liaison.queries.line import (
    call_record,
    corrections,
    lines_with,
    records_of,
    written,
    zone,
)
from sangbong.liaison.queries.people import meeting, offer
from sangbong.names.text import clean_text
from sangbong.office.core.actor import Actor
from sangbong.office.operations import record_audit
from sangbong.office.queries import counterpart as known_counterpart
from sangbong.office.queries import own_office
from sangbong.programmes.korea import lines as programme

NAME_MAX = 100
PLACE_MAX = 60
PAPER_MAX = 120
SAW_MAX = 500
WHY_MAX = 200

_TABLES: dict[str, Any] = {
    "line": LineFactRow,
    "path": PathFactRow,
    "presence": PresenceFactRow,
    "call": CallRow,
    "duty": DutyRow,
    "meeting": MeetingFactRow,
    "offer": OfferFactRow,
}


def record_line_fact(
    *, now: datetime, actor: Actor, counterpart: OfficeCode, fact: LineFact
) -> str:
    """Write down what somebody said of a line; the record's name.

    Raises:
        SangbongError: `office.unknown_counterpart`, `liaison.line_unknown`, `liaison.line_source`,
            `liaison.line_not_yet`, or a fault of a text from `names.text`; the writer's slip.
    """
    _check_line(counterpart, fact.line)
    check_past(fact.at, now=now)
    row = LineFactRow.objects.create(
        counterpart=counterpart,
        line=fact.line,
        told=fact.told,
        known=fact.known,
        **source_columns(fact.source),
        **stamp(fact.at, now, actor),
    )
    return _audited(now, actor, "line", row, {"line": fact.line, "told": fact.told})


def record_path(*, now: datetime, actor: Actor, counterpart: OfficeCode, fact: PathFact) -> str:
    """Write down whether a path can be used; the record's name.

    Raises:
        SangbongError: as `record_line_fact`.
    """
    known_counterpart(counterpart)
    check_past(fact.at, now=now)
    row = PathFactRow.objects.create(
        counterpart=counterpart,
        path=fact.path,
        told=fact.told,
        **source_columns(fact.source),
        **stamp(fact.at, now, actor),
    )
    return _audited(now, actor, "path", row, {"path": fact.path, "told": fact.told})


def record_presence(
    *, now: datetime, actor: Actor, counterpart: OfficeCode, fact: PresenceFact
) -> str:
    """Write down who is there of one side; the record's name.

    Raises:
        SangbongError: as `record_line_fact`.
    """
    known_counterpart(counterpart)
    check_past(fact.at, now=now)
    row = PresenceFactRow.objects.create(
        counterpart=counterpart,
        whose=fact.whose,
        place=clean_text(fact.place, column="place", max_length=PLACE_MAX),
        told=fact.told,
        people=fact.people,
        head_there=fact.head_there,
        **source_columns(fact.source),
        **stamp(fact.at, now, actor),
    )
    facts = {"whose": fact.whose, "told": fact.told}
    return _audited(now, actor, "presence", row, facts)


def record_call(*, now: datetime, actor: Actor, counterpart: OfficeCode, record: CallRecord) -> str:
    """Write down what came of a call; the record's name. It changes no state of a line (rule C3).

    Raises:
        SangbongError: `liaison.call_not_due`, `liaison.call_recorded`,
            `liaison.call_check_own_side`, or as `record_line_fact`; the writer's slip.
    """
    _check_line(counterpart, record.line)
    check_past(record.at, now=now)
    check_record(record)
    if record.due_at is not None or record.kind is not CallKind.OTHER:
        _check_due(counterpart, record, now)
    row = CallRow.objects.create(
        counterpart=counterpart,
        line=record.line,
        kind=record.kind,
        due_at=record.due_at,
        outcome=record.outcome,
        rang=record.rang or "",
        spoke_with=clean_text(record.spoke_with, column="spoke_with", max_length=NAME_MAX),
        own_side=record.own_side,
        reading=record.reading,
        heard=clean_text(record.heard, column="heard", max_length=SAW_MAX),
        **stamp(record.at, now, actor),
    )
    facts = {"line": record.line, "call": record.kind, "outcome": record.outcome}
    return _audited(now, actor, "call", row, facts)


def record_opening_call(
    *, now: datetime, actor: Actor, counterpart: OfficeCode, spoke_with: str = "", heard: str = ""
) -> str | None:
    """Write down today's opening call as made just now; None where it is written down already.

    On a day without one (a weekend, an office with no hours) it is written down as another call.

    Raises:
        SangbongError: as `record_call`.
    """
    today = now.astimezone(zone()).date()
    hours = programme.call_hours(own_office().code, counterpart)
    opening = next((d for d in due_calls(hours, day=today) if d.kind is CallKind.OPENING), None)
    if opening is None:
        line = lines_with(counterpart, own=own_office().code)[0].code
        kind, due_at = CallKind.OTHER, None
    else:
        line, kind, due_at = opening.line, opening.kind, opening.due_at
        told = call_standing(opening, _records_of(counterpart, due_at), now=now)
        if told.state not in {CallState.EXPECTED, CallState.SILENT}:
            return None
    return record_call(
        now=now,
        actor=actor,
        counterpart=counterpart,
        record=CallRecord(
            line=line,
            kind=kind,
            due_at=due_at,
            outcome=CallOutcome.MADE,
            at=now,
            spoke_with=spoke_with,
            heard=heard,
        ),
    )


def correct(*, now: datetime, actor: Actor, record: str, why: str) -> None:
    """Withdraw a record by naming it; it stays readable, with why.

    Raises:
        SangbongError: `liaison.line_record_unknown`, `liaison.line_corrected_already`,
            `liaison.line_why`, `liaison.line_paper_stands`, or `liaison.meeting_not_now` and
            `liaison.offer_not_now` where a later record rests on it; the writer's slip.
    """
    reason = clean_text(why, column="why", max_length=WHY_MAX)
    if not reason:
        raise SangbongError("liaison.line_why")
    kind, _colon, number = record.partition(":")
    table = _TABLES.get(kind)
    usable = number.isascii() and number.isdigit() and len(number) <= 18
    row = table.objects.filter(pk=int(number)).first() if table and usable else None
    if row is None:
        raise SangbongError("liaison.line_record_unknown")
    if LineCorrection.objects.filter(record=record).exists():
        raise SangbongError("liaison.line_corrected_already")
    _check_rest(kind, row)
    LineCorrection.objects.create(
        record=record, corrected_at=now, corrected_by=actor.staff, why=reason
    )
    record_audit(now=now, actor=actor, action="liaison.correct", subjects=[record])


def _check_rest(kind: str, row: Any) -> None:
    """What stays of a meeting or an offer must still make sense without this record."""
    if kind == "meeting":
        found = meeting(row.meeting_id)
        assert found is not None, "a fact belongs to a meeting"  # noqa: S101 -- foreign key
        rest = [t.fact for t in found.facts if not t.correction and t.fact.number != row.pk]
        meeting_state(rest)
    elif kind == "offer":
        if row.way == Way.CHANNEL and row.deed in ANSWERS:
            raise SangbongError("liaison.line_paper_stands")
        offered = offer(row.offer_id)
        assert offered is not None, "a fact belongs to an offer"  # noqa: S101 -- foreign key
        offer_state(t.fact for t in offered.facts if not t.correction and t.fact.number != row.pk)


def _check_line(counterpart: OfficeCode, line: str) -> None:
    known_counterpart(counterpart)
    if line not in {one.code for one in lines_with(counterpart, own=own_office().code)}:
        raise SangbongError("liaison.line_unknown", line=line[:40])


def _check_due(counterpart: OfficeCode, record: CallRecord, now: datetime) -> None:
    hours = programme.call_hours(own_office().code, counterpart)
    # The hours' own zone says which day it is: at most a day away from ours.
    day = (record.due_at or now).astimezone(zone()).date()
    for due in due_calls(hours, day=day):
        if (due.line, due.kind, due.due_at) == (record.line, record.kind, record.due_at):
            told = [*_records_of(counterpart, due.due_at), record]
            call_standing(due, told, now=now)
            return
    raise SangbongError("liaison.call_not_due")


def _records_of(counterpart: OfficeCode, due_at: datetime) -> list[CallRecord]:
    rows = list(CallRow.objects.filter(counterpart=counterpart, due_at=due_at))
    known = corrections(records_of("call", rows))
    return [one.fact for one in written("call", rows, call_record, known)]


def source_columns(source: Said) -> dict[str, str]:
    """Who said so, as columns: rule W1.

    Raises:
        SangbongError: `liaison.line_source`, or a fault of a text from `names.text`.
    """
    by = clean_text(source.by, column="said_by", max_length=NAME_MAX)
    if source.side is Side.PUBLISHED or not by:
        raise SangbongError("liaison.line_source")
    return {
        "side": source.side.value,
        "said_by": by,
        "paper": clean_text(source.paper, column="paper", max_length=PAPER_MAX),
        "saw": clean_text(source.saw, column="saw", max_length=SAW_MAX),
    }


def stamp(at: datetime, now: datetime, actor: Actor) -> dict[str, Any]:
    """When it was, when it was written down, and by whom."""
    return {"at": at, "recorded_at": now, "recorded_by": actor.staff}


def _audited(now: datetime, actor: Actor, kind: str, row: Any, facts: dict[str, Any]) -> str:
    record = f"{kind}:{row.pk}"
    record_audit(
        now=now,
        actor=actor,
        action=f"liaison.record_{kind}",
        subjects=[record, f"office:{row.counterpart}"],
        facts={name: str(value) for name, value in facts.items()},
    )
    return record
