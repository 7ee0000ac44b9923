"""Latin letters folded: the one form in which all spellings of a word meet.

1. (L1) A folded word has only the letters a to z: case, accents, apostrophes, hyphens and dots are
   gone. A letter that accents do not make (ł, ø, ß) has its folded letters in a table.
2. (L2) Where two habits stand side by side (Müller is Muller or Mueller) a word has two folded
   forms, the bare one first; never more, for a writer keeps to one habit.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from sangbong.names.latin.tables import rows

BARE_SHARE = 0.6
"""How often a letter such as ü loses its dots rather than becoming ue. Our assumption."""


@lru_cache(maxsize=200_000)
def folded(word: str) -> str:
    """The bare folded form of a word: rule L1. Empty where it has no Latin letter."""
    return _spelled(word, expanded=False)


@lru_cache(maxsize=50_000)
def folded_forms(word: str) -> tuple[tuple[str, float], ...]:
    """Every folded form of a word with its probability: rule L2. Empty as `folded` is."""
    bare, long = folded(word), _spelled(word, expanded=True)
    if not bare:
        return ()
    return ((bare, 1.0),) if bare == long else ((bare, BARE_SHARE), (long, 1.0 - BARE_SHARE))


def is_latin(text: str) -> bool:
    """Whether every letter of the text is a Latin one, and there is at least one."""
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and all("LATIN" in unicodedata.name(c, "") for c in letters)


def near(left: str, right: str) -> bool:
    """Whether one letter added, dropped or changed makes one form the other; not when equal.

    An initial is near every word that it begins: a name outside the lists may still be meant.
    """
    shorter, longer = sorted((left, right), key=len)
    if not shorter or shorter == longer:
        return False
    if len(shorter) == 1:
        return longer.startswith(shorter)
    if len(longer) - len(shorter) > 1:
        return False
    start = 0
    while start < len(shorter) and shorter[start] == longer[start]:
        start += 1
    rest = start if len(longer) > len(shorter) else start + 1
    return shorter[rest:] == longer[start + 1 :]


def _spelled(word: str, *, expanded: bool) -> str:
    composed = unicodedata.normalize("NFC", word.casefold())
    table = _long() if expanded else _bare()
    plain = unicodedata.normalize("NFD", composed.translate(table))
    return "".join(c for c in plain.translate(table) if "a" <= c <= "z")


@cache
def _bare() -> dict[int, str]:
    return {ord(row["letter"]): row["forms"].split("|")[0] for row in rows("letters")}


@cache
def _long() -> dict[int, str]:
    return {ord(row["letter"]): row["forms"].split("|")[-1] for row in rows("letters")}
