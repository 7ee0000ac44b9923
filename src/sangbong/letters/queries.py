"""What pages and the worker ask about filmed letters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet

from sangbong.archive.core.film import Stretch
from sangbong.kernel.errors import SangbongError
from sangbong.kernel.ids import OfficeCode
from sangbong.letters.core.machine import AWAITING_PREPARATION, Direction, LetterState
from sangbong.letters.models import Letter, Take


@dataclass(frozen=True, slots=True)
class LetterView:
    """One letter with its latest take, as a list or a page shows it."""

    letter_id: int
    direction: Direction
    state: LetterState
    sender: OfficeCode
    recipient: OfficeCode
    number: int
    application_no: str
    sought_no: int
    title: str
    takes_made: int
    recorded_at: datetime
    recorded_by: str
    screened_at: datetime | None
    screened_by: str
    screening_note: str
    released_at: datetime | None
    released_by: str
    dispatch_id: str
    delivered_at: datetime | None
    delivered_by: str
    film_id: str
    film_bytes: int
    thumbnail_id: str
    duration_ms: int
    width: int
    height: int
    stretches: tuple[Stretch, ...]
    progress_percent: int
    fault: SangbongError | None

    @property
    def name(self) -> str:
        """What both offices call the letter, such as `KR-SEL-L-000012`."""
        return f"{self.sender}-L-{self.number:06d}"


@dataclass(frozen=True, slots=True)
class WaitingTake:
    """A take that the worker has to prepare."""

    take_id: int
    direction: Direction


def letters(*, direction: Direction | None = None) -> list[LetterView]:
    """All letters, the newest first, in one query however many there are."""
    takes = _latest_takes()
    if direction is not None:
        takes = takes.filter(letter__direction=direction.value)
    return [_view(take) for take in takes.order_by("-letter__id")]


def letter(letter_id: int) -> LetterView:
    """One letter.

    Raises:
        SangbongError: `letters.unknown_letter`.
    """
    take = _latest_takes().filter(letter_id=letter_id).first()
    if take is None:
        raise SangbongError("letters.unknown_letter")
    return _view(take)


def letters_of(*, application_no: str) -> list[LetterView]:
    """The letters of one application, in the order they were made."""
    takes = _latest_takes().filter(letter__application_no=application_no)
    return [_view(take) for take in takes.order_by("letter__id")]


def film_for_playing(letter_id: int) -> str:
    """The archive's object id of the viewing copy that a page may play.

    Raises:
        SangbongError: `letters.unknown_letter`; `letters.not_checked` while no viewing copy was
            made here, or the film from the other office was not yet opened in the sandbox.
    """
    found = letter(letter_id)
    if not found.film_id:
        raise SangbongError("letters.not_checked")
    return found.film_id


def thumbnail(letter_id: int) -> str:
    """The archive's object id of the thumbnail, which this office made itself.

    Raises:
        SangbongError: as `film_for_playing`.
    """
    found = letter(letter_id)
    if not found.thumbnail_id:
        raise SangbongError("letters.not_checked")
    return found.thumbnail_id


def takes_waiting(*, now: datetime) -> list[WaitingTake]:
    """The takes that need the sandbox, the oldest first."""
    takes = (
        _latest_takes()
        .filter(letter__state__in=[state.value for state in AWAITING_PREPARATION])
        .filter(Q(next_try_at=None) | Q(next_try_at__lte=now))
        .order_by("id")
        .values_list("id", "letter__direction")
    )
    return [WaitingTake(take_id, Direction(direction)) for take_id, direction in takes]


def state_counts() -> dict[LetterState, int]:
    """How many letters stand in each state; states without any are left out."""
    counts: dict[LetterState, int] = {}
    for state in Letter.objects.values_list("state", flat=True):
        counts[LetterState(state)] = counts.get(LetterState(state), 0) + 1
    return counts


def _latest_takes() -> QuerySet[Take]:
    return Take.objects.select_related("letter").filter(number=F("letter__takes_made"))


def _view(take: Take) -> LetterView:
    row = take.letter
    fault = SangbongError(take.fault_code, **take.fault_params) if take.fault_code else None
    return LetterView(
        letter_id=row.id,
        direction=Direction(row.direction),
        state=LetterState(row.state),
        sender=OfficeCode(row.sender),
        recipient=OfficeCode(row.recipient),
        number=row.number,
        application_no=row.application_no,
        sought_no=row.sought_no,
        title=row.title,
        takes_made=row.takes_made,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        screened_at=row.screened_at,
        screened_by=row.screened_by,
        screening_note=row.screening_note,
        released_at=row.released_at,
        released_by=row.released_by,
        dispatch_id=row.dispatch_id,
        delivered_at=row.delivered_at,
        delivered_by=row.delivered_by,
        film_id=take.film_id,
        film_bytes=take.film_bytes,
        thumbnail_id=take.thumbnail_id,
        duration_ms=take.duration_ms,
        width=take.width,
        height=take.height,
        stretches=tuple(Stretch(kind, start, end) for kind, start, end in take.stretches),
        progress_percent=take.progress_percent,
        fault=fault,
    )
