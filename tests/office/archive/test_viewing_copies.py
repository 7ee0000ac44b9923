from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from sangbong.archive import operations, queries
from sangbong.archive.adapters import sandbox
from sangbong.archive.adapters.sandboxed import making, reading
from sangbong.archive.adapters.sandboxed.faults import Refused
from sangbong.archive.adapters.sandboxed.making import check, transcode, viewing_sides
from sangbong.archive.adapters.sandboxed.reading import Bounds
from sangbong.archive.adapters.sandboxed.watching import Watcher
from sangbong.kernel.errors import SangbongError
from sangbong.lab.film import draw_film


def made(film: Path, out: Path, bounds: Bounds) -> tuple[making.Made, list[int]]:
    told: list[int] = []
    out.mkdir(exist_ok=True)
    with film.open("rb") as file:
        return transcode(file, out, bounds, told.append), told


def test_a_viewing_copy_is_h264_and_aac_with_its_index_in_front(
    film: Path, tmp_path: Path, bounds: Bounds
) -> None:
    facts, told = made(film, tmp_path, bounds)
    assert (facts.width, facts.height, facts.duration_ms) == (160, 120, 1000)
    assert facts.stretches == []
    assert told[-1] == 100
    data = (tmp_path / "film.mp4").read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(tmp_path / "film.mp4")) as copy:
        assert [stream.codec_context.name for stream in copy.streams] == ["h264", "aac"]
        assert copy.streams.audio[0].codec_context.layout.name == "stereo"
        assert sum(1 for _ in copy.decode(video=0)) == 10
    with av.open(str(tmp_path / "thumbnail.jpg")) as picture:
        (image,) = picture.decode(video=0)
        assert (image.width, image.height) == (160, 120)


def test_nothing_but_picture_and_sound_comes_along(tmp_path: Path, bounds: Bounds) -> None:
    secret = {"title": "KANG-GPS", "comment": "+37.5+127.0/", "artist": "PHONE-1"}
    film = draw_film(tmp_path / "named.mp4", metadata=secret)
    assert b"KANG-GPS" in film.read_bytes()
    made(film, tmp_path / "out", bounds)
    for path in (tmp_path / "out").iterdir():
        assert not any(value.encode() in path.read_bytes() for value in secret.values())


@pytest.mark.parametrize("name", ["letter.webm", "silent.mp4", "letter.mkv"])
def test_what_browsers_and_telephones_record_is_taken(
    name: str, tmp_path: Path, bounds: Bounds
) -> None:
    film = draw_film(tmp_path / name, with_sound=not name.startswith("silent"))
    facts, _ = made(film, tmp_path / "out", bounds)
    assert (facts.width, facts.height) == (160, 120)
    assert abs(facts.duration_ms - 1000) <= 20
    with (tmp_path / "out" / "film.mp4").open("rb") as file:
        again = check(file, tmp_path / "out", bounds, lambda percent: None)
    assert again.duration_ms == facts.duration_ms


def test_black_still_and_silent_stretches_are_found(tmp_path: Path, bounds: Bounds) -> None:
    film = draw_film(tmp_path / "dull.mp4", seconds=9, black_until=4, still_from=5, silent_from=3)
    facts, _ = made(film, tmp_path, bounds)
    kinds = {kind: (start, end) for kind, start, end in facts.stretches}
    assert set(kinds) == {"black", "still", "silent"}
    assert np.allclose(kinds["black"], (0, 4000), atol=250)
    assert np.allclose(kinds["still"], (5000, 9000), atol=450)
    assert np.allclose(kinds["silent"], (3000, 9000), atol=100)
    with av.open(str(tmp_path / "thumbnail.jpg")) as picture:
        # a third of the film is black, so the thumbnail is taken elsewhere
        assert next(picture.decode(video=0)).to_ndarray(format="gray").mean() > 40


def test_a_large_film_is_made_smaller_and_thinned_to_thirty_pictures(
    tmp_path: Path, bounds: Bounds
) -> None:
    film = draw_film(
        tmp_path / "tall.mp4",
        seconds=0.6,
        width=1080,
        height=1920,
        frames_per_second=60,
        with_sound=False,
    )
    facts, _ = made(film, tmp_path / "out", bounds)
    assert (facts.width, facts.height) == (720, 1280)
    with av.open(str(tmp_path / "out" / "film.mp4")) as copy:
        assert sum(1 for _ in copy.decode(video=0)) == 18
    with av.open(str(tmp_path / "out" / "thumbnail.jpg")) as picture:
        image = next(picture.decode(video=0))
        assert (image.width, image.height) == (270, 480)


