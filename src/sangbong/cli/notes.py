"""`sangbong note …`: notes between liaison officers, for an office without a browser at hand."""

from __future__ import annotations

import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from sangbong.office.core.actor import Actor

_ACTOR = Actor("system:command-line", "liaison")


@click.group()
def note() -> None:
    """Write notes to the other office, and read those filed."""


@note.command()
@click.option("--to", "recipient", required=True, help="The office it is for, such as KP-PYO.")
@click.option("--number", required=True, help="Our own counting, such as 2018-17.")
@click.option("--sender", required=True, help="Who signs it.")
@click.option("--rank", required=True, help="The rank of who signs it.")
@click.option("--text", required=True, help="What it says; '-' reads standard input.")
@click.option("--answers", default="", help="The number of the note that it answers.")
@click.pass_obj
def send(  # noqa: PLR0917 -- click passes options by name
    home: Path, recipient: str, number: str, sender: str, rank: str, text: str, answers: str
) -> None:
    """File a note and put it into the outbox; the worker or a stick carries it."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings
    from django.db import transaction

    from sangbong.kernel.ids import office_code
    from sangbong.liaison import operations
    from sangbong.liaison.core.custody.papers import NotePaper
    from sangbong.office.queries import own_office

    now = settings.CLOCK.now()
    said = sys.stdin.read() if text == "-" else text
    paper = NotePaper(
        number=number,
        date=now.astimezone(ZoneInfo(own_office().time_zone)).date(),
        sender_name=sender,
        sender_rank=rank,
        text=said.replace("\r\n", "\n").strip() + "\n",
        answers=answers,
    )
    with transaction.atomic():
        dispatch = operations.send_note(
            now=now, actor=_ACTOR, recipient=office_code(recipient), note=paper
        )
    click.echo(dispatch)


@note.command("list")
@click.option("--with", "counterpart", default="", help="Only those to and from this office.")
@click.pass_obj
def list_notes(home: Path, counterpart: str) -> None:
    """Show the notes filed, newest first."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings
    from django.db import transaction

    from sangbong.kernel.ids import office_code
    from sangbong.liaison import queries
    from sangbong.office.core.audit import digest_of_ids
    from sangbong.office.operations import record_audit

    filed = queries.notes(counterpart=office_code(counterpart) if counterpart else None)
    if not filed:
        click.echo("통지문이 없습니다 / no notes")
        return
    shown = [f"note:{one.dispatch_id}" for one in filed]
    with transaction.atomic():
        record_audit(
            now=settings.CLOCK.now(),
            actor=_ACTOR,
            action="liaison.show_notes",
            facts={"count": len(shown), "digest": digest_of_ids(shown)},
        )
    for one in filed:
        answers = f" ← {one.answers}" if one.answers else ""
        click.echo(
            f"{one.written_date} {one.direction} {one.counterpart} {one.number}{answers}: "
            f"{one.sender_rank} {one.sender_name}"
        )
        for line in one.text.rstrip("\n").split("\n"):
            click.echo(f"  {line}")
