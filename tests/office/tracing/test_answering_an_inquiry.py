from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.registry.core.consent import Use
from sangbong.registry.core.people import Claim, LifeStatus
from sangbong.registry.operations import record_life_belief, withdraw_consent
from sangbong.tracing import operations, queries
from sangbong.tracing.core.deciding import DEMONSTRATION_RULE
from sangbong.tracing.core.findings import Answer, FindingClass, ReplyClass
from sangbong.tracing.core.papers import (
    ApplicationPart,
    ItemPart,
    KinPart,
    PersonPart,
    SeekerPart,
    SoughtPart,
)
from sangbong.tracing.core.states import EntryState

from .conftest import MATTER, OFFICER, SEONHO, SOUGHT, Seoul, inquiry, inquiry_of

pytestmark = pytest.mark.django_db
Sender = Callable[..., InboundDispatch]

NOBODY = SoughtPart(sought_no=1, relation="누나", name="탁금녀", sex="F", birth="1922")
FOUND = PersonPart(name="이선호", birth="1931-04-02", residence="경기 경성")
CANNOT = {"reply_class": "cannot_confirm", "words": "확인불가"}


def trace_and_decide(seoul: Seoul, dispatch: InboundDispatch) -> int:
    """File, search and decide by the rule; the number of the first entry."""
    operations.accept_inquiry(now=seoul.now, dispatch=dispatch)
    operations.trace_filed(now=seoul.now, actor=OFFICER)
    operations.decide_by_rule(now=seoul.now, actor=OFFICER, rule=DEMONSTRATION_RULE)
    return first_entry()


def first_entry() -> int:
    return queries.incoming_entries(queries.incoming_inquiries()[-1].inquiry_id)[0].entry_id


def release(seoul: Seoul, *, complete: bool = True, **more: Any) -> list[str]:
    return operations.release_replies(
        now=seoul.now, actor=OFFICER, matter=MATTER, complete=complete, **more
    )


def answer(seoul: Seoul, entry: int, said: Answer, **more: Any) -> None:
    operations.record_found_persons_answer(
        now=seoul.now, actor=OFFICER, entry_id=entry, answer=said, **more
    )


def test_a_living_brother_is_found_asked_and_told_of(seoul: Seoul, from_pyongyang: Sender) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    assert queries.incoming_entry(entry).state is EntryState.FOUND
    assert operations.ask_found_persons(now=seoul.now, actor=OFFICER) == 1
    answer(seoul, entry, Answer.WILLING)

    assert release(seoul) == ["KR-SEL>KP-PYO/round-21/1"]

    (paper,) = seoul.replies()
    assert (paper.part, paper.complete) == (1, True)
    assert paper.items == (ItemPart("KP-1", 1, "alive", "생존", "willing", FOUND),)
    page = queries.incoming_entry(entry)
    assert (page.state, page.told_class) == (EntryState.REPLIED, ReplyClass.ALIVE)
    assert [view.decided_by for view in page.findings] == ["rule:6000/3000", "officer.han"]


