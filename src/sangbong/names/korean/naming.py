"""The Korean tradition: how a Korean name is read, whatever it was written in.

1. (NK1) A name is family name, then given name; a family name has one syllable, a few have two. Where
   both borders are possible, both are read, weighted by how common each family is.
2. (NK2) Every syllable is one part, in folded (Southern) spelling; family and given name each begin
   a word.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module

from sangbong.names.korean.spelling import fold_word, is_hangul, is_long_surname, one_letter_off
from sangbong.names.person import PersonName, Script
from sangbong.names.tradition import Part, Reading

LONG_FAMILY_SHARE = 0.9
"""How far a family name of two syllables is preferred where it is possible. General knowledge."""


class KoreanTradition:
    """The tradition `korean`."""

    code = "korean"

    def readings(self, name: PersonName) -> tuple[Reading, ...]:
        """Every way to read the name: rules NK1 and NK2."""
        if name.script is Script.LATIN:
            found: tuple[Reading, ...] = import_module(
                "sangbong.names.korean.reading"
            ).latin_readings(name.text)
            return found
        return _hangul_readings(name.text)

    def family_share(self, form: str) -> float:
        """The share of people with this folded family name."""
        share: float = import_module("sangbong.names.korean.frequencies").family_share(form)
        return share

    def given_share(
        self, form: str, position: int, *, sex: str = "", decade: int | None = None
    ) -> float:
        """The share of given names with this folded syllable at this position, from 0."""
        share: float = import_module("sangbong.names.korean.frequencies").given_share(
            form, position, sex=sex, decade=decade
        )
        return share

    def near(self, left: str, right: str) -> bool:
        """Whether two folded forms are one letter (jamo) apart."""
        return one_letter_off(left, right)


TRADITION = KoreanTradition()


def _hangul_readings(text: str) -> tuple[Reading, ...]:
    word = "".join(text.split())
    if not is_hangul(word):
        return ()
    if len(word) > 2 and is_long_surname(fold_word(word[:2])):
        return (_reading(word, 2, LONG_FAMILY_SHARE), _reading(word, 1, 1 - LONG_FAMILY_SHARE))
    return (_reading(word, 1, 1.0),)


def _reading(word: str, border: int, weight: float) -> Reading:
    given = tuple(_sure(syllable) for syllable in fold_word(word[border:]))
    return Reading(_sure(fold_word(word[:border])), given, weight)


@lru_cache(maxsize=20_000)
def _sure(form: str) -> Part:
    return Part(((form, 1.0),))
