"""What a film may be, and what the sandbox child says of one: read as untrusted text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sangbong.kernel.errors import SangbongError

CODEC_NAME_LENGTH_MAX = 24
STRETCH_KINDS = frozenset({"black", "still", "silent"})
STRETCHES_MAX = 100
_FAULTS = frozenset(
    {
        "film_damaged",
        "film_dimensions",
        "film_document",
        "film_empty",
        "film_image",
        "film_no_picture",
        "film_not_viewing_copy",
        "film_playlist",
        "film_text",
        "film_too_demanding",
        "film_too_large",
        "film_too_long",
        "film_too_short",
        "film_truncated",
        "film_unknown",
        "film_unknown_codec",
        "film_unreadable",
    }
)
_NUMBER_MAX = 2**53


@dataclass(frozen=True, slots=True)
class FilmBounds:
    """How much film is too much.

    A letter is about ten minutes long; twenty leave room. Telephones film up to 4,096 points
    wide. Nothing shorter than half a second shows a person. A viewing copy has to fit into one
    dispatch with room for its paper, so a long film gets fewer bits a second.
    """

    bytes_max: int = 4_000_000_000
    seconds_max: int = 1_200
    milliseconds_min: int = 500
    side_max: int = 4_096
    pixels_max: int = 4_096 * 2_304
    streams_max: int = 32
    copy_bytes_max: int = 56 * 1024 * 1024


FILM_BOUNDS = FilmBounds()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a film that a person should look at: black, still or silent."""

    kind: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class FilmFacts:
    """A film as it came: sides in pixels as coded, codecs by their short names."""

    kind: str
    duration_ms: int
    width: int
    height: int
    video_codec: str
    audio_codec: str


@dataclass(frozen=True, slots=True)
class MadeFacts:
    """What was made of a film, or measured on a viewing copy."""

    source: FilmFacts
    duration_ms: int
    width: int
    height: int
    stretches: tuple[Stretch, ...]


def read_facts(said: Mapping[str, Any]) -> FilmFacts:
    """The child's answer to `probe`.

    Raises:
        SangbongError: `archive.film_unreadable`; the answer is not one our child gives, so
            whatever wrote it was no longer our child.
    """
    return FilmFacts(
        kind=_word(said, "kind"),
        duration_ms=_number(said, "duration_ms"),
        width=_number(said, "width"),
        height=_number(said, "height"),
        video_codec=_word(said, "video_codec"),
        audio_codec=_word(said, "audio_codec"),
    )


def read_made(said: Mapping[str, Any]) -> MadeFacts:
    """The child's answer to `transcode` and `check`.

    Raises:
        SangbongError: `archive.film_unreadable`, as for `read_facts`.
    """
    source, stretches = said.get("survey"), said.get("stretches")
    if not isinstance(source, Mapping) or not isinstance(stretches, list):
        raise _not_our_child()
    return MadeFacts(
        source=read_facts(source),
        duration_ms=_number(said, "duration_ms"),
        width=_number(said, "width"),
        height=_number(said, "height"),
        stretches=tuple(_stretch(item) for item in stretches[:STRETCHES_MAX]),
    )


def refusal(code: object, params: object) -> SangbongError:
    """The child's refusal as an error with words; an unknown one is a film nobody can read."""
    if not isinstance(code, str) or code not in _FAULTS or not isinstance(params, Mapping):
        return _not_our_child()
    known = {"found": 0, "told": 0, "limit": 0, "megabytes": 0, "minutes": 0, "milliseconds": 0}
    known |= {"width": 0, "height": 0, "broken": 0}
    given = {
        name: value
        for name, value in params.items()
        if name in known and isinstance(value, int) and 0 <= value < _NUMBER_MAX
    }
    return SangbongError(f"archive.{code}", **(known | given))


def _stretch(item: object) -> Stretch:
    match item:
        case [str() as kind, int() as start, int() as end] if (
            kind in STRETCH_KINDS and 0 <= start <= end < _NUMBER_MAX
        ):
            return Stretch(kind, start, end)
    raise _not_our_child()


def _number(said: Mapping[str, Any], name: str) -> int:
    value = said.get(name)
    if not isinstance(value, int) or not 0 <= value < _NUMBER_MAX:
        raise _not_our_child()
    return value


def _word(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not (value.isascii() and len(value) <= CODEC_NAME_LENGTH_MAX):
        raise _not_our_child()
    return value


def _not_our_child() -> SangbongError:
    return SangbongError("archive.film_unreadable")
