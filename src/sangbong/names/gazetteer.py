"""A gazetteer with time: units that are split, merged, renamed and moved, on one first map.

1. (G1) A unit keeps its identity through new names, kinds, parents and sides; each holds for a period
   and has a source.
2. (G2) The ground is the map of the first day. Wherever a later event cuts a county of that map, the
   county falls into pieces, each a share of it in thousandths; a unit of any year is a set of pieces.
   So places of any years are compared by containment and overlap, never as strings.
3. (G3) The map of a year is that of its first of January; the first map is that of its whole year
   up to the first event, and of all years before. An event known to the month counts from the month's beginning, one known to the year from
   the first of July.
4. (G4) Where one side keeps the first map in law, its name for a place means that map in every year.
5. (G5) The measure of a piece is its share; every county of the first map weighs the same.

Vocabulary: ground (a county of the first map), piece, unit, period, territory, overlap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

WHOLE = 1000
"""A whole county of the first map, in thousandths."""

FOREVER = 99_999_999


class EventKind(StrEnum):
    """What happened to a unit."""

    FOUNDED = "FOUNDED"
    CEDED = "CEDED"
    MERGED = "MERGED"
    RENAMED = "RENAMED"
    MOVED = "MOVED"
    STATUS = "STATUS"
    SIDE = "SIDE"


class Relation(StrEnum):
    """How two territories lie to each other."""

    SAME = "same"
    CONTAINS = "contains"
    WITHIN = "within"
    OVERLAPS = "overlaps"
    DISJOINT = "disjoint"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a statement comes from, and how far it is trusted: A two pages, B one, C none."""

    source: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Event:
    """One dated change. `amount` is in thousandths of the ground `of`; `basis` says how it was got."""

    dated: str
    kind: EventKind
    unit: str
    to: str
    amount: int
    of: str
    basis: str
    name: str
    signs: str
    unit_kind: str
    side: str
    note: str
    proof: Proof

    @property
    def day(self) -> int:
        """The day it counts from, as a number such as 19521222: rule G3."""
        return day_of(self.dated)


@dataclass(frozen=True, slots=True)
class Period:
    """A value that held from one day until before another; `signs` is a name's other writing."""

    value: str
    since: int
    until: int
    dated: str
    proof: Proof
    signs: str = ""

    @property
    def first_year(self) -> int:
        """The first year on whose map it holds: rule G3."""
        return self.since // 10_000 + (self.since % 10_000 > 101)

    @property
    def last_year(self) -> int:
        """The last year on whose map it holds."""
        return self.until // 10_000 - (self.until % 10_000 <= 101)

    def holds_in(self, year: int) -> bool:
        """Whether it held on any day of the year."""
        return self.since <= year * 10_000 + 1231 and self.until > year * 10_000 + 101


@dataclass(frozen=True, slots=True)
class Unit:
    """A province, county, city or part of a city through all its years: rule G1."""

    id: str
    names: tuple[Period, ...]
    kinds: tuple[Period, ...]
    parents: tuple[Period, ...]
    sides: tuple[Period, ...]
    since: int
    until: int

    def value(self, periods: tuple[Period, ...], year: int) -> str:
        """Which of its periods holds on the map of the year; the nearest where none does."""
        day = max(year * 10_000 + 101, self.since)
        return next((p.value for p in periods if p.since <= day < p.until), periods[-1].value)

    def name(self, year: int) -> str:
        """What it is called on the map of the year."""
        return self.value(self.names, year)

    def kind(self, year: int) -> str:
        """What kind of unit it is on the map of the year."""
        return self.value(self.kinds, year)

    def parent(self, year: int) -> str:
        """The id of the unit it belongs to; empty for the highest."""
        return self.value(self.parents, year)

    def side(self, year: int) -> str:
        """Who administers it; empty before the land was parted."""
        return self.value(self.sides, year)


@dataclass(frozen=True, slots=True)
class Ground:
    """A county of the first map."""

    key: str
    province: str
    name: str
    signs: str
    kind: str
    side: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class Province:
    """A province of the first map."""

    id: str
    name: str
    signs: str
    kind: str
    proof: Proof


