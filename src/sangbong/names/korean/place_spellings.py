"""How a Korean place is written in Latin letters and in Hanja, and the keys it is found by.

1. (S1) A place name is romanised by its sound, so finals and initials that meet change (천리마 is
   Chollima); some write syllable by syllable, so both are known.
2. (S2) Three systems are spelled out: the Revised one, McCune-Reischauer without its marks, and the
   Northern one of 1992. Each is taken of the name as written and of its Southern spelling.
3. (S3) The key of a spelling keeps what all systems agree on: plain, tense and aspirated letters
   are one, vowels are seven. Two names of one key are told apart by who spells them exactly so.

Source: Notice 2000-8 of the Ministry of Culture (Revised); McCune and Reischauer 1939; the Northern
system as in the UNGEGN report of 1992 (general knowledge, NOT verified).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise

from sangbong.names.korean.spelling import fold_word, is_hangul
from sangbong.names.korean.tables import rows

_BASE = 0xAC00


def _letters(table: str) -> tuple[str, ...]:
    return tuple(table.split())


_REVISED = _letters("g kk n d tt r m b pp s ss - j jj ch k t p h")
_MARKLESS = _letters("k kk n t tt r m p pp s ss - ch tch ch k t p h")
_NORTHERN = _letters("k kk n t tt r m p pp s ss - j jj ch kh th ph h")
_VOICED = {0: "g", 3: "d", 7: "b", 12: "j"}
_REVISED_VOWELS = _letters("a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i")
_PLAIN_VOWELS = _letters("a ae ya yae o e yo ye o wa wae oe yo u wo we wi yu u ui i")
_FINALS = _letters("- k k k n n n t l k m l l l p l m p p t t ng t t k t p t")
_LINKED = {1: "g", 4: "n", 7: "d", 8: "r", 16: "m", 17: "b"}

_N, _R, _M, _SILENT = 2, 5, 6, 11
_FINAL_N, _FINAL_L, _FINAL_M, _FINAL_NG = 4, 8, 16, 21
_TO_NASAL = {1: _FINAL_NG, 24: _FINAL_NG, 17: _FINAL_M, 26: _FINAL_M}
_SONORANT = {0, _FINAL_N, _FINAL_L, _FINAL_M, _FINAL_NG}

_FORMS_OF_PRINT = "黄亀渓壌温郎台峰済円関斉帰寿県区"
_FORMS_OF_REGISTERS = "黃龜溪壤溫郞臺峯濟圓關齊歸壽縣區"
"""Further forms met in names of places; general knowledge."""

_CLASSES = (
    ("tch", "c"), ("ch", "c"), ("sh", "s"), ("kh", "k"), ("th", "t"), ("ph", "p"),
    ("ng", "N"), ("eo", "o"), ("eu", "u"), ("ae", "e"), ("ai", "e"), ("oe", "e"), ("oi", "e"),
    ("ee", "i"), ("oo", "u"), ("ui", "i"), ("j", "c"), ("g", "k"), ("d", "t"), ("b", "p"),
    ("r", "l"), ("q", "k"), ("v", "w"), ("z", "c"),
)  # fmt: skip


@lru_cache(maxsize=20_000)
def latin_key(spelling: str) -> str:
    """The key of a spelling in Latin letters: rule S3. Marks, hyphens and blanks say nothing."""
    text = letters_of(spelling)
    for written, sound in _CLASSES:
        text = text.replace(written, sound)
    return re.sub(r"(.)\1", r"\1", text)


def letters_of(spelling: str) -> str:
    """The bare letters of a spelling, small and without marks."""
    plain = unicodedata.normalize("NFKD", spelling).casefold()
    return "".join(c for c in plain if "a" <= c <= "z")


def romanised(hangul: str) -> frozenset[str]:
    """Every spelling of a place name that the three systems give: rules S1 and S2."""
    forms = {hangul, fold_word(hangul)}
    return frozenset(
        spelled
        for form in forms
        if is_hangul(form)
        for triples in (_triples(form), _met(_triples(form)))
        for spelled in (
            _spelled(triples, _REVISED, _REVISED_VOWELS, voice=False),
            _spelled(triples, _MARKLESS, _PLAIN_VOWELS, voice=True),
            _spelled(triples, _NORTHERN, _PLAIN_VOWELS, voice=True),
        )
    )


def hanja_key(text: str) -> str:
    """Hanja in one form: duplicates and the forms of print and of Japan count as the common one."""
    common = _common_forms()
    return "".join(common.get(c, c) for c in unicodedata.normalize("NFC", text))


def _triples(hangul: str) -> list[tuple[int, int, int]]:
    numbers = [ord(character) - _BASE for character in hangul]
    return [(n // 588, n % 588 // 28, n % 28) for n in numbers]


def _met(triples: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The syllables with finals and initials changed where they meet."""
    met = [list(triple) for triple in triples]
    for left, right in pairwise(met):
        final, initial = left[2], right[0]
        if final in _TO_NASAL and initial in {_N, _R, _M}:
            left[2] = _TO_NASAL[final]
            right[0] = _N if initial == _R else initial
        elif (final, initial) in {(_FINAL_N, _R), (_FINAL_L, _N)}:
            left[2], right[0] = _FINAL_L, _R
        elif final in {_FINAL_M, _FINAL_NG} and initial == _R:
            right[0] = _N
    return [(a, b, c) for a, b, c in met]


def _spelled(
    triples: list[tuple[int, int, int]],
    initials: tuple[str, ...],
    vowels: tuple[str, ...],
    *,
    voice: bool,
) -> str:
    parts: list[str] = []
    before = -1
    for index, (initial, vowel, final) in enumerate(triples):
        letter = initials[initial]
        if voice and before in _SONORANT:
            letter = _VOICED.get(initial, letter)
        if initial == _R and before == _FINAL_L:
            letter = "l"
        following = triples[index + 1][0] if index + 1 < len(triples) else -1
        coda = _LINKED.get(final, _FINALS[final]) if following == _SILENT else _FINALS[final]
        parts += [letter, vowels[vowel], coda]
        before = final
    return "".join(part for part in parts if part != "-")


@cache
def _common_forms() -> dict[str, str]:
    return dict(zip(_FORMS_OF_PRINT, _FORMS_OF_REGISTERS, strict=True)) | {
        row["character"]: row["alike"]
        for row in rows("hanja_variants")
        if row["kind"].startswith("form of one character")
    }
