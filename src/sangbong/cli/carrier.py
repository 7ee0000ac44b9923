"""`sangbong carrier`: the line's own process; `sangbong serve` starts one itself."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--port", default=0, help="Where counterparts reach this office; 0 means nowhere.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.pass_obj
def carrier(home: Path, port: int, host: str) -> None:
    """Carry dispatches and films over the line, for an office that is served elsewhere.

    It holds the TLS key and opens nothing. Only for a supervisor of your own: `sangbong serve` runs
    a carrier, and an office has one.
    """
    from sangbong.liaison.adapters.line.carrier import Listening, carry

    carry(home, Listening(host, port))
