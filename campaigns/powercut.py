"""Power cuts: an office's writes are recorded, and every disk that a cut may leave is opened.

A real office process works under a recorder (`campaigns/recorder.c`). From its trace, disks are rebuilt
as a cut at a drawn moment may leave them (`campaigns/disk.py`: unsynced writes dropped, reordered and
torn), and opened with production code (`campaigns/powercut_judge.py`). The planted bugs are the
database without `synchronous=FULL`, and an archive and a film store that do not sync.
"""

from __future__ import annotations

import copy
import json
import multiprocessing
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from campaigns import children, disk, offices, recording
from campaigns.disk import Disk, Event, Kind
from campaigns.powercut_office import NO_FILM_SYNC, NO_SYNC, NORMAL
from campaigns.result import Result, Wishes

STATES = 20_000
PLANTED = (NORMAL, NO_SYNC, NO_FILM_SYNC)
PLANTED_STATES_MAX = 400
_SHARE_STATES = 50
_SMALL_STATES = 1_000
_TOLD_STATES = 2_000
_FILM_BYTES = 150_000
_MEMORY = Path("/dev/shm")
_ROOT = Path(__file__).resolve().parent.parent

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Size:
    """How much the recorded office does: turns, notes each way in each, papers kept in each."""

    turns: int = 12
    notes: int = 6
    kept: int = 2
    restarts: int = 3


SMALL = Size(turns=2, notes=3, kept=2, restarts=0)
FULL = Size()


