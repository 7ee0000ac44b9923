"""Lines between network namespaces, each with its emulator; needs root, `ip`, gcc and /dev/net/tun."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

PREFIX = "sbl-"
NEAR, FAR = "10.77.0.1", "10.77.0.2"
_SOURCE = Path(__file__).with_name("linkemu.c")
_ALLOWED = Path("/proc/sys/net/ipv4/tcp_allowed_congestion_control")
_SESSION_RANK = Path("/proc/self/autogroup")
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_NICE = -19
"""All that is compared comes before whatever else the machine does, alike."""


class CannotMeasureError(Exception):
    """What is missing on this machine, in a sentence."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a line is: bits a second, seconds one way, share lost, seconds of queue, up and down."""

    rate: float = 10e6
    delay: float = 0.075
    loss: float = 0.01
    queue: float = 0.3
    up: float = 20.0
    down: float = 10.0

    def seconds_up(self, seconds: float) -> float:
        """How long the line was up in the first `seconds`."""
        if not self.up:
            return seconds
        whole, rest = divmod(seconds, self.up + self.down)
        return whole * self.up + min(self.up, rest)

    def is_up(self, seconds: float, *, margin: float = 0.0) -> bool:
        """Whether it is up then, and was and will be for `margin` seconds."""
        if not self.up:
            return True
        phase = seconds % (self.up + self.down)
        return margin <= phase < self.up - margin


def die_with_us() -> None:
    """In a child: end when the bench does, however it ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def first_in_line() -> None:
    """As `die_with_us`, and come before other work on the machine."""
    die_with_us()
    come_first()


def come_first() -> None:
    """Let this process and all that it starts come before other work on the machine."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)
        # where the kernel shares the machine out by sessions, a process's own rank counts in its own
        _SESSION_RANK.write_text(str(_NICE))


def check_machine() -> None:
    """Raise a sentence about what is missing."""
    if os.geteuid():
        raise CannotMeasureError("only root may make network namespaces: run this as root")
    for tool in ("ip", "gcc", "rsync", "nncp-call"):
        if shutil.which(tool) is None:
            raise CannotMeasureError(f"{tool} is missing: apt-get install iproute2 gcc rsync nncp")
    if not Path("/dev/net/tun").exists():
        raise CannotMeasureError("/dev/net/tun is missing: this kernel has no TUN devices")


def compile_emulator(folder: Path) -> Path:
    """Build the emulator."""
    program = folder / "linkemu"
    subprocess.run(["gcc", "-O2", "-o", str(program), str(_SOURCE)], check=True)
    return program


@contextlib.contextmanager
def congestion_controls(*names: str) -> Iterator[None]:
    """Let these be chosen inside namespaces, and put back what was allowed before."""
    before = _ALLOWED.read_text().strip()
    _ALLOWED.write_text(" ".join(dict.fromkeys([*before.split(), *names])))
    try:
        yield
    finally:
        _ALLOWED.write_text(before)


class Line:
    """Two namespaces and the emulator between them; the near one is 10.77.0.1, the far 10.77.0.2."""

    def __init__(
        self, emulator: Path, name: str, *, control: str, shape: Shape, origin: float, seed: int
    ) -> None:
        """Make it; the first up time begins at `origin` on the monotonic clock."""
        self.spaces = (f"{PREFIX}{name}-n", f"{PREFIX}{name}-f")
        self.shape = shape
        for space in self.spaces:
            subprocess.run(["ip", "netns", "del", space], check=False, stderr=subprocess.DEVNULL)
            subprocess.run(["ip", "netns", "add", space], check=True)
        near, far = self.spaces
        numbers = (shape.rate, shape.delay, shape.loss, shape.queue, shape.up, shape.down)
        self._emulator = subprocess.Popen(
            [str(emulator), near, "line", far, "line", *map(str, numbers), str(origin), str(seed)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=die_with_us,  # noqa: PLW1509 -- no thread starts one
        )  # fmt: skip
        assert self._emulator.stdout is not None
        if self._emulator.stdout.readline().strip() != "ready":
            raise CannotMeasureError("the emulator did not start")
        for space, address in zip(self.spaces, (NEAR, FAR), strict=True):
            _ip(space, "addr", "add", f"{address}/24", "dev", "line")
            _ip(space, "link", "set", "line", "up")
            _ip(space, "link", "set", "lo", "up")
            setting = f"net.ipv4.tcp_congestion_control={control}"
            subprocess.run(["ip", "netns", "exec", space, "sysctl", "-qw", setting], check=True)

    def start(
        self, side: int, command: Sequence[str], *, log: IO[bytes] | int = subprocess.DEVNULL,
        **more: Any,
    ) -> subprocess.Popen[bytes]:  # fmt: skip
        """Start a process in one of the two namespaces, 0 or 1."""
        return subprocess.Popen(
            ["ip", "netns", "exec", self.spaces[side], *command],
            stdout=log, stderr=log, preexec_fn=first_in_line, **more,  # noqa: PLW1509 -- no thread starts one
        )  # fmt: skip

    def stat(self) -> list[dict[str, float]]:
        """What went each way so far; see linkemu.c."""
        assert self._emulator.stdin is not None
        assert self._emulator.stdout is not None
        self._emulator.stdin.write("stat\n")
        self._emulator.stdin.flush()
        said: list[dict[str, float]] = json.loads(self._emulator.stdout.readline())
        return said

    def close(self) -> None:
        """Take it down."""
        self._emulator.kill()
        self._emulator.wait()
        for space in self.spaces:
            subprocess.run(["ip", "netns", "del", space], check=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _ip(space: str, *words: str) -> None:
    subprocess.run(["ip", "-n", space, *words], check=True)


class Tally:
    """CPU seconds of processes and their children, also of those that were killed since."""

    def __init__(self) -> None:
        """Nothing counted yet."""
        self._seen: dict[tuple[int, int], float] = {}
        self._tick = os.sysconf("SC_CLK_TCK")

    def look(self, *roots: int) -> None:
        """Look now; what dies before the next look is counted as it was."""
        parents: dict[int, list[int]] = {}
        stats: dict[int, list[str]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    stats[int(entry.name)] = fields
                    parents.setdefault(int(fields[1]), []).append(int(entry.name))
        waiting = [root for root in roots if root in stats]
        while waiting:
            pid = waiting.pop()
            fields = stats[pid]
            self._seen[pid, int(fields[19])] = (int(fields[11]) + int(fields[12])) / self._tick
            waiting += parents.get(pid, [])

    @property
    def seconds(self) -> float:
        """All that was seen."""
        return sum(self._seen.values())


def wait_until(moment: float) -> None:
    """Sleep until then on the monotonic clock."""
    time.sleep(max(0.0, moment - time.monotonic()))
