from __future__ import annotations

import unicodedata
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import LANGUAGES, SangbongError
from sangbong.names.gazetteer import Period, Relation, Unit
from sangbong.names.korean.place_spellings import hanja_key, latin_key, letters_of, romanised
from sangbong.names.korean.spelling import fold_word
from sangbong.names.korean.tables import rows
from sangbong.names.places import (
    County,
    PlaceClue,
    PlaceMatch,
    counties_1945,
    find,
    later_names,
    overlap,
    place_book,
    read_place,
    territory,
)

BOOK = place_book().gazetteer()
NAMED = [(unit, period) for unit in BOOK.units.values() for period in unit.names]


def likeliest(text: str, year: int | None = None) -> tuple[str, int]:
    """The unit most probably meant, and the year of the map."""
    match = find(text, year=year)[0]
    return match.unit.id, match.year


def clues(text: str, year: int | None = None) -> list[PlaceClue]:
    return list(find(text, year=year)[0].why)


# The county of 1945


@pytest.mark.parametrize(
    ("raw", "province", "county"),
    [
        ("황해도 봉산군 사리원읍", "황해", "황해 봉산"),
        ("황북 은파군", "황해", "황해 봉산"),
        ("황해북도 린산군", "황해", "황해 평산"),
        ("평안남도 룡강군", "평남", "평남 용강"),
        ("강원도 원산시", "함남", "함남 원산"),
        ("함북 경성군", "함북", "함북 경성"),
        ("경성부 종로", "경기", "경기 경성"),
        ("경성군", "함북", "함북 경성"),
        ("자강도 강계시", "평북", "평북 강계"),
        ("평양시 모란봉구역", "평남", "평남 평양"),
        ("서울특별시, 종로구", "경기", "경기 경성"),
        ("황해도봉산군", "황해", "황해 봉산"),
        ("경기 이천군", "경기", "경기 이천"),
        ("영광군", "전남", "전남 영광"),
        ("함남 영광군", "함남", "함남 함주"),
        ("제주도", "전남", "전남 제주"),
        ("고성군", None, None),
        ("이천군", None, None),
        ("화성군", None, None),
        ("황해도", "황해", None),
        ("어느 산골", None, None),
        ("", None, None),
        ("黃海道 鳳山郡", "황해", "황해 봉산"),
        ("黃海道", "황해", None),
        ("Haeju, Hwanghae-do", "황해", "황해 해주"),
        ("South Hwanghae", "황해", None),
        ("Kosong", None, None),
        ("old village", None, None),
    ],
)
def test_an_address_of_any_age_leads_to_the_county_of_1945(
    raw: str, province: str | None, county: str | None
) -> None:
    found = read_place(raw, column="출생지")
    assert (found.as_written, found.province, found.county) == (raw, province, county)


def test_a_county_cut_from_several_keeps_them_all() -> None:
    """PL1."""
    found = read_place("황해북도 은파군", column="출생지")
    assert (found.county, found.counties) == (
        "황해 봉산",
        (("황해 봉산", 460), ("황해 재령", 90)),
    )
    assert read_place("봉산군", column="출생지").counties == (("황해 봉산", 1000),)
    assert read_place("황해도", column="출생지").counties == ()


@given(st.sampled_from(counties_1945()))
def test_every_county_of_1945_is_found_by_its_own_name(county: County) -> None:
    name = f"{county.province}도 {county.name}{county.kind}".replace("섬", "도")
    assert read_place(name.replace("도도", "도"), column="출생지").county == county.key


@given(st.sampled_from(counties_1945()))
def test_every_later_name_leads_back(county: County) -> None:
    for later in later_names(county.key):
        assert later.source
        assert 0 < later.share <= 1000
        matches = find(f"{later.province} {later.name}", year=int(later.since[:4]) + 1)
        grounds = [territory(match.unit.id, match.year).shares for match in matches]
        assert any(county.key in dict(shares) for shares in grounds), later


def test_the_later_names_of_a_county_come_with_their_dates_and_shares() -> None:
    assert [(n.name, n.province, n.since, n.share) for n in later_names("황해 재령")] == [
        ("신원", "황해", "1952-12-22", 318),
        ("은파", "황해", "1952-12-22", 90),
    ]
    assert ("남포", "남포", "1979-12-01", 300) in [
        (n.name, n.province, n.since, n.share) for n in later_names("평남 용강")
    ]


