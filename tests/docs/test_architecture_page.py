"""ARCHITECTURE.md keeps up with the rooms and with the tests it leans on."""

from __future__ import annotations

import ast
import re
from pathlib import Path

_CITED = re.compile(r"`(tests/[\w/.-]+\.py)::(\w+)`")
_UNGUARDED = "not yet guarded"


def _rooms(root: Path) -> list[str]:
    return sorted(
        path.parent.name
        for path in (root / "src" / "sangbong").glob("*/__init__.py")
        if path.parent.name != "migrations"
    )


def missing_citations(text: str, root: Path) -> list[str]:
    """Tests that a page names and that are not there."""
    return [
        f"{path}::{name}" for path, name in _CITED.findall(text) if not has_test(root / path, name)
    ]


def has_test(path: Path, name: str) -> bool:
    """Whether a test file has a test, a class or a machine of this name."""
    if not path.is_file():
        return False
    names = {
        node.name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    } | {
        target.id
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return name in names


def test_every_room_has_a_door_plate_that_imports_nothing(root: Path) -> None:
    bare = []
    for room in _rooms(root):
        tree = ast.parse((root / "src" / "sangbong" / room / "__init__.py").read_text("utf-8"))
        if not ast.get_docstring(tree) or len(tree.body) != 1:
            bare.append(room)
    assert bare == []


def test_every_room_stands_on_the_page(root: Path) -> None:
    page = (root / "ARCHITECTURE.md").read_text("utf-8")
    assert [room for room in _rooms(root) if f"`{room}`" not in page] == []


def test_each_of_the_eleven_invariants_cites_a_test_or_says_that_none_guards_it(root: Path) -> None:
    page = (root / "ARCHITECTURE.md").read_text("utf-8")
    section = page.split("## Invariants", 1)[1].split("\n## ", 1)[0]
    invariants = re.findall(r"^(\d+)\. (.*?)(?=^\d+\. |\Z)", section, re.MULTILINE | re.DOTALL)
    assert [int(number) for number, _ in invariants] == list(range(1, 12))
    silent = [
        number
        for number, text in invariants
        if not _CITED.search(text) and _UNGUARDED not in " ".join(text.lower().split())
    ]
    assert silent == []


def test_every_test_that_a_page_names_exists(pages: tuple[Path, ...], root: Path) -> None:
    missing = {
        str(page.relative_to(root)): missing_citations(page.read_text("utf-8"), root)
        for page in pages
    }
    assert {page: names for page, names in missing.items() if names} == {}


def test_a_test_that_is_not_there_is_missed(root: Path) -> None:
    here = Path(__file__).relative_to(root)
    page = f"`{here}::test_a_test_that_is_not_there_is_missed` and `{here}::test_nothing`"
    assert missing_citations(page, root) == [f"{here}::test_nothing"]


def test_every_source_path_that_the_page_names_exists(root: Path) -> None:
    page = (root / "ARCHITECTURE.md").read_text("utf-8")
    named = re.findall(r"`((?:src|spec|docs|tests|tools|requirements)/[\w/.-]+)`", page)
    inside = re.findall(r"`([a-z]+/[\w/]+\.py)`", page)
    paths = [root / name for name in named] + [root / "src" / "sangbong" / name for name in inside]
    assert [str(path) for path in paths if not path.exists()] == []
