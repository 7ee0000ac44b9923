"""One line of what a roll may be drawn from."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from sangbong.names.kin import KinTier

BIRTH_UNKNOWN = "birth_unknown"
SUCCEEDED = "succeeded"


class RollEntry(NamedTuple):
    """An application whose applicant is believed alive: age in full years, nearest kin sought.

    `excluded` is a reason code, blank for an entry that may be drawn: `birth_unknown` (the age is
    then given as 0) or `succeeded` (another application goes on from this one). `consents` are the
    uses that stood at the end of the day.
    """

    application_no: str
    age: int
    tier: KinTier
    living_as_of: date
    consents: frozenset[str]
    excluded: str
