"""One office of a drill as a process: it serves, and does the deeds a conductor asks for.

The conductor writes one JSON object a line to standard input and reads lines back: `progress` lines
while a deed runs, then one `done` or `fault` line.
"""

from __future__ import annotations

import ctypes
import json
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sangbong.cli.boot import boot_founded
from sangbong.kernel.errors import SangbongError

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Part:
    """Which part an office plays: its side, the world it was invented with, the film to send."""

    side: str
    world: Path
    film: Path | None
    web_port: int
    link_port: int


def play(home: Path, part: Part) -> None:
    """Serve and obey until standard input ends."""
    # an office of a drill must not outlive its conductor, even one that was killed
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    boot_founded(home)
    from sangbong.cli.carrying import start_carrier
    from sangbong.cli.serving import start_desk, start_pages

    stage = _stage(part)
    if part.link_port:
        start_desk()
        start_carrier(home, host="127.0.0.1", port=part.link_port)
    if part.web_port:
        start_pages(part.web_port)
    _answer({"done": "ready"})
    for line in sys.stdin:
        _obey(json.loads(line), stage)


def _stage(part: Part) -> Any:
    from sangbong.lab.story import Side, Stage

    return Stage.load(side=Side(part.side), world=part.world, film=part.film)


def _obey(wish: Mapping[str, Any], stage: Any) -> None:
    from django.db import connection

    from sangbong.cli.deeds import DEEDS

    try:
        _answer({"done": DEEDS[wish["do"]](stage, wish, _progress)})
    except SangbongError as fault:
        _answer({"fault": fault.code, "told": f"{fault.text('ko')} / {fault.text('en')}"})
    finally:
        # between deeds no connection keeps a lock or a snapshot
        connection.close()


def _progress(en: str, ko: str, done: int, total: int) -> None:
    _answer({"progress": {"en": en, "ko": ko, "done": done, "total": total}})


def _answer(value: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=_plain) + "\n")
    sys.stdout.flush()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
