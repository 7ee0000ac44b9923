"""The words of a name in Latin letters, and what their marks say of them.

1. (W1) Words are runs of Latin letters; hyphens, humps (YoungHee) and the blanks divide syllables,
   but do not prove that there is one.
2. (W2) One letter may be an initial; two or three that make no syllable are initials (YH is two,
   Ch. with its dot is one).
3. (W3) What stands before a comma is likely the family name; after `née` it surely is. Titles say
   at most that she is married; the words after `wife of` name the husband and are left out, and so
   is what else stands in brackets.

Source: general knowledge; `WIFE OF` is the usage of Korean passports
(junghwaholic.tistory.com/239).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from sangbong.names.korean.habits import Place, plain, spelled

TEXT_LENGTH_MAX = 100
WORDS_MAX = 8
"""Longer texts are no names."""

_INITIALS_MAX = 3
_WORD = re.compile(r"[^\W\d_]+(?:['-]+[^\W\d_]+)*'?\.?|[,()]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_QUOTES = str.maketrans(dict.fromkeys("’‘ʼʻ´′", "'") | dict.fromkeys("‐‑–—−", "-"))
_TITLES = frozenset(
    ("mr", "mrs", "ms", "miss", "mme", "madame", "madam", "dr", "prof", "rev", "jr", "sr")
)
_MARRIED = frozenset(("mrs", "mme", "madame"))
_BORN = frozenset(("nee", "born"))
_BORN_AFTER = 2
"""Words before `nee`: her given name and her husband's family name. Nee may be a syllable too."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Letters of one or more syllables, or an initial."""

    letters: str
    initial: bool


@dataclass(frozen=True, slots=True)
class Word:
    """One word as written, its letters, and its pieces between hyphens."""

    text: str
    letters: str
    pieces: tuple[Piece, ...]
    capitals: bool = False
    dotted: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The words of a name, with what their marks say of them."""

    words: tuple[Word, ...]
    comma: bool
    """Whether a comma parts them, so that the first is likely the family name."""
    married: bool
    """Whether the name may be her husband's family name with hers left out."""
    born: Word | None
    """The family name after `née`."""


@dataclass(slots=True)
class _Marks:
    """What was met so far, from left to right."""

    words: list[Word] = field(default_factory=list)
    born: list[Word] = field(default_factory=list)
    comma: int = 0
    married: bool = False
    born_next: bool = False
    aside: bool = False
    last: str = ""
    """The word that announced the family name she was born with."""

    def mark(self, sign: str) -> None:
        """Meet a bracket or a comma."""
        if sign != ",":
            self.aside = sign == "("
            self.born_next = self.born_next and self.aside
        elif not self.aside:
            self.comma = len(self.words)

    def meet(self, text: str) -> None:
        """Meet a word."""
        low = text.rstrip(".").casefold()
        if low in _TITLES:
            self.married = self.married or low in _MARRIED
        elif low == "née" or (low in _BORN and len(self.words) >= _BORN_AFTER):
            self.born_next, self.last = True, text
        elif not plain(text).strip("'"):
            return
        elif self.born_next:
            self.born.append(_word(text))
            self.born_next = False
        elif not self.aside:
            self.words.append(_word(text))


def written(text: str) -> Written | None:
    """The words of a name; None where there are none, or more than a name can have."""
    if len(text) > TEXT_LENGTH_MAX:
        return None
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text.translate(_QUOTES))
    marks = _Marks()
    signs = iter(_WORD.findall(text.replace("`", "'")))
    for sign in signs:
        if sign in "(),":
            marks.mark(sign)
        elif sign.casefold() == "wife":
            marks.married = True
            _skip_husband(signs)
        else:
            marks.meet(sign)
    words = marks.words
    if marks.born_next and marks.last.casefold() == "nee":
        words.append(_word(marks.last))  # nothing came after it: it is a syllable
    if not words or len(words) > WORDS_MAX:
        return None
    comma = 0 < marks.comma < len(words)
    if len(words) == 1 and not marks.born:
        words = _taken_apart(words[0])
    born = marks.born[0] if marks.born else None
    return Written(tuple(words), comma, marks.married and born is None, born)


def _skip_husband(signs: Iterator[str]) -> None:
    for sign in signs:
        if sign.casefold() != "of":
            return


@lru_cache(maxsize=10_000)
def _word(text: str) -> Word:
    bare = text.rstrip(".")
    dotted = text != bare
    upper = bare.isupper()
    pieces: list[Piece] = []
    for run in re.split("-+", bare if upper else _HUMP.sub("-", bare)):
        letters = plain(run).strip("'")
        if 1 < len(letters) <= _INITIALS_MAX and (upper or dotted) and not _is_syllables(letters):
            size = 1 if upper else len(letters)
            pieces.extend(
                Piece(letters[at : at + size], initial=True) for at in range(0, len(letters), size)
            )
        elif letters:
            pieces.append(Piece(letters, initial=len(letters) == 1))
    letters = "".join(piece.letters for piece in pieces)
    return Word(text, letters, tuple(pieces), capitals=len(bare) > 1 and upper, dotted=dotted)


def _taken_apart(word: Word) -> list[Word]:
    """The pieces of the only word as words, since one of them may be the family name."""
    return [Word(piece.letters, piece.letters, (piece,)) for piece in word.pieces]


def _is_syllables(letters: str) -> bool:
    """Whether the letters are one syllable or two."""
    if spelled(letters, Place(start=True, end=True)):
        return True
    return any(
        spelled(letters[:border], Place(start=True, end=False))
        and spelled(letters[border:], Place(start=False, end=True))
        for border in range(1, len(letters))
    )
