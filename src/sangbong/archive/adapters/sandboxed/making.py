"""Makes the viewing copy and the thumbnail: everything is decoded and encoded anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.video.stream import VideoStream

from .faults import Refused
from .reading import Bounds, Survey, check_sides, open_film, pick_streams, survey
from .sniff import Kind
from .watching import Watcher

FILM_NAME = "film.mp4"
THUMBNAIL_NAME = "thumbnail.jpg"
_LONG_SIDE, _SHORT_SIDE = 1280, 720
_THUMBNAIL_SIDE = 480
_RATE = 48_000
_SOUND_BITS = 128_000
_PICTURE_BITS_MAX = 8_000_000
_PICTURE_BITS_MIN = 100_000
_FRAMES_MAX_PER_SECOND = 30
_CLOCK = Fraction(1, 90_000)
_BROKEN_PACKETS_ALLOWED = 5
_THREADS = 2

Say = Callable[[int], None]
"""Told the percentage done, 0 to 100."""


@dataclass(frozen=True, slots=True)
class Made:
    """Facts of what was watched or made."""

    survey: Survey
    duration_ms: int
    width: int
    height: int
    stretches: list[tuple[str, int, int]]


def transcode(file: BinaryIO, out: Path, bounds: Bounds, say: Say) -> Made:
    """Write H.264 of at most 720 lines, AAC stereo and a thumbnail; nothing else comes along.

    Raises:
        Refused: `film_*`.
    """
    found = survey(file, bounds)
    with open_film(file, bounds) as (source, _):
        video, audio = pick_streams(source, bounds)
        # leaving the block closes the container, without which the index would stay at the end
        with av.open(
            str(out / FILM_NAME),
            "w",
            format="mp4",
            container_options={"movflags": "+faststart", "fflags": "+bitexact"},
        ) as target:
            copy = _ViewingCopy(
                target,
                has_sound=audio is not None,
                picture_bits=picture_bits_max(found.duration_ms, bounds),
            )
            watcher = Watcher()
            for frame, at_ms in _frames(source, video, audio, bounds, found):
                if isinstance(frame, av.AudioFrame):
                    copy.add_sound(frame, watcher)
                else:
                    watcher.see(frame, at_ms)
                    copy.add_picture(frame, at_ms, video)
                    say(min(99, at_ms * 100 // found.duration_ms))
            copy.finish(watcher)
    stretches = watcher.finish(found.duration_ms)
    with (out / FILM_NAME).open("rb") as made:
        _write_thumbnail(made, out, bounds, stretches, found.duration_ms)
        kept = survey(made, bounds)
    say(100)
    return Made(found, kept.duration_ms, kept.width, kept.height, stretches)


def check(file: BinaryIO, out: Path, bounds: Bounds, say: Say) -> Made:
    """Decode a viewing copy from the other office to its end, and make our own thumbnail of it.

    Raises:
        Refused: `film_*`; also `film_not_viewing_copy` where it is not what an office sends.
    """
    found = survey(file, bounds)
    if (
        found.kind != Kind.MP4.value
        or found.video_codec != "h264"
        or found.audio_codec not in {"", "aac"}
        or max(found.width, found.height) > _LONG_SIDE
    ):
        raise Refused("film_not_viewing_copy")
    watcher = Watcher()
    hearing = _Sound()
    with open_film(file, bounds) as (source, _):
        video, audio = pick_streams(source, bounds)
        for frame, at_ms in _frames(source, video, audio, bounds, found):
            if isinstance(frame, av.AudioFrame):
                for sound in hearing.convert(frame):
                    watcher.hear(sound, _at_ms(sound))
            else:
                watcher.see(frame, at_ms)
                say(min(99, at_ms * 100 // found.duration_ms))
    stretches = watcher.finish(found.duration_ms)
    _write_thumbnail(file, out, bounds, stretches, found.duration_ms)
    say(100)
    return Made(found, found.duration_ms, found.width, found.height, stretches)


def _frames(
    source: InputContainer,
    video: VideoStream,
    audio: AudioStream | None,
    bounds: Bounds,
    found: Survey,
) -> Iterator[tuple[av.VideoFrame | av.AudioFrame, int]]:
    """Every decoded picture and sound with its millisecond, counted from the film's start."""
    streams = [video] if audio is None else [video, audio]
    for stream in streams:
        stream.codec_context.thread_count = _THREADS
        stream.codec_context.thread_type = "AUTO"
    start = Fraction(source.start_time or 0, av.time_base)
    broken = pictures = 0
    for packet in source.demux(*streams):
        try:
            decoded = packet.decode()
        except av.FFmpegError:
            broken += 1
            continue
        for frame in decoded:
            if not isinstance(frame, av.VideoFrame | av.AudioFrame):
                continue
            if frame.pts is None or frame.time_base is None:
                continue
            frame.pts -= int(start / frame.time_base)
            if isinstance(frame, av.VideoFrame):
                check_sides(frame.width, frame.height, bounds)
                pictures += 1
            yield frame, max(0, _at_ms(frame))
    if broken > max(_BROKEN_PACKETS_ALLOWED, found.video_packets // 50):
        raise Refused("film_damaged", broken=broken)
    if not pictures:
        raise Refused("film_damaged", broken=broken)


def _at_ms(frame: av.VideoFrame | av.AudioFrame) -> int:
    return int((frame.pts or 0) * (frame.time_base or 0) * 1000)


@dataclass(slots=True)
class _Sound:
    """Any sound as 48 kHz stereo in pieces of 1,024 samples; gaps become silence."""

    _graph: av.filter.Graph | None = None
    _shape: tuple[object, ...] = ()

    def convert(self, frame: av.AudioFrame | None) -> Iterator[av.AudioFrame]:
        """The pieces that are ready after one more frame; None ends the sound."""
        if frame is not None:
            shape = (frame.sample_rate, frame.format.name, frame.layout.name, frame.time_base)
            if shape != self._shape:
                yield from self._drain(is_end=True)
                self._graph, self._shape = self._chain(frame), shape
        if self._graph is not None:
            self._graph.push(frame)
            yield from self._drain(is_end=frame is None)

    def _drain(self, *, is_end: bool) -> Iterator[av.AudioFrame]:
        if self._graph is None:
            return
        if is_end:
            self._graph.push(None)
        while True:
            try:
                piece = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(piece, av.AudioFrame):
                yield piece

    def _chain(self, frame: av.AudioFrame) -> av.filter.Graph:
        graph = av.filter.Graph()
        graph.link_nodes(
            graph.add_abuffer(
                sample_rate=frame.sample_rate,
                format=frame.format.name,
                layout=frame.layout.name,
                time_base=frame.time_base,
            ),
            graph.add("aresample", f"{_RATE}:async=1000"),
            graph.add("aformat", "sample_fmts=fltp:channel_layouts=stereo"),
            graph.add("asetnsamples", "n=1024:p=0"),
            graph.add("abuffersink"),
        ).configure()
        return graph


@dataclass(slots=True)
class _ViewingCopy:
    """The film being written."""

    target: OutputContainer
    has_sound: bool
    picture_bits: int
    _picture: VideoStream | None = None
    _sound: AudioStream | None = None
    _hearing: _Sound = field(default_factory=_Sound)
    _sides: tuple[int, int] = (0, 0)
    _last_ticks: int = -1
    _waiting: list[av.AudioFrame] = field(default_factory=list)

    def add_picture(self, frame: av.VideoFrame, at_ms: int, video: VideoStream) -> None:
        """Turn upright, scale, and encode; more than 30 pictures a second are thinned out."""
        ticks = int(at_ms / 1000 / _CLOCK)
        # a little less than a full interval, for clocks that jitter
        if (
            self._last_ticks >= 0
            and ticks - self._last_ticks < 0.9 / _FRAMES_MAX_PER_SECOND / _CLOCK
        ):
            return
        turn = round(frame.rotation / 90) % 4
        if self._picture is None:
            self._begin(frame, video, turn)
        upright = _turned(frame, turn).reformat(
            width=self._sides[0], height=self._sides[1], format="yuv420p"
        )
        upright.pts, upright.time_base = ticks, _CLOCK
        upright.pict_type = 0
        self._last_ticks = ticks
        assert self._picture is not None  # noqa: S101 -- begun above
        self.target.mux(self._picture.encode(upright))

    def add_sound(self, frame: av.AudioFrame, watcher: Watcher) -> None:
        """Convert and encode; sound before the first picture waits, both streams begin together."""
        for piece in self._hearing.convert(frame):
            self._take_piece(piece, watcher)

    def finish(self, watcher: Watcher) -> None:
        """Write what encoders still hold."""
        for piece in self._hearing.convert(None):
            self._take_piece(piece, watcher)
        for stream in (self._picture, self._sound):
            if stream is not None:
                self.target.mux(stream.encode(None))

    def _take_piece(self, piece: av.AudioFrame, watcher: Watcher) -> None:
        watcher.hear(piece, max(0, _at_ms(piece)))
        self._waiting.append(piece)
        if self._sound is not None:
            for waiting in self._waiting:
                self.target.mux(self._sound.encode(waiting))
            self._waiting.clear()

    def _begin(self, frame: av.VideoFrame, video: VideoStream, turn: int) -> None:
        self._sides = viewing_sides(frame.width, frame.height, video.sample_aspect_ratio, turn)
        rate = min(_FRAMES_MAX_PER_SECOND, max(1, round(video.average_rate or 25)))
        picture = self.target.add_stream(
            "libx264",
            rate=rate,
            options={
                "preset": "veryfast",
                "crf": "23",
                "g": str(2 * rate),
                "maxrate": str(self.picture_bits),
                "bufsize": str(2 * self.picture_bits),
            },
        )
        picture.width, picture.height = self._sides
        picture.pix_fmt = "yuv420p"
        picture.codec_context.time_base = _CLOCK
        picture.codec_context.thread_count = _THREADS
        self._picture = picture
        if self.has_sound:
            self._sound = self.target.add_stream("aac", rate=_RATE, layout="stereo")
            self._sound.bit_rate = _SOUND_BITS


def picture_bits_max(duration_ms: int, bounds: Bounds) -> int:
    """The most bits a second that keep the viewing copy within one dispatch.

    A tenth is left for the container and for what the encoder overshoots.
    """
    whole = bounds.copy_bytes_max * 8 * 9 // 10 * 1000 // duration_ms
    return min(_PICTURE_BITS_MAX, max(_PICTURE_BITS_MIN, whole - _SOUND_BITS))


def viewing_sides(
    width: int, height: int, pixel_shape: Fraction | None, quarter_turns: int
) -> tuple[int, int]:
    """The even sides of the viewing copy: upright, square pixels, within 1280 x 720 either way."""
    shape = pixel_shape if pixel_shape and Fraction(1, 4) <= pixel_shape <= 4 else Fraction(1)
    wide, high = Fraction(width) * shape, Fraction(height)
    if quarter_turns % 2:
        wide, high = high, wide
    scale = min(
        Fraction(1),
        Fraction(_LONG_SIDE) / max(wide, high),
        Fraction(_SHORT_SIDE) / min(wide, high),
    )
    return max(2, round(wide * scale / 2) * 2), max(2, round(high * scale / 2) * 2)


def _turned(frame: av.VideoFrame, quarter_turns: int) -> av.VideoFrame:
    if not quarter_turns:
        return frame
    turns = {1: ("transpose", "cclock"), 2: ("hflip,vflip", ""), 3: ("transpose", "clock")}
    graph = av.filter.Graph()
    nodes = [
        graph.add_buffer(
            width=frame.width,
            height=frame.height,
            format=frame.format,
            time_base=frame.time_base,
        )
    ]
    name, value = turns[quarter_turns]
    nodes += [graph.add(part, value) if value else graph.add(part) for part in name.split(",")]
    nodes.append(graph.add("buffersink"))
    graph.link_nodes(*nodes).configure()
    graph.push(frame)
    return graph.vpull()


def _write_thumbnail(
    file: BinaryIO,
    out: Path,
    bounds: Bounds,
    stretches: list[tuple[str, int, int]],
    duration_ms: int,
) -> None:
    """One picture as JPEG: at a third of the film, or elsewhere where that is black."""
    moments = [duration_ms * part // 6 for part in (2, 3, 4, 1, 5)]
    black = [(start, end) for kind, start, end in stretches if kind == "black"]
    at_ms = next(
        (at for at in moments if not any(start <= at < end for start, end in black)), moments[0]
    )
    with open_film(file, bounds) as (source, _):
        video, _ = pick_streams(source, bounds)
        source.seek(at_ms * 1000)
        frame = next(
            picture
            for packet in source.demux(video)
            for picture in packet.decode()
            if _at_ms(picture) >= at_ms or packet.dts is None
        )
        scale = min(1.0, _THUMBNAIL_SIDE / max(frame.width, frame.height))
        sides = [max(2, round(side * scale / 2) * 2) for side in (frame.width, frame.height)]
        picture = frame.reformat(width=sides[0], height=sides[1], format="yuvj420p")
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.width, encoder.height = sides
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"qmin": "4", "qmax": "4"}
    picture.pts, picture.time_base = 0, Fraction(1, 25)
    packets = [*encoder.encode(picture), *encoder.encode(None)]
    (out / THUMBNAIL_NAME).write_bytes(b"".join(bytes(packet) for packet in packets))
