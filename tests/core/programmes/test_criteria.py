from __future__ import annotations

import copy
import re
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.names.kin import KinTier
from sangbong.programmes.criteria import AgeBand, Criteria, Places, Standing
from sangbong.programmes.korea import loader


def test_round_21_draws_500_for_100_places_and_gives_half_to_age_90() -> None:
    found = loader.criteria("korea-21-2018")
    assert found.places == Places(500, 50, 250, 25, 100, 10)
    assert found.age_bands[0] == AgeBand("90+", 90, 1, 500)
    assert found.quotas
    assert (found.decided_date, found.effective_date) == (date(2018, 6, 25), date(2018, 6, 25))


def test_the_rules_of_2002_and_2006_weigh_without_quotas() -> None:
    weights = {
        code: tuple(band.weight for band in loader.criteria(code).age_bands)
        for code in ("korea-05-2002", "korea-14-2006")
    }
    assert weights == {"korea-05-2002": (13, 5, 2, 0), "korea-14-2006": (19, 15, 5, 2, 0)}
    assert not loader.criteria("korea-05-2002").quotas
    assert loader.criteria("korea-14-2006").all_pass_second_from_age == 90


@pytest.mark.parametrize("found", loader.all_criteria(), ids=lambda found: found.code)
def test_every_rule_names_its_sources_and_its_assumptions(found: Criteria) -> None:
    said = {statement.standing for statement in found.statements}
    assert said == {Standing.PUBLISHED, Standing.ASSUMPTION}
    for statement in found.statements:
        assumed = "our assumption" in statement.source
        assert assumed == (statement.standing is Standing.ASSUMPTION)
        assert re.search("[가-힣]", statement.ko)
    assert [tier for tier, _weight in found.kin_weights] == [tier.value for tier in KinTier]


@pytest.mark.parametrize("found", loader.all_criteria(), ids=lambda found: found.code)
def test_criteria_read_back_equal_from_their_own_json(found: Criteria) -> None:
    assert Criteria.from_body(found.to_body()) == found


def test_an_unknown_rule_is_told_with_the_known_ones() -> None:
    with pytest.raises(SangbongError) as caught:
        loader.criteria("korea-99")
    assert caught.value.code == "programmes.unknown_criteria"
    assert caught.value.params == {
        "wanted": "korea-99",
        "known": "korea-05-2002, korea-14-2006, korea-21-2018",
    }


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def spoil(body: dict[str, Any]) -> None:
        at: Any = body
        *steps, last = (int(s) if s.isdigit() else s for s in path.split("/"))
        for step in steps:
            at = at[step]
        if value is ...:
            del at[last]
        else:
            at[last] = value

    return spoil


SPOILED = [
    ("code", change("code", "")),
    ("surprise", change("surprise", 1)),
    ("places", change("places", 500)),
    ("places.first", change("places/first", 0)),
    ("places.final", change("places/final", ...)),
    ("places.third", change("places/third", 1)),
    ("decided_date", change("decided_date", "25 June 2018")),
    ("age_bands", change("age_bands", [])),
    ("age_bands", change("age_bands/4", ...)),
    ("age_bands[2].from_age", change("age_bands/1/from_age", 90)),
    ("age_bands[1].weight", change("age_bands/0/weight", True)),
    ("age_bands[1].quota_permille", change("age_bands/0/quota_permille", 1_001)),
    ("age_bands", change("age_bands/1/quota_permille", 501)),
    ("kin_weights", change("kin_weights", [])),
    ("kin_weights[2].tier", change("kin_weights/1/tier", "direct")),
    ("required_consents", change("required_consents", [1])),
    ("final_order", change("final_order", ["luck"])),
    ("statements[1].standing", change("statements/0/standing", "rumour")),
]


@pytest.mark.parametrize(("column", "spoil"), SPOILED)
def test_a_spoiled_rule_is_refused_with_the_place_of_its_fault(
    column: str, spoil: Callable[[dict[str, Any]], None]
) -> None:
    body = copy.deepcopy(loader.criteria("korea-21-2018").to_body())
    spoil(body)
    with pytest.raises(SangbongError) as caught:
        Criteria.from_body(body, source="rule.toml")
    assert caught.value.code == "programmes.criteria_unreadable"
    assert caught.value.place is not None
    assert (caught.value.place.source, caught.value.place.column) == ("rule.toml", column)


def test_a_file_that_is_not_toml_is_refused_by_name() -> None:
    with pytest.raises(SangbongError) as caught:
        Criteria.from_toml("weights = six", source="rule.toml")
    assert caught.value.code == "programmes.not_toml"
    assert caught.value.text("en").startswith("rule.toml: ")


def test_13_rooms_in_nine_towns_could_be_used_in_2018_and_20_from_2021() -> None:
    south = [loader.halls(office="KR-SEL", on=day) for day in (date(2018, 8, 20), date(2022, 1, 1))]  # type: ignore[arg-type]
    assert [len(halls) for halls in south] == [9, 16]
    assert [sum(hall.rooms for hall in halls) for halls in south] == [13, 20]
    assert loader.room_count(office="KP-PYO", on=date(2018, 8, 20)) == 10  # type: ignore[arg-type]


def test_every_hall_names_its_source_and_no_two_share_a_code() -> None:
    halls = loader.all_halls()
    assert all(hall.source and hall.name_ko and hall.name_en for hall in halls)
    assert len({hall.code for hall in halls}) == len(halls) == 17


@pytest.mark.parametrize(
    ("residence", "nearest"),
    [
        ("부산광역시 중구", ("PUS", "TAE")),
        ("경상남도 창원시", ("TAE", "PUS")),
        ("전남 목포시", ("KWJ", "TJN")),
        ("제주특별자치도 서귀포시", ("CJU", "KWJ")),
        ("인천 강화군", ("INC", "SEL")),
        ("강원도 강릉시", ("CHU", "SEL")),
        ("", ("SEL", "SUW")),
        ("로스앤젤레스", ("SEL", "SUW")),
    ],
)
def test_the_nearest_hall_is_found_from_the_province_an_address_begins_with(
    residence: str, nearest: tuple[str, ...]
) -> None:
    halls = loader.halls_by_nearness(
        office="KR-SEL",  # type: ignore[arg-type]
        on=date(2018, 8, 20),
        residence=residence,
    )
    assert halls[:2] == nearest
    assert len(set(halls)) == len(halls) == 9


def test_the_hours_of_a_hall_lie_between_its_opening_and_closing() -> None:
    hours = loader.hall_hours()
    minutes = [start.hour * 60 + start.minute for start in hours.slot_starts]
    assert (len(minutes), hours.minutes_a_slot) == (4, 120)
    assert minutes[0] == hours.opens.hour * 60
    assert minutes[-1] + hours.minutes_a_slot == hours.closes.hour * 60


def test_every_criteria_file_begins_with_its_source() -> None:
    folder = files("sangbong.programmes.korea") / "criteria"
    for file in folder.iterdir():
        assert "Source: " in file.read_text("utf-8").splitlines()[0]
