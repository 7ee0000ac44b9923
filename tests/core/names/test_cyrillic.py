"""Korean names in Cyrillic letters: rules Y1 to Y4 of `names/korean/cyrillic.py`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.names.korean.cyrillic import cyrillic_readings
from sangbong.names.korean.naming import TRADITION
from sangbong.names.person import PersonName, Script
from sangbong.names.tradition import Reading


def told(reading: Reading) -> str:
    return " ".join(part.options[0][0] for part in (reading.family, *reading.given))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Ким Ён Хи", "김 영 희"),
        ("Ли Сун Ок", "이 순 옥"),
        ("Ри Сунок", "이 순 옥"),
        ("И Сун-ок", "이 순 옥"),
        ("Пак Чон Су", "박 정 수"),
        ("Тен Сун Ок", "정 순 옥"),
        ("Юн Пон Су", "윤 봉 수"),
        ("Лю Сон Юль", "유 성 율"),
        ("Намгун Ок", "남궁 옥"),
        ("Хан Бок", "한 복"),
    ],
)
def test_y1_syllables_are_read_by_rule_and_habit(text: str, name: str) -> None:
    assert told(cyrillic_readings(text)[0]) == name


def test_y1_one_spelling_stands_for_several_syllables() -> None:
    given_parts = cyrillic_readings("Ким Чон Ен")[0].given
    assert [{"정", "종"} <= dict(given_parts[0].options).keys(), len(given_parts)] == [True, 2]
    assert {"영", "연"} <= dict(given_parts[1].options).keys()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Сун Ок Ким", "김 순 옥"),
        ("Хегай", "허"),
        ("Югай Сун Ок", "유 순 옥"),
        ("Цой Ён Су", "최 영 수"),
    ],
)
def test_y2_the_family_name_comes_first_or_last_and_some_end_in_gai(text: str, name: str) -> None:
    assert told(cyrillic_readings(text)[0]) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Цой Виктор Робертович", "최"),
        ("Ким Людмила", "김"),
        ("Ким Сун Ок Ивановна", "김"),
        ("Ким Сун Ок Хи", "김"),
    ],
)
def test_y3_a_russian_given_name_says_nothing(text: str, name: str) -> None:
    found = cyrillic_readings(text)
    assert told(found[0]) == name
    assert found[0].given == ()


def test_y4_dots_are_left_out() -> None:
    assert cyrillic_readings("Ким Ён Хи") == cyrillic_readings("КИМ ЕН ХІ")


@pytest.mark.parametrize("text", ["", "123", "Иванов Пётр", "Ким " * 6])
def test_what_is_no_korean_name_is_not_read(text: str) -> None:
    assert cyrillic_readings(text) == ()


def test_the_tradition_reads_cyrillic() -> None:
    name = PersonName("Ли Ён Хи", Script.CYRILLIC)
    assert TRADITION.readings(name) == cyrillic_readings("Ли Ён Хи")


@given(st.text(st.sampled_from("КимЛиЁнХиСуОкпаетчшгль -овч"), max_size=20))
def test_any_text_is_read_or_not_and_its_weights_sum_to_one(text: str) -> None:
    found = cyrillic_readings(text)
    assert not found or sum(reading.weight for reading in found) == pytest.approx(1)
    for reading in found:
        for part in (reading.family, *reading.given):
            assert sum(share for _, share in part.options) == pytest.approx(1)
