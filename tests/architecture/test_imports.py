from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint_imports(source: Path) -> subprocess.CompletedProcess[str]:
    """Run the contracts over a copy of the tree."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache", "--config", str(source / ".importlinter")],
        cwd=source, env={"PYTHONPATH": str(source / "src"), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "src",
        tmp_path / "src",
        ignore=shutil.ignore_patterns("__pycache__", "*.mo", "static"),
    )
    shutil.copy(ROOT / ".importlinter", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("office/core/roles.py", "import django", "are pure"),
        (
            "liaison/queries/__init__.py",
            "from sangbong.registry import queries",
            "Rooms are stacked",
        ),
        ("tracing/queries.py", "from sangbong.registry import models", "tables of registry"),
        ("web/audit.py", "import sangbong.worker.sweeps", "Rooms are stacked"),
        ("selection/queries.py", "import httpx", "Only adapters"),
        (
            "tracing/core/engine.py",
            "from sangbong.names.korean.spelling import fold",
            "Nothing above names knows one tradition",
        ),
        (
            "names/likeness.py",
            "from sangbong.names.korean.spelling import fold",
            "What all traditions share",
        ),
    ],
)
def test_a_bad_import_is_caught(copy: Path, file: str, line: str, broken: str) -> None:
    path = copy / "src" / "sangbong" / file
    path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    done = lint_imports(copy)
    assert done.returncode != 0
    assert broken in done.stdout


def test_a_room_that_nobody_placed_is_caught(copy: Path) -> None:
    (copy / "src" / "sangbong" / "attic").mkdir()
    (copy / "src" / "sangbong" / "attic" / "__init__.py").write_text("")
    done = lint_imports(copy)
    assert done.returncode != 0
    assert "attic" in done.stdout
