"""A furnished office, and pages of a clerk and of an officer."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from tests.conftest import OtherOffice
from tests.web.conftest import SignIn
from tests.web.furnishing import furnish
from tests.web.pressing import english

from sangbong.office.core.roles import Role


@pytest.fixture(autouse=True)
def filled(counterpart: OtherOffice, tmp_path: Path) -> None:
    furnish(1, 3, tmp_path)


@pytest.fixture
def clerk_page(sign_in: SignIn, settings: object) -> Client:
    return english(sign_in(Role.CLERK), settings)


@pytest.fixture
def officer_page(sign_in: SignIn, settings: object) -> Client:
    return english(sign_in(Role.LIAISON_OFFICER), settings)
