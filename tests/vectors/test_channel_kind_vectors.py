"""The papers of the channel itself are read as their pages in spec/kinds say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison.core.custody.relay import RelayPaper, check_relay
from sangbong.liaison.core.custody.resync import RestoredPaper

SPEC = Path(__file__).parents[2] / "spec"
PAPERS = {"liaison.restored": RestoredPaper, "liaison.relay": RelayPaper}
VECTORS = {
    kind: json.loads((SPEC / "vectors" / f"{kind}.json").read_text("utf-8")) for kind in PAPERS
}
RELAY = OfficeCode("KP-PYO")


@pytest.mark.parametrize("kind", PAPERS)
def test_the_vector_is_read_and_written_back_to_the_same_bytes(kind: str) -> None:
    vector = VECTORS[kind]
    paper = PAPERS[kind].from_body(vector["body"])

    assert paper.to_body() == vector["body"]
    assert sha256_hex(canonical_bytes(paper.to_body())) == vector["body_sha256"]


@pytest.mark.parametrize("kind", PAPERS)
def test_the_example_of_the_page_is_the_vector(kind: str) -> None:
    page = (SPEC / "kinds" / f"{kind}.md").read_text("utf-8")
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)

    assert example is not None
    assert json.loads(example[1]) == VECTORS[kind]["body"]


def read_relay(case: dict[str, Any]) -> None:
    paper = RelayPaper.from_body(case["body"])
    bundles = [text.encode() for text in case["attachments"]]
    check_relay(paper, sender=case["sender"], own=RELAY, bundles=bundles)


READ = {
    "liaison.relay": read_relay,
    "liaison.restored": lambda case: RestoredPaper.from_body(case["body"]),
}


def test_a_relayed_bundle_that_the_page_takes_is_taken() -> None:
    read_relay(VECTORS["liaison.relay"])


@pytest.mark.parametrize(
    ("kind", "case"),
    [(kind, case) for kind in PAPERS for case in VECTORS[kind]["refused"]],
    ids=lambda value: value["why"] if isinstance(value, dict) else value,
)
def test_what_the_page_refuses_is_refused(kind: str, case: dict[str, Any]) -> None:
    with pytest.raises(SangbongError) as told:
        READ[kind](case)
    assert told.value.code == case["code"]
