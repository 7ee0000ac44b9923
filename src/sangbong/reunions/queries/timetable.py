"""Reads of halls, slots, sittings and their timetable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, QuerySet

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office import queries as office_queries
from sangbong.reunions.core.machine import LIVE, Outcome, RefusalReason, SittingState
from sangbong.reunions.core.timetable import Agreed, FreeSlot, timetable_hash
from sangbong.reunions.models import Hall, Proposal, Room, Sitting, Slot


@dataclass(frozen=True, slots=True)
class RoomView:
    """One room of ours."""

    hall: str
    hall_ko: str
    hall_en: str
    number: int


@dataclass(frozen=True, slots=True)
class SittingView:
    """One sitting; rooms are written hall/number and empty while not given."""

    id: int
    round_code: str
    proposer: OfficeCode
    proposal: int
    number: int
    application_no: str
    sought_nos: tuple[int, ...]
    age: int
    starts_at: datetime
    ends_at: datetime
    our_room: str
    their_room: str
    state: SittingState
    refusal: RefusalReason | None
    outcome: Outcome | None
    outcome_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One proposal with its count of sittings by state and, once answered, the timetable's hash."""

    round_code: str
    number: int
    proposer: OfficeCode
    answerer: OfficeCode
    ours: bool
    filed_at: datetime
    dispatch: str
    answered_at: datetime | None
    answer_dispatch: str
    timetable_sha256: str
    sittings: Mapping[SittingState, int]


@dataclass(frozen=True, slots=True)
class Timetable:
    """The grid of one day: rooms down, hours across; a cell without a sitting is free.

    `cells` holds a key for every slot that exists; a room and hour without one cannot be booked.
    """

    day: date
    rooms: tuple[RoomView, ...]
    hours: tuple[datetime, ...]
    cells: Mapping[tuple[str, int, datetime], SittingView | None]


def halls() -> list[tuple[str, str, str, int]]:
    """Our halls in order: code, Korean name, English name, number of rooms."""
    counted = Hall.objects.annotate(n=Count("rooms")).order_by("order")
    return list(counted.values_list("code", "name_ko", "name_en", "n"))


def days() -> list[date]:
    """The days that have slots, in the office's own time zone."""
    zone = _zone()
    starts = Slot.objects.order_by("starts_at").values_list("starts_at", flat=True).distinct()
    return sorted({at.astimezone(zone).date() for at in starts})


def free_slots(days_wanted: list[date] | None = None) -> list[FreeSlot]:
    """Our slots that no live sitting occupies, on some days or on all."""
    taken = Sitting.objects.filter(state__in=LIVE, slot__isnull=False).values("slot_id")
    rows = Slot.objects.exclude(id__in=taken)
    if days_wanted is not None:
        begin, end = _bounds(min(days_wanted))[0], _bounds(max(days_wanted))[1]
        rows = rows.filter(starts_at__gte=begin, starts_at__lt=end)
    zone = _zone()
    return [
        FreeSlot(slot_id, hall, room, starts_at)
        for slot_id, hall, room, starts_at in rows.order_by(
            "starts_at", "room__hall__order", "room__number"
        ).values_list("id", "room__hall__code", "room__number", "starts_at")
        if days_wanted is None or starts_at.astimezone(zone).date() in days_wanted
    ]


def sittings(
    round_code: str, *, proposer: OfficeCode | None = None, state: SittingState | None = None
) -> list[SittingView]:
    """The sittings of a round in the order of time."""
    rows = Sitting.objects.filter(proposal__round_code=round_code)
    if proposer is not None:
        rows = rows.filter(proposal__proposer=proposer)
    if state is not None:
        rows = rows.filter(state=state)
    return _views(rows.order_by("starts_at", "proposal__proposer", "number"))


def get_sitting(sitting_id: int) -> SittingView:
    """One sitting.

    Raises:
        SangbongError: `reunions.unknown_sitting`: the caller's choice.
    """
    found = _views(Sitting.objects.filter(pk=sitting_id))
    if not found:
        raise SangbongError("reunions.unknown_sitting", sitting=sitting_id)
    return found[0]


