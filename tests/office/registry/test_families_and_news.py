from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from sangbong.kernel.errors import SangbongError
from sangbong.names.kin import KinTier
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.registry import models, operations, queries
from sangbong.registry.core.filters import ApplicationFilter
from sangbong.registry.core.layouts import Layout
from sangbong.registry.core.news import ContactOutcome, NewsKind, NewsState, NewsToDeliver, Way
from sangbong.registry.core.people import Claim, Life, LifeStatus
from sangbong.registry.permissions import may_see_people, may_see_shielded

FIRST, SECOND = "KR-SEL-A-000001", "KR-SEL-A-000002"
TODAY = date(2018, 6, 25)


@pytest.fixture
def family(clerk: Actor, now: datetime, applications: Callable[..., bytes]) -> int:
    report = operations.import_csv(
        now=now,
        actor=clerk,
        layout=Layout.APPLICATIONS,
        filename="a.csv",
        data=applications(
            {},
            {"sought_no": "2", "sought_name": "이한수", "relation": "아버지"},
            {
                "application_no": SECOND,
                "applicant_name": "",
                "applicant_house_name": "",
                "applicant_birth": "",
                "consents": "",
            },
        ),
    )
    assert report.faults == ()
    return models.Application.objects.get(application_no=FIRST).applicant_id


def dies(now: datetime, clerk: Actor, person: int, on: date) -> None:
    operations.record_life_belief(
        now=now,
        actor=clerk,
        person_id=person,
        status=LifeStatus.DEAD,
        as_of=on,
        said_by=Claim.KIN,
        paper="report of 24 June",
    )


def test_the_dead_leave_the_roll_from_the_day_of_death(
    family: int, clerk: Actor, now: datetime
) -> None:
    dies(now, clerk, family, date(2018, 6, 20))
    assert [e.application_no for e in queries.roll_entries(as_of=date(2018, 6, 20))] == [SECOND]
    before = list(queries.roll_entries(as_of=date(2018, 6, 19)))
    assert [(e.application_no, e.excluded, e.age) for e in before] == [
        (FIRST, "", 93),
        (SECOND, "birth_unknown", 0),
    ]
    assert list(queries.roll_entries(as_of=date(2000, 6, 30))) == []
    assert queries.life(family) == Life(
        LifeStatus.DEAD, date(2018, 6, 20), "kin", "report of 24 June", now
    )


def test_a_later_word_reverses_a_death_and_keeps_what_was_said(
    family: int, clerk: Actor, now: datetime
) -> None:
    dies(now, clerk, family, date(2018, 6, 20))
    later = now + timedelta(days=1)
    operations.mark_living(
        now=later, actor=clerk, person_id=family, as_of=date(2018, 6, 26), said_by=Claim.SELF
    )
    page = queries.get_person(role=Role.CLERK, person_id=family, today=TODAY)
    assert [belief.status for belief in page.beliefs] == ["alive", "dead", "alive"]
    assert (page.living_as_of, page.dead_on, page.age) == (date(2018, 6, 26), None, 93)


def test_nobody_is_known_alive_tomorrow_and_nobody_unknown_is_known(
    family: int, clerk: Actor, now: datetime
) -> None:
    with pytest.raises(SangbongError, match=r"registry\.day_in_future"):
        dies(now, clerk, family, date(2018, 6, 26))
    with pytest.raises(SangbongError, match=r"registry\.person_unknown"):
        dies(now, clerk, 99, TODAY)
    with pytest.raises(SangbongError, match=r"registry\.person_unknown"):
        queries.life(99)


def test_nothing_said_is_not_the_same_as_not_confirmed(family: int) -> None:
    sought = queries.sought_by([FIRST])[0].sought.person_id
    assert queries.life(sought) == Life(LifeStatus.UNKNOWN, None, "", "", None)


def test_a_contact_is_written_down_and_declares_nobody_dead(
    family: int, clerk: Actor, now: datetime
) -> None:
    operations.record_contact(
        now=now,
        actor=clerk,
        person_id=family,
        way=Way.TELEPHONE,
        outcome=ContactOutcome.DEAD_SAID,
        note="며느님 말씀",
        made_at=now - timedelta(hours=1),
    )
    page = queries.get_person(role=Role.CLERK, person_id=family, today=TODAY)
    assert [(c.outcome, c.note, c.staff) for c in page.contacts] == [
        ("dead_said", "며느님 말씀", "seo")
    ]
    assert page.life_status is LifeStatus.ALIVE
    for person, at, code in ((99, now, "person_unknown"), (family, TODAY, "day_in_future")):
        with pytest.raises(SangbongError, match=code):
            operations.record_contact(
                now=now,
                actor=clerk,
                person_id=person,
                way=Way.VISIT,
                outcome=ContactOutcome.REACHED,
                made_at=at if isinstance(at, datetime) else now + timedelta(seconds=1),
            )


