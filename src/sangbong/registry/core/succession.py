"""An application that goes on from a dead applicant's: links back, never round in a ring."""

from __future__ import annotations

from collections.abc import Mapping


def in_a_ring(links: Mapping[int, int], start: int) -> bool:
    """Whether following the links from an application comes back to one already passed."""
    passed = {start}
    at = start
    while at in links:
        at = links[at]
        if at in passed:
            return True
        passed.add(at)
    return False
