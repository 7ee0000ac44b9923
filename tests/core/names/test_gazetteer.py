from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.gazetteer import (
    FOREVER,
    WHOLE,
    Event,
    EventKind,
    Gazetteer,
    Ground,
    Overlap,
    Proof,
    Province,
    Relation,
    Territory,
    day_of,
)
from sangbong.names.korean.hanja import confirms
from sangbong.names.places import place_book

PROOF = Proof("invented for this test", "C")
BOOK = place_book().gazetteer()
UNITS = sorted(BOOK.units)
YEARS = st.integers(1940, 2030)
TERRITORIES = st.builds(
    lambda unit, year, in_law: BOOK.territory(unit, year, in_law=in_law),
    st.sampled_from(UNITS),
    YEARS,
    st.booleans(),
)


def event(dated: str, kind: EventKind, unit: str, to: str = "", **more: object) -> Event:
    known: dict[str, object] = {
        "amount": 0,
        "of": "",
        "basis": "estimate",
        "name": "",
        "signs": "",
        "unit_kind": "",
        "side": "",
        "note": "",
        **more,
    }
    return Event(dated=dated, kind=kind, unit=unit, to=to, proof=PROOF, **known)  # type: ignore[arg-type]


def small(*events: Event) -> Gazetteer:
    """A land of one province and two counties."""
    return Gazetteer(
        first="1900-06-01",
        parted="1900-07-01",
        provinces=[Province("P", "Province", "", "province", PROOF)],
        grounds=[
            Ground("P A", "P", "A", "", "county", "west", PROOF),
            Ground("P B", "P", "B", "", "county", "east", PROOF),
        ],
        events=events,
    )


def cut(dated: str, amount: int) -> tuple[Event, ...]:
    return (
        event(dated, EventKind.FOUNDED, "C", "P", name="C", unit_kind="county", side="west"),
        event(dated, EventKind.CEDED, "P A", "C", amount=amount, of="P A"),
    )


def test_a_county_that_is_cut_falls_into_pieces() -> None:
    """G2: the old county holds what the two hold now."""
    land = small(*cut("1910-05", 300))
    assert land.territory("P A", 1910).shares == (("P A", WHOLE),)
    assert land.territory("P A", 1911).shares == (("P A", 700),)
    assert land.territory("C", 1911).shares == (("P A", 300),)
    assert land.territory("C", 1910).shares == ()
    old, new = land.territory("P A", 1900), land.territory("C", 1950)
    assert land.overlap(old, new) == Overlap(300, 1000, 300)
    assert land.overlap(old, new).relation is Relation.CONTAINS
    assert land.overlap(new, old).relation is Relation.WITHIN
    assert land.overlap(new, land.territory("P A", 1950)).relation is Relation.DISJOINT
    assert land.territory("P", 1950).shares == (("P A", 1000), ("P B", 1000))


def test_a_unit_that_merges_gives_all_it_holds() -> None:
    land = small(*cut("1910", 300), event("1920-01-02", EventKind.MERGED, "C", "P B"))
    assert land.territory("P B", 1921).shares == (("P B", 1000), ("P A", 300))
    assert land.territory("C", 1921).pieces == frozenset()
    assert land.units["C"].until == 19200102
    assert land.holders("P A") == (
        ("P A", 19000101, FOREVER),
        ("C", 19100701, 19200102),
        ("P B", 19200102, FOREVER),
    )


