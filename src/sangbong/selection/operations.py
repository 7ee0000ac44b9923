"""Deeds of a round: open, freeze the roll, draw, ask, list, exchange, withdraw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import F

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations as liaison
from sangbong.liaison.core.dispatch import InboundDispatch
from sangbong.office import operations as office
from sangbong.office import queries as office_queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.programmes.criteria import Criteria
from sangbong.registry import operations as registry
from sangbong.registry import queries as registry_queries
from sangbong.registry.core.roll import RollEntry
from sangbong.selection.core import lists
from sangbong.selection.core.draw import DrawEntry, Drawn, DrawResult, read_seed
from sangbong.selection.core.draw import draw as draw_entries
from sangbong.selection.core.hopes import PairFact, able_kin, reason_without_kin
from sangbong.selection.core.machine import RoundDeed, RoundState, advance
from sangbong.selection.core.papers import FIELDS, KIND, FinalEntry, FinalListPaper
from sangbong.selection.core.reasons import WITHDRAWALS, Health, Reason, Standing, Willingness
from sangbong.selection.core.roll import RollLine, freeze
from sangbong.selection.core.weighing import (
    Weighed,
    allot,
    common_multiple,
    criteria_hash,
    weigh,
)
from sangbong.selection.models import (
    Candidate,
    CandidateKin,
    ReceivedFinalEntry,
    ReceivedFinalList,
    RollRow,
    Round,
)
from sangbong.selection.queries import (
    RoundView,
    final_list,
    get_round,
    life_status_facts,
    matter_of,
    roll_lines,
)
from sangbong.tracing import operations as tracing

_BATCH = 2_000
_ID_BATCH = 900
FINAL_LIST_BASIS = "agreement of the round: exchange of final lists"


@dataclass(frozen=True, slots=True)
class DrawSummary:
    """What a draw did: counts, and the seed and roll that anyone needs to do it again."""

    drawn: int
    reserves: int
    eligible: int
    shut_out: tuple[tuple[str, int], ...]
    quotas: tuple[tuple[str, int], ...]
    roll_sha256: str
    seed: str


@dataclass(frozen=True, slots=True)
class ListSummary:
    """What a list holds: numbers chosen and in reserve, and the others by reason code."""

    chosen: int
    reserves: int
    not_chosen: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one candidate answered, and what the health check found."""

    application_no: str
    willingness: Willingness
    health: Health = Health.UNKNOWN


def open_round(
    *,
    now: datetime,
    actor: Actor,
    code: str,
    counterpart: OfficeCode,
    criteria: Criteria,
    meets_from_date: date,
    meets_until_date: date,
) -> RoundView:
    """Open a round with the rule its committee set; the rule may change until the draw.

    `meets_until_date` is the first day after the meetings.

    Raises:
        SangbongError: `selection.round_exists`, `selection.round_dates`, or
            `office.unknown_counterpart`: the caller's choice.
    """
    office_queries.counterpart(counterpart)
    if Round.objects.filter(code=code).exists():
        raise SangbongError("selection.round_exists", round=code[:20])
    if meets_until_date <= meets_from_date:
        raise SangbongError("selection.round_dates")
    Round.objects.create(
        code=code,
        counterpart=counterpart,
        state=RoundState.PLANNED,
        opened_at=now,
        meets_from_date=meets_from_date,
        meets_until_date=meets_until_date,
        criteria=criteria.to_body(),
        criteria_sha256=criteria_hash(criteria),
    )
    _audit(now, actor, "open_round", code, criteria=criteria_hash(criteria))
    return get_round(code)


def set_criteria(*, now: datetime, actor: Actor, round_code: str, criteria: Criteria) -> RoundView:
    """Replace the rule before the draw: the committee sits after the roll is frozen.

    Raises:
        SangbongError: `selection.not_now` once drawn.
    """
    row = _step(round_code, RoundDeed.SET_CRITERIA)
    row.criteria = criteria.to_body()
    row.criteria_sha256 = criteria_hash(criteria)
    row.save()
    _audit(now, actor, "set_criteria", round_code, criteria=row.criteria_sha256)
    return get_round(round_code)


