"""Substitute paths: what can be used when the line is down; drawn in docs/machines/path.md.

1. (V1) That a path is usable or not is a fact with its source and its day. Without a fact nobody knows;
   nobody knows is not usable.
2. (V2) The last standing word counts. A path stays as it was said to be however long ago that was; the
   day stands beside it, so that an old word is seen to be old.
3. (V3) A path that is usable obliges nobody: which one a paper takes, a person decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sangbong.liaison.core.people.said import Said, standing


class Path(StrEnum):
    """A way for papers; in the order in which the console lists them."""

    CARRIER = "carrier"
    FAX = "fax"
    STICK = "stick"
    ROAD = "road"
    THIRD_OFFICE = "third_office"
    ARMISTICE = "armistice"


class PathState(StrEnum):
    """Whether a path can be used, as far as anybody said."""

    UNKNOWN = "unknown"
    USABLE = "usable"
    NOT_USABLE = "not_usable"


class PathSaid(StrEnum):
    """What somebody said of a path."""

    USABLE = "usable"
    NOT_USABLE = "not_usable"


TRANSITIONS: dict[tuple[PathState, PathSaid], PathState] = {
    (state, told): PathState(told.value) for state in PathState for told in PathSaid
}


@dataclass(frozen=True, slots=True)
class PathFact:
    """One thing said of a path."""

    path: Path
    told: PathSaid
    at: datetime
    source: Said
    number: int = 0
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class PathStanding:
    """A path, its state and the last word on it."""

    path: Path
    state: PathState
    last: PathFact | None = None


def paths(facts: Iterable[PathFact], *, now: datetime) -> list[PathStanding]:
    """Every path with its state: rules V1 and V2."""
    held = {path: PathStanding(path, PathState.UNKNOWN) for path in Path}
    for fact in standing(facts, until=now):
        before = held[fact.path].state
        held[fact.path] = PathStanding(fact.path, TRANSITIONS[before, fact.told], fact)
    return list(held.values())
