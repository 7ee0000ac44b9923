"""Places of 1945 and what the North calls them now.

Counties and their later names stand in lab/data/counties_1945.csv with their sources; districts,
villages and weights are stylised.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from random import Random

from sangbong.lab.population.tables import Weighted, birthplace_shares, read_rows

_FULL = {
    "황해": "황해도",
    "평남": "평안남도",
    "평북": "평안북도",
    "함남": "함경남도",
    "함북": "함경북도",
    "강원": "강원도",
    "경기": "경기도",
    "충북": "충청북도",
    "충남": "충청남도",
    "전북": "전라북도",
    "전남": "전라남도",
    "경북": "경상북도",
    "경남": "경상남도",
    "서울": "서울특별시",
}
_SOUTHERN_WEIGHTS = {"충북": 6.0, "경북": 4.0, "서울": 3.0, "경기": 5.0}
"""Order as on the final list of 2018 (namdonews 484994); the rest stylised."""
_DISTRICTS = ("동면", "서면", "남면", "북면", "내면", "외면")
_VILLAGES = ("상리", "중리", "하리", "신흥리", "송정리", "룡암리", "봉산리", "덕현리", "화암리")
_CITY_WARDS = ("중구역", "대동강구역", "모란봉구역", "선교구역", "만경대구역", "사동구역")
_NEIGHBOURHOODS = ("신흥동", "동흥동", "중앙동", "역전동", "문화동", "련봉리", "신풍리", "읍")


@dataclass(frozen=True, slots=True)
class County:
    """A county or city of 1945; `number` is its place in our tables."""

    number: int
    province: str
    name: str
    later: tuple[str, ...]
    """Northern names of today; none for the counties of the South."""

    @property
    def southern(self) -> bool:
        """Whether it lies south of the line."""
        return not self.later


@cache
def northern_counties() -> dict[str, Weighted[County]]:
    """Counties north of the line by province."""
    table: dict[str, list[tuple[County, float]]] = {}
    for number, row in enumerate(read_rows("counties_1945.csv")):
        later = tuple(row["later_north"].split(";"))
        county = County(number, row["province_1945"], row["county_1945"], later)
        table.setdefault(county.province, []).append((county, float(row["weight"])))
    return {
        province: Weighted([county for county, _ in pairs], [weight for _, weight in pairs])
        for province, pairs in table.items()
    }


@cache
def southern_counties() -> Weighted[County]:
    """Counties and cities south of the line."""
    rows = list(read_rows("counties_south_1945.csv"))
    return Weighted(
        [
            County(500 + number, row["province_1945"], row["county_1945"], ())
            for number, row in enumerate(rows)
        ],
        [float(row["weight"]) * _SOUTHERN_WEIGHTS.get(row["province_1945"], 1.0) for row in rows],
    )


@cache
def northern_provinces() -> Weighted[str]:
    """Northern provinces of origin by their printed shares, without *other*."""
    shares = birthplace_shares()
    names = [name for name in shares if name != "기타"]
    return Weighted(names, [shares[name] for name in names])


def draw_northern_county(rng: Random) -> County:
    """Where a family of the North lived in 1945."""
    return northern_counties()[northern_provinces().draw(rng)].draw(rng)


def southern_text(rng: Random, county: County, *, village: bool) -> str:
    """A place as an applicant writes it: by the map of 1945, in Southern spelling."""
    full = _FULL[county.province]
    chance = rng.random()
    if chance < 0.10:
        return f"{county.province} {county.name[:-1]}"
    text = full if full == county.name else f"{full} {county.name}"
    if village and chance < 0.55 and county.name.endswith("군"):
        return f"{text} {rng.choice(_DISTRICTS)} {rng.choice(_VILLAGES)}"
    return text


def northern_text(rng: Random, county: County) -> str:
    """A place of birth as the Northern register writes it: mostly by the names of today."""
    if county.southern:
        full = "서울시" if county.province == "서울" else _FULL[county.province]
        return f"{full} {county.name}"
    if rng.random() < 0.12:
        name = f"{county.name[:-1]}시" if county.name.endswith("부") else county.name
        return f"{_FULL[county.province]} {name}"
    return rng.choice(county.later)


def draw_residence(rng: Random, county: County) -> str:
    """Where a person of the Northern register lives or last lived."""
    chance = rng.random()
    if county.southern or chance > 0.80:
        if chance > 0.93 or (county.southern and chance < 0.35):
            return f"평양시 {rng.choice(_CITY_WARDS)}"
        there = draw_northern_county(rng)
    elif chance > 0.55:
        there = northern_counties()[county.province].draw(rng)
    else:
        there = county
    return f"{rng.choice(there.later)} {rng.choice(_NEIGHBOURHOODS)}"


@dataclass(frozen=True, slots=True)
class Home:
    """Where an applicant lives now."""

    province: str
    districts: tuple[str, ...]

    @property
    def abroad(self) -> bool:
        """Whether it lies outside Korea."""
        return self.province in {"미국", "일본", "캐나다"}


@cache
def homes() -> Weighted[Home]:
    """Where applicants live: regions of the South by their shares, and 2.5% abroad."""
    rows = list(read_rows("residences_south.csv"))
    every = [Home(row["province"], tuple(row["districts"].split("|"))) for row in rows]
    weights = [float(row["pct_of_residents"]) for row in rows]
    inland = sum(w for home, w in zip(every, weights, strict=True) if not home.abroad)
    return Weighted(
        every,
        [w if h.abroad else w * 97.5 / inland for h, w in zip(every, weights, strict=True)],
    )