def test_nothing_about_a_living_person_leaves_before_that_person_answered(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    assert release(seoul, complete=False) == []
    operations.ask_found_persons(now=seoul.now, actor=OFFICER, entry_ids=[entry])
    assert release(seoul, complete=False) == []

    release(seoul, complete=True)

    assert seoul.replies()[0].items == (ItemPart("KP-1", 1, **CANNOT),)
    assert queries.incoming_entry(entry).state is EntryState.ASKED


def test_one_who_agrees_after_the_last_part_is_told_of_in_a_later_one(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    release(seoul)
    answer(seoul, entry, Answer.WILLING)
    assert release(seoul) == ["KR-SEL>KP-PYO/round-21/2"]
    assert [item.reply_class for paper in seoul.replies() for item in paper.items] == [
        "cannot_confirm",
        "alive",
    ]


def test_a_dead_sister_is_told_of_with_the_day_and_without_an_address(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({"life_status": "사망", "death_date": "1999-02-03"})
    trace_and_decide(seoul, from_pyongyang(inquiry()))
    release(seoul)
    assert seoul.replies()[0].items == (
        ItemPart(
            "KP-1",
            1,
            "dead",
            "사망",
            person=PersonPart("이선호", "1931-04-02", "", "1999-02-03"),
        ),
    )


def world(
    seoul: Seoul, dispatch: InboundDispatch, people: list[dict[str, str]], said: Answer | None
) -> tuple[list[Any], list[Any]]:
    """What leaves in one world: before the completing part, and with it; then the world ends."""
    with transaction.atomic():
        point = transaction.savepoint()
        seoul.register(*people)
        entry = trace_and_decide(seoul, dispatch)
        early = release(seoul, complete=False)
        if said is not None:
            answer(seoul, entry, said)
        release(seoul, complete=False)
        before = seoul.sent()
        release(seoul, complete=True)
        late = seoul.sent()
        release(seoul, complete=True)
        assert seoul.sent() == late
        transaction.savepoint_rollback(point)
    return early + before, late


@pytest.mark.parametrize("said", [Answer.REFUSED, Answer.UNWELL, Answer.UNREACHABLE, None])
def test_refused_unwell_unreachable_and_not_asked_look_like_not_found(
    seoul: Seoul, from_pyongyang: Sender, said: Answer | None
) -> None:
    dispatch = from_pyongyang(inquiry())
    there = world(seoul, dispatch, [{}], said)
    not_there = world(seoul, dispatch, [], None)
    assert there == not_there
    assert [body["items"] for _, _, body in there[1]] == [[ItemPart("KP-1", 1, **CANNOT).to_body()]]


BROTHER = {"life_status": "사망", "death_date": "1999-02-03"}
SISTER = {"record_no": "S-2", "name": "이선자", "birth": "1934-01-02", "life_status": "사망"}


@pytest.mark.parametrize(
    "shielded",
    [
        [BROTHER],
        [SISTER | {"record_no": "S-3"}],
        [BROTHER | {"record_no": f"S-{number}"} for number in range(3, 40)],
    ],
    ids=["the one sought", "a rival of another", "many who would change every count"],
)
def test_a_shielded_person_changes_no_byte_of_what_leaves(
    seoul: Seoul, from_pyongyang: Sender, shielded: list[dict[str, str]]
) -> None:
    other = replace(SOUGHT, sought_no=2, name="리선자", birth="1934-01-02")
    dispatch = from_pyongyang(inquiry(SOUGHT, other))
    hidden = [{**person, "shielded": "예"} for person in shielded]
    with_shielded = world(seoul, dispatch, [*hidden, SISTER], None)
    without = world(seoul, dispatch, [SISTER], None)
    assert with_shielded == without
    assert [
        (item["sought_no"], item["class"]) for _, _, body in without[1] for item in body["items"]
    ] == [(2, "dead"), (1, "cannot_confirm")]


@pytest.mark.parametrize(
    ("said", "statement"),
    [(Answer.REFUSED, "does_not_wish_to_meet"), (Answer.UNWELL, "cannot_travel")],
)
def test_one_who_allows_it_is_told_of_as_alive_though_they_cannot_come(
    seoul: Seoul, from_pyongyang: Sender, said: Answer, statement: str
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    answer(seoul, entry, said, allow_refusal_known=True)
    release(seoul, complete=False)
    assert seoul.replies()[0].items == (ItemPart("KP-1", 1, "alive", "생존", statement, FOUND),)


def test_kin_nobody_asked_for_are_told_of_when_they_agree(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({}, {"record_no": "S-2", "name": "이선자", "birth": "1960", "sex": "여"})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    daughter = {view.name: view for view in people()}["이선자"].person_id
    answer(
        seoul,
        entry,
        Answer.WILLING,
        extra_kin=[operations.KinToTell(daughter, "딸", "이선자", "1960")],
    )
    release(seoul)
    assert seoul.replies()[0].items[0].extra_kin == (KinPart("딸", "이선자", "1960"),)


def people() -> list[Any]:
    from sangbong.registry.queries import forms_of, register_rows

    return list(forms_of([row.person_id for row in register_rows()]).values())


def test_a_reply_goes_out_in_parts_and_the_last_part_says_so(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    dead = {"life_status": "사망", "death_date": "1999-02-03"}
    seoul.register(dead, dead | {"record_no": "S-2", "name": "김만길", "father": "김덕수"})
    seeker = SeekerPart(name="리선율")
    other = replace(SOUGHT, name="김만길", father="김덕수")
    trace_and_decide(
        seoul,
        from_pyongyang(
            inquiry_of(
                ApplicationPart("KP-1", seeker, (SOUGHT,)),
                ApplicationPart("KP-2", seeker, (other, replace(NOBODY, sought_no=2))),
            )
        ),
    )
    them = OfficeCode("KP-PYO")

    def preview(*, complete: bool) -> operations.ReplyPreview:
        return operations.preview_replies(matter=MATTER, recipient=them, complete=complete)

    assert (preview(complete=False), preview(complete=True)) == (
        operations.ReplyPreview(alive=0, dead=2, cannot_confirm=0, unsettled=0, waiting=1),
        operations.ReplyPreview(alive=0, dead=2, cannot_confirm=1, unsettled=0, waiting=0),
    )
    release(seoul, complete=False, named_max=1)
    assert preview(complete=True).leaving == 2
    release(seoul, complete=True)
    assert preview(complete=True) == operations.ReplyPreview(0, 0, 0, 0, 0)
    assert [
        (paper.part, paper.complete, [(i.application_no, i.reply_class) for i in paper.items])
        for paper in seoul.replies()
    ] == [
        (1, False, [("KP-1", "dead")]),
        (2, True, [("KP-2", "dead"), ("KP-2", "cannot_confirm")]),
    ]


def test_the_living_go_in_a_paper_of_their_own_and_the_last_one_completes(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry(SOUGHT, replace(NOBODY, sought_no=2))))
    answer(seoul, entry, Answer.WILLING)
    assert len(release(seoul)) == 2
    assert [(p.part, p.complete, [i.reply_class for i in p.items]) for p in seoul.replies()] == [
        (1, False, ["alive"]),
        (2, True, ["cannot_confirm"]),
    ]
    assert [line.part for line in queries.replies_sent(MATTER)] == [2, 1]
    assert release(seoul, recipient=None) == []
    assert (
        operations.release_replies(
            now=seoul.now, actor=OFFICER, matter=MATTER, complete=True, recipient="US-WAS"
        )
        == []
    )


def test_an_officer_reverses_alive_to_dead_and_the_next_part_says_so(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    answer(seoul, entry, Answer.WILLING)
    release(seoul)
    person = queries.incoming_entry(entry).person_id
    assert person is not None
    with pytest.raises(SangbongError, match=r"tracing\.life_in_doubt"):
        decide(seoul, entry, FindingClass.DEAD, person)
    record_life_belief(
        now=seoul.now,
        actor=OFFICER,
        person_id=person,
        status=LifeStatus.DEAD,
        as_of=seoul.now.date(),
        said_by=Claim.KIN,
    )
    decide(seoul, entry, FindingClass.DEAD, person)
    release(seoul)
    assert [item.reply_class for paper in seoul.replies() for item in paper.items] == [
        "alive",
        "dead",
    ]


def decide(
    seoul: Seoul, entry: int, finding: FindingClass, person: int | None = None, why: str = "seen"
) -> None:
    operations.decide(
        now=seoul.now,
        actor=OFFICER,
        entry_id=entry,
        finding=finding,
        reason=why,
        person_id=person,
    )


def test_a_wrong_person_is_taken_back_and_told_as_cannot_confirm(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    answer(seoul, entry, Answer.WILLING)
    release(seoul)
    decide(seoul, entry, FindingClass.WRONG_PERSON)
    assert queries.incoming_entry(entry).person_id is None
    release(seoul, complete=False)
    assert [item.reply_class for paper in seoul.replies() for item in paper.items] == [
        "alive",
        "cannot_confirm",
    ]


def test_a_finding_can_be_taken_back_while_the_person_is_being_asked(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    operations.ask_found_persons(now=seoul.now, actor=OFFICER)
    decide(seoul, entry, FindingClass.WRONG_PERSON)
    page = queries.incoming_entry(entry)
    assert (page.state, page.person_id) == (EntryState.TRACED, None)
    decide(seoul, entry, FindingClass.CANNOT_CONFIRM)
    assert queries.findings(MATTER)[0].finding is FindingClass.CANNOT_CONFIRM


def test_an_officer_chooses_among_the_compared_records_with_a_reason(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    operations.accept_inquiry(now=seoul.now, dispatch=from_pyongyang(inquiry()))
    operations.trace_filed(now=seoul.now, actor=OFFICER)
    entry = first_entry()
    best = queries.incoming_entry(entry).comparisons[0]
    for refused, code in [
        ({"finding": FindingClass.ALIVE, "why": " "}, "tracing.reason_missing"),
        ({"finding": FindingClass.ALIVE}, "tracing.finding_needs_person"),
        (
            {"finding": FindingClass.CANNOT_CONFIRM, "person": best.person_id},
            "tracing.finding_needs_person",
        ),
        ({"finding": FindingClass.REFUSED}, "tracing.found_person_first"),
        ({"finding": FindingClass.ALIVE, "person": 10**9}, "tracing.person_not_compared"),
        ({"finding": FindingClass.DEAD, "person": best.person_id}, "tracing.life_in_doubt"),
    ]:
        with pytest.raises(SangbongError) as caught:
            decide(seoul, entry, **refused)  # type: ignore[arg-type]
        assert caught.value.code == code
    with pytest.raises(SangbongError, match=r"tracing\.unknown_entry"):
        decide(seoul, 10**9, FindingClass.CANNOT_CONFIRM)
    with pytest.raises(SangbongError, match=r"tracing\.not_now"):
        operations.ask_found_persons(now=seoul.now, actor=OFFICER, entry_ids=[entry])
    decide(seoul, entry, FindingClass.ALIVE, best.person_id)
    assert queries.found_records(MATTER) == {("KP-1", 1): best.person_id}
    assert queries.entries_to_ask(MATTER) == [(entry, "KP-1", 1, best.person_id)]


def test_the_comparison_shows_both_records_and_each_weight(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    page = queries.incoming_entry(entry)
    best = page.comparisons[0]
    assert best.record["name"] == "이선호"
    assert [(e.item, e.sought, e.register, e.level) for e in best.evidence] == [
        ("register", "", "301", "prior"),
        ("name", "리선호", "이선호", "exact"),
        ("sex", "M", "M", "exact"),
        ("birth", "1931-04-02", "1931-04-02", "same_day"),
        ("place", "평안북도 정주군", "평북 정주 / 경기 경성", "birth_county"),
        ("father", "리한수", "이한수", "exact"),
        ("mother", "박순이", "박순이", "exact"),
        ("sibling", "리선호 1931-04-02", "이선호 1931-04-02", "not_excluded"),
    ]
    assert best.score_millibits == sum(e.millibits for e in best.evidence)


def test_one_person_sought_by_two_applicants_may_refuse_one_and_accept_the_other(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    seeker = SeekerPart(name="리선율")
    trace_and_decide(
        seoul,
        from_pyongyang(
            inquiry_of(
                ApplicationPart("KP-1", seeker, (SOUGHT,)),
                ApplicationPart("KP-2", seeker, (SOUGHT,)),
            )
        ),
    )
    first, second = (entry for entry, *_ in queries.entries_to_ask(MATTER))
    answer(seoul, first, Answer.WILLING)
    answer(seoul, second, Answer.REFUSED)
    release(seoul)
    assert [
        (i.application_no, i.reply_class) for paper in seoul.replies() for i in paper.items
    ] == [("KP-1", "alive"), ("KP-2", "cannot_confirm")]


def test_who_takes_consent_back_before_the_release_is_not_told_of(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    entry = trace_and_decide(seoul, from_pyongyang(inquiry()))
    answer(seoul, entry, Answer.WILLING)
    person = queries.incoming_entry(entry).person_id
    assert person is not None
    withdraw_consent(now=seoul.now, actor=OFFICER, person_id=person, use=Use.TELL_SEEKER)
    later = replace(seoul, now=seoul.now + timedelta(hours=1))
    with pytest.raises(SangbongError, match=r"registry\.consent_missing"), transaction.atomic():
        release(later)
    answer(later, entry, Answer.REFUSED)
    release(later)
    assert [item.reply_class for item in seoul.replies()[0].items] == ["cannot_confirm"]


def test_a_list_is_filed_once_and_traced_once(seoul: Seoul, from_pyongyang: Sender) -> None:
    seoul.register({})
    dispatch = from_pyongyang(inquiry())
    operations.accept_inquiry(now=seoul.now, dispatch=dispatch)
    operations.accept_inquiry(now=seoul.now, dispatch=dispatch)
    told: list[int] = []
    listed = queries.incoming_inquiries(MATTER)[0]
    assert listed.entries == {EntryState.FILED: 1}
    assert (
        operations.trace_filed(
            now=seoul.now, actor=OFFICER, inquiry=listed.inquiry_id, progress=told.append
        )
        == 1
    )
    assert operations.trace_filed(now=seoul.now, actor=OFFICER) == 0
    assert queries.incoming_inquiries()[0].traced_at == seoul.now


def test_words_that_cannot_be_read_are_kept_and_not_compared(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    seoul.register({})
    strange = replace(SOUGHT, birth="신미년 봄", address_at_separation="큰 나무 옆")
    operations.accept_inquiry(now=seoul.now, dispatch=from_pyongyang(inquiry(strange)))
    operations.trace_filed(now=seoul.now, actor=OFFICER)
    page = queries.incoming_entry(first_entry())
    assert page.sought["birth"] == "신미년 봄"
    assert {e.item for e in page.comparisons[0].evidence if e.level == "missing"} == {
        "birth",
        "place",
    }


def seekers(count: int, first: int = 0) -> list[ApplicationPart]:
    return [
        ApplicationPart(f"KP-{index}", SeekerPart(name="리선율"), (NOBODY,))
        for index in range(first, first + count)
    ]


def test_an_office_cannot_ask_about_more_than_was_agreed(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    for part in range(3):
        operations.accept_inquiry(
            now=seoul.now,
            dispatch=from_pyongyang(inquiry_of(*seekers(100, part * 100), part=part + 1, parts=4)),
        )
    with pytest.raises(SangbongError) as caught:
        operations.accept_inquiry(
            now=seoul.now, dispatch=from_pyongyang(inquiry_of(*seekers(1, 300), part=4, parts=4))
        )
    assert (caught.value.code, caught.value.params["count"]) == ("tracing.quota_exceeded", 301)


def test_an_application_cannot_be_asked_about_twice_in_a_matter_or_in_another_stream(
    seoul: Seoul, from_pyongyang: Sender
) -> None:
    operations.accept_inquiry(now=seoul.now, dispatch=from_pyongyang(inquiry()))
    with pytest.raises(SangbongError, match=r"tracing\.asked_already"):
        operations.accept_inquiry(now=seoul.now, dispatch=from_pyongyang(inquiry()))
    with pytest.raises(SangbongError, match=r"tracing\.wrong_matter"):
        operations.accept_inquiry(
            now=seoul.now, dispatch=from_pyongyang(inquiry(number="KP-9"), stream="round-22")
        )


def test_lists_take_as_many_questions_for_thirty_as_for_one(
    seoul: Seoul, from_pyongyang: Sender, django_assert_num_queries: Any, now: datetime
) -> None:
    seoul.register({})
    for count, first in ((1, 0), (30, 1)):
        operations.accept_inquiry(
            now=now, dispatch=from_pyongyang(inquiry_of(*seekers(count, first)))
        )
        operations.trace_filed(now=now, actor=OFFICER)
        operations.decide_by_rule(now=now, actor=OFFICER, rule=DEMONSTRATION_RULE, matter=MATTER)
        newest = max(line.inquiry_id for line in queries.incoming_inquiries())
        with django_assert_num_queries(3):
            lines = queries.incoming_entries(newest, state=EntryState.SETTLED)
        assert len(lines) == count
        with django_assert_num_queries(2):
            queries.incoming_inquiries()
        with django_assert_num_queries(1):
            queries.findings(MATTER)
        with django_assert_num_queries(3):
            queries.incoming_entry(lines[0].entry_id)
    assert queries.matters_asked() == [MATTER]
    with pytest.raises(SangbongError, match=r"tracing\.unknown_entry"):
        queries.incoming_entry(10**9)


def test_a_record_in_latin_letters_is_shown_by_them(seoul: Seoul, from_pyongyang: Sender) -> None:
    seoul.register({"name": "Lee Sun Ho", "roman": "Lee Sun Ho"})
    operations.accept_inquiry(now=seoul.now, dispatch=from_pyongyang(inquiry()))
    operations.trace_filed(now=seoul.now, actor=OFFICER)
    best = queries.incoming_entry(first_entry()).comparisons[0]
    assert [e.level for e in best.evidence if e.item == "name"] == ["reading"]
    assert best.record["name"] == "Lee Sun Ho"
    assert SEONHO["name"] == "이선호"
