"""The pages of the line: empty and full, both languages, as many queries for thirty rows as for one."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.conftest import OtherOffice
from tests.office.liaison.conftest import Peer, peer
from tests.web.conftest import SignIn
from tests.web.furnishing import THEM, model
from tests.web.furnishing_line import furnish_line
from tests.web.pressing import english, told

from sangbong.liaison import operations, queries
from sangbong.liaison.core.people.calls import CallState
from sangbong.liaison.core.people.line_state import LineState
from sangbong.liaison.core.people.meetings import MeetingState
from sangbong.liaison.core.people.offer import OfferState
from sangbong.office.core.roles import Role

__all__ = ["peer"]
pytestmark = pytest.mark.django_db

PAGES = (
    "/channel",
    "/channel/dispatches",
    "/channel/dispatches?way=out&stage=waiting&with=KP-PYO",
    "/channel/dispatches?stage=refused",
    "/channel/duty",
    "/channel/duty?week=2018-07-02&pick=2018-07-02|line",
    "/channel/duty?week=never",
    "/channel/KP-PYO/calls",
    "/channel/KP-PYO/line",
    "/channel/KP-PYO/presence",
    "/channel/KP-PYO/meetings",
    "/channel/KP-PYO/offers",
    "/channel/KP-PYO/packing-list",
)


@pytest.fixture
def officer_here(counterpart: OtherOffice, sign_in: SignIn) -> Client:
    """Officer Han at her desk, with Pyongyang across."""
    return sign_in(Role.LIAISON_OFFICER)


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("role", [Role.LIAISON_OFFICER, Role.AUDITOR])
def test_page_of_an_office_without_records_answers_in_both_languages(
    counterpart: OtherOffice, sign_in: SignIn, settings: object, path: str, role: Role
) -> None:
    client = sign_in(role)
    assert 'lang="ko"' in page(client, path)
    assert 'lang="en"' in page(english(client, settings), path)


def full_pages() -> list[str]:
    meeting = model("MeetingRow").objects.order_by("pk").first().pk
    offer = model("OfferRow").objects.order_by("pk").first().pk
    dispatch = model("OutboxDispatch").objects.order_by("pk").first().dispatch_id
    return [
        *PAGES,
        f"/channel/meetings/{meeting}",
        f"/channel/offers/{offer}",
        f"/channel/dispatches/{dispatch}",
    ]


def asked(client: Client, paths: list[str]) -> dict[str, int]:
    counts = {}
    for path in paths:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            page(client, path)
        counts[path] = len(captured)
    return counts


def test_thirty_records_ask_as_often_as_one(officer_here: Client) -> None:
    furnish_line(1, 1)
    paths = full_pages()
    one = asked(officer_here, paths)
    furnish_line(2, 30)
    assert asked(officer_here, paths) == one


def test_an_auditor_reads_and_has_nothing_to_press(
    officer_here: Client, sign_in: SignIn, settings: object
) -> None:
    furnish_line(1, 3)
    auditor = english(sign_in(Role.AUDITOR), settings)
    for path in full_pages():
        text = page(auditor, path)
        main = text[text.index("<main") : text.index("</main>")]
        assert "<form" not in main, path


def test_an_unknown_office_or_record_is_not_found(officer_here: Client) -> None:
    for path in (
        "/channel/JP-TYO/calls",
        "/channel/KR-SEL/line",
        "/channel/meetings/999",
        "/channel/offers/999",
        "/channel/dispatches/KR-SEL>KP-PYO/notes/9",
    ):
        assert officer_here.get(path).status_code == 404, path


def test_a_sealed_dispatch_is_nowhere_said_to_be_sent(
    officer_here: Client, settings: object
) -> None:
    furnish_line(1, 3)
    client = english(officer_here, settings)
    for path in full_pages():
        text = plain(page(client, path))
        assert not re.search(r"\b(sent|went out)\b", text), (
            path,
            re.search(r".{30}\bsent\b.{30}", text),
        )


def test_the_overview_says_state_source_duty_and_what_waits(
    officer_here: Client, settings: object
) -> None:
    client = english(officer_here, settings)
    empty = plain(page(client, "/channel"))
    assert "restored since 3 January 2018, 15:30 · as published" in empty
    assert "Nobody of this office has written anything of it yet." in empty
    furnish_line(1, 1)
    text = plain(page(client, "/channel"))
    assert "degraded since 25 May 2018, 10:00 · their side: 리명국" in text
    assert "at the line: 한도윤" in text
    assert "1 dispatch is sealed and not carried yet waits for us" in text


def test_a_press_on_the_overview_writes_the_call_down_and_offers_to_take_it_back(
    officer_here: Client, settings: object
) -> None:
    client = english(officer_here, settings)
    text = page(client, "/channel")
    key = re.search(r'name="call" value="([^"]+)"', text)
    assert key is not None
    press = {"call": key[1], "outcome": "missed", "then": "/channel/KP-PYO/calls"}
    response = client.post("/channel/KP-PYO/calls", press)
    assert response["Location"].startswith("/channel/KP-PYO/calls?done=call:")

    def state(now=queries.line_today) -> CallState:
        from tests.web.furnishing import NOW

        return queries.line_today(now=NOW, counterpart=THEM).calls[0].state

    assert state() is CallState.MISSED
    back = page(client, response["Location"])
    assert "Take it back" in back
    undo = {"record": response["Location"].split("done=")[1], "why": "slip", "then": "/channel"}
    assert client.post("/channel/undo", undo)["Location"] == "/channel"
    assert state() is CallState.SILENT
    assert "corrected by 한도윤" in plain(page(client, "/channel/KP-PYO/calls"))
    assert client.post("/channel/undo", undo | {"then": "https://example.org"}).status_code == 422


def source(**more: str) -> dict[str, str]:
    return {"side": "theirs", "by": "리명국", "paper": "", "saw": ""} | more


def test_what_was_said_of_the_line_is_written_down_and_changes_its_state(
    officer_here: Client, settings: object
) -> None:
    client = english(officer_here, settings)
    form = {"deed": "line", "line": "panmunjom", "told": "suspended", "known": "minute"}
    form |= source(at="2018-06-25T09:30")
    assert client.post("/channel/KP-PYO/line", form).status_code == 302
    from tests.web.furnishing import NOW

    (line,) = queries.line_today(now=NOW, counterpart=THEM).lines
    assert line.standing.state is LineState.SUSPENDED
    path = {"deed": "path", "path": "fax", "told": "usable"} | source(at="2018-06-25T09:30")
    assert client.post("/channel/KP-PYO/line", path).status_code == 302
    assert "fax: usable" in plain(page(client, "/channel/KP-PYO/line"))
    there = {"whose": "theirs", "place": "판문점", "told": "withdrawn", "people": "0"}
    there |= source(at="2018-06-25T09:30", head_there="no")
    assert client.post("/channel/KP-PYO/presence", there).status_code == 302
    assert "the head was not there" in plain(page(client, "/channel/KP-PYO/presence"))


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("calls", {"call": "panmunjom|noon|"}, "Please choose one"),
        ("calls", {"call": "panmunjom|opening|yesterday"}, "Please choose one"),
        ("calls", {"call": "panmunjom|opening|2018-06-25T09:00"}, "Please choose one"),
        ("calls", {"call": "panmunjom|other|", "outcome": "sung"}, "Please choose one"),
        ("calls", {"call": "panmunjom|other|", "outcome": "made", "at": "noon"}, "day and an hour"),
        ("line", {"line": "panmunjom", "told": "open", "at": "2018-06-25T09:00"}, "Please choose"),
        (
            "line",
            {"line": "x", "told": "open", "at": "2018-06-25T09:00", "known": "day"} | source(),
            "no line called",
        ),
        ("line", {"deed": "path", "path": "fax", "told": "usable", "at": ""}, "day and an hour"),
        (
            "presence",
            {"whose": "theirs", "told": "present", "at": "2018-06-25T09:00", "people": "many"}
            | source(),
            "whole number",
        ),
        ("meetings", {"kind": "heads", "at": "soon"}, "day and an hour"),
        ("offers", {"deed": "offer", "title": "", "way": "call"}, "lacks something"),
        (
            "offers",
            {"deed": "file", "title": "x", "number": "1", "in_name_of": "y"},
            "lacks something",
        ),
    ],
)
def test_a_form_at_fault_says_what_to_do_and_writes_nothing(
    officer_here: Client, settings: object, path: str, form: dict[str, str], sentence: str
) -> None:
    client = english(officer_here, settings)
    before = model("AuditEntry").objects.count()
    assert sentence in told(client.post(f"/channel/KP-PYO/{path}", form))
    assert model("AuditEntry").objects.count() == before


def test_duties_are_taken_swapped_and_given_back(officer_here: Client, settings: object) -> None:
    client = english(officer_here, settings)
    form = {"week": "2018-06-25", "duty": "2018-06-25|line", "deed": "assign", "officer": "han"}
    assert client.post("/channel/duty", form)["Location"].startswith(
        "/channel/duty?week=2018-06-25&done=duty:"
    )
    assert "already" in told(client.post("/channel/duty", form | {"deed": "swap", "agreed": "x"}))
    assert client.post("/channel/duty", form | {"deed": "give_back"}).status_code == 302
    for wrong in ("never|line", "2018-06-25|cooking"):
        assert "choose" in told(client.post("/channel/duty", form | {"duty": wrong}))
    assert "takes the duty 한도윤" in plain(page(client, "/channel/duty"))


def test_a_meeting_is_planned_held_and_minuted_with_its_scan(
    officer_here: Client, settings: object
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client = english(officer_here, settings)
    plan = {"kind": "heads", "at": "2018-06-25T09:00", "place": "판문점"}
    assert client.post("/channel/KP-PYO/meetings", plan).status_code == 302
    number = model("MeetingRow").objects.get().pk
    address = f"/channel/meetings/{number}"
    assert client.post(address, {"deed": "hold"} | source()).status_code == 302
    wrong = SimpleUploadedFile("x.exe", b"MZ", content_type="application/x-msdownload")
    minutes = {"deed": "minutes", "text": "이야기하였다", "agreed": "하나\n\n둘"}
    assert "PDF, JPEG or PNG" in told(client.post(address, minutes | {"scan": wrong}))
    scan = SimpleUploadedFile("x.pdf", b"%PDF-1.7", content_type="application/pdf")
    assert client.post(address, minutes | {"scan": scan}).status_code == 302
    assert client.post(address, minutes).status_code == 302
    found = queries.meeting(number)
    assert found is not None
    assert found.state is MeetingState.MINUTED
    assert [one.minutes.agreed for one in found.minutes] == [("하나", "둘")] * 2
    assert [bool(one.minutes.object_id) for one in found.minutes] == [True, False]
    assert "Earlier version" in page(client, address)


def test_a_meeting_not_held_keeps_its_notice(officer_here: Client, settings: object) -> None:
    client = english(officer_here, settings)
    plan = {"kind": "morning", "at": "2018-06-25T11:00"}
    client.post("/channel/KP-PYO/meetings", plan)
    address = f"/channel/meetings/{model('MeetingRow').objects.get().pk}"
    assert "has not come" in told(client.post(address, {"deed": "hold"} | source()))
    form = {"deed": "not_hold", "noticed_at": "2018-06-25T08:00"} | source()
    assert client.post(address, form).status_code == 302
    assert "notice came on the day" in plain(page(client, address))


def test_a_paper_is_offered_taken_and_handed_over(officer_here: Client, settings: object) -> None:
    client = english(officer_here, settings)
    ask = {
        "deed": "offer",
        "title": "의뢰서",
        "number": "1",
        "in_name_of": "적십자사",
        "way": "channel",
    }
    assert client.post("/channel/KP-PYO/offers", ask).status_code == 302
    row = model("OfferRow").objects.get()
    address = f"/channel/offers/{row.pk}"
    assert "it will be taken" in page(client, address)
    assert "which person" in told(client.post(address, {"deed": "take"}))
    assert client.post(address, {"deed": "take", "by": "리명국"}).status_code == 302
    assert client.post(address, {"deed": "send", "dispatch": row.dispatch_id}).status_code == 302
    found = queries.offer(row.pk)
    assert found is not None
    assert (found.state, found.dispatches[-1]) == (OfferState.SENT, row.dispatch_id)
    assert row.dispatch_id in page(client, address).replace("&gt;", ">")


def test_a_paper_offered_by_call_is_answered(officer_here: Client, settings: object) -> None:
    client = english(officer_here, settings)
    ask = {"deed": "file", "title": "의뢰서", "number": "북남-9", "in_name_of": "적십자회"}
    assert client.post("/channel/KP-PYO/offers", ask | {"sender_name": "리명국"}).status_code == 302
    row = model("OfferRow").objects.get()
    address = f"/channel/offers/{row.pk}"
    form = {"deed": "decline", "way": "call", "saw": "명의"}
    assert client.post(address, form).status_code == 302
    assert client.post(address, {"deed": "take", "way": "channel"}).status_code == 302
    assert queries.offer(row.pk).state is OfferState.WILL_TAKE  # type: ignore[union-attr]
    assert client.post(address, {"deed": "take_back", "by": "리명국"}).status_code == 302
    text = plain(page(client, address))
    assert "Write down what comes of it" not in text or "it will be taken" not in text


def test_a_dispatch_tells_its_way_and_why_it_came_back(
    officer_here: Client, settings: object
) -> None:
    from tests.web.furnishing import NOW

    client = english(officer_here, settings)
    furnish_line(1, 1)
    rows = model("OutboxDispatch").objects
    address = f"/channel/dispatches/{rows.get().dispatch_id}"
    assert "a carrier: the line, a stick or paper" in plain(page(client, address))
    rows.update(state="carried", carried_at=NOW)
    assert "the other side’s receipt" in plain(page(client, address))
    rows.update(returned_code="liaison.seal_wrong", returned_at=NOW)
    text = plain(page(client, address))
    assert "The seal does not open" in text
    assert "ask them by telephone" in text
    rows.update(state="received", received_at=NOW, returned_code="")
    assert "the other side to apply it" in plain(page(client, address))
    rows.update(state="refused", final_at=NOW, code="liaison.body_garbled")
    text = plain(page(client, address))
    assert "refused, with a signed reason" in text
    assert "decide what to write instead" in text
    rows.update(state="applied", code="")
    assert "applied: its effect is durable" in plain(page(client, address))


def test_a_dispatch_that_came_in_tells_that_it_waits_for_its_turn(
    officer_here: Client, settings: object, peer: Peer, now: datetime
) -> None:
    operations.receive(now=now, envelope=peer.envelope())
    client = english(officer_here, settings)
    row = model("InboxDispatch").objects.get()
    text = plain(page(client, f"/channel/dispatches/{row.dispatch_id}"))
    assert "not opened yet, from them" in text
    assert "received and stored here" in text
    assert "its turn in its matter" in text
    assert "notes between officers" in text
    waits = plain(page(client, "/channel"))
    assert "1 dispatch is received here and not applied yet waits for us" in waits


def test_today_asks_an_officer_for_what_waits_for_her_word(
    officer_here: Client, sign_in: SignIn, settings: object
) -> None:
    furnish_line(1, 1)
    text = plain(page(english(officer_here, settings), "/"))
    assert "They ask whether we take 1 paper" in text
    assert "1 paper will be taken and is not handed over yet" in text
    assert "They ask" not in plain(page(english(sign_in(Role.AUDITOR), settings), "/"))


def test_a_press_leads_back_only_to_pages_of_the_channel(
    officer_here: Client, settings: object
) -> None:
    client = english(officer_here, settings)
    press = {"call": "panmunjom|other|", "outcome": "made", "then": "https://example.org/channel"}
    response = client.post("/channel/KP-PYO/calls", press)
    assert response["Location"].startswith("/channel/KP-PYO/calls?done=call:")
    undo = {"record": response["Location"].split("done=")[1], "why": "x", "then": "//example.org"}
    assert client.post("/channel/undo", undo)["Location"] == "/channel"
