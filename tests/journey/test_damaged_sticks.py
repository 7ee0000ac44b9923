"""Damaged sticks are refused by a real office, and a reader that checks less is caught."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MUTANTS = 500


@pytest.mark.journey
def test_damage_is_refused_with_a_code_and_an_unchecked_signature_is_caught():
    # measuring the lines of children that end at once costs time and keeps nothing
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }
    told = subprocess.run(
        [sys.executable, "-m", "campaigns", "--only", "bundles"],
        cwd=ROOT,
        env=environment | {"MUTANTS": str(MUTANTS), "WORKERS": "2"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr

    answer = json.loads(told.stdout.splitlines()[-1])
    assert {
        name: answer[name] for name in ("name", "rounds", "failures", "planted_bug_caught")
    } == {"name": "bundles", "rounds": MUTANTS, "failures": 0, "planted_bug_caught": True}
    assert answer["trials"] > 10 * MUTANTS
