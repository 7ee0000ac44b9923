"""What every deed of a round shares: the locked row, the next state, the audit entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sangbong.kernel.errors import SangbongError
from sangbong.office import operations as office
from sangbong.office.core.actor import Actor
from sangbong.office.core.audit import digest_of_ids
from sangbong.selection.core import lists
from sangbong.selection.core.machine import RoundDeed, RoundState, advance
from sangbong.selection.core.reasons import Standing
from sangbong.selection.models import (
    Round,
)


def locked(round_code: str) -> Round:
    """The round's row, locked until the caller's transaction ends.

    Raises:
        SangbongError: `selection.unknown_round`: the caller's choice.
    """
    row = Round.objects.select_for_update().filter(code=round_code).first()
    if row is None:
        raise SangbongError("selection.unknown_round", round=round_code[:20])
    return row


def step(round_code: str, deed: RoundDeed) -> Round:
    """The round, locked, with its state moved by the deed; the caller saves it."""
    row = locked(round_code)
    row.state = advance(RoundState(row.state), deed)
    return row


def audit(now: datetime, actor: Actor, deed: str, round_code: str, **facts: str | int) -> None:
    """Write one entry of the audit trail for one deed."""
    office.record_audit(
        now=now, actor=actor, action=f"selection.{deed}", facts={"round": round_code, **facts}
    )


def audit_list(
    now: datetime,
    actor: Actor,
    deed: str,
    round_code: str,
    decisions: Sequence[lists.Decision],
) -> None:
    """Write one entry for a list that was made, with the count and digest of the chosen."""
    ids = [d.application_no for d in decisions if d.standing is Standing.CHOSEN]
    audit(now, actor, deed, round_code, count=len(ids), digest=digest_of_ids(ids))


@dataclass(frozen=True, slots=True)
class ListSummary:
    """What a list holds: numbers chosen and in reserve, and the others by reason code."""

    chosen: int
    reserves: int
    not_chosen: tuple[tuple[str, int], ...]


def summary_of(decisions: Sequence[lists.Decision]) -> ListSummary:
    """Count a list's decisions."""
    lost: dict[str, int] = {}
    for decision in decisions:
        if decision.standing is Standing.NOT_CHOSEN:
            lost[decision.reason] = lost.get(decision.reason, 0) + 1
    return ListSummary(
        chosen=sum(decision.standing is Standing.CHOSEN for decision in decisions),
        reserves=sum(decision.standing is Standing.RESERVE for decision in decisions),
        not_chosen=tuple(sorted(lost.items())),
    )
