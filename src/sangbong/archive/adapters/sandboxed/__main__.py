"""Reads one job from the command line, one file from a descriptor, and answers in JSON lines."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from . import confine
from .faults import Refused


def main(job: dict[str, Any]) -> dict[str, Any]:
    """Shut ourselves in, then do the job; the answer is what `core/film.py` reads."""
    confine.limit(**job["limits"])
    own_network = bool(job["own_network"]) or confine.leave_network()
    # loaded while files can still be read, and before any untrusted byte is
    import av
    import numpy as np

    from . import making, reading  # noqa: F401 -- `answer` uses it behind the walls

    out = Path(job["out"])
    libraries = [*map(Path, av.__path__), *map(Path, np.__path__), Path(os.__file__).parent]
    shut = confine.shut_in(out, libraries, own_network=own_network)
    if job["tool"] == "defences":
        return {"result": {**asdict(shut), **confine.what_is_open(job["port"]), **_luggage()}}
    bounds = reading.Bounds(**job["bounds"])
    with os.fdopen(job["descriptor"], "rb") as file:
        return answer(job["tool"], file, out, bounds)


def answer(tool: str, file: BinaryIO, out: Path, bounds: Any) -> dict[str, Any]:
    """The result of a tool, or why the file was refused."""
    from . import making, reading

    try:
        if tool == "probe":
            return {"result": asdict(reading.survey(file, bounds))}
        work = {"transcode": making.transcode, "check": making.check}[tool]
        made = asdict(work(file, out, bounds, _teller()))
    except Refused as refused:
        return {"fault": refused.code, "params": refused.params}
    except MemoryError:
        return {"fault": "film_too_demanding", "params": {}}
    except Exception as error:  # noqa: BLE001 -- whatever a hostile film does is an answer
        return {"fault": "film_unreadable", "params": {"kind": type(error).__name__[:40]}}
    return {"result": made}


def _teller() -> Callable[[int], None]:
    said = -1

    def say(percent: int) -> None:
        nonlocal said
        if percent > said:
            said = percent
            print(json.dumps({"progress": percent}), flush=True)  # noqa: T201 -- our channel

    return say


def _luggage() -> dict[str, int]:
    """What came along from the parent: environment variables and open descriptors."""
    is_open = 0
    for descriptor in range(256):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        is_open += 1
    return {"variables": len(os.environ), "descriptors": is_open}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))), flush=True)  # noqa: T201 -- our channel
