"""Rules P1 to P6 of the disk that a power cut leaves (`campaigns.disk`)."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from campaigns.disk import Disk, Event, Kind, read_trace
from hypothesis import given
from hypothesis import strategies as st

ROOT, FILE, OTHER = 1, 10, 11
MANY = 200


def a_disk(tmp_path: Path, content: bytes = b"") -> tuple[Disk, int]:
    """A folder with one file, all of it sure; the folder's inode."""
    (tmp_path / "old").write_bytes(content)
    return Disk.load(tmp_path), tmp_path.stat().st_ino


def states(disk: Disk) -> list[dict[str, bytes]]:
    return [disk.cut(random.Random(seed))[0] for seed in range(MANY)]


def test_what_was_synced_is_there_in_every_state(tmp_path: Path) -> None:
    disk, folder = a_disk(tmp_path)
    disk.do(Event(Kind.CREATE, FILE, path="new"))
    disk.do(Event(Kind.WRITE, FILE, 0, "new", data=b"kept"))
    disk.do(Event(Kind.SYNC, FILE, path="new"))
    disk.do(Event(Kind.SYNC, folder, path=""))
    assert states(disk) == [{"old": b"", "new": b"kept"}] * MANY
    assert disk.now() == {"old": b"", "new": b"kept"}


def test_a_synced_content_may_have_no_name_and_a_synced_name_no_content(tmp_path: Path) -> None:
    disk, folder = a_disk(tmp_path)
    disk.do(Event(Kind.CREATE, FILE, path="new"))
    disk.do(Event(Kind.WRITE, FILE, 0, "new", data=b"kept"))
    disk.do(Event(Kind.SYNC, FILE, path="new"))
    assert {frozenset(state) for state in states(disk)} == {
        frozenset({"old"}), frozenset({"old", "new"}),
    }  # fmt: skip

    disk.do(Event(Kind.SYNC, folder, path=""))
    disk.do(Event(Kind.WRITE, FILE, 0, "new", data=b"lost"))
    assert {state["new"] for state in states(disk)} >= {b"kept", b"lost"}


def test_a_rename_leaves_the_old_name_or_the_new(tmp_path: Path) -> None:
    disk, _ = a_disk(tmp_path, b"x")
    inode = (tmp_path / "old").stat().st_ino
    disk.do(Event(Kind.RENAME, inode, path="old", other="new"))
    assert {frozenset(state) for state in states(disk)} == {
        frozenset({"old"}), frozenset({"new"}),
    }  # fmt: skip


def test_a_rename_between_folders_may_leave_both_names_or_neither(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    (tmp_path / "a" / "x").write_bytes(b"x")
    disk = Disk.load(tmp_path)
    inode = (tmp_path / "a" / "x").stat().st_ino
    disk.do(Event(Kind.RENAME, inode, path="a/x", other="b/x"))
    assert {frozenset(state) for state in states(disk)} == {
        frozenset({"a/x"}), frozenset({"b/x"}), frozenset({"a/x", "b/x"}), frozenset(),
    }  # fmt: skip


def test_a_file_in_a_folder_without_a_name_is_lost_with_it(tmp_path: Path) -> None:
    disk, _ = a_disk(tmp_path)
    disk.do(Event(Kind.FOLDER, OTHER, path="deep"))
    disk.do(Event(Kind.CREATE, FILE, path="deep/x"))
    disk.do(Event(Kind.SYNC, OTHER, path="deep"))
    assert {frozenset(state) for state in states(disk)} == {
        frozenset({"old"}), frozenset({"old", "deep/x"}),
    }  # fmt: skip


@given(st.integers(0, 2**32))
def test_a_torn_write_keeps_whole_sectors_of_the_old_or_the_new(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    old, new = b"o" * 8192, b"n" * 8192
    folder = tmp_path_factory.mktemp("disk")
    disk, _ = a_disk(folder, old)
    disk.do(Event(Kind.WRITE, (folder / "old").stat().st_ino, 0, "old", data=new))
    left = disk.cut(random.Random(seed))[0]["old"]
    assert len(left) == 8192
    assert all(left[at : at + 512] in {old[:512], new[:512]} for at in range(0, len(left), 512))


@given(st.integers(0, 2**32))
def test_a_dropped_write_changes_no_byte_that_was_sure(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("disk")
    disk, _ = a_disk(folder, b"sure")
    disk.do(Event(Kind.WRITE, (folder / "old").stat().st_ino, 4, "old", data=b"more" * 500))
    left = disk.cut(random.Random(seed))[0]["old"]
    assert left.startswith(b"sure")
    assert len(left) <= 2004


def test_the_index_of_the_log_is_always_lost(tmp_path: Path) -> None:
    (tmp_path / "office.sqlite3-shm").write_bytes(b"index")
    disk = Disk.load(tmp_path)
    assert states(disk) == [{}] * MANY
    disk.do(Event(Kind.MAPPED, FILE, path="office.sqlite3-shm"))
    with pytest.raises(ValueError, match="shared memory"):
        disk.do(Event(Kind.MAPPED, FILE, path="office.sqlite3"))


def test_a_moved_folder_is_refused_and_not_guessed(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    disk = Disk.load(tmp_path)
    with pytest.raises(ValueError, match="no model"):
        disk.do(Event(Kind.RENAME, 1, path="deep", other="deeper"))


def test_a_number_given_again_is_another_file(tmp_path: Path) -> None:
    disk, folder = a_disk(tmp_path)
    for data in (b"first", b"second"):
        disk.do(Event(Kind.CREATE, FILE, path="new"))
        disk.do(Event(Kind.WRITE, FILE, 0, "new", data=data))
        disk.do(Event(Kind.SYNC, FILE, path="new"))
        disk.do(Event(Kind.SYNC, folder, path=""))
        assert disk.now()["new"] == data
        disk.do(Event(Kind.UNLINK, FILE, path="new"))
    assert {state.get("new") for state in states(disk)} == {b"second", None}


def test_a_trace_that_ends_inside_a_record_is_refused() -> None:
    with pytest.raises(ValueError, match="inside a record"):
        list(read_trace(b"w" + bytes(7) + b"".join(
            number.to_bytes(8, "little") for number in (1, 0, 0, 0, 9)
        )))  # fmt: skip
