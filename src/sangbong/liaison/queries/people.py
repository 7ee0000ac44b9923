"""What others ask of meetings, offers, and what waits for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Min, Q, QuerySet

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.states import DispatchState
from sangbong.liaison.core.people.calls import CallState
from sangbong.liaison.core.people.meetings import (
    MeetingDeed,
    MeetingFact,
    MeetingKind,
    MeetingState,
    MinutesText,
    Notice,
    UsualMeeting,
    meeting_state,
    notice_of,
    usual_meetings,
)
from sangbong.liaison.core.people.offer import OfferDeed, OfferFact, OfferState, Way, offer_state
from sangbong.liaison.core.people.said import Side
from sangbong.liaison.models import (
    InboxDispatch,
    MeetingFactRow,
    MeetingRow,
    MinutesRow,
    OfferFactRow,
    OfferRow,
    OutboxDispatch,
)
from sangbong.liaison.queries.line import (
    LOG_MAX,
    Correction,
    Written,
    calendar,
    corrections,
    records_of,
    said_of,
    written,
    zone,
)
from sangbong.office.queries import counterparts, own_office
from sangbong.programmes.korea import lines as programme

SILENT_DAYS = 7
"""How many days back a call of which nobody wrote anything still waits for a word."""


@dataclass(frozen=True, slots=True)
class FiledMinutes:
    """One version of minutes, with the record that filed it."""

    record: str
    minutes: MinutesText
    filed_at: datetime
    filed_by: str
    stands: bool


@dataclass(frozen=True, slots=True)
class MeetingView:
    """One meeting: its state, what was written down of it, its minutes (the newest last)."""

    id: int
    counterpart: OfficeCode
    kind: MeetingKind
    planned_at: datetime
    place: str
    planned_by: str
    state: MeetingState
    facts: tuple[Written[MeetingFact], ...]
    notice: Notice | None
    minutes: tuple[FiledMinutes, ...]

    def unwritten(self, now: datetime) -> bool:
        """Whether its hour has passed and nobody wrote anything: rule M1."""
        return self.state is MeetingState.PLANNED and self.planned_at <= now


@dataclass(frozen=True, slots=True)
class OfferView:
    """One paper offered, by us or to us, and what was said to it."""

    id: int
    counterpart: OfficeCode
    outgoing: bool
    number: str
    title: str
    in_name_of: str
    leaves: int
    way: Way
    offered_at: datetime
    said_by: str
    dispatch_id: str
    state: OfferState
    facts: tuple[Written[OfferFact], ...]
    dispatches: tuple[str, ...]

    @property
    def since(self) -> datetime:
        """When it came into its state."""
        stood = [one.fact.at for one in self.facts if one.correction is None]
        return max(stood, default=self.offered_at)


class WaitKind(StrEnum):
    """What waits."""

    TO_CARRY = "to_carry"
    RECEIPT = "receipt"
    RETURNED = "returned"
    APPLYING_THERE = "applying_there"
    APPLYING_HERE = "applying_here"
    OFFER_TO_ANSWER = "offer_to_answer"
    OFFER_ANSWER = "offer_answer"
    PAPER_TO_SEND = "paper_to_send"
    PAPER_TO_COME = "paper_to_come"
    MEETING_TO_WRITE = "meeting_to_write"
    MINUTES = "minutes"
    CALL_TO_WRITE = "call_to_write"


FOR_AN_OFFICER = frozenset(
    {
        WaitKind.OFFER_TO_ANSWER,
        WaitKind.PAPER_TO_SEND,
        WaitKind.MEETING_TO_WRITE,
        WaitKind.MINUTES,
        WaitKind.CALL_TO_WRITE,
    }
)
"""What waits for a word or a deed of a liaison officer of ours."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits, for whom, how many of it, and since when the oldest."""

    kind: WaitKind
    side: Side
    count: int
    since: datetime


def meetings(*, counterpart: OfficeCode, limit: int = LOG_MAX) -> list[MeetingView]:
    """Meetings with an office, the newest first."""
    rows = MeetingRow.objects.filter(counterpart=counterpart).order_by("-planned_at", "-id")
    return _meeting_views(rows[:limit])


def meeting(number: int) -> MeetingView | None:
    """One meeting, or None."""
    return next(iter(_meeting_views(MeetingRow.objects.filter(pk=number))), None)


