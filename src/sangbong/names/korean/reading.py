"""What a name in Latin letters may have been: free spellings to weighted Hangul readings.

1. (L1) P(Hangul | spelling) goes as P(Hangul), the shares of frequencies.py, times
   P(spelling | Hangul), the habits of habits.py. The habit is shared by the whole name, so the
   spelling of the surname tells how to read the given name.
2. (L2) The family name is looked for at the beginning and at the end; before a comma, or alone in
   capitals, it is nearly sure. Two syllables apart or joined (Nam Gung) may be one family name.
3. (L3) A given name has one to three syllables, apart, hyphened or run together (Younghee); every
   way to cut it is weighed. An initial is every syllable that may begin so.
4. (L4) A married woman may bear her husband's family name: after her own (Young-hee Kim Park),
   with a hyphen, before `née`, or instead of her own after `Mrs.`, where the reading without a
   family name stands beside. `wife of` names the husband only.
5. (L5) Words that are no Korean name (Grace) are left out, and `other_words` names them.
6. (L6) Work is bounded: longer texts than a name can be have no reading. Nothing printable raises.

Source: Bayes' rule; order, marks and married names are general knowledge, `WIFE OF` the usage of
Korean passports (junghwaholic.tistory.com/239).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from sangbong.names.korean.frequencies import family_share, given_share
from sangbong.names.korean.habits import (
    HABIT_SHARES,
    HABITS,
    NO_WEIGHTS,
    Place,
    Weights,
    family_spelled,
    initials,
    long_family_spellings,
    plain,
    spelled,
    western_names,
)
from sangbong.names.korean.spelling import fold_word, is_open_or_nieun
from sangbong.names.tradition import UNKNOWN_PART, Part, Reading, part

TEXT_LENGTH_MAX = 100
WORDS_MAX = 8
PIECE_LENGTH_MAX = 24
"""Bounds of rule L6, in characters and words."""

READINGS_MAX = 6
READING_SHARE_MIN = 0.005
_CUTS_MAX = 4
_SYLLABLES_MAX = 3

# Weights of rules L2 to L5. General knowledge.
_SURE, _UNSURE = 0.97, 0.03
_SYLLABLES_SHARE = (0.3, 0.04, 0.94, 0.02)
"""How often a given name has this many syllables; none where only a Western one is written."""
_HUSBAND_LAST, _HUSBAND_FIRST, _HUSBAND_ONLY = 0.03, 0.01, 0.35
_OWN_IS_FIRST = 0.6
_OTHER_WORD, _OTHER_LISTED, _OTHER_UNLISTED = 0.03, 1 / 170, 1e-7
_INITIAL = 0.02
_NO_FAMILY = 0.002
_NORTHERN_INITIAL = 0.3
"""How often a name that could keep its ㄹ or ㄴ does."""

_WORD = re.compile(r"[^\W\d_]+(?:['-]+[^\W\d_]+)*'?\.?|[,()]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_QUOTES = str.maketrans(dict.fromkeys("’‘ʼʻ`´′", "'") | dict.fromkeys("‐‑–—−", "-"))
_TITLES = frozenset(
    ("mr", "mrs", "ms", "miss", "mme", "madame", "madam", "dr", "prof", "rev", "sir", "jr", "sr")
)
_MARRIED = frozenset(("mrs", "mme", "madame"))
_BORN = frozenset(("née", "nee", "born"))
_NO_HABIT = (1.0,) * len(HABITS)


@dataclass(frozen=True, slots=True)
class _Entry:
    """One spelled part: what it may stand for, each weight P(form) x P(spelling | form)."""

    total: Weights
    options: tuple[tuple[str, Weights], ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    letters: str
    initial: bool


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    pieces: tuple[_Piece, ...]
    capitals: bool

    @property
    def letters(self) -> str:
        return "".join(piece.letters for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class _Written:
    """The words of a name in the order in which the family name is sought at both ends."""

    words: tuple[_Word, ...]
    family_first: float
    married: bool
    born: _Word | None


@dataclass(frozen=True, slots=True)
class _Guess:
    """One division of the words into family name, given name and others."""

    family: _Entry | None
    given: tuple[_Entry, ...]
    weight: float


@lru_cache(maxsize=10_000)
def latin_readings(text: str) -> tuple[Reading, ...]:
    """Every way to read a name in Latin letters, the likeliest first; weights sum to one.

    Forms are folded (Southern); a given name has one part a syllable, a family name of two
    syllables one part. A part of which nothing is known has no options. Empty where no word can be
    a Korean name.
    """
    written = _written(text)
    if written is None:
        return ()
    guesses = sorted(_guesses(written), key=lambda guess: -guess.weight)[:READINGS_MAX]
    if not guesses:
        return ()
    least = READING_SHARE_MIN * guesses[0].weight
    readings = [_reading(guess) for guess in guesses if guess.weight >= least]
    if written.married:
        readings = [
            each
            for reading in readings
            for each in (
                Reading(reading.family, reading.given, reading.weight * (1 - _HUSBAND_ONLY)),
                Reading(UNKNOWN_PART, reading.given, reading.weight * _HUSBAND_ONLY),
            )
        ]
    total = sum(reading.weight for reading in readings)
    return tuple(
        Reading(reading.family, reading.given, reading.weight / total) for reading in readings
    )


def other_words(text: str) -> tuple[str, ...]:
    """The words of the text that are no Korean name, as written: rule L5."""
    written = _written(text)
    return tuple(
        word.text for word in (written.words if written else ()) if not _may_be_korean(word)
    )


def _written(text: str) -> _Written | None:
    """Take the words apart: titles, commas, brackets, `née` and `wife of`."""
    if len(text) > TEXT_LENGTH_MAX:
        return None
    raw = _WORD.findall(text.translate(_QUOTES))
    words: list[_Word] = []
    born: list[_Word] = []
    comma = 0
    married = born_next = aside = False
    tokens = iter(raw)
    for token in tokens:
        low = token.rstrip(".").casefold()
        if token in "(),":
            aside = token == "(" or (aside and token == ",")
            born_next = born_next and token == "("
            comma = len(words) if token == "," and not aside else comma
        elif low in _TITLES:
            married = married or low in _MARRIED
        elif low in _BORN:
            born_next = True
        elif low == "wife":
            married = True
            _skip_husband(tokens)
        elif not plain(token):
            continue
        elif born_next:
            born.append(_word(token))
            born_next = False
        elif not aside:
            words.append(_word(token))
    if not words or len(words) > WORDS_MAX:
        return None
    if len(words) == 1 and not born:
        words = _taken_apart(words[0])
    first = 0.5
    if 0 < comma < len(words):
        first = _SURE
    return _Written(tuple(words), first, married and not born, born[0] if born else None)


def _skip_husband(tokens: Iterator[str]) -> None:
    for token in tokens:
        if token.casefold() != "of":
            return


@lru_cache(maxsize=10_000)
def _word(token: str) -> _Word:
    bare = token.rstrip(".")
    pieces: list[_Piece] = []
    for part_ in re.split("-+", bare if bare.isupper() else _HUMP.sub("-", bare)):
        letters = plain(part_).strip("'")
        if not letters:
            continue
        if len(letters) == 1:
            pieces.append(_Piece(letters, initial=True))
        elif len(letters) <= 3 and (bare.isupper() or token != bare) and not _cuts_anywhere(letters):
            size = len(letters) if token != bare and not bare.isupper() else 1
            pieces.extend(
                _Piece(letters[at : at + size], initial=True) for at in range(0, len(letters), size)
            )
        else:
            pieces.append(_Piece(letters, initial=False))
    return _Word(token, tuple(pieces), capitals=len(bare) > 1 and bare.isupper())


def _taken_apart(word: _Word) -> list[_Word]:
    """The pieces of the only word as words, since one of them may be the family name."""
    return [_Word(piece.letters, (piece,), capitals=False) for piece in word.pieces] or [word]


def _guesses(written: _Written) -> Iterator[_Guess]:
    words = written.words
    if written.born:
        family = _family(written.born.letters)
        for given, husband in ((words[:-1], words[-1:]), (words[1:], words[:1]), (words, ())):
            weight = _UNSURE if not husband else _husband(husband[0])
            yield from _with_given(family, given, weight)
        return
    for family_words, rest, weight in _divisions(written):
        letters = "".join(word.letters for word in family_words)
        yield from _with_given(_family(letters), rest, weight)
    yield from _married_guesses(words)
    if len(words) == 1:
        yield from _joined_guesses(words[0])
    yield from _with_given(None, words, _NO_FAMILY)
    for word, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
        if len(word.letters) == 1 and rest:
            yield from _with_given(None, rest, _INITIAL)


def _divisions(
    written: _Written,
) -> Iterator[tuple[tuple[_Word, ...], tuple[_Word, ...], float]]:
    """Family words, the others, and the weight of the order: rule L2."""
    words = written.words
    some_capitals = any(word.capitals for word in words) and not all(
        word.capitals for word in words
    )
    for size in (1, 2):
        if size > len(words):
            break
        ends = [(words[:size], words[size:], written.family_first)]
        if len(words) > size:
            ends.append((words[-size:], words[:-size], 1 - written.family_first))
        for family, rest, order in ends:
            if size == 2 and _letters(family) not in long_family_spellings():
                continue
            weight = order
            if some_capitals:
                is_marked = all(word.capitals for word in family) and not any(
                    word.capitals for word in rest
                )
                weight *= _SURE if is_marked else _UNSURE
            yield family, rest, weight


def _married_guesses(words: tuple[_Word, ...]) -> Iterator[_Guess]:
    """Her own family name beside her husband's: rule L4."""
    if len(words) > 2:
        for own, husband, given, weight in (
            (words[-2], words[-1], words[:-2], _HUSBAND_LAST),
            (words[1], words[0], words[2:], _HUSBAND_FIRST),
        ):
            yield from _with_given(_family(own.letters), given, weight * _husband(husband))
    if len(words) > 1:
        for word, given in ((words[0], words[1:]), (words[-1], words[:-1])):
            if len(word.pieces) == 2:
                first, last = word.pieces
                for own, other, share in (
                    (first, last, _OWN_IS_FIRST),
                    (last, first, 1 - _OWN_IS_FIRST),
                ):
                    weight = share * _mixed_total(_family(other.letters))
                    yield from _with_given(
                        _family(own.letters), given, _HUSBAND_LAST * weight
                    )


