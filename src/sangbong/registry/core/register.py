"""One person of an office's own register, in the columns that tracing compares."""

from __future__ import annotations

from typing import NamedTuple


class RegisterRow(NamedTuple):
    """A register person; days are solar ordinals, blank text and None mean not known.

    `names` are the registry, house and former names in Hangul as written, those that there are.
    """

    person_id: int
    names: tuple[str, ...]
    roman: str
    sex: str
    birth_first: int | None
    birth_last: int | None
    birth_year: int | None
    birthplace_province: str
    birthplace_county: str
    residence_province: str
    residence_county: str
    father: str
    mother: str
    household: str
    alive: bool | None
    shielded: bool
