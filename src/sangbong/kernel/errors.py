"""Errors that a person can act on: a code, its parameters, and the place of the fault."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

_PLAIN = re.compile("[ -~가-힣]*")
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What cannot be seen though its category says letter or mark: fillers, joiners, selectors."""

QUOTED_MAX = 80
"""Most characters of a quoted value in which something cannot be seen: each takes up to ten."""

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "ko")


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file or form a fault is: line and column count from 1, column by its heading."""

    source: str = ""
    line: int | None = None
    column: str = ""

    def text(self, language: Language) -> str:
        """The place as a person would say it; an empty text where nothing is known."""
        parts = [self.source] if self.source else []
        if self.line is not None:
            parts.append(f"line {self.line}" if language == "en" else f"{self.line}행")
        if self.column:
            parts.append(f"“{self.column}”")
        return ", ".join(parts)


class SangbongError(Exception):
    """Something the world did wrong, told as a code and its parameters.

    The sentence shown to a person stands in `kernel/messages/<room>.toml` under the code, in
    English and in Korean, and says what to do next. A parameter is shown as given, so it must be
    short and must not be personal where the error is logged; what of it cannot be seen is shown by
    its number, so that no sentence is turned round or broken by what it quotes.
    """

    def __init__(self, code: str, /, *, place: Place | None = None, **params: object) -> None:
        """Remember the code, the place and the parameters; nothing is formatted yet."""
        super().__init__(code)
        self.code = code
        self.place = place
        self.params = params

    def text(self, language: Language) -> str:
        """The sentence a person reads, with the place in front where one is known."""
        params = {name: _visible(value) for name, value in self.params.items()}
        sentence = message(self.code, language).format_map(params)
        where = self.place.text(language) if self.place else ""
        return f"{where}: {sentence}" if where else sentence

    def __str__(self) -> str:
        return self.code


def _visible(value: object) -> object:
    if not isinstance(value, str) or _PLAIN.fullmatch(value):
        return value
    shown = "".join(f"\\u{{{ord(c):X}}}" if _is_unseen(c) else c for c in value[:QUOTED_MAX])
    return shown if len(shown) <= QUOTED_MAX else f"{shown[:QUOTED_MAX]}…"


def _is_unseen(character: str) -> bool:
    # controls, formats, lone halves, private and unassigned ones, ends of line and paragraph
    category = unicodedata.category(character)
    return category[0] == "C" or category in {"Zl", "Zp"} or bool(_UNSEEN.match(character))


@cache
def messages() -> dict[str, dict[str, str]]:
    """Every sentence by its code and language, read once from all `kernel/messages/*.toml`."""
    table: dict[str, dict[str, str]] = {}
    for file in sorted(files(__package__).joinpath("messages").iterdir(), key=lambda f: f.name):
        table |= tomllib.loads(file.read_text(encoding="utf-8"))
    return table


def message(code: str, language: Language) -> str:
    """The sentence of a code, unformatted.

    Raises:
        KeyError: the code has no sentence: our mistake, a test walks every code.
    """
    return messages()[code][language]
