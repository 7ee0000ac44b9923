"""`sangbong office restored` and `sangbong relay`: after a restore, and by way of a third office."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--by", "who", required=True, help="Who put the backup back, such as admin.")
@click.option("--why", required=True, help="What had happened, and from which day the backup is.")
@click.option("--last", default=0, help="The last incarnation in the office's paper register.")
@click.pass_obj
def restored(home: Path, who: str, why: str, last: int) -> None:
    """Say that this office's database was put back from a backup.

    A new incarnation begins: no number is used twice, the other offices offer again what this one
    lost, and it is listed what this one forgot.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    from sangbong.liaison import operations
    from sangbong.office.core.actor import Actor

    number = operations.restored(now=settings.CLOCK.now(), actor=Actor(who, why), last=last)
    click.echo(
        f"{number}번째 세대를 시작합니다. 상대측과 다음에 연결되면 잃은 송달문이 다시 옵니다.\n"
        f"Incarnation {number} begins. What was lost comes again at the next contact."
    )


@click.command()
@click.option("--to", "recipient", required=True, help="The office they are for, such as US-WAS.")
@click.option("--by", "through", required=True, help="The office that passes them on.")
@click.pass_obj
def relay(home: Path, recipient: str, through: str) -> None:
    """Send what waits for an office through another one, which cannot read it.

    It stays in this office's custody until a receipt of the final office comes.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    from sangbong.kernel.ids import office_code
    from sangbong.liaison import operations
    from sangbong.office.core.actor import Actor

    outer = operations.relay_waiting(
        now=settings.CLOCK.now(),
        actor=Actor("system:command-line", "relay"),
        recipient=office_code(recipient),
        by=office_code(through),
    )
    click.echo(outer or f"보낼 것이 없습니다 / nothing to say to {recipient}")
