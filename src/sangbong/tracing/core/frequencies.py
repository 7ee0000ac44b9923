"""What a register says about chance: how often each value that matters stands in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from sangbong.tracing.core.sought import NameForm


@dataclass(slots=True)
class Frequencies:
    """Counts over the records that may be compared; names only where somebody is sought by them."""

    records: int = 0
    names: Counter[NameForm] = field(default_factory=Counter)
    other_names: Counter[NameForm] = field(default_factory=Counter)
    near_names: Counter[NameForm] = field(default_factory=Counter)
    surnames: Counter[str] = field(default_factory=Counter)
    givens: Counter[str] = field(default_factory=Counter)
    readings: Counter[str] = field(default_factory=Counter)
    sexes: Counter[str] = field(default_factory=Counter)
    years: Counter[int | None] = field(default_factory=Counter)
    birth_counties: Counter[str] = field(default_factory=Counter)
    residence_counties: Counter[str] = field(default_factory=Counter)
    birth_provinces: Counter[str] = field(default_factory=Counter)
    residence_provinces: Counter[str] = field(default_factory=Counter)
    parents_known: int = 0
    parents: Counter[str] = field(default_factory=Counter)
    near_parents: Counter[str] = field(default_factory=Counter)
    parent_surnames: Counter[str] = field(default_factory=Counter)

    def share(self, count: int) -> float:
        """A count as a share of the records, never zero: the record at hand is one of them."""
        return max(count, 1) / max(self.records, 1)

    def year_share(self, year: int, *offsets: int) -> float:
        """The share of records born in the years at these distances from a year."""
        return self.share(sum(self.years[year + offset] for offset in offsets))
