"""Offices founded once for all tests of the command line: founding costs seconds, a copy nothing."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Founded = Callable[[str, Path], Path]


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Founded:
    """Copies the office of a code, as `sangbong office init` left it, to a folder."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # all workers share what one of them founded

    def copy(code: str, home: Path) -> Path:
        kept = shared / f"founded-{code}"
        with (shared / "founding.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                making = kept.with_suffix(".making")
                clean = {k: v for k, v in os.environ.items() if not k.startswith("SANGBONG_")}
                done = subprocess.run(
                    [sys.executable, "-m", "sangbong.cli", "--home", str(making), "office", "init",
                     "--code", code, "--name-ko", "사무소", "--name-en", "Office"],
                    capture_output=True, text=True, check=False, env=clean,
                )  # fmt: skip
                assert done.returncode == 0, done.stderr
                assert done.stdout == f"{code}: {making}\n"
                making.rename(kept)
        shutil.copytree(kept, home)
        return home

    return copy
