"""`sangbong audit …`: export the trail, and check it with nothing but the export."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from sangbong.office.core import audit as chain


@click.group()
def audit() -> None:
    """The hash-chained trail of this office."""


@audit.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export(home: Path, target: Path) -> None:
    """Write the whole trail to TARGET, one entry a line, for an auditor to take away."""
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.office.queries import audit_entries

    count = 0
    with target.open("w", encoding="utf-8") as file:
        for count, entry in enumerate(audit_entries(), start=1):  # noqa: B007 -- told after the loop
            line = {
                "number": entry.number,
                "at": entry.at,
                "staff": entry.staff,
                "why": entry.why,
                "action": entry.action,
                "subjects": list(entry.subjects),
                "facts": dict(entry.facts),
                "previous": entry.previous,
                "digest": entry.digest,
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    click.echo(f"{count}: {target}")


@audit.command()
@click.argument("source", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--head", default="", help="A digest noted earlier that the trail must contain.")
@click.pass_obj
def verify(home: Path, source: Path | None, head: str) -> None:
    """Check a trail offline: SOURCE is an export or an office's database; else this office's own.

    No office process, no keys and no network are needed. Exit status 1 if the trail is broken.
    """
    source = source or home / "office.sqlite3"
    seen: set[str] = set()
    verdict = chain.verify(_noting(read_entries(source), seen))
    if not verdict.whole:
        click.echo(
            f"broken at entry {verdict.fault_at}: {verdict.fault} / "
            f"{verdict.fault_at}번째 기록에서 어긋납니다"
        )
        sys.exit(1)
    if head and head not in seen:
        click.echo(f"cut: {head} is not in the trail / 잘렸습니다: 적어 둔 값이 기록에 없습니다")
        sys.exit(1)
    click.echo(f"whole: {verdict.entries} entries, head {verdict.head}")


@audit.command()
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def kit(home: Path, target: Path) -> None:
    """Write an auditor's kit to TARGET: logs, cosignatures, proofs, and the verifier to check them.

    The audit trail is not in it, because it says who looked up what: see `sangbong audit export`.
    """
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings

    from sangbong.cli.kit.writing import write_kit

    found = write_kit(target, now=settings.CLOCK.now())
    for log in found:
        click.echo(f"{log.origin}: {log.size}")
    click.echo(f"{target}\npython3 verify.py {target.name}")


def read_entries(source: Path) -> Iterator[chain.Entry]:
    """Entries from an export (a JSON object a line) or straight from an office's SQLite file."""
    with source.open("rb") as file:
        is_database = file.read(15) == b"SQLite format 3"
    rows = _from_database(source) if is_database else _from_export(source)
    for row in rows:
        yield chain.Entry(
            number=row["number"],
            at=row["at"],
            staff=row["staff"],
            why=row["why"],
            action=row["action"],
            subjects=tuple(row["subjects"]),
            facts=tuple(sorted(row["facts"].items())),
            previous=row["previous"],
            digest=row["digest"],
        )


def _noting(entries: Iterator[chain.Entry], seen: set[str]) -> Iterator[chain.Entry]:
    for entry in entries:
        seen.add(entry.digest)
        yield entry


def _from_export(source: Path) -> Iterator[dict[str, Any]]:
    with source.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _from_database(source: Path) -> Iterator[dict[str, Any]]:
    connection = sqlite3.connect(f"file:{source}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    try:
        for row in connection.execute("SELECT * FROM office_audit_entry ORDER BY number"):
            yield dict(row) | {
                "subjects": json.loads(row["subjects"]),
                "facts": json.loads(row["facts"]),
            }
    finally:
        connection.close()
