"""Distributions over days and their likeness: rules P1 to P4 of `names.dating`, A1 to A3 of `ages`,
B1 and B2 of `births`."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date, timedelta
from math import isclose, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import LANGUAGES, SangbongError, messages
from sangbong.names.ages import AGE_MAX, Counting, SaidAge, parse_age
from sangbong.names.births import FRAME, AgePrior, flat_prior
from sangbong.names.dates import parse_date
from sangbong.names.dating import (
    ABOUT_BEFORE,
    AGE_OFF,
    COUNTINGS,
    LATE_SHARES,
    MILLIBITS_MAX,
    MILLIBITS_MIN,
    SHARES,
    YEARS_BEFORE,
    DateLevel,
    DayDistribution,
    Exactness,
    Reason,
    Span,
    days_of,
    days_of_age,
    likeness_of,
    millibits_of,
)
from sangbong.names.korean.calendar import ordinal_of_lunar

SAID_ON = date(2018, 6, 25)


def dated(raw: str, calendar: str = "") -> DayDistribution:
    return days_of(parse_date(raw, calendar, column="생년월일"))


def aged(raw: str, counting: str = "", said_on: date = SAID_ON) -> DayDistribution:
    return days_of_age(parse_age(raw, said_on=said_on, counting=counting, column="나이"))


def day(year: int, month: int, number: int) -> int:
    return date(year, month, number).toordinal()


def share_of(days: DayDistribution, reason: Reason) -> float:
    return sum(span.probability for span in days.spans if span.reason is reason)


BORN = st.dates(date(1880, 1, 1), date(1960, 12, 31))
CALENDARS = st.sampled_from(["", "양", "음"])
FORMS = st.sampled_from(
    [
        "{d.year}-{d.month}-{d.day}",
        "{d.year}-{d.month}",
        "{d.year}",
        "{d.year}년경",
        "{d.year}.{d.month}.{d.day} 늦게 올림",
        "{d.year}.{d.month} 호적에 2년 늦게",
        "{d.year} 1년 늦게 신고",
        "{d.year}~{last}",
        "말띠",
        "갑신년 {d.month}월 보름",
        "미상",
    ]
)


@st.composite
def distributions(draw: st.DrawFn) -> DayDistribution:
    born = draw(BORN)
    if draw(st.booleans()):
        age = draw(st.integers(1, 120))
        text = draw(st.sampled_from(["{}", "만 {}", "약 {}", "우리 나이로 {}", "연나이 {}"]))
        return aged(text.format(age), said_on=born + timedelta(365 * age))
    raw = draw(FORMS).format(d=born, last=born.year + 2)
    calendar = draw(CALENDARS)
    try:
        return dated(raw, calendar)
    except SangbongError:  # a lunar 31st, or an animal of the solar calendar
        return dated(raw.split("-")[0], "")


# --- a distribution (P1, P2) ----------------------------------------------------------------------


def test_every_row_of_shares_sums_to_one() -> None:
    for table in (SHARES, LATE_SHARES):
        for shares in table.values():
            assert isclose(sum(shares.values()) + 0.02, 1)
    for weights in (YEARS_BEFORE, ABOUT_BEFORE, COUNTINGS, AGE_OFF):
        assert isclose(sum(weights.values()), 1)


@given(distributions())
def test_the_probabilities_of_a_distribution_sum_to_one(days: DayDistribution) -> None:
    if not days.spans:
        assert days.bounds is None
        return
    assert isclose(sum(span.probability for span in days.spans), 1)
    assert all(span.first <= span.last and span.probability > 0 for span in days.spans)
    assert days.spans[-1] == Span(*FRAME, days.elsewhere, Reason.ELSEWHERE)
    inner = sum(segment.density * (segment.last - segment.first + 1) for segment in days.segments)
    assert isclose(inner + days.elsewhere, 1)
    ends = [edge for segment in days.segments for edge in (segment.first, segment.last)]
    assert ends == sorted(ends)
    assert all(a.last < b.first for a, b in zip(days.segments, days.segments[1:], strict=False))


def test_probabilities_that_do_not_sum_to_one_are_our_mistake() -> None:
    with pytest.raises(ValueError, match="sum to one"):
        DayDistribution("1931", Exactness.YEAR, (Span(1, 2, 0.5, Reason.AS_SAID),))


def test_a_solar_date_may_be_a_lunar_one() -> None:
    days = dated("1931-03-05", "양")
    assert days.exactness is Exactness.DAY
    lunar = ordinal_of_lunar(1931, 3, 5)
    assert lunar is not None
    assert [(span.first, span.last, span.reason) for span in days.spans[:2]] == [
        (day(1931, 3, 5), day(1931, 3, 5), Reason.AS_SAID),
        (lunar, lunar, Reason.OTHER_CALENDAR),
    ]
    assert [round(share_of(days, reason), 6) for reason in Reason] == [
        *(0.70, 0.11, 0.08, 0.05, 0.0, 0.04, 0.02)
    ]
    assert {day(1930, 3, 5), day(1929, 3, 5), day(1928, 3, 5), day(1932, 3, 5)} <= set(days.days)
    # day and month are never swapped
    assert day(1931, 5, 3) not in days.days


def test_a_lunar_date_is_seldom_a_solar_one_and_an_unknown_one_is_both() -> None:
    lunar, unknown = dated("1931-03-05", "음"), dated("1931-03-05")
    assert share_of(lunar, Reason.OTHER_CALENDAR) == pytest.approx(0.044)
    said = [span for span in unknown.spans if span.reason is Reason.AS_SAID]
    assert [span.probability for span in said] == [pytest.approx(0.405)] * 2
    assert share_of(unknown, Reason.OTHER_CALENDAR) == 0


def test_what_cannot_be_gives_its_share_to_the_rest() -> None:
    """P2: the lunar third month of 1931 has no 31st, nor February a 30th in any year."""
    solar = dated("1931-03-31", "양")
    assert share_of(solar, Reason.OTHER_CALENDAR) == 0
    assert share_of(solar, Reason.AS_SAID) > 0.70
    lunar = dated("1930-02-30", "음")
    assert {span.reason for span in lunar.spans if span.first == span.last} == {
        Reason.AS_SAID,
        Reason.OTHER_YEAR,
    }


def test_a_leap_month_of_another_year_is_its_plain_month() -> None:
    days = dated("1933.윤5.3")
    assert ordinal_of_lunar(1933, 5, 3, leap=True) in days.days
    assert ordinal_of_lunar(1932, 5, 3) in days.days


def test_people_without_a_lunar_calendar_have_no_lunar_birthdays() -> None:
    written = parse_date("1931-03-05", "solar", column="")
    days = days_of(written, lunar_kept=False)
    assert share_of(days, Reason.OTHER_CALENDAR) == 0
    assert days.days == tuple(day(year, 3, 5) for year in range(1928, 1934))


@pytest.mark.parametrize(
    ("raw", "earlier"),
    [("1931.3.5 호적에 2년 늦게", 2), ("1931.3.5 호적에 5년 늦게", 5), ("1931.3.5 늦게 올림", 1)],
)
def test_a_date_registered_late_is_of_earlier_years(raw: str, earlier: int) -> None:
    days, plain = dated(raw, "양"), dated("1931.3.5", "양")
    true = day(1931 - earlier, 3, 5)
    said = {span.first: span.probability for span in days.spans if span.first == span.last}
    assert said[true] > 0.1
    assert said[day(1931, 3, 5)] > said[true]
    true_date = dated(f"{1931 - earlier}-3-5", "양")
    assert millibits_of(days, true_date) > millibits_of(plain, true_date)


def test_about_a_year_leans_to_that_year() -> None:
    days = dated("1931년경")
    by_year = {date.fromordinal(s.first).year: s.probability for s in days.spans[:-1]}
    assert sorted(by_year) == list(range(1928, 1935))
    assert max(by_year, key=by_year.__getitem__) == 1931


def test_an_animal_is_a_distribution_over_years_as_births_lie() -> None:
    old = AgePrior({1918: 3, 1930: 1})
    written = parse_date("말띠", column="")
    flat, leaning = days_of(written), days_of(written, prior=old)

    def of(days: DayDistribution, year: int) -> float:
        first = ordinal_of_lunar(year, 1, 1)
        return sum(s.probability for s in days.spans if (s.first, s.reason) == (first, 0))

    assert of(flat, 1918) == pytest.approx(of(flat, 1930))
    assert of(leaning, 1918) == pytest.approx(3 * of(leaning, 1930), rel=0.05)
    assert of(flat, 1882) < 0.01 * of(flat, 1930)


def test_keys_and_bounds_are_ordinals_of_days() -> None:
    assert dated("1931").days == ()
    assert dated("1931", "양").bounds == (day(1928, 1, 1), day(1933, 12, 31))
    assert dated("미상").bounds is None


# --- ages -----------------------------------------------------------------------------------------


def said(
    raw: str, first: int, counting: Counting, *, last: int = 0, about: bool = False
) -> SaidAge:
    return SaidAge(raw, first, last or first, SAID_ON, counting, about)


KOREAN, WESTERN, UNKNOWN = Counting.KOREAN, Counting.WESTERN, Counting.UNKNOWN


@pytest.mark.parametrize(
    ("raw", "field", "expected"),
    [
        ("88", "", said("88", 88, UNKNOWN)),
        ("88세", "만", said("88세", 88, WESTERN)),
        ("88살", "세는 나이", said("88살", 88, KOREAN)),
        ("만 87세", "", said("만 87세", 87, WESTERN)),
        ("87세(만)", "western", said("87세(만)", 87, WESTERN)),
        ("우리 나이로 여든여덟", "", said("우리 나이로 여든여덟", 88, KOREAN)),
        ("연 나이 87", "", said("연 나이 87", 87, Counting.YEAR)),
        ("당년 팔십팔 세", "", said("당년 팔십팔 세", 88, KOREAN)),
        ("八十八歲", "", said("八十八歲", 88, UNKNOWN)),
        ("일흔 살", "", said("일흔 살", 70, UNKNOWN)),
        ("스무 살 때", "", said("스무 살 때", 20, UNKNOWN)),
        ("약 88세", "", said("약 88세", 88, UNKNOWN, about=True)),
        ("88세쯤", "", said("88세쯤", 88, UNKNOWN, about=True)),
        ("80여 세", "", said("80여 세", 80, UNKNOWN, about=True)),
        ("80대", "", said("80대", 80, UNKNOWN, last=89)),
        ("aged 88", "", said("aged 88", 88, UNKNOWN)),
        ("88 years old", "", said("88 years old", 88, UNKNOWN)),
        ("about 88", "", said("about 88", 88, UNKNOWN, about=True)),
        ("환갑", "", said("환갑", 61, KOREAN)),
        ("米壽", "korean", said("米壽", 88, KOREAN)),
        ("만 0세", "", said("만 0세", 0, WESTERN)),
    ],
)
def test_an_age_is_read_with_its_counting(raw: str, field: str, expected: SaidAge) -> None:
    """A1, A2, A3."""
    assert parse_age(raw, said_on=SAID_ON, counting=field, column="나이") == expected


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ("", "", "names.age_unreadable"),
        ("많음", "", "names.age_unreadable"),
        ("8" * 50, "", "names.age_unreadable"),
        ("십백 세", "", "names.age_unreadable"),
        ("131", "", "names.age_impossible"),
        ("한국 나이 0", "", "names.age_impossible"),
        ("85대", "", "names.age_impossible"),
        ("130대", "", "names.age_impossible"),
        ("88", "lunar", "names.counting_unknown"),
        ("만 88", "korean", "names.counting_contradicts"),
        ("환갑", "만", "names.counting_contradicts"),
    ],
)
def test_an_age_that_is_none_is_refused_with_its_reason(raw: str, field: str, code: str) -> None:
    with pytest.raises(SangbongError) as caught:
        parse_age(raw, said_on=SAID_ON, counting=field, column="나이")
    assert caught.value.code == code
    assert caught.value.place is not None
    assert caught.value.place.column == "나이"
    assert all(caught.value.text(language) for language in LANGUAGES)


TOKENS = st.sampled_from(
    [*"0189만약경쯤대세살八十여든칠십", "우리나이", "환갑", "age", "years old", " ", "()", "연나이"]
)


@given(st.lists(TOKENS, max_size=8).map("".join) | st.text(max_size=10_000), st.text(max_size=5))
def test_any_text_is_an_age_or_refused(raw: str, field: str) -> None:
    for counting in ("", field):
        found = read_or_refused(raw, counting)
        if isinstance(found, SangbongError):
            assert found.place is not None
            assert all(found.text(language) for language in LANGUAGES)
        else:
            assert 0 <= found.first <= found.last <= AGE_MAX


def read_or_refused(raw: str, counting: str) -> SaidAge | SangbongError:
    try:
        return parse_age(raw, said_on=SAID_ON, counting=counting, column="나이")
    except SangbongError as error:
        return error


@given(BORN, st.integers(0, 110))
def test_an_age_finds_the_birth_that_it_was_counted_from(born: date, years: int) -> None:
    """A2: whichever way it is counted, the birthday is where the distribution is thickest."""
    said_on = born + timedelta(days=round(365.25 * years))
    full = said_on.year - born.year - ((said_on.month, said_on.day) < (born.month, born.day))
    ages = {
        "western": full,
        "korean": said_on.year - born.year + 1,
        "year": said_on.year - born.year,
    }
    for counting, age in ages.items():
        days = aged(str(age), counting, said_on)
        at_birth = [s for s in days.segments if s.first <= born.toordinal() <= s.last]
        assert at_birth
        assert max(segment.density for segment in days.segments) <= at_birth[0].density * 1.6
        assert at_birth[0].reason is Reason.AS_SAID


def test_an_age_of_unknown_counting_is_of_several_years() -> None:
    days = aged("88")
    years = {
        date.fromordinal(span.first).year for span in days.spans[:-1] if span.probability > 0.1
    }
    assert years == {1929, 1930, 1931}
    assert {span.reason for span in days.spans} == {Reason.COUNTED, Reason.ELSEWHERE}


def test_an_age_said_on_a_29th_of_february_goes_back_to_a_28th() -> None:
    spans = aged("만 90", said_on=date(2020, 2, 29)).spans
    assert spans[0][:2] == (day(1929, 3, 1), day(1930, 2, 28))


def test_an_age_said_at_an_impossible_time_says_nothing_of_the_day() -> None:
    for counting in ("western", "korean", "year"):
        days = aged("88", counting, date(1700, 1, 1))
        assert days.spans == (Span(*FRAME, 1.0, Reason.ELSEWHERE),)
        assert millibits_of(days, dated("1931")) == 0
    assert aged("88", "korean", date(2051, 6, 1)).bounds is not None


# --- likeness (P3, P4) ----------------------------------------------------------------------------


@given(distributions(), distributions())
def test_likeness_is_symmetric_and_bounded(left: DayDistribution, right: DayDistribution) -> None:
    there, back = likeness_of(left, right), likeness_of(right, left)
    assert (there.millibits, there.level) == (back.millibits, back.level)
    assert MILLIBITS_MIN <= there.millibits <= MILLIBITS_MAX
    assert there.millibits == millibits_of(left, right) == sum(i.millibits for i in there.items)
    assert (there.level is DateLevel.MISSING) == (not left.spans or not right.spans)
    for item in there.items:
        sentences = {item.why(language) for language in LANGUAGES}
        assert len(sentences) == 2
        assert not any("{" in sentence for sentence in sentences)


@given(distributions())
def test_nothing_is_liker_than_the_same_date(days: DayDistribution) -> None:
    if days.spans and days.elsewhere < 1:
        assert millibits_of(days, days) > 0


PAIRS = [
    ("1931-03-05", "양", "1931-03-05", "양", "same_day"),
    ("1931-03-05", "음", "1931-04-22", "양", "same_day"),
    ("소화 6년 3월 5일", "음", "1931-04-22", "양", "same_day"),
    ("1931-03-05", "", "1931-04-22", "양", "same_day"),
    ("갑신년 3월 보름", "", "1944-04-07", "양", "same_day"),
    ("1931-03-05", "음", "1931-03-05", "양", "other_calendar"),
    ("1931-04-22", "양", "1931-03-05", "양", "other_calendar"),
    ("1931-03-05", "양", "1933-03-05", "양", "same_day_other_year"),
    ("1931-03-05 호적에 4년 늦게", "양", "1927-03-05", "양", "same_day_other_year"),
    ("1931-03", "양", "1931-03-20", "양", "same_month"),
    ("1931-03", "양", "1931-03", "양", "same_month"),
    ("1931-03-05", "양", "1931-08-20", "양", "same_year"),
    ("1931", "", "1931-08-20", "양", "same_year"),
    ("경오년", "", "1930-08-05", "양", "same_year"),
    ("말띠", "", "1930-08-05", "양", "same_year"),
    ("1931", "", "1932", "", "year_off"),
    ("1931년경", "", "1933", "", "year_off"),
    ("1931-03", "양", "1932-08", "양", "year_off"),
    ("1931-03-05", "양", "1932-08-20", "양", "year_off"),
    ("1931-03-05", "양", "1941-08-20", "양", "different"),
    ("", "", "1931", "", "missing"),
]


@pytest.mark.parametrize(("left", "ours", "right", "theirs", "level"), PAIRS)
def test_two_dates_agree_by_the_reason_that_says_most(
    left: str, ours: str, right: str, theirs: str, level: str
) -> None:
    found = likeness_of(dated(left, ours), dated(right, theirs))
    assert found.level is DateLevel(level)
    assert found.items[0].code == f"names.date_like_{level}"
    assert found.items[0].millibits == found.millibits


def test_levels_weigh_in_their_order() -> None:
    """The nearer the agreement, the more it says."""
    said = dated("1931-03-05", "양")
    others = [
        "1931-03-05",
        "1931-04-22",  # the lunar reading
        "1930-03-05",
        "1931-08-20",
        "1932-08-20",
        "1941-08-20",
    ]
    weights = [millibits_of(said, dated(raw, "양")) for raw in others]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 12_000
    assert weights[-1] == MILLIBITS_MIN


def test_an_age_agrees_with_the_years_that_it_can_be_counted_from() -> None:
    age = aged("88")
    levels = {
        raw: likeness_of(age, dated(raw, "양")).level
        for raw in ("1931-08-20", "1930-03-01", "1950")
    }
    assert levels == {
        "1931-08-20": DateLevel.COUNTED,
        "1930-03-01": DateLevel.COUNTED,
        "1950": DateLevel.DIFFERENT,
    }
    korean = aged("88", "korean")
    assert likeness_of(korean, dated("1931-08-20", "양")).level is DateLevel.SAME_YEAR
    assert millibits_of(korean, dated("1931", "양")) > millibits_of(age, dated("1931", "양"))


def test_a_likeness_tells_how_each_side_was_read() -> None:
    found = likeness_of(dated("1931-03-05", "음"), dated("1931. 3. 5", "양"))
    assert [item.code for item in found.items] == [
        "names.date_like_other_calendar",
        "names.date_read_other_calendar",
    ]
    assert found.items[0].why("en") == (
        "“1931-03-05” and “1931. 3. 5” mean the same day, 1931-04-22, if one of them is read in "
        "the other calendar."
    )
    assert found.items[1].why("ko").startswith("‘1931. 3. 5’을(를) 다른 역법으로 읽었습니다.")


def test_every_level_and_reason_has_its_sentence() -> None:
    codes = {f"names.date_like_{level.value}" for level in DateLevel}
    codes |= {
        f"names.date_read_{reason.name.lower()}"
        for reason in Reason
        if reason not in {Reason.AS_SAID, Reason.ELSEWHERE}
    }
    assert codes == {code for code in messages() if code.startswith("names.date_like_")} | {
        code for code in messages() if code.startswith("names.date_read_")
    }
    for code in codes:
        names = {n for _, n, _, _ in string.Formatter().parse(messages()[code]["en"]) if n}
        assert names <= {"left", "right", "when", "text"}


# --- the prior (B1, B2) ---------------------------------------------------------------------------


def test_an_agreement_on_a_rare_year_says_more() -> None:
    said = dated("1915-03-05", "양")
    young = AgePrior({1915: 1, 1940: 99})
    old = AgePrior({1915: 99, 1940: 1})
    assert millibits_of(said, said, prior=young) > millibits_of(said, said, prior=old)
    assert likeness_of(said, said, prior=young).millibits == millibits_of(said, said, prior=young)


def test_the_likeness_is_the_sum_over_days() -> None:
    """P3, by the definition: day by day, with nothing cut into segments."""
    prior = AgePrior({1929: 2, 1930: 5, 1931: 7, 1932: 1})
    left, right = dated("1931-03-05"), aged("88")

    def density(days: DayDistribution, at: int) -> float:
        return sum(
            span.probability / (span.last - span.first + 1)
            for span in days.spans
            if span.first <= at <= span.last and span.reason is not Reason.ELSEWHERE
        )

    ours, theirs = left.elsewhere, right.elsewhere
    total = ours * (1 - theirs) + theirs * (1 - ours) + ours * theirs
    for at in range(day(1920, 1, 1), day(1940, 1, 1)):
        share = prior.share(date.fromordinal(at).year)
        total += density(left, at) * density(right, at) / share
    assert millibits_of(left, right, prior=prior) == round(1000 * log2(total))


def test_no_two_dates_say_more_than_the_greatest_weight() -> None:
    nobody = AgePrior({1960: 1})
    said = dated("1882-03-05", "양")
    assert millibits_of(said, said, prior=nobody) == MILLIBITS_MAX


def test_the_share_of_births_is_spread_over_the_years_told() -> None:
    prior = flat_prior()
    within = sum(
        prior.share(date.fromordinal(at).year) for at in range(day(1900, 1, 1), day(1961, 1, 1))
    )
    assert 0.98 < within < 0.99
    assert prior.share(1930) > 50 * prior.share(1899) > 0
    assert prior.share(1700) == prior.share(1860)
    assert flat_prior() is prior


@pytest.mark.parametrize("births", [{}, {1931: 0.0}, {1850: 1.0}, {1931: 1.0, 2031: 1.0}])
def test_births_of_no_year_are_the_callers_fault(births: dict[int, float]) -> None:
    with pytest.raises(ValueError, match="births"):
        AgePrior(births)


def test_words_are_shown_as_they_were_written() -> None:
    written = parse_date(" 1931년 3월 5일 ", column="")
    assert days_of(written).shown == "1931년 3월 5일"
    assert days_of(replace(written, as_written="x")).shown == "x"
