"""`sangbong serve`: the pages, the carrier's endpoint and the worker of one office."""

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
    from sangbong.cli.boot import boot_founded

    boot_founded(home)
    from sangbong.cli.serving import start_link, start_pages, start_worker
    from sangbong.office.queries import own_office

    office = own_office()
    pages = start_pages(port)
    if link_port:
        start_link(link_port, host=link_host)
    start_worker()
    click.echo(f"{office.code} {office.name_ko} / {office.name_en}: http://localhost:{port}")
    pages.join()
