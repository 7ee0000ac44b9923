from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.registry.core.register import RegisterRow
from sangbong.tracing.core.comparing import shown_birth
from sangbong.tracing.core.engine import Scored, compare
from sangbong.tracing.core.nearness import Nearby, one_letter_off
from sangbong.tracing.core.sought import Sought, birth_days, name_forms
from sangbong.tracing.core.weights import (
    M_PER_MILLE,
    M_PROVINCE_ONLY_PER_MILLE,
    M_YEAR_ONLY_PER_MILLE,
    SIBLING_PER_MILLE,
    Item,
    Level,
    either,
    weight_millibits,
)

from .conftest import crowd, row, sought

# Everything that a comparison needs so that the record is a candidate whatever else is asked.
KNOWN: dict[str, Any] = {
    "province": "황해",
    "county": "황해 봉산",
    "place": "황해도 봉산군",
    "father": "이한수",
    "mother": "박순이",
}
BORN = {
    "birthplace_province": "황해",
    "birthplace_county": "황해 봉산",
    "father": "리한수",
    "mother": "박순이",
}


def levels(asked: Sought, record: RegisterRow) -> dict[str, Level]:
    return {item.item: item.level for item in only(asked, record).evidence}


def only(asked: Sought, record: RegisterRow, neighbours: int = 300) -> Scored:
    answer = compare([asked], [record, *crowd(neighbours)])[asked.ref]
    (found,) = [each for each in answer.comparisons if each.person_id == record.person_id]
    return found


@pytest.mark.parametrize(
    ("said", "names", "level"),
    [
        (("이선호", ""), ("리선호",), Level.EXACT),
        (("이수남", "종수"), ("리종수",), Level.OTHER_FORM),
        (("이종수", ""), ("리수남", "종수"), Level.OTHER_FORM),
        (("이종수", ""), ("리수남", "리종수"), Level.OTHER_FORM),
        (("이선호", ""), ("리순호",), Level.ONE_LETTER),
        (("이선호", ""), ("박선호",), Level.GIVEN_ONLY),
        (("이선호", ""), ("리만덕",), Level.SURNAME_ONLY),
        (("이선호", ""), ("최만덕",), Level.DIFFERENT),
        (("", ""), ("최만덕",), Level.MISSING),
    ],
)
def test_names_agree_in_steps(said: tuple[str, str], names: tuple[str, ...], level: Level) -> None:
    asked = sought(1, said[0], "1931-04-02", "양", house_name=said[1], **KNOWN)
    assert levels(asked, row(1, *names, born="1931-04-02", **BORN))["name"] is level


@pytest.mark.parametrize(
    ("names", "roman"), [(("리선호",), "Lee Sun Ho"), (("Lee Sun Ho",), ""), ((), "Lee Sun Ho")]
)
def test_a_name_in_latin_letters_is_read(names: tuple[str, ...], roman: str) -> None:
    asked = sought(1, "이선호", "1931-04-02", "양", **KNOWN)
    level = levels(asked, row(1, *names, roman=roman, born="1931-04-02", **BORN))["name"]
    assert level in {Level.READING, Level.EXACT}


def test_latin_letters_that_read_as_nobody_sought_say_nothing_for_the_name() -> None:
    asked = sought(1, "이선호", "1931-04-02", "양", **KNOWN)
    found = levels(asked, row(1, roman="Park Man Duk", born="1931-04-02", **BORN))
    assert found["name"] is Level.MISSING


@pytest.mark.parametrize(
    ("said", "held", "level"),
    [
        (("1931-04-02", "양"), ("1931-04-02", "양"), Level.SAME_DAY),
        (("1931-04-02", ""), ("1931-04-02", "양"), Level.SAME_DAY),
        (("1931-04-02", "음"), ("1931-04-02", "양"), Level.OTHER_CALENDAR),
        (("1931-04-02", "양"), ("1931-02-15", "양"), Level.OTHER_CALENDAR),
        (("1931-04-02", "양"), ("1932-04-02", "양"), Level.SAME_DAY_OTHER_YEAR),
        (("1931-04-02", "양"), ("1931-09-20", "양"), Level.SAME_YEAR),
        (("1931-04-02", "양"), ("1932-09-20", "양"), Level.YEAR_OFF_1),
        (("1931-04-02", "양"), ("1929-09-20", "양"), Level.YEAR_OFF_3),
        (("1931-04-02", "양"), ("1941-09-20", "양"), Level.DIFFERENT),
        (("1931", ""), ("1931-09-20", "양"), Level.SAME_YEAR),
        (("1931", ""), ("1930", ""), Level.YEAR_OFF_1),
        (("1931년경", ""), ("1933", ""), Level.YEAR_OFF_3),
        (("1931년경", ""), ("1943", ""), Level.DIFFERENT),
        (("", ""), ("1943", ""), Level.MISSING),
        (("1931", ""), ("", ""), Level.MISSING),
        (("1931-04-02", "양"), ("1931", ""), Level.SAME_YEAR),
    ],
)
def test_birth_dates_agree_in_steps(
    said: tuple[str, str], held: tuple[str, str], level: Level
) -> None:
    asked = sought(1, "이선호", *said, **KNOWN)
    record = row(1, "리선호", born=held[0], calendar=held[1], **BORN)
    assert levels(asked, record)["birth"] is level


