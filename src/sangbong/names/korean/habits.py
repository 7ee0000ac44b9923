"""How likely a syllable or a family name is spelled in a given way in Latin letters.

1. (H1) Six habits of spelling live side by side: Revised Romanization, McCune-Reischauer with its
   signs, the same without them, Yale, the North's, and the *free* one of emigrants and passports.
   One writer keeps to one habit, so a surname in the Northern way makes the Northern reading of
   the given name likelier.
2. (H2) A syllable is spelled onset by nucleus by coda; the place in the name matters (a ㄱ between
   sounds is g, at the beginning k). Common syllables have whole spellings of their own besides
   (영 Young).
3. (H3) Family names have spellings of their own (Lee, Park), which the other habits use too;
   published shares where there are any, else the order of the table, the commonest first.
   Spellings that look Mandarin (Zhang, Liu) weigh near zero.

Source: romanization_letters.csv (each system's rules), spelling_habits.csv, syllable_spellings.csv,
surname_romanizations.csv, surname_spelling_shares.csv, each row with its own source; the weights of
the habits are general knowledge.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from math import fsum

from sangbong.names.korean.frequencies import known_families
from sangbong.names.korean.spelling import fold_word
from sangbong.names.korean.tables import rows

HABITS = ("revised", "mccune", "plain", "yale", "northern", "free")
HABIT_SHARES = (0.2, 0.05, 0.13, 0.01, 0.09, 0.52)
"""How common each habit is among papers in Latin letters. General knowledge."""

SPELLING_SHARE_MIN = 0.02
"""A spelling that every habit gives less of a family name or a syllable than this is rare."""

NO_WEIGHTS = (0.0,) * len(HABITS)
_FREE = HABITS.index("free")

FAMILY_OWN = (0.6, 0.1, 0.45, 0.05, 0.02, 0.97)
"""How often a writer of each habit spells the family name by custom and not by rule (Kim Yeonghui).
What the free habit leaves is spelled letter by letter. General knowledge."""

_OWN_SPELLING = 0.6
"""How often a syllable with whole spellings of its own takes one of them. General knowledge."""

_MANDARIN = frozenset({("장", "zhang"), ("류", "liu")})
_MANDARIN_WEIGHT = 0.001
_ORDER_FALL = 0.55
"""A spelling has this part of the weight of the one before it in the table."""
_PUBLISHED = 0.6
"""Weight of published shares beside the table's order: passports are younger than those sought."""
_NORTHERN_INITIAL = 0.1
"""Share of a syllable with ㄹ or ㄴ in its folded form where no table tells."""
_SIGNS = str.maketrans({"ŏ": "o", "ŭ": "u", "'": None})

Weights = tuple[float, ...]
"""One weight a habit, in the order of `HABITS`."""

ONSET_LETTERS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
NUCLEUS_LETTERS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
CODA_LETTERS = "-ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
_FIRST_SYLLABLE = 0xAC00
SPELLING_LENGTH_MAX = 9


@dataclass(frozen=True, slots=True)
class Place:
    """Where a syllable stands: whether something of the same name comes before or after it."""

    start: bool
    end: bool
    before: str = ""
    """The onset letter after it, where one writes and so knows it."""
    after: str = ""
    """The coda letter before it, likewise; `-` for none."""


