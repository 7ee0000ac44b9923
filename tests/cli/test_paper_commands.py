"""`sangbong paper …`, as typed: from the print to the second person's word."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.conftest import OtherOffice

from sangbong.cli.paper import paper
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations
from sangbong.liaison.core.custody.papers import NotePaper
from sangbong.liaison.core.paper.paper import Choice
from sangbong.liaison.queries.paper import sheet
from sangbong.office.core.actor import Actor
from sangbong.office.core.clock import FixedClock

pytestmark = pytest.mark.django_db
SCAN = b"\x89PNG\r\n\x1a\n" + bytes(64)


@pytest.fixture(autouse=True)
def booted(monkeypatch: pytest.MonkeyPatch, settings: object, now: datetime) -> None:
    """Django is set up already."""
    monkeypatch.setattr("sangbong.cli.boot.boot_founded", lambda _home: None)
    settings.CLOCK = FixedClock(now)  # type: ignore[attr-defined]


def said(*arguments: object) -> Result:
    return CliRunner().invoke(paper, [str(one) for one in arguments], obj=Path("office"))


@pytest.fixture
def dispatch(now: datetime, officer: Actor, clerk: Actor, counterpart: OtherOffice) -> str:
    return operations.send_note(
        now=now,
        actor=officer,
        recipient=OfficeCode("KP-PYO"),
        note=NotePaper(
            number="연락 2018-17",
            date=date(2018, 6, 25),
            sender_name="한도윤",
            sender_rank="연락관",
            text="명단을 접수하였습니다.\n",
        ),
    )


def test_a_paper_is_printed_handed_over_answered_and_compared(
    dispatch: str, tmp_path: Path
) -> None:
    assert said("list").output == ""
    out, scan = tmp_path / "paper.pdf", tmp_path / "scan.png"
    scan.write_bytes(SCAN)
    done = said("print", dispatch, "--out", out, "--by", "han")
    view = sheet(1)
    assert (done.exit_code, done.output) == (0, f"1: {view.paper_number}\n")
    assert out.read_bytes().startswith(b"%PDF-")

    handed = said("handed-over", 1, "--on", "2018-06-25", "--to", "리은성", "--by", "han")
    assert handed.exit_code == 0
    answered = said(
        *("answer", 1, "--scan", scan, "--paper-number", view.paper_number),
        *("--answer-number", dict(view.answers)[Choice.AGREED], "--received-on", "2018-06-25"),
        *("--received-by", "리은성", "--received-rank", "부장", "--by", "seo"),
    )
    assert answered.exit_code == 0, answered.exception
    reply = answered.output.strip()
    assert said("list").output.splitlines() == [
        "1: KP-PYO 연락 2018-17 handed_over 2018-06-25 리은성",
        f"reply {reply} to 1: typed",
    ]
    differs = said("compare", reply, "--differs", "직급", "--by", "han")
    assert (differs.exit_code, differs.output) == (0, "handed_over\n")
    assert said("list").output.splitlines()[1] == f"reply {reply} to 1: returned 직급"


def test_a_paper_is_spoiled_by_somebody_who_works_here(dispatch: str, tmp_path: Path) -> None:
    said("print", dispatch, "--out", tmp_path / "paper.pdf", "--by", "han")
    nobody = said("spoil", 1, "--why", "misprinted", "--by", "nobody")
    assert isinstance(nobody.exception, SangbongError)
    assert nobody.exception.code == "liaison.paper_staff"
    assert said("spoil", 1, "--why", "misprinted", "--by", "han").exit_code == 0
    assert said("list").output == "1: KP-PYO 연락 2018-17 spoiled\n"
