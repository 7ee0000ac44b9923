"""Words for kin, and what each says: degree (chon) and the tier that a programme counts it in.

The tier is read from the table and never worked out from the degree: a grandparent is of the second
degree and still counted with direct kin; in-laws have no degree by custom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.korean.tables import rows


class KinTier(StrEnum):
    """How near kin are counted when places are given out."""

    DIRECT = "direct"
    SIBLING = "sibling"
    THIRD_DEGREE_PLUS = "third_degree_plus"
    COMPANION = "companion"


@dataclass(frozen=True, slots=True)
class KinTerm:
    """One word for kin as an applicant used it."""

    term: str
    english: str
    chon: int | None
    """Degree of kinship; None for in-laws and for words of more than one meaning."""
    tier: KinTier


def read_kin(term: str, *, column: str) -> KinTerm:
    """This will look a word for kin up, in Korean or in English.

    Raises:
        SangbongError: `names.kin_unknown`, the writer's fault.
    """
    found = _terms().get("".join(term.split()).casefold())
    if found is None:
        raise SangbongError("names.kin_unknown", place=Place(column=column), term=term[:20])
    return found


def kin_terms() -> tuple[KinTerm, ...]:
    """Every known word, the Korean ones in the order of the table."""
    return tuple({entry.term: entry for entry in _terms().values()}.values())


@cache
def _terms() -> dict[str, KinTerm]:
    table: dict[str, KinTerm] = {}
    english: dict[str, KinTerm] = {}
    for row in rows("kinship_terms"):
        chon = re.fullmatch(r"(\d+)(?: \(법정혈족\))?", row["chon"])
        tier = KinTier(row["tier"].split(" ")[0])
        for term in row["korean"].split("/"):
            entry = KinTerm(term, row["english"], int(chon[1]) if chon else None, tier)
            table.setdefault(term, entry)
            english.setdefault("".join(row["english"].split()).casefold(), entry)
    return english | table
