"""Ages as people say them: the number, the day it was said, and how years were counted.

1. (A1) An age says nothing without the day it was said on; both are kept, with the counting.
2. (A2) Counted in the Korean way a child is one at birth and a year older each New Year: the year
   difference and one. In the Western way (만) years are full ones. By the year (연 나이) it is the
   year difference. Where nobody says which, none is assumed.
3. (A3) Feasts of age are counted in the Korean way: 환갑 at 61, 팔순 at 80.

Source: the three ways, christiantoday.co.kr 348136 and bonhd.net 5998 (official papers of the South
count full years since 1962; families went on counting the other way); feasts of age: Standard
Korean Dictionary (general knowledge).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names.korean.numerals import HANGUL_FIGURES, HANJA_FIGURES, NATIVE, number_of
from sangbong.names.korean.written import compact

AGE_MAX = 130
"""No age is read above this: nobody has reached it."""
WRITTEN_MAX = 40
"""Characters of an age; longer texts are notes."""


class Counting(StrEnum):
    """How the years of an age were counted (A2)."""

    KOREAN = "korean"
    WESTERN = "western"
    YEAR = "year"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SaidAge:
    """An age as it was said (A1)."""

    as_written: str
    first: int
    last: int
    """The highest age meant: 89 where "in the eighties" was said, else as `first`."""
    said_on: date
    counting: Counting
    about: bool


_FIELD = {
    "": Counting.UNKNOWN,
    "모름": Counting.UNKNOWN,
    "unknown": Counting.UNKNOWN,
    "korean": Counting.KOREAN,
    "세는나이": Counting.KOREAN,
    "한국나이": Counting.KOREAN,
    "우리나이": Counting.KOREAN,
    "western": Counting.WESTERN,
    "만": Counting.WESTERN,
    "만나이": Counting.WESTERN,
    "year": Counting.YEAR,
    "연나이": Counting.YEAR,
}
_FEASTS = {
    "환갑": 61,
    "회갑": 61,
    "還甲": 61,
    "回甲": 61,
    "진갑": 62,
    "고희": 70,
    "칠순": 70,
    "희수": 77,
    "팔순": 80,
    "산수": 80,
    "미수": 88,
    "米壽": 88,
    "구순": 90,
    "졸수": 90,
    "백수": 99,
    "白壽": 99,
    "상수": 100,
}
_COUNTED = re.compile(
    r"\(?(?:(?P<korean>세는나이|한국나이|한국식나이|우리나이|집나이|당년|當年|korean(?:age)?|countedage)"
    r"|(?P<western>만나이|만|滿|westernage|western|full)"
    r"|(?P<year>연나이|年나이))(?:으로는|로는|으로|로)?:?\)?"
)
_ABOUT = re.compile(r"^(?:about|around|circa|ca?\.|약)|(?:경|쯤|무렵|정도|가량|추정)$|여(?=세|살)")
_AGE = re.compile(
    rf"(?:age|aged|나이|연세|향년|享年)?:?(?:(?P<number>[0-9]{{1,3}}|[{HANJA_FIGURES}]{{1,5}}"
    rf"|[{HANGUL_FIGURES}]{{1,6}}|{'|'.join(sorted(NATIVE, key=len, reverse=True))})"
    r"(?P<decade>대|s)?(?:세|살|歲|才)?(?:때)?(?:-?years?-?old|yearsofage|yrs?|y\.?o\.?)?"
    rf"|(?P<feast>{'|'.join(_FEASTS)}))\.?"
)


def parse_age(raw: str, *, said_on: date, counting: str = "", column: str) -> SaidAge:
    """This will read an age such as 88세, 만 87세, 우리 나이로 여든여덟, 80대, 약 90, 환갑, aged 88.

    Args:
        raw: the age as written, of at most `WRITTEN_MAX` characters.
        said_on: the day on which it was said or written.
        counting: what a field beside it says (korean, western, year, unknown, 세는 나이, 만, 연 나이).
        column: heading of the field, shown with a fault.

    Raises:
        SangbongError: `names.age_unreadable`, `names.age_impossible`, `names.counting_unknown` or
            `names.counting_contradicts`: the writer's fault.
    """
    place = Place(column=column)
    shown = raw.strip()
    field = _FIELD.get(compact(counting))
    if field is None:
        raise SangbongError("names.counting_unknown", place=place, raw=counting.strip()[:20])
    text, spoken = _take_counting(compact(shown) if len(shown) <= WRITTEN_MAX else "")
    rest = _ABOUT.sub("", text)
    found = _AGE.fullmatch(rest)
    first = _number(found) if found else None
    if found is None or first is None:
        raise SangbongError("names.age_unreadable", place=place, raw=shown[:WRITTEN_MAX])
    if found["feast"]:
        spoken = Counting.KOREAN
    if spoken and field not in {spoken, Counting.UNKNOWN}:
        raise SangbongError("names.counting_contradicts", place=place, raw=shown)
    counted = spoken or field
    last = first + 9 if found["decade"] else first
    newborn = first == 0 and counted is Counting.KOREAN  # one at birth (A2)
    if newborn or last > AGE_MAX or (found["decade"] and first % 10):
        raise SangbongError("names.age_impossible", place=place, raw=shown, limit=AGE_MAX)
    return SaidAge(shown, first, last, said_on, counted, rest != text)


def _take_counting(text: str) -> tuple[str, Counting | None]:
    found = _COUNTED.search(text)
    if found is None:
        return text, None
    counting = next(c for c in (Counting.KOREAN, Counting.WESTERN, Counting.YEAR) if found[c.value])
    return text[: found.start()] + text[found.end() :], counting


def _number(found: re.Match[str]) -> int | None:
    if found["feast"]:
        return _FEASTS[found["feast"]]
    return NATIVE.get(found["number"]) or number_of(found["number"])
