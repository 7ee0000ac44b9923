"""The Korean tradition: how a Korean name is read, whatever it was written in.

1. (NK1) A name is family name, then given name; a family name has one syllable, a few have two.
   Where several borders are possible, each is read, weighted by how common its parts are.
2. (NK2) Every syllable is one part, in folded (Southern) spelling; family and given name each begin
   a word.
3. (NK3) A Hanja may be any of its readings; inside a given name it follows the base reading, and
   sometimes what the South writes at the beginning (順女 순녀, now and then 순여).
4. (NK4) A gloss in brackets after Hangul, as in 이(李)영희, changes no reading: Hanja confirm and
   never exclude. Hangul in brackets after Hanja says how they are read.
5. (NK5) A sign for a syllable that nobody knows (김○순) is an unknown part.
6. (NK6) A house or baptismal name often stands without the family's; 김씨 and 金氏 say the family
   alone, and the given name has no parts.
7. (NK7) A border marked by a blank is believed; a known family name after a blank at the end is the
   family name.
8. (NK8) Names of the colonial years are read by `colonial`: in kana or as Japanese sounds, and with
   a made family name (金山英姬) beside the ordinary reading. Latin letters are read by `reading`,
   Cyrillic ones by `cyrillic`.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from itertools import product
from math import prod
from types import MappingProxyType

from sangbong.names.korean import colonial, frequencies
from sangbong.names.korean.cyrillic import cyrillic_readings
from sangbong.names.korean.hanja import (
    base_readings,
    hanja_readings,
    is_family_character,
    is_hanja,
    long_families,
    same_hanja,
)
from sangbong.names.korean.spelling import (
    INNER,
    fold_word,
    initial,
    is_hangul,
    is_open_or_nieun,
    one_letter_off,
)
from sangbong.names.korean.tables import rows
from sangbong.names.person import NameKind, PersonName, Script
from sangbong.names.tradition import UNKNOWN_PART, Part, Reading, part

GIVEN_LENGTHS = MappingProxyType({0: 0.002, 1: 0.035, 2: 0.945, 3: 0.015})
"""Shares of given names by their number of syllables; longer ones are like three, but rarer.
General knowledge (NOT verified): one-syllable names are a few in a hundred."""

AFTER_LONG_FAMILY = MappingProxyType({0: 0.002, 1: 0.35, 2: 0.64, 3: 0.008})
"""The same after a family name of two syllables, where short names are common. General knowledge."""

GIVEN_ALONE = MappingProxyType(
    {NameKind.HOUSE: 0.85, NameKind.BAPTISMAL: 0.98, NameKind.OTHER: 0.5}
)
"""How often a name of this kind is written without the family's. General knowledge."""

_GIVEN_ALONE_ELSE = 0.02
_GIVEN_WEIGHED_MAX = 8
"""Syllables that weigh how likely a given name is: of a hundred, the product would be nothing."""

BAPTISMAL_LENGTH = 0.3
"""Share of baptismal names of two, three and four syllables each (마리아). General knowledge."""

_LONGER = 0.001
_READING_MIN = 0.01
INNER_SOUTH = 0.1
"""How often a Hanja with ㄹ or ㄴ is written inside a name as at its beginning (rule NK3).
General knowledge."""

_MADE_NAME, _MADE_NAME_ELSE = 0.005, 0.001
"""Share of one family name made in 1940, of the table and of no table. General knowledge."""

_COLONIAL_SAID, _COLONIAL_UNSAID = 9.0, 0.02
"""Odds of a made name where the paper says that it is colonial, and where it does not."""

_SHORT = 4
_KANA_AFTER_HANJA = re.compile("([㐀-鿿豈-﫿々]+)([\u3041-\u3096\u30a1-\u30fa\u30fc].*)")
_MASK = "○"
_MASKS = frozenset("○〇◯●×□■?*")
_FAMILY_ONLY = re.compile("(?:씨부인|씨|氏|소사|召史)$")
"""Words after a woman's family name that stand for her own; 召史 is 소사 in the registers."""

_GLOSS = re.compile(r"[(（][^()（）]*[)）]")
_HANGUL_GLOSS = re.compile("([㐀-鿿豈-﫿\U00020000-\U0003ffff]+)[(（]([가-힣]+)[)）]")
_SEPARATORS = frozenset("·-.,'")