def freeze_roll(
    *,
    now: datetime,
    actor: Actor,
    round_code: str,
    as_of: date,
    entries: Iterable[RollEntry] | None = None,
) -> RoundView:
    """Write the roll down once and hash it; `entries` default to the register's as of the day.

    Raises:
        SangbongError: `selection.not_now`; or a line unfit or twice: the register's fault.
    """
    row = _step(round_code, RoundDeed.FREEZE_ROLL)
    believed = registry_queries.roll_entries(as_of=as_of) if entries is None else entries
    frozen = freeze(
        (
            RollLine(
                entry.application_no,
                entry.age,
                str(entry.tier),
                entry.living_as_of,
                tuple(sorted(entry.consents)),
                entry.excluded,
            )
            for entry in believed
        ),
        office=office_queries.own_office().code,
        round_code=round_code,
        as_of=as_of,
    )
    RollRow.objects.bulk_create(
        (
            RollRow(
                round=row,
                application_no=line.application_no,
                age=line.age,
                tier=line.tier,
                living_as_of_date=line.living_as_of,
                consents=";".join(line.consents),
                excluded=line.excluded,
            )
            for line in frozen.lines
        ),
        batch_size=_BATCH,
    )
    row.roll_as_of_date = as_of
    row.roll_frozen_at = now
    row.roll_count = len(frozen.lines)
    row.roll_sha256 = frozen.sha256
    row.save()
    _audit(now, actor, "freeze_roll", round_code, count=row.roll_count, roll=frozen.sha256)
    return get_round(round_code)


def draw(*, now: datetime, actor: Actor, round_code: str, seed: str, statement: str) -> DrawSummary:
    """Draw the first list from the frozen roll and write everybody's outcome down.

    `seed` is 64 hex digits; `statement` says where it came from, as it was published.

    Raises:
        SangbongError: `selection.not_now`, `selection.seed_unreadable`,
            `selection.seed_unstated`, or `selection.nobody_to_draw`.
    """
    row = _step(round_code, RoundDeed.DRAW)
    seed_bytes = read_seed(seed)
    if not statement.strip():
        raise SangbongError("selection.seed_unstated")
    criteria = Criteria.from_body(row.criteria)
    weighed = {line.application_no: (line, weigh(line, criteria)) for line in roll_lines(row.code)}
    eligible = [
        DrawEntry(number, found.band, found.weight)
        for number, (_line, found) in weighed.items()
        if not found.reason
    ]
    if not eligible:
        raise SangbongError("selection.nobody_to_draw", round=round_code)
    quotas = _quotas(eligible, criteria)
    result = draw_entries(
        eligible,
        seed=seed_bytes,
        roll_sha256=row.roll_sha256,
        multiple=common_multiple(criteria),
        places=criteria.places.first,
        reserves=criteria.places.first_reserves,
        quotas=quotas,
    )
    _write_candidates(row, criteria, weighed, result)
    shut_out = _write_outcomes(row, weighed, result)
    row.seed = seed.lower()
    row.seed_statement = statement.strip()[:500]
    row.drawn_at = now
    row.save()
    _audit(
        now,
        actor,
        "draw",
        round_code,
        seed=row.seed,
        count=len(result.drawn),
        digest=digest_of_ids(entry.application_no for entry in result.drawn),
    )
    names = [band.name for band in criteria.age_bands]
    return DrawSummary(
        drawn=len(result.drawn),
        reserves=len(result.reserves),
        eligible=len(eligible),
        shut_out=shut_out,
        quotas=tuple(zip(names, quotas, strict=True)) if quotas is not None else (),
        roll_sha256=row.roll_sha256,
        seed=row.seed,
    )


def _quotas(eligible: Sequence[DrawEntry], criteria: Criteria) -> list[int] | None:
    if not criteria.quotas:
        return None
    people = [0] * len(criteria.age_bands)
    for entry in eligible:
        people[entry.band] += 1
    return allot(
        places=criteria.places.first,
        people=people,
        permille=[band.quota_permille for band in criteria.age_bands],
    )


def _write_candidates(
    row: Round,
    criteria: Criteria,
    weighed: dict[str, tuple[RollLine, Weighed]],
    result: DrawResult,
) -> None:
    def candidate(entry: Drawn, first: Standing) -> Candidate:
        line, _found = weighed[entry.application_no]
        return Candidate(
            round=row,
            application_no=entry.application_no,
            age=line.age,
            tier=line.tier,
            band=criteria.age_bands[entry.band].name,
            weight=entry.weight,
            rank=entry.rank,
            key=str(entry.key),
            tag=entry.tag,
            first=first,
        )

    Candidate.objects.bulk_create(
        [candidate(entry, Standing.CHOSEN) for entry in result.drawn]
        + [candidate(entry, Standing.RESERVE) for entry in result.reserves],
        batch_size=_BATCH,
    )


