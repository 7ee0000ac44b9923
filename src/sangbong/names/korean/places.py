"""What a written Korean place may mean, and the county of 1945 it is filed under.

1. (KP1) Without a year the map of 1945 is meant wherever it fits (names.places PL3).
2. (KP2) Names are read in Hangul of either spelling, in Hanja, and in Latin letters of any system;
   blanks between province and county may be missing, and the order does not matter.
3. (KP3) What is written below a county is left aside, but for this: from December 1952 the North has
   no 면, so who writes one means an older map.

Source: data/places_*.csv, read by names.korean.gazetteer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from sangbong.names.gazetteer import EventKind, Gazetteer, Period, Unit, day_of
from sangbong.names.korean.gazetteer import (
    PROVINCE,
    UnitName,
    gazetteer,
    name_index,
    shares_of_people,
)
from sangbong.names.korean.hanja import is_hanja
from sangbong.names.korean.place_spellings import hanja_key, latin_key, letters_of
from sangbong.names.korean.spelling import fold_word, is_hangul
from sangbong.names.korean.tables import rows
from sangbong.names.places import MAX_LENGTH, LaterName, PlaceClue, PlaceMatch, WrittenPlace
from sangbong.names.text import clean_text

SURE = 0.75
"""From this weight on a match decides the county that an address is filed under."""

_WEIGHT_MIN = 0.01
_LATER_UNIT, _OTHER_KIND, _ONLY_SOUND, _OTHER_YEAR = 0.4, 0.3, 0.35, 0.2
_BY_GROUND, _NEAR_PARENT, _OTHER_PARENT = 0.7, 0.3, 0.05
"""What doubts leave of a match's weight. Our assumption: no source states them."""

_WORDS_MAX = 8
_PHRASE_MAX = 4
_ISLAND = "섬"
_HANGUL_KINDS = (
    "특별자치시", "특별시", "직할시", "광역시", "특급시", "구역", "시", "군", "부", "구", "도",
)  # fmt: skip
_HANJA_KINDS = {
    "特別市": "특별시", "直轄市": "직할시", "廣域市": "광역시", "區域": "구역", "市": "시",
    "郡": "군", "府": "부", "島": "섬", "道": "도",
}  # fmt: skip
_LATIN_KINDS = {
    "do": "도", "to": "도", "province": "도", "si": "시", "shi": "시", "city": "시",
    "gun": "군", "kun": "군", "county": "군", "bu": "부", "pu": "부", "prefecture": "부",
    "guyok": "구역", "guyeok": "구역", "kuyok": "구역", "district": "구역", "island": "섬",
}  # fmt: skip
_GLUED = re.compile(r"(?P<name>[a-z]{3,}?)(?P<kind>gun|kun|do|to|si|shi|bu|pu)")
_BREAKS = re.compile(r"[\s,/()\[\]·;:、，。（）「」]+")
_LATIN_WORDS = re.compile(r"[^\W\d_](?:[^\W\d_]|[\u0300-\u036f'’ʼ`])*")


@dataclass(frozen=True, slots=True)
class _Reading:
    """A name found in a text, the kind said with it, and whether it is spelled just so."""

    name: UnitName
    said: str
    exact: bool = True


_Mention = tuple[_Reading, ...]


@dataclass(frozen=True, slots=True)
class _Script:
    """How words of a script without blanks are taken apart."""

    names: dict[str, list[UnitName]]
    kinds: dict[str, str]
    key: Callable[[str], str]


class KoreanPlaces:
    """The Korean gazetteer and its readers: rules KP1 to KP3."""

    def gazetteer(self) -> Gazetteer:
        """Units since 1945."""
        return gazetteer()

    def find(self, text: str, year: int | None) -> tuple[PlaceMatch, ...]:
        """Every unit that the text may mean, likeliest first."""
        return _find(text, year)

    def read(self, raw: str, column: str) -> WrittenPlace:
        """The county of 1945 in an address of any age."""
        return _read(raw, column)

    def later_names(self, county: str) -> tuple[LaterName, ...]:
        """The later names of a county of 1945 and of the parts cut from it."""
        return _later_names(county)

    def share(self, county: str) -> float:
        """The share of people from a county of 1945."""
        return shares_of_people()[county]


PLACES = KoreanPlaces()


