"""Names in Latin letters: how they come out, by rule and by habit.

1. (M1) McCune-Reischauer writes what is heard inside the given name (박목월 Pak Mog-wŏl) and nothing
   across the blank. As in libraries: the two syllables of a given name have a hyphen, more are
   joined; 이 and 리 are always Yi; surnames are in Southern spelling, given names as written.
2. (M2) Yale goes letter by letter, with u for wu after a labial; so does the Revised Romanization
   of names, syllable by syllable without sound changes (복남 Boknam, 빛나 Bitna).
3. (M3) The North writes each syllable of a given name apart and shows only that ㄱ, ㄷ and ㅂ are
   voiced between sounds (박동구 Pak Tong Gu). A given name of three syllables or more is taken as
   native and joined (김꽃분이 Kim Kkotpuni); papers leave the breves out.
4. (M4) A free spelling is none of these or a bit of each; `reading.py` reads it. `free_readings`
   and `sound_key` are the coarse keys of the first register search.

Source: Notice 2000-8 of the Ministry of Culture and Tourism, chapter 3 article 4; McCune and
Reischauer 1939, its tables of 1961, ALA-LC Korean romanization and word division (names, pages
12-14); Martin 1992; the DPRK's Guideline on the Romanization of Korean 1992 (UNGEGN working paper
46), names at pages 7-8 of the edition of 2012. Letters in romanization_letters.csv.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise, product
from math import prod

from sangbong.names.korean.habits import (
    HABIT_SHARES,
    SPELLING_SHARE_MIN,
    Place,
    Weights,
    family_spellings,
    letters_of,
    syllable_spellings,
)
from sangbong.names.korean.spelling import fold_word, is_hangul, north, split
from sangbong.names.korean.tables import rows

_PLAIN = str.maketrans({"ŏ": "o", "ŭ": "u", "Ŏ": "O", "Ŭ": "U", "'": None})
_LABIALS = "ㅁㅂㅃㅍ"
_SONANT = frozenset(("", "n", "l", "m", "ng"))
_LAX = "ㄱㄷㅂ"
_VOICED = {"ㄱ": "g", "ㄷ": "d", "ㅂ": "b", "ㅈ": "j"}
_NASAL = {"k": "ng", "t": "n", "p": "m"}
_ASPIRATED = {"ㄱ": "k'", "ㄷ": "t'", "ㅈ": "ch'"}
_LINKED = {
    "ㄱ": "g",
    "ㄲ": "kk",
    "ㄷ": "d",
    "ㄹ": "r",
    "ㅂ": "b",
    "ㅅ": "s",
    "ㅆ": "ss",
    "ㅈ": "j",
    "ㅊ": "ch'",
    "ㅋ": "k'",
    "ㅌ": "t'",
    "ㅍ": "p'",
    "ㅎ": "",
    "ㅀ": "r",
    "ㄳ": "ks",
    "ㄵ": "nj",
    "ㄺ": "lg",
    "ㄻ": "lm",
    "ㄼ": "lb",
    "ㄽ": "ls",
    "ㄾ": "lt'",
    "ㄿ": "lp'",
    "ㅄ": "ps",
}
"""Finals before a vowel, by McCune-Reischauer."""

_SOUNDS = {
    **dict.fromkeys(("g", "k", "kk", "gk", "ck", "q"), "k"),
    **dict.fromkeys(("d", "t", "tt"), "t"),
    **dict.fromkeys(("b", "p", "pp"), "p"),
    **dict.fromkeys(("j", "jj", "ch", "z", "c", "tch"), "c"),
    **dict.fromkeys(("s", "ss", "sh"), "s"),
    **dict.fromkeys(("r", "l", "rr", "ll", "rh", "lh"), "l"),
}
_TOKEN = re.compile(r"tch|ch|sh|ng|gk|ck|rh|lh|([gkdtbpjsrl])\1|[aeiouyw]+|[bcdfghjklmnpqrstvxz]")
_VOWEL = re.compile(r"[aeiouyw]")


def revised(hangul: str, *, hyphen: bool = False) -> str:
    """Surname and given name by the Revised Romanization; other script comes back unchanged.

    Args:
        hangul: the whole name.
        hyphen: whether to part the syllables of the given name, which the rule allows.
    """
    if not is_hangul("".join(hangul.split())):
        return hangul
    surname, given = split(hangul)
    mark = "-" if hyphen else ""
    words = (
        "".join(_revised_syllable(syllable) for syllable in surname),
        mark.join(_revised_syllable(syllable) for syllable in given),
    )
    return " ".join(word.capitalize() for word in words if word)


def mccune_reischauer(hangul: str, *, signs: bool = True) -> str:
    """A name as libraries write it: Yi Yŏng-hŭi; other script comes back unchanged. Rule M1.

    Args:
        hangul: the whole name.
        signs: whether to write the breves and the apostrophes, which most writers leave out.
    """
    if not is_hangul("".join(hangul.split())):
        return hangul
    surname, given = split(hangul)
    surname = fold_word(surname)
    family = "yi" if surname == "이" else _joined(_sounded(surname))
    parts = _sounded(given)
    written = "-".join(parts) if len(parts) == 2 else _joined(parts)
    text = " ".join(word.capitalize() for word in (family, written) if word)
    return text if signs else text.translate(_PLAIN)


def yale(hangul: str) -> str:
    """A name letter by letter: I Yeng-huy; other script comes back unchanged. Rule M2."""
    if not is_hangul("".join(hangul.split())):
        return hangul
    surname, given = split(hangul)
    words = (
        "".join(_yale_syllable(syllable) for syllable in surname),
        "-".join(_yale_syllable(syllable) for syllable in given),
    )
    return " ".join(word.capitalize() for word in words if word)


def northern(hangul: str, *, breves: bool = False) -> str:
    """A name as the North writes it: Ri Yong Hui; other script comes back unchanged. Rule M3.

    The surname is put into Northern spelling first, the commonest where there are two; the given
    name stays as it is written, since only the Hanja would tell 용 from 룡.

    Args:
        hangul: the whole name, in either side's spelling.
        breves: whether to write the breves of the rule, which papers leave out.
    """
    if not is_hangul("".join(hangul.split())):
        return hangul
    surname, given = split(north(hangul))
    family = "".join(_voiced(surname, linked=True))
    if len(given) > 2:
        words = [family, "".join(_voiced(given, linked=True))]
    else:
        words = [family, *_voiced(given, linked=False)]
    text = " ".join(word.capitalize() for word in words if word)
    return text if breves else text.translate(_PLAIN)


def free_readings(roman: str) -> tuple[str, ...]:
    """Every `surname|key` that a free spelling may stand for, sorted.

    The surname is in folded Hangul, the key is `sound_key` of the given name. The surname is looked
    for in the first word and in the last, since both orders are in use. Empty when neither is a
    known spelling of a surname.
    """
    words = re.findall(r"[a-zA-Z'\-]+", roman)
    if len(words) < 2:
        return ()
    orders = ((words[0], words[1:]), (words[-1], words[:-1]))
    return tuple(
        sorted(
            {
                f"{surname}|{_given_key(given)}"
                for spelling, given in orders
                for surname in _surnames().get(_plain(spelling), ())
            }
        )
    )


def reading_of(hangul: str) -> str:
    """The `surname|key` of a Hangul name, to look up among `free_readings`."""
    surname, given = split(hangul)
    return f"{fold_word(surname)}|{_hangul_key(fold_word(given))}"


@lru_cache(maxsize=100_000)
def _hangul_key(word: str) -> str:
    # by syllable: two vowels that meet (희애) are two sounds
    return "".join(sound_key(_revised_syllable(c)) for c in word)


def _given_key(words: list[str]) -> str:
    parts = (part for word in words for part in re.split(r"['-]", word))
    return "".join(sound_key(part) for part in parts)


@lru_cache(maxsize=100_000)
def sound_key(roman: str) -> str:
    """Consonants in classes and vowels in four sounds: Yeong, Young and Yong give one key."""
    plain = _plain(roman)
    sounds = [match.group() for match in _TOKEN.finditer(plain)]
    key: list[str] = []
    for index, sound in enumerate(sounds):
        if _VOWEL.match(sound):
            key.append(_vowel_sound(sound))
        elif sound == "h" and index > 0 and not _vowel_follows(sounds, index):
            continue  # the h of Ahn or Joh only lengthens the vowel
        else:
            key.append(_SOUNDS.get(sound, sound))
    return "".join(key)


def _vowel_follows(sounds: list[str], index: int) -> bool:
    return index + 1 < len(sounds) and bool(_VOWEL.match(sounds[index + 1]))


def _vowel_sound(letters: str) -> str:
    bare = letters.lstrip("yw") or "i"
    if bare in {"ee", "ie", "i"} or (bare.endswith("i") and bare[0] in "ue"):
        return "i"
    if bare.startswith("a"):
        return "e" if len(bare) > 1 and bare[1] in "eiy" else "a"
    if bare.startswith("e") and not bare.startswith(("eo", "eu")):
        return "e"
    return "o"


def _plain(roman: str) -> str:
    return re.sub(r"[^a-z]", "", roman.casefold())


@lru_cache(maxsize=20_000)
def _revised_syllable(syllable: str) -> str:
    return "".join(_written("revised", syllable))


@lru_cache(maxsize=20_000)
def _yale_syllable(syllable: str) -> str:
    onset, nucleus, coda = _written("yale", syllable)
    bare = letters_of(syllable)[0] in _LABIALS and nucleus == "wu"
    return onset + ("u" if bare else nucleus) + coda


def _written(system: str, syllable: str) -> tuple[str, str, str]:
    """Onset, nucleus and coda of one syllable by the table of a system."""
    onset, nucleus, coda = letters_of(syllable)
    table = _system(system)
    return table["onset", onset], table["nucleus", nucleus], table["coda", coda]


@cache
def _system(system: str) -> dict[tuple[str, str], str]:
    return {
        (row["part"], row["letter"]): row["spelling"]
        for row in rows("romanization_letters")
        if row["system"] == system
    }


def _sounded(word: str) -> list[str]:
    """The syllables of a word by McCune-Reischauer, each as it sounds beside the others."""
    parts = [list(_written("mccune", syllable)) for syllable in word]
    for index, (syllable, after) in enumerate(pairwise(word)):
        parts[index][2], parts[index + 1][0] = _meeting(
            letters_of(syllable)[2], letters_of(after)[0], parts[index][2], parts[index + 1][0]
        )
    return ["".join(part) for part in parts]


def _meeting(coda: str, onset: str, last: str, first: str) -> tuple[str, str]:
    """How a final and the initial after it are written where they meet: rule M1.

    Args:
        coda: the final letter, `-` for none.
        onset: the initial letter after it.
        last: the final as written alone.
        first: the initial as written alone.
    """
    if onset == "ㅇ":
        return _LINKED.get(coda, last), first
    if coda == "ㅎ":
        return ("n" if onset == "ㄴ" else ""), _ASPIRATED.get(onset, first)
    if onset == "ㄹ":
        liquid = last in {"l", "n"}
        return ("l" if liquid else _NASAL.get(last, last)), (
            "l" if liquid else "n" if last else "r"
        )
    if onset in "ㄴㅁ":
        return _NASAL.get(last, last), ("l" if (last, onset) == ("l", "ㄴ") else first)
    if onset in _VOICED and last in _SONANT and not (last == "l" and onset in "ㄷㅈ"):
        return last, _VOICED[onset]
    return last, first


def _joined(parts: list[str]) -> str:
    """The syllables as one word; ㄴ before ㄱ is told from ㅇ by an apostrophe."""
    text = ""
    for part in parts:
        text += "'" + part if text.endswith("n") and part.startswith("g") else part
    return text


def _voiced(word: str, *, linked: bool) -> list[str]:
    """The syllables of a word by the Northern rule: g, d and b between sounds."""
    parts = [list(_written("northern", syllable)) for syllable in word]
    for index, (syllable, after) in enumerate(pairwise(word)):
        onset = letters_of(after)[0]
        if onset in _LAX and parts[index][2] in _SONANT:
            parts[index + 1][0] = _VOICED[onset]
        elif linked and onset == "ㅇ":
            coda = letters_of(syllable)[2]
            parts[index][2] = _LINKED.get(coda, parts[index][2])
    return ["".join(part) for part in parts]


def free_spellings(hangul: str, *, husband: str = "") -> Iterator[tuple[str, float]]:
    """Every spelling of a name that is not rare, with its weight; unsorted, some more than once.

    Spellings of the family name and of each syllable under one habit, in every order and form:
    apart, with a hyphen, run together, in capitals, after a comma, as initials, after `Mrs.`, and
    before the husband's family name where it is given. A habit's spelling of a part that has less
    than `SPELLING_SHARE_MIN` of the part's weight is rare.

    Args:
        hangul: the whole name, in either side's spelling; other script has none.
        husband: the husband's family name as spelled, such as `Park`.
    """
    if not is_hangul("".join(hangul.split())):
        return
    surname, given = split(hangul)
    families = _common(family_spellings(fold_word(surname)))
    places = _places(given)
    syllables = [
        _common(syllable_spellings(each, place)) for each, place in zip(given, places, strict=True)
    ]
    for parts in product(families.items(), *(each.items() for each in syllables)):
        weight = sum(
            share * prod(weights[habit] for _, weights in parts)
            for habit, share in enumerate(HABIT_SHARES)
        )
        if weight > 0:
            family, *spellings = (spelling for spelling, _ in parts)
            for text, share in _forms(family, spellings, husband).items():
                yield text, weight * share


def _places(word: str) -> list[Place]:
    """Where each syllable of a word stands, with the letters that it meets."""
    letters = [letters_of(each) for each in word]
    last = len(word) - 1
    return [
        Place(
            start=at == 0,
            end=at == last,
            before=letters[at + 1][0] if at < last else "",
            after=letters[at - 1][2] if at else "",
        )
        for at in range(len(word))
    ]


def _common(spellings: dict[str, Weights]) -> dict[str, Weights]:
    return {
        spelling: kept
        for spelling, weights in spellings.items()
        if any(kept := tuple(w if w >= SPELLING_SHARE_MIN else 0.0 for w in weights))
    }


def _forms(family: str, given: list[str], husband: str) -> dict[str, float]:
    """The forms of one spelling with how common each is (general knowledge)."""
    last = family.capitalize()
    apart = " ".join(each.capitalize() for each in given)
    hyphened = "-".join(given).capitalize()
    joined = "".join(given).capitalize()
    letters = " ".join(f"{each[0].upper()}." for each in given)
    forms = (
        (f"{last} {apart}", 0.2),
        (f"{last} {hyphened}", 0.13),
        (f"{last} {joined}", 0.11),
        (f"{apart} {last}", 0.12),
        (f"{hyphened} {last}", 0.12),
        (f"{joined} {last}", 0.09),
        (f"{last}, {hyphened}", 0.05),
        (f"{last.upper()} {joined}", 0.03),
        (f"{last} {apart}".upper(), 0.06),
        (f"{last} {apart}".casefold(), 0.01),
        (f"{letters} {last}", 0.03),
        (f"{last}, {letters}", 0.01),
        (f"Mrs. {hyphened} {last}", 0.02),
        (f"{hyphened} {last} {husband}" if husband else "", 0.02),
    )
    found: dict[str, float] = {}
    for text, share in forms:
        if text:
            found[text.strip(" ,")] = found.get(text.strip(" ,"), 0.0) + share
    return found


@cache
def _surnames() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for row in rows("surname_romanizations"):
        spellings = {row["rr"], row["mr"].translate(_PLAIN), *row["variants"].split("|")}
        surname = fold_word(row["hangul_south"])
        for spelling in sorted({_plain(each) for each in spellings}):
            table[spelling] = tuple(sorted({*table.get(spelling, ()), surname}))
    return table
