"""Notes as papers, and clearances."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.clearance import Clearance, standing
from sangbong.liaison.core.custody.papers import NotePaper

NOTE = NotePaper(
    number="북남-1",
    date=date(2018, 6, 25),
    sender_name="리명국",
    sender_rank="연락관",
    text="회보서를 7월 25일에 보내겠습니다.\n이상입니다.",
    answers="연락 2018-17",
)
WORDS = st.text(alphabet="가나다라abc 12", min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)


@given(
    st.builds(
        NotePaper,
        number=WORDS,
        date=st.dates(date(1945, 1, 1)),
        sender_name=WORDS,
        sender_rank=WORDS,
        text=st.lists(WORDS, min_size=1, max_size=3).map("\n".join),
        answers=st.just("") | WORDS,
    )
)
def test_a_note_reads_back_as_it_was_written(note):
    assert NotePaper.from_body(note.to_body()) == note


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"extra": 1}, "liaison.note_unreadable", ""),
        ({"number": ""}, "liaison.note_unreadable", "number"),
        ({"number": 7}, "liaison.note_unreadable", "number"),
        ({"number": " 북남-1"}, "liaison.note_unreadable", "number"),
        ({"number": "1" * 41}, "names.too_long", "number"),
        ({"date": "2018-6-25"}, "liaison.note_unreadable", "date"),
        ({"date": "2018-02-30"}, "liaison.note_unreadable", "date"),
        ({"sender_name": ""}, "liaison.note_unreadable", "sender_name"),
        ({"sender_name": "리명국 "}, "liaison.note_unreadable", "sender_name"),
        ({"sender_name": "리\u202e명국"}, "names.invisible_character", "sender_name"),
        ({"sender_rank": "=HYPERLINK(1)"}, "names.formula", "sender_rank"),
        ({"text": " \n "}, "liaison.note_unreadable", "text"),
        ({"text": "가" * 20_001}, "liaison.note_unreadable", "text"),
        ({"text": "가\x00"}, "names.invisible_character", "text"),
        ({"answers": None}, "liaison.note_unreadable", "answers"),
    ],
)
def test_a_note_out_of_form_says_which_member_is_at_fault(changes, code, column):
    with pytest.raises(SangbongError) as told:
        NotePaper.from_body(NOTE.to_body() | changes)

    assert (told.value.code, told.value.place.column) == (code, column)


def test_a_note_of_ours_out_of_form_is_not_sent():
    with pytest.raises(SangbongError):
        NotePaper(
            number="1", date=date(2018, 6, 25), sender_name="한", sender_rank="", text="가"
        ).to_body()


def test_a_clearance_keeps_a_digest_of_its_consents_in_any_order():
    recipient = OfficeCode("KP-PYO")
    one = Clearance("agreement 3.2", "tracing", recipient, ("name",), ("c1", "c2"))
    other = Clearance("agreement 3.2", "tracing", recipient, ("name",), ("c2", "c1"))

    assert one.record() == other.record()
    assert one.record()["consents"] == 2
    assert standing("b", "p", recipient).fields == ()


@pytest.mark.parametrize(("basis", "purpose"), [("", "p"), ("b", "")])
def test_a_clearance_without_basis_or_purpose_is_our_own_mistake(basis, purpose):
    with pytest.raises(AssertionError):
        standing(basis, purpose, OfficeCode("KP-PYO"))
