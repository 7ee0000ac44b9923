"""How common a family name is, and a syllable of a given name: what an agreement is worth (T3).

1. (Q1) Shares of family names are the South's census of 2015, by folded form: 유 and 류 are one, as
   are 나 and 라. No count was ever published for the North.
2. (Q2) Shares of given names go by syllable, place in the name, sex and decade of birth: the
   counted names at the head of the registers, and a hand-weighted list of syllables for the rest.
   Women's names in -자 are the mark of the thirties and forties.
3. (Q3) What no table holds has a floor, so that no agreement weighs without bound.

Source: surnames_kr_2015_by_hangul.csv, surnames_kr_2015_more.csv, given_names_by_year.csv and
given_syllables.csv (general knowledge), each row with its own source.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from math import fsum

from sangbong.names.korean.spelling import fold_word
from sangbong.names.korean.tables import rows

CENSUS_2015 = 49_705_663
"""Persons counted, foreigners left out. Source: the census of 2015, as surnames_kr_2015.csv."""

FAMILY_SHARE_MIN = 1e-5
"""Floor for a family name of no table: some 500 persons. 153 names hold 99.8 % of the people, and
5,400 the rest (asiae 2016090708573546435)."""

GIVEN_SHARE_MIN = 1e-4
"""Floor for a syllable of no table. Some two hundred of them make up perhaps 2 % of the names."""

_PERIODS = (1900, 1930, 1950, 1970)
_BIRTHS = {1940: 270_000, 1950: 480_000, 1960: 500_000, 1970: 410_000}
"""Children of one sex born in a year of that decade (general knowledge, NOT verified)."""

_FALL = {"M": 0.25, "F": 0.1}
"""A name of rank r has r^-fall of the first one's bearers where no count was published; fitted on
the counts of 1945 and 1975."""

_SEXES = ("M", "F")
_POSITIONS = ("first", "last")
_DECADES_SOUGHT = {1910: 0.1, 1920: 0.2, 1930: 0.3, 1940: 0.2, 1950: 0.1, 1970: 0.1}
"""Whom an office seeks when it does not know the decade (general knowledge)."""


def family_share(form: str) -> float:
    """The share of people with this family name, folded or not; at least `FAMILY_SHARE_MIN`."""
    return _families().get(fold_word(form), FAMILY_SHARE_MIN)


def known_families() -> Mapping[str, float]:
    """Every folded family name of the tables with its share, the commonest first."""
    return _families()


@lru_cache(maxsize=50_000)
def given_share(form: str, position: int, *, sex: str = "", decade: int | None = None) -> float:
    """The share of given names with this folded syllable at this place: rule Q2.

    Args:
        form: one folded syllable.
        position: 0 for the first syllable, 1 for the last or any later one.
        sex: `M`, `F`, or empty where it is not known.
        decade: first year of the decade of birth, such as 1930, or None.

    Returns:
        At least `GIVEN_SHARE_MIN`, at most 1.
    """
    sexes = (sex,) if sex in _SEXES else _SEXES
    decades = _DECADES_SOUGHT if decade is None else {decade: 1.0}
    place = min(position, 1)
    share = fsum(
        weight * _syllables(place, each, when).get(form, 0.0) / len(sexes)
        for each in sexes
        for when, weight in decades.items()
    )
    return max(share, GIVEN_SHARE_MIN)


def known_syllables(position: int) -> frozenset[str]:
    """Every folded syllable that the tables know at this place of a given name."""
    return frozenset(form for sex in _SEXES for form in _syllables(min(position, 1), sex, 1940))


@cache
def _families() -> dict[str, float]:
    counts: dict[str, float] = {}
    for row in (*rows("surnames_kr_2015_by_hangul"), *rows("surnames_kr_2015_more")):
        form = fold_word(row["hangul"])
        counts[form] = counts.get(form, 0.0) + float(row["persons_2015"]) / CENSUS_2015
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


@cache
def _syllables(position: int, sex: str, decade: int) -> dict[str, float]:
    """Share of every known syllable; the counted names first, the list for what they leave."""
    counted = _counted(sex, decade)
    rest = 1.0 - fsum(counted.values())
    shares = {form: rest * share for form, share in _listed(position, sex, decade).items()}
    for name, share in counted.items():
        form = name[position]
        shares[form] = shares.get(form, 0.0) + share
    return shares


@cache
def _listed(position: int, sex: str, decade: int) -> dict[str, float]:
    period = max((start for start in _PERIODS if start <= decade), default=_PERIODS[0])
    weights: dict[str, float] = {}
    for row in rows("given_syllables"):
        if row["position"] == _POSITIONS[position] and row["sex"] == sex:
            form = fold_word(row["syllable"]) if position == 0 else row["syllable"]
            weights[form] = weights.get(form, 0.0) + float(row[f"from_{period}"])
    total = fsum(weights.values())
    return {form: weight / total for form, weight in weights.items()}


@cache
def _counted(sex: str, decade: int) -> dict[str, float]:
    """The share of whole names at the head of the registers, the mean of the decade's years."""
    years = sorted(
        {
            row["birth_year"]
            for row in rows("given_names_by_year")
            if row["birth_year"].isdecimal() and int(row["birth_year"]) // 10 * 10 == decade
        }
    )
    shares: dict[str, float] = {}
    for year in years:
        for name, bearers in _bearers(year, sex):
            shares[name] = shares.get(name, 0.0) + bearers / _BIRTHS[decade] / len(years)
    return shares


def _bearers(year: str, sex: str) -> Iterable[tuple[str, float]]:
    listed = [
        row
        for row in rows("given_names_by_year")
        if row["birth_year"] == year and row["sex"] == sex
    ]
    first = next((float(row["persons"]) for row in listed if row["persons"]), _first_of(sex))
    for row in listed:
        yield row["hangul"], float(row["persons"] or first * int(row["rank"]) ** -_FALL[sex])


@cache
def _first_of(sex: str) -> float:
    """Bearers of a first name in the years that printed none: the mean of those that did."""
    printed = [
        float(row["persons"])
        for row in rows("given_names_by_year")
        if row["sex"] == sex and row["rank"] == "1" and row["persons"]
    ]
    return fsum(printed) / len(printed)
