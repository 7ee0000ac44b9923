from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SANGBONG = [sys.executable, "-m", "sangbong.cli"]


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SANGBONG_")}
    return subprocess.run(
        [*SANGBONG, *arguments],
        capture_output=True, text=True, check=False, env=clean | {"COLUMNS": "200"} | environment,
    )  # fmt: skip


def found(home: Path, code: str, *more: str) -> subprocess.CompletedProcess[str]:
    return run("--home", str(home), "office", "init", "--code", code, "--name-ko", "사무소",
               "--name-en", "Office", *more)  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, founded: Callable[[str, Path], Path]) -> Path:
    return founded("KR-SEL", tmp_path_factory.mktemp("office") / "seoul")


def test_a_founded_office_keeps_its_promises(home: Path) -> None:
    done = run("--home", str(home), "check")
    assert done.returncode == 0, done.stderr + done.stdout
    assert ", whole\n" in done.stdout
    assert "database: safe" in done.stdout
    assert "sandbox: " in done.stdout


def test_an_office_is_not_founded_twice(home: Path) -> None:
    done = found(home, "KR-SEL")
    assert done.returncode == 2
    assert "이미 사무소가 있습니다" in done.stderr
    assert "An office lives in this folder already" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SANGBONG_ARGON2_AT_ONCE", "many", "argon2_at_once"),
        ("SANGBONG_LINK_URL", "http://plain", "link_url"),
        ("SANGBONG_ALLOWED_HOSTS", "not json", "allowed_hosts"),
        ("SANGBONG_CODE", "seoul", "code"),
    ],
)
def test_a_malformed_setting_stops_the_start_and_says_which_and_why(
    home: Path, name: str, value: str, told: str
) -> None:
    done = run("--home", str(home), "audit", "export", "/dev/null", **{name: value})
    assert done.returncode == 2
    assert f"The setting {told} (from environment) cannot be used" in done.stderr
    assert "설정" in done.stderr
    listed = run("--home", str(home), "check", **{name: value})
    assert listed.returncode == 1
    assert told in listed.stdout


def test_a_broken_settings_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text("code = ")
    done = run("--home", str(tmp_path), "audit", "export", "/dev/null")
    assert done.returncode == 2
    assert "office.toml" in done.stderr
    assert run("--home", str(tmp_path), "check").returncode == 1


def test_only_a_drill_office_may_follow_story_time(home: Path, tmp_path: Path) -> None:
    clock = tmp_path / "story-time"
    clock.write_text("2018-06-25T00:00:00+00:00")
    done = run(
        "--home", str(home), "audit", "export", str(tmp_path / "x"), SANGBONG_STORY_TIME=str(clock)
    )
    assert done.returncode == 2
    assert "Only an office made with --drill" in done.stderr
    drill = tmp_path / "drill"
    assert found(drill, "KP-PYO", "--drill", "--story-time", str(clock)).returncode == 0
    assert run("--home", str(drill), "audit", "export", str(tmp_path / "x")).returncode == 0


def test_an_unsafe_database_does_not_start(home: Path, tmp_path: Path) -> None:
    # planted: an operator's patch that turns the fsync off again
    patch = tmp_path / "sitecustomize.py"
    patch.write_text(
        "import sangbong.office.adapters.database as d\n"
        "d.SQLITE_INIT = d.SQLITE_INIT.replace('synchronous=FULL', 'synchronous=NORMAL')\n"
    )
    done = run("--home", str(home), "audit", "export", "/dev/null", PYTHONPATH=str(tmp_path))
    assert done.returncode == 2
    assert "synchronous is 1, but must be 2" in done.stderr


def test_two_offices_exchange_keys_and_see_the_same_words(
    home: Path, tmp_path: Path, founded: Callable[[str, Path], Path]
) -> None:
    other = founded("KP-PYO", tmp_path / "pyongyang")
    shown = run("--home", str(other), "office", "statement", str(tmp_path / "keys.json"))
    added = run("--home", str(home), "office", "add", "--confirm", str(tmp_path / "keys.json"))
    assert added.returncode == 0, added.stderr
    theirs, ours = added.stdout.splitlines()[:4], added.stdout.splitlines()[4:]
    assert shown.stdout.splitlines() == theirs
    assert (theirs[0], ours[0]) == ("KP-PYO", "KR-SEL")
    assert len(ours) == 4


def test_staff_are_added_with_a_password(home: Path) -> None:
    done = run("--home", str(home), "office", "staff", "seo", "--name", "서은하", "--role", "clerk",
               "--password", "a long enough one")  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "seo: clerk\n")


def test_an_auditor_finds_an_edit_without_the_office(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "trail.jsonl"
    assert run("--home", str(home), "audit", "export", str(target)).returncode == 0
    nowhere = ("--home", str(tmp_path / "nowhere"))
    whole = run(*nowhere, "audit", "verify", str(target))
    assert whole.returncode == 0
    assert whole.stdout.startswith("whole: ")
    lines = target.read_text("utf-8").splitlines()
    first = json.loads(lines[0])
    kept = run(*nowhere, "audit", "verify", str(target), "--head", first["digest"])
    assert kept.returncode == 0
    first["staff"] = "nobody"
    target.write_text("\n".join([json.dumps(first), *lines[1:]]), "utf-8")
    assert run(*nowhere, "audit", "verify", str(target)).stdout.startswith("broken at entry 1")
    target.write_text("", "utf-8")
    cut = run(*nowhere, "audit", "verify", str(target), "--head", first["digest"])
    assert (cut.returncode, cut.stdout[:4]) == (1, "cut:")


def test_an_auditor_reads_the_database_itself(home: Path, tmp_path: Path) -> None:
    copy = tmp_path / "office.sqlite3"
    with sqlite3.connect(home / "office.sqlite3") as source, sqlite3.connect(copy) as target:
        source.backup(target)
    assert run("audit", "verify", str(copy)).stdout.startswith("whole: ")
    with sqlite3.connect(copy) as target:
        target.execute("UPDATE office_audit_entry SET why = 'x' WHERE number = 1")
    assert run("audit", "verify", str(copy)).returncode == 1
