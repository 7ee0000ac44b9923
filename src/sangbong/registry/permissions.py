"""Who may see people: the office's table of roles, and who may see those who must not be found."""

from __future__ import annotations

from sangbong.office.core.roles import Role
from sangbong.office.permissions import may

_SHIELDED = frozenset({Role.LIAISON_OFFICER, Role.COMPLIANCE})


def may_see_people(role: Role) -> bool:
    """Whether a role sees people at all."""
    return may(role, "people.see")


def may_see_shielded(role: Role) -> bool:
    """Whether a role also sees people who asked not to be found, or must not be."""
    return may_see_people(role) and role in _SHIELDED
