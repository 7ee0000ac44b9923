"""A run as a person reads it: what happened in one line, and a failure with its short history."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sangbong.lab.simulator.mutants import Mutant
from sangbong.lab.simulator.plan import Plan
from sangbong.lab.simulator.run import Outcome, simulate
from sangbong.lab.simulator.shrink import shrink

_LINES_MAX = 60


def one_line(outcome: Outcome) -> str:
    """What came of a run."""
    plan = outcome.plan
    end = f"BROKEN {outcome.rule}: {outcome.text}" if outcome.rule else "all held"
    return (
        f"seed {plan.seed}: {plan.offices} offices, {plan.days} days, {outcome.papers} papers, "
        f"{len(plan.faults)} faults, {outcome.crashes} crashes, {outcome.restores} offices put back, "
        f"at rest after {outcome.contacts} contacts; {end}; trace {outcome.digest[:16]}"
    )


def failure(outcome: Outcome, *, commit: str, runs: int, mutant: Mutant | None = None) -> list[str]:
    """Everything that is needed to understand a failing run, the shortest history found first."""
    plan = outcome.plan

    def breaks(fewer: Plan) -> str:
        return simulate(fewer, mutant=mutant).rule

    short = shrink(plan, breaks, rule=outcome.rule, runs=runs)
    played = simulate(short, mutant=mutant, keep_trace=True)
    again = f"make simulate SEED={plan.seed} DAYS={plan.days} OFFICES={plan.offices}"
    return [
        f"{outcome.rule} broke: {outcome.text}",
        f"seed {plan.seed}, step {outcome.step}, commit {commit or 'not known'}",
        f"again: {again}{f' MUTANT={mutant.name}' if mutant else ''}",
        "",
        f"{outcome.rule} breaks in {len(short.acts)} of its {len(plan.acts)} acts, too:",
        *(f"  {act.said}" for act in short.acts),
        "",
        f"What was decided in it (tick, office, decision), {played.text}:",
        *_shortened(played.lines),
    ]


def _shortened(lines: tuple[str, ...]) -> Iterator[str]:
    for line in lines[:_LINES_MAX]:
        yield f"  {line}"
    if len(lines) > _LINES_MAX:
        yield f"  … {len(lines) - _LINES_MAX} more, see --trace"


def without_trace(outcome: Outcome) -> Outcome:
    """The outcome alone, to be handed from one process to another."""
    return replace(outcome, lines=())
