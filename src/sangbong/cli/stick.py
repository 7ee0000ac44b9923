"""`sangbong stick …`: carry sealed papers in a folder, where there is no line."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_MIB = 1024 * 1024
_EVIDENCE = "증거만 담았습니다 / evidence alone"
_NOTHING = "보낼 것이 없습니다 / nothing to say to {0}"
_OUTCOMES = {
    "read": "읽었습니다 / read",
    "already_read": "전에 읽은 묶음입니다 / read before",
    "older": "전에 읽은 것보다 오래된 묶음입니다 / read, older than one read before",
    "for_another": "다른 사무소의 묶음입니다 / for another office",
    "stranger": "모르는 사무소의 묶음입니다 / from an office unknown here",
    "not_a_bundle": "묶음이 아닙니다 / not a bundle",
    "later_version": "아직 모르는 판입니다 / of a version not known here",
    "cut_short": "잘린 묶음입니다 / cut short: {0.whole} of {0.listed} members",
    "damaged": "손상된 묶음입니다 / damaged: nothing was taken",
}


@click.group()
def stick() -> None:
    """Carry sealed papers on a stick, or in any folder."""


@stick.command()
@click.option("--to", "recipient", required=True, help="The office they are for, such as KP-PYO.")
@click.option("--size", type=int, help="Megabytes free on the stick; without it, all that waits.")
@click.pass_obj
def plan(home: Path, recipient: str, size: int | None) -> None:
    """List what a stick to an office would hold now, and how large it is; nothing is written."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.kernel.ids import office_code
    from sangbong.liaison import queries

    listed = queries.packing_list(
        office_code(recipient), size=None if size is None else size * _MIB
    )
    if listed.is_empty and not listed.dispatches:
        click.echo(_NOTHING.format(recipient))
        return
    for one in listed.dispatches:
        film = (
            f", 영상 조각 / film pieces {one.pieces}/{one.film_pieces}" if one.film_pieces else ""
        )
        click.echo(f"{one.id}  {one.kind}  {one.length} bytes{film}")
    told = listed.plan
    click.echo(
        f"접수 확인 / receipts {listed.receipts}; 파일 / files {len(told.files)};"
        f" 크기 / at most {-(-listed.bytes // _MIB)} MB"
    )
    if told.envelopes_left or told.pieces_left:
        click.echo(
            f"다음으로 미룸 / has to wait: 송달문 / dispatches {told.envelopes_left},"
            f" 영상 조각 / film pieces {told.pieces_left}"
        )


@stick.command()
@click.argument("folder", type=_FOLDER)
@click.option("--to", "recipient", required=True, help="The office they are for, such as KP-PYO.")
@click.option("--size", type=int, help="Write at most so many megabytes.")
@click.pass_obj
def write(home: Path, folder: Path, recipient: str, size: int | None) -> None:
    """Write into FOLDER all that another office should have: papers, films, receipts.

    What was written on an earlier stick and not receipted yet goes again.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    from sangbong.kernel.ids import office_code
    from sangbong.liaison import operations

    carried = operations.carry_to_folder(
        now=settings.CLOCK.now(),
        recipient=office_code(recipient),
        folder=folder,
        size=None if size is None else size * _MIB,
    )
    for one in carried:
        films = f", {one.pieces} film pieces" if one.pieces else ""
        held = f"{one.envelopes} papers, {one.receipts} receipts{films}"
        empty = not (one.envelopes or one.receipts or one.pieces)
        click.echo(f"{one.file_name}: {_EVIDENCE if empty else held}")
    if not carried:
        click.echo(_NOTHING.format(recipient))


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

    from sangbong.kernel.errors import message
    from sangbong.liaison import operations

    reports = operations.collect_from_folder(
        now=settings.CLOCK.now(), folder=folder, take_away=take_away
    )
    for report in reports:
        told = _OUTCOMES[report.outcome].format(report)
        if report.outcome in {"read", "older", "cut_short"}:
            films = f", {report.pieces} film pieces" if report.pieces else ""
            told += f": {report.envelopes} papers, {report.receipts} receipts{films}"
        click.echo(f"{report.file_name}: {report.sender} {told}".replace(":  ", ": "))
        for fault in report.faults:
            click.echo(f"  not taken: {fault.what}: {fault.code}", err=True)
            if not message(fault.code, "ko").count("{"):
                click.echo(
                    f"  {message(fault.code, 'ko')}\n  {message(fault.code, 'en')}", err=True
                )
    if not reports:
        click.echo("받을 것이 없습니다 / no bundle for this office here")
    sys.exit(1 if any(report.faults for report in reports) else 0)
