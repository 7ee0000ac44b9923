"""One person's names: a set, for a person is written in many ways and was called by many names.

1. (N1) A name is kept exactly as given (after `text.clean_name`); what it means is read, not stored.
2. (N2) Every name says its script, the side whose spelling it follows, its kind and, where known,
   from when until when it was borne.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Script(StrEnum):
    """The letters that a name is written in."""

    HANGUL = "hangul"
    HANJA = "hanja"
    LATIN = "latin"
    KANA = "kana"
    MIXED = "mixed"
    OTHER = "other"


class Side(StrEnum):
    """Whose spelling a name follows."""

    SOUTH = "south"
    NORTH = "north"
    ABROAD = "abroad"
    UNKNOWN = "unknown"


class NameKind(StrEnum):
    """What a name was to its bearer."""

    REGISTRY = "registry"
    HOUSE = "house"
    COLONIAL = "colonial"
    CHANGED = "changed"
    MARRIED = "married"
    BAPTISMAL = "baptismal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PersonName:
    """One name as given: rules N1 and N2."""

    text: str
    script: Script
    side: Side = Side.UNKNOWN
    kind: NameKind = NameKind.REGISTRY
    since: str = ""
    until: str = ""


@dataclass(frozen=True, slots=True)
class NameSet:
    """All names of one person, the one on the paper first."""

    names: tuple[PersonName, ...]
