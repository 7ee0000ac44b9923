from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import pytest

from sangbong.kernel.ids import OfficeCode
from sangbong.lab.film import draw_film
from sangbong.office.core.actor import Actor
from sangbong.registry.core.layouts import APPLICATION_COLUMNS, Layout

APPLICATION = "KR-SEL-A-000123"
ROW = {
    "application_no": APPLICATION,
    "applicant_name": "김순옥",
    "applicant_sex": "F",
    "applicant_birth": "1927-03-05",
    "applicant_calendar": "solar",
    "lodged_on": "2000-08-01",
    "living_as_of": "2018-06-01",
    "consents": "search;name_to_other_side;film",
    "sought_no": "1",
    "relation": "남동생",
    "sought_name": "김순철",
}


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of stripes and a tone."""
    return draw_film(tmp_path_factory.mktemp("film") / "letter.mp4")


@pytest.fixture(scope="session")
def other_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another take."""
    return draw_film(tmp_path_factory.mktemp("film") / "again.mp4", seconds=0.8)


@pytest.fixture
def application(office: OfficeCode, now: datetime) -> str:
    """Mrs Kim seeks her brother, and agreed to a film."""
    from sangbong.registry import operations

    table = io.StringIO()
    writer = csv.DictWriter(table, [column.key for column in APPLICATION_COLUMNS])
    writer.writeheader()
    writer.writerow(ROW)
    report = operations.import_csv(
        now=now,
        actor=Actor("seo", "test"),
        layout=Layout.APPLICATIONS,
        filename="applications.csv",
        data=table.getvalue().encode(),
    )
    assert report.faults == ()
    return APPLICATION
