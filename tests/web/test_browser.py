"""The pages in headless Chromium: axe, two widths, two languages, and the deeds a clerk does by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conftest import OtherOffice
from tests.web.conftest import OpenPage, faults_of, shoot, sideways
from tests.web.furnishing import furnish, model

from sangbong.office.core.roles import Role

pytestmark = [pytest.mark.django_db, pytest.mark.browser]

CLERK, OFFICER, AUDITOR = Role.CLERK, Role.LIAISON_OFFICER, Role.AUDITOR
PAGES = (
    ("/", OFFICER),
    ("/families", CLERK),
    ("/families?age=85", CLERK),
    ("/families/KR-SEL-A-000001", CLERK),
    ("/families/news", CLERK),
    ("/families/imports", CLERK),
    ("/families/imports/{bad}", CLERK),
    ("/rounds", CLERK),
    ("/rounds/video-8", CLERK),
    ("/rounds/video-8/lists/first", CLERK),
    ("/inquiries", OFFICER),
    ("/inquiries/asked/round-video-8", OFFICER),
    ("/inquiries/came/{incoming}", OFFICER),
    ("/inquiries/sought/{entry}", OFFICER),
    ("/letters", OFFICER),
    ("/letters/{letter}", OFFICER),
    ("/sittings", OFFICER),
    ("/sittings/{sitting}", OFFICER),
    ("/channel", OFFICER),
    ("/channel/notes", OFFICER),
    ("/permits", CLERK),
    ("/reports", AUDITOR),
    ("/reports/video-8", AUDITOR),
    ("/office", AUDITOR),
    ("/office/audit?check=1", AUDITOR),
    ("/no/such/page", CLERK),
)


@pytest.fixture
def filled(live_server: object, counterpart: OtherOffice, tmp_path: Path) -> dict[str, int]:
    """An office with three rows in every list, and the numbers of some."""
    furnish(1, 3, tmp_path)
    return {
        "bad": model("ImportBatch").objects.filter(fault_count__gt=0).first().pk,
        "incoming": model("IncomingInquiry").objects.first().pk,
        "entry": model("IncomingEntry").objects.order_by("pk").first().pk,
        "letter": model("Letter").objects.order_by("pk").first().pk,
        "sitting": model("Sitting").objects.order_by("pk").first().pk,
    }


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1440, "en")])
def test_page_has_no_fault_and_fits_its_window(
    open_page: OpenPage, filled: dict[str, int], width: int, language: str
) -> None:
    found = []
    for path, role in PAGES:
        page = open_page(path.format(**filled), role=role, language=language, width=width)
        name = path.strip("/").split("?")[0].replace("/", "-").replace("{", "").replace("}", "")
        shoot(page, f"{name or 'today'}-{language}-{width}")
        found.append((path, sideways(page), faults_of(page)))
        page.close()
    assert [line for line in found if line[1] or line[2]] == []


@pytest.fixture
def waiting(filled: dict[str, int]) -> dict[str, int]:
    """The same office where a press of every kind waits."""
    model("Round").objects.filter(code="case-2").update(state="second_list_made")
    model("Round").objects.filter(code="video-8").update(state="final_list_sent")
    for place, row in enumerate(model("Candidate").objects.order_by("rank"), start=1):
        row.second, row.second_place = row.final, row.final_place = "chosen", place
        row.save()
    model("Sitting").objects.all().delete()
    model("Proposal").objects.all().delete()
    for row, state in zip(
        model("IncomingEntry").objects.order_by("pk"), ("found", "filed", "settled"), strict=True
    ):
        row.state = state
        row.save()
    return filled


DEEDS = (
    ("/rounds/case-2", CLERK, "Ask the other side"),
    ("/rounds/video-8/lists/final?person=KR-SEL-A-000002", CLERK, "Withdraw the family"),
    ("/inquiries/came/{incoming}", OFFICER, "Search our records"),
    ("/inquiries/came/{incoming}/release?part=complete", OFFICER, "Release and complete the reply"),
    ("/inquiries/sought/{entry}", OFFICER, "Write down their answer"),
    ("/sittings", OFFICER, "Propose sittings"),
)


@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1440, "en")])
def test_page_with_a_press_has_no_fault_and_fits_its_window(
    open_page: OpenPage, waiting: dict[str, int], width: int, language: str
) -> None:
    found = []
    for path, role, button in DEEDS:
        page = open_page(path.format(**waiting), role=role, language=language, width=width)
        shoot(page, f"deed-{button.lower().replace(' ', '-')}-{language}-{width}")
        pressed = page.get_by_role("button", name=button, exact=True).count()
        found.append((path, pressed, sideways(page), faults_of(page)))
        page.close()
    wanted = 1 if language == "en" else 0
    assert [line for line in found if line[1] != wanted or line[2] or line[3]] == []


def test_clerk_writes_an_answer_down(open_page: OpenPage, filled: dict[str, int]) -> None:
    page = open_page("/rounds/video-8/lists/first", role=CLERK, language="en", width=390)
    page.get_by_role("link", name="Write down an answer").nth(1).click()
    page.get_by_label("willing", exact=True).check()
    page.get_by_label("Health").select_option("well_with_help")
    shoot(page, "deed-answer-en-390")
    assert (sideways(page), faults_of(page)) == ([], "")
    page.get_by_role("button", name="Write down their answer").click()
    page.get_by_text("Written down for application KR-SEL-A-000002: willing").wait_for()
    shoot(page, "deed-answered-en-390")
    assert (sideways(page), faults_of(page)) == ([], "")


def test_sign_in_pages_have_no_fault(open_page: OpenPage, office: object) -> None:
    for path in ("/sign-in", "/sign-in/once/token"):
        page = open_page(path, role=None, width=390)
        shoot(page, path.strip("/").replace("/", "-"))
        assert (sideways(page), faults_of(page)) == ([], "")


def test_film_plays(open_page: OpenPage, filled: dict[str, int]) -> None:
    page = open_page(f"/letters/{filled['letter']}")
    seconds = page.evaluate(
        """async () => {
          const film = document.querySelector("video");
          film.muted = true;
          await film.play();
          await new Promise((done) => { film.ontimeupdate = () => film.currentTime > 0.3 && done(); });
          return [film.duration, film.videoWidth];
        }"""
    )
    assert (round(seconds[0]), seconds[1]) == (2, 320)


def test_officer_finds_with_a_reason(open_page: OpenPage, filled: dict[str, int]) -> None:
    page = open_page(f"/inquiries/sought/{filled['entry']}", language="en")
    page.get_by_label("alive", exact=True).check()
    page.get_by_label("Reason").fill("Father and county agree; the mother was asked by telephone.")
    page.get_by_role("button", name="Record the finding").click()
    page.get_by_text("found, to be asked first").wait_for()
    page.get_by_label("willing").check()
    page.get_by_role("button", name="Write down their answer").click()
    page.get_by_text("has answered").first.wait_for()
    entry = model("IncomingEntry").objects.get(pk=filled["entry"])
    assert (entry.state, entry.answer) == ("answered", "willing")


def test_film_is_released_by_a_second_person_only(
    open_page: OpenPage, filled: dict[str, int]
) -> None:
    path = f"/letters/{filled['letter']}"
    page = open_page(path, language="en")
    page.get_by_label("Nothing speaks against it").check()
    page.get_by_role("button", name="Write it down").click()
    page.get_by_text("another officer has to release it").wait_for()
    assert page.get_by_role("button", name="Release it to the other side").count() == 0
    second = open_page(path, role=Role.COMPLIANCE, language="en")
    assert second.get_by_role("button", name="Release it to the other side").count() == 1


def test_narrow_rail_opens_by_its_button(open_page: OpenPage, filled: dict[str, int]) -> None:
    page = open_page("/", language="en", width=390)
    rail = page.get_by_role("navigation", name="Work")
    assert not rail.is_visible()
    page.get_by_role("button", name="Menu").click()
    assert rail.get_by_role("link", name="Channel").is_visible()


def test_list_narrows_without_leaving_the_page(open_page: OpenPage, filled: dict[str, int]) -> None:
    page = open_page("/families", role=CLERK, language="en")
    page.evaluate("window.stayed = true")
    page.get_by_label("Seeks").select_option("direct")
    page.get_by_text("applications: seeking parents, children or a spouse").wait_for()
    assert page.evaluate("window.stayed") is True
    assert page.url.endswith("/families?name=&age=&tier=direct&alive=")


def test_arrows_walk_a_list(open_page: OpenPage, filled: dict[str, int]) -> None:
    page = open_page("/families", role=CLERK)
    page.locator("a.open").first.focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "KR-SEL-A-000002"


def test_skip_link_leads_past_the_rail(open_page: OpenPage, filled: dict[str, int]) -> None:
    page = open_page("/families", role=CLERK)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_everything_to_press_is_large_enough(open_page: OpenPage, filled: dict[str, int]) -> None:
    small = []
    for path in ("/", "/families", "/letters/{letter}", "/sittings", "/inquiries/sought/{entry}"):
        page = open_page(path.format(**filled), width=390)
        small += page.evaluate(
            """() => [...document.querySelectorAll("button, a.press, a.open, .rail a, .chips a, select, input:not([type=hidden])")]
              .filter((e) => e.offsetParent && !e.closest("label"))
              .map((e) => [e.tagName, e.textContent.trim(), e.getBoundingClientRect().height])
              .filter((line) => line[2] < 39.5)"""
        )
    assert small == []