def test_a_place_with_a_hidden_character_is_refused() -> None:
    with pytest.raises(SangbongError, match=r"names\.invisible_character"):
        read_place("황해도\u200b 봉산군", column="출생지")
    with pytest.raises(SangbongError, match=r"names\.invisible_character"):
        find("황해도\u200b 봉산군")


def test_another_tradition_has_a_book_of_its_own() -> None:
    with pytest.raises(ModuleNotFoundError):
        place_book("nowhere")


# What a name may mean


@pytest.mark.parametrize(
    ("text", "unit", "year"),
    [
        ("봉산군", "황해 봉산", 1945),
        ("황해북도 봉산군", "황해 봉산", 1955),
        ("黃海道 鳳山郡", "황해 봉산", 1945),
        ("黄海道鳳山郡沙里院邑", "황해 봉산", 1945),
        ("황해도봉산군사리원읍", "황해 봉산", 1945),
        ("봉산군사리원읍", "황해 봉산", 1945),
        ("平壤", "평남 평양", 1945),
        ("平壌府", "평남 평양", 1945),
        ("開城", "경기 개성", 1945),
        ("咸興", "함남 함흥", 1945),
        ("黃海道", "황해", 1945),
        ("平南", "평남", 1945),
        ("P'yŏngyang", "평남 평양", 1945),
        ("Phyongyang", "평남 평양", 1945),
        ("Hamhung", "함남 함흥", 1945),
        ("Kaesong", "경기 개성", 1945),
        ("Hwanghae-do", "황해", 1945),
        ("Pongsangun", "황해 봉산", 1945),
        ("South Pyongan Province", "평남", 1945),
        ("Pongsan County, North Hwanghae Province", "황해 봉산", 1955),
        ("Kangso-gun, Pyongan-namdo", "평남 강서", 1945),
        ("Heijo", "평남 평양", 1945),
        ("제물포", "경기 인천", 1945),
        ("松都", "경기 개성", 1945),
        ("린산군", "황해 린산", 1953),
        ("인산군", "황해 린산", 1953),
        ("은률", "황해 은율", 1945),
        ("평양시 강남군", "평남 강남", 1964),
        ("강남군, 평양시", "평남 강남", 1964),
        ("개성시 개풍구역", "경기 개풍", 2021),
        ("남포특별시", "평남 진남포", 2011),
        ("Rason", "함북 나진", 2001),
        ("제주도", "전남 제주", 1945),
        ("평북 만포", "자강 만포", 1949),
        ("황해남도 은파군", "황해 은파", 1953),
    ],
)
def test_a_name_in_any_script_is_found(text: str, unit: str, year: int) -> None:
    """PL2 and PL3."""
    assert likeliest(text) == (unit, year)


@pytest.mark.parametrize(
    ("text", "year", "unit", "meant", "clue"),
    [
        ("새별군", 1990, "함북 경원", 1990, PlaceClue.KIND),
        ("경원군", 2010, "함북 경원", 2010, PlaceClue.KIND),
        ("경원군", 1990, "함북 경원", 1945, PlaceClue.OTHER_YEAR),
        ("은덕군", 1950, "함북 경흥", 1978, PlaceClue.OTHER_YEAR),
        ("황해도 봉산군", 1990, "황해 봉산", 1945, PlaceClue.LAW),
        ("황해남도 해주시", 1990, "황해 해주", 1990, PlaceClue.PARENT),
        ("봉산군", 1990, "황해 봉산", 1990, PlaceClue.KIND),
        ("봉산군 초와면", 1990, "황해 봉산", 1952, PlaceClue.OLD_LEVEL),
        ("Pongsan-gun Ch'owa-myŏn", 1990, "황해 봉산", 1952, PlaceClue.OLD_LEVEL),
        ("연천군 서남면", 1990, "경기 연천", 1990, PlaceClue.KIND),
        ("경기도 연천군", 1955, "경기 연천", 1955, PlaceClue.PARENT),
    ],
)
def test_the_year_says_which_map_is_meant(
    text: str, year: int, unit: str, meant: int, clue: PlaceClue
) -> None:
    """PL4, and the law of one side (G4)."""
    assert likeliest(text, year) == (unit, meant)
    assert clue in clues(text, year)


