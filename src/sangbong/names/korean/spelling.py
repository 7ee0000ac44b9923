"""Northern and Southern spelling of names, and the one form in which they can be compared.

1. (S1) The South drops or changes ㄹ and ㄴ at the beginning of a word, the North keeps them: 리영호
   and 이영호 are one name. Family name and given name each begin a word.
2. (S2) After a vowel or ㄴ the South writes 열·율 for 렬·률 inside a word too: 리선률 is 이선율.
3. (S3) Names are compared in the *folded*, Southern form, for only North to South is a function (리
   and 이 both give 이). The exceptions, one-syllable given names (신립) and families that keep their
   ㄹ (류, 라, 림), fold as well, so that both spellings meet.
4. (S4) Unfolding is one-to-many (남 may be 남 or 람), so it is done only where Hanja or a Northern
   paper says which: `hanja.northern_forms`. `north` is a guess for invented people.

Source: Hangul orthography 1988, articles 11 and 12 (korean.go.kr b_seq=1311); the exceptions: notes
to article 11, and practice of family registers since 2007 (ko.wikipedia, 두음 법칙).
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache

from sangbong.names.korean.tables import rows

_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_FINALS = 28
_FINAL_NIEUN = 4
INNER = {"렬": "열", "률": "율"}
"""What the South writes after a vowel or ㄴ, even inside a word. Source: art. 11, note 1."""


@lru_cache(maxsize=200_000)
def fold(name: str) -> str:
    """The Southern spelling without blanks, for comparing: rules S1 to S3.

    Folding twice changes nothing. Text that is not Hangul is returned in lower case, its duplicate
    Hanja as the ordinary ones: two papers that differ there must meet.
    """
    surname, given = split(name)
    folded = fold_word(surname) + fold_word(given)
    if given or folded.isascii():
        return folded.casefold()
    # Unicode, canonical caseless matching (D145); form C for Hangul in mixed text
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", folded).casefold())


def fold_word(word: str) -> str:
    """One word, such as a given name or a county, in Southern spelling."""
    if not word:
        return ""
    syllables = [initial(word[0]), *word[1:]]
    for index in range(1, len(syllables)):
        if syllables[index] in INNER and is_open_or_nieun(syllables[index - 1]):
            syllables[index] = INNER[syllables[index]]
    return "".join(syllables)


def initial(syllable: str) -> str:
    """The syllable as the South writes it at the beginning of a word; every other as it is."""
    return _south().get(syllable, syllable)


def north(name: str) -> str:
    """The name with its surname spelled as in the North, the commonest way where there are two.

    Given names are left as they are: 용 may be 룡 or 용, and only the Hanja would tell.
    """
    surname, given = split(name)
    return _north_surnames().get(surname, surname) + given


def northern_initials(syllable: str) -> tuple[str, ...]:
    """Every syllable that the South would write as this one at the beginning of a word."""
    return (syllable, *_north().get(syllable, ()))


@lru_cache(maxsize=200_000)
def split(name: str) -> tuple[str, str]:
    """Surname and given name; the given name is empty for a single syllable or foreign script.

    A surname of two syllables is recognised when a given name follows it: 선우진 is 선우 and 진,
    남궁 alone is 남 and 궁.
    """
    word = "".join(name.split())
    if not is_hangul(word):
        return word, ""
    # Asked of the folded form, so that folding never moves the border between the two.
    size = 2 if len(word) > 2 and fold_word(word[:2]) in _long_surnames() else 1
    return word[:size], word[size:]


def is_hangul(text: str) -> bool:
    """Whether the text is one or more whole Hangul syllables and nothing else."""
    return bool(text) and all(_FIRST_SYLLABLE <= ord(c) <= _LAST_SYLLABLE for c in text)


@lru_cache(maxsize=200_000)
def jamo(text: str) -> str:
    """The letters of the syllables, so that one changed letter is one changed character."""
    return unicodedata.normalize("NFD", text)


def one_letter_off(left: str, right: str) -> bool:
    """Whether one letter added, dropped or changed makes one name the other; not when equal."""
    shorter, longer = sorted((jamo(left), jamo(right)), key=len)
    if shorter == longer or len(longer) - len(shorter) > 1:
        return False
    start = 0
    while start < len(shorter) and shorter[start] == longer[start]:
        start += 1
    rest = start if len(longer) > len(shorter) else start + 1
    return shorter[rest:] == longer[start + 1 :]


def is_open_or_nieun(syllable: str) -> bool:
    """Whether the syllable ends in a vowel or ㄴ: what follows it writes 열·율 for 렬·률."""
    return is_hangul(syllable) and (ord(syllable) - _FIRST_SYLLABLE) % _FINALS in {
        0,
        _FINAL_NIEUN,
    }


@cache
def _south() -> dict[str, str]:
    return {
        row["north_initial_syllable"]: row["south_initial_syllable"] for row in rows("dueum_map")
    }


@cache
def _north() -> dict[str, tuple[str, ...]]:
    inverse: dict[str, tuple[str, ...]] = {}
    for northern, southern in _south().items():
        inverse[southern] = (*inverse.get(southern, ()), northern)
    return inverse


@cache
def _north_surnames() -> dict[str, str]:
    return {
        row["hangul_south"]: row["hangul_north"].split("|")[0].split("/")[0].split(" ")[0]
        for row in rows("surname_romanizations")
    }


def is_long_surname(word: str) -> bool:
    """Whether the word, in folded form, is a surname of two syllables."""
    return word in _long_surnames()


@cache
def _long_surnames() -> frozenset[str]:
    table = {row["hangul_south"] for row in rows("surname_romanizations")}
    return frozenset(name for name in table if len(name) == 2)
