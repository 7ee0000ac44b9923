"""A short run of `make campaign ONLY=names`, and that it would notice."""

from __future__ import annotations

import pytest
from campaigns import names
from campaigns.result import Wishes

from sangbong.kernel.errors import Place, SangbongError
from sangbong.names import dates, text
from sangbong.names.person import read_name
from sangbong.names.tradition import tradition


def test_writings_that_nobody_should_have_sent_are_read_or_refused_with_place_and_reason() -> None:
    said: list[str] = []
    result = names.run(Wishes(seed=20180625, trials=400, workers=1), say=said.append)
    assert (result.trials, result.failures) == (400, 0), said
    assert result.planted_bug_caught
    assert 0 < result.planted_bug_caught_at <= names.PLANTED_TRIALS_MAX


def test_one_writing_can_be_tried_again() -> None:
    said: list[str] = []
    result = names.run(Wishes(seed=7, trials=1, workers=1, only_round=3), say=said.append)
    assert (result.rounds, result.failures) == (1, 0)
    assert "round 3" in said[0]


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (SangbongError("names.unheard_of", place=Place(column=names.COLUMN)), "undocumented"),
        (SangbongError("names.empty"), "without its place"),
        (SangbongError("names.kin_unknown", place=Place(column=names.COLUMN)), "no en sentence"),
        (
            SangbongError("names.kin_unknown", place=Place(column=names.COLUMN), term="x" * 900),
            "characters in en",
        ),
        (
            SangbongError("names.kin_unknown", place=Place(column=names.COLUMN), term="x"),
            "",
        ),
    ],
)
def test_a_refusal_that_a_person_cannot_act_on_is_a_fault(error: SangbongError, fault: str) -> None:
    found = names._refusal_fault(error)
    assert fault in found
    assert bool(found) is bool(fault)


def test_a_name_of_a_hundred_syllables_is_read_too() -> None:
    # found by the campaign, seed 77, round 16151: a product of so many shares was nothing at all
    name = read_name("하모나 코토" + "네가" * 40, column="칸")
    assert sum(each.weight for each in tradition("korean").readings(name)) == pytest.approx(1.0)


def test_a_call_that_hangs_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "CALL_CPU_S_MAX", 0.05)

    def hangs(*args: object, **facts: object) -> None:
        while True:
            pass

    monkeypatch.setattr(text, "_refuse_hidden", hangs)
    faults = (names.tried(20180625, number)[0] for number in range(80))
    assert any("CPU seconds" in fault for fault in faults)


def test_any_other_exception_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args: object, **facts: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(dates, "_span", fails)
    faults = [names.tried(20180625, number)[0] for number in range(80)]
    assert any("ZeroDivisionError" in fault for fault in faults)
