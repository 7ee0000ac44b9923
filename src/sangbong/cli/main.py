"""`sangbong …`: noun, then verb."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

import click

from sangbong.cli.late import LateGroup, Loader
from sangbong.kernel.errors import SangbongError
from sangbong.office.core.home import DEFAULT_HOME, HOME_VARIABLE


def _in(module: str, name: str = "") -> Loader:
    def load() -> click.Command:
        found: click.Command = getattr(import_module(f"sangbong.cli.{module}"), name or module)
        return found

    return load


def _office() -> click.Command:
    """The office's own commands, and what is about its keys and its restores."""
    from sangbong.cli import office
    from sangbong.cli.ceremony import ceremony
    from sangbong.cli.confirm import confirm
    from sangbong.cli.keys import keys, renew, revoke, root, rotate, update
    from sangbong.cli.restored import restored

    for command in (
        ceremony,
        confirm,
        keys,
        renew,
        rotate,
        revoke,
        update,
        root,
        restored,
    ):
        office.office.add_command(command)
    return office.office


COMMANDS: dict[str, Loader] = {
    "office": _office,
    "import": _in("importing", "import_file"),
    "note": _in("notes", "note"),
    "line": _in("line"),
    "audit": _in("audit"),
    "evidence": _in("evidence"),
    "check": _in("check"),
    "serve": _in("serve"),
    "carrier": _in("carrier"),
    "stick": _in("stick"),
    "paper": _in("paper"),
    "relay": _in("restored", "relay"),
    "names": _in("names"),
    "demo": _in("demo"),
    "drill": _in("demo", "drill"),
}
"""Every command by its name; each module is imported when its command is named."""


@click.group(cls=LateGroup, late=COMMANDS)
@click.version_option(package_name="sangbong")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    envvar=HOME_VARIABLE,
    default=DEFAULT_HOME,
    show_default=True,
    help="The office's folder.",
)
@click.pass_context
def cli(context: click.Context, home: Path) -> None:
    """Run one office that brings divided families together."""
    context.obj = home.absolute()


def main() -> None:
    """Run a command; an error a person can act on is a sentence in both languages, not a trace.

    Exit status: 0 done, 1 something was found wrong, 2 it could not be done.
    """
    try:
        cli()
    except SangbongError as fault:
        click.echo(f"{fault.text('ko')}\n{fault.text('en')}", err=True)
        sys.exit(2)
