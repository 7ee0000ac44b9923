"""The peers, each as its users would run it over such a line, started again whenever it ends.

rsync: a daemon and `rsync -a --append-verify --timeout=6`, the small files first, since it sends in
the order of names and would keep them behind the film. NNCP: `nncp-daemon`, `nncp-call` and
`nncp-toss -cycle 1`, all packets staged before.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from benchmarks.line.spaces import FAR, Line

RSYNC_PORT, NNCP_PORT = 8730, 5400


class Rsync:
    """rsync with its daemon."""

    name = "rsync"

    def __init__(self, folder: Path, source: Path) -> None:
        """Send `source`/{small,film} into `folder`."""
        self._source, self._target = source, folder / "in"
        self._target.mkdir(parents=True)
        self._configuration = folder / "rsyncd.conf"
        self._configuration.write_text(
            f"use chroot = no\nuid = root\ngid = root\nlog file = {folder}/log\n"
            f"[in]\npath = {self._target}\nread only = no\n"
        )

    def commands(self) -> tuple[list[list[str]], list[list[str]]]:
        """What runs on the near side, one after the other, and on the far side."""
        call = ["rsync", "-a", "--append-verify", "--timeout=6", "--contimeout=5"]
        place = f"rsync://{FAR}:{RSYNC_PORT}/in/"
        near = [[*call, f"{self._source}/{part}", place] for part in ("small", "film")]
        return near, [
            ["rsync", "--daemon", "--no-detach", f"--port={RSYNC_PORT}",
             f"--config={self._configuration}"],
        ]  # fmt: skip

    def delivered(self) -> int:
        """Payload bytes that arrived."""
        return sum(path.stat().st_size for path in self._target.rglob("*") if path.is_file())

    def small_arrived(self) -> int:
        """How many small files arrived."""
        return sum(1 for _ in (self._target / "small").glob("*.bin"))

    def tossed(self) -> int:
        """The same as `delivered`."""
        return self.delivered()


class Nncp:
    """NNCP with its daemon, caller and tosser; configured and staged once, copied for each run."""

    name = "nncp"

    def __init__(self, folder: Path, staged: Path) -> None:
        """Send what lies in the staged spool."""
        shutil.copytree(staged, folder)
        self._folder = folder
        for side in ("near", "far"):
            path = folder / f"{side}.hjson"
            path.write_text(path.read_text().replace(str(staged), str(folder)))

    def commands(self) -> tuple[list[list[str]], list[list[str]]]:
        """What runs on the near side, one after the other, and on the far side."""
        near, far = (f"{self._folder}/{side}.hjson" for side in ("near", "far"))
        return [["nncp-call", "-cfg", near, "-noprogress", "-quiet", "far"]], [
            ["nncp-daemon", "-cfg", far, "-quiet", "-noprogress", "-bind", f"{FAR}:{NNCP_PORT}"],
            ["nncp-toss", "-cfg", far, "-quiet", "-noprogress", "-cycle", "1"],
        ]

    def delivered(self) -> int:
        """Payload bytes that arrived; a packet that is not whole yet counts by its bytes."""
        spool = self._folder / "far-spool"
        waiting = [path for path in spool.rglob("rx/*") if path.is_file()]
        there = [path for path in (self._folder / "in").glob("*.bin") if path.is_file()]
        return sum(path.stat().st_size for path in (*there, *waiting))

    def small_arrived(self) -> int:
        """How many small files arrived."""
        return sum(1 for _ in (self._folder / "in").glob("[0-9]*.bin"))

    def tossed(self) -> int:
        """Bytes that stand where they should; nothing is counted before the film is there."""
        if not (self._folder / "in" / "film.bin").exists():
            return 0
        return sum(path.stat().st_size for path in (self._folder / "in").glob("*.bin"))


def stage_nncp(folder: Path, source: Path) -> None:
    """Make two nodes that know each other, and stage the small files and the film at the near one."""
    for name in ("in", "near-spool", "far-spool"):
        (folder / name).mkdir(parents=True)
    keys = {side: _new_node() for side in ("near", "far")}
    for side, other in (("near", "far"), ("far", "near")):
        (folder / f"{side}.hjson").write_text(_configured(folder, side, other, keys))
    for path in [*sorted((source / "small").iterdir()), source / "film" / "film.bin"]:
        subprocess.run(
            ["nncp-file", "-cfg", str(folder / "near.hjson"), "-quiet", "-noprogress",
             *(["-nice", "F"] if path.parent.name == "small" else []), str(path), "far:"],
            check=True,
        )  # fmt: skip


def _new_node() -> dict[str, str]:
    said = subprocess.run(["nncp-cfgnew"], capture_output=True, text=True, check=True).stdout
    own = said[said.index("self:") : said.index("neigh:")]
    return dict(re.findall(r"^\s*([a-z]+): ([A-Z2-7]{20,})$", own, flags=re.MULTILINE))


def _configured(folder: Path, side: str, other: str, keys: dict[str, dict[str, str]]) -> str:
    lines = "\n".join(f"    {name}: {value}" for name, value in keys[side].items())
    known = "\n".join(f"      {name}: {keys[who][name]}" for who in (other,) for name in _PUBLIC)
    own = "\n".join(f"      {name}: {keys[side][name]}" for name in _PUBLIC)
    return f"""{{
  spool: {folder}/{side}-spool
  log: {folder}/{side}.log
  self: {{
{lines}
  }}
  neigh: {{
    self: {{
{own}
    }}
    {other}: {{
{known}
      incoming: {folder}/in
      onlinedeadline: 3600
      addrs: {{ main: "{FAR}:{NNCP_PORT}" }}
    }}
  }}
}}
"""


_PUBLIC = ("id", "exchpub", "signpub", "noisepub")


class Runner:
    """A peer over a line: whatever ends or is killed is started again."""

    def __init__(self, peer: Rsync | Nncp, line: Line) -> None:
        """Nothing runs yet."""
        self.peer, self.line = peer, line
        near, far = peer.commands()
        self._near, self._far_commands = list(near), far
        self._far: list[subprocess.Popen[bytes]] = []
        self._call: subprocess.Popen[bytes] | None = None
        self.ended = False
        """The near side has said that it has nothing left to do."""

    def pids(self) -> list[int]:
        """The processes that run now."""
        running = [*self._far, *([self._call] if self._call else [])]
        return [one.pid for one in running]

    def begin_far(self) -> None:
        """Let the receiving side listen."""
        self._far = [self.line.start(1, command) for command in self._far_commands]

    def look(self) -> None:
        """Start again what has ended."""
        for place, process in enumerate(self._far):
            if process.poll() is not None:
                self._far[place] = self.line.start(1, self._far_commands[place])
        if self._call is not None and self._call.poll() is not None:
            if self._call.returncode == 0 and self.peer.name == "rsync":
                self._near.pop(0)
            self._call = None
        self.ended = not self._near
        if self._call is None and self._near:
            self._call = self.line.start(0, self._near[0])

    def kill(self, side: int) -> None:
        """kill -9 of one side."""
        for process in self._far if side else filter(None, [self._call]):
            process.kill()
            process.wait()

    def close(self) -> None:
        """End all of it."""
        for process in [*self._far, *([self._call] if self._call else [])]:
            process.kill()
            process.wait()
