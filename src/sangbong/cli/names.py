"""`sangbong names`: what a written name may be read as, and how much two names speak for one bearer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sangbong.kernel.errors import Language, Place, SangbongError

if TYPE_CHECKING:
    from sangbong.names.likeness import Likeness
    from sangbong.names.person import NameSet

LANGUAGES: tuple[Language, ...] = ("ko", "en")


@click.group()
def names() -> None:
    """Read and compare names as the search does. Needs no office, keeps nothing."""


@names.command()
@click.argument("left")
@click.argument("right")
@click.option("--sex", type=click.Choice(["M", "F"]), default=None, help="Of both, where known.")
@click.option("--decade", type=int, default=None, help="Of birth, such as 1930.")
@click.option(
    "--tradition", type=click.Choice(["korean", "latin"]), default="korean", show_default=True
)
def explain(left: str, right: str, sex: str | None, decade: int | None, tradition: str) -> None:
    """Print how much two names speak for one bearer, line by line, in both languages."""
    from sangbong.names.likeness import compare
    from sangbong.names.tradition import tradition as tradition_of

    likeness = compare(
        _names(left, "LEFT"),
        _names(right, "RIGHT"),
        tradition=tradition_of(tradition),
        sex=sex or "",
        decade=decade,
    )
    _print_ledger(likeness)


@names.command()
@click.argument("text")
@click.option(
    "--tradition", type=click.Choice(["korean", "latin"]), default="korean", show_default=True
)
def read(text: str, tradition: str) -> None:
    """Print every way to read what a field says of a person's name."""
    from sangbong.names.explain import readings_shown
    from sangbong.names.tradition import tradition as tradition_of

    for name in _names(text, "TEXT"):
        click.echo(f"{name.text} ({name.script}, {name.kind})")
        shown = readings_shown(name, tradition=tradition_of(tradition))
        for reading in shown:
            parts = " · ".join((reading.family, *reading.given))
            click.echo(f"{reading.chance:>6}  {parts}")
        if not shown:
            click.echo("     –")


def _names(text: str, column: str) -> NameSet:
    from sangbong.names.person import read_names

    found = read_names(text, column=column)
    if not len(found):
        raise SangbongError("names.empty", place=Place(column=column))
    return found


def _print_ledger(likeness: Likeness) -> None:
    from sangbong.names.explain import ledger, verdict

    click.echo(f"{likeness.left.text} · {likeness.right.text}")
    korean, english = (ledger(likeness, language) for language in LANGUAGES)
    for ours, theirs in zip(korean, english, strict=True):
        values = f"{ours.left or '–'} · {ours.right or '–'}"
        click.echo(f"\n{ours.bits:>6}  {ours.label}, {theirs.label}: {values}")
        click.echo(f"{'':8}{ours.why}\n{'':8}{theirs.why}")
    click.echo()
    for language in LANGUAGES:
        click.echo(verdict(likeness, language))
