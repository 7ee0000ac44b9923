"""Fills the pages of the line with as many rows as a test wants; all people are invented."""

from __future__ import annotations

from datetime import timedelta

from tests.web.furnishing import NOW, THEM

from sangbong.liaison import operations
from sangbong.liaison.core.people.calls import (
    CallKind,
    CallOutcome,
    CallRecord,
    OwnSide,
    Reading,
    due_calls,
)
from sangbong.liaison.core.people.line_state import LineFact, LineSaid
from sangbong.liaison.core.people.meetings import MeetingDeed, MeetingFact, MeetingKind, MinutesText
from sangbong.liaison.core.people.offer import OfferDeed, OfferFact, Way
from sangbong.liaison.core.people.offer_papers import OfferPaper
from sangbong.liaison.core.people.paths import Path, PathFact, PathSaid
from sangbong.liaison.core.people.presence import PresenceFact, PresenceSaid
from sangbong.liaison.core.people.roster import Duty
from sangbong.liaison.core.people.said import Said, Side
from sangbong.office.core.actor import Actor
from sangbong.programmes.korea import lines

HAN = Actor("han", "furnishing")
TOLD = Said(Side.THEIRS, "리명국", paper="북남-3", saw="전화로 알려 왔다")
TODAY = NOW.date()


def furnish_line(first: int, last: int) -> None:
    """Add records number `first` to `last` to every page of the line; Officer Han works here."""
    for n in range(first, last + 1):
        _facts(n)
        _meetings(n)
        _offers(n)
    if first == 1:
        operations.assign_duty(now=NOW, actor=HAN, day=TODAY, duty=Duty.LINE, officer="han")


def _facts(n: int) -> None:
    at = NOW - timedelta(days=n)
    told = {"now": NOW, "actor": HAN, "counterpart": THEM}
    said = LineSaid.DEGRADED if n % 2 else LineSaid.RESTORED
    record = operations.record_line_fact(
        **told, fact=LineFact("panmunjom", said, at - timedelta(days=30), TOLD)
    )
    if n == 2:
        operations.correct(now=NOW, actor=HAN, record=record, why="다른 회선이었다")
    path = list(Path)[n % len(Path)]
    operations.record_path(**told, fact=PathFact(path, PathSaid.USABLE, at, TOLD))
    presence = PresenceSaid.IN_PART if n % 2 else PresenceSaid.PRESENT
    operations.record_presence(
        **told, fact=PresenceFact(Side.THEIRS, "판문점", presence, at, TOLD, 5, head_there=False)
    )
    due = next(iter(due_calls(lines.call_hours("KR-SEL", THEM), day=at.date())), None)
    missed = n % 3 == 0 and due is not None
    operations.record_call(
        **told,
        record=CallRecord(
            line="panmunjom",
            kind=CallKind.OPENING if due else CallKind.OTHER,
            due_at=due.due_at if due else None,
            outcome=CallOutcome.MISSED if missed else CallOutcome.MADE,
            at=at,
            rang=Side.OURS,
            spoke_with="리명국",
            own_side=OwnSide.SOUND if missed else OwnSide.NOT_CHECKED,
            reading=Reading.FAULT if missed else Reading.NOT_READ,
            heard="회보서 날짜를 물었다",
        ),
    )


def _meetings(n: int) -> None:
    number = operations.plan_meeting(
        now=NOW,
        actor=HAN,
        counterpart=THEM,
        kind=MeetingKind.HEADS,
        planned_at=NOW - timedelta(days=7 * n),
        place="판문점",
    )
    if n % 2 == 0:
        fact = MeetingFact(
            MeetingDeed.NOT_HOLD, NOW, TOLD, noticed_at=NOW - timedelta(days=7 * n + 1)
        )
        operations.record_meeting(now=NOW, actor=HAN, number=number, fact=fact)
        return
    fact = MeetingFact(MeetingDeed.HOLD, NOW, TOLD)
    operations.record_meeting(now=NOW, actor=HAN, number=number, fact=fact)
    minutes = MinutesText("명단 교환 날짜를 이야기하였다.", ("의뢰서는 7월 3일에 교환",))
    operations.file_minutes(now=NOW, actor=HAN, number=number, minutes=minutes, source=TOLD)


def _offers(n: int) -> None:
    paper = OfferPaper(
        number=f"의사 2018-{n}",
        date=TODAY,
        title="생사·주소 확인 의뢰서",
        in_name_of="대한적십자사",
        leaves=250,
        sender_name="한도윤",
        sender_rank="연락관",
    )
    number = operations.offer_paper(
        now=NOW - timedelta(days=n),
        actor=HAN,
        counterpart=THEM,
        paper=paper,
        way=Way.CHANNEL if n % 2 else Way.CALL,
    )
    if n % 3 == 1:
        taken = OfferFact(OfferDeed.TAKE, NOW, Way.CALL, TOLD)
        operations.record_offer(now=NOW, actor=HAN, number=number, fact=taken)
    operations.file_offer_by_call(now=NOW, actor=HAN, counterpart=THEM, paper=paper)
