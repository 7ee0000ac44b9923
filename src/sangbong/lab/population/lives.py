"""Birthdays in both calendars, and how long people live on either side.

- Ages of 60 and over: central death rates of the UN (WPP 2019) by five-year age and period, for
  2015-2020 by single year of age; before 1995 those of 1995-2000.
- Ages under 60, the war (1950-53) and the hungry years (1995-98): stylised yearly rates, below.
- A lunar month is read from the almanac once: a leap month stands where a month would have to last
  more than 30 days.
"""

from __future__ import annotations

import math
from bisect import bisect
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import accumulate, pairwise
from random import Random

from korean_lunar_calendar import KoreanLunarCalendar

from sangbong.lab.population.tables import read_rows

ROLL_DATE = date(2018, 6, 24)
"""The day on which the roll of 2018 was frozen. Source: newspim 20180625000297."""

PARTED_YEAR = 1951
"""The last year of birth of anyone an applicant can have known before the line closed."""

_FIRST_LUNAR, _LAST_LUNAR = 1876, 2018
_YOUNG_RATE = {"M": 0.0030, "F": 0.0025}
_CHILD_RATE = 0.015
_MIDDLE_RATE = {"M": 0.0080, "F": 0.0055}
_WAR_RATE = {"M": 0.025, "F": 0.012}
_HUNGER_FACTOR = 1.4


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar."""

    year: int
    month: int
    day: int
    leap: bool


@cache
def _lunar_months() -> tuple[list[int], list[tuple[int, int, bool]]]:
    """First solar day (ordinal) of each lunar month, and which month it is."""
    almanac = KoreanLunarCalendar()

    def start(year: int, month: int, *, leap: bool = False) -> int:
        almanac.setLunarDate(year, month, 1, leap)
        return date(almanac.solarYear, almanac.solarMonth, almanac.solarDay).toordinal()

    plain = [
        (start(year, month), (year, month, False))
        for year in range(_FIRST_LUNAR, _LAST_LUNAR + 1)
        for month in range(1, 13)
    ]
    months = list(plain)
    for (first, (year, month, _)), (following, _) in pairwise(plain):
        if following - first > 30:
            months.append((start(year, month, leap=True), (year, month, True)))
    months.sort()
    return [first for first, _ in months], [month for _, month in months]


@cache
def _lunar_lengths() -> dict[tuple[int, int, bool], int]:
    starts, months = _lunar_months()
    return {
        month: following - first
        for month, (first, following) in zip(months, pairwise(starts), strict=False)
    }


def lunar_exists(day: LunarDay) -> bool:
    """Whether the lunar calendar has this day; known from 1876 to 2018."""
    length = _lunar_lengths().get((day.year, day.month, day.leap), 0)
    return 1 <= day.day <= length


def lunar_day(solar: date) -> LunarDay:
    """The lunar day of a solar day from 1877 to 2018."""
    starts, months = _lunar_months()
    ordinal = solar.toordinal()
    at = bisect(starts, ordinal) - 1
    year, month, leap = months[at]
    return LunarDay(year, month, ordinal - starts[at] + 1, leap)


@cache
def _rates(country: str, sex: str) -> tuple[dict[tuple[int, int], float], dict[int, float]]:
    """Yearly rates from 60 on: by (first year of the period, age band), and by age for 2015-2020."""
    by_period = {
        (int(row["period"][:4]), int(row["age_from"])): float(row["mx"])
        for row in read_rows("life_table_mx_wpp2019.csv")
        if row["country"] == country and row["sex"] == sex
    }
    single = {
        int(row["age"]): float(row["mx"])
        for row in read_rows("life_table_single_year_derived.csv")
        if row["country"] == country and row["sex"] == sex
    }
    return by_period, single


@cache
def yearly_rate(country: str, sex: str, age: int, year: int) -> float:
    """The rate of dying in one year of life, as a central rate."""
    if age < 60:
        rate = _CHILD_RATE if age < 5 else _YOUNG_RATE[sex] if age < 40 else _MIDDLE_RATE[sex]
        if country == "KOR":
            rate *= 0.6
        if 1950 <= year <= 1953:
            rate += _WAR_RATE[sex] if age >= 15 else _WAR_RATE["F"] / 2
    else:
        by_period, single = _rates(country, sex)
        if year >= 2015:
            rate = single[min(age, 110)]
        else:
            period = max(1995, year - year % 5)
            rate = by_period[period, min(age - age % 5, 100)]
    if country == "PRK" and 1995 <= year <= 1998:
        rate *= _HUNGER_FACTOR
    return rate


@cache
def _dying(country: str, sex: str, birth_year: int, alive_in: int) -> tuple[list[float], int]:
    """Probability of having died by the end of each year, from the year of being seen alive."""
    first = max(birth_year, alive_in)
    chances, alive = [], 1.0
    for year in range(first, ROLL_DATE.year + 1):
        rate = yearly_rate(country, sex, year - birth_year, year)
        if year == ROLL_DATE.year:
            rate *= 0.48  # to the middle of the year
        dies = alive * (1.0 - math.exp(-rate))
        chances.append(dies)
        alive -= dies
    return list(accumulate(chances)), first


def draw_death(rng: Random, *, country: str, sex: str, born: date, alive_in: int) -> date | None:
    """The day of death before the roll was frozen; None for those then alive.

    Args:
        rng: the world's stream.
        country: KOR or PRK, whose rates apply.
        sex: M or F.
        born: the day of birth.
        alive_in: a year in which the person is known to have lived.
    """
    steps, first = _dying(country, sex, born.year, alive_in)
    chance = rng.random()
    if chance >= steps[-1]:
        return None
    year = first + bisect(steps, chance)
    low = date(year, 1, 1).toordinal()
    high = (ROLL_DATE if year == ROLL_DATE.year else date(year, 12, 31)).toordinal()
    low = max(low, born.toordinal() + 1)
    return date.fromordinal(rng.randint(low, max(low, high)))


def draw_day(
    rng: Random, *, country: str, sex: str, born: date, seen: date, until: date
) -> date | None:
    """The day of death between two days not more than some years apart; None if still alive.

    Args:
        rng: the world's stream.
        country: KOR or PRK.
        sex: M or F.
        born: the day of birth.
        seen: the last day on which the person is known to have lived.
        until: the day up to which is asked.
    """
    age = max(seen.year - born.year, 0)
    rate = yearly_rate(country, sex, age, max(seen.year, 2012))
    waited = -math.log(1.0 - rng.random()) / rate * 365.25
    if waited >= (until - seen).days:
        return None
    return date.fromordinal(seen.toordinal() + 1 + int(waited))


def draw_birthday(rng: Random, *, year: int) -> date:
    """A solar day of a year, each of its first 365 as likely."""
    return date.fromordinal(date(year, 1, 1).toordinal() + rng.randrange(365))
