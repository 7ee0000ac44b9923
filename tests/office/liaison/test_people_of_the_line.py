"""Duties, meetings and minutes, offers: what officers plan, write down and answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from tests.conftest import DAY_OF_DRAW

from sangbong.archive.operations import keep_original
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.people.meetings import (
    MeetingDeed,
    MeetingFact,
    MeetingKind,
    MeetingState,
    MinutesText,
    Notice,
)
from sangbong.liaison.core.people.offer import OfferDeed, OfferFact, OfferState, Way
from sangbong.liaison.core.people.offer_papers import OfferAnswer, OfferAnswerPaper, OfferPaper
from sangbong.liaison.core.people.roster import Duty
from sangbong.liaison.core.people.said import Said, Side
from sangbong.liaison.queries.people import WaitKind
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.office.operations import add_staff

pytestmark = pytest.mark.django_db
THEM = OfficeCode("KP-PYO")
OUR_WORD, THEIR_WORD = Said(Side.OURS, "한도윤"), Said(Side.THEIRS, "리명국")
MONDAY, SATURDAY = date(2018, 6, 25), date(2018, 6, 30)


@pytest.fixture(autouse=True)
def furnished(counterpart, officer, now):
    """An office with its counterpart, Officers Han and Min, and the morning's call made."""
    operations.record_opening_call(now=now, actor=officer, counterpart=THEM)
    add_staff(
        now=now,
        actor=Actor("system:init", "founding"),
        username="min",
        display_name="민서준",
        role=Role.LIAISON_OFFICER,
        password=None,
    )


def fails(code: str):
    return pytest.raises(SangbongError, match=f"^{code}$".replace(".", r"\."))


# duties


def duties(day: date) -> list[tuple[str, str]]:
    return [(one.duty.value, one.officer) for one in queries.roster_days(days=[day])]


def test_a_duty_is_given_swapped_and_given_back_and_every_step_stays(now, officer) -> None:
    told = {"now": now, "actor": officer, "day": MONDAY, "duty": Duty.LINE}
    operations.assign_duty(**told, officer="han")
    operations.swap_duty(**told, officer="min", agreed="한도윤, 민서준")
    assert duties(MONDAY) == [("line", "min"), ("on_call", "")]
    operations.give_duty_back(**told)
    assert duties(MONDAY) == [("line", ""), ("on_call", "")]
    kept = queries.duty_records(first=MONDAY, last=MONDAY)
    assert [(one.fact.deed.value, one.fact.agreed) for one in kept] == [
        ("assign", ""),
        ("swap", "한도윤, 민서준"),
        ("give_back", ""),
    ]


def test_a_duty_needs_a_day_that_has_it_and_an_officer_of_ours(now, officer) -> None:
    for day, duty, who, code in (
        (SATURDAY, Duty.LINE, "han", "liaison.duty_none"),
        (MONDAY, Duty.WEEKEND, "han", "liaison.duty_none"),
        (MONDAY, Duty.LINE, "seo", "liaison.duty_unknown_officer"),
    ):
        with fails(code):
            operations.assign_duty(now=now, actor=officer, day=day, duty=duty, officer=who)
    record = operations.assign_duty(
        now=now, actor=officer, day=SATURDAY, duty=Duty.WEEKEND, officer="han"
    )
    with fails("liaison.duty_not_so"):
        operations.assign_duty(
            now=now, actor=officer, day=SATURDAY, duty=Duty.WEEKEND, officer="min"
        )
    operations.correct(now=now, actor=officer, record=record, why="다른 날이었다")
    assert duties(SATURDAY) == [("weekend", ""), ("on_call", "")]


# meetings


def planned(now, officer, hours: int = 1, kind: MeetingKind = MeetingKind.HEADS) -> int:
    return operations.plan_meeting(
        now=now,
        actor=officer,
        counterpart=THEM,
        kind=kind,
        planned_at=now + timedelta(hours=hours),
        place="판문점",
    )


def met(now, officer, number: int, deed: str, **more) -> str:
    fact = MeetingFact(MeetingDeed(deed), now, THEIR_WORD, **more)
    return operations.record_meeting(now=now, actor=officer, number=number, fact=fact)


def test_a_meeting_that_was_held_gets_minutes_in_versions_with_the_scan(now, officer) -> None:
    number = planned(now, officer)
    later = now + timedelta(hours=3)
    assert queries.meeting(number).unwritten(later)
    met(later, officer, number, "hold")
    scan = keep_original(now=later, data=b"%PDF-1.7 scan", media_type="application/pdf", name="x")
    for text, object_id in (("처음", ""), ("다시", scan)):
        operations.file_minutes(
            now=later,
            actor=officer,
            number=number,
            minutes=MinutesText(text, ("명단은 7월 3일에 교환",), object_id),
            source=OUR_WORD,
        )
    found = queries.meeting(number)
    assert (found.state, found.notice, found.unwritten(later)) == (
        MeetingState.MINUTED,
        None,
        False,
    )
    assert [one.minutes for one in found.minutes] == [
        MinutesText("처음", ("명단은 7월 3일에 교환",)),
        MinutesText("다시", ("명단은 7월 3일에 교환",), scan),
    ]
    assert [one.id for one in queries.meetings(counterpart=THEM)] == [number]


