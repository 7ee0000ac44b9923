"""`sangbong office confirm`: believe another office's keys once they were compared by voice."""

from __future__ import annotations

import secrets
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from sangbong.office.core.actor import Actor

_ADMINISTRATOR = Actor("system:command-line", "administration")
_WORDS_ASKED = 3


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
    for place in sorted(secrets.SystemRandom().sample(range(len(told.words_en)), _WORDS_ASKED)):
        heard = click.prompt(f"{place + 1}번째 낱말 / word {place + 1}").strip()
        if heard not in {told.words_ko[place], told.words_en[place]}:
            click.echo(
                "낱말이 다릅니다. 확인하지 않았습니다. 새 저장 매체로 다시 주고받으십시오.\n"
                "The word is another one. Nothing was confirmed. Exchange the statements again on a"
                " new stick.",
                err=True,
            )
            sys.exit(1)
    with transaction.atomic():
        operations.confirm_counterpart(now=datetime.now(UTC), actor=_ADMINISTRATOR, code=known)
    click.echo(f"{code}: 확인 / confirmed")