class KoreanTradition:
    """The tradition `korean`."""

    code = "korean"

    def readings(self, name: PersonName) -> tuple[Reading, ...]:
        """Every way to read the name; empty where it cannot be read at all: rules NK1 to NK8."""
        text = name.text
        if name.script is Script.HANGUL and name.kind in _PLAIN_KINDS and _is_plain(text):
            return (_hangul(text, 1),)
        if name.script is Script.HANJA and name.kind in _PLAIN_KINDS and _is_plain_hanja(text):
            return (Reading(_hanja_family(text[0]), _given(text[1:])),)
        if name.script is Script.KANA or (name.kind is NameKind.COLONIAL and not _is_korean(text)):
            heard = heard_readings(text)
            if heard:
                return heard
        if name.script is Script.LATIN:
            from sangbong.names.korean.reading import latin_readings

            return latin_readings(text)
        if name.script is Script.CYRILLIC:
            return cyrillic_readings(text)
        return written_readings(text, name.kind)

    def family_share(self, form: str) -> float:
        """The share of people with this folded family name."""
        return frequencies.family_share(form)

    def given_share(
        self, form: str, position: int, *, sex: str = "", decade: int | None = None
    ) -> float:
        """The share of given names with this folded syllable at this position, from 0."""
        return frequencies.given_share(form, position, sex=sex, decade=decade)

    def near(self, left: str, right: str) -> bool:
        """Whether two folded forms are one letter (jamo) apart."""
        return one_letter_off(left, right)

    def signs(self, name: PersonName) -> tuple[str, ...]:
        """The Hanja of a name as written, in brackets or not; empty where it has none."""
        return tuple(sign for sign in name.text if is_hanja(sign))

    def same_sign(self, left: str, right: str) -> bool:
        """Whether two Hanja are one, variants counted as one."""
        return same_hanja(left, right)


TRADITION = KoreanTradition()
_PLAIN_KINDS = frozenset({NameKind.REGISTRY, NameKind.CHANGED, NameKind.MARRIED})


def written_readings(text: str, kind: NameKind = NameKind.REGISTRY) -> tuple[Reading, ...]:
    """Every way to read a name in Hangul, Hanja or both, as a name of this kind."""
    words = _words(text)
    signs = "".join(words)
    if not signs:
        return _with_kana(text)
    if len(signs) > _SHORT and is_hangul(signs) and colonial.is_made_in_sounds(signs):
        return heard_readings(text)
    alone = _FAMILY_ONLY.sub("", signs)
    if alone != signs and _may_be_family(alone):
        return (Reading(_family(alone), ()),)
    if len(words) > 1:
        marked = _marked_border(words)
        if marked is not None:
            return (marked,)
    return _weighed(_candidates(signs, kind))


def heard_readings(text: str) -> tuple[Reading, ...]:
    """Every way to read Japanese sounds, in any script: rule NK8."""
    return tuple(
        Reading(family, given, weight) for family, given, weight in colonial.sound_readings(text)
    )


def _is_korean(text: str) -> bool:
    """Whether the name is a Korean family name and at most two syllables, parted or not."""
    words = text.split()
    joined = "".join(words)
    if not is_hangul(joined) or len(joined) > _SHORT:
        return False
    family = words[0] if len(words) > 1 else joined[: max(len(joined) - 2, 1)]
    return _may_be_family(family)


def _with_kana(text: str) -> tuple[Reading, ...]:
    """A made family name in characters with a given name in kana, as in 金山ヨシ子."""
    match = _KANA_AFTER_HANJA.fullmatch("".join(text.split()))
    made = colonial.made_family(match[1]) if match else None
    if match is None or made is None:
        return ()
    return (Reading(made.families, colonial.heard_given(match[1][made.size :] + match[2])),)


def _is_plain(text: str) -> bool:
    """Three syllables of which the first is a known family name and the first two are none."""
    return (
        len(text) == 3
        and is_hangul(text)
        and initial(text[0]) in frequencies.known_families()
        and fold_word(text[:2]) not in long_family_names()
        and not _FAMILY_ONLY.search(text)
    )


def _is_plain_hanja(text: str) -> bool:
    """The same in Hanja, and nothing that could be the end of a made family name."""
    return (
        len(text) == 3
        and is_family_character(text[0])
        and is_hanja(text[1])
        and is_hanja(text[2])
        and text[:2] not in long_families()
        and colonial.made_family(text) is None
        and not _FAMILY_ONLY.search(text)
    )