def _joined_guesses(word: _Word) -> Iterator[_Guess]:
    """Family name and given name run together (Leeyounghee)."""
    letters = word.letters
    for border in range(1, min(len(letters), PIECE_LENGTH_MAX)):
        family = _family(letters[:border])
        if family is not None:
            rest = _Word(letters, (_Piece(letters[border:].strip("'"), initial=False),), False)
            yield from _with_given(family, (rest,), 0.5)


def _with_given(
    family: _Entry | None, words: Sequence[_Word], weight: float
) -> Iterator[_Guess]:
    """Every way to take the other words as a given name and as foreign ones: rules L3 and L5."""
    if family is None and weight > _NO_FAMILY and weight != _INITIAL:
        return
    if weight <= 0:
        return
    shared = family.total if family else _NO_HABIT
    found = False
    for given in _given_cuts(tuple(word.pieces for word in words)) if words else ():
        found = True
        yield _guess(family, shared, given, weight)
    listed = any(word.text.casefold() in western_names() for word in words)
    if found and not listed:
        return
    count = len(words)
    for start in range(count + 1):
        for stop in range(start, count + 1):
            if stop - start == count or (start and start == stop):
                continue
            others = (*words[:start], *words[stop:])
            other = prod(_other(word) for word in others)
            if start == stop:
                if family is not None:
                    yield _guess(family, shared, (), weight * other)
                continue
            for given in _given_cuts(tuple(word.pieces for word in words[start:stop])):
                yield _guess(family, shared, given, weight * other)
    if not words and family is not None:
        yield _guess(family, shared, (), weight)


