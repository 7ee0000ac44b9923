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

from campaigns import founding_kill, round_kill
from campaigns.result import Result, Wishes

_say = partial(print, flush=True)
CAMPAIGNS: dict[str, Callable[[Wishes], Result]] = {
    "founding-kill": partial(founding_kill.run, say=_say),
    "round-kill": partial(round_kill.run, say=_say),
}
SEED = 20180625
KILLS = 200


def main() -> int:
    parser = argparse.ArgumentParser(prog="campaigns")
    parser.add_argument("--only", choices=sorted(CAMPAIGNS))
    parser.add_argument("--seed", type=int, default=SEED, help="of all that is drawn")
    parser.add_argument("--round", type=int, help="run this one again as it was drawn")
    parser.add_argument("--keep", type=Path, help="a new folder, left as it is at the end")
    asked = parser.parse_args()
    wishes = Wishes(
        seed=asked.seed,
        trials=int(os.environ.get("KILLS", KILLS)),
        workers=int(os.environ.get("WORKERS", os.cpu_count() or 1)),
        only_round=asked.round,
        keep=asked.keep,
    )
    results = [
        campaign(wishes) for name, campaign in CAMPAIGNS.items() if asked.only in {None, name}
    ]
    for result in results:
        print(json.dumps(asdict(result), ensure_ascii=False))
    return 0 if all(result.met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
