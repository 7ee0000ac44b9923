"""Dates as people write them: rules D1 to D4 of `names.dates`, W1 to W6 of `korean/written`."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError, messages
from sangbong.names.dates import (
    WRITTEN_MAX,
    Calendar,
    Precision,
    WrittenDate,
    age_on,
    parse_date,
)
from sangbong.names.korean import dates as dates_module
from sangbong.names.korean import written as written_module
from sangbong.names.korean.calendar import lunar_of_solar, solar_of_lunar
from sangbong.names.korean.eras import eras
from sangbong.names.korean.numerals import DAY_WORDS
from sangbong.registry.core.layouts import REGISTER_COLUMNS
from sangbong.registry.core.rows import RowReader


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


@given(DAYS, st.sampled_from(["양", "음", "모름"]))
def test_a_day_that_exists_is_read_and_spanned(day: date, calendar: str) -> None:
    if calendar == "음" and solar_of_lunar(day.year, day.month, day.day) is None:
        return
    span = parse_date(day.isoformat(), calendar, column="생년월일").solar_span()
    assert span is not None
    # a lunar day lies up to seven weeks after the solar day of the same numbers
    assert day <= span[0] <= span[1] <= day + timedelta(60)


# --- what the words say ---------------------------------------------------------------------------

DAY, MONTH, YEAR, ABOUT = Precision.DAY, Precision.MONTH, Precision.YEAR, Precision.ABOUT
HORSES = (1882, 1894, 1906, 1918, 1930, 1942, 1954)


def read(raw: str, calendar: str = "") -> WrittenDate:
    return parse_date(raw, calendar, column="생년월일")


def said(
    raw: str, *parts: int, calendar: Calendar = UNKNOWN, leap: bool = False, late: int | None = None
) -> WrittenDate:
    year, month, day = (*parts, None, None)[:3]
    precision = (YEAR, MONTH, DAY)[len(parts) - 1]
    return WrittenDate(raw, year, month, day, leap, calendar, precision, late=late)


@pytest.mark.parametrize(
    ("raw", "parts"),
    [
        ("1931 3 5", (1931, 3, 5)),
        ("1931. 3. 5.", (1931, 3, 5)),
        ("１９３１／３／５", (1931, 3, 5)),
        ("1931·3·5", (1931, 3, 5)),
        ("1931년 3월 5일생", (1931, 3, 5)),
        ("1931년생", (1931,)),
        ("1931년도 출생", (1931,)),
        ("193103", (1931, 3)),
        ("(1931.3.5)", (1931, 3, 5)),
        ("일구삼일년 삼월 오일", (1931, 3, 5)),
        ("천구백삼십일년 십이월 십일", (1931, 12, 10)),
        ("1931년 유월 이십일일", (1931, 6, 21)),
        ("1931년 시월 이십구일", (1931, 10, 29)),
        ("一九三一年三月五日", (1931, 3, 5)),
        ("一九三一 三 五", (1931, 3, 5)),
        ("단기 4263년 3월 5일", (1930, 3, 5)),
        ("단기 63년", (1930,)),
        ("檀紀四二六三年", (1930,)),
        ("단군기원 4263년", (1930,)),
        ("4263. 3. 5", (1930, 3, 5)),
        ("4263-03-05", (1930, 3, 5)),
        ("42630305", (1930, 3, 5)),
        ("사천이백육십삼년 삼월", (1930, 3)),
        ("주체19(1930)년 3월 5일", (1930, 3, 5)),
        ("주체 19년", (1930,)),
        ("Juche 19", (1930,)),
        ("소화 5년", (1930,)),
        ("소화오년 삼월", (1930, 3)),
        ("쇼와 5. 3. 5", (1930, 3, 5)),
        ("昭和 五年 三月 五日", (1930, 3, 5)),
        ("昭和拾五年參月壹日", (1940, 3, 1)),
        ("昭和元年十二月廿五日", (1926, 12, 25)),
        ("소화 원년 12월 31일", (1926, 12, 31)),
        ("大正十五年十二月廿五日", (1926, 12, 25)),
        ("대정 1년 7월 30일", (1912, 7, 30)),
        ("명치 45년 7월 30일", (1912, 7, 30)),
        ("다이쇼 10년", (1921,)),
        ("S5", (1930,)),
        ("s5.3.5", (1930, 3, 5)),
        ("T10.1.2", (1921, 1, 2)),
        ("Shōwa 5", (1930,)),
        ("융희 2년", (1908,)),
        ("서기 1931년", (1931,)),
        ("民國 20年", (1931,)),
        ("1930년 경오생", (1930,)),
        ("경오(1930)년 3월 5일", (1930, 3, 5)),
        ("1930(경오)년 3월 5일", (1930, 3, 5)),
        ("1931년 1월 2일 말띠", None),
        ("1931년 말띠", (1931,)),
        ("5 March 1931", (1931, 3, 5)),
        ("5th of March, 1931", (1931, 3, 5)),
        ("March 5, 1931", (1931, 3, 5)),
        ("Mar. 1931", (1931, 3)),
        ("born 1931", (1931,)),
        ("실제 1929.3.5", (1929, 3, 5)),
        ("1931.3.?", (1931, 3)),
        ("1931년 3월 모름", (1931, 3)),
        ("1931.??.??", (1931,)),
        ("1931년 3월 5일쯤", (1931, 3)),
        ("1931년 3월경", (1931,)),
        ("1931년 3월 말", (1931, 3)),
        ("1931년 초가을", (1931,)),
    ],
)
def test_eras_numerals_and_words_are_the_same_dates(
    raw: str, parts: tuple[int, ...] | None
) -> None:
    """W1 to W4, W6."""
    if parts is None:  # W1: what stands behind the day is nothing we know
        with pytest.raises(SangbongError, match="date_unreadable"):
            read(raw)
        return
    assert read(raw) == said(raw, *parts)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("1933년 윤오월 초사흘", said("", 1933, 5, 3, leap=True)),
        ("1933년 윤달 5월 3일", said("", 1933, 5, 3, leap=True)),
        ("1933.5(윤).3", said("", 1933, 5, 3, leap=True)),
        ("1933.5.3(윤)", said("", 1933, 5, 3, leap=True)),
        ("1933년 閏五月", said("", 1933, 5, leap=True)),
        ("1931년 정월 초하루", said("", 1931, 1, 1)),
        ("1931년 정월 대보름", said("", 1931, 1, 15)),
        ("1931년 동짓달 스무이튿날", said("", 1931, 11, 22)),
        ("1931년 섣달 그믐", said("", 1931, 12, 29)),
        ("1932년 섣달 그믐날", said("", 1932, 12, 30)),
        ("1931년 섣달", said("", 1931, 12)),
        ("1931년 유월 보름", said("", 1931, 6, 15)),
        ("1931년 三月 初五日", said("", 1931, 3, 5)),
        ("1931년 추석", said("", 1931, 8, 15)),
        ("소화 6년 칠월 칠석", said("", 1931, 7, 7)),
        ("경오년", said("", 1930)),
        ("庚午年 三月 五日", said("", 1930, 3, 5)),
        ("경오생 말띠", said("", 1930)),
        ("갑신년 윤사월", said("", 1944, 4, leap=True)),
    ],
)
def test_words_of_the_lunar_calendar_mean_it(raw: str, expected: WrittenDate) -> None:
    """W5, D2, D4: whatever the field beside it leaves open."""
    lunar = replace(expected, as_written=raw, calendar=LUNAR)
    assert read(raw) == read(raw, "모름") == read(raw, "음") == lunar
    with pytest.raises(SangbongError):
        read(raw, "양")


def test_figures_stay_apart_where_a_mark_stood_between_them() -> None:
    """W2: without the mark 1931 03 would stand together, and 1931 3 would be unreadable."""
    assert read("1931음3.5") == said("1931음3.5", 1931, 3, 5, calendar=LUNAR)
    assert read("1931(음)03") == said("1931(음)03", 1931, 3, calendar=LUNAR)


def test_the_solar_calendar_is_meant_where_it_is_said() -> None:
    assert read("양력 1931년 정월 초하루", "양") == said(
        "양력 1931년 정월 초하루", 1931, 1, 1, calendar=SOLAR
    )
    assert read("양력 1931년 2월 그믐") == said("양력 1931년 2월 그믐", 1931, 2, 28, calendar=SOLAR)


@pytest.mark.parametrize(
    ("raw", "years", "month", "day"),
    [
        ("말띠", HORSES, None, None),
        ("호랑이띠", tuple(year - 4 for year in HORSES[1:]), None, None),
        ("午生", HORSES, None, None),
        ("year of the horse", HORSES, None, None),
        ("갑신년", (1884, 1944), None, None),
        ("갑신년 3월 보름", (1884, 1944), 3, 15),
        ("말띠 2월 30일", (1882, 1894, 1906, 1930), 2, 30),
        ("갑신년 정월 그믐", (1884, 1944), 1, None),
        ("갑신년 시월 그믐", (1884, 1944), 10, 29),
    ],
)
def test_a_name_that_returns_stands_for_several_years(
    raw: str, years: tuple[int, ...], month: int | None, day: int | None
) -> None:
    """D2."""
    assert read(raw) == WrittenDate(raw, None, month, day, False, LUNAR, YEAR, years)
    span = read(raw).solar_span()
    assert span is not None
    assert (span[0].year, span[1].year) in {
        (years[0], years[-1]),
        (years[0], years[-1] + 1),
    }


@pytest.mark.parametrize(
    ("raw", "solar_day", "lunar_day"),
    [
        ("1931년 3월 5일(음력 1월 17일)", (1931, 3, 5), (1931, 1, 17)),
        ("1931. 3. 5. (음 1931. 1. 17)", (1931, 3, 5), (1931, 1, 17)),
        ("주체20(1931)년 3월 5일(음력 정월 열이레)", (1931, 3, 5), (1931, 1, 17)),
        ("1931년 2월 10일(음력 섣달 스무사흘)", (1931, 2, 10), (1930, 12, 23)),
        ("음력 1931.1.17 (양 3.5)", (1931, 3, 5), (1931, 1, 17)),
        ("음 경오년 섣달 스무사흘(양력 2월 10일)", (1931, 2, 10), (1930, 12, 23)),
    ],
)
def test_a_day_in_both_calendars_is_one_day(
    raw: str, solar_day: tuple[int, ...], lunar_day: tuple[int, ...]
) -> None:
    """D5."""
    in_solar = said(raw, *solar_day, calendar=SOLAR)
    in_lunar = said(raw, *lunar_day, calendar=LUNAR)
    assert in_solar.solar_span() == in_lunar.solar_span()
    assert read(raw, "양") == in_solar
    assert read(raw, "음") == in_lunar
    assert read(raw) == (in_lunar if raw.startswith("음") else in_solar)


def test_years_that_are_left_open_are_all_kept() -> None:
    cases = {
        "1930~1932": (1930, 1931, 1932),
        "1930-1931": (1930, 1931),
        "1932년 또는 1930년": (1930, 1932),
        "1930년대": tuple(range(1930, 1940)),
        "1920s": tuple(range(1920, 1930)),
    }
    for raw, years in cases.items():
        assert read(raw) == WrittenDate(raw, None, None, None, False, UNKNOWN, YEAR, years)
    assert read("1931 or 1931") == said("1931 or 1931", 1931)


@pytest.mark.parametrize("raw", ["약 1931년", "1931년경", "circa 1931", "소화 6년쯤", "1931?"])
def test_about_a_year_is_a_year_and_two_on_either_side(raw: str) -> None:
    assert read(raw) == WrittenDate(raw, 1931, None, None, False, UNKNOWN, ABOUT)
    assert read(raw).solar_span() == (date(1929, 1, 1), date(1933, 12, 31))


@pytest.mark.parametrize("raw", ["미상", "모름", "unknown", "?", "不詳", "음력", "  "])
def test_what_is_not_remembered_is_not_known(raw: str) -> None:
    assert read(raw).precision is Precision.UNKNOWN
    assert read(raw).solar_span() is None


@pytest.mark.parametrize(
    ("raw", "late"),
    [
        ("1931.3.5 호적에 2년 늦게", 2),
        ("1931.3.5 (호적에 2년 늦게 올림)", 2),
        ("1931.3.5, 두 해 늦게 신고", 2),
        ("1931.3.5 호적이 두 살 적음", 2),
        ("1931.3.5 늦게 올림", 0),
        ("1931.3.5(출생신고 늦음)", 0),
        ("1931.3.5 registered 2 years late", 2),
        ("1931.3.5 registered late", 0),
        ("1931.3.5 3 years late registration", 3),
    ],
)
def test_a_late_registration_is_kept_beside_the_date(raw: str, late: int) -> None:
    assert read(raw) == said(raw, 1931, 3, 5, late=late)


@pytest.mark.parametrize(
    ("raw", "calendar", "code"),
    [
        ("소화 65년", "", "names.era_impossible"),
        ("주체 0년", "", "names.era_impossible"),
        ("대정 1년 7월 29일", "양", "names.era_impossible"),
        ("대정 15년 12월 26일", "양", "names.era_impossible"),
        ("소화 1년 12월 24일", "양", "names.era_impossible"),
        ("갑축년", "", "names.year_name_unknown"),
        ("1930년 갑축생", "", "names.year_name_unknown"),
        ("1935 말띠", "", "names.year_contradicts"),
        ("주체19(1931)년", "", "names.year_contradicts"),
        ("경오년 양띠", "", "names.year_contradicts"),
        ("소화 二廿년", "", "names.date_unreadable"),
        ("1931년 팔월 칠석", "", "names.date_unreadable"),
        ("1931년 二廿월", "", "names.date_unreadable"),
        ("1931.3.5 (서울)", "", "names.date_unreadable"),
        ("1931.3.5 (1월)", "", "names.date_unreadable"),
        ("1931 (1931년 3월)", "", "names.date_unreadable"),
        ("5/3/31", "", "names.date_unreadable"),
        ("1931115", "", "names.date_unreadable"),
        ("S050305", "", "names.date_unreadable"),
        ("1932~1930", "", "names.date_unreadable"),
        ("1900~1960", "", "names.date_unreadable"),
        ("1931.3.5 호적에 99년 늦게", "", "names.date_unreadable"),
        ("year of the cat", "", "names.date_unreadable"),
        ("五年", "", "names.date_unreadable"),
        ("十五年三月", "", "names.date_unreadable"),
        ("1931" + " " * 40 + ".3", "", "names.date_unreadable"),
        ("말띠", "양", "names.calendar_contradicts"),
        ("1931년 13월 그믐", "", "names.lunar_date_impossible"),
        ("양력 1931년 13월 그믐", "", "names.date_impossible"),
        ("1931년 윤오월 그믐", "", "names.lunar_date_impossible"),
        ("양력 1933년 윤오월", "", "names.date_impossible"),
        ("갑신년 3월 31일", "", "names.lunar_date_impossible"),
        ("1599", "", "names.date_impossible"),
        ("1931.3.5(음력 1월 18일)", "", "names.calendars_disagree"),
        ("1931.3 (음 1.17)", "", "names.date_unreadable"),
        ("1931.3.5 (음 모름)", "", "names.date_unreadable"),
        ("1931.3.5 (음 가)", "", "names.date_unreadable"),
    ],
)
def test_words_that_are_no_date_are_refused_with_their_reason(
    raw: str, calendar: str, code: str
) -> None:
    with pytest.raises(SangbongError) as caught:
        read(raw, calendar)
    assert caught.value.code == code
    assert caught.value.place is not None
    assert caught.value.place.column == "생년월일"
    assert all(caught.value.text(language) for language in ("en", "ko"))


def test_every_reason_to_refuse_has_its_sentence() -> None:
    codes = {
        node.value
        for module in (dates_module, written_module)
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith("names.")
        and " " not in node.value
    }
    assert len(codes) >= 7
    assert codes - {"names."} <= set(messages())


# --- there and back -------------------------------------------------------------------------------

ONES = ("", *"일이삼사오육칠팔구")
HANJA_ONES = ("", *"一二三四五六七八九")
BORN = st.dates(date(1900, 1, 1), date(1945, 12, 31))
NATIVE_DAYS = {
    day: word for word, day in DAY_WORDS.items() if word.startswith(("초", "열", "스무"))
}


def hangul(number: int) -> str:
    ten, one = divmod(number, 10)
    return ("십" if ten == 1 else ONES[ten] + "십" if ten else "") + ONES[one]


def hanja(number: int) -> str:
    ten, one = divmod(number, 10)
    return ("十" if ten == 1 else HANJA_ONES[ten] + "十" if ten else "") + HANJA_ONES[one]


def sino_month(month: int) -> str:
    return {6: "유월", 10: "시월"}.get(month, hangul(month) + "월")


def spellings(day: date) -> list[str]:
    """A solar day in the ways that people write one."""
    year, month, number = day.year, day.month, day.day
    rests = [
        f"년 {month}월 {number}일",
        f". {month}. {number}.",
        f"년 {sino_month(month)} {hangul(number)}일",
        f"年 {hanja(month)}月 {hanja(number)}日",
    ]
    starts = [str(year), f"단기 {year + 2333}", f"서기{year}"]
    eras_then = [("昭和", "showa"), ("소화", "showa"), ("大正", "taisho"), ("메이지", "meiji")]
    for form, _ in eras_then:
        era = eras()[form]
        if era.meets(day, day):
            count = year - era.year_before_first
            starts += [f"{form} {count}", form + hanja(count)]
    if year >= 1912:
        starts += [f"주체 {year - 1911}", f"주체{year - 1911}({year})"]
    plain = [f"{number} {day:%B} {year}", f"{day:%b} {number}, {year}", f"{day:%Y%m%d}"]
    return [start + rest for start in starts for rest in rests] + plain


@given(BORN)
def test_a_day_is_the_same_day_in_every_spelling(day: date) -> None:
    for raw in spellings(day):
        assert read(raw, "양") == said(raw, day.year, day.month, day.day, calendar=SOLAR), raw
        assert read(raw, "solar").solar_span() == (day, day)


@given(BORN)
def test_a_lunar_day_is_the_same_day_in_every_spelling(day: date) -> None:
    lunar = lunar_of_solar(day)
    assert lunar is not None
    year, month, number, leap = lunar
    name = {1: "정월", 11: "동짓달", 12: "섣달"}.get(month, sino_month(month))
    word = NATIVE_DAYS.get(number, f"{number}일")
    for raw in (
        f"음 {year}.{'윤' if leap else ''}{month}.{number}",
        f"{year}년 음력 {'윤' if leap else ''}{month}월 {number}일",
        f"{year}년 {'윤' if leap else ''}{name} {word}(음력)",
        f"{year}-{month}-{number} lunar{' leap' if leap else ''}",
    ):
        assert read(raw) == said(raw, year, month, number, leap=leap, calendar=LUNAR), raw
        assert read(raw).solar_span() == (day, day)


WORDS = st.sampled_from(
    [
        *"()-./~?0123459년월일생윤음양대말小大正昭和明治五三十廿年月日午庚갑을병자축인",
        *("1931", "4263", "소화", "단기", "주체", "경오", "말띠", "음력", "양력", "정월", "섣달"),
        *(
            "(음력 ",
            "(양 3.5)",
            "(음 1.17)",
            "그믐",
            "초하루",
            "보름",
            "추석",
            "호적에",
            "2년",
            "늦게",
            "올림",
            "약",
            "경",
            "about",
        ),
        *(" ", "March", "5", "S", "또는", "년대", "모름", "봄", "중순", "윤달", "late", "\u200b"),
    ]
)
TEXTS = st.lists(WORDS, max_size=12).map("".join) | st.text(max_size=60)


def read_or_refused(raw: str, calendar: str = "") -> WrittenDate | SangbongError:
    try:
        return read(raw, calendar)
    except SangbongError as error:
        return error


@given(TEXTS, st.sampled_from(["", "음", "양", "모름", "lunar", "x"]))
def test_any_text_is_read_or_refused_with_place_and_reason(raw: str, calendar: str) -> None:
    found = read_or_refused(raw, calendar)
    if isinstance(found, SangbongError):
        assert found.place is not None
        assert found.place.column == "생년월일"
        assert all(found.text(language) for language in ("en", "ko"))
        return
    # D1: what is stored (the words, and the calendar found in them) is read as the same date
    assert len(found.as_written) <= WRITTEN_MAX
    assert len(found.precision.value) <= 7
    assert read(found.as_written, found.calendar.value) == found
    assert (found.solar_span() is None) == (found.precision is Precision.UNKNOWN)
    if found.precision is Precision.DAY:
        assert None not in {found.year, found.month, found.day}


@given(st.text(max_size=30).map(lambda text: (text * 400)[:10_000]))
def test_long_texts_are_refused_at_once(raw: str) -> None:
    found = read_or_refused(raw)
    if isinstance(found, SangbongError):
        assert len(str(found.params["raw"])) <= WRITTEN_MAX
    else:
        assert len(found.as_written) <= WRITTEN_MAX


# --- the import -----------------------------------------------------------------------------------

ROW = {"record_no": "KP-1", "name": "리선호", "sex": "남", "life_status": "생존"}


def imported(birth: str, calendar: str = "") -> tuple[WrittenDate, tuple[int | None, ...]]:
    reader = RowReader(tuple(c.korean for c in REGISTER_COLUMNS), today=date(2018, 6, 25))
    row = ROW | {"birth": birth, "calendar": calendar}
    person = reader.register_person(2, [row.get(c.key, "") for c in REGISTER_COLUMNS])
    assert reader.faults == []
    born = (person.birth_year, person.birth_first, person.birth_last)
    return person.dates[0].written, born


def test_the_import_reads_every_way_of_writing_a_date() -> None:
    day = date(1930, 3, 5).toordinal()
    for raw in ("昭和五年三月五日", "단기 4263년 3월 5일", "주체19(1930)년 3월 5일", "S5.3.5"):
        assert imported(raw, "양") == (
            said(raw, 1930, 3, 5, calendar=SOLAR),
            (1930, day, day),
        )
    raw = "경오년 정월 초하루"
    new_year = date(1930, 1, 30).toordinal()
    assert imported(raw) == (
        said(raw, 1930, 1, 1, calendar=LUNAR),
        (1930, new_year, new_year),
    )
    written, born = imported("말띠")
    assert written.years == HORSES
    # no single year is claimed; the days run from the first horse year to the last
    assert born == (None, date(1882, 2, 18).toordinal(), date(1955, 1, 23).toordinal())


def test_the_import_names_the_row_and_column_of_a_date_outside_its_era() -> None:
    reader = RowReader(tuple(c.korean for c in REGISTER_COLUMNS), today=date(2018, 6, 25))
    row = ROW | {"birth": "소화 70년"}
    reader.register_person(7, [row.get(c.key, "") for c in REGISTER_COLUMNS])
    assert [(f.line, f.column, f.code) for f in reader.faults] == [
        (7, "생년월일", "names.era_impossible")
    ]
