"""`sangbong …`: noun, then verb."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

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


@cli.group()
def office() -> None:
    """Found this office and know the others."""


@office.command()
@click.option("--code", required=True, help="Such as KR-SEL.")
@click.option("--name-ko", required=True)
@click.option("--name-en", required=True)
@click.option("--programme", default="korea", show_default=True)
@click.option("--time-zone", default="Asia/Seoul", show_default=True)
@click.option("--language", "languages", multiple=True, default=("ko", "en"), show_default=True)
@click.option("--drill", is_flag=True, help="An office for demos and rehearsals.")
@click.option("--link-url", default="", help="Where the other office's carrier calls.")
@click.pass_obj
def init(
    home: Path,
    code: str,
    name_ko: str,
    name_en: str,
    programme: str,
    time_zone: str,
    languages: tuple[str, ...],
    drill: bool,  # noqa: FBT001 -- click passes flags by name
    link_url: str,
) -> None:
    """Make keys, database and identity in the office's folder."""
    from sangbong.cli.founding import Founding, found

    found(
        home,
        Founding(
            code=code,
            name_ko=name_ko,
            name_en=name_en,
            programme=programme,
            time_zone=time_zone,
            languages=languages,
            drill=drill,
            link_url=link_url,
        ),
        now=datetime.now(UTC),
    )
    click.echo(f"{code}: {home}")


def main() -> None:
    """Run a command; an error that a person can act on is a sentence in both languages, not a trace."""
    try:
        cli()
    except SangbongError as fault:
        click.echo(f"{fault.text('ko')}\n{fault.text('en')}", err=True)
        sys.exit(2)
