"""`sangbong line …`: today at a glance, and a call written down."""

from __future__ import annotations

import pytest
from tests.cli.test_import_and_note_commands import Office, seoul
from tests.conftest import DAY_OF_DRAW, OtherOffice

from sangbong.office.core.clock import FixedClock

__all__ = ["seoul"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def morning(settings: object, counterpart: OtherOffice) -> None:
    settings.CLOCK = FixedClock(DAY_OF_DRAW)  # type: ignore[attr-defined]


def test_today_shows_the_line_its_calls_and_what_waits(seoul: Office) -> None:
    status, said, _err = seoul.run("line", "today", "--with", "KP-PYO")
    assert status == 0
    assert said.splitlines() == [
        (
            "판문점 연락채널 / Panmunjom line: 복원 / restored 2018-01-03 15:30 published: "
            "hankyung.com/article/201801032018Y"
        ),
        "09:00 개시통화 / opening call: 기록 없음 / nothing written down",
        "16:00 마감통화 / closing call: 통화 예정 / expected",
        "ours call_to_write 1 (2018-06-25)",
    ]


def test_a_call_is_written_down_once(seoul: Office) -> None:
    call = ["line", "call", "--with", "KP-PYO", "--call", "opening", "--outcome", "made"]
    status, said, _err = seoul.run(*call, "--spoke-with", "리명국")
    assert (status, said[:5]) == (0, "call:")
    assert "통화함 / made" in seoul.run("line", "today", "--with", "KP-PYO")[1]
    status, _said, err = seoul.run(*call)
    assert status == 2
    assert "was written down already" in err


def test_a_line_without_that_call_or_an_unknown_office_is_told(seoul: Office) -> None:
    call = ["line", "call", "--call", "opening", "--outcome", "made"]
    assert "No call is due" in seoul.run(*call, "--with", "KP-PYO", "--line", "kaesong")[2]
    assert seoul.run(*call, "--with", "JP-TYO")[0] == 2


def test_before_anything_was_said_a_line_is_unknown(
    seoul: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sangbong.programmes.korea.lines.events_between", lambda one, other: ())
    said = seoul.run("line", "today", "--with", "KP-PYO")[1]
    assert said.splitlines()[0] == "판문점 연락채널 / Panmunjom line: 알 수 없음 / nobody has said"
