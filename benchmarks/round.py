"""One whole round between two offices, in three sizes, beside the floor of storing the same rows.

The peer: Python's own csv and sqlite3 (WAL, synchronous=FULL, one transaction a file) storing the two
registers of the same world, which is the least that any office would have to do. No peer software
runs a round between two offices; the ratio shows how far a whole round is from bare storage, and
steadies the figure on a noisy machine.
"""

from __future__ import annotations

import csv
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Result, cost_of

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Size:
    """A size of the round and what it may cost."""

    applicants: int
    register: int
    seconds_max: float | None
    mib_max: float | None


SIZES = {
    "default": Size(5_000, 25_000, 180, None),
    "large": Size(20_000, 100_000, 240, 1536),
    "full": Size(134_516, 500_000, None, None),
}


def measure_round() -> Result:
    """The default and the large size; the full one too where `FULL=1`."""
    sizes = ["default", "large"] + (["full"] if os.environ.get("FULL") else [])
    met = True
    ours = peer = 0.0
    for name in sizes:
        size = SIZES[name]
        cost = cost_of(
            [sys.executable, "-m", "sangbong.cli", "demo", "--once",
             "--applicants", str(size.applicants), "--register", str(size.register)],
            cwd=ROOT,
        )  # fmt: skip
        print(cost.output)
        floor = _floor(size)
        good = (
            cost.status == 0
            and (size.seconds_max is None or cost.seconds <= size.seconds_max)
            and (size.mib_max is None or cost.peak_mib <= size.mib_max)
        )
        print(
            f"round {name}: {size.applicants} applicants against {size.register}: {cost.seconds:.1f} s"
            f" (at most {size.seconds_max}), {cost.peak_mib:.0f} MiB in all (at most {size.mib_max}),"
            f" exit {cost.status}; bare csv and sqlite3 of the same rows {floor:.1f} s"
        )
        met = met and good
        if name == "large":
            ours, peer = cost.seconds, floor
    return Result("round", round(ours, 1), round(peer, 1), round(ours / peer, 2), 240.0, met)


def _floor(size: Size) -> float:
    with tempfile.TemporaryDirectory() as folder:
        world = Path(folder, "world")
        subprocess.run(
            [sys.executable, "-m", "sangbong.cli", "drill", "world", str(world), "--applicants",
             str(size.applicants), "--register", str(size.register), "--seed", "21"], check=True,
        )  # fmt: skip
        started = time.monotonic()
        for path in (world / "seoul" / "applications.csv", world / "pyongyang" / "register.csv"):
            _store(path, Path(folder, f"{path.stem}.sqlite3"))
        return time.monotonic() - started


def _store(source: Path, target: Path) -> None:
    connection = sqlite3.connect(target)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    with source.open(encoding="utf-8-sig", newline="") as file, connection:
        rows = csv.reader(file)
        width = len(next(rows))
        connection.execute(f"CREATE TABLE record ({', '.join(f'c{i} TEXT' for i in range(width))})")
        connection.executemany(f"INSERT INTO record VALUES ({', '.join('?' * width)})", rows)
    connection.close()
