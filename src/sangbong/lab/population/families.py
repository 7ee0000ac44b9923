"""One separated family: who went, who stayed, and whom the applicant seeks.

The *anchor* is the person by whom the family was parted. In the first generation the applicant is
the anchor; in the second a child of the anchor applies, born in the South, who never saw the kin.
About a fifth of the old applicants were born in the South: there the kin went north.

Only people born by 1951 are sought; spouses and children whom nobody in the South can know are
added to the Northern register by `lab.world`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from sangbong.lab.population.lives import PARTED_YEAR, ROLL_DATE, draw_birthday, draw_death
from sangbong.lab.population.naming import (
    Generation,
    Given,
    draw_generation,
    draw_given,
    draw_house_name,
    draw_surname,
    north_given,
    south_given,
)
from sangbong.lab.population.places import County, draw_northern_county, southern_counties
from sangbong.lab.population.tables import (
    AGE_BANDS,
    Surname,
    Weighted,
    birthplace_shares,
)

_BAND_AGES: dict[str, Weighted[int]] = {
    band: Weighted(
        range(low, high + 1),
        [
            0.80 ** (age - 90) if low == 90 else 1.0 + (0.03 if low >= 60 else 0.01) * (age - low)
            for age in range(low, high + 1)
        ],
    )
    for band, low, high in AGE_BANDS
}
"""Ages inside a printed band: stylised, thinning fast over 90."""


@dataclass(slots=True)
class Person:
    """One invented person, true in every field."""

    sex: str
    born: date
    surname: Surname
    given: Given
    house: str
    """What the person was called at home; empty for most."""
    died: date | None
    father: Person | None
    mother: Person | None
    former: Given | None = None
    """The registered name before it was changed; the one that kin in the South remember."""

    def south(self) -> str:
        """The name in Southern spelling, as the kin in the South remember it."""
        return self.surname.south + south_given(self.former or self.given)

    def north(self) -> str:
        """The name of today in Northern spelling."""
        return self.surname.north + north_given(self.given)


@dataclass(frozen=True, slots=True)
class Kin:
    """A person in a role towards the anchor (father, sibling, nephew…)."""

    person: Person
    role: str


@dataclass(slots=True)
class Family:
    """A family as one applicant sees it."""

    anchor: Person
    applicant: Person
    second_generation: bool
    tier: str
    county: County
    """Where the kin lived when the family was parted."""
    kin: list[Kin]
    children: Generation
    """The syllable of the generation after the anchor's."""


def make_family(rng: Random, *, band: str, tier: str, count: int) -> Family:
    """This will invent a family whose applicant has this age band, nearest tier and kin sought."""
    age = _BAND_AGES[band].draw(rng)
    born = date(ROLL_DATE.year - age, ROLL_DATE.month, ROLL_DATE.day) - timedelta(
        rng.randrange(365)
    )
    second = born.year > 1950 or (born.year > 1947 and rng.random() < 0.5)
    sex = "M" if rng.random() < (0.55 if second else 0.61) else "F"
    other = birthplace_shares()["기타"]
    # the second generation was born in the South too, and is counted as "other" when printed
    southern_origin = not second and rng.random() < (other - 0.155) / (1 - 0.155)
    county = southern_counties().draw(rng) if southern_origin else draw_northern_county(rng)
    first_place = rng.random() < 0.5
    own = draw_generation(rng, first=first_place)
    children = draw_generation(rng, first=not first_place)
    if second:
        anchor = _anchor_of(rng, born, own, tier=tier)
        _add_parents(rng, anchor, first_place=first_place)
        applicant = _child_of(rng, anchor, sex, born, children)
    else:
        anchor = _new(rng, sex, born.year, draw_surname(rng), own)
        anchor.born, anchor.died = born, None
        _add_parents(rng, anchor, first_place=first_place)
        applicant = anchor
    family = Family(anchor, applicant, second, tier, county, [], children)
    _choose_kin(rng, family, count, own)
    return family


def _anchor_of(rng: Random, child_born: date, own: Generation, *, tier: str) -> Person:
    """The parent who came south: grown up by the war where children were left behind."""
    latest = 1928 if tier == "sibling" else 1940
    year = min(child_born.year - rng.randint(22, 40), latest)
    sex = "M" if child_born.year - year > 44 or rng.random() < 0.75 else "F"
    return _new(rng, sex, year, draw_surname(rng), own)


def _child_of(rng: Random, anchor: Person, sex: str, born: date, generation: Generation) -> Person:
    """A child born in the South, of a marriage made there."""
    if anchor.sex == "M":
        wife_year = max(anchor.born.year - 3, born.year - rng.randint(20, 40))
        father, mother = anchor, _new(rng, "F", wife_year, draw_surname(rng), None)
    else:
        father, mother = _spouse(rng, anchor), anchor
    child = _new(rng, sex, born.year, father.surname, generation, father=father, mother=mother)
    child.born, child.died = born, None
    return child


