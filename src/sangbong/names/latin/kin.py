"""Words for kin in English; most of them do not tell which side of the family they mean."""

from __future__ import annotations

from functools import cache

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.kin import KinTerm, KinTier
from sangbong.names.latin.tables import rows
from sangbong.names.text import clean_text


def read_kin(term: str, *, column: str) -> KinTerm:
    """This will look a word for kin up; case, hyphens and spaces do not matter.

    Raises:
        SangbongError: as `names.text.clean_text`, or `names.kin_unknown`: the writer's fault.
    """
    found = _terms().get(_plain(clean_text(term, column=column)))
    if found is None:
        raise SangbongError("names.kin_unknown", place=Place(column=column), term=term[:20])
    return found


def kin_terms() -> tuple[KinTerm, ...]:
    """Every known word in the order of the table."""
    return tuple(_terms().values())


def _plain(term: str) -> str:
    return "".join(term.replace("-", " ").split()).casefold()


@cache
def _terms() -> dict[str, KinTerm]:
    return {
        _plain(term): KinTerm(
            term=term,
            english=row["english"],
            chon=int(row["degree"]) if row["degree"] else None,
            tier=KinTier(row["tier"]),
        )
        for row in rows("kin")
        for term in row["terms"].split("|")
    }