def succeed(now: datetime, clerk: Actor, after: str, before: str) -> None:
    operations.record_succession(now=now, actor=clerk, application_no=after, succeeds_no=before)


def test_a_successor_goes_on_only_from_the_dead(family: int, clerk: Actor, now: datetime) -> None:
    with pytest.raises(SangbongError, match=r"registry\.predecessor_not_dead"):
        succeed(now, clerk, SECOND, FIRST)
    dies(now, clerk, family, TODAY)
    succeed(now, clerk, SECOND, FIRST)
    page = queries.get_application(role=Role.CLERK, application_no=FIRST, today=TODAY)
    assert page.succeeded_by == (SECOND,)
    after = queries.get_application(role=Role.CLERK, application_no=SECOND, today=TODAY)
    assert (after.succeeds, after.applicant.name) == (FIRST, "Lee Sun-yul")
    dies(now, clerk, after.applicant.person_id, TODAY)
    for pair, code in (
        ((SECOND, FIRST), "succeeds_already"),
        ((FIRST, SECOND), "succeeds_ring"),
        ((FIRST, FIRST), "succeeds_itself"),
        ((FIRST, "none"), "application_unknown"),
    ):
        with pytest.raises(SangbongError, match=code):
            succeed(now, clerk, *pair)


def news_of_death(now: datetime, application_no: str = FIRST, sought_no: int | None = 2):
    return operations.record_news(
        now=now,
        actor=Actor("system:worker", "reply"),
        application_no=application_no,
        sought_no=sought_no,
        kind=NewsKind.DEAD,
        summary_code="tracing.news_dead",
        source_paper="KP-PYO>KR-SEL/round-21/1",
    )


def test_news_is_taken_and_told_by_one_person(family: int, clerk: Actor, now: datetime) -> None:
    news = news_of_death(now)
    assert news_of_death(now + timedelta(days=1)) == news
    assert queries.news_to_deliver() == [news]
    operations.take_news(now=now, actor=clerk, news_id=news.news_id)
    operations.put_back_news(now=now, actor=clerk, news_id=news.news_id)
    operations.take_news(now=now, actor=clerk, news_id=news.news_id)
    assert len(queries.news_to_deliver(bearer="seo")) == 1
    assert queries.news_to_deliver(bearer="han") == []
    told = operations.tell_news(now=now, actor=clerk, news_id=news.news_id, way=Way.VISIT)
    assert told == NewsToDeliver(
        news_id=news.news_id,
        application_no=FIRST,
        sought_no=2,
        kind=NewsKind.DEAD,
        summary_code="tracing.news_dead",
        source_paper="KP-PYO>KR-SEL/round-21/1",
        state=NewsState.DELIVERED,
        recorded_at=now,
        bearer="seo",
        told_at=now,
        way="visit",
    )
    assert queries.news_to_deliver() == []
    assert queries.news_waiting() == queries.NewsWaiting(0, None)
    assert queries.news_of(FIRST) == [told]


def test_news_is_counted_whole_and_listed_by_the_page(
    family: int, clerk: Actor, now: datetime
) -> None:
    first = news_of_death(now)
    second = news_of_death(now + timedelta(days=1), sought_no=1)
    assert queries.news_waiting() == queries.NewsWaiting(2, now)
    assert queries.news_to_deliver(limit=1) == [first]
    assert queries.news_to_deliver(limit=1, offset=1) == [second]


def test_no_machine_stranger_or_letter_tells_news(
    family: int, clerk: Actor, officer: Actor, now: datetime
) -> None:
    news = news_of_death(now, sought_no=None)
    assert news.sought_no is None
    for actor in (Actor("system:worker", ""), Actor("nobody", "")):
        with pytest.raises(SangbongError, match=r"registry\.news_needs_a_person"):
            operations.take_news(now=now, actor=actor, news_id=news.news_id)
    operations.take_news(now=now, actor=clerk, news_id=news.news_id)
    with pytest.raises(SangbongError, match=r"registry\.news_not_yours"):
        operations.tell_news(now=now, actor=officer, news_id=news.news_id, way=Way.VISIT)
    with pytest.raises(SangbongError, match=r"registry\.news_needs_a_person"):
        operations.tell_news(now=now, actor=clerk, news_id=news.news_id, way=Way.LETTER)
    with pytest.raises(SangbongError, match=r"registry\.news_unknown"):
        operations.take_news(now=now, actor=clerk, news_id=99)
    with pytest.raises(IntegrityError), transaction.atomic():
        models.FamilyNews.objects.update(state="delivered", told_at=None)


