from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import av
import pytest

from sangbong.archive import operations, queries
from sangbong.archive.adapters import sandbox
from sangbong.archive.adapters.sandboxed import reading
from sangbong.archive.adapters.sandboxed.faults import Refused
from sangbong.archive.adapters.sandboxed.sniff import Kind
from sangbong.archive.core.film import FILM_BOUNDS, FilmFacts
from sangbong.archive.models import ArchiveObject
from sangbong.kernel.errors import SangbongError
from sangbong.lab.film import HOSTILE_FILMS, draw_film, hostile_film


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("name", sorted(HOSTILE_FILMS))
def test_a_hostile_film_is_refused_with_a_reason_and_leaves_nothing(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(SangbongError) as caught:
        operations.probe_film(film=hostile_film(name, tmp_path))
    assert caught.value.code == HOSTILE_FILMS[name]
    assert "{" not in caught.value.text("en") + caught.value.text("ko")
    assert ArchiveObject.objects.count() == 0
    assert list(queries.spool_folder().iterdir()) == []
    assert not queries.archive_folder().exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("bound", "value", "code"),
    [
        ("bytes_max", 1000, "archive.film_too_large"),
        ("seconds_max", 0, "archive.film_too_long"),
        ("side_max", 100, "archive.film_dimensions"),
        ("pixels_max", 100, "archive.film_dimensions"),
        ("streams_max", 1, "archive.film_unreadable"),
    ],
)
def test_a_film_beyond_a_bound_is_refused(film: Path, bound: str, value: int, code: str) -> None:
    with pytest.raises(SangbongError) as caught:
        operations.probe_film(film=film, bounds=replace(FILM_BOUNDS, **{bound: value}))
    assert caught.value.code == code
    assert "{" not in caught.value.text("en") + caught.value.text("ko")


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
def test_an_honest_film_is_told_as_it_is(film: Path) -> None:
    facts = FilmFacts("mp4", 1000, 160, 120, "h264", "aac")
    assert operations.probe_film(film=film) == facts
    assert operations.probe_film(film=film.read_bytes()) == facts


@pytest.fixture
def traps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Two texts that name another family's film, in the folder where ffmpeg would look for it."""
    draw_film(tmp_path / "canary.mp4")
    draw_film(tmp_path / "canary.ts")
    monkeypatch.chdir(tmp_path)
    concat, playlist = tmp_path / "concat.mp4", tmp_path / "list.m3u8"
    concat.write_text("ffconcat version 1.0\nfile canary.mp4\n")
    playlist.write_text(
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\nfile://{tmp_path}/canary.ts\n#EXT-X-ENDLIST\n"
    )
    return {"ffconcat": concat, "m3u8": playlist}


@pytest.mark.parametrize("trap", ["ffconcat", "m3u8"])
def test_without_locks_another_familys_film_would_be_opened(
    traps: dict[str, Path], trap: str
) -> None:
    with traps[trap].open("rb") as file, av.open(file) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10


@pytest.mark.parametrize("trap", ["ffconcat", "m3u8"])
@pytest.mark.parametrize(
    "lock",
    [
        {"format": "mov"},
        {"options": {"protocol_whitelist": ""}},
        {"options": {"format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"}},
    ],
)
def test_each_lock_alone_keeps_it_shut(
    traps: dict[str, Path], trap: str, lock: dict[str, object]
) -> None:
    with traps[trap].open("rb") as file, pytest.raises(av.FFmpegError):
        av.open(file, **lock)  # type: ignore[call-overload]


@pytest.mark.parametrize("trap", ["ffconcat", "m3u8"])
def test_a_trap_that_gets_past_the_first_bytes_is_still_refused(
    traps: dict[str, Path],
    trap: str,
    bounds: reading.Bounds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "kind_of", lambda head: Kind.MP4)
    with traps[trap].open("rb") as file, pytest.raises(Refused) as caught:
        reading.survey(file, bounds)
    assert caught.value.code == "film_unreadable"


@pytest.mark.parametrize("wrapped", [True, False])
def test_the_child_cannot_get_out(wrapped: bool) -> None:
    if wrapped and not sandbox.bubblewrap_works():
        wrapped = False
    found = sandbox.try_defences(with_bubblewrap=wrapped)
    assert found.bubblewrap == wrapped
    shut_files = wrapped or found.landlock_version > 0
    assert (found.reads_elsewhere, found.writes_elsewhere) == (not shut_files, not shut_files)
    assert found.reaches_network == (not (found.own_network or found.seccomp))
    assert found.starts_programs == (not (found.seccomp or found.landlock_version > 0))
    assert found.holds == (shut_files and not found.reaches_network and not found.starts_programs)
    # standard input, output and error; LANG and two that keep numpy to one thread, and bwrap's PWD
    assert found.descriptors == 3
    assert found.variables <= 4


def test_no_secret_of_the_parent_reaches_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANGBONG_SECRET", "x")
    leaked = os.open("/etc/hostname", os.O_RDONLY)
    os.set_inheritable(leaked, True)
    try:
        found = sandbox.try_defences(with_bubblewrap=False)
    finally:
        os.close(leaked)
    assert (found.variables <= 4, found.descriptors) == (True, 3)


def test_the_child_stays_shut_in_when_bubblewrap_is_missing(
    film: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "bubblewrap_works", lambda: False)
    with film.open("rb") as file:
        said = sandbox.run(tool="transcode", source=file, out=tmp_path)
    assert said["width"] == 160
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "thumbnail.jpg"]
