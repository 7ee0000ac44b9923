from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError, messages
from sangbong.names.dates import age_on, parse_date
from sangbong.names.kin import KinTier
from sangbong.registry.core.ages import age_from_ordinal, check_age
from sangbong.registry.core.blocks import blocks
from sangbong.registry.core.faults import FAULTS_KEPT, Fault
from sangbong.registry.core.filters import ApplicationFilter, born_by
from sangbong.registry.core.news import NewsDeed, NewsState, move, must_be_a_person
from sangbong.registry.core.reports import (
    FaultBook,
    ImportReport,
    fault_from_json,
    fault_to_json,
)
from sangbong.registry.core.succession import in_a_ring

days = st.dates(date(1900, 1, 1), date(2040, 12, 31))


@given(born=days, on=days)
def test_ages_from_columns_are_ages_from_dates(born: date, on: date) -> None:
    written = parse_date(born.isoformat(), "solar", column="")
    expected = age_on(written, on)
    assert expected is not None
    assert age_from_ordinal(born.toordinal(), on) == max(0, expected)


@given(born=days, on=days, age=st.integers(0, 30))
@example(born=date(2019, 2, 28), on=date(2020, 2, 29), age=1)
@example(born=date(2019, 3, 1), on=date(2020, 2, 29), age=1)
def test_those_born_by_a_day_are_those_of_that_age(born: date, on: date, age: int) -> None:
    if born > on:
        return
    assert (born.toordinal() <= born_by(age, on)) == (age_from_ordinal(born.toordinal(), on) >= age)


def test_an_unknown_birth_is_neither_doubted_nor_refused() -> None:
    assert check_age(parse_date("", column=""), on=date(2018, 6, 25), limit=115) is False


@given(st.lists(st.integers(), max_size=20), st.integers(1, 7))
def test_blocks_hold_every_item_once_in_order(items: list[int], size: int) -> None:
    pieces = list(blocks(items, size))
    assert [item for piece in pieces for item in piece] == items
    assert all(0 < len(piece) <= size for piece in pieces)


@given(st.dictionaries(st.integers(0, 6), st.integers(0, 6)), st.integers(0, 6))
def test_a_ring_of_successors_is_found(links: dict[int, int], start: int) -> None:
    walked = [start]
    while walked[-1] in links and len(walked) < 20:
        walked.append(links[walked[-1]])
    assert in_a_ring(links, start) == (len(walked) == 20)


def test_news_moves_only_as_it_is_drawn() -> None:
    moves = {}
    for state in NewsState:
        for deed in NewsDeed:
            try:
                moves[state.value, deed.value] = move(state, deed).value
            except SangbongError as error:
                assert error.code == "registry.news_not_now"  # noqa: PT017
    assert moves == {
        ("undelivered", "take"): "in_hand",
        ("undelivered", "supersede"): "superseded",
        ("in_hand", "put_back"): "undelivered",
        ("in_hand", "tell"): "delivered",
        ("in_hand", "supersede"): "superseded",
    }


@pytest.mark.parametrize("staff", ["system:worker", "system:", ""])
def test_a_machine_never_bears_news(staff: str) -> None:
    with pytest.raises(SangbongError, match=r"registry\.news_needs_a_person"):
        must_be_a_person(staff)
    must_be_a_person("seo")


def test_a_filter_is_said_in_words() -> None:
    whole = ApplicationFilter(
        name="이선율",
        age_from=90,
        tier=KinTier.DIRECT,
        province="황해",
        alive_as_of=date(2018, 5, 1),
        only_living=True,
        only_doubted=True,
    )
    assert whole.words("en") == (
        "named 이선율",
        "aged 90 or over",
        "seeking parents, children or a spouse",
        "born in 황해",
        "known alive on 2018-05-01 or later",
        "not known to be dead",
        "age to be checked",
    )
    assert len(whole.words("ko")) == 7
    assert ApplicationFilter().words("ko") == ()
    assert all(f"registry.filter_tier_{tier.value}" in messages() for tier in KinTier)


def test_a_report_lists_the_first_faults_and_counts_all() -> None:
    book = FaultBook()
    book.note(Fault(line, "성명", "x", "registry.name_missing") for line in range(500, 0, -1))
    book.note([Fault(None, "", "", "registry.file_empty")])
    assert book.count == 501
    assert [fault.line for fault in book.kept()] == list(range(500 - FAULTS_KEPT + 1, 501))


@given(
    st.builds(
        Fault,
        st.none() | st.integers(1),
        st.text(),
        st.text(),
        st.just("registry.sought_no"),
        st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=2),
    )
)
def test_a_kept_fault_is_the_fault(fault: Fault) -> None:
    assert fault_from_json(fault_to_json(fault)) == fault


def test_a_report_with_faults_imported_nothing() -> None:
    assert ImportReport(1, 2, 3, 1, already_known=False, faults=()).imported
    assert not ImportReport(1, 2, 0, 0, already_known=False, faults=(), fault_count=1).imported
