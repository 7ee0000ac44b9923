"""Ways of naming a year: rules E1 to E4 of `names.korean.eras`, M1 to M3 of `numerals`."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.eras import (
    ANIMALS,
    BRANCHES,
    CYCLE_FIRST,
    CYCLE_LAST,
    ENGLISH_ANIMALS,
    STEMS,
    animal_years,
    branch_years,
    cycle_name,
    cycle_years,
    eras,
)
from sangbong.names.korean.numerals import DAY_WORDS, LAST_DAY, NATIVE, number_of

YEARS = range(1890, 1961)


def test_every_era_names_its_source_and_is_known_by_every_form() -> None:
    known = eras()
    assert all(era.source for era in known.values())
    assert {known[form].code for form in ("소화", "쇼와", "昭和", "showa", "s")} == {"showa"}
    assert {known[form].code for form in ("단기", "檀紀", "단군", "dangi")} == {"dangi"}
    assert len({era.code for era in known.values()}) == 12


def test_era_years_go_there_and_back() -> None:
    """E1: whatever number an era gives a year, that number gives the year."""
    for era in {era.code: era for era in eras().values()}.values():
        for year in YEARS:
            number = era.number_of(year)
            if number is None:
                assert not era.meets(date(year, 1, 1), date(year, 12, 31))
            else:
                assert era.year_of(number) == year
                assert era.meets(date(year, 1, 1), date(year, 12, 31))


@pytest.mark.parametrize(
    ("name", "number", "year"),
    [
        ("단기", 4263, 1930),
        ("단기", 4294, 1961),
        ("단기", 63, 1930),
        ("단기", 0, None),
        ("단기", 99_999, None),
        ("주체", 1, 1912),
        ("주체", 19, 1930),
        ("주체", 0, None),
        ("명치", 45, 1912),
        ("명치", 46, None),
        ("대정", 1, 1912),
        ("대정", 15, 1926),
        ("대정", 16, None),
        ("소화", 1, 1926),
        ("소화", 5, 1930),
        ("소화", 64, 1989),
        ("소화", 65, None),
        ("광무", 11, 1907),
        ("융희", 4, 1910),
        ("개국", 503, 1894),
        ("개국", 200, 1591),
        ("서기", 1931, 1931),
    ],
)
def test_a_year_of_an_era_is_a_western_year_or_none(
    name: str, number: int, year: int | None
) -> None:
    assert eras()[name].year_of(number) == year


@pytest.mark.parametrize(
    ("before", "after", "day"),
    [("명치", "대정", date(1912, 7, 30)), ("대정", "소화", date(1926, 12, 25))],
)
def test_the_day_an_era_changes_bears_both_names(before: str, after: str, day: date) -> None:
    """E2."""
    earlier, later = eras()[before], eras()[after]
    assert earlier.meets(day, day)
    assert later.meets(day, day)
    yesterday, tomorrow = (date.fromordinal(day.toordinal() + n) for n in (-1, 1))
    assert earlier.meets(yesterday, yesterday)
    assert not later.meets(yesterday, yesterday)
    assert not earlier.meets(tomorrow, tomorrow)


def test_a_name_of_the_cycle_is_every_year_that_bears_it() -> None:
    """E3: each year has one name, and sixty names are all there are."""
    names = {}
    for stem in STEMS[:10]:
        for branch in BRANCHES[:12]:
            for year in cycle_years(stem, branch):
                assert cycle_name(year) == stem + branch
                assert year not in names
                names[year] = stem + branch
    assert sorted(names) == list(range(CYCLE_FIRST, CYCLE_LAST + 1))
    assert len(set(names.values())) == 60


@pytest.mark.parametrize(
    ("name", "years"),
    [
        ("경오", (1930,)),
        ("庚午", (1930,)),
        ("갑자", (1924,)),
        ("갑신", (1884, 1944)),
        ("신해", (1911,)),
        ("갑축", ()),
    ],
)
def test_the_cycle_returns_after_sixty_years(name: str, years: tuple[int, ...]) -> None:
    assert cycle_years(name[0], name[1]) == years


def test_an_animal_is_every_twelfth_year() -> None:
    assert animal_years("말") == animal_years("horse") == branch_years("午")
    assert animal_years("말") == (1882, 1894, 1906, 1918, 1930, 1942, 1954)
    for words in (ANIMALS, ENGLISH_ANIMALS):
        years = [year for n in range(12) for year in _years_of_number(words, n)]
        assert sorted(years) == list(range(CYCLE_FIRST, CYCLE_LAST + 1))


def _years_of_number(words: dict[str, int], number: int) -> tuple[int, ...]:
    found = {animal_years(word) for word, n in words.items() if n == number}
    assert len(found) == 1
    return found.pop()


HANGUL = "일이삼사오육칠팔구"
HANJA = "一二三四五六七八九"
LONG = "壹貳參肆伍陸柒捌玖"


def spelled(number: int, ones: str, units: str) -> str:
    """A number with its units, as it is said: 31 is 삼십일."""
    text = ""
    for value, unit in zip((1000, 100, 10, 1), (*units, ""), strict=True):
        digit, number = divmod(number, value)
        if digit:
            text += (ones[digit - 1] if digit > 1 or value == 1 else "") + unit
    return text


@given(st.integers(1, 9999))
def test_numbers_in_hangul_and_hanja_are_read_back(number: int) -> None:
    """M2, M3."""
    assert number_of(spelled(number, HANGUL, "천백십")) == number
    assert number_of(spelled(number, HANJA, "千百十")) == number
    assert number_of(spelled(number, LONG, "仟佰拾")) == number
    figures = "".join(("〇" + HANJA)[int(figure)] for figure in str(number))
    assert number_of(figures) == number
    assert number_of(str(number)) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("廿五", 25),
        ("卅", 30),
        ("이십륙", 26),
        ("二廿", None),
        ("十百", None),
        ("일十", None),
        ("一일", None),
        ("이삼십", None),
        ("영십", None),
        ("kim", None),
        ("가", None),
    ],
)
def test_what_is_no_number_is_none(text: str, number: int | None) -> None:
    """M1, M2."""
    assert number_of(text) == number


def test_native_words_count_days_and_years() -> None:
    assert [DAY_WORDS[word] for word in ("초하루", "초닷샛날", "열흘", "열닷새", "보름")] == [
        1,
        5,
        10,
        15,
        15,
    ]
    assert [DAY_WORDS[word] for word in ("스무날", "스무아흐레", "그믐")] == [20, 29, LAST_DAY]
    assert set(DAY_WORDS.values()) == {*range(1, 31), LAST_DAY}
    assert [NATIVE[word] for word in ("여든여덟", "스물", "스무", "서른한", "백")] == [
        88,
        20,
        20,
        31,
        100,
    ]
    assert set(NATIVE.values()) == set(range(1, 101))
