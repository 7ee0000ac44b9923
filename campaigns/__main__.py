"""Run campaigns and print, after what a person would read, one JSON line each."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

from campaigns import (
    bundles,
    courier,
    forks,
    founding_kill,
    kill,
    names,
    powercut,
    round_kill,
    simulation,
)
from campaigns.result import Result, Wishes

_say = partial(print, flush=True)
CAMPAIGNS: dict[str, Callable[[Wishes], Result]] = {
    "bundles": partial(bundles.run, say=_say),
    "courier": partial(courier.run, say=_say),
    "forks": partial(forks.run, say=_say),
    "founding-kill": partial(founding_kill.run, say=_say),
    "kill": partial(kill.run, say=_say),
    "names": partial(names.run, say=_say),
    "powercut": partial(powercut.run, say=_say),
    "round-kill": partial(round_kill.run, say=_say),
    "simulation": partial(simulation.run, say=_say),
}
TRIALS = {
    "bundles": ("MUTANTS", bundles.MUTANTS),
    "courier": ("HISTORIES", courier.HISTORIES),
    "forks": ("FORKS", forks.FORKS),
    "founding-kill": ("KILLS", 200),
    "kill": ("KILLS", kill.KILLS),
    "names": ("WRITINGS", names.TRIALS),
    "powercut": ("STATES", powercut.STATES),
    "round-kill": ("KILLS", 200),
    "simulation": ("SEEDS", simulation.SEEDS),
}
"""The variable that says how many trials, and how many there are without it."""
SEED = 20180625


def main() -> int:
    parser = argparse.ArgumentParser(prog="campaigns")
    parser.add_argument("--only", choices=sorted(CAMPAIGNS))
    parser.add_argument("--seed", type=int, default=SEED, help="of all that is drawn")
    parser.add_argument("--round", type=int, help="run this one again as it was drawn")
    parser.add_argument("--keep", type=Path, help="a new folder, left as it is at the end")
    asked = parser.parse_args()
    results = []
    for name, campaign in CAMPAIGNS.items():
        if asked.only in {None, name}:
            variable, usual = TRIALS[name]
            wishes = Wishes(
                seed=asked.seed,
                trials=int(os.environ.get(variable, usual)),
                workers=int(os.environ.get("WORKERS", os.cpu_count() or 1)),
                only_round=asked.round,
                keep=asked.keep,
            )
            results.append(campaign(wishes))
    for result in results:
        print(json.dumps(asdict(result), ensure_ascii=False))
    return 0 if all(result.met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
