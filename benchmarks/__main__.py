"""Run benches and print, after what a person would read, one JSON line each."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable
from dataclasses import asdict

from benchmarks.channel import measure_channel
from benchmarks.measure import Result
from benchmarks.names import measure_names
from benchmarks.round import measure_round

BENCHES: dict[str, Callable[[], list[Result]]] = {
    "channel": measure_channel,
    "names": measure_names,
    "round": lambda: [measure_round()],
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("--only", choices=sorted(BENCHES))
    only = parser.parse_args().only
    # whoever ends us by `timeout` also wants the namespaces and the machine's settings back
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    results = [one for name, bench in BENCHES.items() if only in (None, name) for one in bench()]
    for result in results:
        print(json.dumps(asdict(result), ensure_ascii=False))
    return 0 if all(result.met for result in results) else 1


sys.exit(main())
