"""Names as they were given: by birth year and sex, with the generation syllable of brothers.

- The printed top names of a year are drawn at their printed counts over a stylised number of births.
- The rest is composed from two syllables, weighted by place in the name and by era (stylised: no
  cohort frequencies before 1945 are public). Women's names in -자 follow the years of colonial rule.
- Sons of one father mostly share a syllable, first or last by turns with each generation; daughters
  seldom do.
- A syllable is kept in its Northern form, which is the form of the character; the Southern form
  follows by the initial-sound rule. The other direction would not be a function.

Source: lab/data/given_names_by_year.csv, given_syllables.csv, given_name_eras.csv, house_names.csv;
the rule: Hangul orthography of 1988, articles 10 to 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from random import Random

from sangbong.lab.population.tables import Surname, Weighted, read_rows, surnames

_S_BASE, _VOWELS, _FINALS = 0xAC00, 21, 28
_NIEUN, _RIEUL, _IEUNG = 2, 5, 11
_NIEUN_FINAL = 4
_I_LIKE = frozenset({2, 3, 6, 7, 12, 17, 20})
"""ㅑ ㅒ ㅕ ㅖ ㅛ ㅠ ㅣ: before these ㄴ and ㄹ fall silent at the start of a word."""

Given = tuple[int, ...]
"""A given name: places in the table of syllables."""


@dataclass(frozen=True, slots=True)
class Syllable:
    """One syllable of given names, by its character."""

    hanja: str
    north: str
    era: str


@dataclass(frozen=True, slots=True)
class Generation:
    """The syllable that brothers share, and whether it stands first."""

    syllable: int
    first: bool


def southern_initial(syllable: str) -> str:
    """A syllable as the South writes it at the start of a word (리 → 이, 로 → 노, 녀 → 여)."""
    code = ord(syllable) - _S_BASE
    initial, rest = divmod(code, _VOWELS * _FINALS)
    vowel = rest // _FINALS
    if initial == _RIEUL:
        initial = _IEUNG if vowel in _I_LIKE else _NIEUN
    elif initial == _NIEUN and vowel in _I_LIKE:
        initial = _IEUNG
    return chr(_S_BASE + initial * _VOWELS * _FINALS + rest)


def southern_inside(syllable: str, before: str) -> str:
    """A syllable as the South writes it inside a word: only 렬 and 률 change, after a vowel or ㄴ."""
    final = (ord(before) - _S_BASE) % _FINALS
    if syllable in {"렬", "률"} and final in {0, _NIEUN_FINAL}:
        return southern_initial(syllable)
    return syllable


@cache
def syllables() -> tuple[Syllable, ...]:
    """Every syllable of the table, in the order of the file."""
    return tuple(
        Syllable(row["hanja"], row["north"], row["era"]) for row in read_rows("given_syllables.csv")
    )


@cache
def north_given(given: Given) -> str:
    """A given name in Northern spelling."""
    return "".join(syllables()[at].north for at in given)


@cache
def south_given(given: Given) -> str:
    """A given name in Southern spelling."""
    text = ""
    for at in given:
        north = syllables()[at].north
        text += southern_inside(north, text[-1]) if text else southern_initial(north)
    return text


def hanja_given(given: Given) -> str:
    """A given name in characters."""
    return "".join(syllables()[at].hanja for at in given)


@dataclass(frozen=True, slots=True)
class _Era:
    ja: float
    old: float
    new: float
    births: float


@cache
def _era(year: int) -> _Era:
    """Factors of a birth year, drawn straight between the years of the table."""
    rows = [[float(value) for value in list(row.values())[:5]] for row in read_eras()]
    if year <= rows[0][0]:
        return _Era(*rows[0][1:])
    for low, high in pairwise(rows):
        if year <= high[0]:
            part = (year - low[0]) / (high[0] - low[0])
            return _Era(*(a + (b - a) * part for a, b in zip(low[1:], high[1:], strict=True)))
    return _Era(*rows[-1][1:])


@cache
def read_eras() -> tuple[dict[str, str], ...]:
    """The table of eras as it stands in the file."""
    return tuple(read_rows("given_name_eras.csv"))


@cache
def published_shares(year: int, sex: str) -> dict[str, float]:
    """Share of each printed top name among the births of the printed year nearest to a year.

    Where only the rank is printed, the count falls by a tenth a rank (stylised). Before 1945 names
    in -자 fade with the era.
    """
    printed: dict[int, list[tuple[str, int | None]]] = {}
    for row in read_rows("given_names_by_year.csv"):
        if row["sex"] == sex and row["birth_year"].isdigit():
            persons = int(row["persons"]) if row["persons"] else None
            printed.setdefault(int(row["birth_year"]), []).append((row["hangul"], persons))
    nearest = min(sorted(printed), key=lambda known: abs(known - year))
    births = _era(nearest).births
    shares: dict[str, float] = {}
    count = births * (0.0035 if sex == "M" else 0.022)  # a first rank without a count
    for name, persons in printed[nearest]:
        count = float(persons) if persons is not None else count * 0.9
        fade = _era(year).ja / _era(nearest).ja if name.endswith("자") and _era(nearest).ja else 1.0
        shares[name] = count / births * max(min(fade, 1.0), 1e-6)
    return shares


@cache
def _weights(column: str) -> tuple[float, ...]:
    return tuple(float(row[column]) for row in read_rows("given_syllables.csv"))


def _era_weights(column: str, year: int) -> list[float]:
    era = _era(year)
    factor = {"": 1.0, "old": era.old, "new": era.new, "ja": 0.0}
    return [weight * factor[s.era] for weight, s in zip(_weights(column), syllables(), strict=True)]


@cache
def _by_southern_reading() -> dict[str, int]:
    table: dict[str, int] = {}
    for at, syllable in enumerate(syllables()):
        table.setdefault(syllable.north, at)
        table.setdefault(southern_initial(syllable.north), at)
    return table


@cache
def _printed(year: int, sex: str) -> tuple[float, Weighted[Given]]:
    """How often a printed name is given, and which."""
    table = _by_southern_reading()
    shares = {
        tuple(table[syllable] for syllable in name): share
        for name, share in published_shares(year, sex).items()
        if all(syllable in table for syllable in name)
    }
    return sum(shares.values()), Weighted(list(shares), list(shares.values()))


@cache
def _firsts(year: int, sex: str) -> Weighted[int]:
    column = "man_first" if sex == "M" else "woman_first"
    return Weighted(range(len(syllables())), _era_weights(column, year))


@cache
def _lasts(year: int, sex: str) -> Weighted[int]:
    column = "man_last" if sex == "M" else "woman_last"
    return Weighted(range(len(syllables())), _era_weights(column, year))


@cache
def _ja() -> int:
    return _by_southern_reading()["자"]


def draw_generation(rng: Random, *, first: bool) -> Generation:
    """The shared syllable of one generation of a family."""
    pool = _firsts(1930, "M") if first else _lasts(1930, "M")
    return Generation(pool.draw(rng), first)


def draw_given(rng: Random, *, sex: str, year: int, generation: Generation | None) -> Given:
    """A given name of two syllables, seldom of one."""
    decade = year - year % 5
    chance = rng.random()
    if generation is not None and chance < (0.72 if sex == "M" else 0.18):
        other = _lasts(decade, sex) if generation.first else _firsts(decade, sex)
        for _ in range(4):
            free = other.draw(rng)
            if syllables()[free].north != syllables()[generation.syllable].north:
                break
        return (generation.syllable, free) if generation.first else (free, generation.syllable)
    printed, names = _printed(decade, sex)
    chance = rng.random()
    if chance < printed:
        return names.draw(rng)
    if chance > 0.978:
        return (_firsts(decade, sex).draw(rng),)
    first = _firsts(decade, sex).draw(rng)
    if sex == "F" and rng.random() < _tail_ja(decade):
        return (first, _ja())
    for _ in range(4):
        last = _lasts(decade, sex).draw(rng)
        if syllables()[last].north != syllables()[first].north:
            break
    return (first, last)


@cache
def _tail_ja(year: int) -> float:
    """Share of -자 among composed names, so that printed and composed together reach the era's."""
    in_printed = sum(
        share for name, share in published_shares(year, "F").items() if name.endswith("자")
    )
    return max(0.0, _era(year).ja - in_printed)


@cache
def _house_names(sex: str) -> tuple[str, ...]:
    return tuple(row["name"] for row in read_rows("house_names.csv") if row["sex"] == sex)


def draw_house_name(
    rng: Random, *, sex: str, year: int, given: Given, generation: Generation | None
) -> str:
    """What the child was called at home.

    Half are pet names; half are grown names that never entered the register, such as one with the
    generation syllable that the registered name lacks (the case of a brother found in 2018).
    """
    if rng.random() < 0.5:
        return rng.choice(_house_names(sex))
    for _ in range(4):
        other = draw_given(rng, sex=sex, year=year, generation=generation)
        if other != given:
            return south_given(other)
    return rng.choice(_house_names(sex))


def draw_surname(rng: Random) -> Surname:
    """A surname by its share in the census."""
    return surnames().draw(rng)
