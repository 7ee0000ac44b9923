"""Deeds of sittings: open halls and slots, propose, answer, agree, record what came of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations as liaison
from sangbong.liaison.core.custody.clearance import standing
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.office import operations as office
from sangbong.office import queries as office_queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.programmes.halls import HallData, HallHours
from sangbong.programmes.korea import loader
from sangbong.registry import operations as registry
from sangbong.registry import queries as registry_queries
from sangbong.reunions.core.machine import (
    LIVE,
    Outcome,
    RefusalReason,
    SittingDeed,
    SittingState,
    advance,
)
from sangbong.reunions.core.papers import (
    ANSWER,
    FIELDS,
    PROPOSAL,
    AnswerPaper,
    ProposalPaper,
    ProposedSitting,
    SittingAnswer,
)
from sangbong.reunions.core.timetable import FreeSlot, Party, Seat, give_rooms, hours_of, seat
from sangbong.reunions.models import Hall, Proposal, Room, Sitting, Slot
from sangbong.reunions.queries import (
    ProposalView,
    SittingView,
    agreed_hash,
    free_slots,
    get_proposal,
    get_sitting,
)
from sangbong.selection import queries as selection
from sangbong.selection.core.machine import RoundState

_BATCH = 2_000
PROPOSAL_BASIS = "agreement of the round: timetable of video sittings"
ANSWER_BASIS = "standing: answers to a proposed timetable name nobody"


def open_halls(*, now: datetime, actor: Actor, halls: Sequence[HallData]) -> int:
    """Take our side's halls into use; those known already stay. Returns the rooms added."""
    known = set(Hall.objects.values_list("code", flat=True))
    added = 0
    for order, hall in enumerate(halls, start=1):
        if hall.code in known:
            continue
        row = Hall.objects.create(
            code=hall.code,
            name_ko=hall.name_ko,
            name_en=hall.name_en,
            province=hall.province,
            order=order,
        )
        Room.objects.bulk_create(
            Room(hall=row, number=number) for number in range(1, hall.rooms + 1)
        )
        added += hall.rooms
    _audit(now, actor, "open_halls", rooms=added)
    return added


def open_slots(*, now: datetime, actor: Actor, days: Sequence[date], hours: HallHours) -> int:
    """Make every room bookable at every hour of the days; what exists stays. Returns those added.

    Raises:
        SangbongError: `reunions.no_halls`: halls are opened first.
    """
    rooms = list(Room.objects.order_by("hall__order", "number"))
    if not rooms:
        raise SangbongError("reunions.no_halls")
    times = hours_of(days, hours)
    known = set(
        Slot.objects.filter(starts_at__in=[hour.starts_at for hour in times]).values_list(
            "room_id", "starts_at"
        )
    )
    new = [
        Slot(room=room, starts_at=hour.starts_at, ends_at=hour.ends_at)
        for hour in times
        for room in rooms
        if (room.pk, hour.starts_at) not in known
    ]
    Slot.objects.bulk_create(new, batch_size=_BATCH)
    _audit(now, actor, "open_slots", slots=len(new))
    return len(new)


def propose_sittings(
    *,
    now: datetime,
    actor: Actor,
    round_code: str,
    days: Sequence[date],
    other_rooms: int | None = None,
) -> ProposalView:
    """Seat everybody of our final list who has no sitting yet, and send the proposal.

    `other_rooms` is how many rooms the other side has at one time; by default the programme's
    number, less what live sittings already take.

    Raises:
        SangbongError: `reunions.final_list_not_sent`, `reunions.nobody_to_seat`,
            `reunions.not_enough_slots`, or the register's refusal to clear a name.
    """
    view = selection.get_round(round_code)
    if view.state is not RoundState.FINAL_LIST_SENT:
        raise SangbongError("reunions.final_list_not_sent", round=round_code)
    own = office_queries.own_office().code
    live = Sitting.objects.filter(state__in=LIVE)
    seated = set(
        live.filter(proposal__round_code=round_code).values_list("application_no", flat=True)
    )
    people = {
        person.application_no: person
        for person in selection.final_list(round_code)
        if person.application_no not in seated
    }
    if not people:
        raise SangbongError("reunions.nobody_to_seat", round=round_code)
    free = free_slots(list(days))
    taken = Counter(live.values_list("starts_at", flat=True))
    rooms = other_rooms
    if rooms is None:
        rooms = loader.room_count(office=view.counterpart, on=min(days))
    seats = seat(
        [
            Party(number, people[number].age, halls)
            for number, halls in _near_halls(own, min(days), list(people)).items()
        ],
        free,
        other_rooms={slot.starts_at: max(0, rooms - taken[slot.starts_at]) for slot in free},
    )
    paper = _proposal(round_code, own, seats, people)
    clearance = registry.clear_for_release(
        now=now,
        actor=actor,
        application_nos=list(people),
        recipient=view.counterpart,
        purpose="sitting",
        fields=FIELDS,
        basis=PROPOSAL_BASIS,
    )
    dispatch = liaison.enqueue(
        now=now,
        clearance=clearance,
        recipient=view.counterpart,
        stream=selection.matter_of(round_code),
        kind=PROPOSAL,
        body=paper.to_body(),
    )
    row = Proposal.objects.create(
        round_code=round_code,
        number=paper.number,
        proposer=own,
        answerer=view.counterpart,
        filed_at=now,
        dispatch=dispatch,
    )
    slots = {taken.application_no: taken.slot.slot_id for taken in seats}
    Sitting.objects.bulk_create(
        [
            _sitting_row(
                row,
                sitting,
                age=people[sitting.application_no].age,
                slot_id=slots[sitting.application_no],
            )
            for sitting in paper.sittings
        ],
        batch_size=_BATCH,
    )
    _audit(
        now,
        actor,
        "propose_sittings",
        round=round_code,
        count=len(seats),
        digest=digest_of_ids(people),
    )
    return get_proposal(round_code, own, paper.number)


