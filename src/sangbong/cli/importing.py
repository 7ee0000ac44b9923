"""`sangbong import`: a spreadsheet into the register, or a whole import taken back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sangbong.kernel.errors import SangbongError
from sangbong.office.core.actor import Actor
from sangbong.registry.core.layouts import Layout
from sangbong.registry.core.reading import FILE_BYTES_MAX

if TYPE_CHECKING:
    from sangbong.registry.core.reports import ImportReport

_ACTOR = Actor("system:command-line", "import")


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option(
    "--layout", type=click.Choice([each.value for each in Layout]), help="What the rows are."
)
@click.option("--undo", "batch", type=int, help="Take the import of this number back instead.")
@click.pass_obj
def import_file(home: Path, file: Path | None, layout: str | None, batch: int | None) -> None:
    """Import FILE, a spreadsheet saved as CSV: all of it, or nothing but a report of its faults.

    Exit status 1 if the file has a fault.
    """
    if (file is None) == (batch is None) or (file is None) != (layout is None):
        raise click.UsageError(
            "FILE과 --layout을 함께, 또는 --undo만 쓰십시오 / Give FILE with --layout, or --undo alone."
        )
    data = None if file is None else _read(file)
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from django.conf import settings
    from django.db import transaction

    from sangbong.registry import operations

    now = settings.CLOCK.now()
    if batch is not None:
        with transaction.atomic():
            operations.undo_import(now=now, actor=_ACTOR, batch_id=batch)
        click.echo(f"{batch}: 되돌렸습니다 / taken back")
        return
    assert file is not None  # noqa: S101 -- asked for above
    assert data is not None  # noqa: S101 -- read above
    sys.exit(_import(Layout(str(layout)), file.name, data))


def _read(file: Path) -> bytes:
    """The file's bytes, and one byte more than is allowed of a file that is too big."""
    try:
        with file.open("rb") as opened:
            return opened.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise SangbongError(
            "cli.file_unreadable", file=str(file), reason=error.strerror or type(error).__name__
        ) from error


def _import(layout: Layout, name: str, data: bytes) -> int:
    from django.conf import settings
    from django.db import transaction
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from sangbong.registry import operations

    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        # the heading is a line but no row
        rows = progress.add_task("읽는 중 / reading", total=max(0, data.count(b"\n") - 1))
        with transaction.atomic():
            report = operations.import_csv(
                now=settings.CLOCK.now(),
                actor=_ACTOR,
                layout=layout,
                filename=name,
                data=data,
                progress=lambda count: progress.update(rows, completed=count),
            )
    _tell(report)
    return 0 if report.imported else 1


def _tell(report: ImportReport) -> None:
    if report.already_known:
        click.echo(
            f"{report.batch_id}: 이미 들여온 파일이라 더한 것이 없습니다 / "
            "this very file was imported before; nothing was added"
        )
    elif report.imported:
        click.echo(
            f"{report.batch_id}: {report.rows_read}행, 사람 {report.persons_added}명, "
            f"신청 {report.applications_added}건 / {report.rows_read} rows, "
            f"{report.persons_added} people, {report.applications_added} applications"
        )
    else:
        for fault in report.faults:
            click.echo(fault.text("ko"))
            click.echo(f"  {fault.text('en')}")
        click.echo(
            f"잘못 {report.fault_count}건, 아무것도 들여오지 않았습니다 / "
            f"{report.fault_count} faults, nothing was imported"
        )
