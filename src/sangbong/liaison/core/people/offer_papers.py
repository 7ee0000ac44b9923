"""The bodies of `liaison.offer` and `liaison.offer_answer`; spec/kinds has the formats.

An offer names a paper (what kind, which number, in whose name, how many leaves) so that the other
side can say whether it will take it. Neither paper is acted on by a machine beyond being filed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import Place, SangbongError
from sangbong.liaison.core.wire.fields import Fields
from sangbong.names.text import clean_name, clean_text

OFFER_KIND = "liaison.offer"
ANSWER_KIND = "liaison.offer_answer"
NUMBER_MAX = 40
NAME_MAX = 100
TITLE_MAX = 200
REASON_MAX = 500
LEAVES_MAX = 100_000

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_OFFER = ("date", "in_name_of", "leaves", "number", "sender_name", "sender_rank", "title")
_ANSWER = ("answer", "date", "offer", "reason", "sender_name", "sender_rank")


class OfferAnswer(StrEnum):
    """What the other side says to an offer."""

    TAKE = "take"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class OfferPaper:
    """Asks whether a paper will be taken.

    `number` is the sender's own count of its offers; `title` names the paper and nobody in it;
    `in_name_of` is the body in whose name the paper stands, over which it may be declined; `leaves`
    is 0 where that cannot be said.
    """

    number: str
    date: date
    title: str
    in_name_of: str
    leaves: int
    sender_name: str
    sender_rank: str

    def to_body(self) -> dict[str, JsonValue]:
        """The offer as it is sealed.

        Raises:
            SangbongError: as `from_body`, the writer's slip.
        """
        body: dict[str, JsonValue] = {
            "date": self.date.isoformat(),
            "in_name_of": self.in_name_of,
            "leaves": self.leaves,
            "number": self.number,
            "sender_name": self.sender_name,
            "sender_rank": self.sender_rank,
            "title": self.title,
        }
        OfferPaper.from_body(body)
        return body

    @classmethod
    def from_body(cls, body: Mapping[str, JsonValue]) -> OfferPaper:
        """Read an offer strictly.

        Raises:
            SangbongError: `liaison.offer_unreadable` with the member at fault, or a fault of a text
                from `names.text`; the writer's fault.
        """
        read = _Body(body, OFFER_KIND, _OFFER)
        return cls(
            number=read.text("number", NUMBER_MAX),
            date=read.day("date"),
            title=read.text("title", TITLE_MAX),
            in_name_of=read.name("in_name_of"),
            leaves=read.count("leaves", LEAVES_MAX),
            sender_name=read.name("sender_name"),
            sender_rank=read.name("sender_rank"),
        )


@dataclass(frozen=True, slots=True)
class OfferAnswerPaper:
    """Answers an offer by its number."""

    offer: str
    date: date
    answer: OfferAnswer
    reason: str
    sender_name: str
    sender_rank: str

    def to_body(self) -> dict[str, JsonValue]:
        """The answer as it is sealed.

        Raises:
            SangbongError: as `from_body`, the writer's slip.
        """
        body: dict[str, JsonValue] = {
            "answer": self.answer.value,
            "date": self.date.isoformat(),
            "offer": self.offer,
            "reason": self.reason,
            "sender_name": self.sender_name,
            "sender_rank": self.sender_rank,
        }
        OfferAnswerPaper.from_body(body)
        return body

    @classmethod
    def from_body(cls, body: Mapping[str, JsonValue]) -> OfferAnswerPaper:
        """Read an answer strictly.

        Raises:
            SangbongError: as `OfferPaper.from_body`.
        """
        read = _Body(body, ANSWER_KIND, _ANSWER)
        return cls(
            offer=read.text("offer", NUMBER_MAX),
            date=read.day("date"),
            answer=read.answer("answer"),
            reason=read.text("reason", REASON_MAX, empty=True),
            sender_name=read.name("sender_name"),
            sender_rank=read.name("sender_rank"),
        )


class _Body:
    """Reads the members of one body; every fault names the member."""

    def __init__(self, body: Mapping[str, JsonValue], kind: str, members: tuple[str, ...]) -> None:
        self._kind = kind
        try:
            self._fields = Fields(body, *members)
        except ValueError as error:
            raise self._fault("") from error

    def _fault(self, column: str) -> SangbongError:
        place = Place(source=self._kind, column=column)
        return SangbongError("liaison.offer_unreadable", place=place)

    def _raw(self, column: str, pattern: re.Pattern[str] | None = None) -> str:
        try:
            return self._fields.text(column, pattern)
        except ValueError as error:
            raise self._fault(column) from error

    def text(self, column: str, limit: int, *, empty: bool = False) -> str:
        raw = self._raw(column)
        clean = clean_text(raw, column=column, max_length=limit)
        if clean != raw or not (clean or empty):
            raise self._fault(column)
        return clean

    def name(self, column: str) -> str:
        raw = self._raw(column)
        clean = clean_name(raw, column=column, max_length=NAME_MAX)
        if clean != raw or not clean:
            raise self._fault(column)
        return clean

    def day(self, column: str) -> date:
        raw = self._raw(column, _DAY)
        try:
            return date.fromisoformat(raw)
        except ValueError as error:
            raise self._fault(column) from error

    def answer(self, column: str) -> OfferAnswer:
        try:
            return OfferAnswer(self._raw(column))
        except ValueError as error:
            raise self._fault(column) from error

    def count(self, column: str, limit: int) -> int:
        try:
            return self._fields.number(column, lowest=0, highest=limit)
        except ValueError as error:
            raise self._fault(column) from error
