from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import transaction

from sangbong.archive import operations, queries, tasks
from sangbong.archive.adapters import store
from sangbong.archive.core.objects import FixityFault, FixityReport, ObjectView, Retention
from sangbong.archive.core.pieces import MAGIC, PIECE_BYTES, TAG_BYTES
from sangbong.archive.models import ArchiveObject
from sangbong.kernel.canonical import sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.office.core.actor import Actor
from sangbong.office.queries import verify_audit
from sangbong.worker.sweeps import Housekeeper

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
AUDITOR = Actor("auditor", "monthly check")
LONG = b"".join(n.to_bytes(4, "big") for n in range(50_000))


def keep(now: datetime, data: operations.Content, name: str = "film.mp4") -> str:
    return operations.keep_original(now=now, data=data, media_type="video/mp4", name=name)


def sealed_file(object_id: str) -> Path:
    row = ArchiveObject.objects.get(object_id=object_id)
    return store.file_path(queries.archive_folder(), row.file_name)


def files() -> list[Path]:
    return sorted(path for path in queries.archive_folder().glob("*/*") if path.is_file())


def code_of(object_id: str) -> str:
    with pytest.raises(SangbongError) as caught:
        queries.open_object(object_id)
    assert caught.value.text("en")
    assert caught.value.text("ko")
    return caught.value.code


@pytest.mark.parametrize("content", [b"", b"x", LONG])
def test_what_is_kept_comes_back_under_its_own_checksum(now: datetime, content: bytes) -> None:
    object_id = keep(now, content, "C:\\DCIM\\letter.mp4")
    assert object_id == sha256_hex(content)
    assert queries.open_object(object_id) == content
    assert queries.describe(object_id) == ObjectView(
        object_id, len(content), "video/mp4", "letter.mp4", now, Retention.ORIGINAL
    )


def test_nothing_readable_lies_on_the_disk(now: datetime) -> None:
    content = "순옥 누님께".encode() * 20_000
    keep(now, content)
    (file,) = files()
    assert "순옥".encode() not in file.read_bytes()
    assert file.stat().st_mode & 0o077 == 0


def test_bytes_a_file_and_a_stream_are_the_same_object(now: datetime, tmp_path: Path) -> None:
    path = tmp_path / "film"
    path.write_bytes(LONG)
    ids = {keep(now, LONG), keep(now, path), keep(now, io.BytesIO(LONG))}
    assert ids == {sha256_hex(LONG)}
    assert ArchiveObject.objects.count() == 1
    assert len(files()) == 1


def test_a_range_is_read_without_the_rest(now: datetime) -> None:
    object_id = keep(now, LONG)
    file = sealed_file(object_id)
    damaged = bytearray(file.read_bytes())
    damaged[-1] ^= 1
    file.write_bytes(damaged)
    part = b"".join(queries.open_range(object_id, PIECE_BYTES - 3, PIECE_BYTES + 5))
    assert part == LONG[PIECE_BYTES - 3 : PIECE_BYTES + 5]
    with pytest.raises(SangbongError, match="object_damaged"):
        list(queries.open_range(object_id, len(LONG) - 1, len(LONG)))


def test_a_transaction_that_fails_leaves_one_file_that_the_sweep_removes(now: datetime) -> None:
    kept = keep(now, b"stays")
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        keep(now, b"goes")
        raise RuntimeError
    assert ArchiveObject.objects.count() == 1
    assert len(files()) == 2
    assert operations.sweep() == 0, "a young file may still get its row"
    assert operations.sweep(grace_seconds=-1) == 1
    assert files() == [sealed_file(kept)]


def test_the_sweep_removes_half_written_files_and_left_work(now: datetime) -> None:
    kept = keep(now, b"stays")
    (queries.archive_folder() / "incoming" / "tmp123").write_bytes(b"half")
    work = queries.spool_folder() / "work-dead"
    work.mkdir(parents=True)
    (work / "film.mp4").write_bytes(b"plain")
    os.utime(queries.archive_folder() / "incoming" / "tmp123", (0, 0))
    young = queries.spool_folder() / "tmp456"
    young.write_bytes(b"plain")
    assert tasks.tidy(now=now) == 2
    assert not work.exists()
    assert young.exists()
    assert files() == [sealed_file(kept)]


def test_the_work_of_the_killed_goes_at_once_and_that_of_the_living_stays(now: datetime) -> None:
    spool = queries.spool_folder()
    program = (
        "import os, sys; from pathlib import Path; from sangbong.archive.adapters import store\n"
        "with store.work_folder(Path(sys.argv[1])) as folder:\n"
        "    Path(folder, 'film.mp4').write_bytes(b'plain')\n"
        "    Path(folder, 'parts').mkdir()\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    root = Path(store.__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program, str(spool)],
        env={"PYTHONPATH": str(root)}, check=False, capture_output=True,
    )  # fmt: skip
    assert done.returncode == -9
    (left,) = spool.iterdir()
    assert (left / "film.mp4").read_bytes() == b"plain"
    with store.work_folder(spool) as mine:
        housekeeper = Housekeeper()
        assert tasks.tidy in housekeeper.keep_house(now=now)
        assert list(spool.iterdir()) == [Path(mine)]
    assert list(spool.iterdir()) == []


