"""What others ask of the line: how it stands and by whose word, today's calls, its days, its history."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import Min, Q

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.people.calls import (
    CallKind,
    CallOutcome,
    CallRecord,
    CallStanding,
    DayState,
    OwnSide,
    Reading,
    call_standing,
    day_state,
    due_calls,
)
from sangbong.liaison.core.people.line_state import (
    LineFact,
    LineSaid,
    LineStanding,
    Stretch,
    deciding_facts,
    history,
    line_standing,
)
from sangbong.liaison.core.people.paths import Path, PathFact, PathSaid, PathStanding, paths
from sangbong.liaison.core.people.presence import (
    PresenceFact,
    PresenceSaid,
    PresenceStanding,
    presence,
)
from sangbong.liaison.core.people.published import published_facts
from sangbong.liaison.core.people.roster import Duty, DutyDeed, DutyRecord, DutyStanding, roster
from sangbong.liaison.core.people.said import Known, Said, Side
from sangbong.liaison.models import (
    CallRow,
    DutyRow,
    LineCorrection,
    LineFactRow,
    PathFactRow,
    PresenceFactRow,
)
from sangbong.office.queries import counterparts, own_office
from sangbong.programmes.korea import lines as programme
from sangbong.programmes.lines import LineData, LineEvent

PLAIN_LINE = "line"
"""The line between two offices for which the programme names none."""
LOG_MAX = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a fact no longer stands, and who said so."""

    at: datetime
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """A fact as it was written down; `record` names it for a correction."""

    record: str
    fact: T
    recorded_at: datetime
    recorded_by: str
    correction: Correction | None


@dataclass(frozen=True, slots=True)
class LineNow:
    """One line in use and how it stands; `published` where the state is not of our own record."""

    line: LineData
    standing: LineStanding
    published: bool


@dataclass(frozen=True, slots=True)
class LineToday:
    """All that an officer asks first in the morning about one counterpart."""

    counterpart: OfficeCode
    lines: tuple[LineNow, ...]
    calls: tuple[CallStanding, ...]
    other_calls: tuple[CallRecord, ...]
    presence: tuple[PresenceStanding, ...]
    paths: tuple[PathStanding, ...]


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day of the strip: its calls, those outside the hours, and one word for all."""

    day: date
    state: DayState
    calls: tuple[CallStanding, ...]
    other_calls: tuple[CallRecord, ...]


@dataclass(frozen=True, slots=True)
class Lane:
    """One line's history: its runs, the oldest first."""

    line: LineData
    runs: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that was said of the lines between us and a counterpart, up to a moment."""

    lanes: tuple[Lane, ...]
    events: tuple[LineEvent, ...]
    own: tuple[Written[LineFact], ...]


def zone() -> ZoneInfo:
    """The zone whose calendar this office works by."""
    return ZoneInfo(own_office().time_zone)


def lines_with(counterpart: OfficeCode, *, own: OfficeCode) -> tuple[LineData, ...]:
    """The lines between us and another office; a plain one where the programme names none."""
    known = programme.lines_between(own, counterpart)
    if known:
        return known
    return (
        LineData(
            code=PLAIN_LINE,
            countries=(own[:2], counterpart[:2]),
            kind="phone",
            name_en="line",
            name_ko="연락선",
            from_date=date.min,
            until_date=None,
            source="",
        ),
    )


def corrections(records: Collection[str]) -> dict[str, Correction]:
    """The corrections of these records, by record."""
    rows = LineCorrection.objects.filter(record__in=records)
    return {
        row.record: Correction(at=row.corrected_at, by=row.corrected_by, why=row.why)
        for row in rows
    }


def written(
    kind: str,
    rows: Iterable[Any],
    make: Callable[[Any, Correction | None], T],
    known: Mapping[str, Correction],
) -> list[Written[T]]:
    """Rows as facts with who wrote them down, in the rows' order."""
    made = []
    for row in rows:
        record = f"{kind}:{row.pk}"
        correction = known.get(record)
        made.append(
            Written(
                record=record,
                fact=make(row, correction),
                recorded_at=row.recorded_at,
                recorded_by=row.recorded_by,
                correction=correction,
            )
        )
    return made


def records_of(kind: str, rows: Iterable[Any]) -> list[str]:
    """The names by which rows are corrected."""
    return [f"{kind}:{row.pk}" for row in rows]


def said_of(row: Any) -> Said:
    """Who said so, as a row keeps it."""
    return Said(side=Side(row.side), by=row.said_by, paper=row.paper, saw=row.saw)


