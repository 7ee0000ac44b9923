"""`sangbong stick …`: carry sealed papers in a folder, where there is no line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def stick() -> None:
    """Carry sealed papers on a stick, or in any folder."""


@stick.command()
@click.argument("folder", type=_FOLDER)
@click.option("--to", "recipient", required=True, help="The office they are for, such as KP-PYO.")
@click.pass_obj
def write(home: Path, folder: Path, recipient: str) -> None:
    """Write into FOLDER all that another office should have: papers, receipts.

    What was written on an earlier stick and not receipted yet goes again.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    from sangbong.kernel.ids import office_code
    from sangbong.liaison import operations

    carried = operations.carry_to_folder(
        now=settings.CLOCK.now(), recipient=office_code(recipient), folder=folder
    )
    for one in carried:
        click.echo(f"{one.file_name}: {one.envelopes} papers, {one.receipts} receipts")
    if not carried:
        click.echo(f"보낼 것이 없습니다 / nothing to say to {recipient}")


@stick.command()
@click.argument("folder", type=_FOLDER)
@click.option("--take-away", is_flag=True, help="Remove each bundle that was read and stored.")
@click.pass_obj
def read(home: Path, folder: Path, *, take_away: bool) -> None:
    """Read and store every bundle in FOLDER that is for this office; the worker applies them.

    The same bundle may be read any number of times. Exit status 1 if something was not taken.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    from sangbong.liaison import operations

    reports = operations.collect_from_folder(
        now=settings.CLOCK.now(), folder=folder, take_away=take_away
    )
    for report in reports:
        told = (
            "read before"
            if report.already_read
            else f"{report.envelopes} papers, {report.receipts} receipts"
        )
        click.echo(f"{report.file_name}: {report.sender} {told}".rstrip())
        for fault in report.faults:
            click.echo(f"  not taken: {fault.what}: {fault.code}", err=True)
    if not reports:
        click.echo("받을 것이 없습니다 / no bundle for this office here")
    sys.exit(1 if any(report.faults for report in reports) else 0)