def test_a_folder_swept_away_before_it_was_locked_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([False, True])
    monkeypatch.setattr(store, "_held", lambda _: next(answers))
    spool = tmp_path / "spool"
    with store.work_folder(spool) as folder:
        assert list(spool.iterdir()) == [Path(folder)]
    assert list(spool.iterdir()) == []


def test_a_writer_that_dies_leaves_no_half_written_object(now: datetime, tmp_path: Path) -> None:
    program = (
        "import os, sys; from pathlib import Path; from sangbong.archive.adapters import store\n"
        "def chunks():\n"
        "    yield b'a' * 200_000\n"
        "    os.kill(os.getpid(), 9)\n"
        "store.write_sealed(Path(sys.argv[1]), chunks())\n"
    )
    root = Path(store.__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "store")],
        env={"PYTHONPATH": str(root)},
        check=False,
    )
    assert done.returncode == -9
    assert [path.parent.name for path in (tmp_path / "store").glob("*/*")] == ["incoming"]


def test_a_fault_while_reading_the_content_leaves_nothing(now: datetime) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011
        keep(now, Broken())
    assert files() == []


def test_fixity_finds_each_damaged_object_and_says_what_is_wrong(now: datetime) -> None:
    good, flipped, cut, gone, swapped = (keep(now, LONG + bytes([n])) for n in range(5))
    data = bytearray(sealed_file(flipped).read_bytes())
    data[100_000] ^= 4
    sealed_file(flipped).write_bytes(data)
    sealed_file(cut).write_bytes(sealed_file(cut).read_bytes()[:-40])
    sealed_file(gone).unlink()
    data, step = sealed_file(swapped).read_bytes(), PIECE_BYTES + TAG_BYTES
    head = len(MAGIC)
    sealed_file(swapped).write_bytes(
        data[:head] + data[head + step : head + 2 * step] + data[head : head + step]
        + data[head + 2 * step :]
    )  # fmt: skip
    damaged = [
        FixityFault(flipped, "archive.object_damaged"),
        FixityFault(cut, "archive.object_damaged"),
        FixityFault(gone, "archive.object_missing"),
        FixityFault(swapped, "archive.object_damaged"),
    ]
    report = operations.check_fixity(now=now, actor=AUDITOR)
    assert report == FixityReport(5, 5 * (len(LONG) + 1), tuple(damaged))
    rows = dict(ArchiveObject.objects.values_list("object_id", "fault_code"))
    assert rows == {good: "", **{fault.object_id: fault.code for fault in damaged}}
    assert queries.counts() == (5, 4)
    assert tasks.check(now=now) == 4
    assert verify_audit().entries >= 2


def test_keeping_the_content_again_mends_a_lost_or_damaged_file(now: datetime) -> None:
    object_id = keep(now, LONG)
    sealed_file(object_id).unlink()
    assert code_of(object_id) == "archive.object_missing"
    assert keep(now, LONG) == object_id
    assert queries.open_object(object_id) == LONG
    data = bytearray(sealed_file(object_id).read_bytes())
    data[50] ^= 1
    sealed_file(object_id).write_bytes(data)
    assert len(operations.check_fixity(now=now, actor=AUDITOR).faults) == 1
    keep(now, LONG)
    assert operations.check_fixity(now=now, actor=AUDITOR).faults == ()


def test_an_object_under_another_objects_id_is_not_given_out(now: datetime) -> None:
    first, second = keep(now, b"first!"), keep(now, b"second")
    row, other = (ArchiveObject.objects.get(object_id=i) for i in (first, second))
    row.file_name, other.file_name = other.file_name, row.file_name
    ArchiveObject.objects.filter(id=other.id).update(file_name="x")
    row.save()
    assert code_of(first) == "archive.object_damaged"


def test_another_archive_key_is_told_as_such(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    object_id = keep(now, LONG)
    for module in (queries, operations):
        monkeypatch.setattr(module, "own_keys", lambda: SimpleNamespace(archive_key=bytes(32)))
    assert code_of(object_id) == "archive.wrong_key"
    report = operations.check_fixity(now=now, actor=AUDITOR)
    assert report.faults == (FixityFault(object_id, "archive.wrong_key"),)


@pytest.mark.parametrize("object_id", ["ab" * 32, "../../office.sqlite3", ""])
def test_what_is_not_kept_is_said_so(object_id: str) -> None:
    assert code_of(object_id) == "archive.unknown_object"


def test_a_content_whose_checksum_is_another_is_not_given_out(now: datetime) -> None:
    object_id = keep(now, b"letter")
    # a file and key that fit each other, yet not the id: only a forger of rows gets here
    forged = store.write_sealed(queries.archive_folder(), [b"forged"])
    store.put_in_place(queries.archive_folder(), forged)
    from sangbong.archive.core import pieces

    row = ArchiveObject.objects.get(object_id=object_id)
    row.file_name = forged.file_name
    row.wrapped_key = pieces.wrap_key(
        archive_key=queries.own_keys().archive_key,
        data_key=forged.data_key,
        nonce=store.new_wrap_nonce(),
        object_id=object_id,
    )
    row.save()
    assert code_of(object_id) == "archive.object_damaged"
    report = operations.check_fixity(now=now, actor=AUDITOR)
    assert report.faults == (FixityFault(object_id, "archive.object_damaged"),)