def proposals(round_code: str | None = None) -> list[ProposalView]:
    """Every proposal, ours and theirs, the newest first."""
    own = office_queries.own_office().code
    rows = Proposal.objects.order_by("-filed_at", "-id")
    if round_code is not None:
        rows = rows.filter(round_code=round_code)
    counts: dict[int, dict[SittingState, int]] = {}
    counted = Sitting.objects.values_list("proposal_id", "state").annotate(n=Count("id"))
    for proposal_id, state, count in counted.order_by("proposal_id", "state"):
        counts.setdefault(proposal_id, {})[SittingState(state)] = count
    return [
        ProposalView(
            round_code=row.round_code,
            number=row.number,
            proposer=OfficeCode(row.proposer),
            answerer=OfficeCode(row.answerer),
            ours=row.proposer == own,
            filed_at=row.filed_at,
            dispatch=row.dispatch,
            answered_at=row.answered_at,
            answer_dispatch=row.answer_dispatch,
            timetable_sha256=row.timetable_sha256,
            sittings=counts.get(row.pk, {}),
        )
        for row in rows
    ]


def get_proposal(round_code: str, proposer: OfficeCode, number: int) -> ProposalView:
    """One proposal.

    Raises:
        SangbongError: `reunions.unknown_proposal`: the caller's choice.
    """
    for proposal in proposals(round_code):
        if (proposal.proposer, proposal.number) == (proposer, number):
            return proposal
    raise SangbongError("reunions.unknown_proposal", round=round_code[:20], number=number)


def timetable(day: date) -> Timetable:
    """The grid of one day in the office's own time zone."""
    begin, end = _bounds(day)
    rooms = tuple(
        RoomView(code, name_ko, name_en, number)
        for code, name_ko, name_en, number in Room.objects.order_by(
            "hall__order", "number"
        ).values_list("hall__code", "hall__name_ko", "hall__name_en", "number")
    )
    of_day = Slot.objects.filter(starts_at__gte=begin, starts_at__lt=end)
    cells: dict[tuple[str, int, datetime], SittingView | None] = {}
    for hall, room, starts_at in of_day.order_by("starts_at").values_list(
        "room__hall__code", "room__number", "starts_at"
    ):
        cells[hall, room, starts_at] = None
    live = Sitting.objects.filter(slot__in=of_day.values("id"), state__in=LIVE)
    for view in _views(live.order_by("starts_at")):
        hall, _slash, number = view.our_room.partition("/")
        cells[hall, int(number), view.starts_at] = view
    return Timetable(
        day=day, rooms=rooms, hours=tuple(sorted({key[2] for key in cells})), cells=cells
    )


def agreed_hash(round_code: str, proposer: OfficeCode, number: int) -> str:
    """The hash of a proposal's accepted sittings as they stand in our tables now.

    Raises:
        SangbongError: `reunions.unknown_proposal`: the caller's choice.
    """
    proposal = get_proposal(round_code, proposer, number)
    rows = _views(
        Sitting.objects.filter(
            proposal__round_code=round_code,
            proposal__proposer=proposer,
            proposal__number=number,
            state__in=[SittingState.ACCEPTED, SittingState.CONCLUDED],
        )
    )
    return timetable_hash(
        (
            Agreed(
                number=view.number,
                application_no=view.application_no,
                starts_at=view.starts_at,
                ends_at=view.ends_at,
                proposer_room=view.our_room if proposal.ours else view.their_room,
                answerer_room=view.their_room if proposal.ours else view.our_room,
            )
            for view in rows
        ),
        round_code=round_code,
        proposer=proposer,
        answerer=proposal.answerer,
        proposal=number,
    )


def _zone() -> ZoneInfo:
    return ZoneInfo(office_queries.own_office().time_zone)


def _bounds(day: date) -> tuple[datetime, datetime]:
    begin = datetime.combine(day, datetime.min.time(), tzinfo=_zone())
    return begin, begin + timedelta(days=1)


def _views(rows: QuerySet[Sitting]) -> list[SittingView]:
    return [
        SittingView(
            id=row.pk,
            round_code=row.proposal.round_code,
            proposer=OfficeCode(row.proposal.proposer),
            proposal=row.proposal.number,
            number=row.number,
            application_no=row.application_no,
            sought_nos=tuple(row.sought_nos),
            age=row.age,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            our_room=f"{row.slot.room.hall.code}/{row.slot.room.number}" if row.slot else "",
            their_room=f"{row.their_hall}/{row.their_room}" if row.their_hall else "",
            state=SittingState(row.state),
            refusal=RefusalReason(row.refusal) if row.refusal else None,
            outcome=Outcome(row.outcome) if row.outcome else None,
            outcome_at=row.outcome_at,
        )
        for row in rows.select_related("proposal", "slot__room__hall")
    ]
