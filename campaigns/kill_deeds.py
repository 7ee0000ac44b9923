"""What an office does in the kill campaign, what is seen of it in the end, and the planted bugs."""

from __future__ import annotations

import contextlib
import gc
import pickle
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from campaigns import note_deeds
from campaigns.children import Moments
from campaigns.offices import become
from sangbong.kernel.ids import OfficeCode
from sangbong.liaison import operations, queries
from sangbong.liaison.core.custody.dispatch import InboundDispatch
from sangbong.liaison.core.wire.envelope import digest_of
from sangbong.liaison.core.wire.exchange import read_exchange
from sangbong.office.queries import audit_entries, verify_audit

EARLY_RECEIPT = "receipt before commit"
NO_DEDUPE = "dedupe dropped"
TWO_COMMITS = "effect and state in two commits"
_FILM_BYTES = 70_000
_FILM_STREAM = "film-"
_OFFERED_MAX = 3


@dataclass(frozen=True, slots=True)
class Place:
    """An office's folder, the other's code, and what lies between them.

    `outbound` and `inbound` are shared folders; `line` is what is on the line now.
    """

    home: Path
    other: OfficeCode
    outbound: Path
    inbound: Path
    line: Path
    planted: str = ""


def send(place: Place, number: str) -> None:
    """Write a note."""
    note_deeds.send_note(place.other, number)


def carry(place: Place) -> None:
    """Write bundles into the shared folder."""
    operations.carry_to_folder(now=_now(), recipient=place.other, folder=place.outbound)


def collect(place: Place) -> None:
    """Read the bundles in the shared folder and take them away."""
    if place.planted == NO_DEDUPE:
        operations.take_batch = _take_batch_as_new
    reports = operations.collect_from_folder(now=_now(), folder=place.inbound, take_away=True)
    faults = [fault.code for report in reports for fault in report.faults]
    assert not faults, faults


def apply(place: Place) -> None:
    """Apply every dispatch whose turn it is."""
    step = _apply_in_two_commits if place.planted == TWO_COMMITS else _apply
    while step(place):
        pass


def send_film(place: Place, number: str) -> None:
    """Write a note with a film of two pieces beside it."""
    stream = f"{_FILM_STREAM}{number}"
    if not any(view.stream == stream for view in queries.dispatches(queries.Direction.OUT)):
        note_deeds.send_with_film(place.other, number, size=_FILM_BYTES, stream=stream)


def offer(place: Place) -> None:
    """Put the oldest dispatches in our custody on the line, and what we have to say."""
    for number, one in enumerate(queries.waiting_for(place.other)[:_OFFERED_MAX]):
        _put(place.line / f"{number:04}.envelope", queries.envelope_bytes(one.digest))
    with transaction.atomic():
        message = operations.exchange_for(now=_now(), recipient=place.other)
    (place.line / "ours.message").write_bytes(pickle.dumps(message))
    _put(place.line / "said", message.exchange.encode())


def take(place: Place) -> None:
    """Take each envelope from the line and answer it, then what was said."""
    receive = _receive(place)
    for path in sorted(place.line.glob("*.envelope")):
        receipt = receive(now=_now(), envelope=path.read_bytes(), answered=True)
        if receipt:
            _put(path.with_suffix(".receipt"), receipt)
    if (place.line / "said").exists():
        with transaction.atomic():
            _hear(place, "said")
            answer = operations.exchange_for(now=_now(), recipient=place.other)
            operations.tell(now=_now(), recipient=place.other, message=answer)
        _put(place.line / "answered", answer.exchange.encode())


def hear(place: Place) -> None:
    """Believe the receipts on the line, and the answer."""
    for path in sorted(place.line.glob("*.receipt")):
        with transaction.atomic():
            operations.accept_receipt(now=_now(), receipt=path.read_bytes())
    if (place.line / "answered").exists():
        message = pickle.loads((place.line / "ours.message").read_bytes())
        with transaction.atomic():
            operations.tell(now=_now(), recipient=place.other, message=message)
            _hear(place, "answered")


def _hear(place: Place, name: str) -> None:
    theirs = read_exchange((place.line / name).read_bytes())
    told = operations.accept_exchange(now=_now(), sender=place.other, theirs=theirs)
    assert not told.faults, told.faults


def _put(path: Path, data: bytes) -> None:
    """Whole or not there: half a message is cut off by the line itself.

    By a link, which is no moment of a kill: what lies on the line is none of the office's files.
    """
    half = path.with_name(f"{path.name}.half")
    half.write_bytes(data)
    if not path.exists():
        path.hardlink_to(half)


def _apply(place: Place) -> bool:
    return operations.apply_next(now=_now(), handler=_accepting(place))


def _accepting(place: Place) -> Callable[[InboundDispatch], None]:
    def accept(dispatch: InboundDispatch) -> None:
        if place.planted in {NO_DEDUPE, TWO_COMMITS}:
            # a room that counts on being asked only once
            dispatch = replace(dispatch, id=f"{dispatch.id}#{len(queries.notes(limit=100_000))}")
        operations.accept_note(now=_now(), dispatch=dispatch)

    return accept


