"""Millions of Korean names at once: their folded codes, keys that find pairs, and their likeness.

1. (V1) A name's code is its likeliest reading in numbers: family name and up to four syllables. Plain
   Hangul names are folded by table, all at once, Hanja by the tradition, each text once; a name in
   Latin letters word by word, which leaves out what one word says of how another is spelled.
2. (V2) Names with equal keys have equal codes. The converse holds but for one pair in 2^64.
3. (V3) Names that may be one share a *block* key, whatever script each is in: the family name and
   the skeleton of the given name (`sounds`). A name has up to four, one for each likely family.
4. (V4) The likeness of two codes is that of `likeness.compare` for names that have one sure reading;
   for others it is that of their likeliest reading, without the price of the others.

numpy is imported here only; nothing else of `names` needs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from math import log2

import numpy as np
from numpy.typing import NDArray

from sangbong.names.korean import frequencies
from sangbong.names.korean.habits import Place, family_spelled, mixed, plain, spelled
from sangbong.names.korean.naming import TRADITION, long_family_names
from sangbong.names.korean.sounds import (
    CONSONANTS,
    VOWELS,
    hangul_skeleton,
    latin_skeleton,
    syllable_table,
)
from sangbong.names.korean.spelling import INNER, initial, is_open_or_nieun
from sangbong.names.likeness import GIVEN_PARTS_MAX, SHARE_EXTRA, Item, part_millibits
from sangbong.names.person import PersonName, Script, script_of
from sangbong.names.tradition import Part

Codes16 = NDArray[np.uint16]
Keys = NDArray[np.uint64]
Bits = NDArray[np.int32]

BLOCKS_MAX = 4
"""Block keys of one name at most (rule V3)."""

FAMILY_MIN = 0.02
"""A family name less likely than this for a spelling makes no block key."""

_CHUNK = 65_536
_WIDTH = 4
_BASE = 0xAC00
_LAST = 0xD7A3
_LONG = 0x8000
"""Mark of a family name of two syllables: the rest is its place in the table."""

_OPTION_MIN = 0.1
"""A syllable of a Hanja less likely than this makes no block key."""

_FAMILIES_MAX = 3
_READINGS_MAX = 3
_FAR = ("가", "힣")
"""Two forms of which every letter differs."""

_WORD = re.compile(r"[^\s,]+")
_EXTRA = round(1000 * log2(SHARE_EXTRA))


@dataclass(frozen=True, slots=True)
class NameCodes:
    """Names in numbers: rule V1. Syllables are counted from 1, 0 stands where there is none."""

    family: Codes16
    given: NDArray[np.uint16]
    """One row a name, `GIVEN_PARTS_MAX` columns."""

    def __len__(self) -> int:
        return len(self.family)


def codes_of(texts: Sequence[str]) -> NameCodes:
    """The codes of names as written, in any script: rule V1.

    A name that cannot be read has only zeros.
    """
    family = np.zeros(len(texts), np.uint16)
    given = np.zeros((len(texts), GIVEN_PARTS_MAX), np.uint16)
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        stop = start + len(chunk)
        folded, rest = _folded(chunk)
        family[start:stop] = folded[:, 0]
        given[start:stop, : _WIDTH - 1] = folded[:, 1:]
        for index in rest:
            family[start + index], given[start + index] = _code_of(chunk[index])
    return NameCodes(family, given)


def keys_of(texts: Sequence[str]) -> Keys:
    """One key a name, equal for equal codes: rule V2. 0 for a name that cannot be read."""
    return keys_of_codes(codes_of(texts))


def keys_of_codes(codes: NameCodes) -> Keys:
    """The keys of codes: rule V2."""
    key = codes.family.astype(np.uint64)
    for column in range(GIVEN_PARTS_MAX):
        key = _mix(key, codes.given[:, column].astype(np.uint64))
    key[(codes.family == 0) & (codes.given == 0).all(axis=1)] = 0
    return key


def block_keys_of(texts: Sequence[str]) -> Keys:
    """Up to `BLOCKS_MAX` keys a name, in a row each, 0 where there are fewer: rule V3."""
    keys = np.zeros((len(texts), BLOCKS_MAX), np.uint64)
    for start in range(0, len(texts), _CHUNK):
        chunk = texts[start : start + _CHUNK]
        folded, rest = _folded(chunk)
        plain_keys = _mix(folded[:, 0].astype(np.uint64), _skeletons(folded[:, 1:]))
        plain_keys[folded[:, 0] == 0] = 0
        keys[start : start + len(chunk), 0] = plain_keys
        found = [
            (start + index, place, *block)
            for index in rest
            for place, block in enumerate(dict.fromkeys(_blocks_of(chunk[index])))
            if place < BLOCKS_MAX
        ]
        if found:
            rows, places, families, skeletons = np.array(found, np.uint64).T
            keys[rows, places] = _mix(families, skeletons)
    return keys


def likeness_of_pairs(
    left: NameCodes, right: NameCodes, *, sex: str = "", decade: int | None = None
) -> Bits:
    """The likeness, in thousandths of a bit, of each left name with the right one beside it: V4."""
    known = _Known(sex, decade)
    total = _part_bits(left.family, right.family, Item.FAMILY, 0, known)
    from_start = _given_bits(left.given, right.given, known)
    lengths = [(side.given != 0).sum(axis=1) for side in (left, right)]
    uneven = np.flatnonzero((lengths[0] != lengths[1]) & (np.minimum(*lengths) > 0))
    if len(uneven):
        widest = np.maximum(*lengths)[uneven]
        from_end = _given_bits(
            _moved(left.given[uneven], widest - lengths[0][uneven]),
            _moved(right.given[uneven], widest - lengths[1][uneven]),
            known,
        )
        from_start[uneven] = np.maximum(from_start[uneven], from_end)
    # without any given name on one side there is nothing to compare
    from_start[np.minimum(*lengths) == 0] = 0
    total += from_start
    total[(left.family == 0) & (lengths[0] == 0)] = 0
    total[(right.family == 0) & (lengths[1] == 0)] = 0
    return total


def likeness_table(
    left: NameCodes, right: NameCodes, *, sex: str = "", decade: int | None = None
) -> Bits:
    """The likeness of every left name (rows) with every right one (columns): rule V4."""
    rows, columns = len(left), len(right)
    table = np.empty((rows, columns), np.int32)
    for row in range(rows):
        one = NameCodes(
            np.broadcast_to(left.family[row], columns),
            np.broadcast_to(left.given[row], (columns, GIVEN_PARTS_MAX)),
        )
        table[row] = likeness_of_pairs(one, right, sex=sex, decade=decade)
    return table


# ---- plain Hangul, all at once ----


def _folded(texts: Sequence[str]) -> tuple[Codes16, list[int]]:
    """Family and given codes of the plain names, and the places of all others.

    Plain is a Hangul name of three syllables without a blank, whose first is a family name of the
    tables and whose first two are none: there the tradition has one reading.
    """
    letters = np.array(texts, dtype=f"U{_WIDTH}").view(np.uint32).reshape(len(texts), _WIDTH)
    hangul = (letters >= _BASE) & (letters <= _LAST)
    is_plain = hangul[:, :3].all(axis=1) & (letters[:, 3] == 0)
    codes = np.where(hangul & is_plain[:, None], letters - _BASE + 1, 0).astype(np.uint16)
    tables = _tables()
    family, first = tables.initial[codes[:, 0]], codes[:, 1]
    pairs = family.astype(np.uint32) << 16 | first
    is_plain &= tables.is_family[family] & ~np.isin(pairs, tables.long_pairs)
    codes[:, 0], codes[:, 1] = family, tables.initial[first]
    for column in range(2, codes.shape[1]):
        softened = tables.is_soft[codes[:, column - 1]]
        codes[:, column] = np.where(softened, tables.inner[codes[:, column]], codes[:, column])
    codes[~is_plain] = 0
    return codes, np.flatnonzero(~is_plain).tolist()


@dataclass(frozen=True, slots=True)
class _Tables:
    """Folding by code: the first syllable of a word, and those inside."""

    initial: Codes16
    inner: Codes16
    is_soft: NDArray[np.bool_]
    is_family: NDArray[np.bool_]
    long_pairs: NDArray[np.uint32]
    sounds: NDArray[np.uint64]
    """Onset, nucleus and coda of each code; the onset inside a name after them."""


@cache
def _tables() -> _Tables:
    size = _LAST - _BASE + 2
    first = np.arange(size, dtype=np.uint16)
    inner, soft = first.copy(), np.zeros(size, np.bool_)
    family = np.zeros(size, np.bool_)
    sounds = np.zeros((size, 4), np.uint64)
    for code, (onset, nucleus, coda, glided) in enumerate(syllable_table(), start=1):
        syllable = _syllable(code)
        first[code] = _code(initial(syllable))
        inner[code] = _code(INNER.get(syllable, syllable))
        soft[code] = is_open_or_nieun(syllable)
        sounds[code] = (onset, nucleus, coda, 0 if glided and onset == CONSONANTS["l"] else onset)
    for form in frequencies.known_families():
        if len(form) == 1:
            family[_code(form)] = True
    # whatever is second: the pair as written, its first syllable folded
    pairs = [_code(name[0]) << 16 | _code(name[1]) for name in _long_names()]
    return _Tables(first, inner, soft, family, np.array(pairs, np.uint32), sounds)


def _skeletons(given: Codes16) -> Keys:
    """`sounds.hangul_skeleton` of every row."""
    sounds = _tables().sounds
    skeleton = np.zeros(len(given), np.uint64)
    last = np.zeros(len(given), np.uint64)
    for column in range(given.shape[1]):
        syllable = sounds[given[:, column]]
        for place in (3 if column else 0, 1, 2):
            sound = syllable[:, place]
            silent = (sound == 0) | (sound == last)
            silent |= (sound == CONSONANTS["h"]) & (last > 0) & (last < VOWELS["a"])
            silent |= (sound == CONSONANTS["k"]) & (last == CONSONANTS["n"])
            skeleton = np.where(silent, skeleton, skeleton << np.uint64(4) | sound)
            last = np.where(silent, last, sound)
    return skeleton


def _mix(key: Keys, value: Keys) -> Keys:
    """Two numbers into one, as the finaliser of SplitMix64 does."""
    mixed_key: Keys = key * np.uint64(0x9E3779B97F4A7C15) + value + np.uint64(1)
    mixed_key = (mixed_key ^ (mixed_key >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed_key = (mixed_key ^ (mixed_key >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed_key ^ (mixed_key >> np.uint64(31))


# ---- every other writing, one at a time ----


@lru_cache(maxsize=50_000)
def _code_of(text: str) -> tuple[int, tuple[int, ...]]:
    """The codes of the likeliest reading: rule V1."""
    nobody = (0, (0,) * GIVEN_PARTS_MAX)
    script = Script.LATIN if text.isascii() else script_of(text)
    if script is Script.LATIN:
        return _latin_code(text)
    readings = TRADITION.readings(PersonName(text, script))
    if not readings:
        return nobody
    given = [_likeliest_code(part) for part in readings[0].given[:GIVEN_PARTS_MAX]]
    family = readings[0].family
    code = _family_code(family.options[0][0]) if family.is_known else 0
    return code, (*given, *nobody[1][len(given) :])


def _likeliest_code(part: Part) -> int:
    return _code(part.options[0][0]) if part.is_known else 0


def _blocks_of(text: str) -> Iterable[tuple[int, int]]:
    """Family code and skeleton for every likely reading of a text: rule V3."""
    script = Script.LATIN if text.isascii() else script_of(text)
    if script is Script.LATIN:
        yield from _latin_blocks(text)
        return
    for reading in TRADITION.readings(PersonName(text, script))[:_READINGS_MAX]:
        likely = [
            [form for form, chance in part.options if chance >= _OPTION_MIN][:2]
            for part in reading.given
        ]
        for form, _ in reading.family.options[:_FAMILIES_MAX]:
            for given in product(*likely):
                yield _family_code(form), hangul_skeleton("".join(given))


def _latin_blocks(text: str) -> Iterable[tuple[int, int]]:
    for family, given in _orders(text):
        skeleton = latin_skeleton(tuple(part for word in given for part in word.split("-")))
        for code, _ in _latin_families(family):
            yield code, skeleton


def _latin_code(text: str) -> tuple[int, tuple[int, ...]]:
    """The likelier order of the words, each word read by itself: rule V1."""
    best: tuple[float, int, tuple[int, ...]] = (0.0, 0, ())
    for family, given in _orders(text):
        pieces = [piece for word in given for piece in word.split("-") if piece]
        syllables: list[int] = []
        families = _latin_families(family)
        chance = families[0][1] if families else 0.0
        for piece in pieces:
            share, codes = _latin_syllables(piece, is_first=not syllables)
            chance *= share
            syllables += [_folded_after(code, syllables) for code in codes]
        if chance > best[0]:
            best = (chance, families[0][0], tuple(syllables[:GIVEN_PARTS_MAX]))
    return best[1], (*best[2], *(0,) * (GIVEN_PARTS_MAX - len(best[2])))


def _folded_after(code: int, before: Sequence[int]) -> int:
    """The code as the South writes it after these: 렬 and 률 give way after a vowel or ㄴ."""
    if not before or not is_open_or_nieun(_syllable(before[-1])):
        return code
    return _code(INNER.get(_syllable(code), _syllable(code)))


def _orders(text: str) -> list[tuple[str, list[str]]]:
    """Family word and given words: the first word or the last; a comma says that it is the first."""
    words = _WORD.findall(text)
    if len(words) < 2:
        return []
    first = (words[0], words[1:])
    return [first] if "," in text else [first, (words[-1], words[:-1])]


@lru_cache(maxsize=50_000)
def _latin_families(word: str) -> tuple[tuple[int, float], ...]:
    """Codes of the family names that a word may be, the likeliest first, with their weights."""
    weights = {
        form: mixed(weight) * frequencies.family_share(form)
        for form, weight in family_spelled(plain(word)).items()
    }
    total = sum(weights.values())
    ranked = sorted(weights, key=lambda form: (-weights[form], form))
    likely = [form for form in ranked[:_FAMILIES_MAX] if weights[form] >= FAMILY_MIN * total]
    return tuple((_family_code(form), weights[form]) for form in likely)


@lru_cache(maxsize=100_000)
def _latin_syllables(word: str, *, is_first: bool) -> tuple[float, tuple[int, ...]]:
    """The likeliest one or two syllables of a given word, and how likely they are."""
    letters = plain(word)
    best = _likeliest(letters, Place(start=is_first, end=not is_first))
    if is_first:
        for cut in range(2, len(letters) - 1):
            first = _likeliest(letters[:cut], Place(start=True, end=False))
            last = _likeliest(letters[cut:], Place(start=False, end=True)) if first[0] else first
            best = max(best, (first[0] * last[0], (*first[1], *last[1])))
    return best


@lru_cache(maxsize=50_000)
def _likeliest(letters: str, place: Place) -> tuple[float, tuple[int, ...]]:
    """The likeliest syllable of one spelling."""
    position = 0 if place.start else 1
    best = (0.0, 0)
    for syllable, weights in spelled(letters, place):
        form = initial(syllable) if place.start else syllable
        best = max(best, (mixed(weights) * frequencies.given_share(form, position), _code(form)))
    return best[0], (best[1],) if best[0] else ()


# ---- codes ----


def _code(syllable: str) -> int:
    """A Hangul syllable counted from 1."""
    return ord(syllable) - _BASE + 1


def _syllable(code: int) -> str:
    return chr(code - 1 + _BASE)


@cache
def _long_names() -> tuple[str, ...]:
    return tuple(sorted(long_family_names()))


@lru_cache(maxsize=5_000)
def _family_code(form: str) -> int:
    if len(form) == 1:
        return _code(form)
    return _LONG | _long_names().index(form)


def _form(code: int) -> str:
    """The folded form of a code."""
    return _long_names()[code & ~_LONG] if code & _LONG else _syllable(code)


# ---- likeness ----


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of both besides the names."""

    sex: str
    decade: int | None