def test_names_alike_are_told_apart_by_what_stands_with_them() -> None:
    assert {m.unit.id for m in find("고성군")} == {"강원 고성", "경남 고성", "북 고성"}
    assert likeliest("경남 고성군") == ("경남 고성", 1945)
    assert likeliest("경성부")[0] == "경기 경성"
    assert likeliest("鏡城")[0] == "함북 경성"
    assert likeliest("Cheongju")[0] == "충북 청주"
    assert likeliest("Jeongju")[0] == "평북 정주"
    assert PlaceClue.SOUND in find("Cheongju")[1].why
    assert PlaceClue.OTHER_KIND in find("경성부")[1].why
    assert PlaceClue.OTHER_PARENT in find("강원도 고성군")[-1].why
    assert PlaceClue.GROUND in clues("평북 만포")
    assert PlaceClue.LATER_UNIT in clues("은파군")


def test_a_level_that_came_to_an_end_speaks_against_a_later_unit() -> None:
    """KP3: there was no 면 in a county of 1952."""
    assert clues("은파군 초와면") == [
        PlaceClue.NAME, PlaceClue.LATER_UNIT, PlaceClue.KIND, PlaceClue.OLD_LEVEL,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "산골", "old village", "county", "郡", "ㄱ", "1945", "—", "서울역전앞"]
)
def test_a_place_that_nobody_knows_is_not_found(text: str) -> None:
    """PL5."""
    assert find(text) == ()


def test_the_weights_of_all_meanings_sum_to_one() -> None:
    for text in ("고성", "철원", "광주시", "Chongju", "강원도 고성군", "순천시"):
        assert sum(match.weight for match in find(text)) == pytest.approx(1.0)


def test_the_reasons_are_told_in_both_languages() -> None:
    texts = (("강원도 고성군", 1990), ("Cheongju", None), ("은덕군", 1950), ("평북 만포", None))
    more = (("봉산군 초와면", 1990), ("황해도 봉산군", 1990), ("경성부", None))
    matches = [match for text, year in (*texts, *more) for match in find(text, year=year)]
    assert {clue for match in matches for clue in match.why} == set(PlaceClue)
    for match, language in product(matches, LANGUAGES):
        assert all(match.reasons(language))
    assert find("봉산군")[0].reasons("en")[0] == (
        "It is called 봉산 since 1945-08-15; the map of 1945 is meant."
    )


def test_matches_are_compared_by_their_ground() -> None:
    old, new = find("황해도 봉산군")[0], find("황해북도 은파군")[0]
    assert overlap(old, new).relation is Relation.OVERLAPS
    assert overlap(old, find("황해도")[0]).relation is Relation.WITHIN


def _as_written(match: PlaceMatch, unit: Unit, period: Period) -> bool:
    return match.unit.id == unit.id and match.name in unit.names and match.weight > 0


@given(st.sampled_from(NAMED), st.sampled_from(["hangul", "north", "hanja", "latin"]))
def test_every_name_of_the_gazetteer_is_found_in_every_script(
    named: tuple[Unit, Period], script: str
) -> None:
    unit, period = named
    writings = {
        "hangul": [fold_word(period.value)],
        "north": [period.value],
        "hanja": [period.signs] if period.signs else [],
        "latin": sorted(romanised(period.value)),
    }
    for text in writings[script]:
        if "-" in text:
            continue
        assert any(_as_written(match, unit, period) for match in find(text)), text
        again = unicodedata.normalize("NFD", text)
        assert find(again) == find(text)


@given(st.sampled_from(NAMED))
def test_folding_a_name_changes_nothing(named: tuple[Unit, Period]) -> None:
    value = named[1].value
    if "-" not in value:
        assert find(value) == find(fold_word(value))


@given(st.text(max_size=40) | st.lists(st.sampled_from(
    ["황해도", "봉산", "군", "사리원읍", "鳳山郡", "Pongsan", "gun", "-", " ", ",", "평양시", "면"]
), max_size=8).map("".join))  # fmt: skip
def test_any_text_is_read_or_refused_with_a_code(text: str) -> None:
    found = _found_or_refused(text)
    if isinstance(found, SangbongError):
        assert all(found.text(language) for language in LANGUAGES)
    elif found:
        assert sum(match.weight for match in found) == pytest.approx(1.0)


