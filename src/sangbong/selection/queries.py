"""Reads of rounds, rolls, candidates and final lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.programmes.criteria import Criteria
from sangbong.registry import queries as registry_queries
from sangbong.selection.core.hopes import PairFact, outcome_of
from sangbong.selection.core.machine import RoundState
from sangbong.selection.core.reasons import Health, Standing, Willingness
from sangbong.selection.core.roll import RollLine
from sangbong.selection.models import (
    Candidate,
    CandidateKin,
    ReceivedFinalEntry,
    ReceivedFinalList,
    RollRow,
    Round,
)
from sangbong.tracing import queries as tracing_queries

PAGE = 50


@dataclass(frozen=True, slots=True)
class RoundView:
    """One round as the rooms above see it; instants are None until the deed is done."""

    code: str
    counterpart: OfficeCode
    state: RoundState
    opened_at: datetime
    meets_from_date: date
    meets_until_date: date
    criteria: Criteria
    criteria_sha256: str
    roll_as_of_date: date | None
    roll_frozen_at: datetime | None
    roll_count: int
    roll_sha256: str
    seed: str
    seed_statement: str
    drawn_at: datetime | None
    second_list_at: datetime | None
    final_list_at: datetime | None
    final_list_sent_at: datetime | None
    final_list_dispatch: str
    ended_at: datetime | None

    @property
    def matter(self) -> str:
        """The stream's name of everything that crosses for this round."""
        return matter_of(self.code)


