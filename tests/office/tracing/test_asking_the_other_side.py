from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.office.core.audit import digest_of_ids
from sangbong.office.queries import audit_entries
from sangbong.registry.core.news import NewsState
from sangbong.registry.queries import news_of
from sangbong.tracing import operations, queries
from sangbong.tracing.core.papers import (
    InquiryPaper,
    ItemPart,
    KinPart,
    PersonPart,
    SeekerPart,
    SoughtPart,
)
from sangbong.tracing.core.states import PairState, Reading

from .conftest import MATTER, OFFICER, PYONGYANG, Seoul, reply

pytestmark = pytest.mark.django_db
Sender = Callable[..., InboundDispatch]

FIRST = "KR-SEL-A-000001"
ALIVE = ItemPart(FIRST, 1, "alive", "생존", "willing", PersonPart("리선호", "1931"))
DEAD = ItemPart(FIRST, 1, "dead", "사망", person=PersonPart("리선호"))
CANNOT = ItemPart(FIRST, 1, "cannot_confirm", "확인불가")


def ask(seoul: Seoul, *numbers: str, matter: str = MATTER) -> list[str]:
    return operations.ask_other_side(
        now=seoul.now, actor=OFFICER, recipient=PYONGYANG, matter=matter, application_nos=numbers
    )


@pytest.fixture
def asked(seoul: Seoul) -> Seoul:
    seoul.applications({"application_no": FIRST})
    ask(seoul, FIRST)
    return seoul


def test_an_inquiry_tells_who_seeks_whom_as_they_wrote_it(asked: Seoul) -> None:
    ((kind, _, body),) = asked.sent()
    paper = InquiryPaper.from_body(body)
    assert (kind, paper.matter, paper.part, paper.parts) == ("tracing.inquiry", MATTER, 1, 1)
    (application,) = paper.applications
    assert application.seeker == SeekerPart(
        name="이선율",
        sex="M",
        birth="1925-03-05",
        calendar="lunar",
        birthplace="평안북도 정주군",
        residence="서울특별시 종로구",
        father="이한수",
    )
    assert application.sought == (
        SoughtPart(
            sought_no=1,
            relation="동생",
            name="이선호",
            sex="M",
            birth="1931",
            address_at_separation="평안북도 정주군",
            father="이한수",
        ),
    )
    assert [(p.application_no, p.sought_no, p.state) for p in queries.pair_states(MATTER)] == [
        (FIRST, 1, PairState.ASKED)
    ]


def test_a_long_list_goes_in_dispatches_of_a_hundred_applications(seoul: Seoul) -> None:
    numbers = [f"KR-SEL-A-{index:06}" for index in range(1, 231)]
    seoul.applications(*({"application_no": number} for number in numbers))
    assert ask(seoul, *numbers) == [f"KR-SEL>KP-PYO/round-21/{part}" for part in (1, 2, 3)]
    assert [(line.part, line.parts, line.applications) for line in queries.inquiries(MATTER)] == [
        (1, 3, 100),
        (2, 3, 100),
        (3, 3, 30),
    ]
    assert queries.inquiries()[0].pairs == {PairState.ASKED: 100}


def test_nobody_is_named_without_consent_and_nobody_twice(seoul: Seoul) -> None:
    seoul.applications(
        {"application_no": FIRST},
        {"application_no": "KR-SEL-A-000002", "consents": "search"},
    )
    with pytest.raises(SangbongError, match=r"registry\.consent_missing"), transaction.atomic():
        ask(seoul, FIRST, "KR-SEL-A-000002")
    assert seoul.sent() == []
    ask(seoul, FIRST)
    with pytest.raises(SangbongError, match=r"tracing\.asked_already"):
        ask(seoul, FIRST)
    with pytest.raises(SangbongError, match=r"tracing\.nobody_to_ask_about"):
        ask(seoul, "KR-SEL-A-999999")


def accept(seoul: Seoul, dispatch: InboundDispatch) -> None:
    operations.accept_reply(now=seoul.now, dispatch=dispatch)


def news() -> list[tuple[str, NewsState]]:
    return [(each.summary_code, each.state) for each in news_of(FIRST)]


def test_a_reply_moves_the_pair_and_leaves_news_for_a_person_to_deliver(
    asked: Seoul, from_pyongyang: Sender
) -> None:
    dispatch = from_pyongyang(reply(ALIVE))
    accept(asked, dispatch)
    accept(asked, dispatch)
    (pair,) = queries.pair_states(MATTER)
    assert (pair.state, pair.statement) == (PairState.ALIVE, "willing")
    assert queries.pairs_of(FIRST) == [pair]
    assert news() == [("tracing.news_alive", NewsState.UNDELIVERED)]
    assert [(line.part, line.items) for line in queries.replies_received(MATTER)] == [(1, 1)]


def test_alive_may_be_reversed_to_dead_and_both_papers_are_kept(
    asked: Seoul, from_pyongyang: Sender
) -> None:
    accept(asked, from_pyongyang(reply(ALIVE)))
    accept(asked, from_pyongyang(reply(DEAD, part=2)))
    assert queries.pair_states(MATTER)[0].state is PairState.DEAD
    assert [item.reading for item in queries.reply_items(MATTER)] == [Reading.ALIVE, Reading.DEAD]
    assert news() == [
        ("tracing.news_alive", NewsState.SUPERSEDED),
        ("tracing.news_dead", NewsState.UNDELIVERED),
    ]


