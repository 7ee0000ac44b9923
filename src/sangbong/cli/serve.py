"""`sangbong serve`: the pages, the desk, the carrier and the worker of one office."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--port", default=8700, show_default=True, help="The pages, on loopback.")
@click.option("--link-port", default=0, help="The carrier's endpoint; 0 means none.")
@click.option(
    "--link-host",
    default="127.0.0.1",
    show_default=True,
    help="The address that the carrier's endpoint listens on; it asks every caller for a pinned certificate.",
)
@click.pass_obj
def serve(home: Path, port: int, link_port: int, link_host: str) -> None:
    """Serve this office until interrupted."""
    from sangbong.cli.carrying import start_carrier

    if (home / "office.toml").exists():
        # first of all: films flow again while the rest is still starting
        start_carrier(home, host=link_host, port=link_port)
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.cli.serving import start_desk, start_pages, start_worker
    from sangbong.office.queries import own_office

    office = own_office()
    start_desk()
    pages = start_pages(port)
    start_worker()
    click.echo(f"{office.code} {office.name_ko} / {office.name_en}: http://localhost:{port}")
    pages.join()
