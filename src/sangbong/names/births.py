"""How births lie over the years: what the chance agreement of two dates is worth.

1. (B1) The share of a year is told by those who know the register; the default is even over 1900 to
   1960, the years in which those were born who have kin across the line. Our convention.
2. (B2) No day is impossible: one part in fifty is spread evenly over `FRAME`, and days outside it
   count like its edges.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import accumulate

FRAME = (date(1860, 1, 1).toordinal(), date(2030, 12, 31).toordinal())
"""Days, as ordinals, on which a person of our time may have been born."""
TABLE_START = date(1590, 1, 1).toordinal()
_TABLE_YEARS = (1590, 2060)
"""Years that a written date can lie in, and a few more."""
_EVEN = 0.02


class AgePrior:
    """The share of births on each day (B1, B2)."""

    __slots__ = ("_shares", "sums")

    def __init__(self, births: Mapping[int, float]) -> None:
        """Know the births of each year, in any unit.

        Raises:
            ValueError: no births, or a year outside 1860 to 2030: the caller's fault.
        """
        first, last = (date.fromordinal(day).year for day in FRAME)
        total = sum(births.values())
        if total <= 0 or not all(first <= year <= last for year in births):
            raise ValueError("births of no year, or outside 1860 to 2030")
        even = _EVEN / (FRAME[1] - FRAME[0] + 1)
        lengths = {year: _days_in(year) for year in range(*_TABLE_YEARS)}
        self._shares = {
            year: (1 - _EVEN) * births.get(min(max(year, first), last), 0) / total / days + even
            for year, days in lengths.items()
        }
        inverse = (1 / self._shares[year] for year, days in lengths.items() for _ in range(days))
        self.sums = array("d", accumulate(inverse, initial=0.0))
        """Of the days before each, from `TABLE_START`: the sum of 1/share."""

    @classmethod
    def flat(cls, first_year: int, last_year: int) -> AgePrior:
        """As many births in each year from the first to the last."""
        return cls(dict.fromkeys(range(first_year, last_year + 1), 1.0))

    def share(self, year: int) -> float:
        """The share of births on a day of this year, above 0."""
        return self._shares[year]


@cache
def flat_prior() -> AgePrior:
    """Births spread evenly over 1900 to 1960: the default (B1)."""
    return AgePrior.flat(1900, 1960)


def _days_in(year: int) -> int:
    return date(year, 12, 31).timetuple().tm_yday
