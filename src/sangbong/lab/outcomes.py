"""What comes of a sitting in an invented world, and the days on which sittings are held there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sangbong.lab.truth import ApplicantTruth, SittingTruth
from sangbong.reunions.core.machine import Outcome

MEETS_FROM, MEETS_UNTIL = date(2018, 8, 20), date(2018, 8, 23)

_OUTCOMES: Mapping[SittingTruth, Outcome] = {
    SittingTruth.HELD: Outcome.HELD,
    SittingTruth.APPLICANT_ABSENT: Outcome.ONE_SIDE_ABSENT,
    SittingTruth.FOUND_ABSENT: Outcome.ONE_SIDE_ABSENT,
    SittingTruth.BROKEN_OFF: Outcome.LINE_FAILED,
}


def outcome_of(truth: ApplicantTruth) -> Outcome:
    """What comes of this applicant's sitting, judged on the last day of meeting."""
    if truth.died_on is not None and truth.died_on < MEETS_UNTIL:
        return Outcome.DIED_BEFORE
    if truth.withdraws_on is not None and truth.withdraws_on < MEETS_UNTIL:
        return Outcome.WITHDRAWN_HEALTH
    return _OUTCOMES[truth.sitting]
