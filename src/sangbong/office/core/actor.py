"""Who acts, and why: every deed about a person carries one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff (by user name) or a part of the machine (`system:…`), and the purpose."""

    staff: str
    why: str
