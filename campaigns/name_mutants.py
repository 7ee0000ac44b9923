"""Names, dates, places and kin words as the world writes them, and as it should not."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable
from functools import cache

HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202d"
    "\u202e\u2060\u2061\u2066\u2067\u2069\u206a\u3164\ufe00\ufe0f\ufeff\uffa0\ufff9\x00\x07\x1b\x7f"
    "\x85\U000e0001\U000e0041\U000e007f\U000e0100\U0001bca0\U0001d173"
)
"""Characters that cannot be seen: fillers, joiners, bidi marks, tags, selectors, controls."""
MEANINGLESS = "\ue000\uf8ff\ufdd0\ufffd\uffff\U000f0000\U0010fffd\U0010ffff\U0001fffe\ud800\udfff"
"""Private use, never assigned, lone halves of a pair."""
ODD = (
    "\u1100\u1161\u11a8\u3131\u314f\uffa1\u302e\u302f\ua960\ud7b0\uf900\uf90a\ufa0b\U0002f800\U00020000"
    "\u4e00\u91d1\u9fff\u3005\u3007\u30a2\u0301\u0327\u20dd\u0e33\u0130\u0131\u00df\u017f\ufb01\uff11"
    "\u0661\u0967\u00bd\u2460\u2160\u33a1\u00a0\u3000\u2003\u202f\u2010\u2212\uff0d\u30fb\u00b7|/()[]（）,.;:'\"`"
    "=+@-\t\n0123456789\U0001f468\U0001d7d8\ufffc\u05d0\u0639"
)
SEPARATORS = (
    " ",
    "  ",
    ", ",
    "/",
    "(",
    ")",
    "-",
    ".",
    "·",
    "년",
    "월",
    "일",
    "~",
    " or ",
    "경",
    "윤",
)

NAMES = (
    "이영희",
    "리영희",
    "선우 진",
    "남궁옥분",
    "李英姬",
    "金順玉",
    "이영희(李英姬)",
    "이영희 / 아명 복순",
    "Rhee Young-hi",
    "KIM, Soon Ok",
    "Y. H. Lee",
    "Pak Sun-ok (Mrs. Smith)",
    "金本 花子",
    "가네모토 하나코",
    "Ким Ен-Хи",
    "Цой Сун Ок",
    "Maria van der Olm",
    "Quist, Jürgen-Łukasz",
    "Anna Quist née O'Olmedal",
    "José García López",
    "열길률",
    "ㅇㅇㅇ",
)
DATES = (
    "1931-03-05",
    "19310305",
    "1931년 3월 5일",
    "음 1931.윤5.5",
    "(음력) 1931. 5. 5.",
    "about 1931",
    "1931년경",
    "단기 4264년 정월 초하루",
    "주체20(1931)년 3월 5일",
    "쇼와 6년 3월",
    "昭和六年三月五日",
    "신미년 동짓달",
    "5 March 1931",
    "March 5, 1931",
    "5/3/1931",
    "c. 1931",
    "3/1931",
    "1931",
    "",
)
CALENDARS = ("", "음", "양력", "모름", "lunar", "solar", "gregorian")
ADDRESSES = (
    "황해도 봉산군 사리원읍",
    "평안남도 평양부 신창리 12",
    "황해북도 은파군",
    "서울특별시 종로구",
    "Pongsan, Hwanghae-do",
    "黃海道 鳳山郡",
    "12 Mill Lane, Nørhavn",
    "near St. Aubrin (old quay)",
    "강원도 고성군",
)
KIN = ("외할머니의 동생", "nephew, niece", "이복 형제", "mother-in-law", "형님")

_LONG_MAX = 20_000


@cache
def samples(kind: str) -> tuple[str, ...]:
    """Good examples of a kind, those of the tables of both traditions among them."""
    from sangbong.names.kin import kin_terms
    from sangbong.names.latin.kin import kin_terms as latin_kin_terms
    from sangbong.names.latin.places import towns
    from sangbong.names.places import counties_1945

    if kind == "kin":
        return (*KIN, *(t.term for t in kin_terms()), *(t.english for t in latin_kin_terms()))
    if kind == "place":
        return (*ADDRESSES, *towns(), *(county.key for county in counties_1945()))
    return NAMES if kind == "name" else DATES


class Mutator:
    """Draws writings of one kind, altered in none to five ways."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self._ways: tuple[Callable[[str], str], ...] = (
            self._put_in,
            self._put_in,
            self._cut,
            self._doubled,
            self._swapped,
            self._other_letter,
            self._other_form,
            self._spliced,
            self._flooded,
            self._lengthened,
            self._framed,
            self._figures,
        )

    def draw(self, kind: str) -> str:
        """One writing, at most a few tens of thousands of characters long."""
        text = self.dice.choice(samples(kind))
        for _ in range(self.dice.choice((0, 1, 1, 1, 2, 2, 3, 5))):
            text = self.dice.choice(self._ways)(text)[: 2 * _LONG_MAX]
        return text

    def _at(self, text: str) -> int:
        return self.dice.randint(0, len(text))

    def _put_in(self, text: str) -> str:
        """A character from the drawers of trouble, or any at all."""
        drawer = self.dice.choice((HIDDEN, HIDDEN, MEANINGLESS, ODD, ODD, SEPARATORS, ""))
        new = self.dice.choice(drawer) if drawer else chr(self.dice.randrange(0x110000))
        at = self._at(text)
        return text[:at] + new + text[at:]

    def _cut(self, text: str) -> str:
        at = self._at(text)
        return text[:at] + text[at + self.dice.randint(1, 3) :]

    def _doubled(self, text: str) -> str:
        at = self._at(text)
        return text[:at] + text[at : at + 3] * self.dice.choice((2, 2, 3, 40)) + text[at + 3 :]

    def _swapped(self, text: str) -> str:
        letters = list(text)
        self.dice.shuffle(letters)
        return "".join(letters)

    def _other_letter(self, text: str) -> str:
        """One letter replaced by a neighbor in the code, or by the same in the other case."""
        if not text:
            return text
        at = self.dice.randrange(len(text))
        point = ord(text[at]) + self.dice.choice((-588, -28, -1, 1, 28, 588))
        new = chr(point) if 0 < point < 0x110000 else text[at].swapcase()
        return text[:at] + new + text[at + 1 :]

    def _other_form(self, text: str) -> str:
        form = self.dice.choice(("NFC", "NFD", "NFKC", "NFKD"))
        return unicodedata.normalize(form, text)  # type: ignore[arg-type]

    def _spliced(self, text: str) -> str:
        other = self.dice.choice(samples(self.dice.choice(("name", "date", "place", "kin"))))
        joined = self.dice.choice(SEPARATORS).join((text, other))
        return joined if self.dice.random() < 0.5 else text[: self._at(text)] + other

    def _flooded(self, text: str) -> str:
        """Many marks over one letter."""
        at = self._at(text)
        mark = self.dice.choice("\u0301\u0323\u20dd\u302e\u0e33\u1161\u11a8")
        return text[:at] + mark * self.dice.choice((1, 5, 60, 400)) + text[at:]

    def _lengthened(self, text: str) -> str:
        times = self.dice.choice((2, 5, 30, 1_000))
        return (text * times)[: self.dice.choice((99, 101, 500, _LONG_MAX))]

    def _framed(self, text: str) -> str:
        first, last = self.dice.choice(("()", "（）", "[]", "((", "))", '""', " \t", "\n\n", "=)"))
        return first + text + last

    def _figures(self, text: str) -> str:
        """Figures become other figures, or those of another script."""
        zero = self.dice.choice((0x30, 0x660, 0x966, 0xFF10, 0x1D7D8))
        return "".join(
            chr(zero + self.dice.randrange(10)) if c.isdigit() and self.dice.random() < 0.5 else c
            for c in text
        )
