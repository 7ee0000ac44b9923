from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from tests.office.selection import making
from tests.office.selection.making import DAY, PYONGYANG, SEED, SMALL, inbound, number

from sangbong.kernel.errors import SangbongError
from sangbong.liaison import queries as liaison
from sangbong.names.kin import KinTier
from sangbong.office import queries as office_queries
from sangbong.office.core.actor import Actor
from sangbong.programmes.korea import loader
from sangbong.registry.core.roll import RollEntry
from sangbong.selection import operations, queries
from sangbong.selection.core.hopes import PairFact, PairOutcome
from sangbong.selection.core.machine import RoundState
from sangbong.selection.core.papers import KIND, FinalEntry, FinalListPaper
from sangbong.selection.core.reasons import Health, Reason, Standing, Willingness
from sangbong.selection.core.roll import header_bytes, line_bytes

pytestmark = pytest.mark.django_db


def refused(code: str, **params: object) -> Any:
    class Checked:
        def __enter__(self) -> None:
            self.raises = pytest.raises(SangbongError)
            self.caught = self.raises.__enter__()

        def __exit__(self, *facts: object) -> bool:
            done = bool(self.raises.__exit__(*facts))
            assert (self.caught.value.code, self.caught.value.params) == (code, params)
            assert self.caught.value.text("en") != self.caught.value.text("ko")
            return done

    return Checked()


def entry(n: int, **change: Any) -> RollEntry:
    plain = RollEntry(
        application_no=number(n),
        age=60 + n % 40,
        tier=(KinTier.DIRECT, KinTier.SIBLING, KinTier.THIRD_DEGREE_PLUS)[n % 3],
        living_as_of=DAY,
        consents=frozenset({"search", "name_to_other_side"}),
        excluded="",
    )
    return plain._replace(**change)


