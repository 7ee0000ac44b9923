"""The one meeting (열쇠 맞바꾸기): two offices become sure of each other's root keys.

1. (M1) The steps are done in their order; docs/machines/ceremony.md is their drawing. A meeting that was
   interrupted goes on at its step.
2. (M2) Whatever differs stops the meeting: nothing is confirmed, and it begins again from the start with
   another stick. Nobody goes on "for now".
3. (M3) Nobody confirms by a click. Three words of the other's list, in places drawn each time, are typed
   as the other side's people read them; the programme does not show them meanwhile. A word of either
   language counts. A word that is in neither list is a slip of the fingers and is asked again; another
   word of the lists is a difference.
4. (M4) The second path is the digest of the statement, read from the other's screen (as a QR code and in
   letters): a stick that was swapped on the table does not match it. Its last eight letters are typed.
5. (M5) The fingerprint stands on the root keys, the digest on the statement: both are in the record that
   both sides sign by hand.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sangbong.kernel.canonical import canonical_bytes, parse_canonical
from sangbong.kernel.errors import SangbongError
from sangbong.office.core.members import Members
from sangbong.office.core.statement import Fingerprint, KeyStatement, fingerprint, words

WORDS_ASKED = 3
SECOND_PATH_LETTERS = 8
_MEMBERS = ("code", "confirmed", "digest", "second_path", "started", "step", "test")
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class Step(StrEnum):
    """How far a meeting has come."""

    BEGUN = "begun"
    WRITTEN = "written"
    READ = "read"
    COMPARED = "compared"
    CONFIRMED = "confirmed"
    TESTED = "tested"
    RECORDED = "recorded"
    STOPPED = "stopped"


class Event(StrEnum):
    """What happened at the table."""

    WRITE = "write"
    TAKE = "take"
    COMPARE = "compare"
    WORDS_RIGHT = "words_right"
    DIFFERENCE = "difference"
    BEGIN_AGAIN = "begin_again"
    TEST = "test"
    NO_LINE = "no_line"
    SIGN = "sign"


_MOVES: dict[tuple[Step, Event], Step] = {
    (Step.BEGUN, Event.WRITE): Step.WRITTEN,
    (Step.WRITTEN, Event.TAKE): Step.READ,
    (Step.WRITTEN, Event.DIFFERENCE): Step.STOPPED,
    (Step.READ, Event.COMPARE): Step.COMPARED,
    (Step.READ, Event.DIFFERENCE): Step.STOPPED,
    (Step.COMPARED, Event.WORDS_RIGHT): Step.CONFIRMED,
    (Step.COMPARED, Event.DIFFERENCE): Step.STOPPED,
    (Step.STOPPED, Event.BEGIN_AGAIN): Step.BEGUN,
    (Step.CONFIRMED, Event.TEST): Step.TESTED,
    (Step.CONFIRMED, Event.NO_LINE): Step.TESTED,
    (Step.TESTED, Event.SIGN): Step.RECORDED,
}


def after(step: Step, event: Event) -> Step:
    """The step that an event leads to: rule M1.

    Raises:
        SangbongError: `office.ceremony_step`; it has no place there.
    """
    try:
        return _MOVES[step, event]
    except KeyError as fault:
        raise SangbongError("office.ceremony_step", step=step.value) from fault


class Heard(StrEnum):
    """What a typed word says: rule M3."""

    RIGHT = "right"
    SLIP = "slip"
    DIFFERENT = "different"


def judge_word(told: Fingerprint, *, place: int, typed: str) -> Heard:
    """Whether a typed word is the one that stands at a place of the other's list, counted from 0."""
    word = unicodedata.normalize("NFC", typed.strip()).casefold()
    if word in {_plain(told.words_ko[place]), told.words_en[place]}:
        return Heard.RIGHT
    known = word in words("en") or word in {_plain(one) for one in words("ko")}
    return Heard.DIFFERENT if known else Heard.SLIP


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word)


def second_path_text(statement: KeyStatement) -> str:
    """What the QR code says: rule M4."""
    return f"SANGBONG KEYS 1 {statement.code} {statement.serial} {statement.digest}"


def second_path_letters(statement: KeyStatement) -> str:
    """The letters that are typed where there is no camera."""
    return statement.digest[-SECOND_PATH_LETTERS:]


