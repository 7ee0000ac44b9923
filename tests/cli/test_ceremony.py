"""Two offices at one table: real processes, sticks that are folders, and a false statement among them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.cli import warm
from tests.cli.conftest import Founded
from tests.conftest import DAY_OF_DRAW

from sangbong.office.adapters import keystore
from sangbong.office.core.ceremony import second_path_letters
from sangbong.office.core.statement import fingerprint


@dataclass(frozen=True)
class Side:
    """One office's machine and its new stick."""

    code: str
    home: Path
    stick: Path

    def run(
        self, *arguments: str, typed: list[str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a command; `typed` are the lines that its person types."""
        return warm.run(
            ["--home", str(self.home), *arguments],
            typed="".join(f"{line}\n" for line in typed or []),
        )

    def words(self) -> tuple[str, ...]:
        """What its people read from their own screen."""
        return fingerprint(keystore.current_statement(self.home).statement).words_ko

    def letters(self) -> str:
        """What stands under the code on its screen."""
        return second_path_letters(keystore.current_statement(self.home).statement)

    def confirmed(self) -> bool:
        """Whether it believes the other office."""
        listed = self.run("office", "keys")
        assert listed.returncode == 0, listed.stderr
        return "확인됨 / confirmed" in listed.stdout

    def meets(
        self, other: Side, *, spoken: tuple[str, ...] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The whole meeting, typing the words that the asked places want."""
        before = self.run(
            "office",
            "ceremony",
            "--stick",
            str(self.stick),
            typed=[str(other.stick), other.letters(), ""],
        )
        asked = [int(place) for place in re.findall(r"other side's word (\d+)", before.stdout)]
        assert before.returncode != 0, "it waits for words"
        assert len(asked) == 1, before.stdout
        return self.speak(spoken or other.words())

    def speak(self, spoken: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        """Answer each question for a word, as a person with the other's list would."""
        process = subprocess.Popen(
            [sys.executable, "-m", "sangbong.cli", "--home", str(self.home), "office", "ceremony"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1,
            env={k: v for k, v in os.environ.items() if not k.startswith("SANGBONG_")} | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        said = ""
        while letter := process.stdout.read(1):
            said += letter
            asked = re.search(r"other side's word (\d+): $", said[-40:])
            if asked:
                process.stdin.write(spoken[int(asked[1]) - 1] + "\n")
                process.stdin.flush()
        process.wait()
        assert process.stderr is not None
        return subprocess.CompletedProcess([], process.returncode, said, process.stderr.read())


@pytest.fixture
def sides(founded: Founded, tmp_path: Path) -> tuple[Side, Side]:
    made = []
    for code in ("KR-SEL", "KP-PYO"):
        stick = tmp_path / f"stick-{code}"
        stick.mkdir()
        made.append(Side(code, founded(code, tmp_path / code), stick))
    return made[0], made[1]


def test_two_people_finish_the_meeting_and_both_offices_believe(sides: tuple[Side, Side]) -> None:
    seoul, pyongyang = sides
    wrote = pyongyang.run("office", "ceremony", "--stick", str(pyongyang.stick), typed=[])
    assert "SANGBONG KEYS 1 KP-PYO 1" in wrote.stdout
    done = seoul.meets(pyongyang)
    assert (done.returncode, done.stderr) == (0, "")
    assert "확인했습니다" in done.stdout
    assert seoul.confirmed()
    assert not pyongyang.confirmed()
    assert pyongyang.meets(seoul).returncode == 0
    assert pyongyang.confirmed()
    record = (seoul.home / "ceremony" / "record-KP-PYO.txt").read_text("utf-8")
    assert {*seoul.words(), *pyongyang.words()} <= set(record.split())
    assert sorted(path.name for path in (seoul.home / "ceremony").iterdir()) == [
        "record-KP-PYO.txt"
    ]


def test_words_of_another_list_stop_the_meeting(sides: tuple[Side, Side]) -> None:
    """The statement on the stick is another office's: its people read other words aloud."""
    seoul, pyongyang = sides
    pyongyang.run("office", "ceremony", "--stick", str(pyongyang.stick), typed=[])
    done = seoul.meets(pyongyang, spoken=seoul.words())
    assert done.returncode == 1
    assert "Nothing was confirmed" in done.stderr
    assert not seoul.confirmed()
    again = seoul.run("office", "ceremony", "--stick", str(seoul.stick), typed=[])
    assert "[1/6]" in again.stdout


def test_a_stick_that_was_swapped_on_the_table_stops_the_meeting(
    sides: tuple[Side, Side], tmp_path: Path
) -> None:
    """Its statement names Pyongyang, and its signatures hold: only another path tells."""
    seoul, pyongyang = sides
    keystore.make_keys(tmp_path / "thief", code="KP-PYO", now=DAY_OF_DRAW)
    shutil.copy(
        tmp_path / "thief" / "keys" / "statements" / "000001.json",
        pyongyang.stick / "sangbong-keys-KP-PYO.json",
    )
    done = seoul.run("office", "ceremony", "--stick", str(seoul.stick),
                     typed=[str(pyongyang.stick), pyongyang.letters()])  # fmt: skip
    assert done.returncode == 1
    assert "is not the one on the other side's screen" in done.stdout
    assert not seoul.confirmed()


@pytest.mark.parametrize("damage", ["flipped", "difference said"])
def test_what_differs_stops_the_meeting(sides: tuple[Side, Side], damage: str) -> None:
    seoul, pyongyang = sides
    pyongyang.run("office", "ceremony", "--stick", str(pyongyang.stick), typed=[])
    file = pyongyang.stick / "sangbong-keys-KP-PYO.json"
    typed = [str(pyongyang.stick), "", "x"]
    if damage == "flipped":
        data = bytearray(file.read_bytes())
        data[5000] ^= 1
        file.write_bytes(data)
    done = seoul.run("office", "ceremony", "--stick", str(seoul.stick), typed=typed)
    assert (done.returncode, "Nothing was confirmed" in done.stderr) == (1, True)
    assert not seoul.confirmed()


def test_sticks_that_cannot_be_used_say_what_to_do(
    sides: tuple[Side, Side], tmp_path: Path
) -> None:
    seoul, pyongyang = sides
    empty = seoul.run("office", "ceremony", "--stick", str(seoul.stick), typed=[str(seoul.stick)])
    assert (empty.returncode, "There is no key statement" in empty.stderr) == (2, True)
    for name in ("a", "b"):
        (pyongyang.stick / f"sangbong-keys-{name}.json").write_bytes(b"")
    several = seoul.run("office", "ceremony", typed=[str(pyongyang.stick)])
    assert (several.returncode, "several key statements" in several.stderr) == (2, True)
    (tmp_path / "only").mkdir()
    shutil.copy(
        seoul.stick / "sangbong-keys-KR-SEL.json", tmp_path / "only" / "sangbong-keys-x.json"
    )
    own = seoul.run("office", "ceremony", typed=[str(tmp_path / "only"), ""])
    assert (own.returncode, "our own key statement" in own.stderr) == (2, True)
    again = seoul.run("office", "ceremony", "--begin-again", typed=["/nowhere/at/all"])
    assert (again.returncode, "Nothing can be written" in again.stderr) == (2, True)
