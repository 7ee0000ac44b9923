"""What stops an office from starting, looked at from inside."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core import checks
from django.db import connection

from sangbong.kernel.errors import SangbongError
from sangbong.office import checks as office_checks
from sangbong.office.adapters import configuration, database, keystore
from sangbong.office.adapters.clock import StoryClock, SystemClock


def test_settings_come_from_the_environment_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configuration.write_file(
        tmp_path,
        {"code": "KR-SEL", "argon2_at_once": 4, "secure_cookies": False, "allowed_hosts": ['a"b']},
    )
    assert configuration.load(tmp_path).argon2_at_once == 4
    assert configuration.load(tmp_path).allowed_hosts == ['a"b']
    monkeypatch.setenv("SANGBONG_ARGON2_AT_ONCE", "7")
    assert configuration.load(tmp_path).argon2_at_once == 7
    sources = {line.name: line.source for line in configuration.describe(tmp_path)}
    assert (sources["argon2_at_once"], sources["code"], sources["log_level"]) == (
        "environment",
        "office.toml",
        "default",
    )


def test_the_password_in_a_database_address_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANGBONG_DATABASE", "postgresql://office:secret@localhost/office")
    shown = {line.name: line.value for line in configuration.describe(tmp_path)}
    assert shown["database"] == "postgresql://…"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('argon2_at_once = "many"', "argon2_at_once"),
        ('colour = "red"', "colour"),
        ("code = ", "office.toml"),
        ('log_level = "loud"', "log_level"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_place(
    tmp_path: Path, text: str, name: str
) -> None:
    (tmp_path / "office.toml").write_text(text, "utf-8")
    with pytest.raises(SangbongError, match=r"office\.setting_malformed") as fault:
        configuration.load(tmp_path)
    assert fault.value.params["name"] == name
    assert [line.name for line in configuration.describe(tmp_path) if line.fault] == [name]


def test_a_list_that_is_no_list_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGBONG_ALLOWED_HOSTS", "not json")
    with pytest.raises(SangbongError, match=r"office\.setting_malformed"):
        configuration.load(tmp_path)
    assert [line for line in configuration.describe(tmp_path) if line.fault]


@pytest.mark.django_db
def test_a_database_that_may_forget_is_refused() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        expected = {"name": "synchronous_commit", "found": "off", "wanted": "on"}
    else:
        # a database in memory, as this test's, keeps no journal
        expected = {"name": "journal_mode", "found": "memory", "wanted": "wal"}
    with pytest.raises(SangbongError, match=r"office\.database_unsafe") as fault:
        database.refuse_unsafe_database()
    assert fault.value.params == expected
    [error] = office_checks.database_keeps_promises(None, databases=["default"])
    assert isinstance(error, checks.Error)


@pytest.mark.django_db
def test_a_safe_database_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor == "sqlite":
        # only the journal of a database in memory differs from that of a file
        monkeypatch.setitem(database.SQLITE_WANTED, "journal_mode", "memory")
    assert office_checks.database_keeps_promises(None, databases=["default"]) == []
    assert office_checks.database_keeps_promises(None) == []


def test_keys_that_are_gone_are_told_with_their_folder(tmp_path: Path) -> None:
    with pytest.raises(SangbongError, match=r"office\.keys_missing"):
        keystore.load_keys(tmp_path)


def test_keys_are_never_overwritten(tmp_path: Path, now: datetime) -> None:
    keystore.make_keys(tmp_path, code="KR-SEL", now=now)
    first = keystore.load_keys(tmp_path).archive_key
    with pytest.raises(FileExistsError):
        keystore.make_keys(tmp_path, code="KR-SEL", now=now)
    assert keystore.load_keys(tmp_path).archive_key == first
    kept = [tmp_path / "keys", *(tmp_path / "keys").rglob("*")]
    assert {(path.is_dir(), path.stat().st_mode & 0o777) for path in kept} == {
        (True, 0o700),
        (False, 0o600),
    }


def test_a_drill_reads_the_instant_that_the_conductor_wrote(tmp_path: Path) -> None:
    (tmp_path / "clock").write_text("2018-06-25T10:00:00+09:00\n")
    assert StoryClock(tmp_path / "clock").now() == datetime(2018, 6, 25, 1, tzinfo=UTC)
    before, after = SystemClock().now(), SystemClock().now()
    assert before.tzinfo is UTC
    assert timedelta(0) <= after - before < timedelta(minutes=1)
