"""Runs the sandbox child: the only place where untrusted files are opened.

The child gets one descriptor to read and one folder to write. Around it stands bubblewrap where
it is installed and works; in any case the child shuts itself in with Landlock, seccomp, limits
and a network namespace of its own, as far as the kernel gives them (`sandboxed/confine.py`).
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from sangbong.archive.core.film import FILM_BOUNDS, FilmBounds, refusal
from sangbong.kernel.errors import SangbongError

_CHILD = Path(__file__).parent / "sandboxed"
_PACKAGES = ("av", "numpy")
_ANSWER_BYTES_MAX = 256 * 1024
_BOOT = (
    "import sys, runpy; sys.path.insert(0, sys.argv.pop(1)); sys.path.append(sys.argv.pop(1));"
    " runpy.run_module('sandboxed', run_name='__main__', alter_sys=True)"
)
# one thread at import, so that every thread is born inside the walls
_ENVIRONMENT = {"LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
_INSIDE = Path("/sandbox")

Progress = Callable[[int], None]
"""Told the percentage done, 0 to 100; may be told the same number again."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one file may cost; past it the child is ended and the file refused."""

    wall_seconds: float = 3_600.0
    cpu_seconds: int = 3_600
    memory_bytes: int = 3 * 1024**3
    file_bytes: int = 2 * 1024**3
    files: int = 64


ALLOWANCE = Allowance()


@dataclass(frozen=True, slots=True)
class Defences:
    """What stands around the child here, as the child itself found it, and what still gets out."""

    bubblewrap: bool
    landlock_version: int
    seccomp: bool
    own_network: bool
    reads_elsewhere: bool
    writes_elsewhere: bool
    reaches_network: bool
    starts_programs: bool
    variables: int
    descriptors: int

    @property
    def holds(self) -> bool:
        """Whether every attempt to get out failed."""
        return not (
            self.reads_elsewhere
            or self.writes_elsewhere
            or self.reaches_network
            or self.starts_programs
        )


class Tool(Protocol):
    """How the archive's operations call the child; tests may stand in another."""

    def __call__(
        self,
        *,
        tool: str,
        source: BinaryIO,
        out: Path,
        bounds: FilmBounds = ...,
        allowance: Allowance = ...,
        progress: Progress | None = ...,
    ) -> Mapping[str, Any]:
        """See `run`."""
        ...


def run(
    *,
    tool: str,
    source: BinaryIO,
    out: Path,
    bounds: FilmBounds = FILM_BOUNDS,
    allowance: Allowance = ALLOWANCE,
    progress: Progress | None = None,
) -> Mapping[str, Any]:
    """Open `source` in a child of its own and return what it says: text from a stranger.

    `tool` is `probe`, `transcode` or `check`; the latter two leave files in `out`, which belongs
    to this one run.

    Raises:
        SangbongError: `archive.film_*` where the file is refused; `archive.sandbox_broken` where
            the child could not even begin, which is this office's fault and not the file's.
    """
    job = {"tool": tool, "descriptor": source.fileno(), "bounds": asdict(bounds)}
    said = _converse(job, out, allowance, (source.fileno(),), progress)
    if "fault" in said:
        raise refusal(said["fault"], said.get("params"))
    return _result(said)


@cache
def active_defences() -> Defences:
    """What stands around the child on this machine: tried once, by a child that tries to get out.

    Raises:
        SangbongError: `archive.sandbox_broken`.
    """
    return try_defences(with_bubblewrap=bubblewrap_works())


