"""What staff do by hand for families, and the notes they send: each press changes what it says."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from tests.web.furnishing import NOW, model
from tests.web.pressing import first, told

from sangbong.office.core.roles import Role

pytestmark = pytest.mark.django_db
CLERK, OFFICER, COMPLIANCE = Role.CLERK, Role.LIAISON_OFFICER, Role.COMPLIANCE


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
