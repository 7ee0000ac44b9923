"""Decision records have one form, and their index is whole."""

from __future__ import annotations

import re
from pathlib import Path

_PARTS = ("## Context", "## Options", "## Decision", "### Bad consequences")


def _records(root: Path) -> list[Path]:
    return sorted((root / "docs" / "adr").glob("[0-9]*.md"))


def test_records_are_numbered_without_gaps(root: Path) -> None:
    numbers = [int(path.name[:4]) for path in _records(root)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_record_has_a_status_a_date_and_all_parts(root: Path) -> None:
    faults = {}
    for path in _records(root):
        text = path.read_text("utf-8")
        missing = [part for part in _PARTS if f"\n{part}" not in text]
        if not re.search(r"^Status: (accepted|superseded by \[\d{4}\])", text, re.MULTILINE):
            missing.append("status")
        if not re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE):
            missing.append("date")
        if missing:
            faults[path.name] = missing
    assert faults == {}


def test_the_index_lists_every_record(root: Path) -> None:
    index = (root / "docs" / "adr" / "README.md").read_text("utf-8")
    assert [path.name for path in _records(root) if f"({path.name})" not in index] == []
