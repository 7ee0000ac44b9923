"""Which pieces of a film still have to go, and which are under way. No clock, no connections.

1. (P1) A run of pieces is under way from `next_run` until it has landed or is put back.
2. (P2) At the end of all films a run that lies on a slow connection may go on a free one too; the
   first copy that lands counts, and the other one is not missed.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator

Run = tuple[int, int]
"""Number of the first piece, and how many."""


class FilmJob:
    """One film on its way to a counterpart."""

    def __init__(self, film_id: str, *, pieces: int, have: bytes) -> None:
        """Begin with what the other side says it has."""
        self.film_id = film_id
        self.landed_all = asyncio.Event()
        self._waiting: deque[Run] = deque(missing_runs(have, pieces))
        self._under_way: set[Run] = set()
        self._twice: set[Run] = set()
        self.left = sum(count for _, count in self._waiting)
        self._look()

    def next_run(self, longest: int) -> Run | None:
        """The next run to send, of at most `longest` pieces."""
        if not self._waiting:
            return None
        first, count = self._waiting.popleft()
        if count > longest:
            self._waiting.appendleft((first + longest, count - longest))
            count = longest
        self._under_way.add((first, count))
        return first, count

    def again(self, run: Run) -> bool:
        """Whether this run may go a second time: rule P2."""
        if run not in self._under_way or run in self._twice:
            return False
        self._twice.add(run)
        return True

    def landed(self, run: Run) -> None:
        """The other side has this run for good."""
        self._twice.discard(run)
        if run in self._under_way:
            self._under_way.remove(run)
            self.left -= run[1]
        self._look()

    def put_back(self, run: Run) -> None:
        """This run goes again; perhaps some of it arrived, which does no harm."""
        if run in self._twice:
            self._twice.remove(run)  # its other copy is still under way
        elif run in self._under_way:
            self._under_way.remove(run)
            self._waiting.appendleft(run)

    def _look(self) -> None:
        if not self.left:
            self.landed_all.set()


def missing_runs(have: bytes, pieces: int) -> Iterator[Run]:
    """The runs of pieces whose bits are not set (first piece: highest bit of the first byte)."""
    first = None
    for index in range(pieces):
        byte = have[index >> 3] if index >> 3 < len(have) else 0
        if not byte & (0x80 >> (index & 7)):
            first = index if first is None else first
        elif first is not None:
            yield first, index - first
            first = None
    if first is not None:
        yield first, pieces - first
