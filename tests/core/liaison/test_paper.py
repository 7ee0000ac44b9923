"""Rules PP1 to PP5 of a paper and its reply, and the machine of its states."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sangbong.kernel.errors import Place, SangbongError
from sangbong.liaison.core.paper.check_digits import checked, is_checked, ungrouped
from sangbong.liaison.core.paper.paper import (
    FIELDS_MAX,
    REPLY_FIELDS,
    Choice,
    Party,
    QrFacts,
    Reply,
    Sheet,
    SheetField,
    layout,
    numbers_of,
    read_qr,
    read_reply,
)
from sangbong.liaison.core.paper.paper_states import (
    PaperDeed,
    PaperState,
    ReplyDeed,
    ReplyState,
    paper_after,
    reply_after,
)

SEOUL = Party("KR-SEL", "서울 사무소", "Seoul office")
PYONGYANG = Party("KP-PYO", "평양 사무소", "Pyongyang office")
WRITTEN, TODAY = date(2018, 6, 25), date(2018, 7, 3)


def a_sheet(**changes: object) -> Sheet:
    facts: dict[str, object] = {
        "serial": 312,
        "sender": SEOUL,
        "recipient": PYONGYANG,
        "title_ko": "통지문",
        "title_en": "Note",
        "number": "연락 2018-17",
        "written_on": WRITTEN,
        "sender_name": "한도윤",
        "sender_rank": "연락관",
        "answers": "북연 2018-9",
        "text": "명단을 접수하였습니다.\n\n회신을 기다립니다.\n",
        "fields": (SheetField("면회 시작", "Meetings begin", "2018-08-20"),),
        "dispatch": "KR-SEL>KP-PYO/notes/17",
        "envelope": "ab" * 32,
    }
    return Sheet(**(facts | changes))  # type: ignore[arg-type]


SHEET = a_sheet()


def typed(**changes: str) -> dict[str, str]:
    facts = {
        "paper_number": SHEET.paper_number,
        "answer_number": SHEET.answer_number(Choice.AGREED),
        "received_on": "2018-07-02",
        "received_by": "리은성",
        "received_rank": "부장",
        "their_number": "북연 2018-11",
        "text": "",
    }
    return facts | changes


def read(**changes: str) -> Reply:
    return read_reply(
        typed(**changes),
        serial=SHEET.serial,
        digest=SHEET.digest,
        written_on=WRITTEN,
        today=TODAY,
    )


def refused(**changes: str) -> tuple[str, str]:
    with pytest.raises(SangbongError) as told:
        read(**changes)
    assert told.value.place is not None
    assert told.value.text("ko") != told.value.text("en")
    return told.value.code, told.value.place.column


def test_what_stands_on_the_paper_in_its_order() -> None:
    assert layout(SHEET) == {
        "answers": ["북연 2018-9", "59"],
        "choices": [[one.value, _spaced(SHEET.answer_number(one))] for one in Choice],
        "dispatch": "KR-SEL>KP-PYO/notes/17",
        "fields": [["면회 시작", "Meetings begin", "2018-08-20", "91"]],
        "fingerprint": _spaced(SHEET.digest[:32]),
        "number": ["연락 2018-17", "24"],
        "paper_number": _spaced(SHEET.paper_number),
        "paragraphs": ["명단을 접수하였습니다.", "회신을 기다립니다."],
        "recipient": {"code": "KP-PYO", "name_en": "Pyongyang office", "name_ko": "평양 사무소"},
        "sender": {"code": "KR-SEL", "name_en": "Seoul office", "name_ko": "서울 사무소"},
        "sender_name": "한도윤",
        "sender_rank": "연락관",
        "title_en": "Note",
        "title_ko": "통지문",
        "written_on": ["2018-06-25", "94"],
    }


def _spaced(number: str) -> str:
    return re.sub(r"(.{4})(?=.)", r"\1 ", number)


def test_the_paper_number_is_of_the_counting_and_of_the_content() -> None:
    assert SHEET.paper_number.startswith("000312")
    assert len(SHEET.paper_number) == 12
    assert is_checked(SHEET.paper_number)
    assert a_sheet(text="명단을 접수하지 못하였습니다.").paper_number != SHEET.paper_number
    assert numbers_of(serial=312, digest=SHEET.digest) == (
        SHEET.paper_number,
        {choice: SHEET.answer_number(choice) for choice in Choice},
    )


def test_a_paper_without_a_dispatch_has_an_id_of_its_own() -> None:
    assert SHEET.id == "KR-SEL>KP-PYO/notes/17"
    assert a_sheet(dispatch="", envelope="").id == "KR-SEL>KP-PYO/paper/312"


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"number": ""}, "number"),
        ({"number": " 2018-17"}, "number"),
        ({"sender_name": ""}, "sender_name"),
        ({"sender_rank": " "}, "sender_rank"),
        ({"text": "\n", "fields": ()}, "text"),
        ({"text": "가" * 20_001}, "text"),
        ({"fields": (SheetField("가", "Place", "나"),) * (FIELDS_MAX + 1)}, "text"),
        ({"fields": (SheetField("가", "Place", ""),)}, "Place"),
    ],
)
def test_a_paper_that_cannot_be_set_names_its_field(
    changes: dict[str, object], column: str
) -> None:
    with pytest.raises(SangbongError) as told:
        a_sheet(**changes)
    assert (told.value.code, told.value.place) == ("liaison.paper_field", Place(column=column))


def test_the_qr_code_says_which_paper_and_which_content() -> None:
    assert read_qr(SHEET.qr_text) == QrFacts(
        paper_number=SHEET.paper_number, id=SHEET.id, digest=SHEET.digest
    )


@given(st.data())
def test_a_qr_code_with_a_wrong_letter_is_refused(data: st.DataObject) -> None:
    text = SHEET.qr_text
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(min_codepoint=32, max_codepoint=126))
    assume(letter != text[at])
    with suppress(SangbongError):
        # one letter in 97 may hide from two digits; the paper number does not
        assert read_qr(text[:at] + letter + text[at + 1 :]).paper_number == SHEET.paper_number


@pytest.mark.parametrize("text", ["", "https://example.org", "SANGBONG PAPER 1\n1\n2\n3\n4"])
def test_another_qr_code_is_refused(text: str) -> None:
    with pytest.raises(SangbongError, match=r"liaison\.paper_qr"):
        read_qr(text)


def test_a_reply_is_read_as_it_stands_on_the_form() -> None:
    assert read() == Reply(
        choice=Choice.AGREED,
        received_on=date(2018, 7, 2),
        received_by="리은성",
        received_rank="부장",
        their_number="북연 2018-11",
        text="",
    )
    assert tuple(typed()) == REPLY_FIELDS


@pytest.mark.parametrize("choice", list(Choice))
def test_each_answer_is_known_by_its_own_number(choice: Choice) -> None:
    reply = read(
        answer_number=_spaced(SHEET.answer_number(choice)), text="여덟 가족이\r\n갑니다.\n"
    )
    assert (reply.choice, reply.text) == (choice, "여덟 가족이\n갑니다.")
    assert choice.answers == (choice is not Choice.RECEIVED)


@pytest.mark.parametrize(
    "written", ["2018-07-02", "2018.7.2", "2018. 7. 2.", "2018년 7월 2일", "2018/07/02", "20180702"]
)
def test_a_day_may_be_typed_as_it_was_written(written: str) -> None:
    assert read(received_on=written).received_on == date(2018, 7, 2)


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"paper_number": ""}, "paper_number_wrong", "paper_number"),
        ({"paper_number": "79444"}, "paper_number_other", "paper_number"),
        ({"answer_number": "abc"}, "paper_number_wrong", "answer_number"),
        (
            {"answer_number": checked(SHEET.paper_number[:10] + "9")},
            "paper_number_other",
            "answer_number",
        ),
        ({"received_on": ""}, "paper_day_wrong", "received_on"),
        ({"received_on": "2018-02-30"}, "paper_day_wrong", "received_on"),
        ({"received_on": "2018-06-24"}, "paper_day_before", "received_on"),
        ({"received_on": "2018-07-04"}, "paper_day_after", "received_on"),
        ({"received_by": ""}, "paper_field", "received_by"),
        ({"received_rank": ""}, "paper_field", "received_rank"),
        ({"text": "가" * 4_001}, "paper_field", "text"),
        (
            {"answer_number": SHEET.answer_number(Choice.IN_WORDS)},
            "paper_field",
            "text",
        ),
    ],
)
def test_a_reply_is_refused_with_its_field_and_the_reason(
    changes: dict[str, str], code: str, column: str
) -> None:
    assert refused(**changes) == (f"liaison.{code}", column)


@given(st.sampled_from(["paper_number", "answer_number"]), st.data())
def test_no_mistyped_number_is_taken(column: str, data: st.DataObject) -> None:
    number = typed()[column]
    at = data.draw(st.integers(0, len(number) - 1))
    swapped = data.draw(st.booleans()) and at + 1 < len(number)
    if swapped:
        wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    else:
        wrong = number[:at] + data.draw(st.sampled_from("0123456789")) + number[at + 1 :]
    assume(wrong != number)
    assert refused(**{column: wrong}) == ("liaison.paper_number_wrong", column)


@given(st.integers(1, 999_999), st.sampled_from(list(Choice)))
def test_the_form_of_another_paper_is_not_taken(serial: int, choice: Choice) -> None:
    assume(serial != SHEET.serial)
    other = a_sheet(serial=serial)
    assert refused(paper_number=other.paper_number) == (
        "liaison.paper_number_other",
        "paper_number",
    )
    assert refused(answer_number=other.answer_number(choice)) == (
        "liaison.paper_number_other",
        "answer_number",
    )


@given(st.dates(min_value=WRITTEN, max_value=TODAY))
def test_every_day_between_writing_and_today_is_taken(day: date) -> None:
    assert read(received_on=day.isoformat()).received_on == day
    later = day + timedelta(days=(TODAY - WRITTEN).days + 1)
    assert refused(received_on=later.isoformat())[1] == "received_on"


def _edges(states: type, deeds: type, after: object) -> set[tuple[str, str, str]]:
    found = set()
    for state, deed in product(states, deeds):  # type: ignore[call-overload]
        with suppress(SangbongError):
            found.add((state.value, after(state, deed).value, deed.value))  # type: ignore[operator]
    return found


def test_the_drawing_shows_what_the_code_does() -> None:
    text = (Path(__file__).parents[3] / "docs" / "machines" / "paper.md").read_text("utf-8")
    drawn = {
        (at, to, deed)
        for at, to, deed in re.findall(r"^ *(\w+) --> (\w+): (\w+)$", text, re.MULTILINE)
    }
    assert drawn == _edges(PaperState, PaperDeed, paper_after) | _edges(
        ReplyState, ReplyDeed, reply_after
    )
    begins = set(re.findall(r"^ *\[\*\] --> (\w+)$", text, re.MULTILINE))
    assert begins == {PaperState.PRINTED.value, ReplyState.SCANNED.value}


def test_numbers_are_typed_with_or_without_gaps() -> None:
    assert read(paper_number=_spaced(SHEET.paper_number)) == read()
    assert ungrouped(_spaced(SHEET.paper_number)) == SHEET.paper_number