def test_a_meeting_not_held_keeps_who_gave_notice_and_when(now, officer) -> None:
    number = planned(now, officer, hours=30)
    record = met(now, officer, number, "not_hold", noticed_at=now - timedelta(minutes=5))
    assert queries.meeting(number).notice is Notice.DAY_BEFORE
    operations.correct(now=now, actor=officer, record=record, why="다른 회의였다")
    assert queries.meeting(number).state is MeetingState.PLANNED
    assert queries.meeting(number).notice is None


def test_what_cannot_be_of_a_meeting_is_refused_with_its_reason(now, officer) -> None:
    number = planned(now, officer)
    with fails("liaison.meeting_planned"):
        planned(now, officer)
    with fails("liaison.meeting_unknown"):
        met(now, officer, 999, "hold")
    with fails("liaison.meeting_not_over"):
        met(now, officer, number, "hold")
    with fails("liaison.line_not_yet"):
        met(now, officer, number, "not_hold", noticed_at=now + timedelta(minutes=1))
    with fails("liaison.meeting_not_now"):
        operations.file_minutes(
            now=now, actor=officer, number=number, minutes=MinutesText("가"), source=OUR_WORD
        )
    later = now + timedelta(hours=2)
    held = met(later, officer, number, "hold")
    with pytest.raises(SangbongError, match=r"^archive\."):
        operations.file_minutes(
            now=later,
            actor=officer,
            number=number,
            minutes=MinutesText("가", (), "ab" * 32),
            source=OUR_WORD,
        )
    operations.file_minutes(
        now=later, actor=officer, number=number, minutes=MinutesText("가"), source=OUR_WORD
    )
    with fails("liaison.meeting_not_now"):
        operations.correct(now=later, actor=officer, record=held, why="열리지 않았다")


def test_habit_proposes_meetings_while_the_joint_office_stood(now) -> None:
    assert queries.usual(counterpart=THEM, now=now) == []
    autumn = datetime.fromisoformat("2018-11-01T03:00:00+00:00")
    kinds = [one.kind.value for one in queries.usual(counterpart=THEM, now=autumn)]
    assert kinds[:4] == ["afternoon", "morning", "heads", "afternoon"]


# offers


def offer_paper(**changes) -> OfferPaper:
    told = {
        "number": "의사 2018-4",
        "date": MONDAY,
        "title": "생사·주소 확인 의뢰서",
        "in_name_of": "대한적십자사",
        "leaves": 250,
        "sender_name": "한도윤",
        "sender_rank": "연락관",
    }
    return OfferPaper(**(told | changes))


def answer_paper(answer: str = "take", **changes) -> OfferAnswerPaper:
    told = {
        "offer": "의사 2018-4",
        "date": MONDAY,
        "answer": OfferAnswer(answer),
        "reason": "",
        "sender_name": "리명국",
        "sender_rank": "연락관",
    }
    return OfferAnswerPaper(**(told | changes))


def came(kind: str, body) -> InboundDispatch:
    return InboundDispatch(
        id="KP-PYO>KR-SEL/offers/1",
        sender=THEM,
        stream="offers",
        sequence=1,
        kind=kind,
        body=body,
        attachments=(),
        received_at=DAY_OF_DRAW,
    )


def ours(now, officer, way: Way = Way.CHANNEL, **changes) -> int:
    return operations.offer_paper(
        now=now, actor=officer, counterpart=THEM, paper=offer_paper(**changes), way=way
    )


def test_a_paper_is_offered_taken_and_then_noted_as_sent(now, officer) -> None:
    number = ours(now, officer)
    assert queries.offer(number).dispatch_id.startswith("KR-SEL>KP-PYO/offers/")
    assert [one.kind for one in queries.what_waits(counterpart=THEM, now=now)] == [
        WaitKind.OFFER_ANSWER,
        WaitKind.TO_CARRY,
    ]
    dispatch = came("liaison.offer_answer", answer_paper().to_body())
    operations.accept_offer_answer(now=now, dispatch=dispatch)
    found = queries.offer(number)
    assert (found.state, found.facts[0].fact.source.by) == (OfferState.WILL_TAKE, "리명국")
    sent = OfferFact(OfferDeed.SEND, now, Way.CHANNEL, OUR_WORD)
    operations.record_offer(
        now=now, actor=officer, number=number, fact=sent, dispatch_id="KR-SEL>KP-PYO/round-21/1"
    )
    found = queries.offer(number)
    assert (found.state, found.dispatches[-1]) == (OfferState.SENT, "KR-SEL>KP-PYO/round-21/1")
    assert found.since == now
    assert queries.open_offers(counterpart=THEM) == []


