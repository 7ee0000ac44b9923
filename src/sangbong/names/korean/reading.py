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
7. (L7) A form for which a spelling is not rare keeps about a hundredth beside common forms: how
   common rare syllables are is a guess, and what is left out would count as another name. So does
   another border, or a family name at the other end.

Source: Bayes' rule; the weights of orders, marks and married names are general knowledge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from operator import mul

from sangbong.names.korean.frequencies import FAMILY_SHARE_MIN, family_share, given_share
from sangbong.names.korean.habits import (
    HABIT_SHARES,
    HABITS,
    NO_WEIGHTS,
    SPELLING_SHARE_MIN,
    Place,
    Weights,
    family_initials,
    family_spelled,
    initials,
    long_family_spellings,
    northern_share,
    spelled,
    western_names,
)
from sangbong.names.korean.latin_words import Piece, Word, Written, written
from sangbong.names.korean.spelling import fold_word, is_open_or_nieun
from sangbong.names.tradition import PART_SHARE_MIN, UNKNOWN_PART, Part, Reading, part

PIECE_LENGTH_MAX = 24
"""Letters run together that are still cut into syllables."""

READINGS_MAX = 6
READING_SHARE_MIN = 0.005
_GUESS_SHARE_MIN = 1e-5
"""What a guess must have of the best one's weight to count; see rule L7."""
_CUTS_MAX = 4
_SYLLABLES_MAX = 3

# Weights of rules L2 to L5. General knowledge.
_SURE, _UNSURE, _UNMARKED = 0.97, 0.03, 0.5
_SYLLABLES_SHARE = (0.3, 0.04, 0.94, 0.02)
"""How often a given name has this many syllables; none where only a Western one is written."""
_HUSBAND_LAST, _HUSBAND_FIRST, _HUSBAND_ONLY = 0.03, 0.01, 0.35
_OWN_IS_FIRST = 0.6
_OTHER_WORD, _OTHER_LISTED, _OTHER_UNLISTED = 0.03, 1 / 170, 1e-7
_INITIAL, _BARE_INITIAL = 0.02, 0.002
_NO_FAMILY = 0.0002
_BORROWED = 0.1
"""How often one word of a name is spelled by another habit than the rest."""
_APT_SHARE = 0.013
"""Rule L7: least share of a form for which the spelling is not rare, and of a likely border."""

_INNER = (("렬", "열"), ("률", "율"))


@dataclass(frozen=True, slots=True)
class _Entry:
    """One spelled part: what it may stand for, each weight P(form) x P(spelling | form)."""

    total: Weights
    inverse: Weights
    options: tuple[tuple[str, bool, Weights], ...]
    """Form, whether the spelling is not rare for it, and the weights."""
    mixed: float
    """The total whatever the habit."""
    known: bool
    """Whether it may be a family name that some table knows."""
    fixed: Part | None
    """The part where no habit tells the forms apart, as for an initial."""


@dataclass(frozen=True, slots=True)
class _Cut:
    """Letters cut into syllables."""

    entries: tuple[_Entry, ...]
    shares: Weights
    """By habit: its share, the number of syllables and the evidence together."""
    weight: float


@dataclass(frozen=True, slots=True)
class _Guess:
    """One division of the words into family name, given name and others."""

    family: _Entry
    cut: _Cut
    weight: float


@lru_cache(maxsize=10_000)
def latin_readings(text: str) -> tuple[Reading, ...]:
    """Every way to read a name in Latin letters, the likeliest first; weights sum to one.

    Forms are folded (Southern); a given name has one part a syllable, a family name of two
    syllables one part. A part of which nothing is known has no options. Empty where no word can be
    a Korean name.
    """
    name = written(text)
    if name is None:
        return ()
    guesses = _Search(name).guesses
    if not guesses:
        return ()
    readings = [_reading(guess, weight) for guess, weight in _kept(guesses)]
    if name.married:
        readings = [
            Reading(family, reading.given, reading.weight * weight)
            for reading in readings
            for family, weight in (
                (reading.family, 1 - _HUSBAND_ONLY),
                (UNKNOWN_PART, _HUSBAND_ONLY),
            )
        ]
    total = sum(reading.weight for reading in readings)
    return tuple(
        Reading(reading.family, reading.given, reading.weight / total) for reading in readings
    )


