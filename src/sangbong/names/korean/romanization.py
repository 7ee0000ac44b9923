"""Names in Latin letters: how they come out by rule, and what a free spelling may have been.

Three habits live side by side (Revised, McCune-Reischauer, each family's own), so a free spelling
is read as *several* surnames and one rough sound key for the given name. Thin for now: a later
issue gives the readings probabilities.

Source: Revised Romanization (Notice 2000-8 of the Ministry of Culture), names written syllable by
syllable; surname spellings from data/surname_romanizations.csv.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sangbong.names.korean.spelling import fold_word, is_hangul, split
from sangbong.names.korean.tables import rows

_INITIALS = (
    "g",
    "kk",
    "n",
    "d",
    "tt",
    "r",
    "m",
    "b",
    "pp",
    "s",
    "ss",
    "-",
    "j",
    "jj",
    "ch",
    "k",
    "t",
    "p",
    "h",
)
_VOWELS = (
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
)
_FINALS = (
    "-",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
)
_BASE = 0xAC00

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


def revised(hangul: str) -> str:
    """Surname and given name by the Revised Romanization; other script comes back unchanged."""
    if not is_hangul("".join(hangul.split())):
        return hangul
    surname, given = split(hangul)
    words = ("".join(_revised_syllable(c) for c in word) for word in (surname, given))
    return " ".join(word.capitalize() for word in words if word)


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


def _revised_syllable(character: str) -> str:
    number = ord(character) - _BASE
    parts = (
        _INITIALS[number // 588],
        _VOWELS[number % 588 // 28],
        _FINALS[number % 28],
    )
    return "".join(part for part in parts if part != "-")


@cache
def _surnames() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for row in rows("surname_romanizations"):
        spellings = {row["rr"], row["mr"].translate(_BREVES), *row["variants"].split("|")}
        surname = fold_word(row["hangul_south"])
        for spelling in sorted({_plain(each) for each in spellings}):
            table[spelling] = tuple(sorted({*table.get(spelling, ()), surname}))
    return table


_BREVES = str.maketrans("ŏŭŎŬ", "ouOU")
