"""The Korean tradition as the rooms above use it (names/usage.py)."""

from __future__ import annotations

from sangbong.names.kin import read_kin
from sangbong.names.korean import calendar
from sangbong.names.korean.dates import read_date
from sangbong.names.korean.romanization import free_readings, reading_of
from sangbong.names.korean.spelling import (
    fold,
    fold_word,
    is_hangul,
    jamo,
    one_letter_off,
    split,
)
from sangbong.names.places import read_place
from sangbong.names.usage import OtherCalendar, Usage

GIVEN_SYLLABLES_MAX = 2
"""A house name said alone has two syllables or one; general knowledge."""


def _is_hangul_name(text: str) -> bool:
    return is_hangul("".join(text.split()))


def _is_given_alone(folded: str, family: str) -> bool:
    return len(folded) <= GIVEN_SYLLABLES_MAX and not folded.startswith(family)


def _reading_of(family: str, given: str) -> str:
    return reading_of(family + given)


USAGE = Usage(
    code="korean",
    fold=fold,
    fold_word=fold_word,
    split=split,
    letters=jamo,
    one_letter_off=one_letter_off,
    is_own_script=_is_hangul_name,
    is_given_alone=_is_given_alone,
    reading_of=_reading_of,
    free_readings=free_readings,
    read_date=read_date,
    read_place=read_place,
    read_kin=read_kin,
    other_calendar=OtherCalendar(calendar.solar_of_lunar, calendar.lunar_of_solar),
)
