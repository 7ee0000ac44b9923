"""Each numbered rule of the wire stands in the code, on its page of `spec/`, and in a test."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = {
    "envelope": "envelope.md",
    "body": "envelope.md",
    "receipt": "receipt.md",
    "film": "film.md",
    "exchange": "exchange.md",
    "bundle": "waybill.md",
    "waybill": "waybill.md",
    "signal": "signal.md",
    "inbox": "dispatch.md",
    "outbox": "dispatch.md",
    "states": "dispatch.md",
    "resync": "dispatch.md",
}
HELD = ("envelope", "body", "receipt", "film", "bundle", "waybill", "signal", "outbox", "states")
"""Modules whose every rule a test names."""
IN_CODE = re.compile(r"^\d+\. \(([A-Z]\d+)\) ", re.MULTILINE)
ON_PAGE = re.compile(r"^- \*\*([A-Z]\d+)\*\* ", re.MULTILINE)
RANGE = re.compile(r"\b([A-Z])(\d+) to \1(\d+)\b")
ONE = re.compile(r"\b[A-Z]\d+\b")


def rules_of(module: str) -> list[str]:
    """The numbers in a module's docstring, in order."""
    (path,) = (ROOT / "src/sangbong/liaison/core").glob(f"*/{module}.py")
    return IN_CODE.findall(ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")


def cited(text: str) -> set[str]:
    """The rules that a text names, alone or in a range such as `E1 to E7`."""
    named = set(ONE.findall(text))
    for letter, first, last in RANGE.findall(text):
        named |= {f"{letter}{number}" for number in range(int(first), int(last) + 1)}
    return named


@pytest.mark.parametrize("page", sorted(set(PAGES.values())))
def test_a_page_has_exactly_the_rules_of_its_modules(page):
    coded = [rule for module, name in PAGES.items() if name == page for rule in rules_of(module)]
    written = ON_PAGE.findall((ROOT / "spec" / page).read_text("utf-8"))

    assert sorted(written) == sorted(coded)
    assert len(set(written)) == len(written)


@pytest.mark.parametrize("module", HELD)
def test_every_rule_of_a_module_is_named_by_a_test_of_that_module(module):
    imported = re.compile(
        rf"liaison\.core\.\w+\.{module} import|liaison\.core\.\w+ import .*\b{module}\b"
        r"|from sangbong\.liaison import operations"
    )
    texts = [path.read_text("utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py"))]
    named = set().union(*(cited(text) for text in texts if imported.search(text)))

    assert set(rules_of(module)) - named == set()


def test_a_range_names_all_that_it_spans():
    assert cited("rules W5 to W7, X1") == {"W5", "W6", "W7", "X1"}
