"""The lunar calendar: rules K1 to K3 of `names.korean.calendar`."""

from __future__ import annotations

from datetime import date, timedelta

from korean_lunar_calendar import KoreanLunarCalendar

from sangbong.names.korean.calendar import (
    FIRST_YEAR,
    LAST_YEAR,
    lunar_month,
    lunar_month_end,
    lunar_months,
    lunar_of_solar,
    lunar_year_end,
    ordinal_of_lunar,
    solar_of_lunar,
)

YEARS = range(1890, 1961)


def test_every_lunar_day_of_1890_to_1960_goes_there_and_back() -> None:
    first, last = solar_of_lunar(1890, 1, 1), lunar_year_end(1960)
    assert first == date(1890, 1, 21)
    assert last == date(1961, 2, 14)
    seen = set()
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        lunar = lunar_of_solar(date.fromordinal(ordinal))
        assert lunar is not None
        year, month, day, leap = lunar
        assert ordinal_of_lunar(year, month, day, leap=leap) == ordinal
        seen.add(lunar)
    assert len(seen) == last.toordinal() - first.toordinal() + 1
    # K1: and every other lunar day of these years is refused
    for year in YEARS:
        for month in range(14):
            for leap in (False, True):
                for day in range(32):
                    if (year, month, day, leap) not in seen:
                        assert ordinal_of_lunar(year, month, day, leap=leap) is None


def test_every_month_of_1890_to_1960_is_the_almanacs_own() -> None:
    almanac = KoreanLunarCalendar()
    for year in YEARS:
        for month in range(1, 13):
            for leap in (False, True):
                found = lunar_month(year, month, leap=leap)
                assert almanac.setLunarDate(year, month, 1, leap) == (found is not None)
                if found is None:
                    continue
                assert almanac.setLunarDate(year, month, found.days, leap)
                end = date(almanac.solarYear, almanac.solarMonth, almanac.solarDay)
                assert lunar_month_end(year, month, leap=leap) == end
                assert not almanac.setLunarDate(year, month, found.days + 1, leap)


def test_months_follow_each_other_without_a_gap() -> None:
    for year in YEARS:
        months = lunar_months(year)
        assert len(months) in {12, 13}
        assert all(days in {29, 30} for _, days, _, _ in months)
        following = [*months[1:], lunar_months(year + 1)[0]]
        assert [m.first + m.days for m in months] == [m.first for m in following]
        assert [(m.month, m.leap) for m in months] == sorted((m.month, m.leap) for m in months)


def test_a_date_that_never_was_gives_none_and_not_the_date_before() -> None:
    assert solar_of_lunar(1931, 3, 5) == date(1931, 4, 22)
    assert solar_of_lunar(1931, 2, 31) is None
    assert solar_of_lunar(1931, 5, 1, leap=True) is None
    assert lunar_of_solar(date(2400, 1, 1)) is None
    assert lunar_month_end(1931, 13) is None
    assert lunar_year_end(LAST_YEAR) is None


def test_the_almanac_ends_where_the_library_ends() -> None:
    assert lunar_months(FIRST_YEAR - 1) == lunar_months(LAST_YEAR + 1) == ()
    assert lunar_month(FIRST_YEAR - 1, 1) is None
    end = lunar_month_end(LAST_YEAR, 11)
    assert end == date(2050, 12, 31)
    assert lunar_of_solar(end) == (2050, 11, 18, False)
    assert lunar_of_solar(end + timedelta(1)) is None
    assert lunar_of_solar(date(1600, 1, 1)) is None
    # K3: a lunar day whose solar day the library gives in the Julian calendar
    assert solar_of_lunar(1500, 1, 30) is None
