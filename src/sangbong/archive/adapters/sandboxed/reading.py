"""Opens a film as what it really is, and measures it before anything is made from it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.stream import VideoStream

from .faults import Refused
from .sniff import HEAD_BYTES, Kind, kind_of

_DEMUXERS = {Kind.MP4: "mov", Kind.MATROSKA: "matroska"}
_REFUSED_KINDS = {
    Kind.EMPTY: "film_empty",
    Kind.IMAGE: "film_image",
    Kind.DOCUMENT: "film_document",
    Kind.PLAYLIST: "film_playlist",
    Kind.TEXT: "film_text",
    Kind.UNKNOWN: "film_unknown",
}
_SIDE_MIN = 16
# a container's own length may exceed its last picture by a second of sound
_SHORTFALL_MS = 1000
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much film is too much; the parent sets them, `core/film.py` says why."""

    bytes_max: int
    seconds_max: int
    milliseconds_min: int
    side_max: int
    pixels_max: int
    streams_max: int
    copy_bytes_max: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a film is: lengths in milliseconds, sides in pixels as coded, codecs by short name."""

    kind: str
    duration_ms: int
    width: int
    height: int
    video_codec: str
    audio_codec: str
    video_packets: int


@contextlib.contextmanager
def open_film(file: BinaryIO, bounds: Bounds) -> Iterator[tuple[InputContainer, Kind]]:
    """The film as a container; refuses by size and first bytes, then by the demuxer.

    Three locks against a file that names other files: the demuxer is chosen by us, only film
    demuxers are allowed, and no protocol is.

    Raises:
        Refused: `film_*`.
    """
    size = os.fstat(file.fileno()).st_size
    if size > bounds.bytes_max:
        raise Refused(
            "film_too_large", megabytes=size // 1_000_000, limit=bounds.bytes_max // 1_000_000
        )
    file.seek(0)
    kind = kind_of(file.read(HEAD_BYTES))
    if kind in _REFUSED_KINDS:
        raise Refused(_REFUSED_KINDS[kind])
    file.seek(0)
    try:
        container = av.open(
            file,
            mode="r",
            format=_DEMUXERS[kind],
            options={
                "protocol_whitelist": "",
                "format_whitelist": "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm",
                "max_streams": str(bounds.streams_max),
            },
            metadata_errors="replace",
        )
    except (av.FFmpegError, ValueError) as error:
        raise Refused("film_unreadable") from error
    with container:
        yield container, kind


def pick_streams(
    container: InputContainer, bounds: Bounds
) -> tuple[VideoStream, AudioStream | None]:
    """The picture and, where there is one, the sound.

    Raises:
        Refused: `film_no_picture`, `film_unknown_codec`, `film_dimensions`.
    """
    pictures = [
        stream
        for stream in container.streams.video
        if not stream.disposition & stream.disposition.__class__.attached_pic
    ]
    if not pictures:
        raise Refused("film_no_picture")
    video = pictures[0]
    sounds = container.streams.audio
    audio = sounds[0] if sounds else None
    if video.codec_context is None or (audio is not None and audio.codec_context is None):
        raise Refused("film_unknown_codec")
    check_sides(video.codec_context.width, video.codec_context.height, bounds)
    return video, audio


def check_sides(width: int, height: int, bounds: Bounds) -> None:
    """Refuse pictures that are too small to see or too large to hold.

    Raises:
        Refused: `film_dimensions`.
    """
    too_large = max(width, height) > bounds.side_max or width * height > bounds.pixels_max
    if too_large or min(width, height) < _SIDE_MIN:
        raise Refused("film_dimensions", width=width, height=height, limit=bounds.side_max)


def survey(file: BinaryIO, bounds: Bounds) -> Survey:
    """Read a film from end to end without decoding more than its first picture.

    Raises:
        Refused: `film_*`; the film is no film, is cut off, or is beyond the bounds.
    """
    with open_film(file, bounds) as (container, kind):
        video, audio = pick_streams(container, bounds)
        told_ms = max(0, (container.duration or 0) * 1000 // _MICROSECONDS)
        if told_ms > bounds.seconds_max * 1000:
            raise _too_long(told_ms, bounds)
        found_ms, packets = _walk(container, video, bounds)
        if found_ms > bounds.seconds_max * 1000:
            raise _too_long(found_ms, bounds)
        if found_ms < told_ms - max(_SHORTFALL_MS, told_ms // 20):
            raise _truncated(found_ms, told_ms)
        if found_ms < bounds.milliseconds_min:
            raise Refused("film_too_short", milliseconds=found_ms, limit=bounds.milliseconds_min)
        return Survey(
            kind=kind.value,
            duration_ms=found_ms,
            width=video.codec_context.width,
            height=video.codec_context.height,
            video_codec=video.codec_context.name,
            audio_codec=audio.codec_context.name if audio is not None else "",
            video_packets=packets,
        )


def _walk(container: InputContainer, video: VideoStream, bounds: Bounds) -> tuple[int, int]:
    """The length of the picture in milliseconds and how many packets hold it."""
    first: int | None = None
    end = packets = 0
    is_seen = False
    told_ms = max(0, (container.duration or 0) * 1000 // _MICROSECONDS)
    try:
        for packet in container.demux(video):
            if not is_seen:
                for frame in packet.decode():
                    check_sides(frame.width, frame.height, bounds)
                    is_seen = True
            if packet.pts is None:
                continue
            packets += 1
            first = packet.pts if first is None else min(first, packet.pts)
            end = max(end, packet.pts + (packet.duration or 0))
    except av.FFmpegError as error:
        found_ms = _milliseconds(end - (first or 0), video)
        if is_seen and found_ms < told_ms:
            raise _truncated(found_ms, told_ms) from error
        raise Refused("film_unreadable") from error
    if not is_seen:
        raise Refused("film_unreadable")
    return _milliseconds(end - (first or 0), video), packets


def _milliseconds(ticks: int, video: VideoStream) -> int:
    return round(ticks * 1000 * video.time_base) if video.time_base else 0


def _too_long(found_ms: int, bounds: Bounds) -> Refused:
    return Refused("film_too_long", minutes=-(-found_ms // 60_000), limit=bounds.seconds_max // 60)


def _truncated(found_ms: int, told_ms: int) -> Refused:
    return Refused("film_truncated", found=found_ms // 1000, told=told_ms // 1000)
