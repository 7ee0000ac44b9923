"""A result, and the time and memory of a whole tree of processes."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread


@dataclass(frozen=True, slots=True)
class Result:
    """Seconds of ours and of the peer, their ratio, the goal in seconds, and whether it was met."""

    name: str
    ours: float
    peer: float
    ratio: float
    goal: float
    met: bool


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command cost: wall seconds, and the largest memory that all its processes held at
    once, in MiB (proportional set size, so that shared pages count once)."""

    seconds: float
    peak_mib: float
    status: int
    output: str


def cost_of(command: list[str], *, cwd: Path, env: dict[str, str] | None = None) -> Cost:
    """Run a command and watch its process tree ten times a second."""
    started = time.monotonic()
    process = subprocess.Popen(
        command, cwd=cwd, env=os.environ | (env or {}),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    peak = [0.0]
    ended = Event()

    def watch() -> None:
        while not ended.wait(0.1):
            peak[0] = max(peak[0], sum(mib_of(pid) for pid in tree_of(process.pid)))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    output, _ = process.communicate()
    ended.set()
    watcher.join()
    return Cost(time.monotonic() - started, peak[0], process.returncode, output)


def tree_of(root: int) -> list[int]:
    """A process and all that it started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += parents.get(pid, [])
    return found


def mib_of(pid: int) -> float:
    """Memory of a process, shared pages counted once."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    for line in text.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
