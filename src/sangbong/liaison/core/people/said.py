"""Who said so: what every recorded fact about the line, its people and its papers carries.

1. (W1) A fact is written down by a member of staff and names who said it: which side, which person or
   paper, and what was seen. Nothing here is found out by a machine.
2. (W2) A fact is never deleted and never rewritten. One that was wrong is corrected by another fact
   that names it; a corrected fact stands no more and stays readable. A correction is not corrected:
   who wants the first fact back writes it down again.
3. (W3) Facts count in the order in which they came to be; of two at the same moment the one written
   down later counts last.
4. (W4) A fact is about what has been: its moment is not after the moment at which it is written down.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from sangbong.kernel.errors import SangbongError
from sangbong.programmes.lines import Known

__all__ = ["Known", "Said", "Side", "check_past", "standing"]


class Side(StrEnum):
    """Which side said something, or did it."""

    OURS = "ours"
    THEIRS = "theirs"
    BOTH = "both"
    THIRD = "third"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Said:
    """Who said so. `by` is a person or a body, `paper` a number or a dispatch, `saw` what they saw."""

    side: Side
    by: str = ""
    paper: str = ""
    saw: str = ""


class RecordedFact(Protocol):
    """What the order of facts needs; `number` counts the office's own records, 0 is published."""

    @property
    def at(self) -> datetime:
        """When it came to be."""

    @property
    def number(self) -> int:
        """The record's number."""

    @property
    def corrected(self) -> bool:
        """Whether a later fact withdraws it."""


Fact = TypeVar("Fact", bound=RecordedFact)


def standing(facts: Iterable[Fact], *, until: datetime | None = None) -> list[Fact]:
    """The facts that stand, in the order in which they count: rules W2 and W3.

    With `until`, only those that had come to be by then.
    """
    left = [fact for fact in facts if not fact.corrected and (until is None or fact.at <= until)]
    return sorted(left, key=lambda fact: (fact.at, fact.number))


def check_past(at: datetime, *, now: datetime) -> None:
    """Rule W4.

    Raises:
        SangbongError: `liaison.line_not_yet`, the writer's slip.
    """
    if at > now:
        raise SangbongError("liaison.line_not_yet")