@dataclass(frozen=True, slots=True)
class CandidateView:
    """Somebody drawn and where they stand on each list; empty words mean not yet decided."""

    application_no: str
    age: int
    tier: str
    band: str
    weight: int
    rank: int
    key: str
    first: Standing
    willingness: Willingness | None
    health: Health
    asked_at: datetime | None
    second: Standing | None
    second_place: int | None
    second_reason: str
    final: Standing | None
    final_place: int | None
    final_reason: str
    withdrawn_at: datetime | None
    withdrawn_reason: str
    sought_nos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReceivedEntryView:
    """One applicant of the other side's final list."""

    place: int
    application_no: str
    applicant_name: str
    age: int
    sought_nos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReceivedFinalListView:
    """The other side's final list of one round."""

    round_code: str
    sender: OfficeCode
    list_date: date
    places: int
    dispatch: str
    received_at: datetime
    entries: tuple[ReceivedEntryView, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One number of the funnel and the people it lost, by reason code."""

    name: str
    count: int
    lost: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """How many of one list fall into one age band and kin tier."""

    list_name: str
    band: str
    tier: str
    count: int


def matter_of(round_code: str) -> str:
    """The stream's name of everything that crosses for a round, such as `round-21`."""
    return f"round-{round_code}"


def rounds() -> list[RoundView]:
    """Every round of this office, the newest first."""
    return [_view(row) for row in Round.objects.order_by("-opened_at", "-id")]


def get_round(round_code: str) -> RoundView:
    """One round.

    Raises:
        SangbongError: `selection.unknown_round`: the caller's choice.
    """
    row = Round.objects.filter(code=round_code).first()
    if row is None:
        raise SangbongError("selection.unknown_round", round=round_code[:20])
    return _view(row)


def roll_lines(round_code: str) -> Iterator[RollLine]:
    """The frozen roll in its hashed order, streamed."""
    rows = (
        RollRow.objects.filter(round__code=round_code)
        .order_by("id")
        .values_list("application_no", "age", "tier", "living_as_of_date", "consents", "excluded")
    )
    for number, age, tier, living, consents, excluded in rows.iterator(chunk_size=5_000):
        words = tuple(consents.split(";")) if consents else ()
        yield RollLine(number, age, tier, living, words, excluded)


def roll_page(
    round_code: str, *, outcome: str = "", after: str = "", limit: int = PAGE
) -> list[tuple[RollLine, str]]:
    """A page of the roll with each line's outcome, in the order of application numbers."""
    rows = RollRow.objects.filter(round__code=round_code, application_no__gt=after)
    if outcome:
        rows = rows.filter(outcome=outcome)
    return [
        (
            RollLine(
                row.application_no,
                row.age,
                row.tier,
                row.living_as_of_date,
                tuple(row.consents.split(";")) if row.consents else (),
                row.excluded,
            ),
            row.outcome,
        )
        for row in rows.order_by("application_no")[:limit]
    ]


def candidates(
    round_code: str,
    *,
    second: Standing | None = None,
    final: Standing | None = None,
    after_rank: int = 0,
    limit: int | None = None,
) -> list[CandidateView]:
    """The drawn and their reserves in the order of the draw, or those of one list's standing."""
    rows = Candidate.objects.filter(round__code=round_code, rank__gt=after_rank)
    if second is not None:
        rows = rows.filter(second=second)
    if final is not None:
        rows = rows.filter(final=final)
    chosen = list(rows.order_by("rank")[:limit])
    kin: dict[int, list[int]] = {}
    # One range of ranks instead of a list of ids: SQLite bounds the parameters of a query.
    met = CandidateKin.objects.filter(candidate__in=rows.values("id")).order_by("sought_no")
    for candidate_id, sought_no in met.values_list("candidate_id", "sought_no"):
        kin.setdefault(candidate_id, []).append(sought_no)
    return [_candidate_view(row, tuple(kin.get(row.pk, ()))) for row in chosen]


def final_list(round_code: str) -> list[CandidateView]:
    """Our final list in the order of its places, without the places left empty."""
    chosen = candidates(round_code, final=Standing.CHOSEN)
    there = [person for person in chosen if person.withdrawn_at is None]
    return sorted(there, key=lambda person: person.final_place or 0)


def received_final_list(round_code: str, sender: OfficeCode) -> ReceivedFinalListView | None:
    """The other side's final list of a round, or None while it has not come."""
    row = ReceivedFinalList.objects.filter(round_code=round_code, sender=sender).first()
    if row is None:
        return None
    entries = ReceivedFinalEntry.objects.filter(final_list=row).order_by("place")
    return ReceivedFinalListView(
        round_code=row.round_code,
        sender=OfficeCode(row.sender),
        list_date=row.list_date,
        places=row.places,
        dispatch=row.dispatch,
        received_at=row.received_at,
        entries=tuple(
            ReceivedEntryView(
                place=entry.place,
                application_no=entry.application_no,
                applicant_name=entry.applicant_name,
                age=entry.age,
                sought_nos=tuple(entry.sought_nos),
            )
            for entry in entries
        ),
    )


def received_final_lists() -> list[ReceivedFinalListView]:
    """Every final list that came, the newest first, without their entries."""
    return [
        ReceivedFinalListView(
            round_code=row.round_code,
            sender=OfficeCode(row.sender),
            list_date=row.list_date,
            places=row.places,
            dispatch=row.dispatch,
            received_at=row.received_at,
            entries=(),
        )
        for row in ReceivedFinalList.objects.order_by("-received_at", "-id")
    ]


def life_status_facts(round_code: str) -> list[PairFact]:
    """What the replies filed so far say of every person sought in a round."""
    pairs = tracing_queries.pair_states(matter_of(round_code))
    numbers = sorted({pair.application_no for pair in pairs})
    tiers = {
        (sought.application_no, sought.sought_no): sought.tier
        for sought in registry_queries.sought_by(numbers)
    }
    return [
        PairFact(
            pair.application_no,
            pair.sought_no,
            tiers[pair.application_no, pair.sought_no],
            outcome_of(pair.state, pair.statement),
        )
        for pair in pairs
    ]


def funnel(round_code: str) -> tuple[Step, ...]:
    """The numbers of a round from the roll to the final list, each with what it lost and why.

    A step names only those whom it lost itself, not those lost at the step before.
    """
    of_round = Candidate.objects.filter(round__code=round_code)
    roll = RollRow.objects.filter(round__code=round_code)
    drawn = of_round.filter(first=Standing.CHOSEN)
    willing = of_round.filter(willingness=Willingness.WILLING).exclude(health=Health.NOT_WELL)
    second = of_round.filter(second=Standing.CHOSEN)
    final = of_round.filter(final=Standing.CHOSEN)
    able = of_round.filter(final__in=[Standing.CHOSEN, Standing.RESERVE]) | of_round.filter(
        final=Standing.NOT_CHOSEN, final_reason="beyond_places"
    )
    return (
        Step("roll", roll.count(), ()),
        Step(
            "drawn",
            drawn.count(),
            _counted(roll.exclude(outcome__in=["", "drawn", "drawn_reserve"]), "outcome"),
        ),
        Step("first_reserves", of_round.filter(first=Standing.RESERVE).count(), ()),
        Step("willing_and_well", willing.count(), _second_losses(of_round)),
        Step("second_list", second.count(), _counted(willing, "second_reason")),
        Step(
            "able_to_meet",
            able.count(),
            _counted(
                of_round.filter(final=Standing.NOT_CHOSEN).exclude(final_reason="beyond_places"),
                "final_reason",
            ),
        ),
        Step(
            "final_list",
            final.count(),
            _counted(of_round.filter(final_reason="beyond_places"), "final_reason"),
        ),
        Step(
            "final_list_coming",
            final.filter(withdrawn_at__isnull=True).count(),
            _counted(final, "withdrawn_reason"),
        ),
    )


def breakdown(round_code: str) -> tuple[Breakdown, ...]:
    """Age bands and kin tiers of the roll and of each list, for charts and their tables.

    The final list counts each applicant under the nearest kin who can be met.
    """
    row = Round.objects.filter(code=round_code).first()
    if row is None:
        raise SangbongError("selection.unknown_round", round=round_code[:20])
    bands = Criteria.from_body(row.criteria).age_bands
    names = [band.name for band in bands]
    found: list[Breakdown] = []
    above: int | None = None
    roll = RollRow.objects.filter(round=row)
    for band in bands:
        aged = roll.filter(age__gte=band.from_age)
        aged = aged if above is None else aged.filter(age__lt=above)
        above = band.from_age
        found += [
            Breakdown("roll", band.name, tier, count)
            for tier, count in aged.values_list("tier").annotate(n=Count("id")).order_by("tier")
        ]
    of_round = Candidate.objects.filter(round=row)
    for list_name, chosen in (
        ("drawn", of_round.filter(first=Standing.CHOSEN)),
        ("second_list", of_round.filter(second=Standing.CHOSEN)),
    ):
        counted = chosen.values_list("band", "tier").annotate(n=Count("id"))
        found += [
            Breakdown(list_name, band, tier, count)
            for band, tier, count in sorted(counted, key=lambda c: (names.index(c[0]), c[1]))
        ]
    return tuple(found + _final_breakdown(row, names))


def _final_breakdown(row: Round, names: list[str]) -> list[Breakdown]:
    order = [tier for tier, _weight in Criteria.from_body(row.criteria).kin_weights]
    nearest: dict[int, tuple[str, str]] = {}
    met = CandidateKin.objects.filter(candidate__round=row, candidate__final=Standing.CHOSEN)
    for candidate_id, band, tier in met.values_list("candidate_id", "candidate__band", "tier"):
        before = nearest.get(candidate_id)
        if before is None or _nearness(tier, order) < _nearness(before[1], order):
            nearest[candidate_id] = (band, tier)
    counts: dict[tuple[str, str], int] = {}
    for cell in nearest.values():
        counts[cell] = counts.get(cell, 0) + 1
    return [
        Breakdown("final_list", band, tier, counts[band, tier])
        for band, tier in sorted(counts, key=lambda cell: (names.index(cell[0]), cell[1]))
    ]


def _nearness(tier: str, order: list[str]) -> int:
    return order.index(tier) if tier in order else len(order)


def _second_losses(of_round: QuerySet[Candidate]) -> tuple[tuple[str, int], ...]:
    asked = of_round.filter(~Q(willingness=Willingness.WILLING) | Q(health=Health.NOT_WELL))
    lost = asked.values_list("willingness", "health").annotate(n=Count("id"))
    counts: dict[str, int] = {}
    for willingness, _health, count in lost:
        if willingness == Willingness.WILLING:
            reason = "not_well"
        else:
            reason = willingness or "not_asked"
        counts[reason] = counts.get(reason, 0) + count
    return tuple(sorted(counts.items()))


def _counted(
    rows: QuerySet[RollRow] | QuerySet[Candidate], field: str
) -> tuple[tuple[str, int], ...]:
    counted = rows.exclude(**{field: ""}).values_list(field).annotate(n=Count("id"))
    return tuple(sorted(counted))


def _view(row: Round) -> RoundView:
    return RoundView(
        code=row.code,
        counterpart=OfficeCode(row.counterpart),
        state=RoundState(row.state),
        opened_at=row.opened_at,
        meets_from_date=row.meets_from_date,
        meets_until_date=row.meets_until_date,
        criteria=Criteria.from_body(row.criteria),
        criteria_sha256=row.criteria_sha256,
        roll_as_of_date=row.roll_as_of_date,
        roll_frozen_at=row.roll_frozen_at,
        roll_count=row.roll_count,
        roll_sha256=row.roll_sha256,
        seed=row.seed,
        seed_statement=row.seed_statement,
        drawn_at=row.drawn_at,
        second_list_at=row.second_list_at,
        final_list_at=row.final_list_at,
        final_list_sent_at=row.final_list_sent_at,
        final_list_dispatch=row.final_list_dispatch,
        ended_at=row.ended_at,
    )


def _candidate_view(row: Candidate, sought_nos: tuple[int, ...]) -> CandidateView:
    return CandidateView(
        application_no=row.application_no,
        age=row.age,
        tier=row.tier,
        band=row.band,
        weight=row.weight,
        rank=row.rank,
        key=row.key,
        first=Standing(row.first),
        willingness=Willingness(row.willingness) if row.willingness else None,
        health=Health(row.health),
        asked_at=row.asked_at,
        second=Standing(row.second) if row.second else None,
        second_place=row.second_place,
        second_reason=row.second_reason,
        final=Standing(row.final) if row.final else None,
        final_place=row.final_place,
        final_reason=row.final_reason,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
        sought_nos=sought_nos,
    )
