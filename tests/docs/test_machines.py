"""Every drawing of a machine is compared with the code by some test; the news is compared here."""

from __future__ import annotations

import re
from contextlib import suppress
from itertools import product
from pathlib import Path

from sangbong.kernel.errors import SangbongError
from sangbong.registry.core.news import NewsDeed, NewsState, move


def _reached() -> set[tuple[str, str]]:
    found = set()
    for state, deed in product(NewsState, NewsDeed):
        with suppress(SangbongError):
            found.add((state.value, move(state, deed).value))
    return found


def test_the_drawing_of_news_shows_what_the_code_does(root: Path) -> None:
    text = (root / "docs" / "machines" / "family-news.md").read_text("utf-8")
    drawn = re.findall(r"^ *(\S+) --> ([\w*\[\]]+)", text, re.MULTILINE)
    moved = {(at, to) for at, to in drawn if "[*]" not in {at, to}}
    assert moved == _reached()
    assert {to for at, to in drawn if at == "[*]"} == {NewsState.UNDELIVERED.value}
    assert {at for at, to in drawn if to == "[*]"} == set(NewsState) - {at for at, _ in _reached()}


def test_every_drawing_is_read_by_some_test(root: Path) -> None:
    tests = "\n".join(
        path.read_text("utf-8") for path in sorted((root / "tests").rglob("test_*.py"))
    )
    drawings = sorted(path.name for path in (root / "docs" / "machines").glob("*.md"))
    assert len(drawings) > 4
    assert [name for name in drawings if f'"{name}"' not in tests and f"/{name}" not in tests] == []
