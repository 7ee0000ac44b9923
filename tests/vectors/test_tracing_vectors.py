from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.tracing.core.papers import InquiryPaper, ReplyPaper

SPEC = Path(__file__).parents[2] / "spec"
PAPERS: dict[str, Any] = {"tracing.inquiry": InquiryPaper, "tracing.reply": ReplyPaper}
VECTORS = {
    kind: json.loads((SPEC / "vectors" / f"{kind}.json").read_text("utf-8")) for kind in PAPERS
}
REFUSED = [
    pytest.param(kind, case["body"], case["code"], id=f"{kind}: {case['why']}")
    for kind, vector in VECTORS.items()
    for case in vector["refused"]
]


@pytest.mark.parametrize("kind", list(PAPERS))
def test_the_example_reads_and_is_written_in_the_same_bytes(kind: str) -> None:
    vector = VECTORS[kind]
    data = canonical_bytes(PAPERS[kind].from_body(vector["body"]).to_body())
    assert data.decode() == vector["canonical_utf8"]
    assert sha256_hex(data) == vector["sha256"]


@pytest.mark.parametrize("kind", list(PAPERS))
def test_the_page_shows_the_example_of_the_vector(kind: str) -> None:
    page = (SPEC / "kinds" / f"{kind}.md").read_text("utf-8")
    shown = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert shown is not None
    assert json.loads(shown[1]) == VECTORS[kind]["body"]


@pytest.mark.parametrize(("kind", "body", "code"), REFUSED)
def test_what_the_page_refuses_is_refused(kind: str, body: Any, code: str) -> None:
    with pytest.raises(SangbongError) as caught:
        PAPERS[kind].from_body(body)
    assert caught.value.code == code
