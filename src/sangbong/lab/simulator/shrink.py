"""A long failing history becomes a short one that a person can read.

Acts are taken out in ever smaller groups, and what is left is played again under the same seed
(plan.py, rule SP1), for as long as the same rule breaks. Source: delta debugging, Zeller 1999.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sangbong.lab.simulator.plan import Act, Plan, with_acts

RUNS_MAX = 600

Breaks = Callable[[Plan], str]
"""Plays a plan and says which rule broke, empty if none."""


@dataclass(slots=True)
class _Search:
    breaks: Breaks
    rule: str
    runs_left: int

    def still(self, plan: Plan, acts: Sequence[Act]) -> bool:
        """Whether the same rule breaks with these acts; nothing does once the runs are spent."""
        if self.runs_left <= 0:
            return False
        self.runs_left -= 1
        return self.breaks(with_acts(plan, acts)) == self.rule


def shrink(plan: Plan, breaks: Breaks, *, rule: str, runs: int = RUNS_MAX) -> Plan:
    """The shortest plan found that still breaks the rule; the plan itself where nothing can go."""
    search = _Search(breaks, rule, runs)
    acts = _shortest_beginning(plan, search)
    for kind in sorted({act.kind for act in acts if act.kind.is_fault}):
        fewer = [act for act in acts if act.kind is not kind]
        if search.still(plan, fewer):
            acts = fewer
    return with_acts(plan, _fewest(plan, acts, search))


def _shortest_beginning(plan: Plan, search: _Search) -> list[Act]:
    """Drop the end of the history by halves."""
    acts = list(plan.acts)
    step = len(acts) // 2
    while step:
        while len(acts) > step and search.still(plan, acts[:-step]):
            acts = acts[:-step]
        step //= 2
    return acts


def _fewest(plan: Plan, acts: list[Act], search: _Search) -> list[Act]:
    size = max(1, len(acts) // 2)
    while True:
        before, place = len(acts), 0
        while place < len(acts):
            rest = acts[:place] + acts[place + size :]
            if search.still(plan, rest):
                acts = rest
            else:
                place += size
        if size == 1 and len(acts) == before:
            return acts
        size = max(1, size // 2)
