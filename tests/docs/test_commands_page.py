"""The page of commands says what `sangbong` can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from sangbong.cli.main import cli


def _leaves(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    if command.hidden:
        return
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _leaves(inner, (*words, name))
    else:
        yield " ".join(words), command


COMMANDS = dict(_leaves(cli, ("sangbong",)))


def _sections(root: Path) -> dict[str, str]:
    page = (root / "docs" / "reference" / "commands.md").read_text("utf-8")
    parts = re.split(r"^### `(sangbong [^`]+)`$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_page_has_every_command_and_no_other(root: Path) -> None:
    assert sorted(_sections(root)) == sorted(COMMANDS)


def test_the_section_of_a_command_names_all_it_may_be_given(root: Path) -> None:
    sections = _sections(root)
    left_out = {
        f"{name} {parameter.name}"
        for name, command in COMMANDS.items()
        for parameter in command.params
        if _written(parameter) not in sections[name]
    }
    assert left_out == set()


def _written(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return f"`{max(parameter.opts, key=len)}"
    return f"`{(parameter.name or '').upper()}`"
