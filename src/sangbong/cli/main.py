"""`sangbong …`: noun, then verb."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sangbong.cli.audit import audit
from sangbong.cli.carrier import carrier
from sangbong.cli.ceremony import ceremony
from sangbong.cli.check import check
from sangbong.cli.confirm import confirm
from sangbong.cli.demo import demo, drill
from sangbong.cli.evidence import evidence
from sangbong.cli.importing import import_file
from sangbong.cli.keys import keys, renew, revoke, root, rotate, update
from sangbong.cli.line import line
from sangbong.cli.notes import note
from sangbong.cli.office import office
from sangbong.cli.paper import paper
from sangbong.cli.restored import relay, restored
from sangbong.cli.serve import serve
from sangbong.cli.stick import stick
from sangbong.kernel.errors import SangbongError
from sangbong.office.adapters import configuration


@click.group()
@click.version_option(package_name="sangbong")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=configuration.HOME_VARIABLE,
    default=configuration.DEFAULT_HOME,
    show_default=True,
    help="The office's folder.",
)
@click.pass_context
def cli(context: click.Context, home: Path) -> None:
    """Run one office that brings divided families together."""
    context.obj = home.absolute()


for command in (ceremony, confirm, keys, renew, rotate, revoke, update, root, restored):
    office.add_command(command)
for command in (
    office,
    import_file,
    note,
    line,
    audit,
    evidence,
    check,
    serve,
    carrier,
    stick,
    paper,
    relay,
    demo,
    drill,
):
    cli.add_command(command)


def main() -> None:
    """Run a command; an error a person can act on is a sentence in both languages, not a trace.

    Exit status: 0 done, 1 something was found wrong, 2 it could not be done.
    """
    try:
        cli()
    except SangbongError as fault:
        click.echo(f"{fault.text('ko')}\n{fault.text('en')}", err=True)
        sys.exit(2)
