from __future__ import annotations

import pytest

from sangbong.kernel.errors import SangbongError
from sangbong.letters.core.machine import TRANSITIONS
from sangbong.letters.core.screening import (
    DEED_OF,
    ScreeningDecision,
    check_release,
    check_screening,
)


def code_of(call: object, **params: object) -> str:
    with pytest.raises(SangbongError) as caught:
        call(**params)  # type: ignore[operator]
    assert caught.value.text("ko")
    return caught.value.code


def test_a_second_person_may_release() -> None:
    check_release(staff="han", recorded_by="seo", screened_by="seo")


@pytest.mark.parametrize(
    ("staff", "recorded_by", "screened_by", "code"),
    [
        ("seo", "seo", "han", "letters.second_person"),
        ("han", "seo", "han", "letters.second_person"),
        ("system:worker", "seo", "han", "letters.person_only"),
        ("", "seo", "han", "letters.person_only"),
    ],
)
def test_nobody_releases_alone_and_no_machine_does(
    staff: str, recorded_by: str, screened_by: str, code: str
) -> None:
    assert (
        code_of(check_release, staff=staff, recorded_by=recorded_by, screened_by=screened_by)
        == code
    )


def test_screening_keeps_a_trimmed_reason() -> None:
    passed = check_screening(staff="han", decision=ScreeningDecision.PASS, reason=" ")
    again = check_screening(staff="han", decision=ScreeningDecision.RETAKE, reason=" 소리 ")
    assert (passed, again) == ("", "소리")


@pytest.mark.parametrize(
    ("staff", "decision", "reason", "code"),
    [
        ("han", ScreeningDecision.RETAKE, "  ", "letters.reason_missing"),
        ("han", ScreeningDecision.PASS, "가" * 301, "letters.reason_too_long"),
        ("system:worker", ScreeningDecision.PASS, "", "letters.person_only"),
    ],
)
def test_a_screening_without_reason_or_person_is_refused(
    staff: str, decision: ScreeningDecision, reason: str, code: str
) -> None:
    assert code_of(check_screening, staff=staff, decision=decision, reason=reason) == code


def test_every_decision_is_a_deed_of_the_machine() -> None:
    deeds = {deed for _, deed in TRANSITIONS}
    assert {DEED_OF[decision] for decision in ScreeningDecision} <= deeds
