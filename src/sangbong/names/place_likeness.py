"""How much two written places speak for one home, in bits, by how common the common ground is.

1. (PX1) A home is a point of the first map, drawn as people come from there. A written place tells
   that the point lies in the ground it names; of a name with several meanings, in each with its
   weight. Two places of one person weigh log2 of how probable both tellings are of one point, over
   how probable they are of two people taken at random: the rarer the common ground, the more.
2. (PX2) With `OTHER_HOME` the two writers meant two homes of one person (born here, parted there), so
   places that have nothing in common speak against, but never exclude.
3. (PX3) Two lines make the sum: what the provinces say alone, and what the counties add or take.
4. (PX4) An unknown place says nothing. No ground counts as rarer than `SHARE_MIN`.
5. (PX5) Likeness is symmetric, the sum of its lines, and within `BOUND_MILLIBITS` of zero.

Source: Fellegi and Sunter 1969, as for names; the shares as the tradition's places state them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import fsum, log2
from typing import TypeVar

from sangbong.kernel.errors import Language, message
from sangbong.names.gazetteer import Relation
from sangbong.names.places import PlaceBook, PlaceMatch, find, place_book

_Key = TypeVar("_Key", int, str)

OTHER_HOME = 0.15
"""How often two places told of one person are two homes. Our assumption: no source states it."""

SHARE_MIN = 1 / 2000
"""The share of people that any ground is counted as at least (rule PX4)."""

BOUND_MILLIBITS = 11_000
"""No likeness is further from zero: rule PX5."""


class PlaceItem(StrEnum):
    """What was compared."""

    PROVINCE = "province"
    COUNTY = "county"


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """One line of the ledger: how the grounds lie to each other, and what that weighs."""

    item: PlaceItem
    relation: Relation
    left: str
    right: str
    millibits: int
    common_share: int
    """Hundredths of all that either covers which both cover."""

    def why(self, language: Language) -> str:
        """The reason as a sentence."""
        return message(f"names.ground_{self.item.value}_{self.relation.value}", language).format(
            left=self.left or "–", right=self.right or "–", share=self.common_share
        )


@dataclass(frozen=True, slots=True)
class PlaceLikeness:
    """How much two written places speak for one home, in thousandths of a bit."""

    millibits: int
    items: tuple[PlaceLine, ...]


def compare_places(
    left: str,
    right: str,
    *,
    left_year: int | None = None,
    right_year: int | None = None,
    tradition: str = "korean",
) -> PlaceLikeness:
    """Weigh two written places against each other: rules PX1 to PX5.

    Args:
        left: an address or a name in any script.
        right: the other.
        left_year: the year in which the left was written, where known.
        right_year: the same of the right.
        tradition: whose places are meant.

    Raises:
        SangbongError: as `names.places.find`, the writer's fault.
    """
    ours = find(left, year=left_year, tradition=tradition)
    theirs = find(right, year=right_year, tradition=tradition)
    return compare_matches(ours, theirs, tradition=tradition)


def compare_matches(
    left: tuple[PlaceMatch, ...], right: tuple[PlaceMatch, ...], *, tradition: str = "korean"
) -> PlaceLikeness:
    """Weigh what two places may mean: as `compare_places`, for matches already found."""
    book = place_book(tradition)
    ours, theirs = _Homes.of(left, book), _Homes.of(right, book)
    shown = (_shown(left), _shown(right))
    if not ours.pieces or not theirs.pieces:
        line = PlaceLine(PlaceItem.PROVINCE, Relation.UNKNOWN, *shown, 0, 0)
        return PlaceLikeness(0, (line,))
    coarse = _millibits(_ratio(ours.provinces, theirs.provinces, _province_shares(book)))
    fine = _millibits(_ratio(ours.pieces, theirs.pieces, _piece_shares(ours, theirs, book)))
    lines = (
        _line(PlaceItem.PROVINCE, ours.provinces, theirs.provinces, shown, coarse),
        _line(PlaceItem.COUNTY, ours.pieces, theirs.pieces, shown, fine - coarse),
    )
    return PlaceLikeness(fine, lines)


@dataclass(frozen=True, slots=True)
class _Homes:
    """Where a home may be: probabilities over pieces and over provinces of the first map."""

    pieces: Mapping[int, float]
    provinces: Mapping[str, float]

    @classmethod
    def of(cls, matches: tuple[PlaceMatch, ...], book: PlaceBook) -> _Homes:
        """The homes that the matches allow, each match's weight spread as people live there."""
        gazetteer = book.gazetteer()
        pieces: dict[int, float] = {}
        provinces: dict[str, float] = {}
        for match in matches:
            shares = {
                piece: _share(piece, book)
                for piece in gazetteer.territory(match.unit.id, match.year).pieces
            }
            total = fsum(shares.values())
            for piece in sorted(shares):
                chance = match.weight * shares[piece] / total
                pieces[piece] = pieces.get(piece, 0.0) + chance
                province = gazetteer.grounds[gazetteer.share_of_piece(piece)[0]].province
                provinces[province] = provinces.get(province, 0.0) + chance
        return cls(pieces, provinces)


def _share(piece: int, book: PlaceBook) -> float:
    ground, thousandths = book.gazetteer().share_of_piece(piece)
    return book.share(ground) * thousandths / 1000


def _piece_shares(left: _Homes, right: _Homes, book: PlaceBook) -> dict[int, float]:
    return {piece: _share(piece, book) for piece in left.pieces.keys() & right.pieces.keys()}


def _province_shares(book: PlaceBook) -> dict[str, float]:
    shares: dict[str, float] = {}
    for ground in book.gazetteer().grounds.values():
        shares[ground.province] = shares.get(ground.province, 0.0) + book.share(ground.key)
    return shares


def _ratio(
    left: Mapping[_Key, float], right: Mapping[_Key, float], shares: Mapping[_Key, float]
) -> float:
    """Rule PX1: the sum over common points, none of them counted as rarer than `SHARE_MIN`."""
    common = fsum(left[key] * right[key] / shares[key] for key in left.keys() & right.keys())
    return (1 - OTHER_HOME) * min(common, 1 / SHARE_MIN) + OTHER_HOME


def _millibits(ratio: float) -> int:
    return round(1000 * log2(ratio))


def _line(
    item: PlaceItem,
    left: Mapping[_Key, float],
    right: Mapping[_Key, float],
    shown: tuple[str, str],
    millibits: int,
) -> PlaceLine:
    common = fsum(min(left[key], right[key]) for key in left.keys() & right.keys())
    return PlaceLine(item, _relation(left, right), *shown, millibits, round(100 * common))


def _relation(left: Mapping[_Key, float], right: Mapping[_Key, float]) -> Relation:
    ours, theirs = left.keys(), right.keys()
    if not ours & theirs:
        return Relation.DISJOINT
    if ours == theirs:
        return Relation.SAME
    if ours < theirs:
        return Relation.WITHIN
    return Relation.CONTAINS if theirs < ours else Relation.OVERLAPS


def _shown(matches: tuple[PlaceMatch, ...]) -> str:
    return f"{matches[0].name.value} ({matches[0].year})" if matches else ""