def test_a_reply_is_one_entry_of_the_trail_however_many_families_it_tells(
    asked: Seoul, from_pyongyang: Sender
) -> None:
    second = "KR-SEL-A-000002"
    asked.applications({"application_no": second})
    ask(asked, second)
    before = len(list(audit_entries()))
    dispatch = from_pyongyang(reply(ALIVE, replace(DEAD, application_no=second), complete=False))
    accept(asked, dispatch)
    accept(asked, dispatch)
    told = [each.news_id for number in (FIRST, second) for each in news_of(number)]
    (entry,) = list(audit_entries())[before:]
    assert (entry.action, entry.subjects) == ("tracing.accept_reply", (f"dispatch:{dispatch.id}",))
    facts = {"items": 2, "pairs_changed": 2, "complete": 0}
    assert dict(entry.facts) == facts | {
        "news": 2,
        "news_digest": digest_of_ids(f"news:{each}" for each in told),
        "news_superseded": 0,
    }
    accept(asked, from_pyongyang(reply(DEAD, part=2)))
    (entry,) = list(audit_entries())[before + 1 :]
    assert [dict(entry.facts)[name] for name in ("news", "news_superseded")] == [1, 1]


def test_the_same_answer_again_is_kept_and_is_no_news(asked: Seoul, from_pyongyang: Sender) -> None:
    accept(asked, from_pyongyang(reply(CANNOT, complete=False)))
    accept(asked, from_pyongyang(reply(CANNOT, part=2)))
    assert len(queries.reply_items(MATTER, application_no=FIRST)) == 2
    assert news() == [("tracing.news_cannot_confirm", NewsState.UNDELIVERED)]


def test_an_unknown_class_is_kept_as_written_and_waits_for_an_officer(
    asked: Seoul, from_pyongyang: Sender
) -> None:
    accept(asked, from_pyongyang(reply(ItemPart(FIRST, 1, "거주지 이동", "해당자 없음"))))
    (item,) = queries.reply_items(MATTER)
    assert (item.reply_class_as_written, item.words_as_written, item.reading) == (
        "거주지 이동",
        "해당자 없음",
        Reading.UNREAD,
    )
    assert queries.pair_states(MATTER)[0].state is PairState.UNREAD
    assert news() == []

    read(asked, item.item_id, Reading.CANNOT_CONFIRM)

    assert queries.pair_states(MATTER)[0].state is PairState.CANNOT_CONFIRM
    assert queries.reply_items(MATTER)[0].read_by == "officer.han"
    assert news() == [("tracing.news_cannot_confirm", NewsState.UNDELIVERED)]
    with pytest.raises(SangbongError, match=r"tracing\.not_now"):
        read(asked, item.item_id, Reading.ALIVE)
    with pytest.raises(SangbongError, match=r"tracing\.reason_missing"):
        read(asked, item.item_id, Reading.ALIVE, why="")
    with pytest.raises(SangbongError, match=r"tracing\.unknown_entry"):
        read(asked, 10**9, Reading.ALIVE)


def read(seoul: Seoul, item: int, reading: Reading, why: str = "by telephone") -> None:
    operations.read_reply_item(
        now=seoul.now, actor=OFFICER, item_id=item, reading=reading, reason=why
    )


def test_somebody_we_did_not_ask_for_is_kept_by_itself(
    asked: Seoul, from_pyongyang: Sender
) -> None:
    unread = ItemPart("KR-SEL-A-777777", 1, "?", "?")
    accept(asked, from_pyongyang(reply(unread)))
    (item,) = queries.reply_items(MATTER)
    assert item.asked_for is False
    read(asked, item.item_id, Reading.ALIVE)
    assert queries.pair_states(MATTER)[0].state is PairState.ASKED


def test_kin_nobody_asked_for_are_news_too(asked: Seoul, from_pyongyang: Sender) -> None:
    kin = (KinPart("조카", "리영남", "1962"),)
    accept(asked, from_pyongyang(reply(ItemPart(FIRST, 1, "alive", "생존", extra_kin=kin))))
    assert [code for code, _ in news()] == ["tracing.news_kin_not_asked_for", "tracing.news_alive"]
    assert queries.reply_items(MATTER)[0].extra_kin == (
        {"relation": "조카", "name": "리영남", "birth": "1962"},
    )


def test_a_reply_in_another_stream_or_out_of_form_is_refused(
    asked: Seoul, from_pyongyang: Sender
) -> None:
    with pytest.raises(SangbongError, match=r"tracing\.wrong_matter"):
        accept(asked, from_pyongyang(reply(ALIVE), stream="round-22"))
    dispatch = from_pyongyang(reply(ALIVE))
    object.__setattr__(dispatch, "body", {"version": 0})
    with pytest.raises(SangbongError, match=r"tracing\.paper_unreadable"):
        accept(asked, dispatch)


def test_seekers_lists_take_as_many_questions_for_thirty_as_for_one(
    seoul: Seoul, from_pyongyang: Sender, django_assert_num_queries: Any
) -> None:
    numbers = [f"KR-SEL-A-{index:06}" for index in range(1, 32)]
    seoul.applications(*({"application_no": number} for number in numbers))
    for matter, some in (("round-1", numbers[:1]), ("round-30", numbers[1:])):
        ask(seoul, *some, matter=matter)
        items = [ItemPart(number, 1, "dead", "사망") for number in some]
        accept(seoul, from_pyongyang(reply(*items, matter=matter), stream=matter))
        with django_assert_num_queries(1):
            assert len(queries.pair_states(matter)) == len(some)
        with django_assert_num_queries(2):
            queries.inquiries(matter)
        with django_assert_num_queries(1):
            assert len(queries.reply_items(matter)) == len(some)
        with django_assert_num_queries(1):
            queries.replies_received(matter)
        with django_assert_num_queries(1):
            queries.replies_sent(matter)
