"""Duties, meetings and minutes, and papers offered before they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from sangbong.archive.queries import describe
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.clearance import standing as standing_clearance
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.people.meetings import (
    MeetingDeed,
    MeetingFact,
    MeetingKind,
    MinutesText,
    check_minutes,
)
from sangbong.liaison.core.people.meetings import after as meeting_after
from sangbong.liaison.core.people.offer import ANSWERS, OfferDeed, OfferFact, Way
from sangbong.liaison.core.people.offer import after as offer_after
from sangbong.liaison.core.people.offer_papers import (
    ANSWER_KIND,
    OFFER_KIND,
    OfferAnswer,
    OfferAnswerPaper,
    OfferPaper,
)
from sangbong.liaison.core.people.roster import Duty, DutyDeed, DutyRecord, check_record, needed
from sangbong.liaison.core.people.said import Said, Side, check_past
from sangbong.liaison.models import (
    DutyRow,
    MeetingFactRow,
    MeetingRow,
    MinutesRow,
    OfferFactRow,
    OfferRow,
)
from sangbong.liaison.operations.line import NAME_MAX, PLACE_MAX, source_columns, stamp
from sangbong.liaison.operations.outbox import enqueue
from sangbong.liaison.queries.line import roster_days
from sangbong.liaison.queries.people import MeetingView, OfferView, meeting, offer
from sangbong.names.text import clean_text
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.office.operations import record_audit
from sangbong.office.queries import counterpart as known_counterpart
from sangbong.office.queries import staff

OFFER_STREAM = "offers"
_BASIS = "liaison: offers of papers between officers"
_PURPOSE = "liaison"
_ROUTING = Actor("system:routing", "inbound dispatch")


def assign_duty(*, now: datetime, actor: Actor, day: date, duty: Duty, officer: str) -> str:
    """Give an open duty to a liaison officer; the record's name.

    Raises:
        SangbongError: `liaison.duty_none`, `liaison.duty_not_so` or
            `liaison.duty_unknown_officer`; the writer's slip.
    """
    return _record_duty(now, actor, DutyRecord(day, duty, DutyDeed.ASSIGN, officer, now))


def swap_duty(
    *, now: datetime, actor: Actor, day: date, duty: Duty, officer: str, agreed: str
) -> str:
    """Let another officer take a duty, with who agreed; the record's name.

    Raises:
        SangbongError: as `assign_duty`, `liaison.duty_same_officer`, `liaison.duty_who_agreed`.
    """
    told = clean_text(agreed, column="agreed", max_length=2 * NAME_MAX)
    return _record_duty(now, actor, DutyRecord(day, duty, DutyDeed.SWAP, officer, now, told))


def give_duty_back(*, now: datetime, actor: Actor, day: date, duty: Duty) -> str:
    """Leave a duty open again; the record's name.

    Raises:
        SangbongError: as `assign_duty`.
    """
    return _record_duty(now, actor, DutyRecord(day, duty, DutyDeed.GIVE_BACK, "", now))


def _record_duty(now: datetime, actor: Actor, record: DutyRecord) -> str:
    if record.duty not in needed(record.day):
        raise SangbongError("liaison.duty_none")
    (held,) = (one for one in roster_days(days=[record.day]) if one.duty is record.duty)
    check_record(held, record)
    officers = {s.username for s in staff() if s.active and s.role is Role.LIAISON_OFFICER}
    if record.officer and record.officer not in officers:
        raise SangbongError("liaison.duty_unknown_officer", officer=record.officer[:40])
    row = DutyRow.objects.create(
        day=record.day,
        duty=record.duty,
        deed=record.deed,
        officer=record.officer,
        agreed=record.agreed,
        **stamp(now, now, actor),
    )
    facts = {"day": record.day.isoformat(), "duty": record.duty.value, "deed": record.deed.value}
    return _audited(now, actor, f"duty:{row.pk}", "liaison.record_duty", facts)


def plan_meeting(
    *,
    now: datetime,
    actor: Actor,
    counterpart: OfficeCode,
    kind: MeetingKind,
    planned_at: datetime,
    place: str = "",
) -> int:
    """Plan a meeting; its number.

    Raises:
        SangbongError: `office.unknown_counterpart`, `liaison.meeting_planned`, or a fault of a text;
            the writer's slip.
    """
    known_counterpart(counterpart)
    same = MeetingRow.objects.filter(counterpart=counterpart, kind=kind, planned_at=planned_at)
    if same.exists():
        raise SangbongError("liaison.meeting_planned")
    row = MeetingRow.objects.create(
        counterpart=counterpart,
        kind=kind,
        planned_at=planned_at,
        place=clean_text(place, column="place", max_length=PLACE_MAX),
        recorded_at=now,
        recorded_by=actor.staff,
    )
    facts = {"kind": kind.value, "at": planned_at.isoformat()}
    _audited(now, actor, f"plan:{row.pk}", "liaison.plan_meeting", facts)
    return int(row.pk)


def record_meeting(*, now: datetime, actor: Actor, number: int, fact: MeetingFact) -> str:
    """Write down that a meeting was held, or that it was not and when notice was given.

    Raises:
        SangbongError: `liaison.meeting_unknown`, `liaison.meeting_not_now`,
            `liaison.meeting_not_over`, `liaison.line_source`, `liaison.line_not_yet`.
    """
    found = _meeting(number)
    meeting_after(found.state, fact.deed)
    check_past(fact.at, now=now)
    if fact.noticed_at is not None:
        check_past(fact.noticed_at, now=now)
    if fact.deed is MeetingDeed.HOLD and found.planned_at > now:
        raise SangbongError("liaison.meeting_not_over")
    return _meeting_fact(now, actor, found, fact)[1]


def file_minutes(
    *, now: datetime, actor: Actor, number: int, minutes: MinutesText, source: Said
) -> str:
    """File minutes of a meeting that was held; earlier versions stay. The record's name.

    Raises:
        SangbongError: `liaison.meeting_unknown`, `liaison.meeting_not_now`,
            `liaison.minutes_empty`, `liaison.minutes_too_long`, `liaison.line_source`, or what the
            archive says of an object id that it does not keep.
    """
    found = _meeting(number)
    meeting_after(found.state, MeetingDeed.FILE_MINUTES)
    check_minutes(minutes)
    if minutes.object_id:
        describe(minutes.object_id)
    fact = MeetingFact(deed=MeetingDeed.FILE_MINUTES, at=now, source=source)
    row, record = _meeting_fact(now, actor, found, fact)
    MinutesRow.objects.create(
        fact=row,
        text=minutes.text,
        agreed=[
            clean_text(point, column="agreed", max_length=len(point)) for point in minutes.agreed
        ],
        object_id=minutes.object_id,
    )
    return record


def _meeting(number: int) -> MeetingView:
    found = meeting(number)
    if found is None:
        raise SangbongError("liaison.meeting_unknown")
    return found


def _meeting_fact(
    now: datetime, actor: Actor, found: MeetingView, fact: MeetingFact
) -> tuple[MeetingFactRow, str]:
    row = MeetingFactRow.objects.create(
        meeting_id=found.id,
        deed=fact.deed,
        noticed_at=fact.noticed_at,
        **source_columns(fact.source),
        **stamp(fact.at, now, actor),
    )
    record = f"meeting:{row.pk}"
    facts = {"meeting": found.id, "deed": fact.deed.value}
    return row, _audited(now, actor, record, "liaison.record_meeting", facts)


def offer_paper(
    *, now: datetime, actor: Actor, counterpart: OfficeCode, paper: OfferPaper, way: Way
) -> int:
    """Ask the other side whether it will take a paper, over the channel or by call; the offer's number.

    Raises:
        SangbongError: `liaison.offer_number_taken`, `liaison.offer_unreadable`, or as `enqueue`;
            the writer's slip.
    """
    known_counterpart(counterpart)
    body = paper.to_body()
    _check_number(counterpart, paper.number, outgoing=True)
    with transaction.atomic():
        dispatch = ""
        if way is Way.CHANNEL:
            dispatch = _send(now, counterpart, OFFER_KIND, body)
        row = _file_offer(
            now, actor, counterpart, paper, way=way, dispatch_id=dispatch, outgoing=True
        )
        _audited(now, actor, f"offered:{row.pk}", "liaison.offer_paper", {"way": way.value})
    return int(row.pk)


def file_offer_by_call(
    *, now: datetime, actor: Actor, counterpart: OfficeCode, paper: OfferPaper
) -> int:
    """Write down that the other side asked by call whether we will take a paper; the offer's number.

    Raises:
        SangbongError: as `offer_paper`.
    """
    known_counterpart(counterpart)
    paper.to_body()
    _check_number(counterpart, paper.number, outgoing=False)
    row = _file_offer(now, actor, counterpart, paper, way=Way.CALL, dispatch_id="", outgoing=False)
    _audited(now, actor, f"offered:{row.pk}", "liaison.file_offer", {"way": Way.CALL.value})
    return int(row.pk)


def answer_offer(
    *, now: datetime, actor: Actor, number: int, paper: OfferAnswerPaper, way: Way
) -> str:
    """Say whether we take a paper that was offered to us; the record's name.

    Raises:
        SangbongError: `liaison.offer_unknown`, `liaison.offer_not_ours`, `liaison.offer_not_now`,
            `liaison.offer_unreadable`, or as `enqueue`; the writer's slip.
    """
    found = _offer(number)
    body = paper.to_body()
    if found.outgoing or paper.offer != found.number:
        raise SangbongError("liaison.offer_not_ours")
    deed = OfferDeed(paper.answer.value)
    offer_after(found.state, deed)
    with transaction.atomic():
        dispatch = _send(now, found.counterpart, ANSWER_KIND, body) if way is Way.CHANNEL else ""
        source = Said(Side.OURS, by=paper.sender_name, saw=paper.reason)
        fact = OfferFact(deed=deed, at=now, way=way, source=source)
        return _offer_fact(now, actor, found, fact, dispatch)


def record_offer(
    *, now: datetime, actor: Actor, number: int, fact: OfferFact, dispatch_id: str = ""
) -> str:
    """Write down what became of an offer: an answer by call, no answer, sent, taken back.

    Raises:
        SangbongError: `liaison.offer_unknown`, `liaison.offer_not_ours`, `liaison.offer_not_now`,
            `liaison.line_source`, `liaison.line_not_yet`; the writer's slip.
    """
    found = _offer(number)
    check_past(fact.at, now=now)
    by_them = fact.source.side is Side.THEIRS
    answers = fact.deed in ANSWERS
    # Whoever was asked answers; whoever asked sends, takes back, or waits in vain.
    if (answers and by_them is not found.outgoing) or (not answers and by_them is found.outgoing):
        raise SangbongError("liaison.offer_not_ours")
    offer_after(found.state, fact.deed)
    return _offer_fact(now, actor, found, fact, dispatch_id)


def accept_offer(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File an offer that came in; whether we take the paper, a person decides.

    Raises:
        SangbongError: `liaison.offer_unreadable` or `liaison.offer_number_taken`; the other side's.
    """
    paper = OfferPaper.from_body(dispatch.body)
    _check_number(dispatch.sender, paper.number, outgoing=False)
    row = _file_offer(
        now,
        _ROUTING,
        dispatch.sender,
        paper,
        way=Way.CHANNEL,
        dispatch_id=dispatch.id,
        outgoing=False,
    )
    record = f"offered:{row.pk}"
    _audited(now, _ROUTING, record, "liaison.accept_offer", {"dispatch": dispatch.id})


