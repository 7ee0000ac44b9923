"""Generation syllables (돌림자): what a syllable shared by two names says of kinship.

1. (G1) Brothers, and male cousins of one line, often share one syllable of their given names, all at
   the same place. How much a shared one says follows from how rare it is.
2. (G2) Absence says little: daughters, names of the registry and colonial names broke the custom.
3. (G3) The place alternates: first with the father, last with the sons, or the other way.
4. (G4) A child does not bear a syllable of its parent's name; two who share one are hardly parent and
   child.
5. (G5) Many clans let the radicals of their syllables follow the five elements, each bringing forth
   the next: wood, fire, earth, metal, water. A son's character at the other place with the element
   after his father's is a little evidence.
6. (G6) Only names of two syllables say anything, and only where the syllables are known.

Source: posan.kr and kj-choi.com on 항렬; the published syllables of a clan (ja.wikipedia 海州呉氏);
data/five_elements.csv (radicals by Unihan); the shares are general knowledge (NOT verified).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import log2
from types import MappingProxyType

from sangbong.names.korean.frequencies import given_share
from sangbong.names.korean.tables import rows

SHARING = MappingProxyType({"MM": 0.6, "FF": 0.3, "FM": 0.12, "": 0.35})
"""How often two siblings of these sexes share their syllable at the same place, born about
1900 to 1945. General knowledge: daughters of one house often share a syllable of their own."""

TABOO = 0.1
"""How much rarer than by chance a child bears a syllable of its parent's. General knowledge."""

EVIDENCE_MAX = 8.0
"""Most bits that a shared syllable says: a rare one is also shared by namesakes of one village."""


CYCLE = ("wood", "fire", "earth", "metal", "water")

FOLLOWING = 0.3
"""How often a son's character follows the element of his father's at the other place. General
knowledge."""

_BY_CHANCE = 0.16
"""How often two unrelated names do: each element is that of some 8 % of the characters in names, at
either of two places."""


class Link(StrEnum):
    """How two given names hang together."""

    SHARED = "shared"
    APART = "apart"
    SAME_NAME = "same_name"
    FOLLOWS = "follows"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class GenerationEvidence:
    """What two given names say of a kinship between their bearers."""

    link: Link
    millibits: int
    """Above 0 speaks for the kinship, below 0 against it."""
    syllable: str = ""
    place: int | None = None
    """0 for the first syllable of the given name, 1 for the last."""


@dataclass(frozen=True, slots=True)
class GenerationMark:
    """The syllable that the names of siblings share, and where."""

    syllable: str
    place: int
    bearers: int

    @property
    def place_of_children(self) -> int:
        """Where the next generation has its own: rule G3."""
        return 1 - self.place


_NOTHING = GenerationEvidence(Link.UNREADABLE, 0)


def sibling_evidence(
    left: Sequence[str],
    right: Sequence[str],
    *,
    sexes: tuple[str, str] = ("", ""),
    decade: int | None = None,
) -> GenerationEvidence:
    """What two given names say of their bearers being siblings: rules G1, G2 and G6.

    Args:
        left: folded syllables of one given name.
        right: those of the other.
        sexes: `M`, `F` or empty, of each.
        decade: first year of the decade of birth, for how rare a syllable was.
    """
    if not (_is_whole(left) and _is_whole(right)):
        return _NOTHING
    if tuple(left) == tuple(right):
        return GenerationEvidence(Link.SAME_NAME, 0)  # two siblings never bear one name
    sharing = SHARING["".join(sorted(sexes)) if all(sexes) else ""]
    for place in (0, 1):
        if left[place] == right[place]:
            common = given_share(left[place], place, sex=sexes[1], decade=decade)
            bits = min(log2(sharing / common + 1 - sharing), EVIDENCE_MAX)
            return GenerationEvidence(Link.SHARED, round(1000 * bits), left[place], place)
    return GenerationEvidence(Link.APART, round(1000 * log2(1 - sharing)))


def parent_evidence(parent: Sequence[str], child: Sequence[str]) -> GenerationEvidence:
    """What two given names say of their bearers being parent and child: rules G4 and G6."""
    if not (_is_whole(parent) and _is_whole(child)):
        return _NOTHING
    for place, syllable in enumerate(child):
        if syllable in parent:
            return GenerationEvidence(Link.SHARED, round(1000 * log2(TABOO)), syllable, place)
    return GenerationEvidence(Link.APART, 0)


def element_evidence(parent: str, child: str) -> GenerationEvidence:
    """What the Hanja of two given names say of father and son by the elements: rules G5 and G6.

    Args:
        parent: the two Hanja of the father's given name.
        child: those of the son's.
    """
    if not (_is_whole(parent) and _is_whole(child)):
        return _NOTHING
    elements = _elements()
    for place, character in enumerate(child):
        before = elements.get(parent[1 - place])
        if before and elements.get(character) == CYCLE[(CYCLE.index(before) + 1) % len(CYCLE)]:
            bits = log2(FOLLOWING / _BY_CHANCE + 1 - FOLLOWING)
            return GenerationEvidence(Link.FOLLOWS, round(1000 * bits), character, place)
    return GenerationEvidence(Link.APART, round(1000 * log2(1 - FOLLOWING)))


def generation_mark(givens: Sequence[Sequence[str]]) -> GenerationMark | None:
    """The syllable that at least two of these siblings share at one place; the most shared first.

    None where no two do, or where two syllables are shared by as many.
    """
    counts = Counter(
        (syllable, place)
        for given in givens
        if _is_whole(given)
        for place, syllable in enumerate(given)
    )
    ranked = counts.most_common(2)
    if not ranked or ranked[0][1] < 2 or (len(ranked) > 1 and ranked[0][1] == ranked[1][1]):
        return None
    (syllable, place), bearers = ranked[0]
    return GenerationMark(syllable, place, bearers)


def mark_evidence(
    mark: GenerationMark, given: Sequence[str], *, sex: str = "", decade: int | None = None
) -> GenerationEvidence:
    """What a given name says of its bearer being one more of the siblings with this mark.

    Like `sibling_evidence`, but surer: a syllable that several bear is known to be the mark.
    """
    if not _is_whole(given):
        return _NOTHING
    sharing = {"M": 0.8, "F": 0.2}.get(sex, 0.5)
    common = given_share(mark.syllable, mark.place, sex=sex, decade=decade)
    if given[mark.place] != mark.syllable:
        return GenerationEvidence(Link.APART, round(1000 * log2(1 - sharing)))
    bits = min(log2(sharing / common + 1 - sharing), EVIDENCE_MAX)
    return GenerationEvidence(Link.SHARED, round(1000 * bits), mark.syllable, mark.place)


def _is_whole(given: Sequence[str]) -> bool:
    return len(given) == 2 and all(given)


@cache
def _elements() -> dict[str, str]:
    return {row["character"]: row["element"] for row in rows("five_elements")}