@dataclass(frozen=True, slots=True)
class Recording:
    """A trace, and the disk before it."""

    before: Disk
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one state."""

    number: int
    cut: int
    faults: tuple[str, ...]


def run(wishes: Wishes, say: Say = print) -> Result:
    """Rebuild and judge `trials` states, then show that the planted bugs are seen."""
    started = time.monotonic()
    size = FULL if wishes.trials > _SMALL_STATES else SMALL
    with tempfile.TemporaryDirectory(
        prefix="sangbong-powercut-", dir=_MEMORY if _MEMORY.is_dir() else None
    ) as name:
        folder = Path(name)
        library = recording.compile_recorder(folder)
        offices.prepare(folder)
        offices.found_both(folder / "template")
        recorded = record(folder / "sound", library, size=size)
        say(f"recorded: {_told(recorded)}, {_since(started)}")
        verdicts = _told_of(judged(recorded, folder, wishes, states=wishes.trials), say)
        failed = [one for one in verdicts if one.faults]
        for one in failed[:20]:
            say(f"state {one.number}, cut {one.cut}: {'; '.join(one.faults)[:500]}")
        say(f"{len(verdicts)} states, {len(failed)} with faults, {_since(started)}")
        caught_at = [
            _catch(planted, folder, library, wishes, size=size, say=say) for planted in PLANTED
        ]
    return Result(
        name="powercut",
        seed=wishes.seed,
        trials=len(verdicts),
        failures=len(failed),
        planted_bug_caught=all(caught_at),
        planted_bug_caught_at=max(caught_at),
        rate_below=1.0 if failed or not verdicts else round(3 / len(verdicts), 6),
        rounds=1,
        seconds=round(time.monotonic() - started, 1),
    )


def _told_of(shares: Iterator[list[Verdict]], say: Say) -> list[Verdict]:
    """All verdicts, with a word about every two thousand."""
    verdicts: list[Verdict] = []
    for share in shares:
        before = len(verdicts)
        verdicts += share
        if len(verdicts) // _TOLD_STATES > before // _TOLD_STATES:
            failed = sum(bool(one.faults) for one in verdicts)
            say(f"{len(verdicts)} states, {failed} with faults")
    return verdicts


def _catch(
    planted: str, folder: Path, library: Path, wishes: Wishes, *, size: Size, say: Say
) -> int:
    """In which state a planted bug was seen first; 0 if it never was."""
    recorded = record(folder / planted.replace(" ", "-"), library, size=size, planted=planted)
    verdicts: list[Verdict] = []
    found: list[Verdict] = []
    states = min(wishes.trials, PLANTED_STATES_MAX)
    for share in judged(recorded, folder, wishes, states=states, spread=True):
        verdicts += share
        found += [one for one in share if one.faults]
        if found:
            break
    if not found:
        say(f"planted bug, {planted}: NOT caught in {len(verdicts)} states")
        return 0
    kinds = Counter(fault.partition(":")[0] for one in found for fault in set(one.faults))
    first = min(found, key=lambda one: one.number)
    say(
        f"planted bug, {planted}: seen in {len(found)} of {len(verdicts)} states, first in"
        f" {first.number} ({dict(kinds)}): {first.faults[0]}"
    )
    return first.number


class _Recorded:
    """The parent's handle on the recorded process."""

    def __init__(self, folder: Path, library: Path, planted: str) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable,
                *("-m", "campaigns.powercut_office"),
                *(str(folder / "disk" / "office"), str(folder / "disk" / "stick"), planted),
            ],
            cwd=_ROOT,
            env=recording.environment(
                library=library, folder=folder / "disk", trace=folder / "trace"
            )
            | {"PYTHONPATH": f"{_ROOT / 'src'}:{_ROOT}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=60)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def do(self, deed: str, **facts: Any) -> Any:
        """Have one deed done and hear its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": deed, **facts}) + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError("the recorded office died")
        return json.loads(line)


def record(folder: Path, library: Path, *, size: Size, planted: str = "") -> Recording:
    """Let Seoul work under the recorder while Pyongyang, not recorded, writes and answers.

    Raises:
        AssertionError: the trace does not give the disk as it is in the end, so it lacks something.
    """
    template = folder.parent / "template"
    shutil.copytree(template / "seoul", folder / "disk" / "office")
    (folder / "disk" / "stick").mkdir()
    shutil.copytree(template / "pyongyang", folder / "pyongyang")
    before = Disk.load(folder / "disk")
    other = offices.PYONGYANG.code
    each = -(-size.turns // (size.restarts + 1))
    for begin in range(0, size.turns, each):
        with _Recorded(folder, library, planted) as office:
            for turn in range(begin, min(begin + each, size.turns)):
                _turn(office, folder, turn, size, other)
    events = list(disk.read_trace((folder / "trace").read_bytes()))
    after = copy.deepcopy(before)
    for event in events:
        after.do(event)
    assert after.now() == _files(folder / "disk"), "the recorder missed something"
    (folder / "trace").unlink()
    return Recording(before, events)


def _turn(office: _Recorded, folder: Path, turn: int, size: Size, other: str) -> None:
    letters, back = folder / f"letters-{turn}", folder / f"back-{turn}"
    _as_pyongyang(folder, letters, back, turn, size)
    office.do("receive", folder=str(letters))
    office.do("send", recipient=other, first=turn * size.notes, count=size.notes)
    office.do("apply")
    office.do(
        "keep", seed=turn, sizes=[1 + 60_000 * (turn * number % 4) for number in range(size.kept)]
    )
    assert office.do("collect", folder=str(back)) == []
    office.do("apply")
    office.do("carry", recipient=other)


def _as_pyongyang(folder: Path, letters: Path, back: Path, turn: int, size: Size) -> None:
    """Read what came, write new notes: some go as envelopes, the receipts as a bundle."""

    def deed(moments: children.Moments) -> None:
        del moments
        from django.conf import settings
        from django.db import connection

        from campaigns import note_deeds
        from sangbong.kernel.ids import OfficeCode
        from sangbong.liaison import operations as liaison
        from sangbong.liaison import queries

        offices.become(folder / "pyongyang")
        seoul = offices.SEOUL.code
        liaison.collect_from_folder(now=settings.CLOCK.now(), folder=folder / "disk" / "stick")
        note_deeds.apply_all()
        for number in range(size.notes):
            note_deeds.send_note(seoul, f"귀측 2018-{turn}-{number}")
        note_deeds.send_with_film(seoul, f"귀측 영상 {turn}", size=_FILM_BYTES)
        letters.mkdir()
        back.mkdir()
        for number, one in enumerate(queries.waiting_for(OfficeCode(seoul))):
            data = queries.envelope_bytes(one.digest)
            (letters / f"{number:04}.envelope").write_bytes(data)
        note_deeds.carry(seoul, str(back))
        connection.close()

    children.must(deed)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(disk.LOST_SUFFIX)
    }


def judged(
    recorded: Recording, folder: Path, wishes: Wishes, *, states: int, spread: bool = False
) -> Iterator[list[Verdict]]:
    """The verdicts on drawn states, share by share.

    Early cuts come first, so that a worker only goes forward; with `spread` each share has some of all.
    """
    drawn = random.Random(f"{wishes.seed}/cuts")
    last = len(recorded.events)
    cuts = sorted((drawn.randint(1, last), number) for number in range(1, states + 1))
    count = -(-states // _SHARE_STATES)
    shares = [
        cuts[at::count] if spread else cuts[at * _SHARE_STATES : (at + 1) * _SHARE_STATES]
        for at in range(count)
    ]
    tasks = [(share, folder, wishes.seed) for share in shares]
    with multiprocessing.get_context("fork").Pool(wishes.workers, _begin, (recorded,)) as pool:
        yield from pool.imap_unordered(_judge_share, tasks)


class _Replay:
    """A worker's walk along the trace."""

    def __init__(self, recorded: Recording) -> None:
        from campaigns.powercut_judge import Promised

        self._events = recorded.events
        self.at = 0
        self.disk = copy.deepcopy(recorded.before)
        self.promised = Promised()

    def to(self, cut: int) -> None:
        """Take the events before a cut; there is no way back."""
        for event in self._events[self.at : cut]:
            self.disk.do(event)
            if event.kind is Kind.MARK:
                self.promised.add(json.loads(event.data))
        self.at = cut


_walks: list[tuple[Recording, _Replay]] = []


def _begin(recorded: Recording) -> None:
    children.die_with_parent()
    _walks[:] = [(recorded, _Replay(recorded))]


def _walk_to(cut: int) -> _Replay:
    """This worker's walk, begun anew where it is beyond the cut."""
    recorded, replay = _walks[0]
    if cut < replay.at:
        replay = _Replay(recorded)
        _walks[:] = [(recorded, replay)]
    replay.to(cut)
    return replay


def _judge_share(task: tuple[list[tuple[int, int]], Path, int]) -> list[Verdict]:
    from campaigns.powercut_judge import judge

    share, folder, seed = task
    place = Path(tempfile.mkdtemp(prefix="state-", dir=folder))
    verdicts = []
    for cut, number in share:
        replay = _walk_to(cut)
        files, folders = replay.disk.cut(random.Random(f"{seed}/{number}"))
        _lay_out(place, files, folders)
        faults = judge(place / "office", place / "stick", replay.promised)
        verdicts.append(Verdict(number, cut, tuple(faults)))
        shutil.rmtree(place)
    return verdicts


def _lay_out(place: Path, files: dict[str, bytes], folders: set[str]) -> None:
    place.mkdir(exist_ok=True)
    for name in sorted(folders):
        (place / name).mkdir()
    for name, data in files.items():
        (place / name).write_bytes(data)


def _told(recorded: Recording) -> str:
    kinds = Counter(event.kind.name.lower() for event in recorded.events)
    size = sum(len(event.data) for event in recorded.events)
    return f"{len(recorded.events)} events, {size // 1024:,} KiB: {dict(kinds)}"


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.1f} s"