@lru_cache(maxsize=20_000)
def _find(text: str, year: int | None) -> tuple[PlaceMatch, ...]:
    mentions = list(_mentions(text))
    target, context = _target(mentions)
    levels = _levels_in(text)
    best: dict[str, PlaceMatch] = {}
    for reading in target:
        match = _with_levels(_weigh(reading, context, year), levels)
        known = best.get(match.unit.id)
        if known is None or match.weight > known.weight:
            best[match.unit.id] = match
    total = sum(match.weight for match in best.values())
    kept = [match for match in best.values() if match.weight >= _WEIGHT_MIN * total]
    total = sum(match.weight for match in kept)
    shared = [replace(match, weight=match.weight / total) for match in kept]
    return tuple(sorted(shared, key=lambda m: (-m.weight, m.unit.since, m.unit.id)))


def _mentions(text: str) -> Iterator[_Mention]:
    words = [word for word in _BREAKS.split(text) if word][:_WORDS_MAX]
    latin: list[str] = []
    for word in words:
        if is_hangul(word.replace("-", "")):
            yield from _own_words(word.replace("-", ""), _hangul())
        elif all(is_hanja(character) for character in word):
            yield from _own_words(hanja_key(word), _hanja())
        else:
            latin += _LATIN_WORDS.findall(word)
    yield from _latin_phrases(latin)


@cache
def _hangul() -> _Script:
    return _Script(name_index().hangul, {kind: kind for kind in _HANGUL_KINDS}, fold_word)


@cache
def _hanja() -> _Script:
    return _Script(name_index().hanja, _HANJA_KINDS, lambda word: word)


def _own_words(word: str, script: _Script) -> Iterator[_Mention]:
    found = _own_word(word, script)
    if found:
        yield found
        return
    for size in range(len(word) - 1, 1, -1):
        provinces = [
            _Reading(name, "")
            for name in script.names.get(script.key(word[:size]), ())
            if name.unit.kinds[0].value == PROVINCE
        ]
        if provinces:
            yield tuple(provinces)
            yield from _own_words(word[size:], script)
            return
    for end in range(3, len(word)):
        found = _own_word(word[:end], script)
        if found and found[0].said:
            yield found
            yield from _own_words(word[end:], script)
            return


def _own_word(word: str, script: _Script) -> _Mention:
    readings = [_Reading(name, "") for name in script.names.get(script.key(word), ())]
    for written, kind in script.kinds.items():
        if word.endswith(written) and len(word) > len(written) + 1:
            bare = script.key(word.removesuffix(written))
            readings += [_Reading(name, kind) for name in script.names.get(bare, ())]
            break
    return tuple(readings)


def _latin_phrases(words: list[str]) -> Iterator[_Mention]:
    position = 0
    while position < len(words):
        for size in range(min(_PHRASE_MAX, len(words) - position), 0, -1):
            following = words[position + size : position + size + 1]
            said = _LATIN_KINDS.get(letters_of(following[0]), "") if following else ""
            readings = _latin_readings("".join(words[position : position + size]), said)
            if readings:
                yield readings
                position += size
                break
        else:
            position += 1


def _latin_readings(phrase: str, said: str) -> _Mention:
    letters = letters_of(phrase)
    if not letters or letters in _LATIN_KINDS:
        return ()
    index = name_index()
    names = index.latin.get(latin_key(letters), ())
    glued = None if names else _GLUED.fullmatch(letters)
    if glued:
        letters, said = glued["name"], _LATIN_KINDS[glued["kind"]]
        names = index.latin.get(latin_key(letters), ())
    exact = index.spelled.get(letters, set())
    return tuple(_Reading(name, said, name.unit.id in exact) for name in names)


def _target(mentions: list[_Mention]) -> tuple[_Mention, frozenset[str]]:
    """The mention that says where, and the units named as what it belongs to."""
    provinces = {
        reading.name.unit.id
        for mention in mentions
        for reading in mention
        if reading.name.unit.kinds[0].value == PROVINCE
    }
    lower = [m for m in mentions if any(r.name.unit.kinds[0].value != PROVINCE for r in m)]
    if not lower:
        return (mentions[0] if mentions else ()), frozenset()
    target = lower[0]
    for mention in lower[1:]:
        above, below = _ids(target), _ids(mention)
        if _is_under(mention, above):
            target, provinces = mention, provinces | above
        elif _is_under(target, below):
            provinces |= below
    return target, frozenset(provinces - _ids(target))


def _ids(mention: _Mention) -> set[str]:
    return {reading.name.unit.id for reading in mention}


def _is_under(mention: _Mention, above: set[str]) -> bool:
    return any(p.value in above for r in mention for p in r.name.unit.parents)


