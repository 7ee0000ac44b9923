"""An office is founded, killed at each moment of it, and founded again by the same command.

What is there afterwards must be the office that a founding without a kill makes: complete keys, one
identity, one entry in the trail, its settings. The planted bug is *settings before the database*: the
file that says that there is an office is there before the office.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from campaigns import children, offices
from campaigns.children import Moments
from campaigns.result import Result, Wishes

PLANTED_BUG = "settings before the database"
_FOUNDED = "SangbongError: office.already_founded"
_PLANTED_KILLS_MAX = 20

Say = Callable[[str], None]


def run(wishes: Wishes, say: Say = print) -> Result:
    """Kill a founding at drawn moments, at every one where `trials` allows."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sangbong-founding-kill-") as name:
        folder = Path(name)
        offices.prepare(folder)
        whole, moments = _found_whole(folder / "whole")
        say(f"without kills: {moments} moments")
        drawn = random.Random(wishes.seed).sample(range(moments), moments)
        kills = drawn[: wishes.trials]
        failures = 0
        for kill in kills:
            told, seen = _found_again(folder / f"kill-{kill}", kill)
            if seen != whole:
                failures += 1
                say(f"kill {kill} {told}: DIFFERS: {seen}")
        caught_at = 0
        for number, kill in enumerate(drawn[:_PLANTED_KILLS_MAX], start=1):
            told, seen = _found_again(folder / f"planted-{kill}", kill, planted=True)
            if seen != whole:
                caught_at = number
                say(f"planted bug, {PLANTED_BUG}: caught at kill {number} ({told}): {seen}")
                break
    say(f"{len(kills)} kills, {failures} failures")
    return Result(
        name="founding-kill",
        seed=wishes.seed,
        trials=len(kills),
        failures=failures,
        planted_bug_caught=caught_at > 0,
        planted_bug_caught_at=caught_at,
        rate_below=1.0 if failures else round(3 / len(kills), 4),
        rounds=len(kills),
        seconds=round(time.monotonic() - started, 1),
    )


def _found_whole(home: Path) -> tuple[Any, int]:
    outcome = children.do(offices.founding(home, offices.SEOUL))
    return _seen(home), outcome.moments


def _found_again(home: Path, kill: int, *, planted: bool = False) -> tuple[str, Any]:
    """Where it was killed, and what is there after it was founded again."""
    deed = offices.founding(home, offices.SEOUL)
    killed = children.do(_too_early(home, deed) if planted else deed, fatal=kill)
    again = children.do(deed)
    if again.error not in {"", _FOUNDED}:
        return killed.where, again.error
    return killed.where, _seen(home)


def _seen(home: Path) -> Any:
    outcome = children.do(lambda _: _look(home))
    return outcome.error or outcome.result


def _look(home: Path) -> dict[str, Any]:
    from sangbong.office import queries
    from sangbong.office.adapters import configuration
    from sangbong.office.adapters.database import refuse_unsafe_database

    offices.become(home)
    refuse_unsafe_database()
    statement, verdict = queries.own_statement(), queries.verify_audit()
    return {
        "code": statement.code,
        "settings": configuration.load(home).model_dump(mode="json"),
        "trail": [verdict.entries, verdict.whole],
        "files": sorted(
            str(path.relative_to(home))
            for path in home.rglob("*")
            # the database's own log comes and goes
            if not path.name.endswith(("-wal", "-shm"))
        ),
    }


def _too_early(home: Path, deed: Callable[[Moments], Any]) -> Callable[[Moments], Any]:
    def with_bug(moments: Moments) -> Any:
        from sangbong.cli import founding
        from sangbong.office.adapters import configuration

        boot = founding.boot

        def boot_and_write(folder: Path) -> None:
            boot(folder)
            configuration.write_file(home, {"code": offices.SEOUL.code})

        founding.boot = boot_and_write
        return deed(moments)

    return with_bug
