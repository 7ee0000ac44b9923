"""What an invented world has agreed: how long its lists are, when sittings are, what comes of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class ListSizes:
    """How many people each list of a drill's round takes."""

    first: int
    second: int
    final: int


def list_sizes(applications: int) -> ListSizes:
    """The lists of 2018 (500, 250, 100), cut in proportion where a drill has fewer than 2,000.

    Source: newspim 20180625000297; kmib arcid=0923974993.
    """
    final = max(10, min(100, applications // 20))
    return ListSizes(first=final * 5, second=final * 5 // 2, final=final)
