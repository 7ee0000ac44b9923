"""The glossary holds words that the code or the screens really use."""

from __future__ import annotations

import re
from pathlib import Path

_ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_every_code_word_of_the_glossary_is_in_the_code(root: Path) -> None:
    source = "\n".join(
        path.read_text("utf-8") for path in sorted((root / "src" / "sangbong").rglob("*.py"))
    )
    page = (root / "docs" / "glossary.md").read_text("utf-8")
    words = {word for row in _ROW.findall(page) for word in re.findall(r"`(\w+)`", row[0])}
    assert len(words) > 30
    assert sorted(word for word in words if not re.search(rf"\b{word}\b", source)) == []


def test_no_word_has_two_meanings(root: Path) -> None:
    page = (root / "docs" / "glossary.md").read_text("utf-8")
    words = [word for row in _ROW.findall(page) for word in re.findall(r"`(\w+)`", row[0])]
    assert sorted({word for word in words if words.count(word) > 1}) == []
