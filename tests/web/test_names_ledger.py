"""The comparison page tells why two names agree, part by part."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import OtherOffice
from tests.web.conftest import OpenPage, SignIn, faults_of, shoot, sideways
from tests.web.furnishing import furnish, model

from sangbong.kernel.errors import Language
from sangbong.office.core.roles import Role
from sangbong.web.console.names import names_ledger

RECORD = {"name": "리영희", "other_names": "복순 / Ri Yong Hui", "sex": "F"}
SOUGHT = {"name": "이영희", "house_name": "복순", "sex": "F"}


@pytest.mark.parametrize(
    ("language", "title"), [("ko", "두 이름이 얼마나 맞는지"), ("en", "How the two names agree")]
)
def test_the_best_pair_of_all_names_is_told(language: Language, title: str) -> None:
    ledger = names_ledger(RECORD, SOUGHT, language)
    assert ledger is not None
    assert ledger.title == title
    assert ledger.pair in {"리영희 · 이영희", "Ri Yong Hui · 이영희"}
    assert [line.left for line in ledger.lines][:3] == ["이", "영", "희"]
    assert all(line.why for line in ledger.lines)


def test_a_name_at_home_is_known_as_one() -> None:
    ledger = names_ledger({"name": "김춘자", "other_names": "복순"}, SOUGHT, "en")
    assert ledger is not None
    assert ledger.pair == "복순 · 복순"


def test_the_decade_of_birth_counts_where_it_can_be_read() -> None:
    ja = {"name": "김영자"}
    told = [
        names_ledger(ja, {"name": "김영자", "sex": "F", "birth": birth}, "en")
        for birth in ("1941-02-03", "1911", "", "in spring")
    ]
    weights = [ledger.lines[-1].bits for ledger in told if ledger is not None]
    assert weights[0] != weights[1]
    assert weights[2] == weights[3]


def test_without_a_name_there_is_no_ledger() -> None:
    assert names_ledger({"name": None}, SOUGHT, "ko") is None
    assert names_ledger(RECORD, {"name": "", "house_name": ""}, "ko") is None


def test_a_stored_name_that_no_longer_can_be_read_is_taken_as_it_stands() -> None:
    ledger = names_ledger({"name": "이영희(李英姬"}, SOUGHT, "ko")
    assert ledger is not None
    assert names_ledger({"name": "=1+1"}, SOUGHT, "ko") is None


@pytest.fixture
def entry(counterpart: OtherOffice, tmp_path: Path) -> int:
    """A person sought who faces a record of ours with other names too."""
    furnish(1, 3, tmp_path)
    found = model("IncomingEntry").objects.order_by("pk").first()
    found.sought = {**found.sought, **SOUGHT}
    found.save()
    for row in model("Comparison").objects.filter(entry=found):
        row.shown = {**row.shown, **RECORD}
        row.save()
    return int(found.pk)


@pytest.mark.django_db
def test_the_page_shows_the_ledger_under_the_name(entry: int, sign_in: SignIn) -> None:
    text = sign_in(Role.LIAISON_OFFICER).get(f"/inquiries/sought/{entry}").content.decode()
    assert text.index('class="ledger"') < text.index('class="total"')
    assert "두 이름이 얼마나 맞는지" in text


@pytest.mark.browser
@pytest.mark.django_db
@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1440, "en")])
def test_the_ledger_fits_its_window(
    live_server: object, open_page: OpenPage, entry: int, width: int, language: str
) -> None:
    page = open_page(
        f"/inquiries/sought/{entry}", role=Role.LIAISON_OFFICER, language=language, width=width
    )
    shoot(page, f"inquiries-names-{language}-{width}")
    assert (sideways(page), faults_of(page)) == ([], "")
