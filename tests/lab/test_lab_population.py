"""Names, lives and places of invented people against the printed margins."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.lab.population import lives, naming, places, tables
from sangbong.lab.population.families import Family, make_family, relation_of
from sangbong.lab.population.lives import LunarDay
from sangbong.names.kin import read_kin
from sangbong.names.korean.spelling import fold

syllable_numbers = st.integers(0, len(naming.syllables()) - 1)
seeds = st.integers(0, 2**32).map(Random)


def near(found: float, wanted: float, tolerance: float) -> bool:
    return abs(found - wanted) <= tolerance


# --- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("north", "south"),
    [
        ("리", "이"),
        ("로", "노"),
        ("녀", "여"),
        ("련", "연"),
        ("뇨", "요"),
        ("김", "김"),
        ("나", "나"),
    ],
)
def test_a_first_syllable_follows_the_initial_sound_rule(north: str, south: str) -> None:
    assert naming.southern_initial(north) == south


@pytest.mark.parametrize(
    ("before", "north", "south"),
    [("선", "률", "율"), ("기", "렬", "열"), ("형", "렬", "렬"), ("창", "룡", "룡")],
)
def test_inside_a_name_only_ryeol_and_ryul_change(before: str, north: str, south: str) -> None:
    assert naming.southern_inside(north, before) == south


@given(
    surname=st.sampled_from(tables.surnames().items),
    name=st.lists(syllable_numbers, min_size=1, max_size=2).map(tuple),
)
def test_both_spellings_of_one_name_are_the_same_once_folded(
    surname: tables.Surname, name: naming.Given
) -> None:
    north = surname.north + naming.north_given(name)
    south = surname.south + naming.south_given(name)
    assert fold(north) == fold(south)


def test_womens_names_of_1945_follow_the_printed_counts() -> None:
    rng = Random(3)
    drawn = Counter(
        naming.south_given(naming.draw_given(rng, sex="F", year=1945, generation=None))
        for _ in range(20_000)
    )
    for name, count in (("영자", 9_298), ("정자", 8_995), ("순자", 8_314)):
        assert near(drawn[name] / 20_000, count / 250_000, 0.02), drawn.most_common(5)
    ja = sum(count for name, count in drawn.items() if name.endswith("자"))
    assert near(ja / 20_000, 0.32, 0.03)


def test_mens_top_names_are_an_order_of_magnitude_rarer() -> None:
    rng = Random(4)
    drawn = Counter(
        naming.south_given(naming.draw_given(rng, sex="M", year=1945, generation=None))
        for _ in range(20_000)
    )
    assert 0.002 < drawn["영수"] / 20_000 < 0.02
    assert drawn.most_common(1)[0][1] / 20_000 < 0.02


def test_names_in_ja_rise_and_fall_with_colonial_rule() -> None:
    def share(year: int) -> float:
        rng = Random(year)
        names = [naming.draw_given(rng, sex="F", year=year, generation=None) for _ in range(4_000)]
        return sum(naming.south_given(name).endswith("자") for name in names) / 4_000

    assert share(1905) < 0.05
    assert share(1940) > 0.25
    assert share(1975) < 0.03


def test_a_printed_year_without_counts_still_has_its_order() -> None:
    shares = list(naming.published_shares(1958, "F").values())
    assert shares == sorted(shares, reverse=True)


@given(seeds, st.sampled_from("MF"))
def test_a_house_name_is_another_name(rng: Random, sex: str) -> None:
    name = naming.draw_given(rng, sex=sex, year=1930, generation=None)
    house = naming.draw_house_name(rng, sex=sex, year=1930, given=name, generation=None)
    assert house
    assert house != naming.south_given(name) or len(house) == 2


def test_brothers_mostly_share_a_syllable_in_one_place() -> None:
    shared: Counter[bool] = Counter()
    for family in families(600):
        brothers = [
            kin.person.given
            for kin in family.kin
            if kin.role == "sibling" and kin.person.sex == "M" and len(kin.person.given) == 2
        ]
        for one, other in pairwise(brothers):
            shared[one[0] == other[0] or one[1] == other[1]] += 1
    assert shared[True] / shared.total() > 0.45


def test_nobody_bears_the_name_of_the_father() -> None:
    for family in families(400):
        for kin in family.kin:
            father = kin.person.father
            assert father is None or father.given != kin.person.given


# --- families -------------------------------------------------------------------------------------


def families(count: int, seed: int = 1) -> list[Family]:
    rng = Random(seed)
    shares = tables.age_band_shares()
    bands = tables.Weighted(list(shares), list(shares.values()))
    made = []
    for _ in range(count):
        band = bands.draw(rng)
        tier = tables.tier_by_age()[band].draw(rng)
        made.append(make_family(rng, band=band, tier=tier, count=tables.SOUGHT_COUNT.draw(rng)))
    return made


def test_a_family_has_the_tier_that_was_drawn_and_words_that_the_register_reads() -> None:
    for family in families(800):
        terms = [relation_of(family, kin) for kin in family.kin]
        assert min((tier for _, tier in terms), key=tables.TIERS.index) == family.tier
        for term, tier in terms:
            assert read_kin(term, column="관계").tier == tier


def test_a_parent_of_the_applicant_sees_the_same_kin_from_nearer() -> None:
    for family in families(800):
        if family.second_generation:
            for kin in family.kin:
                term, tier = relation_of(family, kin, seen_by_anchor=True)
                assert read_kin(term, column="관계").tier == tier


def test_mothers_are_of_an_age_to_bear_and_siblings_are_of_different_years() -> None:
    for family in families(800):
        for kin in family.kin:
            mother = kin.person.mother
            if mother is not None and kin.role in {"sibling", "child"}:
                assert 14 <= kin.person.born.year - mother.born.year <= 46
            assert kin.person.born.year <= lives.PARTED_YEAR


def test_an_applicant_is_alive_when_the_roll_is_made() -> None:
    assert {family.applicant.died for family in families(300)} == {None}


# --- tables ---------------------------------------------------------------------------------------


def test_tiers_by_age_hold_both_printed_margins() -> None:
    ages = tables.age_band_shares()
    table = tables.tier_by_age()
    for tier, share in tables.tier_shares().items():
        found = sum(table[band].share(tier) * part for band, part in ages.items())
        assert near(found, share, 0.001)


def test_a_choice_without_weight_is_refused_and_an_unknown_item_has_no_share() -> None:
    with pytest.raises(ValueError, match="nothing to choose"):
        tables.Weighted(["a"], [0.0])
    assert tables.Weighted(["a", "b"], [1.0, 3.0]).share("b") == 0.75
    assert tables.Weighted(["a"], [1.0]).share("c") == 0.0


@pytest.mark.parametrize("name", ["surnames.csv", "given_syllables.csv", "counties_1945.csv",
    "counties_south_1945.csv", "residences_south.csv", "given_name_eras.csv", "house_names.csv",
    "romanization_letters.csv", "surname_romanizations.csv", "applicants_age.csv",
    "applicants_kin.csv", "applicants_birthplace.csv", "applicants_residence.csv",
    "given_names_by_year.csv", "nk_admin_changes.csv", "life_table_mx_wpp2019.csv",
    "life_table_single_year_derived.csv"])  # fmt: skip
def test_every_row_of_every_table_names_its_source(name: str) -> None:
    assert {bool(row["source"]) for row in tables.read_rows(name)} == {True}


# --- lives ----------------------------------------------------------------------------------------


def test_a_lunar_day_is_the_almanacs() -> None:
    # new year of 1931 fell on 17 February; 1925 had a second fourth month
    assert lives.lunar_day(date(1931, 2, 17)) == LunarDay(1931, 1, 1, leap=False)
    assert lives.lunar_day(date(1925, 6, 1)) == LunarDay(1925, 4, 10, leap=True)


@given(st.dates(date(1877, 1, 1), date(2018, 1, 1)))
def test_every_lunar_day_exists_and_its_morrow_is_one_day_on(solar: date) -> None:
    here = lives.lunar_day(solar)
    assert lives.lunar_exists(here)
    after = lives.lunar_day(date.fromordinal(solar.toordinal() + 1))
    assert after.day in {here.day + 1, 1}


def test_a_day_beyond_the_month_does_not_exist() -> None:
    assert not lives.lunar_exists(LunarDay(1931, 4, 30, leap=False))
    assert not lives.lunar_exists(LunarDay(1931, 3, 1, leap=True))


def test_rates_are_the_tables_own() -> None:
    assert lives.yearly_rate("KOR", "M", 80, 2016) == 0.061275
    assert lives.yearly_rate("PRK", "F", 90, 2017) == 0.213788
    assert lives.yearly_rate("PRK", "M", 62, 2007) == 0.035248778
    assert lives.yearly_rate("PRK", "M", 62, 1980) == 0.042066381


def test_the_hungry_years_and_the_war_kill_more() -> None:
    assert lives.yearly_rate("PRK", "M", 70, 1996) > lives.yearly_rate("KOR", "M", 70, 1996)
    assert lives.yearly_rate("PRK", "M", 20, 1951) > 3 * lives.yearly_rate("PRK", "M", 20, 1955)


@given(seeds, st.integers(1890, 1951), st.sampled_from("MF"))
def test_nobody_dies_before_being_born_or_after_the_roll(rng: Random, year: int, sex: str) -> None:
    born = lives.draw_birthday(rng, year=year)
    died = lives.draw_death(rng, country="PRK", sex=sex, born=born, alive_in=1950)
    assert died is None or (born < died <= lives.ROLL_DATE and died.year >= 1950)


def test_deaths_to_the_end_of_the_year_follow_the_rate() -> None:
    rng = Random(5)
    seen, until = date(2018, 6, 24), date(2018, 12, 31)
    deaths = [
        lives.draw_day(rng, country="KOR", sex="M", born=date(1926, 1, 1), seen=seen, until=until)
        for _ in range(20_000)
    ]
    # men of 92: 0.2148 a year, so about 10.6% in 190 days
    assert near(sum(day is not None for day in deaths) / 20_000, 0.106, 0.012)
    assert {seen < day <= until for day in deaths if day is not None} == {True}


# --- places ---------------------------------------------------------------------------------------


@given(seeds)
def test_places_of_the_north_have_todays_names_and_those_of_the_south_none(rng: Random) -> None:
    north, south = places.draw_northern_county(rng), places.southern_counties().draw(rng)
    assert north.later
    assert south.southern
    assert places.northern_text(rng, north)
    assert places.northern_text(rng, south).split()[-1] == south.name
    assert places.draw_residence(rng, south)
    assert south.name[:-1] in places.southern_text(rng, south, village=True)


def test_homes_abroad_are_one_in_forty() -> None:
    homes = places.homes()
    abroad = sum(homes.share(home) for home in homes.items if home.abroad)
    assert near(abroad, 0.025, 0.001)