def test_a_year_without_a_span_is_compared_as_a_year() -> None:
    asked = sought(1, "이선호", "1931-04-02", "양", **KNOWN)
    record = row(1, "리선호", **BORN)._replace(birth_year=1931)
    assert levels(asked, record)["birth"] is Level.SAME_YEAR
    assert shown_birth(record) == "1931"


@pytest.mark.parametrize(
    ("born", "calendar", "shown"),
    [
        ("1931-04-02", "양", "1931-04-02"),
        ("1931-04-02", "", "1931-04-02 / 1931-05-19"),
        ("1931", "", "1931"),
        ("", "", ""),
    ],
)
def test_a_birth_date_is_shown_as_far_as_it_is_known(born: str, calendar: str, shown: str) -> None:
    assert shown_birth(row(1, "리선호", born=born, calendar=calendar)) == shown


@pytest.mark.parametrize(
    ("said", "held", "level"),
    [
        (("황해", "황해 봉산"), ("황해 봉산", "평남 평양"), Level.BIRTH_COUNTY),
        (("황해", "황해 봉산"), ("평남 평양", "황해 봉산"), Level.RESIDENCE_COUNTY),
        (("황해", "황해 봉산"), ("황해 신천", "평남 평양"), Level.PROVINCE),
        (("황해", "황해 봉산"), ("평남 평양", "평남 평양"), Level.DIFFERENT),
        (("황해", ""), ("황해 신천", ""), Level.PROVINCE),
        (("황해", ""), ("평남 평양", ""), Level.DIFFERENT),
        (("", ""), ("황해 신천", ""), Level.MISSING),
        (("황해", "황해 봉산"), ("", ""), Level.MISSING),
    ],
)
def test_places_agree_in_steps(said: tuple[str, str], held: tuple[str, str], level: Level) -> None:
    asked = sought(1, "이선호", "1931", province=said[0], county=said[1], father="이한수")
    record = row(
        1,
        "리선호",
        born="1931",
        father="리한수",
        birthplace_province=held[0][:2],
        birthplace_county=held[0],
        residence_province=held[1][:2],
        residence_county=held[1],
    )
    assert levels(asked, record)["place"] is level


@pytest.mark.parametrize(
    ("held", "level"),
    [
        ("리한수", Level.EXACT),
        ("리한주", Level.ONE_LETTER),
        ("리만덕", Level.DIFFERENT),
        ("", Level.MISSING),
    ],
)
def test_parents_agree_in_steps(held: str, level: Level) -> None:
    asked = sought(1, "이선호", "1931", father="이한수", mother="이한수")
    found = levels(asked, row(1, "리선호", born="1931", father=held, mother=held))
    assert (found["father"], found["mother"]) == (level, level)


@pytest.mark.parametrize(
    ("said", "held", "level"),
    [("M", "M", Level.EXACT), ("M", "F", Level.DIFFERENT), ("", "F", Level.MISSING)],
)
def test_sex_agrees_or_not(said: str, held: str, level: Level) -> None:
    asked = sought(1, "이선호", "1931", sex=said)
    assert levels(asked, row(1, "리선호", born="1931", sex=held))["sex"] is level


def test_every_item_names_both_values_and_the_sum_is_the_score() -> None:
    asked = sought(1, "이선호", "1931", house_name="막내", sex="M", **KNOWN)
    found = only(asked, row(1, "리선호", "막동", born="1931", sex="M", **BORN))
    assert [(e.item, e.sought, e.register) for e in found.evidence] == [
        (Item.REGISTER, "", "301"),
        (Item.NAME, "이선호 / 막내", "리선호 / 막동"),
        (Item.SEX, "M", "M"),
        (Item.BIRTH, "1931", "1931"),
        (Item.PLACE, "황해도 봉산군", "황해 봉산"),
        (Item.FATHER, "이한수", "리한수"),
        (Item.MOTHER, "박순이", "박순이"),
        (Item.SIBLING, "이선호 1931", "리선호 1931"),
    ]
    assert found.evidence[-1].millibits < 0
    assert found.score_millibits == sum(e.millibits for e in found.evidence)
    assert found.evidence[1].to_json() == {
        "item": "name",
        "sought": "이선호 / 막내",
        "register": "리선호 / 막동",
        "level": "exact",
        "millibits": found.evidence[1].millibits,
    }


