"""Ways of naming a year: eras, the cycle of sixty, the twelve animals.

1. (E1) A year of an era is a year of the Western count: the era's number of years before its
   first, added. A year or a day outside the era is refused, never moved.
2. (E2) On the day an era changes both names stand: a day is within an era from its first to its
   last day, both counted.
3. (E3) A year of the cycle of sixty returns; it stands for every year of that name between
   `CYCLE_FIRST` and `CYCLE_LAST`, and an animal for every twelfth.
4. (E4) These names are of lunar years: they begin at the lunar New Year, not on 1 January.

Source: `data/eras.csv`, each row with its own; the cycle: 4 AD is 甲子; that its years are lunar
ones: Korea Astronomy and Space Science Institute, quoted at cafe.daum.net _c21_ OiXl 4246.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from sangbong.names.korean.tables import rows

CYCLE_FIRST = 1880
CYCLE_LAST = 1960
"""Years that people whose birth is named by the cycle were born in. Our convention: the oldest
person sought in 2000-2018 was born after 1880, and later births have a number."""

_STEMS = ("갑을병정무기경신임계", "甲乙丙丁戊己庚辛壬癸")
_BRANCHES = ("자축인묘진사오미신유술해", "子丑寅卯辰巳午未申酉戌亥")
STEMS = "".join(_STEMS)
BRANCHES = "".join(_BRANCHES)
_ANIMALS = (
    "쥐",
    "소",
    "범 호랑이 호",
    "토끼",
    "용 룡",
    "뱀",
    "말",
    "양 염소",
    "원숭이 잔나비",
    "닭",
    "개",
    "돼지",
)
_ENGLISH_ANIMALS = (
    "rat mouse",
    "ox cow",
    "tiger",
    "rabbit",
    "dragon",
    "snake",
    "horse",
    "sheep goat ram",
    "monkey",
    "rooster chicken",
    "dog",
    "pig boar",
)
ANIMALS = {word: n for n, words in enumerate(_ANIMALS) for word in words.split()}
ENGLISH_ANIMALS = {word: n for n, words in enumerate(_ENGLISH_ANIMALS) for word in words.split()}


@dataclass(frozen=True, slots=True)
class Era:
    """A count of years with a name."""

    code: str
    forms: tuple[str, ...]
    """Every way its name is written, in lower case."""
    year_before_first: int
    first_day: date | None
    last_day: date | None
    short_from: int
    """What two figures are added to: 4200 where 63 is said for 4263; else 0."""
    source: str

    def year_of(self, number: int) -> int | None:
        """The Western year of the era's year of this number; None outside the era (E1)."""
        if number < 1:
            return None
        short = self.short_from if number < 100 else 0
        year = self.year_before_first + short + number
        if not 1 <= year <= 9999:
            return None
        return None if self.last_day and year > self.last_day.year else year

    def number_of(self, year: int) -> int | None:
        """The era's number of a Western year; None outside the era (E1)."""
        number = year - self.year_before_first
        return number if self.year_of(number) == year else None

    def meets(self, first: date, last: date) -> bool:
        """Whether any day from the first to the last lies within the era (E2)."""
        began = self.first_day is None or last >= self.first_day
        return began and (self.last_day is None or first <= self.last_day)


@cache
def eras() -> dict[str, Era]:
    """Every era by each way its name is written."""
    return {form: era for era in _eras() for form in era.forms}


@cache
def _eras() -> tuple[Era, ...]:
    return tuple(
        Era(
            code=row["code"],
            forms=tuple(row["forms"].split("|")),
            year_before_first=int(row["year_before_first"]),
            first_day=date.fromisoformat(row["first_day"]) if row["first_day"] else None,
            last_day=date.fromisoformat(row["last_day"]) if row["last_day"] else None,
            short_from=int(row["short_from"] or 0),
            source=row["source"],
        )
        for row in rows("eras")
    )


def cycle_years(stem: str, branch: str) -> tuple[int, ...]:
    """The years of a name of the cycle of sixty, in order; none where there is no such name (E3).

    Args:
        stem: the first letter, in Hangul or Hanja.
        branch: the second letter, in Hangul or Hanja.
    """
    stems = [n for letters in _STEMS for n, letter in enumerate(letters) if letter == stem]
    branches = _branch_numbers(branch)
    return tuple(
        year
        for year in range(CYCLE_FIRST, CYCLE_LAST + 1)
        if (year - 4) % 10 in stems and (year - 4) % 12 in branches
    )


def cycle_name(year: int) -> str:
    """The name of a lunar year in the cycle of sixty, in Hangul, such as 경오 for 1930."""
    return _STEMS[0][(year - 4) % 10] + _BRANCHES[0][(year - 4) % 12]


def branch_years(branch: str) -> tuple[int, ...]:
    """The years of one of the twelve branches, such as 午 (E3)."""
    return _every_twelfth(set(_branch_numbers(branch)))


def animal_years(animal: str) -> tuple[int, ...]:
    """The years of an animal, such as 말 or horse (E3)."""
    number = ANIMALS.get(animal, ENGLISH_ANIMALS.get(animal))
    return _every_twelfth({number})


def _branch_numbers(branch: str) -> list[int]:
    return [n for letters in _BRANCHES for n, letter in enumerate(letters) if letter == branch]


def _every_twelfth(numbers: set[int | None]) -> tuple[int, ...]:
    years = range(CYCLE_FIRST, CYCLE_LAST + 1)
    return tuple(year for year in years if (year - 4) % 12 in numbers)