def judge_second_path(statement: KeyStatement, *, typed: str) -> bool:
    """Whether what came over the second path is of the statement that lay on the stick: rule M4.

    Typed are the last eight letters, or scanned is the whole text of the code.
    """
    said = " ".join(typed.split())
    return said.lower() == second_path_letters(statement) or said == second_path_text(statement)


@dataclass(frozen=True, slots=True)
class Progress:
    """A meeting as it is kept between two runs: rule M1.

    `second_path` is whether the digest was compared; `test` is how the test dispatches went, empty
    before.
    """

    started: datetime
    step: Step = Step.BEGUN
    code: str = ""
    digest: str = ""
    second_path: bool = False
    confirmed: datetime | None = None
    test: str = ""

    def on(self, event: Event) -> Progress:
        """The meeting after an event; one that stopped forgets what it had read.

        Raises:
            SangbongError: `office.ceremony_step`.
        """
        step = after(self.step, event)
        if step is Step.BEGUN:
            return Progress(started=self.started)
        return replace(self, step=step)

    def encode(self) -> bytes:
        """The meeting as a file."""
        return canonical_bytes(
            {
                "code": self.code,
                "confirmed": self.confirmed.strftime(_INSTANT) if self.confirmed else "",
                "digest": self.digest,
                "second_path": int(self.second_path),
                "started": self.started.strftime(_INSTANT),
                "step": self.step.value,
                "test": self.test,
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Progress:
        """Read the meeting back.

        Raises:
            SangbongError: `office.ceremony_unreadable`; the file was touched.
        """
        try:
            members = Members(parse_canonical(data), *_MEMBERS)
            confirmed = members.text("confirmed", most=20)
            return cls(
                started=datetime.fromisoformat(members.text("started", most=20)),
                step=Step(members.text("step", most=10)),
                code=members.text("code", most=6),
                digest=members.text("digest", most=64),
                second_path=bool(members.number("second_path", lowest=0, highest=1)),
                confirmed=datetime.fromisoformat(confirmed) if confirmed else None,
                test=members.text("test", most=200),
            )
        except ValueError as fault:
            raise SangbongError("office.ceremony_unreadable") from fault


def record_text(*, own: KeyStatement, other: KeyStatement, progress: Progress) -> str:
    """The paper that both sides sign: rule M5. Plain text, at most 78 columns of Latin letters."""
    second = "비교함 / compared" if progress.second_path else "비교하지 못함 / not compared"
    confirmed = progress.confirmed.strftime(_INSTANT) if progress.confirmed else ""
    parts = [
        "열쇠 맞바꾸기 기록 / RECORD OF THE EXCHANGE OF KEYS",
        "",
        f"시작 / begun      {progress.started.strftime(_INSTANT)}",
        f"확인 / confirmed  {confirmed}",
        f"둘째 길 / second path  {second}",
        f"시험 송달 / test dispatches  {progress.test}",
        "",
        *_side(own),
        *_side(other),
        "낱말 열두 개를 두 언어로, 숫자 예순 자리를 소리 내어 모두 읽었고 같았습니다.",
        "All twelve words in both languages and all sixty digits were read aloud and were equal.",
        "",
        "열쇠를 잃거나 빼앗겼을 때의 전화 암호말 / code-words for the telephone:",
        "",
        "    ______________________________    ______________________________",
        "",
        *_lines_to_sign(own.code),
        *_lines_to_sign(other.code),
    ]
    return "\n".join(parts) + "\n"


def _side(statement: KeyStatement) -> list[str]:
    told = fingerprint(statement)
    return [
        f"{statement.code}  {statement.name_ko} / {statement.name_en}",
        f"  명세 / statement {statement.serial}",
        f"  {statement.digest}",
        *_in_rows(told.words_ko),
        *_in_rows(told.words_en),
        *_in_rows(tuple(told.digits.split())),
        "",
    ]


def _in_rows(items: tuple[str, ...]) -> list[str]:
    return ["  " + "  ".join(items[start : start + 6]) for start in range(0, len(items), 6)]


def _lines_to_sign(code: str) -> list[str]:
    line = f"{code}   이름 / name ________________   서명 / signature ________________"
    return [line, "", line, ""]
