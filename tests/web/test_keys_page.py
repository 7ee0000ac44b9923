"""The keys page: dates, standings and warnings, in both languages and at both widths."""

from __future__ import annotations

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.conftest import OtherOffice
from tests.office.liaison.conftest import Peer, note_body
from tests.office.liaison.test_revocation import Across
from tests.web.conftest import OpenPage, SignIn, faults_of, shoot, sideways

from sangbong.kernel.ids import office_code
from sangbong.liaison import operations as liaison
from sangbong.office import operations
from sangbong.office.adapters import keystore
from sangbong.office.adapters.keystore import load_keys
from sangbong.office.core.actor import Actor
from sangbong.office.core.clock import FixedClock
from sangbong.office.core.roles import Role
from sangbong.web.console import keys
from sangbong.worker.routing import apply_waiting

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


def test_no_dispatch_that_fell_is_said_in_words(
    sign_in: SignIn, settings: object, counterpart: OtherOffice
) -> None:
    said = text(sign_in, settings, "en")
    assert "None: no key that the other side has revoked signed a dispatch here." in said


@pytest.fixture
def fallen(
    office: str,
    counterpart: OtherOffice,
    settings: object,
    key_homes: tuple[Path, Path],
    tmp_path: Path,
    now: datetime,
) -> None:
    """Pyongyang revoked the key of two notes; we had applied one, and the other waits behind a gap."""
    seoul = load_keys(key_homes[0]).receive_public
    peer = Peer(counterpart.code, office_code(office), counterpart.keys, seoul, now)
    theirs = tmp_path / "theirs"
    shutil.copytree(key_homes[1] / "keys", theirs / "keys")
    first, _lost, third = (
        peer.envelope(note_body(number=f"북남-{number}")) for number in range(1, 4)
    )
    for envelope in (first, third):
        liaison.receive(now=now, envelope=envelope)
    apply_waiting(now=now)
    operations.accept_statement_update(now=now, data=Across(theirs, settings, now).revoke().data)


@pytest.mark.parametrize(
    ("language", "applied", "waiting"),
    [
        ("en", "It had its effect. Ask the other side", "Nothing: it is refused at its turn"),
        ("ko", "이미 효력이 생겼습니다", "차례가 오면 거부됩니다"),
    ],
)
def test_what_fell_with_a_revoked_key_is_listed_with_what_to_do(
    sign_in: SignIn, settings: object, fallen: None, language: str, applied: str, waiting: str
) -> None:
    """Q3 of liaison's revoking."""
    rows = rows_of(text(sign_in, settings, language))
    assert [row[0] for row in rows] == ["KP-PYO&gt;KR-SEL/notes/1", "KP-PYO&gt;KR-SEL/notes/3"]
    assert [applied in rows[0][-1], waiting in rows[1][-1]] == [True, True]
    assert [row[2] for row in rows] == ["1", "1"]
    assert all("2018" in row[3] for row in rows)


def test_one_who_may_see_the_channel_opens_what_fell_and_the_rest_are_counted(
    sign_in: SignIn, fallen: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "FALLEN_SHOWN", 1)
    said = sign_in(Role.AUDITOR).get("/office/keys").content.decode()
    assert 'href="/channel/dispatches/KP-PYO%3EKR-SEL/notes/1"' in said
    assert "KR-SEL/notes/3" not in said
    assert "sangbong office keys" in said


def rows_of(page: str) -> list[list[str]]:
    """The cells of each row that tells of a dispatch, without their tags."""
    rows = (row for row in page.split("<tr>")[1:] if "KP-PYO&gt;" in row)
    return [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.split(r"</t[dh]>", row)[:6]]
        for row in rows
    ]
