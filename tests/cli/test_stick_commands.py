from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli import warm

from sangbong.office.core.statement import words as lists

SANGBONG = [sys.executable, "-m", "sangbong.cli"]


def run(home: Path, *arguments: str, told: str = "") -> subprocess.CompletedProcess[str]:
    return warm.run(["--home", str(home), *arguments], typed=told)


@pytest.fixture(scope="module")
def met(
    tmp_path_factory: pytest.TempPathFactory, founded: Callable[[str, Path], Path]
) -> tuple[Path, Path, list[str]]:
    """Two offices that know each other's statements, and the words that Pyongyang reads aloud."""
    folder = tmp_path_factory.mktemp("offices")
    ours, theirs = folder / "seoul", folder / "pyongyang"
    founded("KR-SEL", ours)
    founded("KP-PYO", theirs)
    run(ours, "office", "statement", str(folder / "ours.json"))
    shown = run(theirs, "office", "statement", str(folder / "theirs.json"))
    assert run(theirs, "office", "add", "--confirm", str(folder / "ours.json")).returncode == 0
    assert run(ours, "office", "add", str(folder / "theirs.json")).returncode == 0
    return ours, theirs, shown.stdout.splitlines()[1].split()


@pytest.fixture
def words(
    met: tuple[Path, Path, list[str]], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, list[str]]:
    """Copies of them for one test: one that says it was put back has a paper to send ever after."""
    folder, (*offices, heard) = tmp_path_factory.mktemp("copies"), met
    ours, theirs = (shutil.copytree(one, folder / one.name) for one in offices)
    return ours, theirs, heard


def asked(prompt: str) -> list[int]:
    """The places that the prompts asked for."""
    return [int(number) for number in re.findall(r"word (\d+): ", prompt)]


def test_an_office_is_confirmed_by_words_heard_and_then_a_stick_carries_papers_both_ways(
    words: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    ours, theirs, heard = words
    refused = run(ours, "stick", "write", str(tmp_path), "--to", "KP-PYO")
    assert refused.returncode == 2
    assert "compared" in refused.stderr

    other = next(word for word in lists("ko") if word not in heard)
    wrong = run(ours, "office", "confirm", "KP-PYO", told=f"nonsense\n{other}\n")
    assert wrong.returncode == 1
    assert "Nothing was confirmed" in wrong.stderr
    assert run(ours, "stick", "write", str(tmp_path), "--to", "KP-PYO").returncode == 2

    # a person answers each question as it is asked; the places change each time
    with subprocess.Popen(
        [*SANGBONG, "--home", str(ours), "office", "confirm", "KP-PYO"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as talk:  # fmt: skip
        assert talk.stdin is not None
        assert talk.stdout is not None
        said = ""
        for _ in range(3):
            before = len(asked(said))
            while len(asked(said)) == before:
                said += talk.stdout.read(1)
            talk.stdin.write(heard[asked(said)[-1] - 1] + "\n")
            talk.stdin.flush()
        assert talk.wait() == 0
    assert asked(said) == sorted(set(asked(said)))

    note = run(
        ours, "note", "send", "--to", "KP-PYO", "--number", "2018-1", "--sender", "Han",
        "--rank", "officer", "--text", "A rehearsal.",
    )  # fmt: skip
    assert (note.returncode, note.stdout) == (0, "KR-SEL>KP-PYO/notes/1\n"), note.stderr
    planned = run(ours, "stick", "plan", "--to", "KP-PYO", "--size", "1")
    assert [line.split(" ")[0] for line in planned.stdout.splitlines()] == [
        "KR-SEL>KP-PYO/notes/1",
        "접수",
    ]
    written = run(ours, "stick", "write", str(tmp_path), "--to", "KP-PYO")
    (name,) = (path.name for path in tmp_path.glob("*.BDL"))
    assert written.stdout == f"{name}: 1 papers, 0 receipts\n"
    read = run(theirs, "stick", "read", str(tmp_path))
    assert (read.returncode, read.stdout.splitlines()) == (
        0,
        [f"{name}: KR-SEL 읽었습니다 / read: 1 papers, 0 receipts"],
    )
    again = run(theirs, "stick", "read", str(tmp_path), "--take-away")
    assert again.stdout.splitlines() == [
        f"{name}: KR-SEL 전에 읽은 묶음입니다 / read before",
    ]

    back = run(theirs, "stick", "write", str(tmp_path), "--to", "KR-SEL", "--size", "1")
    assert back.stdout.endswith(".BDL: 0 papers, 1 receipts\n")
    assert run(ours, "stick", "read", str(tmp_path)).returncode == 0
    for _ in range(2):
        # our word on what was heard goes once, and our cosignature until we know that they have it
        last = run(ours, "stick", "write", str(tmp_path), "--to", "KP-PYO")
    assert last.stdout.endswith(".BDL: 증거만 담았습니다 / evidence alone\n")
    assert run(theirs, "stick", "read", str(tmp_path)).returncode == 0
    nothing = run(theirs, "stick", "write", str(tmp_path), "--to", "KR-SEL")
    assert nothing.stdout == "보낼 것이 없습니다 / nothing to say to KR-SEL\n"


def test_a_damaged_bundle_is_told_and_left_there(
    words: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    _, theirs, _ = words
    (tmp_path / "SANGBONG-0123456789abcdef.BDL").write_bytes(b"sangbong bundle\n cut off")
    read = run(theirs, "stick", "read", str(tmp_path), "--take-away")
    assert read.returncode == 1
    assert "liaison.bundle_garbled" in read.stderr
    assert "손상된 묶음입니다" in read.stdout
    assert (tmp_path / "SANGBONG-0123456789abcdef.BDL").exists()


def test_a_person_says_that_the_database_was_put_back(
    words: tuple[Path, Path, list[str]], tmp_path: Path
) -> None:
    _, theirs, _ = words

    said = run(theirs, "office", "restored", "--by", "admin", "--why", "backup of Tuesday")
    assert (said.returncode, said.stdout.splitlines()[1].split()[:3]) == (
        0,
        ["Incarnation", "2", "begins."],
    ), said.stderr

    nobody = run(theirs, "relay", "--to", "US-WAS", "--by", "KR-SEL")
    assert (nobody.returncode, "US-WAS" in nobody.stderr) == (2, True)
