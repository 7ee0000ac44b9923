"""What happens to a name or a birthday between a mouth, a pen and a register.

Every function takes the true thing and a stream of chance, and gives a text that an office can
still *read*: damage makes people hard to find, it never makes a row unreadable (that is what
`lab.hostile` is for). Rates are stylised; the kinds are reported ones.

Source: practice of the rounds 2000-2018: lunar dates registered as if solar, years late by one to
three, registers burnt and rebuilt, counted ages, one clerk erring alike (legalinsight 62390;
sedaily 2GSPVXSH85; donga 20010225/7653829).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random
from typing import NamedTuple

from sangbong.lab.population.lives import LunarDay, lunar_day, lunar_exists
from sangbong.lab.population.tables import read_rows

EARLIEST_YEAR = 1904
"""Years before this are left out of papers: the registers refuse ages over 115 as slips."""

_S_BASE, _VOWELS, _FINALS = 0xAC00, 21, 28
_LIKE_INITIALS = ((0, 15), (3, 16), (7, 17), (12, 14), (9, 10), (0, 1), (2, 5), (11, 18))
_LIKE_VOWELS = ((1, 5), (4, 8), (0, 4), (6, 12), (13, 18), (2, 6), (10, 15), (8, 13))
_LIKE_FINALS = ((0, 4), (4, 21), (4, 16), (16, 21), (1, 17), (8, 4), (0, 21), (1, 24))
"""Letters written for one another, as places among initials, vowels and finals of a syllable."""
_HARD = {"g": "k", "b": "p", "d": "t"}
"""Kim and Pak, not Gim and Bak."""


class WrittenBirth(NamedTuple):
    """A birthday as it stands on paper, and what the calendar field beside it says."""

    text: str
    calendar: str


@dataclass(frozen=True, slots=True)
class Memory:
    """How one applicant remembers: errors of one person go together."""

    haze: float
    """0 remembers well, 1 remembers badly; scales every rate."""
    counted_years: int
    """Years by which every birthday is off, since ages were counted another way (0 for most)."""
    lunar: bool
    """Thinks of birthdays by the lunar calendar."""
    style: int
    """How days are written: 0 1931-03-05, 1 1931.3.5, 2 1931년 3월 5일."""
    marks: bool
    """Writes the calendar into the day, 음 1931.3.5, and leaves the field beside it blank."""


@dataclass(frozen=True, slots=True)
class Clerk:
    """How one county's clerk kept the register: neighbours err alike."""

    lunar_as_solar: float
    late: float
    writes_lunar: float
    year_only: float


def draw_memory(rng: Random) -> Memory:
    """One applicant's memory."""
    shift = rng.random()
    return Memory(
        haze=rng.random(),
        counted_years=-1 if shift < 0.06 else 1 if shift < 0.10 else 0,
        lunar=rng.random() < 0.62,
        style=rng.randrange(3),
        marks=rng.random() < 0.25,
    )


@cache
def clerk_of(county: int) -> Clerk:
    """The clerk of a county, the same in every world: a few counties are much worse."""
    bad = county * 7919 % 10
    return Clerk(
        lunar_as_solar=0.15 + 0.05 * bad,
        late=0.08 + 0.02 * bad,
        writes_lunar=0.04,
        year_only=0.02 + (0.10 if bad == 9 else 0.0),
    )


def jamo_error(name: str, rng: Random) -> str:
    """A Hangul name with one letter mistaken for a similar one: same length, never the same name."""
    at = rng.randrange(len(name))
    code = ord(name[at]) - _S_BASE
    if not 0 <= code < 11172:
        return name
    initial, rest = divmod(code, _VOWELS * _FINALS)
    vowel, final = divmod(rest, _FINALS)
    kind = rng.randrange(3)
    if kind == 0:
        initial = _mistaken(initial, _LIKE_INITIALS, rng)
    elif kind == 2 and final:
        final = _mistaken(final, _LIKE_FINALS, rng)
    changed = (initial * _VOWELS + vowel) * _FINALS + final
    if changed == code:
        changed = (initial * _VOWELS + _mistaken(vowel, _LIKE_VOWELS, rng)) * _FINALS + final
    return name[:at] + chr(_S_BASE + changed) + name[at + 1 :]


def _mistaken(letter: int, pairs: tuple[tuple[int, int], ...], rng: Random) -> int:
    likes = [b if a == letter else a for a, b in pairs if letter in (a, b)]
    if likes:
        return likes[rng.randrange(len(likes))]
    return 0 if letter else 4


def wrong_year(year: int, rng: Random) -> int:
    """A year off by one to three, mostly too late: births were registered after the winter."""
    off = (1, 1, 1, 2, 2, 3)[rng.randrange(6)]
    return year + off if rng.random() < 0.7 else year - off


def solar_text(day: date, style: int) -> str:
    """A day of the solar calendar as written."""
    return _text(day.year, day.month, day.day, leap=False, style=style)


def _text(year: int, month: int, day: int, *, leap: bool, style: int) -> str:
    if leap:
        return f"{year}.윤{month}.{day}"
    if style == 0:
        return f"{year}-{month:02}-{day:02}"
    if style == 1:
        return f"{year}.{month}.{day}"
    return f"{year}년 {month}월 {day}일"


