"""Children that are killed at chosen moments.

A deed runs in a child forked from a process that has imported everything, so a kill costs milliseconds
and not an import. The child may be told to kill itself at a *moment*: before or after its Nth commit,
sync, rename or unlink, which is where a crash can hurt. Everything is reproducible from the numbers,
except what the kernel schedules.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Outcome:
    """How one child ended. `moments` is how many it passed, so that later ones can be drawn.

    `where` names the moment of a kill that the child gave itself; `trace` where an error came from.
    """

    killed: bool
    result: Any = None
    error: str = ""
    moments: int = 0
    where: str = ""
    trace: str = ""


class Moments:
    """Counts commits, syncs, renames and unlinks of this process, and kills it before or after one.

    Moment 2n is just before the event number n, 2n + 1 just after it. What the process is doing may be
    named in `phase`; with `only`, moments of other phases are not counted.
    """

    def __init__(self, fatal: int | None, *, only: str = "") -> None:
        self.passed = 0
        self.phase = ""
        self._fatal = fatal
        self._only = only
        self._lock = threading.Lock()
        self._last_words: Callable[[dict[str, Any]], None] | None = None

    def watch(self, last_words: Callable[[dict[str, Any]], None] | None = None) -> None:
        """Wrap every call that makes something durable or visible."""
        from django.db.backends.base.base import BaseDatabaseWrapper

        self._last_words = last_words
        for owner, name in (
            (BaseDatabaseWrapper, "_commit"),
            (os, "fsync"),
            (os, "rename"),
            (os, "replace"),
            (os, "unlink"),
        ):
            setattr(owner, name, self._wrapped(getattr(owner, name), name.strip("_")))

    def _wrapped(self, call: Callable[..., Any], name: str) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            self._pass("before", name)
            result = call(*arguments, **named)
            self._pass("after", name)
            return result

        return watched

    def _pass(self, when: str, name: str) -> None:
        if self._only and self.phase != self._only:
            return
        with self._lock:
            if self.passed == self._fatal:
                self._die(f"{when} {name} in {self.phase}" if self.phase else f"{when} {name}")
            self.passed += 1

    def _die(self, where: str) -> None:
        if self._last_words is not None:
            self._last_words({"killed": True, "where": where, "moments": self.passed})
        os.kill(os.getpid(), signal.SIGKILL)
        threading.Event().wait()  # a kill of oneself need not come at once


def die_with_parent() -> None:
    """A child must not outlive a parent that was killed itself."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def start(deed: Callable[[Moments], Any], *, moments: Moments) -> tuple[int, int]:
    """Fork a child that does one deed; its number, and where its answer can be read.

    The parent must hold no database connection.
    """
    read_from, write_to = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_from)
        _live(deed, moments, write_to)
    os.close(write_to)
    return pid, read_from


def wait(pid: int, read_from: int, *, kill_after: float | None = None) -> Outcome:
    """Wait for a child's end, whichever it is."""
    timer = threading.Timer(kill_after or 0, os.kill, (pid, signal.SIGKILL))
    if kill_after is not None:
        timer.start()
    with os.fdopen(read_from, "rb") as pipe:
        told = pipe.read()
    timer.cancel()
    _, status = os.waitpid(pid, 0)
    if not told:
        return Outcome(
            killed=os.WIFSIGNALED(status), error="" if os.WIFSIGNALED(status) else "mute"
        )
    return Outcome(**json.loads(told))


def do(deed: Callable[[Moments], Any], *, fatal: int | None = None, only: str = "") -> Outcome:
    """Run one deed in a child and wait for its end."""
    return wait(*start(deed, moments=Moments(fatal, only=only)))


def must(deed: Callable[[Moments], Any]) -> Any:
    """Run a deed that has to succeed and give its result."""
    outcome = do(deed)
    if outcome.error or outcome.killed:
        raise AssertionError(f"{outcome.error}\n{outcome.trace}")
    return outcome.result


def _live(deed: Callable[[Moments], Any], moments: Moments, write_to: int) -> None:
    """Run one deed; never returns."""
    die_with_parent()

    def tell(answer: dict[str, Any]) -> None:
        data = json.dumps(answer).encode()
        while data:
            data = data[os.write(write_to, data) :]

    moments.watch(last_words=tell)
    answer: dict[str, Any] = {"killed": False}
    try:
        answer["result"] = deed(moments)
    except BaseException as error:  # noqa: BLE001 -- whatever it was, the parent tells it
        answer["error"] = f"{type(error).__name__}: {error}"
        answer["trace"] = traceback.format_exc()
    tell(answer | {"moments": moments.passed})
    os._exit(0)
