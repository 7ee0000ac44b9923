"""The cast and the two offices that tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings as hypothesis_settings

from sangbong.kernel.ids import OfficeCode
from sangbong.office.adapters import keystore
from sangbong.office.adapters.keystore import OfficeKeys
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# No test is timed: a busy machine is no fault. At a desk every run looks at new examples; CI at the
# same ones each time, so that a change is judged and not the dice. `make fast` looks at few, and
# `--hypothesis-profile=soak` at many.
hypothesis_settings.register_profile("desk", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis_settings.register_profile("fast", max_examples=15, deadline=None)
hypothesis_settings.register_profile("soak", max_examples=1000, deadline=None)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "desk")

CHROMIUM = Path("/usr/bin/chromium")
DAY_OF_DRAW = datetime(2018, 6, 25, 1, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OtherOffice:
    """The office across: its code and, unlike in life, its secret keys."""

    code: OfficeCode
    keys: OfficeKeys
    statement: bytes


@pytest.fixture
def now() -> datetime:
    """The morning of the draw of 2018, at Seoul 10:00."""
    return DAY_OF_DRAW


@pytest.fixture(scope="session")
def key_homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Folders with the keys of both offices, made once: keys cost time."""
    ours, theirs = tmp_path_factory.mktemp("seoul"), tmp_path_factory.mktemp("pyongyang")
    keystore.make_keys(
        ours, code="KR-SEL", name_ko="서울 사무소", name_en="Seoul office", now=DAY_OF_DRAW
    )
    keystore.make_keys(
        theirs, code="KP-PYO", name_ko="평양 사무소", name_en="Pyongyang office", now=DAY_OF_DRAW
    )
    return ours, theirs


@pytest.fixture
def office(db: None, settings: object, key_homes: tuple[Path, Path], tmp_path: Path) -> OfficeCode:
    """Our office in Seoul, founded in a folder of its own."""
    from sangbong.office import operations

    home = tmp_path / "office"
    home.mkdir()
    (home / "keys").symlink_to(key_homes[0] / "keys")
    settings.OFFICE_HOME = home  # type: ignore[attr-defined]
    return operations.found_office(
        now=DAY_OF_DRAW,
        code="KR-SEL",
        name_ko="서울 사무소",
        name_en="Seoul office",
        programme="korea",
        time_zone="Asia/Seoul",
        languages=["ko", "en"],
        drill=True,
    )


@pytest.fixture
def counterpart(office: OfficeCode, key_homes: tuple[Path, Path]) -> OtherOffice:
    """The office in Pyongyang, added and confirmed here."""
    from sangbong.office import operations

    keys = keystore.load_keys(key_homes[1])
    statement = keystore.current_statement(key_homes[1]).data
    who = Actor("ministry", "key meeting")
    code = operations.add_counterpart(now=DAY_OF_DRAW, actor=who, statement=statement)
    operations.confirm_counterpart(now=DAY_OF_DRAW, actor=who, code=code)
    return OtherOffice(code=code, keys=keys, statement=statement)


def _staff(username: str, name: str, role: Role) -> Actor:
    from sangbong.office import operations

    operations.add_staff(
        now=DAY_OF_DRAW,
        actor=Actor("system:init", "founding"),
        username=username,
        display_name=name,
        role=role,
        password=None,
    )
    return Actor(username, "round 21")


@pytest.fixture
def clerk(office: OfficeCode) -> Actor:
    """Mrs Seo, who registers families."""
    return _staff("seo", "서은하", Role.CLERK)


@pytest.fixture
def officer(office: OfficeCode) -> Actor:
    """Officer Han, who speaks with the other side."""
    return _staff("han", "한도윤", Role.LIAISON_OFFICER)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for all browser tests."""
    if not CHROMIUM.exists():
        pytest.fail("chromium is missing: apt-get install chromium fonts-noto-cjk")
    # Playwright's loop runs in this thread; our ORM calls between its steps are meant
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--force-color-profile=srgb"]
        )
        yield browser
        browser.close()
