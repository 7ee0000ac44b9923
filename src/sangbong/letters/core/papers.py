"""The paper that carries a filmed letter to the other office: `letters.film`.

The body is specified in spec/kinds/letters.film.md. It names nobody: the other office knows the
application and the person sought by their numbers, from our inquiry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sangbong.kernel.canonical import JsonValue, sha256_hex
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.reader import Reader

KIND = "letters.film"
UNREADABLE = "letters.paper_unreadable"
FIELDS = ("film", "film_checksum")
"""The personal fields of the paper, as its clearance names them."""

NUMBER_MAX = 2**31 - 1
SOUGHT_NO_MAX = 999
FILM_BYTES_MAX = 2**31 - 1
THUMBNAIL_BYTES_MAX = 1024 * 1024
DURATION_MS_MAX = 1_200_000
SIDE_MAX = 1280
APPLICATION_NO_LENGTH_MAX = 40


@dataclass(frozen=True, slots=True)
class FilmPaper:
    """One filmed letter; its film comes in sealed pieces, its thumbnail is the one attachment.

    `number` is the sender's own counting of letters; lengths are in milliseconds, sides in points,
    sizes in bytes, checksums SHA-256.
    """

    number: int
    application_no: str
    sought_no: int
    recorded_date: date
    duration_ms: int
    width: int
    height: int
    film_sha256: str
    film_bytes: int
    thumbnail_sha256: str
    thumbnail_bytes: int

    def to_body(self) -> dict[str, JsonValue]:
        """The paper as JSON without floats; `from_body` reads it back to an equal value."""
        return {
            "application_no": self.application_no,
            "duration_ms": self.duration_ms,
            "film_bytes": self.film_bytes,
            "film_sha256": self.film_sha256,
            "height": self.height,
            "number": self.number,
            "recorded_date": self.recorded_date.isoformat(),
            "sought_no": self.sought_no,
            "thumbnail_bytes": self.thumbnail_bytes,
            "thumbnail_sha256": self.thumbnail_sha256,
            "width": self.width,
        }

    @classmethod
    def from_body(cls, body: object) -> FilmPaper:
        """Read the paper strictly.

        Raises:
            SangbongError: `letters.paper_unreadable` with the member at fault in its place: the
                sender's fault.
        """
        top = Reader(body, source=KIND, code=UNREADABLE)
        top.only(*cls.__slots__)
        return cls(
            number=top.number("number", 1, NUMBER_MAX),
            application_no=top.text("application_no", max_length=APPLICATION_NO_LENGTH_MAX),
            sought_no=top.number("sought_no", 1, SOUGHT_NO_MAX),
            recorded_date=top.day("recorded_date"),
            duration_ms=top.number("duration_ms", 1, DURATION_MS_MAX),
            width=top.number("width", 2, SIDE_MAX),
            height=top.number("height", 2, SIDE_MAX),
            film_sha256=top.sha256("film_sha256"),
            film_bytes=top.number("film_bytes", 1, FILM_BYTES_MAX),
            thumbnail_sha256=top.sha256("thumbnail_sha256"),
            thumbnail_bytes=top.number("thumbnail_bytes", 1, THUMBNAIL_BYTES_MAX),
        )

    def check_came(self, *, film_bytes: int | None, attachments: Sequence[bytes]) -> None:
        """Compare what came with what the paper says, before the film is read.

        `film_bytes` is the length of the film that came; None where none did.

        Raises:
            SangbongError: `letters.attachments_missing` or `letters.checksum`: the sender's fault.
        """
        if film_bytes is None or len(attachments) != 1:
            raise SangbongError("letters.attachments_missing", count=len(attachments))
        (thumbnail,) = attachments
        if len(thumbnail) != self.thumbnail_bytes or sha256_hex(thumbnail) != self.thumbnail_sha256:
            raise SangbongError("letters.checksum")
        if film_bytes != self.film_bytes:
            raise SangbongError("letters.checksum")

    def check_film(self, film_sha256: str) -> None:
        """Compare the film, once it was read to its end, with what the paper says.

        Raises:
            SangbongError: `letters.checksum`: the sender's fault.
        """
        if film_sha256 != self.film_sha256:
            raise SangbongError("letters.checksum")
