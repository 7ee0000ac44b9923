from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django import DjangoAssertNumQueries
from tests.office.selection import making
from tests.office.selection.making import PYONGYANG, inbound

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import queries as liaison
from sangbong.office.core.actor import Actor
from sangbong.programmes.korea import loader
from sangbong.reunions import operations, queries
from sangbong.reunions.core.machine import Outcome, RefusalReason, SittingState
from sangbong.reunions.core.papers import (
    ANSWER,
    PROPOSAL,
    AnswerPaper,
    ProposalPaper,
    ProposedSitting,
    SittingAnswer,
)
from sangbong.reunions.core.timetable import Agreed, timetable_hash
from sangbong.reunions.models import Sitting
from sangbong.selection import operations as selection
from sangbong.selection.core.papers import KIND as FINAL_LIST
from sangbong.selection.core.papers import FinalEntry, FinalListPaper

pytestmark = pytest.mark.django_db
SEOUL = OfficeCode("KR-SEL")
FIRST = date(2018, 8, 20)
DAYS = [FIRST, date(2018, 8, 21)]
HOURS = loader.hall_hours()
T0 = datetime(2018, 8, 19, 23, 0, tzinfo=UTC)
HALLS = loader.halls(office=SEOUL, on=FIRST)


def refused(code: str) -> Any:
    return pytest.raises(SangbongError, match=f"^{code}$")


def open_everything(now: datetime, actor: Actor, days: Sequence[date] = DAYS) -> None:
    operations.open_halls(now=now, actor=actor, halls=HALLS)
    operations.open_slots(now=now, actor=actor, days=days, hours=HOURS)


def proposed(now: datetime, clerk: Actor) -> queries.ProposalView:
    making.sent_round(now, clerk)
    open_everything(now, clerk)
    return operations.propose_sittings(now=now, actor=clerk, round_code="21", days=DAYS)


def answer_to(view: queries.ProposalView, refuse: Sequence[int] = ()) -> AnswerPaper:
    """What the other office answers: its rooms in order, and the hash it finds."""
    answers, agreed = [], []
    for room, sitting in enumerate(queries.sittings(view.round_code), start=1):
        if sitting.number in refuse:
            reason = RefusalReason.KIN_CANNOT_COME
            answers.append(SittingAnswer(sitting.number, refusal=reason))
            continue
        answers.append(SittingAnswer(sitting.number, "KOR", room))
        agreed.append(
            Agreed(
                sitting.number,
                sitting.application_no,
                sitting.starts_at,
                sitting.ends_at,
                sitting.our_room,
                f"KOR/{room}",
            )
        )
    found = timetable_hash(
        agreed, round_code="21", proposer=SEOUL, answerer=PYONGYANG, proposal=view.number
    )
    return AnswerPaper("21", view.number, tuple(answers), found)


def accept(now: datetime, paper: AnswerPaper, sender: OfficeCode = PYONGYANG) -> None:
    dispatch = replace(inbound(ANSWER, paper.to_body(), now), sender=sender)
    operations.accept_answer(now=now, dispatch=dispatch)


def test_halls_and_slots_open_once_and_exist_empty(clerk: Actor, now: datetime) -> None:
    with refused("reunions.no_halls"):
        operations.open_slots(now=now, actor=clerk, days=DAYS, hours=HOURS)
    assert operations.open_halls(now=now, actor=clerk, halls=HALLS) == 13
    assert operations.open_halls(now=now, actor=clerk, halls=HALLS) == 0
    assert operations.open_slots(now=now, actor=clerk, days=[FIRST], hours=HOURS) == 52
    assert operations.open_slots(now=now, actor=clerk, days=DAYS, hours=HOURS) == 52
    assert queries.halls()[0] == ("SEL", "서울 화상상봉장", "Seoul hall", 5)
    assert queries.days() == DAYS
    assert len(queries.free_slots()) == 104
    assert len(queries.free_slots([FIRST])) == 52
    grid = queries.timetable(FIRST)
    assert (len(grid.rooms), len(grid.hours), len(grid.cells)) == (13, 4, 52)
    assert set(grid.cells.values()) == {None}


