"""What goes onto a stick, and what has to wait: decided before anything is written.

1. (P1) The exchange goes first, then envelopes, urgent ones before the oldest, then the films' pieces.
2. (P2) A film's manifest and pieces go only with or after its envelope, and only pieces that the
   other side is not known to have.
3. (P3) Everything that fits into the given size goes; what does not is left out and told.
4. (P4) One file is at most `FAT_SEGMENTS_MAX` segments long, so that a stick of any kind takes it.
5. (P5) The size of a file is its padded class: nothing that fits the class is left out to make it
   smaller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sangbong.liaison.core.wire.bundle import (
    CLASS_BITS,
    FAT_SEGMENTS_MAX,
    HEADER_BYTES_MAX,
    MAGIC,
    SEALED_KEY_BYTES,
    segment_class,
)
from sangbong.liaison.core.wire.film import DIGEST_BYTES, MANIFEST_MAGIC
from sangbong.liaison.core.wire.framing import LENGTH_BYTES
from sangbong.liaison.core.wire.pieces import PIECE_BYTES, SEALED_PIECE_BYTES
from sangbong.liaison.core.wire.ports import SIGNATURE_BYTES
from sangbong.liaison.core.wire.waybill import LINE_BYTES_MAX, MEMBERS_MAX, PieceRun

HEAD_BYTES_MAX = len(MAGIC) + LENGTH_BYTES + HEADER_BYTES_MAX + SEALED_KEY_BYTES + SIGNATURE_BYTES
_WAYBILL_BYTES = 256
"""What a waybill without lines has, at most."""


@dataclass(frozen=True, slots=True)
class EnvelopeToPack:
    """A dispatch that waits: its id, its envelope's digest and length."""

    id: str
    digest: str
    length: int


@dataclass(frozen=True, slots=True)
class FilmToPack:
    """A film of a dispatch that waits, and the runs of pieces to be carried."""

    dispatch: str
    film: str
    pieces: int
    runs: tuple[tuple[int, int], ...]

    @property
    def manifest_length(self) -> int:
        """Bytes of its manifest."""
        return len(MANIFEST_MAGIC) + self.pieces * DIGEST_BYTES


@dataclass(slots=True)
class Packing:
    """One file: what lies in it. `content` counts its bytes without the padding."""

    exchange: int = 0
    envelopes: list[EnvelopeToPack] = field(default_factory=list)
    manifests: list[FilmToPack] = field(default_factory=list)
    runs: list[PieceRun] = field(default_factory=list)
    content: int = _WAYBILL_BYTES
    lines: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies in it."""
        return self.lines == 0

    @property
    def pieces(self) -> int:
        """How many film pieces lie in it."""
        return sum(run.count for run in self.runs)

    @property
    def file_bytes(self) -> int:
        """How long the file will be, at most."""
        return HEAD_BYTES_MAX + segment_class(self.content) * SEALED_PIECE_BYTES

    def takes(self, length: int, *, room: int, lines: int = 1) -> bool:
        """Whether so many bytes more still fit into `room` bytes of content."""
        grown = self.content + length + lines * LINE_BYTES_MAX
        return grown <= room and self.lines + lines <= MEMBERS_MAX

    def add(self, length: int) -> None:
        """Count one more line of so many bytes."""
        self.content += length + LINE_BYTES_MAX
        self.lines += 1


@dataclass(frozen=True, slots=True)
class PackingPlan:
    """What would lie on a stick, file by file, and what would have to wait."""

    files: tuple[Packing, ...]
    envelopes_left: int
    pieces_left: int

    @property
    def bytes(self) -> int:
        """How much of the stick it takes, at most."""
        return sum(one.file_bytes for one in self.files)


def content_room(size: int | None) -> int:
    """How many bytes of content a file may hold where `size` bytes are left: rules P4 and P5."""
    segments = FAT_SEGMENTS_MAX
    if size is not None:
        segments = min(segments, max(0, size - HEAD_BYTES_MAX) // SEALED_PIECE_BYTES)
    spare = max(0, segments.bit_length() - CLASS_BITS)
    return (segments >> spare << spare) * PIECE_BYTES


def pack(
    *,
    exchange: int,
    envelopes: Sequence[EnvelopeToPack],
    films: Sequence[FilmToPack],
    size: int | None = None,
) -> PackingPlan:
    """Decide what goes into which file: rules P1 to P5.

    Args:
        exchange: length of the exchange in bytes; 0 where there is nothing to tell.
        envelopes: what waits, in the order in which it goes.
        films: their films, in the same order.
        size: bytes free on the stick; None for as many files as it takes.
    """
    packer = _Packer(size)
    if exchange and packer.fits(exchange):
        packer.file.exchange = exchange
        packer.file.add(exchange)
    packed = set()
    for one in envelopes:
        if packer.fits(one.length):
            packer.file.envelopes.append(one)
            packer.file.add(one.length)
            packed.add(one.id)
    pieces_left = sum(packer.film(one, packed=one.dispatch in packed) for one in films)
    return PackingPlan(
        files=tuple(packer.close()),
        envelopes_left=len(envelopes) - len(packed),
        pieces_left=pieces_left,
    )


class _Packer:
    """Fills one file after the other."""

    def __init__(self, size: int | None) -> None:
        self._left = size
        self._closed: list[Packing] = []
        self.file = Packing()

    def fits(self, length: int, *, lines: int = 1) -> bool:
        """Whether it fits, into this file or into another one that is begun for it."""
        if self.file.takes(length, room=content_room(self._left), lines=lines):
            return True
        if self.file.is_empty:
            return False
        after = None if self._left is None else self._left - self.file.file_bytes
        if not Packing().takes(length, room=content_room(after), lines=lines):
            return False
        self._closed.append(self.file)
        self.file, self._left = Packing(), after
        return True

    def film(self, film: FilmToPack, *, packed: bool) -> int:
        """Add what fits of a film; how many pieces have to wait."""
        wanted = sum(count for _, count in film.runs)
        if not packed or not wanted:
            return wanted
        at_least = film.manifest_length + SEALED_PIECE_BYTES
        if not self.fits(at_least, lines=2):
            return wanted
        self._manifest(film)
        for first, count in film.runs:
            wanted -= self._run(film, first, count)
        return wanted

    def _manifest(self, film: FilmToPack) -> None:
        self.file.manifests.append(film)
        self.file.add(film.manifest_length)

    def _run(self, film: FilmToPack, first: int, count: int) -> int:
        done = 0
        while done < count:
            room = content_room(self._left) - self.file.content - LINE_BYTES_MAX
            fitting = min(count - done, room // SEALED_PIECE_BYTES)
            if fitting >= 1 and self.file.lines < MEMBERS_MAX:
                self.file.runs.append(PieceRun(film.film, first + done, fitting))
                self.file.add(fitting * SEALED_PIECE_BYTES)
                done += fitting
            elif self.fits(film.manifest_length + SEALED_PIECE_BYTES, lines=2):
                self._manifest(film)
            else:
                break
        return done

    def close(self) -> list[Packing]:
        """Every file that holds something."""
        return [one for one in (*self._closed, self.file) if not one.is_empty]


def runs_of(missing: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Places as runs of `(first, count)`."""
    runs: list[list[int]] = []
    for place in missing:
        if runs and place == runs[-1][0] + runs[-1][1]:
            runs[-1][1] += 1
        else:
            runs.append([place, 1])
    return tuple((first, count) for first, count in runs)