class _SeenOnlyError(BaseException):
    """Takes back the transaction in which a dispatch was only looked at."""


def _apply_in_two_commits(place: Place) -> bool:
    """The planted bug: the effect is committed first, and that it was applied a moment later."""
    seen: list[InboundDispatch] = []

    def look(dispatch: InboundDispatch) -> None:
        seen.append(dispatch)
        raise _SeenOnlyError

    try:
        operations.apply_next(now=_now(), handler=look)
    except _SeenOnlyError:
        with transaction.atomic():
            _accepting(place)(seen[0])
        return operations.apply_next(now=_now(), handler=lambda _: None)
    return False


def _receive(place: Place) -> Callable[..., bytes]:
    if place.planted == NO_DEDUPE:
        return _receive_as_new
    if place.planted == EARLY_RECEIPT:
        return lambda *, now, envelope, **rest: _receive_early(
            place, now=now, envelope=envelope, **rest
        )
    return operations.receive


_receive_well = operations.receive


def _one_by_one(receive: Callable[..., bytes]) -> Callable[..., list[operations.Taken]]:
    """A batch as a stick brings it, by a planted way of receiving each envelope."""

    def take(
        *, now: datetime, envelopes: Sequence[bytes], carrier: OfficeCode, answered: bool
    ) -> list[operations.Taken]:
        del carrier
        return [
            operations.Taken(digest_of(one), receive(now=now, envelope=one, answered=answered))
            for one in envelopes
        ]

    return take


def _receive_early(place: Place, *, now: datetime, envelope: bytes, **rest: Any) -> bytes:
    """The planted bug: the receipt is on the line, and only then is the envelope committed.

    The receipt is made by a copy of this office, so that it is one which would be believed.
    """
    connection.close()
    with _aside(), tempfile.TemporaryDirectory(dir=place.home.parent) as name:
        copy = Path(shutil.copytree(place.home, Path(name) / "office"))
        become(copy)
        receipt = _receive_well(now=now, envelope=envelope, **rest)
        connection.close()
    become(place.home)
    for path in place.line.glob("*.envelope"):
        if path.read_bytes() == envelope:
            _put(path.with_suffix(".receipt"), receipt)
    return _receive_well(now=now, envelope=envelope, **rest)


_moments: list[Moments] = []


@contextlib.contextmanager
def _aside() -> Iterator[None]:
    """What the planting itself does is no moment at which the office may be killed."""
    before, _moments[0].phase = _moments[0].phase, "planting"
    yield
    _moments[0].phase = before


_take_well = operations.take_batch


def _take_batch_as_new(*, envelopes: Sequence[bytes], **rest: Any) -> Any:
    for one in envelopes:
        _forget(one)
    return _take_well(envelopes=envelopes, **rest)


def _receive_as_new(*, envelope: bytes, **rest: Any) -> bytes:
    _forget(envelope)
    return _receive_well(envelope=envelope, **rest)


def _forget(envelope: bytes) -> None:
    """The planted bug: an envelope that is held already is taken as if it had never come.

    What came after it in its stream is forgotten too, since a stream is applied in its order.
    """
    from sangbong.liaison.core.wire.envelope import digest_of
    from sangbong.liaison.models import InboxDispatch, KeptEnvelope

    with transaction.atomic():
        row = InboxDispatch.objects.filter(envelope=digest_of(envelope)).first()
        if row is not None and row.stream.applied_through >= row.sequence:
            forgotten = InboxDispatch.objects.filter(stream=row.stream, sequence__gte=row.sequence)
            digests = list(forgotten.values_list("envelope_id", flat=True))
            row.stream.applied_through = row.stream.received_through = row.sequence - 1
            row.stream.save()
            forgotten.delete()
            KeptEnvelope.objects.filter(digest__in=digests).delete()


def look(place: Place) -> dict[str, Any]:
    """All that must agree between both offices, and all that must be sound in itself."""
    del place
    seen = note_deeds.ledger()
    accepted = Counter(
        subject
        for entry in audit_entries()
        if entry.action == "liaison.accept_note"
        for subject in entry.subjects
    )
    seen["sent"] = sorted([*seen["sent"], *_films_sent()])
    seen["accepted twice"] = sorted(name for name, count in accepted.items() if count > 1)
    seen["accepted"] = sum(accepted.values())
    seen["trail whole"] = verify_audit().whole
    return seen


def _films_sent() -> list[str]:
    """The numbers of notes with films, which are filed nowhere here; each has a stream of its own."""
    views = queries.dispatches(queries.Direction.OUT, limit=10_000)
    return [
        view.stream.removeprefix(_FILM_STREAM)
        for view in views
        if view.stream.startswith(_FILM_STREAM)
    ]


def doing(place: Place, deed: str, **facts: Any) -> Callable[[Moments], Any]:
    """One deed for a child, which becomes the office first."""

    def run(moments: Moments) -> Any:
        moments.phase = deed
        _moments[:] = [moments]
        gc.disable()  # a child is too short-lived, and touching every page copies it
        become(place.home)
        result = globals()[deed](place, **facts)
        connection.close()
        return result

    return run


def _now() -> datetime:
    return settings.CLOCK.now()
