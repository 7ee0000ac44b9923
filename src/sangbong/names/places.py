"""Old places: any later name led back to the county of 1945, when the families parted.

The North split and renamed counties from 1952 on, the South kept the map of 1945 in law, so both
sides name one village differently. A place is compared by its county of 1945, by containment. Where
a later county was cut from several old ones, the one that gave most of it stands for all (thin for
now: a later issue keeps every one with its dates).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

from sangbong.names.korean.spelling import fold_word
from sangbong.names.korean.tables import rows
from sangbong.names.text import clean_text

_SUFFIXES = ("특별자치시", "특별시", "직할시", "광역시", "특급시", "구역", "시", "군", "부")
_MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class WrittenPlace:
    """A place as it was written, and where the map of 1945 puts it."""

    as_written: str
    province: str | None
    """Short name of the province of 1945, such as 황해."""
    county: str | None
    """Province and county of 1945, such as `황해 봉산`: 고성 alone would be two."""


@dataclass(frozen=True, slots=True)
class County:
    """A county (군) or city (부) of 1945."""

    key: str
    province: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class LaterName:
    """What a county of 1945, or a part of it, was called later."""

    name: str
    province: str
    since: str
    source: str


@lru_cache(maxsize=100_000)
def read_place(raw: str, *, column: str) -> WrittenPlace:
    """This will find the province and county of 1945 in an address of any age.

    An address that names neither is kept with both unknown: people remember villages.

    Raises:
        SangbongError: as `names.text.clean_text`, the writer's fault.
    """
    text = clean_text(raw, column=column, max_length=_MAX_LENGTH)
    words = text.replace(",", " ").split()
    province, words = _take_province(words)
    for word in words[:2]:
        county = _find_county(word, province)
        if county is not None:
            return WrittenPlace(text, county.province, county.key)
    return WrittenPlace(text, province, None)


def counties_1945() -> tuple[County, ...]:
    """Every county and city of the map of 1945, province by province."""
    return tuple(
        County(f"{row['province']} {row['name']}", row["province"], row["name"], row["kind"])
        for row in rows("places_1945")
    )


def later_names(county_key: str) -> tuple[LaterName, ...]:
    """The later names of a county of 1945 and of the parts cut from it, with their sources."""
    return tuple(
        LaterName(row["later_name"], row["later_province"], row["since"], row["source"])
        for row in rows("places_later")
        if f"{row['province_1945']} {row['name_1945']}" == county_key
    )


def _take_province(words: list[str]) -> tuple[str | None, list[str]]:
    if not words:
        return None, words
    first = words[0]
    for written in sorted(_provinces(), key=len, reverse=True):
        if first.startswith(written):
            rest = first.removeprefix(written)
            return _provinces()[written], ([rest] if rest else []) + words[1:]
    return None, words


def _find_county(word: str, province: str | None) -> County | None:
    suffix = next((s for s in _SUFFIXES if word.endswith(s) and len(word) > len(s) + 1), "")
    candidates = _counties_by_name().get(fold_word(word.removesuffix(suffix)), ())
    here = [county for county in candidates if county.province == province]
    if len(here) == 1:
        return here[0]
    if len(candidates) == 1:
        return candidates[0]  # the county moved to another province later, or none was named
    same_kind = [county for county in here or candidates if county.kind == suffix]
    return same_kind[0] if len(same_kind) == 1 else None


@cache
def _provinces() -> dict[str, str]:
    return {row["written"]: row["province_1945"] for row in rows("provinces")}


@cache
def _counties_by_name() -> dict[str, tuple[County, ...]]:
    table: dict[str, tuple[County, ...]] = {}
    old = {county.key: county for county in counties_1945()}
    for county in old.values():
        table[county.name] = (*table.get(county.name, ()), county)
    for row in rows("places_later"):
        county = old[f"{row['province_1945']} {row['name_1945']}"]
        name = fold_word(row["later_name"])
        table[name] = (*table.get(name, ()), county)
    return table
