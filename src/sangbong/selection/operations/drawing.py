"""From an open round to the first list: criteria, frozen roll, draw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office import queries as office_queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.programmes.criteria import Criteria
from sangbong.registry import queries as registry_queries
from sangbong.registry.core.roll import RollEntry
from sangbong.selection.core.draw import DrawEntry, Drawn, DrawResult, read_seed
from sangbong.selection.core.draw import draw as draw_entries
from sangbong.selection.core.machine import RoundDeed, RoundState
from sangbong.selection.core.reasons import Reason, Standing
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
    RollRow,
    Round,
)
from sangbong.selection.operations.steps import (
    audit,
    step,
)
from sangbong.selection.queries import (
    RoundView,
    get_round,
    roll_lines,
)

_BATCH = 2_000
_ID_BATCH = 900


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
    audit(now, actor, "open_round", code, criteria=criteria_hash(criteria))
    return get_round(code)


def set_criteria(*, now: datetime, actor: Actor, round_code: str, criteria: Criteria) -> RoundView:
    """Replace the rule before the draw: the committee sits after the roll is frozen.

    Raises:
        SangbongError: `selection.not_now` once drawn.
    """
    row = step(round_code, RoundDeed.SET_CRITERIA)
    row.criteria = criteria.to_body()
    row.criteria_sha256 = criteria_hash(criteria)
    row.save()
    audit(now, actor, "set_criteria", round_code, criteria=row.criteria_sha256)
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
    row = step(round_code, RoundDeed.FREEZE_ROLL)
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
    audit(now, actor, "freeze_roll", round_code, count=row.roll_count, roll=frozen.sha256)
    return get_round(round_code)


def draw(*, now: datetime, actor: Actor, round_code: str, seed: str, statement: str) -> DrawSummary:
    """Draw the first list from the frozen roll and write everybody's outcome down.

    `seed` is 64 hex digits; `statement` says where it came from, as it was published.

    Raises:
        SangbongError: `selection.not_now`, `selection.seed_unreadable`,
            `selection.seed_unstated`, or `selection.nobody_to_draw`.
    """
    row = step(round_code, RoundDeed.DRAW)
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
    audit(
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