def test_a_rare_name_weighs_more_than_a_common_one() -> None:
    many = [row(5_000 + index, "김영수") for index in range(60)]
    common = compare([sought(1, "김영수", "1931")], [row(1, "김영수", born="1931"), *many])
    rare = compare([sought(1, "탁금만", "1931")], [row(1, "탁금만", born="1931"), *many])

    def name(answers: Any) -> int:
        return next(
            e.millibits
            for c in answers[1].comparisons
            if c.person_id == 1
            for e in c.evidence
            if e.item is Item.NAME
        )

    assert name(rare) - name(common) == pytest.approx(1000 * 5.93, abs=10)


def test_the_shares_of_every_item_make_a_thousand() -> None:
    for item in (Item.NAME, Item.SEX, Item.BIRTH):
        assert sum(m for (of, _), m in SIBLING_PER_MILLE.items() if of is item) == 1000
    for item in (Item.NAME, Item.SEX, Item.BIRTH, Item.PLACE, Item.FATHER, Item.MOTHER):
        assert sum(m for (of, _), m in M_PER_MILLE.items() if of is item) == 1000
    assert sum(M_YEAR_ONLY_PER_MILLE.values()) == 1000
    assert sum(M_PROVINCE_ONLY_PER_MILLE.values()) == 1000


@given(st.integers(1, 1000), st.floats(1e-6, 1.0))
def test_a_weight_grows_with_m_and_shrinks_with_chance(m: int, u: float) -> None:
    assert weight_millibits(m, u) <= weight_millibits(m, u / 2)
    assert weight_millibits(m, u) >= weight_millibits(max(m - 1, 1), u)


@given(st.integers(-40_000, 40_000), st.integers(-40_000, 40_000))
def test_two_rival_explanations_leave_less_than_either(left: int, right: int) -> None:
    both = either(left, right)
    assert both == either(right, left)
    assert min(left, right) - 1_000 <= both <= min(left, right)


def test_a_brother_with_the_same_parents_is_not_taken_for_the_person() -> None:
    asked = sought(1, "이선호", "1931-04-02", "양", sex="M", **KNOWN)
    brother = only(asked, row(1, "리선덕", born="1934-08-20", sex="M", **BORN))
    himself = only(asked, row(1, "리선호", born="1931-04-02", sex="M", **BORN))
    assert brother.score_millibits < 0 < himself.score_millibits
    assert brother.evidence[-1].item is Item.SIBLING


WORDS = st.text(st.sampled_from("김순옥영호남한수자"), min_size=1, max_size=3)


@given(WORDS, WORDS)
def test_nearness_is_mutual_and_the_index_finds_all_of_it(left: str, right: str) -> None:
    assert one_letter_off(left, right) is one_letter_off(right, left)
    assert (right in Nearby([right]).of(left)) is one_letter_off(left, right)


def test_a_letter_more_less_or_other_is_near_and_two_are_not() -> None:
    assert one_letter_off("순옥", "순욱")
    assert one_letter_off("순호", "순혹")
    assert not one_letter_off("순옥", "순옥")
    assert not one_letter_off("순옥", "선욱")
    assert Nearby(["순옥"]).of("") == ()


def test_a_house_name_takes_the_surname_over() -> None:
    assert name_forms(("리수남", "종수", "")) == (("이", "수남"), ("이", "종수"))
    assert name_forms(("리수남", "리수남")) == (("이", "수남"),)
    assert name_forms(("", "리종수")) == (("", ""), ("이", "종수"))


def test_a_leap_day_has_no_twin_in_other_years() -> None:
    said = birth_days(sought(1, "이선호", "1932-02-29", "양").birth)
    assert {date.fromordinal(day).month for day in said.yearly} == {3, 4}


@given(st.dates(date(1905, 1, 1), date(1960, 12, 31)))
def test_the_days_of_a_birthday_do_not_overlap(day: date) -> None:
    said = birth_days(sought(1, "이선호", day.isoformat(), "양").birth)
    assert said.exact == {day.toordinal()}
    assert not said.exact & (said.shifted | said.yearly)
