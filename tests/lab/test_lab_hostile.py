"""The catalogue of hostile files: each has one fault, and the rules of reading name it."""

from __future__ import annotations

from datetime import date

import pytest

from sangbong.kernel.errors import message
from sangbong.lab.hostile import APPLICATIONS, REGISTER, HostileCase, cases, sound_file
from sangbong.registry.core.layouts import Layout
from sangbong.registry.core.reading import Row, UnreadableFile, open_table
from sangbong.registry.core.rows import RowReader

ACROSS_ROWS = {
    "registry.sought_twice",
    "registry.applicant_differs",
    "registry.succeeds_ring",
    "registry.succeeds_unknown",
    "registry.number_twice",
}
"""Faults that only the whole file tells: the import's own tests see them."""


def codes(data: bytes, layout: str) -> set[str]:
    try:
        table = open_table(data, Layout(layout))
    except UnreadableFile as error:
        return {fault.code for fault in error.faults}
    reader = RowReader(table.headings, today=date(2018, 6, 25))
    found: set[str] = set()
    for row in table.rows:
        if not isinstance(row, Row):
            found.add(row.code)
        elif layout == APPLICATIONS:
            reader.application(row.line, row.cells)
            reader.sought(row.line, row.cells)
        else:
            reader.register_person(row.line, row.cells)
    return found | {fault.code for fault in reader.faults}


@pytest.mark.parametrize("layout", [APPLICATIONS, REGISTER])
@pytest.mark.parametrize("english", [True, False])
def test_the_sound_file_has_no_fault(layout: str, *, english: bool) -> None:
    assert codes(sound_file(layout, english=english), layout) == set()


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_hostile_file_has_its_fault_and_a_sentence_for_it(case: HostileCase) -> None:
    found = codes(case.data, case.layout)
    if case.expected_code in ACROSS_ROWS:
        assert found == set()
    else:
        assert case.expected_code in found
    assert message(case.expected_code, "en")
    assert message(case.expected_code, "ko")


def test_the_names_of_the_cases_differ_and_there_are_many() -> None:
    names = [case.name for case in cases()]
    assert len(set(names)) == len(names) >= 60
