from __future__ import annotations

import pytest

from sangbong.archive.core.objects import checked_object_id, clean_label
from sangbong.kernel.errors import SangbongError


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("편지.mp4", "편지.mp4"),
        ("/etc/passwd", "passwd"),
        ("C:\\films\\letter.mov", "letter.mov"),
        ("a\x00b\u202egpj.mp4", "abgpj.mp4"),
        ("x" * 300, "x" * 200),
        ("", ""),
    ],
)
def test_a_kept_name_has_no_folder_and_no_hidden_character(name: str, kept: str) -> None:
    assert clean_label(media_type="video/mp4", name=name) == kept


@pytest.mark.parametrize("raw", ["", "video", "video/mp4; x=1", "text/html\r\nx: y", "가/나"])
def test_a_media_type_that_no_browser_knows_is_refused(raw: str) -> None:
    with pytest.raises(SangbongError, match=r"archive\.media_type"):
        clean_label(media_type=raw, name="")


def test_an_object_id_is_sixty_four_hex_digits() -> None:
    assert checked_object_id("0f" * 32) == "0f" * 32
    for raw in ("", "0F" * 32, "../" + "0" * 61, "0" * 63, "0" * 65):
        with pytest.raises(SangbongError, match=r"archive\.unknown_object"):
            checked_object_id(raw)
