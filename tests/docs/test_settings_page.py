"""The page of settings says what the code says."""

from __future__ import annotations

import re
from pathlib import Path

from sangbong.office.adapters.configuration import HOME_VARIABLE, OfficeSettings

_ROW = re.compile(r"^\| `(SANGBONG_[A-Z0-9_]+)` \| `([^`]*)` \|", re.MULTILINE)


def _rows(root: Path) -> dict[str, str]:
    page = (root / "docs" / "reference" / "settings.md").read_text("utf-8")
    return dict(_ROW.findall(page))


def _default(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case list():
            return "[" + ", ".join(f'"{item}"' for item in value) + "]"
        case _:
            return str(value)


def test_every_setting_stands_on_the_page_with_its_default(root: Path) -> None:
    wanted = {
        f"SANGBONG_{name}".upper(): _default(field.get_default(call_default_factory=True))
        for name, field in OfficeSettings.model_fields.items()
    }
    rows = _rows(root)
    rows.pop(HOME_VARIABLE)
    assert rows == wanted


def test_the_folder_of_the_office_stands_on_the_page(root: Path) -> None:
    assert _rows(root)[HOME_VARIABLE] == "var/office"