def accept_offer_answer(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File the other side's answer to an offer of ours.

    Raises:
        SangbongError: `liaison.offer_unreadable` or `liaison.offer_unknown`; the other side's.
    """
    paper = OfferAnswerPaper.from_body(dispatch.body)
    row = OfferRow.objects.filter(
        counterpart=dispatch.sender, outgoing=True, number=paper.offer
    ).first()
    if row is None:
        raise SangbongError("liaison.offer_unknown", number=paper.offer)
    source = Said(Side.THEIRS, by=paper.sender_name, paper=dispatch.id, saw=paper.reason)
    deed = {OfferAnswer.TAKE: OfferDeed.TAKE, OfferAnswer.DECLINE: OfferDeed.DECLINE}[paper.answer]
    fact = OfferFact(deed=deed, at=now, way=Way.CHANNEL, source=source)
    _offer_fact(now, _ROUTING, _offer(row.pk), fact, dispatch.id)


def _send(now: datetime, counterpart: OfficeCode, kind: str, body: Any) -> str:
    return enqueue(
        now=now,
        clearance=standing_clearance(_BASIS, _PURPOSE, counterpart),
        recipient=counterpart,
        stream=OFFER_STREAM,
        kind=kind,
        body=body,
    )


def _check_number(counterpart: OfficeCode, number: str, *, outgoing: bool) -> None:
    if OfferRow.objects.filter(counterpart=counterpart, outgoing=outgoing, number=number).exists():
        raise SangbongError("liaison.offer_number_taken", number=number)


def _file_offer(
    now: datetime,
    actor: Actor,
    counterpart: OfficeCode,
    paper: OfferPaper,
    *,
    way: Way,
    dispatch_id: str,
    outgoing: bool,
) -> OfferRow:
    side = Side.OURS if outgoing else Side.THEIRS
    source = Said(side, by=paper.sender_name, paper=dispatch_id)
    return OfferRow.objects.create(
        counterpart=counterpart,
        outgoing=outgoing,
        number=paper.number,
        title=paper.title,
        in_name_of=paper.in_name_of,
        leaves=paper.leaves,
        way=way,
        dispatch_id=dispatch_id,
        **source_columns(source),
        **stamp(now, now, actor),
    )


def _offer(number: int) -> OfferView:
    found = offer(number)
    if found is None:
        raise SangbongError("liaison.offer_unknown", number=number)
    return found


def _offer_fact(
    now: datetime, actor: Actor, found: OfferView, fact: OfferFact, dispatch_id: str
) -> str:
    row = OfferFactRow.objects.create(
        offer_id=found.id,
        deed=fact.deed,
        way=fact.way,
        dispatch_id=dispatch_id,
        **source_columns(fact.source),
        **stamp(fact.at, now, actor),
    )
    facts = {"offer": found.id, "deed": fact.deed.value, "way": fact.way.value}
    return _audited(now, actor, f"offer:{row.pk}", "liaison.record_offer", facts)


def _audited(
    now: datetime, actor: Actor, record: str, action: str, facts: Mapping[str, str | int]
) -> str:
    record_audit(now=now, actor=actor, action=action, subjects=[record], facts=facts)
    return record