def _given_bits(left: Codes16, right: Codes16, known: _Known) -> Bits:
    total = np.zeros(len(left), np.int32)
    for column in range(GIVEN_PARTS_MAX):
        ours, theirs = left[:, column], right[:, column]
        bits = _part_bits(ours, theirs, Item.GIVEN, column, known)
        total += np.where((ours == 0) != (theirs == 0), np.int32(_EXTRA), bits)
    return total


def _part_bits(left: Codes16, right: Codes16, item: Item, position: int, known: _Known) -> Bits:
    """What each pair of forms weighs; 0 where either has none."""
    there = (left != 0) & (right != 0)
    bits = np.where(there, np.int32(_bits_of(*_FAR, item, position, known)), np.int32(0))
    alike = np.flatnonzero(there & ((left == right) | _maybe_near(left, right)))
    pairs = left[alike].astype(np.uint32) << 16 | right[alike]
    found, where = np.unique(pairs, return_inverse=True)
    weights = [
        _bits_of(_form(pair >> 16), _form(pair & 0xFFFF), item, position, known)
        for pair in found.tolist()
    ]
    if weights:
        bits[alike] = np.array(weights, np.int32)[where]
    return bits.astype(np.int32)


def _maybe_near(left: Codes16, right: Codes16) -> NDArray[np.bool_]:
    """Whether two forms may be one letter apart: one letter of three, or a long family name."""
    ours, theirs = left.astype(np.int32) - 1, right.astype(np.int32) - 1
    onset = (ours // 588) != (theirs // 588)
    nucleus = (ours % 588 // 28) != (theirs % 588 // 28)
    coda = (ours % 28) != (theirs % 28)
    long = ((left | right) & _LONG) != 0
    near: NDArray[np.bool_] = long | ((onset.astype(np.int8) + nucleus + coda) == 1)
    return near


@lru_cache(maxsize=200_000)
def _bits_of(left: str, right: str, item: Item, position: int, known: _Known) -> int:
    return part_millibits(
        Part(((left, 1.0),)),
        Part(((right, 1.0),)),
        tradition=TRADITION,
        item=item,
        position=position,
        sex=known.sex,
        decade=known.decade,
    )


def _moved(given: Codes16, by: NDArray[np.int64]) -> Codes16:
    """Every row moved to the right by its own number of columns."""
    columns = np.arange(GIVEN_PARTS_MAX) - by[:, None]
    taken = np.take_along_axis(given, np.maximum(columns, 0), axis=1)
    return np.where(columns < 0, np.uint16(0), taken)
