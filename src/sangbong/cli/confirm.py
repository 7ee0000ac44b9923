"""`sangbong office confirm`: believe another office's keys once they were compared by voice."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from sangbong.cli.ceremony import drawn_places, heard_right
from sangbong.cli.script import Script
from sangbong.office.core.actor import Actor

_ADMINISTRATOR = Actor("system:command-line", "administration")


@click.command()
@click.argument("code")
@click.pass_obj
def confirm(home: Path, code: str) -> None:
    """Confirm the office CODE: type three words of its fingerprint as its people read them to you.

    The words are not shown here, so nobody confirms by looking twice at one screen. Exit status 1 if
    one of them is another; then nothing is confirmed.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.db import transaction

    from sangbong.kernel.ids import office_code
    from sangbong.office import operations, queries

    known = office_code(code)
    told = queries.counterpart(known).fingerprint
    script = Script()
    for place in drawn_places(len(told.words_en)):
        if not heard_right(script, told, place):
            script.stop()
            sys.exit(1)
    with transaction.atomic():
        operations.confirm_counterpart(now=datetime.now(UTC), actor=_ADMINISTRATOR, code=known)
    click.echo(f"{code}: 확인 / confirmed")
