"""`sangbong check`: every setting with its source and fault, the database, the sandbox."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from sangbong.kernel.errors import SangbongError
from sangbong.office.adapters import configuration


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
    faults = [line for line in lines if line.fault]
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
    from sangbong.archive.queries import active_defences
    from sangbong.office.queries import own_office, verify_audit

    office = own_office()
    verdict = verify_audit()
    console.print(f"{office.code}: {office.name_ko} / {office.name_en}")
    console.print("database: safe (WAL, synchronous=FULL, foreign keys, secure delete, IMMEDIATE)")
    console.print(f"sandbox: {', '.join(active_defences())}")
    console.print(f"audit trail: {verdict.entries} entries, {'whole' if verdict.whole else 'BROKEN'}")
    return [] if verdict.whole else [verdict]
