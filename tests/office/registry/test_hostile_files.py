"""Bad files: each is refused with a place and a reason, and the database is as it was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.conf import settings
from django.db import connection

from sangbong.kernel.errors import LANGUAGES, messages
from sangbong.lab import hostile
from sangbong.office.core.actor import Actor
from sangbong.registry import operations, queries
from sangbong.registry.core.layouts import Layout

File = Callable[..., bytes]
REPORTS = {"registry_import_batch", "sqlite_sequence"}
CASES = hostile.cases()


def dump() -> dict[str, list[str]]:
    """Every row of every table but the reports of imports, and every kept file."""
    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - REPORTS:
            cursor.execute(f'SELECT * FROM "{table}"')
            found[table] = sorted(repr(row) for row in cursor.fetchall())
    found["archive"] = sorted(str(path) for path in (settings.OFFICE_HOME / "archive").rglob("*"))
    return found


def bring(now: datetime, clerk: Actor, layout: Layout, data: bytes) -> operations.ImportReport:
    return operations.import_csv(
        now=now, actor=clerk, layout=layout, filename="paper.csv", data=data
    )


def test_there_are_at_least_thirty_hostile_files() -> None:
    assert len(CASES) >= 30
    assert {case.expected_code for case in CASES} <= messages().keys()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file_changes_nothing_and_says_why(
    case: hostile.HostileCase, clerk: Actor, now: datetime
) -> None:
    layout = Layout(case.layout)
    # people are there already, so that a fault after good rows is a fault in a used register
    earlier = {"record_no": "KP-PYO-R-800000"}
    bring(now, clerk, Layout.REGISTER, hostile.sound_file("register", earlier))
    before = dump()
    report = bring(now, clerk, layout, case.data)
    assert dump() == before
    assert report.persons_added == report.applications_added == 0
    assert case.expected_code in {fault.code for fault in report.faults}
    for fault in report.faults:
        english, korean = (fault.text(language) for language in LANGUAGES)
        assert english != korean
        assert len(fault.value_shown) <= 40
        assert fault.line is not None or fault.code.startswith("registry.file_")
    assert queries.import_batch(report.batch_id).faults == report.faults
    assert not report.imported


@pytest.mark.parametrize("layout", list(Layout))
def test_a_file_without_a_fault_is_imported(layout: Layout, clerk: Actor, now: datetime) -> None:
    for english in (False, True):
        changes = {"record_no": f"R{english:d}", "application_no": f"A{english:d}"}
        report = bring(
            now, clerk, layout, hostile.sound_file(layout.value, changes, english=english)
        )
        assert report.faults == ()
        assert report.imported


def test_a_file_in_cp949_is_the_same_file(clerk: Actor, now: datetime, register: File) -> None:
    data = register().decode().encode("cp949")
    assert bring(now, clerk, Layout.REGISTER, data).persons_added == 1
    (row,) = queries.register_rows()
    assert row.names == ("리선호",)


def test_a_file_cut_anywhere_in_its_last_row_adds_nobody(
    clerk: Actor, now: datetime, register: File
) -> None:
    data = register({}, {"record_no": "KP-000002"})
    last = data.rindex(b"\n", 0, -1) + 1
    for cut in range(last + 1, len(data) - 1):
        assert not bring(now, clerk, Layout.REGISTER, data[:cut]).imported
    assert list(queries.register_rows()) == []
