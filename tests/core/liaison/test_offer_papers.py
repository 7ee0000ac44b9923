"""Offers and their answers as papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.people.offer_papers import OfferAnswer, OfferAnswerPaper, OfferPaper

OFFER = OfferPaper(
    number="의사 2018-4",
    date=date(2018, 6, 25),
    title="생사·주소 확인 의뢰서",
    in_name_of="대한적십자사",
    leaves=250,
    sender_name="한도윤",
    sender_rank="연락관",
)
ANSWER = OfferAnswerPaper(
    offer="의사 2018-4",
    date=date(2018, 6, 25),
    answer=OfferAnswer.TAKE,
    reason="",
    sender_name="리명국",
    sender_rank="연락관",
)
WORDS = st.text(alphabet="가나다라abc 12", min_size=1, max_size=20).filter(
    lambda text: text.strip() == text
)
DAYS = st.dates(date(1945, 1, 1))


@given(st.builds(OfferPaper, WORDS, DAYS, WORDS, WORDS, st.integers(0, 100_000), WORDS, WORDS))
def test_an_offer_reads_back_as_it_was_written(offer: OfferPaper) -> None:
    assert OfferPaper.from_body(offer.to_body()) == offer


@given(
    st.builds(
        OfferAnswerPaper,
        WORDS,
        DAYS,
        st.sampled_from(OfferAnswer),
        st.just("") | WORDS,
        WORDS,
        WORDS,
    )
)
def test_an_answer_reads_back_as_it_was_written(answer: OfferAnswerPaper) -> None:
    assert OfferAnswerPaper.from_body(answer.to_body()) == answer


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"extra": 1}, "liaison.offer_unreadable", ""),
        ({"number": ""}, "liaison.offer_unreadable", "number"),
        ({"number": "1" * 41}, "names.too_long", "number"),
        ({"title": 7}, "liaison.offer_unreadable", "title"),
        ({"title": " 의뢰서"}, "liaison.offer_unreadable", "title"),
        ({"in_name_of": "=1"}, "names.formula", "in_name_of"),
        ({"sender_name": ""}, "liaison.offer_unreadable", "sender_name"),
        ({"date": "2018-02-30"}, "liaison.offer_unreadable", "date"),
        ({"date": "25.6.2018"}, "liaison.offer_unreadable", "date"),
        ({"leaves": -1}, "liaison.offer_unreadable", "leaves"),
        ({"leaves": True}, "liaison.offer_unreadable", "leaves"),
    ],
)
def test_an_offer_at_fault_names_the_member(changes, code: str, column: str) -> None:
    with pytest.raises(SangbongError) as caught:
        OfferPaper.from_body(OFFER.to_body() | changes)
    place = caught.value.place
    assert (caught.value.code, place.column if place else None) == (code, column)


@pytest.mark.parametrize(
    ("changes", "column"), [({"answer": "perhaps"}, "answer"), ({"offer": ""}, "offer")]
)
def test_an_answer_at_fault_names_the_member(changes, column: str) -> None:
    with pytest.raises(SangbongError) as caught:
        OfferAnswerPaper.from_body(ANSWER.to_body() | changes)
    assert caught.value.code == "liaison.offer_unreadable"
    assert caught.value.place is not None
    assert caught.value.place.column == column


def test_a_slip_of_our_own_is_found_before_sealing() -> None:
    with pytest.raises(SangbongError):
        replace(OFFER, title="").to_body()
    with pytest.raises(SangbongError):
        replace(ANSWER, sender_rank="").to_body()
