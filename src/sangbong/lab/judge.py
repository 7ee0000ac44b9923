"""Checks what the offices state of a round against the truth that neither was given.

Three kinds of lines: numbers that must equal the truth; numbers that must follow from what the other
side found (so that nothing was lost or changed on the way); and the quality of the search, which no
rule can force and which is only stated.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

from rich.table import Table

from sangbong.lab.outcomes import list_sizes, outcome_of
from sangbong.lab.truth import FoundAnswer, Truth, load
from sangbong.reunions.core.machine import SittingState
from sangbong.tracing.core.evaluation import Evaluation, PairRef, evaluate
from sangbong.tracing.core.states import PairState

ASKED_DATE = date(2018, 7, 1)
_CODES = {"seoul": "KR-SEL", "pyongyang": "KP-PYO", "washington": "US-WAS"}
NEEDED_CONSENTS = ("search", "name_to_other_side")

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One number: as stated, as it truly is (empty where only stated), and whether they agree."""

    en: str
    ko: str
    stated: str
    truth: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the statement is the truth; a line without a truth only states."""
        return not self.truth or self.stated == self.truth


@dataclass(frozen=True, slots=True)
class Verdict:
    """All lines of a round."""

    lines: tuple[Line, ...]

    @property
    def agrees(self) -> bool:
        """Whether every number that can be checked is true."""
        return all(line.agrees for line in self.lines)

    def table(self) -> Table:
        """The lines as a person reads them."""
        table = Table("", "", "stated", "truth", "", title="The round / 상봉 결과", box=None)
        for line in self.lines:
            sign = "" if not line.truth else "=" if line.agrees else "DIFFERS"
            table.add_row(line.en, line.ko, line.stated, line.truth, sign)
        return table


def judge(reports: Mapping[str, Report], world: Path) -> Verdict:
    """Compare both offices' statements with the world's truth."""
    truth = load(world)
    seoul, pyongyang = reports["seoul"], reports["pyongyang"]
    records = _records(world)
    drawable = _drawable(world)
    found = {(a, s): r for a, s, r in pyongyang["found"]}
    return Verdict(
        (
            *_rolls(seoul, pyongyang, truth, drawable, len(records)),
            *_lists(seoul, truth, drawable),
            *_replies(seoul, truth, found, records),
            *_search(pyongyang, truth),
            *_sittings(seoul, pyongyang, truth),
            *_channel(reports),
        )
    )


def _rolls(
    seoul: Report, pyongyang: Report, truth: Truth, drawable: frozenset[str], register: int
) -> tuple[Line, ...]:
    stated = _stated(seoul)
    return (
        _equal(
            "applications registered",
            "등록된 신청",
            seoul["people"]["applications"],
            len(truth.applicants),
        ),
        _equal(
            "persons sought",
            "찾는 가족",
            seoul["people"]["sought"],
            sum(len(one.sought) for one in truth.applicants.values()),
        ),
        _equal(
            "people in the other register",
            "상대측 주민 기록",
            pyongyang["people"]["register"],
            register,
        ),
        _equal("on the frozen roll", "추첨 대상자 명부", stated["roll"], len(truth.applicants)),
        _equal(
            "of these shut out of the draw",
            "추첨에서 제외된 신청",
            sum(n for reason, n in _reasons(seoul, "drawn") if reason != "not_drawn"),
            len(truth.applicants) - len(drawable),
        ),
    )


def _lists(seoul: Report, truth: Truth, drawable: frozenset[str]) -> tuple[Line, ...]:
    stated = _stated(seoul)
    sizes = list_sizes(len(truth.applicants))
    asked = [a for a, first, _, _ in seoul["candidates"] if first in ("chosen", "reserve")]
    ready = sum(truth.applicants[a].ready(on=ASKED_DATE) for a in asked)
    second = [a for a, _, second, _ in seoul["candidates"] if second == "chosen"]
    return (
        _equal("drawn", "추첨된 후보자", stated["drawn"], min(sizes.first, len(drawable))),
        _equal(
            "drawn who may not be",
            "추첨될 수 없는 후보자",
            sum(a not in drawable for a in asked),
            0,
        ),
        _equal(
            "asked: willing and well",
            "상봉 의사가 있고 건강한 분",
            stated["willing_and_well"],
            ready,
        ),
        _equal("second list", "2차 후보자", stated["second_list"], min(sizes.second, ready)),
        _equal(
            "persons asked about",
            "생사확인을 의뢰한 가족",
            stated["persons_sought"],
            sum(len(truth.applicants[a].sought) for a in second),
        ),
    )


def _replies(
    seoul: Report,
    truth: Truth,
    found: Mapping[PairRef, str | None],
    records: Mapping[str, str],
) -> tuple[Line, ...]:
    """What Seoul was told must follow from whom Pyongyang found and what those people answered."""
    told = {(a, s): state for a, s, state in seoul["pairs"]}
    due = {pair: _due_reply(pair, found.get(pair), truth, records) for pair in told}
    lines = [
        _equal(f"told {state.value}", korean, _count(told, state), _count(due, state))
        for state, korean in (
            (PairState.ALIVE, "생존으로 알려 온 가족"),
            (PairState.DEAD, "사망으로 알려 온 가족"),
            (PairState.CANNOT_CONFIRM, "확인불가로 알려 온 가족"),
        )
    ]
    with_kin = {a for (a, _), state in due.items() if state == PairState.ALIVE}
    places = list_sizes(len(truth.applicants)).final
    final = [a for a, _, _, final in seoul["candidates"] if final == "chosen"]
    return (
        *lines,
        _equal("pair by pair different", "서로 다른 회보", sum(told[p] != due[p] for p in told), 0),
        _equal(
            "applicants with kin who will meet",
            "만날 가족이 있는 신청자",
            _stated(seoul)["applicants_with_someone_alive"],
            len(with_kin),
        ),
        _equal("final list", "최종 상봉 대상자", len(final), min(places, len(with_kin))),
    )


def _due_reply(
    pair: PairRef, record: str | None, truth: Truth, records: Mapping[str, str]
) -> PairState:
    if record is None:
        return PairState.CANNOT_CONFIRM
    if records[record] == "사망":
        return PairState.DEAD
    willing = truth.answer_of(record) is FoundAnswer.WILLING
    return (
        PairState.ALIVE if willing and truth.is_match(*pair, record) else PairState.CANNOT_CONFIRM
    )


def _search(pyongyang: Report, truth: Truth) -> tuple[Line, ...]:
    links = truth.links()
    rule = evaluate({(a, s): r for a, s, r in pyongyang["rule"]}, links)
    asked = evaluate({(a, s): r for a, s, r in pyongyang["found"]}, links)
    return (
        *_quality(rule, "by the rule alone", "규칙만으로"),
        *_quality(asked, "after asking those found", "찾은 분께 여쭌 뒤"),
    )


def _quality(one: Evaluation, when: str, when_ko: str) -> tuple[Line, ...]:
    return (
        Line(
            f"recall {when}",
            f"재현율 ({when_ko})",
            f"{one.right}/{one.present} = {float(one.recall):.3f}",
        ),
        Line(
            f"precision {when}",
            f"정밀도 ({when_ko})",
            f"{one.right}/{one.decided} = {float(one.precision):.3f}",
        ),
        Line(
            f"false hope per 1,000 {when}",
            f"신청자 1,000명당 잘못된 희망 ({when_ko})",
            f"{float(one.false_hope_per_1000):.1f}",
        ),
    )


def _sittings(seoul: Report, pyongyang: Report, truth: Truth) -> tuple[Line, ...]:
    ours, theirs = dict(seoul["sittings"]), dict(pyongyang["sittings"])
    final = {a for a, _, _, final in seoul["candidates"] if final == "chosen"}
    due = Counter(str(outcome_of(truth.applicants[a])) for a in final)
    held = Counter(state for state in ours.values() if state != SittingState.REFUSED)
    return (
        _equal("sittings agreed", "합의한 상봉", len(ours), len(final)),
        _equal(
            "differing between the sides",
            "쌍방이 달리 적은 상봉",
            sum(theirs.get(a) != o for a, o in ours.items()),
            0,
        ),
        _equal("sittings held", "이루어진 상봉", held["held"], due["held"]),
        _equal(
            "sittings not held",
            "이루어지지 못한 상봉",
            len(ours) - held["held"],
            len(final) - due["held"],
        ),
        Line(
            "films",
            "영상편지",
            f"{' '.join(seoul['films']) or '-'} → {' '.join(pyongyang['films']) or '-'}",
        ),
    )


def _channel(reports: Mapping[str, Report]) -> tuple[Line, ...]:
    """Every dispatch that one office sealed has been applied once by the other, and both know it."""
    lines = []
    here = [(side, code) for side, code in _CODES.items() if side in reports]
    for (sender, code), (receiver, other) in permutations(here, 2):
        between = f"{code}>{other}/"
        out = {i: state for i, way, state in reports[sender]["dispatches"] if i.startswith(between)}
        taken = Counter(
            i
            for i, way, state in reports[receiver]["dispatches"]
            if way == "in" and state == "applied" and i.startswith(between)
        )
        known = sum(state == "applied" for state in out.values())
        lines.append(
            _equal(
                f"dispatches {code} to {other}: sealed, applied once, known so",
                "봉한 송달문, 한 번 반영됨, 알고 있음",
                f"{len(out)}, {sum(n == 1 for n in taken.values())}, {known}",
                f"{len(out)}, {len(out)}, {len(out)}",
            )
        )
    return (*lines, *_relayed(reports))


def _relayed(reports: Mapping[str, Report]) -> tuple[Line, ...]:
    """What Washington and Pyongyang wrote by way of Seoul, in a round that Washington watches."""
    if "washington" not in reports:
        return ()
    relayed = {
        i for side in ("washington", "pyongyang") for i in reports[side]["notes"] if "US-WAS" in i
    }
    return (
        _equal(
            "notes by way of Seoul: written, and readable there",
            "서울을 거친 통지문: 쓴 것, 서울이 읽을 수 있는 것",
            f"{len(relayed)}, {sum(i in relayed for i in reports['seoul']['notes'])}",
            "2, 0",
        ),
    )


def _drawable(world: Path) -> frozenset[str]:
    """Who may be drawn, read from the file itself: consents given, and nobody goes on for them."""
    consenting, succeeded = set(), set()
    with (world / "seoul" / "applications.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            succeeded.add(row["앞선 신청번호"])
            if all(need in row["동의"].split(";") for need in NEEDED_CONSENTS):
                consenting.add(row["신청번호"])
    return frozenset(consenting - succeeded)


def _records(world: Path) -> dict[str, str]:
    with (world / "pyongyang" / "register.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["등록번호"]: row["생사"] for row in csv.DictReader(file)}


def _stated(report: Report) -> dict[str, int]:
    return {name: count for _, name, count, _ in report["lines"]}


def _reasons(report: Report, name: str) -> list[list[Any]]:
    return [reason for _, line, _, reasons in report["lines"] if line == name for reason in reasons]


def _count(pairs: Mapping[PairRef, str], state: PairState) -> int:
    return sum(one == state for one in pairs.values())


def _equal(en: str, ko: str, stated: object, truth: object) -> Line:
    return Line(en, ko, str(stated), str(truth))