def letters_of(syllable: str) -> tuple[str, str, str]:
    """Onset, nucleus and coda of one Hangul syllable; `-` for no coda."""
    number = ord(syllable) - _FIRST_SYLLABLE
    return (
        ONSET_LETTERS[number // 588],
        NUCLEUS_LETTERS[number % 588 // 28],
        CODA_LETTERS[number % 28],
    )


def plain(word: str) -> str:
    """Lower-case letters of one word, with ŏ, ŭ and the apostrophe, which tell sounds apart.

    Other accents are dropped, and a breve written as another accent over o or u is a breve.
    """
    return "".join(_letter(character) for character in word.casefold())


@cache
def _letter(character: str) -> str:
    if character in _QUOTES:
        return "'"
    base, accents = _decomposed(character)
    if accents and base in _BREVES and any(accent in _BREVE_LIKE for accent in accents):
        return _BREVES[base]
    if accents and base == "o" and _DIAERESIS in accents:
        return "oe"
    return base if "a" <= base <= "z" else ""


def _decomposed(character: str) -> tuple[str, str]:
    whole = unicodedata.normalize("NFKD", character)
    return whole[:1], whole[1:]


_QUOTES = "'’‘ʼʻ`´′"
_BREVES = {"o": "ŏ", "u": "ŭ"}
_BREVE_LIKE = "\N{COMBINING BREVE}\N{COMBINING CARON}\N{COMBINING TILDE}\N{COMBINING MACRON}"
_DIAERESIS = "\N{COMBINING DIAERESIS}"


@lru_cache(maxsize=20_000)
def spelled(spelling: str, place: Place) -> tuple[tuple[str, Weights], ...]:
    """Every syllable of names that may be spelled so, with P(spelling | syllable) by habit."""
    found: dict[str, Weights] = {}
    if len(spelling) > SPELLING_LENGTH_MAX:
        return ()
    onsets, codas = _table("onset", _onset_place(place)), _table("coda", _coda_place(place))
    for first in range(min(5, len(spelling))):
        if spelling[:first] not in onsets:
            continue
        for last in range(len(spelling), max(first, len(spelling) - 5), -1):
            if spelling[last:] in codas:
                _add_syllables(
                    found,
                    onsets[spelling[:first]],
                    spelling[first:last],
                    codas[spelling[last:]],
                )
    own = _own_by_spelling().get(spelling, {})
    for syllable in own.keys() | (found.keys() & _own_syllables().keys()):
        found[syllable] = _with_own(found.get(syllable, NO_WEIGHTS), own.get(syllable, 0.0))
    return tuple(sorted(found.items()))


def _add_syllables(
    found: dict[str, Weights],
    onsets: dict[str, Weights],
    nucleus: str,
    codas: dict[str, Weights],
) -> None:
    for onset, first in onsets.items():
        nuclei = _table("nucleus", "bare" if onset == "ㅇ" else "after").get(nucleus, {})
        for vowel, middle in nuclei.items():
            for coda, last in codas.items():
                syllable = _syllable(onset, vowel, coda)
                if syllable in inventory():
                    weights = tuple(a * b * c for a, b, c in zip(first, middle, last, strict=True))
                    found[syllable] = _sum(found.get(syllable, NO_WEIGHTS), weights)


@lru_cache(maxsize=4_000)
def syllable_spellings(syllable: str, place: Place) -> dict[str, Weights]:
    """Every spelling of one syllable with P(spelling | syllable) by habit."""
    onset, nucleus, coda = letters_of(syllable)
    found: dict[str, Weights] = {}
    bare = "bare" if onset == "ㅇ" else "after"
    for a, first in _by_letter("onset", _onset_place(place))[onset].items():
        for b, middle in _by_letter("nucleus", bare)[nucleus].items():
            for c, last in _by_letter("coda", _coda_place(place))[coda].items():
                weights = tuple(x * y * z for x, y, z in zip(first, middle, last, strict=True))
                if any(weights):
                    found[a + b + c] = _sum(found.get(a + b + c, NO_WEIGHTS), weights)
    own = _own_syllables().get(syllable)
    if own:
        for spelling in found.keys() | own.keys():
            found[spelling] = _with_own(found.get(spelling, NO_WEIGHTS), own.get(spelling, 0.0))
    return found


@lru_cache(maxsize=512)
def initials(prefix: str, place: Place) -> dict[str, float]:
    """P(the spelling begins so | syllable) of every syllable of names, whatever the habit."""
    found: dict[str, float] = {}
    onsets = _by_letter("onset", _onset_place(place))
    for syllable in inventory():
        onset, nucleus, _ = letters_of(syllable)
        nuclei = _by_letter("nucleus", "bare" if onset == "ㅇ" else "after")[nucleus]
        weight = 0.0
        for first, weights in onsets[onset].items():
            if first.startswith(prefix):
                weight += mixed(weights)
            elif prefix.startswith(first):
                rest = prefix[len(first) :]
                weight += mixed(weights) * fsum(
                    mixed(each) for vowel, each in nuclei.items() if vowel.startswith(rest)
                )
        if weight > 0:
            found[syllable] = weight
    return found


def mixed(weights: Weights) -> float:
    """The weight whatever the habit."""
    return fsum(share * weight for share, weight in zip(HABIT_SHARES, weights, strict=True))


@cache
def inventory() -> frozenset[str]:
    """Every syllable that given names are made of, as written anywhere in a name."""
    return frozenset(row["syllable"] for row in rows("name_syllables"))


def family_spelled(spelling: str) -> dict[str, Weights]:
    """Every folded family name that may be spelled so, with P(spelling | family) by habit.

    Rule H3. A family name that no table knows is read letter by letter, at a hundredth.
    """
    found = dict(_families_by_spelling().get(spelling, {}))
    for syllable, weights in spelled(spelling, Place(start=True, end=True)):
        form = fold_word(syllable)
        part = _letterwise(form)
        if syllable != form:  # a Southern family name is rarely spelled in the Northern way
            part *= 0.1
        free = tuple(part * weight * (i == _FREE) for i, weight in enumerate(weights))
        if any(free):
            found[form] = _sum(found.get(form, NO_WEIGHTS), free)
    return found


@cache
def _letterwise(form: str) -> float:
    if form in _families_with_custom():
        return 1 - FAMILY_OWN[_FREE]
    return 1.0 if form in known_families() else 0.01


def family_spellings(form: str) -> dict[str, Weights]:
    """The spellings of a family name from the tables, with P(spelling | family) by habit.

    Args:
        form: a folded family name.
    """
    return {
        spelling: families[form]
        for spelling, families in _families_by_spelling().items()
        if form in families
    }


@lru_cache(maxsize=256)
def family_initials(prefix: str) -> dict[str, float]:
    """P(the spelling begins so | family) of every folded family name, whatever the habit."""
    found: dict[str, float] = {}
    for spelling, families in _families_by_spelling().items():
        if spelling.startswith(prefix):
            for form, weights in families.items():
                found[form] = found.get(form, 0.0) + mixed(weights)
    return found


@cache
def long_family_spellings() -> frozenset[str]:
    """Spellings of family names of two syllables."""
    return frozenset(
        spelling
        for spelling, families in _families_by_spelling().items()
        if any(len(form) > 1 for form in families)
    )


@cache
def western_names() -> frozenset[str]:
    """Given names of the West, in lower case."""
    return frozenset(row["name"].casefold() for row in rows("western_given_names"))


@cache
def _families_with_custom() -> frozenset[str]:
    return frozenset(fold_word(row["hangul_south"]) for row in rows("surname_romanizations"))


@cache
def _families_by_spelling() -> dict[str, dict[str, Weights]]:
    table: dict[str, dict[str, Weights]] = {}
    for name, part, custom, northern in _family_rows():
        form = fold_word(name)
        for spelling, weights in _family_weights(name, custom, northern).items():
            families = table.setdefault(spelling, {})
            scaled = tuple(part * weight for weight in weights)
            families[form] = _sum(families.get(form, NO_WEIGHTS), scaled)
    return table


def _family_rows() -> Iterator[tuple[str, float, dict[str, float], tuple[str, ...]]]:
    """Each family name as the South writes it, its part of the folded name, and its spellings."""
    counts = {
        row["hangul"]: float(row["persons_2015"])
        for row in (*rows("surnames_kr_2015_by_hangul"), *rows("surnames_kr_2015_more"))
    }
    table = {row["hangul_south"]: row for row in rows("surname_romanizations")}
    names = [*table, *(name for name in counts if name not in table)]
    totals: dict[str, float] = {}
    for name in names:
        totals[fold_word(name)] = totals.get(fold_word(name), 0.0) + counts.get(name, 1000.0)
    for name in names:
        row = table.get(name)
        custom = _custom(name, row["variants"].split("|")) if row else {}
        northern = tuple(
            each.split(" ")[0]
            for each in (row["hangul_north"] if row else name).replace("/", "|").split("|")
        )
        yield name, counts.get(name, 1000.0) / totals[fold_word(name)], custom, northern


def _custom(name: str, variants: list[str]) -> dict[str, float]:
    """Customary spellings with weights that sum to one: rule H3."""
    ranked = {
        plain(spelling): _MANDARIN_WEIGHT
        if (name, plain(spelling)) in _MANDARIN
        else _ORDER_FALL**rank
        for rank, spelling in enumerate(dict.fromkeys(map(plain, variants)))
    }
    shares = {
        plain(row["spelling"]): float(row["percent"]) / 100
        for row in rows("surname_spelling_shares")
        if row["hangul"] == name
    }
    part = _PUBLISHED * min(1.0, fsum(shares.values()))
    total = fsum(ranked.values())
    return {
        spelling: (1 - part) * ranked.get(spelling, 0.0) / total
        + _PUBLISHED * shares.get(spelling, 0.0)
        for spelling in ranked.keys() | shares.keys()
    }


def _family_weights(
    name: str, custom: dict[str, float], northern: tuple[str, ...]
) -> dict[str, Weights]:
    found: dict[str, list[float]] = {}
    for index, habit in enumerate(HABITS):
        own = FAMILY_OWN[index] if custom else 0.0
        ruled = 0.0 if habit == "free" and custom else 1.0 - own
        for spelling, weight in custom.items():
            found.setdefault(spelling, [0.0] * len(HABITS))[index] += own * weight
        for spelling, weight in _ruled(name, northern, index):
            found.setdefault(spelling, [0.0] * len(HABITS))[index] += ruled * weight
    return {spelling: tuple(weights) for spelling, weights in found.items() if any(weights)}


def _ruled(name: str, northern: tuple[str, ...], index: int) -> Iterator[tuple[str, float]]:
    """Spellings of the whole family name by the letters of one habit."""
    forms = {name: 1.0}
    if HABITS[index] == "northern":
        forms = dict.fromkeys((*northern, name), 0.1)
        forms[northern[0]] += 1.0 - fsum(forms.values())
    if name == "이" and HABITS[index] in {"mccune", "plain"}:  # ALA-LC: always Yi
        yield "yi", 0.9
        forms = {name: 0.1}
    for form, part in forms.items():
        for spelling, weight in _word_spellings(form, index):
            yield spelling, part * weight


def _word_spellings(word: str, index: int) -> Iterable[tuple[str, float]]:
    spellings = {"": 1.0}
    for at, syllable in enumerate(word):
        place = Place(start=at == 0, end=at == len(word) - 1)
        each = syllable_spellings(syllable, place)
        spellings = {
            before + spelling: weight * weights[index]
            for before, weight in spellings.items()
            for spelling, weights in each.items()
            if weight * weights[index] > 1e-3
        }
    return spellings.items()


def northern_share(syllable: str) -> float:
    """How much of its folded form this syllable with ㄹ or ㄴ is, at the head of a given name."""
    return _northern_initials().get(syllable, _NORTHERN_INITIAL)


@cache
def _northern_initials() -> dict[str, float]:
    return {row["syllable"]: float(row["share"]) for row in rows("northern_initials")}


def _with_own(weights: Weights, own: float) -> Weights:
    return tuple(
        (1 - _OWN_SPELLING) * weight + _OWN_SPELLING * own if index == _FREE else weight
        for index, weight in enumerate(weights)
    )


def _sum(left: Weights, right: Weights) -> Weights:
    return tuple(a + b for a, b in zip(left, right, strict=True))


def _syllable(onset: str, nucleus: str, coda: str) -> str:
    return chr(
        _FIRST_SYLLABLE
        + ONSET_LETTERS.index(onset) * 588
        + NUCLEUS_LETTERS.index(nucleus) * 28
        + CODA_LETTERS.index(coda)
    )


def _onset_place(place: Place) -> str:
    if place.start or not place.after:
        return "start" if place.start else "inner"
    return "inner liquid" if place.after == "ㄹ" else "inner plain"


def _coda_place(place: Place) -> str:
    if place.end or not place.before:
        return "end" if place.end else "mid"
    return {"ㄴ": "mid nasal", "ㅁ": "mid nasal", "ㄹ": "mid liquid"}.get(place.before, "mid plain")


@cache
def _own_syllables() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for row in rows("syllable_spellings"):
        table.setdefault(row["syllable"], {})[row["spelling"]] = float(row["weight"])
    return {
        syllable: {spelling: weight / fsum(own.values()) for spelling, weight in own.items()}
        for syllable, own in table.items()
    }


@cache
def _own_by_spelling() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for syllable, own in _own_syllables().items():
        for spelling, weight in own.items():
            table.setdefault(spelling, {})[syllable] = weight
    return table


@cache
def _table(part: str, place: str) -> dict[str, dict[str, Weights]]:
    """Spelling of a part of the syllable -> letter -> P(spelling | letter) by habit."""
    table: dict[str, dict[str, Weights]] = {}
    for letter, spellings in _by_letter(part, place).items():
        for spelling, weights in spellings.items():
            table.setdefault(spelling, {})[letter] = weights
    return table


@cache
def _by_letter(part: str, place: str) -> dict[str, dict[str, Weights]]:
    """Letter -> spelling of it at this place -> P(spelling | letter) by habit."""
    table: dict[str, dict[str, list[float]]] = {}
    letters = {"onset": ONSET_LETTERS, "nucleus": NUCLEUS_LETTERS, "coda": CODA_LETTERS}[part]
    for index, habit in enumerate(HABITS):
        for letter in letters:
            for spelling, weight in _habit_letters(habit, part, place)[letter].items():
                weights = table.setdefault(letter, {}).setdefault(spelling, [0.0] * len(HABITS))
                weights[index] += weight
    return {
        letter: {spelling: tuple(weights) for spelling, weights in spellings.items()}
        for letter, spellings in table.items()
    }


@cache
def _habit_letters(habit: str, part: str, place: str) -> dict[str, dict[str, float]]:
    """The spellings of each letter by one habit, summing to one."""
    if habit == "plain":
        stripped: dict[str, dict[str, float]] = {}
        for letter, spellings in _habit_letters("mccune", part, place).items():
            for spelling, weight in spellings.items():
                each = stripped.setdefault(letter, {})
                bare = spelling.translate(_SIGNS)
                each[bare] = each.get(bare, 0.0) + weight
        return stripped
    # later rows are the more special ones: the system's letters, any place, mid, mid nasal
    system = {
        row["letter"] or "-": {row["spelling"]: 1.0}
        for row in rows("romanization_letters")
        if row["system"] == habit and row["part"] == part
    }
    base = place.split(" ", maxsplit=1)[0]
    table = system or {letter: {"": 1.0} for letter in CODA_LETTERS}
    for wanted in dict.fromkeys(("any", base, place)):
        special: dict[str, dict[str, float]] = {}
        for row in rows("spelling_habits"):
            if (row["habit"], row["part"], row["place"]) == (habit, part, wanted):
                special.setdefault(row["letter"], {})[row["spelling"]] = float(row["weight"])
        table |= special
    return {
        letter: {
            spelling: weight / fsum(spellings.values()) for spelling, weight in spellings.items()
        }
        for letter, spellings in table.items()
    }
