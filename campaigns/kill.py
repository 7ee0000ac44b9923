"""Two offices exchange notes over a shared folder and a line while both are killed, 10,000 times.

Every deed (send, carry, collect, apply, and the three halves of a call) runs in a forked child which
is told to kill itself at a drawn commit, sync, rename or unlink, or is killed at a drawn time. After
some of them both offices do everything once more without kills, and their ledgers are compared: every
note of one is filed once at the other. The planted bugs are *receipt before commit*, *dedupe dropped*
and *effect and state in two commits*.
"""

from __future__ import annotations

import gc
import multiprocessing
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaigns import children, offices
from campaigns.result import Result, Wishes

KILLS = 10_000
EPISODE_KILLS = 100
"""Then both offices drain, are compared, and begin anew from their founding."""
PLANTED = {
    "receipt before commit": "lost",
    "dedupe dropped": "applied twice",
    "effect and state in two commits": "applied twice",
}
"""Each planted bug, and the word under which it must be seen."""
PLANTED_KILLS = 5
"""In each episode under a planted bug: the ledgers are compared soon, since most bugs show at once."""
PLANTED_EPISODES_MAX = 80
_BY_TIME = 0.2
_SPARED = 0.15
_STEPS_MAX = 1_000
_DRAINS = 4
_SECONDS = 0.06
_LINE_CUT = 0.5
_MEMORY = Path("/dev/shm")
_DEEDS = (
    *("send", "send", "send_film"),
    *("carry", "carry", "collect", "collect", "collect"),
    *("apply", "apply", "apply", "call", "call", "call"),
)
_PLANTED_DEEDS = {
    "receipt before commit": ("send", "call", "call", "call", "apply"),
    "dedupe dropped": ("send", "carry", "carry", "collect", "apply"),
    "effect and state in two commits": ("send", "call", "apply"),
}
_PLANTED_IN = {"receipt before commit": "take", "effect and state in two commits": "apply"}
"""Where kills fall under a planted bug, and which deeds are done; elsewhere it cannot be seen."""
_CALL = (("offer", 0), ("take", 1), ("hear", 0))

Say = Callable[[str], None]


@dataclass(slots=True)
class Episode:
    """How one stretch of kills ended. `faults` is empty where both ledgers agree."""

    number: int
    planted: str = ""
    kills: list[str] = field(default_factory=list)
    notes: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Task:
    """One episode to play."""

    number: int
    seed: int
    kills: int
    planted: str = ""


def run(wishes: Wishes, say: Say = print) -> Result:
    """Kill `trials` times, then show that each planted bug is seen for what it is."""
    started = time.monotonic()
    memory = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="sangbong-kill-", dir=memory) as name:
        folder = Path(name)
        offices.prepare(folder)
        offices.found_both(folder / "template")
        _warm(folder)
        episodes = _told(_played(folder, wishes), say)
        failed = [one for one in episodes if one.faults]
        for one in failed[:20]:
            say(f"episode {one.number}: {'; '.join(one.faults)[:500]} (kills: {one.kills})")
        kills = [kill for one in episodes for kill in one.kills]
        say(_spread(kills))
        say(f"{len(kills)} kills, {len(failed)} episodes with faults, {_since(started)}")
        caught_at = [_catch(planted, folder, wishes, say) for planted in PLANTED]
    return Result(
        name="kill",
        seed=wishes.seed,
        trials=len(kills),
        failures=len(failed),
        planted_bug_caught=all(caught_at),
        planted_bug_caught_at=max(caught_at),
        rate_below=1.0 if failed or not kills else round(3 / len(kills), 6),
        rounds=len(episodes),
        seconds=round(time.monotonic() - started, 1),
    )


def _told(played: Iterator[Episode], say: Say) -> list[Episode]:
    """All episodes, with a word about every tenth: ten minutes are long to wait."""
    episodes: list[Episode] = []
    for one in played:
        episodes.append(one)
        if len(episodes) % 10 == 0:
            kills = sum(len(each.kills) for each in episodes)
            faults = sum(bool(each.faults) for each in episodes)
            say(f"{kills} kills, {faults} episodes with faults")
    return episodes


