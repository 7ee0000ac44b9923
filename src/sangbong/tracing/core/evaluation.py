"""How good the findings were, where the truth is known: only ever in the lab."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

PairRef = tuple[str, int]
"""Application number and number of the person sought."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Counts over the pairs asked about, and the rates that follow from them."""

    asked: int
    present: int
    """Persons sought who truly stand in the register."""
    decided: int
    """Pairs for which somebody was found."""
    right: int
    applications: int
    applications_misled: int
    """Applications told of somebody who is not theirs."""

    @property
    def recall(self) -> Fraction:
        """Share of those present who were found rightly; 1 when nobody is present."""
        return Fraction(self.right, self.present) if self.present else Fraction(1)

    @property
    def precision(self) -> Fraction:
        """Share of those found who are the right ones; 1 when nobody was found."""
        return Fraction(self.right, self.decided) if self.decided else Fraction(1)

    @property
    def false_hope_per_1000(self) -> Fraction:
        """Applications told of kin who are not theirs, in a thousand."""
        if not self.applications:
            return Fraction(0)
        return Fraction(1000 * self.applications_misled, self.applications)


def evaluate(
    decided: Mapping[PairRef, str | None], truth: Mapping[PairRef, str | None]
) -> Evaluation:
    """This will compare findings with the truth, both as record numbers by pair.

    Only pairs that were decided about count as asked; None means nobody found, or nobody there.

    Raises:
        KeyError: a pair without a truth: our mistake.
    """
    found = {pair: record for pair, record in decided.items() if record is not None}
    wrong = {pair for pair, record in found.items() if truth[pair] != record}
    return Evaluation(
        asked=len(decided),
        present=sum(truth[pair] is not None for pair in decided),
        decided=len(found),
        right=len(found) - len(wrong),
        applications=len({application for application, _ in decided}),
        applications_misled=len({application for application, _ in wrong}),
    )
