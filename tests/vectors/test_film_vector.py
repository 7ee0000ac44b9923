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


def attachments(texts: list[str]) -> list[bytes]:
    return [text.encode() for text in texts]


def test_the_vector_is_read_and_written_back_to_the_same_bytes() -> None:
    paper = FilmPaper.from_body(VECTOR["body"])
    assert paper.to_body() == VECTOR["body"]
    assert sha256_hex(canonical_bytes(paper.to_body())) == VECTOR["body_sha256"]
    assert list(paper.check_attachments(attachments(VECTOR["attachments"]))) == attachments(
        VECTOR["attachments"]
    )


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


@pytest.mark.parametrize("case", VECTOR["refused_attachments"], ids=lambda case: case["why"])
def test_attachments_the_page_refuses_are_refused(case: dict[str, Any]) -> None:
    paper = FilmPaper.from_body(VECTOR["body"])
    with pytest.raises(SangbongError) as caught:
        paper.check_attachments(attachments(case["attachments"]))
    assert caught.value.code == case["code"]
