from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.kin import KinTier
from sangbong.registry.core.layouts import APPLICATION_COLUMNS, REGISTER_COLUMNS
from sangbong.registry.core.people import LifeStatus, NameKind, Script, script_of, side_word
from sangbong.registry.core.rows import RowReader

TODAY = date(2018, 6, 25)
REGISTERED = {
    "record_no": "KP-1",
    "name": "리선호",
    "sex": "남",
    "birth": "1931-04-02",
    "calendar": "양",
    "life_status": "생존",
}
APPLIED = {
    "application_no": "KR-SEL-A-000001",
    "applicant_name": "이선율",
    "applicant_sex": "F",
    "applicant_birth": "1925-03-05",
    "applicant_calendar": "lunar",
    "lodged_on": "2000-07-01",
    "consents": "film; search",
    "sought_no": "1",
    "relation": "형",
    "sought_name": "이선호",
}


def cells(columns, values) -> list[str]:
    return [values.get(column.key, "") for column in columns]


def registered(**changes: str):
    reader = RowReader(tuple(c.korean for c in REGISTER_COLUMNS), today=TODAY)
    person = reader.register_person(2, cells(REGISTER_COLUMNS, REGISTERED | changes))
    return person, [(fault.column, fault.code) for fault in reader.faults]


def applied(**changes: str):
    reader = RowReader(tuple(c.key for c in APPLICATION_COLUMNS), today=TODAY)
    row = cells(APPLICATION_COLUMNS, APPLIED | changes)
    application, sought = reader.application(2, row), reader.sought(2, row)
    return application, sought, [(fault.column, fault.code) for fault in reader.faults]


def test_a_name_is_kept_as_written_beside_its_normal_and_comparing_forms() -> None:
    # the duplicate Hanja of KS X 1001 says that 金 is read 금 here; form C would lose that
    person, faults = registered(name=" 리선호 ", house_name="\u1106\u1161\u11a8\u1102\u1162")
    assert faults == []
    assert [name[:] for name in person.names] == [
        (NameKind.REGISTRY, Script.HANGUL, "리선호", "리선호", "이선호"),
        (NameKind.HOUSE, Script.HANGUL, "\u1106\u1161\u11a8\u1102\u1162", "막내", "막내"),
    ]
    application, _, _ = applied(applicant_hanja="\uf90a")
    hanja = application.applicant.names[-1]
    assert (hanja.as_written, hanja.text, hanja.script) == ("\uf90a", "\uf90a", Script.HANJA)
    assert hanja.folded == "\u91d1"


def test_a_lunar_day_spans_its_solar_day_and_keeps_what_was_said() -> None:
    application, _, faults = applied()
    assert faults == []
    (birth,) = application.applicant.dates
    assert (birth.written.as_written, birth.written.calendar) == ("1925-03-05", "lunar")
    assert application.applicant.birth_first == date(1925, 3, 28).toordinal()