def _weigh(reading: _Reading, context: frozenset[str], year: int | None) -> PlaceMatch:
    unit, period = reading.name.unit, reading.name.period
    weight, clues, marks = 1.0, [PlaceClue.NAME], [period]
    if unit.since > gazetteer().first_day:
        weight *= _LATER_UNIT
        clues.append(PlaceClue.LATER_UNIT)
    if not reading.exact:
        weight *= _ONLY_SOUND
        clues.append(PlaceClue.SOUND)
    if reading.said:
        kind = _fitting([p for p in unit.kinds if _is_kind(reading.said, p.value)], year)
        weight *= 1.0 if kind else _OTHER_KIND
        clues.append(PlaceClue.KIND if kind else PlaceClue.OTHER_KIND)
        marks += [kind] if kind else []
    parent = _fitting([p for p in unit.parents if p.value in context], year)
    if context:
        factor, clue = (1.0, PlaceClue.PARENT) if parent else _by_ground(unit, context)
        weight *= factor
        clues.append(clue)
        marks += [parent] if parent else []
    meant = max(min(max(p.first_year for p in marks), period.last_year), period.first_year)
    if year is None:
        return PlaceMatch(unit, period, meant, weight, tuple(clues))
    if parent and not parent.holds_in(year) and unit.id in gazetteer().grounds:
        clues.append(PlaceClue.LAW)
    elif period.holds_in(year):
        meant = max(min(year, period.last_year), period.first_year)
    else:
        weight *= _OTHER_YEAR
        clues.append(PlaceClue.OTHER_YEAR)
    return PlaceMatch(unit, period, meant, weight, tuple(clues))


