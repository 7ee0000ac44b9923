"""Run what needs an event loop of its own in a thread of its own.

A browser that another test of this process drives keeps its event loop in the main thread, and
there may be only one in each.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def apart(do: Callable[..., Any], *given: Any) -> Any:
    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(do, *given).result()


def run_apart(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return apart(asyncio.run, coroutine)