def _hangul(word: str, border: int) -> Reading:
    given = tuple(_sure(syllable) for syllable in fold_word(word[border:]))
    return Reading(_sure(fold_word(word[:border])), given)


@lru_cache(maxsize=12_000)
def _sure(form: str) -> Part:
    return Part(((form, 1.0),))


def _words(text: str) -> tuple[str, ...]:
    """The syllables of each word, glosses taken in (NK4) and masks made one (NK5).

    Empty where a letter is neither Hangul nor Hanja.
    """
    text = _GLOSS.sub("", _HANGUL_GLOSS.sub(_as_glossed, text))
    words: list[str] = []
    for word in text.split():
        signs = ""
        for sign in word:
            if sign in _MASKS:
                signs += _MASK
            elif sign == "々" and signs:
                signs += signs[-1]
            elif is_hangul(sign) or is_hanja(sign):
                signs += sign
            elif sign not in _SEPARATORS:
                return ()
        words.append(signs)
    return tuple(word for word in words if word)


def _as_glossed(match: re.Match[str]) -> str:
    """The Hanja before a gloss in Hangul as the gloss says, so far as it goes."""
    signs, gloss = match.groups()
    return signs[: -len(gloss)] + gloss if len(gloss) <= len(signs) else signs


def _marked_border(words: tuple[str, ...]) -> Reading | None:
    """The reading that the writer's blanks say, if they say one: rule NK7."""
    first, last = words[0], words[-1]
    if _is_family_word(first):
        return Reading(_family(first), _given("".join(words[1:])))
    if _is_family_word(last) and _may_be_family(last):
        return Reading(_family(last), _given("".join(words[:-1])))
    return None


def _candidates(signs: str, kind: NameKind) -> list[tuple[Reading, float]]:
    """Every border with its weight, not yet summing to one: rules NK1 and NK6."""
    alone = GIVEN_ALONE.get(kind, _GIVEN_ALONE_ELSE)
    found = []
    for size in (1, 2):
        if len(signs) < size or (size == 2 and not _is_long_family(signs[:2])):
            continue
        family, given = _family(signs[:size]), _given(signs[size:])
        lengths = GIVEN_LENGTHS if size == 1 else AFTER_LONG_FAMILY
        chance = _family_chance(family) * _given_chance(given) * lengths.get(len(given), _LONGER)
        found.append((Reading(family, given), (1 - alone) * chance))
    found.extend(_made_candidates(signs, kind))
    for bare, share in _given_forms(signs, kind):
        given = _given(bare)
        length = GIVEN_LENGTHS.get(len(given), _LONGER)
        if kind is NameKind.BAPTISMAL:
            length = max(length, BAPTISMAL_LENGTH)
        chance = _given_chance(given) * length
        found.append((Reading(UNKNOWN_PART, given), alone * share * chance))
    return found


def _made_candidates(signs: str, kind: NameKind) -> list[tuple[Reading, float]]:
    """The reading with a family name made in 1940, if the name may begin with one: rule NK8."""
    is_colonial = kind is NameKind.COLONIAL
    if is_colonial and is_hangul(signs):
        made = colonial.made_family_in_hangul(signs)
    else:
        made = colonial.made_family(signs)
    if made is None or (made.size == 1 and not is_colonial):
        return []
    given = _given(signs[made.size :])
    chance = _MADE_NAME if made.in_table else _MADE_NAME_ELSE
    prior = _COLONIAL_SAID if is_colonial else _COLONIAL_UNSAID
    weight = prior * chance * _given_chance(given) * GIVEN_LENGTHS.get(len(given), _LONGER)
    return [(Reading(made.families, given), weight)]


def _given_forms(signs: str, kind: NameKind) -> tuple[tuple[str, float], ...]:
    """The given name alone; a child's 이 at its end (복순이) is mostly none of the name."""
    calls = kind is NameKind.HOUSE and len(signs) > 1 and signs[-1] == "이"
    if calls and is_hangul(signs[-2]) and (ord(signs[-2]) - 0xAC00) % 28:
        return ((signs[:-1], 0.9), (signs, 0.1))
    return ((signs, 1.0),)


