"""What the tests of the documents read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

_LEFT_OUT = {
    "__pycache__", "node_modules", "screenshots", "var", "build", "dist",
}  # fmt: skip


def _walk(folder: Path) -> Iterator[Path]:
    for entry in sorted(os.scandir(folder), key=lambda found: found.name):
        path = Path(entry.path)
        # folders with a dot hold what tools leave behind; `.ci` is ours
        hidden = entry.name.startswith(".") and entry.name != ".ci"
        if entry.is_dir(follow_symlinks=False):
            if not hidden and entry.name not in _LEFT_OUT and not entry.name.endswith(".egg-info"):
                yield from _walk(path)
        elif not entry.name.startswith(".coverage"):
            yield path


@pytest.fixture(scope="session")
def root() -> Path:
    return Path(__file__).parents[2]


@pytest.fixture(scope="session")
def files(root: Path) -> tuple[Path, ...]:
    """Every file of the project, without what tools and runs leave behind."""
    return tuple(_walk(root))


@pytest.fixture(scope="session")
def pages(files: tuple[Path, ...]) -> tuple[Path, ...]:
    return tuple(path for path in files if path.suffix == ".md")
