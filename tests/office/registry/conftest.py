"""Files that clerks bring, row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from sangbong.registry.core.layouts import APPLICATION_COLUMNS, REGISTER_COLUMNS, Column

APPLICANT = {
    "application_no": "KR-SEL-A-000001",
    "applicant_name": "이선율",
    "applicant_hanja": "李宣律",
    "applicant_roman": "Lee Sun-yul",
    "applicant_house_name": "돌쇠",
    "applicant_sex": "남",
    "applicant_birth": "1925-03-05",
    "applicant_calendar": "음",
    "applicant_birthplace": "평안북도 정주군 갈산면",
    "applicant_residence": "서울특별시 종로구",
    "applicant_father": "이한수",
    "applicant_mother": "박순이",
    "lodged_on": "2000-07-01",
    "living_as_of": "2018-05-02",
    "consents": "search;name_to_other_side;film",
    "succeeds": "",
    "sought_no": "1",
    "relation": "동생",
    "sought_name": "이선호",
    "sought_house_name": "막내",
    "sought_sex": "남",
    "sought_birth": "1931",
    "sought_calendar": "모름",
    "address_at_separation": "평안북도 정주군",
    "sought_father": "이한수",
    "sought_mother": "박순이",
    "note": "왼손잡이",
}
REGISTERED = {
    "record_no": "KP-000001",
    "name": "리선호",
    "house_name": "",
    "former_name": "",
    "roman": "",
    "sex": "남",
    "birth": "1931-04-02",
    "calendar": "양",
    "birthplace": "평안북도 정주시",
    "residence": "평양시 중구역",
    "father": "리한수",
    "mother": "박순이",
    "household_no": "H-17",
    "life_status": "생존",
    "death_date": "",
    "shielded": "",
}


def csv_of(columns: tuple[Column, ...], rows: list[dict[str, str]], *, korean: bool = True) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column.korean if korean else column.key for column in columns])
    for row in rows:
        writer.writerow([row[column.key] for column in columns])
    return out.getvalue()


def applications_csv(*rows: dict[str, str], korean: bool = True) -> bytes:
    whole = [APPLICANT | row for row in rows] or [APPLICANT]
    return csv_of(APPLICATION_COLUMNS, whole, korean=korean).encode()


def register_csv(*rows: dict[str, str], korean: bool = True) -> bytes:
    whole = [REGISTERED | row for row in rows] or [REGISTERED]
    return csv_of(REGISTER_COLUMNS, whole, korean=korean).encode()


@pytest.fixture
def applications() -> Callable[..., bytes]:
    return applications_csv


@pytest.fixture
def register() -> Callable[..., bytes]:
    return register_csv