def test_a_signed_answer_stands_and_a_word_by_call_may_be_corrected(now, officer) -> None:
    number = ours(now, officer, Way.CALL)
    said = OfferFact(OfferDeed.DECLINE, now, Way.CALL, THEIR_WORD)
    record = operations.record_offer(now=now, actor=officer, number=number, fact=said)
    operations.correct(now=now, actor=officer, record=record, why="잘못 들었다")
    assert queries.offer(number).state is OfferState.OFFERED
    dispatch = came("liaison.offer_answer", answer_paper().to_body())
    operations.accept_offer_answer(now=now, dispatch=dispatch)
    signed = queries.offer(number).facts[-1].record
    with fails("liaison.line_paper_stands"):
        operations.correct(now=now, actor=officer, record=signed, why="x")
    sent = OfferFact(OfferDeed.SEND, now, Way.CALL, OUR_WORD)
    operations.record_offer(now=now, actor=officer, number=number, fact=sent)
    taken = OfferFact(OfferDeed.TAKE, now, Way.CALL, THEIR_WORD)
    operations.record_offer(now=now, actor=officer, number=number, fact=taken)


def test_an_answer_by_call_that_a_sending_rests_on_is_not_taken_away(now, officer) -> None:
    number = ours(now, officer, Way.CALL)
    taken = OfferFact(OfferDeed.TAKE, now, Way.CALL, THEIR_WORD)
    record = operations.record_offer(now=now, actor=officer, number=number, fact=taken)
    sent = OfferFact(OfferDeed.SEND, now, Way.CALL, OUR_WORD)
    operations.record_offer(now=now, actor=officer, number=number, fact=sent)
    with fails("liaison.offer_not_now"):
        operations.correct(now=now, actor=officer, record=record, why="x")


def test_a_paper_offered_to_us_waits_for_our_word(now, officer) -> None:
    dispatch = came("liaison.offer", offer_paper(number="북남-9", leaves=0).to_body())
    operations.accept_offer(now=now, dispatch=dispatch)
    with fails("liaison.offer_number_taken"):
        operations.accept_offer(now=now, dispatch=dispatch)
    (found,) = queries.open_offers()
    assert (found.outgoing, found.dispatch_id) == (False, dispatch.id)
    assert [one.kind for one in queries.what_waits(counterpart=THEM, now=now)] == [
        WaitKind.OFFER_TO_ANSWER
    ]
    for way in Way:
        operations.answer_offer(
            now=now,
            actor=officer,
            number=found.id,
            paper=answer_paper(offer="북남-9", sender_name="한도윤", reason="명의를 보고 정했다"),
            way=way,
        )
    kinds = {one.kind for one in queries.what_waits(counterpart=THEM, now=now)}
    assert kinds == {WaitKind.PAPER_TO_COME, WaitKind.TO_CARRY}


def test_who_was_asked_answers_and_who_asked_sends(now, officer) -> None:
    number = ours(now, officer, Way.CALL)
    for deed, source in ((OfferDeed.TAKE, OUR_WORD), (OfferDeed.SEND, THEIR_WORD)):
        with fails("liaison.offer_not_ours"):
            fact = OfferFact(deed, now, Way.CALL, source)
            operations.record_offer(now=now, actor=officer, number=number, fact=fact)
    with fails("liaison.offer_not_ours"):
        operations.answer_offer(
            now=now, actor=officer, number=number, paper=answer_paper(), way=Way.CALL
        )
    theirs = operations.file_offer_by_call(
        now=now, actor=officer, counterpart=THEM, paper=offer_paper(number="북남-9")
    )
    with fails("liaison.offer_not_ours"):
        operations.answer_offer(
            now=now, actor=officer, number=theirs, paper=answer_paper(), way=Way.CALL
        )
    back = OfferFact(OfferDeed.TAKE_BACK, now, Way.CALL, THEIR_WORD)
    operations.record_offer(now=now, actor=officer, number=theirs, fact=back)
    with fails("liaison.offer_unknown"):
        operations.record_offer(now=now, actor=officer, number=999, fact=back)
    with fails("liaison.offer_number_taken"):
        ours(now, officer, Way.CALL)
    with fails("liaison.offer_unknown"):
        stray = came("liaison.offer_answer", answer_paper(offer="없음").to_body())
        operations.accept_offer_answer(now=now, dispatch=stray)


# what waits


def test_what_waits_is_told_for_whom_and_since_when_the_oldest_first(now, officer) -> None:
    held = planned(now - timedelta(hours=30), officer)
    met(now, officer, held, "hold")
    planned(now - timedelta(hours=20), officer, kind=MeetingKind.MORNING)
    ours(now - timedelta(hours=10), officer, Way.CALL)
    accepted = ours(now - timedelta(hours=9), officer, Way.CALL, number="의사 2018-5")
    taken = OfferFact(OfferDeed.TAKE, now - timedelta(hours=1), Way.CALL, THEIR_WORD)
    operations.record_offer(now=now, actor=officer, number=accepted, fact=taken)
    found = queries.everything_waiting(now=now)[THEM]
    assert [(one.kind, one.side, one.count) for one in found] == [
        (WaitKind.MINUTES, Side.OURS, 1),
        (WaitKind.MEETING_TO_WRITE, Side.OURS, 1),
        (WaitKind.OFFER_ANSWER, Side.THEIRS, 1),
        (WaitKind.PAPER_TO_SEND, Side.OURS, 1),
    ]
