"""The same courier between two real offices: their databases, folders, commands' own operations.

Each deed runs in a forked child that becomes the office, as in `kill`. There are fewer histories than
on the simulator's disk, and they are shorter.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from campaigns import children, offices
from campaigns.children import Moments

_MEMORY = Path("/dev/shm")
_STEPS = 16
_STEP = ("send", "carry", "carry", "harm", "harm", "bring", "bring", "bring", "apply")
_ROUNDS = 4
_NAMES = ("남궁가온하람", "황보나래다솜", "제갈라온새별")
Forms = Callable[[str], set[bytes]]
Say = Callable[[str], None]


@dataclass(slots=True)
class _Stick:
    folder: Path
    writer: int
    harm: str = ""
    read: bool = False


def play_all(first: int, histories: int, forms_of: Forms, say: Say) -> tuple[int, Counter[str]]:
    """Play histories between two offices founded once; failures, and every outcome counted."""
    outcomes: Counter[str] = Counter()
    failures = 0
    place = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="sangbong-courier-", dir=place) as name:
        founded = Path(name) / "founded"
        founded.mkdir()
        offices.prepare(founded)
        offices.found_both(founded)
        for seed in range(first, first + histories):
            home = Path(name) / str(seed)
            shutil.copytree(founded, home)
            history = _History(home, seed, forms_of)
            broken = history.play()
            outcomes.update(history.outcomes)
            if broken:
                failures += 1
                say(f"history {seed} of real offices: {broken}")
            shutil.rmtree(home)
    return failures, outcomes


class _History:
    def __init__(self, home: Path, seed: int, forms_of: Forms) -> None:
        self._homes = [home / cast.side for cast in offices.BOTH]
        self._sticks_folder = home / "sticks"
        self._draws = random.Random(f"courier/{seed}")
        self._forms = [form for name in _NAMES for form in sorted(forms_of(name))]
        self._sticks: list[_Stick] = []
        self._sent: list[list[str]] = [[], []]
        self._written = 0
        self.outcomes: Counter[str] = Counter()

    def play(self) -> str:
        """What is wrong at the end, empty if nothing."""
        wrong = [self._step(self._draws.randrange(2)) for _ in range(_STEPS)]
        for _ in range(_ROUNDS):
            for office in (0, 1):
                before = len(self._sticks)
                wrong.append(self._carry(office))
                if len(self._sticks) > before:
                    wrong.append(self._bring(1 - office, self._sticks[-1]))
                self._do(1 - office, "apply_all")
        for office in (0, 1):
            filed = sorted(self._do(1 - office, "filed"))
            if filed != sorted(self._sent[office]):
                wrong.append(f"sent {len(self._sent[office])} notes, filed {len(filed)}")
        return "; ".join(one for one in wrong if one)

    def _step(self, office: int) -> str:
        deed = self._draws.choice(_STEP)
        if deed in {"send", "carry"}:
            number = f"{office}-{len(self._sent[office]) + 1}"
            self._do(office, "send", number=number, name=self._draws.choice(_NAMES))
            self._sent[office].append(number)
        if deed == "carry":
            return self._carry(office)
        if deed == "apply":
            self._do(office, "apply_all")
        elif deed == "harm":
            self._harm()
        elif self._sticks:
            stick = self._draws.choice(self._sticks)
            # now and then it comes back to its writer
            reader = stick.writer if self._draws.random() < 0.2 else 1 - stick.writer
            return self._bring(reader, stick)
        return ""

    def _carry(self, office: int) -> str:
        self._written += 1
        folder = self._sticks_folder / str(self._written)
        folder.mkdir(parents=True)
        self._sticks.append(_Stick(folder, office))
        self._do(office, "carry", folder=str(folder))
        if not list(folder.glob("*.BDL")):
            self._sticks.pop()  # there was nothing to say
        for file in folder.iterdir():
            image = file.name.encode() + file.read_bytes()
            if any(form in image for form in self._forms):
                return f"stick {folder.name} shows a name"
        return ""

    def _harm(self) -> None:
        fresh = [one for one in self._sticks if not one.read and not one.harm]
        if not fresh:
            return
        stick = self._draws.choice(fresh)
        files = sorted(stick.folder.glob("*.BDL"))
        data = bytearray(files[0].read_bytes())
        stick.harm = self._draws.choice(("lost", "cut", "flipped", "foreign"))
        if stick.harm == "lost":
            shutil.rmtree(stick.folder)
            self._sticks.remove(stick)
        elif stick.harm == "cut":
            files[0].write_bytes(data[: self._draws.randrange(1, len(data))])
        elif stick.harm == "flipped":
            data[self._draws.randrange(len(data))] ^= 1 << self._draws.randrange(8)
            files[0].write_bytes(data)
        else:
            files[0].write_bytes(self._draws.randbytes(300))

    def _bring(self, office: int, stick: _Stick) -> str:
        allowed = {
            "": {"already_read"} if stick.read else {"read", "older"},
            "cut": {"cut_short"},
            "foreign": {"not_a_bundle"},
        }.get(stick.harm, set())
        if office == stick.writer and stick.harm in {"", "cut"}:
            # nothing is reported of what an office wrote itself, unless its head is cut
            allowed = {"own", "cut_short"}
        found = self._do(office, "collect", folder=str(stick.folder))
        if office != stick.writer:
            stick.read = True
        self.outcomes.update(found)
        wrong = [one for one in found if allowed and one not in allowed]
        return f"stick {stick.folder.name} ({stick.harm or 'whole'}): {wrong}" if wrong else ""

    def _do(self, office: int, deed: str, **facts: Any) -> Any:
        home, other = self._homes[office], offices.BOTH[1 - office].code

        def done(moments: Moments) -> Any:
            del moments
            from django.db import connection

            offices.become(home)
            result = _DEEDS[deed](other, **facts)
            connection.close()
            return result

        return children.must(done)


def _send(other: str, *, number: str, name: str) -> None:
    from django.conf import settings
    from django.db import transaction

    from sangbong.kernel.ids import OfficeCode
    from sangbong.liaison import operations
    from sangbong.liaison.core.custody.papers import NotePaper
    from sangbong.office.core.actor import Actor

    note = NotePaper(
        number=number,
        date=date(2018, 6, 25),
        sender_name=name,
        sender_rank="연락관",
        text=f"{name}님의 가족을 찾습니다.",
    )
    with transaction.atomic():
        operations.send_note(
            now=settings.CLOCK.now(),
            actor=Actor("system:campaign", "courier"),
            recipient=OfficeCode(other),
            note=note,
        )


def _carry(other: str, *, folder: str) -> None:
    from campaigns import note_deeds

    note_deeds.carry(other, folder)


def _collect(_: str, *, folder: str) -> list[str]:
    from django.conf import settings

    from sangbong.liaison import operations

    reports = operations.collect_from_folder(now=settings.CLOCK.now(), folder=Path(folder))
    return [str(report.outcome) for report in reports]


def _apply_all(_: str) -> int:
    from campaigns import note_deeds

    return note_deeds.apply_all()


def _filed(_: str) -> list[str]:
    from sangbong.liaison import queries

    return [note.number for note in queries.notes() if note.direction is queries.Direction.IN]


_DEEDS: dict[str, Callable[..., Any]] = {
    "send": _send,
    "carry": _carry,
    "collect": _collect,
    "apply_all": _apply_all,
    "filed": _filed,
}
