"""From the first list to the final one: answers, second list, inquiry, final list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.programmes.criteria import Criteria
from sangbong.selection.core import lists
from sangbong.selection.core.hopes import PairFact, able_kin, reason_without_kin
from sangbong.selection.core.machine import RoundDeed, RoundState
from sangbong.selection.core.reasons import Health, Standing, Willingness
from sangbong.selection.models import (
    Candidate,
    CandidateKin,
    Round,
)
from sangbong.selection.operations.steps import (
    ListSummary,
    audit,
    audit_list,
    locked,
    step,
    summary_of,
)
from sangbong.selection.queries import (
    life_status_facts,
    matter_of,
)
from sangbong.tracing import operations as tracing

_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What one candidate answered, and what the health check found."""

    application_no: str
    willingness: Willingness
    health: Health = Health.UNKNOWN


def record_willingness(
    *, now: datetime, actor: Actor, round_code: str, answers: Sequence[Answer]
) -> int:
    """Write down what candidates answered and how they are; a later answer replaces an earlier.

    Raises:
        SangbongError: `selection.not_now`, or `selection.not_a_candidate`.
    """
    row = step(round_code, RoundDeed.RECORD_WILLINGNESS)
    known = {
        candidate.application_no: candidate for candidate in Candidate.objects.filter(round=row)
    }
    changed: list[Candidate] = []
    for answer in answers:
        candidate = known.get(answer.application_no)
        if candidate is None:
            raise SangbongError(
                "selection.not_a_candidate", application_no=answer.application_no[:40]
            )
        candidate.willingness = answer.willingness
        candidate.health = answer.health
        candidate.asked_at = now
        changed.append(candidate)
    Candidate.objects.bulk_update(changed, ["willingness", "health", "asked_at"], batch_size=200)
    audit(
        now,
        actor,
        "record_willingness",
        round_code,
        count=len(changed),
        digest=digest_of_ids(answer.application_no for answer in answers),
    )
    return len(changed)


def make_second_list(*, now: datetime, actor: Actor, round_code: str) -> ListSummary:
    """Cut the drawn to those whose kin are asked for, with a reason code for everybody else.

    Raises:
        SangbongError: `selection.not_now`.
    """
    row = step(round_code, RoundDeed.MAKE_SECOND_LIST)
    criteria = Criteria.from_body(row.criteria)
    known = {
        candidate.application_no: candidate for candidate in Candidate.objects.filter(round=row)
    }
    decisions = lists.second_list(
        [
            lists.Asked(
                candidate.application_no,
                candidate.rank,
                candidate.age,
                Willingness(candidate.willingness) if candidate.willingness else None,
                Health(candidate.health),
            )
            for candidate in known.values()
        ],
        places=criteria.places.second,
        reserves=criteria.places.second_reserves,
        all_pass_from_age=criteria.all_pass_second_from_age,
    )
    for decision in decisions:
        candidate = known[decision.application_no]
        candidate.second = decision.standing
        candidate.second_place = decision.place
        candidate.second_reason = decision.reason
    Candidate.objects.bulk_update(
        known.values(), ["second", "second_place", "second_reason"], batch_size=200
    )
    row.second_list_at = now
    row.save()
    summary = summary_of(decisions)
    audit_list(now, actor, "make_second_list", round_code, decisions)
    return summary


def ask_life_status(*, now: datetime, actor: Actor, round_code: str) -> list[str]:
    """Ask the other side whether the kin of everybody on the second list live.

    Returns the ids of the dispatches that carry the inquiry.

    Raises:
        SangbongError: `selection.no_second_list`; or the register's refusal to clear a name.
    """
    row = locked(round_code)
    if row.state != RoundState.SECOND_LIST_MADE:
        raise SangbongError("selection.no_second_list", round=round_code)
    asked = Candidate.objects.filter(
        round=row, second=Standing.CHOSEN, withdrawn_at__isnull=True
    ).order_by("second_place")
    return tracing.ask_other_side(
        now=now,
        actor=actor,
        recipient=OfficeCode(row.counterpart),
        matter=matter_of(round_code),
        application_nos=list(asked.values_list("application_no", flat=True)),
    )


def make_final_list(
    *,
    now: datetime,
    actor: Actor,
    round_code: str,
    facts: Iterable[PairFact] | None = None,
) -> ListSummary:
    """Choose who meets, from the replies filed so far; may be made again until it is sent.

    `facts` default to what tracing knows of the round's pairs.

    Raises:
        SangbongError: `selection.not_now`.
    """
    row = step(round_code, RoundDeed.MAKE_FINAL_LIST)
    criteria = Criteria.from_body(row.criteria)
    known = {
        candidate.application_no: candidate
        for candidate in Candidate.objects.filter(round=row, second=Standing.CHOSEN)
    }
    believed = life_status_facts(round_code) if facts is None else facts
    by_number = {
        number: tuple(group)
        for number, group in groupby(sorted(believed), key=lambda fact: fact.application_no)
    }
    decisions = lists.final_list(
        [
            lists.Hopeful(
                candidate.application_no,
                candidate.rank,
                candidate.age,
                able_kin(by_number.get(candidate.application_no, ())),
                reason_without_kin(by_number.get(candidate.application_no, ())),
            )
            for candidate in known.values()
            if candidate.withdrawn_at is None
        ],
        places=criteria.places.final,
        reserves=criteria.places.final_reserves,
        order=criteria.final_order,
        tiers=[tier for tier, _weight in criteria.kin_weights],
    )
    decisions += [
        lists.Decision(number, Standing.NOT_CHOSEN, None, candidate.withdrawn_reason)
        for number, candidate in known.items()
        if candidate.withdrawn_at is not None
    ]
    _write_final(row, known, decisions, by_number)
    row.final_list_at = now
    row.save()
    audit_list(now, actor, "make_final_list", round_code, decisions)
    return summary_of(decisions)


def _write_final(
    row: Round,
    known: dict[str, Candidate],
    decisions: Sequence[lists.Decision],
    by_number: dict[str, tuple[PairFact, ...]],
) -> None:
    # The places of an earlier making are cleared first: two people may change places.
    Candidate.objects.filter(round=row).update(final="", final_place=None, final_reason="")
    CandidateKin.objects.filter(candidate__round=row).delete()
    kin: list[CandidateKin] = []
    for decision in decisions:
        candidate = known[decision.application_no]
        candidate.final = decision.standing
        candidate.final_place = decision.place
        candidate.final_reason = decision.reason
        kin += [
            CandidateKin(candidate=candidate, sought_no=able.sought_no, tier=able.tier)
            for able in able_kin(by_number.get(decision.application_no, ()))
        ]
    Candidate.objects.bulk_update(
        [known[decision.application_no] for decision in decisions],
        ["final", "final_place", "final_reason"],
        batch_size=200,
    )
    CandidateKin.objects.bulk_create(kin, batch_size=_BATCH)
