"""A founding that was killed goes on with the same command, wherever it stood (campaign founding-kill)."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from sangbong.office.adapters import keystore

FILES = ["keys", "office.sqlite3", "office.toml"]


def found(home: Path, code: str = "KR-SEL", *more: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SANGBONG_")}
    return subprocess.run(
        [sys.executable, "-m", "sangbong.cli", "--home", str(home), "office", "init",
         "--code", code, "--name-ko", "사무소", "--name-en", "Office", *more],
        capture_output=True, text=True, check=False, env=clean,
    )  # fmt: skip


def identities(home: Path) -> list[tuple[str, int]]:
    with sqlite3.connect(home / "office.sqlite3") as database:
        found = database.execute(
            "SELECT code, (SELECT count(*) FROM office_audit_entry) FROM office_office"
        ).fetchall()
    database.close()
    return found


def test_what_a_killed_founding_left_unfinished_is_made_anew(tmp_path):
    (tmp_path / "keys.unfinished").mkdir()
    (tmp_path / "keys.unfinished" / "signing.key").write_bytes(b"half of i")
    (tmp_path / "office.sqlite3.unfinished").write_bytes(b"half of the tables")
    (tmp_path / "office.sqlite3.unfinished-wal").write_bytes(b"")
    (tmp_path / "office.toml.unfinished").write_text("co")

    done = found(tmp_path)

    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    assert identities(tmp_path) == [("KR-SEL", 1)]


def test_a_founding_killed_before_its_settings_is_finished_and_not_doubled(tmp_path):
    assert found(tmp_path).returncode == 0
    (tmp_path / "office.toml").unlink()
    secret = (tmp_path / "keys" / "signing" / "0001.key").read_bytes()

    other = found(tmp_path, "KP-PYO")
    drill = found(tmp_path, "KR-SEL", "--drill")
    same = found(tmp_path)

    assert (other.returncode, drill.returncode, same.returncode) == (2, 2, 0)
    assert "An office lives in this folder already" in other.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES
    assert (tmp_path / "keys" / "signing" / "0001.key").read_bytes() == secret
    assert identities(tmp_path) == [("KR-SEL", 1)]


def test_keys_are_there_whole_or_not_at_all(tmp_path, now, monkeypatch):
    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(keystore, "make_certificate", cut)
        with pytest.raises(KeyboardInterrupt):
            keystore.make_keys(tmp_path, code="KR-SEL", now=now)
    assert not (tmp_path / "keys").exists()

    keystore.make_keys(tmp_path, code="KR-SEL", now=now)
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]
    assert keystore.load_keys(tmp_path).tls_certificate_path.exists()
