from __future__ import annotations

import copy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sangbong.lab.judge import judge
from sangbong.lab.outcomes import outcome_of
from sangbong.lab.truth import ApplicantTruth, FoundAnswer, SittingTruth, Truth, load
from sangbong.lab.world import make_world
from sangbong.reunions.core.machine import Outcome


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    make_world(seed=4, applicants=30, register=150, folder=folder)
    return folder


RELAYED = ("US-WAS>KP-PYO/notes/1", "KP-PYO>US-WAS/notes/1")


def honest_reports(world: Path) -> dict[str, Any]:
    """What three offices would state that made no mistake, of a world of thirty."""
    truth = load(world)
    records = {
        line.split(",")[0]: line.split(",")[13]
        for line in (world / "pyongyang" / "register.csv").read_text("utf-8").splitlines()[1:]
    }
    links = truth.links()
    may_be_drawn = [a for a, may in drawable(world).items() if may]
    ready = [a for a in may_be_drawn if truth.applicants[a].ready(on=date(2018, 7, 1))]
    second = set(ready[:25])
    told = {
        pair: reply(pair, record, truth, records)
        for pair, record in links.items()
        if pair[0] in second
    }
    with_kin = sorted({a for (a, _), state in told.items() if state == "alive"})
    final = set(with_kin[:10])
    candidates = [
        [
            a,
            "chosen",
            "chosen" if a in second else "not_chosen",
            "chosen" if a in final else "not_chosen",
        ]
        for a in may_be_drawn
    ]
    shut_out = 30 - len(may_be_drawn)
    lines = {
        "roll": 30,
        "drawn": len(may_be_drawn),
        "willing_and_well": len(ready),
        "second_list": len(second),
        "persons_sought": len(told),
        "applicants_with_someone_alive": len(with_kin),
    }
    sittings = [[a, str(outcome_of(truth.applicants[a]))] for a in sorted(final)]
    seoul = {
        "lines": [
            ["x", name, count, [["consent_missing", shut_out]] if name == "drawn" else []]
            for name, count in lines.items()
        ],
        "people": {"applications": 30, "sought": len(links), "register": 0},
        "roll": [[a, ""] for a in truth.applicants],
        "candidates": candidates,
        "pairs": [[a, s, state] for (a, s), state in told.items()],
        "sittings": sittings,
        "films": ["released"],
        "dispatches": [
            ["KR-SEL>KP-PYO/x/1", "out", "applied"],
            ["KP-PYO>KR-SEL/x/1", "in", "applied"],
        ],
        "notes": [],
    }
    pyongyang = {
        "lines": [],
        "people": {"applications": 0, "sought": 0, "register": 150},
        "rule": [[a, s, links[a, s]] for a, s in told],
        "found": [[a, s, links[a, s]] for a, s in told],
        "sittings": sittings,
        "films": ["delivered"],
        "dispatches": [
            ["KR-SEL>KP-PYO/x/1", "in", "applied"],
            ["KP-PYO>KR-SEL/x/1", "out", "applied"],
        ],
        "notes": list(RELAYED),
    }
    washington = {"dispatches": [], "notes": list(RELAYED)}
    return {"seoul": seoul, "pyongyang": pyongyang, "washington": washington}


def drawable(world: Path) -> dict[str, bool]:
    import csv

    rows = list(csv.DictReader((world / "seoul" / "applications.csv").open(encoding="utf-8")))
    gone = {row["앞선 신청번호"] for row in rows}
    return {
        row["신청번호"]: {"search", "name_to_other_side"} <= set(row["동의"].split(";"))
        and row["신청번호"] not in gone
        for row in rows
    }


def reply(pair: tuple[str, int], record: str | None, truth: Truth, records: dict[str, str]) -> str:
    if record is None:
        return "cannot_confirm"
    if records[record] == "사망":
        return "dead"
    return "alive" if truth.answer_of(record) is FoundAnswer.WILLING else "cannot_confirm"


def test_offices_without_a_mistake_agree_with_the_truth(world: Path) -> None:
    verdict = judge(honest_reports(world), world)
    assert [line.en for line in verdict.lines if not line.agrees] == []
    assert verdict.agrees
    assert verdict.table().row_count == len(verdict.lines)


def lose_a_reply(reports: dict[str, Any]) -> None:
    pair = next(pair for pair in reports["seoul"]["pairs"] if pair[2] == "dead")
    pair[2] = "cannot_confirm"


def apply_twice(reports: dict[str, Any]) -> None:
    reports["pyongyang"]["dispatches"].append(["KR-SEL>KP-PYO/x/1", "in", "applied"])


def lose_a_dispatch(reports: dict[str, Any]) -> None:
    reports["pyongyang"]["dispatches"] = reports["pyongyang"]["dispatches"][1:]


def read_what_is_passed_on(reports: dict[str, Any]) -> None:
    reports["seoul"]["notes"].append(RELAYED[0])


def write_another_outcome(reports: dict[str, Any]) -> None:
    reports["pyongyang"]["sittings"] = [
        [a, "held_in_part"] for a, _ in reports["seoul"]["sittings"]
    ]


def draw_one_too_few(reports: dict[str, Any]) -> None:
    next(line for line in reports["seoul"]["lines"] if line[1] == "drawn")[2] -= 1


def draw_somebody_shut_out(reports: dict[str, Any]) -> None:
    known = {a for a, *_ in reports["seoul"]["candidates"]}
    stranger = next(a for a, _ in reports["seoul"]["roll"] if a not in known)
    reports["seoul"]["candidates"].append([stranger, "chosen", "not_chosen", "not_chosen"])


@pytest.mark.parametrize(
    ("fault", "seen_in"),
    [
        (lose_a_reply, "pair by pair different"),
        (apply_twice, "dispatches KR-SEL to KP-PYO: sealed, applied once, known so"),
        (lose_a_dispatch, "dispatches KR-SEL to KP-PYO: sealed, applied once, known so"),
        (read_what_is_passed_on, "notes by way of Seoul: written, and readable there"),
        (write_another_outcome, "differing between the sides"),
        (draw_one_too_few, "drawn"),
        (draw_somebody_shut_out, "drawn who may not be"),
    ],
)
def test_a_number_that_is_not_true_is_seen(world: Path, fault: Any, seen_in: str) -> None:
    reports = copy.deepcopy(honest_reports(world))
    fault(reports)
    verdict = judge(reports, world)
    assert not verdict.agrees
    assert seen_in in [line.en for line in verdict.lines if not line.agrees]


@pytest.mark.parametrize(
    ("died", "withdraws", "sitting", "outcome"),
    [
        (None, None, SittingTruth.HELD, Outcome.HELD),
        (date(2018, 8, 22), None, SittingTruth.HELD, Outcome.DIED_BEFORE),
        (date(2018, 8, 23), None, SittingTruth.HELD, Outcome.HELD),
        (None, date(2018, 8, 10), SittingTruth.HELD, Outcome.WITHDRAWN_HEALTH),
        (None, None, SittingTruth.FOUND_ABSENT, Outcome.ONE_SIDE_ABSENT),
        (None, None, SittingTruth.BROKEN_OFF, Outcome.LINE_FAILED),
    ],
)
def test_a_sitting_ends_as_life_has_it(
    died: date | None, withdraws: date | None, sitting: SittingTruth, outcome: Outcome
) -> None:
    truth = ApplicantTruth(
        application_no="KR-SEL-A-000001",
        died_on=died,
        reachable=True,
        willing=True,
        fit=True,
        withdraws_on=withdraws,
        sitting=sitting,
        sought={},
        other_kin=(),
    )
    assert outcome_of(truth) is outcome
