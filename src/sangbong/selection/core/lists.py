"""Who of the drawn goes on to the second list, and who of those to the final list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sangbong.programmes.criteria import FinalOrder
from sangbong.selection.core.reasons import Health, Reason, Standing, Willingness


@dataclass(frozen=True, slots=True)
class Asked:
    """A drawn applicant or reserve, and the answers; `rank` is the draw's."""

    application_no: str
    rank: int
    age: int
    willingness: Willingness | None
    health: Health


@dataclass(frozen=True, slots=True)
class AbleKin:
    """A person sought who was found alive and is willing and able to meet."""

    sought_no: int
    tier: str


@dataclass(frozen=True, slots=True)
class Hopeful:
    """Somebody of the second list once replies are in.

    `able` holds the kin who can be met; when empty, `reason` says why in a code.
    """

    application_no: str
    rank: int
    age: int
    able: tuple[AbleKin, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """Where somebody stands on a list: `place` counts chosen and reserves from 1, each alone."""

    application_no: str
    standing: Standing
    place: int | None
    reason: str


_UNWILLING = {
    None: Reason.NOT_ASKED,
    Willingness.NOT_WILLING: Reason.NOT_WILLING,
    Willingness.UNREACHABLE: Reason.UNREACHABLE,
    Willingness.DIED: Reason.DIED,
}


def second_list(
    asked: Sequence[Asked], *, places: int, reserves: int, all_pass_from_age: int | None
) -> list[Decision]:
    """Take the willing and well in the order of the draw; the very old first where the rule says.

    A health check nobody made does not keep anyone out: the check at assembly comes later.
    """
    fit: list[Asked] = []
    decisions: list[Decision] = []
    for person in sorted(asked, key=lambda person: person.rank):
        if person.willingness is not Willingness.WILLING:
            reason = _UNWILLING[person.willingness]
            decisions.append(_not_chosen(person.application_no, reason))
        elif person.health is Health.NOT_WELL:
            decisions.append(_not_chosen(person.application_no, Reason.NOT_WELL))
        else:
            fit.append(person)
    if all_pass_from_age is not None:
        fit.sort(key=lambda person: (person.age < all_pass_from_age, person.rank))
    numbers = [person.application_no for person in fit]
    return _fill(numbers, places=places, reserves=reserves) + decisions


def final_list(
    hopefuls: Sequence[Hopeful],
    *,
    places: int,
    reserves: int,
    order: Sequence[FinalOrder],
    tiers: Sequence[str],
) -> list[Decision]:
    """Take those with somebody alive and able to meet, in the committee's order.

    `tiers` run from the nearest kin outwards; an applicant counts with the nearest kin who can
    be met, which is often farther than the kin sought first.
    """

    def sort_key(person: Hopeful) -> tuple[int, ...]:
        nearest = min(_nearness(kin.tier, tiers) for kin in person.able)
        value = {
            FinalOrder.TIER: nearest,
            FinalOrder.AGE: -person.age,
            FinalOrder.DRAW: person.rank,
        }
        return (*(value[by] for by in order), person.rank)

    able = sorted((person for person in hopefuls if person.able), key=sort_key)
    decisions = _fill([p.application_no for p in able], places=places, reserves=reserves)
    unable = sorted((p for p in hopefuls if not p.able), key=lambda person: person.rank)
    return decisions + [_not_chosen(person.application_no, person.reason) for person in unable]


def _nearness(tier: str, tiers: Sequence[str]) -> int:
    return tiers.index(tier) if tier in tiers else len(tiers)


def _fill(numbers: Sequence[str], *, places: int, reserves: int) -> list[Decision]:
    chosen = [
        Decision(number, Standing.CHOSEN, place, "")
        for place, number in enumerate(numbers[:places], start=1)
    ]
    behind = [
        Decision(number, Standing.RESERVE, place, Reason.BEYOND_PLACES.value)
        for place, number in enumerate(numbers[places : places + reserves], start=1)
    ]
    beyond = [_not_chosen(number, Reason.BEYOND_PLACES) for number in numbers[places + reserves :]]
    return chosen + behind + beyond


def _not_chosen(application_no: str, reason: Reason) -> Decision:
    return Decision(application_no, Standing.NOT_CHOSEN, None, reason.value)
