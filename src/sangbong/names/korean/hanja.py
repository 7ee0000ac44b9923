"""What a Chinese character (Hanja) may be read as in a Korean name.

1. (H1) Readings are those of Unihan `kHangul`: the Northern one (李 리) and the Southern ones (이)
   both. The *base* reading keeps ㄹ and ㄴ; the Southern spelling follows from it and the place.
2. (H2) A character that is a surname is read as the surname (金 김, 沈 심, 車 차).
3. (H3) The duplicates of KS X 1001 (U+F900 on) are kept as given and read by their own `kHangul`:
   whoever typed U+F90A said 금. As a surname they may also be what the ordinary character is.
4. (H4) Variants (裵 and 裴, 曺 and 曹, 廣 and 広, simplified forms) are one character for
   comparing; a simplified or Japanese form without readings of its own has its variant's.
5. (H5) Hanja confirm a Hangul name and never exclude one: registers hold wrong characters, and one
   reading has many.

Source: data/hanja_readings.csv (Unihan 15.0, made by tools/hanja_table.py), surname_hanja.csv,
hanja_variants.csv.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product

from sangbong.names.korean.spelling import fold, initial, split
from sangbong.names.korean.tables import rows

Weighted = tuple[tuple[str, float], ...]
"""Syllables with probabilities that sum to one, the likeliest first."""

SURNAME_SHARE = 0.97
"""How surely a character of the surname table is read as its surname there. General knowledge."""

_DUPLICATE_SHARE = 0.1
"""How often a duplicate stands where the ordinary character was meant (rule H3)."""

_TAUGHT, _NAMES = "E", "N"
"""Marks of Unihan: a reading taught at school; one of the list of characters allowed in names."""

_WEIGHTS = (1.0, 0.25, 0.1)
"""How likely a reading is beside one marked as much, and one marked better by one or two steps.
Unihan orders nothing: general knowledge."""

_COMPATIBILITY = ((0xF900, 0xFAFF), (0x2F800, 0x2FA1F))


def is_hanja(character: str) -> bool:
    """Whether the character is an ideograph, ordinary or duplicate."""
    point = ord(character)
    return (
        0x4E00 <= point <= 0x9FFF
        or 0x3400 <= point <= 0x4DBF
        or 0x20000 <= point <= 0x3FFFF
        or is_duplicate(character)
    )


def is_duplicate(character: str) -> bool:
    """Whether Unicode form C would replace the character by another ideograph."""
    return any(first <= ord(character) <= last for first, last in _COMPATIBILITY)


@lru_cache(maxsize=4_000)
def base_readings(character: str) -> Weighted:
    """What the character is read as in a given name, before any initial-sound rule: rule H1.

    Empty where Unihan has no Korean reading, which says nothing about the name.
    """
    marks = _marks(character)
    best = max(marks.values(), default=0)
    weights = {
        sound: _WEIGHTS[best - rank]
        for sound, rank in marks.items()
        # 이 of 李 is what 리 becomes at the beginning, no reading of its own; 이 of 異 is one
        if not any(initial(o) == sound and r >= rank for o, r in marks.items() if o != sound)
    }
    return _shared(weights)


def _marks(character: str) -> dict[str, int]:
    """Every reading with its rank: 2 is taught at school, 1 in the list for names, 0 neither."""
    ranks: dict[str, int] = {}
    for each in _table().get(character, ("", ""))[0].split():
        sound, _, mark = each.partition(":")
        rank = 2 if _TAUGHT in mark else 1 if _NAMES in mark else 0
        ranks[sound] = max(rank, ranks.get(sound, 0))
    return ranks


@lru_cache(maxsize=4_000)
def hanja_readings(character: str, *, family: bool = False) -> Weighted:
    """The folded syllables that the character may be at the beginning of a name or given name.

    Args:
        character: one ideograph.
        family: it stands where the surname does (rule H2).
    """
    weights: dict[str, float] = {}
    for sound, share in _family_bases(character) if family else base_readings(character):
        form = initial(sound)
        weights[form] = weights.get(form, 0.0) + share
    return _shared(weights)


def is_family_character(character: str) -> bool:
    """Whether the character is a surname of the table."""
    return character in _surnames()


@cache
def long_families() -> dict[str, str]:
    """Surnames of two characters with their Hangul: 南宮 남궁, 鮮于 선우."""
    return {row["hanja"]: row["family"] for row in rows("surname_hanja") if len(row["hanja"]) == 2}


def northern_readings(character: str, *, family: bool = False) -> tuple[str, ...]:
    """What the North writes for the character, the likeliest first; as a surname, what the table
    of surnames says.
    """
    ordinary = _ordinary(character)
    if family and ordinary in _surnames():
        return _surnames()[ordinary]
    return tuple(sound for sound, _ in base_readings(ordinary))


def confirms(hangul: str, hanja: str) -> bool:
    """Whether every Hangul syllable may be a reading of the character at its place: rule H5.

    A surplus on either side is no confirmation. False means only that nothing is confirmed.
    """
    if not hanja or len(hangul) != len(hanja):
        return False
    return all(
        initial(syllable) in _initials(character)
        for syllable, character in zip(hangul, hanja, strict=True)
    )


def northern_forms(name: str, *, hanja: str = "", reported: str = "") -> tuple[str, ...]:
    """What the North may write for a Hangul name, the likeliest first: rule S4 of `spelling`.

    Args:
        name: family and given name in Hangul, of either side.
        hanja: the same name in Hanja, if it is known.
        reported: a spelling in a Northern paper, if there is one.

    Returns:
        The reported spelling if it is this name's; else every spelling that the Hanja say; else the
        name alone, for nothing says more.
    """
    if reported and fold(reported) == fold(name):
        return (reported,)
    family, given = split(name)
    if not confirms(family + given, hanja):
        return (name,)
    syllables = zip(family + given, hanja, strict=True)
    choices = [
        [
            sound
            for sound in northern_readings(character, family=place < len(family))
            if initial(sound) == initial(syllable)
        ]
        or [syllable]  # the registers read it as no table does
        for place, (syllable, character) in enumerate(syllables)
    ]
    return tuple("".join(choice) for choice in product(*choices))


def same_hanja(left: str, right: str) -> bool:
    """Whether two texts are one in Hanja, variants counted as one: rule H4."""
    return len(left) == len(right) and all(
        a == b or not _forms(a).isdisjoint(_forms(b)) for a, b in zip(left, right, strict=True)
    )


@lru_cache(maxsize=4_000)
def _initials(character: str) -> frozenset[str]:
    written = {character, _ordinary(character)}
    bases = [pair for each in written for pair in (*base_readings(each), *_family_bases(each))]
    return frozenset(initial(sound) for sound, _ in bases)


@lru_cache(maxsize=4_000)
def _family_bases(character: str) -> Weighted:
    others = dict(base_readings(character))
    surnames = _surnames().get(character, ())
    if not surnames and is_duplicate(character):
        ordinary = dict(_family_bases(_ordinary(character)))
        kept = {sound: (1 - _DUPLICATE_SHARE) * share for sound, share in others.items()}
        for sound, share in ordinary.items():
            kept[sound] = kept.get(sound, 0.0) + _DUPLICATE_SHARE * share
        return _shared(kept)
    if not surnames:
        return base_readings(character)
    rest = {sound: (1 - SURNAME_SHARE) * share for sound, share in others.items()}
    for sound in surnames:
        rest[sound] = rest.get(sound, 0.0) + SURNAME_SHARE / len(surnames)
    return _shared(rest)


@lru_cache(maxsize=4_000)
def _forms(character: str) -> frozenset[str]:
    """The character and its variants, whichever of the two the tables name first."""
    ordinary = _ordinary(character)
    listed = _table().get(ordinary, ("", ""))[1]
    return frozenset((ordinary, *listed, *_variants().get(ordinary, ())))


def _ordinary(character: str) -> str:
    return unicodedata.normalize("NFC", character)


def _shared(weights: dict[str, float]) -> Weighted:
    total = sum(weights.values())
    ranked = sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))
    return tuple((sound, weight / total) for sound, weight in ranked)


@cache
def _table() -> dict[str, tuple[str, str]]:
    """Readings and variants by character. Not kept as rows: twelve thousand dictionaries weigh."""
    text = files(__package__).joinpath("data", "hanja_readings.csv").read_text(encoding="utf-8")
    table = {}
    for line in text.splitlines()[1:]:
        character, readings, alike, _ = line.split(",")
        table[character] = (readings, alike)
    for row in rows("hanja_variants"):
        if row["character"] not in table:  # 沢: a Japanese form of which Unihan says nothing
            table[row["character"]] = (table[row["alike"]][0], row["alike"])
    return table


@cache
def _variants() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for row in rows("hanja_variants"):
        for one, other in ((row["character"], row["alike"]), (row["alike"], row["character"])):
            table[one] = (*table.get(one, ()), other)
    return table


@cache
def _surnames() -> dict[str, tuple[str, ...]]:
    """Base readings of the surnames of one character: 李 리, 金 김."""
    table: dict[str, tuple[str, ...]] = {}
    for row in rows("surname_hanja"):
        if len(row["hanja"]) == 1:
            table[row["hanja"]] = (*table.get(row["hanja"], ()), row["north"])
    return table
