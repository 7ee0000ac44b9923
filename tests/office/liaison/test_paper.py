"""A paper from its print to its compared reply, and the PDF that a person holds."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest
from tests.conftest import OtherOffice
from tests.office.liaison.pdf_text import text_of

from sangbong.archive import queries as archive
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.adapters import paper as setting
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.core.paper.paper import Choice, Party, Sheet, SheetField, read_qr
from sangbong.liaison.core.paper.paper_states import PaperState, ReplyState
from sangbong.liaison.models import PaperReply
from sangbong.office.core.actor import Actor
from sangbong.office.queries import audit_entries

pytestmark = pytest.mark.django_db
SCAN = b"\x89PNG\r\n\x1a\n" + bytes(64)
WRITTEN = date(2018, 6, 25)
RED_CROSS = Party("ICRC-X", "가상 적십자사", "Invented Red Cross")
NOTE = NotePaper(
    number="연락 2018-17",
    date=WRITTEN,
    sender_name="한도윤",
    sender_rank="연락관",
    text="#set text(size: 90pt)\n명단을 접수하였습니다.\n",
    answers="북연 2018-9",
)


@pytest.fixture
def serial(now: datetime, officer: Actor, counterpart: OtherOffice) -> int:
    """A printed note."""
    dispatch = operations.send_note(
        now=now, actor=officer, recipient=OfficeCode("KP-PYO"), note=NOTE
    )
    return operations.print_note(now=now, actor=officer, dispatch=dispatch)


@pytest.fixture
def handed(serial: int, now: datetime, officer: Actor) -> int:
    """A paper that was handed over."""
    operations.hand_over_paper(now=now, actor=officer, serial=serial, on=WRITTEN, to="리은성")
    return serial


def typed(serial: int, choice: Choice = Choice.AGREED, **changes: str) -> dict[str, str]:
    view = queries.sheet(serial)
    return {
        "paper_number": view.paper_number,
        "answer_number": dict(view.answers)[choice],
        "received_on": "2018. 6. 25.",
        "received_by": "리은성",
        "received_rank": "부장",
        "their_number": "북연 2018-11",
        "text": "",
    } | changes


def refused(call: object, *args: object, **facts: object) -> str:
    with pytest.raises(SangbongError) as told:
        call(*args, **facts)  # type: ignore[operator]
    assert told.value.text("ko")
    assert told.value.text("en")
    return told.value.code


def test_a_printed_note_is_kept_with_its_numbers(serial: int) -> None:
    view = queries.sheet(serial)
    assert (view.serial, view.recipient, view.number, view.state, view.printed_by) == (
        1, "KP-PYO", "연락 2018-17", PaperState.PRINTED, "han",
    )  # fmt: skip
    assert view.dispatch_id == "KR-SEL>KP-PYO/notes/1"
    assert archive.open_object(view.pdf).startswith(b"%PDF-")
    assert queries.sheets() == [view]


def test_the_dispatch_stays_where_it_was_whatever_happens_on_paper(
    handed: int, now: datetime, officer: Actor, clerk: Actor
) -> None:
    before = queries.dispatches()
    reply = operations.scan_reply(now=now, actor=clerk, serial=handed, scan=SCAN)
    operations.type_reply(now=now, actor=clerk, reply_id=reply, typed=typed(handed))
    reached = operations.compare_reply(now=now, actor=officer, reply_id=reply)
    assert reached is PaperState.ANSWERED
    assert queries.dispatches() == before


def test_a_compared_reply_is_the_written_receipt_and_the_answer(
    handed: int, now: datetime, officer: Actor, clerk: Actor
) -> None:
    reply = operations.scan_reply(now=now, actor=clerk, serial=handed, scan=SCAN)
    operations.type_reply(now=now, actor=clerk, reply_id=reply, typed=typed(handed))
    operations.compare_reply(now=now, actor=officer, reply_id=reply)

    view = queries.sheet(handed)
    assert (view.handed_on, view.handed_to, view.handed_by) == (WRITTEN, "리은성", "han")
    assert (view.received_on, view.received_by, view.received_rank, view.answer) == (
        WRITTEN, "리은성", "부장", "agreed",
    )  # fmt: skip
    said = queries.reply(reply)
    assert (said.state, said.scanned_by, said.typed_by, said.compared_by) == (
        ReplyState.ACCEPTED, "seo", "seo", "han",
    )  # fmt: skip
    assert archive.open_object(said.scan) == SCAN
    assert (queries.open_replies(), queries.replies_to(handed)) == ([], [said])
    assert [
        (entry.action, entry.subjects)
        for entry in audit_entries()
        if "paper" in str(entry.subjects)
    ] == [
        ("liaison.print_paper", (f"paper:{handed}",)),
        ("liaison.hand_over_paper", (f"paper:{handed}",)),
        ("liaison.scan_reply", (f"paper:{handed}",)),
        ("liaison.type_reply", (f"paper:{handed}",)),
        ("liaison.compare_reply", (f"paper:{handed}",)),
    ]


def test_a_receipt_may_come_first_and_the_answer_later(
    handed: int, now: datetime, officer: Actor, clerk: Actor
) -> None:
    for choice, state in (
        (Choice.RECEIVED, PaperState.RECEIVED),
        (Choice.DECLINED, PaperState.ANSWERED),
    ):
        reply = operations.scan_reply(now=now, actor=clerk, serial=handed, scan=SCAN)
        operations.type_reply(now=now, actor=clerk, reply_id=reply, typed=typed(handed, choice))
        assert operations.compare_reply(now=now, actor=officer, reply_id=reply) is state
    assert queries.sheet(handed).answer == "declined"
    assert refused(operations.scan_reply, now=now, actor=clerk, serial=handed, scan=SCAN) == (
        "liaison.paper_state"
    )


def test_who_typed_cannot_compare_and_a_difference_is_typed_again(
    handed: int, now: datetime, officer: Actor, clerk: Actor
) -> None:
    reply = operations.scan_reply(now=now, actor=clerk, serial=handed, scan=SCAN)
    compare = operations.compare_reply
    assert refused(compare, now=now, actor=officer, reply_id=reply) == "liaison.paper_state"
    operations.type_reply(now=now, actor=clerk, reply_id=reply, typed=typed(handed))
    assert refused(compare, now=now, actor=clerk, reply_id=reply) == ("liaison.paper_second_person")
    assert (
        refused(operations.scan_reply, now=now, actor=clerk, serial=handed, scan=SCAN)
        == "liaison.paper_reply_open"
    )

    state = compare(now=now, actor=officer, reply_id=reply, difference="직급은 과장입니다")
    assert state is PaperState.HANDED_OVER
    assert queries.reply(reply).state is ReplyState.RETURNED
    assert [one.difference for one in queries.open_replies()] == ["직급은 과장입니다"]
    again = typed(handed, received_rank="과장")
    operations.type_reply(now=now, actor=officer, reply_id=reply, typed=again)
    assert compare(now=now, actor=clerk, reply_id=reply) is PaperState.ANSWERED
    assert queries.sheet(handed).received_rank == "과장"


def test_the_database_itself_wants_two_people(handed: int, now: datetime, clerk: Actor) -> None:
    from django.db import IntegrityError

    reply = operations.scan_reply(now=now, actor=clerk, serial=handed, scan=SCAN)
    with pytest.raises(IntegrityError, match="liaison_reply_two_people"):
        PaperReply.objects.filter(id=reply).update(typed_by="seo", compared_by="seo")


def test_a_mistyped_number_stores_nothing(handed: int, now: datetime, clerk: Actor) -> None:
    reply = operations.scan_reply(now=now, actor=clerk, serial=handed, scan=SCAN)
    number = queries.sheet(handed).paper_number
    wrong = ("1" if number[0] == "0" else "0") + number[1:]
    with pytest.raises(SangbongError) as told:
        operations.type_reply(
            now=now, actor=clerk, reply_id=reply, typed=typed(handed, paper_number=wrong)
        )
    assert told.value.code == "liaison.paper_number_wrong"
    assert told.value.place is not None
    assert told.value.place.column == "paper_number"
    assert queries.reply(reply).state is ReplyState.SCANNED


def test_only_a_paper_that_was_handed_over_has_a_reply(
    serial: int, now: datetime, officer: Actor, clerk: Actor
) -> None:
    scan = operations.scan_reply
    assert refused(scan, now=now, actor=clerk, serial=serial, scan=SCAN) == (
        "liaison.paper_not_handed_over"
    )
    operations.spoil_paper(now=now, actor=officer, serial=serial, why="잘못 인쇄함")
    view = queries.sheet(serial)
    assert (view.state, view.why_spoiled) == (PaperState.SPOILED, "잘못 인쇄함")
    assert refused(scan, now=now, actor=clerk, serial=serial, scan=SCAN) == "liaison.paper_state"
    assert (
        refused(
            operations.hand_over_paper,
            now=now,
            actor=officer,
            serial=serial,
            on=WRITTEN,
            to="리은성",
        )
        == "liaison.paper_state"
    )


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"on": date(2018, 6, 24), "to": "리은성"}, "liaison.paper_day_before"),
        ({"on": date(2018, 6, 26), "to": "리은성"}, "liaison.paper_day_after"),
        ({"on": WRITTEN, "to": ""}, "liaison.paper_field"),
    ],
)
def test_a_handing_over_that_cannot_be_is_refused(
    serial: int, now: datetime, officer: Actor, facts: dict[str, object], code: str
) -> None:
    assert (
        refused(operations.hand_over_paper, now=now, actor=officer, serial=serial, **facts) == code
    )


def test_what_is_not_here_is_said_so(serial: int, now: datetime, officer: Actor) -> None:
    who = {"now": now, "actor": officer}
    assert refused(queries.sheet, 9) == "liaison.paper_unknown"
    assert refused(queries.reply, 9) == "liaison.paper_unknown"
    assert refused(operations.spoil_paper, **who, serial=9, why="없음") == "liaison.paper_unknown"
    assert refused(operations.spoil_paper, **who, serial=serial, why="") == "liaison.paper_field"
    assert refused(operations.type_reply, **who, reply_id=9, typed={}) == "liaison.paper_unknown"
    for dispatch in ("", "KR-SEL>KP-PYO/notes/2"):
        assert refused(operations.print_note, **who, dispatch=dispatch) == (
            "liaison.paper_no_dispatch"
        )


@pytest.mark.parametrize(
    "scan", [b"", b"%PDF-1.7", SCAN + bytes(8 * 1024 * 1024)], ids=["empty", "pdf", "too large"]
)
def test_a_scan_is_a_picture_of_a_bounded_size(
    handed: int, now: datetime, clerk: Actor, scan: bytes
) -> None:
    assert (
        refused(operations.scan_reply, now=now, actor=clerk, serial=handed, scan=scan)
        == "liaison.paper_scan"
    )


def content(**changes: object) -> operations.PaperContent:
    facts: dict[str, object] = {
        "title_ko": "문의",
        "title_en": "Inquiry",
        "number": "2018-3",
        "written_on": WRITTEN,
        "sender_name": "한도윤",
        "sender_rank": "연락관",
        "fields": (SheetField("가족 수", "Families", "93"),),
    }
    return operations.PaperContent(**(facts | changes))  # type: ignore[arg-type]


def test_a_paper_may_go_to_an_office_that_does_not_run_this(
    office: OfficeCode, now: datetime, officer: Actor
) -> None:
    serial = operations.print_paper(now=now, actor=officer, recipient=RED_CROSS, content=content())
    view = queries.sheet(serial)
    assert (view.recipient, view.dispatch_id, view.title_ko) == ("ICRC-X", "", "문의")


@pytest.mark.parametrize(
    "dispatch", ["KR-SEL>KP-PYO/notes/9", "KR-SEL>ICRC-X/notes/1", "KR-SEL>KP-PYO/notes/x", "x"]
)
def test_a_paper_of_a_dispatch_that_we_did_not_send_is_not_printed(
    serial: int, now: datetime, officer: Actor, dispatch: str
) -> None:
    assert (
        refused(
            operations.print_paper,
            now=now,
            actor=officer,
            recipient=Party("KP-PYO", "평양 사무소", "Pyongyang office"),
            content=content(),
            dispatch=dispatch,
        )
        == "liaison.paper_no_dispatch"
    )


def test_names_and_numbers_stand_in_the_pdf_as_text(serial: int) -> None:
    view = queries.sheet(serial)
    said = text_of(archive.open_object(view.pdf))
    said = re.sub(r"\s", "", said)
    for wanted in (
        "한도윤", "연락관", "서울사무소", "평양사무소", "연락2018-17", "북연2018-9",
        "#settext(size:90pt)", "명단을접수하였습니다.", "회신지",
        *(number.replace(" ", "") for _, number in view.answers), view.paper_number.replace(" ", ""),
    ):  # fmt: skip
        assert wanted in said, wanted


def test_the_qr_code_on_the_paper_is_the_one_that_reads_back() -> None:
    sheet = Sheet(
        serial=1,
        sender=Party("KR-SEL", "서울 사무소", "Seoul office"),
        recipient=RED_CROSS,
        title_ko="문의",
        title_en="Inquiry",
        number="1",
        written_on=WRITTEN,
        sender_name="한도윤",
        sender_rank="연락관",
        text="글",
    )
    assert read_qr(sheet.qr_text).id == "KR-SEL>ICRC-X/paper/1"
    assert setting.qr_svg(sheet.qr_text).startswith("<svg")


def test_a_machine_without_korean_letters_says_what_to_install(
    office: OfficeCode, now: datetime, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    import typst

    bare = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(setting, "_fonts", lambda: bare)
    with pytest.raises(SangbongError) as told:
        operations.print_paper(now=now, actor=officer, recipient=RED_CROSS, content=content())
    assert told.value.code == "liaison.paper_font"
    assert "fonts-noto-cjk" in told.value.text("ko")


def test_a_fault_of_the_typesetter_is_told_and_keeps_nothing(
    office: OfficeCode, now: datetime, officer: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setting, "qr_svg", lambda _: "no picture")
    with pytest.raises(SangbongError) as told:
        operations.print_paper(now=now, actor=officer, recipient=RED_CROSS, content=content())
    assert told.value.code == "liaison.paper_not_set"
    assert queries.sheets() == []
