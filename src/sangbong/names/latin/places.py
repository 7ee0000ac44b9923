"""A flat list of towns: one level, no history. All of them are invented for this project.

1. (LP1) A town is found by any of its names as a whole part of an address, in any order of the
   parts, accents and hyphens apart; the first part that names a town counts.
2. (LP2) A town is its own province: what is compared by containment has one level here.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from sangbong.names.latin.spelling import folded, folded_forms
from sangbong.names.latin.tables import rows
from sangbong.names.places import WrittenPlace
from sangbong.names.text import clean_text

MAX_LENGTH = 200
_WORDS_MAX = 4
"""Most words of a town's name."""


@lru_cache(maxsize=100_000)
def read_place(raw: str, *, column: str) -> WrittenPlace:
    """This will find the town in an address: rules LP1 and LP2.

    An address that names none is kept with town and province unknown.

    Raises:
        SangbongError: as `names.text.clean_text`, the writer's fault.
    """
    text = clean_text(raw, column=column, max_length=MAX_LENGTH)
    for piece in re.split(r"[,;/()]", text):
        words = piece.split()
        for size in range(min(len(words), _WORDS_MAX), 0, -1):
            for at in range(len(words) - size + 1):
                town = _towns().get(folded("".join(words[at : at + size])))
                if town:
                    return WrittenPlace(as_written=text, province=town, county=town)
    return WrittenPlace(as_written=text, province=None, county=None)


def towns() -> tuple[str, ...]:
    """Every town on the list, by its first name."""
    return tuple(row["town"] for row in rows("places"))


@cache
def _towns() -> dict[str, str]:
    table: dict[str, str] = {}
    for row in rows("places"):
        for name in (row["town"], *filter(None, row["other_names"].split("|"))):
            for form, _ in folded_forms(name):
                table.setdefault(form, row["town"])
    return table
