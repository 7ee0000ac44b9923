"""The channel over a shaped line, side by side with rsync and NNCP; then its CPU and memory.

The line: 10 Mbit/s, 150 ms round trip, 1 % loss each way, 20 s up and 10 s down, in user space. Each of
ours, rsync and NNCP has its own line with the same seed and the same cuts at the same moments, and
all repetitions run at once. Efficiency is payload bits / (rate x seconds the line was up); whoever
does not finish is stopped and counted by the payload that arrived.

    make bench ONLY=channel                          all of it, about half an hour
    MEGABYTES=20 REPEATS=1 make bench ONLY=channel   a small one
    PARTS=bbr,cubic,kills-bbr,kills-cubic,urgent,local,core   some of it
"""

from __future__ import annotations

import os
import random
import statistics
import tempfile
from pathlib import Path

from benchmarks.channel_core import measure_core
from benchmarks.line import ours
from benchmarks.line.contest import SHAPE, SMALL, Run, Size, Stage
from benchmarks.line.local import measure_local
from benchmarks.line.office import small_texts
from benchmarks.line.peers import stage_nncp
from benchmarks.line.spaces import (
    FAR,
    CannotMeasureError,
    check_machine,
    come_first,
    compile_emulator,
    congestion_controls,
)
from benchmarks.measure import Result

MUST, GOAL, MUST_KILLS, GOAL_KILLS, TIMES_PEER = 0.85, 0.92, 0.72, 0.80, 5.0
QUEUE_MS_MAX = 100.0
PARTS = "bbr,cubic,kills-bbr,kills-cubic,urgent,local,core"


def measure_channel() -> list[Result]:
    """All parts that were asked for."""
    size = Size()
    parts = os.environ.get("PARTS", PARTS).split(",")
    results: list[Result] = []
    lines = [part for part in parts if part.endswith(("bbr", "cubic"))]
    if lines:
        try:
            check_machine()
            come_first()
        except CannotMeasureError as missing:
            print(f"channel: the line is not measured: {missing}")
            return [Result(f"channel-{part}", 0, 0, 0, 0, met=False) for part in lines]
        with tempfile.TemporaryDirectory(prefix="sangbong-line-") as folder:
            results += _measure_lines(Path(folder), lines, size, urgent="urgent" in parts)
    if "local" in parts:
        results += measure_local()
    if "core" in parts:
        core = measure_core()
        met = core["ours"] >= core["goal"]
        results.append(
            Result("channel-core", core["ours"], core["floor"], core["ratio"], core["goal"], met)
        )
    return results


def _measure_lines(folder: Path, parts: list[str], size: Size, *, urgent: bool) -> list[Result]:
    emulator = compile_emulator(folder)
    source = _make_source(folder, size)
    print(f"channel: staging {size.megabytes} MB and {SMALL} small dispatches", flush=True)
    ours.found_two(folder / "founded", far_host=FAR)
    with ours.Agent(folder / "founded" / ours.CODES[0]) as agent:
        film = source / "film" / "film.bin"
        agent.do("load", recipient=ours.CODES[1], film=str(film), small=SMALL)
    stage_nncp(folder / "staged", source)
    results, urgent_ms, loaded_ms = [], [], []
    with congestion_controls("bbr", "cubic"):
        for part in parts:
            control, kills = part.removeprefix("kills-"), part.startswith("kills-")
            stage = Stage(folder, source, emulator, control, kills=kills, size=size)
            runs = stage.play(urgent=urgent and not kills)
            results.append(_judge(part, runs, kills=kills))
            urgent_ms += [ms for run in runs if run.name == "ours" for ms in run.urgent_ms]
            loaded_ms += [run.wait_ms["median"] for run in runs if run.name == "ours"]
    if urgent_ms:
        loaded = 2e3 * SHAPE.delay + statistics.median(loaded_ms)
        results.append(_judge_urgent(urgent_ms, loaded))
    return results


def _make_source(folder: Path, size: Size) -> Path:
    """The same bytes for all: a film and small files."""
    source = folder / "source"
    (source / "small").mkdir(parents=True)
    (source / "film").mkdir()
    for number, text in enumerate(small_texts(SMALL, seed=1)):
        (source / "small" / f"{number:04}.bin").write_text(text)
    draws = random.Random(7)
    with (source / "film" / "film.bin").open("wb") as film:
        for _ in range(size.megabytes):
            film.write(draws.randbytes(1_000_000))
    return source


def _judge(part: str, runs: list[Run], *, kills: bool) -> Result:
    """The median of ours beside the best peer's; what must hold, and what was hoped for."""
    by_name = {
        name: statistics.median(run.efficiency for run in runs if run.name == name)
        for name in ("ours", "rsync", "nncp")
    }
    mine, peer = by_name["ours"], max(by_name["rsync"], by_name["nncp"])
    queue = max(run.wait_ms["p99"] for run in runs if run.name == "ours")
    met = mine >= (MUST_KILLS if kills else MUST) and mine > peer
    if part == "cubic":
        met = met and mine >= TIMES_PEER * peer
    print(
        f"channel {part}: ours {mine:.3f}, rsync {by_name['rsync']:.3f}, NNCP {by_name['nncp']:.3f}"
        f" of the line; our queue in it at most {queue:.0f} ms in 99 of 100 packets"
        f" (at most {QUEUE_MS_MAX:.0f})\n"
    )
    goal = GOAL_KILLS if kills else GOAL
    return Result(
        f"channel-{part}", round(mine, 3), round(peer, 3), round(mine / max(peer, 1e-3), 2), goal,
        met and (kills or queue <= QUEUE_MS_MAX),
    )  # fmt: skip


def _judge_urgent(times_ms: list[float], loaded_ms: float) -> Result:
    """Commit here to custody there, while films fill the line; no peer has such a thing."""
    times = sorted(times_ms)
    median, late = statistics.median(times), times[int(0.95 * len(times))]
    must = 2 * loaded_ms + 100
    print(
        f"channel urgent: median of {len(times)}: {median:.0f} ms, 95 of 100 within {late:.0f} ms;"
        f" a loaded round trip is {loaded_ms:.0f} ms, so at most {must:.0f} and {2 * must:.0f}\n"
    )
    met = median <= must and late <= 2 * must
    return Result(
        "channel-urgent", round(median), round(must), round(median / must, 2), round(must), met
    )