def _add_parents(rng: Random, anchor: Person, *, first_place: bool) -> None:
    year = anchor.born.year
    mother_year = year - rng.randint(17, 40)
    father_year = min(mother_year - rng.randint(-3, 7), year - 17)
    generation = draw_generation(rng, first=not first_place)
    anchor.father = _new(rng, "M", father_year, anchor.surname, generation)
    while anchor.father.given == anchor.given:  # no child bore its father's name
        anchor.father = _new(rng, "M", father_year, anchor.surname, generation)
    anchor.mother = _new(rng, "F", mother_year, draw_surname(rng), None)


def _new(
    rng: Random,
    sex: str,
    year: int,
    surname: Surname,
    generation: Generation | None,
    *,
    father: Person | None = None,
    mother: Person | None = None,
) -> Person:
    """A person of the North who lived in 1950, with a life and names."""
    given = draw_given(rng, sex=sex, year=year, generation=generation)
    house = ""
    if rng.random() < 0.12:
        house = draw_house_name(rng, sex=sex, year=year, given=given, generation=generation)
    former = None
    # names of colonial fashion were changed after 1945; some men took another name in the war
    changes = 0.22 if sex == "F" and south_given(given).endswith("자") else 0.008
    if rng.random() < changes:
        former, given = given, draw_given(rng, sex=sex, year=1905, generation=None)
    while father is not None and given == father.given:  # no child bore its father's name
        given = draw_given(rng, sex=sex, year=year, generation=None)
    born = draw_birthday(rng, year=year)
    died = draw_death(rng, country="PRK", sex=sex, born=born, alive_in=1950)
    return Person(sex, born, surname, given, house, died, father, mother, former)


def _spouse(rng: Random, person: Person) -> Person:
    apart = rng.randint(-3, 7)
    if person.sex == "F":
        return _new(rng, "M", person.born.year - apart, draw_surname(rng), None)
    # wives of those married before the line closed were born by 1933
    year = min(person.born.year + apart, max(person.born.year, 1933))
    return _new(rng, "F", year, draw_surname(rng), None)


def new_household_member(
    rng: Random, *, of: Person, role: str, children: Generation, parent: Person | None
) -> Person:
    """A spouse or a child of a person of the North, whom nobody in the South can know."""
    if role == "spouse":
        return _spouse(rng, of)
    other = parent or _spouse(rng, of)
    father, mother = (of, other) if of.sex == "M" else (other, of)
    year = min(max(mother.born.year + rng.randint(19, 40), 1952), 1988)
    sex = "M" if rng.random() < 0.51 else "F"
    return _new(rng, sex, year, father.surname, children, father=father, mother=mother)


# --- whom the applicant seeks ---------------------------------------------------------------------


def _choose_kin(rng: Random, family: Family, count: int, own: Generation) -> None:
    if family.tier == "direct" and family.second_generation:
        family.kin.extend(_parents(family.anchor)[-count:])
    elif family.tier == "direct":
        _first_direct(rng, family, count)
    elif family.tier == "sibling" and family.second_generation:
        _half_siblings(rng, family, count)
    elif family.tier == "sibling":
        for _ in range(min(count, 5 if rng.random() < 0.8 else 3)):
            family.kin.append(_sibling(rng, family, own))
    while len(family.kin) < count:
        family.kin.append(_farther(rng, family, _farther_role(rng, family), own))


def _farther_role(rng: Random, family: Family) -> str:
    chance = rng.random()
    if family.second_generation:
        return "sibling" if chance < 0.55 else "nephew"  # an uncle or aunt, or their child
    if family.tier == "direct" and chance < 0.75:
        if sum(kin.role == "sibling" for kin in family.kin) < 6:
            return "sibling"
        chance = rng.random()
    if family.anchor.born.year < 1932:
        return "nephew" if chance < 0.7 else "cousin"
    return "uncle" if chance < 0.25 else "nephew" if chance < 0.45 else "cousin"


def _parents(person: Person) -> list[Kin]:
    pairs = ((person.father, "father"), (person.mother, "mother"))
    return [Kin(parent, role) for parent, role in pairs if parent is not None]


def _first_direct(rng: Random, family: Family, count: int) -> None:
    anchor = family.anchor
    year = anchor.born.year
    married = rng.random() < (0.68 if year <= 1922 else 0.55 if year <= 1928 else 0.10)
    if married and year <= 1931:
        spouse = _spouse(rng, anchor)
        first = max(1938, year + 18, spouse.born.year + 16)
        years = range(first, PARTED_YEAR + 1)
        children = sorted(rng.sample(years, k=min(rng.randint(1, 3), len(years))))
        if rng.random() < 0.7 or not children:
            family.kin.append(Kin(spouse, "spouse"))
        father, mother = (anchor, spouse) if anchor.sex == "M" else (spouse, anchor)
        for born in children[: max(0, count - len(family.kin))]:
            sex = "M" if rng.random() < 0.52 else "F"
            child = _new(
                rng, sex, born, father.surname, family.children, father=father, mother=mother
            )
            family.kin.append(Kin(child, "child"))
    parents = _parents(anchor)
    listed = [kin for kin in parents if rng.random() < (0.15 if family.kin else 0.60)]
    if not family.kin and not listed:
        listed = parents[1:]  # the mother, who lives longer
    family.kin.extend(listed[: max(0, count - len(family.kin))])


