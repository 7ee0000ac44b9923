"""The demo as a visitor runs it, small: two real offices, one round, and the film at the other end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SANGBONG = [sys.executable, "-m", "sangbong.cli"]
PASSWORD = "a long enough one"

pytestmark = [pytest.mark.journey, pytest.mark.xdist_group("whole-round"), pytest.mark.timeout(300)]


@dataclass(frozen=True, slots=True)
class Round:
    """What the demo left behind: its two offices and what it printed."""

    folder: Path
    told: str
    status: int


def clean_environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("SANGBONG_")}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Round:
    folder = tmp_path_factory.mktemp("demo") / "offices"
    done = subprocess.run(
        [*SANGBONG, "demo", "--once", "--applicants", "120", "--register", "600", "--keep", str(folder)],
        capture_output=True, text=True, check=False, env=clean_environment(),
    )  # fmt: skip
    return Round(folder, done.stdout + done.stderr, done.returncode)


def test_every_number_of_the_funnel_agrees_with_the_truth(played: Round) -> None:
    assert played.status == 0, played.told
    assert "DIFFERS" not in played.told
    assert "the round is closed; its report is ready" in played.told
    assert "released → delivered" in played.told


@pytest.mark.parametrize("side", ["seoul", "pyongyang"])
def test_both_trails_are_whole_for_an_auditor_without_the_office(played: Round, side: str) -> None:
    database = played.folder / side / "office.sqlite3"
    done = subprocess.run(
        [*SANGBONG, "--home", str(played.folder / "nowhere"), "audit", "verify", str(database)],
        capture_output=True, text=True, check=False, env=clean_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert done.stdout.startswith("whole: ")


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def pyongyang(played: Round) -> Iterator[str]:
    """The address of the other office, served by its own command."""
    home = played.folder / "pyongyang"
    subprocess.run(
        [*SANGBONG, "--home", str(home), "office", "staff", "visitor", "--name", "손님",
         "--role", "liaison_officer", "--password", PASSWORD],
        check=True, capture_output=True, env=clean_environment(),
    )  # fmt: skip
    port = free_port()
    process = subprocess.Popen(
        [*SANGBONG, "--home", str(home), "serve", "--port", str(port)], env=clean_environment()
    )
    try:
        address = f"http://pyongyang.localhost:{port}"
        wait_for(f"http://127.0.0.1:{port}/sign-in")
        yield address
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def wait_for(address: str) -> None:
    for _ in range(200):
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the office does not answer")


def wait_until_played(page: Page, *, beyond: float) -> None:
    """Look from outside: the page's policy forbids a script of ours to wait inside it."""
    for _ in range(200):
        if page.evaluate("document.querySelector('video').currentTime") > beyond:
            return
        page.wait_for_timeout(100)
    pytest.fail(f"the film did not play beyond {beyond} s")


@pytest.mark.browser
def test_the_film_plays_in_the_other_offices_page(pyongyang: str, chromium: Browser) -> None:
    with chromium.new_page() as page:
        page.goto(f"{pyongyang}/sign-in")
        page.fill("input[name=username]", "visitor")
        page.fill("input[name=password]", PASSWORD)
        page.click("form.sheet button")
        page.goto(f"{pyongyang}/letters/1")
        page.evaluate("document.querySelector('video').muted = true")
        page.evaluate("document.querySelector('video').play()")
        wait_until_played(page, beyond=0.5)
        film = page.evaluate(
            "(v => [v.videoWidth, v.videoHeight, Math.round(v.duration), v.error])"
            "(document.querySelector('video'))"
        )
        # a jump to the end asks the archive for a range of its pieces
        page.evaluate("document.querySelector('video').currentTime = 27")
        wait_until_played(page, beyond=27.2)
    assert film == [1280, 720, 30, None]
