"""How much an agreement or a difference says, in thousandths of a bit (millibits).

Weight = log2(m / u). m, how often the level is met in records of one and the same person, stands in
the table below; u, how often it is met by chance, is counted in the register itself.

Source: Fellegi and Sunter, "A Theory for Record Linkage", JASA 64 (1969). The m values are our own
first statement: no truth about real Korean records is public. A later issue estimates them from
the comparisons themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from math import log2

MILLIBITS = 1000


class Item(StrEnum):
    """What of the two records is compared."""

    REGISTER = "register"
    NAME = "name"
    SEX = "sex"
    BIRTH = "birth"
    PLACE = "place"
    FATHER = "father"
    MOTHER = "mother"
    HOUSEHOLD = "household"
    SIBLING = "sibling"


class Level(StrEnum):
    """How far two values agree."""

    PRIOR = "prior"
    MISSING = "missing"
    EXACT = "exact"
    OTHER_FORM = "other_form"
    """A house or former name on either side."""
    ONE_LETTER = "one_letter"
    READING = "reading"
    """A name in Latin letters that can be read as the name sought."""
    GIVEN_ONLY = "given_only"
    SURNAME_ONLY = "surname_only"
    SAME_DAY = "same_day"
    OTHER_CALENDAR = "other_calendar"
    """Lunar numerals held for solar ones, or the other way."""
    SAME_DAY_OTHER_YEAR = "same_day_other_year"
    SAME_YEAR = "same_year"
    YEAR_OFF_1 = "year_off_1"
    YEAR_OFF_3 = "year_off_3"
    BIRTH_COUNTY = "birth_county"
    RESIDENCE_COUNTY = "residence_county"
    PROVINCE = "province"
    SHARED = "shared"
    NOT_EXCLUDED = "not_excluded"
    """The record may as well be of a brother or sister of the person sought."""
    DIFFERENT = "different"


M_PER_MILLE: dict[tuple[Item, Level], int] = {
    (Item.NAME, Level.EXACT): 640,
    (Item.NAME, Level.OTHER_FORM): 90,
    (Item.NAME, Level.ONE_LETTER): 120,
    (Item.NAME, Level.READING): 30,
    (Item.NAME, Level.GIVEN_ONLY): 15,
    (Item.NAME, Level.SURNAME_ONLY): 95,
    (Item.NAME, Level.DIFFERENT): 10,
    (Item.SEX, Level.EXACT): 995,
    (Item.SEX, Level.DIFFERENT): 5,
    (Item.BIRTH, Level.SAME_DAY): 480,
    (Item.BIRTH, Level.OTHER_CALENDAR): 140,
    (Item.BIRTH, Level.SAME_DAY_OTHER_YEAR): 190,
    (Item.BIRTH, Level.SAME_YEAR): 80,
    (Item.BIRTH, Level.YEAR_OFF_1): 50,
    (Item.BIRTH, Level.YEAR_OFF_3): 40,
    (Item.BIRTH, Level.DIFFERENT): 20,
    (Item.PLACE, Level.BIRTH_COUNTY): 700,
    (Item.PLACE, Level.RESIDENCE_COUNTY): 70,
    (Item.PLACE, Level.PROVINCE): 130,
    (Item.PLACE, Level.DIFFERENT): 100,
    (Item.FATHER, Level.EXACT): 760,
    (Item.FATHER, Level.ONE_LETTER): 120,
    (Item.FATHER, Level.DIFFERENT): 120,
    (Item.MOTHER, Level.EXACT): 720,
    (Item.MOTHER, Level.ONE_LETTER): 120,
    (Item.MOTHER, Level.DIFFERENT): 160,
}
"""How often, in a thousand records of one person, each level is met. Stated, not measured."""

M_YEAR_ONLY_PER_MILLE: dict[Level, int] = {
    Level.SAME_YEAR: 640,
    Level.YEAR_OFF_1: 180,
    Level.YEAR_OFF_3: 130,
    Level.DIFFERENT: 50,
}
"""The same for the birth date where one of the two records has no day."""

M_PROVINCE_ONLY_PER_MILLE: dict[Level, int] = {Level.PROVINCE: 880, Level.DIFFERENT: 120}
"""The same for the place where the applicant remembers only the province."""

SIBLING_PER_MILLE: dict[tuple[Item, Level], int] = {
    (Item.NAME, Level.EXACT): 2,
    (Item.NAME, Level.OTHER_FORM): 4,
    (Item.NAME, Level.ONE_LETTER): 30,
    (Item.NAME, Level.READING): 3,
    (Item.NAME, Level.GIVEN_ONLY): 2,
    (Item.NAME, Level.SURNAME_ONLY): 949,
    (Item.NAME, Level.DIFFERENT): 10,
    (Item.SEX, Level.EXACT): 500,
    (Item.SEX, Level.DIFFERENT): 500,
    (Item.BIRTH, Level.SAME_DAY): 3,
    (Item.BIRTH, Level.OTHER_CALENDAR): 10,
    (Item.BIRTH, Level.SAME_DAY_OTHER_YEAR): 27,
    (Item.BIRTH, Level.SAME_YEAR): 30,
    (Item.BIRTH, Level.YEAR_OFF_1): 100,
    (Item.BIRTH, Level.YEAR_OFF_3): 250,
    (Item.BIRTH, Level.DIFFERENT): 580,
}
"""How often, in a thousand, each level is met in the record of a brother or sister instead. Parents,
place and household say nothing here: they are the same for both. Stated, not measured."""

SIBLINGS_REGISTERED_PER_MILLE = 1500
"""Brothers and sisters in the register for each person sought. Stated, not measured."""

HOUSEHOLD_KEPT_PER_MILLE = 300
"""How often two persons sought by one applicant still share a household. Stated, not measured."""
HOUSEHOLD_SIZE = 5
HOUSEHOLD_BITS_MAX = 10


def against_sibling(levels: Iterable[tuple[Item, Level, bool]]) -> int:
    """The odds that a record is the person rather than a brother or sister, in millibits.

    The flag of a birth level says that one of the two records has no day.
    """
    bits = -log2(SIBLINGS_REGISTERED_PER_MILLE / 1000)
    for item, level, year_only in levels:
        by_chance = SIBLING_PER_MILLE.get((item, level))
        if by_chance is not None:
            m = M_YEAR_ONLY_PER_MILLE[level] if year_only else M_PER_MILLE[item, level]
            bits += log2(m / by_chance)
    return round(MILLIBITS * bits)


def either(left: int, right: int) -> int:
    """The odds against two rival explanations together, each given in millibits."""
    low, high = sorted((left, right))
    return round(low - MILLIBITS * log2(1.0 + 2.0 ** ((low - high) / MILLIBITS)))


def weight_millibits(m_per_mille: int, u: float) -> int:
    """log2(m / u) in millibits; u is kept within a ten-millionth and one."""
    return round(MILLIBITS * log2(m_per_mille / 1000 / min(max(u, 1e-7), 1.0)))