def test_news_that_a_later_paper_reversed_is_never_told(
    family: int, clerk: Actor, now: datetime
) -> None:
    news = news_of_death(now)
    machine = Actor("system:worker", "a later reply")
    gone = operations.supersede_news(now=now, actor=machine, news_id=news.news_id)
    assert gone.state is NewsState.SUPERSEDED
    with pytest.raises(SangbongError, match=r"registry\.news_not_now"):
        operations.take_news(now=now, actor=clerk, news_id=news.news_id)


def test_news_is_of_an_application_that_there_is(family: int, now: datetime) -> None:
    for number, sought_no in (("none", None), (FIRST, 9)):
        with pytest.raises(SangbongError, match=r"registry\.application_unknown"):
            news_of_death(now, number, sought_no)


def test_an_application_is_shown_with_all_that_belongs_to_it(
    family: int, clerk: Actor, now: datetime
) -> None:
    news = news_of_death(now)
    page = queries.get_application(role=Role.CLERK, application_no=FIRST, today=TODAY)
    assert page.news == (news,)
    assert [(line.sought_no, line.relation, line.tier, line.name) for line in page.sought] == [
        (1, "동생", "sibling", "이선호"),
        (2, "아버지", "direct", "이한수"),
    ]
    person = page.applicant
    assert [(n.kind, n.side, n.script, n.as_written, n.folded) for n in person.names] == [
        ("registry", "south", "hangul", "이선율", "이선율"),
        ("house", "south", "hangul", "돌쇠", "돌쇠"),
        ("roman", "south", "latin", "Lee Sun-yul", "leesun-yul"),
        ("hanja", "south", "hanja", "李宣律", "李宣律"),
    ]
    assert [(d.kind, d.as_written, d.calendar, d.claim) for d in person.days] == [
        ("birth", "1925-03-05", "lunar", "self")
    ]
    assert [(p.kind, p.as_written, p.county) for p in person.places] == [
        ("birthplace", "평안북도 정주군 갈산면", "평북 정주"),
        ("residence", "서울특별시 종로구", person.places[1].county),
    ]
    assert [(c.use, c.recipient) for c in person.consents] == [
        ("search", ""),
        ("name_to_other_side", "KP"),
        ("film", "KP"),
    ]
    assert page.subjects == (
        f"application:{FIRST}",
        f"person:{family}",
        *(f"person:{line.person_id}" for line in page.sought),
    )


def test_not_there_and_not_yours_look_the_same(
    family: int, clerk: Actor, now: datetime, register: Callable[..., bytes]
) -> None:
    operations.import_csv(
        now=now,
        actor=clerk,
        layout=Layout.REGISTER,
        filename="r.csv",
        data=register({"shielded": "예"}),
    )
    (hidden,) = queries.register_rows()
    refused = []
    for role, person in (
        (Role.CLERK, 999_999),
        (Role.CLERK, hidden.person_id),
        (Role.AUDITOR, family),
        (Role.HALL_OPERATOR, hidden.person_id),
    ):
        with pytest.raises(SangbongError) as refusal:
            queries.get_person(role=role, person_id=person, today=TODAY)
        refused.append((refusal.value.text("ko"), refusal.value.params))
    assert len(set(map(str, refused))) == 1
    page = queries.get_person(role=Role.LIAISON_OFFICER, person_id=hidden.person_id, today=TODAY)
    assert (page.shielded, page.record_no) == (True, "KP-000001")
    for role, number in ((Role.CLERK, "none"), (Role.ADMINISTRATOR, FIRST)):
        with pytest.raises(SangbongError, match=r"registry\.person_not_found"):
            queries.get_application(role=role, application_no=number, today=TODAY)
    with pytest.raises(SangbongError, match=r"registry\.person_not_found"):
        queries.applications_page(role=Role.HALL_OPERATOR, today=TODAY)