def _guess(
    family: _Entry | None, shared: Weights, given: tuple[_Entry, ...], weight: float
) -> _Guess:
    evidence = 0.0
    for habit, share in enumerate(HABIT_SHARES):
        each = share * shared[habit]
        for entry in given:
            each *= entry.total[habit]
        evidence += each
    return _Guess(family, given, weight * _SYLLABLES_SHARE[len(given)] * evidence)


@lru_cache(maxsize=10_000)
def _given_cuts(words: tuple[tuple[_Piece, ...], ...]) -> tuple[tuple[_Entry, ...], ...]:
    """The likeliest ways to cut these words into one to three syllables."""
    pieces = [piece for word in words for piece in word]
    if not 0 < len(pieces) <= _SYLLABLES_MAX:
        return ()
    found: list[tuple[_Entry, ...]] = [()]
    for at, piece in enumerate(pieces):
        place = Place(start=at == 0, end=at == len(pieces) - 1)
        room = _SYLLABLES_MAX - len(pieces) + 1
        cuts = _cuts(piece, place, room)
        found = [
            (*before, *cut)
            for before in found
            for cut in cuts
            if len(before) + len(cut) + len(pieces) - at - 1 <= _SYLLABLES_MAX
        ]
    return tuple(sorted(found, key=lambda cut: -_evidence(cut))[:_CUTS_MAX])


def _cuts(piece: _Piece, place: Place, room: int) -> tuple[tuple[_Entry, ...], ...]:
    found = list(_letter_cuts(piece.letters, place, room))
    if piece.initial:
        entry = _initial(piece.letters, place)
        found.extend([(entry,)] if entry else [])
    return tuple(found)


@lru_cache(maxsize=10_000)
def _letter_cuts(letters: str, place: Place, room: int) -> tuple[tuple[_Entry, ...], ...]:
    """Cut letters into at most so many syllables, the likeliest ways first."""
    if len(letters) > PIECE_LENGTH_MAX:
        return ()
    whole = _syllable(letters, place)
    found: list[tuple[_Entry, ...]] = [(whole,)] if whole else []
    if room > 1:
        for border in range(1, len(letters)):
            head = _syllable(letters[:border], Place(place.start, end=False))
            if head is not None:
                tail = letters[border:].lstrip("'")
                rest = _letter_cuts(tail, Place(start=False, end=place.end), room - 1)
                found.extend((head, *cut) for cut in rest)
    return tuple(sorted(found, key=lambda cut: -_evidence(cut))[:_CUTS_MAX])


