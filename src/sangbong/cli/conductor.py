"""Conducts the demo: founds three offices, gives each its cue, shows what they do, judges the end."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from sangbong.kernel.errors import SangbongError

_SANGBONG = (sys.executable, "-m", "sangbong.cli")
_STORY_BEGINS = "2018-06-20T00:00:00+00:00"
_FILM_SECONDS = 30
_LOG_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the visitor asked for."""

    applicants: int
    register: int
    seed: int
    once: bool
    film: bool
    keep: Path | None


@dataclass(frozen=True, slots=True)
class Cast:
    """One office of the story."""

    side: str
    code: str
    name_ko: str
    name_en: str
    time_zone: str


_WITHOUT_A_LINE = {"pyongyang", "washington"}
"""These two write to each other by way of the third, which cannot read it."""
CAST = (
    Cast("seoul", "KR-SEL", "서울 사무소", "Seoul office", "Asia/Seoul"),
    Cast("pyongyang", "KP-PYO", "평양 사무소", "Pyongyang office", "Asia/Pyongyang"),
    Cast("washington", "US-WAS", "워싱턴 사무소", "Washington office", "America/New_York"),
)


@dataclass(slots=True)
class Player:
    """A running office process and its side of the conversation."""

    cast: Cast
    home: Path
    web_port: int
    link_port: int
    process: subprocess.Popen[str] | None = field(default=None)

    def ask(self, show: Any = None, **wish: Any) -> Any:
        """Ask for one deed and wait for its end.

        Raises:
            SangbongError: the deed was refused; RuntimeError: the office process ended.
        """
        assert self.process is not None  # noqa: S101 -- started before it is asked
        assert self.process.stdin is not None  # noqa: S101
        self.process.stdin.write(json.dumps(wish) + "\n")
        self.process.stdin.flush()
        return self.listen(show)

    def listen(self, show: Any = None) -> Any:
        """Read lines until the deed is done."""
        assert self.process is not None  # noqa: S101
        assert self.process.stdout is not None  # noqa: S101
        for line in self.process.stdout:
            answer = json.loads(line)
            if "progress" in answer:
                if show is not None:
                    show(self.cast.side, answer["progress"])
            elif "fault" in answer:
                raise SangbongError(
                    "cli.office_refused",
                    side=self.cast.side,
                    code=answer["fault"],
                    told=answer["told"],
                )
            else:
                return answer["done"]
        raise SangbongError(
            "cli.office_ended",
            side=self.cast.side,
            status=self.process.wait(),
            told=(self.home / "log").read_text("utf-8", "replace")[-800:],
        )


