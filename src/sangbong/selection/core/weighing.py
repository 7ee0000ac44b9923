"""What a committee's criteria make of one line of the roll: shut out, or a band and a weight."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import NamedTuple

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.programmes.criteria import AgeBand, Criteria
from sangbong.selection.core.reasons import Reason
from sangbong.selection.core.roll import RollLine


class Weighed(NamedTuple):
    """The outcome for one line: a reason code when shut out, else the band's place and a weight."""

    reason: str
    band: int
    weight: int


def criteria_hash(criteria: Criteria) -> str:
    """SHA-256 of the criteria's canonical JSON: what a committee's paper is checked against."""
    return sha256_hex(canonical_bytes(criteria.to_body()))


def band_of(age: int, bands: Sequence[AgeBand]) -> int:
    """The place of the first band, oldest first, whose ages hold this one."""
    return next(place for place, band in enumerate(bands) if age >= band.from_age)


def weigh(line: RollLine, criteria: Criteria) -> Weighed:
    """Shut a line out with its reason code, or give its band and weight (age times kin).

    The register's own exclusion comes first, then a missing consent, then a weight of zero: the
    order in which a clerk can do something about it.
    """
    band = band_of(line.age, criteria.age_bands)
    if line.excluded:
        return Weighed(line.excluded, band, 0)
    if not set(criteria.required_consents) <= set(line.consents):
        return Weighed(Reason.CONSENT_MISSING.value, band, 0)
    weight = criteria.age_bands[band].weight * dict(criteria.kin_weights).get(line.tier, 0)
    if not weight:
        return Weighed(Reason.WEIGHT_ZERO.value, band, 0)
    return Weighed("", band, weight)


def common_multiple(criteria: Criteria) -> int:
    """The least common multiple of every weight the criteria can give (L in spec/draw.md)."""
    weights = {
        band.weight * kin
        for band in criteria.age_bands
        for _tier, kin in criteria.kin_weights
        if band.weight * kin
    }
    return lcm(*weights)


def allot(*, places: int, people: Sequence[int], permille: Sequence[int | None]) -> list[int]:
    """How many places each band gets, never more than its people.

    A band with a fixed share gets that many thousandths of the places, rounded down. What the
    fixed shares leave goes to the other bands in proportion to their people, by largest
    remainder, an older band first where remainders tie. Places a band cannot fill stay free: the
    draw gives them to the best keys of all bands.

    Source: spec/draw.md, section 5.
    """
    quota = [0 if share is None else places * share // 1_000 for share in permille]
    sharing = [band for band, share in enumerate(permille) if share is None]
    rest = places - sum(quota)
    total = sum(people[band] for band in sharing)
    if total:
        for band in sharing:
            quota[band] = rest * people[band] // total
        spare = rest - sum(quota[band] for band in sharing)
        by_remainder = sorted(sharing, key=lambda band: (-(rest * people[band] % total), band))
        for band in by_remainder[:spare]:
            quota[band] += 1
    return [min(share, there) for share, there in zip(quota, people, strict=True)]
