"""What staff do by hand with films and days to meet, and what the day's page says."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from tests.web.conftest import SignIn
from tests.web.furnishing import NOW, model
from tests.web.pressing import english, first, on_the_final_list, told

from sangbong.archive.operations import keep_original
from sangbong.office.core.roles import Role
from sangbong.programmes.korea import loader

pytestmark = pytest.mark.django_db
CLERK, OFFICER, COMPLIANCE = Role.CLERK, Role.LIAISON_OFFICER, Role.COMPLIANCE


def test_film_is_watched_then_released_by_another_then_the_press_is_gone(
    officer_page: Client, sign_in: SignIn, settings: object
) -> None:
    path = f"/letters/{first('Letter')}"
    assert told(officer_page.post(f"{path}/screen")) == "Please choose one of the answers."
    assert officer_page.post(f"{path}/screen", {"decision": "retake"}).status_code == 422
    assert officer_page.post(f"{path}/screen", {"decision": "pass"}).status_code == 302
    assert officer_page.post(f"{path}/release").status_code == 422
    second = english(sign_in(COMPLIANCE), settings)
    released = second.post(f"{path}/release")
    assert released.status_code == 302, told(released)
    letter = model("Letter").objects.order_by("pk").first()
    assert (letter.state, letter.screened_by, letter.released_by) == ("released", "han", "jang")
    assert "Release it" not in second.get(path).content.decode()


def test_incoming_film_is_shown_to_its_family(officer_page: Client) -> None:
    number = first("Letter")
    model("Letter").objects.filter(pk=number).update(
        direction="incoming", state="ready", sender="KP-PYO", recipient="KR-SEL", recorded_by=""
    )
    assert "The family has seen it" in officer_page.get(f"/letters/{number}").content.decode()
    assert officer_page.post(f"/letters/{number}/deliver").status_code == 302
    assert model("Letter").objects.get(pk=number).state == "delivered"
    assert officer_page.get("/letters?way=incoming").status_code == 200


def test_film_that_cannot_be_used_says_why(officer_page: Client) -> None:
    number = first("Letter")
    model("Letter").objects.filter(pk=number).update(state="unusable")
    model("Take").objects.filter(letter=number).update(
        fault_code="archive.film_truncated",
        film_id="",
        thumbnail_id="",
        fault_params={"told": 30, "found": 12},
    )
    text = officer_page.get(f"/letters/{number}").content.decode()
    assert "Nothing to play yet" in text
    assert officer_page.get(f"/letters/{number}/film").status_code == 404
    assert officer_page.get(f"/letters/{number}/poster").status_code == 404
    assert officer_page.get("/letters/99999").status_code == 404


def test_film_is_given_in_the_ranges_asked_for(officer_page: Client, tmp_path: Path) -> None:
    film = (tmp_path / "film.mp4").read_bytes()
    path = f"/letters/{first('Letter')}/film"

    def ask(**headers: str) -> tuple[int, bytes, str]:
        response = officer_page.get(path, headers=headers)
        content = b"".join(response) if response.streaming else response.content
        return response.status_code, content, response.get("Content-Range", "")

    size = len(film)
    assert ask() == (200, film, "")
    assert ask(Range="bytes=0-99") == (206, film[:100], f"bytes 0-99/{size}")
    assert ask(Range="bytes=100-") == (206, film[100:], f"bytes 100-{size - 1}/{size}")
    assert ask(Range=f"bytes={size}-") == (416, b"", f"bytes */{size}")


def test_poster_is_the_thumbnail_made_here(officer_page: Client) -> None:
    picture = keep_original(now=NOW, data=b"picture", media_type="image/jpeg", name="thumbnail")
    number = first("Letter")
    model("Take").objects.filter(letter=number).update(thumbnail_id=picture)
    response = officer_page.get(f"/letters/{number}/poster")
    assert (response.content, response["Content-Type"]) == (b"picture", "image/jpeg")


def test_proposal_is_answered_from_their_list(officer_page: Client) -> None:
    model("Sitting").objects.update(state="proposed", slot=None, their_hall="PYO")
    text = officer_page.get("/sittings?day=2018-08-20").content.decode()
    assert "Accept what our rooms allow" in text
    path = "/sittings/proposals/video-8/KP-PYO/1/answer"
    assert officer_page.post(path).status_code == 302
    # their family stands on no final list that we have, so it is refused with that reason
    sitting = model("Sitting").objects.get(proposal__number=1)
    assert (sitting.state, sitting.refusal) == ("refused", "not_on_final_list")
    refused = officer_page.get(f"/sittings/{sitting.pk}").content.decode()
    assert "not on the final list" in refused
    assert officer_page.post(path).status_code == 422
    assert officer_page.post("/sittings/proposals/video-8/nobody/1/answer").status_code == 404


def test_sittings_are_proposed_for_a_final_list_that_is_sent(
    officer_page: Client, clerk_page: Client
) -> None:
    on_the_final_list("final_list_sent")
    days = {"meets_from_date": date(2018, 8, 20), "meets_until_date": date(2018, 8, 22)}
    model("Round").objects.filter(code="video-8").update(**days)
    model("CandidateKin").objects.bulk_create(
        model("CandidateKin")(candidate=row, sought_no=1, tier="sibling")
        for row in model("Candidate").objects.all()
    )
    model("Sitting").objects.all().delete()
    model("Proposal").objects.all().delete()
    text = officer_page.get("/sittings").content.decode()
    assert "A sitting between 20 August 2018 and 21 August 2018 is proposed" in text
    assert "Propose sittings" in text
    assert "Propose sittings" not in clerk_page.get("/sittings").content.decode()
    path = "/sittings/rounds/video-8/propose"
    assert "sittings proposed for our final list" in officer_page.get("/sittings").content.decode()
    answer = officer_page.post(path, follow=True).content.decode()
    assert "2 sittings are proposed to the other side." in answer
    assert "Propose sittings" not in answer
    seoul = ZoneInfo("Asia/Seoul")
    starts = model("Sitting").objects.values_list("starts_at", flat=True)
    assert [at.astimezone(seoul).date() for at in starts] == [date(2018, 8, 20)] * 2
    assert officer_page.post(path).status_code == 422
    assert officer_page.post("/sittings/rounds/no-such/propose").status_code == 404
    sitting = f"/sittings/{first('Sitting')}"
    assert "Withdraw the family" in clerk_page.get(sitting).content.decode()
    assert "Withdraw the family" not in officer_page.get(sitting).content.decode()


def test_outcome_is_written_down_and_may_be_told_again(officer_page: Client) -> None:
    path = f"/sittings/{first('Sitting')}"
    assert told(officer_page.post(path)) == "Please choose one of the answers."
    for outcome in ("held", "line_failed"):
        assert officer_page.post(path, {"outcome": outcome}).status_code == 302
    assert "the line failed" in officer_page.get(path).content.decode()
    assert officer_page.get("/sittings/99999").status_code == 404


def test_proposals_of_ours_wait_for_the_other_side(officer_page: Client) -> None:
    model("Proposal").objects.filter(number=1).update(proposer="KR-SEL", answerer="KP-PYO")
    model("Proposal").objects.filter(number=2).update(answered_at=NOW)
    text = officer_page.get("/sittings").content.decode()
    assert "waits for the other side" in text
    assert "answered" in text


@pytest.mark.parametrize("role", list(Role))
def test_today_shows_each_role_what_it_may_do(
    sign_in: SignIn, settings: object, role: Role
) -> None:
    text = english(sign_in(role), settings).get("/").content.decode()
    presses = {
        "Take news to a family": {CLERK, OFFICER, COMPLIANCE},
        "Compare records": {CLERK, OFFICER},
        "Open the letters": {CLERK, OFFICER, COMPLIANCE},
        "Answer the other side": {CLERK, OFFICER, Role.HALL_OPERATOR},
        "Open the round": {CLERK, OFFICER, COMPLIANCE, Role.AUDITOR, Role.HALL_OPERATOR},
    }
    assert {press: press in text for press in presses} == {
        press: role in roles for press, roles in presses.items()
    }


def test_today_is_quiet_where_everything_is_done(sign_in: SignIn, settings: object) -> None:
    model("Round").objects.update(state="closed")
    model("Letter").objects.update(state="recorded")
    model("Proposal").objects.update(answered_at=NOW)
    model("FamilyNews").objects.all().delete()
    model("OutboxDispatch").objects.update(state="applied", receipt=b"x", final_at=NOW)
    text = english(sign_in(COMPLIANCE), settings).get("/").content.decode()
    assert "Nothing waits for you" in text


def test_report_says_every_state_in_words(officer_page: Client) -> None:
    text = officer_page.get("/reports/video-8").content.decode()
    for word in ("waits for an officer 3", "accepted 3", "waits to be watched 3", "sealed 3"):
        assert word in text


def test_unknown_report_is_missing(officer_page: Client) -> None:
    assert officer_page.get("/reports/no-such").status_code == 404
    assert loader.all_criteria()


def test_a_broken_trail_is_told(sign_in: SignIn, settings: object) -> None:
    auditor = english(sign_in(Role.AUDITOR), settings)
    assert "The chain holds" in auditor.get("/office/audit?check=1").content.decode()
    model("AuditEntry").objects.filter(number=3).update(why="something else")
    text = auditor.get("/office/audit?check=1").content.decode()
    assert "The chain breaks at entry 3" in text
    assert auditor.get("/office/audit?before=3").status_code == 200


def test_an_unconfirmed_key_waits_for_a_person(sign_in: SignIn, settings: object) -> None:
    model("Counterpart").objects.update(confirmed_at=None)
    auditor = english(sign_in(Role.AUDITOR), settings)
    assert "fingerprint not compared yet" in auditor.get("/office").content.decode()