def _kept(guesses: list[_Guess]) -> list[tuple[_Guess, float]]:
    """The guesses that count, likeliest first, with their weights: rule L7."""
    guesses.sort(key=lambda guess: -guess.weight)
    total = sum(guess.weight for guess in guesses)
    kept: list[tuple[_Guess, float]] = []
    for guess in guesses[:READINGS_MAX]:
        weight = max(guess.weight / total, _APT_SHARE if guess.family.known else 0.0)
        if weight >= READING_SHARE_MIN:
            kept.append((guess, weight))
    return kept


def other_words(text: str) -> tuple[str, ...]:
    """The words of the text that are no Korean name, as written: rule L5."""
    name = written(text)
    return tuple(word.text for word in (name.words if name else ()) if not _may_be_korean(word))


class _Search:
    """All guesses at one written name, those that cannot count beside the best left out."""

    def __init__(self, name: Written) -> None:
        self.guesses: list[_Guess] = []
        self.best = 0.0
        words = name.words
        if name.born:
            family = _family(name.born.letters)
            self.add(family, words[:-1], _mixed(_family(words[-1].letters)))
            self.add(family, words[1:], _mixed(_family(words[0].letters)))
            self.add(family, words, _UNSURE)
            return
        for family_words, rest, weight in _divisions(name):
            self.add(_family(_letters(family_words)), rest, weight)
        if len(words) == 1:
            self.add_joined(words[0])
        else:
            self.add_married(words)
        self.add(_UNNAMED, words, _NO_FAMILY)
        for word, rest in ((words[0], words[1:]), (words[-1], words[:-1])):
            if len(word.letters) == 1 and rest:
                weight = _INITIAL if word.dotted else _BARE_INITIAL
                self.add(_family_initial(word.letters), rest, weight)

    def add_joined(self, word: Word) -> None:
        """Family name and given name run together (Leeyounghee)."""
        letters = word.letters
        for border in range(1, min(len(letters), PIECE_LENGTH_MAX)):
            family = _family(letters[:border])
            if family is not None:
                given = letters[border:].strip("'")
                piece = Piece(given, initial=len(given) == 1)
                self.add(family, (Word(given, given, (piece,)),), _UNMARKED)

    def add_married(self, words: tuple[Word, ...]) -> None:
        """Her own family name beside her husband's: rule L4."""
        if len(words) > 2:
            husband = _mixed(_family(words[-1].letters))
            self.add(_family(words[-2].letters), words[:-2], _HUSBAND_LAST * husband)
            husband = _mixed(_family(words[0].letters))
            self.add(_family(words[1].letters), words[2:], _HUSBAND_FIRST * husband)
        for word, given in ((words[0], words[1:]), (words[-1], words[:-1])):
            if len(word.pieces) == 2:
                first, last = (_family(piece.letters) for piece in word.pieces)
                self.add(first, given, _HUSBAND_LAST * _OWN_IS_FIRST * _mixed(last))
                self.add(last, given, _HUSBAND_LAST * (1 - _OWN_IS_FIRST) * _mixed(first))

    def add(self, family: _Entry | None, words: tuple[Word, ...], weight: float) -> None:
        """Every way to take the other words as a given name and as foreign ones: rule L3, L5."""
        if family is None or weight * family.mixed < _GUESS_SHARE_MIN * self.best:
            return
        cuts = _given_cuts(tuple(word.pieces for word in words))
        for cut in cuts:
            self.weigh(family, cut, weight)
        if cuts and not any(_is_listed(word) for word in words):
            return
        count = len(words)
        for start in range(count):
            for stop in range(start + 1, count + 1):
                if stop - start < count:
                    other = prod(_other(word) for word in (*words[:start], *words[stop:]))
                    for cut in _given_cuts(tuple(word.pieces for word in words[start:stop])):
                        self.weigh(family, cut, weight * other)
        if family is not _UNNAMED:
            self.weigh(family, _NO_GIVEN, weight * prod(_other(word) for word in words))

    def weigh(self, family: _Entry, cut: _Cut, weight: float) -> None:
        """Keep one guess by its evidence, that of all habits together."""
        weight *= sum(map(mul, family.total, cut.shares))
        if weight > 0 and weight >= _GUESS_SHARE_MIN * self.best:
            self.best = max(self.best, weight)
            self.guesses.append(_Guess(family, cut, weight))


