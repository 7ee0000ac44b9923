"""The Latin tradition as the rooms above use it (names/usage.py)."""

from __future__ import annotations

import re
from functools import lru_cache

from sangbong.names.latin.dates import read_date
from sangbong.names.latin.kin import read_kin
from sangbong.names.latin.naming import orders
from sangbong.names.latin.places import read_place
from sangbong.names.latin.spelling import folded, is_latin, near
from sangbong.names.usage import NO_OTHER_CALENDAR, Usage

_FOLDED = re.compile(r"([a-z]+)\|([a-z]+(?: [a-z]+)*)")
"""A folded name with its border, a sign that nobody writes in a name."""


@lru_cache(maxsize=200_000)
def split(name: str) -> tuple[str, str]:
    """Family name and given names of the likeliest order, folded; one word alone is the first.

    Text without a Latin letter comes back whole in lower case.
    """
    done = _FOLDED.fullmatch(name)
    if done:
        return done[1], done[2]
    found = orders(name)
    if not found:
        return " ".join(name.split()).casefold(), ""
    family = folded("".join(found[0].family))
    if not family:
        return folded("".join(found[0].given)), ""
    pieces = [folded(piece) for word in found[0].given for piece in word.split("-")]
    return family, " ".join(filter(None, pieces))


@lru_cache(maxsize=200_000)
def fold(name: str) -> str:
    """`family|given` in folded letters, so that the border is kept; folding twice does nothing."""
    family, given = split(name)
    return f"{family}|{given}" if given else family


def _letters(word: str) -> str:
    return word


def _is_given_alone(folded_name: str, family: str) -> bool:
    return "|" not in folded_name and folded_name != family


def _reading_of(family: str, given: str) -> str:
    return f"{family}|{given}"


def _free_readings(text: str) -> tuple[str, ...]:
    del text  # no other script is read by this tradition
    return ()


USAGE = Usage(
    code="latin",
    fold=fold,
    fold_word=folded,
    split=split,
    letters=_letters,
    one_letter_off=near,
    is_own_script=is_latin,
    is_given_alone=_is_given_alone,
    reading_of=_reading_of,
    free_readings=_free_readings,
    read_date=read_date,
    read_place=read_place,
    read_kin=read_kin,
    other_calendar=NO_OTHER_CALENDAR,
)
