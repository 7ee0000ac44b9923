"""Signed-in browsers, with and without a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from sangbong.kernel.ids import OfficeCode
from sangbong.office.core.actor import Actor
from sangbong.office.core.clock import FixedClock
from sangbong.office.core.roles import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
NAMES = {
    Role.CLERK: ("seo", "서은하"),
    Role.LIAISON_OFFICER: ("han", "한도윤"),
    Role.HALL_OPERATOR: ("moon", "문지호"),
    Role.COMPLIANCE: ("jang", "장미래"),
    Role.AUDITOR: ("noh", "노재현"),
    Role.ADMINISTRATOR: ("bae", "배수진"),
}

SignIn = Callable[[Role], Client]


@pytest.fixture(autouse=True)
def plain_pages(settings: object, now: object) -> None:
    """Plain http, a clock that stands, no need for collected static files."""
    settings.CLOCK = FixedClock(now)  # type: ignore[attr-defined, arg-type]
    settings.SESSION_COOKIE_SECURE = False  # type: ignore[attr-defined]
    settings.CSRF_COOKIE_SECURE = False  # type: ignore[attr-defined]
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]  # type: ignore[attr-defined]


def hire(role: Role, *, language: str = "ko") -> str:
    """Make sure that somebody with this role works here."""
    from django.contrib.auth import get_user_model

    from sangbong.office import operations

    username, name = NAMES[role]
    if not get_user_model().objects.filter(username=username).exists():
        from datetime import UTC, datetime

        operations.add_staff(
            now=datetime(2018, 6, 25, 1, 0, tzinfo=UTC),
            actor=Actor("system:init", "founding"),
            username=username,
            display_name=name,
            role=role,
            password=None,
            language=language,
        )
    return username


@pytest.fixture
def sign_in(office: OfficeCode) -> SignIn:
    """A client signed in with a role."""
    from django.contrib.auth import get_user_model

    def signed_in(role: Role) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=hire(role)))
        return client

    return signed_in


OpenPage = Callable[..., "Page"]


@pytest.fixture
def open_page(
    chromium: Browser, live_server: object, sign_in: SignIn, settings: object
) -> Iterator[OpenPage]:
    """Open one of our pages as a role; a fault in the browser's console fails the test."""
    contexts: dict[tuple[object, ...], BrowserContext] = {}
    faults: list[str] = []

    def context_of(role: Role | None, language: str, width: int) -> BrowserContext:
        if (role, language, width) in contexts:
            return contexts[role, language, width]
        address = live_server.url  # type: ignore[attr-defined]
        cookies = {settings.LANGUAGE_COOKIE_NAME: language}  # type: ignore[attr-defined]
        if role is not None:
            name = settings.SESSION_COOKIE_NAME  # type: ignore[attr-defined]
            cookies[name] = sign_in(role).cookies[name].value
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        context.add_cookies([{"name": n, "value": v, "url": address} for n, v in cookies.items()])
        contexts[role, language, width] = context
        return context

    def opened(
        path: str,
        *,
        role: Role | None = Role.LIAISON_OFFICER,
        language: str = "ko",
        width: int = 1440,
    ) -> Page:
        page = context_of(role, language, width).new_page()
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.goto(live_server.url + path)  # type: ignore[attr-defined]
        return page

    yield opened
    for context in contexts.values():
        context.close()
    assert [f for f in faults if "404" not in f and "422" not in f] == []


def shoot(page: Page, name: str) -> None:
    """Keep a picture of the whole page for a human eye."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def faults_of(page: Page) -> str:
    """What axe finds wrong on a page, as text; empty where nothing is."""
    from axe_playwright_python.base import AXE_SCRIPT, AxeResults

    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    results = AxeResults(page.evaluate("axe.run({resultTypes: ['violations']})"))
    return results.generate_report() if results.violations_count else ""


_STICKING_OUT = """() => {
  const edge = window.innerWidth + 1;
  if (document.documentElement.scrollWidth <= edge) return [];
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > edge && !e.closest(".table:not(.cards), .timetable"))
    .map((e) => e.tagName + "." + e.getAttribute("class")).slice(0, 8);
}"""


def sideways(page: Page) -> list[str]:
    """What sticks out of the window, so that a page would have to be pushed sideways."""
    return list(page.evaluate(_STICKING_OUT))
