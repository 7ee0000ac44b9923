"""Small registers of invented people for the engine's tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from sangbong.names.dates import parse_date
from sangbong.registry.core.register import RegisterRow
from sangbong.tracing.core.sought import Sought

NOWHERE: dict[str, Any] = {
    "roman": "",
    "sex": "",
    "birth_first": None,
    "birth_last": None,
    "birth_year": None,
    "birthplace_province": "",
    "birthplace_county": "",
    "residence_province": "",
    "residence_county": "",
    "father": "",
    "mother": "",
    "household": "",
    "alive": True,
    "shielded": False,
}


def row(
    person_id: int, *names: str, born: str = "", calendar: str = "양", **known: Any
) -> RegisterRow:
    """One record; `born` as a date is put into the plain columns as registry does."""
    written = parse_date(born, calendar, column="birth")
    span = written.solar_span()
    days = {
        "birth_first": span[0].toordinal() if span else None,
        "birth_last": span[1].toordinal() if span else None,
        "birth_year": written.year,
    }
    return RegisterRow(**(NOWHERE | {"person_id": person_id, "names": names} | days | known))


def crowd(count: int, first: int = 1_000) -> list[RegisterRow]:
    """People who are nobody's kin, spread over names, years and counties."""
    surnames, syllables = "김이박최정강조윤장임", "영순옥자희숙경수호철남식"
    return [
        row(
            first + index,
            surnames[index % 10] + syllables[index // 10 % 12] + syllables[(index // 120 + 5) % 12],
            born=date(1920 + index % 30, 1 + index % 12, 1 + index % 28).isoformat(),
            sex="MF"[index % 2],
            birthplace_province="황해",
            birthplace_county=["황해 봉산", "황해 연백", "황해 신천"][index % 3],
            father=surnames[index % 10] + syllables[index % 12] + syllables[index // 12 % 12],
        )
        for index in range(count)
    ]


def sought(ref: int, name: str = "", born: str = "", calendar: str = "", **known: Any) -> Sought:
    """One person sought."""
    said: dict[str, Any] = {
        "family": "A-1",
        "house_name": "",
        "sex": "",
        "place": "",
        "province": "",
        "county": "",
        "father": "",
        "mother": "",
    }
    return Sought(
        ref=ref, name=name, birth=parse_date(born, calendar, column="birth"), **(said | known)
    )
