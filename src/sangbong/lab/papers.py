"""The rows of the two registers, as their own clerks wrote them.

A row here is a plain line of CSV: no field of an invented person holds a comma, a quote or a line
break, so no quoting is needed and writing stays fast.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sangbong.lab.damage import (
    EARLIEST_YEAR,
    Clerk,
    Memory,
    clerk_of,
    draw_memory,
    jamo_error,
    own_birth,
    registered_birth,
    remembered_birth,
    romanised,
)
from sangbong.lab.population.families import Family, Kin, Person, relation_of
from sangbong.lab.population.lives import ROLL_DATE
from sangbong.lab.population.naming import hanja_given, north_given, south_given
from sangbong.lab.population.places import (
    County,
    Home,
    draw_residence,
    homes,
    northern_text,
    southern_counties,
    southern_text,
)

APPLICATION_HEADINGS: tuple[tuple[str, str], ...] = (
    ("신청번호", "application_no"),
    ("신청인 성명", "applicant_name"),
    ("신청인 한자", "applicant_hanja"),
    ("신청인 로마자", "applicant_roman"),
    ("신청인 아명", "applicant_house_name"),
    ("신청인 성별", "applicant_sex"),
    ("신청인 생년월일", "applicant_birth"),
    ("신청인 음양", "applicant_calendar"),
    ("신청인 출생지", "applicant_birthplace"),
    ("신청인 현주소", "applicant_residence"),
    ("신청인 아버지", "applicant_father"),
    ("신청인 어머니", "applicant_mother"),
    ("신청일", "lodged_on"),
    ("생존 확인일", "living_as_of"),
    ("동의", "consents"),
    ("앞선 신청번호", "succeeds"),
    ("찾는 가족 번호", "sought_no"),
    ("관계", "relation"),
    ("찾는 가족 성명", "sought_name"),
    ("찾는 가족 아명", "sought_house_name"),
    ("찾는 가족 성별", "sought_sex"),
    ("찾는 가족 생년월일", "sought_birth"),
    ("찾는 가족 음양", "sought_calendar"),
    ("헤어질 당시 주소", "address_at_separation"),
    ("찾는 가족 아버지", "sought_father"),
    ("찾는 가족 어머니", "sought_mother"),
    ("비고", "note"),
)
"""Headings of applications.csv, Korean and English."""

REGISTER_HEADINGS: tuple[tuple[str, str], ...] = (
    ("등록번호", "record_no"),
    ("성명", "name"),
    ("아명", "house_name"),
    ("옛 이름", "former_name"),
    ("로마자", "roman"),
    ("성별", "sex"),
    ("생년월일", "birth"),
    ("음양", "calendar"),
    ("출생지", "birthplace"),
    ("현거주지", "residence"),
    ("아버지", "father"),
    ("어머니", "mother"),
    ("세대번호", "household_no"),
    ("생사", "life_status"),
    ("사망날자", "death_date"),
    ("보호", "shielded"),
)
"""Headings of register.csv, Korean and English."""

_SEXES = {"M": "남", "F": "여"}
_EARLIER_ROUNDS = (
    ("제10차 이산가족 상봉 참가", 2004),
    ("제16차 이산가족 상봉 참가", 2007),
    ("제17차 이산가족 상봉 참가", 2009),
    ("제19차 이산가족 상봉 참가", 2014),
    ("제20차 이산가족 상봉 참가", 2015),
)
_LODGED = (
    (0.30, date(1988, 9, 1), date(1999, 12, 31)),
    (0.87, date(2000, 1, 3), date(2001, 12, 31)),
    (1.00, date(2002, 1, 2), date(2018, 5, 31)),
)
"""When applications were lodged: nearly nine in ten of all ever before 2002 (applicants_by_date)."""
_SEEN = (
    (0.52, date(2018, 3, 5), date(2018, 6, 15)),
    (0.78, date(2017, 1, 9), date(2017, 12, 28)),
    (0.93, date(2016, 1, 11), date(2016, 12, 29)),
    (1.00, date(2012, 2, 6), date(2015, 12, 30)),
)
"""When an applicant was last known to live: the survey of 2018 was under way (stylised shares)."""


@dataclass(frozen=True, slots=True)
class Application:
    """The facts of one application that the truth needs beside its rows."""

    number: str
    rows: tuple[str, ...]
    living_as_of: date
    consented: bool
    already_met: bool
    home: Home


def header(headings: tuple[tuple[str, str], ...]) -> str:
    """The Korean heading line of a file."""
    return ",".join(korean for korean, _ in headings) + "\n"


def _between(rng: Random, spans: tuple[tuple[float, date, date], ...]) -> date:
    chance = rng.random()
    low, high = next((low, high) for upto, low, high in spans if chance < upto)
    return low + timedelta(rng.randrange((high - low).days + 1))


def _consents(rng: Random) -> tuple[str, bool]:
    chance = rng.random()
    if chance < 0.01:
        return "", False
    if chance < 0.04:
        return "search", False
    given = ["search", "name_to_other_side"]
    if rng.random() < 0.55:
        given.append("film")
    if rng.random() < 0.90:
        given.append("list_exchange")
    return ";".join(given), True


def application(
    rng: Random,
    family: Family,
    *,
    number: str,
    succeeds: str,
    as_anchor: bool,
    died_in: date | None,
) -> Application:
    """This will write one application: a row for each person sought.

    Args:
        rng: the world's stream.
        family: whose kin are sought.
        number: the application's number.
        succeeds: number of the application that this one continues; empty for most.
        as_anchor: the anchor applies (the application of a parent, dead since).
        died_in: when the parent died; the last sign of life is before it.
    """
    memory = draw_memory(rng)
    person = family.anchor if as_anchor else family.applicant
    home = homes().draw(rng)
    consents, consented = _consents(rng)
    lodged = _between(rng, _LODGED)
    seen = _between(rng, _SEEN)
    note, met = "", False
    if died_in is not None:
        lodged = min(lodged, died_in - timedelta(200))
        seen = max(lodged, died_in - timedelta(rng.randrange(30, 900)))
        note = f"신청인 별세 {died_in.year}"
    elif succeeds:
        lodged = max(lodged, ROLL_DATE - timedelta(rng.randrange(60, 1500)))
        note = "유가족 재신청"
    if died_in is None:
        seen = max(seen, lodged)
        if not succeeds and rng.random() < 0.03:
            text, year = rng.choice(_EARLIER_ROUNDS)
            if lodged.year < year:
                note, met = text, True
    own = _applicant_fields(rng, family, person, memory, home, as_anchor=as_anchor)
    shared = f"{number},{own},{lodged},{seen},{consents},{succeeds}"
    rows = tuple(
        f"{shared},{at},{_sought_fields(rng, family, kin, memory, home, as_anchor=as_anchor)},{note}\n"
        for at, kin in enumerate(family.kin, start=1)
    )
    return Application(number, rows, seen, consented, met, home)


def _applicant_fields(
    rng: Random, family: Family, person: Person, memory: Memory, home: Home, *, as_anchor: bool
) -> str:
    given = south_given(person.given)
    name, roman, hanja = person.surname.south + given, "", ""
    if home.abroad:
        roman = romanised(person.surname.south, given, rng)
        if rng.random() < 0.35:
            name = roman
    elif rng.random() < 0.7:
        hanja = person.surname.hanja + hanja_given(person.given)
    house = person.house if rng.random() < 0.5 else ""
    birth = own_birth(rng, person.born, memory)
    born_south = family.second_generation and not as_anchor
    county = southern_counties().draw(rng) if born_south else family.county
    birthplace = southern_text(rng, county, village=True)
    residence = f"{home.province} {rng.choice(home.districts)}"
    return (
        f"{name},{hanja},{roman},{house},{_SEXES[person.sex]},{birth.text},{birth.calendar},"
        f"{birthplace},{residence},{_southern_parent(rng, person.father, memory)},"
        f"{_southern_parent(rng, person.mother, memory)}"
    )


def _southern_parent(rng: Random, parent: Person | None, memory: Memory) -> str:
    if parent is None or rng.random() < 0.04 + 0.10 * memory.haze:
        return ""
    if parent.sex == "F" and parent.born.year < 1910 and rng.random() < 0.18:
        return f"{parent.surname.south}씨"  # a mother known by her surname only
    if parent.house and rng.random() < 0.3:
        return parent.surname.south + parent.house
    name = parent.south()
    return jamo_error(name, rng) if rng.random() < 0.03 + 0.05 * memory.haze else name


def _sought_fields(
    rng: Random, family: Family, kin: Kin, memory: Memory, home: Home, *, as_anchor: bool
) -> str:
    person = kin.person
    relation, _ = relation_of(family, kin, seen_by_anchor=as_anchor)
    name, house = _remembered_name(rng, person, memory, home)
    birth = remembered_birth(rng, person.born, memory)
    address = ""
    if rng.random() > 0.03 + 0.05 * memory.haze:
        address = southern_text(rng, family.county, village=True)
    knows_parents = kin.role in {"sibling", "child"} or rng.random() < 0.5
    father = _southern_parent(rng, person.father, memory) if knows_parents else ""
    mother = _southern_parent(rng, person.mother, memory) if knows_parents else ""
    return (
        f"{relation},{name},{house},{_SEXES[person.sex]},{birth.text},{birth.calendar},"
        f"{address},{father},{mother}"
    )


def _remembered_name(rng: Random, person: Person, memory: Memory, home: Home) -> tuple[str, str]:
    """Name and house name as the applicant tells them."""
    name, house = person.south(), ""
    if person.house:
        chance = rng.random()
        if chance < 0.30:
            name = person.surname.south + person.house  # the elder remembers what was called out
        elif chance < 0.70:
            house = person.house
    chance = rng.random()
    if home.abroad and chance < 0.30:
        return romanised(
            name[: len(person.surname.south)], name[len(person.surname.south) :], rng
        ), (house)
    if chance < 0.02 + 0.06 * memory.haze:
        name = jamo_error(name, rng)
    elif chance > 0.985:
        name = person.surname.north + north_given(person.former or person.given)
    return name, house


# --- the Northern register ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Household:
    """A household of the Northern register."""

    number: str
    residence: str


def draw_household(rng: Random, county: County, *, number: int) -> Household:
    """A household somewhere, mostly not far from where the family lived in 1945."""
    # scattered numbers, so that neighbours in the file are not kin
    return Household(f"S{number * 7_368_787 % 9_999_991:07}", draw_residence(rng, county))


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the register, and whether it says that the person must not be found."""

    line: str
    shielded: bool