def line_fact(row: LineFactRow, correction: Correction | None) -> LineFact:
    """A row as a fact."""
    return LineFact(
        line=row.line,
        told=LineSaid(row.told),
        at=row.at,
        source=said_of(row),
        known=Known(row.known),
        number=row.pk,
        corrected=correction is not None,
    )


def _path_fact(row: PathFactRow, correction: Correction | None) -> PathFact:
    return PathFact(
        path=Path(row.path),
        told=PathSaid(row.told),
        at=row.at,
        source=said_of(row),
        number=row.pk,
        corrected=correction is not None,
    )


def _presence_fact(row: PresenceFactRow, correction: Correction | None) -> PresenceFact:
    return PresenceFact(
        whose=Side(row.whose),
        place=row.place,
        told=PresenceSaid(row.told),
        at=row.at,
        source=said_of(row),
        people=row.people,
        head_there=row.head_there,
        number=row.pk,
        corrected=correction is not None,
    )


def call_record(row: CallRow, correction: Correction | None) -> CallRecord:
    """A row as a record."""
    return CallRecord(
        line=row.line,
        kind=CallKind(row.kind),
        due_at=row.due_at,
        outcome=CallOutcome(row.outcome),
        at=row.at,
        rang=Side(row.rang) if row.rang else None,
        spoke_with=row.spoke_with,
        own_side=OwnSide(row.own_side),
        reading=Reading(row.reading),
        heard=row.heard,
        number=row.pk,
        corrected=correction is not None,
    )


def _duty_record(row: DutyRow, correction: Correction | None) -> DutyRecord:
    return DutyRecord(
        day=row.day,
        duty=Duty(row.duty),
        deed=DutyDeed(row.deed),
        officer=row.officer,
        at=row.at,
        agreed=row.agreed,
        number=row.pk,
        corrected=correction is not None,
    )


def lines_today(*, now: datetime) -> dict[OfficeCode, LineToday]:
    """How things stand with every other office, by code; as many queries for one as for thirty."""
    own = own_office()
    here = ZoneInfo(own.time_zone)
    today = now.astimezone(here).date()
    line_rows = list(LineFactRow.objects.all())
    path_rows = list(PathFactRow.objects.all())
    staff_rows = list(PresenceFactRow.objects.all())
    call_rows = list(_calls_between(today, today, here))
    known = corrections(
        records_of("line", line_rows)
        + records_of("path", path_rows)
        + records_of("presence", staff_rows)
        + records_of("call", call_rows)
    )

    def of(
        kind: str, rows: list[Any], make: Callable[[Any, Correction | None], T], code: str
    ) -> list[T]:
        mine = [row for row in rows if row.counterpart == code]
        return [one.fact for one in written(kind, mine, make, known)]

    found = {}
    for other in counterparts():
        code = other.code
        calls, others = _day_calls(
            own.code, code, today, of("call", call_rows, call_record, code), now
        )
        found[code] = LineToday(
            counterpart=code,
            lines=_lines_now(own.code, code, of("line", line_rows, line_fact, code), now, today),
            calls=calls,
            other_calls=others,
            presence=tuple(presence(of("presence", staff_rows, _presence_fact, code), now=now)),
            paths=tuple(paths(of("path", path_rows, _path_fact, code), now=now)),
        )
    return found


def line_today(*, now: datetime, counterpart: OfficeCode) -> LineToday:
    """How things stand with one other office.

    Raises:
        KeyError: no such counterpart: our own mistake.
    """
    return lines_today(now=now)[counterpart]


def _lines_now(
    own: OfficeCode, other: OfficeCode, facts: Sequence[LineFact], now: datetime, today: date
) -> tuple[LineNow, ...]:
    told = [*facts, *published_facts(programme.events_between(own, other))]
    own_lines = {fact.line for fact in facts if not fact.corrected}
    return tuple(
        LineNow(
            line=line,
            standing=line_standing(line.code, told, now=now),
            published=line.code not in own_lines,
        )
        for line in lines_with(other, own=own)
        if line.kind != "military"
        and line.from_date <= today
        and (line.until_date is None or today <= line.until_date)
    )


def _calls_between(first: date, last: date, here: ZoneInfo) -> Any:
    since = datetime.combine(first, time(), here)
    until = datetime.combine(last + timedelta(days=1), time(), here)
    # A call of the evening may be written down for an hour of the day: both moments are looked at.
    return CallRow.objects.filter(
        Q(due_at__gte=since, due_at__lt=until) | Q(due_at=None, at__gte=since, at__lt=until)
    ).order_by("at", "id")


