"""The published vectors of offers and their answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.liaison.core.people.offer_papers import OfferAnswerPaper, OfferPaper

SPEC = Path(__file__).parents[2] / "spec"
PAPERS = {"liaison.offer": OfferPaper, "liaison.offer_answer": OfferAnswerPaper}


def load(kind: str):
    return json.loads((SPEC / "vectors" / f"{kind}.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", PAPERS)
def test_the_vector_reads_and_writes_as_published(kind: str) -> None:
    vector = load(kind)
    written = canonical_bytes(PAPERS[kind].from_body(vector["body"]).to_body())
    assert written.decode() == vector["canonical_utf8"]
    assert sha256_hex(written) == vector["sha256"]


@pytest.mark.parametrize("kind", PAPERS)
def test_the_page_shows_the_vector(kind: str) -> None:
    page = (SPEC / "kinds" / f"{kind}.md").read_text("utf-8")
    shown = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    assert json.loads(shown[1]) == load(kind)["body"]


@pytest.mark.parametrize(
    ("kind", "fault"),
    [(kind, fault) for kind in PAPERS for fault in load(kind)["refused"]],
    ids=lambda value: value["why"] if isinstance(value, dict) else value,
)
def test_what_the_vector_refuses_is_refused_with_its_reason(kind: str, fault) -> None:
    with pytest.raises(SangbongError) as caught:
        PAPERS[kind].from_body(fault["body"])
    place = caught.value.place
    assert (caught.value.code, place.column if place else None) == (fault["code"], fault["column"])
