from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.letters.core.papers import FilmPaper

SPEC = Path(__file__).parents[2] / "spec"
VECTOR = json.loads((SPEC / "vectors" / "letters.film.json").read_text("utf-8"))


def check(paper: FilmPaper, case: dict[str, Any]) -> None:
    """Compare a film and its attachments with the paper, as the receiver does."""
    film = None if case["film"] is None else case["film"].encode()
    paper.check_came(
        film_bytes=None if film is None else len(film),
        attachments=[text.encode() for text in case["attachments"]],
    )
    paper.check_film(sha256_hex(film or b""))


def test_the_vector_is_read_and_written_back_to_the_same_bytes() -> None:
    paper = FilmPaper.from_body(VECTOR["body"])
    assert paper.to_body() == VECTOR["body"]
    assert sha256_hex(canonical_bytes(paper.to_body())) == VECTOR["body_sha256"]
    check(paper, VECTOR)


def test_the_example_of_the_page_is_the_vector() -> None:
    page = (SPEC / "kinds" / "letters.film.md").read_text("utf-8")
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert json.loads(example[1]) == VECTOR["body"]


@pytest.mark.parametrize("case", VECTOR["refused"], ids=lambda case: case["why"])
def test_a_paper_the_page_refuses_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(SangbongError) as caught:
        FilmPaper.from_body(case["body"])
    assert caught.value.code == case["code"]
    assert caught.value.place is not None
    assert caught.value.place.column == case["column"]


@pytest.mark.parametrize("case", VECTOR["refused_parts"], ids=lambda case: case["why"])
def test_a_film_or_attachments_the_page_refuses_are_refused(case: dict[str, Any]) -> None:
    paper = FilmPaper.from_body(VECTOR["body"])
    with pytest.raises(SangbongError) as caught:
        check(paper, case)
    assert caught.value.code == case["code"]
