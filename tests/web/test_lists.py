"""A list of thirty rows asks the database exactly as often as a list of one."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.conftest import OtherOffice
from tests.web.conftest import SignIn
from tests.web.furnishing import furnish

from sangbong.office.core.roles import Role

pytestmark = pytest.mark.django_db

LISTS = (
    ("/", Role.LIAISON_OFFICER),
    ("/families", Role.CLERK),
    ("/families/KR-SEL-A-000001", Role.CLERK),
    ("/families/news", Role.CLERK),
    ("/families/imports", Role.CLERK),
    ("/rounds", Role.CLERK),
    ("/rounds/video-8", Role.CLERK),
    ("/rounds/video-8/lists/first", Role.CLERK),
    ("/rounds/video-8/lists/theirs", Role.CLERK),
    ("/inquiries", Role.LIAISON_OFFICER),
    ("/inquiries/asked/round-video-8", Role.LIAISON_OFFICER),
    ("/inquiries/asked/round-video-8?state=asked", Role.LIAISON_OFFICER),
    ("/inquiries/came/{incoming}", Role.LIAISON_OFFICER),
    ("/inquiries/came/{incoming}?state=traced", Role.LIAISON_OFFICER),
    ("/letters", Role.LIAISON_OFFICER),
    ("/letters?way=outgoing", Role.LIAISON_OFFICER),
    ("/sittings", Role.LIAISON_OFFICER),
    ("/channel", Role.LIAISON_OFFICER),
    ("/channel/dispatches?way=out", Role.LIAISON_OFFICER),
    ("/channel/notes", Role.LIAISON_OFFICER),
    ("/reports", Role.AUDITOR),
    ("/reports/video-8", Role.AUDITOR),
    ("/office/audit", Role.AUDITOR),
)


def asked(clients: dict[Role, Client], incoming: int) -> dict[str, int]:
    counts = {}
    for path, role in LISTS:
        address = path.format(incoming=incoming)
        clients[role].get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            response = clients[role].get(address)
        assert response.status_code == 200, path
        counts[path] = len(queries)
    return counts


def test_thirty_rows_ask_as_often_as_one(
    counterpart: OtherOffice, sign_in: SignIn, tmp_path: Path
) -> None:
    from django.apps import apps

    clients = {role: sign_in(role) for role in (Role.CLERK, Role.LIAISON_OFFICER, Role.AUDITOR)}
    furnish(1, 1, tmp_path)
    incoming = apps.get_model("sangbong", "IncomingInquiry").objects.get().pk
    one = asked(clients, incoming)
    furnish(2, 30, tmp_path)
    assert asked(clients, incoming) == one


def test_a_page_that_shows_persons_writes_one_line_in_the_trail(
    counterpart: OtherOffice, sign_in: SignIn, tmp_path: Path
) -> None:
    from sangbong.office.queries import latest_audit_entries

    furnish(1, 30, tmp_path)
    client = sign_in(Role.CLERK)
    before = latest_audit_entries(limit=1)[0].number
    client.get("/families?age=80")
    newest = latest_audit_entries(limit=1)[0]
    assert newest.number == before + 1
    assert (newest.staff, newest.why, newest.action) == ("seo", "people.see: families", "web.show")
    facts = dict(newest.facts)
    assert (newest.subjects, facts["count"], facts["query"]) == ((), 27, "aged 80 or over")
    client.get("/families/KR-SEL-A-000001")
    named = latest_audit_entries(limit=1)[0]
    assert named.number == before + 2
    assert "application:KR-SEL-A-000001" in named.subjects


def test_the_second_page_goes_on_where_the_first_ends(
    counterpart: OtherOffice, sign_in: SignIn, tmp_path: Path
) -> None:
    furnish(1, 31, tmp_path)
    client = sign_in(Role.CLERK)
    first = client.get("/families?living=1").content.decode()
    assert 'rel="next" href="?living=1&amp;page=2"' in first
    assert "KR-SEL-A-000031" not in first
    second = client.get("/families?living=1&page=2").content.decode()
    assert 'rel="prev" href="?living=1&amp;page=1"' in second
    assert "KR-SEL-A-000031" in second
    news = client.get("/families/news").content.decode()
    assert 'rel="next" href="?page=2"' in news
    assert client.get("/channel/dispatches?page=2").content.decode().count('rel="prev"') == 1
    trail = sign_in(Role.AUDITOR).get("/office/audit").content.decode()
    assert 'rel="next" href="/office/audit?before=' in trail