@pytest.mark.parametrize(
    ("matrix", "sides", "brighter"),
    [
        ((0, 1, -1, 0), (120, 160), "right"),
        ((-1, 0, 0, -1), (160, 120), "bottom"),
        ((0, -1, 1, 0), (120, 160), "left"),
    ],
)
def test_a_film_held_sideways_is_turned_upright(
    matrix: tuple[int, ...],
    sides: tuple[int, int],
    brighter: str,
    tmp_path: Path,
    bounds: Bounds,
) -> None:
    film = tmp_path / "phone.mp4"
    with av.open(str(film), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
        image = np.zeros((120, 160, 3), dtype=np.uint8)
        image[:60] = 255
        for number in range(10):
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 10)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    data = bytearray(film.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    a, b, c, d = ((value * 0x10000) & 0xFFFFFFFF for value in matrix)
    for offset, value in ((0, a), (4, b), (12, c), (16, d)):
        data[at + offset : at + offset + 4] = value.to_bytes(4, "big")
    film.write_bytes(data)
    facts, _ = made(film, tmp_path / "out", bounds)
    assert (facts.width, facts.height) == sides
    with av.open(str(tmp_path / "out" / "film.mp4")) as copy:
        grey = next(copy.decode(video=0)).to_ndarray(format="gray")
    halves = {
        "right": grey[:, sides[0] // 2 :].mean() - grey[:, : sides[0] // 2].mean(),
        "bottom": grey[sides[1] // 2 :].mean() - grey[: sides[1] // 2].mean(),
    }
    halves["left"] = -halves["right"]
    assert halves[brighter] > 100


@pytest.mark.parametrize(
    ("width", "height", "shape", "turns", "sides"),
    [
        (1920, 1080, None, 0, (1280, 720)),
        (1920, 1080, Fraction(1), 1, (720, 1280)),
        (720, 480, Fraction(32, 27), 0, (854, 480)),
        (720, 576, Fraction(0), 0, (720, 576)),
        (2000, 1000, None, 0, (1280, 640)),
        (1000, 1000, None, 0, (720, 720)),
        (161, 121, Fraction(99), 2, (160, 120)),
        (4096, 16, None, 0, (1280, 4)),
    ],
)
def test_viewing_sides_are_even_upright_and_within_720_lines(
    width: int, height: int, shape: Fraction | None, turns: int, sides: tuple[int, int]
) -> None:
    assert viewing_sides(width, height, shape, turns) == sides


def test_a_long_film_gets_fewer_bits_so_that_its_copy_fits_a_dispatch(bounds: Bounds) -> None:
    assert making.picture_bits_max(30_000, bounds) == 8_000_000
    ten_minutes = making.picture_bits_max(600_000, bounds)
    assert 500_000 < ten_minutes < 600_000
    assert (ten_minutes + 128_000) * 600 // 8 < bounds.copy_bytes_max
    assert making.picture_bits_max(10**9, bounds) == 100_000


@pytest.mark.parametrize("change", ["webm", "large", "mp3"])
def test_a_film_that_is_no_viewing_copy_is_refused_by_the_check(
    change: str, tmp_path: Path, bounds: Bounds
) -> None:
    if change == "webm":
        film = draw_film(tmp_path / "film.webm")
    elif change == "large":
        film = draw_film(tmp_path / "film.mp4", width=1920, height=1080, seconds=0.6)
    else:
        film = draw_film(tmp_path / "film.mkv")
    with film.open("rb") as file, pytest.raises(Refused) as caught:
        check(file, tmp_path, bounds, lambda percent: None)
    assert caught.value.code == "film_not_viewing_copy"


def test_a_film_with_too_many_broken_pictures_is_refused(tmp_path: Path, bounds: Bounds) -> None:
    film = draw_film(tmp_path / "film.mp4", seconds=4, with_sound=False)
    data = bytearray(film.read_bytes())
    start = data.index(b"mdat") + 4
    # the first picture stays whole
    for at in range(start + (data.index(b"moov") - start) // 3, data.index(b"moov") - 4):
        data[at] = 0xFF
    film.write_bytes(data)
    with pytest.raises(Refused) as caught:
        made(film, tmp_path / "out", bounds)
    assert caught.value.code == "film_damaged"


def test_the_sound_is_brought_to_one_shape_even_when_it_changes_midway() -> None:
    def piece(rate: int, layout: str, pts: int) -> av.AudioFrame:
        channels = 2 if layout == "stereo" else 1
        frame = av.AudioFrame.from_ndarray(
            np.zeros((channels, 2048), dtype=np.float32), format="fltp", layout=layout
        )
        frame.sample_rate, frame.pts, frame.time_base = rate, pts, Fraction(1, rate)
        return frame

    sound = making._Sound()
    assert list(sound.convert(None)) == []
    pieces = [
        *sound.convert(piece(48_000, "stereo", 0)),
        *sound.convert(piece(24_000, "mono", 1024)),
        *sound.convert(None),
    ]
    assert {(p.sample_rate, p.layout.name) for p in pieces} == {(48_000, "stereo")}
    assert sum(p.samples for p in pieces) == pytest.approx(2048 + 4096, abs=64)


def test_a_watcher_keeps_a_bounded_number_of_stretches() -> None:
    watcher = Watcher()
    for number in range(1000):
        watcher._note("black", number * 5000, number * 5000 + 2000, holds=True)
        watcher._note("black", number * 5000 + 2000, number * 5000 + 2200, holds=False)
    assert len(watcher.finish(10**9)) == 100


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
def test_a_kept_film_becomes_a_viewing_copy_in_the_sandbox(now: datetime, film: Path) -> None:
    object_id = operations.keep_original(now=now, data=film, media_type="video/mp4", name="x")
    told: list[int] = []
    with operations.make_viewing_copy(object_id=object_id, progress=told.append) as watched:
        assert watched.film is not None
        copy_id = operations.keep_original(
            now=now, data=watched.film, media_type="video/mp4", name="y"
        )
        assert (watched.facts.width, watched.facts.duration_ms) == (160, 1000)
        thumbnail = watched.thumbnail.read_bytes()
    assert told[-1] == 100
    assert list(queries.spool_folder().iterdir()) == []
    with operations.check_viewing_copy(object_id=copy_id) as checked:
        assert checked.film is None
        assert checked.facts == watched.facts.__class__(
            source=checked.facts.source,
            duration_ms=1000,
            width=160,
            height=120,
            stretches=(),
        )
        assert checked.thumbnail.read_bytes()[:3] == thumbnail[:3]


@pytest.mark.django_db
@pytest.mark.usefixtures("office")
@pytest.mark.parametrize("lie", ["none", "link", "pipe", "text", "large"])
def test_a_result_that_is_not_a_plain_film_is_not_believed(
    now: datetime, film: Path, lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    real = sandbox.run

    def run(*, out: Path, **others: object) -> object:
        said = real(out=out, **others)  # type: ignore[arg-type]
        target = out / "film.mp4"
        if lie == "large":
            os.truncate(out / "thumbnail.jpg", 2 * 1024 * 1024)
            return said
        target.unlink()
        if lie == "link":
            target.symlink_to(film)
        elif lie == "pipe":
            os.mkfifo(target)
        elif lie == "text":
            target.write_text("<script>")
        return said

    object_id = operations.keep_original(now=now, data=film, media_type="video/mp4", name="x")
    monkeypatch.setattr(sandbox, "run", run)
    with (
        pytest.raises(SangbongError, match="film_broke_reader"),
        operations.make_viewing_copy(object_id=object_id),
    ):
        pass
    assert list(queries.spool_folder().iterdir()) == []


def test_a_survey_needs_a_picture_that_opens(film: Path, tmp_path: Path, bounds: Bounds) -> None:
    data = bytearray(film.read_bytes())
    start = data.index(b"mdat") + 4
    data[start : data.index(b"moov") - 4] = bytes(data.index(b"moov") - 4 - start)
    (tmp_path / "hollow.mp4").write_bytes(data)
    with (tmp_path / "hollow.mp4").open("rb") as file, pytest.raises(Refused) as caught:
        reading.survey(file, bounds)
    assert caught.value.code == "film_unreadable"
