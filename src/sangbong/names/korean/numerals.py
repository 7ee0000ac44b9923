"""Numbers as Korean papers and people write them: figures, Hangul, Hanja, native words.

1. (M1) Figures, Hangul and Hanja are never mixed within one number.
2. (M2) Hangul and Hanja are read with their units (삼십일, 三十一, 參拾壹) or figure by figure
   (일구삼일, 一九三一); anything else is no number.
3. (M3) Registers wrote the long forms 壹 貳 參 拾, which cannot be altered by a stroke; they are
   the same numbers.

Source: Standard Korean Dictionary for the native numbers and days (하루 … 그믐; cafe.daum.net
_c21_ MnFK quotes its forms); the long forms of registers: general knowledge.
"""

from __future__ import annotations

_HANGUL = {"영": 0, "령": 0, "공": 0} | {c: n for n, c in enumerate("일이삼사오육칠팔구", 1)}
_HANGUL["륙"] = 6
_HANJA = dict.fromkeys("〇○零", 0) | {c: n for n, c in enumerate("一二三四五六七八九", 1)}
_HANJA |= {c: n for n, c in enumerate("壹貳參肆伍陸柒捌玖", 1)}
_HANJA |= {"壱": 1, "弌": 1, "弐": 2, "弍": 2, "参": 3, "弎": 3}
_UNITS = {"십": 10, "백": 100, "천": 1000}
_UNITS |= {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TWENTIES = {"廿": 20, "卄": 20, "卅": 30}
_DIGITS = _HANGUL | _HANJA

_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
_ONES_BEFORE = ("", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉")
_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_DAYS = ("하루", "이틀", "사흘", "나흘", "닷새", "엿새", "이레", "여드레", "아흐레")
_NAMED_DAYS = (
    *("하룻날", "이튿날", "사흗날", "나흗날", "닷샛날", "엿샛날", "이렛날"),
    *("여드렛날", "아흐렛날"),
)

HANGUL_FIGURES = "".join(_HANGUL) + "십백천"
HANJA_FIGURES = "".join(_HANJA) + "十拾百佰千仟廿卄卅"

NATIVE = {
    tens + ones: 10 * ten + one
    for ten, tens in enumerate(_TENS)
    for forms in (_ONES, _ONES_BEFORE)
    for one, ones in enumerate(forms)
    if ten or one
} | {"스무": 20, "백": 100}
"""Native numbers to 99, alone and before a noun, and the hundred."""

LAST_DAY = -1
"""그믐: the last day of its month, whichever number that has."""

DAY_WORDS = {
    before + word: tens + number
    for before, tens in (("초", 0), ("", 0), ("열", 10), ("스무", 20), ("스물", 20))
    for words in (_DAYS, _NAMED_DAYS)
    for number, word in enumerate(words, 1)
} | {
    "초열흘": 10,
    "초열흘날": 10,
    "열흘": 10,
    "열흘날": 10,
    "보름": 15,
    "보름날": 15,
    "스무날": 20,
    "서른날": 30,
    "그믐": LAST_DAY,
    "그믐날": LAST_DAY,
}
"""Days of the month by their native names."""


def number_of(text: str) -> int | None:
    """The number that a text writes in figures, Hangul or Hanja; None where it is none (M1, M2).

    A text of figures must be ASCII.
    """
    if text.isascii():
        return int(text) if text.isdecimal() else None
    known = _HANGUL if text[0] in HANGUL_FIGURES else _HANJA
    if not all(letter in known or letter in _UNITS or letter in _TWENTIES for letter in text):
        return None
    if any((letter in HANGUL_FIGURES) != (known is _HANGUL) for letter in text):
        return None
    if all(letter in known for letter in text):
        return int("".join(str(known[letter]) for letter in text))
    return _with_units(text)


def _with_units(text: str) -> int | None:
    total, pending, smallest = 0, 0, 10_000
    for letter in text:
        if letter in _DIGITS:
            if pending or not _DIGITS[letter]:
                return None
            pending = _DIGITS[letter]
            continue
        unit = 10 if letter in _TWENTIES else _UNITS[letter]
        if unit >= smallest or (pending and letter in _TWENTIES):
            return None
        total += _TWENTIES.get(letter) or (pending or 1) * unit
        pending, smallest = 0, unit
    return total + pending