def test_names_kinds_parents_and_sides_hold_for_their_periods() -> None:
    """G1 and G3."""
    land = small(
        event("1910-03-01", EventKind.RENAMED, "P A", name="New", signs="新"),
        event("1911", EventKind.STATUS, "P A", unit_kind="city"),
        event("1912-01-01", EventKind.MOVED, "P A", ""),
        event("1913-02", EventKind.SIDE, "P A", side="east"),
        event("1914-02", EventKind.RENAMED, "P A", name="Newer"),
        event("1914-02", EventKind.RENAMED, "P A", name="Newest"),
    )
    unit = land.units["P A"]
    assert [unit.name(year) for year in (1899, 1900, 1910, 1911, 1915)] == [
        "A", "A", "A", "New", "Newest",
    ]  # fmt: skip
    assert [unit.kind(year) for year in (1911, 1912)] == ["county", "city"]
    assert [unit.parent(year) for year in (1911, 1912)] == ["P", ""]
    assert [unit.side(year) for year in (1900, 1901, 1914)] == ["", "west", "east"]
    assert [p.value for p in unit.names] == ["A", "New", "Newest"]
    assert [(p.first_year, p.last_year) for p in unit.names] == [
        (1900, 1910), (1911, 1914), (1915, 9999),
    ]  # fmt: skip
    assert [unit.names[0].holds_in(year) for year in (1899, 1900, 1910, 1911)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_the_first_map_is_kept_in_law_whatever_happens() -> None:
    """G4."""
    land = small(*cut("1910-05", 300), event("1920", EventKind.MERGED, "P A", "P B"))
    assert land.territory("P A", 1990, in_law=True).shares == (("P A", 1000),)
    assert land.territory("P", 1990, in_law=True).measure == 2 * WHOLE
    assert land.territory("C", 1990, in_law=True).shares == ()


def test_nobody_can_give_what_he_does_not_hold() -> None:
    with pytest.raises(ValueError, match="C holds too little of P A"):
        small(*cut("1910", 300), event("1911", EventKind.CEDED, "C", "P B", amount=301, of="P A"))


def test_an_unknown_unit_is_the_callers_mistake() -> None:
    with pytest.raises(KeyError):
        small().territory("nowhere", 1950)


@pytest.mark.parametrize(
    ("dated", "day"), [("1952-12-22", 19521222), ("1952-12", 19521201), ("1952", 19520701)]
)
def test_a_day_known_in_part_counts_from_its_beginning(dated: str, day: int) -> None:
    assert day_of(dated) == day


def test_a_territory_of_nothing_tells_nothing() -> None:
    nothing = Territory(frozenset(), ())
    assert BOOK.overlap(nothing, nothing).relation is Relation.UNKNOWN
    assert BOOK.overlap(nothing, BOOK.territory("황해", 1945)).share == 0.0
    assert BOOK.overlap(nothing, nothing).share == 0.0


# The tables


def test_events_come_in_order_and_touch_units_that_stand() -> None:
    assert all(left.day <= right.day for left, right in pairwise(BOOK.events))
    for each in BOOK.events:
        unit = BOOK.units[each.unit]
        assert unit.since <= each.day <= unit.until, each
        if each.to:
            there = BOOK.units[each.to]
            assert there.since <= each.day < there.until, each


@pytest.mark.parametrize("year", range(1945, 2027, 3))
def test_no_ground_is_lost_and_none_is_held_twice(year: int) -> None:
    highest = [
        u.id for u in BOOK.units.values() if u.parent(year) == "" and u.since <= year * 10_000 + 101
    ]
    held = [BOOK.territory(unit, year) for unit in highest]
    assert sum(each.measure for each in held) == len(BOOK.grounds) * WHOLE
    assert sum(len(each.pieces) for each in held) == len(
        frozenset().union(*(e.pieces for e in held))
    )


def test_every_statement_has_a_source_and_a_confidence() -> None:
    proofs = [each.proof for each in BOOK.events]
    proofs += [each.proof for each in BOOK.grounds.values()]
    proofs += [each.proof for each in BOOK.provinces]
    for proof in proofs:
        assert proof.source
        assert proof.confidence in {"A", "B", "C"}
        assert ("general knowledge (NOT" in proof.source) <= (proof.confidence == "C")


def test_every_amount_says_how_it_was_got() -> None:
    for each in BOOK.events:
        if each.kind is EventKind.CEDED:
            assert each.basis in {"myeon", "estimate"}, each
            assert 0 < each.amount <= WHOLE


def test_every_unit_once_held_ground() -> None:
    later = {"황남", "황북", "자강", "량강"}
    for unit in BOOK.units.values():
        year = unit.names[0].first_year
        assert BOOK.territory(unit.id, year).pieces or unit.id in later, unit.id


def test_hanja_say_what_the_hangul_says() -> None:
    """Every name has as many signs as syllables, but for native words."""
    native = {"새별", "과일", "서울", "라진-선봉"}
    for unit in BOOK.units.values():
        for period in unit.names:
            assert len(period.signs) == len(period.value) or period.value in native, period
            assert re.fullmatch(r"[가-힣]+(-[가-힣]+)?", period.value)


def test_hanja_are_read_as_the_hangul_but_for_two_known_names() -> None:
    """白川 is 배천 and no 백천; 枇峴 is 피현 in the North and 비현 in the South."""
    odd = {
        period.value
        for unit in BOOK.units.values()
        for period in unit.names
        if period.signs and "-" not in period.value and not confirms(period.value, period.signs)
    }
    assert odd == {"배천", "피현"}


@given(TERRITORIES, TERRITORIES)
def test_overlap_is_symmetric_and_between_nothing_and_all(
    left: Territory, right: Territory
) -> None:
    there, back = BOOK.overlap(left, right), BOOK.overlap(right, left)
    assert there.share == back.share
    assert 0.0 <= there.share <= 1.0
    mirrored = {Relation.CONTAINS: Relation.WITHIN, Relation.WITHIN: Relation.CONTAINS}
    assert back.relation is mirrored.get(there.relation, there.relation)


@given(TERRITORIES, TERRITORIES)
def test_the_relation_and_the_overlap_agree(left: Territory, right: Territory) -> None:
    found = BOOK.overlap(left, right)
    expected = {
        Relation.SAME: bool(left.pieces) and left.pieces == right.pieces,
        Relation.WITHIN: bool(left.pieces) and left.pieces < right.pieces,
        Relation.CONTAINS: bool(right.pieces) and left.pieces > right.pieces,
        Relation.DISJOINT: bool(left.pieces and right.pieces) and not left.pieces & right.pieces,
        Relation.UNKNOWN: not (left.pieces and right.pieces),
    }
    assert expected.get(found.relation, not any(expected.values()))
    assert (found.share == 1.0) == (found.relation is Relation.SAME)
    assert (found.share == 0.0) == (found.relation in {Relation.DISJOINT, Relation.UNKNOWN})


@given(st.sampled_from(UNITS), st.integers(1945, 2026))
def test_a_unit_lies_within_what_it_belongs_to(unit: str, year: int) -> None:
    parent = BOOK.units[unit].parent(year)
    own = BOOK.territory(unit, year)
    if parent and own.pieces:
        assert own.pieces <= BOOK.territory(parent, year).pieces