def _divisions(
    name: Written,
) -> Iterator[tuple[tuple[Word, ...], tuple[Word, ...], float]]:
    """Family words, the others, and the weight of the order: rule L2."""
    words = name.words
    marked = [word.capitals for word in words]
    first = _SURE if name.comma else _UNMARKED
    some_marked = any(marked) and not all(marked)
    for size in range(1, min(len(words), 2) + 1):
        ends = ((0, first), (len(words) - size, 1 - first))
        for start, order in ends[: 1 if len(words) == size else 2]:
            family = words[start : start + size]
            if size == 2 and _letters(family) not in long_family_spellings():
                continue
            rest = words[:start] + words[start + size :]
            weight = order
            if some_marked:
                is_marked = all(w.capitals for w in family) and not any(w.capitals for w in rest)
                weight *= _SURE if is_marked else _UNSURE
            yield family, rest, weight


@lru_cache(maxsize=10_000)
def _given_cuts(words: tuple[tuple[Piece, ...], ...]) -> tuple[_Cut, ...]:
    """The likeliest ways to cut these words into one to three syllables; one way to cut none."""
    pieces = [piece for word in words for piece in word]
    if not words:
        return (_NO_GIVEN,)
    if not 0 < len(pieces) <= _SYLLABLES_MAX:
        return ()
    found: list[tuple[_Entry, ...]] = [()]
    for at, piece in enumerate(pieces):
        place = Place(start=at == 0, end=at == len(pieces) - 1)
        room = _SYLLABLES_MAX - len(pieces) + 1
        cuts = [cut.entries for cut in _letter_cuts(piece.letters, place, room)]
        if piece.initial:
            entry = _initial(piece.letters, place)
            cuts.extend([(entry,)] if entry else [])
        found = [
            (*before, *cut)
            for before in found
            for cut in cuts
            if len(before) + len(cut) + len(pieces) - at - 1 <= _SYLLABLES_MAX
        ]
    return _likeliest(found)


@lru_cache(maxsize=10_000)
def _letter_cuts(letters: str, place: Place, room: int) -> tuple[_Cut, ...]:
    """Cut letters into at most so many syllables, the likeliest ways first."""
    if len(letters) > PIECE_LENGTH_MAX:
        return ()
    whole = _syllable(letters, place)
    found: list[tuple[_Entry, ...]] = [(whole,)] if whole else []
    for border in range(1, len(letters) if room > 1 else 0):
        head = _syllable(letters[:border], Place(place.start, end=False))
        if head is not None:
            tail = letters[border:].lstrip("'")
            rest = _letter_cuts(tail, Place(start=False, end=place.end), room - 1)
            found.extend((head, *cut.entries) for cut in rest)
    return _likeliest(found)


def _likeliest(found: Iterable[tuple[_Entry, ...]]) -> tuple[_Cut, ...]:
    return tuple(sorted(map(_cut, found), key=lambda cut: -cut.weight)[:_CUTS_MAX])


def _cut(entries: tuple[_Entry, ...]) -> _Cut:
    shares = tuple(
        _SYLLABLES_SHARE[len(entries)] * share * prod(entry.total[habit] for entry in entries)
        for habit, share in enumerate(HABIT_SHARES)
    )
    return _Cut(entries, shares, sum(shares))


@lru_cache(maxsize=20_000)
def _syllable(letters: str, place: Place) -> _Entry | None:
    return _folded(dict(spelled(letters, place)), place)


@lru_cache(maxsize=1_000)
def _initial(prefix: str, place: Place) -> _Entry | None:
    return _folded(
        {
            syllable: (_INITIAL * weight,) * len(HABITS)
            for syllable, weight in initials(prefix, place).items()
        },
        place,
    )


def _folded(likely: dict[str, Weights], place: Place) -> _Entry | None:
    """What is spelled alike, each folded form once: 용 and 룡 begin one given name."""
    shares: dict[str, float] = {}
    folded: dict[str, Weights] = {}
    apt: set[str] = set()
    for syllable, weights in likely.items():
        form = fold_word(syllable) if place.start else syllable
        part_of = 1.0 if form == syllable else northern_share(syllable)
        before = folded.get(form, NO_WEIGHTS)
        shares[form] = given_share(form, 0 if place.start else 1)
        folded[form] = tuple(a + part_of * b for a, b in zip(before, weights, strict=True))
        apt |= {form} if max(weights) >= SPELLING_SHARE_MIN else set()
    return _entry(shares, folded, apt)