def _levels_in(text: str) -> tuple[tuple[str, int], ...]:
    """Sides that had to give up a level which the text names, and the last year they had it."""
    words = [word for word in _BREAKS.split(text.replace("-", " ").casefold()) if word]
    return tuple(
        (row["side"], day_of(row["until"]) // 10_000)
        for row in rows("places_levels")
        if any(
            (word.endswith((row["level"], row["hanja"])) and len(word) > 1)
            or letters_of(word) in row["latin"].split("|")
            for word in words
        )
    )


def _with_levels(match: PlaceMatch, levels: tuple[tuple[str, int], ...]) -> PlaceMatch:
    """Rule KP3: the match on the last map that had the level, or doubted if it came later."""
    for side, last in levels:
        if match.unit.side(match.year) != side or match.year <= last:
            continue
        why = (*match.why, PlaceClue.OLD_LEVEL)
        if match.name.first_year <= last:
            return replace(match, year=min(last, match.name.last_year), why=why)
        return replace(match, weight=match.weight * _OTHER_YEAR, why=why)
    return match


def _fitting(periods: list[Period], year: int | None) -> Period | None:
    """The period that holds in the year, or the first of them."""
    held = [period for period in periods if year is not None and period.holds_in(year)]
    return next(iter(held or periods), None)


def _is_kind(said: str, kind: str) -> bool:
    if said == "시":
        return kind.endswith("시")
    if said in {PROVINCE, _ISLAND}:
        return kind in {PROVINCE, _ISLAND}
    return said == kind


def _by_ground(unit: Unit, context: frozenset[str]) -> tuple[float, PlaceClue]:
    """How well a unit fits named ones that it never belonged to."""
    own = _old_provinces(unit.id)
    if own & context:
        return _BY_GROUND, PlaceClue.GROUND
    if any(own & _old_provinces(each) for each in context):
        return _NEAR_PARENT, PlaceClue.GROUND
    return _OTHER_PARENT, PlaceClue.OTHER_PARENT


@lru_cache(maxsize=1_000)
def _old_provinces(unit: str) -> frozenset[str]:
    book = gazetteer()
    if unit in {province.id for province in book.provinces}:
        return frozenset({unit})
    first = book.units[unit].names[0].first_year
    return frozenset(book.grounds[key].province for key, _ in book.territory(unit, first).shares)


# The county of 1945


@lru_cache(maxsize=100_000)
def _read(raw: str, column: str) -> WrittenPlace:
    text = clean_text(raw, column=column, max_length=MAX_LENGTH)
    words = text.replace(",", " ").split()
    province, words = _take_province(words)
    for word in words[:2]:
        found = _find_county(word, province)
        if found is not None:
            return _placed(text, found)
    if province is None and text and not is_hangul("".join(words[:1])):
        return _read_by_matches(text)
    return WrittenPlace(text, province, None)


def _read_by_matches(text: str) -> WrittenPlace:
    """An address in another script: decided where one county or province has most weight."""
    weights: dict[str, float] = {}
    for match in _find(text, None):
        whole = match.unit.kinds[0].value == PROVINCE
        shares = _counties_of(match.unit.id, match.year)
        key = shares[0][0].split(" ")[0] if whole else shares[0][0]
        weights[key] = weights.get(key, 0.0) + match.weight
    best = max(weights, key=lambda key: weights[key], default="")
    if not best or weights[best] < SURE:
        return WrittenPlace(text, None, None)
    if " " not in best:
        return WrittenPlace(text, best, None)
    return _placed(text, next(m for m in _find(text, None) if _main(m) == best))


def _main(match: PlaceMatch) -> str:
    return _counties_of(match.unit.id, match.year)[0][0]


def _placed(text: str, match: PlaceMatch) -> WrittenPlace:
    shares = _counties_of(match.unit.id, match.year)
    return WrittenPlace(text, shares[0][0].split(" ")[0], shares[0][0], shares)


@lru_cache(maxsize=2_000)
def _counties_of(unit: str, year: int) -> tuple[tuple[str, int], ...]:
    """The counties of a unit: its own first, then as they are named where it was founded."""
    shares = gazetteer().territory(unit, year).shares
    given = _given().get(unit, {})
    last = len(given)
    return tuple(sorted(shares, key=lambda p: (p[0] != unit, given.get(p[0], last), -p[1], p[0])))


@cache
def _given() -> dict[str, dict[str, int]]:
    """In which order a unit was given parts of the counties of 1945."""
    table: dict[str, dict[str, int]] = {}
    for event in gazetteer().events:
        if event.kind is EventKind.CEDED:
            order = table.setdefault(event.to, {})
            order.setdefault(event.of, len(order))
    return table


def _take_province(words: list[str]) -> tuple[str | None, list[str]]:
    if not words:
        return None, words
    first = words[0]
    for written, province in _provinces():
        if first.startswith(written):
            rest = first.removeprefix(written)
            return province, ([rest] if rest else []) + words[1:]
    return None, words


def _find_county(word: str, province: str | None) -> PlaceMatch | None:
    kinds = [kind for kind in _HANGUL_KINDS if kind != "구"]
    suffix = next((s for s in kinds if word.endswith(s) and len(word) > len(s) + 1), "")
    candidates = _by_name().get(fold_word(word.removesuffix(suffix)), ())
    here = [c for c in candidates if _main(c).split(" ")[0] == province]
    old = [c for c in candidates if c.name.since == gazetteer().first_day]
    for chosen in (here, candidates, old):
        if len({_main(c) for c in chosen}) == 1:
            return chosen[0]
    same = [c for c in here or old if _is_kind(suffix, c.unit.kinds[0].value)]
    return same[0] if len(same) == 1 else None


@cache
def _provinces() -> tuple[tuple[str, str], ...]:
    table = [(row["written"], row["province_1945"]) for row in rows("provinces")]
    return tuple(sorted(table, key=lambda pair: -len(pair[0])))


@cache
def _by_name() -> dict[str, tuple[PlaceMatch, ...]]:
    """Units below a province by their folded names, those of the first map first."""
    table: dict[str, tuple[PlaceMatch, ...]] = {}
    for unit in gazetteer().units.values():
        if unit.kinds[0].value == PROVINCE:
            continue
        for period in unit.names:
            match = PlaceMatch(unit, period, period.first_year, 1.0, ())
            name = fold_word(period.value)
            table[name] = (*table.get(name, ()), match)
    return table


@lru_cache(maxsize=500)
def _later_names(county: str) -> tuple[LaterName, ...]:
    book = gazetteer()
    found: dict[tuple[str, str], LaterName] = {}
    for holder, since, until in book.holders(county):
        unit = book.units[holder]
        for period in unit.names:
            held = period.since < until and since < period.until
            if not held or (holder == county and period.since == book.first_day):
                continue
            year = max(period.first_year, since // 10_000 + (since % 10_000 > 101))
            share = dict(book.territory(holder, year).shares)[county]
            begun = period.dated if period.since >= since else _dated(since)
            later = LaterName(period.value, _top(unit, year), begun, period.proof.source, share)
            found.setdefault((later.name, later.province), later)
    return tuple(found.values())


def _dated(day: int) -> str:
    return f"{day // 10_000}-{day // 100 % 100:02}-{day % 100:02}"


def _top(unit: Unit, year: int) -> str:
    """The province, or the city that stands in a province's place, on the map of a year."""
    parent = unit.parent(year)
    if not parent:
        return unit.name(year)
    above = gazetteer().units[parent]
    return parent if above.kinds[0].value == PROVINCE else above.name(year)
