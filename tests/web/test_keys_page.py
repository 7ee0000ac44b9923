"""The keys page: dates, standings and warnings, in both languages and at both widths."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from tests.conftest import OtherOffice
from tests.web.conftest import OpenPage, SignIn, faults_of, shoot, sideways

from sangbong.office import operations
from sangbong.office.adapters import keystore
from sangbong.office.core.actor import Actor
from sangbong.office.core.clock import FixedClock
from sangbong.office.core.roles import Role

pytestmark = pytest.mark.django_db
WHO = Actor("ministry", "keys")


@pytest.fixture
def years(office: str, settings: object, key_homes: tuple[Path, Path], now: object) -> None:
    """Our office after two years: one rotation, one revocation, a root in the machine, little ahead."""
    folder: Path = settings.OFFICE_HOME  # type: ignore[attr-defined]
    (folder / "keys").unlink()
    shutil.copytree(key_homes[0] / "keys", folder / "keys")
    keystore.forget_keys()
    root = operations.root_at(None)
    operations.rotate_signer(now=now + timedelta(days=365), actor=WHO, root=root)  # type: ignore[operator]
    operations.revoke_signer(
        now=now + timedelta(days=400),  # type: ignore[operator]
        actor=WHO,
        root=root,
        generation=1,
        standing=[],
        stolen=False,
    )
    settings.CLOCK = FixedClock(now + timedelta(days=765))  # type: ignore[attr-defined, operator]


def text(sign_in: SignIn, settings: object, language: str) -> str:
    client = sign_in(Role.ADMINISTRATOR)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language  # type: ignore[attr-defined]
    response = client.get("/office/keys")
    assert response.status_code == 200
    return response.content.decode()


def test_a_new_office_is_told_to_take_its_root_out(sign_in: SignIn, settings: object) -> None:
    said = text(sign_in, settings, "en")
    assert "take-out FOLDER" in said
    assert "No office across yet" in said
    assert "25 June 2019" in said


def test_dates_and_warnings_of_two_years_are_told_in_both_languages(
    sign_in: SignIn, settings: object, counterpart: OtherOffice, years: None
) -> None:
    korean, english = (text(sign_in, settings, language) for language in ("ko", "en"))
    assert "KP-PYO has told only 10 more receive keys" in english
    assert "Signing key 2 was due for rotation on 2020-06-24" in english
    assert "does not have our key statement 3 yet" in english
    assert "revoked" in english
    assert "폐지됨" in korean
    assert "KP-PYO의 받는 열쇠가 10개" in korean


def test_an_office_after_all_epochs_says_that_its_emergency_key_is_in_use(
    sign_in: SignIn, settings: object, now: object
) -> None:
    settings.CLOCK = FixedClock(now + timedelta(days=1000))  # type: ignore[attr-defined, operator]
    assert "an emergency key" in text(sign_in, settings, "en")


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), [(390, "ko"), (1440, "en")])
def test_the_keys_page_has_no_fault_and_fits_its_window(
    open_page: OpenPage, counterpart: OtherOffice, years: None, width: int, language: str
) -> None:
    page = open_page("/office/keys", role=Role.ADMINISTRATOR, language=language, width=width)
    shoot(page, f"office-keys-{language}-{width}")
    assert (sideways(page), faults_of(page)) == ([], "")
