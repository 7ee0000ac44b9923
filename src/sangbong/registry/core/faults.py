"""What is wrong with a file, cell by cell, so that a clerk can mend it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from sangbong.kernel.errors import Language, Place, SangbongError

SHOWN_MAX = 40
"""Characters of a value that a report repeats: enough to find it, too few to be a second copy."""

FAULTS_KEPT = 200
"""Faults that a report lists; the rest is only counted, since one mistake may stand in every row."""

_HIDDEN = frozenset({"Cc", "Cf", "Zl", "Zp", "Cn", "Co", "Cs"})
_FILLERS = frozenset({0x115F, 0x1160, 0x3164, 0xFFA0})  # invisible, yet of category Lo


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: line from 1, column by its heading, the value shortened, the reason's code."""

    line: int | None
    column: str
    value_shown: str
    code: str
    params: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """The sentence that a clerk reads: where, why, and what stood there."""
        place = Place(line=self.line, column=self.column)
        sentence = SangbongError(self.code, place=place, **self.params).text(language)
        return f"{sentence} [{self.value_shown}]" if self.value_shown else sentence


def shown(value: str) -> str:
    """A value as a report may repeat it: what cannot be seen is named, and the end is cut off.

    At most `SHOWN_MAX` characters come out, whatever goes in.
    """
    parts: list[str] = []
    length = 0
    for character in value[: SHOWN_MAX + 1]:
        part = _escaped(character)
        length += len(part)
        if length > SHOWN_MAX:
            while parts and length - len(part) > SHOWN_MAX - 1:
                length -= len(parts.pop())
            return "".join(parts) + "…"
        parts.append(part)
    return "".join(parts)


def fault_of(error: SangbongError, *, line: int | None, column: str, value: str) -> Fault:
    """The fault that an error about one cell makes; the cell's place wins over the error's own."""
    params = {
        key: given if isinstance(given, int) else shown(str(given))
        for key, given in error.params.items()
    }
    return Fault(line=line, column=column, value_shown=shown(value), code=error.code, params=params)


def _escaped(character: str) -> str:
    point = ord(character)
    if point in _FILLERS or unicodedata.category(character) in _HIDDEN:
        return f"\\u{{{point:X}}}"
    return character
