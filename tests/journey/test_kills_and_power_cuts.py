"""Small runs of both campaigns: nothing is lost or applied twice, and every planted bug is seen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def campaign(name: str, **trials: int) -> dict[str, object]:
    # measuring the lines of processes that are killed costs time and keeps nothing
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }
    told = subprocess.run(
        [sys.executable, "-m", "campaigns", "--only", name],
        cwd=ROOT,
        env=environment | {name: str(count) for name, count in trials.items()},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    answer: dict[str, object] = json.loads(told.stdout.splitlines()[-1])
    return {key: answer[key] for key in ("name", "trials", "failures", "planted_bug_caught")}


@pytest.mark.journey
def test_notes_films_and_calls_survive_kills_and_three_planted_bugs_are_seen():
    assert campaign("kill", KILLS=20) == {
        "name": "kill",
        "trials": 20,
        "failures": 0,
        "planted_bug_caught": True,
    }


@pytest.mark.journey
def test_what_an_office_promised_survives_power_cuts_and_three_planted_bugs_are_seen():
    assert campaign("powercut", STATES=150) == {
        "name": "powercut",
        "trials": 150,
        "failures": 0,
        "planted_bug_caught": True,
    }
