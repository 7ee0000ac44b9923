"""`sangbong office keys …`: look after the keys: list, renew, rotate, revoke, and the root identity."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from sangbong.kernel.errors import message
from sangbong.office.core.actor import Actor

_ADMINISTRATOR = Actor("system:command-line", "administration of keys")
_FOLDER = click.Path(file_okay=False, path_type=Path)
_root_option = click.option(
    "--root", type=_FOLDER, help="The folder that holds the root key, where it was taken out."
)


@click.command()
@click.pass_obj
def keys(home: Path) -> None:
    """List our keys and the other offices', with their dates, and say what is due."""
    now = _boot(home)
    from sangbong.liaison.queries import fallen_dispatches
    from sangbong.office import queries
    from sangbong.office.core.due import rotation_due
    from sangbong.office.core.epochs import epochs_left

    own = queries.own_statement()
    click.echo(f"{own.code}: 명세 / statement {own.serial}, {own.issued}")
    for one in own.signers:
        revoked = own.revocation(one.generation)
        said = f"폐지 / revoked {revoked.on}" if revoked else f"~ {one.until}"
        click.echo(f"  서명 / signing {one.generation}: {one.first} {said}")
    click.echo(f"  교체할 날 / next rotation: {rotation_due(own)}")
    used = [e for e in queries.own_epochs(now) if e.in_use and e.published]
    epoch = f"{used[0].number} ({used[0].first} ~ {used[0].until})" if used else "-"
    kept = sum(1 for e in queries.own_epochs(now) if e.private_here and not e.published)
    click.echo(
        f"  받는 열쇠 / receive key: {epoch}; 앞으로 / ahead {epochs_left(own, now=now)};"
        f" 비상 / emergency {len(own.emergencies)}; 옛것 / old ones kept {kept}"
    )
    place = "이 기계 / in this machine" if queries.root_is_here() else "따로 보관 / kept elsewhere"
    click.echo(f"  뿌리 열쇠 / root key: {place}")
    for other in queries.key_standings():
        sure = "확인됨 / confirmed" if other.confirmed else "확인 전 / not confirmed"
        click.echo(
            f"{other.code}: {sure}, 명세 / statement {other.statement.serial};"
            f" 앞으로 / epochs left {epochs_left(other.statement, now=now)};"
            f" 우리 명세 / has ours {other.knows_serial}; 끝남 / done through {other.epochs_done}"
        )
        for fell in fallen_dispatches(other.code):
            click.echo(
                f"  ! 폐지된 서명 열쇠 {fell.generation} / signed by revoked key {fell.generation}:"
                f" {fell.id} ({fell.kind or '?'}, {fell.state})"
            )
    for notice in queries.key_notices(now):
        click.echo(f"! {message(notice.key, 'ko').format_map(notice.facts())}")
        click.echo(f"  {message(notice.key, 'en').format_map(notice.facts())}")


@click.command()
@_root_option
@click.pass_obj
def renew(home: Path, root: Path | None) -> None:
    """Make the receive keys that are missing ahead, and publish them in a new statement."""
    now = _boot(home)
    from sangbong.office import operations

    with_root = operations.root_at(root)
    made = operations.renew_keys(now=now, actor=_ADMINISTRATOR, root=with_root)
    if made is None:
        click.echo("바꿀 것이 없습니다. / Nothing is missing.")
    else:
        _published(made.statement.serial)


@click.command()
@_root_option
@click.pass_obj
def rotate(home: Path, root: Path | None) -> None:
    """Make the next signing key; the one before goes on for readers who do not know it yet."""
    now = _boot(home)
    from sangbong.office import operations

    with_root = operations.root_at(root)
    made = operations.rotate_signer(now=now, actor=_ADMINISTRATOR, root=with_root)
    _published(made.statement.serial)


@click.command()
@click.argument("generation", type=click.IntRange(1))
@_root_option
@click.option("--stolen", is_flag=True, help="The machine may have been in other hands.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Only dispatches sealed before this day stand (UTC); otherwise all of ours do.",
)
@click.pass_obj
def revoke(
    home: Path, generation: int, root: Path | None, since: datetime | None, *, stolen: bool
) -> None:
    """Say to all offices that the signing key GENERATION counts no more from here on."""
    now = _boot(home)
    from sangbong.liaison.queries.keys import standing
    from sangbong.office import operations

    before = since.replace(tzinfo=UTC) if since is not None else None
    made = operations.revoke_signer(
        now=now,
        actor=_ADMINISTRATOR,
        root=operations.root_at(root),
        generation=generation,
        standing=standing(sealed_before=before),
        stolen=stolen,
    )
    _published(made.statement.serial)
    click.echo(
        "이 명세를 파일로도 보내십시오(sangbong office statement). 상대측이 받기 전에는 새 서명을 모릅니다.\n"
        "Send this statement as a file too (sangbong office statement): before it arrives, nobody knows"
        " the new signature."
    )
    if stolen:
        click.echo("“sangbong serve”를 다시 시작하십시오. / Start “sangbong serve” again.")


@click.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_obj
def update(home: Path, source: Path) -> None:
    """Take a newer key statement of a known office from the file SOURCE, however it came."""
    now = _boot(home)
    from django.db import transaction

    from sangbong.liaison import operations
    from sangbong.office.core.statement import STATEMENT_BYTES_MAX

    with source.open("rb") as file:
        data = file.read(STATEMENT_BYTES_MAX + 1)
    with transaction.atomic():
        change = operations.update_statement(now=now, actor=_ADMINISTRATOR, data=data)
    if change.nothing:
        click.echo("이미 있습니다. / It is held already.")
        return
    click.echo(f"명세 / statement {change.serial}")
    for generation in change.newly_revoked:
        click.echo(f"폐지된 서명 열쇠 / revoked signing key: {generation}")
    if change.newly_revoked:
        click.echo(
            "그 열쇠로 서명되어 더는 효력이 없는 송달문은 “sangbong office keys”에서 확인하십시오.\n"
            "“sangbong office keys” lists the dispatches signed by it that count no more."
        )


@click.group()
def root() -> None:
    """The root identity: take it out of the machine, or replace it after a loss."""


@root.command(name="take-out")
@click.argument("folder", type=_FOLDER)
@click.pass_obj
def take_out(home: Path, folder: Path) -> None:
    """Move the root key to FOLDER, on a stick for the safe, and destroy it here."""
    now = _boot(home)
    from sangbong.office import operations

    operations.take_root_out(now=now, actor=_ADMINISTRATOR, folder=folder)
    click.echo(f"{folder}: 금고에 보관하십시오. / Keep it in a safe.")


@root.command()
@click.pass_obj
def replace(home: Path) -> None:
    """Make another root key after the old one was lost or stolen. Every office must meet you again."""
    now = _boot(home)
    from sangbong.office import operations

    click.confirm(
        "모든 상대측과 다시 만나야 합니다. 계속할까요? / You must meet every office again. Go on?",
        abort=True,
    )
    made = operations.replace_root(now=now, actor=_ADMINISTRATOR)
    _published(made.statement.serial)


def _boot(home: Path) -> datetime:
    """Start as the office, and tell its time."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    now: datetime = settings.CLOCK.now()
    return now


def _published(serial: int) -> None:
    click.echo(f"명세 {serial}번을 냈습니다. / Statement {serial} is published.")
