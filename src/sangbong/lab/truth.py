"""What really is so in an invented world: kept beside both offices, given to neither.

The file truth/truth.jsonl holds one application a line. Only the conductor of the demo (who plays
the people that are asked) and the report (which counts hits and misses) read it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path

TRUTH_FILE = Path("truth", "truth.jsonl")


class Fate(StrEnum):
    """What can be known of a person sought."""

    ALIVE = "alive"
    DEAD = "dead"
    ABSENT = "absent"
    """Not in the other side's register at all, whatever became of them."""


class FoundAnswer(StrEnum):
    """What a person answers who is found and asked first."""

    WILLING = "willing"
    REFUSED = "refused"
    UNWELL = "unwell"


class SittingTruth(StrEnum):
    """How a sitting of this applicant would go if one were held."""

    HELD = "held"
    APPLICANT_ABSENT = "applicant_absent"
    FOUND_ABSENT = "found_absent"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, slots=True)
class SoughtTruth:
    """The truth of one pair (applicant, person sought)."""

    record_no: str | None
    """The true record in the other register; None when absent."""
    fate: Fate
    lives: bool
    """Whether the person lived on the day the roll was frozen, in the register or not."""
    answer: FoundAnswer | None
    """None for those who cannot be asked."""
    shielded: bool
    """Must not be found: a shielded person is treated as if absent."""
    dies_on: date | None
    """The day of a death after the roll was frozen, within the year."""
    tier: str


@dataclass(frozen=True, slots=True)
class OtherKin:
    """Kin in the other register whom nobody asked for."""

    record_no: str
    relation: str
    lives: bool
    answer: FoundAnswer | None


@dataclass(frozen=True, slots=True)
class ApplicantTruth:
    """The truth of one applicant."""

    application_no: str
    died_on: date | None
    """A death before or after the roll was frozen (within the year); None for the living."""
    reachable: bool
    willing: bool
    fit: bool
    withdraws_on: date | None
    """The day, after the final lists, on which the applicant gives up the journey."""
    sitting: SittingTruth
    sought: Mapping[int, SoughtTruth]
    """By the number of the person sought."""
    other_kin: tuple[OtherKin, ...]

    def ready(self, *, on: date) -> bool:
        """Whether the applicant, asked on a day, can come and wants to."""
        alive = self.died_on is None or on < self.died_on
        return alive and self.reachable and self.willing and self.fit


@dataclass(frozen=True, slots=True)
class Truth:
    """A world's truth, by application."""

    seed: int
    applicants: Mapping[str, ApplicantTruth]
    _by_record: Mapping[str, tuple[FoundAnswer | None, bool, date | None]] = field(repr=False)

    def link(self, application_no: str, sought_no: int) -> SoughtTruth:
        """The truth of one pair.

        Raises:
            KeyError: the world has no such pair: the caller's mistake.
        """
        return self.applicants[application_no].sought[sought_no]

    def links(self) -> dict[tuple[str, int], str | None]:
        """Every pair and its true record, where one may be found (none for the shielded)."""
        return {
            (number, sought_no): None if sought.shielded else sought.record_no
            for number, applicant in self.applicants.items()
            for sought_no, sought in applicant.sought.items()
        }

    def is_match(self, application_no: str, sought_no: int, record_no: str) -> bool:
        """Whether a record of the other register is this person."""
        return self.link(application_no, sought_no).record_no == record_no

    def answer_of(self, record_no: str) -> FoundAnswer | None:
        """What the person of a record answers when asked; None for the dead and for strangers."""
        return self._by_record.get(record_no, (None, False, None))[0]

    def lives(self, record_no: str, *, on: date) -> bool | None:
        """Whether the person of a record lives on a day; None for a stranger, whom truth omits."""
        known = self._by_record.get(record_no)
        if known is None:
            return None
        return known[1] and (known[2] is None or on < known[2])


def load(folder: Path) -> Truth:
    """This will read the truth of a world made by `lab.world.make_world` into the same folder."""
    applicants: dict[str, ApplicantTruth] = {}
    by_record: dict[str, tuple[FoundAnswer | None, bool, date | None]] = {}
    with (folder / TRUTH_FILE).open(encoding="utf-8") as lines:
        seed = int(json.loads(next(lines))["seed"])
        for line in lines:
            applicant = _applicant(json.loads(line))
            applicants[applicant.application_no] = applicant
            for sought in applicant.sought.values():
                if sought.record_no is not None:
                    by_record[sought.record_no] = (sought.answer, sought.lives, sought.dies_on)
            for kin in applicant.other_kin:
                by_record[kin.record_no] = (kin.answer, kin.lives, None)
    return Truth(seed, applicants, by_record)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _answer(text: str | None) -> FoundAnswer | None:
    return FoundAnswer(text) if text else None


def _applicant(raw: dict[str, object]) -> ApplicantTruth:
    sought = raw["sought"]
    kin = raw["other_kin"]
    if not isinstance(sought, list) or not isinstance(kin, list):
        raise TypeError("truth.jsonl: sought and other_kin are lists")
    return ApplicantTruth(
        application_no=str(raw["application_no"]),
        died_on=_day(_text(raw["died_on"])),
        reachable=bool(raw["reachable"]),
        willing=bool(raw["willing"]),
        fit=bool(raw["fit"]),
        withdraws_on=_day(_text(raw["withdraws_on"])),
        sitting=SittingTruth(str(raw["sitting"])),
        sought={
            number: SoughtTruth(
                record_no,
                Fate(fate),
                bool(lives),
                _answer(answer),
                bool(shielded),
                _day(dies),
                tier,
            )
            for number, record_no, fate, lives, answer, shielded, dies, tier in sought
        },
        other_kin=tuple(
            OtherKin(record_no, relation, bool(lives), _answer(answer))
            for record_no, relation, lives, answer in kin
        ),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
