"""Whole rounds of 200 applicants end as they must whenever an office's process is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KILLS = 20


@pytest.mark.journey
def test_rounds_end_alike_under_kills_and_a_receipt_before_the_commit_is_caught():
    # measuring the lines of processes that are killed costs time and keeps nothing
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }
    told = subprocess.run(
        [sys.executable, "-m", "campaigns", "--only", "round-kill"],
        cwd=ROOT,
        env=environment | {"KILLS": str(KILLS)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr

    answer = json.loads(told.stdout.splitlines()[-1])
    assert {
        name: answer[name] for name in ("name", "trials", "failures", "planted_bug_caught")
    } == {
        "name": "round-kill",
        "trials": KILLS,
        "failures": 0,
        "planted_bug_caught": True,
    }
