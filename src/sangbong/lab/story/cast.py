"""The staff of the offices: invented people, one for each kind of work."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sangbong.kernel.errors import SangbongError
from sangbong.lab.story.stage import Progress, Side, Stage, Step, korea
from sangbong.office import operations, queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.registry import operations as registry
from sangbong.registry.core.layouts import Layout
from sangbong.registry.operations import ImportReport

_CAST: dict[Side, tuple[tuple[str, str, Role], ...]] = {
    Side.SEOUL: (
        ("seo", "서은하", Role.CLERK),
        ("han", "한도윤", Role.LIAISON_OFFICER),
        ("moon", "문가람", Role.HALL_OPERATOR),
        ("baek", "백서진", Role.COMPLIANCE),
        ("noh", "노유진", Role.AUDITOR),
        ("min", "민태오", Role.ADMINISTRATOR),
    ),
    Side.PYONGYANG: (
        ("kwon", "권송이", Role.CLERK),
        ("ri", "리명진", Role.LIAISON_OFFICER),
        ("jang", "장철민", Role.HALL_OPERATOR),
        ("ryu", "류은경", Role.COMPLIANCE),
        ("ro", "로경수", Role.AUDITOR),
        ("hyon", "현일국", Role.ADMINISTRATOR),
    ),
    Side.WASHINGTON: (
        ("harlow", "Jane Harlow", Role.LIAISON_OFFICER),
        ("choe", "Daniel Choe", Role.ADMINISTRATOR),
    ),
}


def _due(stage: Stage) -> bool:
    del stage
    return not queries.staff()


def _act(stage: Stage, now: datetime, progress: Progress) -> tuple[str, str]:
    del progress
    for username, name, role in _CAST[stage.side]:
        operations.add_staff(
            now=now,
            actor=Actor("system:demo", "demo"),
            username=username,
            display_name=name,
            role=role,
            password=None,
            language="en" if stage.side is Side.WASHINGTON else "ko",
        )
    count = len(_CAST[stage.side])
    return f"{count} people begin work", f"직원 {count}명이 업무를 시작했습니다"


def import_file(
    now: datetime, actor: Actor, layout: Layout, path: Path, progress: Callable[[int], None]
) -> ImportReport:
    """Take one file of the world in.

    Raises:
        SangbongError: `lab.import_refused`; the world wrote a line that the register refuses.
    """
    report = registry.import_csv(
        now=now,
        actor=actor,
        layout=layout,
        filename=path.name,
        data=path.read_bytes(),
        progress=progress,
    )
    if report.faults:
        first = report.faults[0]
        raise SangbongError("lab.import_refused", line=first.line or 0, code=first.code)
    return report


STAFF = Step("staff", korea(6, 20, 9), _due, _act)
