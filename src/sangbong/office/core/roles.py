"""The roles of an office's staff."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff is here to do."""

    CLERK = "clerk"
    LIAISON_OFFICER = "liaison_officer"
    HALL_OPERATOR = "hall_operator"
    COMPLIANCE = "compliance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
