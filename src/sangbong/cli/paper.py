"""`sangbong paper …`: dispatches on paper, for an office without a browser at hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sangbong.office.core.actor import Actor

_DAY = click.DateTime(formats=["%Y-%m-%d"])
_BY = click.option("--by", required=True, help="Who does it: a user name of this office.")


@click.group()
def paper() -> None:
    """Print dispatches on paper, and take in their replies."""


@paper.command("print")
@click.argument("dispatch")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PDF to write.",
)
@_BY
@click.pass_obj
def print_(home: Path, dispatch: str, out: Path, by: str) -> None:
    """Set the note DISPATCH as a PDF with its reply form, and tell its serial number."""
    now, actor = _begin(home, by)
    from django.db import transaction

    from sangbong.archive import queries as archive
    from sangbong.liaison.operations.paper import print_note
    from sangbong.liaison.queries.paper import sheet

    with transaction.atomic():
        serial = print_note(now=now, actor=actor, dispatch=dispatch)
    view = sheet(serial)
    out.write_bytes(archive.open_object(view.pdf))
    click.echo(f"{serial}: {view.paper_number}")


@paper.command("list")
@click.pass_obj
def list_papers(home: Path) -> None:
    """Show the papers, those that wait for a reply first, and the replies that wait."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.liaison.queries.paper import open_replies, sheets

    for view in sheets():
        handed = f" {view.handed_on} {view.handed_to}" if view.handed_on else ""
        click.echo(f"{view.serial}: {view.recipient} {view.number} {view.state}{handed}")
    for reply in open_replies():
        click.echo(f"reply {reply.id} to {reply.serial}: {reply.state} {reply.difference}".rstrip())


@paper.command("handed-over")
@click.argument("serial", type=int)
@click.option("--on", required=True, type=_DAY, help="The day, such as 2018-06-25.")
@click.option("--to", "recipient", required=True, help="Who took it, by name.")
@_BY
@click.pass_obj
def handed_over(home: Path, serial: int, on: datetime, recipient: str, by: str) -> None:
    """Write down that the paper SERIAL was handed over."""
    now, actor = _begin(home, by)
    from sangbong.liaison.operations.paper import hand_over_paper

    hand_over_paper(now=now, actor=actor, serial=serial, on=_day(on), to=recipient)


@paper.command()
@click.argument("serial", type=int)
@click.option("--why", required=True, help="Misprinted, lost, taken back.")
@_BY
@click.pass_obj
def spoil(home: Path, serial: int, why: str, by: str) -> None:
    """Write down that the paper SERIAL is not valid."""
    now, actor = _begin(home, by)
    from sangbong.liaison.operations.paper import spoil_paper

    spoil_paper(now=now, actor=actor, serial=serial, why=why)


@paper.command()
@click.argument("serial", type=int)
@click.option(
    "--scan",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The scan of the form, JPEG or PNG.",
)
@click.option("--paper-number", required=True, help="The number at the foot of the form.")
@click.option("--answer-number", required=True, help="The number beside the ticked box.")
@click.option("--received-on", required=True, help="The day, as it is written.")
@click.option("--received-by", required=True, help="Who received it.")
@click.option("--received-rank", required=True, help="The rank of who received it.")
@click.option("--their-number", default="", help="The number of their reply.")
@click.option("--text", default="", help="What they write.")
@_BY
@click.pass_obj
def answer(  # noqa: PLR0917 -- click passes options by name
    home: Path,
    serial: int,
    scan: Path,
    paper_number: str,
    answer_number: str,
    received_on: str,
    received_by: str,
    received_rank: str,
    their_number: str,
    text: str,
    by: str,
) -> None:
    """Keep the scan of a reply to the paper SERIAL and what stands on it; tells the reply's number.

    A second person compares it then: `sangbong paper compare`.
    """
    now, actor = _begin(home, by)
    from django.db import transaction

    from sangbong.liaison.operations.paper import SCAN_BYTES_MAX, scan_reply, type_reply

    with scan.open("rb") as file:
        picture = file.read(SCAN_BYTES_MAX + 1)
    typed = {
        "paper_number": paper_number,
        "answer_number": answer_number,
        "received_on": received_on,
        "received_by": received_by,
        "received_rank": received_rank,
        "their_number": their_number,
        "text": text,
    }
    with transaction.atomic():
        reply = scan_reply(now=now, actor=actor, serial=serial, scan=picture)
        type_reply(now=now, actor=actor, reply_id=reply, typed=typed)
    click.echo(str(reply))


@paper.command()
@click.argument("reply", type=int)
@click.option("--differs", default="", help="In what it differs; without it, it agrees.")
@_BY
@click.pass_obj
def compare(home: Path, reply: int, differs: str, by: str) -> None:
    """Say, as a second person, that REPLY is what its scan shows, or in what it differs."""
    now, actor = _begin(home, by)
    from sangbong.liaison.operations.paper import compare_reply

    state = compare_reply(now=now, actor=actor, reply_id=reply, difference=differs)
    click.echo(state.value)


def _begin(home: Path, by: str) -> tuple[datetime, Actor]:
    """The office and who acts; two people are told apart by their user names.

    Raises:
        SangbongError: `liaison.paper_staff`.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    from sangbong.kernel.errors import SangbongError
    from sangbong.office.core.actor import Actor
    from sangbong.office.queries import staff

    if not any(one.username == by and one.active for one in staff()):
        raise SangbongError("liaison.paper_staff", username=by[:40])
    return settings.CLOCK.now(), Actor(by, "paper, from the command line")


def _day(at: datetime) -> date:
    return at.date()
