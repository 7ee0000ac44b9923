"""How fast to send: full use of the line, with a queue of our own that stays short.

1. (R1) The line's own delay is the shortest round trip seen lately; what is above it is queue.
2. (R2) The rate follows what is delivered, and is bent so that the queue stays near
   `QUEUE_SECONDS`: above it we send less than the line delivers, below it a little more.
3. (R3) A lost packet says nothing about the rate. A radio line loses packets and is not full.
4. (R4) While there is hardly any queue and the line keeps up, the rate grows every other round
   trip: by two fifths until the line was full for the first time, by little afterwards.
5. (R5) The rate is remembered over a cut, and what is seen just after it is not believed.
6. (R6) A delay that stays while we send little is not our queue: it is the line's own by now, and
   the rate from before counts again.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

QUEUE_SECONDS = 0.028
"""The queue aimed at: enough that a late look at the clock does not leave the line idle."""
QUEUE_SECONDS_MAX = 0.056
"""Above this the rate falls steeply."""
RATE_MIN = 16_000.0
RATE_MAX = 4e9
FIRST_RATE = 625_000.0
"""Five megabits a second; on a thinner line TCP's own slow start holds the first moments back."""
_BEND = 2.0
"""A second of queue too much would lower the rate by so many times."""
_STEEP = 8.0
_LEAST = 0.4
_FIRST_GROWTH = 1.4
_GROWTH = 1.06
_KEEPS_UP = 0.9
_MEMORY_SECONDS = 60.0
_WINDOW_SECONDS = 0.6
_PATIENCE_SECONDS = 5.0
_LOOK_SECONDS = 0.05
_CALM_SECONDS = 0.1
_FOLLOW, _FOLLOW_FAST = 0.02, 0.2
_FALLS = 0.8
_LAG_SECONDS = 0.2
"""By so much a smoothed round trip tells of the past."""


@dataclass(slots=True)
class RateControl:
    """Bytes a second for all connections of one line together."""

    capacity: float = FIRST_RATE
    queue: float = 0.0
    base: float = 0.0
    full_once: bool = False
    _acked: deque[tuple[float, int]] = field(default_factory=deque)
    _bases: deque[tuple[float, float]] = field(default_factory=deque)
    _blind_until: float = 0.0
    _calm_since: float = 0.0
    _full_since: float = 0.0
    _bent_since: float = 0.0
    _bent_queue: float = 0.0
    _straight: float = 0.0

    @property
    def rate(self) -> float:
        """What to send at, rule R2."""
        bent = 1.0 + _BEND * (QUEUE_SECONDS - self.queue)
        if self.queue > QUEUE_SECONDS_MAX:
            bent -= _STEEP * (self.queue - QUEUE_SECONDS_MAX)
        return max(RATE_MIN, self.capacity * max(_LEAST, bent))

    def line_is_back(self, now: float) -> None:
        """After a cut: rule R5."""
        self._acked.clear()
        self._full_since = now
        self._blind_until = now + self.base + 0.8
        self.queue = 0.0

    def note(self, now: float, *, acked: int, rtt: float, limited: bool) -> None:
        """Learn from one look at all connections.

        `acked` counts all bytes ever acknowledged, `rtt` is a short one of the connections' smoothed
        round trips, `limited` says whether our own rate (not a lack of films) held us back.
        """
        self._note_base(now, rtt)
        self.queue = max(0.0, rtt - self.base)
        if now < self._blind_until:
            return
        self._acked.append((now, acked))
        while len(self._acked) > 2 and self._acked[1][0] <= now - max(
            _WINDOW_SECONDS, 2 * self.base
        ):
            self._acked.popleft()
        first_at, first = self._acked[0]
        if now - first_at < self.base + _LOOK_SECONDS or not limited:
            return
        delivered = (acked - first) / (now - first_at)
        self._follow(now, delivered)
        self._grow(now, delivered)

    def _follow(self, now: float, delivered: float) -> None:
        """Upwards at once; downwards slowly, and only where the line was full all the while.

        Else what is delivered is only what we sent.
        """
        if self.queue < QUEUE_SECONDS / 2:
            self._full_since = now
        if delivered > self.capacity:
            self.capacity += 0.2 * (min(delivered, 1.05 * self.capacity) - self.capacity)
        elif self._full_since < self._acked[0][0] - _LAG_SECONDS:
            step = _FOLLOW if self.queue < 2 * QUEUE_SECONDS_MAX else _FOLLOW_FAST
            self.capacity += step * (delivered - self.capacity)
        self.capacity = min(RATE_MAX, max(RATE_MIN, self.capacity))

    def _grow(self, now: float, delivered: float) -> None:
        """Rule R4."""
        if self.queue > QUEUE_SECONDS / 2:
            self.full_once = True
            self._calm_since = now
        elif (
            now - self._calm_since > self.base + _CALM_SECONDS
            and delivered > _KEEPS_UP * self.capacity
        ):
            self._calm_since = now
            growth = _GROWTH if self.full_once else _FIRST_GROWTH
            self.capacity = min(RATE_MAX, self.capacity * growth)
            self._acked.clear()
            self._blind_until = now + self.base  # what is acknowledged until then was sent before

    def _note_base(self, now: float, rtt: float) -> None:
        """Rules R1 and R6; the shortest of the last minute, kept as a falling staircase."""
        bases = self._bases
        while bases and bases[-1][1] >= rtt:
            bases.pop()
        bases.append((now, rtt))
        while bases[0][0] < now - _MEMORY_SECONDS:
            bases.popleft()
        self.base = bases[0][1]
        if self.queue <= QUEUE_SECONDS_MAX:
            self._bent_since, self._bent_queue, self._straight = now, self.queue, self.capacity
            return
        self._bent_queue = max(self._bent_queue, self.queue)
        if now - self._bent_since > _PATIENCE_SECONDS:
            if self.queue > _FALLS * self._bent_queue:
                bases.clear()
                bases.append((now, rtt))
                self.base, self.capacity = rtt, max(self.capacity, self._straight)
            self._bent_since, self._bent_queue = now, self.queue
