from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.office.selection import making
from tests.office.selection.making import inbound

from sangbong.kernel.errors import SangbongError, message
from sangbong.office.core.actor import Actor
from sangbong.programmes.korea import loader
from sangbong.reunions import operations, queries
from sangbong.selection import operations as selection
from sangbong.selection.core.papers import KIND, FinalEntry, FinalListPaper
from sangbong.tracing.core.states import PairState

pytestmark = pytest.mark.django_db
FIRST = date(2018, 8, 20)


def test_the_report_of_a_seeking_office_holds_every_number_of_the_funnel(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    asked = making.second_list(now, clerk)
    selection.ask_life_status(now=now, actor=clerk, round_code="21")
    facts = making.meeting(asked)
    selection.make_final_list(now=now, actor=clerk, round_code="21", facts=facts)
    selection.send_final_list(now=now, actor=clerk, round_code="21")
    operations.open_halls(
        now=now,
        actor=clerk,
        halls=loader.halls(office="KR-SEL", on=FIRST),  # type: ignore[arg-type]
    )
    operations.open_slots(now=now, actor=clerk, days=[FIRST], hours=loader.hall_hours())
    operations.propose_sittings(now=now, actor=clerk, round_code="21", days=[FIRST])
    report = queries.round_report("21")
    lines = {line.name: (line.count, line.reasons) for line in report.lines}
    assert lines == {
        "roll": (60, ()),
        "drawn": (20, (("not_drawn", 36),)),
        "first_reserves": (4, ()),
        "willing_and_well": (24, ()),
        "second_list": (10, (("beyond_places", 14),)),
        "able_to_meet": (10, ()),
        "final_list": (5, (("beyond_places", 5),)),
        "final_list_coming": (5, ()),
        "inquiry_papers": (1, ()),
        "applicants_asked_for": (10, ()),
        "persons_sought": (20, ((PairState.ASKED.value, 20),)),
        "applicants_answered": (0, ()),
        "applicants_with_someone_alive": (0, ()),
        "persons_nobody_asked_for": (0, ()),
        "reply_parts_received": (0, ()),
        "inquiry_papers_received": (0, ()),
        "their_applicants": (0, ()),
        "their_persons_sought": (0, ()),
        "findings": (0, ()),
        "reply_parts_sent": (0, ()),
        "their_final_list": (0, ()),
        "proposals": (1, ()),
        "sittings": (5, (("proposed", 5),)),
        "refused_sittings": (0, ()),
        "outcomes": (0, ()),
        "films_sent": (0, ()),
        "films_delivered": (0, ()),
        "dispatches": (3, (("out sealed", 3),)),
    }
    assert report.round is not None
    assert report.round.roll_sha256
    assert {cell.list_name for cell in report.breakdown} == {
        "roll",
        "drawn",
        "second_list",
        "final_list",
    }
    for name in lines:
        assert message(f"reunions.report.{name}", "en") != message(f"reunions.report.{name}", "ko")


def test_an_office_that_only_answers_has_a_report_without_a_draw(
    office: object, counterpart: object, now: datetime
) -> None:
    paper = FinalListPaper(
        "21", FIRST, 100, (FinalEntry(1, "KP-PYO-A-000001", "리가온", 87, (1,)),)
    )
    selection.accept_final_list(now=now, dispatch=inbound(KIND, paper.to_body(), now))
    report = queries.round_report("21")
    assert (report.round, report.funnel, report.breakdown) == (None, (), ())
    assert report.answering.people_on_their_final_list == 1


def test_a_round_nobody_knows_has_no_report(office: object) -> None:
    with pytest.raises(SangbongError, match=r"^selection\.unknown_round$"):
        queries.round_report("99")