@dataclass(frozen=True, slots=True)
class Territory:
    """The ground of a unit: its pieces, and how much of each county of the first map they are."""

    pieces: frozenset[int]
    shares: tuple[tuple[str, int], ...]
    """(county, thousandths of it), the greatest share first."""

    @property
    def measure(self) -> int:
        """Thousandths of a county: rule G5."""
        return sum(share for _, share in self.shares)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two territories have in common, in thousandths of a county."""

    common: int
    left: int
    right: int

    @property
    def share(self) -> float:
        """The common part of all that either covers, 0 to 1."""
        union = self.left + self.right - self.common
        return self.common / union if union else 0.0

    @property
    def relation(self) -> Relation:
        """How the left lies to the right."""
        if not self.left or not self.right:
            return Relation.UNKNOWN
        if not self.common:
            return Relation.DISJOINT
        if self.common == self.left:
            return Relation.SAME if self.common == self.right else Relation.WITHIN
        return Relation.CONTAINS if self.common == self.right else Relation.OVERLAPS


@dataclass(slots=True)
class _Piece:
    ground: str
    share: int
    held: list[tuple[int, str]]

    def holder(self) -> str:
        return self.held[-1][1]


@dataclass(slots=True)
class _Draft:
    names: list[Period] = field(default_factory=list)
    kinds: list[Period] = field(default_factory=list)
    parents: list[Period] = field(default_factory=list)
    sides: list[Period] = field(default_factory=list)
    until: int = FOREVER


class Gazetteer:
    """Units and their territories through time, replayed from the first map and dated events."""

    def __init__(
        self,
        *,
        first: str,
        parted: str,
        provinces: Iterable[Province],
        grounds: Iterable[Ground],
        events: Iterable[Event],
    ) -> None:
        """Replay the events, which must come in the order of their days.

        Args:
            first: the day of the first map.
            parted: the day from which the sides of the grounds hold.
            provinces: provinces of the first map.
            grounds: counties and cities of the first map.
            events: what happened to them since.

        Raises:
            ValueError: an event gives away what its unit does not hold: the data's fault.
        """
        self.grounds: Mapping[str, Ground] = {ground.key: ground for ground in grounds}
        self.provinces: tuple[Province, ...] = tuple(provinces)
        self.events: tuple[Event, ...] = tuple(events)
        self.first_day = day_of(first) // 10_000 * 10_000 + 101
        self._pieces: list[_Piece] = []
        self._drafts: dict[str, _Draft] = {}
        self._lay_first_map(first, parted)
        for event in self.events:
            self._replay(event)
        self.units: Mapping[str, Unit] = {key: _unit(key, d) for key, d in self._drafts.items()}
        self._drafts = {}
        self._children = self._parentage()
        self._holdings = self._spans()
        self._cache: dict[tuple[str, int], frozenset[int]] = {}

    def territory(self, unit: str, year: int, *, in_law: bool = False) -> Territory:
        """The ground of a unit on the map of a year (rule G3), or in law for ever (rule G4).

        Empty where the unit did not stand in that year, or is not on the first map.

        Raises:
            KeyError: there is no such unit: the caller's mistake.
        """
        if unit not in self.units:
            raise KeyError(unit)
        if in_law:
            return self.sum_of(self._first_pieces(unit))
        return self.sum_of(self._held(unit, max(year * 10_000 + 101, self.first_day)))

    def sum_of(self, pieces: frozenset[int]) -> Territory:
        """A territory of these pieces."""
        shares: dict[str, int] = {}
        for piece in sorted(pieces):
            ground = self._pieces[piece].ground
            shares[ground] = shares.get(ground, 0) + self._pieces[piece].share
        return Territory(pieces, tuple(sorted(shares.items(), key=lambda p: -p[1])))

    def overlap(self, left: Territory, right: Territory) -> Overlap:
        """How much two territories have in common; the same from either side."""
        common = sum(self._pieces[piece].share for piece in left.pieces & right.pieces)
        return Overlap(common, left.measure, right.measure)

    def share_of_piece(self, piece: int) -> tuple[str, int]:
        """The county a piece was cut from, and its share of it in thousandths."""
        return self._pieces[piece].ground, self._pieces[piece].share

    def holders(self, ground: str) -> tuple[tuple[str, int, int], ...]:
        """Which units held a part of a county of the first map: (unit, first day, last day)."""
        found: dict[str, tuple[int, int]] = {}
        for unit, spans in self._holdings.items():
            for piece, since, until in spans:
                if self._pieces[piece].ground == ground:
                    before = found.get(unit, (FOREVER, 0))
                    found[unit] = (min(before[0], since), max(before[1], until))
        ranked = sorted(found.items(), key=lambda pair: (pair[1], pair[0]))
        return tuple((unit, since, until) for unit, (since, until) in ranked)

    def _first_pieces(self, unit: str) -> frozenset[int]:
        return frozenset(
            number
            for number, piece in enumerate(self._pieces)
            if piece.ground == unit or self.grounds[piece.ground].province == unit
        )

    def _held(self, unit: str, day: int) -> frozenset[int]:
        known = self._cache.get((unit, day))
        if known is None:
            own = {
                piece
                for piece, since, until in self._holdings.get(unit, ())
                if since <= day < until
            }
            for child, since, until in self._children.get(unit, ()):
                if since <= day < until:
                    own |= self._held(child, day)
            known = self._cache[unit, day] = frozenset(own)
        return known

    def _lay_first_map(self, first: str, parted: str) -> None:
        day, parting = self.first_day, day_of(parted)
        for province in self.provinces:
            proof = province.proof
            self._drafts[province.id] = _Draft(
                [Period(province.name, day, FOREVER, first, proof, province.signs)],
                [Period(province.kind, day, FOREVER, first, proof)],
                [Period("", day, FOREVER, first, proof)],
                [Period("", day, FOREVER, first, proof)],
            )
        for ground in self.grounds.values():
            proof = ground.proof
            self._drafts[ground.key] = _Draft(
                [Period(ground.name, day, FOREVER, first, proof, ground.signs)],
                [Period(ground.kind, day, FOREVER, first, proof)],
                [Period(ground.province, day, FOREVER, first, proof)],
                [
                    Period("", day, parting, first, proof),
                    Period(ground.side, parting, FOREVER, parted, proof),
                ],
            )
            self._pieces.append(_Piece(ground.key, WHOLE, [(day, ground.key)]))

    def _replay(self, event: Event) -> None:
        match event.kind:
            case EventKind.FOUNDED:
                self._drafts[event.unit] = _Draft(
                    [_begun(event, event.name, event.signs)],
                    [_begun(event, event.unit_kind)],
                    [_begun(event, event.to)],
                    [_begun(event, event.side)],
                )
            case EventKind.CEDED:
                self._cede(event)
            case EventKind.MERGED:
                for piece in self._pieces:
                    if piece.holder() == event.unit:
                        piece.held.append((event.day, event.to))
                self._drafts[event.unit].until = event.day
            case EventKind.RENAMED:
                _change(self._drafts[event.unit].names, _begun(event, event.name, event.signs))
            case EventKind.MOVED:
                _change(self._drafts[event.unit].parents, _begun(event, event.to))
            case EventKind.STATUS:
                _change(self._drafts[event.unit].kinds, _begun(event, event.unit_kind))
            case _:
                _change(self._drafts[event.unit].sides, _begun(event, event.side))

    def _cede(self, event: Event) -> None:
        missing = event.amount
        for piece in tuple(self._pieces):
            if missing == 0:
                return
            if piece.holder() != event.unit or piece.ground != event.of:
                continue
            if piece.share > missing:
                rest = _Piece(piece.ground, piece.share - missing, list(piece.held))
                self._pieces.append(rest)
                piece.share = missing
            missing -= piece.share
            piece.held.append((event.day, event.to))
        if missing:
            message = f"{event.dated}: {event.unit} holds too little of {event.of}"
            raise ValueError(message)

    def _parentage(self) -> dict[str, list[tuple[str, int, int]]]:
        children: dict[str, list[tuple[str, int, int]]] = {}
        for unit in self.units.values():
            for period in unit.parents:
                until = min(period.until, unit.until)
                children.setdefault(period.value, []).append((unit.id, period.since, until))
        return children

    def _spans(self) -> dict[str, list[tuple[int, int, int]]]:
        spans: dict[str, list[tuple[int, int, int]]] = {}
        for number, piece in enumerate(self._pieces):
            ends = [day for day, _ in piece.held[1:]] + [FOREVER]
            for (since, unit), until in zip(piece.held, ends, strict=True):
                spans.setdefault(unit, []).append((number, since, until))
        return spans


def day_of(dated: str) -> int:
    """A day such as 1952-12-22, 1952-12 or 1952 as a number: rule G3."""
    parts = [int(part) for part in dated.split("-")]
    if len(parts) == 1:
        return parts[0] * 10_000 + 701
    return parts[0] * 10_000 + parts[1] * 100 + (parts[2] if len(parts) > 2 else 1)


def _begun(event: Event, value: str, signs: str = "") -> Period:
    return Period(value, event.day, FOREVER, event.dated, event.proof, signs)


def _change(periods: list[Period], new: Period) -> None:
    last = periods[-1]
    ended = Period(last.value, last.since, new.since, last.dated, last.proof, last.signs)
    periods[-1:] = [ended, new] if ended.since < ended.until else [new]


def _unit(key: str, draft: _Draft) -> Unit:
    return Unit(
        key,
        tuple(draft.names),
        tuple(draft.kinds),
        tuple(draft.parents),
        tuple(draft.sides),
        draft.names[0].since,
        draft.until,
    )