def test_the_roll_is_frozen_from_the_register_and_its_hash_is_of_its_lines(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.register_applicants(now, clerk, 30)
    making.open_round(now, clerk)
    view = operations.freeze_roll(now=now, actor=clerk, round_code="21", as_of=DAY)
    data = header_bytes(
        office=office_queries.own_office().code, round_code="21", as_of=DAY
    ) + b"".join(line_bytes(line) for line in queries.roll_lines("21"))
    assert (view.state, view.roll_count, view.matter) == (RoundState.ROLL_FROZEN, 30, "round-21")
    assert view.roll_sha256 == hashlib.sha256(data).hexdigest()
    assert data.count(b"\n") == 31


def test_the_draw_writes_an_outcome_for_everybody_on_the_roll(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.open_round(now, clerk)
    operations.freeze_roll(
        now=now,
        actor=clerk,
        round_code="21",
        as_of=DAY,
        entries=[entry(n) for n in range(1, 41)]
        + [entry(41, excluded="succeeded"), entry(42, consents=frozenset({"search"}))],
    )
    summary = operations.draw(
        now=now, actor=clerk, round_code="21", seed=SEED.upper(), statement=" Read aloud. "
    )
    assert (summary.drawn, summary.reserves, summary.eligible) == (20, 4, 40)
    assert summary.shut_out == (("consent_missing", 1), ("succeeded", 1))
    assert sum(places for _band, places in summary.quotas) <= 20
    outcomes = [outcome for _line, outcome in queries.roll_page("21", limit=100)]
    assert sorted(set(outcomes)) == [
        "consent_missing",
        "drawn",
        "drawn_reserve",
        "not_drawn",
        "succeeded",
    ]
    assert [outcomes.count(word) for word in ("drawn", "drawn_reserve", "not_drawn")] == [20, 4, 16]
    view = queries.get_round("21")
    assert (view.seed, view.seed_statement, view.drawn_at) == (SEED, "Read aloud.", now)
    people = queries.candidates("21")
    assert [person.rank for person in people] == list(range(1, 25))
    assert [person.first for person in people] == [Standing.CHOSEN] * 20 + [Standing.RESERVE] * 4
    page = queries.roll_page("21", outcome="drawn", after=number(20), limit=3)
    assert len(page) == 3
    assert all(line.application_no > number(20) for line, _outcome in page)


def test_the_criteria_may_change_after_the_roll_is_frozen_but_not_after_the_draw(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.open_round(now, clerk)
    operations.freeze_roll(
        now=now, actor=clerk, round_code="21", as_of=DAY, entries=[entry(n) for n in range(1, 9)]
    )
    rule = loader.criteria("korea-05-2002")
    view = operations.set_criteria(now=now, actor=clerk, round_code="21", criteria=rule)
    assert view.criteria == rule
    summary = operations.draw(now=now, actor=clerk, round_code="21", seed=SEED, statement="-")
    assert summary.quotas == ()
    assert summary.shut_out == (("weight_zero", 3),)
    with refused("selection.not_now", state="drawn", deed="set_criteria"):
        operations.set_criteria(now=now, actor=clerk, round_code="21", criteria=SMALL)


def test_a_round_is_refused_when_it_is_open_already_or_ends_before_it_begins(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.open_round(now, clerk)
    with refused("selection.round_exists", round="21"):
        making.open_round(now, clerk)
    with refused("selection.round_dates"):
        operations.open_round(
            now=now,
            actor=clerk,
            code="22",
            counterpart=PYONGYANG,
            criteria=SMALL,
            meets_from_date=date(2018, 8, 20),
            meets_until_date=date(2018, 8, 20),
        )
    with refused("selection.unknown_round", round="99"):
        queries.get_round("99")
    with refused("selection.unknown_round", round="99"):
        queries.breakdown("99")
    with refused("selection.unknown_round", round="99"):
        operations.cancel_round(now=now, actor=clerk, round_code="99")


def test_a_draw_needs_a_seed_its_statement_and_somebody_to_draw(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.open_round(now, clerk)
    operations.freeze_roll(
        now=now,
        actor=clerk,
        round_code="21",
        as_of=DAY,
        entries=[entry(1, consents=frozenset())],
    )
    facts = {"now": now, "actor": clerk, "round_code": "21"}
    with refused("selection.seed_unreadable"):
        operations.draw(seed="5e", statement="-", **facts)  # type: ignore[arg-type]
    with refused("selection.seed_unstated"):
        operations.draw(seed=SEED, statement=" ", **facts)  # type: ignore[arg-type]
    with refused("selection.nobody_to_draw", round="21"):
        operations.draw(seed=SEED, statement="-", **facts)  # type: ignore[arg-type]


def test_answers_make_the_second_list_and_every_other_candidate_keeps_a_reason(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.drawn_round(now, clerk)
    people = queries.candidates("21")
    answers = [
        (Willingness.WILLING, Health.WELL),
        (Willingness.NOT_WILLING, Health.WELL),
        (Willingness.WILLING, Health.NOT_WELL),
        (Willingness.UNREACHABLE, Health.UNKNOWN),
        (Willingness.DIED, Health.UNKNOWN),
    ] + [(Willingness.WILLING, Health.WELL)] * 17
    told = operations.record_willingness(
        now=now,
        actor=clerk,
        round_code="21",
        answers=[
            operations.Answer(person.application_no, *answer)
            for person, answer in zip(people, answers, strict=False)
        ],
    )
    assert told == 22
    with refused("selection.not_a_candidate", application_no="KR-SEL-A-999999"):
        operations.record_willingness(
            now=now,
            actor=clerk,
            round_code="21",
            answers=[operations.Answer("KR-SEL-A-999999", Willingness.WILLING)],
        )
    summary = operations.make_second_list(now=now, actor=clerk, round_code="21")
    assert summary == operations.ListSummary(
        chosen=10,
        reserves=3,
        not_chosen=(
            ("beyond_places", 5),
            ("died", 1),
            ("not_asked", 2),
            ("not_well", 1),
            ("not_willing", 1),
            ("unreachable", 1),
        ),
    )
    chosen = queries.candidates("21", second=Standing.CHOSEN)
    assert [person.second_place for person in chosen] == list(range(1, 11))
    steps = {step.name: step for step in queries.funnel("21")}
    assert steps["willing_and_well"].count == 18
    assert steps["willing_and_well"].lost == (
        ("died", 1),
        ("not_asked", 2),
        ("not_well", 1),
        ("not_willing", 1),
        ("unreachable", 1),
    )
    assert steps["second_list"].lost == (("beyond_places", 8),)


def test_the_inquiry_asks_for_the_second_list_without_those_who_withdrew(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    asked = making.second_list(now, clerk)
    operations.withdraw(
        now=now,
        actor=clerk,
        round_code="21",
        application_no=asked[0],
        reason=Reason.WITHDREW_HEALTH,
    )
    dispatches = operations.ask_life_status(now=now, actor=clerk, round_code="21")
    assert dispatches == ["KR-SEL>KP-PYO/round-21/1"]
    facts = queries.life_status_facts("21")
    assert len(facts) == 18
    assert {fact.application_no for fact in facts} == set(asked[1:])
    assert {(fact.sought_no, fact.tier, fact.outcome) for fact in facts} == {
        (1, "sibling", PairOutcome.NO_REPLY),
        (2, "third_degree_plus", PairOutcome.NO_REPLY),
    }
    summary = operations.make_final_list(now=now, actor=clerk, round_code="21")
    assert summary.not_chosen == (("no_reply", 9), ("withdrew_health", 1))
    with refused("selection.final_list_empty", round="21"):
        operations.send_final_list(now=now, actor=clerk, round_code="21")


def test_nobody_is_asked_for_before_the_second_list(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.open_round(now, clerk)
    with refused("selection.no_second_list", round="21"):
        operations.ask_life_status(now=now, actor=clerk, round_code="21")


def test_late_replies_change_the_final_list_until_it_is_sent(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    asked = making.second_list(now, clerk)
    facts = {"now": now, "actor": clerk, "round_code": "21"}
    operations.make_final_list(facts=making.meeting(asked[:2]), **facts)  # type: ignore[arg-type]
    assert len(queries.final_list("21")) == 2
    replies = [*making.meeting(asked[:8]), PairFact(asked[8], 1, "sibling", PairOutcome.DEAD)]
    summary = operations.make_final_list(facts=replies, **facts)  # type: ignore[arg-type]
    assert summary == operations.ListSummary(
        chosen=5, reserves=2, not_chosen=(("all_dead", 1), ("beyond_places", 1), ("no_reply", 1))
    )
    final = queries.final_list("21")
    assert [person.final_place for person in final] == [1, 2, 3, 4, 5]
    assert {person.sought_nos for person in final} == {(2,)}
    ages = [person.age for person in final]
    assert ages == sorted(ages, reverse=True)
    steps = {step.name: step for step in queries.funnel("21")}
    assert (steps["able_to_meet"].count, steps["able_to_meet"].lost) == (
        8,
        (("all_dead", 1), ("no_reply", 1)),
    )


def test_before_the_exchange_a_reserve_takes_an_empty_place_and_afterwards_nobody(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    asked = making.second_list(now, clerk)
    facts = {"now": now, "actor": clerk, "round_code": "21"}
    operations.make_final_list(facts=making.meeting(asked), **facts)  # type: ignore[arg-type]
    before = queries.final_list("21")
    reserves = queries.candidates("21", final=Standing.RESERVE)
    first = min(reserves, key=lambda person: person.final_place or 0).application_no
    moved = operations.withdraw(
        application_no=before[0].application_no,
        reason=Reason.WITHDREW_HEALTH,
        **facts,  # type: ignore[arg-type]
    )
    assert moved == first
    assert queries.final_list("21")[0].application_no == first
    operations.send_final_list(**facts)  # type: ignore[arg-type]
    gone = operations.withdraw(
        application_no=before[1].application_no,
        reason=Reason.WITHDREW_KIN_HEALTH,
        **facts,  # type: ignore[arg-type]
    )
    assert gone == ""
    assert [person.final_place for person in queries.final_list("21")] == [1, 3, 4, 5]
    steps = {step.name: step for step in queries.funnel("21")}
    assert (steps["final_list"].count, steps["final_list_coming"].count) == (5, 4)
    assert steps["final_list_coming"].lost == (("withdrew_kin_health", 1),)
    with refused("selection.already_withdrawn", application_no=before[1].application_no):
        operations.withdraw(
            application_no=before[1].application_no,
            reason=Reason.DIED,
            **facts,  # type: ignore[arg-type]
        )
    with refused("selection.not_a_candidate", application_no="X"):
        operations.withdraw(application_no="X", reason=Reason.DIED, **facts)  # type: ignore[arg-type]
    with refused("selection.not_a_withdrawal", reason="not_drawn"):
        operations.withdraw(
            application_no=before[2].application_no,
            reason=Reason.NOT_DRAWN,
            **facts,  # type: ignore[arg-type]
        )


def test_when_no_reserve_is_left_the_place_stays_empty_before_the_exchange_too(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    asked = making.second_list(now, clerk)
    facts = {"now": now, "actor": clerk, "round_code": "21"}
    operations.make_final_list(facts=making.meeting(asked[:3]), **facts)  # type: ignore[arg-type]
    first = queries.final_list("21")[0].application_no
    moved = operations.withdraw(application_no=first, reason=Reason.DIED, **facts)  # type: ignore[arg-type]
    assert moved == ""
    assert [person.final_place for person in queries.final_list("21")] == [2, 3]


def test_the_final_list_leaves_with_a_clearance_and_closes_the_list(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    final = making.sent_round(now, clerk)
    view = queries.get_round("21")
    assert (view.state, view.final_list_dispatch) == (
        RoundState.FINAL_LIST_SENT,
        "KR-SEL>KP-PYO/round-21/1",
    )
    (dispatch,) = liaison.dispatches()
    assert (dispatch.kind, dispatch.stream) == (KIND, "round-21")
    assert len(final) == 5
    actions = [entry.action for entry in office_queries.audit_entries()]
    assert "selection.send_final_list" in actions
    with refused("selection.not_now", state="final_list_sent", deed="make_final_list"):
        operations.make_final_list(now=now, actor=clerk, round_code="21", facts=[])
    closed = operations.close_round(now=now, actor=clerk, round_code="21")
    assert (closed.state, closed.ended_at) == (RoundState.CLOSED, now)


def test_a_cancelled_round_keeps_what_it_had(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.drawn_round(now, clerk)
    view = operations.cancel_round(now=now, actor=clerk, round_code="21")
    assert (view.state, view.roll_count) == (RoundState.CANCELLED, 60)
    assert len(queries.candidates("21")) == 24


PAPER = FinalListPaper(
    "21",
    date(2018, 8, 4),
    100,
    (FinalEntry(1, "KP-PYO-A-000007", "리선호", 87, (1, 2)),),
)


def test_the_other_sides_final_list_is_filed_once(
    office: object, counterpart: object, now: datetime
) -> None:
    dispatch = inbound(KIND, PAPER.to_body(), now)
    assert queries.received_final_list("21", PYONGYANG) is None
    operations.accept_final_list(now=now, dispatch=dispatch)
    found = queries.received_final_list("21", PYONGYANG)
    assert found == queries.ReceivedFinalListView(
        round_code="21",
        sender=PYONGYANG,
        list_date=date(2018, 8, 4),
        places=100,
        dispatch=dispatch.id,
        received_at=now,
        entries=(queries.ReceivedEntryView(1, "KP-PYO-A-000007", "리선호", 87, (1, 2)),),
    )
    assert queries.received_final_lists() == [replace(found, entries=())]
    with refused("selection.final_list_again", round="21"):
        operations.accept_final_list(now=now, dispatch=inbound(KIND, PAPER.to_body(), now, 2))


def test_the_breakdown_counts_bands_and_tiers_and_the_kin_who_can_be_met(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    making.sent_round(now, clerk)
    totals: dict[str, int] = {}
    for cell in queries.breakdown("21"):
        totals[cell.list_name] = totals.get(cell.list_name, 0) + cell.count
    assert totals == {"roll": 60, "drawn": 20, "second_list": 10, "final_list": 5}
    roll = {cell.band for cell in queries.breakdown("21") if cell.list_name == "roll"}
    assert roll == {"90+", "80-89", "70-79", "60-69", "0-59"}
    tiers = {cell.tier for cell in queries.breakdown("21") if cell.list_name == "final_list"}
    assert tiers == {"third_degree_plus"}


def test_the_final_list_counts_an_applicant_under_the_nearest_kin(
    clerk: Actor, counterpart: object, now: datetime
) -> None:
    asked = making.second_list(now, clerk)
    facts = [
        PairFact(asked[0], 1, "third_degree_plus", PairOutcome.CAN_MEET),
        PairFact(asked[0], 2, "sibling", PairOutcome.CAN_MEET),
        PairFact(asked[1], 1, "neighbour", PairOutcome.CAN_MEET),
    ]
    operations.make_final_list(now=now, actor=clerk, round_code="21", facts=facts)
    cells = [cell for cell in queries.breakdown("21") if cell.list_name == "final_list"]
    assert sorted((cell.tier, cell.count) for cell in cells) == [("neighbour", 1), ("sibling", 1)]


@pytest.mark.parametrize("count", [1, 30])
def test_lists_ask_the_same_number_of_questions_for_1_and_30(
    clerk: Actor,
    counterpart: object,
    now: datetime,
    count: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    making.open_round(now, clerk)
    operations.freeze_roll(
        now=now,
        actor=clerk,
        round_code="21",
        as_of=DAY,
        entries=[entry(n) for n in range(1, count + 1)],
    )
    operations.draw(now=now, actor=clerk, round_code="21", seed=SEED, statement="-")
    with django_assert_num_queries(2):
        queries.candidates("21")
    with django_assert_num_queries(1):
        queries.roll_page("21")
    with django_assert_num_queries(1):
        queries.rounds()
    with django_assert_num_queries(14):
        queries.funnel("21")
