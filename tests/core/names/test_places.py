from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.names.places import County, counties_1945, find, later_names, read_place, territory


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
        ("이천군", None, None),
        ("황해도", "황해", None),
        ("어느 산골", None, None),
        ("", None, None),
    ],
)
def test_an_address_of_any_age_leads_to_the_county_of_1945(
    raw: str, province: str | None, county: str | None
) -> None:
    found = read_place(raw, column="출생지")
    assert (found.as_written, found.province, found.county) == (raw, province, county)


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


def test_a_place_with_a_hidden_character_is_refused() -> None:
    with pytest.raises(SangbongError, match=r"names\.invisible_character"):
        read_place("황해도\u200b 봉산군", column="출생지")
