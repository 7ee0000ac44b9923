from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from click.testing import CliRunner

from sangbong.cli.demo import drill
from sangbong.kernel.ids import OfficeCode
from sangbong.lab.simulator import report
from sangbong.lab.simulator.mutants import MUTANTS, Mutant
from sangbong.lab.simulator.plan import ActKind, Plan, draw_plan, with_acts
from sangbong.lab.simulator.real import RealSmith
from sangbong.lab.simulator.run import simulate
from sangbong.lab.simulator.shrink import shrink
from sangbong.liaison.adapters.sealing import AesPieces

SEEDS = 50
DAYS = 20
MUTANT_DAYS = 60
MUTANT_SEEDS = 12
SLOW_TO_FIND = {"gap-waited-for"}
"""Found by the campaign only (`make campaign ONLY=simulation`), since it takes dozens of histories."""


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_promise_holds_in_a_seeded_history(seed: int) -> None:
    """Rules SV1 to SV4, SC1 to SC6, SR2."""
    outcome = simulate(draw_plan(seed, days=DAYS))
    assert (outcome.rule, outcome.text) == ("", "")
    assert outcome.papers > 0


@pytest.mark.parametrize("mutant", [pytest.param(one, id=one.name) for one in MUTANTS])
def test_a_planted_bug_is_found(mutant: Mutant) -> None:
    if mutant.name in SLOW_TO_FIND:
        return
    for seed in range(1, MUTANT_SEEDS):
        if not simulate(draw_plan(seed, days=MUTANT_DAYS), mutant=mutant).held:
            return
    pytest.fail(f"{mutant.name} lives")


def test_a_plan_has_every_kind_of_act_and_is_the_same_each_time() -> None:
    """Rules SP1 and SP2."""
    plan = draw_plan(3, days=500)
    assert plan == draw_plan(3, days=500)
    assert {act.kind for act in plan.acts} == set(ActKind)
    assert {act.kind for act in plan.acts} - {act.kind for act in plan.faults} == {
        kind for kind in ActKind if not kind.is_fault
    }
    assert draw_plan(3, days=10, offices=4).offices == 4


def test_the_same_seed_decides_the_same_in_another_process_with_another_hash_seed() -> None:
    """Rule SR4."""
    told = set()
    for hash_seed in ("0", "1", "4711"):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "sangbong.cli", "drill", "simulate"),
                *("--seed", "7", "--days", "15"),
            ],
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(done.stdout.partition("trace ")[2].split(" ")[0])
    assert told == {simulate(draw_plan(7, days=15)).digest[:16]}


def test_a_trace_that_is_kept_is_the_one_that_is_not() -> None:
    """Rule SR4."""
    kept = simulate(draw_plan(7, days=15), keep_trace=True)
    assert kept.lines
    assert report.without_trace(kept) == simulate(draw_plan(7, days=15))
    assert simulate(draw_plan(8, days=15)).digest != kept.digest


@pytest.mark.parametrize("seed", [4, 9])
def test_the_real_cryptography_decides_the_same(seed: int) -> None:
    """The ports hide nothing: only keys, ciphertext and signatures differ."""
    plan = draw_plan(seed, days=20)
    ours = simulate(plan, keep_trace=True)
    real = simulate(plan, smith=RealSmith(seed), cipher=AesPieces(), keep_trace=True)
    assert real.lines == ours.lines
    assert real.digest == ours.digest


def test_a_failing_history_shrinks_to_one_that_a_person_reads() -> None:
    mutant = next(one for one in MUTANTS if one.name == "header-not-bound")
    outcome = simulate(draw_plan(2, days=15), mutant=mutant)
    assert not outcome.held
    told = report.failure(outcome, commit="0123abc", runs=300, mutant=mutant)
    assert told[0].startswith("SV4 broke: ")
    assert told[1] == f"seed 2, step {outcome.step}, commit 0123abc"
    assert told[2] == "again: make simulate SEED=2 DAYS=15 OFFICES=3 MUTANT=header-not-bound"
    assert told[4] == "SV4 breaks in 2 of its 142 acts, too:"
    assert (" paper (" in told[5], " transplant " in told[6]) == (True, True)
    assert told[-1].startswith("  BROKEN SV4: ")


def test_a_history_that_cannot_shrink_stays() -> None:
    plan = draw_plan(1, days=3)
    assert shrink(plan, lambda _: "", rule="SC1") == plan
    assert shrink(plan, lambda _: "SC1", rule="SC1", runs=0) == plan
    assert shrink(plan, lambda _: "SC1", rule="SC1").acts == ()


def test_a_long_story_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_LINES_MAX", 3)
    monkeypatch.setattr(report, "shrink", lambda plan, *_, **__: plan)
    mutant = next(one for one in MUTANTS if one.name == "gap-applied")
    outcome = simulate(draw_plan(1, days=40), mutant=mutant)
    told = report.failure(outcome, commit="", runs=1)
    assert told[1].endswith("commit not known")
    assert told[-1].endswith(" more, see --trace")


def test_the_command_tells_one_line_or_the_whole_story() -> None:
    runner = CliRunner()
    held = runner.invoke(drill, ["simulate", "--seed", "7", "--days", "5", "--trace"])
    assert (held.exit_code, "all held" in held.output) == (0, True)
    assert len(held.output.splitlines()) > 5
    broken = ["simulate", "--seed", "1", "--days", "20", "--mutant", "film-not-awaited"]
    found = runner.invoke(drill, broken)
    assert (found.exit_code, "SV2 broke: " in found.output) == (1, True)
    for wrong in (["--mutant", "no-such"], ["--offices", "6"]):
        assert runner.invoke(drill, ["simulate", *wrong]).exit_code == 2


def test_a_quiet_world_needs_few_contacts() -> None:
    plan = draw_plan(5, days=30)
    quiet = with_acts(plan, [act for act in plan.acts if not act.kind.is_fault])
    outcome = simulate(quiet)
    assert (outcome.rule, outcome.crashes, outcome.restores) == ("", 0, 0)
    assert outcome.contacts <= 6
    assert report.one_line(outcome).startswith("seed 5: ")


def test_a_plan_says_what_happens() -> None:
    plan: Plan = draw_plan(3, days=100)
    said = [act.said for act in plan.acts]
    assert any("clock jump" in one for one in said)
    assert all(one.startswith("day ") and OfficeCode("KR-SEL")[2] in one for one in said)
    assert replace(plan.acts[0], word="w", ticks=3).said.count("(w)") == 1
