"""What staff do by hand on the pages: each press changes what it says, or says why it did not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.conftest import OtherOffice
from tests.web.conftest import SignIn
from tests.web.furnishing import NOW, furnish, model

from sangbong.archive.operations import keep_original
from sangbong.office.core.roles import Role
from sangbong.programmes.korea import loader

pytestmark = pytest.mark.django_db
CLERK, OFFICER, COMPLIANCE = Role.CLERK, Role.LIAISON_OFFICER, Role.COMPLIANCE


@pytest.fixture(autouse=True)
def filled(counterpart: OtherOffice, tmp_path: Path) -> None:
    furnish(1, 3, tmp_path)


def first(name: str) -> int:
    return int(model(name).objects.order_by("pk").first().pk)


def english(client: Client, settings: object) -> Client:
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"  # type: ignore[attr-defined]
    return client


@pytest.fixture
def clerk_page(sign_in: SignIn, settings: object) -> Client:
    return english(sign_in(CLERK), settings)


@pytest.fixture
def officer_page(sign_in: SignIn, settings: object) -> Client:
    return english(sign_in(OFFICER), settings)


def told(response: HttpResponse) -> str:
    """The sentence of the error summary."""
    assert response.status_code == 422
    text = response.content.decode()
    start = text.index("<li>", text.index("error-summary")) + 4
    return text[start : text.index("</li>", start)]


# notes


def test_officer_writes_a_note_that_is_sealed(officer_page: Client) -> None:
    before = model("OutboxDispatch").objects.count()
    facts = {"recipient": "KP-PYO", "number": "연락 2018-40", "text": "내일 뵙겠습니다.\r\n이만."}
    assert officer_page.post("/channel/notes", facts).status_code == 302
    note = model("Note").objects.order_by("pk").last()
    assert (note.number, note.text, note.sender_name) == (
        "연락 2018-40",
        "내일 뵙겠습니다.\n이만.\n",
        "한도윤",
    )
    assert model("OutboxDispatch").objects.count() == before + 1


def test_note_to_nobody_is_kept_in_the_form(officer_page: Client) -> None:
    facts = {"recipient": "nowhere", "number": "40", "text": "기다리겠습니다."}
    response = officer_page.post("/channel/notes", facts)
    assert "not an office code" in told(response)
    assert "기다리겠습니다." in response.content.decode()


def test_channel_shows_why_the_other_side_refused(officer_page: Client) -> None:
    row = model("OutboxDispatch").objects.order_by("pk").first()
    model("OutboxDispatch").objects.filter(pk=row.pk).update(
        state="refused", code="letters.checksum", final_at=NOW, receipt=b"x", received_at=NOW
    )
    for path in ("/channel", "/"):
        assert "refused" in officer_page.get(path).content.decode()


# families


def test_lists_can_be_narrowed_and_say_so(clerk_page: Client) -> None:
    path = "/families?name=이나율&age=80&tier=sibling&alive=2018-01-01&living=1"
    text = clerk_page.get(path).content.decode()
    said = "named 이나율, aged 80 or over, seeking brothers or sisters"
    assert said in text
    odd = clerk_page.get("/families?age=old&alive=yesterday&tier=friend&page=x").content.decode()
    assert "applications in all" in odd
    assert "Nobody fits these words" in clerk_page.get("/families?name=없음").content.decode()


def test_unknown_application_is_missing(clerk_page: Client) -> None:
    assert clerk_page.get("/families/KR-SEL-A-999999").status_code == 404


def test_record_shows_what_was_said_told_and_tried(clerk_page: Client) -> None:
    from sangbong.kernel.ids import OfficeCode
    from sangbong.office.core.actor import Actor
    from sangbong.registry import operations
    from sangbong.registry.core.consent import Purpose
    from sangbong.registry.core.news import ContactOutcome, Way

    person = model("Application").objects.get(application_no="KR-SEL-A-000001").applicant_id
    who = Actor("seo", "test")
    operations.record_contact(
        now=NOW, actor=who, person_id=person, way=Way.TELEPHONE, outcome=ContactOutcome.REACHED
    )
    operations.clear_for_release(
        now=NOW,
        actor=who,
        application_nos=["KR-SEL-A-000001"],
        recipient=OfficeCode("KP-PYO"),
        purpose=Purpose.LIFE_STATUS_INQUIRY.value,
        fields=["name"],
        basis="합의서 2항",
    )
    text = clerk_page.get("/families/KR-SEL-A-000001").content.decode()
    for word in ("telephone", "합의서 2항", "waits for a bearer", "asked, no reply yet"):
        assert word in text


def test_news_is_taken_put_back_and_told_by_its_bearer(clerk_page: Client) -> None:
    number = first("FamilyNews")

    def state() -> str:
        return str(model("FamilyNews").objects.get(pk=number).state)

    def press(**facts: str) -> HttpResponse:
        return clerk_page.post("/families/news", {"news": str(number), **facts})

    assert (press(deed="take").status_code, state()) == (302, "in_hand")
    assert "They are told" in clerk_page.get("/families/news").content.decode()
    assert (press(deed="put_back").status_code, state()) == (302, "undelivered")
    press(deed="take")
    assert told(press(deed="tell")) == "Please choose one of the answers."
    assert (press(deed="tell", way="visit").status_code, state()) == (302, "delivered")
    assert press(deed="take").status_code == 422
    assert clerk_page.post("/families/news", {"news": "x", "deed": "take"}).status_code == 422


def test_file_with_a_missing_column_is_not_read_in(clerk_page: Client) -> None:
    short = "record_no,name,sex,birth\nR-900001,박가수,M,1931-04-02\n"
    page = clerk_page.get("/families/imports").content.decode()
    assert "Read in the file" in page

    def send(content: str | None, layout: str = "register") -> HttpResponse:
        facts: dict[str, object] = {"layout": layout}
        if content is not None:
            facts["file"] = SimpleUploadedFile("register.csv", content.encode())
        return clerk_page.post("/families/imports", facts)

    assert told(send(None)) == "Please choose a file first."
    assert told(send(short, "diary")) == "Please choose one of the answers."
    assert "larger than this page takes" in told(send(short + "x" * 1_048_577))
    answer = send(short)
    assert answer.status_code == 302
    report = clerk_page.get(answer["Location"]).content.decode()
    assert "Nothing of this file is in the register" in report


def test_whole_import_is_taken_back_once(clerk_page: Client) -> None:
    from tests.web.furnishing import REGISTER_COLUMNS, _csv, _record

    answer = clerk_page.post(
        "/families/imports",
        {
            "layout": "register",
            "file": SimpleUploadedFile("more.csv", _csv(REGISTER_COLUMNS, [_record(77)])),
        },
    )
    path = answer["Location"]
    assert "imported" in clerk_page.get(path).content.decode()
    assert clerk_page.post(f"{path}/undo").status_code == 302
    assert "taken back" in clerk_page.get(path).content.decode()
    assert clerk_page.post(f"{path}/undo").status_code == 422


def test_unknown_import_is_missing(clerk_page: Client) -> None:
    assert clerk_page.get("/families/imports/99999").status_code == 404


# rounds


def round_in(state: str) -> None:
    unset = {"planned": {"drawn_at": None, "seed": "", "roll_frozen_at": None, "roll_sha256": ""}}
    model("Round").objects.filter(code="video-8").update(state=state, **unset.get(state, {}))
    if state == "planned":
        model("Candidate").objects.all().delete()
        model("RollRow").objects.all().delete()


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


def on_the_final_list(state: str) -> None:
    round_in(state)
    for place, row in enumerate(model("Candidate").objects.order_by("rank"), start=1):
        row.second, row.second_place = "chosen", place
        row.final, row.final_place = ("reserve", 1) if place == 3 else ("chosen", place)
        row.save()


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


# inquiries


def test_finding_needs_an_answer_and_a_reason(officer_page: Client) -> None:
    path = f"/inquiries/sought/{first('IncomingEntry')}"
    person = str(model("Comparison").objects.order_by("pk").first().person_id)
    assert told(officer_page.post(path, {"finding": "perhaps"})).startswith("Please choose one")
    assert officer_page.post(path, {"finding": "alive", "person": person}).status_code == 422
    facts = {"finding": "alive", "person": person, "reason": "Father and county agree."}
    assert officer_page.post(path, facts).status_code == 302
    assert told(officer_page.post(path, {"answer": "maybe"})).startswith("Please choose one")
    assert officer_page.post(path, {"answer": "refused", "allow": "1"}).status_code == 302
    entry = model("IncomingEntry").objects.order_by("pk").first()
    assert (entry.state, entry.answer, entry.alive_may_be_told) == ("answered", "refused", True)
    model("IncomingEntry").objects.update(told_class="alive", told_at=NOW, state="replied")
    assert "told the other side: alive" in officer_page.get(path).content.decode()
    assert (
        f'href="?record={person}"' in officer_page.get(f"{path}?record={person}").content.decode()
    )


def test_findings_of_a_rule_and_own_answers_are_told_in_the_readers_language(
    officer_page: Client, settings: object
) -> None:
    entry = model("IncomingEntry").objects.order_by("pk").first()
    for by, reason in (
        ("rule:6000/3000", "rival_too_near: Accept a record when"),
        ("rule:9000/3000", "nobody: another rule"),
        ("han", "the found person's own answer: refused"),
        ("han", "the found person's own answer: wept"),
    ):
        model("Finding").objects.create(
            entry=entry, finding="cannot_confirm", decided_by=by, reason=reason, decided_at=NOW
        )
    path = f"/inquiries/sought/{entry.pk}"
    text = officer_page.get(path).content.decode()
    for said in (
        "a written rule: another record is too near. Accept a record when the odds for it",
        "a written rule: no record comes near. another rule",
        "han: the found person’s own answer: does not wish contact",
        "han: the found person&#x27;s own answer: wept",
    ):
        assert said in text
    officer_page.cookies[settings.LANGUAGE_COOKIE_NAME] = "ko"  # type: ignore[attr-defined]
    korean = officer_page.get(path).content.decode()
    assert "맞을 가능성이 64배 이상이고" in korean
    assert "Accept a record" not in korean


def test_entry_without_any_near_record_says_so(officer_page: Client) -> None:
    model("Comparison").objects.all().delete()
    text = officer_page.get(f"/inquiries/sought/{first('IncomingEntry')}").content.decode()
    assert "No record of ours comes near." in text


@pytest.mark.parametrize(
    "path", ["/inquiries/sought/99999", "/inquiries/came/99999", "/inquiries/asked/round-99"]
)
def test_unknown_inquiries_are_missing(officer_page: Client, path: str) -> None:
    assert officer_page.get(path).status_code == 404


def test_found_people_who_wait_to_be_asked_stand_on_today(officer_page: Client) -> None:
    model("IncomingEntry").objects.filter(pk=first("IncomingEntry")).update(state="found")
    assert "Ask them" in officer_page.get("/").content.decode()


def entries_in(*states: str) -> list[int]:
    """Put the entries of the incoming list into these states; their numbers."""
    rows = list(model("IncomingEntry").objects.order_by("pk"))
    for row, state in zip(rows, states, strict=True):
        row.state = state
        row.person_id = model("Comparison").objects.filter(entry=row).first().person_id
        row.person_shown = {"name": "박가수", "birth": "1931-04-02", "residence": "서울 종로"}
        row.save()
    return [row.pk for row in rows]


def test_our_records_are_searched_for_everybody_filed(officer_page: Client) -> None:
    entries_in("filed", "traced", "filed")
    written = {"house_name": "", "calendar": "solar", "address_at_separation": "평안북도 정주군"}
    for row in model("IncomingEntry").objects.all():
        row.sought |= written | {"father": "", "mother": ""}
        row.save()
    model("Comparison").objects.filter(entry__state="filed").delete()
    path = f"/inquiries/came/{first('IncomingInquiry')}"
    page = officer_page.get(path).content.decode()
    assert "2 people of this list are not compared" in page
    assert "Release this part" not in page
    answer = officer_page.post(f"{path}/search", follow=True).content.decode()
    assert "Our records are searched for 2 people." in answer
    assert "Search our records" not in answer
    assert set(model("IncomingEntry").objects.values_list("state", flat=True)) == {"traced"}
    assert officer_page.post("/inquiries/came/99999/search").status_code == 404


def test_those_found_are_recorded_as_asked(officer_page: Client) -> None:
    entries_in("found", "traced", "found")
    path = f"/inquiries/came/{first('IncomingInquiry')}"
    assert "2 people are found." in officer_page.get(path).content.decode()
    answer = officer_page.post(f"{path}/asked", follow=True).content.decode()
    assert "2 found people are being asked." in answer
    states = model("IncomingEntry").objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["asked", "traced", "asked"]


def test_a_reply_leaves_in_the_numbers_that_were_read(
    officer_page: Client, clerk_page: Client
) -> None:
    living, *_others = entries_in("found", "settled", "traced")
    facts = {"answer": "willing"}
    page = officer_page.post(f"/inquiries/sought/{living}", facts, follow=True).content.decode()
    assert "Their answer is written down: willing." in page
    path = f"/inquiries/came/{first('IncomingInquiry')}"
    assert "Release this part of the reply" in officer_page.get(path).content.decode()
    assert "Release this part of the reply" not in clerk_page.get(path).content.decode()
    asked = officer_page.get(f"{path}/release").content.decode()
    assert 'name="seen" value="1 1 0"' in asked
    assert "Video round 8" in asked
    late = officer_page.post(f"{path}/release", {"seen": "1 0 0"})
    assert told(late).startswith("Answers have come in since")
    before = model("OutboxDispatch").objects.count()
    answer = officer_page.post(f"{path}/release", {"seen": "1 1 0"}, follow=True).content.decode()
    assert "2 answers are sealed in 2 papers." in answer
    assert "Nothing is ready to leave" in officer_page.get(f"{path}/release").content.decode()
    assert told(officer_page.post(f"{path}/release")).startswith("Nothing is ready")
    rest = officer_page.get(f"{path}/release?part=complete").content.decode()
    assert 'name="seen" value="0 0 1"' in rest
    assert "of these 1 not settled here yet" in rest
    facts = {"part": "complete", "seen": "0 0 1"}
    answer = officer_page.post(f"{path}/release", facts, follow=True).content.decode()
    assert "The reply is complete." in answer
    assert model("OutboxDispatch").objects.count() == before + 3
    told_classes = (
        model("IncomingEntry").objects.order_by("pk").values_list("told_class", flat=True)
    )
    assert list(told_classes) == ["alive", "dead", "cannot_confirm"]


# letters


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


# sittings


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


# today


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


# reports, office


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
