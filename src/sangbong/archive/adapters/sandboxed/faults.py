"""Why a file was refused, as a code and a few short values."""

from __future__ import annotations


class Refused(Exception):
    """The file is not what it should be; `code` is known to the parent, which has the words."""

    def __init__(self, code: str, **params: int | str) -> None:
        """Keep the code and the values that its sentence names."""
        super().__init__(code)
        self.code = code
        self.params = params