def _meeting_views(rows: QuerySet[MeetingRow]) -> list[MeetingView]:
    found = list(rows)
    facts = list(
        MeetingFactRow.objects.filter(meeting__in=[row.pk for row in found]).order_by("at", "id")
    )
    texts = {row.fact_id: row for row in MinutesRow.objects.filter(fact__in=facts)}
    known = corrections(records_of("meeting", facts))
    here = zone()
    views = []
    for row in found:
        mine = [fact for fact in facts if fact.meeting_id == row.pk]
        told = written("meeting", mine, _meeting_fact, known)
        absent = [t.fact for t in told if t.fact.deed is MeetingDeed.NOT_HOLD and not t.correction]
        views.append(
            MeetingView(
                id=row.pk,
                counterpart=OfficeCode(row.counterpart),
                kind=MeetingKind(row.kind),
                planned_at=row.planned_at,
                place=row.place,
                planned_by=row.recorded_by,
                state=meeting_state(one.fact for one in told),
                facts=tuple(told),
                notice=notice_of(row.planned_at, absent[-1].noticed_at, zone=here)
                if absent
                else None,
                minutes=tuple(
                    FiledMinutes(
                        record=one.record,
                        minutes=_minutes_text(texts[one.fact.number]),
                        filed_at=one.recorded_at,
                        filed_by=one.recorded_by,
                        stands=one.correction is None,
                    )
                    for one in told
                    if one.fact.deed is MeetingDeed.FILE_MINUTES
                ),
            )
        )
    return views


def _meeting_fact(row: MeetingFactRow, correction: Correction | None) -> MeetingFact:
    return MeetingFact(
        deed=MeetingDeed(row.deed),
        at=row.at,
        source=said_of(row),
        noticed_at=row.noticed_at,
        number=row.pk,
        corrected=correction is not None,
    )


def _minutes_text(row: MinutesRow) -> MinutesText:
    return MinutesText(text=row.text, agreed=tuple(row.agreed), object_id=row.object_id)


def usual(*, counterpart: OfficeCode, now: datetime, days: int = 7) -> list[UsualMeeting]:
    """What habit proposes with an office for the days from today on."""
    today = now.astimezone(zone()).date()
    habits = programme.meeting_habits(own_office().code, counterpart)
    proposed = usual_meetings(habits, (today + timedelta(days=n) for n in range(days)))
    return [one for one in proposed if one.at > now]


def offers(*, counterpart: OfficeCode | None = None, limit: int = LOG_MAX) -> list[OfferView]:
    """Papers offered, the newest first."""
    rows = OfferRow.objects.order_by("-at", "-id")
    if counterpart is not None:
        rows = rows.filter(counterpart=counterpart)
    return _offer_views(rows[:limit])


def open_offers(*, counterpart: OfficeCode | None = None) -> list[OfferView]:
    """Offers that wait for a word or for the paper, the oldest first."""
    waiting = {OfferState.OFFERED, OfferState.WILL_TAKE}
    found = [one for one in offers(counterpart=counterpart) if one.state in waiting]
    return sorted(found, key=lambda one: (one.since, one.id))


def offer(number: int) -> OfferView | None:
    """One offer, or None."""
    return next(iter(_offer_views(OfferRow.objects.filter(pk=number))), None)


def _offer_views(rows: QuerySet[OfferRow]) -> list[OfferView]:
    found = list(rows)
    facts = list(
        OfferFactRow.objects.filter(offer__in=[row.pk for row in found]).order_by("at", "id")
    )
    known = corrections(records_of("offer", facts))
    views = []
    for row in found:
        mine = [fact for fact in facts if fact.offer_id == row.pk]
        told = written("offer", mine, _offer_fact, known)
        views.append(
            OfferView(
                id=row.pk,
                counterpart=OfficeCode(row.counterpart),
                outgoing=row.outgoing,
                number=row.number,
                title=row.title,
                in_name_of=row.in_name_of,
                leaves=row.leaves,
                way=Way(row.way),
                offered_at=row.at,
                said_by=row.said_by,
                dispatch_id=row.dispatch_id,
                state=offer_state(one.fact for one in told),
                facts=tuple(told),
                dispatches=tuple(fact.dispatch_id for fact in mine),
            )
        )
    return views


def _offer_fact(row: OfferFactRow, correction: Correction | None) -> OfferFact:
    return OfferFact(
        deed=OfferDeed(row.deed),
        at=row.at,
        way=Way(row.way),
        source=said_of(row),
        number=row.pk,
        corrected=correction is not None,
    )


