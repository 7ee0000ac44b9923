"""Commands whose modules are imported when they are named: after a kill the line waits for `serve`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping

import click

Loader = Callable[[], click.Command]


class LateGroup(click.Group):
    """A group that knows the names of its commands and imports one when it is asked for."""

    def __init__(self, *, late: Mapping[str, Loader], **settings: object) -> None:
        """`late` gives each name's command."""
        super().__init__(**settings)  # type: ignore[arg-type]
        self._late = late

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in the order they were given."""
        del ctx
        return list(self._late)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name."""
        del ctx
        loaded: MutableMapping[str, click.Command] = self.commands
        if cmd_name not in loaded and cmd_name in self._late:
            loaded[cmd_name] = self._late[cmd_name]()
        return loaded.get(cmd_name)
