"""Why somebody is, or is not, on a list. The sentences stand in messages/selection.toml."""

from __future__ import annotations

from enum import StrEnum

from sangbong.kernel.errors import Language, message, messages


class Reason(StrEnum):
    """Reason codes of the lists. The register may add its own codes for exclusion."""

    # the draw
    WEIGHT_ZERO = "weight_zero"
    CONSENT_MISSING = "consent_missing"
    NOT_DRAWN = "not_drawn"
    # second list
    NOT_ASKED = "not_asked"
    NOT_WILLING = "not_willing"
    NOT_WELL = "not_well"
    UNREACHABLE = "unreachable"
    DIED = "died"
    BEYOND_PLACES = "beyond_places"
    # final list
    NO_REPLY = "no_reply"
    CANNOT_CONFIRM = "cannot_confirm"
    ALL_DEAD = "all_dead"
    NOBODY_CAN_MEET = "nobody_can_meet"
    # withdrawals
    WITHDREW_HEALTH = "withdrew_health"
    WITHDREW_WISH = "withdrew_wish"
    WITHDREW_KIN_HEALTH = "withdrew_kin_health"
    WITHDREW_OTHER_SIDE = "withdrew_other_side"


WITHDRAWALS = frozenset(
    {
        Reason.DIED,
        Reason.WITHDREW_HEALTH,
        Reason.WITHDREW_WISH,
        Reason.WITHDREW_KIN_HEALTH,
        Reason.WITHDREW_OTHER_SIDE,
    }
)
"""The reasons for which somebody already on a list leaves it."""


class Standing(StrEnum):
    """Where a candidate stands on one list."""

    CHOSEN = "chosen"
    RESERVE = "reserve"
    NOT_CHOSEN = "not_chosen"


class Willingness(StrEnum):
    """What an applicant said when asked whether to meet."""

    WILLING = "willing"
    NOT_WILLING = "not_willing"
    UNREACHABLE = "unreachable"
    DIED = "died"


class Health(StrEnum):
    """What the health check before the second list found; unknown counts as not yet asked."""

    WELL = "well"
    WELL_WITH_HELP = "well_with_help"
    NOT_WELL = "not_well"
    UNKNOWN = "unknown"


def reason_text(code: str, language: Language) -> str:
    """The sentence of a reason code; a code only the register knows gets the general one."""
    key = f"selection.reason.{code}"
    return message(key if key in messages() else "selection.reason.excluded", language)
