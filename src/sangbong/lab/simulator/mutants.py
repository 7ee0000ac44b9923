"""Planted bugs, which the checkers must see."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sangbong.lab.simulator.world import World

Plant = Callable[[World], AbstractContextManager[None]]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug: its name, and how it gets into a world and out of the process again."""

    name: str
    planted: Plant


MUTANTS: dict[str, Mutant] = {}