def conduct(wishes: Wishes) -> int:
    """Run the story. 0: every number agrees with the truth; 1: one does not."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_LOG_WIDTH)
    started = time.monotonic()
    with _folder(wishes.keep) as folder:
        players = [
            Player(cast, folder / cast.side, web_port=_free_port(), link_port=_free_port())
            for cast in CAST
        ]
        try:
            _prepare(console, wishes, folder, players)
            status = _run_story(console, folder, players)
            console.print(f"\n{time.monotonic() - started:.1f} s, {folder}")
            if not wishes.once:
                _stay_open(console, players)
            return status
        finally:
            for player in players:
                if player.process is not None:
                    player.process.terminate()
                    player.process.wait()


def _prepare(console: Console, wishes: Wishes, folder: Path, players: list[Player]) -> None:
    film = folder / "film.mp4" if wishes.film else None
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console
    ) as progress:
        bar = progress.add_task("Inventing families, founding three offices", total=None)
        with ThreadPoolExecutor() as pool:
            works = [
                pool.submit(
                    _command,
                    "drill", "world", str(folder / "world"),
                    "--applicants", str(wishes.applicants),
                    "--register", str(wishes.register),
                    "--seed", str(wishes.seed),
                ),
                *(pool.submit(_found, player) for player in players),
            ]  # fmt: skip
            if film is not None:
                works.append(pool.submit(_make_film, film))
            for work in works:
                work.result()
        _exchange_keys(players)
        progress.update(bar, total=1, completed=1)
    for player in players:
        _start(player, folder, film if film is not None and film.exists() else None)
    for player in players:
        player.listen()


def _run_story(console: Console, folder: Path, players: list[Player]) -> int:
    with Progress(
        TextColumn("{task.description:60}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        bars = {p.cast.side: progress.add_task(p.cast.name_en, total=1) for p in players}

        def show(side: str, told: dict[str, Any]) -> None:
            progress.update(
                bars[side],
                description=f"{side}: {told['en']}",
                completed=told["done"],
                total=told["total"],
            )

        with ThreadPoolExecutor(len(players)) as pool:
            reached = _STORY_BEGINS
            while True:
                while sum(player.ask(do="carry", at=reached) for player in players):
                    pass
                # story time never runs backwards: only the office whose step comes first moves
                due = {p.cast.side: p.ask(do="when") for p in players}
                if not any(due.values()):
                    break
                first = min(at for at in due.values() if at)
                reached = max(reached, first)
                moving = [p for p in players if due[p.cast.side] == first]
                for told in pool.map(lambda p: p.ask(show, do="advance"), moving):
                    console.print(f"{told['at'][:10]}  {told['office']:9}  {told['en']}")
                    console.print(f"{'':23}{told['ko']}", style="dim")
    return _judge(console, folder, players)


def _judge(console: Console, folder: Path, players: list[Player]) -> int:
    from sangbong.lab.judge import judge

    reports = {player.cast.side: player.ask(do="report") for player in players}
    verdict = judge(reports, folder / "world")
    console.print()
    console.print(verdict.table())
    return 0 if verdict.agrees else 1


def _stay_open(console: Console, players: list[Player]) -> None:
    console.print(
        "\nThe offices are open. Sign in once with each link / 세 사무소가 열려 있습니다."
    )
    for player in players:
        for link in player.ask(do="open", web_port=player.web_port):
            console.print(
                f"  {link['who']:28} http://{player.cast.side}.localhost:{player.web_port}{link['path']}"
            )
    console.print(
        "\nLook first at: Rounds (the draw and its recipe) · Inquiries (the two records facing each"
        " other) · Letters (the film) · Channel (every paper that crossed).\nCtrl-C ends the demo."
    )
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        console.print("The demo is over.")


def _found(player: Player) -> None:
    cast = player.cast
    player.home.mkdir(parents=True)
    clock = player.home / "story-time"
    clock.write_text(_STORY_BEGINS, "ascii")
    _command(
        "--home", str(player.home), "office", "init", "--drill",
        "--code", cast.code, "--name-ko", cast.name_ko, "--name-en", cast.name_en,
        "--time-zone", cast.time_zone, "--story-time", str(clock),
        "--link-url", f"https://127.0.0.1:{player.link_port}",
    )  # fmt: skip
    _command("--home", str(player.home), "office", "statement", str(player.home / "keys.json"))


def _exchange_keys(players: list[Player]) -> None:
    def add_others(own: Player) -> None:
        for other in players:
            if other is not own:
                no_line = {own.cast.side, other.cast.side} == _WITHOUT_A_LINE
                _command(
                    "--home", str(own.home), "office", "add", "--confirm",
                    *(["--no-line"] if no_line else []), str(other.home / "keys.json"),
                )  # fmt: skip

    with ThreadPoolExecutor() as pool:
        list(pool.map(add_others, players))


def _make_film(target: Path) -> None:
    from sangbong.lab.film import find_public_clip, loop_clip

    clip = find_public_clip()
    if clip is not None:
        loop_clip(clip, _FILM_SECONDS, target)


def _start(player: Player, folder: Path, film: Path | None) -> None:
    command = [
        *_SANGBONG, "--home", str(player.home), "drill", "play",
        "--side", player.cast.side, "--world", str(folder / "world"),
        "--link-port", str(player.link_port), "--web-port", "0",
    ]  # fmt: skip
    if film is not None:
        command += ["--film", str(film)]
    with (player.home / "log").open("ab") as log:
        player.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
        )


def _command(*arguments: str) -> None:
    done = subprocess.run([*_SANGBONG, *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SangbongError(
            "cli.command_failed", command=" ".join(arguments[:6]), told=done.stderr[-800:]
        )


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="sangbong-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=bool(os.environ.get("CI")))
