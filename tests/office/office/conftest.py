"""Offices whose keys may be changed: folders of their own, not the shared ones."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from tests.conftest import OtherOffice

from sangbong.kernel.ids import OfficeCode
from sangbong.office.adapters import keystore


@pytest.fixture
def home(office: OfficeCode, settings: object, key_homes: tuple[Path, Path]) -> Path:
    """Our office's folder, with a copy of its keys that may be changed."""
    folder: Path = settings.OFFICE_HOME  # type: ignore[attr-defined]
    (folder / "keys").unlink()
    shutil.copytree(key_homes[0] / "keys", folder / "keys")
    keystore.forget_keys()
    return folder


@pytest.fixture
def theirs(counterpart: OtherOffice, key_homes: tuple[Path, Path], tmp_path: Path) -> Path:
    """The folder of the office across, with a copy of its keys that may be changed."""
    folder = tmp_path / "theirs"
    shutil.copytree(key_homes[1] / "keys", folder / "keys")
    return folder
