"""What staff do by hand in a round: each press changes what it says, or says why it did not."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from tests.web.furnishing import NOW, model
from tests.web.pressing import on_the_final_list, round_in, told

from sangbong.office.core.roles import Role

pytestmark = pytest.mark.django_db
CLERK, OFFICER, COMPLIANCE = Role.CLERK, Role.LIAISON_OFFICER, Role.COMPLIANCE


def test_a_round_goes_from_roll_to_final_list_by_presses(clerk_page: Client) -> None:
    round_in("planned")
    path = "/rounds/video-8"
    assert "Freeze the roll" in clerk_page.get(path).content.decode()
    assert told(clerk_page.post(f"{path}/act", {"as_of": "soon"})).startswith("Please choose a day")
    assert clerk_page.post(f"{path}/act", {"as_of": "2018-06-24"}).status_code == 302
    assert "The seed is published before the draw" in clerk_page.get(path).content.decode()
    assert clerk_page.post(f"{path}/act", {"seed": "x", "statement": "y"}).status_code == 422
    drawn = clerk_page.post(f"{path}/act", {"seed": "ab" * 32, "statement": "two dice"})
    assert drawn.status_code == 302
    row = model("Round").objects.get(code="video-8")
    assert (row.state, row.seed_statement, model("Candidate").objects.count()) == (
        "drawn",
        "two dice",
        3,
    )
    model("Candidate").objects.update(willingness="willing", health="well")
    assert clerk_page.post(f"{path}/act").status_code == 302
    assert "Make the final list" in clerk_page.get(path).content.decode()
    clerk_page.post(f"{path}/act")
    assert model("Round").objects.get(code="video-8").state == "final_list_made"
    # nobody's kin is found, so there is no list to send
    assert clerk_page.post(f"{path}/act").status_code == 422
    for which in ("first", "second", "final", "theirs"):
        assert clerk_page.get(f"{path}/lists/{which}").status_code == 200
    assert clerk_page.get(f"{path}/lists/fifth").status_code == 404


def test_a_page_left_open_does_not_do_the_deed_after_its_own(clerk_page: Client) -> None:
    round_in("drawn")
    page = clerk_page.get("/rounds/video-8").content.decode()
    assert '<input type="hidden" name="deed" value="second">' in page
    assert clerk_page.post("/rounds/video-8/act", {"deed": "second"}).status_code == 302
    again = clerk_page.post("/rounds/video-8/act", {"deed": "second"})
    assert told(again).startswith("Somebody has done this meanwhile")
    assert model("Round").objects.get(code="video-8").state == "second_list_made"


def test_the_other_side_is_asked_once_the_second_list_is_made(clerk_page: Client) -> None:
    path = "/rounds/video-8"
    model("Pair").objects.all().delete()
    model("Inquiry").objects.all().delete()
    assert "Make the second list first" in told(clerk_page.post(f"{path}/ask"))
    round_in("second_list_made")
    model("Candidate").objects.update(second="chosen")
    page = clerk_page.get(path).content.decode()
    assert "Ask the other side" in page
    assert "Make the final list" not in page
    assert "asking the other side" in clerk_page.get("/").content.decode()
    before = model("OutboxDispatch").objects.count()
    answer = clerk_page.post(f"{path}/ask", follow=True)
    assert "The other side is asked: 1 list is sealed." in answer.content.decode()
    assert "Make the final list" in answer.content.decode()
    assert (model("Pair").objects.count(), model("OutboxDispatch").objects.count()) == (
        3,
        before + 1,
    )
    assert "was asked about" in told(clerk_page.post(f"{path}/ask"))
    assert clerk_page.post("/rounds/no-such/ask").status_code == 404


def test_a_candidates_answer_is_written_down_and_may_be_mended(
    clerk_page: Client, officer_page: Client
) -> None:
    listed, number = "/rounds/video-8/lists/first", "KR-SEL-A-000002"
    assert "Write down an answer" in clerk_page.get(listed).content.decode()
    assert "Write down an answer" not in officer_page.get(listed).content.decode()
    assert "Their wish" in clerk_page.get(f"{listed}?person={number}").content.decode()
    path = f"/rounds/video-8/people/{number}/answer"
    assert told(clerk_page.post(path, {"health": "well"})) == "Please choose one of the answers."
    for will, health in (("unreachable", "unknown"), ("willing", "well_with_help")):
        answer = clerk_page.post(path, {"willingness": will, "health": health}, follow=True)
    assert f"Written down for application {number}: willing" in answer.content.decode()
    row = model("Candidate").objects.get(application_no=number)
    assert (row.willingness, row.health) == ("willing", "well_with_help")
    stranger = path.replace("000002", "000099")
    facts = {"willingness": "willing", "health": "well"}
    assert "000099" in told(clerk_page.post(stranger, facts))
    round_in("second_list_made")
    assert clerk_page.post(path, facts).status_code == 422
    assert "Write down an answer" not in clerk_page.get(listed).content.decode()


def test_a_family_withdraws_and_the_reserve_moves_up_until_the_lists_are_exchanged(
    clerk_page: Client,
) -> None:
    on_the_final_list("final_list_made")
    path = "/rounds/video-8/people/KR-SEL-A-00000{}/withdraw"
    shown = clerk_page.get("/rounds/video-8/lists/final?person=KR-SEL-A-000001").content.decode()
    assert "The first reserve takes the place" in shown
    assert told(clerk_page.post(path.format(1), {"reason": "not_drawn"})).startswith(
        "Please choose"
    )
    answer = clerk_page.post(path.format(1), {"reason": "withdrew_wish"}, follow=True)
    assert "the reserve KR-SEL-A-000003 moves up" in answer.content.decode()
    model("Round").objects.filter(code="video-8").update(
        state="final_list_sent", final_list_sent_at=NOW
    )
    shown = clerk_page.get("/rounds/video-8/lists/final?person=KR-SEL-A-000002").content.decode()
    assert "stays empty. Please tell the other side" in shown
    answer = clerk_page.post(path.format(2), {"reason": "withdrew_health"}, follow=True)
    assert "the place stays empty" in answer.content.decode()
    assert clerk_page.post(path.format(2), {"reason": "died"}).status_code == 422
    row = model("Candidate").objects.get(application_no="KR-SEL-A-000002")
    assert (row.final, row.withdrawn_reason) == ("chosen", "withdrew_health")


@pytest.mark.parametrize("state", ["final_list_sent", "closed", "cancelled"])
def test_a_round_that_waits_for_nothing_here_has_no_press(clerk_page: Client, state: str) -> None:
    round_in(state)
    assert clerk_page.get("/rounds/video-8").status_code == 200
    assert clerk_page.post("/rounds/video-8/act").status_code == 404
    assert clerk_page.get("/rounds/no-such").status_code == 404


def test_their_final_list_is_shown_as_sent(clerk_page: Client, officer_page: Client) -> None:
    listed = model("ReceivedFinalList").objects.create(
        round_code="video-8",
        sender="KP-PYO",
        list_date=date(2018, 8, 4),
        places=20,
        dispatch="KP-PYO>KR-SEL/round-video-8/9",
        received_at=NOW,
    )
    model("ReceivedFinalEntry").objects.create(
        final_list=listed,
        place=1,
        application_no="KP-PYO-A-000001",
        applicant_name="리순희",
        age=88,
        sought_nos=[1],
    )
    assert "리순희" in clerk_page.get("/rounds/video-8/lists/theirs").content.decode()
    model("Sitting").objects.filter(number=1).update(application_no="KP-PYO-A-000001")
    assert "리순희" in officer_page.get("/sittings").content.decode()