def test_consents_stand_in_the_order_of_the_form() -> None:
    application, sought, _ = applied()
    assert application.consents == ("search", "film")
    assert (application.living_as_of, application.lodged_on) == (date(2000, 7, 1),) * 2
    assert (sought.kin.tier, sought.relation, sought.sought_no) == (KinTier.SIBLING, "형", 1)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"record_no": ""}, [("등록번호", "registry.cell_empty")]),
        ({"record_no": "=1+1"}, [("등록번호", "registry.number_unreadable")]),
        ({"name": ""}, [("성명", "registry.name_missing")]),
        ({"name": "", "roman": "Ri Son-ho"}, []),
        ({"name": "=HYPERLINK()"}, [("성명", "names.formula")]),
        ({"name": "김\u202e철"}, [("성명", "names.invisible_character")]),
        ({"name": "\u3164"}, [("성명", "names.invisible_character")]),
        ({"father": "+이한수"}, [("아버지", "names.formula")]),
        ({"sex": "모름"}, [("성별", "registry.word_unknown")]),
        ({"sex": "녀"}, []),
        ({"birth": "1878-04-02"}, [("생년월일", "registry.age_too_high")]),
        ({"birth": "1902-04-02"}, [("생년월일", "registry.age_too_high")]),
        ({"birth": "1902-07-02"}, []),
        ({"birth": "2019"}, [("생년월일", "registry.born_later")]),
        ({"birth": "1931-02-30"}, [("생년월일", "names.date_impossible")]),
        ({"birth": "1931.7.30", "calendar": "음"}, [("생년월일", "names.lunar_date_impossible")]),
        ({"calendar": "율리우스"}, [("음양", "names.calendar_unknown")]),
        ({"birth": "", "calendar": ""}, []),
        ({"birth": ""}, []),
        ({"birthplace": "평북\u200b"}, [("출생지", "names.invisible_character")]),
        ({"household_no": "9" * 41}, [("세대번호", "names.too_long")]),
        ({"life_status": "행방불명"}, [("생사", "registry.word_unknown")]),
        ({"shielded": "maybe"}, [("보호", "registry.word_unknown")]),
        ({"death_date": "2001-01-01"}, [("사망날자", "registry.death_date_of_living")]),
        (
            {"life_status": "사망", "death_date": "2019-01-01"},
            [("사망날자", "registry.day_in_future")],
        ),
        (
            {"life_status": "사망", "death_date": "1930"},
            [("생년월일", "registry.born_later")],
        ),
        ({"life_status": "사망", "birth": "1850"}, []),
        (
            {"record_no": "", "name": "@", "sex": "?"},
            [
                ("등록번호", "registry.cell_empty"),
                ("성명", "names.formula"),
                ("성별", "registry.word_unknown"),
            ],
        ),
    ],
)
def test_a_register_row_is_read_or_every_fault_is_told(changes, faults) -> None:
    assert registered(**changes)[1] == faults


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"succeeds": "KR-SEL-A-000001"}, [("succeeds", "registry.succeeds_itself")]),
        ({"succeeds": "KR-SEL-A-000000"}, []),
        ({"succeeds": "@"}, [("succeeds", "registry.number_unreadable")]),
        ({"lodged_on": ""}, [("lodged_on", "registry.cell_empty")]),
        ({"lodged_on": "2000"}, [("lodged_on", "registry.day_needed")]),
        ({"lodged_on": "never"}, [("lodged_on", "names.date_unreadable")]),
        ({"lodged_on": "2018-06-26"}, [("lodged_on", "registry.day_in_future")]),
        ({"lodged_on": "음 2000.7.1"}, [("lodged_on", "names.calendar_contradicts")]),
        ({"living_as_of": "2018-06-25"}, []),
        ({"consents": "search;everything"}, [("consents", "registry.word_unknown")]),
        ({"consents": ""}, []),
        ({"sought_no": "0"}, [("sought_no", "registry.sought_no")]),
        ({"sought_no": "100"}, [("sought_no", "registry.sought_no")]),
        ({"sought_no": "１"}, [("sought_no", "registry.sought_no")]),
        ({"relation": ""}, [("relation", "registry.cell_empty")]),
        ({"relation": "친구"}, [("relation", "names.kin_unknown")]),
        ({"sought_name": ""}, [("sought_name", "registry.name_missing")]),
        ({"sought_name": "", "sought_house_name": "막내"}, []),
        ({"sought_birth": "1885"}, []),
        ({"sought_birth": "1878", "sought_calendar": "양"}, []),
        ({"sought_birth": "1877"}, [("sought_birth", "registry.age_too_high")]),
        ({"note": "-5만 원"}, []),
        ({"note": "가" * 2001}, [("note", "names.too_long")]),
    ],
)
def test_an_application_row_is_read_or_every_fault_is_told(changes, faults) -> None:
    assert applied(**changes)[2] == faults


def test_an_age_above_105_is_doubted_and_never_refused() -> None:
    assert registered(birth="1913-06-25")[0].age_doubted is False
    assert registered(birth="1912-06-25")[0].age_doubted is True
    assert registered(birth="1903-06-25")[1] == []


def test_a_death_is_counted_from_the_last_day_it_may_have_been() -> None:
    dead = {"life_status": "사망"}
    assert registered(**dead)[0].dead_on is None
    assert registered(**dead, death_date="1999")[0].dead_on == date(1999, 12, 31)
    assert registered(**dead, death_date="2018")[0].dead_on == TODAY
    person = registered(**dead, death_date="2001-02-03")[0]
    assert (person.life, len(person.dates)) == (LifeStatus.DEAD, 2)


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("이선율", "hangul"),
        ("이 선율", "hangul"),
        ("Lee Sun-yul", "latin"),
        ("李宣律", "hanja"),
        ("이宣율", "mixed"),
        ("Müller", "mixed"),
    ],
)
def test_the_script_of_a_name_is_seen(text: str, script: str) -> None:
    assert script_of(text) == script


def test_forms_are_of_the_side_that_wrote_them() -> None:
    assert [side_word(code) for code in ("KR-SEL", "KP-PYO", "US-WAS")] == [
        "south",
        "north",
        "abroad",
    ]


@given(st.lists(st.text(max_size=30), min_size=16, max_size=16))
def test_any_register_row_is_read_or_refused(row: list[str]) -> None:
    reader = RowReader(tuple(c.korean for c in REGISTER_COLUMNS), today=TODAY)
    reader.register_person(2, row)
    for fault in reader.faults:
        assert fault.text("en") != fault.text("ko")


@given(st.lists(st.text(max_size=30), min_size=27, max_size=27))
def test_any_application_row_is_read_or_refused(row: list[str]) -> None:
    reader = RowReader(tuple(c.key for c in APPLICATION_COLUMNS), today=TODAY)
    reader.application(2, row)
    reader.sought(2, row)
    for fault in reader.faults:
        assert fault.text("en") != fault.text("ko")


def test_a_fault_that_only_the_file_shows_is_placed_as_well() -> None:
    reader = RowReader(tuple(c.korean for c in REGISTER_COLUMNS), today=TODAY)
    reader.register_person(9, cells(REGISTER_COLUMNS, REGISTERED))
    reader.note_fault("record_no", "registry.number_twice", number="KP-1")
    (fault,) = reader.faults
    assert (fault.line, fault.column, fault.value_shown) == (9, "등록번호", "KP-1")
