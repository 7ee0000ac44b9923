"""Damage makes people hard to find; it never makes a row unreadable."""

from __future__ import annotations

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sangbong.lab import damage
from sangbong.names.dates import age_on, parse_date
from sangbong.names.text import clean_name

TODAY = date(2018, 6, 25)

hangul = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=1, max_size=6)
seeds = st.integers(0, 2**32).map(Random)
births = st.dates(date(1885, 1, 1), date(1951, 12, 31))
registrable = st.dates(date(1904, 1, 1), date(1995, 12, 31))


def readable(written: damage.WrittenBirth, *, limit: int = 115) -> None:
    read = parse_date(written.text, written.calendar, column="생년월일")
    if written.text:
        age = age_on(read, TODAY)
        assert age is not None
        assert 0 <= age <= limit


@given(hangul, seeds)
def test_a_letter_mistaken_leaves_another_name_of_the_same_length(name: str, rng: Random) -> None:
    wrong = damage.jamo_error(name, rng)
    assert wrong != name
    assert len(wrong) == len(name)
    assert sum(a != b for a, b in zip(name, wrong, strict=True)) == 1
    assert clean_name(wrong, column="성명") == wrong


@given(seeds)
def test_a_name_in_latin_letters_has_no_jamo_to_mistake(rng: Random) -> None:
    assert damage.jamo_error("Kim", rng) == "Kim"


@given(st.integers(1900, 1990), seeds)
def test_a_wrong_year_is_off_by_one_to_three(year: int, rng: Random) -> None:
    assert 1 <= abs(damage.wrong_year(year, rng) - year) <= 3


@given(births, seeds)
def test_a_remembered_birthday_can_be_read(born: date, rng: Random) -> None:
    readable(damage.remembered_birth(rng, born, damage.draw_memory(rng)))


@given(st.dates(date(1910, 1, 1), date(1985, 12, 31)), seeds)
def test_an_applicants_own_birthday_can_be_read(born: date, rng: Random) -> None:
    written = damage.own_birth(rng, born, damage.draw_memory(rng))
    assert written.text
    readable(written)


@given(registrable, st.integers(0, 600), seeds)
def test_a_registered_birthday_can_be_read(born: date, county: int, rng: Random) -> None:
    written = damage.registered_birth(rng, born, damage.clerk_of(county))
    assert written.text
    readable(written)
    assert abs(int(written.text[:4]) - born.year) <= 4


@given(registrable, seeds)
def test_a_clerk_who_writes_lunar_days_as_solar_writes_days_that_exist(
    born: date, rng: Random
) -> None:
    clerk = damage.Clerk(lunar_as_solar=1.0, late=1.0, writes_lunar=1.0, year_only=0.0)
    readable(damage.registered_birth(rng, born, clerk))


@given(
    st.sampled_from(["김", "이", "남궁", "뷁", "최"]),
    hangul.map(lambda name: name[:2]),
    seeds,
)
def test_a_romanised_name_is_latin_and_can_be_read(surname: str, name: str, rng: Random) -> None:
    roman = damage.romanised(surname, name, rng)
    assert roman.isascii()
    assert roman.replace(" ", "").replace("-", "").isalpha()
    assert clean_name(roman, column="로마자") == roman


def test_a_lunar_day_of_a_leap_month_is_marked_so() -> None:
    memory = damage.Memory(haze=0.0, counted_years=0, lunar=True, style=1, marks=False)
    assert damage.own_birth(Random(2), date(1925, 6, 1), memory) == ("1925.윤4.10", "음")


def test_the_styles_of_a_day() -> None:
    day = date(1931, 3, 5)
    assert [damage.solar_text(day, style) for style in range(3)] == [
        "1931-03-05",
        "1931.3.5",
        "1931년 3월 5일",
    ]


def test_a_county_keeps_its_clerk() -> None:
    assert damage.clerk_of(12) == damage.clerk_of(12)
    assert len({damage.clerk_of(county) for county in range(10)}) == 10
