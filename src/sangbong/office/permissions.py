"""Who may do what: a table of roles, not a chain of ifs."""

from __future__ import annotations

from sangbong.office.core.roles import Role

DEEDS: dict[str, frozenset[Role]] = {
    "today.see": frozenset(Role),
    "people.see": frozenset({Role.CLERK, Role.LIAISON_OFFICER, Role.COMPLIANCE}),
    "people.import": frozenset({Role.CLERK}),
    "people.change": frozenset({Role.CLERK}),
    "rounds.see": frozenset(
        {Role.CLERK, Role.LIAISON_OFFICER, Role.COMPLIANCE, Role.AUDITOR, Role.HALL_OPERATOR}
    ),
    "rounds.run": frozenset({Role.CLERK}),
    "inquiries.see": frozenset({Role.CLERK, Role.LIAISON_OFFICER}),
    "inquiries.decide": frozenset({Role.CLERK, Role.LIAISON_OFFICER}),
    "letters.see": frozenset({Role.CLERK, Role.LIAISON_OFFICER, Role.COMPLIANCE}),
    "letters.screen": frozenset({Role.CLERK, Role.LIAISON_OFFICER}),
    "letters.release": frozenset({Role.COMPLIANCE, Role.LIAISON_OFFICER}),
    "sittings.see": frozenset({Role.CLERK, Role.LIAISON_OFFICER, Role.HALL_OPERATOR}),
    "sittings.run": frozenset({Role.LIAISON_OFFICER, Role.HALL_OPERATOR}),
    "channel.see": frozenset({Role.LIAISON_OFFICER, Role.COMPLIANCE, Role.AUDITOR, Role.CLERK}),
    "channel.send": frozenset({Role.LIAISON_OFFICER}),
    "papers.type": frozenset({Role.CLERK, Role.LIAISON_OFFICER}),
    "line.record": frozenset({Role.LIAISON_OFFICER}),
    "reports.see": frozenset(Role),
    "office.see": frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.COMPLIANCE}),
    "office.change": frozenset({Role.ADMINISTRATOR}),
    "audit.see": frozenset({Role.AUDITOR, Role.COMPLIANCE, Role.ADMINISTRATOR}),
    "gallery.see": frozenset(Role),
}


def may(role: Role, deed: str) -> bool:
    """Whether a role may do a deed.

    Raises:
        KeyError: the deed is not in the table: our mistake.
    """
    return role in DEEDS[deed]