def _evidence(cut: tuple[_Entry, ...]) -> float:
    if not cut:
        return 0.0
    return _SYLLABLES_SHARE[len(cut)] * sum(
        share * prod(entry.total[habit] for entry in cut)
        for habit, share in enumerate(HABIT_SHARES)
    )


def _cuts_anywhere(letters: str) -> bool:
    return bool(_letter_cuts(letters, Place(start=True, end=True), _SYLLABLES_MAX))


@lru_cache(maxsize=20_000)
def _syllable(letters: str, place: Place) -> _Entry | None:
    weighed = {
        syllable: tuple(_share(syllable, place) * weight for weight in weights)
        for syllable, weights in spelled(letters, place)
    }
    return _entry(weighed, place)


@lru_cache(maxsize=1_000)
def _initial(prefix: str, place: Place) -> _Entry | None:
    weighed = {
        syllable: (_INITIAL * _share(syllable, place) * weight,) * len(HABITS)
        for syllable, weight in initials(prefix, place).items()
    }
    return _entry(weighed, place)


def _share(syllable: str, place: Place) -> float:
    if not place.start:
        return given_share(syllable, 1)
    form = fold_word(syllable)
    return given_share(form, 0) * (1.0 if form == syllable else _NORTHERN_INITIAL)


def _entry(weighed: dict[str, Weights], place: Place) -> _Entry | None:
    folded: dict[str, Weights] = {}
    for syllable, weights in weighed.items():
        form = fold_word(syllable) if place.start else syllable
        before = folded.get(form, NO_WEIGHTS)
        folded[form] = tuple(a + b for a, b in zip(before, weights, strict=True))
    total = tuple(sum(column) for column in zip(*folded.values(), strict=True))
    return _Entry(total, tuple(sorted(folded.items()))) if any(total) else None


@lru_cache(maxsize=10_000)
def _family(letters: str) -> _Entry | None:
    weighed = {
        form: tuple(family_share(form) * weight for weight in weights)
        for form, weights in family_spelled(letters).items()
    }
    total = tuple(sum(column) for column in zip(*weighed.values(), strict=True))
    return _Entry(total, tuple(sorted(weighed.items()))) if any(total) else None


def _husband(word: _Word) -> float:
    return _mixed_total(_family(word.letters))


def _mixed_total(entry: _Entry | None) -> float:
    if entry is None:
        return 0.0
    return sum(share * weight for share, weight in zip(HABIT_SHARES, entry.total, strict=True))


def _other(word: _Word) -> float:
    listed = word.text.casefold() in western_names()
    return _OTHER_WORD * (_OTHER_LISTED if listed else _OTHER_UNLISTED)


def _may_be_korean(word: _Word) -> bool:
    if word.text.casefold() in western_names():
        return False
    return bool(_given_cuts((word.pieces,))) or _family(word.letters) is not None


def _letters(words: Iterable[_Word]) -> str:
    return "".join(word.letters for word in words)


def _reading(guess: _Guess) -> Reading:
    """The parts of one division, each seen in the light of the habit of the whole: rule L1."""
    entries = guess.given if guess.family is None else (guess.family, *guess.given)
    habits = [
        share * prod(entry.total[habit] for entry in entries)
        for habit, share in enumerate(HABIT_SHARES)
    ]
    total = sum(habits)
    habits = [weight / total for weight in habits]
    given: list[Part] = []
    for entry in guess.given:
        given.append(_part(entry, habits, given[-1] if given else None))
    family = UNKNOWN_PART if guess.family is None else _part(guess.family, habits, None)
    return Reading(family, tuple(given), guess.weight)


def _part(entry: _Entry, habits: Sequence[float], before: Part | None) -> Part:
    scaled = [
        weight / total if total else 0.0
        for weight, total in zip(habits, entry.total, strict=True)
    ]
    weighed = {
        form: sum(a * b for a, b in zip(scaled, weights, strict=True))
        for form, weights in entry.options
    }
    for northern, southern in (("렬", "열"), ("률", "율")):
        if before is not None and northern in weighed:
            # inside a name too the South writes 열 and 율 after a vowel or ㄴ
            soft = sum(share for form, share in before.options if is_open_or_nieun(form[-1]))
            weight = weighed.pop(northern)
            weighed[southern] = weighed.get(southern, 0.0) + soft * weight
            weighed[northern] = (1 - soft) * weight
    return part(weighed)