def _day_calls(
    own: OfficeCode, other: OfficeCode, day: date, records: Sequence[CallRecord], now: datetime
) -> tuple[tuple[CallStanding, ...], tuple[CallRecord, ...]]:
    due = due_calls(programme.call_hours(own, other), day=day)
    return (
        tuple(call_standing(one, records, now=now) for one in due),
        tuple(record for record in records if record.due_at is None and not record.corrected),
    )


def calendar(
    *, counterpart: OfficeCode, first: date, last: date, now: datetime
) -> list[CalendarDay]:
    """The days from `first` to `last` with their calls; earlier than our first record, none: rule C9."""
    own = own_office()
    here = ZoneInfo(own.time_zone)
    rows = list(_calls_between(first, last, here).filter(counterpart=counterpart))
    known = corrections(records_of("call", rows))
    by_day: dict[date, list[CallRecord]] = {}
    for one in written("call", rows, call_record, known):
        moment = one.fact.due_at or one.fact.at
        by_day.setdefault(moment.astimezone(here).date(), []).append(one.fact)
    begun = CallRow.objects.filter(counterpart=counterpart).aggregate(first=Min("at"))["first"]
    since = (begun or now).astimezone(here).date()
    days = []
    for n in range((last - first).days + 1):
        day = first + timedelta(days=n)
        calls, others = _day_calls(own.code, counterpart, day, by_day.get(day, []), now)
        calls = calls if day >= since or by_day.get(day) else ()
        days.append(CalendarDay(day, day_state(calls), calls, others))
    return days


def call_log(*, counterpart: OfficeCode, limit: int = LOG_MAX) -> list[Written[CallRecord]]:
    """Calls as written down, the newest first, corrected ones among them."""
    rows = list(CallRow.objects.filter(counterpart=counterpart).order_by("-at", "-id")[:limit])
    return written("call", rows, call_record, corrections(records_of("call", rows)))


def line_log(*, counterpart: OfficeCode) -> list[Written[LineFact]]:
    """Our own facts of the lines, the newest first, corrected ones among them."""
    rows = list(LineFactRow.objects.filter(counterpart=counterpart).order_by("-at", "-id"))
    return written("line", rows, line_fact, corrections(records_of("line", rows)))


def path_log(*, counterpart: OfficeCode) -> list[Written[PathFact]]:
    """What was said of paths, the newest first."""
    rows = list(PathFactRow.objects.filter(counterpart=counterpart).order_by("-at", "-id"))
    return written("path", rows, _path_fact, corrections(records_of("path", rows)))


def presence_log(*, counterpart: OfficeCode) -> list[Written[PresenceFact]]:
    """What was said of each side's staff, the newest first."""
    rows = list(PresenceFactRow.objects.filter(counterpart=counterpart).order_by("-at", "-id"))
    return written("presence", rows, _presence_fact, corrections(records_of("presence", rows)))


def presence_now(*, counterpart: OfficeCode, now: datetime) -> list[PresenceStanding]:
    """How each side's staff at each place stand."""
    return presence((one.fact for one in presence_log(counterpart=counterpart)), now=now)


def timeline(*, counterpart: OfficeCode, now: datetime) -> Timeline:
    """The history of the lines with an office, from published events and our own facts."""
    own = own_office().code
    events = [e for e in programme.events_between(own, counterpart) if e.at <= now]
    log = line_log(counterpart=counterpart)
    told = [*(one.fact for one in log), *published_facts(events)]
    lanes = []
    for line in lines_with(counterpart, own=own):
        of_line = deciding_facts([fact for fact in told if fact.line == line.code])
        runs = history(of_line, until=now)
        if runs:
            lanes.append(Lane(line=line, runs=tuple(runs)))
    return Timeline(lanes=tuple(lanes), events=tuple(events), own=tuple(log))


def duty_records(*, first: date, last: date) -> list[Written[DutyRecord]]:
    """The records of duties on these days, the oldest first."""
    rows = list(DutyRow.objects.filter(day__gte=first, day__lte=last).order_by("at", "id"))
    return written("duty", rows, _duty_record, corrections(records_of("duty", rows)))


def roster_days(*, days: Sequence[date]) -> list[DutyStanding]:
    """Who has which duty on these days, which follow one another."""
    told = duty_records(first=days[0], last=days[-1])
    return roster(days, [one.fact for one in told])