def _write_outcomes(
    row: Round, weighed: dict[str, tuple[RollLine, Weighed]], result: DrawResult
) -> tuple[tuple[str, int], ...]:
    """Give every line of the roll its outcome; returns how many were shut out, by reason."""
    numbers: dict[str, list[str]] = {
        "drawn": [entry.application_no for entry in result.drawn],
        "drawn_reserve": [entry.application_no for entry in result.reserves],
    }
    shut_out: dict[str, list[str]] = {}
    for number, (line, found) in weighed.items():
        if found.reason:
            shut_out.setdefault(found.reason, []).append(number)
            if not line.excluded:
                numbers.setdefault(found.reason, []).append(number)
    roll = RollRow.objects.filter(round=row)
    roll.update(outcome=Reason.NOT_DRAWN)
    roll.exclude(excluded="").update(outcome=F("excluded"))
    for outcome, those in numbers.items():
        for start in range(0, len(those), _ID_BATCH):
            some = those[start : start + _ID_BATCH]
            roll.filter(application_no__in=some).update(outcome=outcome)
    return tuple(sorted((reason, len(those)) for reason, those in shut_out.items()))


def record_willingness(
    *, now: datetime, actor: Actor, round_code: str, answers: Sequence[Answer]
) -> int:
    """Write down what candidates answered and how they are; a later answer replaces an earlier.

    Raises:
        SangbongError: `selection.not_now`, or `selection.not_a_candidate`.
    """
    row = _step(round_code, RoundDeed.RECORD_WILLINGNESS)
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
    _audit(
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
    row = _step(round_code, RoundDeed.MAKE_SECOND_LIST)
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
    summary = _summary(decisions)
    _audit_list(now, actor, "make_second_list", round_code, decisions)
    return summary


def ask_life_status(*, now: datetime, actor: Actor, round_code: str) -> list[str]:
    """Ask the other side whether the kin of everybody on the second list live.

    Returns the ids of the dispatches that carry the inquiry.

    Raises:
        SangbongError: `selection.no_second_list`; or the register's refusal to clear a name.
    """
    row = _locked(round_code)
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
    row = _step(round_code, RoundDeed.MAKE_FINAL_LIST)
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
    _audit_list(now, actor, "make_final_list", round_code, decisions)
    return _summary(decisions)


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


def send_final_list(*, now: datetime, actor: Actor, round_code: str) -> str:
    """Send our final list to the other side; from here on empty places stay empty.

    Returns the dispatch's id.

    Raises:
        SangbongError: `selection.not_now`, `selection.final_list_empty`, or the register's
            refusal to clear a name.
    """
    row = _step(round_code, RoundDeed.SEND_FINAL_LIST)
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
    _audit(
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
    _audit(
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
    row = _step(round_code, RoundDeed.WITHDRAW)
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
    row = _step(round_code, deed)
    row.ended_at = now
    row.save()
    _audit(now, actor, f"{deed.value}_round", round_code)
    return get_round(round_code)


def _locked(round_code: str) -> Round:
    row = Round.objects.select_for_update().filter(code=round_code).first()
    if row is None:
        raise SangbongError("selection.unknown_round", round=round_code[:20])
    return row


def _step(round_code: str, deed: RoundDeed) -> Round:
    """The round, locked, with its state moved by the deed; the caller saves it."""
    row = _locked(round_code)
    row.state = advance(RoundState(row.state), deed)
    return row


def _summary(decisions: Sequence[lists.Decision]) -> ListSummary:
    lost: dict[str, int] = {}
    for decision in decisions:
        if decision.standing is Standing.NOT_CHOSEN:
            lost[decision.reason] = lost.get(decision.reason, 0) + 1
    return ListSummary(
        chosen=sum(decision.standing is Standing.CHOSEN for decision in decisions),
        reserves=sum(decision.standing is Standing.RESERVE for decision in decisions),
        not_chosen=tuple(sorted(lost.items())),
    )


def _audit(now: datetime, actor: Actor, deed: str, round_code: str, **facts: str | int) -> None:
    office.record_audit(
        now=now, actor=actor, action=f"selection.{deed}", facts={"round": round_code, **facts}
    )


def _audit_list(
    now: datetime,
    actor: Actor,
    deed: str,
    round_code: str,
    decisions: Sequence[lists.Decision],
) -> None:
    ids = [d.application_no for d in decisions if d.standing is Standing.CHOSEN]
    _audit(now, actor, deed, round_code, count=len(ids), digest=digest_of_ids(ids))
