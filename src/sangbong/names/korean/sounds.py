"""The skeleton of a given name: one short code for all its spellings, in Hangul or Latin letters.

1. (W1) Consonants stand in classes (ㄱㄲㅋ are one), vowels in four sounds (a, e, i, o): Yeong, Young
   and Yong are one skeleton, as are 영 and 용. What a spelling leaves open, the skeleton leaves out.
2. (W2) Left out besides: ㅎ after a consonant, a consonant or vowel sound twice in a row, ㄱ after a
   nasal (ng is a nasal), ㄹ before a glide inside a name: run-together spellings hide them.
3. (W3) At the beginning of a given name the initial-sound rule has been applied.
4. (W4) Skeletons find pairs to compare and decide nothing: different names share one.

A skeleton is a number, four bits a sound, at most fifteen sounds; 0 is no sound at all.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

_BASE = 0xAC00
_SYLLABLES = 11_172

CONSONANTS = {"k": 1, "t": 2, "p": 3, "c": 4, "s": 5, "l": 6, "n": 7, "m": 8, "h": 9}
VOWELS = {"a": 10, "e": 11, "i": 12, "o": 13}

_ONSETS = "kknttlmppss-cccktph"
_NUCLEI = "aeaeoeoeoaeeoooeiooii"
_CODAS = "-kkknnntlkmlllplmppttnttktpt"
_GLIDES = frozenset({2, 3, 6, 7, 12, 17})
"""ㅑ ㅒ ㅕ ㅖ ㅛ ㅠ"""

_SOUNDS_MAX = 15
_STRESS = str.maketrans({"'": None, "’": None, "ʼ": None, "`": None})
_TOKEN = re.compile(
    r"(?P<c>tch|ts|ng|ck|kk|gg|tt|dd|pp|bb|jj|zz|ss|rr|ll|[kgqcxtdpbvfjzsrlnmh])"
    r"|(?P<v>yeou|weo|yeo|yae|wae|you|yoo|yie|eou|eui|woo|"
    r"eo|eu|ae|ai|ay|ee|ei|ey|ea|oe|oi|oo|ou|ui|ue|wa|we|wi|wo|wu|ya|ye|yi|yo|yu|ie|au|aw"
    r"|[aeiouwy])"
)
_CLASS = {
    **dict.fromkeys(("k", "kk", "g", "gg", "ck", "q", "x"), "k"),
    **dict.fromkeys(("t", "tt", "d", "dd"), "t"),
    **dict.fromkeys(("p", "pp", "b", "bb", "v", "f"), "p"),
    **dict.fromkeys(("c", "ch", "j", "jj", "z", "zz", "tch", "ts"), "c"),
    **dict.fromkeys(("s", "ss"), "s"),
    **dict.fromkeys(("l", "ll", "r", "rr"), "l"),
    **dict.fromkeys(("n", "ng"), "n"),
    "m": "m",
    "h": "h",
}
_SOUND = {
    **dict.fromkeys(("a", "ya", "wa"), "a"),
    **dict.fromkeys(("e", "ae", "ai", "ay", "ei", "oe", "oi", "ye", "yae", "we", "wae"), "e"),
    **dict.fromkeys(("i", "ee", "ea", "ey", "ie", "y", "yi", "yie", "ui", "eui", "wi"), "i"),
}
"""Every other vowel is of the sound o."""


def syllable_sounds(syllable: str) -> tuple[int, int, int]:
    """Onset, nucleus and coda of a Hangul syllable as sounds; 0 for none."""
    number = ord(syllable) - _BASE
    onset, nucleus, coda = (
        _ONSETS[number // 588],
        _NUCLEI[number % 588 // 28],
        _CODAS[number % 28],
    )
    return CONSONANTS.get(onset, 0), VOWELS[nucleus], CONSONANTS.get(coda, 0)


def is_glided(syllable: str) -> bool:
    """Whether the syllable's vowel begins with a glide (y)."""
    return (ord(syllable) - _BASE) % 588 // 28 in _GLIDES


@cache
def syllable_table() -> tuple[tuple[int, int, int, bool], ...]:
    """Onset, nucleus, coda and glide of every Hangul syllable in order."""
    return tuple(
        (*syllable_sounds(chr(_BASE + index)), is_glided(chr(_BASE + index)))
        for index in range(_SYLLABLES)
    )


@lru_cache(maxsize=50_000)
def hangul_skeleton(given: str) -> int:
    """The skeleton of folded Hangul syllables: rules W1 and W2."""
    sounds: list[int] = []
    for index, syllable in enumerate(given):
        onset, nucleus, coda = syllable_sounds(syllable)
        if index and onset == CONSONANTS["l"] and is_glided(syllable):
            onset = 0
        _add(sounds, onset)
        _add(sounds, nucleus)
        _add(sounds, coda)
    return _number(sounds)


def latin_skeleton(words: tuple[str, ...]) -> int:
    """The skeleton of the words or syllables of a given name in Latin letters, in order."""
    sounds: list[int] = []
    for index, word in enumerate(words):
        for sound in _word_sounds(word, inside=index > 0):
            _add(sounds, sound)
    return _number(sounds)


@lru_cache(maxsize=100_000)
def _word_sounds(word: str, *, inside: bool) -> tuple[int, ...]:
    letters = _plain(word)
    if inside and re.match(r"[rl]y", letters):
        letters = letters[1:]
    elif not inside:
        # W3: the Northern initials
        letters = re.sub(r"^[rl](?=[iy])|^n(?=y)", "", letters)
        letters = re.sub(r"^[rl]", "n", letters)
    letters = re.sub(r"(?<=.)r(?=y)", "", letters).replace("wh", "h")
    sounds = []
    for match in _TOKEN.finditer(letters):
        token = match.group()
        if match.lastgroup == "c":
            sounds.append(CONSONANTS[_CLASS[token]])
        else:
            sounds.append(VOWELS[_SOUND.get(token, "o")])
    return tuple(_without_silent(sounds))


def _without_silent(sounds: list[int]) -> list[int]:
    """Without an h that no vowel follows: it only lengthens the vowel before it (Ahn, Soh)."""
    return [
        sound
        for sound, after in zip(sounds, (*sounds[1:], 0), strict=False)
        if sound != CONSONANTS["h"] or after in VOWELS.values()
    ]


def _plain(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.casefold().translate(_STRESS))
    return "".join(letter for letter in decomposed if "a" <= letter <= "z")


def _add(sounds: list[int], sound: int) -> None:
    """Add a sound, unless rule W2 leaves it out."""
    last = sounds[-1] if sounds else 0
    if not sound or sound == last:
        return
    if sound == CONSONANTS["h"] and 0 < last < VOWELS["a"]:
        return
    if sound == CONSONANTS["k"] and last == CONSONANTS["n"]:
        return
    sounds.append(sound)


def _number(sounds: list[int]) -> int:
    number = 0
    for sound in sounds[:_SOUNDS_MAX]:
        number = number << 4 | sound
    return number