def register_line(
    rng: Random, person: Person, *, record_no: str, county: County, household: Household
) -> Entry:
    """This will write one record of the Northern register; the person was born in 1904 or later."""
    clerk: Clerk = clerk_of(county.number)
    name = person.north()
    if rng.random() < 0.02:
        name = jamo_error(name, rng)
    house = person.house if person.house and rng.random() < 0.20 else ""
    former = ""
    if person.former is not None and rng.random() < 0.5:
        former = person.surname.north + north_given(person.former)
    birth = registered_birth(rng, person.born, clerk)
    birthplace = "" if rng.random() < 0.03 else northern_text(rng, county)
    status, death_date = _life_status(rng, person, birth.text)
    shielded = rng.random() < 0.005
    number = household.number if rng.random() < 0.99 else ""
    sex = _SEXES[person.sex] if rng.random() < 0.997 else ""
    line = (
        f"{record_no},{name},{house},{former},,{sex},{birth.text},{birth.calendar},"
        f"{birthplace},{household.residence},{_northern_parent(rng, person.father, 0.10)},"
        f"{_northern_parent(rng, person.mother, 0.16)},{number},{status},{death_date},"
        f"{'예' if shielded else ''}\n"
    )
    return Entry(line, shielded)


def _northern_parent(rng: Random, parent: Person | None, missing: float) -> str:
    if parent is None or rng.random() < missing:
        return ""
    name = parent.north()
    if parent.house and rng.random() < 0.15:
        name = parent.surname.north + parent.house
    return jamo_error(name, rng) if rng.random() < 0.05 else name


def _life_status(rng: Random, person: Person, birth_text: str) -> tuple[str, str]:
    """What the register believes: three in a hundred of the dead still stand as living."""
    chance = rng.random()
    if person.died is None:
        return ("생존", "") if chance < 0.97 else ("", "")
    if chance < 0.03:
        return "생존", ""
    if chance < 0.07:
        return "", ""
    written_year = int(birth_text[:4])
    if person.died.year <= written_year or rng.random() < 0.30:
        return "사망", ""
    return "사망", person.died.isoformat()


def may_be_registered(person: Person) -> bool:
    """Whether a register of today still holds someone born so long ago."""
    return person.born.year >= EARLIEST_YEAR