def _played(folder: Path, wishes: Wishes) -> Iterator[Episode]:
    per_episode = min(EPISODE_KILLS, wishes.trials)
    wanted = range(1, -(-wishes.trials // per_episode) + 1)
    if wishes.only_round is not None:
        wanted = range(wishes.only_round, wishes.only_round + 1)
    tasks = [(folder, Task(number, wishes.seed, per_episode)) for number in wanted]
    with multiprocessing.get_context("fork").Pool(wishes.workers, children.die_with_parent) as pool:
        yield from pool.imap_unordered(_play, tasks)


def _warm(folder: Path) -> None:
    """Do every deed once in this process, so that the children find everything loaded."""
    from campaigns.kill_deeds import doing

    with tempfile.TemporaryDirectory(prefix="warm-", dir=folder) as name:
        places = _lay_out(folder, Path(name), planted="")
        (Path(name) / "line").mkdir()
        for deed, place, facts in (
            ("send", 0, {"number": "1"}),
            ("send_film", 1, {"number": "2"}),
            *((deed, who, {}) for deed, who in _CALL),
            *((deed, who, {}) for who in (1, 0) for deed in ("apply", "carry")),
            *((deed, who, {}) for who in (1, 0) for deed in ("collect", "look")),
        ):
            doing(places[place], deed, **facts)(children.Moments(None))
    gc.freeze()


def _catch(planted: str, folder: Path, wishes: Wishes, say: Say) -> int:
    """After how many kills a planted bug was seen under its own word; 0 if it never was."""
    kills, word = 0, PLANTED[planted]
    for number in range(1, PLANTED_EPISODES_MAX + 1):
        episode = _play((folder, Task(number, wishes.seed, PLANTED_KILLS, planted)))
        kills += len(episode.kills)
        seen = [fault for fault in episode.faults if fault.startswith(word)]
        if seen:
            say(f"planted bug, {planted}: seen after {kills} kills: {seen[0][:200]}")
            return max(kills, 1)
    say(f"planted bug, {planted}: NOT caught in {kills} kills")
    return 0


def _play(job: tuple[Path, Task]) -> Episode:
    """One episode: kills, then a drain without any, then the comparison."""
    folder, task = job
    draws = random.Random(f"{task.seed}/{task.number}/{task.planted}")
    home = Path(tempfile.mkdtemp(prefix=f"episode-{task.number}-", dir=folder))
    places = _lay_out(folder, home, planted=task.planted)
    episode = Episode(task.number, task.planted)
    try:
        _Player(episode, places, draws).play(task.kills)
        _drain(places)
        episode.faults += _compared(places)
    except AssertionError as error:
        episode.faults.append(f"stuck: {error}")
    finally:
        shutil.rmtree(home)
    return episode


def _lay_out(folder: Path, home: Path, *, planted: str) -> list[Any]:
    """Both offices as they were founded, with a shared folder each way."""
    from campaigns.kill_deeds import Place

    for name in ("to-0", "to-1"):
        (home / name).mkdir()
    places = []
    for side, cast in enumerate(offices.BOTH):
        shutil.copytree(folder / "template" / cast.side, home / cast.side)
        places.append(
            Place(
                home=home / cast.side,
                other=offices.BOTH[1 - side].code,
                outbound=home / f"to-{1 - side}",
                inbound=home / f"to-{side}",
                line=home / "line",
                planted=planted,
            )
        )
    return places


class _Player:
    """Does deeds at both offices, most of which end in a kill."""

    def __init__(self, episode: Episode, places: list[Any], draws: random.Random) -> None:
        self._episode = episode
        self._places = places
        self._draws = draws
        self._usual: dict[str, int] = {}

    def play(self, kills: int) -> None:
        """Deeds in any order at either side, until enough kills were given."""
        for _ in range(_STEPS_MAX):
            if len(self._episode.kills) >= kills:
                return
            side = self._draws.randrange(2)
            deed = self._draws.choice(_PLANTED_DEEDS.get(self._episode.planted, _DEEDS))
            if deed == "call":
                self._call(side)
            elif deed in {"send", "send_film"}:
                self._episode.notes += 1
                self._do(side, deed, number=f"{side}-{self._episode.notes}")
            else:
                self._do(side, deed)

    def _call(self, side: int) -> None:
        """One call over the line; what is on it is gone when it ends."""
        line = self._places[0].line
        line.mkdir()
        for deed, who in _CALL:
            # what the killed end had put on the line before may still be heard
            done = self._do(side ^ who, deed)
            if not done and not self._episode.planted and self._draws.random() < _LINE_CUT:
                break
        shutil.rmtree(line)

    def _do(self, side: int, deed: str, **facts: Any) -> bool:
        """One deed in a child, killed or spared; whether it came to its end."""
        from campaigns.kill_deeds import doing

        place, fate = self._places[side], self._draws.random()
        fatal = seconds = None
        if _PLANTED_IN.get(self._episode.planted, deed) != deed:
            fate = _BY_TIME  # spared
        if fate < _BY_TIME:
            seconds = self._draws.random() * _SECONDS
        elif fate >= _BY_TIME + _SPARED and self._usual.get(deed):
            fatal = self._draws.randrange(self._usual[deed])
        child = children.start(
            doing(place, deed, **facts), moments=children.Moments(fatal, only=deed)
        )
        outcome = children.wait(*child, kill_after=seconds)
        if outcome.killed:
            self._episode.kills.append(outcome.where or f"at a time in {deed}")
            return False
        if outcome.error:
            raise AssertionError(f"{deed} in {place.home.name}: {outcome.error}\n{outcome.trace}")
        self._usual[deed] = max(self._usual.get(deed, 0), outcome.moments)
        return True


def _drain(places: list[Any]) -> None:
    """Both offices do everything without kills, until nothing is left to say."""
    from campaigns.kill_deeds import doing

    for _ in range(_DRAINS):
        for place in places:
            for deed in ("collect", "apply", "carry"):
                children.must(doing(place, deed))


def _compared(places: list[Any]) -> list[str]:
    """What is lost, applied twice, unfinished or unsound; empty where nothing is."""
    from campaigns.kill_deeds import doing

    ledgers = [children.must(doing(place, "look")) for place in places]
    faults = []
    for side in range(2):
        sent, came = Counter(ledgers[side]["sent"]), Counter(ledgers[1 - side]["came"])
        faults += [f"lost: {number}" for number in sent - came]
        faults += [f"applied twice: {number}" for number, count in came.items() if count > 1]
        faults += [f"unexpected: {number}" for number in came.keys() - sent.keys()]
        ledger = ledgers[side]
        faults += [f"applied twice: {name}" for name in ledger["accepted twice"]]
        wanted = {"unfinished": 0, "integrity": "ok", "trail whole": True}
        faults += [
            f"{name}: {ledger[name]}" for name, value in wanted.items() if ledger[name] != value
        ]
        if set(ledger["states"]) - {"applied"}:
            faults.append(f"states: {ledger['states']}")
    return faults


def _spread(kills: list[str]) -> str:
    """Where the kills fell."""
    fell = Counter(kill.rpartition(" in ")[2] for kill in kills)
    kinds = Counter(kill.rpartition(" in ")[0] for kill in kills)
    return f"kills: {dict(fell.most_common())}; {dict(kinds.most_common())}"


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.1f} s"
