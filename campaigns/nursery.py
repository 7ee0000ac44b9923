"""Offices in processes of their own, whose children are killed at chosen moments.

A nursery is one process per office that has imported everything once. Each deed runs in a child forked
from it, so a kill costs milliseconds and not an import. A child may be told to kill itself at a moment
(`campaigns.children`); a kill after a time is there too.

    with Nursery(home, founding={...}) as office:
        outcome = office.do("campaigns.note_deeds:send_note", number="1", moment=7)
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from campaigns import children
from campaigns.children import Moments, Outcome


class Nursery:
    """The parent's handle on one office's process."""

    def __init__(self, home: Path, *, founding: dict[str, Any] | None = None) -> None:
        """Start the process and, where `founding` is given, found the office first."""
        self.home = home
        command = [sys.executable, "-m", "campaigns.nursery", str(home), json.dumps(founding)]
        root = Path(__file__).resolve().parent.parent
        self._process = subprocess.Popen(
            command,
            cwd=root,
            env={**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._ready = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()

    def do(
        self, deed: str, *, moment: int | None = None, kill_after: float | None = None, **facts: Any
    ) -> Outcome:
        """Run `module:function` in a child and wait for its end, whichever it is."""
        return Outcome(**self._ask("do", deed, moment=moment, kill_after=kill_after, facts=facts))

    def must(self, deed: str, **facts: Any) -> Any:
        """Run a deed that has to succeed and give its result."""
        outcome = self.do(deed, **facts)
        if outcome.error or outcome.killed:
            raise AssertionError(f"{deed} in {self.home.name}: {outcome}")
        return outcome.result

    def start(self, deed: str, *, moment: int | None = None, **facts: Any) -> int:
        """Run a deed that does not end by itself, such as a server; gives the child's number."""
        return int(self._ask("start", deed, moment=moment, kill_after=None, facts=facts)["pid"])

    def stop(self, pid: int) -> Outcome:
        """Kill a started child, if it has not killed itself, and say which it was."""
        return Outcome(**self._ask("stop", "", moment=None, kill_after=None, facts={"pid": pid}))

    def _ask(self, verb: str, deed: str, **rest: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if not self._ready:
            self._read()
            self._ready = True
        self._process.stdin.write(json.dumps({"verb": verb, "deed": deed, **rest}) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the nursery of {self.home.name} died")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _start(request: dict[str, Any]) -> tuple[int, int]:
    from django.db import connections

    module, _, function = request["deed"].partition(":")
    # imported once here, so that no child pays for it again
    deed = getattr(importlib.import_module(module), function)
    connections.close_all()

    def run(moments: Moments) -> Any:
        del moments
        os.close(0)
        return deed(**request["facts"])

    return children.start(run, moments=Moments(request["moment"]))


def _wait(pid: int, read_from: int, kill_after: float | None) -> dict[str, Any]:
    return asdict(children.wait(pid, read_from, kill_after=kill_after))


def _open(home: Path, founding: dict[str, Any] | None) -> None:
    from sangbong.cli.boot import boot_founded
    from sangbong.cli.founding import Founding, found
    from sangbong.office.adapters.clock import SystemClock

    os.environ["SANGBONG_HOME"] = str(home)
    if founding is not None:
        found(home, Founding(**founding), now=SystemClock().now())
    boot_founded(home)


def main(home: Path, founding: dict[str, Any] | None) -> None:
    """Serve requests from the standard input until it ends."""
    children.die_with_parent()
    _open(home, founding)
    _tell({"ready": True})
    started: dict[int, int] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if request["verb"] == "stop":
            pid = request["facts"]["pid"]
            os.kill(pid, signal.SIGKILL)
            _tell(_wait(pid, started.pop(pid), None))
            continue
        pid, read_from = _start(request)
        if request["verb"] == "start":
            started[pid] = read_from
            _tell({"pid": pid})
        else:
            _tell(_wait(pid, read_from, request["kill_after"]))
    for pid in started:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _tell(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), json.loads(sys.argv[2]))
