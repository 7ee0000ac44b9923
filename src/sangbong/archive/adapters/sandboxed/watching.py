"""Notes stretches of black picture, still picture and silence, so that a person looks there first."""

from __future__ import annotations

from dataclasses import dataclass, field

import av
import numpy as np

_SAMPLE_MS = 200
_BLACK_MEAN_MAX = 24
_BLACK_BRIGHTEST_MAX = 48
_STILL_CHANGE_MAX = 0.4
_SILENT_RMS_MAX = 0.003
"""About -50 dB of full scale: below a quiet room."""
_LEAST_MS = {"black": 1000, "still": 3000, "silent": 3000}
_STRETCHES_MAX = 100


@dataclass(slots=True)
class Watcher:
    """Fed with every decoded picture and sound; keeps the stretches that last."""

    stretches: list[tuple[str, int, int]] = field(default_factory=list)
    _open: dict[str, tuple[int, int]] = field(default_factory=dict)
    _previous: np.ndarray | None = None
    _next_picture_ms: int = 0

    def see(self, frame: av.VideoFrame, at_ms: int) -> None:
        """Look at a picture; five a second are enough."""
        if at_ms < self._next_picture_ms:
            return
        self._next_picture_ms = at_ms + _SAMPLE_MS
        small = frame.reformat(width=64, height=36, format="gray").to_ndarray().astype(np.int16)
        is_black = small.mean() <= _BLACK_MEAN_MAX and small.max() <= _BLACK_BRIGHTEST_MAX
        is_still = (
            not is_black
            and self._previous is not None
            and float(np.abs(small - self._previous).mean()) <= _STILL_CHANGE_MAX
        )
        self._previous = small
        self._note("black", at_ms, at_ms + _SAMPLE_MS, holds=bool(is_black))
        self._note("still", at_ms, at_ms + _SAMPLE_MS, holds=is_still)

    def hear(self, frame: av.AudioFrame, at_ms: int) -> None:
        """Listen to a piece of sound, as floating-point samples."""
        samples = frame.to_ndarray()
        level = float(np.sqrt(np.mean(samples * samples)))
        until_ms = at_ms + frame.samples * 1000 // frame.sample_rate
        self._note("silent", at_ms, until_ms, holds=level <= _SILENT_RMS_MAX)

    def finish(self, duration_ms: int) -> list[tuple[str, int, int]]:
        """All stretches in the order of their beginning; none reaches over the film's end."""
        for kind in tuple(self._open):
            self._close(kind)
        cut = [
            (kind, start, min(end, duration_ms))
            for kind, start, end in self.stretches
            if start < duration_ms
        ]
        return sorted(cut, key=lambda stretch: (stretch[1], stretch[0]))[:_STRETCHES_MAX]

    def _note(self, kind: str, start_ms: int, until_ms: int, *, holds: bool) -> None:
        if holds:
            begun = self._open.get(kind, (start_ms, until_ms))[0]
            self._open[kind] = (begun, until_ms)
        else:
            self._close(kind)

    def _close(self, kind: str) -> None:
        start, until = self._open.pop(kind, (0, 0))
        if until - start >= _LEAST_MS[kind] and len(self.stretches) < 2 * _STRETCHES_MAX:
            self.stretches.append((kind, start, until))
