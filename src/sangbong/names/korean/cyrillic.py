"""Korean names in Cyrillic letters, as Koreans of Sakhalin and Central Asia write them.

1. (Y1) A syllable is spelled by the rules of Kontsevich or as families do: 영 is Ён or Ен, 정 is Чон
   or Тен. One spelling stands for several syllables (final н for ㄴ and ㅇ); the likelier ones follow
   from how common they are.
2. (Y2) The family name comes first, in papers of a Russian office at times last. Some end in -гай.
3. (Y3) A given name has one or two syllables, apart, hyphened or joined. A Russian one, with a
   patronymic or not, is no syllables and says nothing of the Korean one.
4. (Y4) ё and е are one, and so are і and и: writers leave the dots out.

Source: the system of Kontsevich (omop.su 164415, with the practice of newspapers as told at
livejournal.com bomparam/87383); data/cyrillic_families.csv; weights are general knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import product

from sangbong.names.korean.frequencies import (
    given_share,
    known_families,
    known_syllables,
)
from sangbong.names.korean.spelling import northern_initials
from sangbong.names.korean.tables import rows
from sangbong.names.tradition import Part, Reading, part

FAMILY_FIRST = 0.85
"""How often the family name comes first."""

UNREAD_SHARE = 0.02
"""Weight of a reading that leaves the given name out, beside one that reads it: rule Y3."""

_NORTHERN_SHARE = 0.4
"""How often ㄹ or ㄴ at the beginning is spelled as the North says it; most left from there."""

_WORDS_MAX = 5
_READING_MIN = 0.01

Spelled = dict[str, float]

_ONSETS: tuple[Spelled, ...] = (
    {"к": 0.7, "г": 0.3},
    {"кк": 0.7, "к": 0.3},
    {"н": 1.0},
    {"т": 0.7, "д": 0.3},
    {"тт": 0.7, "т": 0.3},
    {"р": 0.5, "л": 0.5},
    {"м": 1.0},
    {"п": 0.7, "б": 0.3},
    {"пп": 0.7, "п": 0.3},
    {"с": 0.85, "ш": 0.15},
    {"сс": 0.7, "с": 0.3},
    {"": 1.0},
    {"ч": 0.5, "дж": 0.15, "чж": 0.1, "ж": 0.05, "дз": 0.05, "т": 0.15},
    {"чч": 1.0},
    {"чх": 0.6, "ч": 0.25, "ц": 0.1, "цх": 0.05},
    {"кх": 0.6, "к": 0.4},
    {"тх": 0.6, "т": 0.4},
    {"пх": 0.6, "п": 0.4},
    {"х": 0.9, "г": 0.1},
)
_NUCLEI: tuple[Spelled, ...] = (
    {"а": 0.93, "я": 0.07},
    {"э": 0.7, "е": 0.2, "ай": 0.1},
    {"я": 1.0},
    {"йе": 1.0},
    {"о": 0.65, "е": 0.25, "э": 0.1},
    {"е": 0.6, "э": 0.4},
    {"е": 0.9, "йо": 0.1},
    {"е": 0.7, "йе": 0.2, "э": 0.1},
    {"о": 0.97, "е": 0.03},
    {"ва": 0.9, "оа": 0.1},
    {"вэ": 1.0},
    {"ве": 0.6, "вэ": 0.1, "ой": 0.3},
    {"е": 0.8, "йо": 0.2},
    {"у": 0.95, "ю": 0.05},
    {"во": 0.9, "уо": 0.1},
    {"ве": 1.0},
    {"ви": 0.7, "уи": 0.3},
    {"ю": 1.0},
    {"ы": 0.8, "у": 0.1, "и": 0.05, "е": 0.05},
    {"ый": 0.4, "и": 0.4, "ы": 0.1, "ей": 0.1},
    {"и": 1.0},
)
_CODAS: dict[int, Spelled] = {
    0: {"": 1.0},
    1: {"к": 0.9, "г": 0.1},
    4: {"н": 0.9, "нь": 0.1},
    8: {"ль": 0.7, "л": 0.15, "р": 0.15},
    16: {"м": 1.0},
    17: {"п": 0.9, "б": 0.1},
    19: {"т": 0.6, "с": 0.4},
    21: {"н": 0.9, "нъ": 0.03, "нг": 0.07},
}
_SAME = str.maketrans("ёіЁІ", "еиЕИ")
_WORD = re.compile("[а-яіё]+")


def cyrillic_readings(text: str) -> tuple[Reading, ...]:
    """Every way to read a Korean name in Cyrillic letters: rules Y1 to Y4.

    Empty where no word of it is the family name of a Korean.
    """
    words = _WORD.findall(text.casefold().translate(_SAME))
    if not words or len(words) > _WORDS_MAX:
        return ()
    orders = [(words[0], words[1:], FAMILY_FIRST)]
    if len(words) > 1:
        orders.append((words[-1], words[:-1], 1 - FAMILY_FIRST))
    found: list[tuple[Part, tuple[Part, ...], float]] = []
    for family, given, order in orders:
        shares = _families().get(family)
        if not shares:
            continue
        weight, parts = _given(given)
        chance = order * sum(shares.values())
        found.append((part(shares), parts, chance * max(weight, UNREAD_SHARE)))
    best = max((weight for _, _, weight in found), default=0.0)
    kept = sorted((way for way in found if way[2] >= _READING_MIN * best), key=lambda way: -way[2])
    total = sum(weight for _, _, weight in kept)
    return tuple(Reading(family, given, weight / total) for family, given, weight in kept)


def _given(words: list[str]) -> tuple[float, tuple[Part, ...]]:
    """How well the words read as a Korean given name, and its parts; none where they do not."""
    joined = "".join(words)
    cuts: Iterable[tuple[str, ...]]
    if len(words) == 2:
        cuts = [tuple(words)]
    elif len(words) == 1:
        cuts = [(joined,), *((joined[:at], joined[at:]) for at in range(1, len(joined)))]
    else:
        return 0.0, ()
    best: tuple[float, tuple[dict[str, float], ...]] = (0.0, ())
    for cut in cuts:
        shares = [_syllables(place).get(piece, {}) for place, piece in enumerate(cut)]
        weight = 0.05 if len(cut) == 1 else 1.0
        for each in shares:
            weight *= sum(each.values())
        best = max(best, (weight, tuple(shares)), key=lambda way: way[0])
    # Shares are those of syllables; ten thousand times their product is about one for a common name.
    return min(best[0] * 10_000, 1.0), tuple(part(each) for each in best[1])


@lru_cache(maxsize=4_000)
def _spellings(syllable: str) -> tuple[tuple[str, float], ...]:
    number = ord(syllable) - 0xAC00
    codas = _CODAS.get(number % 28, {"": 1.0})
    letters = (_ONSETS[number // 588], _NUCLEI[number % 588 // 28], codas)
    return tuple(
        ("".join(spelling for spelling, _ in way), way[0][1] * way[1][1] * way[2][1])
        for way in product(*(each.items() for each in letters))
    )


def _first_spellings(form: str) -> Iterator[tuple[str, float]]:
    """A folded syllable at the beginning, spelled as either side says it."""
    southern, *northern = northern_initials(form)
    for spelling, weight in _spellings(southern):
        yield spelling, weight * (1 - _NORTHERN_SHARE if northern else 1.0)
    for syllable in northern:
        for spelling, weight in _spellings(syllable):
            yield spelling, weight * _NORTHERN_SHARE / len(northern)


@cache
def _families() -> dict[str, Spelled]:
    """Family names by spelling, weighed by how common they are."""
    table: dict[str, Spelled] = {}
    for form, share in known_families().items():
        rest = [_spellings(syllable) for syllable in form[1:]]
        for way in product(tuple(_first_spellings(form[0])), *rest):
            weight = share
            for _, chance in way:
                weight *= chance
            _add(table, "".join(spelling for spelling, _ in way), form, weight)
    for row in rows("cyrillic_families"):
        weight = known_families()[row["family"]] * float(row["weight"])
        _add(table, row["spelling"].translate(_SAME), row["family"], weight)
    return table


@cache
def _syllables(place: int) -> dict[str, Spelled]:
    """Syllables of given names by spelling, weighed by how common they are at this place."""
    table: dict[str, Spelled] = {}
    for form in known_syllables(place):
        share = given_share(form, place)
        for spelling, weight in _first_spellings(form) if place == 0 else _spellings(form):
            _add(table, spelling, form, share * weight)
    return table


def _add(table: dict[str, Spelled], spelling: str, form: str, weight: float) -> None:
    forms = table.setdefault(spelling, {})
    forms[form] = forms.get(form, 0.0) + weight
