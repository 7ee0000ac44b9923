from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.names.dates import Calendar, Precision, WrittenDate, age_on, parse_date
from sangbong.names.korean.calendar import (
    lunar_month_end,
    lunar_of_solar,
    lunar_year_end,
    solar_of_lunar,
)


def solar(year: int, month: int, day: int) -> date:
    found = solar_of_lunar(year, month, day)
    assert found is not None
    return found


SOLAR, LUNAR, UNKNOWN = Calendar.SOLAR, Calendar.LUNAR, Calendar.UNKNOWN
DAYS = st.dates(date(1900, 1, 31), date(2000, 12, 31))


@pytest.mark.parametrize(
    ("raw", "calendar", "read"),
    [
        ("1931-03-05", "양", (1931, 3, 5, False, SOLAR, Precision.DAY)),
        ("1931.3.5", "", (1931, 3, 5, False, UNKNOWN, Precision.DAY)),
        ("1931년 3월 5일", "모름", (1931, 3, 5, False, UNKNOWN, Precision.DAY)),
        ("1931.3.5(음)", "", (1931, 3, 5, False, LUNAR, Precision.DAY)),
        ("음 1931.3.5", "음", (1931, 3, 5, False, LUNAR, Precision.DAY)),
        ("1933.윤5.3", "", (1933, 5, 3, True, LUNAR, Precision.DAY)),
        ("19310305", "solar", (1931, 3, 5, False, SOLAR, Precision.DAY)),
        ("1931-03", "", (1931, 3, None, False, UNKNOWN, Precision.MONTH)),
        ("1931", "lunar", (1931, None, None, False, LUNAR, Precision.YEAR)),
        ("1931년경", "", (1931, None, None, False, UNKNOWN, Precision.ABOUT)),
        ("about 1931", "", (1931, None, None, False, UNKNOWN, Precision.ABOUT)),
        ("", "", (None, None, None, False, UNKNOWN, Precision.UNKNOWN)),
    ],
)
def test_a_date_is_read_as_people_write_it(
    raw: str, calendar: str, read: tuple[object, ...]
) -> None:
    assert parse_date(raw, calendar, column="생년월일") == WrittenDate(raw, *read)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "calendar", "code"),
    [
        ("삼월", "", "names.date_unreadable"),
        ("31-3-5", "", "names.date_unreadable"),
        ("1" * 50, "", "names.date_unreadable"),
        ("1931-02-30", "양", "names.date_impossible"),
        ("1931-13-01", "", "names.date_impossible"),
        ("1931-00-01", "", "names.date_impossible"),
        ("1931-03-00", "양", "names.date_impossible"),
        ("1931-13", "양", "names.date_impossible"),
        ("9999-01-01", "", "names.date_impossible"),
        ("0900", "", "names.date_impossible"),
        ("1931-02-31", "음", "names.lunar_date_impossible"),
        ("1931.윤5.3", "음", "names.lunar_date_impossible"),
        ("1933.윤5.3", "양", "names.date_impossible"),
        ("1931-03-05", "그레고리", "names.calendar_unknown"),
        ("1931-03-05(음)", "양", "names.calendar_contradicts"),
    ],
)
def test_an_impossible_date_is_refused_with_its_column(raw: str, calendar: str, code: str) -> None:
    with pytest.raises(SangbongError) as caught:
        parse_date(raw, calendar, column="생년월일")
    assert caught.value.code == code
    assert caught.value.place is not None
    assert caught.value.place.column == "생년월일"
    assert all(caught.value.text(language) for language in ("en", "ko"))


@pytest.mark.parametrize(
    ("raw", "calendar", "span"),
    [
        ("1931-03-05", "양", (date(1931, 3, 5), date(1931, 3, 5))),
        ("1931-03-05", "음", (date(1931, 4, 22), date(1931, 4, 22))),
        ("1931-03-05", "", (date(1931, 3, 5), date(1931, 4, 22))),
        ("1930-02-30", "", (date(1930, 3, 29), date(1930, 3, 29))),
        ("1931-03", "양", (date(1931, 3, 1), date(1931, 3, 31))),
        ("1931-03", "음", (date(1931, 4, 18), solar(1931, 4, 1) - timedelta(1))),
        ("1931", "양", (date(1931, 1, 1), date(1931, 12, 31))),
        ("1931", "음", (date(1931, 2, 17), date(1932, 2, 5))),
        ("1931년경", "", (date(1929, 1, 1), date(1933, 12, 31))),
        ("", "", None),
    ],
)
def test_a_date_spans_the_days_that_its_words_allow(
    raw: str, calendar: str, span: tuple[date, date] | None
) -> None:
    assert parse_date(raw, calendar, column="생년월일").solar_span() == span


def test_age_is_counted_from_the_latest_birthday_allowed() -> None:
    day = date(2018, 6, 25)
    ages = [
        age_on(parse_date(raw, calendar, column="생년월일"), day)
        for raw, calendar in [
            ("1931-06-25", "양"),
            ("1931-06-26", "양"),
            ("1931", "양"),
            ("2019", "양"),
            ("", ""),
        ]
    ]
    assert ages == [87, 86, 86, -2, None]


@given(DAYS)
def test_solar_to_lunar_and_back_is_the_same_day(day: date) -> None:
    lunar = lunar_of_solar(day)
    assert lunar is not None
    year, month, number, leap = lunar
    assert solar_of_lunar(year, month, number, leap=leap) == day


@given(DAYS, st.sampled_from(["양", "음", "모름"]))
def test_a_day_that_exists_is_read_and_spanned(day: date, calendar: str) -> None:
    if calendar == "음" and solar_of_lunar(day.year, day.month, day.day) is None:
        return
    span = parse_date(day.isoformat(), calendar, column="생년월일").solar_span()
    assert span is not None
    # a lunar day lies up to seven weeks after the solar day of the same numbers
    assert day <= span[0] <= span[1] <= day + timedelta(60)


def test_a_date_that_never_was_gives_none_and_not_the_date_before() -> None:
    assert solar_of_lunar(1931, 3, 5) == date(1931, 4, 22)
    assert solar_of_lunar(1931, 2, 31) is None
    assert solar_of_lunar(1931, 5, 1, leap=True) is None
    assert lunar_of_solar(date(2400, 1, 1)) is None
    assert lunar_month_end(1931, 13) is None
    assert lunar_year_end(2050) is None
