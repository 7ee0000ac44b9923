"""One invented world: two registers of separated families, and the truth beside them.

`make_world` writes three files under a folder:

- seoul/applications.csv, the applications lodged in the South, in Southern spelling;
- pyongyang/register.csv, a register of the North, in Northern spelling, shuffled;
- truth/truth.jsonl, who is who; never given to an office (`lab.truth` reads it).

The same seed and sizes give the same bytes. How it is made, and what in it is stylised:
docs/explanation/lab.md.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import TextIOWrapper
from pathlib import Path
from random import Random

from sangbong.lab.papers import (
    APPLICATION_HEADINGS,
    REGISTER_HEADINGS,
    Application,
    Entry,
    Household,
    application,
    draw_household,
    header,
    may_be_registered,
    register_line,
)
from sangbong.lab.population.families import (
    Family,
    Kin,
    Person,
    make_family,
    new_household_member,
    relation_of,
)
from sangbong.lab.population.lives import ROLL_DATE, draw_day
from sangbong.lab.population.places import County, draw_northern_county
from sangbong.lab.population.tables import (
    SOUGHT_COUNT,
    Weighted,
    age_band_shares,
    tier_by_age,
)
from sangbong.lab.truth import TRUTH_FILE

APPLICATIONS_FILE = Path("seoul", "applications.csv")
REGISTER_FILE = Path("pyongyang", "register.csv")

YEAR_END = date(2018, 12, 31)
FINAL_LISTS = date(2018, 8, 4)
LAST_LEG = date(2018, 8, 26)

_SUCCESSOR = 0.17
"""Share of second-generation applications that continue a dead parent's: about one in forty of all."""
_FAMILY_SHARE = 0.85
"""At most this part of the register are kin of applicants; the rest are strangers' families."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class WorldSummary:
    """What a world holds; counts of pairs are of persons sought."""

    seed: int
    applications: int
    successors: int
    without_consent: int
    already_met: int
    abroad: int
    dead_unknown: int
    """Applicants dead on the day of the roll whom the register of applicants believes alive."""
    sought: int
    alive: int
    dead: int
    absent: int
    with_living_kin: int
    """Applications with at least one person sought alive in the register."""
    register_rows: int
    other_kin: int
    shielded: int
    applications_path: Path
    register_path: Path
    truth_path: Path


@dataclass(slots=True)
class _Counts:
    applications: int = 0
    successors: int = 0
    without_consent: int = 0
    already_met: int = 0
    abroad: int = 0
    dead_unknown: int = 0
    sought: int = 0
    alive: int = 0
    dead: int = 0
    absent: int = 0
    with_living_kin: int = 0
    other_kin: int = 0
    shielded: int = 0


@dataclass(slots=True)
class _Register:
    """The Northern register while it is being written: every row knows its shuffled place."""

    rows: int
    places: array[int]
    lines: list[str]
    used: int = 0
    households: int = 0
    counts: _Counts = field(default_factory=_Counts)

    def room(self) -> int:
        return self.rows - self.used

    def household(self, rng: Random, county: County) -> Household:
        self.households += 1
        return draw_household(rng, county, number=self.households)

    def enter(
        self, rng: Random, person: Person, county: County, household: Household
    ) -> tuple[str, Entry]:
        place = self.places[self.used]
        self.used += 1
        record_no = f"KP-PYO-R-{place + 1:06}"
        entry = register_line(rng, person, record_no=record_no, county=county, household=household)
        self.lines[place] = entry.line
        self.counts.shielded += entry.shielded
        return record_no, entry


@dataclass(frozen=True, slots=True)
class _Found:
    """The truth of one person sought, as the file holds it."""

    record_no: str | None
    fate: str
    lives: bool
    answer: str | None = None
    shielded: bool = False
    dies_on: date | None = None


@dataclass(frozen=True, slots=True)
class _Kindred:
    """What became of the kin of one applicant."""

    found: list[_Found]
    others: list[list[object]]


def make_world(
    *,
    seed: int,
    applicants: int,
    register: int,
    folder: Path,
    progress: Progress | None = None,
) -> WorldSummary:
    """This will write a whole world into a folder and count what is in it.

    Args:
        seed: the same seed and sizes give the same bytes.
        applicants: applications to write, one or more; each seeks one to eight persons.
        register: records of the Northern register, one or more. A small register leaves out kin.
        folder: made where missing; existing files are written over.
        progress: called with (applications written, all) now and then.
    """
    if applicants < 1 or register < 1:
        raise ValueError("a world needs at least one application and one record")
    rng = Random(f"sangbong lab 1/{seed}/{applicants}/{register}")
    places = array("l", range(register))
    rng.shuffle(places)
    book = _Register(register, places, [""] * register)
    paths = [folder / APPLICATIONS_FILE, folder / REGISTER_FILE, folder / TRUTH_FILE]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    with (
        paths[0].open("w", encoding="utf-8", newline="") as filed,
        paths[2].open("w", encoding="utf-8", newline="") as truth,
    ):
        filed.write(header(APPLICATION_HEADINGS))
        truth.write(
            json.dumps({"seed": seed, "applicants": applicants, "register": register}) + "\n"
        )
        _families(_Desk(rng, book, filed, truth, applicants), progress)
    while book.room():
        _strangers(rng, book)
    with paths[1].open("w", encoding="utf-8", newline="") as out:
        out.write(header(REGISTER_HEADINGS))
        out.writelines(book.lines)
    return _summary(seed, book, paths)


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where families are written down: the stream of chance, the register and the open files."""

    rng: Random
    book: _Register
    filed: TextIOWrapper
    truth: TextIOWrapper
    applicants: int


