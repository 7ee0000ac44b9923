"""Findings stay inside; replies leave. What leaves is decided here and nowhere else.

Six findings are made inside: alive, dead, cannot confirm, refused, unwell, wrong person. Three
classes leave: alive, dead, cannot confirm.

1. (F1) *Refused* leaves as *cannot confirm* unless the found person allowed the seeker to learn
   that they live; then it leaves as *alive*, "does not wish to meet".
2. (F2) *Unwell* is treated alike: health is told only with leave, as *alive*, "cannot travel".
3. (F3) *Wrong person*, nobody found, and nobody answered leave as *cannot confirm*.
4. (F4) Every *cannot confirm* item has the same bytes but for its two numbers.
5. (F5) No *cannot confirm* leaves before the completing part, whatever its inner reason: else the
   part number would tell a quick "nobody found" from a late refusal.
6. (F6) What was told already is not told again: a refusal that comes after the completing part
   sends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sangbong.tracing.core.states import READY, EntryState, Reading


class FindingClass(StrEnum):
    """An officer's finding about one person sought; never leaves as such."""

    ALIVE = "alive"
    DEAD = "dead"
    CANNOT_CONFIRM = "cannot_confirm"
    REFUSED = "refused"
    UNWELL = "unwell"
    WRONG_PERSON = "wrong_person"


class Answer(StrEnum):
    """What the found person said when asked."""

    WILLING = "willing"
    REFUSED = "refused"
    UNWELL = "unwell"
    UNREACHABLE = "unreachable"


class ReplyClass(StrEnum):
    """What may leave."""

    ALIVE = "alive"
    DEAD = "dead"
    CANNOT_CONFIRM = "cannot_confirm"


class Statement(StrEnum):
    """What a living found person lets the seeker know besides."""

    NONE = ""
    WILLING = "willing"
    DOES_NOT_WISH_TO_MEET = "does_not_wish_to_meet"
    CANNOT_TRAVEL = "cannot_travel"


WORDS = {
    ReplyClass.ALIVE: "생존",
    ReplyClass.DEAD: "사망",
    ReplyClass.CANNOT_CONFIRM: "확인불가",
}
"""The class as it is written on our paper. Source: mbn.co.kr/news/politics/185067."""

_READINGS = {
    "alive": Reading.ALIVE,
    "생존": Reading.ALIVE,
    "dead": Reading.DEAD,
    "사망": Reading.DEAD,
    "cannot_confirm": Reading.CANNOT_CONFIRM,
    "확인불가": Reading.CANNOT_CONFIRM,
}

_OF_ANSWER = {
    Answer.WILLING: FindingClass.ALIVE,
    Answer.REFUSED: FindingClass.REFUSED,
    Answer.UNWELL: FindingClass.UNWELL,
    Answer.UNREACHABLE: FindingClass.CANNOT_CONFIRM,
}


OWN_ANSWER = "the found person's own answer: "
"""How the reason of a finding begins that only repeats what the found person said."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What leaves about one person sought."""

    reply_class: ReplyClass
    statement: Statement

    @property
    def names_somebody(self) -> bool:
        """Whether the item says anything about a person of ours."""
        return self.reply_class is not ReplyClass.CANNOT_CONFIRM


NOTHING_TOLD = Leaving(ReplyClass.CANNOT_CONFIRM, Statement.NONE)


def finding_of(answer: Answer) -> FindingClass:
    """The finding that a found person's answer makes."""
    return _OF_ANSWER[answer]


def leaving(finding: FindingClass, *, allowed: bool) -> Leaving:
    """What a finding leaves as: rules F1 to F3.

    Args:
        finding: the finding inside.
        allowed: the found person lets the seeker learn that they live, though they refuse or are
            unwell.
    """
    if finding is FindingClass.ALIVE:
        return Leaving(ReplyClass.ALIVE, Statement.WILLING)
    if finding is FindingClass.DEAD:
        return Leaving(ReplyClass.DEAD, Statement.NONE)
    if allowed and finding is FindingClass.REFUSED:
        return Leaving(ReplyClass.ALIVE, Statement.DOES_NOT_WISH_TO_MEET)
    if allowed and finding is FindingClass.UNWELL:
        return Leaving(ReplyClass.ALIVE, Statement.CANNOT_TRAVEL)
    return NOTHING_TOLD


def release_now(
    state: EntryState, ready: Leaving, *, told: ReplyClass | None, complete: bool
) -> Leaving | None:
    """What the next part says of one entry; None when it says nothing: rules F3, F5, F6.

    Args:
        state: how far the entry is.
        ready: what its finding leaves as, where its state is ready.
        told: the class that an earlier part gave, if any.
        complete: the part completes the reply, or comes after the completing one.
    """
    due = ready if state in READY else NOTHING_TOLD
    if due.names_somebody:
        return due if due.reply_class is not told else None
    if told is None:
        return due if complete else None
    # Reversing an earlier answer is owed at once; an entry still being asked again reverses nothing.
    return due if told is not ReplyClass.CANNOT_CONFIRM and state in READY else None


def read_class(written: str, words: str) -> Reading:
    """What an incoming class and its words say to us; `unread` when neither is known."""
    for text in (written, words):
        reading = _READINGS.get("".join(text.split()).casefold())
        if reading is not None:
            return reading
    return Reading.UNREAD
