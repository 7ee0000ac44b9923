"""The keys of two offices over their years, from the command line."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.cli import warm
from tests.cli.conftest import Founded


def run(home: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return warm.run(["--home", str(home), "office", *arguments], typed=typed)


def done(home: Path, *arguments: str, typed: str = "") -> str:
    finished = run(home, *arguments, typed=typed)
    assert (finished.returncode, finished.stderr) == (0, "")
    return finished.stdout


@pytest.fixture
def homes(founded: Founded, tmp_path: Path) -> tuple[Path, Path]:
    """Seoul, which knows Pyongyang, and Pyongyang."""
    seoul, pyongyang = founded("KR-SEL", tmp_path / "seoul"), founded("KP-PYO", tmp_path / "pyo")
    done(pyongyang, "statement", str(tmp_path / "first.json"))
    done(seoul, "add", "--confirm", str(tmp_path / "first.json"))
    return seoul, pyongyang


def test_changes_travel_as_files_where_nothing_else_does(
    homes: tuple[Path, Path], tmp_path: Path
) -> None:
    seoul, pyongyang = homes
    file = str(tmp_path / "statement.json")
    assert "Statement 2 is published" in done(pyongyang, "rotate")
    done(pyongyang, "statement", file)
    assert done(seoul, "update", file) == "명세 / statement 2\n"
    assert "It is held already" in done(seoul, "update", file)
    said = done(pyongyang, "revoke", "1", "--stolen", "--since", "2018-06-25")
    assert "Statement 3 is published" in said
    assert "Start “sangbong serve” again" in said
    done(pyongyang, "statement", file)
    assert "revoked signing key: 1" in done(seoul, "update", file)
    listed = done(seoul, "keys")
    assert "KP-PYO: 확인됨 / confirmed, 명세 / statement 3" in listed
    assert "! 뿌리 열쇠가 이 기계 안에 있습니다" in listed
    assert "폐지 / revoked" in done(pyongyang, "keys")


def test_a_root_in_a_safe_is_fetched_for_every_change(
    homes: tuple[Path, Path], tmp_path: Path
) -> None:
    seoul, _ = homes
    safe = str(tmp_path / "safe")
    assert "Keep it in a safe" in done(seoul, "root", "take-out", safe)
    missing = run(seoul, "rotate")
    assert (missing.returncode, "name its folder with --root" in missing.stderr) == (2, True)
    assert "Nothing is missing" in done(seoul, "renew", "--root", safe)
    assert "Statement 2 is published" in done(seoul, "rotate", "--root", safe)
    assert "kept elsewhere" in done(seoul, "keys")


def test_a_root_is_replaced_only_by_one_who_means_it(
    homes: tuple[Path, Path], tmp_path: Path
) -> None:
    seoul, pyongyang = homes
    assert run(pyongyang, "root", "replace", typed="n\n").returncode == 1
    assert "statement 1," in done(pyongyang, "keys")
    assert "Statement 2 is published" in done(pyongyang, "root", "replace", typed="y\n")
    done(pyongyang, "statement", str(tmp_path / "new.json"))
    refused = run(seoul, "update", str(tmp_path / "new.json"))
    assert (refused.returncode, "another root key" in refused.stderr) == (2, True)


def test_new_epochs_are_made_when_names_changed(homes: tuple[Path, Path]) -> None:
    seoul, _ = homes
    with (seoul / "office.toml").open("a", encoding="utf-8") as file:
        file.write('link_url = "https://127.0.0.1:9"\n')
    assert "Statement 2 is published" in done(seoul, "renew")
