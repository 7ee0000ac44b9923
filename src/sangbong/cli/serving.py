"""Start what an office serves: pages, the carrier's endpoint, the worker; each a thread here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import structlog
import uvicorn
from django.conf import settings

log = structlog.get_logger()

_SWEEP_SECONDS = 0.5


def start_pages(port: int) -> threading.Thread:
    """Serve the pages on loopback; a proxy with TLS stands before them in a real office."""
    config = uvicorn.Config(
        "sangbong.asgi:application",
        host="127.0.0.1",
        port=port,
        log_level="warning",
        lifespan="off",
        server_header=False,
        access_log=False,
    )
    return _start(uvicorn.Server(config))


def start_desk() -> threading.Thread:
    """Answer the carrier over the office's own socket."""
    from sangbong.api.desk import desk_server

    return _start(desk_server())


def start_worker() -> threading.Thread:
    """Sweep for work every half second: states are the queue, so a kill loses nothing.

    It does not call other offices: the carrier does.
    """
    thread = threading.Thread(target=_sweep_for_ever, name="worker", daemon=True)
    thread.start()
    return thread


def _sweep_for_ever() -> None:
    from sangbong.worker.sweeps import Housekeeper, sweep

    housekeeper = Housekeeper()
    while True:
        busy = 0
        try:
            housekeeper.keep_house(now=settings.CLOCK.now())
            busy = sweep(now=settings.CLOCK.now())
        except Exception:  # the worker outlives every fault and tells of it
            log.exception("worker.sweep_failed")
        if not busy:
            time.sleep(_SWEEP_SECONDS)


def _start(server: uvicorn.Server) -> threading.Thread:
    name = f"port {server.config.port}" if server.config.uds is None else "desk"
    thread = threading.Thread(target=server.run, name=name, daemon=True)
    thread.start()
    _wait_until(lambda: server.started or not thread.is_alive())
    return thread


def _wait_until(ready: Callable[[], bool]) -> None:
    while not ready():
        time.sleep(0.01)
