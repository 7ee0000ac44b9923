"""A dispatch on paper: what stands on it, the numbers that guard it, and its reply typed back.

The other side may not run this programme at all. So a paper says in both languages who writes to whom,
and brings its own reply form, on which nothing but a pen is needed.

1. (PP1) A paper has a *paper number*: six digits of our counting, four of its content, two check digits.
   Typed with one digit wrong, or for another content, it is refused.
2. (PP2) Each possible answer has an *answer number* of its own on the form, made of the paper number and
   the answer; it is typed instead of a box that was ticked.
3. (PP3) Behind every number and date on it stand the check digits of its digits, for those who type it.
4. (PP4) The QR code repeats the dispatch's id, the paper number and the digest of the content. It is for
   finding the paper, and proves nothing: only the scan and two people do.
5. (PP5) A reply is refused with the field and the reason, not taken in part: a number that is not this
   paper's, a day that is none, lies before the paper or after today, a name that is missing.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sangbong.kernel.canonical import JsonValue, canonical_bytes
from sangbong.kernel.errors import Place, SangbongError
from sangbong.liaison.core.paper.check_digits import (
    check_digits,
    check_of,
    checked,
    grouped,
    is_checked,
    ungrouped,
)
from sangbong.names.text import clean_name, clean_text

SERIAL_MAX = 999_999
FIELDS_MAX = 40
TEXT_MAX = 20_000
NAME_MAX = 100
NUMBER_MAX = 40
REPLY_TEXT_MAX = 4_000
_CONTENT_DIGITS = 4
_PAPER_LENGTH = 6 + _CONTENT_DIGITS
_QR_HEAD = "SANGBONG PAPER 1"
_QR_LINES = 5


class Choice(StrEnum):
    """What the other side may say on the form; the number is what is printed for it."""

    RECEIVED = "received"
    AGREED = "agreed"
    DECLINED = "declined"
    IN_WORDS = "in_words"

    @property
    def digit(self) -> str:
        """Its digit in the answer number."""
        return str(list(Choice).index(self) + 1)

    @property
    def answers(self) -> bool:
        """Whether it says more than that the paper came."""
        return self is not Choice.RECEIVED


@dataclass(frozen=True, slots=True)
class Party:
    """An office as it is named on paper."""

    code: str
    name_ko: str
    name_en: str


@dataclass(frozen=True, slots=True)
class SheetField:
    """One line of a paper's body beside its text."""

    label_ko: str
    label_en: str
    value: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on a paper.

    `dispatch` is the id of the dispatch it is a print of, `envelope` that dispatch's digest; both are
    empty for a paper to an office without this programme. `answers` is the number of their paper.
    """

    serial: int
    sender: Party
    recipient: Party
    title_ko: str
    title_en: str
    number: str
    written_on: date
    sender_name: str
    sender_rank: str
    answers: str = ""
    text: str = ""
    fields: tuple[SheetField, ...] = ()
    dispatch: str = ""
    envelope: str = ""

    def __post_init__(self) -> None:
        """Check what the caller wrote.

        Raises:
            SangbongError: `liaison.paper_field` with the field at fault, or a fault of a text from
                `names.text`; the writer's fault.
        """
        assert 1 <= self.serial <= SERIAL_MAX, "a serial of six digits"  # noqa: S101 -- ours
        for column in ("title_ko", "title_en", "number"):
            _plain(getattr(self, column), column, limit=NUMBER_MAX)
        _plain(self.answers, "answers", limit=NUMBER_MAX, empty=True)
        for column in ("sender_name", "sender_rank"):
            _named(getattr(self, column), column)
        _lines(self.text, "text", limit=TEXT_MAX)
        if len(self.fields) > FIELDS_MAX or not (self.text.strip() or self.fields):
            raise _wrong("text")
        for field in self.fields:
            _plain(field.value, field.label_en, limit=TEXT_MAX)

    @property
    def id(self) -> str:
        """How the paper is called in trails and logs."""
        return self.dispatch or f"{self.sender.code}>{self.recipient.code}/paper/{self.serial}"

    @property
    def digest(self) -> str:
        """The SHA-256 of everything that stands on it, as 64 hex digits."""
        return hashlib.sha256(canonical_bytes(self.content())).hexdigest()

    def content(self) -> dict[str, JsonValue]:
        """Everything that stands on it, in one written form."""
        return {
            "answers": self.answers,
            "dispatch": self.dispatch,
            "envelope": self.envelope,
            "fields": [[one.label_ko, one.label_en, one.value] for one in self.fields],
            "number": self.number,
            "recipient": _party(self.recipient),
            "sender": _party(self.sender),
            "sender_name": self.sender_name,
            "sender_rank": self.sender_rank,
            "serial": self.serial,
            "text": self.text,
            "title_en": self.title_en,
            "title_ko": self.title_ko,
            "version": 1,
            "written_on": self.written_on.isoformat(),
        }

    @property
    def paper_number(self) -> str:
        """Rule PP1: twelve digits."""
        return numbers_of(serial=self.serial, digest=self.digest)[0]

    def answer_number(self, choice: Choice) -> str:
        """Rule PP2: thirteen digits."""
        return numbers_of(serial=self.serial, digest=self.digest)[1][choice]

    @property
    def qr_text(self) -> str:
        """Rule PP4."""
        lines = [_QR_HEAD, self.paper_number, self.id, self.digest]
        return "\n".join([*lines, _check_of_lines(lines)])


def numbers_of(*, serial: int, digest: str) -> tuple[str, dict[Choice, str]]:
    """The paper number and the answer numbers of a printed paper (rules PP1 and PP2)."""
    printed = _paper_digits(serial, digest)
    return checked(printed), {choice: checked(printed + choice.digit) for choice in Choice}


@dataclass(frozen=True, slots=True)
class QrFacts:
    """What a paper's QR code says."""

    paper_number: str
    id: str
    digest: str