def _weighed(found: list[tuple[Reading, float]]) -> tuple[Reading, ...]:
    total = sum(weight for _, weight in found)
    kept = [(reading, weight) for reading, weight in found if weight >= _READING_MIN * total]
    rest = sum(weight for _, weight in kept)
    kept.sort(key=lambda pair: -pair[1])
    return tuple(Reading(reading.family, reading.given, weight / rest) for reading, weight in kept)


def _family_chance(family: Part) -> float:
    if not family.is_known:
        return 1.0
    return sum(share * frequencies.family_share(form) for form, share in family.options)


def _given_chance(given: tuple[Part, ...]) -> float:
    return prod(
        sum(share * frequencies.given_share(form, place) for form, share in each.options)
        for place, each in enumerate(given[:_GIVEN_WEIGHED_MAX])
        if each.is_known
    )


def _family(signs: str) -> Part:
    if len(signs) == 2:
        return _sure(_long_name(signs))
    if signs == _MASK:
        return UNKNOWN_PART
    return _sure(initial(signs)) if is_hangul(signs) else _hanja_family(signs)


@lru_cache(maxsize=2_000)
def _hanja_family(character: str) -> Part:
    return part(dict(hanja_readings(character, family=True)))


def _given(signs: str) -> tuple[Part, ...]:
    """One part a syllable: rules NK2 and NK3."""
    if is_hangul(signs):
        return tuple(_sure(syllable) for syllable in fold_word(signs))
    parts: list[Part] = []
    for sign in signs:
        if sign == _MASK:
            parts.append(UNKNOWN_PART)
        elif parts:
            parts.append(_inner(sign, _open_share(parts[-1]) if _has_inner(sign) else 0.0))
        elif is_hangul(sign):
            parts.append(_sure(initial(sign)))
        else:
            parts.append(_hanja_first(sign))
    return tuple(parts)


@lru_cache(maxsize=8_000)
def _hanja_first(character: str) -> Part:
    return part(dict(hanja_readings(character)))


@lru_cache(maxsize=8_000)
def _has_inner(sign: str) -> bool:
    """Whether the syllable is written by what stands before it."""
    return any(sound in INNER for sound in (sign, *dict(base_readings(sign))))


@lru_cache(maxsize=8_000)
def _inner(sign: str, open_share: float) -> Part:
    """A syllable after another that ends in a vowel or ㄴ with this probability."""
    bases = ((sign, 1.0),) if is_hangul(sign) else base_readings(sign)
    weights: dict[str, float] = {}
    for sound, share in bases:
        south = INNER.get(sound, initial(sound))
        moved = INNER_SOUTH if is_hanja(sign) else 0.0
        if sound in INNER:
            moved = open_share + (1 - open_share) * moved
        weights[south] = weights.get(south, 0.0) + share * moved
        weights[sound] = weights.get(sound, 0.0) + share * (1 - moved)
    return part(weights)


def _open_share(before: Part) -> float:
    if not before.is_known:
        return 0.5
    return round(sum(p for form, p in before.options if is_open_or_nieun(form[-1])), 3)


def _is_family_word(word: str) -> bool:
    return len(word) == 1 or (len(word) == 2 and _is_long_family(word))


def _may_be_family(word: str) -> bool:
    """Whether the word, of the right length, is a family name of the tables."""
    if not _is_family_word(word):
        return False
    known = frequencies.known_families()
    return any(len(form) == 2 or form in known for form, _ in _family(word).options)


def _is_long_family(signs: str) -> bool:
    return bool(_long_name(signs))


def _long_name(signs: str) -> str:
    """The folded family name of two syllables that the two signs are; empty when they are none."""
    if is_hangul(signs):
        folded = fold_word(signs)
        return folded if folded in long_family_names() else ""
    if all(map(is_hanja, signs)):
        return long_families().get(signs, "")
    readings = [((sign, 1.0),) if is_hangul(sign) else base_readings(sign) for sign in signs]
    forms = (fold_word("".join(sound for sound, _ in pair)) for pair in product(*readings))
    return next((form for form in forms if form in long_family_names()), "")


@cache
def long_family_names() -> frozenset[str]:
    """Every folded family name of two syllables."""
    return frozenset(long_families().values()) | {
        row["hangul_south"]
        for row in rows("surname_romanizations")
        if len(row["hangul_south"]) == 2
    }
