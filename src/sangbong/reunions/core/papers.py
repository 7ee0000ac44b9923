"""The papers that propose sittings and answer: `reunions.proposal`, `reunions.answer`.

The bodies are specified in spec/kinds/reunions.proposal.md and spec/kinds/reunions.answer.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sangbong.kernel.canonical import JsonValue
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.reader import Reader, instant_text
from sangbong.reunions.core.machine import RefusalReason

PROPOSAL = "reunions.proposal"
ANSWER = "reunions.answer"
UNREADABLE = "reunions.paper_unreadable"
FIELDS = ("hall", "slot")
"""The personal fields of a proposal, as its clearance names them."""
MAX_SITTINGS = 10_000
MAX_ROOM = 99
MAX_SOUGHT_NO = 999


@dataclass(frozen=True, slots=True)
class ProposedSitting:
    """One family, a time, and the proposer's room; the answer names the other room."""

    number: int
    application_no: str
    sought_nos: tuple[int, ...]
    starts_at: datetime
    ends_at: datetime
    hall: str
    room: int


@dataclass(frozen=True, slots=True)
class ProposalPaper:
    """Sittings proposed for a round; `number` counts this office's proposals for it from 1."""

    round_code: str
    number: int
    sittings: tuple[ProposedSitting, ...]

    def to_body(self) -> dict[str, JsonValue]:
        """The paper as JSON without floats; `from_body` reads it back to an equal value."""
        return {
            "number": self.number,
            "round_code": self.round_code,
            "sittings": [
                {
                    "application_no": sitting.application_no,
                    "ends_at": instant_text(sitting.ends_at),
                    "hall": sitting.hall,
                    "number": sitting.number,
                    "room": sitting.room,
                    "sought_nos": list(sitting.sought_nos),
                    "starts_at": instant_text(sitting.starts_at),
                }
                for sitting in self.sittings
            ],
        }

    @classmethod
    def from_body(cls, body: object) -> ProposalPaper:
        """Read the paper strictly.

        Raises:
            SangbongError: `reunions.paper_unreadable` with the member at fault in its place, or
                `reunions.proposal_overlaps`: the sender's fault.
        """
        top = Reader(body, source=PROPOSAL, code=UNREADABLE)
        top.only("number", "round_code", "sittings")
        paper = cls(
            round_code=top.text("round_code", max_length=20),
            number=top.number("number", 1, MAX_SITTINGS),
            sittings=tuple(
                _sitting(item) for item in top.tables("sittings", max_items=MAX_SITTINGS)
            ),
        )
        if not paper.sittings:
            raise top.fault("sittings")
        _refuse_overlaps(paper)
        return paper


@dataclass(frozen=True, slots=True)
class SittingAnswer:
    """The answer to one sitting: our room where accepted, else the reason of the refusal."""

    number: int
    hall: str = ""
    room: int | None = None
    refusal: RefusalReason | None = None


@dataclass(frozen=True, slots=True)
class AnswerPaper:
    """The answer to every sitting of one proposal, and the timetable's hash as found there."""

    round_code: str
    number: int
    answers: tuple[SittingAnswer, ...]
    timetable_sha256: str

    def to_body(self) -> dict[str, JsonValue]:
        """The paper as JSON without floats; `from_body` reads it back to an equal value."""
        return {
            "answers": [_answer_body(answer) for answer in self.answers],
            "number": self.number,
            "round_code": self.round_code,
            "timetable_sha256": self.timetable_sha256,
        }

    @classmethod
    def from_body(cls, body: object) -> AnswerPaper:
        """Read the paper strictly.

        Raises:
            SangbongError: `reunions.paper_unreadable` with the member at fault in its place: the
                sender's fault.
        """
        top = Reader(body, source=ANSWER, code=UNREADABLE)
        top.only("answers", "number", "round_code", "timetable_sha256")
        paper = cls(
            round_code=top.text("round_code", max_length=20),
            number=top.number("number", 1, MAX_SITTINGS),
            answers=tuple(_answer(item) for item in top.tables("answers", max_items=MAX_SITTINGS)),
            timetable_sha256=top.sha256("timetable_sha256"),
        )
        numbers = [answer.number for answer in paper.answers]
        if len(set(numbers)) != len(numbers):
            raise top.fault("answers")
        return paper


def _sitting(item: Reader) -> ProposedSitting:
    item.only("application_no", "ends_at", "hall", "number", "room", "sought_nos", "starts_at")
    sought_nos = item.numbers("sought_nos", 1, MAX_SOUGHT_NO, max_items=MAX_SOUGHT_NO)
    if not sought_nos or list(sought_nos) != sorted(set(sought_nos)):
        raise item.fault("sought_nos")
    sitting = ProposedSitting(
        number=item.number("number", 1, MAX_SITTINGS),
        application_no=item.text("application_no", max_length=40),
        sought_nos=sought_nos,
        starts_at=item.instant("starts_at"),
        ends_at=item.instant("ends_at"),
        hall=item.text("hall", max_length=10),
        room=item.number("room", 1, MAX_ROOM),
    )
    if sitting.ends_at <= sitting.starts_at:
        raise item.fault("ends_at")
    return sitting


def _refuse_overlaps(paper: ProposalPaper) -> None:
    """No number and no family twice, and no room booked before its last sitting is over."""
    numbers = {sitting.number for sitting in paper.sittings}
    families = {sitting.application_no for sitting in paper.sittings}
    if not len(numbers) == len(families) == len(paper.sittings):
        raise SangbongError("reunions.proposal_overlaps")
    busy_until: dict[tuple[str, int], datetime] = {}
    for sitting in sorted(paper.sittings, key=lambda sitting: sitting.starts_at):
        room = (sitting.hall, sitting.room)
        if room in busy_until and sitting.starts_at < busy_until[room]:
            raise SangbongError("reunions.proposal_overlaps")
        busy_until[room] = sitting.ends_at


def _answer_body(answer: SittingAnswer) -> dict[str, JsonValue]:
    if answer.refusal is not None:
        return {"answer": "refuse", "number": answer.number, "reason": answer.refusal.value}
    return {
        "answer": "accept",
        "hall": answer.hall,
        "number": answer.number,
        "room": answer.room,
    }


def _answer(item: Reader) -> SittingAnswer:
    number = item.number("number", 1, MAX_SITTINGS)
    match item.text("answer"):
        case "accept":
            item.only("answer", "hall", "number", "room")
            return SittingAnswer(
                number=number,
                hall=item.text("hall", max_length=10),
                room=item.number("room", 1, MAX_ROOM),
            )
        case "refuse":
            item.only("answer", "number", "reason")
            reason = item.text("reason", max_length=20)
            if reason not in list(RefusalReason):
                raise item.fault("reason")
            return SittingAnswer(number=number, refusal=RefusalReason(reason))
        case _:
            raise item.fault("answer")
