"""The final lists cross, people withdraw, the round ends."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations as liaison
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.office import operations as office
from sangbong.office import queries as office_queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.programmes.criteria import Criteria
from sangbong.registry import operations as registry
from sangbong.registry import queries as registry_queries
from sangbong.selection.core.machine import RoundDeed, RoundState
from sangbong.selection.core.papers import FIELDS, KIND, FinalEntry, FinalListPaper
from sangbong.selection.core.reasons import WITHDRAWALS, Reason, Standing
from sangbong.selection.models import (
    Candidate,
    ReceivedFinalEntry,
    ReceivedFinalList,
    Round,
)
from sangbong.selection.operations.steps import (
    audit,
    step,
)
from sangbong.selection.queries import (
    RoundView,
    final_list,
    get_round,
    matter_of,
)

_BATCH = 2_000
FINAL_LIST_BASIS = "agreement of the round: exchange of final lists"


def send_final_list(*, now: datetime, actor: Actor, round_code: str) -> str:
    """Send our final list to the other side; from here on empty places stay empty.

    Returns the dispatch's id.

    Raises:
        SangbongError: `selection.not_now`, `selection.final_list_empty`, or the register's
            refusal to clear a name.
    """
    row = step(round_code, RoundDeed.SEND_FINAL_LIST)
    chosen = final_list(round_code)
    if not chosen:
        raise SangbongError("selection.final_list_empty", round=round_code)
    numbers = [person.application_no for person in chosen]
    recipient = OfficeCode(row.counterpart)
    clearance = registry.clear_for_release(
        now=now,
        actor=actor,
        application_nos=numbers,
        recipient=recipient,
        purpose="final_list",
        fields=FIELDS,
        basis=FINAL_LIST_BASIS,
    )
    names = {
        sought.application_no: sought.applicant.name
        for sought in registry_queries.sought_by(numbers)
    }
    paper = FinalListPaper(
        round_code=round_code,
        list_date=now.astimezone(ZoneInfo(office_queries.own_office().time_zone)).date(),
        places=Criteria.from_body(row.criteria).places.final,
        entries=tuple(
            FinalEntry(
                place=person.final_place or 0,
                application_no=person.application_no,
                applicant_name=names[person.application_no],
                age=person.age,
                sought_nos=person.sought_nos,
            )
            for person in chosen
        ),
    )
    dispatch = liaison.enqueue(
        now=now,
        clearance=clearance,
        recipient=recipient,
        stream=matter_of(round_code),
        kind=KIND,
        body=paper.to_body(),
    )
    row.final_list_sent_at = now
    row.final_list_dispatch = dispatch
    row.save()
    audit(
        now, actor, "send_final_list", round_code, count=len(numbers), digest=digest_of_ids(numbers)
    )
    return dispatch


def accept_final_list(*, now: datetime, dispatch: InboundDispatch) -> None:
    """File the other side's final list; a second one for the round is refused: no refill.

    Raises:
        SangbongError: `selection.paper_unreadable`, `selection.final_list_repeats`, or
            `selection.final_list_again`: the sender's fault.
    """
    paper = FinalListPaper.from_body(dispatch.body)
    known = ReceivedFinalList.objects.filter(round_code=paper.round_code, sender=dispatch.sender)
    if known.exists():
        raise SangbongError("selection.final_list_again", round=paper.round_code)
    row = ReceivedFinalList.objects.create(
        round_code=paper.round_code,
        sender=dispatch.sender,
        list_date=paper.list_date,
        places=paper.places,
        dispatch=dispatch.id,
        received_at=dispatch.received_at,
    )
    ReceivedFinalEntry.objects.bulk_create(
        [
            ReceivedFinalEntry(
                final_list=row,
                place=entry.place,
                application_no=entry.application_no,
                applicant_name=entry.applicant_name,
                age=entry.age,
                sought_nos=list(entry.sought_nos),
            )
            for entry in paper.entries
        ],
        batch_size=_BATCH,
    )
    audit(
        now,
        Actor("system:routing", f"dispatch {dispatch.id}"),
        "accept_final_list",
        paper.round_code,
        count=len(paper.entries),
        digest=digest_of_ids(entry.application_no for entry in paper.entries),
    )


def withdraw(
    *, now: datetime, actor: Actor, round_code: str, application_no: str, reason: Reason
) -> str:
    """Take somebody off the round's lists, with the reason.

    Before the lists are exchanged the first reserve takes the place; afterwards it stays empty.
    Returns the application number that moved up, or an empty text.

    Raises:
        SangbongError: `selection.not_now`, `selection.not_a_withdrawal`,
            `selection.not_a_candidate`, or `selection.already_withdrawn`.
    """
    row = step(round_code, RoundDeed.WITHDRAW)
    if reason not in WITHDRAWALS:
        raise SangbongError("selection.not_a_withdrawal", reason=reason.value)
    candidate = Candidate.objects.filter(round=row, application_no=application_no).first()
    if candidate is None:
        raise SangbongError("selection.not_a_candidate", application_no=application_no[:40])
    if candidate.withdrawn_at is not None:
        raise SangbongError("selection.already_withdrawn", application_no=application_no)
    candidate.withdrawn_at = now
    candidate.withdrawn_reason = reason
    moved = None
    if row.state == RoundState.FINAL_LIST_MADE and candidate.final == Standing.CHOSEN:
        moved = _move_up(row, candidate)
    candidate.save()
    if moved is not None:
        moved.save()
    office.record_audit(
        now=now,
        actor=actor,
        action="selection.withdraw",
        subjects=[f"application:{application_no}"],
        facts={"round": round_code, "reason": reason.value},
    )
    return moved.application_no if moved is not None else ""


def _move_up(row: Round, leaving: Candidate) -> Candidate | None:
    """Give the leaving candidate's place to the first reserve who has not withdrawn."""
    reserve = (
        Candidate.objects.filter(round=row, final=Standing.RESERVE, withdrawn_at__isnull=True)
        .order_by("final_place")
        .first()
    )
    place = leaving.final_place
    leaving.final, leaving.final_place = Standing.NOT_CHOSEN, None
    leaving.final_reason = leaving.withdrawn_reason
    if reserve is not None:
        reserve.final, reserve.final_place, reserve.final_reason = Standing.CHOSEN, place, ""
    return reserve


def close_round(*, now: datetime, actor: Actor, round_code: str) -> RoundView:
    """Close a round whose meetings are over.

    Raises:
        SangbongError: `selection.not_now`.
    """
    return _end(now, actor, round_code, RoundDeed.CLOSE)


def cancel_round(*, now: datetime, actor: Actor, round_code: str) -> RoundView:
    """Call a round off; its roll, draw and lists are kept.

    Raises:
        SangbongError: `selection.not_now`.
    """
    return _end(now, actor, round_code, RoundDeed.CANCEL)


def _end(now: datetime, actor: Actor, round_code: str, deed: RoundDeed) -> RoundView:
    row = step(round_code, deed)
    row.ended_at = now
    row.save()
    audit(now, actor, f"{deed.value}_round", round_code)
    return get_round(round_code)
