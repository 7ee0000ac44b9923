"""Seeded draws. Every name has its own stream, so that taking one act out of a plan, as shrinking
does, leaves what every other act draws as it was.
"""

from __future__ import annotations

import random


def stream(seed: int, *names: object) -> random.Random:
    """The draws of one name under one seed, the same in every process and on every machine.

    A text seed goes through SHA-512 inside `random`, so `PYTHONHASHSEED` has no part in it.
    """
    return random.Random("/".join(str(part) for part in (seed, *names)))
