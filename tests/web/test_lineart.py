"""The timeline's layout, without a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sangbong.liaison.core.people.line_state import LineState
from sangbong.web.lineart import WIDTH, Run, draw

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
STATES = [state for state in LineState if state is not LineState.UNKNOWN]


def run(since: datetime, until: datetime, state: str = "suspended", label: str = "") -> Run:
    return Run(LineState(state), since, until, "said", label)


def test_without_a_run_nothing_is_drawn() -> None:
    assert draw([], now=NOW) is None
    assert draw([("Panmunjom", [])], now=NOW) is None


def test_years_before_2008_take_under_a_quarter_and_the_bend_is_marked() -> None:
    drawing = draw([("a", [run(datetime(1971, 10, 2, tzinfo=UTC), NOW)])], now=NOW)
    assert drawing is not None
    assert drawing.bend == "240"
    years = [tick.year for tick in drawing.ticks]
    assert years == [1980, 1990, 2000, *range(2008, 2028, 2)][: len(years)]
    late = draw([("a", [run(datetime(2016, 2, 11, tzinfo=UTC), NOW)])], now=NOW)
    assert late is not None
    assert late.bend == ""


def test_days_are_written_only_where_they_fit() -> None:
    drawing = draw(
        [
            (
                "a",
                [
                    run(NOW - timedelta(days=3000), NOW, "open"),
                    run(NOW - timedelta(days=2900), NOW - timedelta(days=2208), label="692"),
                    run(NOW - timedelta(days=100), NOW - timedelta(days=79), label="21"),
                ],
            )
        ],
        now=NOW,
    )
    assert drawing is not None
    assert [bar.label for bar in drawing.lanes[0].bars] == ["", "692", ""]
    assert [bar.height for bar in drawing.lanes[0].bars] == [4, 24, 24]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(STATES),
            st.datetimes(datetime(1971, 1, 1), datetime(2026, 11, 1), timezones=st.just(UTC)),
            st.integers(0, 20_000),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_bar_leaves_the_drawing(told: list[tuple[LineState, datetime, int]]) -> None:
    runs = [
        Run(state, since, min(NOW, since + timedelta(days=days)), "said")
        for state, since, days in told
    ]
    drawing = draw([("a", runs)], now=NOW)
    assert drawing is not None
    for bar in drawing.lanes[0].bars:
        assert float(bar.x) >= 0
        assert float(bar.x) + float(bar.width) <= WIDTH + 0.1
    for tick in drawing.ticks:
        assert 0 <= float(tick.x) <= WIDTH
