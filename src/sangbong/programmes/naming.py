"""How the people of the programme are named: data of the programme, asked once at import.

The search calls these functions millions of times, so a room binds them when it is imported and
not at each call. A programme of other people is another line in `naming.toml`.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files

from sangbong.names.usage import Usage, usage

PROGRAMME = "korea"
"""The folder whose data this install follows."""


def _tradition() -> str:
    file = files(__package__).joinpath(PROGRAMME, "naming.toml")
    code: str = tomllib.loads(file.read_text(encoding="utf-8"))["tradition"]
    return code


USAGE: Usage = usage(_tradition())
"""The usage of the programme's tradition."""