@lru_cache(maxsize=10_000)
def _family(letters: str) -> _Entry | None:
    likely = family_spelled(letters)
    apt = {form for form, weights in likely.items() if max(weights) >= SPELLING_SHARE_MIN}
    return _entry({form: family_share(form) for form in likely}, likely, apt)


@lru_cache(maxsize=100)
def _family_initial(letter: str) -> _Entry | None:
    likely = {form: (weight,) * len(HABITS) for form, weight in family_initials(letter).items()}
    return _entry({form: family_share(form) for form in likely}, likely, set())


def _entry(shares: dict[str, float], likely: dict[str, Weights], apt: set[str]) -> _Entry | None:
    """Weigh the forms: P(form), the share, times P(spelling | form) by habit, rule L1.

    Args:
        shares: P(form) of each.
        likely: P(spelling | form) of each.
        apt: the forms for which the spelling is not rare.
    """
    weighed = {form: tuple(shares[form] * w for w in likely[form]) for form in likely}
    strict = tuple(sum(column) for column in zip(*weighed.values(), strict=True))
    if not any(strict):
        return None
    known = max(shares.values()) > FAMILY_SHARE_MIN
    even = all(len(set(weights)) == 1 for weights in weighed.values())
    if even:
        fixed = part({form: weights[0] for form, weights in weighed.items()})
        mixed = sum(map(mul, HABIT_SHARES, strict))
        return _Entry(strict, _inverse(strict), (), mixed, known=known, fixed=fixed)
    loose = {
        form: tuple((1 - _BORROWED) * weight + _BORROWED * whole for weight in weights)
        for form, weights in weighed.items()
        for whole in (sum(map(mul, HABIT_SHARES, weights)),)
    }
    total = tuple(sum(column) for column in zip(*loose.values(), strict=True))
    inverse = _inverse(total)
    options = tuple(
        (form, form in apt, weights)
        for form, weights in sorted(loose.items())
        if form in apt or max(map(mul, weights, inverse)) >= PART_SHARE_MIN
    )
    mixed = sum(map(mul, HABIT_SHARES, total))
    return _Entry(total, inverse, options, mixed, known=known, fixed=None)


def _inverse(weights: Weights) -> Weights:
    return tuple(1 / weight if weight else 0.0 for weight in weights)


_UNNAMED = _Entry(
    (1.0,) * len(HABITS), (1.0,) * len(HABITS), (), 1.0, known=False, fixed=UNKNOWN_PART
)
"""A family name that is not written, or not known."""
_NO_GIVEN = _cut(())


def _mixed(entry: _Entry | None) -> float:
    return entry.mixed if entry else 0.0


def _is_listed(word: Word) -> bool:
    return word.text.casefold() in western_names()


def _other(word: Word) -> float:
    return _OTHER_WORD * (_OTHER_LISTED if _is_listed(word) else _OTHER_UNLISTED)


def _may_be_korean(word: Word) -> bool:
    if _is_listed(word):
        return False
    return bool(_given_cuts((word.pieces,))) or _family(word.letters) is not None


def _letters(words: Iterable[Word]) -> str:
    return "".join(word.letters for word in words)


def _reading(guess: _Guess, weight: float) -> Reading:
    """The parts of one division, each seen in the light of the habit of the whole: rule L1."""
    habits = tuple(map(mul, guess.family.total, guess.cut.shares))
    total = sum(habits)
    habits = tuple(each / total for each in habits)
    given: list[Part] = []
    for entry in guess.cut.entries:
        given.append(_part(entry, habits, given[-1] if given else None))
    return Reading(_part(guess.family, habits, None), tuple(given), weight)


def _part(entry: _Entry, habits: Weights, before: Part | None) -> Part:
    if entry.fixed is not None:
        return entry.fixed
    scaled = tuple(map(mul, habits, entry.inverse))
    weighed = {form: sum(map(mul, scaled, weights)) for form, _, weights in entry.options}
    for form, is_apt, _ in entry.options:
        if is_apt and weighed[form] < _APT_SHARE:
            weighed[form] = _APT_SHARE
    if before is not None:
        for northern, southern in _INNER:
            if northern in weighed:
                # inside a name too the South writes 열 and 율 after a vowel or ㄴ
                soft = sum(share for form, share in before.options if is_open_or_nieun(form))
                weight = weighed.pop(northern)
                weighed[southern] = weighed.get(southern, 0.0) + soft * weight
                weighed[northern] = (1 - soft) * weight
    return part(weighed)