def _families(desk: _Desk, progress: Progress | None) -> None:
    shares = age_band_shares()
    bands = Weighted(list(shares), list(shares.values()))
    written = told = 0
    while written < desk.applicants:
        band = bands.draw(desk.rng)
        tier = tier_by_age()[band].draw(desk.rng)
        family = make_family(desk.rng, band=band, tier=tier, count=SOUGHT_COUNT.draw(desk.rng))
        written += _lodge(desk, family, written)
        if progress is not None and (written - told >= 500 or written == desk.applicants):
            progress(written, desk.applicants)
            told = written


def _lodge(desk: _Desk, family: Family, written: int) -> int:
    """Enter a family's kin, then its application, or a dead parent's and the one that continues it."""
    rng, book = desk.rng, desk.book
    allowed = int(book.rows * _FAMILY_SHARE * (written + 1) / desk.applicants) - book.used
    spare = book.rows * _FAMILY_SHARE / desk.applicants - 2.9
    found, others = _register_family(rng, book, family, max(0, allowed), min(1.0, spare))
    continued = (
        family.second_generation
        and desk.applicants - written > 1
        and family.anchor.sex == "M"
        and rng.random() < _SUCCESSOR
    )
    predecessor = ""
    if continued:
        written += 1
        predecessor = _number(written)
        died = date(2003, 1, 1) + timedelta(rng.randrange(5000))
        paper = application(
            rng, family, number=predecessor, succeeds="", as_anchor=True, died_in=died
        )
        _write_down(desk, family, paper, _Kindred(found, []), died_in=died)
        book.counts.successors += 1
    number = _number(written + 1)
    paper = application(
        rng, family, number=number, succeeds=predecessor, as_anchor=False, died_in=None
    )
    _write_down(desk, family, paper, _Kindred(found, others), died_in=None)
    return 1 + continued


def _number(place: int) -> str:
    return f"KR-SEL-A-{place:06}"


# --- who of a family stands in the Northern register ----------------------------------------------


def _absent(rng: Random, person: Person) -> bool:
    """Whether the register lacks the person: the long dead mostly, and some who moved on."""
    if not may_be_registered(person):
        return True
    if person.died is None:
        return rng.random() < 0.14
    return rng.random() < (0.50 if person.died.year < 1965 else 0.24)


def _register_family(
    rng: Random, book: _Register, family: Family, allowed: int, spare: float
) -> tuple[list[_Found], list[list[object]]]:
    """Enter the kin who stayed: the old home together, others in households of their own."""
    home = book.household(rng, family.county)
    stays = (0.85, 0.40, 0.0)[0 if (kept := rng.random()) < 0.30 else 1 if kept < 0.70 else 2]
    found: list[_Found] = []
    others: list[list[object]] = []
    for kin in family.kin:
        person = kin.person
        if _absent(rng, person) or allowed <= 0:
            found.append(_Found(None, "absent", person.died is None))
            continue
        together = kin.role in {"father", "mother"} or rng.random() < stays
        household = home if together else book.household(rng, family.county)
        record_no, entry = book.enter(rng, person, family.county, household)
        allowed -= 1
        lives = person.died is None
        answer = _answer(rng, person) if lives else None
        dies = _dies(rng, "PRK", person) if lives else None
        fate = "alive" if lives else "dead"
        found.append(_Found(record_no, fate, lives, answer, entry.shielded, dies))
        if allowed > 1 and not together and rng.random() < 0.40 * spare:
            members = _household_members(rng, book, family, kin, household)
            others.extend(members)
            allowed -= len(members)
    return found, others