def test_who_may_see_people_is_a_table() -> None:
    assert {role for role in Role if may_see_people(role)} == {
        Role.CLERK,
        Role.LIAISON_OFFICER,
        Role.COMPLIANCE,
    }
    assert {role for role in Role if may_see_shielded(role)} == {
        Role.LIAISON_OFFICER,
        Role.COMPLIANCE,
    }


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (ApplicationFilter(), [FIRST, SECOND]),
        (ApplicationFilter(name="리선율"), [FIRST]),
        (ApplicationFilter(name="돌쇠"), [FIRST]),
        (ApplicationFilter(age_from=93), [FIRST]),
        (ApplicationFilter(age_from=94), []),
        (ApplicationFilter(tier=KinTier.SIBLING), [SECOND]),
        (ApplicationFilter(province="평북"), [FIRST, SECOND]),
        (ApplicationFilter(province="함남"), []),
        (ApplicationFilter(alive_as_of=date(2018, 5, 2)), [FIRST, SECOND]),
        (ApplicationFilter(alive_as_of=date(2018, 5, 3)), []),
        (ApplicationFilter(only_living=True), [FIRST, SECOND]),
        (ApplicationFilter(only_doubted=True), []),
    ],
)
def test_a_list_is_narrowed_by_what_a_clerk_asks(
    family: int, filters: ApplicationFilter, numbers: list[str]
) -> None:
    page = queries.applications_page(role=Role.CLERK, today=TODAY, filters=filters)
    assert [line.application_no for line in page.lines] == numbers
    assert page.total == len(numbers)


def test_a_list_asks_as_often_for_thirty_rows_as_for_one(
    clerk: Actor,
    now: datetime,
    applications: Callable[..., bytes],
    django_assert_num_queries: Callable[..., object],
) -> None:
    operations.import_csv(
        now=now,
        actor=clerk,
        layout=Layout.APPLICATIONS,
        filename="a.csv",
        data=applications(*({"application_no": f"A{n:03}"} for n in range(40))),
    )
    for size in (1, 30):
        with django_assert_num_queries(2):
            page = queries.applications_page(role=Role.LIAISON_OFFICER, today=TODAY, per_page=size)
        assert len(page.lines) == size
    assert (page.lines[0].sought, page.lines[0].age, page.lines[0].name) == (1, 93, "이선율")
    last = queries.applications_page(role=Role.CLERK, today=TODAY, page=99)
    assert (last.page, last.pages, len(last.lines), last.total) == (2, 2, 10, 40)
    assert last.subjects[0] == f"person:{last.lines[0].person_id}"
    numbers = [f"A{n:03}" for n in range(40)]
    for count in (1, 30):
        with django_assert_num_queries(5):
            assert len(queries.sought_by(numbers[:count])) == count
    for count in (1, 30):
        with django_assert_num_queries(4):
            queries.forms_of(list(range(1, count + 1)))


def test_everyone_on_a_roll_has_their_own_consents(
    clerk: Actor, now: datetime, applications: Callable[..., bytes]
) -> None:
    given = ["search;film", "search", "film", "", "name_to_other_side", "", "list_exchange"]
    operations.import_csv(
        now=now,
        actor=clerk,
        layout=Layout.APPLICATIONS,
        filename="a.csv",
        data=applications(
            *({"application_no": f"A{n}", "consents": uses} for n, uses in enumerate(given))
        ),
    )
    for number in ("A0", "A1", "A6"):
        row = models.Application.objects.get(application_no=number)
        dies(now, clerk, row.applicant_id, TODAY)
    roll = {e.application_no: set(e.consents) for e in queries.roll_entries(as_of=TODAY)}
    assert roll == {"A2": {"film"}, "A3": set(), "A4": {"name_to_other_side"}, "A5": set()}


def test_that_nothing_could_be_confirmed_is_kept_and_changes_no_belief(
    family: int, clerk: Actor, now: datetime
) -> None:
    sought = queries.sought_by([FIRST])[0].sought.person_id
    for person in (family, sought):
        operations.record_life_belief(
            now=now,
            actor=clerk,
            person_id=person,
            status=LifeStatus.UNCONFIRMED,
            as_of=TODAY,
            said_by=Claim.COUNTERPART,
            paper="KP-PYO>KR-SEL/round-21/1",
        )
    assert queries.life(family).status is LifeStatus.ALIVE
    assert queries.life(sought) == Life(
        LifeStatus.UNCONFIRMED, TODAY, "counterpart", "KP-PYO>KR-SEL/round-21/1", now
    )
    page = queries.get_person(role=Role.CLERK, person_id=family, today=TODAY)
    assert [belief.status for belief in page.beliefs] == ["alive", "unconfirmed"]


def test_somebody_known_by_another_name_is_called_by_it(family: int) -> None:
    (kin,) = queries.sought_by([SECOND])
    assert (kin.applicant.called, kin.sought.called) == ("Lee Sun-yul", "이선호")
