"""`sangbong office …`: found this office, hand over its keys, know the others."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.office.core.statement import Fingerprint

_ADMINISTRATOR = Actor("system:command-line", "administration")


@click.group()
def office() -> None:
    """Found this office and know the others."""


@office.command()
@click.option("--code", required=True, help="Such as KR-SEL.")
@click.option("--name-ko", required=True, help="The office's name in Korean.")
@click.option("--name-en", required=True, help="The office's name in English.")
@click.option("--programme", default="korea", show_default=True)
@click.option("--time-zone", default="Asia/Seoul", show_default=True)
@click.option("--language", "languages", multiple=True, default=("ko", "en"), show_default=True)
@click.option("--drill", is_flag=True, help="An office for demos and rehearsals.")
@click.option("--link-url", default="", help="Where the other office's carrier calls: https://…")
@click.option("--story-time", default="", help="File with the story's instant (drill only).")
@click.pass_obj
def init(home: Path, /, **answers: object) -> None:
    """Make keys, database and identity in the office's folder."""
    from sangbong.cli.founding import Founding, found

    found(home, Founding(**answers), now=datetime.now(UTC))  # type: ignore[arg-type]
    click.echo(f"{answers['code']}: {home}")


@office.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def statement(home: Path, target: Path) -> None:
    """Write our key statement to TARGET and show its fingerprint, to be read aloud."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.office import queries
    from sangbong.office.core.statement import fingerprint

    own = queries.own_statement()
    target.write_bytes(queries.own_statement_file())
    _show(own.code, fingerprint(own))


@office.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--confirm", is_flag=True, help="The fingerprint was compared by voice and is equal.")
@click.option(
    "--no-line", is_flag=True, help="No line leads there: by stick, on paper or by a third office."
)
@click.pass_obj
def add(home: Path, source: Path, *, confirm: bool, no_line: bool) -> None:
    """Add the office whose key statement is SOURCE; show its fingerprint and ours, to be read aloud."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.db import transaction

    from sangbong.office import operations, queries
    from sangbong.office.core.statement import fingerprint

    now = datetime.now(UTC)
    with transaction.atomic():
        code = operations.add_counterpart(
            now=now, actor=_ADMINISTRATOR, statement=source.read_bytes(), has_line=not no_line
        )
        if confirm:
            operations.confirm_counterpart(now=now, actor=_ADMINISTRATOR, code=code)
    own = queries.own_statement()
    _show(code, queries.counterpart(code).fingerprint)
    _show(own.code, fingerprint(own))


@office.command()
@click.argument("username")
@click.option("--name", "display_name", required=True, help="As shown to colleagues.")
@click.option("--role", type=click.Choice([r.value for r in Role]), required=True)
@click.option("--language", type=click.Choice(["ko", "en"]), default="ko", show_default=True)
@click.password_option()
@click.pass_obj
def staff(  # noqa: PLR0917 -- click passes options by name
    home: Path, username: str, display_name: str, role: str, language: str, password: str
) -> None:
    """Let a person work here."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.db import transaction

    from sangbong.office import operations

    with transaction.atomic():
        operations.add_staff(
            now=datetime.now(UTC),
            actor=_ADMINISTRATOR,
            username=username,
            display_name=display_name,
            role=Role(role),
            password=password,
            language=language,
        )
    click.echo(f"{username}: {role}")


def _show(code: str, told: Fingerprint) -> None:
    click.echo(f"{code}\n  {' '.join(told.words_ko)}\n  {' '.join(told.words_en)}\n  {told.digits}")
