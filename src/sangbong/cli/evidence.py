"""`sangbong evidence …`: proofs that an office signed two histories."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sangbong.kernel.errors import SangbongError


@click.group()
def evidence() -> None:
    """What two offices can show of each other."""


@evidence.command()
@click.pass_obj
def show(home: Path) -> None:
    """Show every log with how far it is witnessed, and every proof kept here.

    Exit status 1 if there is a proof.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.liaison.queries import evidence as queries
    from sangbong.office.queries import own_office

    for log in queries.logs(own=own_office().code):
        at = log.cosigned_at.isoformat() if log.cosigned_at else "-"
        click.echo(f"{log.origin}  {log.size}  {log.cosigned or 0} cosigned / 확인 서명  {at}")
        if log.disputed:
            click.echo("  two histories signed / 두 가지 이력에 서명함")
        if log.missing:
            click.echo(f"  {log.missing} missing / 기록에 없음")
    found = queries.proofs()
    for one in found:
        click.echo(f"! {one.digest[:16]}  {one.accused}  {one.kind.value}  {one.about}")
    if found:
        sys.exit(1)


@evidence.command()
@click.argument("name")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export(home: Path, name: str, target: Path) -> None:
    """Write the proof whose name begins with NAME to the file TARGET, to be shown to anybody."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.liaison.queries import evidence as queries

    digest, data = queries.proof_file(name)
    target.write_bytes(data)
    click.echo(f"{digest}: {target}")


@evidence.command()
@click.argument("source", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(source: Path) -> None:
    """Check the proof file SOURCE offline: no office, no keys and no network are needed.

    Exit status 1 if it is no proof; then it accuses nobody.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from sangbong.liaison.adapters.sealing import CounterpartVerifier
    from sangbong.liaison.core.evidence.equivocation import check_proof

    def verifier_of(public: bytes) -> CounterpartVerifier:
        return CounterpartVerifier(Ed25519PublicKey.from_public_bytes(public))

    try:
        found = check_proof(source.read_bytes(), verifier_of=verifier_of)
    except SangbongError as fault:
        click.echo(f"{fault.text('ko')}\n{fault.text('en')}")
        sys.exit(1)
    click.echo(
        f"{found.accused}에서 서로 맞지 않는 두 가지에 서명했습니다: {found.about}\n"
        f"{found.accused} signed two things that cannot both be true: {found.about}"
    )
    for public in found.keys:
        click.echo(f"{public.hex()}: 키 명세와 견주어 보십시오 / compare it with the key statement")
