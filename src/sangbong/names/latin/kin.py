"""Words for kin in English; few of them tell the side of the family, none the speaker's sex.

1. (LK1) Case, blanks and hyphens do not matter. A programme's tier stands in the table beside the
   word; this tradition has no dated rule of its own.
2. (LK2) No word says which family name to expect: married women here bear either.
"""

from __future__ import annotations

from functools import cache

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.kin import (
    KinAge,
    KinBond,
    KinClass,
    KinDoubt,
    KinSide,
    KinTerm,
    KinTier,
    KinUsage,
)
from sangbong.names.latin.tables import rows
from sangbong.names.text import clean_text


class LatinKin:
    """The English words: rules LK1 and LK2."""

    def read(self, term: str, column: str, year: int | None) -> KinTerm:
        """The word; no year changes what it means."""
        del year
        return read_kin(term, column=column)

    def terms(self) -> tuple[KinTerm, ...]:
        """Every word of the table."""
        return kin_terms()

    def reverse(self, term: KinTerm, sex: str) -> tuple[KinTerm, ...]:
        """What the kin may call the speaker, a man (`M`) or a woman (`F`)."""
        said = _reverses().get((term.term, sex))
        return (_terms()[_plain(said)],) if said else ()


KIN = LatinKin()


def read_kin(term: str, *, column: str) -> KinTerm:
    """This will look a word for kin up: rule LK1.

    Raises:
        SangbongError: as `names.text.clean_text`, or `names.kin_unknown`: the writer's fault.
    """
    found = _terms().get(_plain(clean_text(term, column=column)))
    if found is None:
        raise SangbongError("names.kin_unknown", place=Place(column=column), term=term[:20])
    return found


@cache
def kin_terms() -> tuple[KinTerm, ...]:
    """Every word of the table, in its order."""
    return tuple(_term(row) for row in rows("kin"))


def _plain(term: str) -> str:
    return "".join(term.replace("-", " ").split()).casefold()


@cache
def _terms() -> dict[str, KinTerm]:
    return {
        _plain(word): term
        for row, term in zip(rows("kin"), kin_terms(), strict=True)
        for word in (term.term, *row["also"].split(";"))
        if word
    }


@cache
def _reverses() -> dict[tuple[str, str], str]:
    return {
        (row["term"], sex): row[heading]
        for row in rows("kin")
        for sex, heading in (("M", "reverse_man"), ("F", "reverse_woman"))
    }


def _term(row: dict[str, str]) -> KinTerm:
    return KinTerm(
        term=row["term"],
        english=row["english"],
        chon=int(row["degree"]) if row["degree"] else None,
        tier=KinTier(row["tier"]),
        kind=KinClass(row["class"]),
        bond=KinBond(row["bond"]),
        side=KinSide(row["side"]),
        generation=int(row["generation"]),
        age=KinAge(row["age"]),
        sex=row["sex"],
        doubt=KinDoubt.BOTH_SEXES_SAY,
        usage=KinUsage.ENGLISH,
        source=row["source"],
        confidence="C",
    )
