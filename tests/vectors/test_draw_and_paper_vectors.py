from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangbong.kernel.canonical import canonical_bytes, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.programmes.criteria import AgeBand
from sangbong.programmes.korea import loader
from sangbong.reunions.core.papers import AnswerPaper, ProposalPaper
from sangbong.reunions.core.timetable import Agreed, timetable_hash
from sangbong.selection.core.draw import DrawEntry, draw, minus_log2, read_seed, uniform
from sangbong.selection.core.papers import FinalListPaper
from sangbong.selection.core.roll import RollLine, freeze, header_bytes, line_bytes
from sangbong.selection.core.weighing import allot, common_multiple, weigh

SPEC = Path(__file__).parents[2] / "spec"
PAPERS: dict[str, Callable[[object], Any]] = {
    "selection.final_list": FinalListPaper.from_body,
    "reunions.proposal": ProposalPaper.from_body,
    "reunions.answer": AnswerPaper.from_body,
}
REFUSED = [
    pytest.param(kind, case, id=f"{kind}: {case['why']}")
    for kind in PAPERS
    for case in json.loads((SPEC / "vectors" / f"{kind}.json").read_text("utf-8"))["refused"]
]


def vector(name: str) -> Any:
    return json.loads((SPEC / "vectors" / f"{name}.json").read_text("utf-8"))


def test_the_logarithm_vector_holds() -> None:
    cases = vector("draw-logarithm")["cases"]
    assert [str(minus_log2(int(case["u"]))) for case in cases] == [case["e"] for case in cases]


@pytest.mark.parametrize("name", ["draw-quotas", "draw-weights"])
def test_a_draw_is_recomputed_from_its_vector(name: str) -> None:
    given = vector(name)
    criteria = replace(
        loader.criteria("korea-21-2018"),
        age_bands=tuple(AgeBand(**band) for band in given["criteria"]["age_bands"]),
        kin_weights=tuple((w["tier"], w["weight"]) for w in given["criteria"]["kin_weights"]),
        required_consents=tuple(given["criteria"]["required_consents"]),
    )
    lines = [
        RollLine(
            row["application_no"],
            row["age"],
            row["tier"],
            date.fromisoformat(row["living_as_of"]),
            tuple(row["consents"]),
            row["excluded"],
        )
        for row in given["roll"]["rows"]
    ]
    head = {
        "office": OfficeCode(given["roll"]["office"]),
        "round_code": given["roll"]["round_code"],
        "as_of": date.fromisoformat(given["roll"]["as_of"]),
    }
    frozen = freeze(lines, **head)
    data = header_bytes(**head) + b"".join(map(line_bytes, frozen.lines))
    assert (data.decode(), frozen.sha256) == (given["roll"]["bytes_utf8"], given["roll"]["sha256"])
    weighed = [(line.application_no, weigh(line, criteria)) for line in frozen.lines]
    entries = [DrawEntry(no, found.band, found.weight) for no, found in weighed if not found.reason]
    assert [
        {"application_no": no, "reason": found.reason} for no, found in weighed if found.reason
    ] == given["shut_out"]
    multiple = common_multiple(criteria)
    assert multiple == given["multiple"]
    quotas = None
    if criteria.quotas:
        people = [sum(e.band == band for e in entries) for band in range(len(criteria.age_bands))]
        permille = [band.quota_permille for band in criteria.age_bands]
        quotas = allot(places=given["places"], people=people, permille=permille)
    assert quotas == given["quotas"]
    facts = {
        "seed": read_seed(given["seed"]),
        "roll_sha256": frozen.sha256,
        "multiple": multiple,
    }
    result = draw(
        entries, places=given["places"], reserves=given["reserves"], quotas=quotas, **facts
    )
    assert [entry.application_no for entry in result.drawn] == given["drawn"]
    assert [entry.application_no for entry in result.reserves] == given["reserves_drawn"]
    everybody = draw(entries, places=len(entries), reserves=0, quotas=None, **facts).drawn
    found = [
        {
            "application_no": entry.application_no,
            "band": entry.band,
            "weight": entry.weight,
            "tag": entry.tag,
            "u": str(uniform(bytes.fromhex(entry.tag))),
            "e": str(minus_log2(uniform(bytes.fromhex(entry.tag)))),
            "key": str(entry.key),
        }
        for entry in sorted(everybody, key=lambda entry: entry.application_no)
    ]
    assert found == given["entries"]


@pytest.mark.parametrize("kind", PAPERS)
def test_a_paper_is_read_from_its_vector_and_written_back_to_the_same_bytes(kind: str) -> None:
    given = vector(kind)
    paper = PAPERS[kind](given["body"])
    data = canonical_bytes(paper.to_body())
    assert (data.decode(), sha256_hex(data)) == (given["canonical_utf8"], given["sha256"])


@pytest.mark.parametrize("kind", PAPERS)
def test_the_example_of_a_kinds_page_is_its_vector(kind: str) -> None:
    page = (SPEC / "kinds" / f"{kind}.md").read_text("utf-8")
    example = re.search(r"```json\n(.*?)```", page, re.DOTALL)
    assert example is not None
    assert json.loads(example[1]) == vector(kind)["body"]


@pytest.mark.parametrize(("kind", "case"), REFUSED)
def test_a_spoiled_paper_is_refused_with_its_code_and_place(
    kind: str, case: dict[str, Any]
) -> None:
    with pytest.raises(SangbongError) as caught:
        PAPERS[kind](case["body"])
    assert caught.value.code == case["code"]
    assert (caught.value.place.column if caught.value.place else "") == case["column"]
    assert caught.value.text("en")
    assert caught.value.text("ko")


def test_the_timetables_hash_is_of_the_bytes_in_the_vector() -> None:
    given = vector("reunions.answer")
    table = given["timetable"]
    assert canonical_bytes(table).decode() == given["timetable_utf8"]
    proposed = {
        s.number: s for s in ProposalPaper.from_body(vector("reunions.proposal")["body"]).sittings
    }
    agreed = [
        Agreed(
            sitting["number"],
            sitting["application_no"],
            proposed[sitting["number"]].starts_at,
            proposed[sitting["number"]].ends_at,
            sitting["proposer_room"],
            sitting["answerer_room"],
        )
        for sitting in table["sittings"]
    ]
    assert (
        timetable_hash(
            agreed,
            round_code=table["round_code"],
            proposer=OfficeCode(table["proposer"]),
            answerer=OfficeCode(table["answerer"]),
            proposal=table["proposal"],
        )
        == given["body"]["timetable_sha256"]
    )