def _near_halls(
    own: OfficeCode, day: date, application_nos: list[str]
) -> dict[str, tuple[str, ...]]:
    """Hall codes by nearness to each applicant's home."""
    near: dict[str, tuple[str, ...]] = {}
    for sought in registry_queries.sought_by(application_nos):
        if sought.application_no not in near:
            near[sought.application_no] = loader.halls_by_nearness(
                office=own, on=day, residence=sought.applicant.residence
            )
    return near


def _proposal(
    round_code: str,
    own: OfficeCode,
    seats: Sequence[Seat],
    people: Mapping[str, selection.CandidateView],
) -> ProposalPaper:
    earlier = Proposal.objects.filter(round_code=round_code, proposer=own).count()
    lengths = dict(
        Slot.objects.filter(id__in=[seat.slot.slot_id for seat in seats]).values_list(
            "id", "ends_at"
        )
    )
    return ProposalPaper(
        round_code=round_code,
        number=earlier + 1,
        sittings=tuple(
            ProposedSitting(
                number=number,
                application_no=taken.application_no,
                sought_nos=people[taken.application_no].sought_nos,
                starts_at=taken.slot.starts_at,
                ends_at=lengths[taken.slot.slot_id],
                hall=taken.slot.hall,
                room=taken.slot.room,
            )
            for number, taken in enumerate(seats, start=1)
        ),
    )


def _sitting_row(
    proposal: Proposal, sitting: ProposedSitting, *, age: int, slot_id: int | None
) -> Sitting:
    return Sitting(
        proposal=proposal,
        number=sitting.number,
        application_no=sitting.application_no,
        sought_nos=list(sitting.sought_nos),
        age=age,
        starts_at=sitting.starts_at,
        ends_at=sitting.ends_at,
        slot_id=slot_id,
        state=SittingState.PROPOSED,
    )