def what_waits(*, counterpart: OfficeCode, now: datetime) -> list[Waiting]:
    """What waits with an office, for us or for them, the oldest first."""
    found = [
        *_dispatches_waiting(counterpart),
        *_offers_waiting(open_offers(counterpart=counterpart)),
        *_meetings_waiting(meetings(counterpart=counterpart), now),
        *_calls_waiting(counterpart, now),
    ]
    return sorted(found, key=lambda one: (one.since, one.kind))


def everything_waiting(*, now: datetime) -> dict[OfficeCode, list[Waiting]]:
    """What waits with every other office."""
    return {other.code: what_waits(counterpart=other.code, now=now) for other in counterparts()}


def _dispatches_waiting(counterpart: OfficeCode) -> Iterable[Waiting]:
    out = OutboxDispatch.objects.filter(stream__recipient=counterpart)
    custody = Q(state__in=[DispatchState.SEALED, DispatchState.CARRIED])
    counts = out.aggregate(
        sealed=Count("id", filter=Q(state=DispatchState.SEALED, returned_code="")),
        sealed_since=Min("sealed_at", filter=Q(state=DispatchState.SEALED, returned_code="")),
        carried=Count("id", filter=Q(state=DispatchState.CARRIED, returned_code="")),
        carried_since=Min("carried_at", filter=Q(state=DispatchState.CARRIED, returned_code="")),
        returned=Count("id", filter=custody & ~Q(returned_code="")),
        returned_since=Min("returned_at", filter=custody & ~Q(returned_code="")),
        received=Count("id", filter=Q(state=DispatchState.RECEIVED)),
        received_since=Min("received_at", filter=Q(state=DispatchState.RECEIVED)),
    )
    came = InboxDispatch.objects.filter(
        stream__sender=counterpart, state=DispatchState.RECEIVED
    ).aggregate(n=Count("id"), since=Min("received_at"))
    for kind, side, count, since in (
        (WaitKind.TO_CARRY, Side.OURS, counts["sealed"], counts["sealed_since"]),
        (WaitKind.RECEIPT, Side.THEIRS, counts["carried"], counts["carried_since"]),
        (WaitKind.RETURNED, Side.OURS, counts["returned"], counts["returned_since"]),
        (WaitKind.APPLYING_THERE, Side.THEIRS, counts["received"], counts["received_since"]),
        (WaitKind.APPLYING_HERE, Side.OURS, came["n"], came["since"]),
    ):
        if count:
            yield Waiting(kind, side, count, since)


def _offers_waiting(found: Iterable[OfferView]) -> Iterable[Waiting]:
    kinds = {
        (True, OfferState.OFFERED): (WaitKind.OFFER_ANSWER, Side.THEIRS),
        (False, OfferState.OFFERED): (WaitKind.OFFER_TO_ANSWER, Side.OURS),
        (True, OfferState.WILL_TAKE): (WaitKind.PAPER_TO_SEND, Side.OURS),
        (False, OfferState.WILL_TAKE): (WaitKind.PAPER_TO_COME, Side.THEIRS),
    }
    grouped: dict[tuple[WaitKind, Side], list[datetime]] = {}
    for one in found:
        grouped.setdefault(kinds[one.outgoing, one.state], []).append(one.since)
    for (kind, side), moments in grouped.items():
        yield Waiting(kind, side, len(moments), min(moments))


def _meetings_waiting(found: Iterable[MeetingView], now: datetime) -> Iterable[Waiting]:
    seen = list(found)
    unwritten = [one.planned_at for one in seen if one.unwritten(now)]
    if unwritten:
        yield Waiting(WaitKind.MEETING_TO_WRITE, Side.OURS, len(unwritten), min(unwritten))
    held = [one.planned_at for one in seen if one.state is MeetingState.HELD]
    if held:
        yield Waiting(WaitKind.MINUTES, Side.OURS, len(held), min(held))


def _calls_waiting(counterpart: OfficeCode, now: datetime) -> Iterable[Waiting]:
    today = now.astimezone(zone()).date()
    first = today - timedelta(days=SILENT_DAYS - 1)
    silent = [
        call.due.due_at
        for day in calendar(counterpart=counterpart, first=first, last=today, now=now)
        for call in day.calls
        if call.state is CallState.SILENT
    ]
    if silent:
        yield Waiting(WaitKind.CALL_TO_WRITE, Side.OURS, len(silent), min(silent))
