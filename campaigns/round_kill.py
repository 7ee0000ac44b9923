"""Whole rounds between two offices whose processes are killed at drawn commits, syncs and renames.

A round without kills comes first: it counts the moments at which a kill can fall and gives the ends
that every later round must reach, row for row. Then rounds are killed, each at moments drawn from the
campaign's seed and the round's number; each stick then in a drive is lost with it one time in two, and
its writer has to write it again. At last the same rounds run with a planted bug, *receipt before commit*,
until the same comparison notices.
"""

from __future__ import annotations

import itertools
import multiprocessing
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from campaigns import children, offices
from campaigns.children import Moments
from campaigns.result import Result, Wishes

APPLICANTS, REGISTER = 200, 1_000
KILLS_A_ROUND = 10
PLANTED_BUG = "receipt before commit"
PLANTED_KILLS_A_ROUND = 3
PLANTED_ROUNDS_MAX = 20
_TURNS_MAX = 60
_FILM_SECONDS = 1.0
_EXTRA_ROUNDS = 3
_STICK_LOST = 0.5

Say = Callable[[str], None]


@dataclass(slots=True)
class RoundEnd:
    """How one round ended. `difference` is empty where it ended as it had to."""

    number: int
    kills: list[str] = field(default_factory=list)
    moments: int = 0
    turns: int = 0
    seconds: float = 0.0
    difference: str = ""
    seen: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class House:
    """What all rounds share: a folder with the world and the founded offices, and both parts."""

    folder: Path
    stages: dict[str, Any]

    def places(self, home: Path) -> dict[str, Any]:
        """Both offices of a round in a folder of its own, with a shared folder each way."""
        from campaigns.turns import Place

        sticks = {side: home / f"to-{side}" for side in self.stages}
        for one in sticks.values():
            one.mkdir(parents=True)
        for side in self.stages:
            shutil.copytree(self.folder / "template" / side, home / side)
        south, north = self.stages
        return {
            side: Place(home / side, self.stages[side], sticks[side], sticks[other])
            for side, other in ((south, north), (north, south))
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """One round to play: which kills, and whether with the planted bug."""

    number: int
    seed: int
    kills: tuple[int, ...] = ()
    planted: bool = False

    def draws(self, purpose: str) -> random.Random:
        """The round's own random numbers for one purpose."""
        return random.Random(f"{self.seed}/{self.number}/{purpose}")


def run(wishes: Wishes, say: Say = print) -> Result:
    """Kill until `trials` kills were given; then show that the planted bug is caught."""
    started = time.monotonic()
    with _folder(wishes.keep) as folder:
        house = _build(folder)
        say(f"two offices founded, {APPLICANTS} families invented: {_since(started)}")
        rehearsal = _play(house, Plan(0, wishes.seed))
        if rehearsal.difference or _unsound(house, rehearsal.seen):
            say(f"without kills: {rehearsal.difference or _unsound(house, rehearsal.seen)}")
            return _result(wishes, started, trials=0, failures=1, caught_at=0, rounds=1)
        say(
            f"without kills: {rehearsal.moments} moments, {rehearsal.turns} turns,"
            f" {rehearsal.seconds:.1f} s"
        )
        ends = _killed_rounds(house, wishes, rehearsal, say)
        say(_spread([kill for end in ends for kill in end.kills]))
        failures = sum(bool(end.difference) for end in ends)
        caught_at = _catch_planted(house, wishes, rehearsal, say)
    return _result(
        wishes,
        started,
        trials=sum(len(end.kills) for end in ends),
        failures=failures,
        caught_at=caught_at,
        rounds=len(ends),
    )


def _result(
    wishes: Wishes, started: float, *, trials: int, failures: int, caught_at: int, rounds: int
) -> Result:
    return Result(
        name="round-kill",
        seed=wishes.seed,
        trials=trials,
        failures=failures,
        planted_bug_caught=caught_at > 0,
        planted_bug_caught_at=caught_at,
        # the rule of three; with a failure the bound is another one, and the failure is the news
        rate_below=1.0 if failures or not trials else round(3 / trials, 4),
        rounds=rounds,
        seconds=round(time.monotonic() - started, 1),
    )


def _build(folder: Path) -> House:
    """The world, both founded offices, a drawn film: made once, copied for each round."""
    offices.prepare(folder)
    from sangbong.lab.film import draw_film
    from sangbong.lab.story import Side, Stage
    from sangbong.lab.world import make_world

    world = folder / "world"
    make_world(seed=21, applicants=APPLICANTS, register=REGISTER, folder=world)
    film = children.must(lambda _: str(draw_film(folder / "film.mp4", seconds=_FILM_SECONDS)))
    offices.found_both(folder / "template")
    stages = {
        side.value: Stage.load(side=side, world=world, film=Path(film))
        for side in (Side.SEOUL, Side.PYONGYANG)
    }
    return House(folder, stages)


def _killed_rounds(house: House, wishes: Wishes, rehearsal: RoundEnd, say: Say) -> list[RoundEnd]:
    ends: list[RoundEnd] = []
    per_round = min(KILLS_A_ROUND, wishes.trials)
    wanted = -(-wishes.trials // per_round)

    def plan(number: int) -> Plan:
        drawn = Plan(number, wishes.seed)
        kills = sorted(drawn.draws("kills").sample(range(rehearsal.moments), per_round))
        return Plan(number, wishes.seed, tuple(kills))

    def heard(end: RoundEnd) -> None:
        end.difference = (
            end.difference or _differing(rehearsal.seen, end.seen) or _unsound(house, end.seen)
        )
        ends.append(end)
        say(_line(end, wishes))

    if wishes.only_round is not None:
        heard(_play(house, plan(wishes.only_round)))
        return ends
    with multiprocessing.get_context("fork").Pool(wishes.workers, _begin, (house,)) as pool:
        for end in pool.imap_unordered(_play_planned, map(plan, range(1, wanted + 1))):
            heard(end)
        # a kill drawn near the end may find its round already over
        for number in itertools.islice(itertools.count(wanted + 1), _EXTRA_ROUNDS):
            if sum(len(end.kills) for end in ends) >= wishes.trials:
                break
            heard(pool.apply(_play_planned, (plan(number),)))
    return ends


_house: list[House] = []


def _begin(house: House) -> None:
    """A worker of the pool: it only forks offices."""
    children.die_with_parent()
    _house[:] = [house]


def _play_planned(plan: Plan) -> RoundEnd:
    return _play(_house[0], plan)


def _play(house: House, plan: Plan) -> RoundEnd:
    """One round from its first day to its report, whoever dies on the way."""
    from campaigns.turns import RECEIVE_PHASE, look, play

    started = time.monotonic()
    end = RoundEnd(plan.number)
    home = house.folder / f"{'planted' if plan.planted else 'round'}-{plan.number}"
    places = house.places(home)
    due, sticks = list(plan.kills), plan.draws("sticks")
    idle = 0
    while idle < 2 and not end.difference:
        work = 0
        for side, place in places.items():
            outcome = _turn(
                end,
                side,
                due,
                lambda moments, place=place: play(moments, place, planted=plan.planted),
                only=RECEIVE_PHASE if plan.planted else "",
                lose=lambda place=place: _lose_sticks(place, plan, sticks),
            )
            if outcome.error or outcome.result["faults"]:
                end.difference = (
                    f"{side}: {outcome.error or outcome.result['faults']}\n{outcome.trace}"
                )
                break
            work += outcome.result["work"]
        idle = 0 if work else idle + 1
        end.turns += 1
        if end.turns > _TURNS_MAX:
            end.difference = f"the round has not ended after {_TURNS_MAX} turns"
    for side, place in places.items():
        outcome = children.do(lambda moments, place=place: look(moments, place))
        end.seen[side] = outcome.result or {}
        if outcome.error and not end.difference:
            end.difference = f"{side} cannot report: {outcome.error}"
    if not end.difference and not end.seen["seoul"]["closed"]:
        end.difference = "both offices are idle, and the round is not closed"
    if not end.difference or plan.planted:
        shutil.rmtree(home)
    end.seconds = time.monotonic() - started
    return end


def _turn(
    end: RoundEnd,
    side: str,
    due: list[int],
    deed: Callable[[Moments], Any],
    *,
    only: str,
    lose: Callable[[], str],
) -> children.Outcome:
    """One office's turn, begun again after each kill."""
    while True:
        fatal = max(0, due[0] - end.moments) if due else None
        outcome = children.do(deed, fatal=fatal, only=only)
        end.moments += outcome.moments
        if not outcome.killed:
            return outcome
        if not due:
            return children.Outcome(killed=True, error="killed by somebody else")
        end.kills.append(f"{due.pop(0)} {side} {outcome.where}{lose()}")


def _lose_sticks(place: Any, plan: Plan, draws: random.Random) -> str:
    """Sticks in the drives are lost with the machine; their writers still have everything on them.

    Under the planted bug it is the one being read, while the early receipt is on its way.
    """
    taken = [place.inbound] if plan.planted else []
    if not plan.planted:
        taken = [one for one in (place.inbound, place.outbound) if draws.random() < _STICK_LOST]
    lost = [bundle for one in taken for bundle in one.glob("*.BDL")]
    for bundle in lost:
        bundle.unlink()
    return ", stick lost" if lost else ""


def _unsound(house: House, seen: dict[str, Any]) -> str:
    """What is wrong with a round's end in itself, measured by the truth; empty where nothing is."""
    from sangbong.lab.judge import judge

    for side, office in seen.items():
        for name, wanted in (
            ("closed", True),
            ("unfinished", 0),
            ("integrity", [["ok"]]),
            ("foreign keys", []),
            ("trail whole", True),
            ("archive faults", []),
        ):
            if office[name] != wanted:
                return f"{side}: {name}: {office[name]}"
    verdict = judge(
        {side: office["report"] for side, office in seen.items()}, house.folder / "world"
    )
    wrong = [
        f"{one.en}: {one.stated}, in truth {one.truth}" for one in verdict.lines if not one.agrees
    ]
    return "; ".join(wrong)


def _differing(wanted: Any, seen: Any, path: str = "") -> str:
    """The first place where two ends differ, and how; empty where they are equal."""
    if isinstance(wanted, dict) and isinstance(seen, dict):
        pairs = [
            (key, wanted.get(key), seen.get(key)) for key in [*wanted, *(seen.keys() - wanted)]
        ]
    elif isinstance(wanted, list) and isinstance(seen, list) and len(wanted) == len(seen):
        pairs = [(number, *both) for number, both in enumerate(zip(wanted, seen, strict=True))]
    else:
        return "" if wanted == seen else f"{path}: {seen!r} instead of {wanted!r}"[:600]
    return next(
        (found for key, one, two in pairs if (found := _differing(one, two, f"{path}/{key}"))), ""
    )


def _line(end: RoundEnd, wishes: Wishes) -> str:
    told = f"round {end.number}: {len(end.kills)} kills, {end.turns} turns, {end.seconds:.1f} s: "
    if not end.difference:
        return told + "ended as without kills"
    return "\n".join(
        (
            f"{told}DIFFERS: {end.difference}",
            *(f"    kill {kill}" for kill in end.kills),
            (
                f"    again: python -m campaigns --only round-kill --seed {wishes.seed}"
                f" --round {end.number} --keep FOLDER"
            ),
        )
    )


def _spread(kills: list[str]) -> str:
    """Where the kills fell: drawn evenly over the moments, so as the round's work is spread."""
    fell = Counter(kill.partition(" in ")[2].partition(",")[0] for kill in kills)
    lost = sum(kill.endswith("stick lost") for kill in kills)
    told = ", ".join(f"{number} in {phase}" for phase, number in fell.most_common())
    return f"kills: {told}; {lost} sticks lost"


def _catch_planted(house: House, wishes: Wishes, rehearsal: RoundEnd, say: Say) -> int:
    """At which kill the planted bug was noticed; 0 if it never was."""
    unseen = _play(house, Plan(0, wishes.seed, planted=True))
    say(
        f"planted bug, {PLANTED_BUG}, without kills: {unseen.moments} moments of receiving,"
        f" {'noticed' if unseen.difference else 'not to be seen'}"
    )
    kills = 0
    for number in range(1, PLANTED_ROUNDS_MAX + 1):
        drawn = Plan(number, wishes.seed, planted=True).draws("planted")
        fatal = sorted(drawn.sample(range(unseen.moments), PLANTED_KILLS_A_ROUND))
        end = _play(house, Plan(number, wishes.seed, tuple(fatal), planted=True))
        kills += len(end.kills)
        noticed = end.difference or _differing(rehearsal.seen, end.seen)
        if noticed:
            say(f"planted bug: caught at kill {kills} ({end.kills[-1]}): {noticed}")
            return kills
    say(f"planted bug: NOT caught in {kills} kills")
    return 0


def _since(started: float) -> str:
    return f"{time.monotonic() - started:.1f} s"


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="sangbong-round-kill-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