def accept_proposal(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File the other side's proposal; an officer answers it.

    Raises:
        SangbongError: `reunions.paper_unreadable`, `reunions.proposal_overlaps`, or
            `reunions.proposal_again`: the sender's fault.
    """
    paper = ProposalPaper.from_body(dispatch.body)
    known = Proposal.objects.filter(
        round_code=paper.round_code, proposer=dispatch.sender, number=paper.number
    )
    if known.exists():
        raise SangbongError("reunions.proposal_again", round=paper.round_code, number=paper.number)
    _refuse_taken_rooms(paper)
    received = selection.received_final_list(paper.round_code, dispatch.sender)
    ages = {entry.application_no: entry.age for entry in received.entries} if received else {}
    row = Proposal.objects.create(
        round_code=paper.round_code,
        number=paper.number,
        proposer=dispatch.sender,
        answerer=office_queries.own_office().code,
        filed_at=now,
        dispatch=dispatch.id,
    )
    rows = []
    for sitting in paper.sittings:
        filed = _sitting_row(row, sitting, age=ages.get(sitting.application_no, 0), slot_id=None)
        filed.their_hall, filed.their_room = sitting.hall, sitting.room
        rows.append(filed)
    Sitting.objects.bulk_create(rows, batch_size=_BATCH)
    _audit(
        now,
        Actor("system:routing", f"dispatch {dispatch.id}"),
        "accept_proposal",
        round=paper.round_code,
        count=len(rows),
        digest=digest_of_ids(sitting.application_no for sitting in paper.sittings),
    )


def _refuse_taken_rooms(paper: ProposalPaper) -> None:
    starts = {sitting.starts_at for sitting in paper.sittings}
    live = Sitting.objects.filter(state__in=LIVE, starts_at__in=starts)
    taken = set(live.values_list("their_hall", "their_room", "starts_at"))
    for sitting in paper.sittings:
        if (sitting.hall, sitting.room, sitting.starts_at) in taken:
            raise SangbongError("reunions.proposal_overlaps")


def answer_proposal(
    *,
    now: datetime,
    actor: Actor,
    round_code: str,
    proposer: OfficeCode,
    number: int,
    refusals: Mapping[int, RefusalReason] | None = None,
) -> ProposalView:
    """Answer every sitting of a proposal and send the answer.

    A sitting is accepted when its family is on the final list that came, `refusals` does not
    name it, and a room of ours is free at its time.

    Raises:
        SangbongError: `reunions.unknown_proposal`, `reunions.answered_already`, or
            `reunions.no_slots`: open our slots on those days first.
    """
    row = _unanswered(round_code, proposer, number)
    own = office_queries.own_office().code
    if row.answerer != own:
        raise SangbongError("reunions.own_proposal", number=number)
    rows = {sitting.number: sitting for sitting in Sitting.objects.filter(proposal=row)}
    decided: dict[int, RefusalReason] = dict(refusals or {})
    listed = selection.received_final_list(round_code, proposer)
    families = {entry.application_no for entry in listed.entries} if listed else set()
    for sitting in rows.values():
        if sitting.application_no not in families:
            decided.setdefault(sitting.number, RefusalReason.NOT_ON_FINAL_LIST)
    wanted = {n: sitting.starts_at for n, sitting in rows.items() if n not in decided}
    if wanted and not Slot.objects.filter(starts_at__in=set(wanted.values())).exists():
        raise SangbongError("reunions.no_slots", round=round_code)
    given = give_rooms(wanted, free_slots())
    answers = [_answer_one(rows[n], decided.get(n), given.get(n)) for n in sorted(rows)]
    Sitting.objects.bulk_update(rows.values(), ["state", "refusal", "slot"], batch_size=200)
    row.answered_at = now
    row.timetable_sha256 = agreed_hash(round_code, proposer, number)
    row.answer_dispatch = liaison.enqueue(
        now=now,
        clearance=standing(ANSWER_BASIS, "sitting", proposer),
        recipient=proposer,
        stream=selection.matter_of(round_code),
        kind=ANSWER,
        body=AnswerPaper(round_code, number, tuple(answers), row.timetable_sha256).to_body(),
    )
    row.save()
    accepted = sum(answer.refusal is None for answer in answers)
    _audit(
        now,
        actor,
        "answer_proposal",
        round=round_code,
        accepted=accepted,
        refused=len(answers) - accepted,
        timetable=row.timetable_sha256,
    )
    return get_proposal(round_code, proposer, number)


def _answer_one(
    sitting: Sitting, refusal: RefusalReason | None, slot: FreeSlot | None
) -> SittingAnswer:
    if refusal is None and slot is None:
        refusal = RefusalReason.NO_ROOM_FREE
    if refusal is not None:
        sitting.state = advance(SittingState(sitting.state), SittingDeed.REFUSE)
        sitting.refusal = refusal
        return SittingAnswer(sitting.number, refusal=refusal)
    assert slot is not None  # noqa: S101 -- refused above where no room was given
    sitting.state = advance(SittingState(sitting.state), SittingDeed.ACCEPT)
    sitting.slot_id = slot.slot_id
    return SittingAnswer(sitting.number, hall=slot.hall, room=slot.room)


def accept_answer(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File the other side's answer and check that both offices hold the same timetable.

    Raises:
        SangbongError: `reunions.paper_unreadable`, `reunions.unknown_proposal`,
            `reunions.answered_already`, `reunions.answer_incomplete`, or
            `reunions.timetable_differs`: the sender's fault.
    """
    paper = AnswerPaper.from_body(dispatch.body)
    own = office_queries.own_office().code
    row = _unanswered(paper.round_code, own, paper.number)
    if row.answerer != dispatch.sender:
        raise SangbongError(
            "reunions.unknown_proposal", round=paper.round_code, number=paper.number
        )
    rows = {sitting.number: sitting for sitting in Sitting.objects.filter(proposal=row)}
    if sorted(rows) != sorted(answer.number for answer in paper.answers):
        raise SangbongError("reunions.answer_incomplete", number=paper.number)
    for answer in paper.answers:
        sitting = rows[answer.number]
        if answer.refusal is not None:
            sitting.state = advance(SittingState(sitting.state), SittingDeed.REFUSE)
            sitting.refusal = answer.refusal
        else:
            sitting.state = advance(SittingState(sitting.state), SittingDeed.ACCEPT)
            sitting.their_hall, sitting.their_room = answer.hall, answer.room
    _refuse_double_rooms(row, list(rows.values()))
    Sitting.objects.bulk_update(
        rows.values(), ["state", "refusal", "their_hall", "their_room"], batch_size=200
    )
    row.answered_at = now
    row.answer_dispatch = dispatch.id
    row.timetable_sha256 = agreed_hash(paper.round_code, own, paper.number)
    if row.timetable_sha256 != paper.timetable_sha256:
        raise SangbongError("reunions.timetable_differs", number=paper.number)
    row.save()
    _audit(
        now,
        Actor("system:routing", f"dispatch {dispatch.id}"),
        "accept_answer",
        round=paper.round_code,
        count=len(rows),
        timetable=row.timetable_sha256,
    )


def _refuse_double_rooms(proposal: Proposal, rows: Sequence[Sitting]) -> None:
    """One sitting per room and time on the other side too, over this answer and earlier ones."""
    accepted = [row for row in rows if row.state == SittingState.ACCEPTED]
    earlier = Sitting.objects.filter(
        state__in=LIVE, starts_at__in={row.starts_at for row in accepted}
    ).exclude(proposal=proposal)
    taken = set(earlier.values_list("their_hall", "their_room", "starts_at"))
    for row in accepted:
        place = (row.their_hall, row.their_room, row.starts_at)
        if place in taken:
            raise SangbongError("reunions.answer_overlaps", number=proposal.number)
        taken.add(place)


def record_outcome(
    *, now: datetime, actor: Actor, sitting_id: int, outcome: Outcome
) -> SittingView:
    """Write down what came of one sitting.

    Raises:
        SangbongError: `reunions.unknown_sitting`, or `reunions.not_now` when it was not accepted.
    """
    row = Sitting.objects.select_for_update().filter(pk=sitting_id).first()
    if row is None:
        raise SangbongError("reunions.unknown_sitting", sitting=sitting_id)
    row.state = advance(SittingState(row.state), SittingDeed.RECORD_OUTCOME)
    row.outcome = outcome
    row.outcome_at = now
    row.save()
    office.record_audit(
        now=now,
        actor=actor,
        action="reunions.record_outcome",
        subjects=[f"sitting:{sitting_id}", f"application:{row.application_no}"],
        facts={"outcome": outcome.value},
    )
    return get_sitting(sitting_id)


def record_outcomes(*, now: datetime, actor: Actor, outcomes: Mapping[int, Outcome]) -> int:
    """Write down what came of many sittings at once, as after a day's last hour; one audit entry.

    Raises:
        SangbongError: as `record_outcome`; then nothing is written.
    """
    rows = {row.pk: row for row in Sitting.objects.filter(pk__in=list(outcomes))}
    for sitting_id, outcome in outcomes.items():
        if sitting_id not in rows:
            raise SangbongError("reunions.unknown_sitting", sitting=sitting_id)
        row = rows[sitting_id]
        row.state = advance(SittingState(row.state), SittingDeed.RECORD_OUTCOME)
        row.outcome = outcome
        row.outcome_at = now
    Sitting.objects.bulk_update(rows.values(), ["state", "outcome", "outcome_at"], batch_size=200)
    _audit(
        now,
        actor,
        "record_outcomes",
        count=len(rows),
        digest=digest_of_ids(f"sitting:{pk}" for pk in rows),
    )
    return len(rows)


def _unanswered(round_code: str, proposer: OfficeCode, number: int) -> Proposal:
    row = (
        Proposal.objects.select_for_update()
        .filter(round_code=round_code, proposer=proposer, number=number)
        .first()
    )
    if row is None:
        raise SangbongError("reunions.unknown_proposal", round=round_code[:20], number=number)
    if row.answered_at is not None:
        raise SangbongError("reunions.answered_already", number=number)
    return row


def _audit(now: datetime, actor: Actor, deed: str, **facts: str | int) -> None:
    office.record_audit(now=now, actor=actor, action=f"reunions.{deed}", facts=facts)
