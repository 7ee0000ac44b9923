"""`sangbong demo`: two offices run one whole round before your eyes, then stay open."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sangbong.cli.agent import Part, play
from sangbong.cli.simulate import simulate


@click.command()
@click.option(
    "--applicants", default=5000, show_default=True, help="Applications in Seoul's register."
)
@click.option(
    "--register", "register_size", type=int, help="People in Pyongyang's register [5 each]."
)
@click.option("--seed", default=21, show_default=True, help="Seed of the invented families.")
@click.option("--once", is_flag=True, help="Stop after the report.")
@click.option("--no-film", is_flag=True, help="Leave the filmed letter out.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Keep both offices in this new folder instead of a throw-away one.",
)
def demo(
    *,
    applicants: int,
    register_size: int | None,
    seed: int,
    once: bool,
    no_film: bool,
    keep: Path | None,
) -> None:
    """Found two offices, run one round from frozen roll to report, and serve both."""
    from sangbong.cli.conductor import Wishes, conduct

    wishes = Wishes(
        applicants=applicants,
        register=register_size if register_size is not None else 5 * applicants,
        seed=seed,
        once=once,
        film=not no_film,
        keep=keep,
    )
    sys.exit(conduct(wishes))


@click.group(hidden=True)
def drill() -> None:
    """What the demo's conductor starts."""


@drill.command(name="world")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--applicants", required=True, type=int)
@click.option("--register", "register_size", required=True, type=int)
@click.option("--seed", required=True, type=int)
def world(folder: Path, applicants: int, register_size: int, seed: int) -> None:
    """Invent the families of both registers."""
    from sangbong.lab.world import make_world

    make_world(seed=seed, applicants=applicants, register=register_size, folder=folder)


@drill.command(name="play")
@click.option("--side", required=True)
@click.option("--world", "world_folder", required=True, type=click.Path(path_type=Path))
@click.option("--film", type=click.Path(path_type=Path))
@click.option("--web-port", default=0)
@click.option("--link-port", default=0)
@click.pass_obj
def play_part(  # noqa: PLR0917 -- click passes options by name
    home: Path, side: str, world_folder: Path, film: Path | None, web_port: int, link_port: int
) -> None:
    """Play one office of a drill."""
    play(
        home, Part(side=side, world=world_folder, film=film, web_port=web_port, link_port=link_port)
    )


drill.add_command(simulate)
