"""Commands in processes that need not import: most of a command's second goes into that.

A server imports once what needs no office. Each command runs in a child forked from it, from `main()`
on: a process with an environment, streams and an end of its own. That a fresh interpreter comes as far
as `main()` is tested by every founding (conftest.py) and in test_office_commands.py.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import importlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
_REQUEST_BYTES_MAX = 65_536
_LIBRARIES = ("django.forms", "django.core.management", "django.db.backends.sqlite3.base")


def run(arguments: Sequence[str], *, typed: str = "") -> subprocess.CompletedProcess[str]:
    """What `sangbong` said and how it ended; `typed` is its standard input."""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as told,
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        tempfile.TemporaryFile("w+", encoding="utf-8") as err,
    ):
        told.write(typed)
        told.flush()
        told.seek(0)
        environment = {k: v for k, v in os.environ.items() if not k.startswith("SANGBONG_")}
        request = {"arguments": list(arguments), "environment": environment}
        line = _server()
        socket.send_fds(
            line, [json.dumps(request).encode()], [one.fileno() for one in (told, out, err)]
        )
        answer = line.recv(_REQUEST_BYTES_MAX)
        assert answer, "the server of commands died"
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, int(answer), out.read(), err.read())


@functools.cache
def _server() -> socket.socket:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    number = theirs.fileno()
    # what reads settings must not be imported before it is known whose they are
    unset = {k: v for k, v in os.environ.items() if not k.startswith(("SANGBONG_", "DJANGO_"))}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.cli.warm", str(number)],
        cwd=ROOT,
        env=unset,
        pass_fds=[number],
    )
    theirs.close()

    def end() -> None:
        ours.close()
        process.wait(timeout=30)

    atexit.register(end)
    return ours


def _import_once() -> None:
    """Everything that reads no settings: those are another office's in each child."""
    import sangbong

    for name in _LIBRARIES:
        importlib.import_module(name)
    house = Path(sangbong.__file__).parent
    for folder in (house / "kernel", house / "cli", house / "names", *sorted(house.glob("*/core"))):
        for path in sorted(folder.rglob("*.py")):
            if path.name == "__main__.py":
                continue
            name = ".".join(path.relative_to(house.parent).with_suffix("").parts)
            with contextlib.suppress(Exception):  # a few look at settings while they are imported
                importlib.import_module(name.removesuffix(".__init__"))
    assert "sangbong.settings" not in sys.modules


def _serve(line: socket.socket) -> None:
    """Fork a child for each request and tell how it ended, until nobody asks any more."""
    while True:
        data, streams, _, _ = socket.recv_fds(line, _REQUEST_BYTES_MAX, 3)
        if not data:
            return
        pid = os.fork()
        if pid == 0:
            line.close()
            _become(json.loads(data), streams)
            return
        for one in streams:
            os.close(one)
        _, status = os.waitpid(pid, 0)
        line.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(request: dict[str, object], streams: Sequence[int]) -> None:
    from sangbong.cli.main import main

    for number, one in enumerate(streams):
        os.dup2(one, number)
        os.close(one)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 -- to the end
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    environment = request["environment"]
    assert isinstance(environment, dict)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["sangbong", *request["arguments"]]  # type: ignore[misc]
    main()


if __name__ == "__main__":
    _import_once()
    _serve(socket.socket(fileno=int(sys.argv[1])))
