from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.reader import Reader, instant_text


def reader(**table: object) -> Reader:
    return Reader(table, source="paper", code="selection.paper_unreadable")


GOOD: list[tuple[object, Callable[[Reader], object], object]] = [
    ("word", lambda r: r.text("x"), "word"),
    ("", lambda r: r.text("x", may_be_empty=True), ""),
    (7, lambda r: r.number("x", 7, 7), 7),
    (None, lambda r: r.number_or_none("x", 0, 1), None),
    (1, lambda r: r.number_or_none("x", 0, 1), 1),
    ("2018-06-25", lambda r: r.day("x"), date(2018, 6, 25)),
    (date(2018, 6, 25), lambda r: r.day("x"), date(2018, 6, 25)),
    ("2018-06-25T01:00:00Z", lambda r: r.instant("x"), datetime(2018, 6, 25, 1, tzinfo=UTC)),
    ("0f" * 32, lambda r: r.sha256("x"), "0f" * 32),
    (["a"], lambda r: r.words("x"), ("a",)),
    ([1, 2], lambda r: r.numbers("x", 1, 2), (1, 2)),
    ({"y": 1}, lambda r: r.inner("x").number("y", 1, 1), 1),
    ([{"y": 1}], lambda r: r.tables("x")[0].number("y", 1, 1), 1),
]


@pytest.mark.parametrize(("value", "read", "expected"), GOOD)
def test_a_member_of_the_right_kind_is_read(
    value: object, read: Callable[[Reader], object], expected: object
) -> None:
    assert read(reader(x=value)) == expected


BAD: list[tuple[object, Callable[[Reader], object], str]] = [
    (None, lambda r: r.text("x"), "x"),
    ("", lambda r: r.text("x"), "x"),
    ("long", lambda r: r.text("x", max_length=3), "x"),
    (8, lambda r: r.number("x", 0, 7), "x"),
    (True, lambda r: r.number("x", 0, 7), "x"),
    ("7", lambda r: r.number("x", 0, 7), "x"),
    (2, lambda r: r.number_or_none("x", 0, 1), "x"),
    (20180625, lambda r: r.day("x"), "x"),
    ("2018-6-25", lambda r: r.day("x"), "x"),
    ("2018-02-30", lambda r: r.day("x"), "x"),
    (datetime(2018, 6, 25, tzinfo=UTC), lambda r: r.day("x"), "x"),
    ("2018-06-25T01:00:00", lambda r: r.instant("x"), "x"),
    ("2018-06-25T25:00:00Z", lambda r: r.instant("x"), "x"),
    ("0F" * 32, lambda r: r.sha256("x"), "x"),
    ("a", lambda r: r.words("x"), "x"),
    (["a", 1], lambda r: r.words("x"), "x"),
    (["a", "b"], lambda r: r.words("x", max_items=1), "x"),
    ([True], lambda r: r.numbers("x", 0, 1), "x"),
    ([2], lambda r: r.numbers("x", 0, 1), "x"),
    ([], lambda r: r.inner("x"), "x"),
    ([{}, 1], lambda r: r.tables("x"), "x[2]"),
    ({"y": 2}, lambda r: r.inner("x").number("y", 1, 1), "x.y"),
    ([{"y": [{}]}], lambda r: r.tables("x")[0].tables("y")[0].text("z"), "x[1].y[1].z"),
    (1, lambda r: r.only("y"), "x"),
]


@pytest.mark.parametrize(("value", "read", "column"), BAD)
def test_a_member_of_another_kind_is_refused_with_its_path(
    value: object, read: Callable[[Reader], object], column: str
) -> None:
    with pytest.raises(SangbongError) as caught:
        read(reader(x=value))
    assert caught.value.code == "selection.paper_unreadable"
    assert caught.value.place is not None
    assert (caught.value.place.source, caught.value.place.column) == ("paper", column)


def test_something_else_than_a_table_is_refused_as_a_whole() -> None:
    with pytest.raises(SangbongError) as caught:
        Reader([1], source="paper", code="selection.paper_unreadable")
    assert caught.value.place is not None
    assert caught.value.place.column == ""


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2100, 1, 1)))
def test_an_instant_is_read_back_as_written(at: datetime) -> None:
    seoul = at.replace(microsecond=0, tzinfo=timezone(timedelta(hours=9)))
    assert reader(x=instant_text(seoul)).instant("x") == seoul