def _household_members(
    rng: Random, book: _Register, family: Family, kin: Kin, household: Household
) -> list[list[object]]:
    """Spouse and children of a person found: kin whom nobody asked for."""
    spouse = new_household_member(
        rng, of=kin.person, role="spouse", children=family.children, parent=None
    )
    people = [(spouse, "spouse")] if may_be_registered(spouse) else []
    for _ in range(rng.randrange(3)):
        child = new_household_member(
            rng, of=kin.person, role="child", children=family.children, parent=spouse
        )
        people.append((child, "child"))
    entered: list[list[object]] = []
    for person, role in people[: book.room()]:
        record_no, _ = book.enter(rng, person, family.county, household)
        lives = person.died is None
        answer = _answer(rng, person) if lives else None
        entered.append([record_no, f"{role} of {kin.role}", lives, answer])
    book.counts.other_kin += len(entered)
    return entered


def _answer(rng: Random, person: Person) -> str:
    """88% are willing; the old are unwell more often."""
    chance = rng.random()
    if chance < 0.88:
        return "willing"
    unwell = 0.03 if person.born.year > 1945 else 0.07
    return "unwell" if chance < 0.88 + unwell else "refused"


def _dies(rng: Random, country: str, person: Person) -> date | None:
    return draw_day(
        rng, country=country, sex=person.sex, born=person.born, seen=ROLL_DATE, until=YEAR_END
    )


def _strangers(rng: Random, book: _Register) -> None:
    """A family of the North with no kin among the applicants."""
    county = draw_northern_county(rng)
    household = book.household(rng, county)
    family = make_family(rng, band="80-89", tier="sibling", count=1 + rng.randrange(4))
    for kin in family.kin:
        if not book.room() or not may_be_registered(kin.person):
            continue
        own = household if rng.random() < 0.5 else book.household(rng, county)
        book.enter(rng, kin.person, county, own)
        if book.room() > 3 and rng.random() < 0.5:
            _household_members(rng, book, family, kin, own)


# --- the truth ------------------------------------------------------------------------------------


def _write_down(
    desk: _Desk, family: Family, paper: Application, kindred: _Kindred, *, died_in: date | None
) -> None:
    desk.filed.writelines(paper.rows)
    rng, counts, found = desk.rng, desk.book.counts, kindred.found
    person = family.anchor if died_in else family.applicant
    died = died_in or draw_day(
        rng,
        country="KOR",
        sex=person.sex,
        born=person.born,
        seen=paper.living_as_of,
        until=YEAR_END,
    )
    age = ROLL_DATE.year - person.born.year
    unfit = 0.26 if age >= 90 else 0.15 if age >= 80 else 0.07 if age >= 70 else 0.03
    withdraws = None
    if rng.random() < 0.045:
        withdraws = FINAL_LISTS + timedelta(rng.randrange((LAST_LEG - FINAL_LISTS).days))
    sitting = rng.random()
    tiers = [relation_of(family, kin, seen_by_anchor=bool(died_in))[1] for kin in family.kin]
    record = {
        "application_no": paper.number,
        "died_on": died.isoformat() if died else None,
        "reachable": rng.random() > (0.20 if paper.living_as_of.year < 2016 else 0.06),
        "willing": rng.random() > 0.13,
        "fit": rng.random() > unfit,
        "withdraws_on": withdraws.isoformat() if withdraws else None,
        "sitting": "held"
        if sitting < 0.955
        else "applicant_absent"
        if sitting < 0.975
        else "found_absent"
        if sitting < 0.99
        else "broken_off",
        "sought": [
            [
                number,
                one.record_no,
                one.fate,
                one.lives,
                one.answer,
                one.shielded,
                one.dies_on.isoformat() if one.dies_on else None,
                tier,
            ]
            for number, (one, tier) in enumerate(zip(found, tiers, strict=True), start=1)
        ],
        "other_kin": kindred.others,
    }
    desk.truth.write(json.dumps(record, separators=(",", ":")) + "\n")
    counts.applications += 1
    counts.without_consent += not paper.consented
    counts.already_met += paper.already_met
    counts.abroad += paper.home.abroad
    counts.dead_unknown += died_in is None and died is not None and died <= ROLL_DATE
    counts.sought += len(found)
    for one in found:
        counts.alive += one.fate == "alive"
        counts.dead += one.fate == "dead"
        counts.absent += one.fate == "absent"
    counts.with_living_kin += any(one.fate == "alive" for one in found)


def _summary(seed: int, book: _Register, paths: list[Path]) -> WorldSummary:
    counts = book.counts
    return WorldSummary(
        seed=seed,
        applications=counts.applications,
        successors=counts.successors,
        without_consent=counts.without_consent,
        already_met=counts.already_met,
        abroad=counts.abroad,
        dead_unknown=counts.dead_unknown,
        sought=counts.sought,
        alive=counts.alive,
        dead=counts.dead,
        absent=counts.absent,
        with_living_kin=counts.with_living_kin,
        register_rows=book.rows,
        other_kin=counts.other_kin,
        shielded=counts.shielded,
        applications_path=paths[0],
        register_path=paths[1],
        truth_path=paths[2],
    )
