"""The gallery: every component in both languages, five sizes, three colour sets, two widths."""

from __future__ import annotations

import pytest
from tests.web.conftest import OpenPage, SignIn, faults_of, shoot, sideways

from sangbong.office.core.roles import Role

pytestmark = pytest.mark.django_db


def test_gallery_is_missing_in_an_office_that_is_no_drill(sign_in: SignIn) -> None:
    from django.apps import apps

    client = sign_in(Role.CLERK)
    assert client.get("/gallery").status_code == 200
    apps.get_model("sangbong", "Office").objects.update(drill=False)
    assert client.get("/gallery").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_gallery_has_no_fault_at_any_size_and_contrast(
    open_page: OpenPage, language: str, width: int
) -> None:
    page = open_page("/gallery", language=language, width=width)
    found = []
    for contrast in ("paper", "high", "dark"):
        for size in (1, 2, 3, 4, 5) if contrast == "paper" else (2,):
            page.evaluate(
                "([size, contrast]) => Object.assign(document.documentElement.dataset, {size, contrast})",
                [str(size), contrast],
            )
            if size in (2, 5):
                shoot(page, f"gallery-{language}-{width}-{size}-{contrast}")
            found.append((contrast, size, sideways(page), faults_of(page)))
    assert [line for line in found if line[2] or line[3]] == []
