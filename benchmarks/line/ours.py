"""Two real offices: `sangbong serve` on both sides, with their desks, workers and carriers."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from benchmarks.line.spaces import first_in_line

ROOT = Path(__file__).parents[2]
CODES = ("KR-SEL", "KP-PYO")
LINK_PORT, PAGES_PORT = 9443, 8700
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": os.pathsep.join(
        filter(None, [str(ROOT / "src"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    ),
}
_DONE = "('received', 'applied', 'refused')"


class Agent:
    """A process of one office that does deeds for the bench."""

    def __init__(self, home: Path) -> None:
        """Start it; Django only comes with the first deed."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.line.office", str(home)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env=ENVIRONMENT | {"SANGBONG_HOME": str(home)}, preexec_fn=first_in_line,  # noqa: PLW1509 -- no thread starts one
        )  # fmt: skip

    def ask(self, deed: str, **facts: Any) -> None:
        """Begin a deed."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": deed, **facts}) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        """What came of it."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("an office of the bench ended")
        return json.loads(line)

    def do(self, deed: str, **facts: Any) -> Any:
        """Do a deed."""
        self.ask(deed, **facts)
        return self.answer()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def found_two(folder: Path, *, far_host: str, port: int = LINK_PORT) -> None:
    """Found both offices and let them know each other; only the near one calls."""
    urls = ("", f"https://{far_host}:{port}")
    with contextlib.ExitStack() as stack:
        agents = [stack.enter_context(Agent(folder / code)) for code in CODES]
        for agent, code, url in zip(agents, CODES, urls, strict=True):
            agent.ask("found", code=code, url=url)
        for agent in agents:
            agent.answer()
        statements = [agent.do("statement") for agent in agents]
        agents[0].do("know", statement=statements[1])
        agents[1].do("know", statement=statements[0])


def serve(
    home: Path, *, pages: int = PAGES_PORT, link: int = 0, host: str = "0.0.0.0"
) -> list[str]:
    """The command that serves an office."""
    return [
        sys.executable, "-m", "sangbong.cli", "--home", str(home), "serve",
        "--port", str(pages), "--link-port", str(link), "--link-host", host,
    ]  # fmt: skip


def wait_for_desk(home: Path, *, seconds: float = 60.0) -> None:
    """Until the office's process answers its carrier."""
    end = time.monotonic() + seconds
    while not (home / "run" / "line.json").exists():
        if time.monotonic() > end:
            raise RuntimeError(f"the office at {home} does not start")
        time.sleep(0.05)


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of an office; its carrier dies with it."""
    process.send_signal(signal.SIGKILL)
    process.wait()


@dataclass(slots=True)
class Ledger:
    """An office's database, read from outside."""

    home: Path
    _connection: sqlite3.Connection = field(init=False)
    _version: int = -1

    def __post_init__(self) -> None:
        """Open it for reading only."""
        address = f"file:{self.home / 'office.sqlite3'}?mode=ro"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)

    def changed(self) -> bool:
        """Whether anybody committed since the last question; what we see then is durable."""
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        before, self._version = self._version, version
        return bool(version != before)

    def received_ids(self, stream: str) -> set[str]:
        """The dispatches of a stream that are in custody, films included."""
        rows = self._connection.execute(
            "SELECT d.dispatch_id FROM liaison_inbox_dispatch d JOIN liaison_inbox_stream s"
            f" ON d.stream_id = s.id WHERE s.name = ? AND d.state IN {_DONE}",
            (stream,),
        )
        return {name for (name,) in rows}

    def open_outbox(self, stream: str) -> int:
        """How many of our dispatches have no receipt yet."""
        ((count,),) = self._connection.execute(
            "SELECT count(*) FROM liaison_outbox_dispatch d JOIN liaison_outbox_stream s"
            f" ON d.stream_id = s.id WHERE s.name = ? AND d.state NOT IN {_DONE}",
            (stream,),
        )
        return int(count)

    def sent(self, stream: str) -> int:
        """How many we have sent at all."""
        ((count,),) = self._connection.execute(
            "SELECT count(*) FROM liaison_outbox_dispatch d JOIN liaison_outbox_stream s"
            " ON d.stream_id = s.id WHERE s.name = ?",
            (stream,),
        )
        return int(count)


def pieces_held(home: Path) -> int:
    """How many pieces of films an office has."""
    films = home / "films"
    return sum(
        sum(byte.bit_count() for byte in path.read_bytes()) for path in films.glob("*.map")
    ) + sum(path.stat().st_size // 65_552 for path in films.glob("*.pieces"))


def copied(template: Path, folder: Path) -> Iterator[Path]:
    """Both offices as they were founded, once more."""
    shutil.copytree(template, folder)
    yield from (folder / code for code in CODES)
