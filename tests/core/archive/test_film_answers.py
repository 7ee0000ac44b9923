from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sangbong.archive.core import film
from sangbong.archive.core.film import FilmFacts, MadeFacts, Stretch, read_facts, read_made, refusal
from sangbong.kernel.errors import SangbongError

SURVEY = {
    "kind": "mp4",
    "duration_ms": 1000,
    "width": 160,
    "height": 120,
    "video_codec": "h264",
    "audio_codec": "",
    "video_packets": 10,
}
MADE = {
    "survey": SURVEY,
    "duration_ms": 1000,
    "width": 160,
    "height": 120,
    "stretches": [["black", 0, 900]],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)


def test_an_honest_answer_is_read() -> None:
    facts = FilmFacts("mp4", 1000, 160, 120, "h264", "")
    assert read_facts(SURVEY) == facts
    assert read_made(MADE) == MadeFacts(facts, 1000, 160, 120, (Stretch("black", 0, 900),))


@pytest.mark.parametrize(
    "change",
    [
        {"survey": None},
        {"survey": {}},
        {"survey": {**SURVEY, "kind": "m" * 25}},
        {"survey": {**SURVEY, "video_codec": "코덱"}},
        {"survey": {**SURVEY, "audio_codec": 7}},
        {"stretches": None},
        {"stretches": [["black", 5, 4]]},
        {"stretches": [["black", -1, 4]]},
        {"stretches": [["<script>", 0, 4]]},
        {"stretches": ["black"]},
        {"duration_ms": -1},
        {"duration_ms": 2**60},
        {"width": "160"},
    ],
)
def test_an_answer_our_child_would_not_give_is_not_believed(change: dict[str, Any]) -> None:
    with pytest.raises(SangbongError, match=r"archive\.film_unreadable"):
        read_made({**MADE, **change})


@given(said=st.dictionaries(st.sampled_from(sorted(MADE)), JSON, max_size=5))
def test_any_answer_is_read_or_refused_and_never_breaks(said: dict[str, Any]) -> None:
    try:
        made = read_made({**MADE, **said})
    except SangbongError as error:
        assert error.code == "archive.film_unreadable"  # noqa: PT017
    else:
        assert all(stretch.kind in film.STRETCH_KINDS for stretch in made.stretches)


@given(code=JSON, params=JSON)
def test_any_refusal_has_words_in_both_languages(code: object, params: object) -> None:
    error = refusal(code, params)
    assert error.text("en")
    assert error.text("ko")


@pytest.mark.parametrize("code", sorted(film._FAULTS))
def test_each_refusal_of_the_child_has_words_in_both_languages(code: str) -> None:
    error = refusal(code, {"width": 70_000, "limit": 4096, "kind": "InvalidDataError"})
    assert error.code == f"archive.{code}"
    assert "{" not in error.text("en") + error.text("ko")


def test_a_value_that_is_no_small_number_is_not_shown() -> None:
    error = refusal("film_dimensions", {"width": "<b>", "height": -5, "limit": 4096, "x": 1})
    assert error.params["width"] == 0
    assert error.params["height"] == 0
    assert error.params["limit"] == 4096
    assert "x" not in error.params