def remembered_birth(rng: Random, born: date, memory: Memory) -> WrittenBirth:
    """A kin's birthday as an applicant tells it: often a year, sometimes a day, sometimes nothing."""
    chance = rng.random()
    year = born.year + memory.counted_years
    if rng.random() < 0.06 + 0.20 * memory.haze:
        year = wrong_year(year, rng)
    if year < EARLIEST_YEAR or chance < 0.02 + 0.06 * memory.haze:
        return WrittenBirth("", "")
    if chance < 0.30 + 0.25 * memory.haze:
        return WrittenBirth(str(year) if rng.random() < 0.6 else f"{year}년경", "")
    return _written_day(rng, born, year - born.year, memory)


def own_birth(rng: Random, born: date, memory: Memory) -> WrittenBirth:
    """The applicant's own birthday: nearly always a day, a year off where the papers were rebuilt."""
    off = wrong_year(born.year, rng) - born.year if rng.random() < 0.05 else 0
    return _written_day(rng, born, off, memory)


def _written_day(rng: Random, born: date, off: int, memory: Memory) -> WrittenBirth:
    if not memory.lunar:
        moved = _moved_solar(born, off)
        return WrittenBirth(
            solar_text(moved, memory.style), "양" if rng.random() < 0.85 else "모름"
        )
    lunar = _moved_lunar(lunar_day(born), off)
    text = _text(lunar.year, lunar.month, lunar.day, leap=lunar.leap, style=memory.style)
    if memory.marks:
        return WrittenBirth(f"음 {text}" if memory.style else f"{text}(음)", "")
    return WrittenBirth(text, "음" if lunar.leap or rng.random() < 0.9 else "모름")


def registered_birth(rng: Random, born: date, clerk: Clerk) -> WrittenBirth:
    """A birthday as it stands in a register rebuilt after the war."""
    off = 0
    if rng.random() < clerk.late:
        off = wrong_year(born.year, rng) - born.year
        if not EARLIEST_YEAR <= born.year + off <= 2010:
            off = 0
    chance = rng.random()
    if chance < clerk.year_only:
        return WrittenBirth(str(born.year + off), "")
    if chance < clerk.year_only + clerk.lunar_as_solar and born.year < 1960:
        lunar = lunar_day(born)
        as_solar = _solar_or_none(lunar.year + off, lunar.month, lunar.day)
        if as_solar is not None and as_solar.year >= EARLIEST_YEAR:
            return WrittenBirth(as_solar.isoformat(), "양")
    if chance > 1 - clerk.writes_lunar:
        lunar = _moved_lunar(lunar_day(born), off)
        if lunar.year >= EARLIEST_YEAR:
            text = _text(lunar.year, lunar.month, lunar.day, leap=lunar.leap, style=0)
            return WrittenBirth(text, "음")
    return WrittenBirth(_moved_solar(born, off).isoformat(), "양")


def _solar_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # a lunar 30th of February has no solar namesake
        return None


def _moved_solar(day: date, years: int) -> date:
    return _solar_or_none(day.year + years, day.month, day.day) or date(day.year + years, 2, 28)


def _moved_lunar(day: LunarDay, years: int) -> LunarDay:
    if not years:
        return day
    moved = LunarDay(day.year + years, day.month, day.day, leap=False)
    return moved if lunar_exists(moved) else LunarDay(moved.year, moved.month, 29, leap=False)


@cache
def _surname_spellings() -> dict[str, tuple[str, ...]]:
    return {
        row["south"]: tuple(row["variants"].split("|"))
        for row in read_rows("surname_romanizations.csv")
    }


def romanised(surname: str, given: str, rng: Random) -> str:
    """A name in Latin letters as a family abroad writes it: their own spelling, in either order."""
    spellings = _surname_spellings().get(surname) or (_romanised_word(surname, rng),)
    # the first spellings are the common ones
    last = spellings[min(rng.randrange(len(spellings)), rng.randrange(len(spellings)))]
    parts = [_romanised_word(syllable, rng) for syllable in given]
    form = rng.randrange(4)
    if form == 0:
        return f"{last.upper()} {' '.join(parts).upper()}"
    if form == 1:
        return f"{' '.join(parts)} {last}"
    if form == 2:
        return f"{'-'.join([parts[0], *(part.lower() for part in parts[1:])])} {last}"
    return f"{last} {' '.join(parts)}"


@cache
def _letters(part: str) -> tuple[tuple[str, ...], ...]:
    """The spellings of each initial, vowel or final, in the order of the code points."""
    return tuple(
        tuple(row["spellings"].split("|"))
        for row in read_rows("romanization_letters.csv")
        if row["part"] == part
    )


def _romanised_word(word: str, rng: Random) -> str:
    text = ""
    for syllable in word:
        code = ord(syllable) - _S_BASE
        initial, rest = divmod(code, _VOWELS * _FINALS)
        vowel, final = divmod(rest, _FINALS)
        first = _letters("initial")[initial][0]
        if first in _HARD and rng.random() < 0.6:
            first = _HARD[first]
        text += first + rng.choice(_letters("vowel")[vowel]) + _letters("final")[final][0]
    return text.capitalize()
