"""`sangbong drill simulate`: offices on a seeded clock, disk and line, with the production core."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import click

_SHRINK_RUNS = 400


@click.command()
@click.option("--seed", default=21, show_default=True, help="Which history.")
@click.option("--days", default=100, show_default=True, help="How long it is.")
@click.option("--offices", default=0, help="Two to five; drawn from the seed without it.")
@click.option("--mutant", default="", help="Plant a bug, to see it found.")
@click.option("--trace", is_flag=True, help="Say everything that was decided.")
def simulate(*, seed: int, days: int, offices: int, mutant: str, trace: bool) -> None:
    """Play one seeded history of two to five offices and check what became of every dispatch."""
    from sangbong.lab.simulator import report
    from sangbong.lab.simulator.mutants import MUTANTS
    from sangbong.lab.simulator.plan import OFFICES, draw_plan
    from sangbong.lab.simulator.run import simulate as play

    planted = {one.name: one for one in MUTANTS}
    if mutant and mutant not in planted:
        raise click.BadParameter(f"one of {', '.join(planted)}", param_hint="--mutant")
    if offices and not 2 <= offices <= len(OFFICES):
        raise click.BadParameter(f"2 to {len(OFFICES)}", param_hint="--offices")
    begun = time.monotonic()
    plan = draw_plan(seed, days=days, offices=offices)
    outcome = play(plan, mutant=planted.get(mutant), keep_trace=trace)
    for line in outcome.lines:
        click.echo(line)
    seconds = time.monotonic() - begun
    click.echo(f"{report.one_line(outcome)} ({days / seconds:.0f} days a second)")
    if not outcome.held:
        told = report.failure(
            outcome, commit=_commit(), runs=_SHRINK_RUNS, mutant=planted.get(mutant)
        )
        click.echo("\n".join(told))
        sys.exit(1)


def _commit() -> str:
    """The commit of the source that runs here, empty where it is not known."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=12"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() if asked.returncode == 0 else ""
