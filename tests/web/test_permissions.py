"""Every route, every role, every method, against a table written down here.

A new route without a line here fails; so does a line whose route is gone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from tests.web.conftest import SignIn

from sangbong.office.core.roles import Role
from sangbong.web.permissions import OPEN, GuardedView

pytestmark = pytest.mark.django_db

CLERK, OFFICER, HALL = Role.CLERK, Role.LIAISON_OFFICER, Role.HALL_OPERATOR
COMPLIANCE, AUDITOR, ADMIN = Role.COMPLIANCE, Role.AUDITOR, Role.ADMINISTRATOR
EVERYONE = frozenset(Role)
PEOPLE = frozenset({CLERK, OFFICER, COMPLIANCE})
ROUNDS = frozenset({CLERK, OFFICER, COMPLIANCE, AUDITOR, HALL})
TRACERS = frozenset({CLERK, OFFICER})
SITTINGS = frozenset({CLERK, OFFICER, HALL})
CHANNEL = frozenset({OFFICER, COMPLIANCE, AUDITOR, CLERK})
OVERSEERS = frozenset({ADMIN, AUDITOR, COMPLIANCE})
ONLY_CLERK = frozenset({CLERK})
ONLY_OFFICER = frozenset({OFFICER})

EXPECTED: dict[str, dict[str, frozenset[Role] | str]] = {
    "today": {"GET": EVERYONE},
    "sign-in": {"GET": OPEN, "POST": OPEN},
    "sign-in-once": {"GET": OPEN, "POST": OPEN},
    "sign-out": {"POST": OPEN},
    "preferences": {"POST": OPEN},
    "families": {"GET": PEOPLE},
    "families-news": {"GET": PEOPLE, "POST": ONLY_CLERK},
    "families-imports": {"GET": PEOPLE, "POST": ONLY_CLERK},
    "families-import": {"GET": PEOPLE},
    "families-import-undo": {"POST": ONLY_CLERK},
    "family": {"GET": PEOPLE},
    "rounds": {"GET": ROUNDS},
    "round": {"GET": ROUNDS},
    "round-act": {"POST": ONLY_CLERK},
    "round-ask": {"POST": ONLY_CLERK},
    "round-list": {"GET": PEOPLE},
    "candidate-answer": {"POST": ONLY_CLERK},
    "candidate-withdraw": {"POST": ONLY_CLERK},
    "inquiries": {"GET": TRACERS},
    "inquiry": {"GET": TRACERS},
    "inquiry-came": {"GET": TRACERS},
    "inquiry-search": {"POST": TRACERS},
    "inquiry-asked": {"POST": TRACERS},
    "inquiry-release": {"GET": frozenset({OFFICER}), "POST": frozenset({OFFICER})},
    "inquiry-comparison": {"GET": TRACERS, "POST": TRACERS},
    "letters": {"GET": PEOPLE},
    "letter": {"GET": PEOPLE},
    "letter-film": {"GET": PEOPLE},
    "letter-poster": {"GET": PEOPLE},
    "letter-screen": {"POST": TRACERS},
    "letter-release": {"POST": frozenset({COMPLIANCE, OFFICER})},
    "letter-deliver": {"POST": TRACERS},
    "sittings": {"GET": SITTINGS},
    "sitting": {"GET": SITTINGS, "POST": frozenset({OFFICER, HALL})},
    "sitting-propose": {"POST": frozenset({OFFICER, HALL})},
    "sitting-answer": {"POST": frozenset({OFFICER, HALL})},
    "channel": {"GET": CHANNEL},
    "channel-dispatches": {"GET": CHANNEL},
    "channel-dispatch": {"GET": CHANNEL},
    "channel-evidence": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-notes": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-duty": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-undo": {"POST": ONLY_OFFICER},
    "channel-meeting": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-offer": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-calls": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-line": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-presence": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-meetings": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-offers": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "channel-packing-list": {"GET": CHANNEL},
    "papers": {"GET": CHANNEL, "POST": ONLY_OFFICER},
    "paper": {"GET": CHANNEL},
    "paper-pdf": {"GET": CHANNEL},
    "paper-hand-over": {"POST": ONLY_OFFICER},
    "paper-spoil": {"POST": ONLY_OFFICER},
    "paper-scan": {"POST": TRACERS},
    "paper-reply": {"GET": TRACERS, "POST": TRACERS},
    "paper-compare": {"POST": TRACERS},
    "paper-reply-scan": {"GET": TRACERS},
    "permits": {"GET": ROUNDS},
    "reports": {"GET": EVERYONE},
    "report": {"GET": EVERYONE},
    "office": {"GET": OVERSEERS},
    "office-audit": {"GET": OVERSEERS},
    "office-keys": {"GET": OVERSEERS},
    "gallery": {"GET": EVERYONE},
}
SAMPLES = {
    "token": "a-token",
    "application_no": "KR-SEL-A-000001",
    "code": "video-8",
    "which": "first",
    "matter": "round-video-8",
    "proposer": "KP-PYO",
    "dispatch_id": "KR-SEL>KP-PYO/notes/1",
}
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


def patterns() -> Iterator[URLPattern]:
    def walk(resolver: URLResolver) -> Iterator[URLPattern]:
        for one in resolver.url_patterns:
            yield from walk(one) if isinstance(one, URLResolver) else [one]

    yield from walk(get_resolver())


def address_of(pattern: URLPattern) -> str:
    kwargs = {
        name: SAMPLES.get(name, 1) for name in re.findall(r"<\w+:(\w+)>", str(pattern.pattern))
    }
    return reverse(pattern.name or "", kwargs=kwargs)


def test_every_route_has_a_line_in_the_table_and_no_line_is_left_over() -> None:
    assert {pattern.name for pattern in patterns()} == set(EXPECTED)


def test_every_view_is_guarded() -> None:
    bare = [p.name for p in patterns() if not isinstance(p.callback, GuardedView)]
    assert bare == []


def test_anonymous_visitors_are_sent_to_sign_in_and_nowhere_else(office: object) -> None:
    client = Client()
    wrong = []
    for pattern in patterns():
        for method in METHODS:
            expected = EXPECTED[pattern.name or ""].get(method)
            if expected == OPEN:
                continue
            response = client.generic(method, address_of(pattern))
            if response.status_code != 302 or not response["Location"].startswith("/sign-in?next="):
                wrong.append((pattern.name, method, response.status_code))
    assert wrong == []


@pytest.mark.parametrize("role", list(Role))
def test_role_reaches_exactly_the_routes_of_the_table(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    client = sign_in(role)
    told: dict[tuple[str, str], str] = {}
    expected: dict[tuple[str, str], str] = {}
    for pattern in patterns():
        view = pattern.callback
        assert isinstance(view, GuardedView)
        monkeypatch.setattr(view, "inner", lambda request, **kwargs: HttpResponse("let in"))
        name = pattern.name or ""
        lines = EXPECTED[name]
        for method in METHODS:
            response = client.generic(method, address_of(pattern))
            told[name, method] = {200: "in", 404: "missing", 405: "no such method"}.get(
                response.status_code, str(response.status_code)
            )
            allowed = lines.get(method)
            if allowed == OPEN or (isinstance(allowed, frozenset) and role in allowed):
                expected[name, method] = "in"
            elif allowed is None and any(
                isinstance(line, frozenset) and role in line for line in lines.values()
            ):
                expected[name, method] = "no such method"
            else:
                expected[name, method] = "missing"
    assert told == expected


def test_forbidden_and_missing_look_the_same(sign_in: SignIn) -> None:
    client = sign_in(AUDITOR)

    def body(path: str) -> str:
        response = client.get(path)
        assert response.status_code == 404
        text = response.content.decode().replace(path, "")
        return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)

    assert body("/families/KR-SEL-A-000001") == body("/no/such/page/at/all")


def test_a_view_with_an_unknown_deed_is_refused_at_import() -> None:
    from sangbong.web.permissions import needs

    with pytest.raises(KeyError):
        needs(get="families.see-everything")
