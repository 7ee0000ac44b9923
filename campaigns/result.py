"""What a campaign is asked and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a campaign is to run. `only_round` runs one round again as it was drawn."""

    seed: int
    trials: int
    workers: int
    only_round: int | None = None
    keep: Path | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """One campaign's answer, printed as one JSON line.

    `rate_below` is the upper bound, at 95 %, of the rate of failures; see
    docs/explanation/campaigns.md.
    """

    name: str
    seed: int
    trials: int
    failures: int
    planted_bug_caught: bool
    planted_bug_caught_at: int
    rate_below: float
    rounds: int
    seconds: float

    @property
    def met(self) -> bool:
        """Whether nothing failed and the harness has shown that it would have noticed."""
        return self.trials > 0 and not self.failures and self.planted_bug_caught
