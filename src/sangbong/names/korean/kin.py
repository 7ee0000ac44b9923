"""Korean words for kin: standard, Northern and dialect, and their English.

1. (KK1) Blanks and hyphens do not matter; Northern spelling is read by its Southern form (녀동생), and
   a word with the polite 님 by the word without it.
2. (KK2) Where one English word stands for several Korean ones, the first of the table is meant, and
   what depends on the others is not told (names.kin K6).
3. (KK3) 언니 was said by boys of an elder brother too until the 1950s and 60s: it tells the speaker's
   sex only from 1960 on.

Source: data/kin_terms.csv and data/kin_tiers.csv, each row with its source and confidence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.gazetteer import day_of
from sangbong.names.kin import (
    KinAge,
    KinBond,
    KinClass,
    KinDoubt,
    KinSide,
    KinSurname,
    KinTerm,
    KinTier,
    KinUsage,
)
from sangbong.names.korean.spelling import fold_word
from sangbong.names.korean.tables import rows
from sangbong.names.text import clean_text

MAX_LENGTH = 60

_SPEAKING = "speaking"


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of the table: the word as it is read today, and what its years and speakers change."""

    term: KinTerm
    tiers_as: str
    speaker: str
    speaker_since: int
    doubt: KinDoubt | None
    also: tuple[str, ...]
    reverse: dict[str, tuple[str, ...]]


class KoreanKin:
    """The Korean words and their readers: rules KK1 to KK3."""

    def read(self, term: str, column: str, year: int | None) -> KinTerm:
        """The word, in Korean or English."""
        return _read(term, column, year)

    def terms(self) -> tuple[KinTerm, ...]:
        """Every word of the table."""
        return tuple(entry.term for entry in _entries().values())

    def reverse(self, term: KinTerm, sex: str) -> tuple[KinTerm, ...]:
        """What the kin may call the speaker."""
        return _reverse(term, sex)


KIN = KoreanKin()


@lru_cache(maxsize=10_000)
def _read(term: str, column: str, year: int | None) -> KinTerm:
    text = clean_text(term, column=column, max_length=MAX_LENGTH)
    key = _key(text)
    table = _entries()
    found = next(
        (table[k] for k in (key, fold_word(key), key.removesuffix("님")) if k in table), None
    )
    if found is not None:
        return _dated(found, year)
    word = _english().get(key)
    if word is None:
        raise SangbongError("names.kin_unknown", place=Place(column=column), term=text[:20])
    dated = _dated(table[word], year)
    if _SPEAKING in key:
        return dated
    return replace(dated, tells_speaker_sex=None, doubt=KinDoubt.TRANSLATED)


def _dated(entry: _Entry, year: int | None) -> KinTerm:
    """The word as it was meant in a year: its tier and, where that changed, whom it tells of."""
    if year is None:
        return entry.term
    tells = bool(entry.speaker) and year >= entry.speaker_since
    return replace(
        entry.term,
        tier=_tier(entry.tiers_as, year),
        tells_speaker_sex=entry.speaker if tells else None,
        doubt=None if tells else entry.doubt,
    )


def _reverse(term: KinTerm, sex: str) -> tuple[KinTerm, ...]:
    table = _entries()
    words = table[term.term].reverse[sex] if term.term in table and sex else ()
    if not words and term.doubt is KinDoubt.TRANSLATED:
        same = (e for e in table.values() if e.term.english == term.english and e.reverse[sex])
        words = next((entry.reverse[sex] for entry in same), ())
    return tuple(table[word].term for word in words)


@cache
def _entries() -> dict[str, _Entry]:
    return {row["term"]: _entry(row) for row in rows("kin_terms")}


@cache
def _english() -> dict[str, str]:
    """English words by their keys: of standard words first, then what else they are called."""
    table: dict[str, str] = {}
    for entry in sorted(_entries().values(), key=lambda e: e.term.usage is not KinUsage.STANDARD):
        table.setdefault(_key(entry.term.english), entry.term.term)
    for entry in _entries().values():
        for also in entry.also:
            table.setdefault(_key(also), entry.term.term)
    return table


def _entry(row: dict[str, str]) -> _Entry:
    since = int(row["speaker_since"] or 0)
    tells = bool(row["speaker"]) and not since
    doubt = KinDoubt(row["doubt"]) if row["doubt"] else None
    term = KinTerm(
        term=row["term"],
        english=row["english"],
        chon=int(row["chon"]) if row["chon"] else None,
        tier=_tier(row["class"], None),
        kind=KinClass(row["class"]),
        bond=KinBond(row["bond"]),
        side=KinSide(row["side"]),
        generation=int(row["generation"]) if row["generation"] else None,
        age=KinAge(row["age"]),
        sex=row["sex"],
        tells_speaker_sex=row["speaker"] if tells else None,
        doubt=None if tells else doubt,
        surname=KinSurname(row["surname"]),
        usage=KinUsage(row["usage"]),
        region=row["region"],
        source=row["source"],
        confidence=row["confidence"],
    )
    backward = {"M": tuple(row["reverse_man"].split()), "F": tuple(row["reverse_woman"].split())}
    also = tuple(filter(None, row["also"].split("|")))
    return _Entry(term, row["class"], row["speaker"], since, doubt, also, backward)


def _tier(kind: str, year: int | None) -> KinTier:
    """The tier by the rule of the year, of today without one."""
    day = 99_999_999 if year is None else year * 10_000 + 1231
    return KinTier(
        next(
            row["tier"]
            for row in rows("kin_tiers")
            if row["class"] == kind
            and (not row["since"] or day_of(row["since"]) <= day)
            and (not row["until"] or day < day_of(row["until"]))
        )
    )


def _key(text: str) -> str:
    plain = text.replace("-", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return "".join(plain.split()).casefold()
