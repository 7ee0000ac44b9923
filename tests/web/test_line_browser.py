"""The pages of the line in headless Chromium: axe, two widths, two languages, one deed by hand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.conftest import OtherOffice
from tests.web.conftest import OpenPage, faults_of, hire, shoot, sideways
from tests.web.furnishing import model
from tests.web.furnishing_line import furnish_line

from sangbong.office.core.clock import FixedClock
from sangbong.office.core.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.browser]

PAGES = (
    "/channel",
    "/channel/dispatches",
    "/channel/dispatches/{dispatch}",
    "/channel/duty",
    "/channel/KP-PYO/calls",
    "/channel/KP-PYO/line",
    "/channel/KP-PYO/presence",
    "/channel/KP-PYO/meetings",
    "/channel/meetings/{meeting}",
    "/channel/KP-PYO/offers",
    "/channel/offers/{offer}",
    "/channel/KP-PYO/packing-list",
)


def named(path: str) -> str:
    return path.strip("/").replace("/", "-").replace("{", "").replace("}", "")


@pytest.fixture
def filled(live_server: object, counterpart: OtherOffice) -> dict[str, object]:
    """An office whose officers have written down eight days."""
    hire(Role.LIAISON_OFFICER)
    furnish_line(1, 8)
    return {
        "dispatch": model("OutboxDispatch").objects.order_by("pk").first().dispatch_id,
        "meeting": model("MeetingRow").objects.order_by("pk").first().pk,
        "offer": model("OfferRow").objects.order_by("pk").first().pk,
    }


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1440, "en")])
def test_page_of_the_line_has_no_fault_and_fits_its_window(
    open_page: OpenPage, filled: dict[str, object], width: int, language: str
) -> None:
    found = []
    for path in PAGES:
        page = open_page(path.format(**filled), language=language, width=width)
        shoot(page, f"line-{named(path)}-{language}-{width}")
        found.append((path, sideways(page), faults_of(page)))
        page.close()
    assert [line for line in found if line[1] or line[2]] == []


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1440, "en")])
def test_page_of_an_office_without_records_has_no_fault(
    open_page: OpenPage, live_server: object, counterpart: OtherOffice, width: int, language: str
) -> None:
    found = []
    for path in PAGES:
        if "{" in path:
            continue
        page = open_page(path, language=language, width=width)
        shoot(page, f"line-empty-{named(path)}-{language}-{width}")
        found.append((path, sideways(page), faults_of(page)))
        page.close()
    assert [line for line in found if line[1] or line[2]] == []


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1440, "en"), (1440, "ko")])
def test_fifty_years_of_lines_are_drawn_and_listed(
    open_page: OpenPage,
    settings: object,
    live_server: object,
    counterpart: OtherOffice,
    width: int,
    language: str,
) -> None:
    settings.CLOCK = FixedClock(datetime(2026, 11, 2, 1, 0, tzinfo=UTC))  # type: ignore[attr-defined]
    page = open_page("/channel/KP-PYO/line", language=language, width=width)
    shoot(page, f"line-fifty-years-{language}-{width}")
    assert page.locator("svg.line-art").is_visible() is (width > 700)
    assert page.locator(".runs > li.down").count() == 8 + 1 + 3 + 3
    assert (sideways(page), faults_of(page)) == ([], "")


def test_an_officer_writes_down_that_nobody_answered_and_takes_it_back(
    open_page: OpenPage, filled: dict[str, object]
) -> None:
    model("CallRow").objects.all().delete()
    page = open_page("/channel", language="en", width=390)
    page.get_by_role("button", name="Nobody answered").first.click()
    page.get_by_text("Written down.").wait_for()
    shoot(page, "line-deed-missed-en-390")
    assert (sideways(page), faults_of(page)) == ([], "")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_text("The record is corrected").wait_for()
    assert model("LineCorrection").objects.filter(why="pressed by mistake").count() == 1
