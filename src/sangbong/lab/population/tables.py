"""The published marginals that the invented families are drawn from, read once from lab/data.

Every file names the source of each row. Nothing here is about a real person.
"""

from __future__ import annotations

import csv
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")

AGE_BANDS: tuple[tuple[str, int, int], ...] = (
    ("90+", 90, 104),
    ("80-89", 80, 89),
    ("70-79", 70, 79),
    ("60-69", 60, 69),
    ("0-59", 35, 59),
)
"""Bands as printed, with the ages that this world uses inside them."""

TIERS: tuple[str, ...] = ("direct", "sibling", "third_degree_plus")
"""Kin tiers as the programme prints them, nearest first."""


class Weighted(Generic[T]):
    """A weighted choice, made for many draws."""

    __slots__ = ("_steps", "_total", "items")

    def __init__(self, items: Sequence[T], weights: Sequence[float]) -> None:
        """Weights need not sum to one; an item of weight zero is never drawn."""
        kept = [(item, weight) for item, weight in zip(items, weights, strict=True) if weight > 0]
        if not kept:
            raise ValueError("nothing to choose from")
        self.items: tuple[T, ...] = tuple(item for item, _ in kept)
        self._steps = list(accumulate(weight for _, weight in kept))
        self._total = self._steps[-1]

    def draw(self, rng: Random) -> T:
        """One item, by weight."""
        return self.items[bisect(self._steps, rng.random() * self._total)]

    def share(self, item: T) -> float:
        """The probability of an item; zero where it is not among them."""
        if item not in self.items:
            return 0.0
        at = self.items.index(item)
        return (self._steps[at] - (self._steps[at - 1] if at else 0.0)) / self._total


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one file of lab/data by their headings."""
    text = files("sangbong.lab").joinpath("data", name).read_text(encoding="utf-8")
    yield from csv.DictReader(text.splitlines())


@dataclass(frozen=True, slots=True)
class Surname:
    """One surname: both spellings and the usual character."""

    south: str
    north: str
    hanja: str


@cache
def surnames() -> Weighted[Surname]:
    """Surnames by persons in the census of 2015; the North is given the same shares (stylised)."""
    rows = list(read_rows("surnames.csv"))
    return Weighted(
        [Surname(row["south"], row["north"], row["hanja"]) for row in rows],
        [float(row["persons_2015"]) for row in rows],
    )


@cache
def age_band_shares() -> dict[str, float]:
    """Shares of the living applicants by age band at the end of 2018, the date nearest the draw."""
    rows = [row for row in read_rows("applicants_age.csv") if row["as_of"] == "2018-12-31"]
    total = sum(float(row["pct_of_living"]) for row in rows)
    return {row["age_band"]: float(row["pct_of_living"]) / total for row in rows}


@cache
def tier_shares() -> dict[str, float]:
    """Shares of the living applicants by the nearest kin they seek, March 2017."""
    rows = [
        row
        for row in read_rows("applicants_kin.csv")
        if row["as_of"] == "2017-03-31" and row["population"] == "living applicants"
    ]
    total = sum(float(row["pct"]) for row in rows)
    return {row["tier"]: float(row["pct"]) / total for row in rows}


_TIER_BY_AGE_SEED: dict[str, tuple[float, float, float]] = {
    "90+": (0.62, 0.33, 0.05),
    "80-89": (0.45, 0.47, 0.08),
    "70-79": (0.42, 0.43, 0.15),
    "60-69": (0.30, 0.35, 0.35),
    "0-59": (0.25, 0.30, 0.45),
}
"""Stylised: only the two margins are published. The seed says that the young seek farther kin."""


@cache
def tier_by_age() -> dict[str, Weighted[str]]:
    """Tier given age band: the seed table raked until both published margins hold."""
    ages, tiers = age_band_shares(), tier_shares()
    table = {band: list(_TIER_BY_AGE_SEED[band]) for band in ages}
    for _ in range(50):
        for at, tier in enumerate(TIERS):
            column = sum(table[band][at] for band in ages)
            for band in ages:
                table[band][at] *= tiers[tier] / column
        for band, share in ages.items():
            whole = sum(table[band])
            table[band] = [cell * share / whole for cell in table[band]]
    return {band: Weighted(TIERS, cells) for band, cells in table.items()}


@cache
def birthplace_shares() -> dict[str, float]:
    """Shares of applicants by province of 1945 (Korean short names; 기타 = other), November 2005."""
    rows = [
        row
        for row in read_rows("applicants_birthplace.csv")
        if row["as_of"] == "2005-11-30" and row["population"] == "applicants"
    ]
    total = sum(float(row["pct"]) for row in rows)
    return {row["province_ko"]: float(row["pct"]) / total for row in rows}


SOUGHT_COUNT: Weighted[int] = Weighted(
    (1, 2, 3, 4, 5, 6, 7, 8), (0.10, 0.14, 0.18, 0.18, 0.15, 0.11, 0.08, 0.06)
)
"""Persons sought by one applicant. Stylised around the mean: in 2000 about six per applicant of the
inquiry list, fewer in the whole register; ours has a mean of 4.1."""
