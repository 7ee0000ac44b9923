"""`sangbong check`: every setting with its source and fault, the database, the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from sangbong.kernel.errors import SangbongError
from sangbong.office.adapters import configuration

if TYPE_CHECKING:
    from sangbong.archive.adapters.sandbox import Defences


@click.command()
@click.pass_obj
def check(home: Path) -> None:
    """List every setting, its source and its fault, and what protects this office."""
    lines = configuration.describe(home)
    table = Table("setting", "value", "source", "meaning", "fault")
    for line in lines:
        table.add_row(line.name, line.value, line.source, line.meaning, line.fault)
    console = Console()
    console.print(table)
    faults: list[object] = [line for line in lines if line.fault]
    if not faults:
        faults = _look_at_office(home, console)
    sys.exit(1 if faults else 0)


def _look_at_office(home: Path, console: Console) -> list[object]:
    from sangbong.cli.boot import boot_founded

    try:
        boot_founded(home)
    except SangbongError as fault:
        console.print(f"{fault.text('ko')}\n{fault.text('en')}")
        return [fault]
    from sangbong.archive.operations import active_defences
    from sangbong.office.queries import own_office, verify_audit

    office = own_office()
    verdict = verify_audit()
    console.print(f"{office.code}: {office.name_ko} / {office.name_en}")
    console.print("database: safe (WAL, synchronous=FULL, foreign keys, secure delete, IMMEDIATE)")
    console.print(f"sandbox: {_walls(active_defences())}")
    console.print(
        f"audit trail: {verdict.entries} entries, {'whole' if verdict.whole else 'BROKEN'}"
    )
    return [] if verdict.whole else [verdict]


def _walls(found: Defences) -> str:
    """What stands around the sandbox child, and whether its own attempts to get out all failed."""
    walls = {
        "bubblewrap": found.bubblewrap,
        f"Landlock {found.landlock_version}": found.landlock_version > 0,
        "seccomp": found.seccomp,
        "a network of its own": found.own_network,
    }
    standing = ", ".join(name for name, stands in walls.items() if stands) or "limits only"
    return f"{standing}; {'nothing gets out' if found.holds else 'IT CAN GET OUT'}"
