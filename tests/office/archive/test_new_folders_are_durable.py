"""A folder that was made is synced into the folder above it, up to one that was there."""

from __future__ import annotations

from pathlib import Path

import pytest

from sangbong.archive.adapters import store


def test_every_folder_made_for_a_first_paper_is_synced_into_the_one_above(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(store, "_sync", synced.append)
    archive = tmp_path / "office" / "archive"
    store.put_in_place(archive, sealed := store.write_sealed(archive, [b"paper"]))

    made = [tmp_path / "office", archive, archive / "incoming", archive / sealed.file_name[:2]]
    assert {folder.parent for folder in made} <= set(synced)
