"""A written rule that makes findings from comparisons, for drills and demonstrations.

1. (D1) A record is accepted when its score reaches the threshold and leads every rival record of
   the same entry by the margin.
2. (D2) Within one application a record is accepted for one person sought only; where two of its
   persons claim it with scores nearer than the margin, it is accepted for neither.
3. (D3) A finding made so carries the rule's mark, never a member of staff's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

MARK = "rule:"
"""How the name begins that a finding carries when a written rule made it."""


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """The rule as it was written down, with its two numbers in thousandths of a bit."""

    threshold_millibits: int
    margin_millibits: int
    text_en: str
    text_ko: str

    @property
    def mark(self) -> str:
        """How a finding names the rule in place of a person."""
        return f"{MARK}{self.threshold_millibits}/{self.margin_millibits}"


DEMONSTRATION_RULE = DecisionRule(
    threshold_millibits=6_000,
    margin_millibits=3_000,
    text_en="Accept a record when the odds for it are at least 64 to 1 and at least 8 times those "
    "of the next; otherwise nobody is found. For drills only: in life an officer decides.",
    text_ko="맞을 가능성이 64배 이상이고 다음 기록보다 8배 이상 높을 때만 같은 사람으로 봅니다. "
    "그 밖에는 찾지 못한 것으로 합니다. 훈련에만 쓰며 실제로는 담당자가 판정합니다.",
)


class Reason(StrEnum):
    """Why the rule decided so."""

    ACCEPTED = "accepted"
    NOBODY = "nobody"
    BELOW_THRESHOLD = "below_threshold"
    RIVAL_TOO_NEAR = "rival_too_near"


@dataclass(frozen=True, slots=True)
class Ranked:
    """One comparison as the rule sees it."""

    person_id: int
    score_millibits: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rule says of one entry."""

    person_id: int | None
    reason: Reason


def decide_family(
    comparisons: Mapping[int, Sequence[Ranked]], rule: DecisionRule
) -> Mapping[int, Verdict]:
    """This will decide every entry of one application, the strongest claim first."""
    verdicts: dict[int, Verdict] = {}
    taken: set[int] = set()
    while len(verdicts) < len(comparisons):
        free = {
            entry: sorted(
                (each for each in found if each.person_id not in taken),
                key=lambda each: (-each.score_millibits, each.person_id),
            )
            for entry, found in comparisons.items()
            if entry not in verdicts
        }
        entry = max(free, key=lambda e: (free[e][0].score_millibits if free[e] else -(10**9), -e))
        verdict = verdicts[entry] = _decide(entry, free, rule)
        if verdict.person_id is not None:
            taken.add(verdict.person_id)
    return verdicts


def _decide(entry: int, free: Mapping[int, Sequence[Ranked]], rule: DecisionRule) -> Verdict:
    if not free[entry]:
        return Verdict(None, Reason.NOBODY)
    best = free[entry][0]
    if best.score_millibits < rule.threshold_millibits:
        return Verdict(None, Reason.BELOW_THRESHOLD)
    rivals = [each.score_millibits for each in free[entry][1:]]
    rivals += [
        each.score_millibits
        for other, found in free.items()
        if other != entry
        for each in found
        if each.person_id == best.person_id
    ]
    if any(best.score_millibits - rival < rule.margin_millibits for rival in rivals):
        return Verdict(None, Reason.RIVAL_TOO_NEAR)
    return Verdict(best.person_id, Reason.ACCEPTED)