def _found_or_refused(text: str) -> tuple[PlaceMatch, ...] | SangbongError:
    try:
        read_place(text, column="출생지")
        return find(text, year=1970)
    except SangbongError as error:
        return error


# Spellings


def test_a_place_is_spelled_by_its_sound_in_three_systems() -> None:
    """S1 and S2."""
    assert romanised("천리마") == {"cheollima", "cheonrima", "chollima", "chonrima"}
    assert romanised("북마") >= {"bungma", "pungma"}
    assert romanised("압록") >= {"amnok"}
    assert romanised("설날") >= {"seollal"}
    assert romanised("함림") >= {"hamnim"}
    assert romanised("안악") == {"anak"}
    assert romanised("平壤") == frozenset()


def test_the_key_of_a_spelling_keeps_what_all_systems_agree_on() -> None:
    """S3."""
    keys = {latin_key(text) for text in ("P'yŏngyang", "Pyeongyang", "Phyongyang", "PYONG YANG")}
    assert len(keys) == 1
    assert letters_of("Ŭnnyul-gun 1") == "unnyulgun"
    assert hanja_key("黄海道") == hanja_key("黃海道")


def test_every_alias_has_a_source_and_leads_to_its_unit() -> None:
    for row in rows("places_aliases"):
        assert row["source"]
        assert row["unit"] in {match.unit.id for match in find(row["written"])}, row


def test_the_shares_of_people_sum_to_one() -> None:
    """KG2."""
    shares = [place_book().share(county.key) for county in counties_1945()]
    assert sum(shares) == pytest.approx(1.0)
    assert min(shares) > 0


# What the tables tell of places that families name


@pytest.mark.parametrize(
    ("unit", "sides"),
    [
        ("경기 개성", ["", "south", "south", "north"]),
        ("경기 개풍", ["", "south", "south", "north"]),
        ("황해 옹진", ["", "south", "south", "north"]),
        ("강원 철원", ["", "north", "north", "south"]),
        ("강원 화천", ["", "north", "north", "south"]),
        ("강원 양구", ["", "north", "north", "south"]),
        ("강원 인제", ["", "north", "north", "south"]),
        ("강원 고성", ["", "north", "north", "south"]),
        ("강원 양양", ["", "north", "north", "south"]),
        ("경기 연천", ["", "north", "north", "south"]),
        ("경기 장단", ["", "south", "south", "south"]),
        ("황해 봉산", ["", "north", "north", "north"]),
        ("경기 수원", ["", "south", "south", "south"]),
    ],
)
def test_places_between_the_lines_changed_sides(unit: str, sides: list[str]) -> None:
    assert [BOOK.units[unit].side(year) for year in (1945, 1946, 1950, 1960)] == sides


def test_a_county_cut_by_the_line_stands_on_both_sides() -> None:
    for county in ("철원", "고성", "김화"):
        old = territory(f"강원 {county}", 1945)
        held = {unit for unit, _, until in BOOK.holders(f"강원 {county}") if until > 19630102}
        assert {BOOK.units[unit].side(1964) for unit in held} == {"north", "south"}
        parts = [territory(unit, 1964) for unit in held]
        assert sum(BOOK.overlap(old, part).common for part in parts) == 1000


def test_a_name_may_come_back() -> None:
    assert [p.value for p in BOOK.units["함북 경흥"].names] == ["경흥", "은덕", "경흥"]
    assert [p.value for p in BOOK.units["함북 영안"].names] == ["영안", "명간", "화성", "명간"]
    assert BOOK.units["평남 진남포"].kind(2011) == "특별시"


def test_the_law_of_the_south_keeps_the_map_of_1945() -> None:
    """G4: 황해도 of the five northern provinces is the whole of it, whatever the North made of it."""
    assert territory("황해", 2020).pieces == frozenset()
    assert territory("황해", 2020, in_law=True) == territory("황해", 1945)
    both = BOOK.overlap(territory("황해", 1945), territory("황남", 2020))
    assert both.relation is Relation.CONTAINS


def test_hwanghae_was_parted_into_two_provinces_and_a_few_counties_elsewhere() -> None:
    parts = ("황남", "황북", "평남", "강원", "경기 개성", "경기")
    old = territory("황해", 1945)
    assert sum(BOOK.overlap(old, territory(part, 1990)).common for part in parts) == 18_000
