"""One connection to the counterpart, and what is on it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from enum import StrEnum

from sangbong.liaison.adapters.line import tcp
from sangbong.liaison.adapters.line.films import FilmJob, Run
from sangbong.liaison.adapters.line.http import Reader
from sangbong.liaison.adapters.line.wire import RECORD_BYTES, Wire

Answer = tuple[int, bytes]
"""Status and body."""


class Role(StrEnum):
    """What a connection is for at the moment."""

    SPARE = "spare"
    URGENT = "urgent"
    CONTROL = "control"
    """Exchanges, dispatches that name a film, manifests: short, and films wait for them."""
    ORDINARY = "ordinary"
    FILMS = "films"
    ENDING = "ending"
    """It finishes what is on it and becomes a spare one."""


class Flow:
    """A connection; requests go out and answers come in, in the same order."""

    def __init__(self, wire: Wire) -> None:
        """Use a connection that has been greeted."""
        self.wire = wire
        self.reader = Reader(wire)
        self.role = Role.SPARE
        self.writing = asyncio.Lock()
        self.runs: deque[tuple[FilmJob, Run]] = deque()
        """Pieces that wait for their answer."""
        self.asked: deque[asyncio.Future[Answer]] = deque()
        """Other requests that do."""
        self.views: deque[memoryview] = deque()
        """What is not written yet."""
        self.blocked = False
        """The kernel takes no more for the moment."""
        self.stuck = False
        """It had bytes under way when the line fell silent."""
        self.doubted_until = 0.0
        """Its round trips tell of the cut and not of the line until then."""
        self.moved_at = 0.0
        self.sample: tcp.Sample | None = None

    @property
    def free(self) -> bool:
        """Whether it can be given another role."""
        return not (self.stuck or self.runs or self.asked or self.views)

    @property
    def unwritten(self) -> int:
        """Bytes of pieces that are not written yet."""
        return sum(map(len, self.views))

    def load(self, job: FilmJob, run: Run, parts: Iterable[bytes]) -> None:
        """Put a run of pieces on it, head first, cut into records."""
        self.runs.append((job, run))
        view = memoryview(b"".join(parts))
        self.views.extend(view[at : at + RECORD_BYTES] for at in range(0, len(view), RECORD_BYTES))

    def abandon(self) -> None:
        """Close it; pieces go again elsewhere, and whoever waits for an answer is told."""
        self.wire.close()
        for job, run in self.runs:
            job.put_back(run)
        for waiting in self.asked:
            if not waiting.done():
                waiting.set_exception(ConnectionAbortedError("cut"))
        self.runs.clear()
        self.asked.clear()
        self.views.clear()
