"""What a way of naming people must know; everything above `names` asks a tradition, never a country.

1. (T1) A written name is read in one or more ways: a *reading* says which part is the family's and
   which are the person's own, and for each part which folded forms it may stand for.
2. (T2) Folded forms are the one alphabet in which all writings of a tradition meet; likeness is
   measured there, so that it does not matter who wrote in which script.
3. (T3) How much an agreement says follows from how common the agreed form is.

Vocabulary: part, reading, folded form, share.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sangbong.names.person import PersonName

PART_SHARE_MIN = 0.005
"""Options less probable than this are left out of a part, and the rest made to sum to one."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which folded forms a part of a name may stand for: (form, probability), likeliest first.

    The probabilities sum to one; a part of which nothing is known has no options.
    """

    options: tuple[tuple[str, float], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.options)


UNKNOWN_PART = Part()


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name: rule T1. The weights of all readings of a name sum to one."""

    family: Part
    given: tuple[Part, ...]
    """One part a syllable or a word, as the tradition counts them."""
    weight: float = 1.0


class Tradition(Protocol):
    """A way of naming people."""

    @property
    def code(self) -> str:
        """Its name in configuration and in papers, such as `korean`."""
        ...

    def readings(self, name: PersonName) -> tuple[Reading, ...]:
        """Every way to read the name; empty where it cannot be read at all."""
        ...

    def family_share(self, form: str) -> float:
        """The share of people with this folded family name, above 0; unseen ones have a floor."""
        ...

    def given_share(
        self, form: str, position: int, *, sex: str = "", decade: int | None = None
    ) -> float:
        """The share of given names with this folded part at this position, above 0 (rule T3)."""
        ...

    def near(self, left: str, right: str) -> bool:
        """Whether two folded forms differ by one slip of the pen or ear; not when equal."""
        ...


def part(weighted: dict[str, float]) -> Part:
    """Make a part of weights of any sum: small ones left out, the rest summing to one."""
    total = sum(weighted.values())
    if total <= 0:
        return UNKNOWN_PART
    kept = {form: w for form, w in weighted.items() if w / total >= PART_SHARE_MIN}
    rest = sum(kept.values())
    ranked = sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))
    return Part(tuple((form, weight / rest) for form, weight in ranked))


@cache
def tradition(code: str) -> Tradition:
    """The tradition of this code, its tables not read before they are asked.

    Raises:
        KeyError: there is no such tradition; the configuration's fault.
    """
    module = {"korean": "sangbong.names.korean.naming", "latin": "sangbong.names.latin.naming"}[
        code
    ]
    found: Tradition = import_module(module).TRADITION
    return found
