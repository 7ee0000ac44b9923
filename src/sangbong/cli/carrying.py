"""Keep the carrier's process running: it is started again at once whenever it dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from sangbong.liaison.adapters.line.desk import POKE_SOCKET, run_folder

_MODULE = "sangbong.liaison.adapters.line"
_REST_SECONDS = 0.05
_HEAD_START_SECONDS = 0.5
"""So long at most the carrier starts alone: on a busy machine the rest would hold it up."""
_SHORT_LIFE_SECONDS = 1.0
_LONG_REST_SECONDS = 0.5


def start_carrier(home: Path, *, host: str, port: int) -> threading.Thread:
    """Run the carrier for as long as this process lives; `port` 0 means that it only calls.

    The kernel ends the carrier with the thread that started it, also when this process is killed.
    """
    command = [
        sys.executable, "-m", _MODULE, str(home),
        "--host", host, "--port", str(port), "--parent", str(os.getpid()),
    ]  # fmt: skip
    thread = threading.Thread(target=_keep_running, args=(command,), name="carrier", daemon=True)
    ready = run_folder(home) / POKE_SOCKET
    ready.unlink(missing_ok=True)
    thread.start()
    end = time.monotonic() + _HEAD_START_SECONDS
    while not ready.exists() and time.monotonic() < end:
        time.sleep(0.005)
    return thread


def _keep_running(command: list[str]) -> None:
    while True:
        started = time.monotonic()
        subprocess.run(command, check=False, stdin=subprocess.DEVNULL)
        lived = time.monotonic() - started
        time.sleep(_REST_SECONDS if lived > _SHORT_LIFE_SECONDS else _LONG_REST_SECONDS)
