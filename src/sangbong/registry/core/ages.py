"""How old a person may be before a date is doubted, and before it is refused.

The oldest ages are the least reliable, and a draw favours exactly them (a letter-writer listed as
106 was 99): so a doubtful age is marked for a person to look at and never refused, while an age
that nobody has reached is taken for a slip of the pen.

Source: practice of the 2000-2018 rounds (donga 20010225/7653829).
"""

from __future__ import annotations

from datetime import date

from sangbong.kernel.errors import SangbongError
from sangbong.names.dates import WrittenDate, age_on

DOUBT_ABOVE = 105
LIVING_MAX = 115
SOUGHT_MAX = 139
"""A parent sought by somebody of a hundred would be this old; they are sought all the same."""


def check_age(written: WrittenDate, *, on: date, limit: int) -> bool:
    """Whether the age on a day is to be doubted; in years, counted from the latest birth allowed.

    Raises:
        SangbongError: `registry.born_later` or `registry.age_too_high`: the writer's fault.
    """
    span = written.solar_span()
    age = age_on(written, on)
    if span is None or age is None:
        return False
    if span[0] > on:
        raise SangbongError("registry.born_later", day=on.isoformat())
    if age > limit:
        raise SangbongError("registry.age_too_high", age=age, limit=limit)
    return age > DOUBT_ABOVE


def age_from_ordinal(born_last: int, on: date) -> int:
    """The age in full years on a day, from the latest day of birth as an ordinal; at least 0."""
    born = date.fromordinal(born_last)
    return max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))
