from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sangbong.archive.adapters import sandbox
from sangbong.archive.adapters.sandbox import Allowance
from sangbong.kernel.errors import SangbongError


@pytest.fixture
def child(monkeypatch: pytest.MonkeyPatch) -> object:
    """Stands in for the child by a program of the test's own."""

    def use(program: str) -> None:
        monkeypatch.setattr(sandbox, "bubblewrap_works", lambda: False)
        monkeypatch.setattr(sandbox, "_bare", lambda job, out: [sys.executable, "-c", program])

    return use


def ask(tmp_path: Path, told: list[int] | None = None, seconds: float = 20.0) -> object:
    with (tmp_path / "film").open("w+b") as file:
        return sandbox.run(
            tool="probe",
            source=file,
            out=tmp_path,
            allowance=Allowance(wall_seconds=seconds),
            progress=None if told is None else told.append,
        )


def refused(tmp_path: Path, seconds: float = 20.0) -> str:
    with pytest.raises(SangbongError) as caught:
        ask(tmp_path, seconds=seconds)
    assert "{" not in caught.value.text("ko") + caught.value.text("en")
    return caught.value.code


def test_progress_is_passed_on_and_the_last_line_is_the_answer(tmp_path, child) -> None:
    child(
        """print('{"progress": 5}\\n{"progress": "x"}\\n{"progress": 900}\\n[1]\\n{"result": {"a": 1}}')"""
    )
    told: list[int] = []
    assert ask(tmp_path, told) == {"a": 1}
    assert told == [5]


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("pass", "archive.sandbox_broken"),
        ("raise SystemExit(3)", "archive.sandbox_broken"),
        ("print('garbage')", "archive.sandbox_broken"),
        ("print('[' * 100000)", "archive.sandbox_broken"),
        ("import os; os.kill(os.getpid(), 9)", "archive.film_took_too_long"),
        ("import os; os.kill(os.getpid(), 24)", "archive.film_took_too_long"),
        ("import os; os.kill(os.getpid(), 11)", "archive.film_broke_reader"),
        ("raise SystemExit(128 + 11)", "archive.film_broke_reader"),
        ("""print('{"progress": 40}'); raise SystemExit(1)""", "archive.film_broke_reader"),
        ("""print('{"result": 7}')""", "archive.film_unreadable"),
        ("""print('{"fault": "film_text", "params": {}}')""", "archive.film_text"),
        ("""print('{"fault": "rm -rf", "params": {}}')""", "archive.film_unreadable"),
        ("""print('{"fault": "film_text"}')""", "archive.film_unreadable"),
        ("import time; time.sleep(60)", "archive.film_took_too_long"),
    ],
)
def test_whatever_the_child_does_is_an_error_with_words(
    tmp_path: Path, child: object, program: str, code: str
) -> None:
    child(program)  # type: ignore[operator]
    assert refused(tmp_path, seconds=1.5 if "sleep" in program else 20.0) == code


def test_a_child_that_never_stops_talking_is_ended(tmp_path: Path, child: object) -> None:
    child("while True: print('x' * 65536)")  # type: ignore[operator]
    assert refused(tmp_path, seconds=60.0) == "archive.film_broke_reader"


def test_a_child_that_cannot_start_is_our_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap_works", lambda: False)
    monkeypatch.setattr(sandbox, "_bare", lambda job, out: ["/nonexistent/python"])
    assert refused(tmp_path) == "archive.sandbox_broken"


def test_a_film_that_takes_too_long_is_stopped(film: Path, tmp_path: Path) -> None:
    with film.open("rb") as file, pytest.raises(SangbongError) as caught:
        sandbox.run(
            tool="transcode", source=file, out=tmp_path, allowance=Allowance(wall_seconds=0.01)
        )
    assert caught.value.code == "archive.film_took_too_long"


def test_bubblewrap_is_only_used_where_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.bubblewrap_works.cache_clear()
    try:
        monkeypatch.setattr(shutil, "which", lambda name: None)
        assert sandbox.bubblewrap_works() is False
        sandbox.bubblewrap_works.cache_clear()
        monkeypatch.setattr(shutil, "which", lambda name: "/bin/false")
        assert sandbox.bubblewrap_works() is False
        sandbox.bubblewrap_works.cache_clear()
        monkeypatch.setattr(shutil, "which", lambda name: "/bin/true")
        assert sandbox.bubblewrap_works() is True
    finally:
        sandbox.bubblewrap_works.cache_clear()


def test_the_walls_are_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.active_defences.cache_clear()
    assert sandbox.active_defences() is sandbox.active_defences()


def test_what_bubblewrap_shows_is_code_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = sandbox._wrapped("{}", tmp_path)
    shown = {command[at + 1] for at, word in enumerate(command) if word == "--ro-bind"}
    written = [command[at + 1] for at, word in enumerate(command) if word == "--bind"]
    assert written == [str(tmp_path)]
    assert not {"/", "/etc", "/home", "/root", "/var", "/tmp", "/proc"} & shown
    project = Path(sandbox.__file__).parents[3]
    assert not any(project.is_relative_to(path) for path in shown)


@pytest.mark.parametrize(
    ("python", "prefix"),
    [("/usr/bin/python3.11", "/usr"), ("/opt/python/bin/python3", "/opt/python")],
)
def test_any_interpreter_brings_its_libraries(
    monkeypatch: pytest.MonkeyPatch, python: str, prefix: str
) -> None:
    sandbox._needed.cache_clear()
    monkeypatch.setattr(os.path, "realpath", lambda path: python)
    monkeypatch.setattr(sys, "base_prefix", prefix)
    monkeypatch.setattr(Path, "exists", lambda path: True)
    monkeypatch.setattr(sandbox.sysconfig, "get_path", lambda name: f"{prefix}/lib/python3.11")
    needed = [str(path) for path in sandbox._needed()]
    monkeypatch.undo()
    sandbox._needed.cache_clear()
    if prefix == "/usr":
        assert needed[:2] == ["/usr/bin/python3.11", "/usr/lib/python3.11"]
        assert "/usr" not in needed
    else:
        assert needed[0] == "/opt/python"


def test_a_missing_film_library_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox._libraries.cache_clear()
    monkeypatch.setattr(sandbox, "find_spec", lambda name: None)
    with pytest.raises(SangbongError) as caught:
        sandbox._libraries()
    assert caught.value.code == "archive.sandbox_broken"
    sandbox._libraries.cache_clear()


def test_the_child_imports_nothing_of_ours_and_no_framework() -> None:
    folder = Path(sandbox.__file__).parent / "sandboxed"
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import sandboxed.making, sandboxed.confine;"
        "bad = [m for m in sys.modules if m.split('.')[0] in {'django', 'sangbong', 'cryptography'}];"
        "print(bad)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, str(folder.parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