def read_qr(text: str) -> QrFacts:
    """Read what a scanner gave for a paper's QR code.

    Raises:
        SangbongError: `liaison.paper_qr`; another code, or a misread.
    """
    lines = text.strip().split("\n")
    if (
        len(lines) != _QR_LINES
        or lines[0] != _QR_HEAD
        or lines[-1] != _check_of_lines(lines[:-1])
        or not is_checked(lines[1])
    ):
        raise SangbongError("liaison.paper_qr")
    return QrFacts(paper_number=lines[1], id=lines[2], digest=lines[3])


def _check_of_lines(lines: Sequence[str]) -> str:
    return check_digits("".join(f"{byte:03}" for byte in "\n".join(lines).encode("utf-8")))


def _paper_digits(serial: int, digest: str) -> str:
    return f"{serial:06}{int(digest[:16], 16) % 10**_CONTENT_DIGITS:04}"


def _party(party: Party) -> dict[str, JsonValue]:
    return {"code": party.code, "name_en": party.name_en, "name_ko": party.name_ko}


def layout(sheet: Sheet) -> dict[str, JsonValue]:
    """What the template sets: texts only, in the order in which they stand on the paper."""

    def beside(value: str) -> list[JsonValue]:
        return [value, check_of(value)]

    return {
        "answers": beside(sheet.answers),
        "choices": [[choice.value, grouped(sheet.answer_number(choice))] for choice in Choice],
        "dispatch": sheet.id,
        "fields": [[one.label_ko, one.label_en, *beside(one.value)] for one in sheet.fields],
        "fingerprint": grouped(sheet.digest[:32]),
        "number": beside(sheet.number),
        "paper_number": grouped(sheet.paper_number),
        "paragraphs": [line for line in sheet.text.split("\n") if line.strip()],
        "recipient": _party(sheet.recipient),
        "sender": _party(sheet.sender),
        "sender_name": sheet.sender_name,
        "sender_rank": sheet.sender_rank,
        "title_en": sheet.title_en,
        "title_ko": sheet.title_ko,
        "written_on": beside(sheet.written_on.isoformat()),
    }


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply as it was typed from the form.

    `received_on` is the day that the other side wrote; `their_number` its own number for the reply.
    """

    choice: Choice
    received_on: date
    received_by: str
    received_rank: str
    their_number: str = ""
    text: str = ""


REPLY_FIELDS = (
    "paper_number",
    "answer_number",
    "received_on",
    "received_by",
    "received_rank",
    "their_number",
    "text",
)
"""The fields of the typed form, in the order of the paper."""


def read_reply(
    typed: Mapping[str, str], *, serial: int, digest: str, written_on: date, today: date
) -> Reply:
    """Read a typed reply to one paper: rule PP5.

    Raises:
        SangbongError: `liaison.paper_number_wrong`, `liaison.paper_number_other`,
            `liaison.paper_day_wrong`, `liaison.paper_day_before`, `liaison.paper_day_after`,
            `liaison.paper_field`, or a fault of a text from `names.text`, each with its field; the
            typist's fault, or the writer's.
    """
    printed = _paper_digits(serial, digest)
    _number(typed, "paper_number", printed)
    choice = _choice(typed, printed)
    text = typed.get("text", "").replace("\r\n", "\n").strip()
    _lines(text, "text", limit=REPLY_TEXT_MAX)
    if choice is Choice.IN_WORDS and not text:
        raise _wrong("text")
    return Reply(
        choice=choice,
        received_on=_day(typed, written_on=written_on, today=today),
        received_by=_named(typed.get("received_by", "").strip(), "received_by"),
        received_rank=_named(typed.get("received_rank", "").strip(), "received_rank"),
        their_number=_plain(
            typed.get("their_number", "").strip(), "their_number", limit=NUMBER_MAX, empty=True
        ),
        text=text,
    )


def _number(typed: Mapping[str, str], column: str, printed: str) -> None:
    digits = ungrouped(typed.get(column, ""))
    if not is_checked(digits):
        raise SangbongError("liaison.paper_number_wrong", place=Place(column=column))
    if digits != checked(printed):
        raise SangbongError("liaison.paper_number_other", place=Place(column=column))


def _choice(typed: Mapping[str, str], printed: str) -> Choice:
    column = "answer_number"
    digits = ungrouped(typed.get(column, ""))
    if not is_checked(digits):
        raise SangbongError("liaison.paper_number_wrong", place=Place(column=column))
    for choice in Choice:
        if digits == checked(printed + choice.digit):
            return choice
    # a number with good check digits that no answer of this form has
    raise SangbongError("liaison.paper_number_other", place=Place(column=column))


_DAY = re.compile(r"([0-9]{4})[-./년\s]*([0-9]{1,2})[-./월\s]*([0-9]{1,2})[일.\s]*")


def _day(typed: Mapping[str, str], *, written_on: date, today: date) -> date:
    place = Place(column="received_on")
    found = _DAY.fullmatch(typed.get("received_on", "").strip())
    try:
        day = date(*map(int, found.groups())) if found else None
    except ValueError:
        day = None
    if day is None:
        raise SangbongError("liaison.paper_day_wrong", place=place)
    if day < written_on:
        raise SangbongError("liaison.paper_day_before", place=place, day=written_on.isoformat())
    if day > today:
        raise SangbongError("liaison.paper_day_after", place=place, day=today.isoformat())
    return day


def _wrong(column: str) -> SangbongError:
    return SangbongError("liaison.paper_field", place=Place(column=column))


def _plain(value: str, column: str, *, limit: int, empty: bool = False) -> str:
    if clean_text(value, column=column, max_length=limit) != value or not (value or empty):
        raise _wrong(column)
    return value


def _named(value: str, column: str) -> str:
    if not value or clean_name(value, column=column, max_length=NAME_MAX) != value:
        raise _wrong(column)
    return value


def _lines(text: str, column: str, *, limit: int) -> None:
    if len(text) > limit:
        raise _wrong(column)
    for line in text.split("\n"):
        clean_text(line, column=column, max_length=limit)


__all__ = [
    "FIELDS_MAX",
    "REPLY_FIELDS",
    "Choice",
    "Party",
    "QrFacts",
    "Reply",
    "Sheet",
    "SheetField",
    "layout",
    "numbers_of",
    "read_qr",
    "read_reply",
]