def test_everybody_on_the_final_list_is_proposed_and_the_paper_sent(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    view = proposed(now, clerk)
    assert (view.number, view.ours, view.dispatch) == (1, True, "KR-SEL>KP-PYO/round-21/2")
    assert view.sittings == {SittingState.PROPOSED: 5}
    seated = queries.sittings("21")
    assert [sitting.number for sitting in seated] == [1, 2, 3, 4, 5]
    assert {sitting.state for sitting in seated} == {SittingState.PROPOSED}
    assert {sitting.sought_nos for sitting in seated} == {(2,)}
    # those who live in Busan sit in Busan
    homes = {sitting.our_room.split("/")[0]: set() for sitting in seated}  # type: ignore[var-annotated]
    for sitting in seated:
        homes[sitting.our_room.split("/")[0]].add(int(sitting.application_no[-6:]) % 2)
    assert homes.get("PUS", {1}) == {1}
    assert homes.get("SEL", {0}) == {0}
    grid = queries.timetable(FIRST)
    taken = [cell for cell in grid.cells.values() if cell is not None]
    assert sorted(taken, key=lambda s: s.number) == [s for s in seated if s in taken]
    assert liaison.dispatches()[0].kind == PROPOSAL
    with refused("reunions.nobody_to_seat"):
        operations.propose_sittings(now=now, actor=clerk, round_code="21", days=DAYS)


def test_nothing_is_proposed_before_the_final_list_is_sent_or_without_rooms(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.open_round(now, clerk)
    with refused("reunions.final_list_not_sent"):
        operations.propose_sittings(now=now, actor=clerk, round_code="21", days=DAYS)
    selection.cancel_round(now=now, actor=clerk, round_code="21")


def test_a_time_gets_no_more_sittings_than_the_other_side_has_rooms(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.sent_round(now, clerk)
    open_everything(now, clerk, [FIRST])
    with refused("reunions.not_enough_slots"):
        operations.propose_sittings(
            now=now, actor=clerk, round_code="21", days=[FIRST], other_rooms=1
        )
    operations.propose_sittings(now=now, actor=clerk, round_code="21", days=[FIRST], other_rooms=2)
    starts = [sitting.starts_at for sitting in queries.sittings("21")]
    assert max(starts.count(at) for at in starts) <= 2


def test_an_answer_makes_the_same_timetable_on_both_sides(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    view = proposed(now, clerk)
    paper = answer_to(view, refuse=[2])
    accept(now, paper)
    after = queries.get_proposal("21", SEOUL, 1)
    assert after.sittings == {SittingState.ACCEPTED: 4, SittingState.REFUSED: 1}
    assert after.timetable_sha256 == paper.timetable_sha256
    assert queries.agreed_hash("21", SEOUL, 1) == paper.timetable_sha256
    (gone,) = queries.sittings("21", state=SittingState.REFUSED)
    assert (gone.number, gone.refusal) == (2, RefusalReason.KIN_CANNOT_COME)
    with refused("reunions.answered_already"):
        accept(now, paper)
    # the refused family may be proposed again
    again = operations.propose_sittings(now=now, actor=clerk, round_code="21", days=DAYS)
    assert (again.number, again.sittings) == (2, {SittingState.PROPOSED: 1})
    assert [known.number for known in queries.proposals("21")] == [2, 1]
    assert len(queries.sittings("21", proposer=SEOUL)) == 6


def test_an_answer_that_does_not_fit_its_proposal_is_refused(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    view = proposed(now, clerk)
    paper = answer_to(view)
    spoiled = [
        ("reunions.answer_incomplete", replace(paper, answers=paper.answers[1:])),
        ("reunions.timetable_differs", replace(paper, timetable_sha256="0" * 64)),
        ("reunions.unknown_proposal", replace(paper, number=7)),
    ]
    for code, wrong in spoiled:
        with refused(code), transaction.atomic():
            accept(now, wrong)
    with refused("reunions.unknown_proposal"):
        accept(now, paper, sender=OfficeCode("JP-TYO"))
    first = paper.answers[0]
    double = tuple(SittingAnswer(answer.number, "KOR", 1) for answer in paper.answers)
    starts = [sitting.starts_at for sitting in queries.sittings("21")]
    assert len(set(starts)) < len(starts)
    with refused("reunions.answer_overlaps"), transaction.atomic():
        accept(now, replace(paper, answers=double))
    assert first.room == 1
    assert queries.get_proposal("21", SEOUL, 1).sittings == {SittingState.PROPOSED: 5}


THEIRS = ProposalPaper(
    "21",
    1,
    tuple(
        ProposedSitting(n, f"KP-PYO-A-{n:06d}", (1,), T0, T0 + timedelta(hours=2), "KOR", n)
        for n in (1, 2, 3)
    ),
)
THEIR_LIST = FinalListPaper(
    "21",
    date(2018, 8, 4),
    100,
    tuple(FinalEntry(n, f"KP-PYO-A-{n:06d}", f"리가온{n}", 80 + n, (1,)) for n in (1, 2)),
)


def filed(now: datetime) -> None:
    selection.accept_final_list(now=now, dispatch=inbound(FINAL_LIST, THEIR_LIST.to_body(), now))
    operations.accept_proposal(now=now, dispatch=inbound(PROPOSAL, THEIRS.to_body(), now, 2))


def test_a_proposal_is_filed_and_answered_sitting_by_sitting(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    filed(now)
    open_everything(now, clerk)
    assert [sitting.age for sitting in queries.sittings("21")] == [81, 82, 0]
    view = operations.answer_proposal(
        now=now,
        actor=clerk,
        round_code="21",
        proposer=PYONGYANG,
        number=1,
        refusals={2: RefusalReason.KIN_CANNOT_COME},
    )
    assert view.sittings == {SittingState.ACCEPTED: 1, SittingState.REFUSED: 2}
    refusals = {s.number: s.refusal for s in queries.sittings("21")}
    assert refusals == {
        1: None,
        2: RefusalReason.KIN_CANNOT_COME,
        3: RefusalReason.NOT_ON_FINAL_LIST,
    }
    assert view.timetable_sha256 == timetable_hash(
        [Agreed(1, "KP-PYO-A-000001", T0, T0 + timedelta(hours=2), "KOR/1", "CHU/1")],
        round_code="21",
        proposer=PYONGYANG,
        answerer=SEOUL,
        proposal=1,
    )
    assert queries.agreed_hash("21", PYONGYANG, 1) == view.timetable_sha256
    (dispatch,) = liaison.dispatches(liaison.Direction.OUT)
    assert (dispatch.kind, dispatch.id) == (ANSWER, view.answer_dispatch)
    with refused("reunions.answered_already"):
        operations.answer_proposal(
            now=now, actor=clerk, round_code="21", proposer=PYONGYANG, number=1
        )


def test_a_sitting_is_refused_when_no_room_of_ours_is_free(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    filed(now)
    operations.open_halls(now=now, actor=clerk, halls=HALLS[-1:])  # one room, in Jeju
    with refused("reunions.no_slots"):
        operations.answer_proposal(
            now=now, actor=clerk, round_code="21", proposer=PYONGYANG, number=1
        )
    operations.open_slots(now=now, actor=clerk, days=DAYS, hours=HOURS)
    operations.answer_proposal(now=now, actor=clerk, round_code="21", proposer=PYONGYANG, number=1)
    assert [(s.number, s.our_room, s.refusal) for s in queries.sittings("21")] == [
        (1, "CJU/1", None),
        (2, "", RefusalReason.NO_ROOM_FREE),
        (3, "", RefusalReason.NOT_ON_FINAL_LIST),
    ]


def test_a_proposal_comes_once_and_takes_no_room_of_theirs_twice(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    filed(now)
    with refused("reunions.proposal_again"):
        operations.accept_proposal(now=now, dispatch=inbound(PROPOSAL, THEIRS.to_body(), now, 3))
    with refused("reunions.proposal_overlaps"):
        again = replace(THEIRS, number=2)
        operations.accept_proposal(now=now, dispatch=inbound(PROPOSAL, again.to_body(), now, 3))
    with refused("reunions.unknown_proposal"):
        operations.answer_proposal(
            now=now, actor=clerk, round_code="21", proposer=PYONGYANG, number=2
        )
    with refused("reunions.unknown_proposal"):
        queries.get_proposal("21", PYONGYANG, 2)


def test_a_proposal_without_a_final_list_is_filed_and_all_of_it_refused(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    operations.accept_proposal(now=now, dispatch=inbound(PROPOSAL, THEIRS.to_body(), now))
    view = operations.answer_proposal(
        now=now, actor=clerk, round_code="21", proposer=PYONGYANG, number=1
    )
    assert view.sittings == {SittingState.REFUSED: 3}


def test_we_do_not_answer_our_own_proposal(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    proposed(now, clerk)
    with refused("reunions.own_proposal"):
        operations.answer_proposal(now=now, actor=clerk, round_code="21", proposer=SEOUL, number=1)


def test_the_database_itself_refuses_one_room_twice(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    proposed(now, clerk)
    first, second = Sitting.objects.order_by("number")[:2]
    with pytest.raises(IntegrityError), transaction.atomic():
        Sitting.objects.filter(pk=second.pk).update(slot=first.slot)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sitting.objects.update(their_hall="KOR", their_room=1, starts_at=T0)
    with pytest.raises(IntegrityError), transaction.atomic():
        Sitting.objects.filter(pk=first.pk).update(state="accepted")


def test_what_came_of_a_sitting_is_told_and_may_be_told_again(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    view = proposed(now, clerk)
    first, *others = queries.sittings("21")
    with refused("reunions.not_now"):
        operations.record_outcome(now=now, actor=clerk, sitting_id=first.id, outcome=Outcome.HELD)
    accept(now, answer_to(view))
    told = operations.record_outcome(
        now=now, actor=clerk, sitting_id=first.id, outcome=Outcome.LINE_FAILED
    )
    assert (told.state, told.outcome, told.outcome_at) == (
        SittingState.CONCLUDED,
        Outcome.LINE_FAILED,
        now,
    )
    told = operations.record_outcome(
        now=now, actor=clerk, sitting_id=first.id, outcome=Outcome.HELD
    )
    assert told.outcome is Outcome.HELD
    many = {sitting.id: Outcome.HELD for sitting in others}
    assert operations.record_outcomes(now=now, actor=clerk, outcomes=many) == 4
    assert queries.get_proposal("21", SEOUL, 1).sittings == {SittingState.CONCLUDED: 5}
    assert (
        queries.agreed_hash("21", SEOUL, 1) == queries.get_proposal("21", SEOUL, 1).timetable_sha256
    )
    for deed in (
        lambda: operations.record_outcome(
            now=now, actor=clerk, sitting_id=99, outcome=Outcome.HELD
        ),
        lambda: operations.record_outcomes(now=now, actor=clerk, outcomes={99: Outcome.HELD}),
        lambda: queries.get_sitting(99),
    ):
        with refused("reunions.unknown_sitting"):
            deed()


@pytest.mark.parametrize("sittings_filed", [1, 30])
def test_the_timetable_asks_the_same_number_of_questions_for_1_and_30(
    clerk: Actor,
    counterpart: object,
    now: datetime,
    sittings_filed: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    open_everything(now, clerk)
    sittings = tuple(
        ProposedSitting(
            n, f"KP-PYO-A-{n:06d}", (1,), T0, T0 + timedelta(hours=2), f"K{n // 10}", n % 10 + 1
        )
        for n in range(1, sittings_filed + 1)
    )
    entries = tuple(FinalEntry(s.number, s.application_no, "리가온", 80, (1,)) for s in sittings)
    final = FinalListPaper("21", FIRST, 100, entries)
    selection.accept_final_list(now=now, dispatch=inbound(FINAL_LIST, final.to_body(), now))
    body = ProposalPaper("21", 1, sittings).to_body()
    operations.accept_proposal(now=now, dispatch=inbound(PROPOSAL, body, now, 2))
    operations.answer_proposal(now=now, actor=clerk, round_code="21", proposer=PYONGYANG, number=1)
    with django_assert_num_queries(4):
        queries.timetable(FIRST)
    with django_assert_num_queries(1):
        queries.sittings("21")
    with django_assert_num_queries(3):
        queries.proposals("21")
    with django_assert_num_queries(19):
        queries.round_report("21")
