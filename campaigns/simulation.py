"""A thousand seeded histories of the channel, a hundred days each, and every planted bug found.

Each worker process plays whole histories, so any number of processes plays the same ones. The bugs are
those of `sangbong.lab.simulator.mutants`; each is planted into the histories from the first seed on,
until one breaks.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from campaigns.result import Result, Wishes

SEEDS = 1_000
DAYS = 100
FIRST_SEED = 1
_MUTANT_SEEDS_MAX = 120
_SHRINK_RUNS = 400
_TOLD_MAX = 5

Say = Callable[[str], None]


def run(wishes: Wishes, say: Say = print) -> Result:
    """Play the histories of `DAYS` days each (environment: `SEEDS=`, `DAYS=`), then the bugs."""
    days = int(os.environ.get("DAYS", DAYS))
    seeds = _seeds(wishes)
    started = time.monotonic()
    failures, played, busy = 0, 0, 0.0
    with ProcessPoolExecutor(wishes.workers) as pool:
        for seed, broken, seconds in pool.map(_play, seeds, [days] * len(seeds), chunksize=4):
            played, busy = played + 1, busy + seconds
            if broken:
                failures += 1
                say(f"seed {seed}: {broken}")
                if failures <= _TOLD_MAX:
                    say("\n".join(_story(seed, days)))
            if not played % 100:
                say(f"{played} histories, {failures} failures")
        took = time.monotonic() - started
        say(
            f"{played} histories of {days} days, {failures} failures; {played * days / took:.0f} days "
            f"a second in {wishes.workers} processes, {played * days / busy:.0f} in one second of one"
        )
        deaths = list(_deaths(pool, days, say))
    return Result(
        name="simulation",
        seed=seeds[0],
        trials=played,
        failures=failures,
        planted_bug_caught=all(deaths),
        planted_bug_caught_at=max(deaths, default=0),
        rate_below=1.0 if failures else round(3 / played, 6),
        rounds=played * days,
        seconds=round(time.monotonic() - started, 1),
    )


def _seeds(wishes: Wishes) -> range:
    if wishes.only_round is not None:
        return range(wishes.only_round, wishes.only_round + 1)
    return range(FIRST_SEED, FIRST_SEED + wishes.trials)


def _play(seed: int, days: int, mutant: str = "") -> tuple[int, str, float]:
    """The seed, what broke (empty: nothing), and how long it took in processor seconds."""
    from sangbong.lab.simulator.mutants import MUTANTS
    from sangbong.lab.simulator.plan import draw_plan
    from sangbong.lab.simulator.run import simulate

    planted = {one.name: one for one in MUTANTS}
    begun = time.process_time()
    outcome = simulate(draw_plan(seed, days=days), mutant=planted.get(mutant))
    told = f"{outcome.rule}: {outcome.text}" if outcome.rule else ""
    return seed, told, time.process_time() - begun


def _story(seed: int, days: int) -> list[str]:
    from sangbong.lab.simulator.plan import draw_plan
    from sangbong.lab.simulator.report import failure
    from sangbong.lab.simulator.run import simulate

    outcome = simulate(draw_plan(seed, days=days))
    return failure(outcome, commit=_commit(), runs=_SHRINK_RUNS)


def _deaths(pool: ProcessPoolExecutor, days: int, say: Say) -> Iterator[int]:
    """At which of the histories each planted bug is found; 0 for one that never is."""
    from sangbong.lab.simulator.mutants import MUTANTS

    for mutant in MUTANTS:
        number = 0
        for first in range(1, _MUTANT_SEEDS_MAX, 4):
            some = range(first, first + 4)
            results = pool.map(_play, some, [days] * 4, [mutant.name] * 4)
            number = _first_broken(results, mutant.name, say)
            if number:
                break
        if not number:
            say(f"planted bug {mutant.name} ({mutant.says}): NEVER FOUND")
        yield number


def _first_broken(results: Iterable[tuple[int, str, float]], name: str, say: Say) -> int:
    found = 0
    for seed, broken, _ in results:
        if broken and not found:
            say(f"planted bug {name}: found at seed {seed}: {broken}")
            found = seed
    return found


def _commit() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip()