def try_defences(*, with_bubblewrap: bool) -> Defences:
    """Let a child try to get out, with or without bubblewrap around it.

    Raises:
        SangbongError: `archive.sandbox_broken`.
    """
    with (
        tempfile.TemporaryDirectory(prefix="sangbong-") as folder,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        job = {"tool": "defences", "port": listener.getsockname()[1]}
        said = _converse(
            job, Path(folder), Allowance(wall_seconds=60), (), None, bubblewrap=with_bubblewrap
        )
    return Defences(bubblewrap=with_bubblewrap, **_result(said))


@cache
def bubblewrap_works() -> bool:
    """Whether bubblewrap is installed and the kernel lets it make namespaces."""
    program = shutil.which("bwrap")
    if program is None:
        return False
    command = [program, "--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(command, check=False, capture_output=True, timeout=30)
    return tried.returncode == 0


def _converse(
    job: Mapping[str, Any],
    out: Path,
    allowance: Allowance,
    descriptors: Sequence[int],
    progress: Progress | None,
    *,
    bubblewrap: bool | None = None,
) -> Mapping[str, Any]:
    """Start the child, follow its lines, and return the last; end it when its time is over."""
    wrapped = bubblewrap_works() if bubblewrap is None else bubblewrap
    limits = asdict(allowance)
    del limits["wall_seconds"]
    whole = {**job, "limits": limits, "own_network": wrapped}
    whole["out"] = str(_INSIDE / "out") if wrapped else str(out)
    command = (_wrapped if wrapped else _bare)(json.dumps(whole), out)
    deadline = time.monotonic() + allowance.wall_seconds
    try:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
            cwd=out,
            pass_fds=descriptors,
            start_new_session=True,
        )
    except OSError as error:
        raise SangbongError("archive.sandbox_broken", reason=type(error).__name__) from error
    last: Mapping[str, Any] = {}
    try:
        for line in _lines(child, deadline):
            last = line
            percent = line.get("progress")
            if progress is not None and isinstance(percent, int) and 0 <= percent <= 100:
                progress(percent)
        code = child.wait(timeout=max(1.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        raise SangbongError("archive.film_took_too_long") from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        assert child.stdout is not None  # noqa: S101 -- asked for above
        child.stdout.close()
    return _judged(last, code)


def _lines(child: subprocess.Popen[bytes], deadline: float) -> Iterator[Mapping[str, Any]]:
    """The child's lines as they come; no more of them than an honest child has to say."""
    assert child.stdout is not None  # noqa: S101 -- asked for by the caller
    held, heard = b"", 0
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, deadline - time.monotonic())):
                raise subprocess.TimeoutExpired("sandbox", 0)
            part = os.read(child.stdout.fileno(), 65_536)
            heard += len(part)
            if heard > _ANSWER_BYTES_MAX:
                raise SangbongError("archive.film_broke_reader")
            if not part:
                return
            *lines, held = (held + part).split(b"\n")
            for line in lines:
                with contextlib.suppress(ValueError, RecursionError):
                    value = json.loads(line)
                    if isinstance(value, dict):
                        yield value


def _judged(last: Mapping[str, Any], code: int) -> Mapping[str, Any]:
    if "result" in last or "fault" in last:
        return last
    # bubblewrap tells a signal as 128 + its number
    ended_by = -code if code < 0 else code - 128
    if ended_by in {signal.SIGXCPU, signal.SIGKILL}:
        raise SangbongError("archive.film_took_too_long")
    if "progress" in last or ended_by > 0:
        raise SangbongError("archive.film_broke_reader")
    raise SangbongError("archive.sandbox_broken", reason=f"exit {code}")


def _result(said: Mapping[str, Any]) -> Mapping[str, Any]:
    result = said["result"]
    if not isinstance(result, dict):
        raise refusal(None, None)
    return result


def _bare(job: str, out: Path) -> list[str]:
    del out  # named in the job
    return [sys.executable, "-I", "-S", "-B", "-c", _BOOT, str(_CHILD.parent), _site(), job]


def _wrapped(job: str, out: Path) -> list[str]:
    bwrap = shutil.which("bwrap") or "bwrap"
    command = [bwrap, "--unshare-all", "--die-with-parent", "--clearenv", "--cap-drop", "ALL"]
    for name, value in _ENVIRONMENT.items():
        command += ["--setenv", name, value]
    for path in _needed():
        command += ["--ro-bind", str(path), str(path)]
    command += ["--ro-bind", str(_CHILD), str(_INSIDE / "sandboxed")]
    for package in _libraries():
        command += ["--ro-bind", str(package), str(_INSIDE / "site" / package.name)]
    command += ["--bind", str(out), str(_INSIDE / "out"), "--dev", "/dev"]
    command += ["--chdir", str(_INSIDE / "out"), "--"]
    python = os.path.realpath(sys.executable)
    site = str(_INSIDE / "site")
    return [*command, python, "-I", "-S", "-B", "-c", _BOOT, str(_INSIDE), site, job]


@cache
def _needed() -> tuple[Path, ...]:
    """The interpreter, its standard library, and the system's shared libraries."""
    python = Path(os.path.realpath(sys.executable))
    library = Path(sysconfig.get_path("stdlib"))
    wanted = [python, library]
    if not python.is_relative_to("/usr"):
        # an interpreter that brings its own shared libraries
        wanted = [Path(sys.base_prefix)]
    wanted += [Path(name) for name in ("/lib", "/lib64", "/usr/lib", "/usr/lib64")]
    kept: list[Path] = []
    for path in wanted:
        if path.exists() and not any(path.is_relative_to(other) for other in kept):
            kept.append(path)
    return tuple(kept)


@cache
def _libraries() -> tuple[Path, ...]:
    """The folders of the packages the child imports, with the shared libraries beside them."""
    found: list[Path] = []
    for name in _PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            raise SangbongError("archive.sandbox_broken", reason=f"no {name}")
        folder = Path(spec.origin).parent
        found += [path for path in (folder, folder.with_name(f"{name}.libs")) if path.exists()]
    return tuple(found)


def _site() -> str:
    return str(_libraries()[0].parent)