def _sibling(rng: Random, family: Family, own: Generation) -> Kin:
    anchor = family.anchor
    mother, father = anchor.mother, anchor.father
    low = max(mother.born.year + 16, anchor.born.year - 14) if mother else anchor.born.year - 10
    high = min(mother.born.year + 45 if mother else PARTED_YEAR, anchor.born.year + 16, PARTED_YEAR)
    taken = {anchor.born.year} | {kin.person.born.year for kin in family.kin}
    for _ in range(6):
        # the young are sought more often than the old, who were known to be old
        year = max(rng.randint(low, high), rng.randint(low, high))
        if year not in taken:
            break
    sex = "M" if rng.random() < 0.52 else "F"
    return Kin(_new(rng, sex, year, anchor.surname, own, father=father, mother=mother), "sibling")


def _half_siblings(rng: Random, family: Family, count: int) -> None:
    """Children whom the anchor left in the North: half-brothers and half-sisters."""
    anchor = family.anchor
    spouse = _spouse(rng, anchor)
    father, mother = (anchor, spouse) if anchor.sex == "M" else (spouse, anchor)
    first = min(max(1936, anchor.born.year + 17, mother.born.year + 16), PARTED_YEAR)
    for _ in range(min(count, rng.randint(1, 3))):
        sex = "M" if rng.random() < 0.52 else "F"
        year = rng.randint(first, PARTED_YEAR)
        child = _new(rng, sex, year, father.surname, family.children, father=father, mother=mother)
        family.kin.append(Kin(child, "child"))


def _farther(rng: Random, family: Family, role: str, own: Generation) -> Kin:
    anchor = family.anchor
    if role == "sibling":
        return _sibling(rng, family, own)
    sex = "M" if rng.random() < 0.52 else "F"
    if role == "uncle":
        side = "father" if rng.random() < 0.7 else "mother"
        parent = anchor.father if side == "father" else anchor.mother
        base = parent.born.year if parent else anchor.born.year - 25
        surname = parent.surname if parent else anchor.surname
        year = min(base + rng.randint(-6, 16), PARTED_YEAR - 8)
        return Kin(_new(rng, sex, year, surname, None), f"uncle_{side}")
    # the child of a brother, or of an uncle: the father is a person of his own
    low = min(max(anchor.born.year - (8 if role == "cousin" else -8), 1926), PARTED_YEAR - 4)
    year = max(rng.randint(low, PARTED_YEAR), rng.randint(low, PARTED_YEAR))
    generation = family.children if role == "nephew" else own
    father = _new(rng, "M", year - rng.randint(20, 34), anchor.surname, own, father=anchor.father)
    mother = _new(rng, "F", year - rng.randint(18, 34), draw_surname(rng), None)
    return Kin(_new(rng, sex, year, anchor.surname, generation, father=father, mother=mother), role)


# --- what the applicant calls them ----------------------------------------------------------------


def relation_of(family: Family, kin: Kin, *, seen_by_anchor: bool = False) -> tuple[str, str]:
    """The kin term and tier of a person sought, as the applicant (or the anchor) says it."""
    person, anchor = kin.person, family.anchor
    man = person.sex == "M"
    if family.second_generation and not seen_by_anchor:
        return _second_generation_term(anchor, kin)
    if kin.role == "sibling":
        return _sibling_term(anchor, person), "sibling"
    terms = {
        "father": ("아버지", "direct"),
        "mother": ("어머니", "direct"),
        "spouse": ("남편" if man else "아내", "direct"),
        "child": ("아들" if man else "딸", "direct"),
        "nephew": ("조카" if man else "조카딸", "third_degree_plus"),
        "cousin": ("사촌", "third_degree_plus"),
        "uncle_mother": ("외삼촌" if man else "이모", "third_degree_plus"),
        "uncle_father": (_fathers_side(anchor.father, person), "third_degree_plus"),
    }
    return terms[kin.role]


def _sibling_term(speaker: Person, person: Person) -> str:
    man = person.sex == "M"
    if person.born > speaker.born:
        return "남동생" if man else "여동생"
    if speaker.sex == "M":
        return "형" if man else "누나"
    return "오빠" if man else "언니"


def _fathers_side(father: Person | None, person: Person) -> str:
    if person.sex == "F":
        return "고모"
    return "큰아버지" if father is not None and person.born < father.born else "작은아버지"


def _second_generation_term(anchor: Person, kin: Kin) -> tuple[str, str]:
    by_father = anchor.sex == "M"
    man = kin.person.sex == "M"
    if kin.role == "father":
        return ("할아버지" if by_father else "외할아버지"), "direct"
    if kin.role == "mother":
        return ("할머니" if by_father else "외할머니"), "direct"
    if kin.role == "child":
        return ("이복형제" if by_father else "이부형제"), "sibling"
    if kin.role == "sibling":
        term = _fathers_side(anchor, kin.person) if by_father else ("외삼촌" if man else "이모")
        return term, "third_degree_plus"
    return ("사촌" if by_father else "외사촌"), "third_degree_plus"
