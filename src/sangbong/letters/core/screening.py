"""Who may screen and release a letter: never one person alone, never a machine."""

from __future__ import annotations

from enum import StrEnum

from sangbong.kernel.errors import SangbongError
from sangbong.letters.core.machine import Deed

SYSTEM_PREFIX = "system:"
NOTE_LENGTH_MAX = 300


class ScreeningDecision(StrEnum):
    """What whoever watched the film decides."""

    PASS = "pass"  # noqa: S105 -- a decision, not a password
    RETAKE = "retake"


DEED_OF = {
    ScreeningDecision.PASS: Deed.PASS,
    ScreeningDecision.RETAKE: Deed.ASK_RETAKE,
}


def check_screening(*, staff: str, decision: ScreeningDecision, reason: str) -> str:
    """The reason to keep, cleaned of outer blanks.

    Raises:
        SangbongError: `letters.person_only` for a machine; `letters.reason_missing` where another
            take is wanted and nobody said why; `letters.reason_too_long`.
    """
    check_person(staff)
    reason = reason.strip()
    if decision is ScreeningDecision.RETAKE and not reason:
        raise SangbongError("letters.reason_missing")
    if len(reason) > NOTE_LENGTH_MAX:
        raise SangbongError("letters.reason_too_long", limit=NOTE_LENGTH_MAX)
    return reason


def check_release(*, staff: str, recorded_by: str, screened_by: str) -> None:
    """Four eyes: the one who releases is neither the one who recorded nor the one who screened.

    Raises:
        SangbongError: `letters.person_only` or `letters.second_person`.
    """
    check_person(staff)
    if staff in {recorded_by, screened_by}:
        raise SangbongError("letters.second_person")


def check_person(staff: str) -> None:
    """Refuse a machine.

    Raises:
        SangbongError: `letters.person_only`.
    """
    if not staff or staff.startswith(SYSTEM_PREFIX):
        raise SangbongError("letters.person_only")
