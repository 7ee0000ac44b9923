"""Signing in: passwords, one-time links, throttling, where it leads."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.core.cache import cache
from django.test import Client
from tests.web.conftest import hire

from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.office import operations, queries
from sangbong.office.adapters.clock import SystemClock
from sangbong.office.core.actor import Actor
from sangbong.office.core.roles import Role
from sangbong.web import hashers

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough password"


@pytest.fixture(autouse=True)
def _fresh_counters() -> None:
    cache.clear()


@pytest.fixture
def kim(office: OfficeCode) -> str:
    operations.add_staff(
        now=datetime(2018, 6, 25, tzinfo=UTC),
        actor=Actor("system:init", "founding"),
        username="kim",
        display_name="김하늘",
        role=Role.CLERK,
        password=PASSWORD,
    )
    return "kim"


def test_right_password_leads_to_the_page_that_was_asked_for(kim: str) -> None:
    client = Client()
    response = client.post(
        "/sign-in", {"username": kim, "password": PASSWORD, "next": "/families?age=90"}
    )
    assert (response.status_code, response["Location"]) == (302, "/families?age=90")
    assert client.get("/").status_code == 200
    last = queries.latest_audit_entries(limit=1)[0]
    assert (last.staff, last.action, last.facts) == ("kim", "office.sign_in", (("by", "password"),))


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_sign_in_never_leads_to_another_site(kim: str, next_page: str) -> None:
    response = Client().post("/sign-in", {"username": kim, "password": PASSWORD, "next": next_page})
    assert response["Location"] == "/"


def test_five_wrong_passwords_make_the_name_wait_on_that_machine_only(kim: str) -> None:
    client = Client(REMOTE_ADDR="10.0.0.7")
    for _ in range(5):
        response = client.post("/sign-in", {"username": kim, "password": "wrong"})
        assert response.status_code == 422
        assert "서로 맞지 않습니다" in response.content.decode()
    response = client.post("/sign-in", {"username": kim, "password": PASSWORD})
    assert response.status_code == 422
    assert "15분" in response.content.decode()
    elsewhere = Client(REMOTE_ADDR="10.0.0.8")
    assert elsewhere.post("/sign-in", {"username": kim, "password": PASSWORD}).status_code == 302


def test_unknown_name_and_wrong_password_are_told_alike(kim: str) -> None:
    bodies = []
    for username in (kim, "nobody"):
        response = Client().post("/sign-in", {"username": username, "password": "wrong"})
        text = response.content.decode().replace(f'value="{username}"', "")
        bodies.append(text[text.index("<h1") : text.index('name="csrfmiddlewaretoken"')])
    assert bodies[0] == bodies[1]


def test_link_signs_in_once_and_only_by_pressing_the_button(office: OfficeCode) -> None:
    username = hire(Role.CLERK)
    operations.make_sign_in_link(
        now=SystemClock().now(),
        actor=Actor("system:demo", "demo"),
        username=username,
        token="t0ken",
    )
    client = Client()
    assert client.get("/sign-in/once/t0ken").status_code == 200
    assert client.get("/sign-in/once/t0ken").status_code == 200
    assert client.get("/").status_code == 302
    assert client.post("/sign-in/once/t0ken").status_code == 302
    assert client.get("/").status_code == 200
    assert Client().post("/sign-in/once/t0ken").status_code == 422


def test_signing_out_ends_the_session(kim: str) -> None:
    client = Client()
    client.post("/sign-in", {"username": kim, "password": PASSWORD})
    assert client.post("/sign-out").status_code == 302
    assert client.get("/").status_code == 302


def test_no_more_passwords_are_checked_at_once_than_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now_inside, most, lock = 0, 0, threading.Lock()
    gate = threading.Event()

    def slow_verify(self: object, password: str, encoded: str) -> bool:
        nonlocal now_inside, most
        with lock:
            now_inside += 1
            most = max(most, now_inside)
        gate.wait(0.05)
        with lock:
            now_inside -= 1
        return True

    monkeypatch.setattr(hashers.Argon2PasswordHasher, "verify", slow_verify)
    hasher = hashers.BoundedArgon2PasswordHasher()
    storm = [threading.Thread(target=hasher.verify, args=("p", "e")) for _ in range(12)]
    for thread in storm:
        thread.start()
    for thread in storm:
        thread.join()
    assert most == 2


def test_a_storm_that_lasts_too_long_is_told_to_wait(
    kim: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashers, "WAIT_SECONDS", 0.01)
    monkeypatch.setattr(hashers, "_turn", threading.BoundedSemaphore(1))
    with hashers._one_of_few():
        with pytest.raises(SangbongError, match=r"web\.sign_in_busy"):
            hashers.BoundedArgon2PasswordHasher().verify("p", "e")
        response = Client().post("/sign-in", {"username": kim, "password": PASSWORD})
    assert response.status_code == 422
    assert "로그인하는 사람이 많습니다" in response.content.decode()


def test_pages_carry_the_headers_that_keep_them_private(kim: str) -> None:
    response = Client().get("/sign-in")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


def test_choices_of_display_are_kept_and_odd_ones_are_not(kim: str, settings: object) -> None:
    client = Client()
    client.post("/preferences", {"size": "4", "next": "/sign-in"})
    client.post("/preferences", {"contrast": "dark", "language": "en", "next": "/sign-in"})
    client.post("/preferences", {"size": "9", "contrast": "pink", "next": "/sign-in"})
    text = client.get("/sign-in").content.decode()
    assert '<html lang="en" data-size="4" data-contrast="dark">' in text


def test_language_of_a_member_of_staff_is_used_until_this_machine_chose_one(
    office: OfficeCode,
) -> None:
    from django.contrib.auth import get_user_model

    username = hire(Role.CLERK, language="en")
    client = Client(HTTP_ACCEPT_LANGUAGE="ko")
    client.force_login(get_user_model().objects.get(username=username))
    assert '<html lang="en"' in client.get("/").content.decode()
    client.post("/preferences", {"language": "ko"})
    assert '<html lang="ko"' in client.get("/").content.decode()


def test_a_blocked_member_of_staff_is_out_at_once(kim: str) -> None:
    from django.contrib.auth import get_user_model

    client = Client()
    client.post("/sign-in", {"username": kim, "password": PASSWORD})
    get_user_model().objects.filter(username=kim).update(is_active=False)
    assert client.get("/").status_code == 302
