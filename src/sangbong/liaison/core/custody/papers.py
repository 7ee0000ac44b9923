"""The body of a note (통지문), kind `liaison.note`; spec/kinds/liaison.note.md has the format.

A note is a paper: it bears a named officer, a number, a date and, where it answers one, the number
of the other side's note. Nothing in it is acted on by a machine.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import Place, SangbongError
from sangbong.liaison.core.wire.fields import Fields
from sangbong.names.text import clean_name, clean_text

NOTE_KIND = "liaison.note"
TEXT_MAX = 20_000
NAME_MAX = 100
NUMBER_MAX = 40

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MEMBERS = ("answers", "date", "number", "sender_name", "sender_rank", "text")


@dataclass(frozen=True, slots=True)
class NotePaper:
    """One note between liaison officers.

    `number` is the writer's own counting, such as `연락 2018-17`; `answers` is the number of the note
    that this one answers, empty where it answers none; lines of `text` end in a line feed.
    """

    number: str
    date: date
    sender_name: str
    sender_rank: str
    text: str
    answers: str = ""

    def to_body(self) -> dict[str, JsonValue]:
        """The note as it is sealed.

        Raises:
            SangbongError: as `from_body`, the writer's fault.
        """
        body: dict[str, JsonValue] = {
            "answers": self.answers,
            "date": self.date.isoformat(),
            "number": self.number,
            "sender_name": self.sender_name,
            "sender_rank": self.sender_rank,
            "text": self.text,
        }
        NotePaper.from_body(body)
        return body

    @classmethod
    def from_body(cls, body: Mapping[str, JsonValue]) -> NotePaper:
        """Read a note strictly.

        Raises:
            SangbongError: `liaison.note_unreadable` with the member at fault, or a fault of a text
                from `names.text`; the writer's fault.
        """
        try:
            fields = Fields(body, *_MEMBERS)
        except ValueError as error:
            raise SangbongError("liaison.note_unreadable", place=Place(source=NOTE_KIND)) from error
        return cls(
            number=_text(fields, "number", limit=NUMBER_MAX, empty=False),
            date=_day(fields),
            sender_name=_name(fields, "sender_name"),
            sender_rank=_name(fields, "sender_rank"),
            text=_lines(fields),
            answers=_text(fields, "answers", limit=NUMBER_MAX, empty=True),
        )


def _raw(fields: Fields, column: str, pattern: re.Pattern[str] | None = None) -> str:
    try:
        return fields.text(column, pattern)
    except ValueError as error:
        raise _unreadable(column) from error


def _unreadable(column: str) -> SangbongError:
    return SangbongError("liaison.note_unreadable", place=Place(source=NOTE_KIND, column=column))


def _text(fields: Fields, column: str, *, limit: int, empty: bool) -> str:
    raw = _raw(fields, column)
    clean = clean_text(raw, column=column, max_length=limit)
    if clean != raw or not (clean or empty):
        raise _unreadable(column)
    return clean


def _name(fields: Fields, column: str) -> str:
    raw = _raw(fields, column)
    clean = clean_name(raw, column=column, max_length=NAME_MAX)
    if clean != raw or not clean:
        raise _unreadable(column)
    return clean


def _lines(fields: Fields) -> str:
    raw = _raw(fields, "text")
    if not raw.strip() or len(raw) > TEXT_MAX:
        raise _unreadable("text")
    for line in raw.split("\n"):
        clean_text(line, column="text", max_length=TEXT_MAX)
    return raw


def _day(fields: Fields) -> date:
    raw = _raw(fields, "date", _DAY)
    try:
        return date.fromisoformat(raw)
    except ValueError as error:
        raise _unreadable("date") from error
