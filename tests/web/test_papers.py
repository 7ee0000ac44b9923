"""Pages of papers: print, hand over, type the reply beside its scan, compare."""

from __future__ import annotations

import base64
from datetime import date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.conftest import OtherOffice
from tests.web.conftest import SignIn
from tests.web.pressing import english, told

from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations as liaison
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.core.paper.paper import Choice
from sangbong.liaison.core.paper.paper_states import PaperState, ReplyState
from sangbong.liaison.operations import paper as operations
from sangbong.liaison.queries import paper as queries
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.office.queries import audit_entries
from sangbong.web import words

pytestmark = pytest.mark.django_db
HAN = Actor("han", "test")
SCAN = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def note(now: datetime, number: int = 17) -> str:
    return liaison.send_note(
        now=now,
        actor=HAN,
        recipient=OfficeCode("KP-PYO"),
        note=NotePaper(
            number=f"연락 2018-{number}",
            date=date(2018, 6, 25),
            sender_name="한도윤",
            sender_rank="연락관",
            text="명단을 접수하였습니다.\n",
        ),
    )


def typed(serial: int, **changes: str) -> dict[str, str]:
    view = queries.sheet(serial)
    return {
        "paper_number": view.paper_number,
        "answer_number": dict(view.answers)[Choice.IN_WORDS],
        "received_on": "2018-06-25",
        "received_by": "리은성",
        "received_rank": "부장",
        "their_number": "북연 2018-11",
        "text": "여덟 가족이 갑니다.",
    } | changes


@pytest.fixture
def officer_page(sign_in: SignIn, settings: object, counterpart: OtherOffice) -> Client:
    return english(sign_in(Role.LIAISON_OFFICER), settings)


@pytest.fixture
def clerk_page(sign_in: SignIn, settings: object) -> Client:
    return english(sign_in(Role.CLERK), settings)


def upload() -> dict[str, SimpleUploadedFile]:
    return {"scan": SimpleUploadedFile("reply.png", SCAN, content_type="image/png")}


@pytest.mark.parametrize(
    ("family", "machine"), [("paper", PaperState), ("paper_reply", ReplyState)]
)
def test_every_state_has_a_word_and_a_shape(family: str, machine: type) -> None:
    assert words.known_states(family) == {state.value for state in machine}  # type: ignore[attr-defined]


def test_a_paper_goes_its_way_through_the_hands_of_two_people(
    officer_page: Client, clerk_page: Client, now: datetime
) -> None:
    dispatch = note(now)
    assert "연락 2018-17" in officer_page.get("/papers").content.decode()
    assert officer_page.post("/papers", {"dispatch": dispatch}).status_code == 302
    listed = officer_page.get("/papers").content.decode()
    assert "Print a note" not in listed
    assert "printed" in listed

    printed = officer_page.get("/papers/1/pdf")
    assert printed["Content-Type"] == "application/pdf"
    assert printed.content.startswith(b"%PDF-")
    handing = {"handed_on": "2018-06-25", "handed_to": "리은성"}
    assert officer_page.post("/papers/1/hand-over", handing).status_code == 302
    page = clerk_page.get("/papers/1").content.decode()
    assert "It was handed over" not in page
    assert "Its reply came back" in page

    scanned = clerk_page.post("/papers/1/scan", upload())
    assert scanned.status_code == 302
    path = scanned["Location"]
    shown = clerk_page.get(f"{path}/scan")
    assert (shown["Content-Type"], shown.content) == ("image/png", SCAN)
    assert clerk_page.post(path, typed(1)).status_code == 302
    assert "It is what the scan shows" not in clerk_page.get(path).content.decode()
    assert told(clerk_page.post(f"{path}/compare", {"agrees": "yes"})).startswith("Who typed")

    assert "It is what the scan shows" in officer_page.get(path).content.decode()
    assert "Compare it with the paper" in told(officer_page.post(f"{path}/compare"))
    differs = {"difference": "rank is another"}
    assert officer_page.post(f"{path}/compare", differs).status_code == 302
    again = clerk_page.get(path).content.decode()
    assert "rank is another" in again
    assert 'value="부장"' in again
    assert clerk_page.post(path, typed(1, received_rank="과장")).status_code == 302
    assert officer_page.post(f"{path}/compare", {"agrees": "yes"}).status_code == 302

    view = queries.sheet(1)
    assert (view.state, view.answer, view.received_rank) == (
        PaperState.ANSWERED, "in_words", "과장",
    )  # fmt: skip
    done = officer_page.get("/papers/1").content.decode()
    assert "received, with an answer in words" in done
    assert "여덟 가족이 갑니다." in officer_page.get(path).content.decode()
    assert {entry.facts for entry in audit_entries() if entry.action == "web.show"} >= {
        (("query", "print"),),
        (("query", "scan"),),
        (("query", "reply"),),
    }


def test_a_mistyped_number_is_told_at_its_field(
    officer_page: Client, clerk_page: Client, now: datetime
) -> None:
    serial = operations.print_note(now=now, actor=HAN, dispatch=note(now))
    operations.hand_over_paper(now=now, actor=HAN, serial=serial, on=date(2018, 6, 25), to="리은성")
    reply = operations.scan_reply(now=now, actor=HAN, serial=serial, scan=SCAN)
    response = clerk_page.post(
        f"/papers/replies/{reply}", typed(serial, paper_number="0003 1248 7442")
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'href="#paper_number"' in page
    assert "This number was not copied well" in page
    assert 'value="리은성"' in page


def test_what_cannot_be_is_refused_with_its_reason(
    officer_page: Client, clerk_page: Client, now: datetime
) -> None:
    assert "There is no note of ours" in told(officer_page.post("/papers", {"dispatch": "x"}))
    serial = operations.print_note(now=now, actor=HAN, dispatch=note(now))
    path = f"/papers/{serial}"
    assert "not a day of the calendar" in told(
        officer_page.post(f"{path}/hand-over", {"handed_on": "soon", "handed_to": "리은성"})
    )
    assert "JPEG or PNG" in told(clerk_page.post(f"{path}/scan"))
    assert officer_page.post(f"{path}/spoil", {"why": "misprinted"}).status_code == 302
    assert "misprinted" in officer_page.get(path).content.decode()
    for missing in ("/papers/99", "/papers/99/pdf", "/papers/replies/99"):
        assert officer_page.get(missing).status_code == 404


def test_the_list_asks_the_database_as_often_for_many_papers_as_for_one(
    officer_page: Client, now: datetime
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries_made:
            assert officer_page.get("/papers").status_code == 200
        return len(queries_made)

    for number in range(3):
        operations.print_note(now=now, actor=HAN, dispatch=note(now, number))
    officer_page.get("/papers")
    few = asked()
    for number in range(3, 9):
        operations.print_note(now=now, actor=HAN, dispatch=note(now, number))
    assert asked() == few
