"""Each dependency is argued, and none of those an office runs is under a strong copyleft licence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_STRONG = re.compile(r"\bA?GPL|GNU (Affero )?General Public", re.IGNORECASE)


def _project(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text("utf-8"))


def _names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(line).name) for line in requirements}


def closure(requirements: Iterable[str]) -> dict[str, Distribution]:
    """Everything that these requirements install here, by name."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in requirements]
    while waiting:
        wanted = waiting.pop()
        for extra in wanted.extras or {""}:
            if (wanted.name, extra) in seen:
                continue
            seen.add((wanted.name, extra))
            found[canonicalize_name(wanted.name)] = package = distribution(wanted.name)
            waiting += [
                needed
                for needed in map(Requirement, package.requires or [])
                if needed.marker is None or needed.marker.evaluate({"extra": extra})
            ]
    return found


def licence_of(package: Distribution) -> str:
    """What a distribution says of its licence: the expression, else the first line and classifiers."""
    # the metadata of a distribution answers None for a line it does not have
    expression = package.metadata.get("License-Expression")
    if expression:
        return str(expression)
    first = str(package.metadata.get("License") or "").strip().partition("\n")[0]
    classifiers = [
        line.rpartition("::")[2].strip()
        for line in package.metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    return "; ".join(filter(None, [first, *classifiers]))


def is_strong_copyleft(licence: str) -> bool:
    """Whether every way of taking the licence is GPL or AGPL; the lesser GPL is not meant."""
    ways = re.split(r"\s+OR\s+", licence)
    return all(_STRONG.search(way) for way in ways)


def test_no_dependency_of_an_office_is_under_gpl_or_agpl(root: Path) -> None:
    packages = closure(_project(root)["project"]["dependencies"])
    told = {name: licence_of(package) for name, package in packages.items()}
    assert {name: text for name, text in told.items() if is_strong_copyleft(text)} == {}


def test_every_dependency_of_an_office_says_its_licence(root: Path) -> None:
    packages = closure(_project(root)["project"]["dependencies"])
    assert [name for name, package in packages.items() if not licence_of(package)] == []


@pytest.mark.parametrize(
    ("licence", "strong"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("LGPL-3.0-only", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT OR GPL-2.0-only", False),
        ("BSD-3-Clause", False),
    ],
)
def test_a_strong_copyleft_licence_is_told_from_others(licence: str, *, strong: bool) -> None:
    assert is_strong_copyleft(licence) is strong


def test_every_dependency_has_its_line_and_no_line_is_left_over(root: Path) -> None:
    project = _project(root)
    extras = project["project"]["optional-dependencies"].values()
    groups = project["dependency-groups"].values()
    wanted = _names(project["project"]["dependencies"])
    for requirements in [*extras, *groups]:
        wanted |= _names(requirements)
    page = (root / "docs" / "adr" / "0002-dependencies.md").read_text("utf-8")
    argued = set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, re.MULTILINE))
    # the demo's film is installed without being depended on
    demo = _names(
        line
        for line in (root / "requirements" / "demo.in").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    )
    assert argued == wanted | demo
